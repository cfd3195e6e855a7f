"""The description of a time zone that goes with a series of meetings (VTIMEZONE, RFC 5545 section 3.6.5).

The rules are found by asking the zone when its clocks change: a zone that has changed them by one rule for years is
described by that rule, another one by the changes of the years that begin with the series.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = ["vtimezone"]

YEARS = 10  # for which changes are asked for
# As ``DAYS`` of ``content.recurrence``; whoever only writes need not load what reads.
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the clocks: ``local`` is what they show before it."""

    local: datetime
    before: timedelta
    after: timedelta
    is_summer: bool
    name: str

    @property
    def rule(self) -> tuple[int, int, int, int, int]:
        """(month, which such weekday, -1 the last one, weekday, hour, minute)."""
        is_last = (self.local + timedelta(days=7)).month != self.local.month
        which = -1 if is_last else (self.local.day - 1) // 7 + 1
        return self.local.month, which, self.local.weekday(), self.local.hour, self.local.minute


def vtimezone(zone: ZoneInfo, start: datetime | date) -> list[str]:
    """The content lines that describe ``zone`` from ``start`` on."""
    year = start.year
    last = min(year + YEARS, 9998)
    changes = [change for number in range(year - 1, last) for change in _changes(zone, number)]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    summer = [change for change in changes if change.is_summer]
    winter = [change for change in changes if not change.is_summer]
    if not changes:
        offset = _offset(zone, datetime(year, 1, 1, tzinfo=UTC))
        name = datetime(year, 1, 1, tzinfo=zone).tzname() or ""
        lines += _observance("STANDARD", _Change(datetime(year - 1, 1, 1), offset, offset, False, name))  # noqa: DTZ001
    elif len(summer) == len(winter) == last - year + 1 and _by_rule(summer) and _by_rule(winter):
        lines += _observance("DAYLIGHT", summer[0], ruled=True) + _observance("STANDARD", winter[0], ruled=True)
    else:
        for change in changes:
            lines += _observance("DAYLIGHT" if change.is_summer else "STANDARD", change)
    return [*lines, "END:VTIMEZONE"]


def _by_rule(changes: list[_Change]) -> bool:
    """Whether all follow one rule."""
    return len({change.rule for change in changes}) == 1


def _observance(kind: str, change: _Change, *, ruled: bool = False) -> list[str]:
    month, which, weekday, *_ = change.rule
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{change.local:%Y%m%dT%H%M%S}",
        *([f"RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={which}{_DAYS[weekday]}"] if ruled else []),
        f"TZOFFSETFROM:{_written(change.before)}",
        f"TZOFFSETTO:{_written(change.after)}",
        *([f"TZNAME:{change.name}"] if change.name.isascii() and change.name.isalnum() else []),
        f"END:{kind}",
    ]


def _changes(zone: ZoneInfo, year: int) -> Iterator[_Change]:
    """The changes of a year, each found to the minute."""
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while day < end:
        following = min(day + timedelta(days=7), end)
        before, after = _offset(zone, day), _offset(zone, following)
        if before != after:
            low, high = day, following
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
            moment = high.replace(second=0, microsecond=0)
            shown = moment.astimezone(zone)
            local = (moment + before).replace(tzinfo=None)
            yield _Change(local, before, after, bool(shown.dst()), shown.tzname() or "")
        day = following


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _written(offset: timedelta) -> str:
    minutes = abs(int(offset.total_seconds())) // 60
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"

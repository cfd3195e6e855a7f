"""Rules of recurrence (RFC 5545 section 3.3.10): read as text, kept as values, written again, worked out.

``Rule`` is the value, ``read_rule`` and ``str(rule)`` the way from and to text, ``starts_of`` the dates. Working out is
bounded: a rule may have no end, and a rule such as "each 30 February" has no date at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice, product

__all__ = ["MAX_OCCURRENCES", "Rule", "read_rule", "starts_of"]

MAX_OCCURRENCES = 1000  # dates that are worked out where the caller names no other number
MAX_STEPS = 50_000  # days, or shorter steps, that are looked at for one rule
MAX_RULE = 4000  # characters of a rule
MAX_VALUES = 400  # of one part of a rule: a year has 366 days
MAX_TIMES = 1440  # times of one day
FREQUENCIES = ("yearly", "monthly", "weekly", "daily", "hourly", "minutely", "secondly")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
# part of the rule: (attribute, smallest value, largest value, whether values below zero count from the end)
_PARTS = {
    "BYMONTH": ("months", 1, 12, False),
    "BYWEEKNO": ("weeks", 1, 53, True),
    "BYYEARDAY": ("year_days", 1, 366, True),
    "BYMONTHDAY": ("month_days", 1, 31, True),
    "BYHOUR": ("hours", 0, 23, False),
    "BYMINUTE": ("minutes", 0, 59, False),
    "BYSECOND": ("seconds", 0, 59, False),
    "BYSETPOS": ("positions", 1, 366, True),
}
_STEPS = {"hourly": timedelta(hours=1), "minutely": timedelta(minutes=1), "secondly": timedelta(seconds=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How something recurs.

    Args:
        frequency: ``yearly``, ``monthly``, ``weekly``, ``daily``, ``hourly``, ``minutely`` or ``secondly``.
        interval: 2 is each second week, month ….
        count: how many times in all, the first one included; None: no such end.
        until: the last time that may be; a datetime without zone is meant in the zone of the start, a date includes
            that whole day. ``count`` or ``until``, not both.
        days: ``("MO", "FR")``; with a number, ``("1MO", "-1FR")``, the first Monday and the last Friday of the month,
            or of the year.
        month_days, year_days, weeks: -1 is the last one.
        months, hours, minutes, seconds: as they are written.
        positions: of the dates that the other parts give in one period, these ones; -1 is the last one.
        week_start: the day with which weeks begin.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | date | None = None
    days: tuple[str, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: str = "MO"

    def __str__(self) -> str:
        """The rule as the value of RRULE."""
        parts = [f"FREQ={self.frequency.upper()}"]
        if self.until is not None:
            parts.append(f"UNTIL={_until(self.until)}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        for name, (attribute, *_) in _PARTS.items():
            if name == "BYHOUR" and self.days:
                parts.append(f"BYDAY={','.join(self.days)}")
            if values := getattr(self, attribute):
                parts.append(f"{name}={','.join(map(str, values))}")
        if self.week_start != "MO":
            parts.append(f"WKST={self.week_start}")
        return ";".join(parts)


def _until(when: datetime | date) -> str:
    if not isinstance(when, datetime):
        return f"{when:%Y%m%d}"
    return f"{when:%Y%m%dT%H%M%S}" if when.utcoffset() is None else f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def read_rule(text: str) -> Rule | None:
    """The rule that a value of RRULE states; None if it names no frequency. Never raises: what cannot be is left
    out."""
    found: dict[str, str] = {}
    for part in text[:MAX_RULE].upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        found.setdefault(name.strip(), value.strip())
    frequency = found.get("FREQ", "").lower()
    if frequency not in FREQUENCIES:
        return None
    numbers = {
        attribute: _numbers(found.get(name, ""), least, most, signed)
        for name, (attribute, least, most, signed) in _PARTS.items()
    }
    week_start = found.get("WKST", "MO")
    return Rule(
        frequency=frequency,
        interval=_positive(found.get("INTERVAL", "")) or 1,
        count=_positive(found.get("COUNT", "")),
        until=_read_until(found.get("UNTIL", "")),
        days=tuple(dict.fromkeys(day.lstrip("+") for day in _split(found.get("BYDAY", "")) if _BY_DAY.fullmatch(day))),
        week_start=week_start if week_start in DAYS else "MO",
        **numbers,
    )


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",", MAX_VALUES)[:MAX_VALUES]]


def _positive(value: str) -> int | None:
    return int(value) or None if value.isascii() and value.isdecimal() and len(value) < 7 else None


def _numbers(value: str, least: int, most: int, signed: bool) -> tuple[int, ...]:
    found: list[int] = []
    for part in _split(value):
        digits = part.lstrip("+-")
        if digits.isascii() and digits.isdecimal() and len(digits) < 4 and least <= int(digits) <= most:
            below = part.startswith("-")
            if signed or not below:
                found.append(-int(digits) if below else int(digits))
    return tuple(dict.fromkeys(found))


def _read_until(value: str) -> datetime | date | None:
    try:
        if "T" not in value:
            return datetime.strptime(value[:8], "%Y%m%d").date() if value else None  # noqa: DTZ007 - a date
        when = datetime.strptime(value[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone comes next
        return when.replace(tzinfo=UTC) if value.endswith("Z") else when
    except ValueError:
        return None


def starts_of(rule: Rule, start: datetime, zone: tzinfo, *, all_day: bool = False) -> Iterator[datetime]:
    """The starts that a rule gives, in UTC and in order, the first one, ``start``, in any case.

    Args:
        start: the first start, aware. zone: where the rule's days and hours are meant.
        all_day: the starts are midnights of days.

    Ends with the rule, with the calendar's last year, or after ``MAX_STEPS`` days that were looked at.
    """
    local = start.astimezone(zone).replace(tzinfo=None)
    yield start
    given = 1
    try:
        for when in _candidates(rule, local):
            if rule.count is not None and given >= rule.count:
                return
            if when <= local:
                continue
            utc = when.replace(tzinfo=zone).astimezone(UTC)
            if not _within(rule.until, when, utc, all_day):
                return
            given += 1
            yield utc
    except (ValueError, OverflowError):
        return  # the calendar ends


def _within(until: datetime | date | None, local: datetime, utc: datetime, all_day: bool) -> bool:
    if until is None:
        return True
    if not isinstance(until, datetime):
        return local.date() <= until
    if all_day:
        return local.date() <= until.date()
    return local <= until if until.utcoffset() is None else utc <= until


def _candidates(rule: Rule, first: datetime) -> Iterator[datetime]:
    """The dates of the periods one after another, those before ``first`` too."""
    if rule.frequency in _STEPS:
        yield from _short_steps(rule, first)
        return
    times = _times(rule, first)
    sieve = _Sieve(rule, first.date())
    looked = 0
    for days in _periods(rule, first.date()):
        looked += len(days)
        if looked > MAX_STEPS:
            return
        starts = [datetime.combine(day, at) for day in days if sieve.fits(day) for at in times]
        yield from _picked(starts, rule.positions)


def _picked(starts: Sequence[datetime], positions: Sequence[int]) -> Sequence[datetime]:
    if not positions:
        return starts
    size = len(starts)
    places = {place - 1 if place > 0 else size + place for place in positions}
    return [starts[place] for place in sorted(places) if 0 <= place < size]


def _times(rule: Rule, first: datetime) -> list[time]:
    hours, minutes, seconds = (
        sorted(set(values)) or [own]
        for values, own in ((rule.hours, first.hour), (rule.minutes, first.minute), (rule.seconds, first.second))
    )
    return [time(*parts) for parts in islice(product(hours, minutes, seconds), MAX_TIMES)]


def _periods(rule: Rule, first: date) -> Iterator[list[date]]:
    """The days of each period that the interval meets, from the one in which ``first`` lies."""
    day, step = first, max(rule.interval, 1)
    if rule.frequency == "weekly":
        day = first - timedelta(days=(first.weekday() - DAYS.index(rule.week_start)) % 7)
    elif rule.frequency != "daily":
        day = first.replace(day=1, month=1 if rule.frequency == "yearly" else first.month)
    while True:
        if rule.frequency == "daily":
            yield [day]
            day += timedelta(days=step)
        elif rule.frequency == "weekly":
            yield [day + timedelta(days=number) for number in range(7)]
            day += timedelta(days=7 * step)
        else:
            months = 12 if rule.frequency == "yearly" else 1
            size = (_later(day, months) - day).days
            yield [day + timedelta(days=number) for number in range(size)]
            day = _later(day, months * step)


def _later(day: date, months: int) -> date:
    """The first of the month so many months later."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


class _Sieve:
    """The days that a rule lets pass."""

    def __init__(self, rule: Rule, first: date) -> None:
        self._frequency = rule.frequency
        told = rule.days or rule.month_days or rule.year_days or rule.weeks
        self._months = frozenset(rule.months)
        if rule.frequency == "yearly" and not told:
            self._months = self._months or frozenset([first.month])
        self._weeks, self._year_days = frozenset(rule.weeks), frozenset(rule.year_days)
        self._month_days = frozenset(rule.month_days)
        if not told and rule.frequency in ("yearly", "monthly"):
            self._month_days = frozenset([first.day])
        self._week_start = DAYS.index(rule.week_start)
        self._in_year = rule.frequency == "yearly" and not rule.months
        self._days: dict[int, set[int]] = {}  # weekday: which one of the month or year, 0: each
        for name in rule.days:
            self._days.setdefault(DAYS.index(name[-2:]), set()).add(int(name[:-2] or 0))
        by_week = rule.frequency == "weekly" or (rule.weeks and not (rule.month_days or rule.year_days))
        if by_week and not self._days:
            self._days = {first.weekday(): {0}}

    def fits(self, day: date) -> bool:
        """Whether all parts of the rule let the day pass."""
        if self._months and day.month not in self._months:
            return False
        if self._month_days and not _counts(day.day, _month_size(day), self._month_days):
            return False
        if self._year_days and not _counts(day.timetuple().tm_yday, _year_size(day), self._year_days):
            return False
        if self._days and not self._is_day(day):
            return False
        return not self._weeks or self._in_weeks(day)

    def _is_day(self, day: date) -> bool:
        """``MO``, or ``-1MO``: the last one of the month, or of the year."""
        wanted = self._days.get(day.weekday())
        if wanted is None:
            return False
        if 0 in wanted or self._frequency in ("weekly", "daily"):
            return True
        number, size = (day.timetuple().tm_yday, _year_size(day)) if self._in_year else (day.day, _month_size(day))
        return (number - 1) // 7 + 1 in wanted or -((size - number) // 7 + 1) in wanted

    def _in_weeks(self, day: date) -> bool:
        """BYWEEKNO: week 1 is the first one with four days in the year (RFC 5545; ISO 8601 with Monday)."""
        for year in (day.year - 1, day.year, day.year + 1):
            begin, end = _first_week(year, self._week_start), _first_week(year + 1, self._week_start)
            if begin <= day < end:
                return _counts((day - begin).days // 7 + 1, (end - begin).days // 7, self._weeks)
        return False


def _counts(number: int, size: int, wanted: Set[int]) -> bool:
    """Whether the one of that number is wanted, counted from the beginning or, below zero, from the end."""
    return number in wanted or number - size - 1 in wanted


def _year_size(day: date) -> int:
    return 366 if day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0) else 365


def _month_size(day: date) -> int:
    return 31 if day.month == 12 else (_later(day, 1) - day.replace(day=1)).days


def _first_week(year: int, start: int) -> date:
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.weekday() - start) % 7)


def _short_steps(rule: Rule, first: datetime) -> Iterator[datetime]:
    """Rules by the hour and shorter: each step is looked at."""
    step = _STEPS[rule.frequency] * max(rule.interval, 1)
    minutes = rule.minutes if rule.frequency == "hourly" else ()
    seconds = rule.seconds if rule.frequency != "secondly" else ()
    sieve = _Sieve(rule, first.date())
    for number in range(MAX_STEPS):
        when = first + number * step
        if not sieve.fits(when.date()) or (rule.hours and when.hour not in rule.hours):
            continue
        if rule.frequency != "hourly" and rule.minutes and when.minute not in rule.minutes:
            continue
        if rule.frequency == "secondly" and rule.seconds and when.second not in rule.seconds:
            continue
        starts = [
            when.replace(minute=minute, second=second)
            for minute in sorted(set(minutes)) or [when.minute]
            for second in sorted(set(seconds)) or [when.second]
        ]
        yield from _picked(starts, rule.positions)

"""Series of meetings as Outlook stores them (MS-OXOCAL sections 2.2.1.39 and 2.2.1.44.1). Nothing here raises."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from .recurrence import DAYS, Rule
from .zones import Observance, zone_of

__all__ = ["OutlookSeries", "read_outlook_series", "read_outlook_zone"]

MAX_INSTANCES = 1000  # dates left out
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_HEAD = struct.Struct("<5H3I")
_FREQUENCIES = {0x200A: "daily", 0x200B: "weekly", 0x200C: "monthly", 0x200D: "yearly"}
_DAY, _WEEK, _MONTH, _NTH, _MONTH_END = 0, 1, 2, 3, 4
_BY_DATE, _BY_COUNT = 0x2021, 0x2022
_ZONE = struct.Struct("<3i")


@dataclass(frozen=True, slots=True)
class OutlookSeries:
    """``left_out`` are days, by the clock of the series' zone; those moved elsewhere are not among them."""

    rule: Rule
    left_out: tuple[date, ...] = ()


def read_outlook_series(data: bytes, start: datetime) -> OutlookSeries | None:
    """What a RecurrencePattern says; None for none, or one of a calendar other than the Gregorian.

    Args:
        start: of the series, by the clock of its zone: the rule leaves to it what it does not say.
    """
    try:
        _, _, frequency, pattern, calendar, _, period, _ = _HEAD.unpack_from(data, 0)
        days, month_days, positions, at = _days(data, pattern, _HEAD.size)
        ends, count, first_day, deleted = struct.unpack_from("<4I", data, at)
        if frequency not in _FREQUENCIES or pattern > _MONTH_END or calendar > 1:
            return None
        deleted = min(deleted, MAX_INSTANCES)
        gone = struct.unpack_from(f"<{deleted}I", data, at + 16)
        at += 16 + 4 * deleted
        (moved,) = struct.unpack_from("<I", data, at)
        moved = min(moved, MAX_INSTANCES)
        places = struct.unpack_from(f"<{moved}I", data, at + 4)
        (last,) = struct.unpack_from("<I", data, at + 8 + 4 * moved)  # the first date stands before it
        # The pattern says more than the frequency: "each weekday" is a daily one by the pattern of weeks.
        rule = Rule(
            frequency={_DAY: "daily", _WEEK: "weekly"}.get(pattern, _FREQUENCIES[frequency]),
            interval=_interval(_FREQUENCIES[frequency], pattern, period),
            count=count if ends == _BY_COUNT else None,
            until=_day(last) if ends == _BY_DATE else None,
            days=days,
            month_days=month_days,
            positions=positions,
            months=(start.month,) if frequency == 0x200D else (),
            week_start=DAYS[(first_day - 1) % 7],
        )
        # A moved instance is deleted and comes again: its own message tells where.
        return OutlookSeries(rule, tuple(_day(minutes) for minutes in gone if minutes not in places))
    except (struct.error, ValueError, OverflowError):
        return None


def _days(data: bytes, pattern: int, at: int) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...], int]:
    """(days, days of the month, positions, where the rest begins)."""
    if pattern == _DAY:
        return (), (), (), at
    (value,) = struct.unpack_from("<I", data, at)
    if pattern in (_MONTH, _MONTH_END):
        return (), (-1 if value >= 31 or pattern == _MONTH_END else value,), (), at + 4
    days = tuple(DAYS[(bit - 1) % 7] for bit in range(7) if value >> bit & 1)  # bit 0 is Sunday
    if pattern == _WEEK:
        return days, (), (), at + 4
    (which,) = struct.unpack_from("<I", data, at + 4)
    return days, (), (-1 if which >= 5 else which,), at + 8


def _interval(frequency: str, pattern: int, period: int) -> int:
    if pattern == _DAY:
        return max(period // 1440, 1)  # minutes
    return max(period // 12 if frequency == "yearly" else period, 1)


def _day(minutes: int) -> date:
    return (_EPOCH + timedelta(minutes=minutes)).date()


def read_outlook_zone(data: bytes) -> tzinfo | None:
    """The zone that a PidLidTimeZoneStruct describes; None for none."""
    try:
        bias, standard, daylight = _ZONE.unpack_from(data, 0)
        usual, summer = timedelta(minutes=-bias - standard), timedelta(minutes=-bias - daylight)
        begins = [_rule_of(data, at) for at in (14, 32)]
        if max(abs(usual), abs(summer)) >= timedelta(days=1):
            return None
        if not begins[0] or not begins[1]:
            return zone_of([Observance(usual, usual)])
        return zone_of([Observance(usual, summer, *begins[0]), Observance(summer, usual, *begins[1])])
    except struct.error:
        return None


def _rule_of(data: bytes, at: int) -> tuple[str, str] | None:
    """First begin and yearly rule of a SYSTEMTIME: month, weekday, which such weekday (5: the last), hour, minute."""
    _, month, weekday, which, hour, minute = struct.unpack_from("<6H", data, at)
    if not (1 <= month <= 12 and weekday < 7 and 1 <= which <= 5 and hour < 24 and minute < 60):
        return None
    day = f"{-1 if which == 5 else which}{DAYS[(weekday - 1) % 7]}"
    return f"1970{month:02}01T{hour:02}{minute:02}00", f"FREQ=YEARLY;BYMONTH={month};BYDAY={day}"

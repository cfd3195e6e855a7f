"""Series of meetings in winmail.dat, built after MS-OXOCAL."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import Event, Rule, read
from mailkit.content.outlook_series import read_outlook_series, read_outlook_zone
from mailkit.message import parse
from support import tnef as make

APPOINTMENT = bytes.fromhex("0220060000000000c000000000000046")
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
START = datetime(2026, 10, 5, 10, 0)  # a Monday, by the clock of the series
NEVER, BY_DATE, BY_COUNT = 0x2023, 0x2021, 0x2022


def minutes(day: date) -> int:
    return (day - EPOCH.date()).days * 1440


def pattern(
    frequency: int,
    kind: int,
    period: int,
    *numbers: int,
    ends: int = NEVER,
    count: int = 10,
    last: date = date(4500, 8, 31),
    deleted: tuple[date, ...] = (),
    moved: tuple[date, ...] = (),
) -> bytes:
    head = struct.pack("<5H3I", 0x3004, 0x3004, frequency, kind, 0, 0, period, 0)
    parts = [head, struct.pack(f"<{len(numbers)}I", *numbers), struct.pack("<3I", ends, count, 0)]
    for days in (deleted, moved):
        parts.append(struct.pack(f"<I{len(days)}I", len(days), *map(minutes, days)))
    parts.append(struct.pack("<2I", minutes(START.date()), minutes(last)))
    return b"".join(parts)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (pattern(0x200A, 0, 1440 * 3), Rule(frequency="daily", interval=3, week_start="SU")),
        (
            pattern(0x200B, 1, 2, 0b0100010, ends=BY_COUNT, count=6),
            Rule(frequency="weekly", interval=2, count=6, days=("MO", "FR"), week_start="SU"),
        ),
        (
            pattern(0x200B, 1, 1, 0b0000010, ends=BY_DATE, last=date(2026, 12, 28)),
            Rule(frequency="weekly", days=("MO",), until=date(2026, 12, 28), week_start="SU"),
        ),
        (pattern(0x200C, 2, 1, 5), Rule(frequency="monthly", month_days=(5,), week_start="SU")),
        (pattern(0x200C, 2, 1, 31), Rule(frequency="monthly", month_days=(-1,), week_start="SU")),
        (
            pattern(0x200C, 3, 1, 0b0000010, 1),
            Rule(frequency="monthly", days=("MO",), positions=(1,), week_start="SU"),
        ),
        (
            pattern(0x200C, 3, 1, 0b0111110, 5),
            Rule(frequency="monthly", days=("MO", "TU", "WE", "TH", "FR"), positions=(-1,), week_start="SU"),
        ),
        (
            pattern(0x200D, 2, 12, 5),
            Rule(frequency="yearly", month_days=(5,), months=(10,), week_start="SU"),
        ),
        (
            pattern(0x200D, 3, 12, 0b0000010, 1),
            Rule(frequency="yearly", days=("MO",), positions=(1,), months=(10,), week_start="SU"),
        ),
        # each weekday is stored as a daily pattern of weeks
        (
            pattern(0x200A, 1, 1, 0b0111110),
            Rule(frequency="weekly", days=("MO", "TU", "WE", "TH", "FR"), week_start="SU"),
        ),
    ],
)
def test_patterns(data: bytes, rule: Rule) -> None:
    series = read_outlook_series(data, START)
    assert series is not None
    assert series.rule == rule


def test_what_was_moved_is_not_left_out() -> None:
    data = pattern(0x200B, 1, 1, 2, deleted=(date(2026, 10, 12), date(2026, 10, 19)), moved=(date(2026, 10, 19),))
    series = read_outlook_series(data, START)
    assert series is not None
    assert series.left_out == (date(2026, 10, 12),)


BERLIN = struct.pack("<3i", -60, 0, -60) + struct.pack("<H8HH8H", 0, 0, 10, 0, 5, 3, 0, 0, 0, 0, 0, 3, 0, 5, 2, 0, 0, 0)


def test_the_zone_follows_summer_and_winter() -> None:
    zone = read_outlook_zone(BERLIN)
    berlin = ZoneInfo("Europe/Berlin")
    for month in range(1, 13):
        for day in (1, 15, 26, 28):
            here = datetime(2026, month, day, 10, tzinfo=zone)
            assert here.astimezone(UTC) == datetime(2026, month, day, 10, tzinfo=berlin).astimezone(UTC)
            assert here.astimezone(UTC).astimezone(zone).hour == 10


def _ticks(when: datetime) -> int:
    return int((when - EPOCH).total_seconds()) * 10_000_000


def _event(*properties: bytes) -> Event:
    start = datetime(2026, 10, 5, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    stream = make.stream(
        make.message(
            make.prop(0x001A, make.UNICODE, "IPM.Schedule.Meeting.Request"),
            make.prop(0x8000, make.TIME, _ticks(start), (APPOINTMENT, 0x820D)),
            make.prop(0x8001, make.TIME, _ticks(start.replace(hour=11)), (APPOINTMENT, 0x820E)),
            make.prop(0x8002, make.BINARY, BERLIN, (APPOINTMENT, 0x8233)),
            *properties,
        )
    )
    calendar = read(parse(make.mail(stream, text="x"))).calendar
    assert calendar is not None
    return calendar.events[0]


def test_a_series_in_winmail_dat() -> None:
    data = pattern(0x200B, 1, 1, 2, ends=BY_COUNT, count=5, deleted=(date(2026, 10, 12),))
    event = _event(make.prop(0x8003, make.BINARY, data, (APPOINTMENT, 0x8216)))
    assert event.rule == Rule(frequency="weekly", count=5, days=("MO",), week_start="SU")
    assert event.left_out == (datetime(2026, 10, 12, 8, tzinfo=UTC),)
    from mailkit.content import Calendar

    starts = [found.start for found in Calendar("REQUEST", (event,)).occurrences()]
    assert [(start.day, start.hour) for start in starts] == [(5, 8), (19, 8), (26, 9), (2, 9)]


def test_one_occurrence_and_whole_days() -> None:
    instead = datetime(2026, 10, 26, 9, tzinfo=UTC)
    assert _event(make.prop(0x8003, make.TIME, _ticks(instead), (APPOINTMENT, 0x8228))).occurrence == instead
    day = _event(make.prop(0x8003, make.BOOLEAN, 1, (APPOINTMENT, 0x8215)))
    assert (day.all_day, day.start) == (True, datetime(2026, 10, 5, tzinfo=UTC))


@given(st.binary(max_size=120))
def test_any_bytes_are_read(data: bytes) -> None:
    read_outlook_series(data, START)
    read_outlook_series(pattern(0x200B, 1, 1, 2)[:20] + data, START)
    zone = read_outlook_zone(data)
    assert zone is None or datetime(2026, 1, 1, tzinfo=zone).utcoffset() is not None

"""Series of events: rules read, written and worked out, compared with dateutil."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import Rule, read_calendar, read_rule
from mailkit.content.recurrence import MAX_OCCURRENCES, starts_of

START = datetime(2026, 10, 12, 10, 0, tzinfo=UTC)  # a Monday

RULES = [
    "FREQ=DAILY;COUNT=5",
    "FREQ=DAILY;INTERVAL=10;COUNT=5",
    "FREQ=DAILY;BYMONTH=1,12;UNTIL=20280101T000000Z",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=7",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU;COUNT=8",
    "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO,SU;COUNT=8",
    "FREQ=MONTHLY;BYMONTHDAY=12,-1;COUNT=9",
    "FREQ=MONTHLY;BYDAY=2MO;COUNT=6",
    "FREQ=MONTHLY;BYDAY=-1FR,2MO;COUNT=6",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=8;UNTIL=20280101T000000Z",
    "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13;COUNT=10",
    "FREQ=MONTHLY;BYMONTHDAY=12,31;COUNT=8",
    "FREQ=YEARLY;COUNT=4",
    "FREQ=YEARLY;BYMONTH=10;BYDAY=2MO;COUNT=4",
    "FREQ=YEARLY;BYDAY=41MO;UNTIL=20350101T000000Z",
    "FREQ=YEARLY;BYYEARDAY=1,100,-1,285;COUNT=8",
    "FREQ=YEARLY;BYWEEKNO=42;BYDAY=MO;COUNT=5",
    "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;UNTIL=20500101T000000Z",
    "FREQ=DAILY;BYHOUR=10,16;BYMINUTE=0,30;COUNT=9",
    "FREQ=HOURLY;INTERVAL=3;UNTIL=20261013T170000Z",
    "FREQ=MINUTELY;INTERVAL=90;COUNT=6",
]


@pytest.mark.parametrize("text", RULES)
def test_rules_give_the_same_dates_as_dateutil(text: str) -> None:
    rule = read_rule(text)
    assert rule is not None
    expected = list(itertools.islice(rrulestr(text, dtstart=START), 50))
    mine = list(itertools.islice(starts_of(rule, START, UTC), 50))
    if START not in expected:  # dateutil leaves out a start that its rule does not give; calendars show it
        expected = [START, *expected][:50]
    assert mine == expected


@pytest.mark.parametrize("text", RULES)
def test_rules_are_written_as_they_were_read(text: str) -> None:
    rule = read_rule(text)
    assert read_rule(str(rule)) == rule


def test_the_hour_follows_the_zone_of_the_start() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    rule = Rule(frequency="weekly", days=("MO",), count=4)
    starts = list(starts_of(rule, datetime(2026, 10, 12, 10, 0, tzinfo=berlin), berlin))
    assert [start.astimezone(UTC).hour for start in starts] == [8, 8, 9, 9]


SERIES = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:1
SUMMARY:Each Monday
DTSTART;TZID=Europe/Berlin:20261012T100000
DTEND;TZID=Europe/Berlin:20261012T110000
RRULE:FREQ=WEEKLY;BYDAY=MO
EXDATE;TZID=Europe/Berlin:20261019T100000
RDATE;TZID=Europe/Berlin:20261014T180000
END:VEVENT
BEGIN:VEVENT
UID:1
SUMMARY:On Tuesday for once
RECURRENCE-ID;TZID=Europe/Berlin:20261026T100000
DTSTART;TZID=Europe/Berlin:20261027T150000
DTEND;TZID=Europe/Berlin:20261027T170000
END:VEVENT
BEGIN:VEVENT
UID:1
RECURRENCE-ID;TZID=Europe/Berlin:20261102T100000
DTSTART;TZID=Europe/Berlin:20261102T100000
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
"""


def test_occurrences_with_dates_left_out_added_changed_and_called_off() -> None:
    calendar = read_calendar(SERIES)
    found = calendar.occurrences(most=4)
    assert [(o.start.day, o.start.hour, o.event.summary) for o in found] == [
        (12, 8, "Each Monday"),
        (14, 16, "Each Monday"),
        (27, 14, "On Tuesday for once"),
        (9, 9, "Each Monday"),
    ]
    assert found[2].end == datetime(2026, 10, 27, 16, tzinfo=UTC)
    assert calendar.events[0].rule == Rule(frequency="weekly", days=("MO",))


def test_occurrences_of_a_span_of_time() -> None:
    after, before = datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 2, 1, tzinfo=UTC)
    found = read_calendar(SERIES).occurrences(after=after, before=before)
    assert [o.start.day for o in found] == [7, 14, 21, 28]


def test_days_without_times() -> None:
    dates = "DTSTART;VALUE=DATE:20261012\nDTEND;VALUE=DATE:20261013"
    text = f"BEGIN:VEVENT\n{dates}\nRRULE:FREQ=DAILY;UNTIL=20261014\nEND:VEVENT"
    found = read_calendar(text).occurrences()
    assert [(o.start.day, o.end and o.end.day) for o in found] == [(12, 13), (13, 14), (14, 15)]


def test_a_series_without_an_end_is_bounded() -> None:
    text = "BEGIN:VEVENT\nDTSTART:20261012T100000Z\nRRULE:FREQ={}\nEND:VEVENT\n"
    assert len(read_calendar(text.format("DAILY")).occurrences(most=10**9)) == MAX_OCCURRENCES
    never = read_calendar(text.format("YEARLY;BYMONTH=2;BYMONTHDAY=30") * 50)
    assert {o.start for o in never.occurrences()} == {START}
    late = read_calendar("BEGIN:VEVENT\nDTSTART:99981012T100000Z\nDURATION:P3000W\nRRULE:FREQ=YEARLY\nEND:VEVENT")
    assert len(late.occurrences()) <= 2


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", None),
        ("FREQ=SOMETIMES", None),
        ("COUNT=3", None),
        ("freq=weekly;byday=+1mo, tu,xx;count=0;interval=-1", Rule(frequency="weekly", days=("1MO", "TU"))),
        ("FREQ=MONTHLY;BYMONTHDAY=0,32,-31,5,5;BYMONTH=13,-1", Rule(frequency="monthly", month_days=(-31, 5))),
        ("FREQ=DAILY;UNTIL=20261301;WKST=XX", Rule(frequency="daily")),
        ("RRULE:FREQ=DAILY;UNTIL=20261201", Rule(frequency="daily", until=date(2026, 12, 1))),
    ],
)
def test_what_cannot_be_is_left_out(text: str, rule: Rule | None) -> None:
    assert read_rule(text) == rule


@given(st.text(st.sampled_from("FREQ=DAILYWEKMONTH;BYSETPO0123456789-+,MTU"), max_size=80))
def test_any_rule_is_read(text: str) -> None:
    rule = read_rule(text) or read_rule(f"FREQ=MONTHLY;{text}")
    if rule is not None:
        found = list(itertools.islice(starts_of(rule, START, UTC), 5))
        assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("W. Europe Standard Time", 8),
        ("(UTC+01:00) Amsterdam, Berlin", 9),
        ('"(UTC+01:00) Amsterdam, Berlin"', 9),
        ("/mozilla.org/20050126_1/Europe/Berlin", 8),
        ("/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires", 13),
        ("GMT+0200", 8),
        ("UTC-5", 15),
        ("../../etc/passwd", 10),
        ("Customized Time Zone", 10),
    ],
)
def test_names_of_zones(zone: str, hour: int) -> None:
    text = f"BEGIN:VEVENT\nDTSTART;TZID={zone}:20260701T100000\nEND:VEVENT"
    assert read_calendar(text).events[0].start == datetime(2026, 7, 1, hour, tzinfo=UTC)


def test_a_calendars_own_zone_counts_for_times_without_one() -> None:
    text = (
        "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Asia/Jakarta\nBEGIN:VEVENT\nDTSTART:20260701T100000\nEND:VEVENT\nEND:VCALENDAR"
    )
    assert read_calendar(text).events[0].start == datetime(2026, 7, 1, 3, tzinfo=UTC)


def test_the_header_tells_the_method_where_the_text_does_not() -> None:
    assert read_calendar("BEGIN:VCALENDAR\nEND:VCALENDAR", "reply").method == "REPLY"
    assert read_calendar("BEGIN:VCALENDAR\nMETHOD:CANCEL\nEND:VCALENDAR", "reply").method == "CANCEL"


def test_a_long_series_ends_where_the_calendar_does() -> None:
    rule = Rule(frequency="yearly", interval=1000)
    assert [start.year for start in starts_of(rule, START, UTC)][-1] > 9000
    assert timedelta(0) == START.utcoffset()


@pytest.mark.parametrize(
    "unit",
    [
        "BEGIN:VEVENT\nDTSTART:20260101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\n",
        "BEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260101T000000Z\nDTSTART:20260101T000000Z\nEND:VEVENT\n",
        "RDATE:20260101T000000Z,20260102T000000Z\n",
        "EXDATE;TZID=Europe/Berlin:20260101T000000\n",
        "BEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE\n",
    ],
)
def test_long_calendars_take_linear_time(unit: str, grows_linearly: Callable[..., None]) -> None:
    grows_linearly(lambda text: read_calendar(text).occurrences(), unit)


@pytest.mark.parametrize("unit", ["2,", "1MO,", "-1SU,1MO,", "BYDAY=MO;", "FREQ=DAILY;"])
def test_long_rules_take_linear_time(unit: str, grows_linearly: Callable[..., None]) -> None:
    def work(text: str) -> list[datetime]:
        rule = read_rule(f"FREQ=YEARLY;COUNT=20;BYYEARDAY={text}") or Rule(frequency="daily")
        return list(itertools.islice(starts_of(rule, START, UTC), 20))

    grows_linearly(work, unit)

"""Series of meetings: written here, read back by our own reader and by the icalendar library."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from mailkit.compose import Draft, Meeting, answer_invitation
from mailkit.content import Rule, read, read_calendar
from mailkit.errors import DraftError, InjectionError
from mailkit.message import parse

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 5, 10, tzinfo=BERLIN)  # a Monday


def series(zone: ZoneInfo = BERLIN, **fields: object) -> Meeting:
    start = datetime(2026, 10, 5, 10, tzinfo=zone)
    base = {
        "uid": "series-7@acme.example",
        "summary": "Each Monday",
        "start": start,
        "end": start + timedelta(hours=1),
        "organizer": "ana@acme.example",
        "attendees": ["bo@client.example"],
        "rrule": "FREQ=WEEKLY;BYDAY=MO;UNTIL=20281231",
    }
    return Meeting(**{**base, **fields})


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Jakarta",
        "Africa/Casablanca",
        "Australia/Sydney",
        "Europe/Dublin",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "UTC",
    ],
)
def test_the_hour_stays_through_summer_and_winter(name: str) -> None:
    zone = ZoneInfo(name)
    text = series(zone).invitation(now=NOW)
    # Under a name that nobody knows only the rules that are written beside the series tell the hour.
    nameless = read_calendar(text.replace(name, "Somewhere Else") if name != "UTC" else text)
    starts = [found.start.astimezone(zone) for found in nameless.occurrences()]
    assert len(starts) == 117
    assert {(start.weekday(), start.hour) for start in starts} == {(0, 10)}
    assert [found.start for found in read_calendar(text).occurrences()] == starts
    icalendar.Calendar.from_ical(text)


def test_a_series_with_a_date_left_out() -> None:
    left_out = datetime(2026, 10, 12, 10, tzinfo=BERLIN)
    rule = Rule(frequency="weekly", days=("MO",), count=3)
    text = series(rrule=rule, left_out=[left_out]).invitation(now=NOW)
    calendar = read_calendar(text)
    assert calendar.events[0].rule == rule
    assert [found.start.astimezone(BERLIN).day for found in calendar.occurrences()] == [5, 19]
    [event] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert event["exdate"].dts[0].dt == left_out


def test_one_occurrence_is_changed() -> None:
    when = datetime(2026, 10, 26, 10, tzinfo=BERLIN)
    moved = series().one(when, start=when + timedelta(hours=4), end=when + timedelta(hours=5), location="Room 6")
    text = moved.invitation(now=NOW)
    calendar = read_calendar(text)
    [event] = calendar.events
    assert (calendar.method, event.occurrence, event.start) == ("REQUEST", when, when + timedelta(hours=4))
    assert (event.uid, event.sequence, event.recurrence, event.location) == ("series-7@acme.example", 1, "", "Room 6")


def test_one_occurrence_is_called_off() -> None:
    when = datetime(2026, 10, 26, 10, tzinfo=BERLIN)
    calendar = read_calendar(series().one(when).cancellation(now=NOW))
    [event] = calendar.events
    assert (calendar.method, event.status, event.occurrence) == ("CANCEL", "cancelled", when)
    assert event.end == when + timedelta(hours=1)


def test_days_without_times() -> None:
    yearly = Meeting(
        uid="1@acme.example",
        summary="Stocktaking",
        start=date(2026, 12, 30),
        end=date(2026, 12, 31),
        organizer="ana@acme.example",
        rrule="FREQ=YEARLY;UNTIL=20291231T120000Z",
    )
    text = yearly.invitation(now=NOW)
    assert "RRULE:FREQ=YEARLY;UNTIL=20291231\r\n" in text
    assert [found.start.year for found in read_calendar(text).occurrences()] == [2026, 2027, 2028, 2029]
    assert "RECURRENCE-ID;VALUE=DATE:20271230" in yearly.one(date(2027, 12, 30)).cancellation(now=NOW)


def test_the_answer_names_the_occurrence(composed) -> None:
    when = datetime(2026, 10, 26, 10, tzinfo=BERLIN)
    changed = series().one(when)
    draft = Draft(to=changed.attendees, subject="x", text="x", calendar=changed.invitation(now=NOW))
    answer = answer_invitation(parse(composed(draft).raw), "declined", attendee="bo@client.example")
    [event] = read(parse(composed(answer).raw)).calendar.events
    assert (event.occurrence, event.attendees[0].status) == (when, "declined")


@pytest.mark.parametrize(
    "fields",
    [
        {"rrule": "EVERY MONDAY"},
        {"rrule": "FREQ=SOMETIMES"},
        {"rrule": "", "left_out": [START]},
        {"left_out": [date(2026, 10, 12)]},
        {"left_out": [datetime(2026, 10, 12, 10)]},
        {"occurrence": START},
        {"start": START.astimezone(UTC) + timedelta(0), "rrule": "", "occurrence": date(2026, 10, 5)},
    ],
)
def test_what_is_no_series_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(DraftError):
        series(**fields)


def test_a_fixed_offset_has_no_summer() -> None:
    from datetime import timezone

    start = START.astimezone(timezone(timedelta(hours=2)))
    with pytest.raises(DraftError, match="ZoneInfo"):
        series(start=start, end=start + timedelta(hours=1))


def test_a_rule_adds_no_line() -> None:
    with pytest.raises(InjectionError):
        series(rrule="FREQ=DAILY\r\nATTENDEE:mailto:eve@x.example")
    assert parse(b"").message_id is None

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import read_calendar

INVITATION = """\
BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VTIMEZONE\r
TZID:Somewhere\r
BEGIN:STANDARD\r
TZOFFSETTO:+0530\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:abc@client.example\r
SUMMARY;LANGUAGE=en:Kick-off\\, part 1\r
DTSTART;TZID=Europe/Berlin:20260601T100000\r
DTEND;TZID=W. Europe Standard Time:20260601T113000\r
LOCATION:Room 5\r
ORGANIZER;CN="Berg, Bo":mailto:bo@client.example\r
ATTENDEE;CN=Ana;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:ana@acme.example\r
ATTENDEE;CN="Cy: the third":MAILTO:cy@x.exam\r
 ple\r
DESCRIPTION:One\\nTwo\\;\r
SEQUENCE:2\r
STATUS:CONFIRMED\r
RRULE:FREQ=WEEKLY;COUNT=3\r
BEGIN:VALARM\r
DESCRIPTION:not this\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_an_invitation_is_read() -> None:
    calendar = read_calendar(INVITATION)
    assert calendar.method == "REQUEST"
    (event,) = calendar.events
    assert (event.uid, event.summary, event.location) == ("abc@client.example", "Kick-off, part 1", "Room 5")
    assert event.start == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    assert event.end == datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
    assert event.description == "One\nTwo;"
    assert event.organizer is not None
    assert (event.organizer.name, event.organizer.address) == ("Berg, Bo", "bo@client.example")
    assert [(a.address, a.name, a.status) for a in event.attendees] == [
        ("ana@acme.example", "Ana", "accepted"),
        ("cy@x.example", "Cy: the third", "needs-action"),
    ]
    assert (event.sequence, event.status, event.recurrence) == (2, "confirmed", "FREQ=WEEKLY;COUNT=3")


@pytest.mark.parametrize(
    ("line", "start", "all_day"),
    [
        ("DTSTART:20260601T100000Z", datetime(2026, 6, 1, 10, tzinfo=UTC), False),
        ("DTSTART;VALUE=DATE:20260601", datetime(2026, 6, 1, tzinfo=UTC), True),
        ("DTSTART;TZID=Somewhere:20260601T100000", datetime(2026, 6, 1, 4, 30, tzinfo=UTC), False),
        ("DTSTART;TZID=../../etc/passwd:20260601T100000", datetime(2026, 6, 1, 10, tzinfo=UTC), False),
        ("DTSTART;TZID=SE Asia Standard Time:20260601T100000", datetime(2026, 6, 1, 3, tzinfo=UTC), False),
        ("DTSTART:tomorrow", None, False),
        ("DTSTART:", None, False),
        ("DTSTART:99999999T999999", None, False),
    ],
)
def test_times(line: str, start: datetime | None, all_day: bool) -> None:
    old = "DTSTART;TZID=Europe/Berlin:20260601T100000"
    (event,) = read_calendar(INVITATION.replace(old, line)).events
    assert (event.start, event.all_day) == (start, all_day)


@pytest.mark.parametrize(
    ("duration", "minutes"), [("PT1H30M", 90), ("P1D", 1440), ("P2W", 20160), ("-", None), ("PT", None)]
)
def test_durations(duration: str, minutes: int | None) -> None:
    text = f"BEGIN:VEVENT\nDTSTART:20260601T100000Z\nDURATION:{duration}\nEND:VEVENT"
    (event,) = read_calendar(text).events
    if minutes is None:
        assert event.end is None
    else:
        assert event.start is not None
        assert event.end is not None
        assert (event.end - event.start).total_seconds() == minutes * 60


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    read_calendar(text)


LINES = [
    "BEGIN:VEVENT",
    "END:VEVENT",
    "BEGIN:VTIMEZONE",
    "BEGIN:STANDARD",
    "TZOFFSETTO:+9999",
    "TZOFFSETTO:-٣٣٣٣",
    "TZID:x",
    "DTSTART;TZID=x:00010101T000000",
    "DTSTART;TZID=Asia/Tokyo:00010101T000000",
    "DTEND:99991231T235959",
    "DURATION:P999999999W",
    "SEQUENCE:-1",
    "SEQUENCE:²",
    "ATTENDEE:",
    ";:",
    ' "',
    "END:",
]


@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_any_mixture_of_lines_is_read(lines: list[str]) -> None:
    for event in read_calendar("\n".join(lines)).events:
        assert event.start is None or event.start.utcoffset() is not None


@pytest.mark.parametrize(
    "unit", ["BEGIN:VEVENT\n", " x\n", "A;", '"', "ATTENDEE:x\n", "\\n", "BEGIN:VEVENT\nEND:VEVENT\n", "a"]
)
def test_long_texts_take_linear_time(unit: str, grows_linearly: Callable[..., None]) -> None:
    grows_linearly(lambda text: read_calendar("BEGIN:VEVENT\nSUMMARY:" + text), unit)

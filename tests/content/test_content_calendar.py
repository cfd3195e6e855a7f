from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import kind_of, read, read_calendar
from mailkit.message import parse

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


OUTLOOK = """\
BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Unsere Zeit
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:series@client.example
DTSTAMP:20260501T080000Z
DTSTART;TZID=Unsere Zeit:{start}
RRULE:FREQ=WEEKLY;BYDAY=MO
EXDATE;TZID=Unsere Zeit:20260608T100000,20260615T100000
RDATE;VALUE=PERIOD:20260616T080000Z/PT1H
RECURRENCE-ID;TZID=Unsere Zeit:20261102T100000
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("local", "hours"),
    [
        ("20260115T100000", 1),
        ("20260329T013000", 1),
        ("20260329T033000", 2),
        ("20260601T100000", 2),
        ("20261025T013000", 2),
        ("20261025T033000", 1),
        ("20261231T235900", 1),
        ("16000101T000000", 2),
    ],
)
def test_a_zone_with_summer_time_that_only_the_part_knows(local: str, hours: int) -> None:
    (event,) = read_calendar(OUTLOOK.replace("{start}", local)).events
    wall = datetime.strptime(local, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    assert event.start is not None
    assert (wall - event.start).total_seconds() == hours * 3600
    assert event.zone == "Unsere Zeit"


def test_the_own_rules_agree_with_the_zone_of_the_same_name() -> None:
    for month in range(1, 13):
        for day in (1, 8, 15, 22, 28):
            own = OUTLOOK.replace("{start}", f"2026{month:02}{day:02}T120000")
            known = own.replace("Unsere Zeit", "Europe/Berlin")
            assert read_calendar(own).events[0].start == read_calendar(known).events[0].start


def test_a_series_and_the_occurrence_that_is_changed() -> None:
    (event,) = read_calendar(OUTLOOK.replace("{start}", "20260601T100000")).events
    assert event.left_out == (datetime(2026, 6, 8, 8, tzinfo=UTC), datetime(2026, 6, 15, 8, tzinfo=UTC))
    assert event.added == (datetime(2026, 6, 16, 8, tzinfo=UTC),)
    assert event.occurrence == datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert event.stamp == datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        ("FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", 0),
        ("FREQ=YEARLY;BYDAY=SU;BYMONTH=3", 0),
        ("FREQ=YEARLY;BYDAY=9SU;BYMONTH=3", 0),
        ("FREQ=YEARLY;BYDAY=1SU;BYMONTH=13", 0),
        ("FREQ=DAILY", 0),
        ("x", 0),
    ],
)
def test_rules_that_cannot_be_read_do_no_harm(rule: str, hours: int) -> None:
    text = OUTLOOK.replace("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", rule).replace("{start}", "20260601T100000")
    (event,) = read_calendar(text).events
    assert event.start is not None
    assert event.start.hour in (8, 9)


def test_an_answer() -> None:
    text = INVITATION.replace("METHOD:REQUEST", "METHOD:REPLY").replace("SEQUENCE:2", "COMMENT:Late\\, sorry")
    calendar = read_calendar(text)
    assert calendar.answer is not None
    assert (calendar.answer.address, calendar.answer.status) == ("ana@acme.example", "accepted")
    assert calendar.events[0].comment == "Late, sorry"
    assert read_calendar(INVITATION).answer is None
    assert read_calendar("METHOD:REPLY").answer is None


WHOLE = INVITATION.replace("TZOFFSETTO", "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO")


@pytest.mark.parametrize("text", [WHOLE, OUTLOOK.replace("{start}", "20260601T100000")])
def test_the_library_reads_the_same(text: str) -> None:
    """icalendar, which is strict and knows the whole standard, agrees on what both read."""
    (ours,) = read_calendar(text).events
    theirs = icalendar.Calendar.from_ical(text)
    event = theirs.walk("VEVENT")[0]
    assert str(theirs.get("METHOD", "")) == "REQUEST"
    assert (str(event["UID"]), str(event.get("SUMMARY", ""))) == (ours.uid, ours.summary)
    assert event.decoded("DTSTART").astimezone(UTC) == ours.start
    if "RECURRENCE-ID" in event:
        assert event.decoded("RECURRENCE-ID").astimezone(UTC) == ours.occurrence
        assert [one.dt.astimezone(UTC) for one in event["EXDATE"].dts] == list(ours.left_out)
    people = event.get("ATTENDEE", [])
    assert [str(one).lower().removeprefix("mailto:") for one in people] == [one.address for one in ours.attendees]
    assert event["RRULE"].to_ical().decode() == ours.recurrence


def test_who_goes_instead() -> None:
    calendar = read_calendar(
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n"
        'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:cy@b.example","mailto:di@b.example":mailto:bo@b.example\n'
        'ATTENDEE;DELEGATED-FROM="mailto:bo@b.example":mailto:cy@b.example\nEND:VEVENT\nEND:VCALENDAR\n'
    )
    answer = calendar.answer
    assert answer is not None
    assert (answer.address, answer.status, answer.delegated_to) == ("bo@b.example", "delegated", "cy@b.example")
    assert calendar.events[0].attendees[1].delegated_from == "bo@b.example"


def test_names_escaped_as_rfc_6868_has_it() -> None:
    event = read_calendar(
        "BEGIN:VEVENT\nORGANIZER;CN=\"Ana ^'A^' ^^ Adams\":mailto:ana@acme.example\nEND:VEVENT"
    ).events[0]
    assert event.organizer is not None
    assert event.organizer.name == 'Ana "A" ^ Adams'


def test_an_escaped_circumflex_escapes_nothing_more() -> None:
    event = read_calendar("BEGIN:VEVENT\nORGANIZER;CN=\"^^n^^'^^^^^'\":mailto:ana@acme.example\nEND:VEVENT").events[0]
    assert event.organizer is not None
    assert event.organizer.name == "^n^'^^\""


@pytest.mark.parametrize("charset", ["us-ascii", "iso-8859-1", "utf-8", ""])
@pytest.mark.parametrize("kind", ["text/calendar", "application/ics"])
def test_calendars_are_utf_8_whatever_the_header_says(kind: str, charset: str) -> None:
    said = f"; charset={charset}" if charset else ""
    text = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Übergabe\nEND:VEVENT\nEND:VCALENDAR\n"
    message = parse(f"From: a@acme.example\nContent-Type: {kind}{said}\n\n{text}".encode())
    calendar = read(message).calendar
    assert calendar is not None
    assert calendar.events[0].summary == "Übergabe"
    assert kind_of(message) == "calendar"


def test_a_calendar_that_is_only_attached() -> None:
    text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Plan\nEND:VEVENT\nEND:VCALENDAR\n"
    attached = f"Content-Type: application/octet-stream; name=plan.ICS\n\n{text}"
    body = f"--b\nContent-Type: text/plain\n\nHello\n--b\n{attached}--b--"
    message = parse(f"From: a@acme.example\nContent-Type: multipart/mixed; boundary=b\n\n{body}\n".encode())
    calendar = read(message).calendar
    assert calendar is not None
    assert (calendar.events[0].summary, kind_of(message)) == ("Plan", "normal")

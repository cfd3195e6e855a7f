"""Invitations, read back by our own reader and by the icalendar library."""

from __future__ import annotations

import email
import io
import re
import struct
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose import Draft, Meeting, answer_invitation
from mailkit.content import read, read_calendar
from mailkit.errors import AddressError, DraftError, InjectionError
from mailkit.message import parse

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
START = datetime(2026, 3, 9, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120)


def meeting(**fields: object) -> Meeting:
    base = {
        "uid": "order-1042@acme.example",
        "summary": "Übergabe; Teil 1, Raum 2",
        "start": START,
        "end": START + timedelta(hours=1),
        "organizer": "Ana Acme <ana@acme.example>",
        "attendees": ["Bo <bo@client.example>", "cy@client.example"],
        "location": "Köln",
        "description": "one\ntwo",
    }
    return Meeting(**{**base, **fields})


def peer(text: str) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    assert not event.errors
    return event


def test_an_invitation(composed):
    text = meeting().invitation(now=NOW)
    calendar = read_calendar(text)
    assert calendar.method == "REQUEST"
    [event] = calendar.events
    assert (event.uid, event.summary, event.location) == ("order-1042@acme.example", meeting().summary, "Köln")
    assert event.description == "one\ntwo"
    assert event.start == START
    assert event.organizer.address == "ana@acme.example"
    assert [(a.address, a.status) for a in event.attendees] == [
        ("bo@client.example", "needs-action"),
        ("cy@client.example", "needs-action"),
    ]
    other = peer(text)
    assert other.decoded("dtstart") == START
    assert other.decoded("dtstamp") == NOW
    assert str(other["summary"]) == meeting().summary
    assert other["organizer"].params["CN"] == "Ana Acme"
    raw = composed(Draft(to=meeting().attendees, subject="x", text="y", calendar=text)).raw
    part = next(part for part in parse(raw).parts if part.content_type == "text/calendar")
    assert part.params["method"] == "REQUEST"
    assert part.content.decode() == text


def test_a_cancellation():
    text = meeting(sequence=3).cancellation(now=NOW)
    [event] = read_calendar(text).events
    assert read_calendar(text).method == "CANCEL"
    assert (event.sequence, event.status) == (4, "cancelled")
    assert str(peer(text)["status"]) == "CANCELLED"


def test_whole_days():
    text = meeting(start=date(2026, 3, 9), end=date(2026, 3, 11)).invitation(now=NOW)
    assert peer(text).decoded("dtstart") == date(2026, 3, 9)
    assert read_calendar(text).events[0].all_day


@pytest.mark.parametrize("status", ["accepted", "tentative", "declined"])
def test_an_answer_to_an_invitation(composed, status):
    invited = composed(Draft(to="bo@client.example", text="x", calendar=meeting(sequence=2).invitation(now=NOW))).raw
    draft = answer_invitation(parse(invited), status, attendee="Bo <bo@client.example>", now=NOW)
    assert draft.to == ("ana@acme.example",)
    assert draft.subject.casefold().startswith(f"{status}: ")
    assert draft.in_reply_to == "1.2@acme.example"
    view = read(parse(composed(draft, sender="bo@client.example").raw))
    assert view.kind == "calendar"
    assert view.calendar.method == "REPLY"
    [event] = view.calendar.events
    assert (event.uid, event.sequence, event.start) == ("order-1042@acme.example", 2, START)
    assert [(a.address, a.status) for a in event.attendees] == [("bo@client.example", status)]
    assert peer(draft.calendar).decoded("dtend") == START + timedelta(hours=1)


@pytest.mark.parametrize("all_day", [False, True])
def test_an_answer_to_one_of_a_series_is_for_that_one_only(composed, all_day):
    when = ";VALUE=DATE:20260302" if all_day else ":20260302T100000Z"
    start = ";VALUE=DATE:20260303" if all_day else ":20260302T120000Z"
    text = meeting().invitation(now=NOW)
    text = re.sub(r"DTSTART[^\r]*", f"RECURRENCE-ID{when}\r\nDTSTART{start}", re.sub(r"DTEND[^\r]*\r\n", "", text))
    invited = parse(composed(Draft(to="bo@client.example", text="x", calendar=text)).raw)
    answer = answer_invitation(invited, "accepted", attendee="bo@client.example", now=NOW).calendar
    assert read_calendar(answer).events[0].occurrence == read_calendar(text).events[0].occurrence
    assert peer(answer)["recurrence-id"].dt == peer(text)["recurrence-id"].dt


@pytest.mark.parametrize(
    "address", ["b%o@client.example", "b?subject=x@client.example", "b&o=1@client.example", "bö@client.example"]
)
def test_an_address_in_a_calendar_is_a_uri(composed, address):
    text = meeting(attendees=[address]).invitation(now=NOW)
    written = text.replace("\r\n ", "")
    assert "mailto:" + quote(address, safe="@") in written
    assert read_calendar(text).events[0].attendees[0].address == address


@pytest.mark.parametrize(
    "organizer", ["", "ORGANIZER:\r\n", "ORGANIZER:mailto:a@x.example%0D%0ABcc:b\r\n", "ORGANIZER:x\r\n"]
)
def test_an_organizer_that_is_nobody(composed, organizer):
    text = re.sub(r"ORGANIZER(.|\r\n )*\r\n(?! )", organizer, meeting(attendees=[]).invitation(now=NOW), count=1)
    invited = parse(composed(Draft(to="bo@client.example", text="x", calendar=text)).raw)
    with pytest.raises(AddressError, match="no organizer"):
        answer_invitation(invited, "accepted", attendee="bo@client.example")


def test_what_is_no_invitation_is_not_answered(composed):
    raw = composed(Draft(to="bo@client.example", text="x", calendar=meeting().cancellation(now=NOW))).raw
    with pytest.raises(DraftError, match="no invitation"):
        answer_invitation(parse(raw), "accepted", attendee="bo@client.example")
    ok = composed(Draft(to="bo@client.example", text="x", calendar=meeting().invitation(now=NOW))).raw
    with pytest.raises(DraftError, match="no answer"):
        answer_invitation(parse(ok), "perhaps", attendee="bo@client.example")  # type: ignore[arg-type]
    with pytest.raises(AddressError):
        answer_invitation(parse(ok.replace(b"mailto:ana@acme", b"mailto:ana acme")), "accepted", attendee="b@c.example")


@given(summary=TEXT, description=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.just("\n")))
def test_any_text_comes_back(summary, description):
    text = meeting(summary=summary, description=description).invitation(now=NOW)
    [event] = read_calendar(text).events
    assert (event.summary, event.description) == (summary, description)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert str(peer(text).get("summary", "")) == summary


@given(name=TEXT)
def test_any_name_comes_back(name):
    from mailkit.message import Address

    text = meeting(organizer=Address(name, "ana@acme.example", None)).invitation(now=NOW)
    assert read_calendar(text).events[0].organizer.name == name
    assert peer(text)["organizer"] == "mailto:ana@acme.example"
    # icalendar takes a backslash in a parameter for an escape, which RFC 5545 section 3.2 does not know.
    assert peer(text)["organizer"].params.get("CN", "") == re.sub(r"\\([\\,;:])", r"\1", name)


@pytest.mark.parametrize("name", ["\\:", "a\\,b", "\\\\", "\\;x", "^\"'^^n"])
def test_a_backslash_in_a_name_is_no_escape(name):
    from mailkit.message import Address

    text = meeting(organizer=Address(name, "ana@acme.example", None)).invitation(now=NOW)
    assert read_calendar(text).events[0].organizer.name == name


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(1, 1, 1), date(1, 1, 2)),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), START),
        (START, datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12)))),
    ],
)
def test_a_time_that_another_zone_cannot_tell_is_refused(start, end):
    with pytest.raises(DraftError, match="years 2 to 9998"):
        meeting(start=start, end=end)


def test_an_occurrence_that_never_ends_is_refused():
    series = meeting(end=START + timedelta(days=400), rrule="FREQ=YEARLY;COUNT=2")
    with pytest.raises(DraftError, match="9998"):
        series.one(datetime(9998, 12, 31, tzinfo=UTC))


def test_a_year_has_four_digits():
    text = meeting(start=date(33, 4, 3), end=date(33, 4, 4)).invitation(now=NOW)
    assert "DTSTART;VALUE=DATE:00330403\r\nDTEND;VALUE=DATE:00330404\r\n" in text


def test_an_invitation_with_a_title_without_end_is_answered(composed):
    text = re.sub(r"SUMMARY(.|\r\n )*\r\n(?! )", "SUMMARY:" + "é" * 200_000 + "\r\n", meeting().invitation(now=NOW))
    invited = parse(composed(Draft(to="bo@client.example", text="x", calendar=text)).raw)
    draft = answer_invitation(invited, "accepted", attendee="bo@client.example")
    assert len(draft.subject) <= 1020
    assert parse(composed(draft).raw).subject == draft.subject


@pytest.mark.parametrize(
    ("calendar", "method"),
    [
        ("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", "REPLY"),
        ("BEGIN:VCALENDAR\nmeth\n od;X-A=1:reply\nEND:VCALENDAR\n", "REPLY"),
        ("BEGIN:VCALENDAR\r\nX-WR-CALDESC:told\r\n METHOD:CANCEL\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", "REQUEST"),
        ("BEGIN:VCALENDAR\r\nX-WR-CALDESC:a\u2028METHOD:CANCEL\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", "REQUEST"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nMETHOD:CANCEL\nEND:VEVENT\nMETHOD:REQUEST\nEND:VCALENDAR\n", "REQUEST"),
        ("BEGIN:VCALENDAR\r\nMETHOD:a b;c\r\nEND:VCALENDAR\r\n", "PUBLISH"),
    ],
)
def test_the_method_is_the_calendars_and_no_text_that_looks_like_it(composed, calendar, method):
    message = parse(composed(Draft(to="bo@client.example", text="x", calendar=calendar)).raw)
    [part] = [part for part in message.parts if part.content_type == "text/calendar"]
    assert email.message_from_bytes(message.raw).get_payload(1).get_param("method") == method
    assert part.text.replace("\r\n", "\n") == calendar.replace("\r\n", "\n")


@pytest.mark.parametrize("char", ["\r", "\n", "\0", "\x7f", "\x85", "\u2028", "\udc0d", "\x1b"])
@pytest.mark.parametrize("field", ["uid", "summary", "organizer", "attendees", "location", "description"])
def test_nothing_breaks_out_of_a_calendar(field, char):
    value = f"a{char}ATTENDEE:mailto:x@y.example"
    if field in ("location", "description") and char in "\r\n":
        [event] = read_calendar(meeting(**{field: value}).invitation(now=NOW)).events
        assert len(event.attendees) == 2
        return
    given_value = [f"{value} <b@c.example>"] if field == "attendees" else value
    with pytest.raises(InjectionError):
        meeting(**{field: f"{value} <b@c.example>" if field == "organizer" else given_value})


@pytest.mark.parametrize(
    "fields",
    [
        {"end": START},
        {"end": date(2026, 3, 10)},
        {"start": datetime(2026, 3, 9), "end": datetime(2026, 3, 10)},
        {"uid": ""},
        {"uid": "x" * 256},
    ],
)
def test_meetings_that_are_none(fields):
    with pytest.raises(DraftError):
        meeting(**fields)


@pytest.mark.parametrize("key", ["Europe/Berlin\r\nATTENDEE:mailto:x@evil.example", "a;b", "", None])
def test_the_name_of_a_zone_cannot_break_out(key):
    file = io.BytesIO(zone_file())
    zone = ZoneInfo.from_file(file, key=key)
    with pytest.raises(DraftError, match="no name of a time zone"):
        meeting(start=START.replace(tzinfo=zone), end=START + timedelta(days=1), rrule="FREQ=DAILY;COUNT=2")


def zone_file() -> bytes:
    """A zone of one offset, in the format of RFC 8536."""
    head = b"TZif2" + b"\0" * 15 + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    return (head + struct.pack(">lbb", 3600, 0, 0) + b"CET\0") * 2 + b"\nCET-1\n"

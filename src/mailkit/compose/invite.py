"""Meetings by mail: invitation, cancellation, answer (iTIP, RFC 5546, in mail as RFC 6047 has it).

The texts are for ``Draft(calendar=…)``, which writes their METHOD into the Content-Type too. Times are written in UTC:
every program shows them in its reader's zone, and no time zone has to be described. A series of meetings, whose hour
must follow the summer time of one place, is not offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from mailkit.compose.addresses import Mailbox, addresses_of, mailbox
from mailkit.compose.audience import clean
from mailkit.compose.composing import is_message_id
from mailkit.compose.draft import Draft
from mailkit.compose.guard import check_type, check_value, is_control
from mailkit.errors import DraftError, InjectionError

if TYPE_CHECKING:
    from mailkit.content import Event
    from mailkit.message import Address, Message

Answer = Literal["accepted", "tentative", "declined"]
_IN_MAILTO = "@!$'*+-.^_`{|}~"
_MOST_CHANGES = 2**31 - 2  # RFC 5545 section 3.3.8; a cancellation is one more
_ANSWERS = {"accepted": "Accepted", "tentative": "Tentative", "declined": "Declined"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One meeting.

    Args:
        uid: the same for the invitation, every change and the cancellation; ``"order-1042@acme.example"``.
        summary: the title.
        start, end: aware times; or dates, for whole days, ``end`` being the day after the last.
        organizer: who invites; answers go there.
        attendees: who is invited.
        location, description: free text.
        sequence: 0, and one more with every change (RFC 5546 section 2.1.4).

    Raises:
        AddressError: an address cannot be used.
        InjectionError: a text holds a control character; line breaks and tabs are fine in location and description.
        DraftError: a time has no zone, or the end is not after the start.
    """

    uid: str
    summary: str
    start: datetime | date
    end: datetime | date
    organizer: str | Address
    attendees: Sequence[str | Address] = ()
    location: str = ""
    description: str = ""
    sequence: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "attendees", addresses_of(self.attendees, "attendees"))
        check_value(self.uid, "The uid of a meeting")
        check_value(self.summary, "The summary of a meeting", tab=True)
        for what, text in (("location", self.location), ("description", self.description)):
            _check_lines(text, what)
        check_type(self.sequence, int, "sequence")
        if not 0 <= self.sequence <= _MOST_CHANGES:
            raise DraftError(f"The sequence of a meeting is 0 to {_MOST_CHANGES}.")
        check_type(self.start, date, "start")
        check_type(self.end, date, "end")
        for address in (self.organizer, *self.attendees):
            mailbox(address, "The address in a meeting")
        if not self.uid or len(self.uid) > 255:
            raise DraftError("The uid of a meeting has 1 to 255 characters.")
        both_days = not (isinstance(self.start, datetime) or isinstance(self.end, datetime))
        both_times = isinstance(self.start, datetime) and isinstance(self.end, datetime)
        if not (both_days or both_times) or not _written(self.start) < _written(self.end):
            raise DraftError("A meeting ends after it starts; both are times, or both are dates.")

    def invitation(self, *, now: datetime | None = None) -> str:
        """The text that invites, or that tells of a change (METHOD:REQUEST). ``now`` is written as DTSTAMP."""
        return self._calendar("REQUEST", "CONFIRMED", now)

    def cancellation(self, *, now: datetime | None = None) -> str:
        """The text that calls the meeting off (METHOD:CANCEL). Its sequence is one above the meeting's."""
        return self._calendar("CANCEL", "CANCELLED", now)

    def _calendar(self, method: str, status: str, now: datetime | None) -> str:
        cancelled = method == "CANCEL"
        people = [_person("ORGANIZER", mailbox(self.organizer))]
        for attendee in self.attendees:
            wish = [] if cancelled else ["ROLE=REQ-PARTICIPANT", "PARTSTAT=NEEDS-ACTION", "RSVP=TRUE"]
            people.append(_person("ATTENDEE", mailbox(attendee), wish))
        return _calendar(
            method,
            [
                f"UID:{_text(self.uid)}",
                f"SEQUENCE:{self.sequence + cancelled}",
                f"DTSTAMP:{_written(now or datetime.now(UTC))}",
                *_span(self.start, self.end),
                f"SUMMARY:{_text(self.summary)}",
                *([f"LOCATION:{_text(self.location)}"] if self.location else []),
                *([f"DESCRIPTION:{_text(self.description)}"] if self.description else []),
                f"STATUS:{status}",
                *people,
            ],
        )


def answer_invitation(
    message: Message, status: Answer, *, attendee: str | Address, text: str = "", now: datetime | None = None
) -> Draft:
    """A draft that answers an invitation: to its organizer, with METHOD:REPLY (RFC 5546 section 3.2.3).

    Args:
        message: the invitation that was received.
        status: what to say.
        attendee: the invited address that answers.
        text: what to say in words; the bare answer if "".

    Raises:
        DraftError: the message holds no invitation, or one that names no organizer mail can be sent to.
        AddressError: ``attendee`` is no address.
    """
    from mailkit.content import read

    calendar = read(message).calendar
    if calendar is None or calendar.method != "REQUEST" or not calendar.events:
        raise DraftError("The message holds no invitation.", hint="Look at mailkit.read(message).calendar first.")
    event = calendar.events[0]
    if status not in _ANSWERS:
        raise DraftError(f"{str(status)[:40]!r} is no answer.", hint=f"One of: {', '.join(_ANSWERS)}.")
    organizer = event.organizer.address if event.organizer is not None else ""
    word = _ANSWERS[status]
    asked = message.message_id
    return Draft(
        to=[organizer],
        subject=f"{word}: {clean(event.summary)}",
        text=text or f"{word}: {clean(event.summary)}\n",
        calendar=_reply(event, status, mailbox(organizer, "The organizer"), mailbox(attendee, "The attendee"), now),
        in_reply_to=asked if asked is not None and is_message_id(asked) else None,
    )


def _reply(event: Event, status: str, organizer: Mailbox, attendee: Mailbox, now: datetime | None) -> str:
    span: list[str] = []
    if event.start is not None and event.end is not None and event.start < event.end:
        ends = (event.start.date(), event.end.date()) if event.all_day else (event.start, event.end)
        span = _span(*ends)
    return _calendar(
        "REPLY",
        [
            f"UID:{_text(clean(event.uid))}",
            f"SEQUENCE:{event.sequence}",
            f"DTSTAMP:{_written(now or datetime.now(UTC))}",
            *_occurrence(event),
            *span,
            f"SUMMARY:{_text(clean(event.summary))}",
            _person("ORGANIZER", organizer),
            _person("ATTENDEE", attendee, [f"PARTSTAT={status.upper()}"]),
        ],
    )


def _occurrence(event: Event) -> list[str]:
    """Which one of a series is answered; without it the answer would be for all of them."""
    when = event.occurrence
    if when is None:
        return []
    return [f"RECURRENCE-ID;VALUE=DATE:{_written(when.date())}" if event.all_day else f"RECURRENCE-ID:{_written(when)}"]


def _calendar(method: str, lines: Iterable[str]) -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mailkit//mailkit//EN", f"METHOD:{method}", "BEGIN:VEVENT"]
    every = [*head, *lines, "END:VEVENT", "END:VCALENDAR"]
    return "".join(_folded(line) for line in every)


def _folded(line: str) -> str:
    """A content line of at most 75 octets, the rest on lines that begin with a blank (RFC 5545 section 3.1)."""
    pieces, size = [""], 0
    for char in line:
        width = len(char.encode("utf-8"))
        if size + width > (75 if len(pieces) == 1 else 74):
            pieces.append("")
            size = 0
        pieces[-1] += char
        size += width
    return "\r\n ".join(pieces) + "\r\n"


def _written(when: datetime | date) -> str:
    if not isinstance(when, datetime):
        return f"{when:%Y%m%d}"
    if when.utcoffset() is None:
        raise DraftError("The time of a meeting needs a time zone.", hint="Use datetime(…, tzinfo=UTC) or ZoneInfo.")
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _span(start: datetime | date, end: datetime | date) -> list[str]:
    kind = "" if isinstance(start, datetime) else ";VALUE=DATE"
    return [f"DTSTART{kind}:{_written(start)}", f"DTEND{kind}:{_written(end)}"]


def _person(name: str, box: Mailbox, params: Sequence[str] = ()) -> str:
    # Within quotes a quotation mark and a circumflex are written as RFC 6868 has it.
    shown = box.name.replace("^", "^^").replace('"', "^'")
    every = [name, *([f'CN="{shown}"'] if shown else []), *params]
    # The value is a URI (RFC 5545 section 3.3.3): "?" would begin its fields, and "%" an escape.
    return f"{';'.join(every)}:mailto:{quote(box.address, safe=_IN_MAILTO)}"


def _text(value: str) -> str:
    """A TEXT value (RFC 5545 section 3.3.11)."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _check_lines(text: str, what: str) -> None:
    check_type(text, str, what)
    for char in text:
        if "\ud800" <= char <= "\udfff" or (is_control(char) and char not in "\r\n\t"):
            raise InjectionError(f"The {what} of the meeting holds the character U+{ord(char):04X}.")

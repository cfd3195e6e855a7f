"""Meetings by mail: invitation, cancellation, answer (iTIP, RFC 5546, in mail as RFC 6047 has it).

The texts are for ``Draft(calendar=…)``, which writes their METHOD into the Content-Type too. Times are written in UTC:
every program shows them in its reader's zone, and no time zone has to be described. A series, whose hour must follow
the summer time of one place, is written in that place's time, with the zone's rules beside it (``vtimezone``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mailkit.compose.addresses import Mailbox, addresses_of, mailbox
from mailkit.compose.audience import LONGEST_SUBJECT, clean
from mailkit.compose.composing import is_message_id
from mailkit.compose.draft import Draft
from mailkit.compose.guard import check_message, check_type, check_value, is_control, items_of
from mailkit.compose.vtimezone import vtimezone
from mailkit.errors import AddressError, DraftError, InjectionError, InputError

if TYPE_CHECKING:
    from mailkit.content import Event, Rule
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
        rrule: how the meeting recurs, as a ``Rule`` or as text: ``"FREQ=WEEKLY;BYDAY=MO;COUNT=10"`` (RFC 5545 section
            3.3.10). The start of a series is in UTC or in a ``ZoneInfo``: the hour follows that place's summer time.
        left_out: starts of the series at which nothing takes place.
        occurrence: the start, as the rule gives it, of the one occurrence of the series that this speaks of.

    Raises:
        AddressError: an address cannot be used.
        InjectionError: a text holds a control character; line breaks and tabs are fine in location and description.
        DraftError: a time has no zone, or the end is not after the start; a rule cannot be read, or stands beside
            ``occurrence``.
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
    rrule: Rule | str = ""
    left_out: Sequence[datetime | date] = ()
    occurrence: datetime | date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "attendees", addresses_of(self.attendees, "attendees"))
        object.__setattr__(self, "left_out", items_of(self.left_out, "left_out"))
        check_value(self.uid, "The uid of a meeting")
        check_value(self.summary, "The summary of a meeting", tab=True)
        for what, text in (("location", self.location), ("description", self.description)):
            _check_lines(text, what)
        check_type(self.sequence, int, "sequence")
        if not 0 <= self.sequence <= _MOST_CHANGES:
            raise DraftError(f"The sequence of a meeting is 0 to {_MOST_CHANGES}.")
        _check_time(self.start, "The start")
        _check_time(self.end, "The end")
        for address in (self.organizer, *self.attendees):
            mailbox(address, "The address in a meeting")
        if not self.uid or len(self.uid) > 255:
            raise DraftError("The uid of a meeting has 1 to 255 characters.")
        both_days = not (isinstance(self.start, datetime) or isinstance(self.end, datetime))
        both_times = isinstance(self.start, datetime) and isinstance(self.end, datetime)
        if not (both_days or both_times) or not _written(self.start) < _written(self.end):
            raise DraftError("A meeting ends after it starts; both are times, or both are dates.")
        _check_series(self)

    def invitation(self, *, now: datetime | None = None) -> str:
        """The text that invites, or that tells of a change (METHOD:REQUEST). ``now`` is written as DTSTAMP."""
        return self._calendar("REQUEST", "CONFIRMED", now)

    def cancellation(self, *, now: datetime | None = None) -> str:
        """The text that calls the meeting off (METHOD:CANCEL). Its sequence is one above the meeting's."""
        return self._calendar("CANCEL", "CANCELLED", now)

    def one(self, occurrence: datetime | date, **changes: Any) -> Meeting:
        """The meeting of one occurrence of this series: to be changed (``.invitation()``) or called off
        (``.cancellation()``).

        Args:
            occurrence: its start, as the rule gives it.
            changes: what is different, by the names of the arguments; the sequence is one above the series' if it is
                not among them.
        """
        _check_time(occurrence, "An occurrence")
        moved: dict[str, Any] = {"start": occurrence, "end": _ends(self, occurrence), "sequence": self.sequence + 1}
        return replace(self, **{**moved, **changes}, rrule="", left_out=(), occurrence=occurrence)

    def _calendar(self, method: str, status: str, now: datetime | None) -> str:
        cancelled = method == "CANCEL"
        people = [_person("ORGANIZER", mailbox(self.organizer))]
        for attendee in self.attendees:
            wish = [] if cancelled else ["ROLE=REQ-PARTICIPANT", "PARTSTAT=NEEDS-ACTION", "RSVP=TRUE"]
            people.append(_person("ATTENDEE", mailbox(attendee), wish))
        zone = _zone_of(self)
        check_type(now, (datetime, type(None)), "now")
        return _calendar(
            method,
            [
                f"UID:{_text(self.uid)}",
                f"SEQUENCE:{self.sequence + cancelled}",
                f"DTSTAMP:{_written(now or datetime.now(UTC))}",
                *([] if self.occurrence is None else [_at("RECURRENCE-ID", self.occurrence)]),
                *_span(self.start, self.end, zone),
                *([f"RRULE:{_rule_text(self)}"] if self.rrule else []),
                *(_at("EXDATE", when, zone) for when in self.left_out),
                f"SUMMARY:{_text(self.summary)}",
                *([f"LOCATION:{_text(self.location)}"] if self.location else []),
                *([f"DESCRIPTION:{_text(self.description)}"] if self.description else []),
                f"STATUS:{status}",
                *people,
            ],
            [] if zone is None else vtimezone(zone, self.start),
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
        DraftError: the message holds no invitation.
        AddressError: it names no organizer mail can be sent to; ``attendee`` is no address.
    """
    from mailkit.content import read

    check_message(message)
    calendar = read(message).calendar
    if calendar is None or calendar.method != "REQUEST" or not calendar.events:
        raise DraftError("The message holds no invitation.", hint="Look at mailkit.read(message).calendar first.")
    event = calendar.events[0]
    if not isinstance(status, str) or status not in _ANSWERS:
        raise DraftError(f"{str(status)[:40]!r} is no answer.", hint=f"One of: {', '.join(_ANSWERS)}.")
    organizer = _organizer(event)
    word, title = _ANSWERS[status], clean(event.summary, most=LONGEST_SUBJECT)
    asked = message.message_id
    return Draft(
        to=[organizer.address],
        subject=f"{word}: {title}",
        text=text or f"{word}: {title}\n",
        calendar=_reply(event, status, organizer, mailbox(attendee, "The attendee"), now),
        in_reply_to=asked if asked is not None and is_message_id(asked) else None,
    )


def _organizer(event: Event) -> Mailbox:
    from mailkit.message import Address

    given = event.organizer.address if event.organizer is not None else ""
    try:
        return mailbox(Address("", given), "The organizer")
    except InputError as error:
        said = "The invitation names no organizer that mail can be sent to."
        raise AddressError(said, hint="Write a Draft with an address in to.") from error


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
            *_answered(event),
            *span,
            f"SUMMARY:{_text(clean(event.summary))}",
            _person("ORGANIZER", organizer),
            _person("ATTENDEE", attendee, [f"PARTSTAT={status.upper()}"]),
        ],
    )


def _answered(event: Event) -> list[str]:
    """Which occurrence of a series is answered; [] if the whole."""
    if event.occurrence is None:
        return []
    return [_at("RECURRENCE-ID", event.occurrence.date() if event.all_day else event.occurrence)]


def _check_series(meeting: Meeting) -> None:
    from mailkit.content import read_rule

    start = meeting.start
    times = isinstance(start, datetime)
    for when in (*meeting.left_out, *([] if meeting.occurrence is None else [meeting.occurrence])):
        _check_time(when, "An occurrence")
        _written(when)
        if isinstance(when, datetime) != times:
            raise DraftError("The occurrences of a meeting are times if it has times, and dates if it has dates.")
    if not meeting.rrule:
        if meeting.left_out:
            raise DraftError("Only a series can leave out dates.", hint="Give the rule, too.")
        return
    if meeting.occurrence is not None:
        raise DraftError("One occurrence of a series has no rule of its own.", hint="Use Meeting.one(…).")
    text = str(meeting.rrule)
    check_value(text, "The rule of a meeting")
    if read_rule(text) is None or not _RULE.fullmatch(text):
        raise DraftError(f"{text[:60]!r} is no rule of recurrence.", hint='Such as "FREQ=WEEKLY;BYDAY=MO;COUNT=10".')
    in_utc = isinstance(start, datetime) and (start.tzinfo is UTC or str(start.tzinfo) in _UTC)
    if times and _zone_of(meeting) is None and not in_utc:
        raise DraftError("The start of a series is in UTC or in a ZoneInfo, so that its hour is known in summer, too.")


_UTC = ("UTC", "Etc/UTC")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,100}")
_RULE = re.compile(r"[A-Za-z0-9=;,+:-]{1,2000}")


def _rule_text(meeting: Meeting) -> str:
    """The rule; its UNTIL is in UTC where the start has a zone, a date where it has none (RFC 5545 section 3.3.10)."""
    from mailkit.content import read_rule

    rule = read_rule(str(meeting.rrule))
    if rule is None or rule.until is None:
        return str(meeting.rrule).upper().removeprefix("RRULE:")
    until, start = rule.until, meeting.start
    if not isinstance(start, datetime):
        return str(replace(rule, until=until.date() if isinstance(until, datetime) else until))
    if not isinstance(until, datetime):
        until = datetime.combine(until, time(23, 59, 59))
    return str(replace(rule, until=until if until.utcoffset() is not None else until.replace(tzinfo=start.tzinfo)))


def _zone_of(meeting: Meeting) -> ZoneInfo | None:
    """The zone in which the times of a series are written; None: UTC, or there is no series."""
    zone = meeting.start.tzinfo if isinstance(meeting.start, datetime) and meeting.rrule else None
    if not isinstance(zone, ZoneInfo) or zone.key in _UTC:
        return None
    # A zone that was read from a file has the name that it was given, or none.
    if not isinstance(zone.key, str) or not _ZONE.fullmatch(zone.key):
        raise DraftError(f"{str(zone.key)[:60]!r} is no name of a time zone.", hint='Such as "Europe/Berlin".')
    return zone


def _ends(meeting: Meeting, occurrence: datetime | date) -> datetime | date:
    """As long after the occurrence begins as the first one lasts."""
    if isinstance(meeting.start, datetime) and isinstance(meeting.end, datetime):
        lasts = meeting.end.astimezone(UTC) - meeting.start.astimezone(UTC)
    else:
        lasts = _day(meeting.end) - _day(meeting.start)
    try:
        return occurrence + lasts
    except OverflowError as error:
        raise DraftError("The occurrence ends after the year 9998.") from error


def _check_time(when: object, what: str) -> None:
    check_type(when, date, what)
    # Of the first and the last year a day can be outside of Python's calendar in another zone.
    if isinstance(when, date) and not 1 < when.year < 9999:
        raise DraftError(f"{what} of a meeting lies in the years 2 to 9998.")


def _day(when: datetime | date) -> date:
    return when.date() if isinstance(when, datetime) else when


def _calendar(method: str, lines: Iterable[str], zone: Iterable[str] = ()) -> str:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mailkit//mailkit//EN", f"METHOD:{method}"]
    every = [*head, *zone, "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]
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
        return f"{when.year:04d}{when:%m%d}"
    if when.utcoffset() is None:
        raise DraftError("The time of a meeting needs a time zone.", hint="Use datetime(…, tzinfo=UTC) or ZoneInfo.")
    return f"{_written(when.astimezone(UTC).date())}T{when.astimezone(UTC):%H%M%S}Z"


def _at(name: str, when: datetime | date, zone: ZoneInfo | None = None) -> str:
    if not isinstance(when, datetime):
        return f"{name};VALUE=DATE:{_written(when)}"
    if zone is None:
        return f"{name}:{_written(when)}"
    return f"{name};TZID={zone.key}:{_written(when.astimezone(zone).date())}T{when.astimezone(zone):%H%M%S}"


def _span(start: datetime | date, end: datetime | date, zone: ZoneInfo | None = None) -> list[str]:
    return [_at("DTSTART", start, zone), _at("DTEND", end, zone)]


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

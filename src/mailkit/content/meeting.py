"""Invitations and answers that came as ``winmail.dat`` instead of ``text/calendar`` (MS-OXOCAL)."""

from __future__ import annotations

from datetime import UTC, datetime, time, tzinfo

from mailkit.message import parse_addresses

from .calendar import Attendee, Calendar, Event
from .outlook_series import OutlookSeries, read_outlook_series, read_outlook_zone
from .tables import rows
from .tnef import MEETINGS, Tnef

__all__ = ["meeting_of"]

# What follows the class: the method of RFC 5546 and the status of the one who answers
_METHODS = {
    end: (method, status)
    for name, ends in rows(
        """
REQUEST needs-action: request
CANCEL needs-action: canceled
REPLY accepted: resp.pos
REPLY declined: resp.neg
REPLY tentative: resp.tent
COUNTER tentative: resp.counter
"""
    )
    for end in ends
    for method, _, status in [name.partition(" ")]
}
_UID_MARK = b"vCal-Uid\x01\0\0\0"  # a foreign UID inside a GlobalObjectId (MS-OXCICAL section 2.1.3.1.1.20.26)


def meeting_of(stream: Tnef) -> Calendar | None:
    """The meeting that a TNEF stream speaks of, None if it speaks of none."""
    kind = stream.message_class.lower()
    if not kind.startswith(MEETINGS):
        return None
    method, status = _METHODS.get(kind.removeprefix(MEETINGS), ("", "needs-action"))
    person = next(iter(parse_addresses(stream.sender, 1)), None)
    sender = Attendee(person.address, person.name, status) if person is not None else None
    clock = (read_outlook_zone(stream.clock) if stream.clock else None) or UTC
    series = _series(stream, clock)
    event = Event(
        uid=_uid(stream.meeting_id),
        summary=stream.subject,
        start=_midnight(stream.start, clock) if stream.all_day else stream.start,
        end=_midnight(stream.end, clock) if stream.all_day else stream.end,
        all_day=stream.all_day,
        recurrence=str(series.rule) if series is not None else "",
        left_out=_left_out(series, stream, clock),
        occurrence=_midnight(stream.replaces, clock) if stream.all_day else stream.replaces,
        clock=UTC if stream.all_day else clock,
        location=stream.location,
        description=stream.text[:100_000],
        organizer=None if method in ("REPLY", "COUNTER") else sender,
        attendees=(sender,) if sender is not None and method in ("REPLY", "COUNTER") else (),
        status="cancelled" if method == "CANCEL" else "",
    )
    return Calendar(method, (event,))


def _series(stream: Tnef, clock: tzinfo) -> OutlookSeries | None:
    if stream.start is None or not stream.series or stream.replaces is not None:
        return None
    return read_outlook_series(stream.series, stream.start.astimezone(clock))


def _midnight(when: datetime | None, clock: tzinfo) -> datetime | None:
    """Outlook stores midnight by the clock; of whole days we tell midnight UTC."""
    return None if when is None else datetime.combine(when.astimezone(clock).date(), time(), tzinfo=UTC)


def _left_out(series: OutlookSeries | None, stream: Tnef, clock: tzinfo) -> tuple[datetime, ...]:
    """The starts on the days that are left out."""
    if series is None or stream.start is None:
        return ()
    at, clock = (time(), UTC) if stream.all_day else (stream.start.astimezone(clock).time(), clock)
    return tuple(datetime.combine(day, at, tzinfo=clock).astimezone(UTC) for day in series.left_out)


def _uid(identifier: str) -> str:
    """The UID of iCalendar: the foreign one inside the identifier, else the identifier itself."""
    raw = bytes.fromhex(identifier)
    at = raw.find(_UID_MARK)
    if at < 0:
        return identifier
    return raw[at + len(_UID_MARK) :].partition(b"\0")[0].decode("utf-8", "replace").strip("{}")

"""Invitations and answers that came as ``winmail.dat`` instead of ``text/calendar`` (MS-OXOCAL)."""

from __future__ import annotations

from mailkit.message import parse_addresses

from .calendar import Attendee, Calendar, Event
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
    event = Event(
        uid=_uid(stream.meeting_id),
        summary=stream.subject,
        start=stream.start,
        end=stream.end,
        location=stream.location,
        description=stream.text[:100_000],
        organizer=None if method in ("REPLY", "COUNTER") else sender,
        attendees=(sender,) if sender is not None and method in ("REPLY", "COUNTER") else (),
        status="cancelled" if method == "CANCEL" else "",
    )
    return Calendar(method, (event,))


def _uid(identifier: str) -> str:
    """The UID of iCalendar: the foreign one inside the identifier, else the identifier itself."""
    raw = bytes.fromhex(identifier)
    at = raw.find(_UID_MARK)
    if at < 0:
        return identifier
    return raw[at + len(_UID_MARK) :].partition(b"\0")[0].decode("utf-8", "replace").strip("{}")

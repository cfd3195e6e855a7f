"""Invitations: what an application wants to know of a ``text/calendar`` part (RFC 5545, RFC 5546).

A small tolerant reader, one pass over the lines. Of a series the rule (``recurrence``), the dates left out and added,
and the occurrences that are changed are told; ``Calendar.occurrences`` works them out. Times become UTC where the zone
can be told: from the part's own UTC times, an IANA name, one of Outlook's zone names, or the rules of the part's own
VTIMEZONE (``zones``); times without any zone are in that of X-WR-TIMEZONE, else in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import merge
from urllib.parse import unquote

from .ical import Property, properties, unescaped
from .recurrence import MAX_OCCURRENCES, Rule, read_rule, starts_of
from .zones import Observance, find_zone, offset_of, zone_of

__all__ = ["Attendee", "Calendar", "Event", "Occurrence", "read_calendar"]

MAX_CHARACTERS = 1024 * 1024
MAX_EVENTS = 200
MAX_ATTENDEES = 2000
MAX_DATES = 1000  # left out of a recurrence, or added to it
MAX_SERIES = 10  # series of one calendar whose occurrences are worked out


@dataclass(frozen=True, slots=True)
class Attendee:
    """One invited: ``status`` is PARTSTAT in lower case (``needs-action``, ``accepted``, ``declined``, ``tentative``,
    ``delegated`` …). ``delegated_to``, ``delegated_from``: the address of who goes instead, and of who sent them."""

    address: str
    name: str = ""
    status: str = "needs-action"
    role: str = ""
    delegated_to: str = ""
    delegated_from: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT (or VTODO, VJOURNAL: RFC 5545 section 3.6).

    ``start`` and ``end`` are UTC, None if they cannot be read; of an all-day event midnight UTC. ``zone`` is the name
    of the zone in which the sender gave the start: a rule such as "each Monday at ten" is meant there; ``clock`` is the
    zone itself. ``recurrence`` is the RRULE, ``rule`` its values, ``left_out`` and ``added`` are its EXDATE and RDATE.
    ``occurrence``: this speaks of one occurrence of the series ``uid`` only. ``stamp`` orders two messages of one
    ``sequence`` (RFC 5546 section 2.1.5). ``comment`` is what an answer says besides yes or no.
    """

    uid: str = ""
    summary: str = ""
    start: datetime | None = None
    end: datetime | None = None
    all_day: bool = False
    location: str = ""
    description: str = ""
    organizer: Attendee | None = None
    attendees: tuple[Attendee, ...] = ()
    status: str = ""
    sequence: int = 0
    recurrence: str = ""
    zone: str = ""
    left_out: tuple[datetime, ...] = ()
    added: tuple[datetime, ...] = ()
    occurrence: datetime | None = None
    stamp: datetime | None = None
    comment: str = ""
    url: str = ""
    clock: tzinfo = field(default=UTC, compare=False, repr=False)

    @property
    def rule(self) -> Rule | None:
        """How the event recurs; None if it does not, or by no rule that can be read."""
        return read_rule(self.recurrence) if self.recurrence else None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which something takes place: ``start`` and ``end`` in UTC, ``end`` None if it is not told.

    ``event`` says the rest: the series itself, or the event that changes this one occurrence.
    """

    start: datetime
    end: datetime | None
    event: Event


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar part: ``method`` in upper case (``REQUEST``, ``REPLY``, ``CANCEL``; "" if none) and its events."""

    method: str = ""
    events: tuple[Event, ...] = ()

    @property
    def answer(self) -> Attendee | None:
        """Who answers, and how, in a ``REPLY`` or ``COUNTER``; else None."""
        people = self.events[0].attendees if self.events and self.method in ("REPLY", "COUNTER") else ()
        return next(iter(people), None)

    def occurrences(
        self, *, after: datetime | None = None, before: datetime | None = None, most: int = MAX_OCCURRENCES
    ) -> tuple[Occurrence, ...]:
        """When the events take place, in order: rules worked out, dates left out and added, changes in their places.

        Args:
            after, before: aware; only starts from ``after`` on and before ``before``.
            most: of a series without an end this many, at most ``MAX_OCCURRENCES``.

        Of a calendar with many series the first ``MAX_SERIES`` are worked out. What is called off has no occurrence. A
        change of an occurrence "and all that follow" (RANGE=THISANDFUTURE) changes that one only.
        """
        most = max(0, min(most, MAX_OCCURRENCES))
        changed: set[tuple[str, datetime | None]] = {
            (event.uid, event.occurrence) for event in self.events if event.occurrence is not None
        }
        found: list[Occurrence] = []
        series = 0
        for event in self.events:
            series += bool(event.recurrence)
            if event.start is None or event.status == "cancelled" or (event.recurrence and series > MAX_SERIES):
                continue
            starts = _starts(event) if event.occurrence is None else iter([event.start])
            found.extend(_between(event, starts, changed, after, before, most))
        return tuple(sorted(found, key=_by_start)[:most])


def _by_start(occurrence: Occurrence) -> datetime:
    return occurrence.start


def _between(
    event: Event,
    starts: Iterator[datetime],
    changed: set[tuple[str, datetime | None]],
    after: datetime | None,
    before: datetime | None,
    most: int,
) -> Iterator[Occurrence]:
    given = 0
    left_out = set(event.left_out)
    length = event.end - event.start if event.end is not None and event.start is not None else None
    for start in starts:
        if given >= most or (before is not None and start >= before):
            return
        if start in left_out or (event.occurrence is None and (event.uid, start) in changed):
            continue
        if after is None or start >= after:
            given += 1
            try:
                yield Occurrence(start, None if length is None else start + length, event)
            except OverflowError:
                return


def _starts(event: Event) -> Iterator[datetime]:
    """Of a series: all that the rule and RDATE give, each once."""
    if event.start is None:
        return
    rule = event.rule
    ruled = iter([event.start]) if rule is None else starts_of(rule, event.start, event.clock, all_day=event.all_day)
    last = None
    for start in merge(ruled, sorted(event.added)):
        if start != last:
            yield start
        last = start


@dataclass(slots=True)
class _Open:
    """A component being read."""

    name: str
    properties: list[Property] = field(default_factory=list)


def read_calendar(text: str, method: str = "") -> Calendar:
    """Read a calendar text. Never raises; linear, at most ``MAX_EVENTS`` events.

    Args:
        method: what the header of the part says, for a text that does not say it (RFC 6047 section 2.4).
    """
    method = method.strip().upper()
    zones: dict[str, tzinfo] = {}
    observances: list[Observance] = []
    found: list[_Open] = []
    open_: list[_Open] = []
    zone = ""
    for item in properties(text[:MAX_CHARACTERS]):
        if item.name == "BEGIN":
            open_.append(_Open(item.value.strip().upper()))
            del open_[20:]
        elif item.name == "END":
            done = open_.pop() if open_ else _Open("")
            if done.name in ("VEVENT", "VTODO", "VJOURNAL") and len(found) < MAX_EVENTS:
                found.append(done)
            elif done.name in ("STANDARD", "DAYLIGHT"):
                observances.append(_observance(done))
            elif done.name == "VTIMEZONE":
                zones[zone] = zone_of(observances[-20:])
                zone, observances = "", []
        elif not open_ or open_[-1].name == "VCALENDAR":
            method = item.value.strip().upper() or method if item.name == "METHOD" else method
            if item.name == "X-WR-TIMEZONE":
                zones[""] = find_zone(item.value.strip(), zones)
        elif item.name == "TZID" and open_[-1].name == "VTIMEZONE":
            zone = item.value.strip()
        else:
            open_[-1].properties.append(item)
    return Calendar(method, tuple(_event(item, zones) for item in found))


def _observance(item: _Open) -> Observance:
    values = {found.name: found.value.strip().upper() for found in item.properties}
    offset, before = offset_of(values.get("TZOFFSETTO", "")), offset_of(values.get("TZOFFSETFROM", ""))
    return Observance(offset, before, values.get("DTSTART", ""), values.get("RRULE", ""))


def _event(item: _Open, zones: dict[str, tzinfo]) -> Event:
    first: dict[str, Property] = {}
    attendees: list[Attendee] = []
    for found in item.properties:
        first.setdefault(found.name, found)
        if found.name == "ATTENDEE" and len(attendees) < MAX_ATTENDEES:
            attendees.append(_attendee(found))

    def text(name: str) -> str:
        return unescaped(first[name].value) if name in first else ""

    start, all_day = _time(first.get("DTSTART"), zones)
    end, _ = _time(first.get("DTEND") or first.get("DUE"), zones)
    if end is None and start is not None and "DURATION" in first:
        end = _plus(start, first["DURATION"].value)
    sequence = text("SEQUENCE").strip()
    return Event(
        uid=text("UID").strip(),
        summary=text("SUMMARY"),
        start=start,
        end=end,
        all_day=all_day,
        location=text("LOCATION"),
        description=text("DESCRIPTION"),
        organizer=_attendee(first["ORGANIZER"]) if "ORGANIZER" in first else None,
        attendees=tuple(attendees),
        status=text("STATUS").strip().lower(),
        sequence=int(sequence) if sequence.isdecimal() and len(sequence) < 10 else 0,
        recurrence=text("RRULE"),
        zone=first["DTSTART"].params.get("TZID", "")[:200] if "DTSTART" in first else "",
        left_out=_dates(item, "EXDATE", zones),
        added=_dates(item, "RDATE", zones),
        occurrence=_time(first.get("RECURRENCE-ID"), zones)[0],
        stamp=_time(first.get("DTSTAMP"), zones)[0],
        comment=text("COMMENT"),
        url=text("URL").strip(),
        clock=UTC if all_day else _clock(first.get("DTSTART"), zones),
    )


def _dates(item: _Open, name: str, zones: dict[str, tzinfo]) -> tuple[datetime, ...]:
    """The dates of all properties of that name, several of which may stand in one (a period counts as its start)."""
    found: list[datetime] = []
    for one in item.properties:
        for value in one.value.split(",", MAX_DATES)[:MAX_DATES] if one.name == name else ():
            when = _time(Property(name, one.params, value.partition("/")[0]), zones)[0]
            if when is not None and len(found) < MAX_DATES:
                found.append(when)
    return tuple(found)


def _attendee(item: Property) -> Attendee:
    params = item.params
    return Attendee(
        _address(item.value, params.get("EMAIL", "")),
        params.get("CN", ""),
        params.get("PARTSTAT", "needs-action").lower(),
        params.get("ROLE", "").lower(),
        _address(params.get("DELEGATED-TO", "")),
        _address(params.get("DELEGATED-FROM", "")),
    )


def _address(value: str, otherwise: str = "") -> str:
    value = value.strip().partition('","')[0]  # of several delegates the first
    return _decoded(value[7:]) if value[:7].lower() == "mailto:" else otherwise or value


def _decoded(address: str) -> str:
    """The address of a ``mailto`` URI (RFC 6068 section 2): "%" in it begins an escape."""
    plain = unquote(address) if "%" in address else address
    return plain if plain.isprintable() else address


def _time(item: Property | None, zones: dict[str, tzinfo]) -> tuple[datetime | None, bool]:
    """(UTC, whether it is a date without a time)."""
    if item is None:
        return None, False
    value = item.value.strip().upper()
    if not value[:4].isdigit():
        value = value.rpartition(":")[2]  # TZID=(UTC+01:00) Berlin, written without quotation marks
    digits = value.rstrip("Z").replace("-", "").replace(":", "")
    try:
        if "T" not in digits:
            return datetime.strptime(digits[:8], "%Y%m%d").replace(tzinfo=UTC), True
        naive = datetime.strptime(digits[:15].ljust(15, "0"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone comes next
        zone = UTC if value.endswith("Z") else find_zone(item.params.get("TZID", ""), zones)
        return naive.replace(tzinfo=zone).astimezone(UTC), False
    except (ValueError, OverflowError):
        return None, False


def _clock(item: Property | None, zones: dict[str, tzinfo]) -> tzinfo:
    is_utc = item is None or item.value.strip().upper().endswith("Z")
    return UTC if is_utc or item is None else find_zone(item.params.get("TZID", ""), zones)


def _plus(start: datetime, duration: str) -> datetime | None:
    """Add a duration such as ``PT1H30M``, ``P1D``, ``P2W`` (RFC 5545 section 3.3.6)."""
    seconds, number = 0, ""
    for char in duration.strip().upper().lstrip("+"):
        if char.isdecimal() and len(number) < 9:
            number += char
        elif char in _UNITS and number:
            seconds += int(number) * _UNITS[char]
            number = ""
    try:
        return start + timedelta(seconds=seconds) if seconds else None
    except OverflowError:
        return None


_UNITS = {"W": 604_800, "D": 86_400, "H": 3600, "M": 60, "S": 1}

"""Invitations: what an application wants to know of a ``text/calendar`` part (RFC 5545, RFC 5546).

A small tolerant reader, one pass over the lines; recurrence rules are handed on as text. Times become UTC where the
zone can be
told: from the part's own UTC times, an IANA name, one of Outlook's zone names, or the VTIMEZONE's standard offset.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from .tables import rows

__all__ = ["Attendee", "Calendar", "Event", "read_calendar"]

MAX_CHARACTERS = 1024 * 1024
MAX_EVENTS = 200
MAX_ATTENDEES = 2000
_OUTLOOK_ZONES = {
    windows.casefold(): zone
    for zone, names in rows(
        """
Europe/London: GMT Standard Time
Europe/Berlin: W. Europe Standard Time
Europe/Paris: Romance Standard Time
Europe/Budapest: Central Europe Standard Time
Europe/Warsaw: Central European Standard Time
Europe/Kyiv: FLE Standard Time
Europe/Bucharest: GTB Standard Time
Europe/Istanbul: Turkey Standard Time
Europe/Moscow: Russian Standard Time
America/New_York: Eastern Standard Time
America/Chicago: Central Standard Time
America/Denver: Mountain Standard Time
America/Los_Angeles: Pacific Standard Time
America/Phoenix: US Mountain Standard Time
America/Sao_Paulo: E. South America Standard Time
America/Bogota: SA Pacific Standard Time
America/Mexico_City: Central Standard Time (Mexico)
Asia/Jakarta: SE Asia Standard Time
Asia/Singapore: Singapore Standard Time
Asia/Shanghai: China Standard Time
Asia/Taipei: Taipei Standard Time
Asia/Tokyo: Tokyo Standard Time
Asia/Seoul: Korea Standard Time
Asia/Kolkata: India Standard Time
Asia/Dubai: Arabian Standard Time
Asia/Riyadh: Arab Standard Time
Asia/Jerusalem: Israel Standard Time
Asia/Karachi: Pakistan Standard Time
Australia/Sydney: AUS Eastern Standard Time
Pacific/Auckland: New Zealand Standard Time
Africa/Johannesburg: South Africa Standard Time
Africa/Cairo: Egypt Standard Time
Africa/Lagos: W. Central Africa Standard Time
"""
    )
    for windows in names
}


@dataclass(frozen=True, slots=True)
class Attendee:
    """One invited: ``status`` is PARTSTAT in lower case (``needs-action``, ``accepted``, ``declined``, ``tentative``
    …)."""

    address: str
    name: str = ""
    status: str = "needs-action"
    role: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT (or VTODO). ``start`` and ``end`` are UTC, None if they cannot be read; of an all-day event midnight
    UTC."""

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


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar part: ``method`` in upper case (``REQUEST``, ``REPLY``, ``CANCEL``; "" if none) and its events."""

    method: str = ""
    events: tuple[Event, ...] = ()


@dataclass(slots=True)
class _Property:
    name: str
    params: dict[str, str]
    value: str


@dataclass(slots=True)
class _Open:
    """A component being read."""

    name: str
    properties: list[_Property] = field(default_factory=list)


def read_calendar(text: str) -> Calendar:
    """Read a calendar text. Never raises; linear, at most ``MAX_EVENTS`` events."""
    method = ""
    zones: dict[str, tzinfo] = {}
    found: list[_Open] = []
    open_: list[_Open] = []
    zone = ""
    for item in _properties(text[:MAX_CHARACTERS]):
        if item.name == "BEGIN":
            open_.append(_Open(item.value.strip().upper()))
            del open_[20:]
        elif item.name == "END":
            if open_ and (done := open_.pop()).name in ("VEVENT", "VTODO", "VJOURNAL") and len(found) < MAX_EVENTS:
                found.append(done)
        elif not open_ or open_[-1].name == "VCALENDAR":
            method = item.value.strip().upper() if item.name == "METHOD" else method
        elif item.name == "TZID" and open_[-1].name == "VTIMEZONE":
            zone = item.value.strip()
        elif item.name == "TZOFFSETTO" and open_[-1].name == "STANDARD":
            zones[zone] = _offset(item.value)
        else:
            open_[-1].properties.append(item)
    return Calendar(method, tuple(_event(item, zones) for item in found))


def _properties(text: str) -> Iterator[_Property]:
    """Content lines, unfolded (RFC 5545 section 3.1)."""
    line: list[str] = []
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if raw[:1] in (" ", "\t") and line:
            line.append(raw[1:])
            continue
        if line and (item := _property("".join(line))):
            yield item
        line = [raw]
    if line and (item := _property("".join(line))):
        yield item


def _property(line: str) -> _Property | None:
    """``NAME;PARAM="value":text``; a colon inside quotes does not end the parameters."""
    parts: list[str] = [""]
    quoted = False
    for number, char in enumerate(line[:8000]):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            pairs = (part.partition("=") for part in parts[1:])
            params = {name.strip().upper(): value.strip().strip('"') for name, _, value in pairs}
            return _Property(parts[0].strip().upper(), params, line[number + 1 :])
        elif char == ";" and not quoted:
            parts.append("")
            continue
        parts[-1] += char
    return None


def _event(item: _Open, zones: dict[str, tzinfo]) -> Event:
    first: dict[str, _Property] = {}
    attendees: list[Attendee] = []
    for found in item.properties:
        first.setdefault(found.name, found)
        if found.name == "ATTENDEE" and len(attendees) < MAX_ATTENDEES:
            attendees.append(_attendee(found))

    def text(name: str) -> str:
        return _unescaped(first[name].value) if name in first else ""

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
    )


def _attendee(item: _Property) -> Attendee:
    value = item.value.strip()
    address = value[7:] if value[:7].lower() == "mailto:" else item.params.get("EMAIL", value)
    status = item.params.get("PARTSTAT", "needs-action").lower()
    return Attendee(address, item.params.get("CN", ""), status, item.params.get("ROLE", "").lower())


def _unescaped(value: str) -> str:
    """RFC 5545 section 3.3.11."""
    if "\\" not in value:
        return value
    out: list[str] = []
    escaped = False
    for char in value:
        if escaped:
            out.append("\n" if char in "nN" else char)
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            out.append(char)
    return "".join(out)


def _time(item: _Property | None, zones: dict[str, tzinfo]) -> tuple[datetime | None, bool]:
    """(UTC, whether it is a date without a time)."""
    if item is None:
        return None, False
    value = item.value.strip().upper()
    digits = value.rstrip("Z").replace("-", "").replace(":", "")
    try:
        if "T" not in digits:
            return datetime.strptime(digits[:8], "%Y%m%d").replace(tzinfo=UTC), True
        naive = datetime.strptime(digits[:15].ljust(15, "0"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone comes next
        zone = UTC if value.endswith("Z") else _zone(item.params.get("TZID", ""), zones)
        return naive.replace(tzinfo=zone).astimezone(UTC), False
    except (ValueError, OverflowError):
        return None, False


def _zone(name: str, zones: dict[str, tzinfo]) -> tzinfo:
    from zoneinfo import ZoneInfo

    known = _OUTLOOK_ZONES.get(name.casefold(), name.strip("/").rpartition("freeassociation.sourceforge.net/")[2])
    try:
        return ZoneInfo(known) if known else UTC
    except (ValueError, OSError, LookupError):  # no such zone, or a name that is a path
        return zones.get(name, UTC)


def _offset(value: str) -> tzinfo:
    text = value.strip()
    digits = text.lstrip("+-")
    if len(digits) < 4 or not digits[:4].isdecimal():
        return UTC
    minutes = int(digits[:2]) * 60 + int(digits[2:4])
    if minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if text.startswith("-") else minutes))


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

"""Time zones of invitations: IANA names, Outlook's names, the rules of a VTIMEZONE (RFC 5545 section 3.6.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from .tables import rows

__all__ = ["Observance", "find_zone", "offset_of", "zone_of"]

_OUTLOOK_ZONES = {
    windows.casefold(): zone
    for zone, names in rows(
        """
Etc/UTC: UTC | Coordinated Universal Time | Z
Europe/London: GMT Standard Time | Greenwich Mean Time
Africa/Casablanca: Morocco Standard Time
Africa/Monrovia: Greenwich Standard Time
Europe/Berlin: W. Europe Standard Time | W. Europe | Mitteleuropäische Zeit
Europe/Paris: Romance Standard Time
Europe/Budapest: Central Europe Standard Time
Europe/Warsaw: Central European Standard Time
Europe/Kyiv: FLE Standard Time
Europe/Bucharest: GTB Standard Time
Europe/Athens: E. Europe Standard Time
Europe/Kaliningrad: Kaliningrad Standard Time
Europe/Minsk: Belarus Standard Time
Europe/Samara: Russia Time Zone 3
Europe/Istanbul: Turkey Standard Time
Europe/Moscow: Russian Standard Time
America/New_York: Eastern Standard Time
America/Chicago: Central Standard Time
America/Denver: Mountain Standard Time
America/Los_Angeles: Pacific Standard Time
America/Anchorage: Alaskan Standard Time
America/Halifax: Atlantic Standard Time
America/St_Johns: Newfoundland Standard Time
America/Regina: Canada Central Standard Time
America/Guatemala: Central America Standard Time
America/Caracas: Venezuela Standard Time
America/La_Paz: SA Western Standard Time
America/Santiago: Pacific SA Standard Time
America/Argentina/Buenos_Aires: Argentina Standard Time
America/Montevideo: Montevideo Standard Time
America/Cayenne: SA Eastern Standard Time
America/Indianapolis: US Eastern Standard Time
America/Tijuana: Pacific Standard Time (Mexico)
America/Chihuahua: Mountain Standard Time (Mexico)
America/Cancun: Eastern Standard Time (Mexico)
Pacific/Honolulu: Hawaiian Standard Time
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
Asia/Manila: Philippine Standard Time
Asia/Dhaka: Bangladesh Standard Time
Asia/Almaty: Central Asia Standard Time
Asia/Tashkent: West Asia Standard Time
Asia/Kathmandu: Nepal Standard Time
Asia/Colombo: Sri Lanka Standard Time
Asia/Yangon: Myanmar Standard Time
Asia/Kabul: Afghanistan Standard Time
Asia/Tehran: Iran Standard Time
Asia/Baghdad: Arabic Standard Time
Asia/Amman: Jordan Standard Time
Asia/Beirut: Middle East Standard Time
Asia/Damascus: Syria Standard Time
Asia/Baku: Azerbaijan Standard Time
Asia/Tbilisi: Georgian Standard Time
Asia/Yerevan: Caucasus Standard Time
Asia/Yekaterinburg: Ekaterinburg Standard Time
Asia/Novosibirsk: N. Central Asia Standard Time
Asia/Krasnoyarsk: North Asia Standard Time
Asia/Irkutsk: North Asia East Standard Time
Asia/Yakutsk: Yakutsk Standard Time
Asia/Vladivostok: Vladivostok Standard Time
Asia/Jerusalem: Israel Standard Time
Asia/Karachi: Pakistan Standard Time
Australia/Brisbane: E. Australia Standard Time
Australia/Adelaide: Cen. Australia Standard Time
Australia/Darwin: AUS Central Standard Time
Australia/Perth: W. Australia Standard Time
Australia/Hobart: Tasmania Standard Time
Pacific/Fiji: Fiji Standard Time
Pacific/Tongatapu: Tonga Standard Time
Pacific/Apia: Samoa Standard Time
Pacific/Port_Moresby: West Pacific Standard Time
America/Cuiaba: Central Brazilian Standard Time
America/Bahia: Bahia Standard Time
America/Asuncion: Paraguay Standard Time
America/Nuuk: Greenland Standard Time
Atlantic/Azores: Azores Standard Time
Atlantic/Cape_Verde: Cape Verde Standard Time
Indian/Mauritius: Mauritius Standard Time
Asia/Ulaanbaatar: Ulaanbaatar Standard Time
Asia/Magadan: Magadan Standard Time
Africa/Tripoli: Libya Standard Time
Africa/Khartoum: Sudan Standard Time
Pacific/Guadalcanal: Central Pacific Standard Time
Africa/Nairobi: E. Africa Standard Time
Africa/Windhoek: Namibia Standard Time
Australia/Sydney: AUS Eastern Standard Time
Pacific/Auckland: New Zealand Standard Time
Africa/Johannesburg: South Africa Standard Time
Africa/Cairo: Egypt Standard Time
Africa/Lagos: W. Central Africa Standard Time
"""
    )
    for windows in names
}
_OFFSET = re.compile(r"\(?(?:UTC|GMT) ?([+-])(\d{1,2}):?(\d\d)?\b", re.IGNORECASE)
_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Observance:
    """A STANDARD or DAYLIGHT: the offset that begins, the one before it, its first begin as text, its yearly rule."""

    offset: timedelta
    before: timedelta
    start: str = ""
    rule: str = ""

    def begins(self, year: int) -> datetime | None:
        """When it begins in a year, in the local time before it; None if not in that year, or by no rule we read."""
        first = _local(self.start)
        if first is None:
            return None
        if not self.rule:
            return first if first.year == year else None
        parts = dict(part.partition("=")[::2] for part in self.rule.split(";"))
        match = _BY_DAY.fullmatch(parts.get("BYDAY", ""))
        month = parts.get("BYMONTH", str(first.month))
        if parts.get("FREQ") != "YEARLY" or match is None or not re.fullmatch(r"[1-9]|1[012]", month):
            return None
        if year < first.year or not 1 < year < 9999:
            return None
        day = _day(year, int(month), int(match[1] or 1), _DAYS.index(match[2]))
        return day.replace(hour=first.hour, minute=first.minute)


def _local(text: str) -> datetime | None:
    try:
        return datetime.strptime(text[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local time of a zone being read
    except ValueError:
        return None


def _day(year: int, month: int, which: int, weekday: int) -> datetime:
    """The first, second … or, below zero, the last such weekday of a month."""
    if which > 0:
        first = datetime(year, month, 1)  # noqa: DTZ001 - as above
        day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
        return day if day.month == month else day - timedelta(days=7)
    following = datetime(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)  # noqa: DTZ001
    return following - timedelta(days=(following.weekday() - weekday) % 7 + 7 * (-which - 1))


class _Zone(tzinfo):
    """A zone made of observances: the one that began last counts."""

    def __init__(self, observances: Sequence[Observance]) -> None:
        self._observances = tuple(observances)

    def utcoffset(self, when: datetime | None) -> timedelta:
        if when is None:
            return self._observances[0].offset
        local = when.replace(tzinfo=None)
        began: list[tuple[datetime, timedelta]] = []
        for one in self._observances:
            last = _local(one.start) if not one.rule else None
            for begin in (one.begins(local.year - 1), one.begins(local.year), last):
                if begin is not None and begin <= local:
                    began.append((begin, one.offset))
        if began:
            return max(began)[1]
        first = self._observances[0]
        return first.offset if _local(first.start) is None else first.before

    def fromutc(self, when: datetime) -> datetime:
        """The clock's time: the offset is looked up by the time that it gives itself."""
        guess = when + self.utcoffset(when)
        return when + self.utcoffset(guess)

    def dst(self, _when: datetime | None) -> timedelta:
        return timedelta(0)

    def tzname(self, _when: datetime | None) -> str:
        return ""


def zone_of(observances: Sequence[Observance]) -> tzinfo:
    """The zone that a VTIMEZONE describes; UTC for one without any observance."""
    return _Zone(observances) if observances else UTC


def find_zone(name: str, zones: Mapping[str, tzinfo]) -> tzinfo:
    """The zone of that name: an IANA or Outlook name, also at the end of a path, else the part's own VTIMEZONE, else
    the offset that the name tells (``(UTC+01:00) Berlin``), else UTC."""
    from zoneinfo import ZoneInfo

    name = name[:200].strip().strip('"')
    known = _OUTLOOK_ZONES.get(name.casefold(), "")
    pieces = name.split("/")
    # "/mozilla.org/20050126_1/Europe/Berlin": libical puts the maker before the name
    tails = ["/".join(pieces[-count:]) for count in (2, 3)] if name.startswith("/") else [name]
    for tail in [known] if known else tails:
        try:
            if tail:
                return ZoneInfo(tail)
        except (ValueError, OSError, LookupError):  # no such zone, or a name that is a path
            continue
    if name in zones:
        return zones[name]
    match = _OFFSET.match(name)
    return timezone(offset_of(f"{match[1]}{match[2]:0>2}{match[3] or '00'}")) if match else UTC


def offset_of(value: str) -> timedelta:
    """``+0530`` as a time; zero for what cannot be read, or is a day and more."""
    text = value.strip()
    digits = text.lstrip("+-")
    if len(digits) < 4 or not (digits[:4].isascii() and digits[:4].isdecimal()):
        return timedelta(0)
    minutes = int(digits[:2]) * 60 + int(digits[2:4])
    return timedelta(minutes=(-minutes if text.startswith("-") else minutes) if minutes < 24 * 60 else 0)

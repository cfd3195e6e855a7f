"""Dates (RFC 5322 section 3.3), lenient. The offset of the sender is kept; what is no date is None.

Understood beyond the standard: obsolete zones and years (section 4.3), comments anywhere, a missing weekday, missing
seconds, full month names, those of other languages (programs that write in the language of the machine),
``1-Jul-2003``, day and month as numbers (day first), asctime, ISO 8601, ``+02:00``, ``GMT+0200``, ``GMT+2``, ``0200``,
blanks around the colons, a trace header before the last semicolon. A missing or unknown zone reads as +00:00.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from mailkit.message.encoded import unfold

__all__ = ["parse_date"]

_MONTHS = {
    **{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6},
    **{"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12},
}
# Months of other languages, as programs write them that forget that a Date is English: German, French, Spanish,
# Italian, Portuguese, Dutch, Indonesian.
_FOREIGN = {
    name: number
    for number, names in enumerate(
        (
            "jän janv ene gen", "febr févr fév fev", "mär mrz mars mrt maart märz", "avr abr", "mai mei mag mayo maio",
            "juin giu", "juil lug", "août agu agt ago aout", "set ags", "okt ott out", "", "dez déc dic des",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_LATE = ("october", "november", "december")
_LONG = frozenset(
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "sept", *_LATE]
)
_ZONES: dict[str, float] = {
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "hst": -10, "akst": -9},
    **{"cet": 1, "cest": 2, "met": 1, "mest": 2, "bst": 1, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "wib": 7},
    **{"akdt": -8, "ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "brt": -3, "west": 1, "sast": 2, "eat": 3, "pkt": 5},
    **{"wita": 8, "wit": 9, "sgt": 8, "hkt": 8, "awst": 8, "acst": 9.5, "acdt": 10.5, "aest": 10, "aedt": 11},
    **{"nzst": 12, "nzdt": 13},
}
_DAYS = frozenset({"thursday", "friday", "saturday", "sunday"}).union(
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "tues", "thur", "thurs", "monday", "tuesday", "wednesday"]
)
_TIME = re.compile(r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d{1,9})?)?$")
_OFFSET = re.compile(r"(?:gmt|utc|ut|z)?([+-])(\d{2}):?(\d{2})?$")
_SHORT_OFFSET = re.compile(r"(?:gmt|utc)?([+-])(\d)([0-5]\d)?")  # "GMT+2", "+100"
_UNSIGNED = re.compile(r"(?:0\d|1[0-4]|\d)[0-5]\d")  # "0200", "400"
_ISO = re.compile(
    r"(\d{4})[-/](\d{2})[-/](\d{2})[T ](?:[A-Za-z]{3} )?(\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(\S{0,10})"
)
# What the standard wants, and nearly every mail has.
_USUAL = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([12][0-9]{3}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-][0-9]{4})"
    r"(?: \([A-Z]{1,5}\))?"
)
_MAX = 1000


def parse_date(value: str | bytes) -> datetime | None:
    """The aware datetime in a Date value, or None if it holds no date with a time. Never raises."""
    text = unfold(value[: 4 * _MAX])
    if (usual := _USUAL.fullmatch(text)) and (month := _MONTHS.get(usual[2].lower())):
        day, _, year, hour, minute, second, zone = usual.groups()
        return _build(int(year), month, int(day), int(hour), int(minute), int(second), zone)
    text = text.rstrip("; ").rpartition(";")[2]
    if "(" in text:
        text = _without_comments(text)
    return _read(text[:_MAX].strip())


def _without_comments(text: str) -> str:
    out: list[str] = []
    depth = 0
    escaped = False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "(":
            depth += 1
            out.append(" ")
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            out.append(char)
    return "".join(out)


def _read(text: str) -> datetime | None:
    if iso := _ISO.match(text):
        clock = _TIME.match(iso[4])
        return _build(int(iso[1]), int(iso[2]), int(iso[3]), *_time(clock), iso[5].lower()) if clock else None
    words = _words(text)
    spot = next((n for n, word in enumerate(words[:8]) if ":" in word and _TIME.match(word)), None)
    if spot is None:
        spot = next(
            (n for n, word in enumerate(words[:8]) if n >= 1 and _TIME.match(word) and word.count(".") == 2), None
        )
    if spot is None:
        return None
    clock = _TIME.match(words[spot])
    before, after = words[:spot], words[spot + 1 :]
    if len(before) == 1 and before[0].count("-") == 2:
        before = before[0].split("-")
    if len(before) == 2 and after:  # asctime: Tue Jul 1 10:52:37 [zone] 2003
        year = next((n for n, word in enumerate(after[:2]) if len(word) == 4 and word.isdigit()), None)
        if year is None:
            return None
        before = [*before, after[year]]
        after = after[:year] + after[year + 1 :]
    if len(before) != 3 or clock is None:
        return None
    return _from_words(before, clock, after)


def _words(text: str) -> list[str]:
    """The words in lower case, without the day of the week, in whatever language it is."""
    words = text.replace(",", " ").lower().split()
    if ":" in words:
        words = " ".join(words).replace(" : ", ":").split()
    if not words:
        return words
    is_foreign = len(words) > 4 and words[0].rstrip(".").isalpha() and words[1].isdigit() and not _month(words[0])
    return words[1:] if is_foreign or words[0].rstrip(".") in _DAYS else words


def _from_words(before: list[str], clock: re.Match[str], after: list[str]) -> datetime | None:
    day, month, year = before
    if _month(day) and not _month(month):
        day, month = month, day
    number = _month(month) or (int(month) if _digits(month, 2) else 0)
    if not number or not _digits(day, 2) or not _digits(year, 4) or len(year) < 2:
        return None
    full = int(year)
    if len(year) == 2:
        full += 2000 if full < 50 else 1900
    elif full < 200:  # "102", and "0102" of programs that were not ready for the year 2000
        full += 1900
    hour, minute, second = _time(clock)
    if after and after[0] in ("am", "pm"):
        if after[0] == "pm":
            hour += 12 if hour < 12 else 0
        elif hour == 12:
            hour = 0
        after = after[1:]
    zone = after[0] if after else ""
    if zone in ("gmt", "utc", "ut") and len(after) > 1 and _OFFSET.match(after[1]):
        zone = after[1]
    return _build(full, number, int(day), hour, minute, second, zone)


def _digits(word: str, most: int) -> bool:
    return 0 < len(word) <= most and word.isascii() and word.isdigit()


def _month(word: str) -> int:
    word = word.rstrip(".")
    return _MONTHS.get(word[:3], 0) if word in _MONTHS or word in _LONG else _FOREIGN.get(word, 0)


def _time(clock: re.Match[str]) -> tuple[int, int, int]:
    return int(clock[1]), int(clock[2]), int(clock[3] or 0)


def _build(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: str) -> datetime | None:
    # 1900..9998 so that turning it into UTC can never leave the range of datetime.
    if not 1900 <= year <= 9998:
        return None
    second = 59 if second == 60 else second  # a leap second
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone.rstrip(".")))
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _zone(word: str) -> timezone:
    match = _OFFSET.match(word)
    if match:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes >= 24 * 60 or int(match[3] or 0) > 59:
            return UTC
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
    if short := _SHORT_OFFSET.fullmatch(word):
        minutes = int(short[2]) * 60 + int(short[3] or 0)
        return timezone(timedelta(minutes=-minutes if short[1] == "-" else minutes)) if minutes <= 14 * 60 else UTC
    if _UNSIGNED.fullmatch(word):
        return timezone(timedelta(minutes=int(word[:-2]) * 60 + int(word[-2:])))
    hours = _ZONES.get(word, _ZONES.get(word[:3], 0) if len(word) > 3 and word[3:4].isdigit() else 0)
    return timezone(timedelta(hours=hours)) if hours else UTC

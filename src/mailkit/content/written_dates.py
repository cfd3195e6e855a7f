"""Dates as mail programs write them for people: "Montag, 3. Juni 2024 um 12:53", "2024年6月3日 下午12:53".

Copied headers hold them. A date that can be read in two ways (03/04/2024) is not read at all.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from .tables import rows

__all__ = ["month_of", "read_written_date"]

LONGEST = 200  # characters of a date
# Beginnings of the months' names, the longer ones first where one begins another
_MONTHS = tuple(
    (name, int(number))
    for number, names in rows(
        """
1: jan | janv | ene | gen | styc | led | ledna | янв | січ | ian | oca | tammi | ιαν | siječ | يناير | ינואר | มกรา |
    ม.ค | sty | saus | जन
2: feb | févr | fevr | fév | fev | luty | lute | lut | únor | февр | фев | лют | şub | helmi | φεβ | velj | فبراير |
    פברואר | กุมภา | ก.พ | vas | फ़र
3: mar | mär | mrz | maart | mrt | març | břez | бер | bře | márc | мар | μαρ | maalis | ožu | مارس | מרץ | มีนา |
    มี.ค | kov | मार्च
4: apr | avr | abr | kwi | dub | апр | кві | nis | huhti | απρ | tra | أبريل | إبريل | אפריל | เมษา | เม.ย | bal |
    अप्रैल
5: may | mai | maj | mei | mag | máj | мая | май | тра | květ | kvě | touko | μαΐ | μαι | svi | مايو | מאי | พฤษภา |
    พ.ค |
    geg | मई
6: jun | juin | giu | cze | června | červen | čer | июн | чер | haz | iun | kesä | ιουν | lip | يونيو | יוני |
    มิถุนา |
    มิ.ย | birž | जून | jún
7: jul | juil | lug | lip | července | červenec | čvc | июл | лип | tem | iul | heinä | ιουλ | srp | يوليو | יולי |
    กรกฎา |
    ก.ค | liep | जुल | júl
8: aug | aoû | aou | ago | sier | srpen | srpna | авг | серп | сер | ağu | elo | αυγ | kol | أغسطس | אוגוסט |
    สิงหา | ส.ค |
    rugp | अग | ogos
9: sep | set | wrz | září | zář | сен | вер | eyl | syys | σεπ | ruj | سبتمبر | ספטמבר | กันยา | ก.ย | rugs | सित |
    szept
10: oct | okt | out | ott | paź | říj | окт | жов | eki | loka | οκτ | lis | أكتوبر | אוקטובר | ตุลา | ต.ค | spal |
    अक्टू
11: nov | lis | noi | ноя | лист | kas | marras | νοε | stu | نوفمبر | נובמבר | พฤศจิ | พ.ย | lapkr | नव
12: dec | dez | dic | déc | gru | pros | дек | гру | груд | ara | joulu | δεκ | pro | ديسمبر | דצמבר | ธันวา | ธ.ค |
    gruod | दिस | dis | des
"""
    )
    for name in names
)
# The same word is June in Croatian and July in Polish, October in Croatian and November in Polish and Czech.
_AMBIGUOUS = frozenset({"lip", "lis", "tra", "srp", "pro", "led", "kas", "kol"})
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_ISO = re.compile(r"(?<!\d)(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d\d)(?!\d)")
_VIETNAMESE = re.compile(r"(\d{1,2}) (?:tháng|thg) (\d{1,2}),? (\d{4})")
_YEAR = re.compile(r"(?<!\d)((?:19|20|25)\d\d)(?!\d)")
_DAY = re.compile(r"(?<![\d:.])(\d{1,2})(?:st|nd|rd|th|er|º)?(?![\d:])")
_TIME = re.compile(r"(?<![\d.])(\d{1,2})[:.h](\d\d)(?:[:.](\d\d))?(?!\d)")
_ZONE = re.compile(r"(?:(?:gmt|utc) ?)?([+-])(\d{1,2}):?(\d\d)?(?!\d)")
_WORD = re.compile(r"[^\W\d_][^\s\d,;()]*")
_AFTERNOON = re.compile(r"下午|午後|晚上|오후|\bpm\b|p\. ?m\.|μ\.μ|\bptg\b|\bم\b|\bнп\b")
_MORNING = re.compile(r"上午|午前|凌晨|早上|오전|\bam\b|a\. ?m\.|π\.μ|\bص\b")
_NAMED = {
    name: int(hours)
    for hours, names in rows(
        """
0: gmt | utc | wet
1: cet | mez | bst | west
2: cest | mesz | eet
3: eest | msk
7: wib
8: wita | hkt | sgt
9: wit | jst | kst
-5: est | cdt
-4: edt
-6: cst | mdt
-7: mst | pdt
-8: pst
"""
    )
    for name in names
}


def read_written_date(text: str, zone: tzinfo) -> datetime | None:
    """The time that a text for people states; None without a whole date and a time of the day, or where it is unsure.

    Args:
        zone: where the clock hangs if the text does not say it.
    """
    text = "".join(_digit(char) for char in text[:LONGEST].casefold().replace("i\u0307", "i"))
    found = _date(text)
    if found is None:
        return None
    year, month, day, rest = found
    clock = _TIME.search(rest)
    if clock is None:
        return None
    hour = int(clock[1])
    if _AFTERNOON.search(rest) and hour < 12:
        hour += 12
    elif _MORNING.search(rest) and hour == 12:
        hour = 0
    try:
        where = _zone(rest[: clock.start()] + " " + rest[clock.end() :]) or zone
        return datetime(year, month, day, hour, int(clock[2]), int(clock[3] or 0), tzinfo=where)
    except ValueError:
        return None


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() and not char.isascii() else char


def _date(text: str) -> tuple[int, int, int, str] | None:
    """(year, month, day, what is left of the text)."""
    if match := _CJK.search(text):
        return int(match[1]), int(match[2]), int(match[3]), _without(text, match)
    if match := _ISO.search(text):
        return int(match[1]), int(match[3]), int(match[4]), _without(text, match)
    if match := _VIETNAMESE.search(text):
        return int(match[3]), int(match[2]), int(match[1]), _without(text, match)
    match = _NUMBERS.search(text)
    if match and (int(match[1]) <= 12 or int(match[3]) <= 12) and max(int(match[1]), int(match[3])) <= 31:
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        return _by_numbers(year, int(match[1]), int(match[3]), match[2], _without(text, match))
    return _in_words(text)


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _by_numbers(year: int, first: int, second: int, mark: str, rest: str) -> tuple[int, int, int, str] | None:
    if first > 12 or mark == ".":
        return year, second, first, rest
    if second > 12 or re.search(r"\b[ap]m\b", rest):
        return year, first, second, rest
    return (year, second, first, rest) if first == second else None


def _in_words(text: str) -> tuple[int, int, int, str] | None:
    year = _YEAR.search(text)
    month = next((number for word in _WORD.findall(text) if (number := month_of(word))), None)
    if year is None or month is None:
        return None
    rest = _without(text, year)
    clock = _TIME.search(rest)
    day = _DAY.search(_without(rest, clock) if clock else rest)
    number = int(year[1])
    return None if day is None else (number - 543 if number >= 2500 else number, month, int(day[1]), rest)


def month_of(word: str) -> int | None:
    """The number of the month whose name begins the word, case folded; None if it is none, or another
    one elsewhere."""
    best = max((name for name, _ in _MONTHS if word.startswith(name)), key=len, default="")
    if not best or best in _AMBIGUOUS:
        return None
    return next(number for name, number in _MONTHS if name == best)


def _zone(text: str) -> tzinfo | None:
    if match := _ZONE.search(text):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes)) if minutes < 1440 else None
    for word in _WORD.findall(text):
        if word in _NAMED:
            return timezone(timedelta(hours=_NAMED[word])) if _NAMED[word] else UTC
    return None

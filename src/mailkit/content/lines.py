"""Questions about single lines of a plain text body, each answered in time that does not depend on the text around it.

"Is this the end of an attribution", "is this a divider". Lines longer than ``LONGEST`` are nobody's attribution, so no
line costs more than its own length. (Copied headers: ``copied_header``.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .languages import FORWARDED, OPENERS, ORIGINAL, QUOTING, REPLY_ABOVE, SAID, WROTE
from .tables import phrases
from .written_dates import month_of

__all__ = [
    "attribution_start",
    "folded_line",
    "foreign_mark",
    "is_dated",
    "is_divider",
    "is_group_wise",
    "is_quoted",
    "is_ruled",
    "marker_kind",
    "own_words",
    "plain",
]

LONGEST = 400  # characters of one line, and of an attribution wrapped over several
WINDOW = 4  # lines over which an attribution is wrapped at most
_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)")  # 25xx: Thailand counts from 543 BC
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)")
_ZONED = re.compile(r"(?:19|20)\d\d-\d\d-\d\d \d{1,2}:\d\d (?:GMT|UTC)[+-]\d")
_UNDECODED = re.compile(r"(?:=[0-9a-f]{2})++")
_DIGITS = re.compile(r"\d+")
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_SPACES = str.maketrans("\u00a0\u202f\u2007\u3000\t：﹕", "     ::")
_DASHES = "-_=─—–━‐‑‒―"
_OPENING_SIGNS, _CLOSING_SIGNS = frozenset(f"#*<[({{{_DASHES}>"), frozenset(f"#*>])(}}{_DASHES}")
_TIME_ENDS = re.compile(r"\d[:.h]\d\d(?: ?[^\W\d]{1,5}\.?(?:[^\W\d]\.?)?)?\)?$")
_ON = re.compile(r"[ -]on (?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d)")
_BY = frozenset(phrases("by | von | de | par | por | da | di | door | från | av | af | fra | od | от | від | oleh"))
WORDS = 14  # of an attribution without an address
_ASKING = ("write", "reply", "please", "type", "respond", "enter", "answer")
_ASKED = re.compile(
    r"(?:please )?(?:reply|write|answer|respond|(?:type|write|enter) (?:your|a) (?:reply|response|answer|message)) "
    r"above this line(?: to [a-z ]{1,40})?[.!]?"
)
_OPENERS = tuple(opener + " " for opener in OPENERS)


def plain(line: str) -> str:
    """The line without invisible marks (directions, zero widths), with ordinary blanks, stripped."""
    return line.translate(_INVISIBLE).translate(_SPACES).strip() if not line.isascii() else line.strip()


def is_quoted(line: str) -> bool:
    """Whether the line is marked as quoted with ``>``. ``>> SALE <<`` is decoration."""
    return line.startswith(">") and not line.endswith("<<")


def is_divider(line: str) -> bool:
    """Whether the line is nothing but a rule: ``____``, ``----``, ``====``, ``----`` in other widths."""
    return len(line) >= 5 and not line.strip(_DASHES + "* ")


def is_ruled(line: str) -> bool:
    """Whether the line has dashes on both sides, whatever words stand between: ``----- Alkuperäinen -----``."""
    return 6 <= len(line) <= 120 and not line[:3].strip(_DASHES) and not line[-3:].strip(_DASHES)


def marker_kind(line: str) -> str:
    """What a line like ``-----Original Message-----`` announces: ``original``, ``forwarded``, ``above`` ("please write
    your answer above this line"), else "". ``begins`` is a forward announced without dashes: it counts above labels."""
    if not line or len(line) > LONGEST:
        return ""
    if line[-1] != ":" and line[0] not in _OPENING_SIGNS and not line[:7].casefold().startswith(_ASKING):
        return ""  # most lines of most mails
    inner = line.replace("&nbsp;", " ").strip(_DASHES + "*>| ").rstrip(": ").casefold().replace("i\u0307", "i")
    dashes = line[0] in _DASHES and line[:2] != "- "
    stars = line[0] == "*" and " " in inner
    if (dashes or stars) and inner in ORIGINAL:
        return "original"
    if (dashes or stars) and inner in FORWARDED:
        return "forwarded"
    if dashes and not line[:3].strip(_DASHES) and inner.startswith(FORWARDED):
        return "forwarded"
    if line[-1] == ":" and len(inner) <= 60 and any(phrase in inner for phrase in FORWARDED):
        return "begins"
    return "above" if _is_reply_line(line, inner) else ""


def _is_reply_line(line: str, inner: str) -> bool:
    """``##- Please type your reply above this line -##``, in whatever language between such signs."""
    if line.startswith("##-") and line.endswith("-##"):
        return True
    decorated = line[0] in _OPENING_SIGNS and line[-1] in _CLOSING_SIGNS
    bare = inner.strip("#<>[]{}()*:=- ")
    told = bare.startswith(("write above this line", "reply above this line")) or _ASKED.fullmatch(bare) is not None
    return len(inner) <= 120 and (decorated or told) and any(phrase in inner for phrase in REPLY_ABOVE)


def is_group_wise(line: str) -> bool:
    """GroupWise's ``>>> Ana <ana@a.example> 06/03/24 12:53 PM >>>``, above a quotation that bears no marks."""
    return line.startswith(">>> ") and line.endswith(">>>") and len(line) <= LONGEST and is_dated(line)


def attribution_start(lines: Sequence[str], end: int, *, quoted: bool = False) -> int | None:
    """If an attribution ("On … Ana wrote:") ends on line ``end``, the line on which it begins.

    ``lines`` are ``plain``. Of the runs of lines that make an attribution the one counts that begins with an opening
    word and has a date; else the shortest with a whole date; else the shortest. ``quoted``: a marked quotation stands
    right below, so less is asked for.
    """
    last = lines[end]
    # Zoho: "---- On … Ana wrote ----", wrapped or not
    in_dashes = last.endswith("---") and (last.startswith("---") or _verb_ends(folded_line(last.strip("- "))))
    # "2011/4/7 Ana <ana@a.example>", "2016-03-03 17:21 GMT+01:00 Ana Adams"
    bare = quoted and last[0].isdigit() and (last.endswith(">") or _ZONED.match(last) is not None)
    if not (last.endswith(":") or in_dashes or bare) or len(last) > LONGEST:
        return None
    text, found, whole, tail = "", None, False, ""
    for start in range(end, max(-1, end - WINDOW), -1):
        line = lines[start]
        if not line and start == end - 1 and last.rstrip(": ").casefold() in WROTE:
            continue  # "wrote:" in a paragraph of its own
        if not line or is_quoted(line) or (start < end and _ends_sentence(line)):
            break
        text = line[:-1] + text if line.endswith("=") else f"{line} {text}"  # "=": a soft break left undecoded
        if len(text) > LONGEST:
            break
        folded = folded_line(text.strip().strip("-") if in_dashes else text)
        begins = folded.startswith(_OPENERS)
        if _is_attribution(folded, begins=begins) or (in_dashes and _verb_ends(folded)):
            names = found is not None and "@" not in tail and _is_name_line(line)  # "Ana <ana@a.example>" on a line
            if found is None or names or (_is_whole(folded) and not whole):
                found, whole, tail = start, _is_whole(folded), folded
            if (
                begins
                and (is_dated(folded) or _names_day(folded))
                and (whole or start < end)
                and _DIGITS.search(folded_line(line))
            ):
                return start
    if found is None and quoted and _tells_of_quotation(folded_line(last)):
        return end
    return found


def _names_day(folded: str) -> bool:
    """``On Wed, Dec 9, Ana``: neither a year nor a time."""
    words = folded.split()[:6]
    return any(month_of(word) for word in words) and any(word.strip(".,")[:1].isdigit() for word in words)


def _ends_sentence(line: str) -> bool:
    """Whether a line ends what somebody says: it is no part of an attribution. "3. jun." and "kl." end nothing."""
    if line[-1] != ".":
        return line[-1] in "!?:。！？"
    word = line.rsplit(None, 1)[-1].rstrip(".").casefold()
    return not (len(word) <= 2 or word.isdigit() or "." in word or month_of(word))


def _is_name_line(line: str) -> bool:
    """Whether the line holds little more than a name and an address."""
    return "@" in line and "<" in line and ">" in line[-8:] and len(line.split()) <= 8


def _is_whole(folded: str) -> bool:
    return _YEAR.search(folded) is not None and _TIME.search(folded) is not None


def folded_line(text: str) -> str:
    """The line case folded, the digits of all scripts as 0 to 9."""
    text = text.strip().casefold()
    if "=c" in text or "=e" in text:  # quoted-printable left undecoded
        text = _UNDECODED.sub(lambda found: bytes.fromhex(found[0].replace("=", "")).decode("utf-8", "replace"), text)
    if text.isascii() or not any(char.isdecimal() and not char.isascii() for char in text):
        return text
    # Digits of other scripts: "٢٠٢٤" is a year too
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


def _is_attribution(folded: str, *, begins: bool) -> bool:
    dated, address = is_dated(folded), "@" in folded
    if not (dated or address):
        return False
    if address and folded.startswith(QUOTING) and (len(folded.split()) <= WORDS or _is_whole(folded)):
        return True
    if not begins and _says_before(folded):
        return False
    text = folded.rstrip(": ")
    whole = dated and _YEAR.search(text) is not None and _TIME.search(text) is not None
    if _has_verb(folded):
        if begins or _verb_ends(folded) or (dated and (address or folded[0].isdigit())):
            return True
        # "Ana wrote on 3.6.2024 12:53:"
        return whole and _TIME_ENDS.search(text) is not None and len(text.split()) <= WORDS
    # Gmail in several languages writes no verb: "2026年1月1日(金) 9:00 田中 <tanaka@a.example>:"
    if dated and text.endswith(">") and "<" in text and (begins or folded[0].isdigit() or "," in text):
        return True
    # Tutanota, and languages that are not in the table: "3. Juni 2024, 12:53 von ana@a.example:"
    tail = text[-100:].split()
    named = any(">" in word for word in tail[-3:]) or (len(tail) > 1 and tail[-2] in _BY and "@" in tail[-1])
    return whole and address and (folded[0].isdigit() or begins or named)


def _says_before(folded: str) -> bool:
    """Whether the sender's own words stand on the line, before its "On Wed, Apr 4 … wrote:"."""
    at = _ON.search(folded)
    before = folded[: at.start()].strip(f"{_DASHES} ") if at else ""
    return bool(before) and "@" not in before and not _has_verb(before)


def own_words(text: str) -> str:
    """The text above a quotation without the attribution with date and address that ends its last line."""
    above, line_end, line = text.rpartition("\n")
    at = _ON.search(line.casefold()) if len(line) <= LONGEST and line.rstrip().endswith(":") else None
    if at is None or at.start() == 0:
        return text
    told = folded_line(plain(line[at.start() :]).lstrip(f"{_DASHES} "))
    is_told = _is_whole(told) and "@" in told and _is_attribution(told, begins=True)
    return f"{above}{line_end}{line[: at.start()].rstrip(f'{_DASHES} ')}" if is_told else text


def _tells_of_quotation(folded: str) -> bool:
    """Right above a quotation: "Ana Adams writes:", "3. 6. 2024 v 12:53, Ana:"."""
    words = folded.split()
    if len(words) <= 6 and _verb_ends(folded):
        return True
    if len(words) > WORDS:
        return False
    if (is_dated(folded) or "@" in folded) and (folded.rstrip(": ").endswith(SAID) or " said on " in folded):
        return True
    return folded[0].isdigit() and _is_whole(folded)


def is_dated(text: str) -> bool:
    """Whether the folded text holds a time of the day, or a year and another number."""
    if _TIME.search(text):
        return True
    return _YEAR.search(text) is not None and len(_DIGITS.findall(text)) >= 2


def _has_verb(text: str) -> bool:
    return any(word in text and _stands_alone(text, word) for word in WROTE)


def _verb_ends(text: str) -> bool:
    return text.rstrip(":： ").endswith(WROTE)


def _stands_alone(text: str, word: str) -> bool:
    if ord(word[0]) > 0x2E7F:  # no spaces between words in CJK
        return True
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not text[at - 1 : at].isalpha() and not text[end : end + 1].isalpha():
            return True
        at = text.find(word, end)
    return False


def foreign_mark(lines: Sequence[str], start: int) -> str:
    """The quote mark of programs that do not use ``>``, if line ``start``, right below an attribution, bears one.

    A mark of several signs (``--]``, ``AB>``) tells by itself, one of a single sign (``|``, ``#``) on several lines.
    """
    match = _MARK.match(lines[start])
    if match is None:
        return ""
    mark = match[0]
    following = [line for line in lines[start : start + 20] if line]
    marked = sum(line.startswith(mark) for line in following)
    several = marked >= 3 or (marked == 2 and len(following) <= 4)
    return mark if len(mark) > 1 or several else ""


_MARK = re.compile(r"[A-Z]{1,3}>|[-=+:|]{1,3}[\]|}»>]|[|:#%}»)]")

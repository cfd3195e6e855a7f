"""Questions about single lines of a plain text body, each answered in time that does not depend on the text around it.

"Is this the end of an attribution", "does a copied header begin here", "is this a divider". Lines longer than
``LONGEST`` are nobody's attribution, so no line costs more than its own length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .languages import FORWARDED, LABELS, OPENERS, ORIGINAL, WROTE

__all__ = [
    "attribution_start",
    "foreign_mark",
    "header_end",
    "is_divider",
    "is_label",
    "is_quoted",
    "label_of",
    "labels_end",
    "marker_kind",
    "plain",
]

LONGEST = 400  # characters of one line, and of an attribution wrapped over several
WINDOW = 4  # lines over which an attribution is wrapped at most
HEADER_LINES = 25  # lines that a copied header may have
_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)")  # 25xx: Thailand counts from 543 BC
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)")
_DIGITS = re.compile(r"\d+")
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_SPACES = str.maketrans("\u00a0\u202f\u2007\u3000\t", "     ")
_OPENERS = tuple(opener + " " for opener in OPENERS)


def plain(line: str) -> str:
    """The line without invisible marks (directions, zero widths), with ordinary blanks, stripped."""
    return line.translate(_INVISIBLE).translate(_SPACES).strip() if not line.isascii() else line.strip()


def is_quoted(line: str) -> bool:
    """Whether the line is marked as quoted with ``>``."""
    return line.startswith(">")


def is_divider(line: str) -> bool:
    """Whether the line is nothing but a rule: ``____``, ``----``, ``====``, ``----`` in other widths."""
    return len(line) >= 5 and not line.strip("_-=*─—–━ ")


def marker_kind(line: str) -> str:
    """``original``, ``forwarded`` or "": what a line like ``-----Original Message-----`` announces."""
    if not line or len(line) > LONGEST:
        return ""
    inner = line.strip("-_=*─—–>| ").rstrip(":： ").casefold()
    dashes = line[0] in "-_=*─—–" and (line[:2] != "- ")
    if dashes and inner in ORIGINAL:
        return "original"
    if inner in FORWARDED and (dashes or line[-1] in ":："):
        return "forwarded"
    if dashes and line[:3] == "---" and inner.startswith(FORWARDED):
        return "forwarded"
    return ""


def attribution_start(lines: Sequence[str], end: int) -> int | None:
    """If an attribution ("On … Ana wrote:") ends on line ``end``, the line on which it begins.

    ``lines`` are ``plain``. The shortest run of lines that makes a whole attribution counts, one with a date and with
    an address or an opening word; else the shortest that makes one at all.
    """
    last = lines[end]
    in_dashes = last.startswith("---") and last.endswith("---")  # Zoho: "---- On … Ana wrote ----"
    if not (last.endswith((":", "：")) or in_dashes) or len(last) > LONGEST:
        return None
    text, found = "", None
    for start in range(end, max(-1, end - WINDOW), -1):
        line = lines[start]
        if not line or is_quoted(line):
            break
        text = line[:-1] + text if line.endswith("=") else f"{line} {text}"  # "=": a soft break left undecoded
        if len(text) > LONGEST:
            break
        folded = text.strip().strip("-").strip().casefold() if in_dashes else text.strip().casefold()
        begins = folded.startswith(_OPENERS)
        if _is_attribution(folded, begins=begins):
            found = start if found is None else found
            if _is_dated(folded) and (begins or "@" in folded):
                return start
    return found


def _is_attribution(folded: str, *, begins: bool) -> bool:
    if not folded:
        return False
    dated = _is_dated(folded)
    address = "@" in folded
    if not (dated or address):
        return False
    if _has_verb(folded):
        return begins or (dated and (address or folded[0].isdigit() or _verb_ends(folded))) or _verb_ends(folded)
    # Gmail in several languages writes no verb: "2026年1月1日(金) 9:00 田中 <tanaka@a.example>:"
    return (
        dated
        and folded.rstrip(":： ").endswith(">")
        and "<" in folded
        and (begins or folded[0].isdigit() or "," in folded)
    )


def _is_dated(text: str) -> bool:
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


def header_end(lines: Sequence[str], start: int) -> tuple[int, int] | None:
    """If a copied header (``From: … Sent: … To: … Subject: …``) begins on line ``start``: (line after it, kinds of
    labels)."""
    if _label(lines[start]) is None:
        return None
    kinds: set[str] = set()
    end, missing = start, 0
    for number in range(start, min(len(lines), start + HEADER_LINES)):
        kind = _label(lines[number])
        if kind is not None:
            kinds.add(kind)
            end, missing = number + 1, 0
        else:
            missing += 1
            if missing > (1 if not lines[number] else 4) or (not lines[number] and len(kinds) > 2):
                break
    if "from" not in kinds or len(kinds) < 2:
        return None
    # "From: Berlin, To: Paris, Date: 3 May" is what somebody wants to book.
    header = lines[start:end]
    is_header = any("@" in line or _TIME.search(line[:LONGEST]) for line in header)
    return (end, len(kinds) if is_header else 2)


def is_label(line: str) -> bool:
    """Whether the line begins with a label of a copied header (``From:``, ``Gesendet:`` …)."""
    return _label(line) is not None


def labels_end(lines: Sequence[str], start: int) -> int:
    """The line after the labels that stand right below a divider, one empty line between allowed; else ``start``."""
    end = start
    for number in range(start, min(len(lines), start + HEADER_LINES)):
        if _label(lines[number]) is not None:
            end = number + 1
        elif lines[number] or (number > start and not lines[number - 1]):
            break
    return end


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


def label_of(line: str) -> tuple[str, str] | None:
    """(``from``, ``to``, ``sent`` or ``subject``; what follows) of a line that begins with such a label."""
    kind = _label(line)
    return None if kind is None else (kind, line.replace("：", ":", 1).partition(":")[2].strip())


def _label(line: str) -> str | None:
    if not line or len(line) > 4000:
        return None
    head = line[:40].replace("：", ":").lstrip("*_ ")
    name, colon, _ = head.partition(":")
    return LABELS.get(name.strip("*_ ").casefold()) if colon else None

"""Where the signature of a stretch of own text begins.

Sure signs: ``-- `` alone on its line, a mailing list's footer, "Sent from my phone". Weak ones: a closing formula
near the end, ``-Ana`` or ``/Ana`` as the last line. Sentences that only look alike ("Sent from my desk, is much
easier") stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from .closings import CLOSINGS, MOBILE, THANKS

__all__ = ["postscript", "signature_start"]

MAX_BELOW = 25  # lines that may follow "--": what is longer is text with a ruler in it
MAX_CLOSING = 12  # lines that may follow a closing formula
MAX_NAME = 6  # lines that may follow thanks
MAX_FOOTER = 8  # lines of a list footer
_RULES = frozenset({"--", "—", "—-", "––", "-- --"})
_PARTICLES = frozenset(
    {"van", "von", "der", "den", "de", "di", "da", "del", "dos", "du", "la", "le", "bin", "al", "and"}
)
_POSTSCRIPT = (
    *("ps:", "ps.", "ps ", "ps,", "ps-", "p.s", "p. s", "pps", "p.p.s", "nb:", "n.b.", "p/s", "post scriptum"),
    *("nachtrag:", "p.d.", "pd:", "з.ы", "зы:", "п.с", "追伸", "추신", "附言", "又及"),
)
_LONGEST_MARK = 20
_DROP_FROM_CLOSING = " ,.!;:-–—،。，！*_~"


def signature_start(lines: Sequence[str], *, at_end: bool) -> tuple[int, bool]:
    """(line on which the signature begins, whether it may be taken off even if nothing else is left); the number of
    lines if there is none.

    Args:
        lines: ``plain`` lines of one stretch. at_end: nothing of the sender's follows, so weak signs count too.
    """
    total = end = _trimmed(lines, len(lines))
    for _ in range(3):
        begin = min(_footer(lines, end), _ruler(lines, end), _mobile(lines, end))
        if begin >= end:
            break
        end = _trimmed(lines, begin)
    begin = min(_closing(lines, end, named=end < total), _dashed_name(lines, end)) if at_end else end
    if begin < end and any(lines[:begin]):
        return begin, True
    if end < total:
        return end, True
    return (begin, False) if begin < end else (len(lines), True)


def _trimmed(lines: Sequence[str], end: int) -> int:
    while end > 0 and not lines[end - 1]:
        end -= 1
    return end


def _ruler(lines: Sequence[str], end: int) -> int:
    """The first ``--`` with few enough lines below it."""
    for number in range(max(0, end - MAX_BELOW - 1), end):
        if lines[number] in _RULES:
            return number
    return end


def _footer(lines: Sequence[str], end: int) -> int:
    """``______`` and a few lines with an address or a link below it: Mailman's footer."""
    for number in range(max(0, end - MAX_FOOTER - 1), end - 1):
        line = lines[number]
        if len(line) >= 20 and not line.strip("_-="):
            below = " ".join(lines[number + 1 : end])[:2000].casefold()
            if "://" in below or "@" in below or "list" in below or "subscri" in below:
                return number
    return end


def _mobile(lines: Sequence[str], end: int) -> int:
    """A short last line that begins like the phones' signatures and is no sentence."""
    if end == 0:
        return end
    text = lines[end - 1].strip("<>()[]*_ ")
    words = text.partition("<")[0].partition("http")[0].strip(" .([")
    is_short = len(words) <= 60 and len(words.split()) <= 9 and not any(char in words for char in ",;!?")
    return end - 1 if is_short and words.casefold().startswith(MOBILE) else end


def _closing(lines: Sequence[str], end: int, *, named: bool) -> int:
    """A closing formula alone on its line, with nothing but a few short lines below it.

    ``named``: a sure signature follows, so thanks with a comma need no name of their own.
    """
    below: list[str] = []
    for number in range(end - 1, -1, -1):
        line = lines[number]
        if not line:
            continue
        formula = line.strip(_DROP_FROM_CLOSING).casefold() if len(line) <= 60 else ""
        if formula in CLOSINGS or (formula in THANKS and _signs(line, below, named)):
            return number
        below.append(line)
        if len(below) > MAX_CLOSING:
            break
    return end


def _signs(line: str, below: Sequence[str], named: bool) -> bool:
    """Whether thanks close the mail: a name stands below, or a signature does and the thanks end in a comma."""
    if not below:
        return named and line[-1] in ",،，"
    return len(below) <= MAX_NAME and _is_name(below[-1])


def _is_name(line: str) -> bool:
    """Whether a line may be the name below a formula: short, few words, no sentence."""
    words = line.split()
    small = sum(word[0].islower() and word not in _PARTICLES for word in words)
    is_short = len(line) <= 40 and len(words) <= 5 and line[-1] not in ".!?:;,。！？"
    return is_short and small < 2 and not any(char.isdigit() for char in line)


def postscript(lines: Sequence[str], start: int) -> int:
    """The line from ``start`` on with which a postscript begins: the sender goes on below the signature. The number of
    lines if there is none."""
    for number in range(start + 1, len(lines)):
        if lines[number][:_LONGEST_MARK].casefold().startswith(_POSTSCRIPT):
            return number
    return len(lines)


def _dashed_name(lines: Sequence[str], end: int) -> int:
    """``-Ana Maria`` or ``/Ana`` after an empty line."""
    if end < 3 or lines[end - 2]:
        return end
    line = lines[end - 1]
    name = line.lstrip("-–—/~ ") if line[:1] in ("-", "–", "—", "/", "~") else ""
    is_name = 0 < len(name) <= 40 and len(name.split()) <= 4 and name[0].isupper() and line[1:2] != " "
    return end - 1 if is_name and not any(char in name for char in ".:;!?") else end

"""The header that mail programs copy above a quotation: ``From: … Sent: … To: … Subject: …``, in many languages.

Its labels stand on a line each, or several on one line where a program lost the line ends. No line costs more than its
own length, and ``MAX_LABELS`` labels of one are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .labels import LABELS
from .lines import LONGEST, folded_line, is_dated

__all__ = ["divider_of", "header_end", "is_label", "labelled", "labels_end"]

HEADER_LINES = 25  # lines that a copied header may have
LONGEST_LINE = 4000  # characters of a line with a long list of recipients
MAX_LABELS = 30  # colons of one line that are looked at
_LONGEST_LABEL = 40  # characters
_WORDS = 3  # of a label
# What a label may stand right behind where the line end is lost: "…@a.example>Sent:", "12:53Subject:"
_BEFORE_LABEL = re.compile(r"[>\])\"'|\d.,;]")
# "-------- Original Message --------From: Ana": Samsung's phones
_MARKED = re.compile(r"([-=_─—]{2,}+[^-=_─—]{3,60}+[-=_─—]{2,}+)\s*+(?=[^\s\-=_─—])")


def header_end(lines: Sequence[str], start: int) -> tuple[int, int] | None:
    """If a copied header (``From: … Sent: … To: … Subject: …``) begins on line ``start``: (line after it, kinds of
    labels)."""
    divider = divider_of(lines[start])
    if _label(lines[start]) is None and not divider:
        return None
    first = lines[start][len(divider) :].lstrip()
    kinds = {kind for kind, _, _ in _found(first)} if first.count(":") > 1 else set()
    several = len(kinds) > 1  # labels on the first line: then the next may go on so
    if not several:
        kinds = set(_kinds_of(first))
    end, missing = start + 1, 0
    for number in range(start + 1, min(len(lines), start + HEADER_LINES)):
        line = lines[number]
        found = _kinds_of(line) if line else ()
        if several and line and number == end:
            found = tuple(kind for kind, _, _ in _found(line))
        if found:
            kinds.update(found)
            end, missing = number + 1, 0
            continue
        missing += 1
        if missing > (1 if not line else 4) or (not line and len(kinds) > 2 and not _label_follows(lines, number)):
            break
    if len(kinds) < 2 or not {"from", "sent"} & kinds:
        return None
    # "From: Berlin, To: Paris, Date: 3 May, 10:30" is what somebody wants to book: programs add a subject.
    header = lines[start:end]
    pairs = [pair for line in header for pair in labelled(line)]
    dated = any(kind == "sent" and is_dated(folded_line(text[:LONGEST])) for kind, text in pairs)
    addressed = any("@" in line for line in header)
    if "from" not in kinds:
        return (end, 3) if addressed and dated and "to" in kinds else None
    return (end, len(kinds) if addressed or (dated and "subject" in kinds) else 2)


def _label_follows(lines: Sequence[str], number: int) -> bool:
    """Whether the header goes on below a single empty line: Markdown's paragraphs."""
    return number + 1 < len(lines) and lines[number - 1] != "" and _label(lines[number + 1]) is not None


def _kinds_of(line: str) -> tuple[str, ...]:
    first = _label(line)
    if first is None or line.count(":") < 3:  # most lines: no three kinds
        return () if first is None else (first,)
    return tuple(kind for kind, _ in labelled(line))


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


def divider_of(line: str) -> str:
    """The divider with words at the beginning of a line on which a copied header follows it, else ""."""
    found = _MARKED.match(line[:200]) if line[:2].strip("-=_─—") == "" and ":" in line else None
    rest = line[found.end() :] if found else ""
    return found[1] if found and _label(rest) is not None else ""


def labelled(line: str) -> list[tuple[str, str]]:
    """(``from``, ``to``, ``sent`` or ``subject``; what follows it) for each label on a line, first the one it begins
    with or that follows a divider. Others on the same line count where together they are of three kinds: a subject
    has colons, too."""
    line = line[len(divider_of(line)) :].lstrip()
    first = _label(line)
    if line.startswith("|"):
        return [(first, line.lstrip("| ").partition("|")[2].strip(" |\t:"))] if first else []
    found = _found(line)
    if first and len({kind for kind, _, _ in found}) < 3:
        return [(first, line.partition(":")[2].strip(" |\t"))]
    ends = [start for _, start, _ in found[1:]] + [len(line)] * bool(found)
    return [(kind, line[begin:end].strip(" |*\t")) for (kind, _, begin), end in zip(found, ends, strict=True)]


def _found(line: str) -> list[tuple[str, int, int]]:
    """(kind, where the label begins, where its text begins) for each label, wherever it stands."""
    pieces = line[:LONGEST_LINE].split(":", MAX_LABELS)
    first = _label(line)
    at = len(pieces[0]) + 1
    found = [(first, 0, at)] if first else []
    for piece in pieces[1:-1]:
        end = at + len(piece)
        if (label := _label_at_end(piece)) is not None:
            found.append((LABELS[_folded(label)], end - len(label), end + 1))
        at = end + 1
    return found


def _label_at_end(piece: str) -> str | None:
    """The label before a colon in the middle of a line."""
    words = _BEFORE_LABEL.split(piece[-_LONGEST_LABEL:].replace("*", " "))[-1].split()[-_WORDS:]
    last = words[-1] if words else ""
    labels = [" ".join(words[first:]) for first in range(len(words))]
    labels += [last[at:] for at in range(1, len(last)) if last[at].isupper()]  # "12:53 MEZBetreff:"
    return next((label for label in labels if not label[0].islower() and _folded(label) in LABELS), None)


def _label(line: str) -> str | None:
    if not line or len(line) > LONGEST_LINE:
        return None
    head = line[:_LONGEST_LABEL]
    if ":" not in head and head[0] != "|":
        return None
    head = head.lstrip("*_| ")
    # NetEase writes the header as a table: "| From | Ana |"
    name, mark, _ = head.partition("|" if line.startswith("|") else ":")
    return LABELS.get(_folded(" ".join(name.strip("*_ :").split()))) if mark else None


def _folded(label: str) -> str:
    return label.casefold().replace("i\u0307", "i")  # Turkish İ

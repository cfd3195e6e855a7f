"""Message identifiers (RFC 5322 section 3.6.4), always kept without their angle brackets."""

from __future__ import annotations

import re

from mailkit.message.charset import decode_header_bytes
from mailkit.message.encoded import decode_words

__all__ = ["parse_ids"]

_MAX_ID = 998  # RFC 5322 section 2.1.1: no line is longer, so no id that anyone sent is
_MAX_IDS = 2000
# Nothing but ids in brackets, blanks between them: what nearly every program writes.
_CLEAN = re.compile(r"(?:[ \t\r\n]*+<[^<>\x00-\x20\x7f-\xa0]{1,998}>)++[ \t\r\n]*+")
_BRACKETED = re.compile(r"<([^>]+)>")
# A word that hides a bracket; in brackets "=?" is a part of an id like any other.
_CODED = re.compile(r"(?:\A|[ \t\r\n,])=\?[^?\s<>]{1,60}\?[bBqQ]\?")
_CONTROLS = {**dict.fromkeys([*range(9), *range(10, 32), *range(127, 160)]), 9: " "}


def parse_ids(value: str | bytes) -> tuple[str, ...]:
    """The identifiers in a Message-ID, In-Reply-To or References value, in order, duplicates kept.

    Old ``In-Reply-To`` values are sentences with an id in them (RFC 5322 section 4.5.4). Where anything is in brackets
    only that counts, but for the address of a person: ``Message from Bo <bo@b.example> of "Mon, 23 Nov" <id>`` (nmh).
    Without brackets one word alone is an id, and several that all have an ``@``; in a sentence nothing is
    (``bo@b.example's message of "Mon, 23 Nov"``, Gnus). An id that was folded in the middle is put together again. Ids
    longer than 998 characters are left out. Ids in encoded words (Python's own ``email`` writes long ones so, against
    RFC 2047 section 5) are decoded. Never raises.
    """
    text = decode_header_bytes(value) if isinstance(value, bytes) else value
    if _CLEAN.fullmatch(text):
        return tuple(_BRACKETED.findall(text)[:_MAX_IDS])
    text = _joined(decode_words(text) if _CODED.search(text) else text)
    if "<" not in text:
        return _bare(text)
    found: list[str] = []
    at, before = text.find("<"), 0
    while at >= 0 and len(found) < _MAX_IDS:
        end = text.find(">", at + 1)
        if end < 0:
            end = len(text)
        begin = text.rfind("<", at, end)
        inner = text[begin + 1 : end].strip(" \t<>")
        if 0 < len(inner) <= _MAX_ID and not _introduces_a_person(text[before:at]):
            found.append(inner)
        at, before = text.find("<", end), end + 1
    return tuple(found)


def _bare(text: str) -> tuple[str, ...]:
    """Ids without brackets; what follows in parentheses is a comment."""
    words = text.partition(" (")[0].replace(",", " ").replace(">", " ").split()
    if len(words) > 1 and not all("@" in word for word in words):
        return ()
    return tuple(word for word in (w.strip("<>\"';") for w in words[:_MAX_IDS]) if 0 < len(word) <= _MAX_ID)


def _introduces_a_person(before: str) -> bool:
    """Whether what stands before a bracket ends in "from" and a name: an address follows then."""
    start, word, name = before.casefold().rpartition("from ")
    if not word or (start and not start[-1].isspace()) or name.count('"') % 2:
        return False
    return bool(name.strip(' "')) and not any(char.isdigit() or char == "@" for char in name)


def _joined(text: str) -> str:
    """One line; what was folded inside of brackets is put together without a blank."""
    if "\n" not in text and "\r" not in text:
        return text.translate(_CONTROLS)
    lines = [line.strip(" \t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    out: list[str] = []
    inside = False
    for line in lines:
        out.append(line if inside else " " + line)
        inside = line.rfind("<") > line.rfind(">") or (inside and ">" not in line)
    return "".join(out).translate(_CONTROLS)

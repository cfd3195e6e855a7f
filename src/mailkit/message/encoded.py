"""RFC 2047 encoded words, with the world's mistakes.

Read although the standard forbids them: words glued to text or to each other, blanks and line breaks inside a word,
words inside quoted strings, missing base64 padding, a character, its ``=C3`` or a group of base64 split between two
words, ``?`` inside Q text, a language suffix (RFC 2231 section 5). Line breaks that come out of a word become blanks
and other control characters vanish: a decoded header is one line, so that it can be copied into an answer.

The scan is linear: it only moves forward, and the first missing ``?=`` ends the search for further words.
"""

from __future__ import annotations

import binascii
import re

from mailkit.message.charset import decode, decode_header_bytes
from mailkit.message.transfer import decode_base64, literal_equals

__all__ = ["decode_words", "unfold"]

_MAX_CHARSET = 60
_LONGEST_CUT = 1000  # characters of a word that may go on in the next one
_CUT_ESCAPE = re.compile(r"=[0-9A-Fa-f]?\Z")
_ESCAPE = re.compile(r"=[0-9A-Fa-f]{2}")
_FOLDED_ESCAPE = re.compile(rb"= (?=[0-9A-Fa-f]{2})")
_UNDER = bytes.maketrans(b"_", b" ")
_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_CONTROLS: dict[int, str | None] = {
    **dict.fromkeys([*range(9), *range(14, 32), *range(127, 160)]),
    **dict.fromkeys(map(ord, _BREAKS), " "),
}


def unfold(value: bytes | str) -> str:
    """A header value as one line: each fold, with the blanks around it, becomes one blank (RFC 5322 2.2.3)."""
    text = decode_header_bytes(value) if isinstance(value, bytes) else value
    if "\n" in text or "\r" in text:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        text = " ".join([line.strip(" \t") for line in lines])
    return text.strip(" \t\x00").replace("\x00", "")


def decode_words(value: str | bytes) -> str:
    """The text of an unstructured header value, encoded words decoded (RFC 2047). Never raises.

    Args:
        value: what follows the colon, folded or not.
    """
    text = unfold(value)
    if "=?" not in text:
        return text.translate(_CONTROLS) if not text.isprintable() else text
    found = _decode(text)
    return (found if found.isprintable() else found.translate(_CONTROLS)).strip(" \t")


def _decode(text: str) -> str:
    out: list[str] = []
    pending = b""  # bytes of adjacent words in one charset, decoded together: a character may be split between them
    charset = ""
    done = 0  # everything before is in ``out`` or ``pending``
    for start, end, label, data in _words(text):
        gap = text[done:start]
        if pending and (label != charset or gap.strip(" \t")):
            out.append(decode(pending, charset)[0])
            pending = b""
        if not (done and not gap.strip(" \t")):
            out.append(gap)
        pending += data
        charset, done = label, end
    if pending:
        out.append(decode(pending, charset)[0])
    out.append(text[done:])
    return "".join(out)


def _words(text: str) -> list[tuple[int, int, str, bytes]]:
    """All encoded words: start, end, charset label, decoded bytes."""
    found: list[tuple[int, int, str, bytes]] = []
    last = ""  # kind and body of the last word
    at = text.find("=?")
    end = -1
    while at >= 0:
        mark = text.find("?", at + 2, at + 2 + _MAX_CHARSET)
        if mark < 0 or text[mark + 1 : mark + 3] not in _KINDS:
            at = text.find("=?", at + 2)
            continue
        body = mark + 3
        if end < body:
            end = text.find("?=", body)
            if end < 0:
                break
        inner = text.find("=?", body, end)
        if inner >= 0:  # this word never ends; another begins
            at = inner
            continue
        label = text[at + 2 : mark].partition("*")[0].strip().lower()
        kind, piece = text[mark + 1].lower(), text[body:end]
        if found and found[-1][2] == label and not text[found[-1][1] : at].strip(" \t") and _is_cut(last, kind, piece):
            at, piece = found.pop()[0], last[1:] + piece
        found.append((at, end + 2, label, _data(kind, piece)))
        last = kind + piece
        at = text.find("=?", end + 2)
    return found


_KINDS = frozenset({"q?", "Q?", "b?", "B?"})


def _is_cut(last: str, kind: str, following: str) -> bool:
    """Whether a program cut its encoded text without regard to what a word can hold: the two only decode together."""
    if last[0] != kind or len(last) > _LONGEST_CUT:
        return False
    if kind == "q":
        match = _CUT_ESCAPE.search(last, max(len(last) - 2, 1))
        return match is not None and _ESCAPE.match(match[0] + following[:2]) is not None
    size, more = len(last) - 1, len(following)
    return size % 4 > 0 and more % 4 > 0 and (size + more) % 4 == 0 and "=" not in last


def _data(kind: str, body: str) -> bytes:
    raw = body.encode("utf-8", "replace")
    if kind == "b":
        return decode_base64(raw)[0]
    # A fold inside a word has become a blank beside the underscore that stands for the real one.
    raw = raw.replace(b" _", b"_").replace(b"_ ", b"_").translate(_UNDER)
    if b"= " in raw:
        raw = _FOLDED_ESCAPE.sub(b"=", raw)
    return binascii.a2b_qp(literal_equals(raw) if b"==" in raw else raw)

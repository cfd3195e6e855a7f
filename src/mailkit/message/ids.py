"""Message identifiers (RFC 5322 section 3.6.4), always kept without their angle brackets."""

from __future__ import annotations

from mailkit.message.charset import decode_header_bytes

__all__ = ["parse_ids"]

_MAX_ID = 998  # RFC 5322 section 2.1.1: no line is longer, so no id that anyone sent is
_MAX_IDS = 2000
_CONTROLS = {**dict.fromkeys([*range(9), *range(10, 32), *range(127, 160)]), 9: " "}


def parse_ids(value: str | bytes) -> tuple[str, ...]:
    """The identifiers in a Message-ID, In-Reply-To or References value, in order, duplicates kept.

    Where anything is in brackets only that counts (old ``In-Reply-To`` values are sentences with an id in them).
    Without brackets one word alone is an id, and of several words those with an ``@``. An id that was folded in the
    middle is put together again. Ids longer than 998 characters are left out. Never raises.
    """
    text = _text(value)
    if "<" not in text:
        words = text.replace(",", " ").replace(">", " ").split()
        if len(words) > 1:
            words = [word for word in words if "@" in word]
        return tuple(word for word in (w.strip("<>\"';") for w in words[:_MAX_IDS]) if 0 < len(word) <= _MAX_ID)
    found: list[str] = []
    at = text.find("<")
    while at >= 0 and len(found) < _MAX_IDS:
        end = text.find(">", at + 1)
        if end < 0:
            end = len(text)
        begin = text.rfind("<", at, end)
        inner = text[begin + 1 : end].strip(" \t<>")
        if 0 < len(inner) <= _MAX_ID:
            found.append(inner)
        at = text.find("<", end)
    return tuple(found)


def _text(value: str | bytes) -> str:
    text = decode_header_bytes(value) if isinstance(value, bytes) else value
    if "\n" not in text and "\r" not in text:
        return text.translate(_CONTROLS)
    lines = [line.strip(" \t") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    out: list[str] = []
    inside = False
    for line in lines:
        out.append(line if inside else " " + line)
        inside = line.rfind("<") > line.rfind(">") or (inside and ">" not in line)
    return "".join(out).translate(_CONTROLS)

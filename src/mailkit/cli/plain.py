"""Text from strangers, made harmless for a terminal.

A subject may hold escape sequences that move the cursor, change the title or retype a command; a name may turn the
reading direction so that a line says something else. All of them are shown instead of sent.
"""

from __future__ import annotations

#: Turn the direction of text, or hide: LRM, RLM, ALM, embeddings, overrides, isolates, and the invisible marks.
_HIDDEN = frozenset("\u200b\u200e\u200f\u061c\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _shown(char: str) -> str:
    code = ord(char)
    if code < 32 or 127 <= code < 160:
        return f"\\x{code:02x}"
    if char in _HIDDEN or 0xD800 <= code < 0xE000:
        return f"\\u{code:04x}"
    return char


def clean(text: str, limit: int | None = None) -> str:
    """One line: runs of white space become a blank, what controls a terminal is shown as an escape."""
    line = "".join(map(_shown, " ".join(text.split())))
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"


def clean_body(text: str) -> str:
    """Several lines: line breaks and tabs stay, what controls a terminal is shown as an escape."""
    return "\n".join("".join(c if c == "\t" else _shown(c) for c in line) for line in text.split("\n"))

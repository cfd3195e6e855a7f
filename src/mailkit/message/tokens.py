"""The lexical tokens of structured header values (RFC 5322 section 3.2), in one forward pass.

An opening quote or bracket that is never closed is an ordinary character; once one was seen, no later one is looked
up, so that the pass stays linear.
"""

from __future__ import annotations

import re

__all__ = ["CODED", "COMMENT", "LITERAL", "QUOTED", "SPACE", "SPECIAL", "WORD", "Token", "tokens"]

WORD, QUOTED, COMMENT, SPACE, SPECIAL, CODED, LITERAL = range(7)
Token = tuple[int, str]

_TOKEN = re.compile(r"""[ \t\r\n]+|[^ \t\r\n"(),:;<>@\[\]\\=]+|.""", re.DOTALL)
_ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]*\?=")


def tokens(text: str) -> list[Token]:
    out: list[Token] = []
    at, size = 0, len(text)
    quotes = comments = True  # false once one was opened that is never closed: then it is an ordinary character
    while at < size:
        char = text[at]
        end, kind = -1, WORD
        if char == '"' and quotes:
            end = _quoted_end(text, at)
            quotes = end > 0
            kind = QUOTED
        elif char == "(" and comments:
            end = _comment_end(text, at)
            comments = end > 0
            kind = COMMENT
        elif char == "[":
            end = text.find("]", at, at + 300) + 1
            kind = LITERAL
        elif char == "=" and (coded := _ENCODED.match(text, at)):
            end = coded.end()
            kind = CODED
        if end > 0:
            out.append((kind, text[at:end]))
            at = end
            continue
        match = _TOKEN.match(text, at)
        piece = match.group() if match else char
        kind = SPACE if piece.isspace() else (SPECIAL if char in ",:;<>@" else WORD)
        out.append((kind, piece))
        at += len(piece)
    return out


def _quoted_end(text: str, at: int) -> int:
    end = at + 1
    while True:
        close = text.find('"', end)
        if close < 0:
            return -1
        slashes = close
        while slashes > end and text[slashes - 1] == "\\":
            slashes -= 1
        if (close - slashes) % 2 == 0:
            return close + 1
        end = close + 1


_PAREN = re.compile(r"[()\\]")


def _comment_end(text: str, at: int) -> int:
    depth = 0
    skip = -1
    for match in _PAREN.finditer(text, at):
        if match.start() == skip:
            continue
        if match.group() == "\\":
            skip = match.end()
        elif match.group() == "(":
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return match.end()
    return -1

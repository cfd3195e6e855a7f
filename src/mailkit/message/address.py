"""Addresses (RFC 5322 section 3.4, RFC 6532, RFC 6854), as they are on the wire.

The structure is found first, on the raw text; encoded words are decoded only afterwards and only for display. Decoded
text never becomes structure::

    =?utf-8?q?admin=40corp.com=3e?=x@evil.com     is x@evil.com, with the name "admin@corp.com>"
    "admin@corp.com" <x@evil.com>                 is x@evil.com
    admin@corp.com <x@evil.com>                   is x@evil.com

Where a sender leaves several ``@`` outside quotes, the last one counts, as it does for mail servers, and the local
part is put in quotes so that every later reader finds the same domain.

One pass over the text makes tokens, one pass over the tokens makes addresses. States of the second pass: before an
angle bracket (a name, or an address without brackets), inside it, after it. Comma, semicolon and colon end an entry
outside brackets only.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from mailkit.message.encoded import decode_words, unfold

__all__ = ["Address", "parse_addresses", "unicode_domain"]

_LIMIT = 2000
_FAST = re.compile(r"(?:([A-Za-z0-9][A-Za-z0-9 _'-]*?) ?<)?([A-Za-z0-9_+=.-]+@[A-Za-z0-9.-]+)(>?)")
_TOKEN = re.compile(r"""[ \t\r\n]+|[^ \t\r\n"(),:;<>@\[\]\\=]+|.""", re.DOTALL)
_ENCODED = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]*\?=")
_ATOM = re.compile(r"[^\x00-\x20\x7f\"(),:;<>@\[\]\\]+")
_WORD, _QUOTED, _COMMENT, _SPACE, _SPECIAL, _CODED, _LITERAL = range(7)


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. ``name`` is decoded, for display only; ``address`` is as written, its domain in lower case, or ""
    where there is a name only; ``group`` is the name of the RFC 5322 group it stands in."""

    name: str = ""
    address: str = ""
    group: str | None = None

    @property
    def key(self) -> str:
        """The address to compare by: case folded, needless quotes removed, an IDNA domain as Unicode (NFKC)."""
        local, at, domain = self.address.rpartition("@")
        if not at:
            return unicodedata.normalize("NFC", self.address).casefold()
        if local.startswith('"') and local.endswith('"') and len(local) > 2:
            plain = re.sub(r"\\(.)", r"\1", local[1:-1])
            if _is_dot_atom(plain):
                local = plain
        return f"{unicodedata.normalize('NFC', local).casefold()}@{unicode_domain(domain)}"

    def __str__(self) -> str:
        if not self.name:
            return self.address
        if not self.address:
            return self.name
        plain = all(char.isalnum() or char in " -_'!+" or ord(char) > 127 for char in self.name)
        name = self.name if plain else '"' + self.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{name} <{self.address}>"


def unicode_domain(domain: str) -> str:
    """The domain with A-labels (``xn--``) turned into Unicode, NFKC, case folded. A false A-label stays as it is."""
    labels = []
    for label in unicodedata.normalize("NFKC", domain).casefold().rstrip(".").split("."):
        if label.startswith("xn--") and len(label) <= 63:
            try:
                plain = label[4:].encode("ascii").decode("punycode")
                labels.append(plain if plain.encode("punycode").decode("ascii") == label[4:] else label)
            except (UnicodeError, ValueError, OverflowError):
                labels.append(label)
        else:
            labels.append(label)
    return unicodedata.normalize("NFKC", ".".join(labels)).casefold()


def _is_dot_atom(text: str) -> bool:
    return all(_ATOM.fullmatch(part) for part in text.split("."))


def parse_addresses(value: str | bytes, limit: int = _LIMIT) -> tuple[Address, ...]:
    """All mailboxes of an address header value, in order. Never raises, linear, at most ``limit`` results."""
    if isinstance(value, bytes):
        text = unfold(value)
    else:
        text = unfold(value.encode("utf-8", "surrogateescape")) if "\n" in value or "\r" in value else value.strip()
    fast = _FAST.fullmatch(text)
    if fast and bool(fast[3]) == ("<" in text) and ".." not in fast[2]:
        local, _, domain = fast[2].rpartition("@")
        return (Address(fast[1] or "", f"{local}@{domain.lower()}"),)
    return tuple(_Reader(limit).read(_tokens(text)))


def _tokens(text: str) -> list[tuple[int, str]]:
    out: list[tuple[int, str]] = []
    at, size = 0, len(text)
    quotes = comments = True  # false once one was opened that is never closed: then it is an ordinary character
    while at < size:
        char = text[at]
        end = -1
        if char == '"' and quotes:
            end = _quoted_end(text, at)
            quotes = end > 0
            kind = _QUOTED
        elif char == "(" and comments:
            end = _comment_end(text, at)
            comments = end > 0
            kind = _COMMENT
        elif char == "[":
            end = text.find("]", at, at + 300) + 1
            kind = _LITERAL
        elif char == "=" and (coded := _ENCODED.match(text, at)):
            end = coded.end()
            kind = _CODED
        if end > 0:
            out.append((kind, text[at:end]))
            at = end
            continue
        match = _TOKEN.match(text, at)
        piece = match.group() if match else char
        kind = _SPACE if piece.isspace() else (_SPECIAL if char in ",:;<>@" else _WORD)
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


class _Reader:
    """The second pass: tokens to addresses. Holds the entry being read."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.found: list[Address] = []
        self.group: str | None = None
        self._clear()

    def _clear(self) -> None:
        self.phrase: list[tuple[int, str]] = []
        self.angle: list[tuple[int, str]] | None = None
        self.closed = False
        self.tail: list[tuple[int, str]] = []

    def read(self, tokens: list[tuple[int, str]]) -> list[Address]:
        for kind, text in tokens:
            if len(self.found) >= self.limit:
                return self.found
            if kind == _SPECIAL:
                self._special(text)
            else:
                self._add((kind, text))
        self._finish()
        return self.found[: self.limit]

    def _add(self, token: tuple[int, str]) -> None:
        if self.closed:
            self.tail.append(token)
        elif self.angle is not None:
            self.angle.append(token)
        else:
            self.phrase.append(token)

    def _special(self, char: str) -> None:
        inside = self.angle is not None and not self.closed
        if char == "<":
            if self.angle is not None:  # a second bracket: two mailboxes without a comma between them
                tail = self.tail
                self._finish()
                self.phrase = [t for t in tail if t[0] != _COMMENT]
            self.angle = []
        elif char == ">":
            self.closed = self.angle is not None
        elif char == "," and not (inside and self._is_route()):
            self._finish()
        elif char == ";" and not inside:
            self._finish()
            self.group = None
        elif char == ":" and not inside and self.group is None and not any(t == (_SPECIAL, "@") for t in self.phrase):
            self.group = _display(self.phrase)
            self._clear()
        else:
            self._add((_SPECIAL, char))

    def _is_route(self) -> bool:
        """Whether the bracket began with ``@``: an obsolete source route ``<@a,@b:user@host>``."""
        first = next((t for t in self.angle or () if t[0] != _SPACE), None)
        return first == (_SPECIAL, "@")

    def _finish(self) -> None:
        if self.angle is not None:
            self._finish_angle(self.angle)
        elif any(kind not in (_SPACE, _COMMENT) for kind, _ in self.phrase):
            self._finish_bare()
        self._clear()

    def _finish_angle(self, angle: list[tuple[int, str]]) -> None:
        if (_SPECIAL, ":") in angle and self._is_route():
            angle = angle[len(angle) - angle[::-1].index((_SPECIAL, ":")) :]
        name = _display(self.phrase) or _comments(self.phrase) or _comments(self.tail) or _display(self.tail)
        local, domain, extra = _addr_spec(angle)
        name = name or extra
        if local or domain:
            self.found.append(Address(name, f"{local}@{domain}" if domain else local, self.group))
        elif name or any(kind == _WORD for kind, _ in angle):
            self.found.append(Address(name or _display(angle), "", self.group))

    def _finish_bare(self) -> None:
        marks = [n for n, token in enumerate(self.phrase) if token == (_SPECIAL, "@")]
        if not marks:
            self.found.append(Address(_display(self.phrase), "", self.group))
            return
        start = 0
        for number, mark in enumerate(marks):  # "a@x.example b@y.example": a blank between two addresses
            following = marks[number + 1] if number + 1 < len(marks) else len(self.phrase)
            cut = _gap(self.phrase, mark, following) if following < len(self.phrase) else following
            if cut:
                self._bare(self.phrase[start:cut])
                start = cut

    def _bare(self, tokens: list[tuple[int, str]]) -> None:
        if len(self.found) >= self.limit:
            return
        mark = len(tokens) - 1 - tokens[::-1].index((_SPECIAL, "@"))
        begin, end = _local_start(tokens, mark), _domain_end(tokens, mark)
        local, domain, extra = _addr_spec(tokens[begin:end])
        rest = [*tokens[:begin], (_SPACE, " "), *tokens[end:]]
        name = extra or _display(rest) or _comments(tokens)
        self.found.append(Address(name, f"{local}@{domain}" if domain else "", self.group))


def _gap(tokens: list[tuple[int, str]], mark: int, following: int) -> int:
    """Where a blank after a complete domain ends one address, before the next ``@``; 0 if they belong together."""
    for n in range(mark + 2, following):
        left, right = tokens[n - 1][1], tokens[n + 1][1] if n + 1 < len(tokens) else ""
        if tokens[n][0] == _SPACE and not left.endswith(".") and not right.startswith("."):
            return n if left != "@" else 0
    return 0


def _local_start(tokens: list[tuple[int, str]], mark: int) -> int:
    """Walk left over the local part: words and dots that touch, blanks only beside dots or the ``@``."""
    n = mark
    while n > 0:
        kind, text = tokens[n - 1]
        if kind in (_SPACE, _COMMENT):
            left = tokens[n - 2][1] if n >= 2 else ""
            right = tokens[n][1]
            if not (n == mark or left.endswith(".") or right.startswith(".")) or n < 2:
                break
            if tokens[n - 2][0] == _CODED:
                break
        elif kind == _SPECIAL and text != "@":
            break
        n -= 1
    return n


def _domain_end(tokens: list[tuple[int, str]], mark: int) -> int:
    n = mark + 1
    while n < len(tokens):
        kind, _ = tokens[n]
        if kind in (_SPACE, _COMMENT):
            left = tokens[n - 1][1]
            right = tokens[n + 1][1] if n + 1 < len(tokens) else ""
            if not (n == mark + 1 or left.endswith(".") or right.startswith(".")):
                break
        elif kind in (_QUOTED, _SPECIAL):
            break
        n += 1
    return n


def _addr_spec(tokens: list[tuple[int, str]]) -> tuple[str, str, str]:
    """Local part, domain, and the text of encoded words that were glued before the local part."""
    kept = [token for token in tokens if token[0] not in (_SPACE, _COMMENT)]
    extra: list[tuple[int, str]] = []
    if (_SPECIAL, "@") not in kept:
        if any(kind == _CODED for kind, _ in kept):
            return "", "", _display(kept)
        return "".join(text for _, text in kept), "", ""
    mark = len(kept) - 1 - kept[::-1].index((_SPECIAL, "@"))
    left = kept[:mark]
    while len(left) > 1 and left[0][0] == _CODED:
        extra.append(left.pop(0))
    domain = "".join(text for _, text in kept[mark + 1 :]).strip(".").lower()
    return _local(left), domain, _display(extra)


def _local(tokens: list[tuple[int, str]]) -> str:
    if len(tokens) == 1 and tokens[0][0] in (_QUOTED, _WORD):
        text = tokens[0][1]
        return text if tokens[0][0] == _QUOTED or _is_dot_atom(text) else _quote(text)
    text = "".join(text for _, text in tokens)
    return text if _is_dot_atom(text) else _quote("".join(_plain(token) for token in tokens))


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if text else ""


def _plain(token: tuple[int, str]) -> str:
    kind, text = token
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == _QUOTED else text


def _display(tokens: list[tuple[int, str]]) -> str:
    """Words and quoted strings as one decoded line."""
    text = "".join(" " if kind == _SPACE else _plain((kind, t)) for kind, t in tokens if kind != _COMMENT)
    return " ".join(decode_words(text).split()).strip("' ") if text else ""


def _comments(tokens: list[tuple[int, str]]) -> str:
    words = [re.sub(r"\\(.)", r"\1", text[1:-1]) for kind, text in tokens if kind == _COMMENT]
    return " ".join(decode_words(" ".join(words)).split())

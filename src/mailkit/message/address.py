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
from functools import lru_cache

from mailkit.message.encoded import decode_words, unfold
from mailkit.message.ordinary import ordinary
from mailkit.message.tokens import CODED, COMMENT, LITERAL, QUOTED, SPACE, SPECIAL, WORD, Token, tokens

__all__ = ["Address", "parse_addresses", "unicode_domain"]

_LIMIT = 2000
_MAX_ADDRESS = 1000
_USUAL_DOMAIN = 100  # characters; those of usual length are remembered: a mailbox has the same few
_SYNTAX = frozenset('@.<>()[],;: "\\/')
# One plain mailbox and the comma after it. No two repetitions can match the same character: linear.
_ADDR = r"[A-Za-z0-9_+=.'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
# Encoded words before the bracket, blanks between them.
_CODED = r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]*+\?=(?:[ \t]+=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]*+\?=)*+"
_EASY = re.compile(
    rf"""[ \t]*(?:(?:"([^"\\=]*)"|(\w[\w '.&/+-]*?)|({_CODED}))?[ \t]*<({_ADDR})>|({_ADDR}))[ \t]*(?:,|$)""",
)
_ATOM = re.compile(r"[^\x00-\x20\x7f\"(),:;<>@\[\]\\]+")


@ordinary
@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox. ``name`` is decoded, for display only; ``address`` is as written, its domain in lower case, or ""
    where there is a name only; ``group`` is the name of the RFC 5322 group it stands in."""

    name: str = ""
    address: str = ""
    group: str | None = None

    @property
    def key(self) -> str:
        """The address to compare by: lower case, needless quotes removed, an IDNA domain as Unicode (NFKC)."""
        local, at, domain = self.address.rpartition("@")
        if len(self.address) > _MAX_ADDRESS:
            return self.address.lower()  # none that exists; normalising long text can take quadratic time
        if not at:
            return unicodedata.normalize("NFC", self.address).lower()
        if local.startswith('"') and local.endswith('"') and len(local) > 2:
            plain = re.sub(r"\\(.)", r"\1", local[1:-1])
            if _is_dot_atom(plain):
                local = plain
        return f"{unicodedata.normalize('NFC', local).lower()}@{unicode_domain(domain)}"

    def __str__(self) -> str:
        if not self.name:
            return self.address
        if not self.address:
            return self.name
        plain = all(char.isalnum() or char in " -_'!+" or ord(char) > 127 for char in self.name)
        name = self.name if plain else '"' + self.name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{name} <{self.address}>"


def unicode_domain(domain: str) -> str:
    """The domain with A-labels (``xn--``) turned into Unicode, NFKC, case folded except ``ß`` and ``ς``.

    A false A-label stays as it is: one that would be written otherwise (RFC 5891 section 5.4) is another domain in the
    DNS.
    """
    return _known_domain(domain) if len(domain) <= _USUAL_DOMAIN else _unicode_domain(domain)


@lru_cache(maxsize=1024)
def _known_domain(domain: str) -> str:
    return _unicode_domain(domain)


def _unicode_domain(domain: str) -> str:
    return ".".join(map(_unicode_label, domain.rstrip(".").split(".")))


def _unicode_label(label: str) -> str:
    plain = label = label.lower()
    if label.startswith("xn--") and len(label) <= 63:
        try:
            plain = label[4:].encode("ascii").decode("punycode")
            if plain.encode("punycode").decode("ascii") != label[4:] or plain.isascii() or _folded(plain) != plain:
                return label
        except (UnicodeError, ValueError, OverflowError):
            return label
    plain = _folded(plain)
    # A character that normalises to a dot, an at sign or a control must not make another domain of this one.
    return plain if plain.isprintable() and not _SYNTAX.intersection(plain) else label


def _folded(label: str) -> str:
    """NFKC, case folded, but as today's domain names are (UTS #46): ``faß`` and ``fass`` belong to different people."""
    if label.isascii():
        return label.lower()
    plain = unicodedata.normalize("NFKC", label).replace("ẞ", "ß")
    folded = "".join(char if char in "ßς" else char.casefold() for char in plain)
    return unicodedata.normalize("NFKC", folded)


def _is_dot_atom(text: str) -> bool:
    """Whether it can stand without quotes. Dots in a row are not allowed, but real: mobile carriers use them."""
    return all(not part or _ATOM.fullmatch(part) for part in text.split(".")) and bool(text)


def parse_addresses(value: str | bytes, limit: int = _LIMIT) -> tuple[Address, ...]:
    """All mailboxes of an address header value, in order. Never raises, linear, at most ``limit`` results."""
    text = unfold(value)
    if "<mailto:" in text:
        text = text.replace("<mailto:", "<")
    found, at = _easy(text, limit)
    if at < len(text) and len(found) < limit:
        found += _Reader(limit - len(found)).read(tokens(text[at:]))
    return tuple(found)


def _easy(text: str, limit: int) -> tuple[list[Address], int]:
    """The plain mailboxes at the beginning, up to the first that needs a closer look, and where that one begins."""
    found: list[Address] = []
    at, size = 0, len(text)
    while at < size and len(found) < limit and (match := _EASY.match(text, at)):
        quoted, bare, coded, angle, alone = match.groups()
        address = angle or alone
        if not address.islower():
            local, _, domain = address.rpartition("@")
            address = f"{local}@{domain.lower()}"
        name = bare if bare and bare.isascii() and "  " not in bare else _tidy(quoted or bare or coded or "")
        found.append(Address(name, address))
        at = match.end()
    return found, at


class _Reader:
    """The second pass: tokens to addresses. Holds the entry being read."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.found: list[Address] = []
        self.group: str | None = None
        self.surname = False  # the entry before was bare words: the surname in  Doe, John <john@…>
        self._clear()

    def _clear(self) -> None:
        self.phrase: list[Token] = []
        self.has_at = False
        self.angle: list[Token] | None = None
        self.closed = False
        self.tail: list[Token] = []

    def read(self, tokens: list[Token]) -> list[Address]:
        for kind, text in tokens:
            if len(self.found) >= self.limit:
                return self.found
            if kind == SPECIAL:
                self._special(text)
            else:
                self._add((kind, text))
        self._finish()
        return self.found[: self.limit]

    def _add(self, token: Token) -> None:
        if self.closed:
            self.tail.append(token)
        elif self.angle is not None:
            self.angle.append(token)
        else:
            self.phrase.append(token)
            self.has_at = self.has_at or token == (SPECIAL, "@")

    def _special(self, char: str) -> None:
        inside = self.angle is not None and not self.closed
        if char == "<":
            if self.angle is not None:
                self._open_again()
            self.angle = []
        elif char == ">":
            self.closed = self.angle is not None
        elif char == "," and not (inside and self._is_route()):
            self._finish()
        elif char == ";" and not inside:
            self._finish()
            self.group = None
        elif char == ":" and not inside and self.group is None and not self.has_at:
            name = _display(self.phrase)
            self.group = None if name.lower() == "mailto" else name  # a URL instead of an address
            self._clear()
        else:
            self._add((SPECIAL, char))

    def _open_again(self) -> None:
        """A second bracket: two mailboxes without a comma, or no address in the first: "Bo <<bo@b.example>>"."""
        if self.angle is not None and (SPECIAL, "@") not in self.angle:
            self.phrase += [*self.angle, (SPACE, " "), *self.tail]
            self.closed, self.tail = False, []
            return
        tail = self.tail
        self._finish()
        self.phrase = [t for t in tail if t[0] != COMMENT]

    def _is_route(self) -> bool:
        """Whether the bracket began with ``@``: an obsolete source route ``<@a,@b:user@host>``."""
        first = next((t for t in self.angle or () if t[0] not in (SPACE, COMMENT)), None)
        return first == (SPECIAL, "@")

    def _finish(self) -> None:
        found = len(self.found)
        if self.angle is not None:
            self._finish_angle(self.angle)
        elif any(kind not in (SPACE, COMMENT) for kind, _ in self.phrase):
            self._finish_bare()
        self.surname = len(self.found) == found + 1 and self.angle is None and not self.has_at and self._is_plain()
        self._clear()

    def _is_plain(self) -> bool:
        return all(kind in (SPACE, WORD) for kind, _ in self.phrase)

    def _finish_angle(self, angle: list[Token]) -> None:
        if (SPECIAL, ":") in angle and self._is_route():
            angle = angle[len(angle) - angle[::-1].index((SPECIAL, ":")) :]
        name = _display(self.phrase) or _comments(self.phrase) or _comments(self.tail) or _display(self.tail)
        local, domain, extra = _addr_spec(angle)
        name = name or extra
        if self.surname and self.phrase and (local or domain):
            name = f"{self.found.pop().name}, {name}"
        if local or domain:
            self.found.append(Address(name, f"{local}@{domain}" if domain else local, self.group))
        elif name or any(kind in (WORD, QUOTED) for kind, _ in angle):
            name = name or _display(angle)
            self.found += [Address(name, "", self.group)] if name else []

    def _finish_bare(self) -> None:
        marks = [n for n, token in enumerate(self.phrase) if token == (SPECIAL, "@")]
        if not marks:
            if name := _display(self.phrase):
                self.found.append(Address(name, "", self.group))
            return
        start = 0
        for number, mark in enumerate(marks):  # "a@x.example b@y.example": a blank between two addresses
            following = marks[number + 1] if number + 1 < len(marks) else len(self.phrase)
            cut = _gap(self.phrase, mark, following) if following < len(self.phrase) else following
            if cut:
                self._bare(self.phrase[start:cut])
                start = cut

    def _bare(self, tokens: list[Token]) -> None:
        if len(self.found) >= self.limit:
            return
        mark = len(tokens) - 1 - tokens[::-1].index((SPECIAL, "@"))
        begin, end = _local_start(tokens, mark), _domain_end(tokens, mark)
        local, domain, extra = _addr_spec(tokens[begin:end])
        rest = [*tokens[:begin], (SPACE, " "), *tokens[end:]]
        name = extra or _display(rest) or _comments(tokens)
        self.found.append(Address(name, f"{local}@{domain}" if domain else "", self.group))


def _gap(tokens: list[Token], mark: int, following: int) -> int:
    """Where a blank after a complete domain ends one address, before the next ``@``; 0 if they belong together."""
    for n in range(mark + 2, following):
        left, right = tokens[n - 1][1], tokens[n + 1][1] if n + 1 < len(tokens) else ""
        if tokens[n][0] == SPACE and not left.endswith(".") and not right.startswith("."):
            return n if left != "@" else 0
    return 0


def _local_start(tokens: list[Token], mark: int) -> int:
    """Walk left over the local part: words that touch; blanks and comments only beside a dot or the ``@``."""
    begin = mark
    while begin > 0:
        n = begin - 1
        while n >= 0 and tokens[n][0] in (SPACE, COMMENT):
            n -= 1
        if n < 0 or (tokens[n][0] == SPECIAL and tokens[n][1] != "@"):
            break
        touches = n == begin - 1 or begin == mark or tokens[begin][1].startswith(".") or tokens[n][1].endswith(".")
        if not touches or (tokens[n][0] == CODED and n < begin - 1):
            break
        begin = n
    return begin


def _domain_end(tokens: list[Token], mark: int) -> int:
    n = mark + 1
    while n < len(tokens):
        kind, _ = tokens[n]
        if kind in (SPACE, COMMENT):
            right = n
            while right < len(tokens) and tokens[right][0] in (SPACE, COMMENT):
                right += 1
            following = tokens[right][1] if right < len(tokens) else ""
            if not (n == mark + 1 or tokens[n - 1][1].endswith(".") or following.startswith(".")):
                break
            n = right
            continue
        if kind in (QUOTED, SPECIAL):
            break
        n += 1
    return n


def _addr_spec(tokens: list[Token]) -> tuple[str, str, str]:
    """Local part, domain, and the text of encoded words that were glued before the local part."""
    kept = _tight(tokens)
    if (SPECIAL, "@") not in kept:
        if any(kind == CODED for kind, _ in kept):
            return "", "", _display(kept)
        text = "".join(text for _, text in kept)
        return (text if _is_dot_atom(text) else ""), "", ""
    mark = len(kept) - 1 - kept[::-1].index((SPECIAL, "@"))
    left = kept[:mark]
    extra: list[Token] = []
    while len(left) > 1 and left[0][0] == CODED:
        extra.append(left.pop(0))
    words: list[str] = []
    for kind, text in kept[mark + 1 :]:
        if kind not in (WORD, LITERAL) or text in ("(", ")"):  # of a comment that an open one before it has broken
            break
        words.append(text)
    domain = _without_controls("".join(words).strip(".").lower())
    local = _without_controls(_local(left))
    if local[:1] == domain[-1:] == "'":  # Outlook writes 'bo@b.example'
        local, domain = local[1:], domain[:-1].rstrip(".")
    return (local, domain, _display(extra)) if local and domain else ("", "", _display(tokens))


def _tight(tokens: list[Token]) -> list[Token]:
    """Without comments, and with blanks only between two words: <Undisclosed Recipients@host>."""
    kept: list[Token] = []
    blank = False
    for kind, text in tokens:
        if kind in (SPACE, COMMENT):
            blank = blank or kind == SPACE
            continue
        words = blank and kept and kind != SPECIAL and kept[-1][0] != SPECIAL
        if words and not text.startswith(".") and not kept[-1][1].endswith("."):
            kept.append((SPACE, " "))
        kept.append((kind, text))
        blank = False
    return kept


def _without_controls(text: str) -> str:
    """The text, or "" if it holds a control character: no usable address does."""
    return "" if any(char < " " or char == "\x7f" for char in text) else text


def _local(tokens: list[Token]) -> str:
    if len(tokens) == 1 and tokens[0][0] == QUOTED:
        return tokens[0][1]
    text = "".join(text for _, text in tokens)
    return text if _is_dot_atom(text) else _quote("".join(_plain(token) for token in tokens))


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if text else ""


def _plain(token: Token) -> str:
    kind, text = token
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == QUOTED else text


def _display(tokens: list[Token]) -> str:
    """Words and quoted strings as one decoded line."""
    text = "".join(" " if kind == SPACE else _plain((kind, t)) for kind, t in tokens if kind != COMMENT)
    return _tidy(text)


def _tidy(text: str) -> str:
    name = " ".join(decode_words(text).split()) if text else ""
    return name[1:-1] if len(name) > 2 and name[0] == name[-1] == "'" else name  # Outlook writes 'Bo' <bo@…>


def _comments(tokens: list[Token]) -> str:
    words = [re.sub(r"\\(.)", r"\1", text[1:-1]) for kind, text in tokens if kind == COMMENT]
    return " ".join(decode_words(" ".join(words)).split())

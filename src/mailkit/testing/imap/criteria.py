"""SEARCH criteria as functions of a mail (RFC 9051 section 6.4.4; MODSEQ RFC 7162 section 3.1.5). Pure.

Text is found case-insensitively in decoded header values and in the body as on the wire. Nesting and the number of
keys are bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from functools import lru_cache

from mailkit.testing.imap import mime, sequence
from mailkit.testing.imap.syntax import DEEPEST, BadSyntaxError, Parser
from mailkit.testing.state import StoredMail

MOST_KEYS = 1000
LONGEST_HEADER = 8192


@dataclass(frozen=True, slots=True)
class Where:
    """What a key may look at: the mail, its sequence number, and the numbers that ``*`` stands for."""

    mail: StoredMail
    number: int
    numbers: Sequence[int]
    uids: Sequence[int]


Test = Callable[[Where], bool]


class UnknownCharsetError(ValueError):
    """A CHARSET other than US-ASCII and UTF-8: NO [BADCHARSET]."""


@dataclass(slots=True)
class Program:
    """A whole search: the test, and whether MODSEQ was asked for."""

    test: Test
    modseq: bool = False


def read(parser: Parser) -> Program:
    """Compile everything that follows. Raises BadSyntaxError, UnknownCharsetError."""
    if parser.skip(b"CHARSET "):
        if parser.text().upper() not in ("US-ASCII", "UTF-8"):
            raise UnknownCharsetError
        parser.space()
    reader = _Reader(parser)
    tests = [reader.key(0)]
    while not parser.done:
        parser.space()
        tests.append(reader.key(0))
    return Program(_all(tests), reader.modseq)


class _Reader:
    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.modseq = False
        self._keys = 0

    def key(self, depth: int) -> Test:
        parser = self.parser
        self._keys += 1
        if depth > DEEPEST or self._keys > MOST_KEYS:
            raise BadSyntaxError("search too complex")
        if parser.skip(b"("):
            return self._group(depth)
        if not parser.done and parser.data[parser.at] in b"0123456789*":
            return _member(parser.set(), by_uid=False)
        name = parser.word()
        if name in ("NOT", "OR"):
            parser.space()
            first = self.key(depth + 1)
            if name == "NOT":
                return lambda w: not first(w)
            parser.space()
            second = self.key(depth + 1)
            return lambda w: first(w) or second(w)
        if name in _FLAGS:
            flag, wanted = _FLAGS[name]
            return lambda w: (flag in w.mail.flags) == wanted
        if name in _CONSTANT:
            value = _CONSTANT[name]
            return lambda _: value
        return self._with_argument(name)

    def _group(self, depth: int) -> Test:
        tests = [self.key(depth + 1)]
        while not self.parser.skip(b")"):
            self.parser.space()
            tests.append(self.key(depth + 1))
        return _all(tests)

    def _with_argument(self, name: str) -> Test:
        parser = self.parser
        parser.space()
        if name == "UID":
            return _member(parser.set(), by_uid=True)
        if name == "MODSEQ":
            return self._modseq()
        if name in ("LARGER", "SMALLER"):
            size = parser.number()
            return lambda w: len(w.mail.raw) > size if name == "LARGER" else len(w.mail.raw) < size
        if name in ("KEYWORD", "UNKEYWORD"):
            flag = parser.flag().lower()
            return lambda w: (flag in {f.lower() for f in w.mail.flags}) == (name == "KEYWORD")
        if name in _DATES:
            return _date_test(name, parser.date())
        if name in ("BODY", "TEXT"):
            needle = parser.text().lower()
            return lambda w: needle in _text(w.mail, whole=name == "TEXT")
        if name == "HEADER":
            field = parser.text().lower()
            parser.space()
        elif name in ("FROM", "TO", "CC", "BCC", "SUBJECT"):
            field = name.lower()
        else:
            raise BadSyntaxError("unknown search key")
        needle = parser.text().lower()
        return lambda w: any(key == field and needle in value for key, value in headers(w.mail.raw))

    def _modseq(self) -> Test:
        self.modseq = True
        if self.parser.peek(b'"'):
            self.parser.string()
            self.parser.space()
            self.parser.word()
            self.parser.space()
        least = self.parser.number()
        return lambda w: w.mail.modseq >= least


_FLAGS = {
    "ANSWERED": ("\\Answered", True),
    "DELETED": ("\\Deleted", True),
    "DRAFT": ("\\Draft", True),
    "FLAGGED": ("\\Flagged", True),
    "SEEN": ("\\Seen", True),
    "UNANSWERED": ("\\Answered", False),
    "UNDELETED": ("\\Deleted", False),
    "UNDRAFT": ("\\Draft", False),
    "UNFLAGGED": ("\\Flagged", False),
    "UNSEEN": ("\\Seen", False),
}
# No mail is ever \Recent here: the flag is gone from IMAP4rev2 and useless with several sessions.
_CONSTANT = {"ALL": True, "NEW": False, "RECENT": False, "OLD": True}
_DATES = ("BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON", "SENTSINCE")


def _all(tests: list[Test]) -> Test:
    return tests[0] if len(tests) == 1 else lambda w: all(test(w) for test in tests)


def _member(ranges: sequence.Ranges, *, by_uid: bool) -> Test:
    """The set is worked out at the first mail: a program is used for one search only."""
    found: list[frozenset[int]] = []

    def test(where: Where) -> bool:
        if not found:
            found.append(frozenset(sequence.resolve(ranges, where.uids if by_uid else where.numbers)))
        return (where.mail.uid if by_uid else where.number) in found[0]

    return test


def _date_test(name: str, wanted: date) -> Test:
    sent = name.startswith("SENT")
    how = name.removeprefix("SENT")

    def test(where: Where) -> bool:
        day = _sent_on(where.mail.raw) if sent else where.mail.date.date()
        if day is None:
            return False
        return {"BEFORE": day < wanted, "ON": day == wanted, "SINCE": day >= wanted}[how]

    return test


def _sent_on(raw: bytes) -> date | None:
    value = next((value for name, value in headers(raw) if name == "date"), "")
    try:
        return parsedate_to_datetime(value).date()
    except (ValueError, TypeError, IndexError):
        return None


@lru_cache(maxsize=4096)
def headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """(name, decoded value) of each field, both in lower case."""
    fields = mime.fields_of(raw[: mime.header_end(raw, 0, len(raw))])
    return tuple((name.decode("latin-1"), _decoded(mime.unfold(value)).lower()) for name, value in fields)


def _decoded(value: bytes) -> str:
    text = value[:LONGEST_HEADER].decode("utf-8", "replace")
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):
        return text


def _text(mail: StoredMail, *, whole: bool) -> str:
    end = mime.header_end(mail.raw, 0, len(mail.raw))
    body = mail.raw[end:].decode("utf-8", "replace").lower()
    return "\n".join(value for _, value in headers(mail.raw)) + "\n" + body if whole else body

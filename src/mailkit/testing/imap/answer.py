"""Writing IMAP values (RFC 9051 section 9). Pure."""

from __future__ import annotations

from datetime import datetime

from mailkit.testing.imap import utf7
from mailkit.testing.imap.syntax import MONTHS, NOT_ASTRING


class RefusedError(Exception):
    """A tagged NO: the command was understood and cannot be done."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def string(value: bytes) -> bytes:
    """A quoted string, or a literal where quoting is not possible."""
    if len(value) > 1000 or any(byte < 32 or byte > 126 for byte in value):
        return literal(value)
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def literal(value: bytes) -> bytes:
    """``{n}CRLF`` and n bytes."""
    return b"{%d}\r\n" % len(value) + value


def nstring(value: bytes | None) -> bytes:
    """A string or NIL."""
    return b"NIL" if value is None else string(value)


def folder(name: str) -> bytes:
    """A folder's name, as an atom where it can be one."""
    raw = utf7.encode(name)
    if raw and not NOT_ASTRING.intersection(raw):
        return raw
    return string(raw)


def flags(names: frozenset[str]) -> bytes:
    """``(\\Seen $Label)``, system flags first, in a fixed order."""
    return b"(" + " ".join(sorted(names)).encode() + b")"


def date_time(when: datetime) -> bytes:
    """INTERNALDATE: ``" 1-Feb-2026 13:00:00 +0100"`` with the quotes."""
    month = MONTHS[when.month - 1].capitalize()
    return f'"{when.day:2d}-{month}-{when.year:04d} {when:%H:%M:%S %z}"'.encode()

"""What servers send, read into plain values. PURE.

imaplib hands over each untagged response as *segments*: a text, then for each literal a pair of the text before it
(ending in ``{size}``) and the literal's bytes. ``parse`` turns segments into a list of values:

=================  ==========================================
atom, number       ``bytes``
quoted, literal    ``bytes``
``NIL``            ``None``
``( … )``          ``list`` of values
``BODY[…]<0>``     one ``bytes``, brackets and all
=================  ==========================================

Time and memory grow with the length of the input and nothing else; depth is bounded. Damage (a missing quote, one
parenthesis too many) never raises: what was read up to there counts, as real servers do send such lines. A literal is
another matter: what is announced too long or too short is a message with something else in it, or without its end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeAlias

from mailkit.errors import ProtocolError

Segment: TypeAlias = "bytes | tuple[bytes, bytes]"
Value: TypeAlias = "bytes | list[Value] | None"

MAX_DEPTH = 50
_SPACE = b" \t\r\n"
_ITEM = re.compile(rb"(?i)(?:UID|FLAGS|INTERNALDATE|MODSEQ|RFC822\.SIZE|X-GM-LABELS) [^ ]")
_PLAIN = re.compile(rb'[^ \t\r\n()"\[]*')


def parse(segments: Sequence[Segment], max_depth: int = MAX_DEPTH) -> list[Value]:
    """The values of one response.

    Raises:
        ProtocolError: it is nested deeper than ``max_depth``, or a literal does not end where a value can end.
    """
    top: list[Value] = []
    stack = [top]
    after_literal = False
    for segment in segments:
        text = _before_literal(segment[0]) if isinstance(segment, tuple) else segment
        if after_literal and not _ends_value(text, inside=len(stack) > 1):
            raise ProtocolError("The server announced a wrong size for what it sent.")
        _text(text, stack, max_depth)
        after_literal = isinstance(segment, tuple)
        if isinstance(segment, tuple):
            stack[-1].append(segment[1])
    return top


def _ends_value(text: bytes, *, inside: bool) -> bool:
    """Whether a literal can end before this text (RFC 9051 section 9): a space or a parenthesis follows, or the end of
    the line where no list is open. Some servers leave the space out: then the name of an item follows."""
    if not text:
        return not inside
    return text[:1] in (b" ", b")") or _ITEM.match(text) is not None


def _before_literal(text: bytes) -> bytes:
    brace = text.rfind(b"{")
    head = text[:brace] if brace >= 0 else text
    return head[:-1] if head.endswith(b"~") else head  # literal8, RFC 3516


def _text(text: bytes, stack: list[list[Value]], max_depth: int) -> None:
    position, end = 0, len(text)
    while position < end:
        byte = text[position]
        if byte in _SPACE:
            position += 1
        elif byte == 0x28:  # (
            if len(stack) > max_depth:
                raise ProtocolError(f"The server sent a response nested deeper than {max_depth}.")
            inner: list[Value] = []
            stack[-1].append(inner)
            stack.append(inner)
            position += 1
        elif byte == 0x29:  # )
            if len(stack) > 1:
                stack.pop()
            position += 1
        elif byte == 0x22:  # "
            value, position = _quoted(text, position + 1)
            stack[-1].append(value)
        else:
            atom, position = _atom(text, position)
            stack[-1].append(None if atom.upper() == b"NIL" else atom)


def _atom(text: bytes, start: int) -> tuple[bytes, int]:
    position, end = start, len(text)
    while True:
        position = _PLAIN.match(text, position).end()  # type: ignore[union-attr]  # it matches the empty string too
        if position >= end or text[position] != 0x5B:
            return text[start:position], position
        # [ … ] may hold spaces and parentheses: BODY[HEADER.FIELDS (SUBJECT)]
        close = text.find(b"]", position)
        if close < 0:
            return text[start:], end
        position = close + 1


def _quoted(text: bytes, start: int) -> tuple[bytes, int]:
    parts: list[bytes] = []
    position, quote = start, -1
    while True:
        if quote < position:
            quote = text.find(b'"', position)
        if quote < 0:
            parts.append(text[position:])
            return b"".join(parts), len(text)
        escape = text.find(b"\\", position, quote)
        if escape < 0:
            parts.append(text[position:quote])
            return b"".join(parts), quote + 1
        parts += (text[position:escape], text[escape + 1 : escape + 2])
        position = escape + 2


def pairs(values: list[Value]) -> dict[bytes, Value]:
    """``(UID 5 FLAGS (\\Seen))`` as a mapping, names in upper case; the first of a name counts."""
    found: dict[bytes, Value] = {}
    for name, value in zip(values[::2], values[1::2], strict=False):
        if isinstance(name, bytes):
            found.setdefault(name.upper(), value)
    return found


def text_of(value: Value) -> str:
    """A name or flag as text: ASCII as it is, UTF-8 where it is, anything else with replacement characters."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""


_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}


def read_date(value: Value) -> datetime | None:
    """INTERNALDATE ``17-Jul-1996 02:44:25 -0700`` (RFC 9051 ``date-time``) in UTC; None where it is none."""
    if not isinstance(value, bytes) or len(value) > 60:
        return None
    try:
        day, clock, zone = value.decode("ascii").split()
        number, month, year = day.split("-")
        hour, minute, second = clock.split(":")
        minutes = int(zone[1:3]) * 60 + int(zone[3:5])
        offset = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
        when = datetime(
            int(year), _MONTHS[month.casefold()], int(number), int(hour), int(minute), int(second), tzinfo=offset
        )
        return when.astimezone(UTC)
    except (ValueError, KeyError, IndexError, OverflowError):
        return None


def write_date(when: datetime) -> str:
    """A time as INTERNALDATE, in UTC and without the machine's locale."""
    utc = when.astimezone(UTC)
    month = _MONTH_NAMES[utc.month - 1].capitalize()
    return f'"{utc.day:02d}-{month}-{utc.year:04d} {utc:%H:%M:%S} +0000"'

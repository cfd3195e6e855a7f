"""Mails that were sent in pieces (``message/partial``, RFC 2046 section 5.2.2): put together again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mailkit.message.model import Message

__all__ = ["Fragment", "fragment_of", "join_fragments"]

_OF_THE_WHOLE = ("subject", "message-id", "encrypted", "mime-version")
_HEADER_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Fragment:
    """Which piece of which whole a message is. ``total`` is 0 where the piece does not tell it: only the last must."""

    id: str
    number: int
    total: int = 0


def fragment_of(message: Message) -> Fragment | None:
    """The piece that a message is, or None: it is whole, or its parameters cannot be read."""
    params = message.parts[0].params
    number, total = params.get("number", ""), params.get("total", "0")
    if message.parts[0].content_type != "message/partial" or not params.get("id"):
        return None
    if not (number.isascii() and number.isdecimal() and total.isascii() and total.isdecimal()):
        return None
    if len(number) > 6 or len(total) > 6 or int(number) < 1:
        return None
    return Fragment(params["id"], int(number), int(total))


def join_fragments(messages: Iterable[Message]) -> bytes | None:
    """The raw bytes of the whole message; None while pieces are missing, or where two pieces contradict each other.

    Args:
        messages: the pieces in any order; those that belong to another whole than the first are left out, and so is a
            piece that came twice.
    """
    pieces: dict[int, Message] = {}
    whole: str | None = None
    total = 0
    for message in messages:
        fragment = fragment_of(message)
        if fragment is None or (whole is not None and fragment.id != whole):
            continue
        whole = fragment.id
        if total and fragment.total not in (0, total):
            return None
        total = total or fragment.total
        pieces.setdefault(fragment.number, message)
    limit = next(iter(pieces.values())).limits.message_bytes if pieces else 0
    if not total or sorted(pieces) != list(range(1, total + 1)) or sum(len(p.raw) for p in pieces.values()) > limit:
        return None
    return _joined([pieces[number] for number in range(1, total + 1)])


def _joined(pieces: list[Message]) -> bytes:
    """The header: of the first piece what is about the way, of the message inside what is about the whole."""
    bodies = [piece.raw[piece.parts[0].start : piece.parts[0].end] for piece in pieces]
    end = _HEADER_END.search(bodies[0])
    inner = bodies[0][: end.end()] if end else bodies[0] + b"\r\n\r\n"
    outer = pieces[0].raw[: pieces[0].parts[0].start]
    kept = [field for field in _fields(outer) if not _is_of_the_whole(field)]
    own = [field for field in _fields(inner) if _is_of_the_whole(field)]
    rest = bodies[0][end.end() :] if end else b""
    return b"".join([*kept, *own, b"\r\n", rest, *bodies[1:]])


def _fields(header: bytes) -> list[bytes]:
    """Whole fields with their folded lines and line ends."""
    found: list[bytes] = []
    for line in header.splitlines(keepends=True):
        if line[:1] in (b" ", b"\t") and found:
            found[-1] += line
        elif b":" in line:
            found.append(line)
    return found


def _is_of_the_whole(field: bytes) -> bool:
    name = field.partition(b":")[0].strip().decode("ascii", "replace").lower()
    return name in _OF_THE_WHOLE or name.startswith("content-")

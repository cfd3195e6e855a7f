"""Collecting one command from the wire: a line, and for each ``{n}`` at a line's end n bytes and another line.

Bounds: a line, the number of literals in one command, and the size of a literal, which is small until the client has
logged in. A literal that is too long is refused before it is read (RFC 7888 section 4); a non-synchronising one cannot
be refused, so it is read and thrown away, or the connection is closed if it is absurd.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mailkit.testing.imap.syntax import BadSyntaxError
from mailkit.testing.wire import LONGEST_SKIP, GoneError, Wire

LITERALS = 64
BEFORE_LOGIN = 4096
GO_ON = b"+ Ready for literal data\r\n"


@dataclass(frozen=True, slots=True)
class TooBigError(Exception):
    """A literal or a command is over a bound; ``start`` is what was read so far, with the tag."""

    start: bytes


async def read_command(
    wire: Wire, longest_line: int, largest_literal: int, flush: Callable[[], Awaitable[None]]
) -> bytes:
    """The next command without its last line end.

    Raises TooBigError (answer it, then read on), LineTooLongError, BadSyntaxError, GoneError.
    """
    command = bytearray()
    for _ in range(LITERALS):
        line = await wire.line(longest_line)
        command += line.rstrip(b"\r\n")
        size, waits = literal_size(command)
        if size is None:
            return bytes(command)
        if len(command) + size > largest_literal:
            await _refuse(wire, size, waits, longest_line)
            raise TooBigError(bytes(command[:100]))
        if waits:
            wire.write(GO_ON)
            await flush()
        command += b"\r\n"
        command += await wire.exactly(size)
    raise BadSyntaxError("too many literals")


def literal_size(line: bytes | bytearray) -> tuple[int | None, bool]:
    """The size that a line announces at its end, and whether the client waits for leave to go on. Pure."""
    if not line.endswith(b"}"):
        return None, False
    start = line.rfind(b"{", max(0, len(line) - 24))
    digits = bytes(line[start + 1 : -1])
    waits = not digits.endswith(b"+")
    digits = digits.removesuffix(b"+")
    if start < 0 or not digits.isdigit() or len(digits) > 20:
        return None, False
    return int(digits), waits


async def _refuse(wire: Wire, size: int, waits: bool, longest_line: int) -> None:
    if waits:
        return
    if size > LONGEST_SKIP:
        wire.write(b"* BYE [TOOBIG] Literal too long\r\n")
        raise GoneError("absurd literal")
    await wire.skip(size)
    await wire.line(longest_line)

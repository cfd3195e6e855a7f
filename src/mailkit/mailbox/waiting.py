"""IDLE (RFC 2177): wait for news of the open folder without asking again and again."""

from __future__ import annotations

import time

from mailkit.errors import CommandRefusedError, DisconnectedError

from .connection import GuardedIMAP4
from .failures import readable

_NEWS = (b" EXISTS", b" EXPUNGE", b" FETCH ", b" UIDFETCH ")
_KEPT = ("EXISTS", "EXPUNGE", "FETCH", "UIDFETCH", "VANISHED")


def idle(wire: GuardedIMAP4, seconds: float) -> bool:
    """Wait until the server tells a change or ``seconds`` have passed; then end IDLE. Whether there was a change.

    Raises:
        CommandRefusedError: the server refuses IDLE.
        DisconnectedError: it closed the connection.
    """
    tag = wire.begin_command("IDLE")
    news = _continuation(wire, tag)
    deadline = time.monotonic() + seconds
    while not news:
        left = deadline - time.monotonic()
        line = wire.wait_line(left) if left > 0 else None
        if line is None:
            break
        news = _is_news(line)
    wire.send(b"DONE\r\n")
    wire.begin()
    wire.end_command(tag)
    told = _told_meanwhile(wire)
    return news or told


def _continuation(wire: GuardedIMAP4, tag: bytes) -> bool:
    """Wait for ``+``; whether the server told of changes before it."""
    news = False
    while (line := wire.next_response()) is not None:
        words = wire.refused(tag)
        if words is not None:
            raise CommandRefusedError(f"The server refused IDLE: {readable(words)}.", reply=readable(words))
        news = news or _is_news(line)
    return news


def _is_news(line: bytes) -> bool:
    upper = line.upper()
    if upper.startswith(b"* BYE"):
        raise DisconnectedError(f"The server ended the connection: {readable(line[5:])}.")
    return upper.startswith(b"* VANISHED") or (upper.startswith(b"* ") and any(word in upper[:80] for word in _NEWS))


def _told_meanwhile(wire: GuardedIMAP4) -> bool:
    # What came between the last line read and the end of IDLE; taken, so that the lists do not grow.
    return any(list(map(wire.take, _KEPT)))

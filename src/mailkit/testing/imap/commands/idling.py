"""IDLE (RFC 2177): changes are pushed until the client says DONE."""

from __future__ import annotations

import asyncio
from typing import Any

from mailkit.testing.imap.session import Session, command
from mailkit.testing.imap.syntax import BadSyntaxError, Parser


@command("IDLE", "after", capability="IDLE")
async def idle(session: Session, parser: Parser) -> str:
    """Two things are waited for at once: the client's DONE and a change in the selected folder."""
    parser.end()
    session.wire.write(b"+ idling\r\n")
    done = asyncio.ensure_future(session.wire.line(1024))
    who = session.me.address.casefold()
    session.setup.idling.append(who)
    try:
        while not done.done():
            session.wake.clear()
            session.tell_changes(expunges=True)
            await _either(done, asyncio.ensure_future(session.wake.wait()))
        line = await done
    finally:
        session.setup.idling.remove(who)
        done.cancel()
    if line.strip().upper() != b"DONE":
        raise BadSyntaxError("expected DONE")
    return "IDLE terminated"


async def _either(done: asyncio.Future[bytes], woken: asyncio.Future[Any]) -> None:
    both: list[asyncio.Future[Any]] = [done, woken]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        woken.cancel()

"""A connection's end, when the client's reset overtakes the fault that was to end it."""

from __future__ import annotations

import asyncio
import socket

import pytest

from mailkit.testing.faults import Faults, How
from mailkit.testing.wire import NO_LINGER, Wire


async def served_once(how: How, act: str) -> Wire:
    """The wire of one connection whose client resets it, unseen by the loop, right before ``act`` ends it."""
    loop, faults, wires, done = asyncio.get_running_loop(), Faults(), list[Wire](), asyncio.Event()

    async def serve(wire: Wire) -> None:
        wires.append(wire)
        assert await wire.exactly(5) == b"HELLO"
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        client.close()
        if act == "write":
            wire.write(b"what is cut")
        elif act == "sever":
            wire.sever(how)

    def connection() -> Wire:
        wire = Wire("imap", faults, serve)
        lost = wire.connection_lost

        def ended(exc: Exception | None) -> None:
            lost(exc)
            done.set()

        wire.connection_lost = ended  # type: ignore[method-assign]
        return wire

    if act == "write":
        faults.cut(4, how=how, service="imap")
    elif act == "read":
        faults.cut(5, how=how, service="imap", direction="to_server")
    listener = await loop.create_server(connection, "127.0.0.1", 0)
    async with listener:
        client = socket.create_connection(listener.sockets[0].getsockname())
        client.sendall(b"HELLO")
        await asyncio.wait_for(done.wait(), 5)
    return wires[0]


@pytest.mark.parametrize("act", ["write", "sever", "read"])
@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_client_that_resets_first_is_no_mistake_of_the_server(how: How, act: str):
    wire = asyncio.run(served_once(how, act))
    assert wire.severed == how
    assert wire.lost

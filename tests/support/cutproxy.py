"""A proxy that cuts a connection after any byte, in either direction, by FIN, RST or silence.

    with CutProxy(server.smtp_port) as proxy:
        proxy.cut(CutAt("to_client", 17, "rst"))      # the next connection that gets that far
        ...                                           # talk to proxy.port
        assert proxy.done

It knows nothing of what is spoken, so it serves SMTP, IMAP, POP3, LMTP and HTTP alike; with TLS, bytes are bytes of
TLS. One thread with one event loop serves all connections of a proxy.

=========  ===========================================================================================
``fin``    both sides read what was sent before, then end of file; what they send is thrown away
``rst``    both sides get ECONNRESET
``stall``  nothing goes in either direction any more, both connections stay open (until ``clear``)
=========  ===========================================================================================

What is cut is the network between the two: after the cut no byte goes in the other direction either. What had been
handed on before is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Direction = Literal["to_client", "to_server"]
How = Literal["fin", "rst", "stall"]
DIRECTIONS: tuple[Direction, Direction] = ("to_client", "to_server")
HOWS: tuple[How, How, How] = ("fin", "rst", "stall")


@dataclass(frozen=True, slots=True)
class CutAt:
    """After how many bytes in which direction, and how."""

    direction: Direction
    after: int
    how: How = "fin"


@dataclass(eq=False)
class _Pair:
    """One connection and its other half."""

    client: socket.socket
    server: socket.socket
    passed: dict[Direction, int] = field(default_factory=lambda: {"to_client": 0, "to_server": 0})
    cut: How | None = None
    broken: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        for sock in (self.client, self.server):
            sock.close()

    def reset(self) -> None:
        for sock in (self.client, self.server):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()

    def finish(self) -> None:
        for sock in (self.client, self.server):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_WR)


class CutProxy:
    """Stands before ``target`` (a port on 127.0.0.1) on ``port``."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.done = False
        self._order: CutAt | None = None
        self._pairs: list[_Pair] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listening.setblocking(False)
        self.port: int = self._listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="cutproxy", daemon=True)
        self._thread.start()

    # -- what a test says ----------------------------------------------------------------------------------------------

    def cut(self, order: CutAt) -> None:
        """Cut the first connection, from now on, that gets that far. Counted from each connection's start."""
        self.done = False
        self._order = order

    def clear(self) -> dict[Direction, int]:
        """Forget the order and every connection; the bytes that went over the last of them."""
        return self._call(self._clear())

    def close(self) -> None:
        """End the proxy and all connections."""
        self._call(self._clear())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._listening.close()
        self._loop.close()

    def __enter__(self) -> CutProxy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- in the loop ---------------------------------------------------------------------------------------------------

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        accepting = self._loop.create_task(self._accept())
        self._loop.run_forever()
        accepting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(accepting)

    async def _clear(self) -> dict[Direction, int]:
        self._order = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        passed: dict[Direction, int] = dict(self._pairs[-1].passed) if self._pairs else {}
        for pair in self._pairs:
            pair.close()
        self._pairs.clear()
        return passed

    async def _accept(self) -> None:
        while True:
            client, _ = await self._loop.sock_accept(self._listening)
            client.setblocking(False)
            task = self._loop.create_task(self._connection(client))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connection(self, client: socket.socket) -> None:
        server = socket.socket()
        server.setblocking(False)
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pair = _Pair(client, server)
        self._pairs.append(pair)
        try:
            await self._loop.sock_connect(server, ("127.0.0.1", self.target))
        except OSError:
            pair.close()
            return
        if self._order is not None and self._order.after == 0:
            self._cut(pair, self._order.how)
        ways = [
            self._loop.create_task(self._pass(pair, client, server, "to_server")),
            self._loop.create_task(self._pass(pair, server, client, "to_client")),
        ]
        reset = self._loop.create_task(pair.broken.wait())
        try:
            await asyncio.wait([self._loop.create_task(_all(ways)), reset], return_when=asyncio.FIRST_COMPLETED)
        finally:
            # A socket must not be closed while the loop still waits for it.
            for task in (*ways, reset):
                task.cancel()
            await asyncio.gather(*ways, reset, return_exceptions=True)
        if pair.cut == "rst":
            pair.reset()
        elif pair.cut != "stall":
            pair.close()

    async def _pass(self, pair: _Pair, source: socket.socket, sink: socket.socket, direction: Direction) -> None:
        """Hand on what comes from one side until it ends, or until the cut."""
        while pair.cut != "stall":
            try:
                data = await self._loop.sock_recv(source, 65536)
                if pair.cut is None:
                    data = data[: self._room(pair, direction, len(data))] if data else data
                    await self._hand_on(pair, sink, direction, data)
            except OSError:
                # One side reset the connection; the other one is told.
                if pair.cut is None:
                    self._cut(pair, "rst")
                return
            if not data and pair.cut is None:
                with contextlib.suppress(OSError):
                    sink.shutdown(socket.SHUT_WR)
            if not data:
                return

    def _room(self, pair: _Pair, direction: Direction, size: int) -> int:
        order = self._order
        if order is None or order.direction != direction:
            return size
        return max(min(order.after - pair.passed[direction], size), 0)

    async def _hand_on(self, pair: _Pair, sink: socket.socket, direction: Direction, data: bytes) -> None:
        await self._loop.sock_sendall(sink, data)
        pair.passed[direction] += len(data)
        order = self._order
        if order is not None and order.direction == direction and pair.passed[direction] >= order.after:
            self._cut(pair, order.how)

    def _cut(self, pair: _Pair, how: How) -> None:
        if self._order is not None:
            self._order = None
            self.done = True
        pair.cut = how
        if how == "fin":
            pair.finish()
        elif how == "rst":
            pair.broken.set()


async def _all(tasks: Sequence[asyncio.Task[None]]) -> None:
    await asyncio.wait(tasks)

"""One connection of an in-process server: bytes in, bytes out, TLS, and the faults that act on bytes.

A ``Wire`` is used from its event loop only. A session reads with ``line``, ``exactly`` or ``chunk`` and writes with
``write`` and ``drain``; each raises ``GoneError`` when there is nothing more to read. Every connection is accepted in
plain text and lifted to TLS by ``start_tls`` (at once for an implicit-TLS port), so that the certificate can be
chosen per connection and a cut can close the TCP connection below TLS, as a broken network does.

States: open → severed (by a fault: nothing is written or read any more, the socket ends as ``how`` says) → lost.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable

from mailkit.testing.faults import Counters, Direction, Faults, How, Service

log: logging.Logger = logging.getLogger("mailkit.testing")

HIGH_WATER = 1 << 20
LONGEST_SKIP = 16 << 20
PLAIN_KEPT = 1 << 16
# Seconds between the last byte and a reset: a reset at once can overtake the bytes, and even the client's connect().
BEFORE_RESET = 0.02
NO_LINGER = struct.pack("ii", 1, 0)
# Clients write a command in several pieces and, with Nagle's algorithm, wait for our ACK, which Linux delays by 40 ms.
QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)


class GoneError(ConnectionResetError):
    """The connection has ended; the session ends too. (aiosmtpd ends a session quietly for a ConnectionResetError.)"""


class LineTooLongError(ValueError):
    """A line was longer than allowed; it has been read and thrown away."""


class Wire(asyncio.Protocol):
    """One connection. ``serial`` counts the connections of a service from 1; ``plain`` is what came before TLS.

    ``muted`` drops what is written; ``ending`` severs the connection in place of the next write.
    """

    def __init__(self, service: Service, faults: Faults, serve: Callable[[Wire], Awaitable[None]]) -> None:
        self.service: Service = service
        self.faults: Faults = faults
        self.serial: int = 0
        self.tls: bool = False
        self.severed: How | None = None
        self.muted: bool = False
        self.ending: How | None = None
        self._owes: How | None = None
        self.lost: bool = False
        self.plain: bytearray = bytearray()
        self.counters: Counters = {"to_client": 0, "to_server": 0}
        self.task: asyncio.Task[None] | None = None
        self._serve = serve
        self._buffer = bytearray()
        self._eof = False
        self._reading = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    # --- the loop calls these -----------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is up: start the session."""
        assert isinstance(transport, asyncio.Transport)
        self._raw = self._transport = transport
        self._socket = transport.get_extra_info("socket")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.serial = self.faults.opened(self.service)
        self.faults.watch(self.service, self.serial, self.counters)
        # Nothing is read before the session wants it: a ClientHello must reach TLS, not this buffer.
        transport.pause_reading()
        self.task = asyncio.get_running_loop().create_task(self._run())

    def data_received(self, data: bytes) -> None:
        """Bytes from the client, decrypted."""
        if self.severed:
            return
        if QUICK_ACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)
        data = self._through("to_server", data)
        if not self.tls and len(self.plain) < PLAIN_KEPT:
            self.plain += data[: PLAIN_KEPT - len(self.plain)]
        self._buffer += data
        self._reading.set()
        if len(self._buffer) > HIGH_WATER and not self._transport.is_closing():
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The client closed its side: what it sent is still served, then the connection is closed."""
        self._eof = True
        self._reading.set()
        # A half-open connection would stay for ever; False closes it once the write buffer is flushed.
        return not self.tls and self.severed is None

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended; of what has no meaning here."""
        del exc
        self.lost = self._eof = True
        self.faults.forget(self.service, self.serial)
        self._reading.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """The client reads slowly."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._writable.set()

    # --- a session calls these ----------------------------------------------------------------------------------

    @property
    def peer(self) -> str:
        """The client's IP address."""
        name = self._raw.get_extra_info("peername")
        return str(name[0]) if name else "unknown"

    async def line(self, limit: int) -> bytes:
        """The next line with its line end, at most ``limit`` bytes. Raises LineTooLongError, GoneError."""
        scanned = 0
        while True:
            end = self._buffer.find(b"\n", scanned) + 1
            if 0 < end <= limit:
                return self._take(end)
            if end > limit:
                self._take(end)
                raise LineTooLongError
            if len(self._buffer) > limit:
                await self._skip_line()
                raise LineTooLongError
            scanned = len(self._buffer)
            await self._more()

    async def exactly(self, size: int) -> bytes:
        """The next ``size`` bytes. Raises GoneError."""
        while len(self._buffer) < size:
            await self._more()
        return self._take(size)

    async def skip(self, size: int) -> None:
        """Read ``size`` bytes and throw them away, in bounded memory."""
        while size > 0:
            if not self._buffer:
                await self._more()
            size -= len(self._take(min(size, len(self._buffer))))

    async def chunk(self) -> bytes:
        """Whatever comes next; ``b""`` at the end."""
        while not self._buffer and not self._eof:
            await self._wait()
        return self._take(len(self._buffer))

    def write(self, data: bytes) -> None:
        """Send bytes; nothing happens on a severed, muted or lost connection, and ``ending`` ends it here."""
        if self.ending is not None:
            self.sever(self.ending)
        if self.severed or self.muted or self.lost:
            return
        data = self._through("to_client", data)
        if data and not self._transport.is_closing():
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait until the client has read enough of what was written."""
        await self._writable.wait()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Lift the connection to TLS. Plain text that was read already is thrown away. Raises GoneError."""
        loop = asyncio.get_running_loop()
        self._buffer.clear()
        if self.severed:
            raise GoneError("severed")
        try:
            transport = await loop.start_tls(
                self._raw, self, context, server_side=True, ssl_handshake_timeout=30.0, ssl_shutdown_timeout=1.0
            )
        except (OSError, asyncio.IncompleteReadError) as error:
            # ssl.SSLError is an OSError: the client did not like the certificate, or spoke no TLS.
            raise GoneError(str(error)) from error
        if transport is None:
            raise GoneError("closed during the TLS handshake")
        self._transport = transport
        self.tls = True

    def sever(self, how: How) -> None:
        """End the connection the hard way, after what was written so far has left."""
        if self.severed or self.lost:
            return
        self._stop(how)
        self._end(how)

    def close(self) -> None:
        """End the connection politely, unless a fault has ended it already."""
        if not self.severed and not self.lost:
            self._transport.close()

    def abort(self) -> None:
        """End the connection now: the server stops."""
        if self.task is not None and not self.lost:
            self.task.cancel()
            self._raw.abort()

    # --- inner --------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            await self._serve(self)
        except (GoneError, LineTooLongError, ConnectionError) as error:
            log.debug("%s connection %d ended: %s", self.service, self.serial, error)
        except Exception:
            # A mistake in a server must not hang the client: it sees the connection close, the log says why.
            log.exception("%s connection %d failed", self.service, self.serial)
        finally:
            if self._owes is not None and not self.lost:
                self._end(self._owes)
            self.close()

    def _stop(self, how: How) -> None:
        """Let nothing through any more, either way."""
        self.severed = how
        self._eof = True
        self._reading.set()
        self._writable.set()
        if not self._transport.is_closing():
            self._transport.resume_reading()  # or the client's close would never be seen

    def _end(self, how: How) -> None:
        """Let the client see it."""
        if how == "fin":
            self._finish()
        elif how == "rst":
            asyncio.get_running_loop().call_later(BEFORE_RESET, self._reset)

    def _through(self, direction: Direction, data: bytes) -> bytes:
        cut = self.faults.room(self.service, self.serial, direction, len(data))
        if cut is None:
            self.counters[direction] += len(data)
            return data
        left, how = cut
        self.counters[direction] += left
        data = data[:left]
        if direction == "to_server":
            # The session first carries out what has arrived whole; the client sees the end when the session is over.
            self._stop(how)
            self._owes = how
            return data
        if data:
            self._transport.write(data)
        self.sever(how)
        return b""

    def _finish(self) -> None:
        """FIN, once everything has left. (A transport's write_eof() raises what ``_on_socket`` lets pass.)"""
        if self._has_left(self._finish):
            self._on_socket(lambda: self._socket.shutdown(socket.SHUT_WR))

    def _reset(self) -> None:
        if self._has_left(self._reset):
            self._on_socket(lambda: self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER))
            self._raw.abort()

    def _has_left(self, then: Callable[[], None]) -> bool:
        """Whether all bytes have left the transport; if not, ``then`` is called again later."""
        if self.lost:
            return False
        if self._raw.get_write_buffer_size() > 0:
            asyncio.get_running_loop().call_later(BEFORE_RESET, then)
            return False
        return True

    def _on_socket(self, act: Callable[[], None]) -> None:
        """Act on the socket. A client may have reset the connection while the loop was busy: then there is none."""
        try:
            act()
        except OSError as error:
            log.debug("%s connection %d: the client ended it first: %s", self.service, self.serial, error)

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    async def _more(self) -> None:
        if self._eof:
            raise GoneError("end of file")
        await self._wait()

    async def _wait(self) -> None:
        self._reading.clear()
        if not self._transport.is_closing():
            self._transport.resume_reading()
        await self._reading.wait()

    async def _skip_line(self) -> None:
        skipped = 0
        while (end := self._buffer.find(b"\n") + 1) == 0:
            skipped += len(self._buffer)
            if skipped > LONGEST_SKIP:
                raise GoneError("endless line")
            self._buffer.clear()
            await self._more()
        self._take(end)

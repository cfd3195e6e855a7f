"""The transport that aiosmtpd's protocol writes to: a Wire, so that faults and TLS are the same as for IMAP."""

from __future__ import annotations

import asyncio
from typing import Any

from mailkit.testing.wire import Wire


class Link(asyncio.Transport):
    """aiosmtpd's side of a Wire. Reading is pumped by the server, so pausing only sets a gate."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire: Wire = wire
        self.gate: asyncio.Event = asyncio.Event()
        self.gate.set()
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send to the client."""
        self.wire.write(bytes(data))

    def close(self) -> None:
        """End the connection; the pump notices."""
        self._closing = True
        self.wire.close()

    def abort(self) -> None:
        """End the connection now."""
        self._closing = True
        self.wire.abort()

    def is_closing(self) -> bool:
        """Whether it is being closed."""
        return self._closing or self.wire.lost

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Only ``peername`` is asked for."""
        return (self.wire.peer, 0) if name == "peername" else default

    def pause_reading(self) -> None:
        """aiosmtpd's buffer is full."""
        self.gate.clear()

    def resume_reading(self) -> None:
        """aiosmtpd's buffer has room."""
        self.gate.set()

    def can_write_eof(self) -> bool:
        """Half-closing is not used."""
        return False

    def get_write_buffer_size(self) -> int:
        """Replies are small."""
        return 0

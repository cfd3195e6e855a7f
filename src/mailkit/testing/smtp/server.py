"""The SMTP server: pumps bytes between a Wire and aiosmtpd's protocol."""

from __future__ import annotations

import asyncio

from mailkit.errors import MissingExtraError
from mailkit.testing.service import Setup
from mailkit.testing.wire import Wire

# How often aiosmtpd's handler may step before end of file reaches it: it works off its whole buffer in one step.
STEPS_BEFORE_EOF = 5


class SmtpServer:
    """Runs sessions. Raises MissingExtraError where aiosmtpd is not installed."""

    def __init__(self, setup: Setup) -> None:
        try:
            from mailkit.testing.smtp._protocol import open_link
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("mailkit"):
                raise
            raise MissingExtraError("testing", "The in-process SMTP server") from error
        self.setup: Setup = setup
        self._open_link = open_link

    async def serve(self, wire: Wire, stripped: bool) -> None:
        """One connection from greeting to end."""
        protocol, link = self._open_link(wire, self.setup, stripped=stripped)
        try:
            while data := await wire.chunk():
                await link.gate.wait()
                protocol.data_received(data)
            # What arrived whole is still carried out: aiosmtpd drops everything as soon as it sees the end.
            for _ in range(STEPS_BEFORE_EOF):
                await asyncio.sleep(0)
            if protocol.transport is not None:
                protocol.eof_received()
        finally:
            if protocol.transport is not None:
                protocol.connection_lost(None)
            await protocol.finished()

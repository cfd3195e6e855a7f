"""The IMAP server: a session for each connection, woken when the folder it has selected changes."""

from __future__ import annotations

from collections.abc import Callable

from mailkit.testing.imap import commands
from mailkit.testing.imap.commands.greeting import capabilities
from mailkit.testing.imap.session import Session
from mailkit.testing.service import Setup
from mailkit.testing.state import Folder
from mailkit.testing.wire import Wire

assert commands.__all__  # importing the package registers the commands


class ImapServer:
    """Runs sessions. ``post`` runs a callback in the event loop from any thread."""

    def __init__(self, setup: Setup, post: Callable[..., None]) -> None:
        self.setup: Setup = setup
        self._post = post
        self._sessions: set[Session] = set()
        setup.state.listen(self._changed)

    async def serve(self, wire: Wire, stripped: bool) -> None:
        """One connection from greeting to end."""
        session = Session(wire, self.setup, stripped=stripped)
        self._sessions.add(session)
        try:
            greeting = b"* OK [CAPABILITY %s] mailkit-testing ready\r\n" % capabilities(session)
            await session.run(greeting)
        finally:
            self._sessions.discard(session)

    def _changed(self, folder: Folder) -> None:
        """Called in the thread that made the change; sessions live in the loop's thread."""
        if self._sessions:
            self._post(self._wake, folder)

    def _wake(self, folder: Folder) -> None:
        for session in self._sessions:
            if session.view is not None and session.view.folder is folder:
                session.wake.set()

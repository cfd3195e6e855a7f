"""What both servers share: the setup, a listening port, and the thread with the event loop that runs them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from mailkit.testing import certs
from mailkit.testing.faults import Faults, Service
from mailkit.testing.state import MailState
from mailkit.testing.wire import GoneError, Wire
from mailkit.words import Envelope

Tls = Literal["implicit", "starttls", "insecure"]
Scripted = tuple[str, int | None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the servers behave when no fault is ordered.

    Sizes in bytes, times in seconds. ``without`` names IMAP capabilities that this server does not have (their
    commands answer BAD). ``files_sent``: the server itself files what it accepts into the sender's Sent folder,
    ``sent_delay`` later (Gmail). ``rewrite_message_id``: Message-ID is replaced, the new one is in the final reply
    (Microsoft 365). ``require_auth``: MAIL without AUTH answers 530.

    What some servers do and clients must live with: ``max_command_bytes``: a longer IMAP command line is BAD (Exchange:
    10,240). ``max_connections``: logins of one user at a time, IMAP and SMTP each (Gmail: 15). ``keywords``: False
    refuses flags of one's own (Microsoft 365). ``size_error``: RFC822.SIZE is wrong by so much (Exchange estimates).
    ``search_limit``: SEARCH tells only the newest so many (Yahoo: 1,000).
    """

    imap_tls: Tls = "implicit"
    smtp_tls: Tls = "implicit"
    without: frozenset[str] = frozenset()
    files_sent: bool = False
    sent_delay: float = 0.0
    rewrite_message_id: bool = False
    require_auth: bool = True
    max_message_bytes: int = 64 * 1024 * 1024
    max_recipients: int = 1000
    hostname: str = "localhost"
    max_command_bytes: int = 64 * 1024
    max_connections: int | None = None
    keywords: bool = True
    size_error: int = 0
    search_limit: int | None = None


@dataclass(frozen=True, slots=True)
class SeenCommand:
    """A command that arrived: service, connection number, verb in upper case, and whether TLS was up."""

    service: Service
    connection: int
    verb: str
    tls: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMail:
    """A mail the SMTP server has accepted.

    ``raw`` is the content byte for byte as received, dot-stuffing undone. ``mail_options`` and ``rcpt_options`` hold
    the ESMTP parameters as written (``{"RET": "HDRS", "ENVID": …}``; one mapping for each recipient, by address).
    ``message_id`` is the one that was given in the final reply, if Message-IDs are rewritten.
    """

    envelope: Envelope
    raw: bytes = field(repr=False)
    received_at: datetime
    connection: int
    helo: str
    user: str | None
    tls: bool
    smtputf8: bool
    mail_options: dict[str, str]
    rcpt_options: dict[str, dict[str, str]]
    queue_id: str
    message_id: str | None = None


@dataclass(slots=True, eq=False)
class Setup:
    """Everything a session can reach: options, state, faults, and the books that tests read."""

    options: Options
    state: MailState = field(default_factory=MailState)
    faults: Faults = field(default_factory=Faults)
    commands: list[SeenCommand] = field(default_factory=list[SeenCommand])
    sent: list[SentMail] = field(default_factory=list[SentMail])
    sent_changed: threading.Condition = field(default_factory=threading.Condition)
    logins: dict[tuple[Service, int], str] = field(default_factory=dict[tuple[Service, int], str])
    idling: list[str] = field(default_factory=list[str])
    recipient_replies: dict[str, list[Scripted]] = field(default_factory=dict[str, list[Scripted]])

    def saw(self, wire: Wire, verb: str) -> None:
        """Note a command."""
        self.commands.append(SeenCommand(wire.service, wire.serial, verb, wire.tls))

    def reply_for(self, recipient: str) -> str | None:
        """The reply a test has scripted for a recipient; counted ones are used up."""
        script = self.recipient_replies.get(recipient.casefold())
        if not script:
            return None
        reply, left = script[0]
        if left is not None:
            script[:1] = [(reply, left - 1)] if left > 1 else []
        return reply

    def enter(self, wire: Wire, user: str) -> bool:
        """Note a login; False if the user has too many connections already."""
        most = self.options.max_connections
        mine = sum(1 for (service, _), name in self.logins.items() if service == wire.service and name == user)
        if most is not None and mine >= most:
            return False
        self.logins[wire.service, wire.serial] = user
        return True

    def tls_mode(self, service: Service) -> Tls:
        """How that service speaks TLS."""
        return self.options.imap_tls if service == "imap" else self.options.smtp_tls

    async def secure(self, wire: Wire) -> None:
        """Lift a connection to TLS with the certificate that is due. Raises GoneError."""
        fault = self.faults.take("certificate", wire.service)
        await wire.start_tls(certs.authority().context(fault.certificate if fault else "good"))


class Listener:
    """One port of one service on 127.0.0.1. The port is kept over a restart; ``wires`` are all connections so far."""

    def __init__(
        self, setup: Setup, service: Service, session: Callable[[Wire, bool], Awaitable[None]], port: int = 0
    ) -> None:
        self.setup: Setup = setup
        self.service: Service = service
        self.port: int = port
        self.wires: list[Wire] = []
        self._session = session
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError if the port of before the restart is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, "127.0.0.1", self.port, backlog=256)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the port and every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)  # what was accepted a moment ago gets its connection_made
        tasks = [wire.task for wire in self.wires if wire.task is not None and not wire.task.done()]
        for wire in self.wires:
            if not wire.lost:
                wire.abort()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self) -> Wire:
        wire = Wire(self.service, self.setup.faults, self._serve)
        self.wires.append(wire)
        return wire

    async def _serve(self, wire: Wire) -> None:
        """Implicit TLS first, then the session; ``stripped`` tells it that STARTTLS is hidden on this connection."""
        mode = self.setup.tls_mode(self.service)
        if mode == "implicit":
            await self.setup.secure(wire)
        stripped = mode == "starttls" and self.setup.faults.take("hide_starttls", self.service) is not None
        fault = self.setup.faults.at_command(self.service, "GREETING")
        if fault is not None and fault.callback is not None:
            fault.callback()
        elif fault is not None:
            wire.write(fault.data + (b"\r\n" if fault.act == "reply" else b""))
            if fault.act != "raw":
                wire.sever(fault.how) if fault.act == "disconnect" else wire.close()
                raise GoneError("fault at the greeting")
            await wire.skip(1 << 40)
        try:
            await self._session(wire, stripped)
        finally:
            self.setup.logins.pop((self.service, wire.serial), None)


class LoopThread:
    """A daemon thread with its own event loop. Usable again after ``stop``."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; returns when the loop runs."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailkit-testing", daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[object, object, T], timeout: float = 30.0) -> T:
        """Run a coroutine in the loop and wait for its result."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def post(self, callback: Callable[..., object], *args: object) -> None:
        """Run a callback in the loop soon; nothing happens if the loop does not run."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            # The loop may be closed between the question and the call: then nobody waits for it any more.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(callback, *args)

    def stop(self) -> None:
        """Stop the loop, wait for the thread, close the loop."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_cancel_all(), loop).result(30.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _cancel_all() -> None:
    """End what is left in this loop, so that nothing is destroyed while it waits."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)

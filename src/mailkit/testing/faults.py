"""Faults on order: what the in-process servers do wrong, when, and how often. No socket, no event loop.

Each call arms one fault. A fault is counted (``times``, 1 unless told) and is used up when it happens, so that a test
is deterministic; ``fired`` lists what has happened, ``armed`` what still waits, ``clear()`` disarms everything.

``service`` is ``"imap"``, ``"smtp"`` or None for whichever comes first. ``command`` is a verb (``"FETCH"`` also meets
``UID FETCH``); two places that are no verb have names too: ``"GREETING"`` when a client connects and ``"."`` for the
end of SMTP's message content. Bytes are counted as the client's program sees them, inside TLS.

=========  ===========================================================================================
``fin``    the connection is closed: the client reads what was sent, then end of file
``rst``    the connection is reset: the client gets ECONNRESET
``stall``  nothing is sent or read any more, the connection stays open: the client meets its own time-out
=========  ===========================================================================================
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mailkit.testing.certs import Certificate

if TYPE_CHECKING:
    from mailkit.testing.server import FolderHandle

Service = Literal["imap", "smtp"]
How = Literal["fin", "rst", "stall"]
Direction = Literal["to_client", "to_server"]
Act = Literal["reply", "raw", "disconnect", "call"]
Counters = dict[Direction, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to go wrong. ``name`` is the method of ``Faults`` that armed it."""

    name: str
    service: Service | None = None
    command: str | None = None
    how: How = "fin"
    act: Act = "reply"
    when: Literal["before", "after"] = "before"
    data: bytes = b""
    size: int = 0
    direction: Direction = "to_client"
    connection: int | None = None
    certificate: Certificate = "good"
    callback: Callable[[], object] | None = None


@dataclass(slots=True, eq=False)
class Armed:
    """A fault that waits, how often it is still to happen, and where each connection stood when it was armed."""

    fault: Fault
    left: int
    opened: dict[Service, int]
    base: dict[tuple[Service, int], int] = field(default_factory=dict[tuple[Service, int], int])

    def limit(self, service: Service, serial: int) -> int | None:
        """At how many bytes that connection is to be cut; None: not that one."""
        fault = self.fault
        if fault.service not in (None, service):
            return None
        if fault.connection is None:
            return self.base.get((service, serial), 0) + fault.size
        return fault.size if serial == self.opened[service] + fault.connection else None


class Faults:
    """The order book. Thread-safe: a test arms, the servers take."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Armed] = []
        self._fired: list[str] = []
        self._live: dict[tuple[Service, int], Counters] = {}
        self._opened: dict[Service, int] = {"imap": 0, "smtp": 0}

    # --- what a test orders -------------------------------------------------------------------------------------

    def cut(
        self,
        after_bytes: int,
        *,
        direction: Direction = "to_client",
        how: How = "fin",
        service: Service | None = None,
        connection: int | None = None,
        times: int = 1,
    ) -> None:
        """End a connection after exactly ``after_bytes`` bytes went in ``direction``.

        Counted from the connection's start, or from now where it is open already. ``connection=1`` means the next
        one that is opened, ``2`` the one after; None: the first to get that far. A command that has arrived whole
        before the cut is carried out; its reply is lost.
        """
        fault = Fault(
            name="cut", service=service, how=how, direction=direction, connection=connection, size=after_bytes
        )
        self._arm(fault, times)

    def drop_reply_after_data(self, times: int = 1, *, how: How = "fin") -> None:
        """SMTP: accept the mail and file it, then end the connection in place of the final reply."""
        self._arm(Fault(name="drop_reply_after_data", service="smtp", how=how), times)

    def throttle(self, command: str, reply: str, *, service: Service | None = None, times: int = 1) -> None:
        """Answer ``reply`` and do not carry the command out.

        IMAP: without tag (``"NO [LIMIT] slow down"``), ``BYE …`` also closes. SMTP: ``"451 4.7.1 …"``, 421 closes.
        """
        self._at("throttle", command, "reply", service, times, data=reply.encode())

    def nonsense(self, command: str, data: bytes, *, service: Service | None = None, times: int = 1) -> None:
        """Answer these very bytes in place of a reply; the command is not carried out."""
        self._at("nonsense", command, "raw", service, times, data=data)

    def disconnect_at(
        self,
        command: str,
        *,
        when: Literal["before", "after"] = "before",
        how: How = "fin",
        service: Service | None = None,
        times: int = 1,
    ) -> None:
        """End the connection at a command: before it is carried out, or after it, in place of all its replies."""
        self._at("disconnect_at", command, "disconnect", service, times, when=when, how=how)

    def call_at(
        self, command: str, callback: Callable[[], object], *, service: Service | None = None, times: int = 1
    ) -> None:
        """Do something to the servers' state right before a command is carried out, as another client would.

        ``faults.call_at("FETCH", lambda: inbox.expunge(3))``. It runs in the servers' thread: it must not wait.
        """
        fault = Fault(name="call_at", service=service, command=command.upper(), act="call", callback=callback)
        self._arm(fault, times)

    def change_uidvalidity(self, folder: FolderHandle) -> None:
        """Rebuild a folder now: same mails, UIDs from 1, a new UIDVALIDITY; sessions in it are closed."""
        folder.change_uidvalidity()
        with self._lock:
            self._fired.append("change_uidvalidity")

    def announce_literal(self, size: int = 1 << 30, times: int = 1) -> None:
        """IMAP: the next FETCH announces a literal of ``size`` bytes, sends 64 of them and stalls."""
        self._arm(Fault(name="announce_literal", service="imap", size=size), times)

    def refuse_login(self, times: int = 1, *, reply: str = "", service: Service | None = None) -> None:
        """Refuse right credentials, with the usual words or with ``reply``. Counted by connections."""
        self._arm(Fault(name="refuse_login", service=service, data=reply.encode()), times)

    def inject_before_starttls(self, data: bytes, *, times: int = 1, service: Service | None = None) -> None:
        """Put plain-text bytes behind the reply to STARTTLS, in one segment (NO STARTTLS, USENIX Security 2021)."""
        self._arm(Fault(name="inject_before_starttls", service=service, data=data), times)

    def hide_starttls(self, *, times: int = 1, service: Service | None = None) -> None:
        """Act as the man in the middle who strips STARTTLS: not offered, refused, and plain logins are welcome.

        Counted by connections.
        """
        self._arm(Fault(name="hide_starttls", service=service), times)

    def certificate(self, kind: Certificate, *, times: int = 1, service: Service | None = None) -> None:
        """Show a bad certificate on the next TLS handshake."""
        self._arm(Fault(name="certificate", service=service, certificate=kind), times)

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    @property
    def fired(self) -> tuple[str, ...]:
        """Names of the faults that have happened, in order."""
        with self._lock:
            return tuple(self._fired)

    @property
    def armed(self) -> tuple[Fault, ...]:
        """The faults that still wait."""
        with self._lock:
            return tuple(armed.fault for armed in self._armed)

    # --- what the servers take ----------------------------------------------------------------------------------

    def opened(self, service: Service) -> int:
        """A connection was accepted: returns its number, from 1."""
        with self._lock:
            self._opened[service] += 1
            return self._opened[service]

    def watch(self, service: Service, serial: int, counters: Counters) -> None:
        """Let cuts see how far a connection is."""
        with self._lock:
            self._live[service, serial] = counters

    def forget(self, service: Service, serial: int) -> None:
        """The connection has ended."""
        with self._lock:
            self._live.pop((service, serial), None)

    def take(self, name: str, service: Service) -> Fault | None:
        """Use up a fault of that name, if one is armed for the service."""
        return self._take(lambda fault: fault.name == name and fault.service in (None, service))

    def at_command(self, service: Service, verb: str) -> Fault | None:
        """Use up a fault that waits for that command."""
        if not self._armed:
            return None
        verb = verb.upper()
        names = {verb, verb.removeprefix("UID ")}
        return self._take(lambda fault: fault.command in names and fault.service in (None, service))

    def room(self, service: Service, serial: int, direction: Direction, coming: int) -> tuple[int, How] | None:
        """Whether a cut falls within the ``coming`` next bytes: (bytes still let through, how). Uses it up."""
        if not self._armed:
            return None
        with self._lock:
            done = self._live[service, serial][direction]
            found: list[tuple[int, Armed]] = []
            for armed in self._armed:
                if armed.fault.name != "cut" or armed.fault.direction != direction:
                    continue
                limit = armed.limit(service, serial)
                if limit is not None and done <= limit <= done + coming:
                    found.append((limit - done, armed))
            if not found:
                return None
            left, armed = min(found, key=lambda pair: pair[0])
            self._use(armed)
            return left, armed.fault.how

    # --- book-keeping -------------------------------------------------------------------------------------------

    def _at(
        self,
        name: str,
        command: str,
        act: Act,
        service: Service | None,
        times: int,
        *,
        data: bytes = b"",
        when: Literal["before", "after"] = "before",
        how: How = "fin",
    ) -> None:
        fault = Fault(name=name, service=service, command=command.upper(), act=act, data=data, when=when, how=how)
        self._arm(fault, times)

    def _arm(self, fault: Fault, times: int) -> None:
        if times < 1:
            raise ValueError("times must be at least 1")
        with self._lock:
            base = {key: counters[fault.direction] for key, counters in self._live.items()}
            self._armed.append(Armed(fault, times, dict(self._opened), base))

    def _take(self, wanted: Callable[[Fault], bool]) -> Fault | None:
        if not self._armed:
            return None
        with self._lock:
            for armed in self._armed:
                if wanted(armed.fault):
                    self._use(armed)
                    return armed.fault
        return None

    def _use(self, armed: Armed) -> None:
        armed.left -= 1
        self._fired.append(armed.fault.name)
        if armed.left == 0:
            self._armed.remove(armed)

"""A scripted IMAP server: answers each command from a table, records every byte it gets. For faults and odd answers."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from mailkit.config import Account, Password, load
from mailkit.mailbox.imap import ImapMailbox
from mailkit.words import Limits

SELECTED = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n{tag} OK [READ-ONLY] done\r\n"
PLAIN = b"IMAP4rev1 AUTH=PLAIN"


@dataclass
class Script:
    """What the server does. ``answers``: the first key found in a command line gives the answer, ``{tag}`` filled in.

    An answer may be a function of the connection, which then sends what it likes.
    """

    greeting: bytes = b"* OK ready\r\n"
    capabilities: bytes = PLAIN
    answers: dict[bytes, bytes | Callable[[Connection], None]] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


class Connection:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, script: Script, received: list[bytes]) -> None:
        self.sock, self.script, self.received = sock, script, received
        self.file = sock.makefile("rb")
        self.tag = b""

    def line(self) -> bytes:
        line = self.file.readline()
        if line:
            self.received.append(line)
        return line

    def send(self, data: bytes) -> None:
        self.sock.sendall(data.replace(b"{tag}", self.tag))

    def serve(self) -> None:
        self.send(self.script.greeting)
        while line := self.line():
            self.tag = line.split(b" ")[0]
            self.answer(line)

    def answer(self, line: bytes) -> None:
        defaults: dict[bytes, bytes | Callable[[Connection], None]] = {
            b"CAPABILITY": b"* CAPABILITY " + self.script.capabilities + b"\r\n{tag} OK done\r\n",
            b"AUTHENTICATE PLAIN": authenticate(b"{tag} OK in\r\n"),
            b"LOGIN": b"{tag} OK in\r\n",
            b"LOGOUT": b"* BYE\r\n{tag} OK out\r\n",
            b"EXAMINE": SELECTED,
            b"SELECT": SELECTED,
        }
        for key, answer in {**self.script.answers, **defaults}.items():
            if key in line:
                answer = self.script.answers.get(key, answer)
                if callable(answer):
                    answer(self)
                else:
                    self.send(answer)
                return
        self.send(b"{tag} BAD what?\r\n")


def authenticate(answer: bytes, challenge: bytes | None = None) -> Callable[[Connection], None]:
    def step(connection: Connection) -> None:
        connection.send(b"+ \r\n")
        connection.line()
        if challenge is not None:
            connection.send(b"+ " + challenge + b"\r\n")
            connection.line()
        connection.send(answer)

    return step


class ScriptedServer:
    """Listens on loopback; each connection is served from the script that is set then."""

    def __init__(self) -> None:
        self.script = Script()
        self.received: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            try:
                Connection(sock, self.script, self.received).serve()
            except (OSError, ValueError):
                return

    def close(self) -> None:
        self._listener.close()
        for sock in self._open:
            sock.close()

    def text(self) -> bytes:
        return b"".join(self.received)

    @staticmethod
    def authenticate(answer: bytes, challenge: bytes | None = None) -> Callable[[Connection], None]:
        return authenticate(answer, challenge)

    def account(self, **changes: object) -> Account:
        return make_account(self, **changes)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    made = ScriptedServer()
    yield made
    made.close()


@pytest.fixture
def account(server: ScriptedServer) -> Account:
    return make_account(server)


def make_account(server: ScriptedServer, **changes: object) -> Account:
    imap: dict[str, object] = {"host": "127.0.0.1", "port": server.port, "tls": "insecure"}
    imap |= {"connect_timeout": 5, "read_timeout": 2}
    imap |= {
        key: value for key, value in changes.items() if key in ("tls", "ca_file", "read_timeout", "server_hostname")
    }
    other = {key: value for key, value in changes.items() if key not in imap}
    return load({"name": "a", "address": "a@b.example", "imap": imap, "credentials": Password("pw"), **other})


@pytest.fixture
def mailbox(server: ScriptedServer, account: Account) -> Iterator[Callable[..., ImapMailbox]]:
    """Makes connected mailboxes against the script that is set, and closes them."""
    made: list[ImapMailbox] = []

    def connect(limits: Limits | None = None, **script: object) -> ImapMailbox:
        server.script = replace(server.script, **script)  # type: ignore[arg-type]
        client = ImapMailbox(account, limits=limits)
        client.connect()
        made.append(client)
        return client

    yield connect
    for client in made:
        client.close()

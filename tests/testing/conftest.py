from __future__ import annotations

import logging
import smtplib
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
from imapclient import IMAPClient, SocketTimeout

from mailkit.testing import MailServer
from testing.names import ANA, BO, trusting


class Errors(logging.Handler):
    """Collects what the servers log as an error: a mistake of theirs, which a client may not see."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(logging.Formatter().format(record))


@pytest.fixture(autouse=True)
def no_error_in_a_server() -> Iterator[None]:
    errors = Errors()
    loggers = [logging.getLogger(name) for name in ("mailkit.testing", "mail.log", "asyncio")]
    for logger in loggers:
        logger.addHandler(errors)
    yield
    for logger in loggers:
        logger.removeHandler(errors)
    assert errors.seen == []


@pytest.fixture
def make_server() -> Iterator[Callable[..., MailServer]]:
    with ExitStack() as stack:

        def make(**options: object) -> MailServer:
            server = stack.enter_context(MailServer(**options))
            server.add_user(ANA, "secret", token="t0k3n", aliases=["sales@acme.example"])
            server.add_user(BO, "geheim")
            return server

        yield make


@pytest.fixture
def server(make_server: Callable[..., MailServer]) -> MailServer:
    """A server without TLS: quick, and its bytes can be counted."""
    return make_server(tls="insecure")


@pytest.fixture(scope="module")
def smtp_fuzzed() -> Iterator[MailServer]:
    """One server for all examples of a module's fuzzing."""
    with MailServer(tls="insecure", require_auth=False) as server:
        server.add_user(ANA, "secret")
        yield server


@pytest.fixture
def tls_server(make_server: Callable[..., MailServer]) -> MailServer:
    return make_server(tls="implicit")


@pytest.fixture
def connect_imap() -> Iterator[Callable[..., IMAPClient]]:
    clients: list[IMAPClient] = []

    def connect(
        server: MailServer, user: str | None = ANA, password: str = "secret", timeout: float = 60.0
    ) -> IMAPClient:
        mode = server.options.imap_tls
        client = IMAPClient(
            "localhost",
            server.imap_port,
            ssl=mode == "implicit",
            ssl_context=trusting(server) if mode == "implicit" else None,
            timeout=SocketTimeout(60.0, timeout),
        )
        clients.append(client)
        if mode == "starttls":
            client.starttls(trusting(server))
        if user is not None:
            client.login(user, password)
        return client

    yield connect
    for client in clients:
        with suppress(Exception):
            client.shutdown()


@pytest.fixture
def connect_smtp() -> Iterator[Callable[..., smtplib.SMTP]]:
    clients: list[smtplib.SMTP] = []

    def connect(
        server: MailServer, user: str | None = ANA, password: str = "secret", timeout: float = 60.0
    ) -> smtplib.SMTP:
        mode = server.options.smtp_tls
        client: smtplib.SMTP
        if mode == "implicit":
            client = smtplib.SMTP_SSL("localhost", server.smtp_port, context=trusting(server), timeout=timeout)
        else:
            client = smtplib.SMTP("localhost", server.smtp_port, timeout=timeout)
        clients.append(client)
        if mode == "starttls":
            client.starttls(context=trusting(server))
        if user is not None:
            client.login(user, password)
        return client

    yield connect
    for client in clients:
        client.close()


class RawImap:
    """Bytes over a socket: for what no client library would send."""

    def __init__(self, server: MailServer) -> None:
        self.sock = socket.create_connection(("127.0.0.1", server.imap_port), timeout=60)
        self.file = self.sock.makefile("rb")
        self.greeting = self.file.readline()
        self._n = 0

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def line(self) -> bytes:
        return self.file.readline()

    def until(self, tag: bytes) -> list[bytes]:
        """Lines up to and including the tagged one."""
        lines = []
        while True:
            line = self.file.readline()
            if not line:
                raise EOFError(lines)
            lines.append(line.rstrip(b"\r\n"))
            if line.startswith(tag + b" "):
                return lines

    def do(self, command: bytes) -> list[bytes]:
        self._n += 1
        tag = b"t%d" % self._n
        self.send(tag + b" " + command + b"\r\n")
        return self.until(tag)

    def close(self) -> None:
        self.file.close()
        self.sock.close()


@pytest.fixture
def raw_imap(server: MailServer) -> Iterator[RawImap]:
    client = RawImap(server)
    yield client
    client.close()


@pytest.fixture(scope="module")
def model_server() -> Iterator[tuple[MailServer, Callable[[MailServer], RawImap]]]:
    """One server for all examples, and a way to log in to it."""

    def login(server: MailServer) -> RawImap:
        client = RawImap(server)
        client.do(b"LOGIN ana@acme.example secret")
        return client

    with MailServer(tls="insecure") as server:
        server.add_user(ANA, "secret")
        yield server, login


@pytest.fixture
def raw_login() -> Iterator[Callable[[MailServer], RawImap]]:
    """Raw connections, logged in as Ana."""
    clients: list[RawImap] = []

    def login(server: MailServer) -> RawImap:
        client = RawImap(server)
        clients.append(client)
        assert b"OK" in client.do(b"LOGIN ana@acme.example secret")[-1]
        return client

    yield login
    for client in clients:
        client.close()


@pytest.fixture
def ana_raw(raw_imap: RawImap) -> RawImap:
    assert b"OK" in raw_imap.do(b"LOGIN ana@acme.example secret")[-1]
    return raw_imap

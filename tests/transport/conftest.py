"""A scripted SMTP server: every step can answer anything, or end the connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from mailkit.testing import certs
from mailkit.transport import Outgoing
from mailkit.words import Envelope

EHLO = (
    "\r\n".join(f"250-{line}" for line in ("mx.example", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "DSN"))
    + "\r\n250 AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER"
)


class Hang(Exception):
    """Answer nothing more, keep the connection."""


class Cut(Exception):
    """Close the connection now."""


class Reset(Exception):
    """Reset the connection now."""


@dataclass
class Script:
    """``replies``: verb -> reply, list of replies (one after the other, the last stays), exception or callable."""

    replies: dict[str, object] = field(default_factory=dict)
    ehlo: str = EHLO
    tls: str = "insecure"
    certificate: str = "good"
    starttls_tail: bytes = b""
    lines: list[str] = field(default_factory=list)
    plain_lines: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0

    def reply(self, verb: str, line: str) -> str | None:
        found = self.replies.get(verb)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if callable(found) and not isinstance(found, type):
            found = found(line)
        if isinstance(found, Exception) or (isinstance(found, type) and issubclass(found, Exception)):
            raise found
        return found  # type: ignore[return-value]


DEFAULTS = {
    "GREETING": "220 mx.example ESMTP",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    ".": "250 2.0.0 queued as 1",
    "RSET": "250 2.0.0 ok",
    "NOOP": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
    "STARTTLS": "220 2.0.0 ready",
    "AUTH": "235 2.7.0 ok",
    "HELO": "250 mx.example",
}


class Server:
    def __init__(self, script: Script) -> None:
        self.script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            self.script.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self.script.tls == "implicit":
                sock = self._wrap(sock)
            self._talk(sock)
        except Reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
        except Hang:
            return
        except (Cut, OSError, ssl.SSLError, ValueError):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _wrap(self, sock: socket.socket) -> socket.socket:
        made = certs.authority().context(self.script.certificate).wrap_socket(sock, server_side=True)
        self._open.append(made)
        return made

    def _talk(self, sock: socket.socket) -> None:
        script = self.script
        reader = sock.makefile("rb")
        secure = isinstance(sock, ssl.SSLSocket)

        def say(verb: str, line: str = "") -> str:
            text = script.reply(verb, line) or (script.ehlo if verb == "EHLO" else DEFAULTS.get(verb, "500 what?"))
            if text == "drop":
                return text
            sock.sendall(text.encode() + b"\r\n")
            return text

        say("GREETING")
        while line := reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            verb = text.partition(" ")[0].upper()
            script.lines.append(text)
            if not secure:
                script.plain_lines.append(text)
            if verb == "STARTTLS":
                reply = script.reply(verb, text) or DEFAULTS[verb]
                sock.sendall(reply.encode() + b"\r\n" + script.starttls_tail)
                if reply.startswith("220"):
                    sock = self._wrap(sock)
                    reader, secure = sock.makefile("rb"), True
            elif verb == "DATA":
                if say(verb).startswith("354"):
                    script.mails.append(self._content(reader))
                    say(".")
            elif verb == "AUTH":
                reply = say(verb, text)
                while reply.startswith("334"):
                    answer = reader.readline().decode().rstrip("\r\n")
                    script.lines.append(answer)
                    reply = say("ANSWER", answer) if "ANSWER" in script.replies else say("AUTH-END", answer)
            elif verb == "QUIT":
                say(verb)
                raise Cut
            elif say(verb, text).startswith("421"):
                raise Cut

    def _content(self, reader) -> bytes:
        lines = []
        while (line := reader.readline()) != b".\r\n":
            if not line:
                raise Cut
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(script: Script) -> Server:
        servers.append(Server(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def outgoing(number: int = 1, *recipients: str, raw: bytes = b"Subject: x\r\n\r\nbody\r\n", **more) -> Outgoing:
    return Outgoing(number, raw, Envelope("ana@acme.example", recipients or ("bo@client.example",)), **more)


# The tests import these helpers under this name.
sys.modules["scripted_smtp"] = sys.modules[__name__]

"""The wire under imapclient: one socket, read with bounds.

imaplib reads a literal of whatever size the server announces into memory, waits for ever unless told otherwise,
keeps every untagged response of a flood, and after STARTTLS goes on with bytes that were sent before the channel was
private. This module replaces its reading and writing (``GuardedIMAP4``) and leaves its dialogue (tags, states,
response matching) as it is.

Bounds, each ending the connection with its error:

================  ===========================================================================  ======================
one literal       ``Limits.literal_bytes``, checked before the first byte is read              ``LimitError``
one line          ``Limits.line_bytes``                                                        ``LimitError``
one answer        ``literal_bytes + batch_bytes``, all lines and literals of a command         ``LimitError``
silence           ``read_timeout`` seconds                                                     ``NetworkTimeoutError``
a trickle         three time-outs plus one second per 4 KiB received                           ``NetworkTimeoutError``
================  ===========================================================================  ======================

Who owns what: ``GuardedIMAP4`` owns the socket and the read buffer; ``GuardedClient`` (an ``IMAPClient``) owns it
and gives capabilities, ID, ENABLE; ``ImapMailbox`` owns the client and the selected folder.
"""

from __future__ import annotations

import base64
import contextlib
import imaplib
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator

from imapclient import IMAPClient
from imapclient.imapclient import SocketTimeout

from mailkit.auth import masked
from mailkit.config import ImapServer
from mailkit.errors import LimitError, NetworkTimeoutError, TlsError, TlsUnavailableError
from mailkit.net import guard
from mailkit.words import Limits

from .failures import readable
from .response import Segment

log = logging.getLogger("mailkit.imap")

_CHUNK = 65536
_SLOWEST = 4096
Sink = Callable[[str, list[Segment]], None]
Literal = bytes | Callable[[bytes], bytes]


class GuardedIMAP4(imaplib.IMAP4):
    """imaplib's dialogue over a bounded socket. TLS from the first byte if ``context`` is given."""

    def __init__(self, server: ImapServer, limits: Limits, context: ssl.SSLContext | None) -> None:
        self.server = server
        self.limits = limits
        self.context = context
        self.sink: Sink | None = None
        self.private = False
        self.secrets: tuple[str, ...] = ()
        self._pending: list[Segment] = []
        self._buffer = b""
        self._position = 0
        self._received = 0
        self._started = time.monotonic()
        self._left = limits.literal_bytes
        super().__init__(server.host, server.port, server.connect_timeout)

    # Socket

    def open(self, host: str = "", port: int = 993, timeout: float | None = None) -> None:
        """Connect, and start TLS where it is implicit."""
        guard.check(f"connect to {host}:{port}")
        self.host, self.port = host, port
        self.sock = socket.create_connection((host, port), timeout)
        try:
            # imaplib sends a literal and its line end apart: Nagle would hold the line end back for 40 ms or longer.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context is not None:
                self.sock = self.context.wrap_socket(self.sock, server_hostname=self.server.name)
            self.sock.settimeout(self.server.read_timeout)
        except BaseException:
            self.sock.close()
            raise
        self.begin()

    def shutdown(self) -> None:
        """Close the socket. Never raises."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.sock.close()
        self.state = "LOGOUT"

    def send(self, data: bytes) -> None:  # type: ignore[override]
        """Send all of ``data``; each piece of it within the time-out."""
        if log.isEnabledFor(logging.DEBUG):
            log.debug("C: %s", "(secret)" if self.private else repr(data[:300]))
        view = memoryview(data)
        for start in range(0, len(view), _CHUNK):
            self.sock.sendall(view[start : start + _CHUNK])
            self._started = time.monotonic()

    def begin(self) -> None:
        """Start counting bytes and seconds anew, for the next answer."""
        self._received = 0
        self._started = time.monotonic()
        self._left = self.limits.literal_bytes + self.limits.batch_bytes

    def _receive(self, size: int) -> bytes:
        allowed = 3 * self.server.read_timeout + self._received / _SLOWEST
        if time.monotonic() - self._started > allowed:
            raise NetworkTimeoutError(f"The server sends too slowly: {self._received} bytes in {allowed:.0f} seconds.")
        data = self.sock.recv(size)
        self._received += len(data)
        return data

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            self.shutdown()
            raise LimitError("The server's answer to one command is too long.", limit="batch_bytes")

    def readline(self) -> bytes:
        """One line with its end; empty at the end of the stream."""
        pieces: list[bytes] = []
        length = 0
        while True:
            end = self._buffer.find(b"\n", self._position)
            stop = end + 1 if end >= 0 else len(self._buffer)
            pieces.append(self._buffer[self._position : stop])
            length += stop - self._position
            self._position = stop
            if length > self.limits.line_bytes:
                self.shutdown()
                raise LimitError(
                    f"The server sent a line longer than {self.limits.line_bytes} bytes.", limit="line_bytes"
                )
            if end >= 0:
                break
            data = self._receive(_CHUNK)
            self._buffer, self._position = data, 0
            if not data:
                break
        self._spend(length)
        line = b"".join(pieces)
        if log.isEnabledFor(logging.DEBUG):
            log.debug("S: %s", "(while logging in)" if self.private else self.unsaid(repr(line[:2000]))[:310])
        return line

    def read(self, size: int) -> bytes:
        """A literal of ``size`` bytes. A size over the limit ends the connection before the first byte is read."""
        if size > self.limits.literal_bytes:
            self.shutdown()
            raise LimitError(
                f"The server announced {size} bytes in one piece; at most {self.limits.literal_bytes} are taken.",
                limit="literal_bytes",
            )
        self._spend(size)
        pieces = [self._buffer[self._position : self._position + size]]
        self._position += len(pieces[0])
        missing = size - len(pieces[0])
        while missing > 0:
            data = self._receive(min(missing, 4 * _CHUNK))
            if not data:
                raise self.abort("socket error: EOF inside a literal")
            pieces.append(data)
            missing -= len(data)
        return b"".join(pieces)

    # Dialogue

    def _command(self, name: str, *args: object) -> bytes:
        guard.check(f"send {name} to {self.host}")
        self.begin()
        # imaplib refuses to go on when a folder turns read-only; mailkit reads FolderState.readonly instead.
        self.untagged_responses.pop("READ-ONLY", None)
        tag: bytes = super()._command(name, *args)  # type: ignore[misc]
        return tag

    def run(self, name: str, *args: str | bytes, literal: Literal | None = None) -> tuple[str, bytes]:
        """One command and its tagged answer: ``OK``, ``NO`` or ``BAD``, and the text.

        The arguments go on the wire as they are: whoever calls has quoted and checked them (``arguments``).
        ``literal`` is sent after them as a literal, or is called with each continuation of the server and gives what
        to answer.
        """
        return self.end_command(self.begin_command(name, *args, literal=literal))

    def begin_command(self, name: str, *args: str | bytes, literal: Literal | None = None) -> bytes:
        """Send a command; its tag."""
        # imaplib takes a bound method for what answers continuations, and anything else for the literal itself.
        self.literal = _Answers(literal).answer if callable(literal) else literal  # type: ignore[assignment]
        return self._command(name, *args)

    def end_command(self, tag: bytes) -> tuple[str, bytes]:
        """Read until the tagged answer of a command."""
        status, data = self._get_tagged_response(tag)
        text = data[0] or b""
        if status != "OK" and self.secrets:
            text = self.unsaid(text.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        return status, text

    def next_response(self) -> bytes | None:
        """Read one response; None for a continuation."""
        line: bytes | None = self._get_response()
        return line

    def refused(self, tag: bytes) -> bytes | None:
        """The words of the tagged answer, if one came instead of a continuation."""
        answer: tuple[str, list[bytes]] | None = self.tagged_commands.get(tag)  # type: ignore[assignment]
        return answer[1][0] if answer else None

    def fetch_into(self, sink: Sink, name: str, *args: str) -> tuple[str, bytes]:
        """Like ``run``; each FETCH response goes to ``sink`` as soon as it is complete."""
        self._pending = []
        self.sink = sink
        try:
            return self.run(name, *args)
        finally:
            self.sink = None

    def _append_untagged(self, typ: str, dat: Segment | None) -> None:
        if typ == "OK" and isinstance(dat, bytes) and dat[:10].upper().startswith((b"[ALERT]", b"[WEBALERT")):
            # RFC 9051 section 7.1: such a text must be shown to a human.
            log.warning("%s says: %s", self.host, self.unsaid(readable(dat)))
        if self.sink is None or typ not in ("FETCH", "UIDFETCH"):
            super()._append_untagged(typ, dat)  # type: ignore[misc]
            return
        self._pending.append(dat if dat is not None else b"")
        if not isinstance(dat, tuple):
            pending, self._pending = self._pending, []
            self.sink(typ, pending)

    def _get_line(self) -> bytes:
        # Instead of imaplib's, which formats each line for a log that nobody reads, and gives up at a bare line feed.
        line = self.readline()
        if not line.endswith(b"\n"):
            raise self.abort("socket error: EOF" + (" inside a line" if line else ""))
        line = line[:-2] if line.endswith(b"\r\n") else line[:-1]
        # "A1 OK" without any text, which RFC 9051 forbids and servers send: imaplib does not know it for an answer.
        tag: bytes = self.tagpre  # type: ignore[assignment]
        if line.startswith(tag) and line.endswith((b" OK", b" NO", b" BAD")):
            return line + b" "
        return line

    def take(self, name: str) -> list[Segment]:
        """The untagged responses of that name since the last time, removed."""
        found: list[Segment] = self.untagged_responses.pop(name, [])
        return found

    def starttls(  # type: ignore[override]
        self, ssl_context: ssl.SSLContext | None = None
    ) -> tuple[str, list[bytes]]:
        """Make the channel private. Whatever the server said before is forgotten.

        Raises:
            TlsUnavailableError: the server refuses.
            TlsError: bytes came after the answer and before TLS: somebody in the middle put them there (RFC 3207
                section 6 has the same attack on SMTP).
        """
        if ssl_context is None:
            raise TlsError("No TLS context was given.")
        status, text = self.run("STARTTLS")
        if status != "OK":
            raise TlsUnavailableError("The server refused STARTTLS.")
        if self._position < len(self._buffer):
            self.shutdown()
            raise TlsError(
                "Plain text was injected between STARTTLS and TLS.", hint="Somebody tampers with the connection."
            )
        self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.server.name)
        self._tls_established = True
        self.untagged_responses = {}
        self.begin()
        self._get_capabilities()
        return status, [text]

    def unsaid(self, words: str) -> str:
        """The server's words without the credentials: some servers repeat later what they were sent."""
        return masked(words, *self.secrets)

    @contextlib.contextmanager
    def secret(self) -> Iterator[None]:
        """What is sent inside does not reach the log."""
        self.private = True
        try:
            yield
        finally:
            self.private = False

    # Waiting

    def wait_line(self, seconds: float) -> bytes | None:
        """The next line if one comes within ``seconds``, else None. What came of an unfinished line is kept."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer[self._position :]:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if len(self._buffer) - self._position > self.limits.line_bytes:
                self.shutdown()
                raise LimitError("The server sent an endless line.", limit="line_bytes")
            self.sock.settimeout(left)
            try:
                data = self.sock.recv(_CHUNK)
            except TimeoutError:
                return None
            finally:
                self.sock.settimeout(self.server.read_timeout)
            if not data:
                raise self.abort("socket error: EOF")
            self._buffer, self._position = self._buffer[self._position :] + data, 0
        self.begin()
        return self.readline()


class _Answers:
    """Answers a server's continuations; base64 both ways, as AUTHENTICATE has it (RFC 9051 section 6.2.2)."""

    def __init__(self, respond: Callable[[bytes], bytes]) -> None:
        self._respond = respond

    def answer(self, challenge: bytes) -> bytes:
        return base64.b64encode(self._respond(base64.b64decode(challenge)))


class GuardedClient(IMAPClient):
    """imapclient over ``GuardedIMAP4``."""

    def __init__(self, server: ImapServer, limits: Limits, context: ssl.SSLContext | None) -> None:
        self._server, self._limits, self._context = server, limits, context
        super().__init__(
            server.host,
            server.port,
            ssl=server.tls == "implicit",
            timeout=SocketTimeout(server.connect_timeout, server.read_timeout),  # type: ignore[arg-type]
        )
        self.wire: GuardedIMAP4 = self._imap
        # imapclient sets 5, with which imaplib formats every body it receives, twice, whether somebody logs or not.
        self.wire.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> GuardedIMAP4:
        return GuardedIMAP4(self._server, self._limits, self._context if self._server.tls == "implicit" else None)

    def offered(self) -> frozenset[str]:
        """The server's capabilities, upper case."""
        words: tuple[bytes, ...] = self.capabilities()  # type: ignore[no-untyped-call]
        return frozenset(word.decode("ascii", "replace").upper() for word in words)

    def forget_capabilities(self) -> None:
        """Ask the server again: after STARTTLS and after log-in the answer is another one."""
        self._cached_capabilities = None

"""A connection to a submission server, private and authenticated, or a typed error.

Order: connect, EHLO, STARTTLS (required where the server's setting says so, never "if offered"), EHLO again, AUTH.
No byte of a credential leaves before TLS is up, unless ``tls="insecure"`` was spelled out.

STARTTLS injection (RFC 3207 section 6): what the server, or somebody between, sends after its reply to STARTTLS and
before the handshake came in plain text. A compliant server sends nothing there. aiosmtplib throws such bytes away;
mailkit watches for them and gives up the connection, because they mean that somebody is playing.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
from typing import TYPE_CHECKING, Any, cast

import aiosmtplib

from mailkit.errors import (
    AuthError,
    CertificateError,
    CommandRefusedError,
    ConnectError,
    DisconnectedError,
    MailkitError,
    NetworkError,
    NetworkTimeoutError,
    TlsError,
    TlsUnavailableError,
)
from mailkit.net import tls
from mailkit.transport.base import printable

if TYPE_CHECKING:
    from mailkit.config import SmtpServer

log = logging.getLogger("mailkit.smtp")
_HOST_NAME = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")


async def connect(server: SmtpServer) -> aiosmtplib.SMTP:
    """A connection with TLS up as the server's setting demands, after EHLO, not authenticated.

    Raises:
        ConnectError, NetworkTimeoutError, CertificateError, TlsError, TlsUnavailableError, CommandRefusedError.
    """
    context = None if server.tls == "insecure" else await asyncio.to_thread(tls.context, server.ca_file)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls == "implicit",
        start_tls=False,
        tls_context=context,
        local_hostname=server.local_hostname or _local_name(),
        timeout=server.read_timeout,
    )
    try:
        await _open(client, server)
        await _greet(client)
        if server.tls == "starttls":
            await _start_tls(client, server)
            await _greet(client)
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        raise translated(error, server) from error
    except BaseException:
        client.close()
        raise
    return client


async def _open(client: aiosmtplib.SMTP, server: SmtpServer) -> None:
    if server.tls != "implicit" or server.server_hostname is None:
        await client.connect(timeout=server.connect_timeout)
        return
    # aiosmtplib checks the certificate against the host that it connects to; another name needs a socket of our own.
    address = (server.host, server.port)
    sock = await asyncio.to_thread(socket.create_connection, address, server.connect_timeout)
    sock.setblocking(False)
    await client.connect(hostname=server.name, port=None, sock=sock, timeout=server.connect_timeout)


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


async def _start_tls(client: aiosmtplib.SMTP, server: SmtpServer) -> None:
    if not client.supports_extension("starttls"):
        raise TlsUnavailableError(f"{server.where} does not offer STARTTLS.")
    watch = _Watch(client.protocol)
    cast(asyncio.Transport, client.transport).set_protocol(watch)
    try:
        await client.starttls(server_hostname=server.name)
    except aiosmtplib.SMTPResponseException as error:
        raise TlsUnavailableError(
            f"{server.where} refused STARTTLS: {error.code} {printable(error.message)}"
        ) from error
    if watch.injected:
        raise TlsError(
            f"{server.where} sent plain text after its reply to STARTTLS.",
            hint="Somebody between may be injecting commands. The connection was given up, nothing was sent.",
        )


class _Watch(asyncio.Protocol):
    """Stands between the socket and aiosmtplib during STARTTLS; sees every plain byte. Replaced by the handshake."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._text = b""

    @property
    def injected(self) -> bool:
        """Whether anything came after the last line of the reply."""
        end = 0
        while (stop := self._text.find(b"\n", end)) >= 0:
            line, end = self._text[end : stop + 1], stop + 1
            if line[3:4] != b"-":
                break
        return len(self._text) > end

    def data_received(self, data: bytes) -> None:
        if len(self._text) < 100_000:
            self._text += data
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        kept: bool | None = self._inner.eof_received()
        return kept

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()


def _local_name() -> str:
    """The machine's name if it is a full one, else an address literal; never a DNS look-up, which may hang."""
    name = socket.gethostname()
    return name if _HOST_NAME.fullmatch(name) else "[127.0.0.1]"


def translated(error: Exception, server: SmtpServer) -> Exception:
    """The typed error for what aiosmtplib, the socket or TLS raised while connecting; ours as they are (some of them
    are OSErrors too)."""
    if isinstance(error, MailkitError):
        return error
    where = server.where
    cause = error
    while cause.__cause__ is not None and not isinstance(cause, ssl.SSLError):
        cause = cast(Exception, cause.__cause__)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CertificateError(f"The certificate of {where} cannot be trusted: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        return TlsError(f"No private channel to {where}: {cause.reason or 'TLS failed'}.")
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return NetworkTimeoutError(f"{where} did not answer in time.")
    if isinstance(error, aiosmtplib.SMTPConnectResponseError):
        return ConnectError(f"{where} turned the connection away: {error.code} {printable(error.message)}")
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return DisconnectedError(f"{where} closed the connection.")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = printable(error.message)
        return CommandRefusedError(f"{where} answered {error.code} {text}", reply=text, status=error.code)
    if isinstance(error, aiosmtplib.SMTPConnectError | OSError):
        return ConnectError(f"{where} cannot be reached: {printable(str(cause))}")
    return NetworkError(f"{where}: {type(error).__name__}")


def auth_error(code: int, text: str, server: SmtpServer) -> Exception:
    """The typed error for a refused AUTH, or for a 530 that says AUTH is missing. ``text`` is without
    secrets: see ``mailkit.auth.masked``."""
    where, words = server.where, printable(text, 300)
    if 400 <= code < 500:
        return NetworkError(f"{where} cannot check the credentials now: {code} {words}")
    return AuthError(f"{where} refused the credentials: {code} {words}")

"""SmtpTransport: a batch of messages over one SMTP connection.

Blocking outside; inside it runs on the process's background loop, and everything that belongs to the caller (the
outbox's commits, the token provider) runs on the calling thread (``net.loop.converse``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import aiosmtplib

from mailkit.auth import TokenSource
from mailkit.config import OAuth2
from mailkit.errors import ConfigError, MailkitError
from mailkit.net import guard, loop
from mailkit.transport.base import OnData, OnResult, Outgoing, Result, SkipMessage, judged
from mailkit.transport.connect import connect, log, translated
from mailkit.transport.dialogue import NoConnectionError, StaleError, send_one
from mailkit.transport.login import Mechanism, login

if TYPE_CHECKING:
    from mailkit.auth import Credentials
    from mailkit.config import Account, Password, SmtpServer


class SmtpTransport:
    """Sends over SMTP submission (RFC 6409).

    Args:
        server: where; its ``tls`` is a demand, never a wish.
        username: the login name; "" with ``secret=None``.
        secret: a password or a source of tokens; None sends without AUTH, as a local relay allows.
        mechanism: for tokens; None takes what the server offers, XOAUTH2 first.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        username: str = "",
        secret: Password | TokenSource | None = None,
        mechanism: Mechanism | None = None,
    ) -> None:
        self.server = server
        self.data_timeout = server.content_timeout
        self._username = username
        self._secret = secret
        self._mechanism: Mechanism | None = mechanism

    @classmethod
    def for_account(cls, account: Account, credentials: Credentials) -> SmtpTransport:
        """The transport of an account. An account without credentials sends without AUTH.

        Raises:
            ConfigError: the account has no SMTP server.
            MissingCredentialsError: its token provider is not registered.
        """
        if account.smtp is None:
            raise ConfigError(f"The account {account.name!r} has no SMTP server.")
        if account.credentials is None or account.relays:
            return cls(account.smtp)
        mechanism = account.credentials.mechanism if isinstance(account.credentials, OAuth2) else None
        return cls(account.smtp, username=account.username, secret=credentials.resolve(account), mechanism=mechanism)

    def __repr__(self) -> str:
        return f"SmtpTransport({self.server.host}:{self.server.port}, tls={self.server.tls!r})"

    def send(self, outgoing: Sequence[Outgoing], on_data: OnData, on_result: OnResult | None = None) -> list[Result]:
        """Send a batch, in order, over one connection; see ``Transport.send``.

        A connection that is lost between two messages is made once more; when that fails, the rest of the batch gets
        *retry*.
        """
        if not outgoing:
            return []
        guard.check(f"send over {self.server.host}:{self.server.port}")
        batch = _Batch(self, on_data, on_result)
        return loop.converse(lambda call: batch.run(list(outgoing), call), what="Sending")

    def check(self) -> None:
        """Connect, authenticate and quit, without sending anything.

        Raises:
            NetworkError, TlsError, AuthError, ProtocolError: what went wrong.
        """
        guard.check(f"connect to {self.server.host}:{self.server.port}")
        loop.converse(self._check, what="Checking the server")

    async def _check(self, call: loop.CallOut) -> None:
        await _quit(await self.open(call))

    async def open(self, call: loop.CallOut) -> aiosmtplib.SMTP:
        """A connection, authenticated."""
        client = await connect(self.server)
        if self._secret is None:
            return client
        try:
            await login(client, self.server, self._username, self._secret, self._mechanism, call)
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise translated(error, self.server) from error
        except BaseException:
            client.close()
            raise
        return client


class _Batch:
    """One call of ``send``: the connection, and what has become of the messages so far."""

    def __init__(self, transport: SmtpTransport, on_data: OnData, on_result: OnResult | None) -> None:
        self._transport = transport
        self._on_data = on_data
        self._on_result = on_result
        self._client: aiosmtplib.SMTP | None = None
        self._used = False

    async def run(self, outgoing: list[Outgoing], call: loop.CallOut) -> list[Result]:
        results: list[Result] = []
        lost: MailkitError | None = None
        try:
            for number, message in enumerate(outgoing):
                try:
                    result = _unsent(message, lost) if lost else await self._one(message, call)
                except SkipMessage:
                    continue
                except NoConnectionError as absent:
                    if number == 0:
                        raise absent.error from absent.error.__cause__
                    lost = absent.error
                    result = _unsent(message, lost)
                results.append(result)
                if self._on_result is not None:
                    await call(self._on_result, result)
        except BaseException:
            if self._client is not None:
                self._client.close()
            raise
        if self._client is not None:
            await _quit(self._client)
        return results

    async def _one(self, message: Outgoing, call: loop.CallOut) -> Result:
        for _ in range(2):
            if self._client is None or not self._client.is_connected:
                self._client, self._used = await self._open(call), False
            reused, self._used = self._used, True
            try:
                return await send_one(
                    self._client,
                    message,
                    self._on_data,
                    call,
                    reused=reused,
                    data_timeout=self._transport.data_timeout,
                )
            except StaleError:
                log.info("%r: connection ended by the server, connecting again", self._transport)
                self._client.close()
        raise AssertionError("a fresh connection is never stale")

    async def _open(self, call: loop.CallOut) -> aiosmtplib.SMTP:
        try:
            return await self._transport.open(call)
        except MailkitError as error:
            raise NoConnectionError(error) from error


def _unsent(message: Outgoing, error: MailkitError) -> Result:
    verdicts, _ = judged(message.envelope.recipients, None, error.message, content_sent=False)
    return Result(message.id, verdicts, error.message)


async def _quit(client: aiosmtplib.SMTP) -> None:
    """End politely, at most five seconds and never longer than for any other reply; everything that matters is
    settled already."""
    if not client.is_connected:
        return
    try:
        await client.quit(timeout=min(5.0, client.timeout or 5.0))
    except (aiosmtplib.SMTPException, OSError) as error:
        log.debug("QUIT: %s", type(error).__name__)
    finally:
        client.close()

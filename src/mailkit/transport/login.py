"""AUTH (RFC 4954): one mechanism, one attempt.

aiosmtplib's ``login`` tries every mechanism after a failure, which counts as three wrong passwords and locks accounts.
Here the first of PLAIN, LOGIN, CRAM-MD5 that the server offers is used; the next one only when the server says that it
does not know the mechanism (504, 534). With a token: XOAUTH2 or OAUTHBEARER, and once more with a fresh token when the
server refuses the first.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import aiosmtplib

from mailkit.auth import TokenSource, bearer, choose, masked, refusal_answer
from mailkit.errors import AuthError, UnsupportedError
from mailkit.net.loop import CallOut
from mailkit.transport.connect import auth_error, log

if TYPE_CHECKING:
    from mailkit.config import Password, SmtpServer

Mechanism = Literal["xoauth2", "oauthbearer"]
_UNKNOWN_MECHANISM = (504, 534)


async def login(
    client: aiosmtplib.SMTP,
    server: SmtpServer,
    username: str,
    secret: Password | TokenSource,
    mechanism: Mechanism | None,
    call: CallOut,
) -> None:
    """Authenticate.

    Args:
        call: runs the token provider on the caller's thread; it may block.

    Raises:
        AuthError: the credentials were refused.
        UnsupportedError: the server offers no mechanism that serves.
        NetworkError: the server cannot check them now (4xx).
    """
    offered = frozenset(name.upper() for name in client.server_auth_methods)
    used: list[str] = []
    try:
        if isinstance(secret, TokenSource):
            await _with_token(client, server, username, secret, choose(offered, mechanism), call, used)
        else:
            used.append(secret.password.get_secret_value())
            await _with_password(client, server, username, used[0], offered)
    except aiosmtplib.SMTPResponseException as error:
        # Some servers repeat what they refuse.
        words = masked(str(error.message), *used)
        if isinstance(error, aiosmtplib.SMTPAuthenticationError):
            raise auth_error(error.code, words, server) from None
        raise aiosmtplib.SMTPResponseException(error.code, words) from None
    log.debug("%s:%s authenticated", server.host, server.port)


async def _with_password(
    client: aiosmtplib.SMTP, server: SmtpServer, username: str, password: str, offered: frozenset[str]
) -> None:
    attempts = [
        ("PLAIN", client.auth_plain),
        ("LOGIN", client.auth_login),
        ("CRAM-MD5", client.auth_crammd5),
    ]
    usable = [(name, attempt) for name, attempt in attempts if name in offered]
    if not usable:
        raise UnsupportedError(
            f"{server.where} offers no way to log in with a password.",
            hint="Many providers want OAuth 2.0; some offer AUTH only on the submission ports 587 and 465.",
        )
    for number, (name, attempt) in enumerate(usable):
        log.debug("%s:%s AUTH %s …", server.host, server.port, name)
        try:
            await attempt(username, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            if error.code not in _UNKNOWN_MECHANISM or number == len(usable) - 1:
                raise
        else:
            return


async def _with_token(
    client: aiosmtplib.SMTP,
    server: SmtpServer,
    username: str,
    source: TokenSource,
    name: str,
    call: CallOut,
    used: list[str],
) -> None:
    get: Callable[[object], str] = lambda _: source.get()  # noqa: E731
    token = await call(get, None)
    for last in (False, True):
        used.append(token)
        log.debug("%s:%s AUTH %s …", server.host, server.port, name)
        try:
            await _bearer(client, server, username, token, name)
        except aiosmtplib.SMTPAuthenticationError as error:
            if not 500 <= error.code <= 599:
                raise
            source.refused(token)
            fresh = token if last else await call(get, None)
            if fresh == token or not client.is_connected:
                raise
            token = fresh
        else:
            return
    raise AuthError(f"{server.where} refused the token.")


async def _bearer(client: aiosmtplib.SMTP, server: SmtpServer, username: str, token: str, name: str) -> None:
    first = base64.b64encode(bearer(name, username, token, server.host, server.port))
    response = await client.execute_command(b"AUTH", name.encode("ascii"), first)
    if response.code == 334:
        # The challenge is the reason, as JSON; the server refuses properly after an (empty) answer.
        response = await client.execute_command(base64.b64encode(refusal_answer(name)))
    if response.code != 235:
        raise aiosmtplib.SMTPAuthenticationError(response.code, response.message)

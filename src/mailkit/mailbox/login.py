"""From an account to a logged-in connection: connect, make the channel private, authenticate.

Nothing secret is sent before the channel is private. A server that greets with PREAUTH, offers no STARTTLS, refuses
it, or lets plain text slip in before TLS is an error, never a reason to go on in plain text.
"""

from __future__ import annotations

import ssl

from mailkit import auth
from mailkit.config import Account, ImapServer, Password
from mailkit.errors import AuthError, ConfigError, MailkitError, TlsError, TlsUnavailableError, UnsupportedError
from mailkit.net import guard, tls
from mailkit.providers import Provider
from mailkit.words import Limits

from .arguments import check, quoted
from .connection import GuardedClient, GuardedIMAP4
from .failures import login_refusal, translated


def connect(account: Account, provider: Provider, limits: Limits, credentials: auth.Credentials) -> GuardedClient:
    """A connection that is logged in. An access token that is refused is asked for once more.

    Raises:
        ConfigError: the account has no IMAP server, no credentials, or an unknown token provider.
        ConnectError, DisconnectedError, NetworkTimeoutError: the server was not reached or went away.
        TlsError: no private channel; nothing secret was sent.
        AuthError: the credentials were refused.
        UnsupportedError: no common way to log in.
    """
    if account.imap is None:
        raise ConfigError(f"The account {account.name!r} has no IMAP server.")
    guard.check(f"connect to {account.imap.host}")
    secret = credentials.resolve(account)
    if isinstance(secret, Password):
        return _connect_once(account, account.imap, provider, limits, secret.password.get_secret_value(), None)
    token = secret.get()
    mechanism = getattr(account.credentials, "mechanism", None) or provider.oauth_mechanism
    try:
        return _connect_once(account, account.imap, provider, limits, token, mechanism or "")
    except AuthError:
        secret.refused(token)
        return _connect_once(account, account.imap, provider, limits, secret.get(), mechanism or "")


def _connect_once(
    account: Account,
    server: ImapServer,
    provider: Provider,
    limits: Limits,
    secret: str,
    mechanism: str | None,
) -> GuardedClient:
    client = _open(server, limits)
    client.wire.secrets = (secret,)
    try:
        with translated(f"log in to {server.where}"), client.wire.secret():
            if client.wire.state == "NONAUTH":
                _authenticate(client, account.username, secret, mechanism, provider)
        _after_login(client, provider)
    except MailkitError as error:
        client.wire.shutdown()
        # Some servers repeat what they refuse.
        raise auth.without(error, secret) from None
    except BaseException:
        client.wire.shutdown()
        raise
    return client


def _open(server: ImapServer, limits: Limits) -> GuardedClient:
    context: ssl.SSLContext | None = None if server.tls == "insecure" else tls.context(server.ca_file)
    with translated(f"connect to {server.where}", connecting=True):
        client = GuardedClient(server, limits, context)
    try:
        if server.tls == "starttls" and context is not None:
            _start_tls(client, context, server)
    except BaseException:
        client.wire.shutdown()
        raise
    return client


def _start_tls(client: GuardedClient, context: ssl.SSLContext, server: ImapServer) -> None:
    if client.wire.state != "NONAUTH":
        # RFC 9051 section 7.1.4: after PREAUTH no STARTTLS is possible, which is how it is prevented by an attacker.
        raise TlsError(f"{server.where} greets as already logged in, so no private channel can be made.")
    if "STARTTLS" not in client.offered():
        raise TlsUnavailableError(f"{server.where} does not offer STARTTLS.")
    with translated(f"start TLS with {server.where}"):
        client.wire.starttls(context)
    client.forget_capabilities()


def _authenticate(client: GuardedClient, username: str, secret: str, mechanism: str | None, provider: Provider) -> None:
    """``mechanism`` None: ``secret`` is a password; ``""``: a token, the server's choice of mechanism."""
    wire = client.wire
    offered = client.offered()
    sasl = frozenset(c.removeprefix("AUTH=") for c in offered if c.startswith("AUTH="))
    if mechanism is not None:
        name = auth.choose(sasl, mechanism or None)
        message = auth.bearer(name, username, secret, client.host, client.port)
        _sasl(wire, username, name, message, auth.refusal_answer(name))
    elif "PLAIN" in sasl and not (provider.login_command and "LOGINDISABLED" not in offered):
        _sasl(wire, username, "PLAIN", auth.plain(username, secret), b"")
    elif "LOGINDISABLED" not in offered:
        _login(wire, username, secret)
    else:
        raise UnsupportedError("The server takes no passwords on this connection (LOGINDISABLED, no AUTH=PLAIN).")


def _sasl(wire: GuardedIMAP4, username: str, mechanism: str, message: bytes, answer: bytes) -> None:
    challenges: list[bytes] = []

    def respond(challenge: bytes) -> bytes:
        challenges.append(challenge)
        if len(challenges) > 3:
            raise AuthError("The server asks again and again for credentials.")
        return message if len(challenges) == 1 else answer

    status, text = wire.run("AUTHENTICATE", mechanism, literal=respond)
    if status != "OK":
        reason = auth.refusal_text(challenges[-1]) if len(challenges) > 1 else ""
        raise login_refusal(wire.server.where, username, text, message, reason)
    wire.state = "AUTH"


def _login(wire: GuardedIMAP4, username: str, password: str) -> None:
    check(username, "user name")
    check(password, "password")
    if not username.isascii():
        raise UnsupportedError("The user name is not ASCII and the server does not offer AUTH=PLAIN.")
    name, secret = quoted(username.encode("ascii")), password.encode("utf-8")
    if secret.isascii():
        status, text = wire.run("LOGIN", name, quoted(secret))
    else:
        status, text = wire.run("LOGIN", name, literal=secret)
    if status != "OK":
        raise login_refusal(wire.server.where, username, text, secret)
    wire.state = "AUTH"


def _after_login(client: GuardedClient, provider: Provider) -> None:
    """Ask for the capabilities again, name ourselves, enable what the provider's data say."""
    with translated(f"ask {client.wire.server.where} for its capabilities"):
        client.forget_capabilities()
        offered = client.offered()
        if "ID" in offered:  # some providers refuse SELECT before ID
            client.wire.run("ID", '("name" "mailkit")')
        wanted = [name for name in provider.enable if name in offered]
        if wanted and "ENABLE" in offered:
            client.wire.run("ENABLE", *wanted)

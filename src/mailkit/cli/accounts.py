"""From the options of ``mailkit account add`` to an Account. Passwords never come from an argument."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from mailkit.cli.context import read_text
from mailkit.config import Account, ImapServer, OAuth2, Password, SmtpServer
from mailkit.errors import ConfigError, MissingCredentialsError

_LONGEST_SECRET = 10_000
_TLS = ("implicit", "starttls", "insecure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said on the command line."""

    address: str | None = None
    name: str | None = None
    display_name: str = ""
    alias: list[str] | None = None
    provider: str | None = None
    host: str | None = None
    imap: str | None = None
    imap_tls: str | None = None
    smtp: str | None = None
    smtp_tls: str | None = None
    ca_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None
    password_stdin: bool = False
    no_password: bool = False
    token_provider: str | None = None
    authserv_id: list[str] | None = None
    verify_dkim: bool | None = None
    folder: list[str] | None = None
    saves_sent: bool | None = None
    url: str | None = None
    from_env: str | None = None


def account_of(given: Given) -> Account:
    """The account.

    Raises:
        ConfigError, InjectionError, MissingCredentialsError: what was said makes none.
    """
    if given.from_env is not None:
        return _with(Account.from_env(given.from_env), given)
    if given.url is not None:
        return _from_url(given, given.url)
    if given.address is None:
        raise ConfigError("Which account? No address was given.", hint="Give its address, --url or --from-env.")
    if given.provider is not None:
        return _at_provider(given, given.address, given.provider)
    return _by_hand(given, given.address)


def _extras(given: Given) -> dict[str, Any]:
    """What is said beside servers and credentials."""
    extras: dict[str, Any] = {
        "name": given.name,
        "display_name": given.display_name,
        "aliases": tuple(given.alias or ()),
        "authserv_ids": tuple(given.authserv_id or ()),
        "verify_dkim": given.verify_dkim,
        "folders": tuple(given.folder or ()),
        "saves_sent": given.saves_sent,
    }
    return {key: value for key, value in extras.items() if value not in (None, "", ())}


def _with(account: Account, given: Given) -> Account:
    """An account with the options that go with every kind."""
    changes = _extras(given)
    return Account(**{**{name: getattr(account, name) for name in type(account).model_fields}, **changes})


def _from_url(given: Given, url: str) -> Account:
    if _has_password(url):
        raise ConfigError(
            "The URL holds a password, which other users of this machine can read on the command line.",
            hint="Leave it out and use --password-file, --password-stdin or the prompt.",
        )
    account = _with(Account.from_url(url, name=given.name), given)
    return account if account.credentials is not None else _with_credentials(account, given)


def _has_password(url: str) -> bool:
    try:
        return urlsplit(url).password is not None
    except ValueError:
        return False  # from_url says what is wrong with it


def _with_credentials(account: Account, given: Given) -> Account:
    fields = {name: getattr(account, name) for name in type(account).model_fields}
    return Account(**{**fields, "credentials": _credentials(given, given.username or account.username)})


def _at_provider(given: Given, address: str, provider: str) -> Account:
    servers: dict[str, Any] = {}
    if given.imap is not None:
        servers["imap"] = _imap(given)
    if given.smtp is not None:
        servers["smtp"] = _smtp(given)
    return Account.for_provider(
        provider, address, credentials=_credentials(given, given.username), host=given.host, **servers, **_extras(given)
    )


def _by_hand(given: Given, address: str) -> Account:
    if given.imap is None and given.smtp is None:
        raise ConfigError(
            "Neither servers nor a provider were given.",
            hint="Give --imap HOST and --smtp HOST, or --provider NAME.",
        )
    return Account(
        address=address,
        imap=_imap(given) if given.imap is not None else None,
        smtp=_smtp(given) if given.smtp is not None else None,
        credentials=_credentials(given, given.username),
        **_extras(given),
    )


def _imap(given: Given) -> ImapServer:
    return ImapServer(**_server(given.imap or "", given.imap_tls, given.ca_file, "--imap"))


def _smtp(given: Given) -> SmtpServer:
    return SmtpServer(**_server(given.smtp or "", given.smtp_tls, given.ca_file, "--smtp"))


def _server(where: str, tls: str | None, ca_file: Path | None, option: str) -> Mapping[str, Any]:
    host, port = _host_port(where, option)
    if ca_file is not None and not ca_file.is_file():
        raise ConfigError(f"There is no CA file {ca_file}.")
    server: dict[str, Any] = {"host": host, "tls": _tls(tls, option)}
    if port is not None:
        server["port"] = port
    if ca_file is not None and tls != "insecure":
        server["ca_file"] = ca_file.absolute()
    return server


def _tls(text: str | None, option: str) -> Literal["implicit", "starttls", "insecure"] | None:
    for mode in _TLS:
        if text == mode:
            return mode  # type: ignore[return-value]
    if text is None:
        return None
    raise ConfigError(f"{option}-tls is {text!r}.", hint=f"It is one of {', '.join(_TLS)}.")


def _host_port(where: str, option: str) -> tuple[str, int | None]:
    """``imap.acme.example``, ``imap.acme.example:993``, ``[::1]:993``."""
    host, port = where, ""
    if where.startswith("["):
        host, _, rest = where[1:].partition("]")
        port = rest.removeprefix(":")
    elif where.count(":") == 1:
        host, _, port = where.partition(":")
    if not port:
        return host, None
    if not (port.isascii() and port.isdigit()):
        raise ConfigError(f"{option} {where!r} has no number after the colon.", hint="Write HOST or HOST:PORT.")
    return host, int(port)


def _credentials(given: Given, username: str | None) -> Password | OAuth2 | None:
    if given.token_provider is not None:
        return OAuth2(username=username, token_provider=given.token_provider)
    if given.no_password:
        return None
    return Password(_secret(given), username=username)


def _secret(given: Given) -> str:
    if given.password_stdin and given.password_file is not None:
        raise ConfigError("--password-file and --password-stdin were both given.")
    if given.password_file is not None:
        return _checked(read_text(given.password_file, "The password file"))
    if given.password_stdin:
        return _checked(sys.stdin.read(_LONGEST_SECRET + 2))
    if os.environ.get("MAILKIT_PASSWORD"):
        return os.environ["MAILKIT_PASSWORD"]
    if sys.stdin.isatty():
        from getpass import getpass

        return _checked(getpass(f"Password of {given.username or given.address or 'the account'}: "))
    raise MissingCredentialsError(
        "No password was given, and there is no terminal to ask at.",
        hint="Use --password-file, --password-stdin, MAILKIT_PASSWORD, --token-provider or --no-password.",
    )


def _checked(text: str) -> str:
    """A secret without the line break at its end."""
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret or len(secret) > _LONGEST_SECRET:
        raise ConfigError("The password is empty or too long.")
    return secret

"""From the options of ``mailkit account add`` to an Account. Passwords never come from an argument."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mailkit.cli.context import read_text
from mailkit.config import Account, DkimKey, ImapServer, OAuth2, Password, SmtpServer
from mailkit.errors import ConfigError, MissingCredentialsError

_LONGEST_SECRET = 10_000
_TLS = ("implicit", "starttls", "insecure")
_MECHANISMS = ("xoauth2", "oauthbearer")
#: What a URL and the environment say themselves.
_SAID_THERE = {"provider", "host", "imap", "imap_tls", "smtp", "smtp_tls"}


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
    imap_server_hostname: str | None = None
    smtp: str | None = None
    smtp_tls: str | None = None
    smtp_server_hostname: str | None = None
    smtp_local_hostname: str | None = None
    smtp_login: bool | None = None
    smtp_data_timeout: float | None = None
    connect_timeout: float | None = None
    read_timeout: float | None = None
    ca_file: Path | None = None
    username: str | None = None
    password_file: Path | None = None
    password_stdin: bool = False
    no_password: bool = False
    token_provider: str | None = None
    mechanism: str | None = None
    authserv_id: list[str] | None = None
    verify_dkim: bool | None = None
    folder: list[str] | None = None
    saves_sent: bool | None = None
    dkim_key_file: list[Path] | None = None
    dkim_selector: list[str] | None = None
    dkim_domain: str | None = None
    url: str | None = None
    from_env: str | None = None


def account_of(given: Given) -> Account:
    """The account.

    Raises:
        ConfigError, InjectionError, MissingCredentialsError: what was said makes none.
    """
    if given.from_env is not None:
        return _with(Account.from_env(given.from_env), given, "--from-env")
    if given.url is not None:
        return _from_url(given, given.url)
    if given.address is None:
        raise ConfigError("Which account? No address was given.", hint="Give its address, --url or --from-env.")
    if given.provider is not None:
        return _with(_at_provider(given, given.address, given.provider), given)
    return _with(_by_hand(given, given.address), given)


def _with(account: Account, given: Given, whence: str = "") -> Account:
    """An account with the options that go with every kind."""
    said = {one.name for one in fields(given) if getattr(given, one.name) is not None}
    if whence and (twice := sorted(said & _SAID_THERE)):
        raise ConfigError(f"{whence} and {_option(twice[0])} were both given.", hint="Give one or the other.")
    for part, server in (("imap_", account.imap), ("smtp_", account.smtp)):
        if server is None and (of_none := sorted(one for one in said if one.startswith(part))):
            raise ConfigError(f"{_option(of_none[0])} was given, and there is no {part[:-1].upper()} server.")
    extras: dict[str, Any] = {
        "name": given.name,
        "display_name": given.display_name,
        "aliases": tuple(given.alias or ()),
        "authserv_ids": tuple(given.authserv_id or ()),
        "verify_dkim": given.verify_dkim,
        "folders": tuple(given.folder or ()),
        "saves_sent": given.saves_sent,
        "dkim": _dkim(given, account),
        "imap": _server_with(account.imap, given, "imap"),
        "smtp": _server_with(account.smtp, given, "smtp"),
    }
    return _changed(account, {key: value for key, value in extras.items() if value not in (None, "", ())})


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _changed(account: Account, changes: Mapping[str, Any]) -> Account:
    """The account with other values, checked as a new one."""
    return Account(**{**{name: getattr(account, name) for name in type(account).model_fields}, **changes})


def _server_with(server: ImapServer | SmtpServer | None, given: Given, part: str) -> Mapping[str, Any] | None:
    if server is None:
        return None
    ca_file = given.ca_file
    if ca_file is not None and not ca_file.is_file():
        raise ConfigError(f"There is no CA file {ca_file}.")
    changes = {
        "ca_file": ca_file.absolute() if ca_file is not None and server.tls != "insecure" else None,
        "connect_timeout": given.connect_timeout,
        "read_timeout": given.read_timeout,
    }
    for key in ("server_hostname", "local_hostname", "login", "data_timeout"):
        changes[key] = getattr(given, f"{part}_{key}", None)
    said = {key: value for key, value in changes.items() if value is not None}
    return {**{name: getattr(server, name) for name in type(server).model_fields}, **said}


def _dkim(given: Given, account: Account) -> tuple[DkimKey, ...]:
    files, selectors = given.dkim_key_file or [], given.dkim_selector or []
    if len(files) != len(selectors):
        raise ConfigError(
            f"{len(files)} DKIM keys were given, and {len(selectors)} selectors.",
            hint="Give --dkim-key-file FILE and --dkim-selector NAME once for each key.",
        )
    if given.dkim_domain is not None and not files:
        raise ConfigError("--dkim-domain was given without a key.", hint="Give --dkim-key-file and --dkim-selector.")
    domain = given.dkim_domain or account.address.rpartition("@")[2]
    return tuple(
        DkimKey(domain=domain, selector=selector, private_key=read_text(file, "The DKIM key"))  # type: ignore[arg-type]
        for file, selector in zip(files, selectors, strict=True)
    )


def _from_url(given: Given, url: str) -> Account:
    if _has_password(url):
        raise ConfigError(
            "The URL holds a password, which other users of this machine can read on the command line.",
            hint="Leave it out and use --password-file, --password-stdin or the prompt.",
        )
    account = _with(Account.from_url(url, name=given.name), given, "--url")
    if account.credentials is not None:
        return account
    return _changed(account, {"credentials": _credentials(given, given.username or account.username)})


def _has_password(url: str) -> bool:
    try:
        return urlsplit(url).password is not None
    except ValueError:
        return False  # from_url says what is wrong with it


def _at_provider(given: Given, address: str, provider: str) -> Account:
    servers: dict[str, Any] = {}
    if given.imap is not None:
        servers["imap"] = _imap(given)
    if given.smtp is not None:
        servers["smtp"] = _smtp(given)
    return Account.for_provider(
        provider, address, credentials=_credentials(given, given.username), host=given.host, **servers
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
    )


def _imap(given: Given) -> ImapServer:
    return ImapServer(**_server(given.imap or "", given.imap_tls, "--imap"))


def _smtp(given: Given) -> SmtpServer:
    return SmtpServer(**_server(given.smtp or "", given.smtp_tls, "--smtp"))


def _server(where: str, tls: str | None, option: str) -> Mapping[str, Any]:
    host, port = _host_port(where, option)
    server: dict[str, Any] = {"host": host, "tls": _one_of(tls, _TLS, f"{option}-tls")}
    if port is not None:
        server["port"] = port
    return server


def _one_of(text: str | None, known: tuple[str, ...], option: str) -> Any:
    if text is not None and text not in known:
        raise ConfigError(f"{option} is {text!r}.", hint=f"It is one of {', '.join(known)}.")
    return text


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
        mechanism = _one_of(given.mechanism, _MECHANISMS, "--mechanism")
        return OAuth2(username=username, token_provider=given.token_provider, mechanism=mechanism)
    if given.mechanism is not None:
        raise ConfigError("--mechanism says how to log in with OAuth 2.0.", hint="Give --token-provider NAME, too.")
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

"""Accounts from one URL. See ``Account.from_url``."""

from __future__ import annotations

from difflib import get_close_matches
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from mailkit import providers
from mailkit.errors import ConfigError

from ._build import make
from .account import Account
from .base import clean

_SCHEMES = {"imaps": "implicit", "imap": "starttls", "smtps": "implicit", "smtp": "starttls"}
_PORTS = {"imaps": 993, "imap": 143, "smtps": 465, "smtp": 587}
_LISTS = ("aliases", "authserv_ids", "folders")
_SWITCHES = ("verify_dkim", "saves_sent")
_SMTP_ONLY = ("login", "local_hostname", "data_timeout")
_KEYS = {
    "smtp", "address", "name", "display_name", "provider", "tls", "smtp_tls", "server_hostname", "smtp_server_hostname",
    "ca_file", "token_provider", "mechanism", "connect_timeout", "read_timeout",
    *_LISTS, *_SWITCHES, *(f"smtp_{key}" for key in _SMTP_ONLY),
}  # fmt: skip
_HINT = "Write imaps://user:password@host/?smtp=smtps://host with user and password percent-encoded."


def account_from_url(cls: type[Account], url: str, name: str | None) -> Account:
    """The account of an ``imaps``, ``imap``, ``smtps`` or ``smtp`` URL."""
    parts = _split(url, tuple(_SCHEMES))
    query = _query(parts)
    fields: dict[str, object] = {}
    first = parts.scheme[:4]
    _refuse_idle(query, first)
    fields[first] = _server(parts, query.get("tls"), query.get("server_hostname"), query)
    if "smtp" in query:
        if first == "smtp":
            raise ConfigError("The account's URL names two SMTP servers.", hint=_HINT)
        smtp = _split(query["smtp"], ("smtps", "smtp"))
        if smtp.username or smtp.password:
            raise ConfigError("The smtp URL inside the account's URL holds a user; give it once.", hint=_HINT)
        fields["smtp"] = _server(smtp, query.get("smtp_tls"), query.get("smtp_server_hostname"), query)
    username = unquote(parts.username or "")
    fields["address"] = query.get("address") or username
    if not fields["address"]:
        raise ConfigError("The account's URL names neither a user nor an address.", hint=_HINT)
    fields["name"] = name or query.get("name") or ""
    fields["credentials"] = _credentials(parts, username, query)
    fields["provider"] = query.get("provider") or providers.for_host(parts.hostname or "").name
    fields["display_name"] = query.get("display_name", "")
    fields |= {key: query[key] for key in _SWITCHES if key in query}
    for key in _LISTS:
        fields[key] = tuple(part.strip() for part in query.get(key, "").split(",") if part.strip())
    return make(cls, fields)


def _split(url: str, schemes: tuple[str, ...]) -> SplitResult:
    # urlsplit drops tabs and line breaks in silence: look before it does.
    if not isinstance(url, str):
        raise ConfigError(f"The account's URL is a {type(url).__name__} and not a text.", hint=_HINT)
    clean(url, "account's URL", limit=20_000)
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise ConfigError("The account's URL cannot be read: host or port is wrong.", hint=_HINT) from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ConfigError(f"The account's URL must begin with {' or '.join(s + '://' for s in schemes)}.", hint=_HINT)
    if parts.path not in ("", "/") or parts.fragment:
        raise ConfigError(
            "The account's URL has a path or '#': percent-encode '/', '#' and '?' in user and password.", hint=_HINT
        )
    return parts


def _query(parts: SplitResult) -> dict[str, str]:
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    found: dict[str, str] = {}
    for number, (key, value) in enumerate(pairs, 1):
        if key not in _KEYS:
            raise _unknown(key, number)
        if key in found:
            raise ConfigError(f"The account's URL gives {key!r} twice.")
        found[key] = value
    return found


def _unknown(key: str, number: int) -> ConfigError:
    """A '?' inside a password makes the rest of it look like a setting: only what is nearly one is quoted."""
    near = get_close_matches(key[:40], _KEYS, 1, 0.75)
    if near:
        return ConfigError(f"The account's URL has an unknown setting {key[:40]!r}.", hint=f"Did you mean {near[0]!r}?")
    return ConfigError(
        f"The account's URL has an unknown setting, number {number} after the '?'.",
        hint=f"Percent-encode '?' in user and password. Known: {', '.join(sorted(_KEYS))}.",
    )


def _refuse_idle(query: dict[str, str], first: str) -> None:
    """Settings of what the URL does not speak of would be left out without a word."""
    of_second = ("smtp_tls", "smtp_server_hostname")
    of_smtp = tuple(f"smtp_{key}" for key in _SMTP_ONLY)
    idle = [key for key in of_second if key in query and "smtp" not in query]
    idle += [key for key in of_smtp if key in query and "smtp" not in query and first != "smtp"]
    if idle:
        raise ConfigError(
            f"The account's URL gives {idle[0]!r} and no smtp= server.",
            hint="Leave smtp_ off where the URL begins with smtp." if first == "smtp" else _HINT,
        )
    if "mechanism" in query and "token_provider" not in query:
        raise ConfigError("The account's URL gives 'mechanism' and no token_provider, which it is for.", hint=_HINT)


def _server(
    parts: SplitResult, tls: str | None, server_hostname: str | None, query: dict[str, str]
) -> dict[str, object]:
    if tls is not None and (tls != "insecure" or _SCHEMES[parts.scheme] == "implicit"):
        raise ConfigError(
            "tls= and smtp_tls= in the account's URL say only 'insecure', with imap:// or smtp://.", hint=_HINT
        )
    server: dict[str, object] = {
        "host": parts.hostname,
        "port": parts.port or _PORTS[parts.scheme],
        "tls": tls or _SCHEMES[parts.scheme],
        "server_hostname": server_hostname,
    }
    if parts.scheme.startswith("smtp"):
        server |= {key: query[f"smtp_{key}"] for key in _SMTP_ONLY if f"smtp_{key}" in query}
    if query.get("ca_file") and tls is None:
        server["ca_file"] = query["ca_file"]
    for key in ("connect_timeout", "read_timeout"):
        if key in query:
            server[key] = query[key]
    return server


def _credentials(parts: SplitResult, username: str, query: dict[str, str]) -> dict[str, object] | None:
    if "token_provider" in query:
        if parts.password:
            raise ConfigError("The account's URL gives a password and a token provider.", hint=_HINT)
        mechanism = query.get("mechanism")
        return {"username": username or None, "token_provider": query["token_provider"], "mechanism": mechanism}
    if parts.password is None:
        return None
    return {"username": username or None, "password": unquote(parts.password)}

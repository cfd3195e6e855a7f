"""Accounts from environment variables. See ``Account.from_env``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mailkit import providers
from mailkit.errors import ConfigError

from ._build import make
from ._url import account_from_url
from .account import Account

PREFIX = "MAILKIT_ACCOUNT_"
_SECRETS = ("PASSWORD", "URL", "DKIM_KEY")
_SERVER_KEYS = ("HOST", "PORT", "TLS", "SERVER_HOSTNAME")
_SMTP_KEYS = ("LOGIN", "LOCAL_HOSTNAME", "DATA_TIMEOUT")
_LISTS = ("ALIASES", "AUTHSERV_IDS", "FOLDERS")
_SWITCHES = ("VERIFY_DKIM", "SAVES_SENT")
_KEYS = frozenset(
    {
        "ADDRESS", "USERNAME", "PROVIDER", "CA_FILE", "TOKEN_PROVIDER", "MECHANISM", "DISPLAY_NAME",
        "CONNECT_TIMEOUT", "READ_TIMEOUT", "DKIM_DOMAIN", "DKIM_SELECTOR", *_LISTS, *_SWITCHES,
    }
    | {f"{part}_{key}" for part in ("IMAP", "SMTP") for key in _SERVER_KEYS}
    | {f"SMTP_{key}" for key in _SMTP_KEYS}
    | {key + suffix for key in _SECRETS for suffix in ("", "_FILE")}
)  # fmt: skip
_MAX_SECRET = 20_000


def variable_prefix(name: str) -> str:
    """``sales`` -> ``MAILKIT_ACCOUNT_SALES_``; characters that a variable cannot have become ``_``."""
    return PREFIX + "".join(c.upper() if c.isascii() and c.isalnum() else "_" for c in name) + "_"


def account_from_env(cls: type[Account], name: str, prefix: str | None, environ: Mapping[str, str] | None) -> Account:
    """The account whose variables begin with ``prefix``."""
    prefix = prefix or variable_prefix(name)
    given = {k.removeprefix(prefix): v for k, v in (environ or os.environ).items() if k.startswith(prefix)}
    if not given:
        raise ConfigError(
            f"No variable begins with {prefix}.", hint=f"Set {prefix}ADDRESS and the rest, or {prefix}URL."
        )
    unknown = sorted(set(given) - _KEYS)
    if unknown:
        raise ConfigError(
            f"The variable {prefix}{unknown[0]} is not known.", hint=f"Known: {', '.join(sorted(_KEYS))}."
        )
    secrets = {key: _secret(given, key, prefix) for key in _SECRETS}
    url = secrets["URL"]
    if url is not None:
        others = sorted(k for k in given if not k.startswith("URL"))
        if others:
            raise ConfigError(f"{prefix}URL and {prefix}{others[0]} are both set.", hint="Give one or the other.")
        return account_from_url(cls, url, name)
    _refuse_idle(given, prefix)
    return _from_variables(cls, name, prefix, given, secrets)


def _refuse_idle(given: Mapping[str, str], prefix: str) -> None:
    """A variable that belongs to another one, which is not set, would be left out without a word."""
    needs: dict[str, tuple[str, ...]] = {"MECHANISM": ("TOKEN_PROVIDER",)}
    needs |= dict.fromkeys(("DKIM_DOMAIN", "DKIM_SELECTOR"), ("DKIM_KEY", "DKIM_KEY_FILE"))
    needs |= {f"{part}_{key}": (f"{part}_HOST", "PROVIDER") for part in ("IMAP", "SMTP") for key in _SERVER_KEYS}
    needs |= {f"SMTP_{key}": ("SMTP_HOST", "PROVIDER") for key in _SMTP_KEYS}
    for key, others in needs.items():
        if given.get(key) and not any(given.get(other) for other in others):
            raise ConfigError(
                f"{prefix}{key} is set, and {prefix}{others[0]} is not.", hint="Set that too, or neither of them."
            )


def names_in_env(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The names of all accounts in the environment, lower case, sorted."""
    found = set()
    for key in environ or os.environ:
        for suffix in ("_ADDRESS", "_URL", "_URL_FILE"):
            if key.startswith(PREFIX) and key.endswith(suffix) and len(key) > len(PREFIX) + len(suffix):
                found.add(key[len(PREFIX) : -len(suffix)].lower())
    return tuple(sorted(found))


def _from_variables(
    cls: type[Account], name: str, prefix: str, given: Mapping[str, str], secrets: Mapping[str, str | None]
) -> Account:
    if not given.get("ADDRESS"):
        raise ConfigError(f"The variable {prefix}ADDRESS is not set.", hint="Set it to the account's mail address.")
    fields: dict[str, object] = {"name": name, "address": given["ADDRESS"]}
    fields["display_name"] = given.get("DISPLAY_NAME", "")
    for key in _LISTS:
        fields[key.lower()] = tuple(part.strip() for part in given.get(key, "").split(",") if part.strip())
    fields |= {key.lower(): given[key] for key in _SWITCHES if given.get(key)}
    username, password = given.get("USERNAME") or None, secrets["PASSWORD"]
    if secrets["DKIM_KEY"] is not None:
        domain = given.get("DKIM_DOMAIN") or given["ADDRESS"].rpartition("@")[2]
        fields["dkim"] = (
            {"domain": domain, "selector": given.get("DKIM_SELECTOR", ""), "private_key": secrets["DKIM_KEY"]},
        )
    if given.get("TOKEN_PROVIDER"):
        if password is not None:
            raise ConfigError(
                f"{prefix}PASSWORD and {prefix}TOKEN_PROVIDER are both set.", hint="Give one or the other."
            )
        mechanism = given.get("MECHANISM") or None
        fields["credentials"] = {
            "username": username,
            "token_provider": given["TOKEN_PROVIDER"],
            "mechanism": mechanism,
        }
    elif password is not None:
        fields["credentials"] = {"username": username, "password": password}
    provider = providers.get(given["PROVIDER"]) if given.get("PROVIDER") else None
    fields["provider"] = provider.name if provider else None
    for part in ("imap", "smtp"):
        endpoint = getattr(provider, part, None)
        defaults = {"HOST": endpoint.host, "PORT": endpoint.port, "TLS": endpoint.tls} if endpoint else {}
        fields[part] = _server(part.upper(), given, defaults)
    return make(cls, fields)


def _server(part: str, given: Mapping[str, str], defaults: Mapping[str, object]) -> dict[str, object] | None:
    keys = _SERVER_KEYS + (_SMTP_KEYS if part == "SMTP" else ())
    own = {key: given[f"{part}_{key}"] for key in keys if given.get(f"{part}_{key}")}
    if "PORT" in own and "TLS" not in own:
        defaults = {k: v for k, v in defaults.items() if k != "TLS"}  # another port: its own usual TLS mode
    values = {**defaults, **own}
    if not values.get("HOST"):
        return None
    server: dict[str, object] = {key.lower(): value for key, value in values.items()}
    if given.get("CA_FILE") and server.get("tls") != "insecure":
        server["ca_file"] = given["CA_FILE"]
    for key in ("CONNECT_TIMEOUT", "READ_TIMEOUT"):
        if given.get(key):
            server[key.lower()] = given[key]
    return server


def _secret(given: Mapping[str, str], key: str, prefix: str) -> str | None:
    """The secret itself, or the content of the file named by ``<key>_FILE`` without its last line break."""
    path = given.get(f"{key}_FILE")
    if not path:
        return given.get(key) or None
    if given.get(key):
        raise ConfigError(f"{prefix}{key} and {prefix}{key}_FILE are both set.", hint="Give one or the other.")
    try:
        with Path(path).open(encoding="utf-8") as file:
            text = file.read(_MAX_SECRET + 1)
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"The file named by {prefix}{key}_FILE cannot be read: {type(error).__name__}.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text or len(text) > _MAX_SECRET:
        raise ConfigError(f"The file named by {prefix}{key}_FILE is empty or too long.")
    return text

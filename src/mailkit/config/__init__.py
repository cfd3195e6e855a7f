"""Settings as frozen values: accounts, servers, credentials. Nothing is read but ``*_FILE``."""

from __future__ import annotations

from collections.abc import Mapping

from .account import Account
from .base import Setting
from .credentials import AccessToken, Credentials, DkimKey, OAuth2, Password, TokenCallable
from .servers import ImapServer, Server, SmtpServer, TlsMode

__all__ = [
    "AccessToken",
    "Account",
    "Credentials",
    "DkimKey",
    "ImapServer",
    "OAuth2",
    "Password",
    "Server",
    "Setting",
    "SmtpServer",
    "TlsMode",
    "TokenCallable",
    "accounts_from_env",
    "load",
]


def load(settings: Mapping[str, object]) -> Account:
    """An account from plain data (a parsed TOML, JSON or YAML file), checked like every other.

    Raises:
        ConfigError: a field is missing, unknown or wrong; the message names it and never quotes a secret.
    """
    from ._build import make

    if not all(isinstance(key, str) for key in settings):
        from mailkit.errors import ConfigError

        raise ConfigError("An account's settings are named by strings.")
    return make(Account, settings)


def accounts_from_env(environ: Mapping[str, str] | None = None) -> tuple[Account, ...]:
    """All accounts named in ``MAILKIT_ACCOUNT_<NAME>_ADDRESS`` or ``…_URL`` variables, sorted by name.

    Raises:
        ConfigError: one of them is wrong; the message names the variable.
    """
    from ._env import names_in_env

    return tuple(Account.from_env(name, environ=environ) for name in names_in_env(environ))

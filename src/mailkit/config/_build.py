"""Accounts at known providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from pydantic import SecretStr

from mailkit import providers
from mailkit.errors import ConfigError
from mailkit.providers import Endpoint

from .account import Account
from .credentials import OAuth2, Password


def account_for_provider(
    cls: type[Account],
    provider_name: str,
    credentials: Password | OAuth2 | str | SecretStr | None,
    hosts: tuple[str | None, str | None],
    given: Mapping[str, object],
) -> Account:
    """The account with the provider's servers; see ``Account.for_provider``."""
    provider = providers.get(provider_name)
    if isinstance(credentials, (str, SecretStr)):
        credentials = Password(credentials)
    if provider.requires_oauth and isinstance(credentials, Password):
        raise ConfigError(
            f"{provider.title} refuses passwords.", hint="Give credentials=OAuth2(token_provider=…) instead."
        )
    if isinstance(credentials, OAuth2) and credentials.mechanism is None:
        credentials = credentials.model_copy(update={"mechanism": provider.oauth_mechanism})
    fields: dict[str, object] = {"provider": provider.name, "credentials": credentials, **given}
    for part, endpoint, host in (("imap", provider.imap, hosts[0]), ("smtp", provider.smtp, hosts[1])):
        if endpoint is not None and part not in given:
            fields[part] = _server(provider.name, part, endpoint, host)
    return make(cls, fields)


def _server(provider: str, part: str, endpoint: Endpoint, host: str | None) -> dict[str, object] | None:
    if not (host or endpoint.host):
        raise ConfigError(
            f"The {part.upper()} host is not known: {provider} runs on the company's own servers.",
            hint=f"Give host=… or {part}_host=….",
        )
    return {"host": host or endpoint.host, "port": endpoint.port, "tls": endpoint.tls}


def make(cls: type[Account], fields: Mapping[str, object]) -> Account:
    """``cls(**fields)`` for fields that come from outside; the values are checked by the class."""
    return cast("Callable[..., Account]", cls)(**fields)

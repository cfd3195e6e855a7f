"""Credentials as values. No secret is ever in a repr, a log or an error's text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr, field_validator

from mailkit.errors import ConfigError

from .base import Setting, clean


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An OAuth 2.0 access token. ``expires_at`` is an aware UTC time, None where it is not known."""

    value: str = field(repr=False)
    expires_at: datetime | None = None


TokenCallable = Callable[[], "str | AccessToken"]


def _named(
    what: str, names: tuple[str, ...], positional: tuple[object, ...], named: dict[str, object]
) -> dict[str, object]:
    """Arguments by name, as pydantic takes them."""
    if len(positional) > len(names):
        raise TypeError(f"{what} takes at most {len(names)} values: {', '.join(names)}")
    return {**dict(zip(names, positional, strict=False)), **named}


class Password(Setting):
    """A password or app password. ``username`` None means the account's address.

    ``Password("s3cret")`` or ``Password("s3cret", username="acme\\\\ana")``.
    """

    username: str | None = None
    password: SecretStr

    if TYPE_CHECKING:

        def __init__(self, password: str | SecretStr, username: str | None = None) -> None: ...

    else:

        def __init__(self, *positional: object, **named: object) -> None:
            super().__init__(**_named("Password", ("password", "username"), positional, named))

    @field_validator("username")
    @classmethod
    def _username(cls, value: str | None) -> str | None:
        return None if value is None else clean(value, "user name")

    @field_validator("password")
    @classmethod
    def _password(cls, value: SecretStr) -> SecretStr:
        clean(value.get_secret_value(), "password", limit=10_000)
        return value


class OAuth2(Setting):
    """An OAuth 2.0 access token, fetched when needed.

    ``token_provider`` is a callable without arguments that gives the token (a string or an ``AccessToken``), or the
    name under which the application registers one. ``username`` None means the account's address. ``mechanism`` None
    takes what the server offers, XOAUTH2 first. ``OAuth2(fetch_token)`` or ``OAuth2("google", username="ana@…")``.
    """

    username: str | None = None
    token_provider: str | TokenCallable
    mechanism: Literal["xoauth2", "oauthbearer"] | None = None

    if TYPE_CHECKING:

        def __init__(
            self,
            token_provider: str | TokenCallable,
            username: str | None = None,
            mechanism: Literal["xoauth2", "oauthbearer"] | None = None,
        ) -> None: ...

    else:

        def __init__(self, *positional: object, **named: object) -> None:
            super().__init__(**_named("OAuth2", ("token_provider", "username", "mechanism"), positional, named))

    @field_validator("username")
    @classmethod
    def _username(cls, value: str | None) -> str | None:
        if value is not None and "\x01" in value:
            raise ConfigError("the user name holds a control character")
        return None if value is None else clean(value, "user name")

    @field_validator("token_provider")
    @classmethod
    def _token_provider(cls, value: str | TokenCallable) -> str | TokenCallable:
        return clean(value, "token_provider", limit=200) if isinstance(value, str) else value


Credentials = Password | OAuth2

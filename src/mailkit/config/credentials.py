"""Credentials as values. No secret is ever in a repr, a log or an error's text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import SecretStr, field_validator, model_validator

from mailkit.errors import ConfigError, MissingKeyError

from .base import Setting, clean

if TYPE_CHECKING:
    from mailkit.compose.dkim import Signer


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


class DkimKey(Setting):
    """A key that signs what the account sends from ``domain`` and the domains below it (DKIM, RFC 6376).

    ``private_key`` is the unencrypted PEM of an RSA or Ed25519 key. It is stored like a password, encrypted with the
    application's key; an account that was listed without its secrets has None there, and cannot sign.
    """

    domain: str
    selector: str
    private_key: SecretStr | None = None

    @model_validator(mode="after")
    def _usable(self) -> DkimKey:
        from mailkit.compose.dkim import Signer, is_name

        for name in (self.domain, self.selector):
            if not is_name(name):
                raise ConfigError(f"{name[:80]!r} is no domain or selector; write it in lower case ASCII labels")
        if self.private_key is not None:
            Signer(self.domain, self.selector, self.private_key.get_secret_value())
        return self

    @property
    def signer(self) -> Signer:
        """What signs.

        Raises:
            MissingKeyError: the private key was not opened.
        """
        from mailkit.compose.dkim import Signer

        if self.private_key is None:
            raise MissingKeyError(f"The DKIM key of {self.domain} was not opened, and mail is not sent unsigned.")
        return Signer(self.domain, self.selector, self.private_key.get_secret_value())

    def covers(self, domain: str) -> bool:
        """Whether it signs for an author at that domain (RFC 7489 section 3.1.1, relaxed alignment)."""
        return domain == self.domain or domain.endswith(f".{self.domain}")

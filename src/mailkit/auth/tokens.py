"""OAuth 2.0 access tokens: asked for when needed, kept until they expire, refreshed once when a server refuses one.

A token provider is any callable without arguments that gives an access token: a string, or an ``AccessToken`` with
its time of expiry. mailkit does not care where it comes from (msal, google-auth, a vault). ``TokenSource`` stands
between it and the connections: it is safe for threads and asks only once when many connections need a token at the
same time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from mailkit.config import AccessToken, Account, OAuth2, Password, TokenCallable
from mailkit.errors import AuthError, MailkitError, MissingCredentialsError

from .sasl import check_value

EARLY = 60.0
"""A token is taken as expired this many seconds before it is, so that it does not expire on the way."""


TokenProvider = TokenCallable
"""Gives an access token when called; may ask the network."""


class TokenSource:
    """The current access token of one account.

    States: no token, good token, expired token. ``get`` gives a good one and asks the provider otherwise;
    ``refused`` throws a token away, unless another thread has done so already. A token without a time of expiry is
    good until it is refused.
    """

    __slots__ = ("_clock", "_lock", "_provider", "_token")

    def __init__(self, provider: TokenCallable, *, clock: Callable[[], float] = time.time) -> None:
        self._provider = provider
        self._clock = clock
        self._lock = threading.Lock()
        self._token: AccessToken | None = None

    def __repr__(self) -> str:
        return "TokenSource(…)"

    def get(self) -> str:
        """A token that has not expired.

        Raises:
            AuthError: the provider failed, or gave nothing that can be a token. Errors of mailkit pass unchanged, so
                that a provider can say ``NetworkError`` when its server was not reached.
        """
        with self._lock:
            if self._token is None or self._expired(self._token):
                self._token = None
                self._token = self._ask()
            return self._token.value

    def refused(self, token: str) -> None:
        """Tell that a server refused ``token``: the next ``get`` asks the provider again."""
        with self._lock:
            if self._token is not None and self._token.value == token:
                self._token = None

    def _expired(self, token: AccessToken) -> bool:
        if token.expires_at is None:
            return False
        when = token.expires_at
        aware = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
        return aware.timestamp() - EARLY <= self._clock()

    def _ask(self) -> AccessToken:
        try:
            given = self._provider()
        except MailkitError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever an application's provider raises)
            # Its words may hold a secret (a refresh token in a URL), and so does a traceback that shows them: only the
            # kind of error is told. A debugger finds it as __context__.
            raise AuthError(
                f"The token provider failed with {type(error).__name__}.", hint="Call it by itself to see why."
            ) from None
        token = AccessToken(given) if isinstance(given, str) else given
        if not isinstance(token, AccessToken) or not token.value:
            raise AuthError(f"The token provider gave {type(given).__name__} instead of a token.")
        check_value(token.value, "token")
        return token


class Credentials:
    """Finds what each account logs in with. One per application; keeps one ``TokenSource`` per account.

    Args:
        providers: the application's named token providers.
    """

    def __init__(self, providers: Mapping[str, TokenCallable] | None = None) -> None:
        self._providers = dict(providers or {})
        self._sources: dict[str, tuple[TokenCallable, TokenSource]] = {}
        self._lock = threading.Lock()

    def register(self, name: str, provider: TokenCallable) -> None:
        """Add or replace the named provider."""
        self._providers[name] = provider

    def resolve(self, account: Account) -> Password | TokenSource:
        """The password of the account, or the source of its tokens.

        Raises:
            MissingCredentialsError: it has none, or names a token provider that is not registered here.
        """
        credentials = account.credentials
        if credentials is None:
            raise MissingCredentialsError(f"The account {account.name!r} has no credentials.")
        if isinstance(credentials, Password):
            return credentials
        return self._source(account.name, credentials)

    def _source(self, account: str, credentials: OAuth2) -> TokenSource:
        provider = credentials.token_provider
        if isinstance(provider, str):
            found = self._providers.get(provider)
            if found is None:
                raise MissingCredentialsError(
                    f"The account {account!r} needs the token provider {provider!r}, which is not registered here."
                )
            provider = found
        with self._lock:
            known = self._sources.get(account)
            if known is None or known[0] is not provider:
                known = self._sources[account] = (provider, TokenSource(provider))
            return known[1]


def expires_in(value: str, seconds: float) -> AccessToken:
    """The token of an OAuth 2.0 token response: ``access_token`` and ``expires_in`` (RFC 6749 section 5.1)."""
    return AccessToken(value, datetime.fromtimestamp(time.time() + seconds, tz=UTC))

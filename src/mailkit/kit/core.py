"""What all rooms of the facade share: the store, the key, the accounts, the handlers, and ingest."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from mailkit.auth.secretbox import SecretBox
from mailkit.auth.tokens import Credentials
from mailkit.compose.token import verify
from mailkit.config import Account
from mailkit.content.dkim import need_dkim
from mailkit.errors import AdapterError, MissingCredentialsError, UnknownAccountError
from mailkit.events import Event
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.link.patterns import Patterns
from mailkit.link.rules import LinkPolicy
from mailkit.link.signals import Token
from mailkit.message import Address
from mailkit.net.dns import TxtAnswers, need_dns
from mailkit.net.guard import forbid_network
from mailkit.store import Store, Tx, accounts
from mailkit.store.failures import database_failure
from mailkit.words import Limits

if TYPE_CHECKING:
    from dns.resolver import Resolver
    from pydantic import SecretStr

    from mailkit.config import TokenCallable
    from mailkit.link.adapter import CrmAdapter

    Key = str | bytes | SecretStr

E = TypeVar("E", bound=Event)
#: So long a profile is used before the accounts are read anew: another process may have changed them.
PROFILE_SECONDS = 1.0
#: Called with the event and the connection of its transaction.
Handler = Callable[[E, object], object]


class Handlers:
    """The application's event handlers, by class of event; a handler of ``Event`` gets all."""

    def __init__(self) -> None:
        self._by_class: dict[type[Event], list[Callable[[Event, object], object]]] = {}

    def add(self, event: type[Event], handler: Callable[[Event, object], object]) -> None:
        """Call ``handler`` with every event of that class, or of a class derived from it."""
        self._by_class.setdefault(event, []).append(handler)

    def __call__(self, event: Event, tx: Tx) -> None:
        """Call the handlers of an event, in the order in which they were added.

        Raises:
            AdapterError: one of them failed; the transaction must be undone.
            StoreError: the database failed while one of them used it.
        """
        for cls, handlers in self._by_class.items():
            if not isinstance(event, cls):
                continue
            for handler in handlers:
                try:
                    with forbid_network(), tx.lent():
                        handler(event, tx.connection)
                except Exception as error:
                    if (failure := database_failure(error, lost=tx.lost)) is not None:
                        raise failure from error
                    name = getattr(handler, "__qualname__", repr(handler))
                    raise AdapterError(
                        f"The handler {name} failed on {event.name}: {type(error).__name__}: {error}"
                    ) from error


@dataclass(frozen=True, slots=True)
class Parts:
    """What an application plugs in."""

    key: Key | Sequence[Key] | None
    limits: Limits
    adapters: tuple[CrmAdapter, ...]
    policy: LinkPolicy
    token_providers: Mapping[str, TokenCallable]
    resolver: Resolver | None = None


class Core:
    """The inside of a MailKit."""

    def __init__(self, store: Store, parts: Parts) -> None:
        self.store = store
        self.limits = parts.limits
        self.adapters = parts.adapters
        self.policy = parts.policy
        self.box = SecretBox(parts.key)
        self.credentials = Credentials(parts.token_providers)
        self.token_keys = _token_keys(parts.key)
        #: A signed Message-ID says which tenant it was made for: another tenant's does not prove anything here.
        self.token_payload = hashlib.sha256(store.tenant.encode()).hexdigest()[:12]
        self.handlers = Handlers()
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._profiles: dict[str | None, Profile] = {}
        self._profiles_at = 0.0
        self._lock = threading.Lock()
        store.notify = self.handlers
        self.rules = LinkRules(
            patterns=Patterns.of(parts.adapters),
            verifier=self._verified if self.token_keys else None,
            policy=parts.policy,
        )
        limits = parts.limits
        dns = TxtAnswers(
            names=limits.dns_names, seconds=limits.dns_seconds, kept=limits.dns_answers, resolver=parts.resolver
        )
        self.ingest = Ingest(store, profile=self.profile, rules=self.rules, limits=limits, dns=dns)

    # -- accounts --------------------------------------------------------------------------------------------------

    def account(self, name: str) -> Account:
        """The account of that name, with its secret.

        Raises:
            UnknownAccountError, MissingKeyError, WrongKeyError.
        """
        with self.store.read() as tx:
            row = self._row(tx, name)
            sealed = accounts.get_secret(tx, f"account:{name}")
        return Account.from_stored(row.config, self.box.open(sealed, f"account:{name}") if sealed else None)

    def settings(self, name: str) -> Account:
        """The account of that name without its secret, for which no key is needed.

        Raises:
            UnknownAccountError: there is none.
        """
        with self.store.read() as tx:
            return self.account_in(tx, name)

    def account_in(self, tx: Tx, name: str) -> Account:
        """As ``settings``, in a transaction that is open already."""
        return Account.from_stored(self._row(tx, name).config, None)

    def sender_in(self, tx: Tx, name: str) -> Account:
        """As ``account_in``, with the secrets if composing needs them: an account that signs is never let off.

        Raises:
            MissingKeyError, WrongKeyError: its DKIM keys cannot be opened.
        """
        account = self.account_in(tx, name)
        sealed = accounts.get_secret(tx, f"account:{name}") if account.dkim else None
        if sealed is None:
            return account
        return Account.from_stored(self._row(tx, name).config, self.box.open(sealed, f"account:{name}"))

    def _row(self, tx: Tx, name: str) -> accounts.AccountRow:
        row = accounts.get(tx, name)
        if row is None:
            known = ", ".join(one.name for one in accounts.listing(tx)) or "none"
            raise UnknownAccountError(f"There is no account {name!r}; known: {known}.")
        return row

    def ready(self, name: str) -> Account:
        """The account of that name, which must have credentials.

        Raises:
            MissingCredentialsError: it has none.
        """
        return self._with_credentials(self.account(name))

    def _with_credentials(self, account: Account) -> Account:
        if account.credentials is None:
            raise MissingCredentialsError(f"The account {account.name!r} has no credentials.")
        return account

    def sender(self, name: str) -> Account:
        """The account of that name, with what it needs to hand mail over.

        Raises:
            MissingCredentialsError: it has no credentials and needs some.
        """
        account = self.account(name)
        return account if account.relays else self._with_credentials(account)

    def profile(self, name: str | None) -> Profile:
        """What ingest must know of an account; all our own addresses, and whom it trusts. What another process changes
        is seen after ``PROFILE_SECONDS``."""
        with self._lock:
            if time.monotonic() - self._profiles_at > PROFILE_SECONDS:
                self._profiles.clear()
                self._profiles_at = time.monotonic()
            known = self._profiles.get(name)
        if known is not None:
            return known
        profile = self._load_profile(name)
        if not self.store.is_open_here:  # what that transaction has changed is not true for others yet
            with self._lock:
                self._profiles[name] = profile
        return profile

    def _load_profile(self, name: str | None) -> Profile:
        with self.store.read() as tx:
            rows = accounts.listing(tx)
        every = [Account.from_stored(row.config, None) for row in rows]
        mine = next((one for one in every if one.name == name), None)
        own = frozenset(Address(address=address).key for one in every for address in one.addresses)
        if mine is None:
            return Profile(addresses=own)
        return Profile(addresses=own, authserv_ids=mine.authserv_ids, verify_dkim=mine.verify_dkim)

    def forget_profiles(self) -> None:
        """Accounts have changed."""
        with self._lock:
            self._profiles.clear()

    def _verified(self, message_id: str) -> Token | None:
        payload = verify(message_id, self.token_keys)
        return Token(payload) if payload == self.token_payload else None


def need_trust(of: Account | Profile) -> None:
    """Raise MissingExtraError if the account checks signatures, and the libraries for that are not installed."""
    if of.verify_dkim:
        need_dkim()
        need_dns()


def _token_keys(key: Key | Sequence[Key] | None) -> tuple[bytes, ...]:
    """The keys that Message-IDs are signed with, derived from the application's keys, the first one first."""
    if key is None:
        return ()
    given = [key] if isinstance(key, (str, bytes)) or hasattr(key, "get_secret_value") else list(key)
    texts: list[bytes] = []
    for one in given:
        plain = one.get_secret_value() if hasattr(one, "get_secret_value") else one
        data = plain if isinstance(plain, bytes) else str(plain).encode()
        texts += [part.strip() for part in data.split(b",") if part.strip()]
    return tuple(hashlib.sha256(b"mailkit message-id key\x00" + text).digest() for text in texts)

"""MailKit: one object that an application makes at its start and keeps.

::

    kit = MailKit("sqlite:///mail.db", key=KEY)
    kit.accounts.add(Account.for_provider("gmail", "ana@acme.example", credentials=Password("app password")))
    report = kit.sync("ana@acme.example")
    receipt = kit.send(Draft(to=["bo@client.example"], subject="Offer", text="…"), account="ana@acme.example")

It may be shared between threads and survives a fork. Every method blocks; inside an event loop use `AsyncMailKit`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from mailkit.errors import ConfigError, InputError, UsageError
from mailkit.events import Event
from mailkit.kit.accounts import Accounts
from mailkit.kit.blocking import blocking
from mailkit.kit.core import Core, Parts, need_trust
from mailkit.kit.events import Events
from mailkit.kit.links import Links
from mailkit.kit.mailboxes import Mailboxes
from mailkit.kit.outbox import Outbox
from mailkit.kit.quarantine import Quarantine
from mailkit.kit.threads import Messages, Threads
from mailkit.kit.work import Work, WorkReport
from mailkit.link.rules import LinkPolicy
from mailkit.store import Store
from mailkit.store.engine import MAX_OVERFLOW, POOL_SIZE, utcnow
from mailkit.store.raw import digest_of
from mailkit.store.stats import Stats, stats
from mailkit.words import Direction, Envelope, Limits, RawMail, Receipt, Role, Source, Stored

if TYPE_CHECKING:
    from datetime import datetime

    from dns.resolver import Resolver
    from pydantic import SecretStr
    from sqlalchemy import Engine

    from mailkit.compose import Draft
    from mailkit.config import TokenCallable
    from mailkit.link.adapter import CrmAdapter
    from mailkit.sync import AuditReport, Progress, SyncReport

    Key = str | bytes | SecretStr

E = TypeVar("E", bound=Event)
C = TypeVar("C")
R = TypeVar("R")


class Registrar(Generic[E]):
    """What ``kit.on(…)`` gives: a decorator that registers a handler and gives it back."""

    def __init__(self, core: Core, event: type[E]) -> None:
        self._core = core
        self._event = event

    def __call__(self, handler: Callable[[E, C], R]) -> Callable[[E, C], R]:
        """Register ``handler(event, tx)``."""
        self._core.handlers.add(self._event, handler)  # type: ignore[arg-type]
        return handler


def _adapters(given: Sequence[CrmAdapter]) -> tuple[CrmAdapter, ...]:
    from mailkit.link.adapter import CrmAdapter

    for one in given:
        if isinstance(one, type) or not isinstance(one, CrmAdapter):
            raise ConfigError(
                f"{one!r:.100} is no adapter.",
                hint="Give an object, adapters=[OurCrm()], that has system, patterns, find, attach and url.",
            )
    return tuple(given)


class MailKit:
    """The mail layer of one tenant.

    Args:
        where: an SQLAlchemy URL (``sqlite:///mail.db``, ``postgresql+psycopg://…``) or the application's Engine.
        key: the application's encryption key (``mailkit db key`` makes one), or several while rotating, the new one
            first. Without it nothing secret can be stored, and answers to our mail are not recognised by signature.
        tenant: whose rows; every other tenant's are invisible.
        schema: PostgreSQL schema of the ``mailkit_*`` tables.
        busy_timeout: seconds to wait for another writer (SQLite).
        pool_size: connections to PostgreSQL that are kept open; an Engine that is passed in has a pool of its own.
        max_overflow: further connections to PostgreSQL, opened when those are in use.
        raw_dir: keep raw bytes in this directory instead of in a table.
        limits: bounds on everything read from outside.
        adapters: the application's CRM adapters.
        token_providers: callables that give OAuth 2.0 access tokens, by the name that accounts use.
        policy: how evidence for links is weighed.
        resolver: dnspython's, for accounts that check signatures (``verify_dkim``). Default: the machine's settings.
        clock: returns the time as an aware datetime.
        create: make the tables in an empty database. Default: only for an SQLite URL.

    Raises:
        StoreUnreachableError, StoreOutdatedError, StoreNewerError, StoreReadOnlyError: the database.
        ConfigError: an argument.
    """

    def __init__(
        self,
        where: str | Engine,
        *,
        key: Key | Sequence[Key] | None = None,
        tenant: str = "default",
        schema: str | None = None,
        busy_timeout: float = 30.0,
        pool_size: int = POOL_SIZE,
        max_overflow: int = MAX_OVERFLOW,
        raw_dir: str | Path | None = None,
        limits: Limits | None = None,
        adapters: Sequence[CrmAdapter] = (),
        token_providers: Mapping[str, TokenCallable] | None = None,
        policy: LinkPolicy | None = None,
        resolver: Resolver | None = None,
        clock: Callable[[], datetime] = utcnow,
        create: bool | None = None,
    ) -> None:
        parts = Parts(
            key, limits or Limits(), _adapters(adapters), policy or LinkPolicy(), token_providers or {}, resolver
        )
        store = Store.open(
            where,
            tenant=tenant,
            schema=schema,
            busy_timeout=busy_timeout,
            pool_size=pool_size,
            max_overflow=max_overflow,
            raw_dir=raw_dir,
            clock=clock,
            create=create,
        )
        self._core = Core(store, parts)
        self.accounts = Accounts(self._core)
        self.outbox = Outbox(self._core)
        self.threads = Threads(self._core)
        self.messages = Messages(self._core)
        self.links = Links(self._core)
        self.events = Events(self._core)
        self.quarantine = Quarantine(self._core)
        self._mailboxes = Mailboxes(self._core)
        self._work = Work(self._core, self.outbox, self._mailboxes)

    @classmethod
    def from_env(
        cls, *, adapters: Sequence[CrmAdapter] = (), token_providers: Mapping[str, TokenCallable] | None = None
    ) -> MailKit:
        """A MailKit from environment variables.

        ``MAILKIT_DATABASE`` (or ``MAILKIT_DATABASE_FILE``), ``MAILKIT_KEY`` (``MAILKIT_KEY_FILE``),
        ``MAILKIT_TENANT``, ``MAILKIT_SCHEMA``, ``MAILKIT_RAW_DIR``, ``MAILKIT_BUSY_TIMEOUT`` (seconds),
        ``MAILKIT_POOL_SIZE``, ``MAILKIT_MAX_OVERFLOW``.

        Raises:
            ConfigError: MAILKIT_DATABASE is missing, or a variable cannot be read. Else as the constructor.
        """
        where = _env("MAILKIT_DATABASE")
        if not where:
            raise ConfigError("MAILKIT_DATABASE is not set.", hint="Set it to sqlite:///mail.db, for example.")
        timeout = _env("MAILKIT_BUSY_TIMEOUT") or "30"
        try:
            busy_timeout = float(timeout)
        except ValueError as error:
            raise ConfigError(f"MAILKIT_BUSY_TIMEOUT is {timeout!r}, which is no number of seconds.") from error
        return cls(
            where,
            key=_env("MAILKIT_KEY"),
            tenant=_env("MAILKIT_TENANT") or "default",
            schema=_env("MAILKIT_SCHEMA"),
            raw_dir=_env("MAILKIT_RAW_DIR"),
            busy_timeout=busy_timeout,
            pool_size=_whole("MAILKIT_POOL_SIZE", POOL_SIZE),
            max_overflow=_whole("MAILKIT_MAX_OVERFLOW", MAX_OVERFLOW),
            adapters=adapters,
            token_providers=token_providers,
        )

    @property
    def engine(self) -> Engine:
        """The database engine, for transactions of the application's own in the same database."""
        return self._core.store.engine

    @property
    def store(self) -> Store:
        """The store underneath."""
        return self._core.store

    def send(self, draft: Draft, *, account: str, key: str | None = None) -> Receipt:
        """Enqueue, commit, and dispatch that row at once.

        A refusal or a lost connection is no exception: it is in the receipt's verdicts, and what can be tried again
        stays in the outbox for the worker.

        Args:
            key: an idempotency key: sending again under it sends nothing and gives the first receipt.

        Raises:
            UnknownAccountError, MissingCredentialsError, ConfigError: the account.
            AddressError, InjectionError, DraftError: the draft.
            KeyConflictError: the key was used for another draft.
        """
        return self.outbox.send(draft, account=account, key=key)

    def sync(
        self, account: str, *, folders: Sequence[str | Role] | None = None, progress: Progress | None = None
    ) -> SyncReport:
        """Bring the store in step with an account's mailbox. Reads only: no flag is set, nothing is moved or deleted.

        Args:
            folders: names or roles; default: the account's own choice, else all that hold mail of its own.
            progress: told of each step.

        Raises:
            UnknownAccountError, MissingCredentialsError: the account.
            NetworkError, AuthError, ProtocolError: the server.
            StoreError: the database.
        """
        return self._mailboxes.sync(account, folders=folders, progress=progress)

    def audit(self, account: str) -> AuditReport:
        """Compare the server's UIDs and flags with the store's, folder by folder.

        Raises:
            MailkitError: as ``sync``.
        """
        return self._mailboxes.audit(account)

    def watch(
        self, account: str, *, seconds: float | None = None, stop: threading.Event | None = None
    ) -> Iterator[Event]:
        """Sync, wait for changes (IDLE), sync again: yields the events of the account as they happen.

        Args:
            seconds: stop after about this long; None: go on until the iterator is closed.
            stop: ends it when it is set, within twenty seconds while nothing happens.

        Raises:
            UnknownAccountError, MissingCredentialsError, ConfigError: the account; at the call, not at the first event.
            MailkitError: as ``sync``, while it runs, where ``retryable`` says that it does not mend itself (a wrong
                password, a bad certificate). The iterator is at its end then; watch again when the cause is mended. A
                connection that is lost is made again, and tells nobody but the log.
        """
        return self._mailboxes.watch(account, seconds=seconds, stop=stop)

    def ingest(
        self,
        raw: bytes,
        *,
        envelope: Envelope | None = None,
        source: str | Source = "pipe",
        account: str | None = None,
        direction: Direction = Direction.INBOUND,
        received_at: datetime | None = None,
        tx: object = None,
    ) -> Stored:
        """Take in one mail that came by another road than a mailbox.

        Args:
            envelope: SMTP's sender and recipients.
            source: a ``Source`` with the delivery's own id; a plain word takes the digest of the bytes for the id, so
                that the same bytes delivered twice are one arrival.
            account: whose mail it is. Who may be believed is a setting of accounts: a mail of none only claims to come
                from its sender.
            tx: the caller's own transaction; the mail is in when that commits. The DNS is not asked then.

        Returns:
            what was stored; a mail that cannot be ingested is in quarantine.

        Raises:
            InputError: ``raw`` is not bytes.
            MissingExtraError: the account checks signatures, and the libraries for that are not installed.
            RunningLoopError, NetworkInTransactionError: the account checks signatures (``verify_dkim``), for which the
                DNS cannot be asked here.
        """
        if not isinstance(raw, bytes):
            raise InputError(f"A mail is given as its bytes, not as {type(raw).__name__}.", hint="Encode it first.")
        whence = source if isinstance(source, Source) else Source.delivery(source, digest_of(raw), account)
        mail = RawMail(
            raw=raw,
            source=whence,
            envelope=envelope,
            received_at=received_at or self._core.store.clock(),
            direction=direction,
        )
        if tx is not None:
            with self._core.store.within(tx) as own:
                return self._core.ingest.within(own, mail)
        profile = self._core.profile(whence.account)
        if profile.verify_dkim:
            need_trust(profile)
            blocking("ingest")
        return self._core.ingest.many([mail])[0]

    def on(self, event: type[E]) -> Registrar[E]:
        """Register a handler: ``@kit.on(MessageReceived)`` before ``def handle(event, tx)``.

        It is called in the transaction that writes the event, with that transaction's connection, so what it writes
        there and the event appear together or not at all. When it raises, the transaction is undone: an inbound mail
        goes to quarantine, from where it can be retried. It must not use the network, and may be called again for an
        event whose transaction was undone.

        Raises:
            UsageError: what is given is no class of events.
        """
        if not (isinstance(event, type) and issubclass(event, Event)):
            raise UsageError(
                f"kit.on takes a class of events, not {event!r:.100}.",
                hint="Write @kit.on(MessageReceived) before def handle(event, tx).",
            )
        return Registrar(self._core, event)

    def work(
        self,
        *,
        only: Collection[str] | None = None,
        once: bool = False,
        seconds: float | None = None,
        stop: threading.Event | None = None,
    ) -> WorkReport:
        """Do what is due: send, ask and tell the CRM, file sent mail, sync.

        Args:
            only: some of ``outbox``, ``jobs``, ``sync``; None: all.
            once: return when nothing is due (for cron, or a host's own scheduler).
            seconds: return after about this long; None: go on until ``kit.stop()`` is called.
            stop: an event of the caller's that makes this worker return when it is set, and no other.

        Returns:
            how many things were done (it is an int), and in ``failed`` the accounts that could not be synced or sent
            for, each with its error. What fails is tried again: an account that needs a person, because its password is
            wrong say, is watched again every five minutes. Accounts that are added while it runs are taken up within a
            minute.
        """
        return self._work.run(only=only, once=once, seconds=seconds, stop=stop)

    def stop(self) -> None:
        """Make ``work`` return, also one that is about to begin. May be called from another thread or a signal handler.

        When no worker runs, the next ``work`` that would run until it is stopped returns at once.
        """
        self._work.stop()

    def stats(self) -> Stats:
        """Numbers for the host's own metrics."""
        with self._core.store.read() as tx:
            return stats(tx)

    def close(self) -> None:
        """Stop its workers and close the connections that it opened. An Engine that was passed in is left alone."""
        self._work.stop_running()
        self._core.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _env(name: str) -> str | None:
    """A variable, or what the file holds that ``<name>_FILE`` names."""
    value = os.environ.get(name)
    path = os.environ.get(f"{name}_FILE")
    if value or not path:
        return value or None
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file that {name}_FILE names cannot be read.") from error


def _whole(name: str, default: int) -> int:
    """A variable that is a whole number."""
    value = _env(name)
    try:
        return default if value is None else int(value)
    except ValueError as error:
        raise ConfigError(f"{name} is {value!r}, which is no whole number.") from error

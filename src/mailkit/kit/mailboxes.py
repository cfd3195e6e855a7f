"""Sync, audit and watch: what the facade does with an account's mailbox."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tenacity.wait import wait_exponential_jitter

from mailkit.errors import ConfigError, MailkitError, UnsupportedError
from mailkit.events import Event
from mailkit.kit.blocking import blocking
from mailkit.kit.core import Core, need_trust
from mailkit.retry import Schedule
from mailkit.store import events
from mailkit.words import Role

if TYPE_CHECKING:
    from mailkit.config import Account
    from mailkit.mailbox import MailboxClient
    from mailkit.sync import AuditReport, Progress, SyncReport

logger = logging.getLogger("mailkit.sync")

#: Seconds between two syncs of an account whose server cannot tell of changes (no IDLE), and at most otherwise.
POLL_SECONDS = 60.0
IDLE_SECONDS = 300.0
#: Seconds that a watch waits at once, so that it notices soon when it is to stop.
SLICE_SECONDS = 20.0
#: After a lost connection: 1, 2, 4 … seconds, at most five minutes.
RECONNECT = Schedule(wait=wait_exponential_jitter(initial=1, max=300))


class Mailboxes:
    """The mailboxes of the accounts."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def names(self) -> tuple[str, ...]:
        """The accounts that have a mailbox."""
        from mailkit.store import accounts

        with self._core.store.read() as tx:
            rows = [row.name for row in accounts.listing(tx)]
        return tuple(name for name in rows if self._core.settings(name).imap is not None)

    def open(self, name: str) -> MailboxClient:
        """A connection to the account's mailbox, logged in."""
        return self._open(self._core.ready(name))

    def _open(self, account: Account) -> MailboxClient:
        from mailkit.mailbox import open_mailbox

        return open_mailbox(account, limits=self._core.limits, credentials=self._core.credentials)

    def sync(
        self, name: str, *, folders: Sequence[str | Role] | None = None, progress: Progress | None = None
    ) -> SyncReport:
        """See ``MailKit.sync``."""
        blocking("sync")
        from mailkit.sync import SyncOptions, sync_account

        core = self._core
        account = core.ready(name)
        need_trust(account)  # before the server is asked for mail
        return sync_account(
            account,
            store=core.store,
            ingest=core.ingest,
            options=SyncOptions(folders=(folders,) if isinstance(folders, str) else tuple(folders or ())),
            limits=core.limits,
            credentials=core.credentials,
            progress=progress,
        )

    def audit(self, name: str) -> AuditReport:
        """See ``MailKit.audit``."""
        blocking("audit")
        from mailkit.sync import audit_account

        core = self._core
        return audit_account(core.ready(name), store=core.store, limits=core.limits, credentials=core.credentials)

    def watch(self, name: str, *, seconds: float | None = None, stop: threading.Event | None = None) -> Iterator[Event]:
        """See ``MailKit.watch``; ``stop`` ends it too."""
        blocking("watch")
        # Here and not in the generator, whose first line runs when the first event is asked for.
        account = self._core.ready(name)
        if account.imap is None:
            raise ConfigError(f"The account {name!r} has no IMAP server, so there is nothing to watch.")
        need_trust(account)
        return self._watch(account, self._latest(), seconds, stop or threading.Event())

    def _watch(
        self, account: Account, position: events.Position, seconds: float | None, stop: threading.Event
    ) -> Iterator[Event]:
        name = account.name
        ends = time.monotonic() + seconds if seconds is not None else None
        failures = 0
        while not stop.is_set() and (ends is None or time.monotonic() < ends):
            try:
                for _ in self._rounds(account, ends, stop):
                    failures = 0
                    found, position = self._since(position, name)
                    yield from found
            except MailkitError as error:
                if not error.retryable:
                    raise
                failures += 1
                logger.warning("watch of %s was interrupted: %s", name, error)
                self._pause(failures, ends, stop)

    def _rounds(self, account: Account, ends: float | None, stop: threading.Event) -> Iterator[None]:
        """Sync after sync on one watching connection. It is opened before the sync, so that a mail that arrives while
        the sync runs is announced to it."""
        with self._open(account) as mailbox:
            mailbox.select("INBOX")
            while not stop.is_set():
                self.sync(account.name)
                yield
                if ends is not None and time.monotonic() >= ends:
                    return
                self._wait(mailbox, ends, stop)

    def _wait(self, mailbox: MailboxClient, ends: float | None, stop: threading.Event) -> None:
        until = time.monotonic() + IDLE_SECONDS
        try:
            while not stop.is_set() and (left := _left(until, ends)) > 0:
                if mailbox.idle(min(left, SLICE_SECONDS)):
                    return
        except UnsupportedError:
            stop.wait(max(min(_left(until, ends), POLL_SECONDS), 0))
            mailbox.noop()

    def _pause(self, failures: int, ends: float | None, stop: threading.Event) -> None:
        now = self._core.store.clock()
        due = RECONNECT.next(failures, now=now, first=now)
        pause = (due - now).total_seconds() if due is not None else 300.0
        stop.wait(max(min(pause, _left(time.monotonic() + pause, ends)), 0))

    def _latest(self) -> events.Position:
        with self._core.store.read() as tx:
            return events.end(tx)

    def _since(self, position: events.Position, name: str) -> tuple[list[Event], events.Position]:
        found: list[Event] = []
        while True:
            with self._core.store.read() as tx:
                batch = events.after(tx, position, 500)
            if not batch:
                return found, position
            position = batch[-1][0]
            found += [event for _, event in batch if event.account == name]


def _left(until: float, ends: float | None) -> float:
    """Seconds until the nearer of two times."""
    return min(until, ends if ends is not None else until) - time.monotonic()

"""What one run of a sync has at hand: the connection, the store, the lease, the clock and whom to tell."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from mailkit.config import Account
from mailkit.errors import DisconnectedError
from mailkit.ingest import Ingest
from mailkit.mailbox import FolderState, MailboxClient
from mailkit.store import Store, Tx, leases
from mailkit.words import Limits, Role

from .lease import hold
from .report import Progress, Step

T = TypeVar("T")
Connect = Callable[[], MailboxClient]

#: A server that ends the connection again and again is left alone after so many new ones in one run.
MAX_CONNECTIONS = 50


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What to sync.

    Attributes:
        folders: names or roles; empty: the account's own choice, else the default (see ``plan.choose``).
        also: roles beside the default, such as ``Role.JUNK``.
        flags: follow changes of flags.
        retry: fetch again what the server did not hand over before (what was too large and is not any more, because the
            limit was raised, is fetched always).
        window: first sync of a large folder: so many messages at a time, the newest first.
    """

    folders: tuple[str | Role, ...] = ()
    also: tuple[Role, ...] = ()
    flags: bool = True
    retry: bool = False
    window: int = 1000


class Line:
    """The connection to the server, made anew when it was lost."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._client: MailboxClient | None = None
        self._made = 0

    @property
    def client(self) -> MailboxClient:
        """The open connection; made if there is none."""
        if self._client is None:
            if self._made >= MAX_CONNECTIONS:
                raise DisconnectedError(f"The server ended the connection {self._made} times in this sync.")
            self._made += 1
            self._client = self._connect()
        return self._client

    def drop(self) -> None:
        """Close the connection; the next use makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def reopen(self, folder: str, uidvalidity: int) -> FolderState:
        """A new connection with the folder open.

        Raises:
            DisconnectedError: the folder was numbered anew meanwhile; begin again with it.
        """
        self.drop()
        state = self.client.select(folder)
        if state.uidvalidity != uidvalidity:
            raise DisconnectedError(f"The folder {folder!r} was numbered anew while it was synced.")
        return state


@dataclass(slots=True)
class Run:
    """One run. Everything it writes goes through ``write``, which holds the lease."""

    account: Account
    store: Store
    ingest: Ingest
    line: Line
    lease: leases.Lease
    options: SyncOptions
    limits: Limits
    labels: bool = False
    progress: Progress | None = None
    stages: dict[str, float] = field(default_factory=dict)

    def write(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` in a write transaction in which the lease is extended.

        Raises:
            LeaseLostError: another sync has taken over.
        """

        def fenced(tx: Tx) -> T:
            self.hold(tx)
            return work(tx)

        return self.store.run(fenced)

    def hold(self, tx: Tx) -> None:
        """Extend the lease inside a transaction that depends on it.

        Raises:
            LeaseLostError: another sync has taken over.
        """
        hold(tx, self.lease)

    def read(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` in a read transaction."""
        with self.store.read() as tx:
            return work(tx)

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block for a stage."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - started

    def tell(self, folder: str, stage: str, done: int = 0, total: int = 0) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(Step(self.account.name, folder, stage, done, total))

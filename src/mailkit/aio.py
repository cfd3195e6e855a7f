"""AsyncMailKit: a door to MailKit for code that runs in an event loop.

Each method is the method of the same name, run in a worker thread, so its arguments, results and errors are described
there. One call uses one thread while it lasts; ``threads`` bounds how many. A call that is cancelled is finished by its
thread; its result is dropped.

``enqueue`` with ``tx`` does not change threads: the caller's ``AsyncConnection`` belongs to the loop, so the statement
runs through ``tx.run_sync``.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

import anyio
import anyio.to_thread

from mailkit.kit import MailKit
from mailkit.kit.blocking import asynchronous
from mailkit.store.engine import MAX_OVERFLOW, POOL_SIZE
from mailkit.words import Direction, Envelope, Link, Receipt, Record, Role, Source, Stored

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from pydantic import SecretStr
    from sqlalchemy import Engine
    from sqlalchemy.ext.asyncio import AsyncConnection

    from mailkit.compose import Draft
    from mailkit.config import Account, TokenCallable
    from mailkit.events import Event
    from mailkit.kit import Batch, Check, CopyInfo, Thread, WorkReport
    from mailkit.kit.facade import Registrar
    from mailkit.link.adapter import CrmAdapter
    from mailkit.link.explain import Explanation
    from mailkit.link.rules import LinkPolicy
    from mailkit.message import Message
    from mailkit.outbox.manage import Entry
    from mailkit.store.messages import StoredMessage
    from mailkit.store.quarantine import Quarantined
    from mailkit.store.stats import Stats
    from mailkit.sync import AuditReport, Progress, SyncReport
    from mailkit.thread import Tree
    from mailkit.words import Limits

    Key = str | bytes | SecretStr

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound="Event")

#: Threads that one AsyncMailKit uses at most, unless told otherwise.
THREADS = 16


class _Threads:
    """Runs calls in worker threads, a bounded number at once. The limiter belongs to the loop that first uses it."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._total)
        return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=self._limiter)


class AsyncAccounts:
    """``kit.accounts``, awaited."""

    def __init__(self, kit: MailKit, threads: _Threads) -> None:
        self._sync, self._run = kit.accounts, threads.run

    async def add(self, account: Account, *, replace: bool = False) -> Account:
        """See ``Accounts.add``."""
        return await self._run(self._sync.add, account, replace=replace)

    async def get(self, name: str) -> Account:
        """See ``Accounts.get``."""
        return await self._run(self._sync.get, name)

    async def names(self) -> tuple[str, ...]:
        """See ``Accounts.names``."""
        return await self._run(self._sync.names)

    async def list(self) -> tuple[Account, ...]:
        """See ``Accounts.list``."""
        return await self._run(self._sync.list)

    async def remove(self, name: str) -> None:
        """See ``Accounts.remove``."""
        return await self._run(self._sync.remove, name)

    async def check(self, name: str) -> tuple[Check, ...]:
        """See ``Accounts.check``."""
        return await self._run(self._sync.check, name)

    async def rotate(self) -> int:
        """See ``Accounts.rotate``."""
        return await self._run(self._sync.rotate)


class AsyncOutbox:
    """``kit.outbox``, awaited."""

    def __init__(self, kit: MailKit, threads: _Threads) -> None:
        self._sync, self._run = kit.outbox, threads.run

    async def enqueue(self, draft: Draft, *, account: str, key: str, tx: AsyncConnection | None = None) -> Receipt:
        """See ``Outbox.enqueue``; ``tx`` is an SQLAlchemy ``AsyncConnection``, and stays on its loop."""
        if tx is None:
            return await self._run(self._sync.enqueue, draft, account=account, key=key)
        return await asynchronous(tx).run_sync(
            lambda inner: self._sync.enqueue(draft, account=account, key=key, tx=inner)
        )

    async def get(self, outbox_id: int) -> Receipt:
        """See ``Outbox.get``."""
        return await self._run(self._sync.get, outbox_id)

    async def entry(self, outbox_id: int) -> Entry:
        """See ``Outbox.entry``."""
        return await self._run(self._sync.entry, outbox_id)

    async def list(self, *, state: str | None = None, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """See ``Outbox.list``."""
        return await self._run(self._sync.list, state=state, after=after, limit=limit)

    async def retry(self, outbox_id: int) -> Receipt:
        """See ``Outbox.retry``."""
        return await self._run(self._sync.retry, outbox_id)

    async def cancel(self, outbox_id: int) -> Receipt:
        """See ``Outbox.cancel``."""
        return await self._run(self._sync.cancel, outbox_id)

    async def dispatch(self, *, limit: int = 100) -> int:
        """See ``Outbox.dispatch``."""
        return await self._run(self._sync.dispatch, limit=limit)


class AsyncThreads:
    """``kit.threads``, awaited."""

    def __init__(self, kit: MailKit, threads: _Threads) -> None:
        self._sync, self._run = kit.threads, threads.run

    async def of(self, message_id: int) -> Thread:
        """See ``Threads.of``."""
        return await self._run(self._sync.of, message_id)

    async def get(self, thread_id: int) -> Thread:
        """See ``Threads.get``."""
        return await self._run(self._sync.get, thread_id)

    async def list(self, *, limit: int = 50, skip: int = 0, account: str | None = None) -> tuple[Thread, ...]:
        """See ``Threads.list``."""
        return await self._run(self._sync.list, limit=limit, skip=skip, account=account)

    async def messages(self, thread: Thread | int) -> tuple[StoredMessage, ...]:
        """See ``Threads.messages``."""
        return await self._run(self._sync.messages, thread)

    async def tree(self, thread: Thread | int) -> tuple[Tree, ...]:
        """See ``Threads.tree``."""
        return await self._run(self._sync.tree, thread)

    async def merge(self, thread: Thread | int, other: Thread | int) -> Thread:
        """See ``Threads.merge``."""
        return await self._run(self._sync.merge, thread, other)


class AsyncMessages:
    """``kit.messages``, awaited."""

    def __init__(self, kit: MailKit, threads: _Threads) -> None:
        self._sync, self._run = kit.messages, threads.run

    async def get(self, message_id: int) -> StoredMessage:
        """See ``Messages.get``."""
        return await self._run(self._sync.get, message_id)

    async def by_message_id(self, message_id: str) -> tuple[StoredMessage, ...]:
        """See ``Messages.by_message_id``."""
        return await self._run(self._sync.by_message_id, message_id)

    async def latest(self, *, limit: int = 50) -> tuple[StoredMessage, ...]:
        """See ``Messages.latest``."""
        return await self._run(self._sync.latest, limit=limit)

    async def raw(self, message_id: int) -> bytes:
        """See ``Messages.raw``."""
        return await self._run(self._sync.raw, message_id)

    async def parse(self, message_id: int) -> Message:
        """See ``Messages.parse``."""
        return await self._run(self._sync.parse, message_id)

    async def copies(self, message_id: int) -> tuple[CopyInfo, ...]:
        """See ``Messages.copies``."""
        return await self._run(self._sync.copies, message_id)


class AsyncLinks:
    """``kit.links``, awaited."""

    def __init__(self, kit: MailKit, threads: _Threads) -> None:
        self._sync, self._run = kit.links, threads.run

    async def add(self, thread: Thread | int, record: Record, *, by: str = "user") -> Link:
        """See ``Links.add``."""
        return await self._run(self._sync.add, thread, record, by=by)

    async def remove(self, thread: Thread | int, record: Record, *, by: str = "user") -> bool:
        """See ``Links.remove``."""
        return await self._run(self._sync.remove, thread, record, by=by)

    async def of(self, thread: Thread | int) -> tuple[Link, ...]:
        """See ``Links.of``."""
        return await self._run(self._sync.of, thread)

    async def threads(self, record: Record, *, limit: int = 100) -> tuple[Thread, ...]:
        """See ``Links.threads``."""
        return await self._run(self._sync.threads, record, limit=limit)

    async def explain(self, thread: Thread | int) -> Explanation:
        """See ``Links.explain``."""
        return await self._run(self._sync.explain, thread)


class AsyncEvents:
    """``kit.events``, awaited."""

    def __init__(self, kit: MailKit, threads: _Threads) -> None:
        self._sync, self._run = kit.events, threads.run

    async def read(self, cursor: str, *, limit: int = 100) -> Batch:
        """See ``Events.read``."""
        return await self._run(self._sync.read, cursor, limit=limit)

    async def ack(self, batch: Batch, *, tx: AsyncConnection | None = None) -> None:
        """See ``Events.ack``; ``tx`` is an SQLAlchemy ``AsyncConnection``, and stays on its loop."""
        if tx is None:
            return await self._run(self._sync.ack, batch)
        return await asynchronous(tx).run_sync(lambda inner: self._sync.ack(batch, tx=inner))


class AsyncQuarantine:
    """``kit.quarantine``, awaited."""

    def __init__(self, kit: MailKit, threads: _Threads) -> None:
        self._sync, self._run = kit.quarantine, threads.run

    async def list(self, *, held_only: bool = True) -> tuple[Quarantined, ...]:
        """See ``Quarantine.list``."""
        return await self._run(self._sync.list, held_only=held_only)

    async def raw(self, quarantine_id: int) -> bytes | None:
        """See ``Quarantine.raw``."""
        return await self._run(self._sync.raw, quarantine_id)

    async def retry(self, quarantine_id: int) -> Stored:
        """See ``Quarantine.retry``."""
        return await self._run(self._sync.retry, quarantine_id)

    async def drop(self, quarantine_id: int) -> None:
        """See ``Quarantine.drop``."""
        return await self._run(self._sync.drop, quarantine_id)


class AsyncMailKit:
    """A MailKit for code that runs in an event loop.

    Args:
        kit: the MailKit to open the door to; ``AsyncMailKit.open(…)`` makes one.
        threads: how many calls run at once; further ones wait.
    """

    def __init__(self, kit: MailKit, *, threads: int = THREADS) -> None:
        self.kit = kit
        pool = _Threads(threads)
        self._run = pool.run
        self.accounts = AsyncAccounts(kit, pool)
        self.outbox = AsyncOutbox(kit, pool)
        self.threads = AsyncThreads(kit, pool)
        self.messages = AsyncMessages(kit, pool)
        self.links = AsyncLinks(kit, pool)
        self.events = AsyncEvents(kit, pool)
        self.quarantine = AsyncQuarantine(kit, pool)

    @classmethod
    async def open(
        cls,
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
        create: bool | None = None,
        threads: int = THREADS,
    ) -> Self:
        """Make a MailKit in a worker thread (it reads the database) and open the door to it; see ``MailKit``."""
        make = partial(
            MailKit, where, key=key, tenant=tenant, schema=schema, busy_timeout=busy_timeout, pool_size=pool_size,
            max_overflow=max_overflow, raw_dir=raw_dir, limits=limits, adapters=adapters,
            token_providers=token_providers, policy=policy, create=create,
        )  # fmt: skip
        return cls(await anyio.to_thread.run_sync(make), threads=threads)

    async def send(self, draft: Draft, *, account: str, key: str | None = None) -> Receipt:
        """See ``MailKit.send``."""
        return await self._run(self.kit.send, draft, account=account, key=key)

    async def sync(
        self, account: str, *, folders: Sequence[str | Role] | None = None, progress: Progress | None = None
    ) -> SyncReport:
        """See ``MailKit.sync``; ``progress`` is called in the worker thread."""
        return await self._run(self.kit.sync, account, folders=folders, progress=progress)

    async def audit(self, account: str) -> AuditReport:
        """See ``MailKit.audit``."""
        return await self._run(self.kit.audit, account)

    async def watch(self, account: str, *, seconds: float | None = None) -> AsyncIterator[Event]:
        """See ``MailKit.watch``. A watch has a thread of its own, beside those of the limiter."""
        own = anyio.CapacityLimiter(1)
        events = await anyio.to_thread.run_sync(partial(self.kit.watch, account, seconds=seconds), limiter=own)
        try:
            while (event := await anyio.to_thread.run_sync(next, events, None, limiter=own)) is not None:
                yield event
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(events.close, limiter=own)  # type: ignore[attr-defined]

    async def ingest(
        self,
        raw: bytes,
        *,
        envelope: Envelope | None = None,
        source: str | Source = "pipe",
        account: str | None = None,
        direction: Direction = Direction.INBOUND,
        received_at: datetime | None = None,
    ) -> Stored:
        """See ``MailKit.ingest``."""
        return await self._run(
            self.kit.ingest,
            raw,
            envelope=envelope,
            source=source,
            account=account,
            direction=direction,
            received_at=received_at,
        )

    def on(self, event: type[E]) -> Registrar[E]:
        """See ``MailKit.on``: handlers are plain functions, called in the worker thread that owns the transaction."""
        return self.kit.on(event)

    async def work(
        self, *, only: Collection[str] | None = None, once: bool = False, seconds: float | None = None
    ) -> WorkReport:
        """See ``MailKit.work``; cancelling the task makes this worker stop after what it is doing."""
        own = anyio.CapacityLimiter(1)
        stop = threading.Event()
        call = partial(self.kit.work, only=only, once=once, seconds=seconds, stop=stop)
        try:
            return await anyio.to_thread.run_sync(call, limiter=own, abandon_on_cancel=True)
        finally:
            stop.set()

    async def stats(self) -> Stats:
        """See ``MailKit.stats``."""
        return await self._run(self.kit.stats)

    async def aclose(self) -> None:
        """See ``MailKit.close``."""
        await self._run(self.kit.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

"""The door itself."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

import anyio
import anyio.to_thread

from mailkit.aio.rooms import (
    AsyncAccounts,
    AsyncEvents,
    AsyncLinks,
    AsyncMessages,
    AsyncOutbox,
    AsyncQuarantine,
    AsyncThreads,
)
from mailkit.aio.workers import THREADS, Workers
from mailkit.kit import MailKit
from mailkit.store.engine import MAX_OVERFLOW, POOL_SIZE
from mailkit.words import Direction, Envelope, Receipt, Role, Source, Stored

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from dns.resolver import Resolver
    from pydantic import SecretStr
    from sqlalchemy import Engine

    from mailkit.compose import Draft
    from mailkit.config import TokenCallable
    from mailkit.events import Event
    from mailkit.kit import WorkReport
    from mailkit.kit.facade import Registrar
    from mailkit.link.adapter import CrmAdapter
    from mailkit.link.rules import LinkPolicy
    from mailkit.store.stats import Stats
    from mailkit.sync import AuditReport, Progress, SyncReport
    from mailkit.words import Limits

    Key = str | bytes | SecretStr


E = TypeVar("E", bound="Event")


class AsyncMailKit:
    """A MailKit for code that runs in an event loop.

    Args:
        kit: the MailKit to open the door to; ``AsyncMailKit.open(…)`` makes one.
        threads: how many calls run at once; further ones wait.
    """

    def __init__(self, kit: MailKit, *, threads: int = THREADS) -> None:
        self.kit = kit
        pool = Workers(threads)
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
        resolver: Resolver | None = None,
        create: bool | None = None,
        threads: int = THREADS,
    ) -> Self:
        """Make a MailKit in a worker thread (it reads the database) and open the door to it; see ``MailKit``."""
        make = partial(
            MailKit,
            where,
            key=key,
            tenant=tenant,
            schema=schema,
            busy_timeout=busy_timeout,
            pool_size=pool_size,
            max_overflow=max_overflow,
            raw_dir=raw_dir,
            limits=limits,
            adapters=adapters,
            token_providers=token_providers,
            policy=policy,
            resolver=resolver,
            create=create,
        )
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
        """See ``MailKit.watch``. A watch has a thread of its own, beside those of the limiter; cancelling the task that
        awaits it makes the thread stop within twenty seconds, or after the sync that it is in."""
        own = anyio.CapacityLimiter(1)
        stop = threading.Event()
        watch = partial(self.kit.watch, account, seconds=seconds, stop=stop)
        events = await anyio.to_thread.run_sync(watch, limiter=own)
        step = partial(anyio.to_thread.run_sync, next, events, None, limiter=own, abandon_on_cancel=True)
        try:
            while (event := await step()) is not None:
                yield event
        finally:
            stop.set()
            # A ValueError: the thread that was left behind is in it still, and will see the sign.
            with anyio.CancelScope(shield=True), contextlib.suppress(ValueError):
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

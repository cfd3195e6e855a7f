"""What an AsyncMailKit holds: accounts, outbox, threads and the rest, each method awaited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailkit.aio.workers import Workers, on_connection
from mailkit.kit import MailKit
from mailkit.words import Link, Receipt, Record, Stored

if TYPE_CHECKING:
    from pydantic import SecretStr
    from sqlalchemy.ext.asyncio import AsyncConnection

    from mailkit.compose import Draft
    from mailkit.config import Account
    from mailkit.kit import Batch, Check, CopyInfo, Thread
    from mailkit.link.explain import Explanation
    from mailkit.message import Message
    from mailkit.outbox.manage import Entry
    from mailkit.store.messages import StoredMessage
    from mailkit.store.quarantine import Quarantined
    from mailkit.thread import Tree

    Key = str | bytes | SecretStr


class AsyncAccounts:
    """``kit.accounts``, awaited."""

    def __init__(self, kit: MailKit, threads: Workers) -> None:
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

    def __init__(self, kit: MailKit, threads: Workers) -> None:
        self._sync, self._run = kit.outbox, threads.run

    async def enqueue(self, draft: Draft, *, account: str, key: str, tx: AsyncConnection | None = None) -> Receipt:
        """See ``Outbox.enqueue``; ``tx`` is an SQLAlchemy ``AsyncConnection``, and stays on its loop. Cancelled in the
        middle, it ends what it began first: the transaction is open and usable, and holds the row."""
        if tx is None:
            return await self._run(self._sync.enqueue, draft, account=account, key=key)
        return await on_connection(tx, lambda inner: self._sync.enqueue(draft, account=account, key=key, tx=inner))

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

    def __init__(self, kit: MailKit, threads: Workers) -> None:
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

    def __init__(self, kit: MailKit, threads: Workers) -> None:
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

    async def verify(self, message_id: int) -> tuple[CopyInfo, ...]:
        """See ``Messages.verify``."""
        return await self._run(self._sync.verify, message_id)


class AsyncLinks:
    """``kit.links``, awaited."""

    def __init__(self, kit: MailKit, threads: Workers) -> None:
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

    def __init__(self, kit: MailKit, threads: Workers) -> None:
        self._sync, self._run = kit.events, threads.run

    async def read(self, cursor: str, *, limit: int = 100) -> Batch:
        """See ``Events.read``."""
        return await self._run(self._sync.read, cursor, limit=limit)

    async def ack(self, batch: Batch, *, tx: AsyncConnection | None = None) -> None:
        """See ``Events.ack``; ``tx`` is an SQLAlchemy ``AsyncConnection``, and stays on its loop."""
        if tx is None:
            return await self._run(self._sync.ack, batch)
        return await on_connection(tx, lambda inner: self._sync.ack(batch, tx=inner))


class AsyncQuarantine:
    """``kit.quarantine``, awaited."""

    def __init__(self, kit: MailKit, threads: Workers) -> None:
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

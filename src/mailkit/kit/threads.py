"""``kit.threads``: conversations, and the messages in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailkit.kit.blocking import blocking
from mailkit.kit.core import Core
from mailkit.link import manual
from mailkit.message import Message, parse
from mailkit.store import Tx, messages, raw, threads
from mailkit.store.messages import StoredMessage
from mailkit.thread import Node, Tree, tree


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation. ``subject`` is the base subject of its first message; times are UTC."""

    id: int
    subject: str
    message_count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class CopyInfo:
    """One arrival of a message. ``locations`` are (folder, UIDVALIDITY, UID) where the copy is now."""

    account: str
    direction: str
    trust: str
    trust_evidence: tuple[str, ...]
    received_at: datetime | None
    locations: tuple[tuple[str, int, int], ...]


class Threads:
    """Read conversations, and make two of them one."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def of(self, message_id: int) -> Thread:
        """The thread of a stored message (its store id).

        Raises:
            NotFoundError: no such message.
        """
        with self._core.store.read() as tx:
            return thread_of(threads.get(tx, messages.get(tx, message_id).thread_id))

    def get(self, thread_id: int) -> Thread:
        """The thread of that id; of one that was merged into another, that other one.

        Raises:
            NotFoundError: no such thread.
        """
        with self._core.store.read() as tx:
            return thread_of(threads.get(tx, thread_id))

    def list(self, *, limit: int = 50, skip: int = 0, account: str | None = None) -> tuple[Thread, ...]:
        """Threads by the date of their last message, newest first; with ``account``, those that it has mail of."""
        with self._core.store.read() as tx:
            return tuple(thread_of(found) for found in threads.latest(tx, limit, skip, account=account))

    def messages(self, thread: Thread | int) -> tuple[StoredMessage, ...]:
        """The messages of a thread, oldest first.

        Raises:
            NotFoundError: no such thread.
        """
        with self._core.store.read() as tx:
            return tuple(messages.of_thread(tx, threads.get(tx, id_of(thread)).id))

    def tree(self, thread: Thread | int) -> tuple[Tree, ...]:
        """Who answered whom: the tree of RFC 5256's REFERENCES. ``key`` of a node is the store id of its message.

        Raises:
            NotFoundError: no such thread.
        """
        with self._core.store.read() as tx:
            found = messages.of_thread(tx, threads.get(tx, id_of(thread)).id)
            nodes = [_node(one, raw.get(tx, one.raw_digest)) for one in found]
        return tree(nodes)

    def merge(self, thread: Thread | int, other: Thread | int, *, tx: object = None) -> Thread:
        """Make two conversations one, with the messages and the links of both; it keeps the older id, and the other id
        leads to it from now on. There is no way back.

        Args:
            tx: the caller's own transaction.

        Raises:
            NotFoundError: no such thread.
        """
        core, pair = self._core, (id_of(thread), id_of(other))
        systems = core.rules.patterns.systems
        if tx is not None:
            with core.store.within(tx) as theirs:
                return thread_of(manual.merge(theirs, *pair, systems=systems, policy=core.policy))
        return thread_of(core.store.run(lambda own: manual.merge(own, *pair, systems=systems, policy=core.policy)))


class Messages:
    """Read stored messages."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def get(self, message_id: int) -> StoredMessage:
        """The row of a message.

        Raises:
            NotFoundError: no such message.
        """
        with self._core.store.read() as tx:
            return messages.get(tx, message_id)

    def by_message_id(self, message_id: str) -> tuple[StoredMessage, ...]:
        """The messages with that Message-ID header (without angle brackets)."""
        with self._core.store.read() as tx:
            return tuple(messages.by_message_id(tx, message_id.strip().removeprefix("<").removesuffix(">")))

    def latest(self, *, limit: int = 50) -> tuple[StoredMessage, ...]:
        """The messages stored last, newest first."""
        with self._core.store.read() as tx:
            return tuple(messages.latest(tx, limit))

    def raw(self, message_id: int) -> bytes:
        """The raw bytes of a message, as its first copy arrived.

        Raises:
            NotFoundError: no such message.
        """
        with self._core.store.read() as tx:
            return raw.get(tx, messages.get(tx, message_id).raw_digest)

    def parse(self, message_id: int) -> Message:
        """The message, parsed from its raw bytes.

        Raises:
            NotFoundError: no such message.
        """
        return parse(self.raw(message_id), self._core.limits)

    def copies(self, message_id: int) -> tuple[CopyInfo, ...]:
        """Every arrival of a message: in which account, where, and how far its sender can be believed.

        Raises:
            NotFoundError: no such message.
        """
        with self._core.store.read() as tx:
            messages.get(tx, message_id)
            return _copies(tx, message_id)

    def verify(self, message_id: int) -> tuple[CopyInfo, ...]:
        """Weigh the sender of a message again: its copies, as ``copies`` gives them.

        For mail that only claims to come from its sender, in accounts that check signatures (``verify_dkim``), when the
        DNS did not answer as it arrived, say. Where its signature stands now, its links and jobs follow as if it had at
        once; no event says so. A sender who was believed stays believed.

        Raises:
            NotFoundError: no such message.
            MissingExtraError: the libraries for checking signatures are not installed.
            RunningLoopError, NetworkInTransactionError: the DNS cannot be asked here.
        """
        blocking("messages.verify")
        self._core.ingest.verify(message_id)
        return self.copies(message_id)


def _copies(tx: Tx, message_id: int) -> tuple[CopyInfo, ...]:
    import json

    places = [row for row in messages.locations(tx, message_id) if row.gone_at is None and row.uid is not None]
    return tuple(
        CopyInfo(
            account=row.account,
            direction=row.direction,
            trust=row.trust,
            trust_evidence=tuple(json.loads(row.trust_evidence)),
            received_at=row.received_at,
            locations=tuple((p.folder, p.uidvalidity, p.uid) for p in places if p.account == row.account),
        )
        for row in messages.copies(tx, message_id)
    )


def id_of(thread: Thread | int) -> int:
    """The id of a thread, or of a thread that is given by its id."""
    return thread if isinstance(thread, int) else thread.id


def thread_of(row: threads.StoredThread) -> Thread:
    """A row as an application sees it."""
    return Thread(row.id, row.subject, row.message_count, row.first_at, row.last_at)


def _node(stored: StoredMessage, data: bytes) -> Node:
    message = parse(data)
    return Node(
        key=str(stored.id),
        message_id=message.message_id,
        references=message.references or message.in_reply_to[:1],
        subject=message.subject,
        date=stored.date or stored.created_at,
    )

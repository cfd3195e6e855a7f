"""Threads: the connected components of Message-IDs.

Every Message-ID that a message has or names (In-Reply-To, References) is a row of ``mailkit_reference`` that points at
a thread. A message joins the thread of its references; where they point at several, those threads are one, and the
oldest takes in the others. The result is the same in whatever order messages arrive, because components are.

With one exception. Anybody can name Message-IDs that he knows, and what one thread is linked to would then be linked to
the other. So a mail unites threads that are linked to different records only by being what was missing between them:
the message whose Message-ID was named before it came, or the nearest of those that it answers. Threads that it merely
names beside that stay apart if each has a record that the other has not.

The reference rows are also what concurrent replies meet at. On PostgreSQL their keys are locked, in sorted order,
before the transaction's first write: of two replies that name one message the second waits, then sees the first's
thread. The threads found are locked too, and looked up again, until nothing new turns up. On SQLite there is one
writer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, case, desc, exists, func, or_, select, text, update

from mailkit.events import ThreadMerged
from mailkit.store import events, links, sql
from mailkit.store.schema import Id, Utc, copy, message, reference, thread
from mailkit.store.tx import Tx


@dataclass(frozen=True, slots=True)
class StoredThread:
    """A row of mailkit_thread. Times are UTC."""

    id: int
    subject: str
    message_count: int
    first_at: datetime
    last_at: datetime
    merged_into: int | None


# The subquery is sorted before the function is called, row by row; OFFSET 0 keeps the planner from merging the two.
_LOCK = text(
    "SELECT count(pg_advisory_xact_lock(held.number)) FROM (SELECT DISTINCT hashtextextended(one.key, 0) AS number "
    "FROM unnest(CAST(:lock_keys AS text[])) AS one (key) ORDER BY number OFFSET 0) AS held"
)
_FIND = sql.among(
    lambda among: select(reference.c.ref, reference.c.thread_id).where(
        sql.mine(reference), among(reference.c.ref, "wanted")
    )
)
_NEW = sql.insert(thread, "tenant", "subject", "message_count", "first_at", "last_at", "created_at")
_POINT = sql.insert_missing(reference, "tenant", "ref", "thread_id", conflict=("tenant", "ref"))
_FIELDS = (
    thread.c.id,
    thread.c.subject,
    thread.c.message_count,
    thread.c.first_at,
    thread.c.last_at,
    thread.c.merged_into,
)
_BY_ID = select(*_FIELDS).where(sql.mine(thread), thread.c.id == bindparam("pk", type_=Id))


def _count_in(latest: str, earliest: str) -> Any:
    """The thread's span and title after one more message; the title is the earliest message's, whatever came first."""
    at, title = bindparam("at", type_=Utc), bindparam("title", type_=Text)
    tie = and_(thread.c.first_at == at, title < thread.c.subject)
    return (
        update(thread)
        .where(sql.mine(thread), thread.c.id == bindparam("pk", type_=Id))
        .values(
            message_count=thread.c.message_count + 1,
            last_at=getattr(func, latest)(thread.c.last_at, at, type_=Utc),
            first_at=getattr(func, earliest)(thread.c.first_at, at, type_=Utc),
            subject=case((or_(thread.c.first_at > at, tie), title), else_=thread.c.subject),
        )
    )


# On SQLite times are ISO 8601 text in UTC, which sorts like the time it stands for.
_COUNT_IN = sql.Dual(sqlite=_count_in("max", "min"), postgresql=_count_in("greatest", "least"))
_HAS_A_COPY = exists().where(
    sql.mine(message),
    message.c.thread_id == thread.c.id,
    sql.mine(copy),
    copy.c.message_id == message.c.id,
    copy.c.account == bindparam("of_account"),
)


def _newest(*more: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*_FIELDS)
        .where(sql.mine(thread), thread.c.merged_into.is_(None), thread.c.message_count > 0, *more)
        .order_by(desc(thread.c.last_at), desc(thread.c.id))
        .limit(bindparam("limit", type_=Id))
        .offset(bindparam("skip", type_=Id))
    )


_LATEST, _LATEST_OF = _newest(), _newest(_HAS_A_COPY)


_STORED = (
    select(message.c.id).where(sql.mine(message), message.c.message_id == bindparam("wanted", type_=Text)).limit(1)
)


def _repoint(table: Any) -> Any:
    return (
        update(table)
        .where(sql.mine(table), table.c.thread_id == bindparam("gone", type_=Id))
        .values(thread_id=bindparam("kept", type_=Id))
    )


_REPOINT = tuple(_repoint(table) for table in (reference, message))
_ABSORB = (
    update(thread)
    .where(sql.mine(thread), thread.c.id == bindparam("kept", type_=Id))
    .values(
        message_count=thread.c.message_count + bindparam("more", type_=Id),
        first_at=bindparam("first", type_=Utc),
        last_at=bindparam("last", type_=Utc),
        subject=bindparam("title"),
    )
)
_ALIAS = (
    update(thread)
    .where(sql.mine(thread), thread.c.id == bindparam("gone", type_=Id))
    .values(merged_into=bindparam("kept", type_=Id), message_count=0)
)
_FLATTEN = (
    update(thread)
    .where(sql.mine(thread), thread.c.merged_into == bindparam("gone", type_=Id))
    .values(merged_into=bindparam("kept", type_=Id))
)


def lock(tx: Tx, keys: Collection[str]) -> None:
    """Hold these keys until the transaction ends. Call it before the transaction's first write.

    They are taken in the order of their hashes, so that two transactions with the same keys never hold one each.
    """
    if tx.dialect == "postgresql" and keys:
        tx.execute(_LOCK, lock_keys=[f"mailkit:{tx.tenant}:{key}" for key in keys])


def _lock_threads(tx: Tx, ids: Collection[int]) -> None:
    lock(tx, [f"thread:{number:020d}" for number in ids])


def _found(tx: Tx, keys: Collection[str]) -> dict[str, int]:
    return {row.ref: row.thread_id for row in tx.execute(_FIND, wanted=list(keys))} if keys else {}


def lock_all(tx: Tx, keys: Sequence[str], identities: Sequence[str] = ()) -> None:
    """Hold the reference keys of a batch and the threads that they point at.

    Args:
        identities: of messages that have no key, and yet must not be stored by two transactions at once.
    """
    if tx.dialect != "postgresql":
        return
    lock(tx, [*(f"ref:{key}" for key in keys), *(f"message:{identity}" for identity in identities)])
    held: set[int] = set()
    while missing := set(_found(tx, keys).values()) - held:
        _lock_threads(tx, missing)
        held |= missing


def assign(
    tx: Tx, keys: Sequence[str], *, own: str | None, subject: str, at: datetime, count: bool = False
) -> tuple[int, bool]:
    """The thread of a message that has or names these Message-IDs, and whether threads were merged for it.

    Args:
        keys: the message's own Message-ID and those it refers to, the nearest first; empty for a message that has none.
        own: which of them is the message's own.
        subject: the base subject (RFC 5256 section 2.1), the title of a new thread.
        at: the message's date.
        count: count the message in.
    """
    pointed = _found(tx, keys)
    found = sorted(set(pointed.values()))
    if len(found) > 1:
        found = _of_one_matter(tx, [key for key in keys if key in pointed], pointed, own)
    if found:
        kept = found[0]
        for gone in found[1:]:
            _merge(tx, gone, kept)
        if count:
            tx.execute(_COUNT_IN, pk=kept, at=at, title=subject)
    else:
        values = {"subject": subject, "message_count": int(count), "first_at": at, "last_at": at}
        kept = int(tx.execute(_NEW, values, created_at=tx.now()).scalar() or 0)
    tx.execute_many(_POINT, [{"ref": key, "thread_id": kept} for key in sorted(set(keys) - pointed.keys())])
    return kept, len(found) > 1


def hold(tx: Tx, *wanted: int) -> list[int]:
    """The threads that these ids lead to, each once, sorted, held until the transaction ends. Call it before the
    transaction's first write.

    Raises:
        NotFoundError: this tenant has no such thread.
    """
    while True:
        found = {get(tx, one).id for one in wanted}
        _lock_threads(tx, found)
        if found == {get(tx, one).id for one in wanted}:  # they may have been merged while we waited
            return sorted(found)


def merge(tx: Tx, one: int, other: int) -> int:
    """Make two threads one because somebody wants it; the id that stays, which is the older. Call it before the
    transaction's first write.

    Raises:
        NotFoundError: this tenant has no such thread.
    """
    kept, *gone = hold(tx, one, other)
    for number in gone:
        _merge(tx, number, kept)
    return kept


def _of_one_matter(tx: Tx, nearest_first: list[str], pointed: dict[str, int], own: str | None) -> list[int]:
    """Which of the threads pointed at the message makes one, sorted by id.

    Those are its own, where nothing but a mention is known of it yet; the nearest that it names; and of the others
    those whose records agree with what there is so far, as one's contain the other's, or one has none.
    """
    together: set[int] = set()
    if nearest_first[0] == own and tx.execute(_STORED, wanted=own).first() is None:
        together.add(pointed[nearest_first.pop(0)])
    others = list(dict.fromkeys(pointed[key] for key in nearest_first))
    together.update(others[:1])
    records = {link.record for thread_id in together for link in links.active(tx, thread_id)}
    for other in others[1:]:
        theirs = {link.record for link in links.active(tx, other)}
        if theirs <= records or records <= theirs:
            together.add(other)
            records |= theirs
    return sorted(together)


def _merge(tx: Tx, gone: int, kept: int) -> None:
    """Make two threads one. The older id stays; the other lives on as an alias, so that events that name it still
    lead somewhere."""
    old = get(tx, gone, follow=False)
    new = get(tx, kept, follow=False)
    for stmt in _REPOINT:
        tx.execute(stmt, gone=gone, kept=kept)
    links.merge(tx, gone, kept)
    earlier = min(old, new, key=lambda one: (one.first_at, one.subject))
    tx.execute(
        _ABSORB,
        kept=kept,
        more=old.message_count,
        first=earlier.first_at,
        last=max(old.last_at, new.last_at),
        title=earlier.subject,
    )
    tx.execute(_ALIAS, gone=gone, kept=kept)
    tx.execute(_FLATTEN, gone=gone, kept=kept)
    events.append(tx, ThreadMerged(thread_id=kept, merged_id=gone))


def get(tx: Tx, thread_id: int, *, follow: bool = True) -> StoredThread:
    """The thread of that id; of one that was merged, with ``follow``, the thread it is part of now.

    Raises:
        NotFoundError: this tenant has none.
    """
    row = tx.execute(_BY_ID, pk=thread_id).one(f"thread {thread_id}")
    if follow and row.merged_into is not None:
        return get(tx, row.merged_into)
    return StoredThread(*row)


def naming(tx: Tx, refs: Sequence[str]) -> int | None:
    """The thread of the first of these Message-IDs that is known, or None."""
    pointed = _found(tx, refs) if refs else {}
    return next((pointed[ref] for ref in refs if ref in pointed), None)


def latest(tx: Tx, limit: int, skip: int = 0, *, account: str | None = None) -> list[StoredThread]:
    """Threads by the date of their last message, newest first; of one account, those that it has a copy of a message
    of."""
    if account is not None:
        return [StoredThread(*row) for row in tx.execute(_LATEST_OF, limit=limit, skip=skip, of_account=account)]
    return [StoredThread(*row) for row in tx.execute(_LATEST, limit=limit, skip=skip)]

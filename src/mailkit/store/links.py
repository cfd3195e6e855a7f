"""Links: one for each thread and record, ``linked``, ``shown`` (for reading only) or ``removed``.

A link's state only climbs by itself, shown to linked, and never comes back from removed: only a person's wish does
that (``restore``). So the links of a thread are the same in whatever order its messages were weighed.
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import bindparam, delete, desc, exists, select, update

from mailkit.store import decisions, sql
from mailkit.store.schema import Id, copy, link, message, thread
from mailkit.store.tx import Tx
from mailkit.words import Link, Outcome, Record

__all__ = ["Known", "active", "add", "drop", "merge", "noteworthy", "of_record", "of_thread", "restore"]

#: What ``add`` did: a new link, shown became linked, nothing new, or a person had removed it before.
Known = Literal["new", "upgraded", "same", "removed"]


_ADD = sql.insert_new(
    link,
    "tenant",
    "thread_id",
    "system",
    "kind",
    "record_id",
    "state",
    "decision_id",
    "created_at",
    conflict=("tenant", "thread_id", "system", "kind", "record_id"),
)
_one = (
    sql.mine(link),
    link.c.thread_id == bindparam("of_thread", type_=Id),
    link.c.system == bindparam("of_system"),
    link.c.kind == bindparam("of_kind"),
    link.c.record_id == bindparam("of_id"),
)
_STATE = select(link.c.id, link.c.state).where(*_one)
_CLIMB = (
    update(link)
    .where(*_one, link.c.state == Outcome.SHOWN.value)
    .values(state=Outcome.LINKED.value, decision_id=bindparam("why", type_=Id))
)
_RESTORE = (
    update(link)
    .where(*_one, link.c.state != Outcome.LINKED.value)
    .values(state=Outcome.LINKED.value, decision_id=bindparam("why", type_=Id))
)
_DROP = (
    update(link)
    .where(*_one, link.c.state != Outcome.REMOVED.value)
    .values(state=Outcome.REMOVED.value, decision_id=bindparam("why", type_=Id))
)
_LINK = (
    link.c.id,
    link.c.thread_id,
    link.c.system,
    link.c.kind,
    link.c.record_id,
    link.c.state,
    link.c.decision_id,
    link.c.created_at,
)
_OF_THREAD = (
    select(*_LINK).where(sql.mine(link), link.c.thread_id == bindparam("of_thread", type_=Id)).order_by(link.c.id)
)
_OF_RECORD = (
    select(*_LINK)
    .join(thread, (thread.c.tenant == link.c.tenant) & (thread.c.id == link.c.thread_id))
    .where(
        sql.mine(link),
        link.c.system == bindparam("of_system"),
        link.c.kind == bindparam("of_kind"),
        link.c.record_id == bindparam("of_id"),
        link.c.state != Outcome.REMOVED.value,
    )
    .order_by(desc(thread.c.last_at), desc(thread.c.id))
    .limit(bindparam("limit", type_=Id))
)

# Forged copies make a message forged only where no better copy of it arrived.
_NOTEWORTHY = (
    select(message.c.id)
    .where(
        sql.mine(message),
        message.c.thread_id == bindparam("of_thread", type_=Id),
        exists().where(copy.c.tenant == message.c.tenant, copy.c.message_id == message.c.id, copy.c.trust != "forged"),
    )
    .order_by(message.c.id)
)

_both = link.alias("both")
_MOVE = (
    update(link)
    .where(
        sql.mine(link),
        link.c.thread_id == bindparam("gone", type_=Id),
        ~exists().where(
            _both.c.tenant == link.c.tenant,
            _both.c.thread_id == bindparam("kept", type_=Id),
            _both.c.system == link.c.system,
            _both.c.kind == link.c.kind,
            _both.c.record_id == link.c.record_id,
        ),
    )
    .values(thread_id=bindparam("kept", type_=Id))
)
_SET = update(link).where(*_one).values(state=bindparam("to_state"), decision_id=bindparam("why", type_=Id))
_DELETE = delete(link).where(sql.mine(link), link.c.thread_id == bindparam("gone", type_=Id))
_STRENGTH = {Outcome.LINKED: 2, Outcome.SHOWN: 1, Outcome.REMOVED: 0}


def _which(thread_id: int, record: Record) -> dict[str, object]:
    return {"of_thread": thread_id, "of_system": record.system, "of_kind": record.kind, "of_id": record.id}


def _link(row: Any) -> Link:
    record = Record(row.system, row.kind, row.record_id)
    return Link(row.id, row.thread_id, record, Outcome(row.state), row.decision_id, row.created_at)


def of_thread(tx: Tx, thread_id: int) -> list[Link]:
    """The links of a thread, oldest first, those that were removed among them."""
    return [_link(row) for row in tx.execute(_OF_THREAD, of_thread=thread_id)]


def active(tx: Tx, thread_id: int) -> list[Link]:
    """The links of a thread that were not removed, oldest first."""
    return [one for one in of_thread(tx, thread_id) if one.state is not Outcome.REMOVED]


def of_record(tx: Tx, record: Record, limit: int) -> list[Link]:
    """The links of a record, the thread with the newest message first; none that was removed."""
    rows = tx.execute(_OF_RECORD, of_system=record.system, of_kind=record.kind, of_id=record.id, limit=limit)
    return [_link(row) for row in rows]


def add(tx: Tx, thread_id: int, record: Record, state: Outcome, decision_id: int | None) -> Known:
    """Link a thread to a record, unless a stronger state is there already.

    Args:
        state: LINKED or SHOWN. LINKED lifts a link that was SHOWN; nothing lifts one that was removed.
    """
    row = tx.execute(
        _ADD,
        thread_id=thread_id,
        system=record.system,
        kind=record.kind,
        record_id=record.id,
        state=str(state),
        decision_id=decision_id,
        created_at=tx.now(),
    ).first()
    if row is not None:
        return "new"
    which = _which(thread_id, record)
    # The condition is in the statement, so that of two transactions only one lifts it.
    if state is Outcome.LINKED and tx.execute(_CLIMB, which, why=decision_id).count == 1:
        return "upgraded"
    there = tx.execute(_STATE, which).first()
    return "removed" if there is not None and there.state == Outcome.REMOVED else "same"


def restore(tx: Tx, thread_id: int, record: Record, decision_id: int) -> bool:
    """Link by a person's wish: lifts what was shown or removed. False: it was linked already."""
    if add(tx, thread_id, record, Outcome.LINKED, decision_id) in ("new", "upgraded"):
        return True
    return tx.execute(_RESTORE, _which(thread_id, record), why=decision_id).count == 1


def drop(tx: Tx, thread_id: int, record: Record, decision_id: int) -> bool:
    """Remove a link. The row stays, so that the same evidence does not bring it back. False: there was none."""
    return tx.execute(_DROP, _which(thread_id, record), why=decision_id).count == 1


def noteworthy(tx: Tx, thread_id: int) -> list[int]:
    """The messages of a thread that may be shown on a record: all but the forged, in the order of their arrival."""
    return list(tx.execute(_NOTEWORTHY, of_thread=thread_id).scalars())


def merge(tx: Tx, gone: int, kept: int) -> None:
    """Two threads are one: move links and decisions. Of two links to one record the stronger state is kept:
    linked, then shown, then removed. The messages of either are yet to be attached to the records of the other
    (`mailkit.link.linker.attach_thread`)."""
    decisions.move(tx, gone, kept)
    tx.execute(_MOVE, gone=gone, kept=kept)
    here = {one.record: one for one in of_thread(tx, kept)}
    for one in of_thread(tx, gone):
        if _STRENGTH[one.state] > _STRENGTH[here[one.record].state]:
            tx.execute(_SET, _which(kept, one.record), to_state=str(one.state), why=one.decision_id)
    tx.execute(_DELETE, gone=gone)

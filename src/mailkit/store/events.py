"""Events and the durable cursors that read them.

An event is written in the transaction in which it happened. A cursor must never pass a transaction that is still in
flight, or the events of that transaction are lost to it:

* SQLite has one writer, so ids are given in the order of commits and ``id > position`` is enough.
* PostgreSQL gives ids before the commit. There, an event carries the number of its transaction (xid); a cursor's
  position is the pair (xid, id), and only events of transactions below the snapshot's horizon are read: every
  transaction below it has ended. Events of one thread keep their order, because a writer takes the locks of its
  threads before its first write, and gets its xid with that write. Numbers below zero are of another cluster, from
  which the database was restored (see ``moved``).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Executable, bindparam, insert, select, tuple_, update

from mailkit.events import Event, load
from mailkit.store import sql
from mailkit.store.failures import StoreConflictError
from mailkit.store.schema import Id, cursor, event
from mailkit.store.tx import Tx

E = TypeVar("E", bound=Event)

_COLUMNS = ("tenant", "name", "thread_id", "message_id", "account", "payload", "created_at")
_APPEND = sql.Dual(
    sqlite=sql.insert(event, *_COLUMNS),
    postgresql=insert(event)
    .values({**{name: bindparam(name, type_=event.c[name].type) for name in _COLUMNS}, "xid": sql.CURRENT_XID})
    .returning(event.c.id),
)
_FIELDS = (
    event.c.id,
    event.c.name,
    event.c.thread_id,
    event.c.message_id,
    event.c.account,
    event.c.payload,
    event.c.xid,
    event.c.created_at,
)
_READ = sql.Dual(
    sqlite=select(*_FIELDS)
    .where(sql.mine(event), event.c.id > bindparam("position", type_=Id))
    .order_by(event.c.id)
    .limit(bindparam("limit", type_=Id)),
    postgresql=select(*_FIELDS)
    .where(
        sql.mine(event),
        tuple_(event.c.xid, event.c.id) > tuple_(bindparam("xid", type_=Id), bindparam("position", type_=Id)),
        event.c.xid < sql.XID_HORIZON,
    )
    .order_by(event.c.xid, event.c.id)
    .limit(bindparam("limit", type_=Id)),
)
_CURSOR = select(cursor.c.xid, cursor.c.position).where(sql.mine(cursor), cursor.c.name == bindparam("called"))
_last = select(event.c.xid, event.c.id).where(sql.mine(event)).order_by(event.c.xid.desc(), event.c.id.desc()).limit(1)
_END = sql.Dual(sqlite=_last, postgresql=_last.where(event.c.xid < sql.XID_HORIZON))
_GET = select(*_FIELDS).where(sql.mine(event), event.c.id == bindparam("pk", type_=Id))
_MAKE = sql.insert_new(cursor, "tenant", "name", "xid", "position", "updated_at", conflict=("tenant", "name"))
_stands = tuple_(cursor.c.xid, cursor.c.position)
_to = tuple_(bindparam("to_xid", type_=Id), bindparam("to_position", type_=Id))
_since = tuple_(bindparam("since_xid", type_=Id), bindparam("since_position", type_=Id))


def _move(where: ColumnElement[bool]) -> Executable:
    return (
        update(cursor)
        .where(sql.mine(cursor), cursor.c.name == bindparam("called"), where)
        .values(
            xid=bindparam("to_xid", type_=Id),
            position=bindparam("to_position", type_=Id),
            updated_at=bindparam("now", type_=cursor.c.updated_at.type),
        )
    )


_MOVE = _move(_stands < _to)
_MOVE_FROM = _move(_stands == _since)

#: Where a cursor stands: (xid, id). Opaque to applications.
Position = tuple[int, int]
#: Before every event, those of other clusters included.
START: Position = (-(2**62), 0)


def append(tx: Tx, what: E) -> E:
    """Write an event in this transaction, tell the transaction's listeners, and return it with its id."""
    number = tx.execute(
        _APPEND,
        name=what.name,
        thread_id=what.thread_id,
        message_id=what.message_id,
        account=what.account,
        payload=what.payload(),
        created_at=tx.now(),
    ).scalar()
    written = replace(what, id=int(number or 0))
    if tx.notify is not None:
        tx.notify(written, tx)
    return written


def position(tx: Tx, name: str) -> Position:
    """Where the cursor of that name stands; the beginning, if it is new."""
    row = tx.execute(_CURSOR, called=name).first()
    return (row.xid, row.position) if row else START


def after(tx: Tx, where: Position, limit: int) -> list[tuple[Position, Event]]:
    """The next events after a position, each with the position it stands for, oldest first."""
    rows = tx.execute(_READ, xid=where[0], position=where[1], limit=limit)
    return [((row.xid, row.id), _event(row)) for row in rows]


def end(tx: Tx) -> Position:
    """The position behind every event that can be read now: a reader that starts there sees only what comes."""
    row = tx.execute(_END).first()
    return (row.xid, row.id) if row else START


def get(tx: Tx, event_id: int) -> Event:
    """The event of that id.

    Raises:
        NotFoundError: this tenant has none.
    """
    return _event(tx.execute(_GET, pk=event_id).one(f"event {event_id}"))


def _event(row: Any) -> Event:
    return load(
        row.name,
        row.payload,
        id=row.id,
        thread_id=row.thread_id,
        message_id=row.message_id,
        account=row.account,
    )


def move(tx: Tx, name: str, to: Position) -> None:
    """Advance a cursor; it never goes back."""
    tx.execute(_MAKE, name=name, xid=START[0], position=START[1], updated_at=tx.now())
    tx.execute(_MOVE, called=name, to_xid=to[0], to_position=to[1], now=tx.now())


def move_from(tx: Tx, name: str, since: Position, to: Position) -> None:
    """Advance a cursor that stands at ``since``, so that of two transactions only one does.

    Raises:
        StoreConflictError: it stands somewhere else.
    """
    tx.execute(_MAKE, name=name, xid=START[0], position=START[1], updated_at=tx.now())
    span = {"since_xid": since[0], "since_position": since[1], "to_xid": to[0], "to_position": to[1]}
    if not tx.execute(_MOVE_FROM, span, called=name, now=tx.now()).count:
        raise StoreConflictError(
            f"The cursor {name!r} has moved since this batch was read: another reader was quicker.",
            hint="Roll back, then read again.",
        )

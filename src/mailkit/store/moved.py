"""Events of a PostgreSQL database that was restored into another cluster.

An event carries the number of its transaction, and a cursor stands at such a number (see ``events``). A cluster counts
its transactions itself: ``pg_dump`` carries the rows into a cluster whose count is another. Where that is lower, the
old events would seem to be of transactions to come, and be read when the count reaches them; the new ones would seem to
be before the cursors, and never be read.

In one cluster no row can be seen whose transaction has no number yet. So a number that is still to be given was given
by another cluster, and then all of this tenant's numbers are moved below zero by one and the same distance: their order
stays, cursors stand between the same events as before, and whatever this cluster counts comes after them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, bindparam, func, select, text, update

from mailkit.store import sql
from mailkit.store.schema import cursor, event

if TYPE_CHECKING:
    from mailkit.store.engine import Store
    from mailkit.store.tx import Tx

_log = logging.getLogger("mailkit.store")
#: PostgreSQL advisory lock: two processes that open the database move its numbers once.
_LOCK = 0x6D61696C6B6975
_EVENT = select(event.c.xid).where(sql.mine(event)).order_by(event.c.xid.desc()).limit(1).scalar_subquery()
_CURSOR = select(cursor.c.xid).where(sql.mine(cursor)).order_by(cursor.c.xid.desc()).limit(1).scalar_subquery()
_HIGHEST = select(func.greatest(_EVENT, _CURSOR).label("highest"), sql.NEXT_XID.label("upcoming"))
_DISTANCE = bindparam("distance", type_=BigInteger)
_MOVE_EVENTS = update(event).where(sql.mine(event)).values(xid=event.c.xid - _DISTANCE)
_MOVE_CURSORS = update(cursor).where(sql.mine(cursor)).values(xid=cursor.c.xid - _DISTANCE)


def settle(store: Store) -> bool:
    """Carry the order of this tenant's events over, if the database comes from another cluster; whether it does.

    Nothing may write events of this tenant to the restored database before: it is called when a store is opened.
    """
    if store.engine.dialect.name != "postgresql":
        return False
    with store.read() as tx:
        if not _is_ahead(tx):
            return False
    moved = store.run(_move)
    if moved is None:
        return False
    _log.warning("the database comes from another PostgreSQL cluster; the order of its %d events is kept", moved)
    return True


def _move(tx: Tx) -> int | None:
    """How many events were moved; None: another process was quicker."""
    tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), lock=_LOCK)
    if not _is_ahead(tx):
        return None
    distance = int(tx.execute(_HIGHEST).one("the events").highest) + 1
    moved = tx.execute(_MOVE_EVENTS, distance=distance).count
    tx.execute(_MOVE_CURSORS, distance=distance)
    return moved


def _is_ahead(tx: Tx) -> bool:
    row = tx.execute(_HIGHEST).one("the events")
    return row.highest is not None and row.highest >= row.upcoming

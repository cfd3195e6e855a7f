"""Leases: one holder of a name at a time, for a time, with a fencing number.

Nobody holds a database lock while working. A holder that dies, or sleeps past its time, loses the lease to the next
one, whose fence number is higher; what the late one then tries with its old number is refused (``held``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, or_, select, update

from mailkit.store import sql
from mailkit.store.schema import Id, Utc, lease
from mailkit.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken."""

    name: str
    owner: str
    fence: int


_MAKE = sql.insert_new(lease, "tenant", "name", conflict=("tenant", "name"))
_TAKE = (
    update(lease)
    .where(
        sql.mine(lease),
        lease.c.name == bindparam("called"),
        or_(
            lease.c.until.is_(None),
            lease.c.until < bindparam("now", type_=Utc),
            lease.c.owner == bindparam("who"),
        ),
    )
    .values(owner=bindparam("who"), until=bindparam("to", type_=Utc), fence=lease.c.fence + 1)
    .returning(lease.c.fence)
)
_mine = (
    sql.mine(lease),
    lease.c.name == bindparam("called"),
    lease.c.owner == bindparam("who"),
    lease.c.fence == bindparam("number", type_=Id),
)
_held = select(lease.c.id).where(*_mine)
_HELD = sql.Dual(sqlite=_held, postgresql=_held.with_for_update())
_EXTEND = update(lease).where(*_mine).values(until=bindparam("to", type_=Utc))
_RELEASE = update(lease).where(*_mine).values(until=None, owner="")


def take(tx: Tx, name: str, owner: str, seconds: float) -> Lease | None:
    """Take a lease for ``seconds``; None: somebody else holds it. The same owner may take it again."""
    now = tx.now()
    tx.execute(_MAKE, name=name)
    row = tx.execute(_TAKE, called=name, who=owner, now=now, to=now + timedelta(seconds=seconds)).first()
    return Lease(name, owner, int(row.fence)) if row else None


def held(tx: Tx, lease_: Lease) -> bool:
    """Whether the lease is still ours. Ask inside the transaction that depends on it."""
    return len(tx.execute(_HELD, called=lease_.name, who=lease_.owner, number=lease_.fence)) == 1


def extend(tx: Tx, lease_: Lease, seconds: float) -> bool:
    """Hold it ``seconds`` longer, from now. False: it was lost."""
    until = tx.now() + timedelta(seconds=seconds)
    return tx.execute(_EXTEND, called=lease_.name, who=lease_.owner, number=lease_.fence, to=until).count == 1


def release(tx: Tx, lease_: Lease) -> None:
    """Give it back; nothing happens if it was lost."""
    tx.execute(_RELEASE, called=lease_.name, who=lease_.owner, number=lease_.fence)

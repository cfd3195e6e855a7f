"""People: which records of the CRM are known under an address.

The CRM's own answers, kept so that the next mail from the same address need not ask. One row for each address and
record; addresses are the keys of `mailkit.message.Address`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Executable, bindparam, delete, func, select

from mailkit.store import sql
from mailkit.store.columns import storable
from mailkit.store.schema import Id, person
from mailkit.store.tx import Tx
from mailkit.words import Record

__all__ = ["Person", "forget", "known_as", "known_as_each", "learn", "unlearn"]


@dataclass(frozen=True, slots=True)
class Person:
    """A record known under an address. ``title`` is what the CRM calls it."""

    address: str
    record: Record
    title: str


_LEARN = sql.upsert(
    person,
    "tenant",
    "address",
    "system",
    "kind",
    "record_id",
    "title",
    "updated_at",
    conflict=("tenant", "address", "system", "kind", "record_id"),
    update=("title", "updated_at"),
)
_PEOPLE = (
    select(person.c.address, person.c.system, person.c.kind, person.c.record_id, person.c.title)
    .where(sql.mine(person), person.c.address == bindparam("known_as"))
    .order_by(person.c.system, person.c.kind, person.c.record_id)
    .limit(bindparam("limit", type_=Id))
)
_ranked = select(
    person.c.address,
    person.c.system,
    person.c.kind,
    person.c.record_id,
    person.c.title,
    func.row_number()
    .over(partition_by=person.c.address, order_by=(person.c.system, person.c.kind, person.c.record_id))
    .label("rank"),
).where(sql.mine(person))


def _among(among: sql.Among) -> Executable:
    ranked = _ranked.where(among(person.c.address, "known_as")).subquery()
    found: Executable = (
        select(ranked.c.address, ranked.c.system, ranked.c.kind, ranked.c.record_id, ranked.c.title)
        .where(ranked.c.rank <= bindparam("limit", type_=Id))
        .order_by(ranked.c.address, ranked.c.rank)
    )
    return found


_OF_ALL = sql.among(_among)
_FORGET = delete(person).where(
    sql.mine(person),
    person.c.system == bindparam("of_system"),
    person.c.kind == bindparam("of_kind"),
    person.c.record_id == bindparam("of_id"),
)
_UNLEARN = _FORGET.where(person.c.address == bindparam("known_as"))


def learn(tx: Tx, address: str, record: Record, title: str = "") -> None:
    """Remember that an address belongs to a record. ``address`` is the key of `mailkit.message.Address`."""
    tx.execute(
        _LEARN,
        address=address,
        system=record.system,
        kind=record.kind,
        record_id=record.id,
        title=storable(title, 1000),
        updated_at=tx.now(),
    )


def unlearn(tx: Tx, address: str, record: Record) -> None:
    """The CRM does not know the record under this address any more."""
    tx.execute(_UNLEARN, known_as=address, of_system=record.system, of_kind=record.kind, of_id=record.id)


def forget(tx: Tx, record: Record) -> int:
    """Forget the addresses of a record that is gone; how many there were."""
    return tx.execute(_FORGET, of_system=record.system, of_kind=record.kind, of_id=record.id).count


def known_as(tx: Tx, address: str, limit: int) -> list[Person]:
    """The records known under an address, in the order of system, kind and id."""
    return [
        Person(row.address, Record(row.system, row.kind, row.record_id), row.title)
        for row in tx.execute(_PEOPLE, known_as=address, limit=limit)
    ]


def known_as_each(tx: Tx, addresses: Collection[str], limit: int) -> dict[str, list[Person]]:
    """The records known under each of these addresses, at most ``limit`` for each, in the order of ``known_as``."""
    found: dict[str, list[Person]] = {address: [] for address in addresses}
    for row in tx.execute(_OF_ALL, known_as=list(addresses), limit=limit) if addresses else ():
        found[row.address].append(Person(row.address, Record(row.system, row.kind, row.record_id), row.title))
    return found

"""Small builders for prebuilt statements: explicit columns, bound values, one spelling for SQLite and PostgreSQL.

A statement is built once, when its module is imported; building one costs more than running it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, Table, bindparam, literal_column
from sqlalchemy import insert as core_insert
from sqlalchemy.dialects import postgresql, sqlite


@dataclass(frozen=True, slots=True)
class Dual:
    """One statement in two dialects."""

    sqlite: Executable
    postgresql: Executable

    def pick(self, dialect: str) -> Executable:
        """The statement for the dialect of that name."""
        return self.postgresql if dialect == "postgresql" else self.sqlite


def mine(table: Table) -> ColumnElement[bool]:
    """``table.tenant = :of_tenant``: part of every WHERE.

    In UPDATE and DELETE no bound value may have the name of a column (SQLAlchemy takes it for a new value of that
    column), hence the name; ``Tx.execute`` binds it, and ``tenant`` for INSERT.
    """
    return table.c.tenant == bindparam("of_tenant")


def _binds(table: Table, columns: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(name, type_=table.c[name].type) for name in columns}


def insert(table: Table, *columns: str) -> Executable:
    """INSERT of these columns, RETURNING id."""
    return core_insert(table).values(_binds(table, columns)).returning(table.c.id)


def insert_new(table: Table, *columns: str, conflict: tuple[str, ...]) -> Dual:
    """INSERT … ON CONFLICT DO NOTHING RETURNING id: no row comes back when the key is there already."""

    def build(module: Any) -> Executable:
        statement: Executable = (
            module.insert(table)
            .values(_binds(table, columns))
            .on_conflict_do_nothing(index_elements=list(conflict))
            .returning(table.c.id)
        )
        return statement

    return Dual(build(sqlite), build(postgresql))


def upsert(table: Table, *columns: str, conflict: tuple[str, ...], update: tuple[str, ...]) -> Dual:
    """INSERT … ON CONFLICT DO UPDATE of ``update``, RETURNING id."""

    def build(module: Any) -> Executable:
        stmt = module.insert(table).values(_binds(table, columns))
        changed: Executable = stmt.on_conflict_do_update(
            index_elements=list(conflict), set_={name: stmt.excluded[name] for name in update}
        ).returning(table.c.id)
        return changed

    return Dual(build(sqlite), build(postgresql))


#: The running transaction's own id (PostgreSQL 13 and later), as a bigint.
CURRENT_XID: ColumnElement[int] = literal_column("pg_current_xact_id()::text::bigint")

#: Transactions below this one are finished; a cursor that stays below it never passes one still in flight.
XID_HORIZON: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")

"""Small builders for prebuilt statements: explicit columns, bound values, one spelling for SQLite and PostgreSQL.

A statement is built once, when its module is imported; building one costs more than running it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Executable,
    Table,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlalchemy import insert as core_insert
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine


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


class _Texts(TypeDecorator[Sequence[str]]):
    """A list of texts as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        postgres = dialect.name == "postgresql"
        return dialect.type_descriptor(postgresql.ARRAY(Text()) if postgres else Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> object:
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


#: Makes the condition that a column is one of the texts of a parameter.
Among = Callable[[ColumnElement[Any], str], ColumnElement[bool]]


def among(build: Callable[[Among], Executable]) -> Dual:
    """A statement with a parameter that is a list of texts; ``build`` is given what makes the condition.

    One parameter whatever the length, so that the statement is compiled once.
    """

    def of_json(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        values = func.json_each(bindparam(name, type_=_Texts())).table_valued("value")
        return column.in_(select(values.c.value))

    def of_array(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        return column == any_(bindparam(name, type_=_Texts()))

    return Dual(sqlite=build(of_json), postgresql=build(of_array))


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


def insert_missing(table: Table, *columns: str, conflict: tuple[str, ...]) -> Dual:
    """As ``insert_new`` without RETURNING: for ``Tx.execute_many``."""

    def build(module: Any) -> Executable:
        statement: Executable = (
            module.insert(table).values(_binds(table, columns)).on_conflict_do_nothing(index_elements=list(conflict))
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

#: No transaction has this number or a higher one yet: no row of one can be seen.
NEXT_XID: ColumnElement[int] = literal_column("pg_snapshot_xmax(pg_current_snapshot())::text::bigint")

"""What the tables are made of: types, and columns that recur."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem
    from sqlalchemy.types import TypeEngine

#: Where Alembic keeps the schema version; a table of its own, so that the host's migrations are left alone.
VERSION_TABLE = "mailkit_alembic_version"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite makes a 64-bit never-reused key only of a column spelled INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def storable(text: str | None, length: int) -> str:
    """Text from elsewhere as every database takes it: no NUL (PostgreSQL refuses it), no lone surrogate (no encoding
    has them), at most ``length`` characters."""
    short = (text or "")[:length].replace("\x00", "\ufffd")
    return short.encode("utf-8", "replace").decode("utf-8")


#: PostgreSQL tells times in its session's zone; a day from the ends of the calendar they can be read in any.
_EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


class Utc(TypeDecorator[datetime]):
    """An aware datetime in UTC: ``timestamptz`` on PostgreSQL, ISO 8601 text with microseconds on SQLite.

    The first and the last day of the calendar (years 1 and 9999) cannot be kept; the nearest time that can is.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = min(max(value, _EARLIEST), _LATEST).astimezone(UTC)
        return value if dialect.name == "postgresql" else value.isoformat(timespec="microseconds")

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(str(value))


def text(name: str, default: str = "") -> Column[str]:
    """Text that is never NULL."""
    return Column(name, Text, nullable=False, server_default=default)


def integer(name: str, default: int = 0) -> Column[int]:
    """A number that is never NULL."""
    return Column(name, Id, nullable=False, server_default=str(default))


def ref(name: str, *, nullable: bool = False) -> Column[int]:
    """A reference to another table's id. No foreign key constraint: code of version N-1 runs on schema N, erasure and
    merging touch rows in their own order, and a host's tools may move tables between schemas."""
    return Column(name, Id, nullable=nullable)


def table(name: str, *columns: SchemaItem) -> Table:
    """``mailkit_<name>`` with its id, its tenant and these columns."""
    return Table(
        f"mailkit_{name}",
        metadata,
        Column("id", Id, primary_key=True, autoincrement=True),
        Column("tenant", Text, nullable=False),
        *columns,
        sqlite_autoincrement=True,
    )

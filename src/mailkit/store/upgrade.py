"""The schema's version: look, make, upgrade, print.

Alembic's scripts are inside the package. The version is kept in ``mailkit_alembic_version``, so that a host
application's own migrations neither see nor drop it. An upgrade takes a lock for its whole length (SQLite: the write
lock; PostgreSQL: an advisory lock), so that two workers that start together upgrade once.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import ColumnClause, Connection, column, inspect, select, table, text

from mailkit.errors import StoreError, StoreNewerError, StoreOutdatedError
from mailkit.store.schema import VERSION_TABLE

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from mailkit.store.engine import Store

_SCRIPTS = Path(__file__).parent / "migrations"
#: The head of the migrations, spelled out so that opening a store need not load Alembic; a test compares them.
HEAD = "0001"
#: Every revision that this code knows, oldest first.
KNOWN = ("0001",)
#: PostgreSQL advisory lock of the upgrade: "mailkit" as a number.
_LOCK = 0x6D61696C6B6974


def version(connection: Connection, schema: str | None = None) -> str | None:
    """The revision of the database, or None where mailkit's tables are not there.

    Raises:
        StoreError: its tables are there, and nothing says of which version they are.
    """
    inspector, row = inspect(connection), None
    if inspector.has_table(VERSION_TABLE, schema=schema):
        version_num: ColumnClause[str] = column("version_num")
        row = connection.execute(select(version_num).select_from(table(VERSION_TABLE, schema=schema))).first()
    if row is None and inspector.has_table("mailkit_message", schema=schema):
        raise StoreError(
            f"The database has mailkit's tables, but {VERSION_TABLE} does not say of which version they are.",
            hint=f"Restore {VERSION_TABLE} from a backup; its one row names the revision, as {HEAD}.",
        )
    return str(row[0]) if row else None


def check(store: Store, *, create: bool = False) -> str:
    """Compare the database with this code and return the revision.

    Args:
        create: make the tables where there are none at all.

    Raises:
        StoreOutdatedError: no tables, or an older revision: run ``mailkit db upgrade``.
        StoreNewerError: a revision that this code does not know.
    """
    with store.engine.connect() as connection:
        store.begin(connection, "DEFERRED")
        found = version(connection, store.schema)
        connection.rollback()
    if found is None and create:
        return upgrade(store)
    if found is None:
        raise StoreOutdatedError(
            "The database has no mailkit tables yet.",
            hint="Run `mailkit db upgrade`, or let MailKit(…, create=True) make them.",
        )
    if found not in KNOWN:
        raise StoreNewerError(f"The database has schema {found}; this mailkit knows {HEAD} at most.")
    if found != HEAD:
        raise StoreOutdatedError(f"The database has schema {found}; this mailkit needs {HEAD}.")
    return found


def upgrade(store: Store) -> str:
    """Bring the database to this code's schema, in one transaction; return the revision.

    Raises:
        StoreNewerError: the database is newer than this code.
    """
    from alembic import command

    with store.engine.connect() as connection:
        store.begin(connection, "IMMEDIATE")
        if store.schema is not None:
            connection.execution_options(schema_translate_map={None: store.schema})
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = version(connection, store.schema)
        if found is not None and found not in KNOWN:
            raise StoreNewerError(f"The database has schema {found}; this mailkit knows {HEAD} at most.")
        if found != HEAD:
            command.upgrade(_config(connection, store.schema), "head")
        connection.commit()
    return HEAD


def sql(store: Store) -> str:
    """The SQL of all migrations for this database's dialect, for a DBA to read and run."""
    from alembic import command

    out = io.StringIO()
    config = _config(None, store.schema, out)
    config.attributes["dialect"] = store.engine.dialect.name
    command.upgrade(config, "head", sql=True)
    return out.getvalue()


def scripts() -> ScriptDirectory:
    """The migrations inside the package."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(None, None))


def _config(connection: Connection | None, schema: str | None, out: io.StringIO | None = None) -> Config:
    from alembic.config import Config

    config = Config(output_buffer=out) if out is not None else Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    return config

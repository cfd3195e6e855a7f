"""Which kind of connection the caller gave, and how statements run on it."""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects.postgresql import psycopg, psycopg2
from sqlalchemy.dialects.sqlite import pysqlite

from mailkit.errors import ConfigError
from mailkit.store.tx import AlchemyExecutor, DbApiExecutor, Executor

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_DIALECTS: dict[str, Any] = {
    "sqlite3": pysqlite.SQLiteDialect_pysqlite,
    "psycopg": psycopg.PGDialect_psycopg,
    "psycopg2": psycopg2.PGDialect_psycopg2,
}


@cache
def _dialect(driver: str) -> Dialect:
    dialect: Dialect = _DIALECTS[driver](paramstyle="qmark" if driver == "sqlite3" else "pyformat")
    return dialect


def joined(connection: object, schema: str | None) -> Executor:
    """An executor on the caller's connection.

    Raises:
        ConfigError: it is no connection that mailkit can run on, or has no transaction.
    """
    if isinstance(connection, Engine):
        raise ConfigError(
            "tx is an Engine, which has no transaction.", hint="Pass the connection: with engine.begin() as tx: …"
        )
    if isinstance(connection, Connection):
        if schema is not None:
            connection = connection.execution_options(schema_translate_map={None: schema})
        if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            raise _autocommit("tx")
        return AlchemyExecutor(connection)
    module = type(connection).__module__
    if module.startswith("sqlalchemy.ext.asyncio"):
        raise ConfigError(
            "tx is an asynchronous connection.", hint="Use AsyncMailKit, or tx.run_sync(lambda c: enqueue(…, tx=c))."
        )
    if module.startswith("sqlalchemy.orm"):
        return joined(connection.connection(), schema)  # type: ignore[attr-defined]
    # django.db.connection is a proxy that stands for the wrapper of the default database.
    if module.startswith("django."):
        return _django(connection, schema)
    driver = _driver(connection)
    if driver is None:
        raise ConfigError(
            f"tx is a {module}.{type(connection).__name__}, on which mailkit cannot run.",
            hint="Pass an SQLAlchemy, sqlite3, psycopg, psycopg2 or Django connection.",
        )
    if _commits_by_itself(connection, driver):
        raise _autocommit("tx")
    return DbApiExecutor(connection, connection, _dialect(driver), schema)


def _autocommit(what: str) -> ConfigError:
    return ConfigError(
        f"{what} is in autocommit mode, so there is no transaction to join.",
        hint="Begin a transaction on it first (Django: `with transaction.atomic():`).",
    )


def _commits_by_itself(connection: Any, driver: str) -> bool:
    if driver == "sqlite3":
        if connection.in_transaction:
            return False
        # `autocommit` is new in Python 3.12; its third value, -1, means that isolation_level decides, as before.
        mode = getattr(connection, "autocommit", -1)
        return connection.isolation_level is None if mode == -1 else bool(mode)
    idle = 0  # TRANSACTION_STATUS_IDLE of libpq, in both drivers
    status = connection.info.transaction_status
    return bool(connection.autocommit) and int(status) == idle


def _driver(connection: object) -> str | None:
    if isinstance(connection, sqlite3.Connection):
        return "sqlite3"
    for cls in type(connection).__mro__:
        root = cls.__module__.split(".")[0]
        if root in ("psycopg", "psycopg2"):
            return root
    return None


def _django(wrapper: Any, schema: str | None) -> Executor:
    """Django's cursor rewrites placeholders, so the connection underneath is used, in the same transaction."""
    if not wrapper.in_atomic_block:
        raise _autocommit("Django's connection")
    wrapper.ensure_connection()
    raw = wrapper.connection
    driver = _driver(raw)
    if driver is None:
        raise ConfigError(f"mailkit cannot run on Django's backend {wrapper.vendor}.")
    return DbApiExecutor(wrapper, raw, _dialect(driver), schema)

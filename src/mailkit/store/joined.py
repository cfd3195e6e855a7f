"""Which kind of connection the caller gave, and how statements run on it."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.dialects.postgresql import psycopg, psycopg2
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.exc import InvalidRequestError, PendingRollbackError, SQLAlchemyError, UnboundExecutionError

from mailkit.errors import ConfigError, StoreError
from mailkit.store.executors import AlchemyExecutor, DbApiExecutor, OpenCursor
from mailkit.store.failures import explain, translated
from mailkit.store.tx import Executor

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_DIALECTS: dict[str, Any] = {
    "sqlite3": pysqlite.SQLiteDialect_pysqlite,
    "psycopg": psycopg.PGDialect_psycopg,
    "psycopg2": psycopg2.PGDialect_psycopg2,
}
#: The classes of raw connections, by driver: (module, class). Whoever has one has loaded the module.
_CLASSES = {
    "sqlite3": ("sqlite3", "Connection"),
    "psycopg": ("psycopg", "Connection"),
    "psycopg2": ("psycopg2.extensions", "connection"),
}
_IDLE = 0  # TRANSACTION_STATUS_IDLE of libpq, in both drivers; PipelineStatus.OFF in psycopg


@cache
def _dialect(driver: str) -> Dialect:
    dialect: Dialect = _DIALECTS[driver](paramstyle="qmark" if driver == "sqlite3" else "pyformat")
    return dialect


def joined(connection: object, schema: str | None) -> Executor:
    """An executor on the caller's connection.

    Raises:
        ConfigError: it is no connection that mailkit can run on, or has no transaction.
        StoreError: the connection is closed, or its transaction has failed already.
    """
    if isinstance(connection, Engine):
        raise ConfigError(
            "tx is an Engine, which has no transaction.", hint="Pass the connection: with engine.begin() as tx: …"
        )
    if isinstance(connection, Connection):
        return _alchemy(connection, schema)
    if isinstance(connection, PoolProxiedConnection):
        return _raw(connection, connection.driver_connection, schema)
    module = type(connection).__module__
    if _is_asynchronous(connection, module):
        raise ConfigError(
            "tx is an asynchronous connection.", hint="Use AsyncMailKit, or tx.run_sync(lambda c: enqueue(…, tx=c))."
        )
    if _is_session(connection):
        return _alchemy(_connection_of(connection), schema)
    # Django's wrapper, of any backend, or django.db.connection, a proxy that stands for the default one.
    if "django.db" in sys.modules and hasattr(connection, "in_atomic_block"):
        return _django(connection, schema)
    # A cursor, or what stands for one: Django's, Odoo's.
    inner = getattr(connection, "connection", None)
    return _raw(connection, connection if _driver(inner) is None else inner, schema)


def _alchemy(connection: Connection, schema: str | None) -> Executor:
    if connection.dialect.name not in ("sqlite", "postgresql"):
        raise ConfigError(f"mailkit keeps its tables in SQLite or PostgreSQL, and tx is to {connection.dialect.name}.")
    with translated():
        if commits_by_itself(connection):
            raise _autocommit("tx")
    return AlchemyExecutor(connection, schema)


def _connection_of(session: Any) -> Connection:
    try:
        connection: Connection = session.connection()
    except PendingRollbackError as error:
        raise StoreError("The session's transaction has failed before this; it can only be rolled back.") from error
    except (UnboundExecutionError, InvalidRequestError) as error:
        raise ConfigError(
            "tx is a session without a transaction to join.",
            hint="Bind it to the engine, and begin: with Session(engine) as session, session.begin(): …",
        ) from error
    except SQLAlchemyError as error:
        raise explain(error) from error
    return connection


def commits_by_itself(connection: Connection) -> bool:
    """Whether each statement on an SQLAlchemy connection is committed at once (AUTOCOMMIT), however that was set."""
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return True
    # As an option of the engine it is seen on the driver's connection only, once SQLAlchemy has begun its transaction.
    connection.exec_driver_sql("SELECT 1").close()
    raw = connection.connection.driver_connection
    driver = _driver(raw) or ("sqlite3" if hasattr(raw, "in_transaction") and hasattr(raw, "isolation_level") else None)
    return driver is not None and _commits_by_itself(raw, driver)


def _is_asynchronous(connection: object, module: str) -> bool:
    return (
        module.startswith(("sqlalchemy.ext.asyncio", "aiosqlite", "asyncpg"))
        or (module.partition(".")[0] == "psycopg" and type(connection).__name__.startswith("Async"))
        or bool(_driver(connection) == "psycopg2" and connection.async_)  # type: ignore[attr-defined]
    )


def _is_session(connection: object) -> bool:
    orm = sys.modules.get("sqlalchemy.orm")  # loaded, if the application has a session
    return orm is not None and isinstance(connection, (orm.Session, orm.scoped_session))


def _raw(handle: object, connection: Any, schema: str | None) -> Executor:
    driver = _driver(connection)
    if driver is None:
        raise ConfigError(
            f"tx is a {type(handle).__module__}.{type(handle).__name__}, on which mailkit cannot run.",
            hint="Pass an SQLAlchemy, sqlite3, psycopg, psycopg2 or Django connection.",
        )
    with translated():
        if _commits_by_itself(connection, driver):
            raise _autocommit("tx")
    return DbApiExecutor(handle, connection, _dialect(driver), schema, _CURSORS[driver])


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
    if not connection.autocommit:
        return False
    if _pipelined(connection):
        with connection.pipeline():  # its end waits for the BEGIN that may still be under way
            pass
    return int(connection.info.transaction_status) == _IDLE


def _driver(connection: object) -> str | None:
    for driver, (module, name) in _CLASSES.items():
        loaded = sys.modules.get(module)
        if loaded is not None and isinstance(connection, getattr(loaded, name)):
            return driver
    return None


def _pipelined(connection: Any) -> bool:
    status = getattr(connection.info, "pipeline_status", _IDLE)
    return int(status) != _IDLE


@contextmanager
def _sqlite3_cursor(connection: sqlite3.Connection) -> Iterator[Any]:
    texts, connection.text_factory = connection.text_factory, str
    try:
        with closing(connection.cursor()) as cursor:
            cursor.row_factory = None
            yield cursor
    finally:
        connection.text_factory = texts


@contextmanager
def _psycopg_cursor(connection: Any) -> Iterator[Any]:
    from psycopg import Cursor
    from psycopg.rows import tuple_row
    from psycopg.types.datetime import TimestamptzLoader

    with Cursor(connection, row_factory=tuple_row) as cursor:
        # Django's loader takes the zone away where USE_TZ is off, and leaves the local time.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        # In a pipeline results come when it is synchronised, which the end of an inner one does.
        yield _Synchronised(connection, cursor) if _pipelined(connection) else cursor


class _Synchronised:
    """A psycopg cursor inside the application's pipeline: every statement is waited for."""

    def __init__(self, connection: Any, cursor: Any) -> None:
        self._connection = connection
        self._cursor = cursor

    def execute(self, query: str, params: Any = None) -> None:
        with self._connection.pipeline():
            self._cursor.execute(query, params)

    def fetchall(self) -> Any:
        return self._cursor.fetchall()

    @property
    def rowcount(self) -> int:
        return int(self._cursor.rowcount)


@contextmanager
def _psycopg2_cursor(connection: Any) -> Iterator[Any]:
    from psycopg2.extensions import cursor as plain  # type: ignore[attr-defined]

    with closing(connection.cursor(cursor_factory=plain)) as cursor:
        yield cursor


_CURSORS: dict[str, OpenCursor] = {
    "sqlite3": _sqlite3_cursor,
    "psycopg": _psycopg_cursor,
    "psycopg2": _psycopg2_cursor,
}


def _django(wrapper: Any, schema: str | None) -> Executor:
    """Django's cursor rewrites placeholders, so the connection underneath is used, in the same transaction."""
    with translated():
        wrapper.ensure_connection()
    if not wrapper.in_atomic_block and wrapper.get_autocommit():
        raise _autocommit("Django's connection")
    raw = wrapper.connection
    driver = _driver(raw)
    if driver is None:
        raise ConfigError(f"mailkit cannot run on Django's backend {wrapper.vendor}.")
    return DbApiExecutor(wrapper, raw, _dialect(driver), schema, _CURSORS[driver])

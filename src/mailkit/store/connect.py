"""The engines that mailkit makes itself, from a URL."""

from __future__ import annotations

import os
import sqlite3
import weakref
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from mailkit.errors import ConfigError, MailkitError, MissingExtraError, StoreUnreachableError

#: Execution option: how a transaction on SQLite begins; an application's own begin as SQLite does by default.
MODE = "mailkit_begin"

#: Marks a connection of an engine that we made, on which the listener begins transactions.
OURS = "mailkit"


def check_schema(schema: str | None, engine: Engine) -> None:
    """Raises ConfigError where a schema of that name cannot be used."""
    if schema is None:
        return
    if engine.dialect.name == "sqlite":
        raise ConfigError("SQLite has no schemas.", hint="Leave schema out.")
    if set(schema) & set("[]\x00"):
        raise ConfigError(f"The schema {schema!r} cannot be used.", hint="Name one without square brackets.")


def open_engine(url: str, busy_timeout: float, pool_size: int, max_overflow: int) -> Engine:
    """An engine for a URL; see ``Store.open``.

    Raises:
        ConfigError, MissingExtraError, StoreUnreachableError.
    """
    if pool_size < 1 or max_overflow < 0:
        raise ConfigError(
            f"A pool of {pool_size} connections and {max_overflow} more cannot be.",
            hint="pool_size is at least 1, max_overflow at least 0.",
        )
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
        if name == "sqlite":
            return _sqlite_engine(url, parsed.database, busy_timeout)
        if name != "postgresql":
            raise ConfigError(f"mailkit keeps its tables in SQLite or PostgreSQL, not in {name}.")
        pool = {"pool_size": pool_size, "max_overflow": max_overflow}
        parsed, options = _driver_options(parsed)
        return create_engine(parsed, connect_args=options, pool_pre_ping=True, hide_parameters=True, **pool)
    except MailkitError:
        raise
    except (ArgumentError, NoSuchModuleError, ValueError):
        # What the reader says quotes the URL, or what it took for a port: of a password with an '@', a part of it.
        raise ConfigError(
            "The database URL cannot be read.",
            hint="Write it as sqlite:///mail.db or postgresql+psycopg://…, user and password percent-encoded.",
        ) from None
    except ImportError as error:
        raise MissingExtraError("postgres", "PostgreSQL") from error


def _driver_options(url: URL) -> tuple[URL, dict[str, Any]]:
    """What psycopg wants as a number, and a URL has as text only."""
    threshold = url.query.get("prepare_threshold")
    if threshold is None or url.get_driver_name() != "psycopg":
        return url, {}
    if threshold != "none" and not str(threshold).isdecimal():
        raise ConfigError(f"prepare_threshold is {threshold!r} in the URL.", hint='Write a number, or "none".')
    options = {"prepare_threshold": None if threshold == "none" else int(str(threshold))}
    return url.difference_update_query(["prepare_threshold"]), options


def _sqlite_engine(url: str, path: str | None, busy_timeout: float) -> Engine:
    memory = path in (None, "", ":memory:")
    is_uri = str(path).startswith("file:")  # sqlite:///file:mail.db?mode=ro&uri=true: SQLite looks for it itself
    if not memory and not is_uri and not Path(str(path)).absolute().parent.is_dir():
        raise StoreUnreachableError(f"The directory of the database {path} does not exist.")
    pool: dict[str, Any] = {"poolclass": StaticPool} if memory else {"pool_size": 8, "max_overflow": 64}
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": busy_timeout, "check_same_thread": False}, **pool
    )

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(MODE, 'DEFERRED')}")

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        record.info[OURS] = True
        # The driver's own transactions begin too late (at the first DML); ours begin when we say so.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


_forked: weakref.WeakSet[Engine] = weakref.WeakSet()


def dispose_after_fork(engine: Engine) -> None:
    """Have a forked child make connections of its own: one must not be used by two processes. It forgets the parent's
    without closing them."""
    if not _forked and hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forget)
    _forked.add(engine)


def _forget() -> None:
    for engine in list(_forked):
        engine.dispose(close=False)

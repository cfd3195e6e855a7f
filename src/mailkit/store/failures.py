"""What a database says when it fails, told as one of our errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mailkit.errors import (
    StoreError,
    StoreFullError,
    StoreLockedError,
    StoreOutdatedError,
    StoreReadOnlyError,
    StoreUnreachableError,
)

_DRIVERS = ("sqlite3", "psycopg", "psycopg2")


class StoreConflictError(StoreLockedError):
    """Two transactions were in each other's way: run the whole transaction again."""


#: What SQLSTATEs of PostgreSQL, or the classes of states that they begin with, mean; the first that fits.
_STATES: tuple[tuple[tuple[str, ...], type[StoreError], str, str | None], ...] = (
    (
        ("40001", "40P01", "55P03"),  # serialization_failure, deadlock_detected, lock_not_available
        StoreConflictError,
        "Two transactions were in each other's way.",
        "Run the whole transaction again.",
    ),
    (
        ("57014",),  # query_canceled
        StoreLockedError,
        "A statement was cancelled; it took longer than statement_timeout allows, or an administrator did it.",
        "Try again. If it happens often, look who holds locks for long, or raise statement_timeout.",
    ),
    (
        ("25P03", "25P04", "57P05"),  # idle_in_transaction_session_timeout, transaction_timeout, idle_session_timeout
        StoreUnreachableError,
        "The database server ended the connection, which stood idle or in one transaction longer than it allows.",
        "Try again. If it happens often, make event handlers quicker, or raise the server's time-out.",
    ),
    (
        ("26000", "42P05"),  # invalid_sql_statement_name, duplicate_prepared_statement
        StoreUnreachableError,
        "Prepared statements of several clients meet on one connection, which a pooler hands out by transaction.",
        "Add prepare_threshold=none to the URL, or create_engine(…, connect_args={'prepare_threshold': None}).",
    ),
    (("53100", "53200"), StoreFullError, "The database server has no space left.", None),
    (("42P01", "42703"), StoreOutdatedError, "The database lacks tables or columns of mailkit.", None),
    (
        ("3F000",),  # invalid_schema_name
        StoreOutdatedError,
        "The schema that is to hold mailkit's tables does not exist.",
        'Make it first: CREATE SCHEMA "…".',
    ),
    (
        ("25P02",),
        StoreError,
        "The transaction has failed before this; it can only be rolled back.",
        "Roll back, and begin another.",
    ),
    (("25006",), StoreReadOnlyError, "The database is read-only.", "Connect to the server that takes writes."),
    (
        ("42501",),  # insufficient_privilege
        StoreReadOnlyError,
        "The database user lacks a right on mailkit's tables.",
        "Grant it SELECT, INSERT, UPDATE and DELETE on them; for an upgrade, CREATE on their schema.",
    ),
    (("08", "53", "57", "58"), StoreUnreachableError, "The database server cannot be reached, or cannot work.", None),
)


def _sqlite(error: BaseException, text: str) -> StoreError | None:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or "is locked" in text:
        return StoreLockedError("The database is locked by another writer.")
    if code == sqlite3.SQLITE_FULL or "disk is full" in text:
        return StoreFullError("There is no space left for the database.")
    if code == sqlite3.SQLITE_READONLY or "readonly" in text:
        return StoreReadOnlyError("The database cannot be written.")
    if code == sqlite3.SQLITE_CANTOPEN or "unable to open" in text:
        return StoreUnreachableError("The database file cannot be opened.")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return StoreUnreachableError(
            "The file is not an SQLite database, or it is damaged.", hint="Check the path, or restore a backup."
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreFullError("The disk refused a read or a write of the database.")
    if "no such table" in text or "no such column" in text:
        return StoreOutdatedError("The database lacks tables or columns of mailkit.")
    return None


def _postgres(error: BaseException, text: str) -> StoreError | None:
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    if "prepared statement" in text:
        state = "42P05"  # one of another client, which has other parameters, breaks the protocol (08P01)
    for states, cls, message, hint in _STATES:
        if state.startswith(states):
            return cls(message, hint=hint)
    closed = type(error).__name__ == "InterfaceError" and "closed" in text  # psycopg2, of a connection that was lost
    if type(error).__name__ == "OperationalError" or closed:
        return StoreUnreachableError("The database server cannot be reached.")
    return None


def explain(error: BaseException) -> StoreError:
    """The typed error for what a driver raised. The driver's words are kept as the cause, parameters are not."""
    if isinstance(error, PoolTimeoutError):
        return StoreLockedError(
            "All connections of the pool are in use.", hint="Raise pool_size or max_overflow, or run fewer threads."
        )
    origin = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = str(origin).lower()
    module = type(origin).__module__
    known = _sqlite(origin, text) if module.startswith("sqlite3") else _postgres(origin, text)
    return known or StoreError(f"The database refused a statement: {type(origin).__name__}: {str(origin)[:200]}")


def database_failure(error: BaseException, *, lost: bool) -> StoreError | None:
    """What the database itself did to an application's code that ran in a transaction of ours; None: the code failed.

    Args:
        lost: the transaction's connection is gone.
    """
    if isinstance(error, StoreError):
        known: StoreError | None = error
    elif isinstance(error, SQLAlchemyError) or type(error).__module__.split(".")[0] in _DRIVERS:
        known = explain(error)
    else:
        return None
    return known if isinstance(known, StoreConflictError) or (lost and type(known) is not StoreError) else None


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLAlchemy and the drivers raise into the errors of the store."""
    try:
        yield
    except SQLAlchemyError as error:
        raise explain(error) from (error.orig if isinstance(error, DBAPIError) else error)
    except Exception as error:
        if type(error).__module__.split(".")[0] in _DRIVERS:
            raise explain(error) from error
        raise

"""A database that refuses one statement: a full disk, a locked file, a lost connection, an answer that never came.

As ``support.crash`` kills a process at a numbered point, this module makes the n-th statement of a task fail, in the
way in which the drivers say it; the process lives on. ``run`` is a task that wraps another one.

============  ========  ======================================================================================
``full``      SQLite    a write or a commit: SQLITE_FULL
``busy``      SQLite    the begin of a transaction or a commit: SQLITE_BUSY, as after the busy time-out
``lost``      psycopg   any statement or a commit: the server ends the connection first (pg_terminate_backend)
``unheard``   psycopg   a commit is done, and the connection lost before the answer came
============  ========  ======================================================================================
"""

from __future__ import annotations

import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Literal, TypeVar

from mailkit.errors import MailkitError
from support.crash import load
from support.knife import where

T = TypeVar("T")
How = Literal["full", "busy", "lost", "unheard"]
_WRITES = ("INSERT", "UPDATE", "DELETE")
_SAYS = {
    "full": (sqlite3.SQLITE_FULL, "database or disk is full"),
    "busy": (sqlite3.SQLITE_BUSY, "database is locked"),
}


class Refusal:
    """Counts the statements that could be refused so, and refuses one; ``at`` 0: none. Those of ``skip`` (the
    beginning of a place) do not count."""

    def __init__(self, how: How, at: int, skip: str = "") -> None:
        self.how = how
        self.skip = skip
        self.at = at
        self.count = 0
        self.place = ""
        self.seen: list[str] = []

    def concerns(self, sql: str) -> bool:
        word = sql.lstrip()[:6].upper()
        if self.how == "full":
            return word in (*_WRITES, "COMMIT")
        if self.how == "busy":
            return word in ("BEGIN ", "COMMIT")
        return word == "COMMIT" or self.how == "lost"

    def due(self, sql: str) -> bool:
        """Whether this statement is the one."""
        if not self.concerns(sql) or (self.skip and where().startswith(self.skip)):
            return False
        self.count += 1
        if self.at == 0:
            self.seen.append(f"{' '.join(sql.split())} in {where()}")
        if self.count != self.at:
            return False
        self.place = f"{' '.join(sql.split())[:40]} in {where()}"
        return True

    # -- sqlite3 -------------------------------------------------------------------------------------------------------

    def install_sqlite(self) -> None:
        refusal, plain = self, sqlite3.connect

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, *args: Any) -> Any:
                refusal.refuse_sqlite(sql)
                return super().execute(sql, *args)

            def executemany(self, sql: str, *args: Any) -> Any:
                refusal.refuse_sqlite(sql)
                return super().executemany(sql, *args)

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

            def commit(self) -> None:
                if self.in_transaction:
                    refusal.refuse_sqlite("COMMIT")
                super().commit()

            def __exit__(
                self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
            ) -> Literal[False]:
                try:
                    self.commit() if kind is None else self.rollback()
                except sqlite3.Error:
                    self.rollback()
                    raise
                return False

        def connect(*args: Any, **named: Any) -> sqlite3.Connection:
            made: sqlite3.Connection = plain(*args, **{**named, "factory": Connection})
            return made

        for module in (sqlite3, sys.modules["sqlite3.dbapi2"]):
            setattr(module, "connect", connect)  # noqa: B010

    def refuse_sqlite(self, sql: str) -> None:
        if self.how in _SAYS and self.due(sql):
            code, words = _SAYS[self.how]
            error = sqlite3.OperationalError(words)
            error.sqlite_errorcode = code
            raise error

    # -- psycopg -------------------------------------------------------------------------------------------------------

    def install_psycopg(self) -> None:
        import psycopg

        execute: Any = psycopg.Cursor.execute
        commit = psycopg.Connection.commit
        idle = psycopg.pq.TransactionStatus.IDLE

        def executed(cursor: Any, query: Any, *args: Any, **named: Any) -> Any:
            if self.how == "lost" and self.due(str(query)):
                _terminate(cursor.connection)
            return execute(cursor, query, *args, **named)

        def committed(connection: Any) -> None:
            if connection.info.transaction_status == idle or not self.due("COMMIT"):
                return commit(connection)
            if self.how == "lost":
                _terminate(connection)
                return commit(connection)
            commit(connection)
            connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

        setattr(psycopg.Cursor, "execute", executed)  # noqa: B010
        setattr(psycopg.Connection, "commit", committed)  # noqa: B010


def _terminate(connection: Any) -> None:
    """The server ends this connection, as when it is restarted."""
    import psycopg

    known = connection.info
    pid = known.backend_pid
    others = {"host": known.host, "port": known.port, "user": known.user, "dbname": known.dbname}
    with psycopg.connect(**others, autocommit=True) as admin:
        # Not through a cursor: those are what is counted.
        admin.pgconn.exec_(f"SELECT pg_terminate_backend({pid})".encode())
        while admin.pgconn.exec_(f"SELECT 1 FROM pg_stat_activity WHERE pid = {pid}".encode()).ntuples:
            time.sleep(0.005)


def run(told: Mapping[str, Any]) -> dict[str, object]:
    """A task that runs another one with one statement refused.

    Args:
        told: ``task`` and ``arguments``, ``how``, ``at``, ``skip``.

    Returns:
        ``count``: statements that could have been refused; ``seen``: each of them with who executes it, where none
        was; ``place``: which one was; ``raised``: the class of the error that ended the task, "" if it came to its end;
        ``typed``: whether it is one of mailkit's; ``where``: the file whose statement failed.
    """
    refusal = Refusal(told["how"], told["at"], told.get("skip", ""))
    if told["how"] in _SAYS:
        refusal.install_sqlite()
    else:
        refusal.install_psycopg()
    raised: BaseException | None = None
    task: Callable[[Any], object] = load(told["task"])
    try:
        task(told["arguments"])
    except Exception as error:
        raised = error
    return {
        "count": refusal.count,
        "seen": refusal.seen,
        "place": refusal.place,
        "raised": type(raised).__name__ if raised else "",
        "typed": raised is None or isinstance(raised, MailkitError),
        "words": str(raised or "")[:300],
        "where": _where(raised),
    }


def _where(error: BaseException | None) -> str:
    """The file whose statement failed: the last one in the traceback that is not a library's, Python's or this one."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    others = ("site-packages", "/lib/python", __file__)
    own = [one.filename for one in frames if not any(other in one.filename for other in others)]
    return own[-1] if own else ""

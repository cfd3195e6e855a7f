"""A transaction, ours or the caller's, behind one small interface.

Whose transaction is it?

* ``Store.write()`` and ``Store.read()`` open one of ours, and end it.
* ``Store.join(connection)`` runs on the caller's. mailkit never begins, commits or rolls back what it was given:

  - an SQLAlchemy ``Connection`` or ``Session`` executes the statements itself;
  - on a raw DB-API connection (sqlite3, psycopg, psycopg2, Django's wrapper) the compiled SQL runs through the
    connection's own cursor. Wrapping such a connection in an Engine would roll the caller back when the wrapper is
    returned to its pool.

Both give ``Rows``: a list of rows with attribute and index access. Nothing is streamed: every result is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Executable

from mailkit.errors import NotFoundError, StoreError, UsageError
from mailkit.store.failures import translated
from mailkit.store.sql import Dual

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

    from mailkit.events import Event

Params = Mapping[str, object]
#: Called by ``store.events.append`` with every event, inside its transaction.
Notify = Callable[["Event", "Tx"], None]
#: Opens a cursor on a raw connection; closed at the end of the block.
OpenCursor = Callable[[Any], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Rows:
    """The result of one statement. ``count`` is the number of rows changed."""

    rows: Sequence[Any]
    count: int

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def first(self) -> Any | None:
        """The first row, or None."""
        return self.rows[0] if self.rows else None

    def one(self, what: str = "row") -> Any:
        """The only row.

        Raises:
            NotFoundError: there is none.
        """
        if not self.rows:
            raise NotFoundError(f"There is no such {what}.")
        return self.rows[0]

    def scalar(self) -> Any | None:
        """The first column of the first row, or None."""
        return self.rows[0][0] if self.rows else None

    def scalars(self) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.rows]


class Executor(Protocol):
    """Runs statements on one connection."""

    dialect_name: str
    handle: object

    def run(self, stmt: Executable, params: Params) -> Rows:
        """Run one statement."""

    def run_many(self, stmt: Executable, params: Sequence[Params]) -> None:
        """Run one statement for many parameter sets; nothing is returned."""

    def savepoint(self) -> Any:
        """A context manager: a savepoint that is rolled back when the block raises."""

    def lent(self) -> AbstractContextManager[None]:
        """See ``Tx.lent``."""

    @property
    def lost(self) -> bool:
        """See ``Tx.lost``."""


class Tx:
    """One open transaction of one tenant.

    Attributes:
        tenant: the tenant whose rows are seen; part of every statement.
        connection: the connection as the application knows it: an SQLAlchemy ``Connection``, or the raw connection that
            was joined. Event handlers get it to write their own rows in the same transaction.
        executor: runs its statements.
        notify: is told of every event that is written in this transaction; what it raises undoes the transaction.
    """

    __slots__ = ("_clock", "_own", "executor", "notify", "raw_dir", "tenant")

    def __init__(
        self,
        executor: Executor,
        *,
        tenant: str,
        clock: Callable[[], datetime],
        raw_dir: str | None = None,
        notify: Notify | None = None,
    ) -> None:
        self.executor = executor
        self._clock = clock
        self.tenant = tenant
        self._own = {"tenant": tenant, "of_tenant": tenant}
        self.raw_dir = raw_dir
        self.notify = notify

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.executor.dialect_name

    @property
    def connection(self) -> object:
        """The connection as the application knows it."""
        return self.executor.handle

    def now(self) -> datetime:
        """The time by the store's clock, in UTC."""
        return self._clock()

    def execute(self, stmt: Executable | Dual, params: Params | None = None, /, **more: object) -> Rows:
        """Run a prebuilt statement. ``tenant`` is bound wherever the statement asks for it."""
        if isinstance(stmt, Dual):
            stmt = stmt.pick(self.dialect)
        with translated(), _storable():
            return self.executor.run(stmt, {**self._own, **(params or {}), **more})

    def execute_many(self, stmt: Executable | Dual, params: Sequence[Params]) -> None:
        """Run a statement for many parameter sets."""
        if not params:
            return
        if isinstance(stmt, Dual):
            stmt = stmt.pick(self.dialect)
        with translated(), _storable():
            self.executor.run_many(stmt, [{**self._own, **p} for p in params])

    @contextmanager
    def lent(self) -> Iterator[None]:
        """While the application's code has the connection: the transaction is not its to end.

        Raises:
            UsageError: it was to commit or to roll back.
        """
        with self.executor.lent():
            yield

    @property
    def lost(self) -> bool:
        """Whether the connection was lost."""
        return self.executor.lost

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A savepoint: what the block wrote is undone when it raises, and the error goes on."""
        with translated(), self.executor.savepoint():
            yield


class AlchemyExecutor:
    """Runs on an SQLAlchemy connection."""

    __slots__ = ("_connection", "_options", "dialect_name", "handle")

    def __init__(self, connection: Connection, schema: str | None = None) -> None:
        self._connection = connection
        # Told with each statement: as an option of the connection it would move the application's own tables too.
        self._options: dict[str, Any] = {"schema_translate_map": {None: schema}} if schema else {}
        self.handle: object = connection
        self.dialect_name = connection.dialect.name

    def run(self, stmt: Executable, params: Params) -> Rows:
        result = self._connection.execute(stmt, _only(stmt, params), execution_options=self._options)
        if result.returns_rows:
            rows = result.fetchall()
            return Rows(rows, len(rows))
        return Rows((), result.rowcount)

    def run_many(self, stmt: Executable, params: Sequence[Params]) -> None:
        self._connection.execute(stmt, [_only(stmt, p) for p in params], execution_options=self._options)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        if self.dialect_name == "sqlite":
            run = self._connection.exec_driver_sql
            run("SELECT 1").close()  # the first statement is what makes SQLAlchemy begin
            with _sqlite_savepoint(run, self._connection.connection.driver_connection):
                yield
            return
        with self._connection.begin_nested():
            yield

    @contextmanager
    def lent(self) -> Iterator[None]:
        hidden = [name for name in ("commit", "rollback", "close") if name not in vars(self._connection)]
        for name in hidden:
            setattr(self._connection, name, _refuse_to_end)
        try:
            yield
        finally:
            for name in hidden:
                delattr(self._connection, name)
        if not self.lost and not _is_open(self._connection.connection.driver_connection):
            _refuse_to_end()

    @property
    def lost(self) -> bool:
        return self._connection.invalidated


def _is_open(connection: Any) -> bool:
    """Whether a raw connection, on which something was written, is in a transaction still."""
    if hasattr(connection, "in_transaction"):
        return bool(connection.in_transaction)
    status = getattr(getattr(connection, "info", None), "transaction_status", None)
    return status is None or int(status) != 0  # TRANSACTION_STATUS_IDLE of libpq


def _refuse_to_end() -> None:
    raise UsageError(
        "The transaction was to be ended by code that only takes part in it.",
        hint="Leave commit and rollback to mailkit; raise an exception to undo it, use a savepoint to undo a part.",
    )


class DbApiExecutor:
    """Runs on a raw DB-API connection, through a cursor of its own: ``cursor`` opens one that gives plain tuples and
    takes the dialect's placeholders, whatever factories the application has set on its connection."""

    __slots__ = ("_connection", "_cursor", "_dialect", "_schema", "dialect_name", "handle")

    def __init__(
        self, handle: object, connection: Any, dialect: Dialect, schema: str | None, cursor: OpenCursor
    ) -> None:
        self.handle = handle
        self._connection = connection
        self._dialect = dialect
        self._schema = schema
        self._cursor = cursor
        self.dialect_name = dialect.name

    def run(self, stmt: Executable, params: Params) -> Rows:
        compiled = _compiled(stmt, self._dialect, self._schema)
        with self._cursor(self._connection) as cursor:
            cursor.execute(compiled.string, _bound(compiled, _only(stmt, params), self._dialect))
            if not compiled._result_columns:
                return Rows((), cursor.rowcount)
            rows = _rows(compiled, cursor.fetchall(), self._dialect)
            return Rows(rows, len(rows))

    def run_many(self, stmt: Executable, params: Sequence[Params]) -> None:
        for one in params:
            self.run(stmt, one)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        def execute(sql: str) -> None:
            with self._cursor(self._connection) as cursor:
                cursor.execute(sql)

        if self.dialect_name == "sqlite":
            with _sqlite_savepoint(execute, self._connection):
                yield
            return
        with _sql_savepoint(execute, self._connection):
            yield

    @contextmanager
    def lent(self) -> Iterator[None]:
        yield
        if not self.lost and not _is_open(self._connection):
            _refuse_to_end()

    @property
    def lost(self) -> bool:
        return bool(getattr(self._connection, "closed", False))


@contextmanager
def _sqlite_savepoint(execute: Callable[[str], object], connection: Any) -> Iterator[None]:
    """The driver begins a transaction at the first INSERT and not for SAVEPOINT, and an outermost savepoint commits
    when it is released: so the transaction that the driver was about to begin is begun now."""
    if not connection.in_transaction:
        execute("BEGIN")
    with _sql_savepoint(execute, connection):
        yield


@contextmanager
def _sql_savepoint(execute: Callable[[str], object], connection: Any) -> Iterator[None]:
    execute("SAVEPOINT mailkit_savepoint")
    try:
        yield
    except BaseException:
        if not _is_open(connection):
            _refuse_to_end()
        execute("ROLLBACK TO SAVEPOINT mailkit_savepoint")
        execute("RELEASE SAVEPOINT mailkit_savepoint")
        raise
    execute("RELEASE SAVEPOINT mailkit_savepoint")


@contextmanager
def _storable() -> Iterator[None]:
    """A number of more than 64 bits and a lone surrogate fail in the driver, before the database sees them."""
    try:
        yield
    except (OverflowError, UnicodeEncodeError) as error:
        raise StoreError(f"A value cannot be stored: {type(error).__name__}.") from error


@lru_cache(maxsize=1024)
def _names(stmt: Executable) -> frozenset[str]:
    return frozenset(str(name) for name in stmt.compile().params)  # type: ignore[attr-defined]


def _only(stmt: Executable, params: Params) -> dict[str, object]:
    """The parameters that the statement has; SQLAlchemy takes a name it does not know for one more column."""
    names = _names(stmt)
    return {name: value for name, value in params.items() if name in names}


@lru_cache(maxsize=2048)
def _compiled(stmt: Executable, dialect: Dialect, schema: str | None) -> SQLCompiler:
    options: dict[str, Any] = (
        {"schema_translate_map": {None: schema}, "render_schema_translate": True} if schema else {}
    )
    return stmt.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}, **options)  # type: ignore[attr-defined,no-any-return]


def _bound(compiled: SQLCompiler, params: Mapping[str, object], dialect: Dialect) -> Any:
    values = dict(compiled.construct_params(dict(params)))
    for name, bind in compiled.binds.items():
        process = bind.type.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            values[name] = process(values[name])
    return tuple(values[name] for name in compiled.positiontup or ()) if compiled.positional else values


def _rows(compiled: SQLCompiler, raw: Sequence[Sequence[object]], dialect: Dialect) -> list[Any]:
    from collections import namedtuple

    columns = compiled._result_columns
    row_type = namedtuple("Row", [c.keyname for c in columns])  # type: ignore[misc]
    processors = [c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns]
    return [row_type(*(p(v) if p else v for p, v in zip(processors, row, strict=True))) for row in raw]

"""How statements run on a connection: through SQLAlchemy, or through a cursor of a raw DB-API connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable

from mailkit.errors import StoreError, UsageError
from mailkit.store.tx import Params, Rows

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect
    from sqlalchemy.sql.compiler import SQLCompiler

#: Opens a cursor on a raw connection; closed at the end of the block.
OpenCursor = Callable[[Any], AbstractContextManager[Any]]


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
    when it is released: so the transaction that the driver was about to begin is begun now, with the lock of writers;
    one that reads first and writes later is refused when another has written in between. If all in it is undone, the
    lock is given back."""
    begun = not connection.in_transaction
    if begun:
        execute("BEGIN IMMEDIATE")
    try:
        with _sql_savepoint(execute, connection):
            yield
    except BaseException:
        if begun and connection.in_transaction:
            execute("ROLLBACK")
        raise


@contextmanager
def _sql_savepoint(execute: Callable[[str], object], connection: Any) -> Iterator[None]:
    execute("SAVEPOINT mailkit_savepoint")
    try:
        yield
    except BaseException as error:
        if not _is_open(connection):
            if isinstance(error, StoreError):
                raise  # the database ended it: SQLite does when its disk is full
            _refuse_to_end()
        execute("ROLLBACK TO SAVEPOINT mailkit_savepoint")
        execute("RELEASE SAVEPOINT mailkit_savepoint")
        raise
    execute("RELEASE SAVEPOINT mailkit_savepoint")


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

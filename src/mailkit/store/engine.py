"""The store: an engine, a tenant, a key and a clock.

SQLite: one writer. Every write transaction begins with ``BEGIN IMMEDIATE``, so a second writer waits for at most
``busy_timeout`` seconds at the start and never fails in the middle. The journal is WAL, ``synchronous`` FULL: what is
committed survives a power cut.

PostgreSQL: READ COMMITTED; batches take their keys in sorted order, deadlocks and serialization failures run again
(``Store.run``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, false, update
from sqlalchemy.pool import StaticPool

from mailkit.errors import ConfigError, StoreReadOnlyError, UsageError
from mailkit.net.guard import Block, forbid_network
from mailkit.store.connect import MODE, OURS, check_schema, dispose_after_fork, open_engine
from mailkit.store.executors import AlchemyExecutor
from mailkit.store.failures import StoreConflictError, translated
from mailkit.store.joined import commits_by_itself, joined
from mailkit.store.schema import lease
from mailkit.store.tx import Executor, Notify, Tx

if TYPE_CHECKING:
    from pydantic import SecretStr

    from mailkit.events import Event

    Key = str | bytes | SecretStr

T = TypeVar("T")


class _Opened(NamedTuple):
    """A transaction that is open: the pool of its connection, the schema of its tables, and whether it may write."""

    block: Block
    tx: Tx
    pool: object
    schema: str | None
    writes: bool


#: The transactions that are open in this thread or task, innermost last.
_open: ContextVar[tuple[_Opened, ...]] = ContextVar("mailkit_open_transactions", default=())

# On SQLite a transaction that reads first and writes later is refused at once when another has written in between; one
# that writes first, be it nothing, waits for its turn.
_BE_WRITER = update(lease).where(false()).values(owner="")

#: Connections to PostgreSQL: kept open, and opened beyond those when they are in use.
POOL_SIZE = 5
MAX_OVERFLOW = 10

#: How often a transaction that met a deadlock or a serialization failure is run again.
CONFLICT_ATTEMPTS = 16


def utcnow() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Store:
    """The database of one tenant; see ``Store.open``. Safe to share between threads and after a fork."""

    def __init__(
        self,
        engine: Engine,
        *,
        tenant: str = "default",
        schema: str | None = None,
        raw_dir: Path | None = None,
        clock: Callable[[], datetime] = utcnow,
        own: bool = False,
    ) -> None:
        self.engine = engine
        self.tenant = tenant
        self.schema = schema
        self.raw_dir = raw_dir
        self.clock = clock
        #: Told of every event in the transaction that writes it; set by the facade.
        self.notify: Notify | None = None
        self._own = own
        # One connection serves an in-memory database, so its users take turns.
        memory = isinstance(engine.pool, StaticPool)
        self._turn: AbstractContextManager[object] = threading.RLock() if memory else nullcontext()
        if own:
            dispose_after_fork(engine)

    @classmethod
    def open(
        cls,
        where: str | Engine,
        *,
        tenant: str = "default",
        schema: str | None = None,
        busy_timeout: float = 30.0,
        pool_size: int = POOL_SIZE,
        max_overflow: int = MAX_OVERFLOW,
        raw_dir: str | Path | None = None,
        clock: Callable[[], datetime] = utcnow,
        create: bool | None = None,
        check: bool = True,
    ) -> Store:
        """Open a store.

        Args:
            where: an SQLAlchemy URL (``sqlite:///mail.db``, ``postgresql+psycopg://…``) or the application's Engine.
            tenant: whose rows; every other tenant's are invisible.
            schema: PostgreSQL schema of the ``mailkit_*`` tables; None for the search path's first.
            busy_timeout: seconds to wait for another writer (SQLite).
            pool_size: connections to PostgreSQL that are kept open.
            max_overflow: further connections to PostgreSQL that are opened when those are in use, and closed again.
            raw_dir: keep raw bytes in this directory instead of in a table.
            clock: returns the time as an aware datetime.
            create: make the tables in an empty database. Default: only for an SQLite URL.
            check: compare the schema version with this code's.

        Raises:
            StoreUnreachableError, StoreOutdatedError, StoreNewerError, StoreReadOnlyError, ConfigError.
        """
        from mailkit.store import moved, upgrade

        own = isinstance(where, str)
        schema = schema or None
        engine = open_engine(where, busy_timeout, pool_size, max_overflow) if isinstance(where, str) else where
        check_schema(schema, engine)
        directory = _directory(raw_dir)
        store = cls(engine, tenant=tenant, schema=schema, raw_dir=directory, clock=clock, own=own)
        may_create = create if create is not None else own and engine.dialect.name == "sqlite"
        if check:
            with translated():
                store._refuse_autocommit()
                upgrade.check(store, create=may_create)
                moved.settle(store)
        return store

    def _refuse_autocommit(self) -> None:
        if self._own:
            return
        with self.engine.connect() as connection:
            # On SQLite transactions are begun in words; a driver with autocommit=True does not end them.
            lite = connection.dialect.name == "sqlite"
            raw = connection.connection.driver_connection
            if getattr(raw, "autocommit", None) is True if lite else commits_by_itself(connection):
                raise ConfigError(
                    "The engine is in autocommit mode, so nothing could be written together.",
                    hint="Make the engine without autocommit=True."
                    if lite
                    else 'Pass engine.execution_options(isolation_level="READ COMMITTED").',
                )

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A write transaction: committed at the end of the block, rolled back when the block raises.

        No network call can be made inside it: mailkit's own raise NetworkInTransactionError.

        Raises:
            UsageError: this thread or task has one open already; the two would wait for each other.
        """
        self._refuse_inside_another()
        with self._turn, forbid_network(), translated(), self.engine.connect() as connection:
            self.begin(connection, "IMMEDIATE")
            tx = self._tx(AlchemyExecutor(connection, self.schema))
            with self._inside(tx, writes=True):
                yield tx
            _commit(connection)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A read transaction: one snapshot, always rolled back. Inside another transaction it is part of that one, so
        that an event handler sees what the event is about."""
        outer = self._outer()
        if outer is not None:
            # Two stores may lie in two schemas of one database.
            yield self._tx(outer.tx.executor) if outer.schema == self.schema else self.join(outer.tx.connection)
            return
        with self._turn, translated(), self.engine.connect() as connection:
            self.begin(connection, "DEFERRED")
            tx = self._tx(AlchemyExecutor(connection, self.schema))
            with self._inside(tx, writes=False):
                yield tx
            connection.rollback()

    @property
    def is_open_here(self) -> bool:
        """Whether a transaction on this database is open in this thread or task, whose rows may yet be undone."""
        return self._outer() is not None

    def _outer(self) -> _Opened | None:
        """The innermost transaction that is open here on this database."""
        here = (one for one in reversed(_open.get()) if one.pool is self.engine.pool and one.block.is_here)
        return next(here, None)

    @contextmanager
    def _inside(self, tx: Tx, *, writes: bool) -> Iterator[None]:
        before, block = _open.get(), Block()
        _open.set((*before, _Opened(block, tx, self.engine.pool, self.schema, writes)))
        try:
            yield
        finally:
            block.leave()
            # Set instead of reset(token): a generator may be closed in another context, where the token is not valid.
            _open.set(before)

    def _refuse_inside_another(self) -> None:
        outer = self._outer()
        # A second connection can write beside one that reads; an in-memory database has one connection.
        if outer is not None and (outer.writes or isinstance(self.engine.pool, StaticPool)):
            raise UsageError(
                "A write transaction of this store is open in this thread.",
                hint="Pass its connection on (tx=…); an event handler gets it as its second argument.",
            )

    def begin(self, connection: Connection, mode: str) -> None:
        """Begin a transaction of ours on a fresh connection; ``mode`` is SQLite's (IMMEDIATE takes the write lock)."""
        if connection.dialect.name != "sqlite":
            return
        if connection.info.get(OURS):
            connection.execution_options(**{MODE: mode})
            connection.begin()
            return
        connection.begin()
        # A listener of the application's, or its driver (autocommit=False), may have begun in its own way.
        if getattr(connection.connection.driver_connection, "in_transaction", False):
            connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(f"BEGIN {mode}")

    def run(self, work: Callable[[Tx], T]) -> T:
        """Run ``work`` in a write transaction, again when it met a deadlock or a serialization failure."""
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

        again = Retrying(
            retry=retry_if_exception_type(StoreConflictError),
            stop=stop_after_attempt(CONFLICT_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.01, max=1),
            reraise=True,
        )
        result: T = again(self._once, work)
        return result

    def _once(self, work: Callable[[Tx], T]) -> T:
        with self.write() as tx:
            return work(tx)

    def join(self, connection: object) -> Tx:
        """A Tx on the caller's own transaction; see `mailkit.store.tx`. mailkit never ends that transaction.

        Args:
            connection: SQLAlchemy ``Connection`` or ``Session``, or a raw connection (or cursor) of sqlite3, psycopg,
                psycopg2, or Django's connection wrapper.

        Raises:
            ConfigError: it is none of these, or has no open transaction that can be joined.
        """
        if isinstance(connection, Tx):
            return connection
        executor = joined(connection, self.schema)
        if executor.dialect_name != self.engine.dialect.name:
            raise ConfigError(
                f"tx is a connection to {executor.dialect_name}, and the store is in {self.engine.dialect.name}.",
                hint="Pass a connection to the database that mailkit's tables are in.",
            )
        return self._tx(executor)

    @contextmanager
    def within(self, connection: object) -> Iterator[Tx]:
        """A part of the caller's own transaction: when the block raises, what it wrote is undone, and what the caller
        wrote before stays, ready to be committed. What is read in the block is read on the caller's connection too: who
        holds one of a small pool and waits for another may wait for himself.

        Raises:
            ConfigError: as ``join``.
        """
        tx = self.join(connection)
        with tx.savepoint(), self._inside(tx, writes=True):
            if tx.dialect == "sqlite":
                tx.execute(_BE_WRITER)
            yield tx

    def _tx(self, executor: Executor) -> Tx:
        raw_dir = str(self.raw_dir) if self.raw_dir else None
        return Tx(executor, tenant=self.tenant, clock=self.clock, raw_dir=raw_dir, notify=self._tell)

    def _tell(self, event: Event, tx: Tx) -> None:
        if self.notify is not None:
            with self._inside(tx, writes=True):
                self.notify(event, tx)

    def close(self) -> None:
        """Close the connections that mailkit opened; an application's own Engine is left alone."""
        if self._own:
            self.engine.dispose()


def _commit(connection: Connection) -> None:
    """Commit. When a COMMIT fails, SQLite keeps the transaction open and with it the lock of writers, and SQLAlchemy
    believes that it has ended: the pool would hand the connection on like that."""
    try:
        connection.commit()
    except BaseException:
        if not connection.invalidated:
            with suppress(Exception):
                connection.connection.rollback()
        raise


def _directory(raw_dir: str | Path | None) -> Path | None:
    if raw_dir is None:
        return None
    path = Path(raw_dir)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnlyError(f"The raw directory {path} cannot be made: {error.strerror}.") from error
    return path

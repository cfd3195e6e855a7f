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
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Executable

from mailkit.errors import NotFoundError, StoreError
from mailkit.store.failures import translated
from mailkit.store.sql import Dual

if TYPE_CHECKING:
    from mailkit.events import Event

Params = Mapping[str, object]
#: Called by ``store.events.append`` with every event, inside its transaction.
Notify = Callable[["Event", "Tx"], None]


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
        """The only row. ``what`` names it for the error: ``"message 7"``.

        Raises:
            NotFoundError: there is none.
        """
        if not self.rows:
            raise NotFoundError(f"There is no {what}.")
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


@contextmanager
def _storable() -> Iterator[None]:
    """A number of more than 64 bits and a lone surrogate fail in the driver, before the database sees them."""
    try:
        yield
    except (OverflowError, UnicodeEncodeError) as error:
        raise StoreError(f"A value cannot be stored: {type(error).__name__}.") from error

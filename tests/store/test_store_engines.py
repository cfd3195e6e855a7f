"""Engines and cursors of the application's own: listeners, isolation levels, time-outs of the server, odd schemas."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from mailkit import MailKit
from mailkit.errors import ConfigError, StoreError, StoreLockedError, StoreOutdatedError, StoreUnreachableError
from mailkit.events import MessageReceived
from mailkit.store import Store, events
from mailkit.store.failures import StoreConflictError
from mailkit.words import Source
from support.mails import mail


def _where(url: str) -> dict[str, Any]:
    parsed = make_url(url)
    return {"host": parsed.host, "port": parsed.port, "user": parsed.username, "dbname": parsed.database}


def _begins_by_listener(url: str) -> Engine:
    """As SQLAlchemy's documentation advises for savepoints on SQLite."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _begins_by_itself(url: str) -> Engine:
    """``autocommit=False`` of Python 3.12: the driver is in a transaction always."""
    if sys.version_info < (3, 12):
        pytest.skip("sqlite3.connect(autocommit=…) is new in Python 3.12")
    return create_engine(url, connect_args={"autocommit": False})


def _begins_late(url: str) -> Engine:
    """As SQLite's driver does by default."""
    return create_engine(url)


@pytest.fixture(params=[_begins_by_listener, _begins_by_itself, _begins_late])
def lite_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine: Engine = request.param(f"sqlite:///{tmp_path}/host.db")
    yield engine
    engine.dispose()


def _append(store: Store, connection: object, number: int) -> None:
    with store.within(connection) as tx:
        events.append(tx, MessageReceived(message_id=number))


def _numbers(store: Store) -> list[int | None]:
    with store.read() as tx:
        return [found.message_id for _, found in events.after(tx, (0, 0), 1000)]


def test_an_sqlite_engine_that_begins_in_its_own_way(lite_engine: Engine) -> None:
    store = Store.open(lite_engine, create=True)
    with store.write() as own:
        events.append(own, MessageReceived(message_id=1))
    with lite_engine.begin() as tx:
        _append(store, tx, 2)
    with lite_engine.connect() as tx:
        _append(store, tx, 3)
        tx.rollback()
    assert _numbers(store) == [1, 2]


def test_callers_that_write_at_the_same_time_wait_for_each_other(lite_engine: Engine) -> None:
    """A transaction that reads first and writes later is refused at once when another has written in between."""
    store = Store.open(lite_engine, create=True)
    failures: list[BaseException] = []

    def call(first: int) -> None:
        try:
            for number in range(first, first + 15):
                with lite_engine.begin() as connection, store.within(connection) as tx:
                    events.position(tx, "reads first")
                    events.append(tx, MessageReceived(message_id=number))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=call, args=(100 * number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(_numbers(store)) == 60


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sqlite3.connect(autocommit=…) is new in Python 3.12")
def test_an_sqlite_engine_whose_driver_never_commits_is_refused(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/host.db", connect_args={"autocommit": True})
    with pytest.raises(ConfigError, match="autocommit"):
        Store.open(engine, create=True)
    engine.dispose()


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_workers_on_an_engine_of_a_stricter_isolation(postgres_url: str, level: str) -> None:
    """Each takes its snapshot before it waits for the others' keys, and learns of them by a serialization failure."""
    engine = create_engine(postgres_url, isolation_level=level, pool_size=10)
    kit = MailKit(engine, create=True)
    failures: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for number in range(12):
                raw = mail(message_id=f"{number}@client.example", extra="References: <0@client.example>\r\n")
                kit.ingest(raw, source=Source.delivery("pipe", f"{worker}-{number}"))
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    stats = kit.stats()
    assert (stats.messages, stats.threads, stats.quarantined) == (12, 1, 0)
    engine.dispose()


@pytest.mark.parametrize(
    ("setting", "error"), [("statement_timeout", StoreLockedError), ("lock_timeout", StoreConflictError)]
)
def test_a_time_out_of_the_server_is_not_the_mails_fault(
    postgres_url: str, setting: str, error: type[StoreError]
) -> None:
    import psycopg

    MailKit(postgres_url, create=True).close()
    engine = create_engine(postgres_url, connect_args={"options": f"-c {setting}=100"})
    kit = MailKit(engine)
    with psycopg.connect(**_where(postgres_url)) as other:
        other.execute("LOCK TABLE mailkit_participant IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(error) as caught:
            kit.ingest(mail())
        assert caught.value.retryable
    assert kit.stats().quarantined == 0
    assert kit.ingest(mail()).new
    engine.dispose()


def test_a_connection_that_the_server_ended_is_not_the_mails_fault(postgres_url: str) -> None:
    limit = {"options": "-c idle_in_transaction_session_timeout=100"}
    engine = create_engine(postgres_url, connect_args=limit)
    kit = MailKit(engine, create=True)
    naps = iter((0.5, 0.0))
    kit.on(MessageReceived)(lambda event, tx: time.sleep(next(naps)))
    with pytest.raises(StoreUnreachableError, match="idle"):
        kit.ingest(mail())
    assert kit.stats().quarantined == 0
    assert kit.ingest(mail()).new
    engine.dispose()


@pytest.mark.parametrize("schema", ["My Schema", 'we"ird', "ünï", "select", "a.b", "100%(x)s", "it's", ":colon"])
def test_schemas_of_odd_names(postgres_url: str, schema: str) -> None:
    import psycopg
    from psycopg.sql import SQL, Identifier

    with psycopg.connect(**_where(postgres_url)) as connection:
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    Store.open(postgres_url, schema=schema, create=True).close()
    store = Store.open(postgres_url, schema=schema)
    with psycopg.connect(**_where(postgres_url)) as connection:
        _append(store, connection, 1)
    with store.engine.begin() as alchemy:
        _append(store, alchemy, 2)
        found = alchemy.execute(text("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'mailkit%'"))
        assert found.scalars().all() == [schema]
    assert _numbers(store) == [1, 2]
    store.close()


def test_a_schema_that_cannot_be_is_refused(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreOutdatedError, match="CREATE SCHEMA"):
        Store.open(postgres_url, schema="missing", create=True)
    with pytest.raises(ConfigError, match="brackets"):
        Store.open(postgres_url, schema="a[b]", create=True)
    with pytest.raises(ConfigError, match="no schemas"):
        Store.open(f"sqlite:///{tmp_path}/m.db", schema="mail")


class OdooCursor:
    """What Odoo calls ``cr``: an object of its own that hands everything on to a psycopg2 cursor."""

    def __init__(self, connection: Any) -> None:
        self._obj = connection.cursor()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._obj, name)


@pytest.mark.parametrize("kind", ["sqlite3", "psycopg", "psycopg2", "odoo"])
def test_a_cursor_stands_for_its_connection(tmp_path: Path, request: pytest.FixtureRequest, kind: str) -> None:
    if kind == "sqlite3":
        store = Store.open(f"sqlite:///{tmp_path}/m.db")
        connection: Any = sqlite3.connect(tmp_path / "m.db")
    else:
        url = request.getfixturevalue("postgres_url")
        store = Store.open(url, create=True)
        driver = __import__("psycopg2" if kind == "odoo" else kind)
        connection = driver.connect(**_where(url))
    given = OdooCursor(connection) if kind == "odoo" else connection.cursor()
    heard: list[object] = []
    store.notify = lambda event, tx: heard.append(tx.connection)
    _append(store, given, 1)
    connection.rollback()
    _append(store, given, 2)
    connection.commit()
    assert _numbers(store) == [2]
    assert heard == [given, given], "a handler is given what the application knows"
    connection.close()
    store.close()


def test_sessions_that_have_no_transaction_to_join(store: Store) -> None:
    with Session() as unbound, pytest.raises(ConfigError, match="Bind it"):
        store.join(unbound)
    with Session(store.engine, autobegin=False) as waiting, pytest.raises(ConfigError, match="begin"):
        store.join(waiting)
    with Session(store.engine) as failed:
        failed.begin_nested()
        failed.connection().close()
        with pytest.raises((ConfigError, StoreError)):
            store.join(failed)

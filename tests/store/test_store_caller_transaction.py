"""The caller's transaction: mailkit's rows share its fate, and mailkit never begins, commits or rolls it back.

One family for every kind of connection that a host application may hold: SQLAlchemy, raw sqlite3, psycopg 3, psycopg2,
Django. Each test writes a row of the caller's own first; it must survive whatever mailkit does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from mailkit.errors import ConfigError, StoreOutdatedError
from mailkit.events import MessageReceived
from mailkit.store import Store, events, raw
from mailkit.store.quarantine import count as held


@dataclass
class Caller:
    """A host application's connection, in its own words."""

    connection: Any
    execute: Callable[[str], Any]
    commit: Callable[[], None]
    rollback: Callable[[], None]


@contextmanager
def _sqlalchemy(url: str) -> Iterator[Caller]:
    engine = create_engine(url)
    with engine.connect() as connection:
        yield Caller(connection, lambda sql: connection.execute(text(sql)), connection.commit, connection.rollback)
    engine.dispose()


@contextmanager
def _dbapi(connection: Any) -> Iterator[Caller]:
    def execute(sql: str) -> None:
        with closing(connection.cursor()) as cursor:
            cursor.execute(sql)

    yield Caller(connection, execute, connection.commit, connection.rollback)
    connection.close()


@contextmanager
def _sqlite3(url: str) -> Iterator[Caller]:
    with _dbapi(sqlite3.connect(str(make_url(url).database))) as caller:
        yield caller


@contextmanager
def _psycopg(url: str) -> Iterator[Caller]:
    import psycopg

    parsed = make_url(url)
    connection = psycopg.connect(host=parsed.host, port=parsed.port, user=parsed.username, dbname=parsed.database)
    with _dbapi(connection) as caller:
        yield caller


@contextmanager
def _psycopg2(url: str) -> Iterator[Caller]:
    import psycopg2

    parsed = make_url(url)
    connection = psycopg2.connect(host=parsed.host, port=parsed.port, user=parsed.username, dbname=parsed.database)
    with _dbapi(connection) as caller:
        yield caller


KINDS = {
    "sqlalchemy-sqlite": ("sqlite", _sqlalchemy),
    "sqlite3": ("sqlite", _sqlite3),
    "sqlalchemy-postgresql": ("postgresql", _sqlalchemy),
    "psycopg": ("postgresql", _psycopg),
    "psycopg2": ("postgresql", _psycopg2),
}


@dataclass
class Host:
    """A host's database with mailkit's tables and one of its own, and the caller's connection."""

    store: Store
    caller: Caller

    def orders(self) -> list[str]:
        with self.store.engine.connect() as connection:
            return [row[0] for row in connection.execute(text("SELECT name FROM orders ORDER BY name"))]

    def events(self) -> int:
        with self.store.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM mailkit_event")).scalar() or 0)


@pytest.fixture(params=sorted(KINDS))
def host(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Host]:
    kind, door = KINDS[request.param]
    url = f"sqlite:///{tmp_path}/host.db" if kind == "sqlite" else str(request.getfixturevalue("postgres_url"))
    store = Store.open(url, create=True, busy_timeout=1.0)
    with store.engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (name TEXT)"))
    with door(url) as caller:
        yield Host(store, caller)
    store.close()


def _mailkit_writes(host: Host) -> int:
    tx = host.store.join(host.caller.connection)
    raw.put(tx, b"Subject: hello\r\n\r\n")
    return events.append(tx, MessageReceived(message_id=1, thread_id=2, account="sales")).id


def test_a_commit_of_the_caller_commits_both(host: Host) -> None:
    host.caller.execute("INSERT INTO orders VALUES ('mine')")
    assert _mailkit_writes(host) > 0
    assert (host.orders(), host.events()) == ([], 0), "mailkit committed the caller's transaction"
    host.caller.commit()
    assert (host.orders(), host.events()) == (["mine"], 1)


def test_a_rollback_of_the_caller_rolls_back_both(host: Host) -> None:
    host.caller.execute("INSERT INTO orders VALUES ('mine')")
    _mailkit_writes(host)
    host.caller.rollback()
    assert (host.orders(), host.events()) == ([], 0)


def test_a_savepoint_rolled_back_takes_only_what_came_after_it(host: Host) -> None:
    host.caller.execute("INSERT INTO orders VALUES ('mine')")
    host.caller.execute("SAVEPOINT before_mail")
    _mailkit_writes(host)
    host.caller.execute("ROLLBACK TO SAVEPOINT before_mail")
    host.caller.execute("INSERT INTO orders VALUES ('other')")
    host.caller.commit()
    assert (host.orders(), host.events()) == (["mine", "other"], 0)


def test_a_savepoint_of_mailkit_undoes_only_what_is_in_it(host: Host) -> None:
    host.caller.execute("INSERT INTO orders VALUES ('mine')")
    tx = host.store.join(host.caller.connection)
    events.append(tx, MessageReceived(message_id=1))
    with pytest.raises(ZeroDivisionError), tx.savepoint():
        assert events.append(tx, MessageReceived(message_id=2)).message_id / 0  # type: ignore[operator]
    host.caller.commit()
    assert (host.orders(), host.events()) == (["mine"], 1)


def test_rows_come_back_typed(host: Host) -> None:
    tx = host.store.join(host.caller.connection)
    digest = raw.put(tx, b"raw \x00\xff bytes")
    assert raw.get(tx, digest) == b"raw \x00\xff bytes"
    written = events.append(tx, MessageReceived(message_id=7, thread_id=8, account="a", trust="forged"))
    assert events.get(tx, written.id) == written
    assert held(tx) == 0
    host.caller.rollback()


def test_a_statement_that_fails_is_typed_and_leaves_the_transaction_to_the_caller(host: Host) -> None:
    host.caller.execute("INSERT INTO orders VALUES ('mine')")
    host.caller.execute("SAVEPOINT before_mail")
    host.caller.execute("DROP TABLE mailkit_raw")
    with pytest.raises(StoreOutdatedError):
        _mailkit_writes(host)
    host.caller.execute("ROLLBACK TO SAVEPOINT before_mail")
    host.caller.commit()
    assert host.orders() == ["mine"]


def test_a_call_that_fails_takes_back_only_what_it_wrote(host: Host) -> None:
    host.caller.execute("INSERT INTO orders VALUES ('mine')")

    def write_and_fail(number: int) -> None:
        with host.store.within(host.caller.connection) as tx:
            events.append(tx, MessageReceived(message_id=number))
            raw.put(tx, b"Subject: hello\r\n\r\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail(1)
    host.caller.execute("DROP TABLE mailkit_raw")
    with pytest.raises(StoreOutdatedError):
        write_and_fail(2)
    host.caller.execute("INSERT INTO orders VALUES ('other')")
    host.caller.commit()
    assert (host.orders(), host.events()) == (["mine", "other"], 0)


def test_a_first_call_that_fails_leaves_no_lock_behind(host: Host) -> None:
    with pytest.raises(ZeroDivisionError), host.store.within(host.caller.connection) as tx:
        assert events.append(tx, MessageReceived(message_id=1)).id / 0
    with host.store.write() as own:
        events.append(own, MessageReceived(message_id=2))
    assert host.events() == 1
    host.caller.rollback()


def test_a_database_of_another_kind_is_refused(tmp_path: Any, postgres_url: str) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/m.db")
    with _sqlalchemy(postgres_url) as caller, pytest.raises(ConfigError, match="the store is in sqlite"):
        store.join(caller.connection)
    store.close()


def test_an_engine_is_refused(tmp_path: Any) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/m.db")
    with pytest.raises(ConfigError, match=r"engine\.begin"):
        store.join(store.engine)
    with pytest.raises(ConfigError, match="cannot run"):
        store.join(object())
    store.close()


def test_a_connection_that_commits_by_itself_is_refused(tmp_path: Any, postgres_url: str) -> None:
    import psycopg
    import psycopg2

    store = Store.open(f"sqlite:///{tmp_path}/m.db")
    parsed = make_url(postgres_url)
    where = {"host": parsed.host, "port": parsed.port, "user": parsed.username, "dbname": parsed.database}
    lite = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    three = psycopg.connect(**where, autocommit=True)
    two = psycopg2.connect(**where)
    two.autocommit = True
    with store.engine.connect() as plain:
        alchemy = plain.execution_options(isolation_level="AUTOCOMMIT")
        for connection in (lite, three, two, alchemy):
            with pytest.raises(ConfigError, match="autocommit"):
                store.join(connection)
    lite.execute("BEGIN")
    store.join(lite)
    postgres = Store.open(postgres_url, create=True)
    with three.transaction():
        postgres.join(three)
    postgres.close()
    for connection in (lite, three, two):
        connection.close()
    store.close()


def test_a_session_of_the_orm(tmp_path: Any) -> None:
    from sqlalchemy.orm import Session

    store = Store.open(f"sqlite:///{tmp_path}/m.db")
    with Session(store.engine) as session:
        events.append(store.join(session), MessageReceived(message_id=1))
        session.rollback()
    with store.read() as tx:
        assert events.after(tx, (0, 0), 10) == []
    store.close()


def test_an_asynchronous_connection_through_run_sync(postgres_url: str) -> None:
    import asyncio

    from sqlalchemy.ext.asyncio import create_async_engine

    store = Store.open(postgres_url, create=True)

    async def main() -> None:
        engine = create_async_engine(postgres_url)
        async with engine.connect() as connection:
            with pytest.raises(ConfigError, match="run_sync"):
                store.join(connection)
            await connection.run_sync(lambda c: events.append(store.join(c), MessageReceived(message_id=1)))
            await connection.rollback()
            await connection.run_sync(lambda c: events.append(store.join(c), MessageReceived(message_id=2)))
            await connection.commit()
        await engine.dispose()

    asyncio.run(main())
    with store.read() as tx:
        assert [event.message_id for _, event in events.after(tx, (0, 0), 10)] == [2]
    store.close()


DJANGO = """
import sys, django
from django.conf import settings
names = ("ENGINE", "NAME", "HOST", "PORT", "USER")
settings.configure(
    DATABASES={"default": dict(zip(names, sys.argv[1:6]))}, USE_TZ=False, TIME_ZONE="America/New_York"
)
django.setup()
from django.db import connection, connections, transaction
from sqlalchemy import text
from mailkit.errors import ConfigError
from mailkit.events import MessageReceived
from mailkit.store import Store, events, leases
from mailkit.store.engine import utcnow
from mailkit.store.schema import Utc
store = Store.open(sys.argv[6], create=True)
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE orders (name TEXT)")
for wrong in (connection, transaction.atomic(), connections, connection.cursor()):
    try:
        store.join(wrong)
    except ConfigError as error:
        assert "atomic" in str(error) or "cannot run" in str(error)
    else:
        raise SystemExit(f"{wrong} was joined")
connection.set_autocommit(False)  # a transaction that Django does not look after
events.append(store.join(connection), MessageReceived(message_id=0))
connection.rollback()
connection.set_autocommit(True)
with transaction.atomic():
    with store.within(connection) as tx:
        lease = leases.take(tx, "django", "me", 60)
        until = tx.execute(text("SELECT until FROM mailkit_lease").columns(until=Utc())).scalar()
    assert 50 < (until - utcnow()).total_seconds() < 61, f"{until} was read in Django's time zone"
with transaction.atomic(), connection.cursor() as cursor:
    events.append(store.join(cursor), MessageReceived(message_id=0))
    transaction.set_rollback(True)
with transaction.atomic():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO orders VALUES (%s)", ["kept"])
    events.append(store.join(connection), MessageReceived(message_id=1))
    try:
        with transaction.atomic():
            events.append(store.join(connection), MessageReceived(message_id=2))
            raise ZeroDivisionError
    except ZeroDivisionError:
        print("savepoint rolled back")
try:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO orders VALUES (%s)", ["lost"])
        events.append(store.join(connection), MessageReceived(message_id=3))
        raise ZeroDivisionError
except ZeroDivisionError:
    print("rolled back")
with connection.cursor() as cursor:
    cursor.execute("SELECT name FROM orders")
    assert cursor.fetchall() == [("kept",)]
with store.read() as tx:
    assert [event.message_id for _, event in events.after(tx, (0, 0), 10)] == [1]
print("done")
"""


def test_django_atomic_blocks(store_url: str) -> None:
    import subprocess
    import sys

    parsed = make_url(store_url)
    engine = "django.db.backends.sqlite3" if parsed.get_backend_name() == "sqlite" else "django.db.backends.postgresql"
    where = [engine, parsed.database or "", parsed.host or "", str(parsed.port or ""), parsed.username or ""]
    done = subprocess.run(
        [sys.executable, "-c", DJANGO, *where, store_url], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == "done"

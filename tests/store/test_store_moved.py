"""A database that is dumped and restored into another PostgreSQL cluster: its cursors lose no event and repeat none."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from mailkit.events import MessageReceived
from mailkit.store import Store, events
from support.postgres import postgres_running
from support.servers.process import program

COUNT_ON = "DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"


@pytest.fixture(scope="module")
def other_cluster() -> Iterator[str]:
    with postgres_running(program("postgresql")) as url:
        yield f"{url}/postgres"


def _libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _transfer(source: str, target: str) -> None:
    """``pg_dump | psql`` from one cluster into the other."""
    chosen = program("postgresql")
    tools = Path(chosen.find(chosen.server.program)).parent
    dumped = subprocess.run(
        [tools / "pg_dump", "--clean", "--if-exists", _libpq(source)], capture_output=True, check=True
    )
    restore = [tools / "psql", "-q", "-v", "ON_ERROR_STOP=1", _libpq(target)]
    subprocess.run(restore, input=dumped.stdout, capture_output=True, check=True)


def _write(store: Store, *numbers: int) -> None:
    for number in numbers:
        with store.write() as tx:
            events.append(tx, MessageReceived(message_id=number))


def _read(store: Store, name: str, limit: int = 100) -> list[int]:
    with store.write() as tx:
        batch = events.after(tx, events.position(tx, name), limit)
        if batch:
            events.move(tx, name, batch[-1][0])
    return [event.message_id or 0 for _, event in batch]


@pytest.fixture
def moved(postgres_url: str, other_cluster: str) -> str:
    """Five events, written when the first cluster had counted far; the cursor ``half`` has read two, ``all`` all."""
    with psycopg.connect(_libpq(postgres_url), autocommit=True) as connection:
        connection.execute(COUNT_ON)
    store = Store.open(postgres_url, create=True)
    _write(store, 1, 2, 3, 4, 5)
    assert _read(store, "half", 2) == [1, 2]
    assert _read(store, "all") == [1, 2, 3, 4, 5]
    store.close()
    _transfer(postgres_url, other_cluster)
    return other_cluster


def test_cursors_go_on_where_they_stood(moved: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "mailkit.store"):
        store = Store.open(moved)
    assert "comes from another PostgreSQL cluster" in caplog.text
    assert _read(store, "half") == [3, 4, 5]
    assert _read(store, "all") == []
    _write(store, 6, 7)
    assert _read(store, "half") == [6, 7]
    assert _read(store, "all") == [6, 7]
    assert _read(store, "new") == [1, 2, 3, 4, 5, 6, 7]
    assert _read(store, "new") == []
    store.close()


def test_opening_it_again_changes_nothing(moved: str, caplog: pytest.LogCaptureFixture) -> None:
    def numbers(store: Store) -> list[tuple[int, int]]:
        with store.read() as tx:
            return [(row[0], row[1]) for row in tx.execute(text("SELECT id, xid FROM mailkit_event ORDER BY id"))]

    first = Store.open(moved)
    _write(first, 6)
    before = numbers(first)
    caplog.clear()
    second = Store.open(moved)
    assert numbers(second) == before
    assert caplog.text == ""
    first.close()
    second.close()


def test_it_may_be_moved_twice(moved: str, postgres_url: str) -> None:
    """Back into the first cluster, which has counted on meanwhile, and there again."""
    store = Store.open(moved)
    _write(store, 6)
    assert _read(store, "half", 1) == [3]
    store.close()
    for source, target in ((moved, postgres_url), (postgres_url, moved)):
        _transfer(source, target)
        store = Store.open(target)
        _write(store, 7)
        store.close()
    store = Store.open(moved)
    assert _read(store, "half") == [4, 5, 6, 7, 7]
    assert _read(store, "new") == [1, 2, 3, 4, 5, 6, 7, 7]
    store.close()


def test_a_database_that_has_not_moved_is_left_alone(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = Store.open(postgres_url, create=True)
    _write(store, 1)
    with store.engine.connect() as open_:
        events.append(store.join(open_), MessageReceived(message_id=2))
        Store.open(postgres_url).close()
        open_.commit()
    assert _read(store, "reader") == [1, 2]
    assert caplog.text == ""
    store.close()


def test_processes_that_open_it_together_move_it_once(moved: str, caplog: pytest.LogCaptureFixture) -> None:
    """Also where the application's engine keeps its first snapshot, in which nothing has been moved yet."""
    engine = create_engine(moved, isolation_level="REPEATABLE READ")
    ready = threading.Barrier(6)

    def start(_: int) -> None:
        ready.wait(10)
        Store.open(engine).close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(start, range(6)))
    assert caplog.text.count("comes from another PostgreSQL cluster") == 1
    store = Store.open(moved)
    assert _read(store, "half") == [3, 4, 5]
    store.close()
    engine.dispose()

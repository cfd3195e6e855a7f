"""A PgBouncer in transaction mode between mailkit and PostgreSQL: four workers on two connections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from mailkit import MailKit
from mailkit.errors import ConfigError, StoreUnreachableError
from mailkit.store import Store, leases, queue
from mailkit.words import Source
from support.mails import mail

_NONE = {"prepare_threshold": None}
_ENGINES: dict[str, Callable[[str], str | Engine]] = {
    "url": lambda url: f"{url}?prepare_threshold=none",
    "engine": lambda url: create_engine(url, connect_args=_NONE),
    "null-pool": lambda url: create_engine(url, connect_args=_NONE, poolclass=NullPool),
    "psycopg2": lambda url: url.replace("+psycopg:", "+psycopg2:"),
}


@pytest.fixture
def pooled_url(pgbouncer: str, postgres_url: str) -> str:
    """The URL of a fresh, empty database, through the pooler."""
    return f"{pgbouncer}/{postgres_url.rpartition('/')[2]}"


def _four(work: Callable[[int], object]) -> list[str]:
    failures: list[str] = []

    def run(worker: int) -> None:
        try:
            work(worker)
        except BaseException as error:
            failures.append(f"{error!r} because of {error.__cause__!r}")

    workers = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return failures


@pytest.mark.parametrize("how", sorted(_ENGINES))
def test_four_workers_behind_a_pooler(pooled_url: str, how: str) -> None:
    kit = MailKit(_ENGINES[how](pooled_url), create=True)

    def work(worker: int) -> None:
        for number in range(10):
            raw = mail(message_id=f"{number}@client.example", extra="References: <root@client.example>\r\n")
            kit.ingest(raw, source=Source.delivery("pipe", f"{worker}-{number}"))
            with kit.engine.begin() as tx:
                kit.ingest(raw, source=Source.delivery("pipe", f"{worker}-{number}-again"), tx=tx)

    assert _four(work) == []
    stats = kit.stats()
    assert (stats.messages, stats.threads, stats.quarantined, stats.events) == (10, 1, 0, 10)
    assert [event.message_id for event in kit.events.read("reader")] == list(range(1, 11))
    kit.store.engine.dispose()


def test_leases_and_jobs_behind_a_pooler_have_one_holder(pooled_url: str) -> None:
    store = Store.open(f"{pooled_url}?prepare_threshold=none", create=True)
    with store.write() as tx:
        queue.put_many(tx, "find", {str(number): {} for number in range(40)})
    taken: list[Any] = []
    claimed: list[int] = []

    def work(worker: int) -> None:
        taken.append(store.run(lambda tx: leases.take(tx, "sync:sales", f"w{worker}", 60)))
        while jobs := store.run(lambda tx: queue.claim(tx, ["find"], f"w{worker}", limit=3)):
            claimed.extend(job.id for job in jobs)

    assert _four(work) == []
    assert sum(one is not None for one in taken) == 1
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 40
    with store.read() as tx:
        held = tx.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar()
    assert held == 0, "a lock has outlived its transaction, on a connection that others use"
    store.close()


@pytest.mark.parametrize("meets", ["EXECUTE another", "PREPARE ours AS SELECT 1"])
def test_prepared_statements_that_meet_are_told_in_words(postgres_url: str, meets: str) -> None:
    """What the server says when a pooler has handed a connection on: a statement is gone, or is there already."""
    store = Store.open(postgres_url, create=True)
    with store.write() as tx:
        tx.execute(text("PREPARE ours AS SELECT 1"))
        with pytest.raises(StoreUnreachableError, match="prepare_threshold"), tx.savepoint():
            tx.execute(text(meets))
    store.close()


def test_a_threshold_that_is_none(pooled_url: str) -> None:
    with pytest.raises(ConfigError, match="prepare_threshold"):
        Store.open(f"{pooled_url}?prepare_threshold=never")

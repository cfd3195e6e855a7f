"""Events under concurrent writers: a cursor loses none, repeats none, and keeps the order of each thread."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import text

from mailkit.events import Event, MessageReceived
from mailkit.store import Store, events, threads


def _read_all(store: Store, name: str, limit: int = 7) -> list[Event]:
    seen: list[Event] = []
    while True:
        with store.write() as tx:
            batch = events.after(tx, events.position(tx, name), limit)
            if not batch:
                return seen
            seen += [event for _, event in batch]
            events.move(tx, name, batch[-1][0])


def test_a_late_commit_is_not_passed(postgres_url: str) -> None:
    """Ids are given before the commit: with ``id > cursor`` alone the first writer's event would be lost."""
    store = Store.open(postgres_url, create=True)
    with store.engine.connect() as slow:
        early = store.join(slow)
        first = events.append(early, MessageReceived(message_id=1))
        with store.write() as tx:
            second = events.append(tx, MessageReceived(message_id=2))
        assert first.id < second.id
        assert _read_all(store, "reader") == [], "the cursor passed a transaction in flight"
        slow.commit()
    assert [event.message_id for event in _read_all(store, "reader")] == [1, 2]
    assert _read_all(store, "reader") == []
    store.close()


def test_a_rolled_back_writer_holds_nobody_up(postgres_url: str) -> None:
    store = Store.open(postgres_url, create=True)
    with store.engine.connect() as doomed:
        events.append(store.join(doomed), MessageReceived(message_id=1))
        with store.write() as tx:
            events.append(tx, MessageReceived(message_id=2))
        doomed.rollback()
    assert [event.message_id for event in _read_all(store, "reader")] == [2]
    store.close()


def test_many_writers_and_a_reader_that_never_rests(store: Store) -> None:
    writers, each, lanes = 4, 30, 3
    seen: list[Event] = []
    done = threading.Event()
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for step in range(each):
                lane = (number + step) % lanes

                def work(tx: Any, number: int = number, step: int = step, lane: int = lane) -> None:
                    threads.lock_all(tx, [f"lane-{lane}"])
                    thread, _ = threads.assign(tx, [f"lane-{lane}"], own=None, subject="", at=tx.now())
                    if tx.dialect == "postgresql":
                        tx.execute(text("SELECT pg_sleep(random() * 0.005)"))
                    events.append(tx, MessageReceived(message_id=number * 1000 + step, thread_id=thread))

                store.run(work)
        except BaseException as error:
            failures.append(error)

    def read() -> None:
        while True:
            last = done.is_set()
            seen.extend(_read_all(store, "reader"))
            if last:
                return
            time.sleep(0.002)

    workers = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    reader = threading.Thread(target=read)
    for thread in [*workers, reader]:
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    reader.join()
    assert failures == []
    numbers = [event.message_id for event in seen]
    assert len(numbers) == len(set(numbers)), "an event was read twice"
    assert set(numbers) == {n * 1000 + s for n in range(writers) for s in range(each)}, "an event was lost"
    with store.read() as tx:
        rows = tx.execute(text("SELECT thread_id, message_id FROM mailkit_event ORDER BY id"))
        order: dict[int, list[int]] = {}
        for thread_id, message_id in rows:
            order.setdefault(thread_id, []).append(message_id)
    read_order: dict[int, list[int | None]] = {}
    for event in seen:
        read_order.setdefault(event.thread_id or 0, []).append(event.message_id)
    assert read_order == order, "the order within a thread was not kept"


def test_a_cursor_never_goes_back(store: Store) -> None:
    with store.write() as tx:
        for number in range(3):
            events.append(tx, MessageReceived(message_id=number))
    with store.write() as tx:
        batch = events.after(tx, events.position(tx, "c"), 10)
        events.move(tx, "c", batch[2][0])
        events.move(tx, "c", batch[0][0])
        assert events.position(tx, "c") == batch[2][0]


def test_cursors_of_different_names_and_tenants_are_apart(store: Store) -> None:
    with store.write() as tx:
        events.append(tx, MessageReceived(message_id=1))
    assert len(_read_all(store, "a")) == 1
    assert len(_read_all(store, "b")) == 1
    other = Store(store.engine, tenant="other")
    assert _read_all(other, "a") == []


def test_a_listener_that_fails_undoes_the_event(store: Store) -> None:
    def refuse(event: Event, tx: object) -> None:
        raise ZeroDivisionError

    store.notify = refuse
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        events.append(tx, MessageReceived(message_id=1))
    store.notify = None
    assert _read_all(store, "c") == []

"""On PostgreSQL, the events of sending keep their place among those of their thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from outbox_desk import Clock, Desk, a_draft, ingest_into
from sqlalchemy import text

from mailkit.store import Store, threads
from mailkit.words import RawMail, Source, Stored
from support.mails import mail

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
_IN_ORDER_OF_IDS = "SELECT id FROM mailkit_event WHERE thread_id = :thread ORDER BY id"


@pytest.fixture
def desk(postgres_url: str) -> Iterator[Desk]:
    store = Store.open(postgres_url, create=True, clock=Clock())
    yield Desk(store, store.clock)  # type: ignore[arg-type]
    store.close()


def _take(desk: Desk, number: int, message_id: str, references: str) -> Stored:
    raw = mail(message_id=message_id, extra=f"References: <{references}>\r\n")
    return ingest_into(desk.store).many([RawMail(raw=raw, source=Source.imap("sales", "INBOX", 7, number))])[0]


def _somebody_waits(desk: Desk) -> bool:
    with desk.store.read() as tx:
        return bool(tx.execute(text(_WAITING)).scalar())


def _while_a_key_is_held(desk: Desk, key: str, work: Callable[[], object], meanwhile: Callable[[], object]) -> None:
    """Let ``work`` run into a key that another transaction holds, do something else, and let it go on."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    worker = threading.Thread(target=run)
    with desk.store.engine.connect() as holder:
        threads.lock(desk.store.join(holder), [f"ref:{key}"])
        worker.start()
        until = time.monotonic() + 30
        while not _somebody_waits(desk):
            assert time.monotonic() < until, "nobody waits"
            time.sleep(0.01)
        meanwhile()
        holder.rollback()
    worker.join(60)
    assert failures == []


def _assert_read_in_the_order_of_commits(desk: Desk, thread: int, many: int) -> None:
    read = [event.id for event in desk.events() if event.thread_id == thread]
    with desk.store.read() as tx:
        written = tx.execute(text(_IN_ORDER_OF_IDS), {"thread": thread}).scalars()
    assert read == written
    assert len(read) == many


def test_a_sent_mail_and_an_answer_that_comes_at_the_same_time(desk: Desk) -> None:
    """The mail that is settled waits for the root of the thread, while an answer to another of its mails comes in."""
    root = _take(desk, 1, "one@client.example", "root@client.example")
    desk.put(a_draft(in_reply_to="root@client.example"))
    _while_a_key_is_held(
        desk,
        "root@client.example",
        lambda: desk.dispatcher().run(),
        lambda: _take(desk, 2, "two@client.example", "one@client.example"),
    )
    _assert_read_in_the_order_of_commits(desk, root.thread_id, 3)

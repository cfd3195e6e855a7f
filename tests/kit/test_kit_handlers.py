"""What event handlers may do with the transaction that they are called in, and what they may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from mailkit import MailKit
from mailkit.auth.secretbox import generate_key
from mailkit.errors import UsageError
from mailkit.events import MessageReceived
from mailkit.ingest.spine import HANDLER
from mailkit.words import Record, Stored
from support.mails import mail


@pytest.fixture
def kit(store_url: str) -> Iterator[MailKit]:
    made = MailKit(store_url, key=generate_key(), create=True, busy_timeout=1.0)
    with made.engine.begin() as connection:
        connection.execute(text("CREATE TABLE heard (name TEXT)"))
    yield made
    made.close()


def _note(connection: Connection) -> None:
    connection.execute(text("INSERT INTO heard VALUES ('it')"))


def _heard(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM heard")).scalar() or 0)


def _held(kit: MailKit, stored: Stored) -> str:
    assert stored.id == 0
    assert kit.messages.latest() == ()
    assert _heard(kit.engine) == 0
    (row,) = kit.quarantine.list()
    assert row.reason == HANDLER
    return row.detail


@pytest.mark.parametrize("end", [Connection.commit, Connection.rollback, Connection.close], ids=lambda f: f.__name__)
def test_a_handler_that_ends_the_transaction_is_refused_and_nothing_is_half_written(
    kit: MailKit, end: Callable[[Connection], None]
) -> None:
    @kit.on(MessageReceived)
    def handle(_event: MessageReceived, tx: Connection) -> None:
        _note(tx)
        getattr(tx, end.__name__)()

    assert "only takes part in it" in _held(kit, kit.ingest(mail()))


def test_a_handler_that_ends_it_behind_sqlalchemy_is_told(kit: MailKit) -> None:
    @kit.on(MessageReceived)
    def handle(_event: MessageReceived, tx: Connection) -> None:
        tx.connection.commit()

    kit.ingest(mail())
    (row,) = kit.quarantine.list()
    assert "only takes part in it" in row.detail


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_handler_that_ends_the_callers_own_raw_transaction_is_told(tmp_path: Path, end: str) -> None:
    import sqlite3

    with MailKit(f"sqlite:///{tmp_path}/m.db") as kit:
        kit.on(MessageReceived)(lambda _event, tx: getattr(tx, end)())
        connection = sqlite3.connect(tmp_path / "m.db")
        with pytest.raises(UsageError, match="only takes part"):
            kit.ingest(mail(), tx=connection)
        connection.close()
        assert len(kit.messages.latest()) == (1 if end == "commit" else 0)


def test_a_savepoint_of_a_handler_undoes_its_own_part(kit: MailKit) -> None:
    @kit.on(MessageReceived)
    def handle(_event: MessageReceived, tx: Connection) -> None:
        _note(tx)
        with tx.begin_nested() as part:
            _note(tx)
            part.rollback()

    assert kit.ingest(mail()).new
    assert _heard(kit.engine) == 1


def test_a_handler_sees_the_message_that_its_event_is_about(kit: MailKit) -> None:
    seen = []

    @kit.on(MessageReceived)
    def handle(event: MessageReceived, _tx: Connection) -> None:
        assert event.message_id is not None
        seen.append((kit.messages.get(event.message_id).subject, len(kit.threads.messages(event.thread_id or 0))))

    assert kit.ingest(mail("Offer 7")).new
    assert seen == [("Offer 7", 1)]


def test_a_handler_may_ingest_in_its_transaction(kit: MailKit) -> None:
    @kit.on(MessageReceived)
    def handle(event: MessageReceived, tx: Connection) -> None:
        if len(kit.messages.latest()) < 3:
            kit.ingest(mail(message_id=f"{event.message_id}@more.example"), tx=tx)
            with pytest.raises(UsageError, match="only takes part"):
                tx.rollback()

    assert kit.ingest(mail()).new
    assert len(kit.messages.latest()) == 3


@pytest.mark.parametrize("said", ["a\x00b", "\ud800", "x" * 100_000])
def test_whatever_a_handler_raises_can_be_kept(kit: MailKit, said: str) -> None:
    @kit.on(MessageReceived)
    def handle(_event: MessageReceived, _tx: Connection) -> None:
        raise ValueError(said)

    assert "ValueError" in _held(kit, kit.ingest(mail()))
    assert kit.quarantine.retry(1).quarantine_id == 1


def test_what_a_handler_does_not_find_is_its_own_failure(kit: MailKit) -> None:
    @kit.on(MessageReceived)
    def handle(_event: MessageReceived, _tx: Connection) -> None:
        kit.messages.get(10_000)

    assert "There is no message " in _held(kit, kit.ingest(mail()))


def test_a_database_that_goes_away_in_a_handler_puts_no_mail_into_quarantine(postgres_url: str) -> None:
    from mailkit.errors import StoreUnreachableError

    kit = MailKit(postgres_url, create=True)
    killed: list[int] = []

    @kit.on(MessageReceived)
    def handle(_event: MessageReceived, tx: Connection) -> None:
        if not killed:
            killed.append(int(tx.execute(text("SELECT pg_backend_pid()")).scalar() or 0))
            with kit.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": killed[0]})
            tx.execute(text("SELECT 1"))

    with pytest.raises(StoreUnreachableError):
        kit.ingest(mail())
    assert (kit.messages.latest(), kit.quarantine.list()) == ((), ())
    assert kit.ingest(mail()).new
    kit.close()


def test_a_deadlock_in_a_handler_runs_the_transaction_again(postgres_url: str) -> None:
    import threading

    kit = MailKit(postgres_url, create=True)
    with kit.engine.begin() as connection:
        connection.execute(text("CREATE TABLE counted (id INT PRIMARY KEY, n INT)"))
        connection.execute(text("INSERT INTO counted VALUES (1, 0), (2, 0)"))
    meet, calls = threading.Barrier(2), []

    @kit.on(MessageReceived)
    def handle(event: MessageReceived, tx: Connection) -> None:
        first = 1 if kit.messages.get(event.message_id or 0).subject == "one" else 2
        calls.append(first)
        for number in (first, 3 - first):
            tx.execute(text("UPDATE counted SET n = n + 1 WHERE id = :id"), {"id": number})
            if number == first and len(calls) <= 2:
                meet.wait(10)

    both = [
        threading.Thread(target=kit.ingest, args=(mail(name, message_id=f"{name}@deadlock.example"),))
        for name in ("one", "two")
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    assert len(calls) == 3, "one of the two was run again"
    assert len(kit.messages.latest()) == 2
    assert kit.quarantine.list() == ()
    with kit.engine.connect() as connection:
        assert connection.execute(text("SELECT sum(n) FROM counted")).scalar() == 4
    kit.close()


def test_an_in_memory_database_serves_nested_reads() -> None:
    with MailKit("sqlite://") as kit:
        seen = []
        kit.on(MessageReceived)(lambda event, _tx: seen.append(kit.messages.get(event.message_id or 0).subject))
        assert kit.ingest(mail("Offer")).new
        assert seen == ["Offer"]
        with kit.store.read(), pytest.raises(UsageError), kit.store.write():
            pass
        assert kit.stats().messages == 1
        assert Record("crm", "deal", "1") not in kit.links.of(1)

"""Readers of one cursor: what they do in the transaction that acknowledges is done once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from mailkit import MailKit
from mailkit.errors import StoreLockedError
from support.mails import mail


@pytest.fixture
def kit(store_url: str) -> Iterator[MailKit]:
    with MailKit(store_url, create=True) as made:
        with made.engine.begin() as tx:
            tx.execute(text("CREATE TABLE report (event INTEGER)"))
        yield made


def _arrive(kit: MailKit, many: int) -> None:
    for number in range(many):
        kit.ingest(mail(message_id=f"{number}@client.example"))


def _report(kit: MailKit, reader: str, limit: int) -> int:
    batch = kit.events.read(reader, limit=limit)
    with kit.engine.begin() as tx:
        for event in batch:
            tx.execute(text("INSERT INTO report VALUES (:event)"), {"event": event.id})
        kit.events.ack(batch, tx=tx)
    return len(batch)


def _reported(kit: MailKit) -> list[int]:
    with kit.engine.connect() as connection:
        return list(connection.execute(text("SELECT event FROM report")).scalars())


def test_of_two_readers_with_one_batch_one_can_acknowledge(kit: MailKit) -> None:
    _arrive(kit, 5)
    first, second = kit.events.read("report", limit=3), kit.events.read("report", limit=5)
    with kit.engine.begin() as tx:
        kit.events.ack(first, tx=tx)
    with kit.engine.connect() as tx:
        tx.execute(text("INSERT INTO report VALUES (0)"))
        with pytest.raises(StoreLockedError, match="another reader") as caught:
            kit.events.ack(second, tx=tx)
        tx.rollback()
    assert caught.value.retryable
    assert _reported(kit) == []
    assert len(kit.events.read("report")) == 2


def test_acknowledging_without_a_transaction_is_at_least_once(kit: MailKit) -> None:
    _arrive(kit, 3)
    first, second = kit.events.read("chat", limit=2), kit.events.read("chat", limit=3)
    kit.events.ack(second)
    kit.events.ack(first)
    kit.events.ack(second)
    assert len(kit.events.read("chat")) == 0


def test_readers_at_the_same_time_do_everything_once(kit: MailKit) -> None:
    _arrive(kit, 40)
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while True:
                try:
                    if not _report(kit, "report", 3):
                        return
                except StoreLockedError:
                    continue
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert failures == []
    assert sorted(_reported(kit)) == sorted(set(_reported(kit)))
    assert len(_reported(kit)) == 40


def test_a_reader_that_dies_before_its_commit_has_done_nothing(kit: MailKit) -> None:
    _arrive(kit, 3)
    with kit.engine.connect() as tx:
        batch = kit.events.read("report")
        tx.execute(text("INSERT INTO report VALUES (0)"))
        kit.events.ack(batch, tx=tx)
        tx.rollback()
    assert _report(kit, "report", 10) == 3
    assert len(_reported(kit)) == 3

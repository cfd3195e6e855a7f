"""The facade, typed as an application uses it. Checked by mypy and pyright in `make check`; never run."""

from __future__ import annotations

import sqlite3
from typing import assert_type

from sqlalchemy import Connection, Engine, create_engine, text

from mailkit import (
    Account,
    Draft,
    Envelope,
    Link,
    MailKit,
    Message,
    MessageReceived,
    MessageSent,
    Password,
    Receipt,
    Record,
    Role,
    Source,
    Stored,
    ThreadLinked,
)
from mailkit.errors import KeyConflictError, MailkitError
from mailkit.kit import WorkReport

kit = MailKit("sqlite:///mail.db", key="a key made by `mailkit db key`")


def accounts() -> tuple[str, ...]:
    added = kit.accounts.add(Account.for_provider("gmail", "ana@acme.example", credentials=Password("secret")))
    assert_type(added, Account)
    for check in kit.accounts.check("sales"):
        assert_type(check.error, MailkitError | None)
    return kit.accounts.names()


def send(draft: Draft) -> list[str]:
    receipt = kit.send(draft, account="sales", key="order-1042")
    assert_type(receipt, Receipt)
    return [f"{verdict.recipient}: {verdict.state}" for verdict in receipt.verdicts]


def in_a_transaction(engine: Engine, draft: Draft) -> int:
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO orders (id) VALUES (1042)"))
        return kit.outbox.enqueue(draft, account="sales", key="order-1042", tx=tx).id


def in_a_raw_transaction(connection: sqlite3.Connection, draft: Draft) -> bool:
    with connection:
        try:
            return kit.outbox.enqueue(draft, account="sales", key="order-1042", tx=connection).created
        except KeyConflictError:
            return False


def sync() -> int:
    report = kit.sync("sales", folders=[Role.INBOX, "Projects"])
    return report.new + report.changed + report.vanished


def ingest(raw: bytes) -> int:
    stored = kit.ingest(
        raw, envelope=Envelope("", ["help@acme.example"]), source=Source.delivery("lmtp", "4711"), account="support"
    )
    assert_type(stored, Stored)
    return stored.thread_id


def read(stored: Stored) -> list[str]:
    thread = kit.threads.of(stored.id)
    message = kit.messages.parse(stored.id)
    assert_type(message, Message)
    return [one.subject for one in kit.threads.messages(thread)]


def link(stored: Stored) -> str:
    thread = kit.threads.of(stored.id)
    deal = Record("crm", "deal", "42")
    assert_type(kit.links.add(thread, deal, by="ana"), Link)
    assert_type(kit.links.of(thread), tuple[Link, ...])
    return str(kit.links.explain(thread))


@kit.on(MessageReceived)
def count(event: MessageReceived, tx: Connection) -> None:
    tx.execute(text("INSERT INTO seen (message) VALUES (:message)"), {"message": event.message_id})


@kit.on(ThreadLinked)
def told(event: ThreadLinked, tx: object) -> str:
    return f"{event.system}:{event.kind}/{event.record_id}"


def cursor() -> list[int]:
    batch = kit.events.read("billing", limit=10)
    sent = [event.outbox_id or 0 for event in batch if isinstance(event, MessageSent)]
    kit.events.ack(batch)
    return sent


def watch() -> None:
    for event in kit.watch("sales", seconds=60):
        assert_type(event.account, str | None)


def work() -> None:
    assert_type(kit.work(only={"outbox"}, once=True), WorkReport)
    for held in kit.quarantine.list():
        kit.quarantine.retry(held.id)
    assert_type(kit.stats().messages, int)


def own_engine() -> MailKit:
    engine = create_engine("postgresql+psycopg://localhost/acme")
    with MailKit(engine, tenant="acme", schema="mail", key=["new key", "old key"]) as own:
        return own

"""Calls on the caller's transaction take no other connection: a pool of one is enough, and nobody waits for himself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import QueuePool

from mailkit import Draft, MailKit, MessageReceived, Record
from mailkit.auth.secretbox import generate_key
from mailkit.config import Account, SmtpServer
from mailkit.kit import core
from support.mails import mail

DEAL = Record("crm", "deal", "D-1")
RELAY = SmtpServer(host="smtp.acme.example", login=False)


@pytest.fixture
def kit(store_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailKit]:
    """On an engine with one connection, which gives up when it would have to wait; no profile is remembered."""
    monkeypatch.setattr(core, "PROFILE_SECONDS", -1.0)
    engine = create_engine(store_url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.5)
    with MailKit(engine, key=generate_key(), create=True) as made:
        made.accounts.add(Account(name="sales", address="ana@acme.example", smtp=RELAY))
        for number in (1, 2):
            made.ingest(mail(f"Offer {number}", message_id=f"{number}@client.example"))
        yield made
    engine.dispose()


CALLS: dict[str, Callable[[MailKit, Connection], object]] = {
    "ingest": lambda kit, tx: kit.ingest(mail(message_id="3@client.example"), account="sales", tx=tx),
    "enqueue": lambda kit, tx: kit.outbox.enqueue(
        Draft(to=["bo@client.example"], subject="Hi", text="Hi"), account="sales", key="1", tx=tx
    ),
    "link": lambda kit, tx: kit.links.add(1, DEAL, tx=tx),
    "unlink": lambda kit, tx: kit.links.remove(1, DEAL, tx=tx),
    "merge": lambda kit, tx: kit.threads.merge(1, 2, tx=tx),
}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_call_needs_no_second_connection(kit: MailKit, name: str) -> None:
    with kit.engine.begin() as tx:
        CALLS[name](kit, tx)


def test_acknowledging_needs_no_second_connection(kit: MailKit) -> None:
    batch = kit.events.read("reader")
    with kit.engine.begin() as tx:
        kit.events.ack(batch, tx=tx)
    assert len(kit.events.read("reader")) == 0


def test_an_account_that_is_rolled_back_is_not_remembered(kit: MailKit) -> None:
    """A profile that was read in a transaction is true for that transaction only."""
    with kit.engine.connect() as tx:
        kit.ingest(mail(message_id="3@client.example"), account="sales", tx=tx)
        tx.rollback()
    assert kit._core._profiles == {}


def test_a_kit_in_another_schema_reads_its_own_rows(postgres_url: str) -> None:
    """Inside a transaction of the first, on its connection."""
    engine = create_engine(postgres_url, pool_size=1, max_overflow=0, pool_timeout=0.5)
    with engine.begin() as tx:
        for name in ("here", "there"):
            tx.execute(text(f"CREATE SCHEMA {name}"))
    here = MailKit(engine, key=generate_key(), create=True, schema="here")
    there = MailKit(engine, key=generate_key(), create=True, schema="there")
    there.accounts.add(Account(name="sales", address="eve@other.example", smtp=RELAY))
    counts: list[tuple[int, int, int]] = []

    @here.on(MessageReceived)
    def handle(_event: MessageReceived, _tx: object) -> None:
        counts.append((len(here.messages.latest()), len(there.messages.latest()), len(there.accounts.list())))

    here.ingest(mail())
    with engine.begin() as tx:
        here.ingest(mail(message_id="2@client.example"), tx=tx)
    assert counts == [(1, 0, 1), (2, 0, 1)]
    engine.dispose()

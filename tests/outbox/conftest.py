from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailkit.compose import Draft
from mailkit.config import Account, SmtpServer
from mailkit.events import Event
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.outbox import Behaviour, Dispatcher, Resolver, enqueue, receipt
from mailkit.retry import Schedule
from mailkit.store import Store, events, outbox, queue
from mailkit.transport import MemoryTransport
from mailkit.words import Limits, Receipt

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **more: float) -> None:
        self.now += timedelta(**more)


def account(port: int = 25, **more: object) -> Account:
    server = SmtpServer(host="127.0.0.1", port=port, tls="insecure")
    return Account(name="sales", address="ana@acme.example", display_name="Ana Acme", smtp=server, **more)


def ingest_into(store: Store) -> Ingest:
    profile = Profile(addresses=frozenset({"ana@acme.example"}))
    return Ingest(store, profile=lambda _: profile, rules=LinkRules(), limits=Limits())


@dataclass
class Desk:
    """A store, a clock, a transport in memory, and the outbox on top of them."""

    store: Store
    clock: Clock
    transport: MemoryTransport = field(default_factory=MemoryTransport)
    behaviour: Behaviour = field(default_factory=Behaviour)
    account: Account = field(default_factory=account)
    schedule: Schedule | None = None

    def dispatcher(self, transport: object | None = None, **more: object) -> Dispatcher:
        return Dispatcher(
            self.store,
            transport=lambda _: transport or self.transport,
            ingest=ingest_into(self.store).within,
            behaviour=lambda _: self.behaviour,
            schedule=self.schedule,
            **more,
        )

    def resolver(self, connect: Callable, **more: object) -> Resolver:
        return Resolver(
            self.store,
            connect,
            ingest=ingest_into(self.store).within,
            behaviour=lambda _: self.behaviour,
            schedule=self.schedule,
            **more,
        )

    def put(self, draft: Draft | None = None, **more: object) -> Receipt:
        with self.store.write() as tx:
            return enqueue(tx, draft or a_draft(), account=self.account, **more)

    def look(self, number: int) -> Receipt:
        with self.store.read() as tx:
            return receipt(tx, number)

    def row(self, number: int) -> outbox.Row:
        with self.store.read() as tx:
            return outbox.get(tx, number)

    def events(self) -> list[Event]:
        with self.store.read() as tx:
            return [event for _, event in events.after(tx, (0, 0), 1000)]

    def jobs(self) -> list[str]:
        with self.store.read() as tx:
            return [row.kind for row in queue.listing(tx)]


def a_draft(*to: str, **more: object) -> Draft:
    return Draft(to=to or ("bo@client.example",), **{"subject": "Offer 1042", "text": "Hello Bo", **more})


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """On SQLite and on PostgreSQL."""
    clock = Clock()
    store = Store.open(store_url, clock=clock, create=True)
    yield Desk(store, clock)
    store.close()


@pytest.fixture
def sqlite_desk(tmp_path: Path) -> Iterator[Desk]:
    """On an SQLite file, ``mail.db`` in ``tmp_path``."""
    clock = Clock()
    store = Store.open(f"sqlite:///{tmp_path}/mail.db", clock=clock)
    yield Desk(store, clock)
    store.close()


# The tests import these helpers under this name.
sys.modules["outbox_desk"] = sys.modules[__name__]

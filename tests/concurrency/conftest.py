"""The program that forks workers, and what the mails come to when one worker takes them in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from mailkit.store import Store
from mailkit.testing.crm import SampleCrm
from support.canonical import Canonical, canonical
from support.swarm import Nursery, Order

Outcome = tuple[Canonical, frozenset[tuple[str, str, str]]]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Forks the processes of a swarm."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(scope="session")
def alone(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Order], Outcome]:
    """What the mails of an order come to when one worker takes them, one after the other; each computed once."""
    known: dict[tuple[object, ...], Outcome] = {}

    def compute(order: Order) -> Outcome:
        key = (order.seed, order.count, order.part, bool(order.crm))
        if key not in known:
            home = tmp_path_factory.mktemp("serial")
            mine = replace(order, url=f"sqlite:///{home}/mail.db", crm=f"{home}/crm.db" if order.crm else "")
            store = Store.open(mine.url, tenant=mine.tenant)
            nursery.order("serial", mine)
            known[key] = outcome(store, mine.crm)
            store.close()
        return known[key]

    return compute


def outcome(store: Store, crm: str) -> Outcome:
    """The canonical form of a store, and what its CRM was shown: (message, kind and id of the record)."""
    shown = SampleCrm(crm).activities() if crm else ()
    return canonical(store), frozenset((one.message_key, one.record_kind, one.record_id) for one in shown)

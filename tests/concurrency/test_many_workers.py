"""Two and four workers on overlapping accounts end like one.

Real processes take the same mails from several accounts and folders, in batches of random order, some batches twice,
and run the jobs that link them; another process reads the events meanwhile. What they leave is compared, surrogate ids
mapped to natural keys (`support.canonical`), with what one worker leaves that takes the mails in their order.

In a full sweep there are 5,000 mails and 50 interleavings on each database: the first and the last take all 5,000,
without link jobs; the others take a seventeenth each, in whole conversations, two of three with link jobs, so that each
mail is part of four interleavings at least. In a sampled run there are 300 mails and two of the interleavings, in an
order of arrival that the commit chooses.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.concurrency.conftest import Outcome, outcome
from tests.conftest import Sweep

from mailkit.store import Store, events
from support.canonical import difference
from support.swarm import SLICES, Nursery, Order

INTERLEAVINGS = range(50)
FULL = os.environ.get("MAILKIT_SWEEP") == "full"
SEED = 20261124


def order_of(number: int, url: str, home: Path, sweep: Sweep) -> Order:
    """Two workers and four in turn; two of three interleavings run link jobs too."""
    everything = not FULL or number in (INTERLEAVINGS[0], INTERLEAVINGS[-1])
    return Order(
        url=url,
        tenant="acme",
        seed=SEED,
        count=5000 if FULL else 300,
        number=number,
        workers=2 if number % 2 == 0 else 4,
        part=None if everything else number % SLICES,
        crm="" if number % 3 == 0 or (FULL and everything) else f"{home}/crm.db",
        chosen="" if FULL else sweep.seed,
    )


def check(order: Order, nursery: Nursery, alone: Callable[[Order], Outcome]) -> None:
    store = Store.open(order.url, tenant=order.tenant, create=True)
    expected, shown = alone(order)
    answer = nursery.order("swarm", order)
    left, shown_here = outcome(store, order.crm)
    differs = difference(left, expected)
    assert not differs, "\n" + differs
    assert shown_here == shown
    _check_reader(store, answer["seen"])
    print(
        f"interleaving {order.number} on {store.engine.dialect.name}: {order.workers} workers, "
        f"{answer['arrivals']} arrivals of {sum(expected['message'].values())} messages, "
        f"{len(answer['seen'])} events, {len(shown)} shown, {answer['seconds']:.1f} s"
    )
    store.close()


def _check_reader(store: Store, seen: list[list[object]]) -> None:
    with store.read() as tx:
        written = [event for _, event in events.after(tx, (0, 0), 1_000_000)]
    ids = [one[0] for one in seen]
    assert len(ids) == len(set(ids)), f"read twice: {[k for k, n in Counter(ids).items() if n > 1]}"
    assert set(ids) == {event.id for event in written}, "events were missed"
    last: dict[object, int] = {}
    announced: set[object] = set()
    for number, name, thread, message in seen:
        assert isinstance(number, int)
        if thread is not None:
            assert last.get(thread, 0) < number, f"thread {thread}: event {number} was read after {last[thread]}"
            last[thread] = number
        if name in ("message.received", "message.sent"):
            announced.add(message)
        assert message is None or message in announced, f"{name} of message {message} was read before its arrival"


@pytest.mark.timeout(1200 if FULL else 300)
@pytest.mark.sweep(keep=2)
@pytest.mark.parametrize("number", INTERLEAVINGS)
def test_workers_on_sqlite_end_like_one(
    number: int, sweep: Sweep, tmp_path: Path, nursery: Nursery, alone: Callable[[Order], Outcome]
) -> None:
    check(order_of(number, f"sqlite:///{tmp_path}/mail.db", tmp_path, sweep), nursery, alone)


@pytest.mark.timeout(1200 if FULL else 300)
@pytest.mark.sweep(keep=2)
@pytest.mark.parametrize("number", INTERLEAVINGS)
def test_workers_on_postgresql_end_like_one(
    number: int, sweep: Sweep, postgres_url: str, tmp_path: Path, nursery: Nursery, alone: Callable[[Order], Outcome]
) -> None:
    check(order_of(number, postgres_url, tmp_path, sweep), nursery, alone)

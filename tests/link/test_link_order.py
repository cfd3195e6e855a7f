"""The links of a thread do not depend on the order in which its messages came, nor on when the CRM answered."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.link.conftest import (
    AUTHENTIC,
    BO,
    CLAIMED,
    CONTACT,
    DEAL,
    FORGED,
    TICKET,
    Crm,
    Desk,
    Mail,
    claim_any,
    drain,
    outbound,
    run,
)

from mailkit.store import Store, links
from mailkit.words import Direction, Record, Trust, TrustLevel

MANY = 300 if os.environ.get("MAILKIT_SWEEP") == "full" else 30
EVA = "eva@else.example"
SHARED = "office@nordwind.example"
KNOWN = {
    BO: [CONTACT],
    EVA: [Record("crm", "contact", "20"), Record("crm", "company", "3")],
    SHARED: [CONTACT, Record("crm", "contact", "18")],
}
GONE = {Record("crm", "ticket", "999")}
IDS = tuple(f"m{number}@x.example" for number in range(6))
SUBJECTS = ("Hello", "Offer D-204", "[Ticket #1042]", "[Ticket #999]", "D-204 D-205")

#: What became of a set of mails: by thread (as the set of its mails) its links, and what the CRM was shown.
Result = tuple[dict[frozenset[str], frozenset[tuple[str, str]]], frozenset[tuple[str, str]]]


def mails() -> st.SearchStrategy[list[Mail]]:
    one = st.builds(
        Mail,
        id=st.just(""),
        # One each: a mail that names two threads beside its own is told apart by what those are linked to by then.
        refs=st.lists(st.sampled_from(IDS), max_size=1).map(tuple),
        subject=st.sampled_from(SUBJECTS),
        text=st.sampled_from(("", "D-7")),
        quoted=st.sampled_from(("", "D-8")),
        sender=st.sampled_from((BO, EVA, SHARED, "stranger@else.example")),
        trust=st.sampled_from((AUTHENTIC, CLAIMED, FORGED)),
        kind=st.sampled_from(("normal", "normal", "auto-reply")),
        direction=st.sampled_from((Direction.INBOUND, Direction.INBOUND, Direction.OUTBOUND)),
        wish=st.sampled_from((None, None, Record("crm", "ticket", "5"))),
    )
    copies = st.lists(st.tuples(st.integers(0, 1), st.sampled_from((AUTHENTIC, CLAIMED, FORGED))), max_size=2)
    return st.builds(_named, st.lists(one, min_size=2, max_size=len(IDS)), copies)


def _named(found: Sequence[Mail], copies: Sequence[tuple[int, Trust]]) -> list[Mail]:
    """The mails with ids, and further copies of some in another account, where the sender is believed otherwise."""
    named = [_sent(replace(mail, id=name)) for mail, name in zip(found, IDS, strict=False)]
    return named + [_copy(named[at], f"copy{at}", trust) for at, trust in copies]


def _copy(mail: Mail, account: str, trust: Trust) -> Mail:
    return replace(mail, account=account, trust=trust if mail.direction is Direction.INBOUND else mail.trust)


def _sent(mail: Mail) -> Mail:
    """Mail that we wrote goes to whom it would have come from; nobody else can make a wish."""
    if mail.direction is Direction.INBOUND:
        return replace(mail, wish=None)
    trust = Trust(TrustLevel.AUTHENTICATED, ("sent by our own outbox",))
    return replace(mail, sender="sales@acme.example", to=(mail.sender,), trust=trust, kind="normal")


_tenants = itertools.count()


def fresh(store: Store) -> Desk:
    """A desk in a tenant of its own, with a CRM that knows the people above."""
    desk = Desk(Store(store.engine, tenant=f"t{next(_tenants)}", clock=store.clock), Crm(dict(KNOWN)))
    desk.crm.gone = set(GONE)
    return desk


def result(desk: Desk, numbers: dict[str, int]) -> Result:
    threads: dict[int, set[str]] = {}
    for name, number in numbers.items():
        threads.setdefault(desk.thread_of(number), set()).add(name)
    held = {}
    with desk.store.read() as tx:
        for thread, names in threads.items():
            active = links.active(tx, thread)
            held[frozenset(names)] = frozenset((str(one.record), one.state.value) for one in active)
    return held, frozenset((str(record), key) for record, key in desk.crm.notes)


def play(store: Store, order: Sequence[Mail], jobs: random.Random | None = None) -> Result:
    """Let the mails arrive in this order; run jobs now and then, in any order, and at the end."""
    desk = fresh(store)
    numbers = {}
    for mail in order:
        numbers[mail.id] = desk.arrive(mail)[0]
        while jobs is not None and jobs.random() < 0.5:
            claimed = claim_any(desk, jobs)
            if claimed is None:
                break
            run(desk, claimed)
    drain(desk)
    return result(desk, numbers)


@given(found=mails(), data=st.data(), seed=st.integers(0, 2**32))
@settings(max_examples=MANY)
def test_any_order_of_mails_and_jobs_gives_the_same_links(
    memory: Store, found: list[Mail], data: st.DataObject, seed: int
) -> None:
    expected = play(memory, found)
    order = data.draw(st.permutations(found))
    held, shown = play(memory, order, random.Random(seed))
    assert held == expected[0]
    assert shown == expected[1]


@given(found=mails())
@settings(max_examples=MANY // 2)
def test_the_links_of_a_thread_are_the_union_of_what_its_mails_are_linked_by_alone(
    memory: Store, found: list[Mail]
) -> None:
    held, _ = play(memory, found)
    rank = {"shown": 1, "linked": 2}
    for names, together in held.items():
        alone: dict[str, str] = {}
        for mail in found:
            if mail.id in names:
                (own,) = play(memory, [replace(mail, refs=())])[0].values()
                for record, state in own:
                    alone[record] = max(state, alone.get(record, state), key=rank.__getitem__)
        assert together == frozenset(alone.items())


def test_all_orders_of_one_conversation(memory: Store) -> None:
    conversation = [
        Mail("a@x.example", (), "Pumps", trust=CLAIMED),
        outbound(Mail("b@acme.example", ("a@x.example",), "Re: Pumps D-204")),
        Mail("c@x.example", ("a@x.example", "b@acme.example"), "Re: Pumps [Ticket #1042]", trust=CLAIMED),
        Mail("d@x.example", ("c@x.example",), "D-1", trust=FORGED),
    ]
    results = [play(memory, order) for order in itertools.permutations(conversation)]
    names = frozenset(mail.id for mail in conversation)
    states = {str(CONTACT): "linked", str(DEAL): "linked", str(TICKET): "shown"}
    assert results[0][0] == {names: frozenset(states.items())}
    assert all(one == results[0] for one in results)


def test_the_number_of_an_automatic_mail_counts_the_same_before_its_sender_is_known_and_after(memory: Store) -> None:
    letter = Mail("a@x.example", (), "Hello", trust=AUTHENTIC)
    away = Mail("b@x.example", (), "Away until Monday", text="D-7", trust=AUTHENTIC, kind="auto-reply")
    first, second = (play(memory, order, random.Random(0)) for order in ((letter, away), (away, letter)))
    assert first == second
    assert first[0][frozenset({"b@x.example"})] == {("crm:deal/D-7", "linked")}


@pytest.fixture(scope="module")
def memory() -> Store:
    return Store.open("sqlite://")

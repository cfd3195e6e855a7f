"""The ranking: deterministic, order-free, gated by trust, replayable from what is stored."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.link.conftest import CONTACT, DEAL, TICKET

from mailkit.link import codec
from mailkit.link.rules import AUTOMATIC, DEFAULT, Case, LinkPolicy, combine, decide
from mailkit.link.signals import OwnEvidence
from mailkit.words import Candidate, Direction, Evidence, Outcome, Record, TrustLevel

OTHER_DEAL = Record("crm", "deal", "D-205")
SIGNALS = ("wish", "token", "number", "address", "address-shared", "address-other", "crm-domain", "thread", "removed")


def candidate(record: Record, *evidence: tuple[str, float]) -> Candidate:
    return Candidate(
        record, 0.0, tuple(Evidence(signal, f"{signal} of {record}", weight) for signal, weight in evidence)
    )


def case(*found: Candidate, trust: TrustLevel = TrustLevel.AUTHENTICATED, **more: object) -> Case:
    return Case(combine(found), trust, **more)  # type: ignore[arg-type]


records = st.builds(
    Record,
    st.sampled_from(("crm", "erp")),
    st.sampled_from(("deal", "ticket", "contact", "company", "boat")),
    st.text(min_size=1, max_size=3),
)
weights = st.one_of(st.sampled_from((0.0, 0.35, 0.6, 0.9, 1.0)), st.floats(0, 1))
evidences = st.builds(Evidence, st.sampled_from(SIGNALS), st.text(max_size=5), weights)
candidates = st.builds(
    Candidate, records, st.just(0.0), st.lists(evidences, max_size=4).map(tuple), st.text(max_size=3)
)
policies = st.builds(
    LinkPolicy,
    link_at=st.sampled_from((0.3, 0.5, 0.9)),
    ambiguous_margin=st.sampled_from((0.0, 0.1, 0.4)),
    max_chosen=st.sampled_from((1, 10)),
    kinds=st.sampled_from((DEFAULT.kinds, ("contact", "deal"))),
    person_kinds=st.sampled_from((DEFAULT.person_kinds, frozenset({"boat"}))),
)
cases = st.builds(
    Case,
    st.lists(candidates, max_size=8).map(lambda found: combine(found)),
    st.sampled_from(TrustLevel),
    st.booleans(),
    st.sampled_from(Direction),
    st.sampled_from(("normal", "calendar", *sorted(AUTOMATIC))),
    st.booleans(),
    st.lists(st.text(max_size=5), max_size=2).map(tuple),
)


@given(found=st.lists(candidates, max_size=8), seed=st.integers(0, 2**32))
def test_the_order_of_the_evidence_does_not_matter(found: list[Candidate], seed: int) -> None:
    shuffled = list(found)
    random.Random(seed).shuffle(shuffled)
    assert combine(shuffled) == combine(found)
    assert combine(combine(found)) == combine(found)
    assert decide(case(*shuffled)) == decide(case(*found))


@given(one=cases, policy=policies)
def test_a_decision_can_be_replayed_from_what_is_stored(one: Case, policy: LinkPolicy) -> None:
    one = replace(one, candidates=combine(one.candidates, policy))
    again, then = codec.load_case(codec.dump_case(one, policy))
    assert (again, then) == (one, policy)
    assert decide(again, then) == decide(one, policy)
    assert codec.dump_case(again, then) == codec.dump_case(one, policy)
    assert codec.dump_case(one, policy).isascii()


@given(one=cases, policy=policies)
def test_what_every_ruling_keeps(one: Case, policy: LinkPolicy) -> None:
    ruling = decide(one, policy)
    known = {found.record for found in one.candidates}
    assert set(ruling.chosen) <= known
    assert len(set(ruling.chosen)) == len(ruling.chosen)
    assert len(ruling.own) <= policy.max_chosen
    assert bool(ruling.chosen) == (ruling.outcome in (Outcome.LINKED, Outcome.SHOWN))
    inbound = one.direction is Direction.INBOUND
    if inbound and one.trust is TrustLevel.FORGED:
        assert (ruling.rule, ruling.chosen) == ("forged-sender", ())
    if ruling.own and inbound and one.trust is TrustLevel.CLAIMED and not one.verified:
        assert ruling.state is Outcome.SHOWN


@given(one=cases)
def test_what_the_thread_is_linked_to_changes_nothing_of_the_messages_own_links(one: Case) -> None:
    bare = tuple(
        replace(found, evidence=tuple(e for e in found.evidence if e.signal != "thread")) for found in one.candidates
    )
    assert decide(one).own == decide(replace(one, candidates=combine(bare))).own


def test_a_claimed_message_of_a_linked_thread_stays_in_it() -> None:
    ruling = decide(case(candidate(TICKET, ("thread", 1.0)), trust=TrustLevel.CLAIMED))
    assert (ruling.rule, ruling.outcome, ruling.own, ruling.carried) == ("thread", Outcome.LINKED, (), (TICKET,))
    shown = decide(case(candidate(TICKET, ("thread", 0.0)), trust=TrustLevel.AUTHENTICATED))
    assert (shown.rule, shown.outcome) == ("thread", Outcome.SHOWN)


def test_a_claimed_message_cannot_link_a_linked_thread_to_something_else() -> None:
    ruling = decide(
        case(candidate(TICKET, ("thread", 1.0)), candidate(DEAL, ("number", 0.9)), trust=TrustLevel.CLAIMED)
    )
    assert (ruling.own, ruling.state, ruling.chosen) == ((DEAL,), Outcome.SHOWN, (DEAL, TICKET))


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        ((("number", 0.9),), (("number", 0.9),), ()),
        ((("number", 0.9),), (("number", 0.75),), (DEAL,)),
        ((("number", 0.9),), (("crm-open", 0.8),), (DEAL,)),
        ((("crm-open", 0.8),), (("crm-open", 0.75),), ()),
        ((("number", 0.9), ("crm-open", 0.5)), (("number", 0.9), ("crm-open", 0.5)), ()),
        ((("token", 0.98),), (("number", 0.75),), (DEAL,)),
        ((("wish", 1.0),), (("wish", 1.0),), (DEAL, OTHER_DEAL)),
        ((("wish", 1.0),), (("token", 0.98),), (DEAL,)),
        ((("number", 0.35),), (("crm-open", 0.2),), ()),
    ],
)
def test_two_deals(
    first: tuple[tuple[str, float], ...], second: tuple[tuple[str, float], ...], chosen: tuple[Record, ...]
) -> None:
    ruling = decide(case(candidate(DEAL, *first), candidate(OTHER_DEAL, *second)))
    assert ruling.chosen == chosen


def test_an_ambiguous_kind_does_not_keep_another_from_being_linked() -> None:
    found = (
        candidate(DEAL, ("number", 0.9)),
        candidate(OTHER_DEAL, ("number", 0.9)),
        candidate(CONTACT, ("address", 0.6)),
    )
    ruling = decide(case(*found))
    assert (ruling.rule, ruling.outcome, ruling.chosen) == ("address", Outcome.LINKED, (CONTACT,))


def test_evidence_of_one_signal_counts_once_and_different_signals_add_up() -> None:
    (once,) = combine([candidate(DEAL, ("number", 0.9)), candidate(DEAL, ("number", 0.75))])
    assert once.score == 0.9
    (both,) = combine([candidate(DEAL, ("number", 0.9)), candidate(DEAL, ("address-other", 0.4))])
    assert both.score == pytest.approx(0.94)


def test_the_weights_are_those_of_the_documented_table() -> None:
    from mailkit.link import rules

    table = rules.__doc__ or ""
    for name in ("wish", "token", "number_subject", "number_text", "number_quoted", "address", "address_shared"):
        assert f"{getattr(DEFAULT, name):.2f}" in table
    assert f"≤ {DEFAULT.crm_at_most:.2f}" in table


def test_own_evidence_survives_the_payload_of_a_job() -> None:
    own = OwnEvidence((candidate(DEAL, ("number", 0.9)),), (("deal", "D-204"),), True, "ours@acme.example")
    assert codec.load_own(codec.dump_own(own)) == own

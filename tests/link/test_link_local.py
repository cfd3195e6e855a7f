"""Links from local evidence, in the message's own transaction."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sqlalchemy import text as text_sql
from tests.link.conftest import (
    AUTHENTIC,
    BO,
    CLAIMED,
    CONTACT,
    DEAL,
    FORGED,
    HELP_DESK,
    TICKET,
    Crm,
    Desk,
    Mail,
    drain,
    outbound,
    states,
)

from mailkit.events import ThreadLinked
from mailkit.link.explain import explain
from mailkit.link.linker import MessageFacts, decide_local
from mailkit.link.patterns import Patterns
from mailkit.store import decisions, events, links, people, queue
from mailkit.words import Outcome, Record, TrustLevel


def linked(desk: Desk, message: int) -> dict[str, str]:
    thread = desk.thread_of(message)
    with desk.store.read() as tx:
        return states(links.of_thread(tx, thread))


def jobs(desk: Desk) -> set[tuple[str, str]]:
    with desk.store.read() as tx:
        return {(row.kind, row.key) for row in queue.listing(tx)}


def told(desk: Desk) -> list[ThreadLinked]:
    with desk.store.read() as tx:
        return [one for _, one in events.after(tx, (0, 0), 1000) if isinstance(one, ThreadLinked)]


def know(desk: Desk, address: str = BO, record: Record = CONTACT, title: str = "Bo Nordwind") -> None:
    desk.store.run(lambda tx: people.learn(tx, address, record, title))


def test_a_number_in_the_subject_links(desk: Desk) -> None:
    desk.policy = HELP_DESK
    number, decision = desk.arrive(Mail("a@x.example", subject="Re: Offer D-204"))
    assert decision is not None
    assert (decision.rule, decision.outcome, decision.chosen) == ("number", Outcome.LINKED, (DEAL,))
    assert decision.candidates[0].evidence[0].detail == "the subject names Deal D-204"
    assert linked(desk, number) == {"crm:deal/D-204": "linked"}
    (event,) = told(desk)
    assert (event.system, event.kind, event.record_id, event.state) == ("crm", "deal", "D-204", "linked")
    assert (event.decision_id, event.message_id, event.account) == (decision.id, number, "sales")


def test_where_the_number_stands_matters(desk: Desk) -> None:
    desk.policy = HELP_DESK
    text, _ = desk.arrive(Mail("a@x.example", subject="Offer", text="about D-204, please"))
    quoted, decision = desk.arrive(Mail("b@x.example", subject="Offer", quoted="> you wrote of D-204"))
    assert linked(desk, text) == {"crm:deal/D-204": "linked"}
    assert linked(desk, quoted) == {}
    assert decision is not None
    assert (decision.rule, decision.candidates[0].score) == ("below-threshold", desk.policy.number_quoted)


def test_deal_and_contact_are_both_chosen_the_deal_first(desk: Desk) -> None:
    know(desk)
    number, decision = desk.arrive(Mail("a@x.example", subject="D-204"))
    assert decision is not None
    assert decision.chosen == (DEAL, CONTACT)
    assert linked(desk, number) == {"crm:deal/D-204": "linked", "crm:contact/17": "linked"}


def test_two_deals_in_one_subject_are_ambiguous(desk: Desk) -> None:
    number, decision = desk.arrive(Mail("a@x.example", subject="D-204 and D-205"))
    assert decision is not None
    assert (decision.outcome, decision.chosen) == (Outcome.AMBIGUOUS, ())
    assert linked(desk, number) == {}


def test_an_address_that_two_contacts_share_is_ambiguous(desk: Desk) -> None:
    know(desk)
    know(desk, record=Record("crm", "contact", "18"), title="Bea Nordwind")
    number, decision = desk.arrive(Mail("a@x.example"))
    assert decision is not None
    assert decision.outcome is Outcome.AMBIGUOUS
    assert linked(desk, number) == {}


def test_two_recipients_with_addresses_of_their_own_do_not_contend(desk: Desk) -> None:
    know(desk)
    know(desk, "eva@nordwind.example", Record("crm", "contact", "19"), "Eva")
    mail = replace(outbound(Mail("a@acme.example")), to=(BO, "eva@nordwind.example"))
    number, _ = desk.arrive(mail)
    assert linked(desk, number) == {"crm:contact/17": "linked", "crm:contact/19": "linked"}


def test_a_deal_known_under_an_address_is_a_hint_only(desk: Desk) -> None:
    know(desk, record=DEAL, title="Pumps")
    number, decision = desk.arrive(Mail("a@x.example"))
    assert decision is not None
    assert (decision.rule, decision.outcome) == ("below-threshold", Outcome.NONE)
    assert linked(desk, number) == {}


def test_a_claimed_sender_is_only_shown_and_an_authenticated_one_lifts_it(desk: Desk) -> None:
    desk.policy = HELP_DESK
    first, decision = desk.arrive(Mail("a@x.example", subject="[Ticket #1042]", trust=CLAIMED))
    assert decision is not None
    assert decision.outcome is Outcome.SHOWN
    assert linked(desk, first) == {"crm:ticket/1042": "shown"}
    desk.arrive(Mail("b@x.example", ("a@x.example",), "Re: [Ticket #1042]", trust=CLAIMED))
    assert linked(desk, first) == {"crm:ticket/1042": "shown"}
    desk.arrive(Mail("c@x.example", ("a@x.example",), "Re: [Ticket #1042]", trust=AUTHENTIC))
    assert linked(desk, first) == {"crm:ticket/1042": "linked"}
    assert [one.state for one in told(desk)] == ["shown", "linked"]


def test_an_authenticated_answer_that_does_not_name_the_record_lifts_nothing(desk: Desk) -> None:
    first, _ = desk.arrive(Mail("a@x.example", subject="[Ticket #1042]", trust=CLAIMED))
    desk.arrive(Mail("b@x.example", ("a@x.example",), "Something else", trust=AUTHENTIC))
    assert linked(desk, first) == {"crm:ticket/1042": "shown"}


def test_a_better_copy_of_the_same_mail_lifts_the_link(desk: Desk) -> None:
    desk.policy = HELP_DESK
    mail = Mail("a@x.example", subject="[Ticket #1042]", trust=CLAIMED, account="a")
    first, _ = desk.arrive(mail)
    desk.arrive(replace(mail, trust=AUTHENTIC, account="b"))
    assert linked(desk, first) == {"crm:ticket/1042": "linked"}


@pytest.mark.parametrize("evidence", ["number", "address", "thread", "token"])
def test_a_forged_sender_links_nothing(desk: Desk, evidence: str) -> None:
    know(desk)
    ours, _ = desk.arrive(replace(outbound(Mail("ours@acme.example")), to=("eva@else.example",), wish=TICKET))
    refs = {"thread": ("ours@acme.example",), "token": ("ours.D-204@acme.example",)}.get(evidence, ())
    subject = "D-204" if evidence == "number" else "Hello"
    number, decision = desk.arrive(Mail("f@x.example", refs, subject, trust=FORGED))
    assert decision is not None
    assert (decision.rule, decision.outcome, decision.chosen) == ("forged-sender", Outcome.NONE, ())
    assert linked(desk, ours) == {"crm:ticket/1042": "linked"}
    assert not [key for kind, key in jobs(desk) if key.startswith(f"{number}:")]
    if evidence == "thread":
        assert desk.thread_of(number) == desk.thread_of(ours)


def test_a_valid_token_authenticates_a_claimed_sender(desk: Desk) -> None:
    number, decision = desk.arrive(Mail("a@x.example", ("ours.D-204@acme.example",), trust=CLAIMED))
    assert decision is not None
    assert (decision.rule, decision.outcome, decision.trust) == ("token", Outcome.LINKED, TrustLevel.CLAIMED)
    assert linked(desk, number) == {"crm:deal/D-204": "linked"}
    other, _ = desk.arrive(Mail("b@x.example", ("ours@acme.example",), "[Ticket #1042]", trust=CLAIMED))
    assert linked(desk, other) == {"crm:ticket/1042": "linked"}


def test_an_answer_with_a_token_in_a_linked_thread_is_carried_by_it(desk: Desk) -> None:
    desk.arrive(replace(outbound(Mail("ours@acme.example")), wish=TICKET))
    _, decision = desk.arrive(Mail("b@x.example", ("ours@acme.example",), trust=CLAIMED))
    assert decision is not None
    assert (decision.rule, decision.outcome, decision.chosen) == ("token", Outcome.LINKED, (TICKET,))


def test_a_message_proves_nothing_by_its_own_id(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("ours.D-204@acme.example", trust=CLAIMED))
    assert linked(desk, number) == {}


@pytest.mark.parametrize("kind", ["bounce", "auto-reply", "list", "receipt", "complaint"])
def test_automatic_mail_never_links_by_an_address_alone(desk: Desk, kind: str) -> None:
    know(desk)
    number, decision = desk.arrive(Mail("a@x.example", kind=kind))
    assert decision is not None
    assert decision.rule == "automatic-mail"
    assert linked(desk, number) == {}
    named, _ = desk.arrive(Mail("b@x.example", subject="D-204", kind=kind))
    assert linked(desk, named) == {"crm:deal/D-204": "linked"}
    assert not [key for name, key in jobs(desk) if name == "find"]


def test_a_wish_links_our_own_mail_even_against_a_removal(desk: Desk) -> None:
    first, decision = desk.arrive(replace(outbound(Mail("a@acme.example")), wish=TICKET))
    assert decision is not None
    assert decision.rule == "wish"
    thread = desk.thread_of(first)
    desk.store.run(lambda tx: links.drop(tx, thread, TICKET, decision.id))
    desk.arrive(Mail("b@x.example", ("a@acme.example",), "[Ticket #1042]"))
    assert linked(desk, first) == {"crm:ticket/1042": "removed"}
    desk.arrive(replace(outbound(Mail("c@acme.example", ("a@acme.example",))), wish=TICKET))
    assert linked(desk, first) == {"crm:ticket/1042": "linked"}


def test_what_was_removed_is_not_brought_back_by_evidence(desk: Desk) -> None:
    first, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    thread = desk.thread_of(first)
    desk.store.run(lambda tx: links.drop(tx, thread, DEAL, 0))
    number, decision = desk.arrive(Mail("b@x.example", ("a@x.example",), "D-204"))
    assert decision is not None
    assert (decision.rule, decision.outcome) == ("removed", Outcome.NONE)
    assert linked(desk, number) == {"crm:deal/D-204": "removed"}
    assert ("attach", f"{number}:{DEAL}") not in jobs(desk)


def test_each_message_of_a_linked_thread_has_one_attach_job(desk: Desk) -> None:
    first, _ = desk.arrive(Mail("a@x.example"))
    forged, _ = desk.arrive(Mail("f@x.example", ("a@x.example",), trust=FORGED))
    second, _ = desk.arrive(Mail("b@x.example", ("a@x.example",), "D-204"))
    third, _ = desk.arrive(Mail("c@x.example", ("b@x.example",)))
    attach = {key for kind, key in jobs(desk) if kind == "attach"}
    assert attach == {f"{number}:crm:deal/D-204" for number in (first, second, third)}
    assert forged not in (first, second, third)


def test_weighing_twice_changes_nothing(desk: Desk) -> None:
    know(desk)
    mail = Mail("a@x.example", subject="D-204")
    _, first = desk.arrive(mail)
    before = jobs(desk), told(desk)
    _, second = desk.arrive(replace(mail, account="support"))  # a further copy of it
    assert first is not None
    assert second is not None
    assert (second.id, second.chosen) == (first.id, first.chosen)
    assert (jobs(desk), told(desk)) == before


def test_the_crm_is_asked_where_local_evidence_is_not_decisive(desk: Desk) -> None:
    stranger, decision = desk.arrive(Mail("a@x.example"))
    assert decision is None
    know(desk)
    named, _ = desk.arrive(Mail("b@x.example", subject="D-204"))
    known, _ = desk.arrive(Mail("c@x.example"))
    found = {key for kind, key in jobs(desk) if kind == "find"}
    assert found == {f"{stranger}:inbound:authenticated", f"{known}:inbound:authenticated"}
    assert f"{named}:inbound:authenticated" not in found


def test_without_adapters_nobody_is_asked_and_nothing_is_attached(desk: Desk) -> None:
    desk.patterns = Patterns()
    desk.arrive(Mail("a@x.example", subject="D-204"))
    desk.arrive(replace(outbound(Mail("b@acme.example")), wish=DEAL))
    assert jobs(desk) == set()


def test_other_tenants_see_nothing_of_it(desk: Desk) -> None:
    know(desk)
    ours, _ = desk.arrive(replace(outbound(Mail("ours@acme.example")), wish=TICKET))
    other = desk.tenant("other")
    number, decision = other.arrive(Mail("x@evil.example", ("ours@acme.example",), subject="Hello"))
    assert other.thread_of(number) != desk.thread_of(ours)
    assert decision is None
    assert linked(other, number) == {}
    assert linked(desk, ours) == {"crm:ticket/1042": "linked", "crm:contact/17": "linked"}
    named, _ = other.arrive(Mail("y@evil.example", subject="[Ticket #1042]"))
    with desk.store.read() as tx:
        assert [one.thread_id for one in links.of_record(tx, TICKET, 10)] == [desk.thread_of(ours)]
    with other.store.read() as tx:
        assert [one.thread_id for one in links.of_record(tx, TICKET, 10)] == [other.thread_of(named)]


def test_a_message_without_facts_decides_nothing(desk: Desk) -> None:
    desk.crm = Crm({})
    number, decision = desk.arrive(Mail("a@x.example", sender="", subject=""))
    assert decision is None
    assert linked(desk, number) == {}


def test_a_huge_hostile_mail_is_weighed_fast_and_kept_small(desk: Desk) -> None:
    text = "D-204 [Ticket #1042] \x00\ud800" + "[Ticket #" * 12_000 + " D-1" * 12_000
    refs = tuple(f"ref{number}@x.example" for number in range(200))
    mail = Mail("a@x.example", refs, "D-204" + "x" * 100_000, text, text, sender="\x00@\ud800", to=("x" * 100_000,))
    started = time.process_time()
    number, decision = desk.arrive(replace(mail, sender=BO))
    assert time.process_time() - started < 5.0
    assert decision is not None
    assert decision.chosen == (TICKET, DEAL)
    with desk.store.read() as tx:
        sizes = tx.execute(text_sql("SELECT max(length(payload)) FROM mailkit_job")).scalar()
        saved = decisions.of_thread(tx, desk.thread_of(number))
    assert sizes is not None
    assert sizes < 20_000
    assert len(saved[0].inputs) < 20_000


def test_our_own_people_are_not_looked_up(desk: Desk) -> None:
    know(desk, "ana@acme.example", Record("crm", "contact", "1"), "Ana")
    facts = MessageFacts(
        id=1,
        thread_id=1,
        addresses={"from": ("ana@acme.example",), "to": ("sales@acme.example",)},
        trust=AUTHENTIC,
        own_addresses=frozenset({"ana@acme.example", "sales@acme.example"}),
    )
    assert desk.store.run(lambda tx: decide_local(tx, facts, desk.patterns, None)) is None
    assert jobs(desk) == set()


def test_a_number_that_a_stranger_could_have_guessed_is_only_shown(desk: Desk) -> None:
    stranger = "eve@elsewhere.example"
    number, decision = desk.arrive(Mail("a@x.example", subject="[Ticket #1042]", sender=stranger))
    assert decision is not None
    assert (decision.rule, decision.outcome, decision.chosen) == ("number", Outcome.SHOWN, (TICKET,))
    assert linked(desk, number) == {"crm:ticket/1042": "shown"}
    with desk.store.read() as tx:
        told = str(explain(tx, desk.thread_of(number)))
    assert "authenticated and nobody known, and a number can be guessed" in told
    # She answers what we wrote on it, so she does not only name it.
    answer, _ = desk.arrive(Mail("b@x.example", ("ours@acme.example",), "Re: [Ticket #1042]", sender=stranger))
    assert linked(desk, answer) == {"crm:ticket/1042": "linked"}


def test_a_number_in_the_mail_of_somebody_known_links(desk: Desk) -> None:
    know(desk)
    number, _ = desk.arrive(Mail("a@x.example", subject="[Ticket #1042]"))
    assert linked(desk, number) == {"crm:ticket/1042": "linked", "crm:contact/17": "linked"}


def test_a_number_links_when_the_crm_says_that_it_knows_the_sender(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", subject="[Ticket #1042]"))
    assert linked(desk, number) == {"crm:ticket/1042": "shown"}
    drain(desk)
    assert linked(desk, number) == {"crm:ticket/1042": "linked", "crm:contact/17": "linked"}

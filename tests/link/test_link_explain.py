"""Explanations read like sentences, and say what would change the outcome."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.link.conftest import BO, CLAIMED, CONTACT, DEAL, FORGED, HELP_DESK, TICKET, Desk, Mail, drain, outbound

from mailkit.errors import NotFoundError
from mailkit.link.explain import Explanation, decision_of, explain, replay
from mailkit.link.manual import add, know, remove
from mailkit.link.rules import LinkPolicy
from mailkit.store import decisions
from mailkit.words import Record


def told(desk: Desk, message: int) -> Explanation:
    thread = desk.thread_of(message)
    with desk.store.read() as tx:
        return explain(tx, thread)


def test_a_linked_thread(desk: Desk) -> None:
    desk.store.run(lambda tx: know(tx, BO, CONTACT, title="Bo Nordwind"))
    number, _ = desk.arrive(Mail("a@x.example", subject="Offer D-204"))
    why = told(desk, number)
    assert str(why) == (
        "Thread 1 'Offer D-204' is linked to crm:deal/D-204 and crm:contact/17 because the subject names Deal D-204"
        " (0.90) and the sender bo@nordwind.example, authenticated by dmarc=pass, is the known contact Bo Nordwind"
        " (0.60)."
    )
    assert [str(one.record) for one in why.links] == ["crm:deal/D-204", "crm:contact/17"]
    (line,) = why.history
    assert line == (
        "2026-11-03 09:00:04 UTC message 1 (authenticated): linked crm:deal/D-204 and crm:contact/17 by rule number:"
        " the subject names Deal D-204 (0.90) and the sender bo@nordwind.example, authenticated by dmarc=pass,"
        " is the known contact Bo Nordwind (0.60)"
    )


def test_a_thread_that_is_only_shown(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", subject="[Ticket #1042]", trust=CLAIMED))
    assert str(told(desk, number)) == (
        "Thread 1 '[Ticket #1042]' is shown, for reading only, on crm:ticket/1042 because the subject names Ticket 1042"
        " (0.90); who wrote it is only claimed, so nothing may change there."
    )


def test_an_answer_with_a_token(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", ("ours.D-204@acme.example",), trust=CLAIMED))
    assert str(told(desk, number)) == (
        "Thread 1 'Hello' is linked to crm:deal/D-204 because it answers our message <ours.D-204@acme.example>, whose"
        " signed id names it (0.98); it answers a message of ours, which the signed id proves."
    )


def test_our_own_mail(desk: Desk) -> None:
    desk.store.run(lambda tx: know(tx, BO, CONTACT, title="Bo"))
    number, _ = desk.arrive(replace(outbound(Mail("a@acme.example")), wish=TICKET))
    assert str(told(desk, number)) == (
        "Thread 1 'Hello' is linked to crm:ticket/1042 and crm:contact/17 because the application asked for it (1.00)"
        " and we wrote to bo@nordwind.example, the known contact Bo (0.60)."
    )


def test_a_stranger(desk: Desk) -> None:
    desk.crm.known = {}
    number, _ = desk.arrive(Mail("a@x.example"))
    assert str(told(desk, number)) == (
        "Thread 1 'Hello' is not linked: its messages name no record, and nobody known has a part in it."
        " A record number in a subject, or a link made by hand, would link it."
    )
    drain(desk)
    assert "the CRM was asked and knows nobody of it." in str(told(desk, number))


def test_a_forged_sender(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204", trust=FORGED))
    assert str(told(desk, number)) == (
        "Thread 1 'D-204' is not linked: the sender of message 1 is forged (dmarc=fail), so nothing that it says is"
        " believed. A message whose sender is authenticated would link it."
    )


def test_an_ambiguous_one(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204 D-205"))
    assert str(told(desk, number)).startswith(
        "Thread 1 'D-204 D-205' is not linked: of message 1, the evidence does not tell apart crm:deal/D-204 (0.90)"
        " and crm:deal/D-205 (0.90)."
    )


def test_below_the_threshold_and_automatic(desk: Desk) -> None:
    quoted, _ = desk.arrive(Mail("a@x.example", quoted="D-204"))
    assert (
        "the best candidate, crm:deal/D-204 (0.35), has less than the 0.50 that it takes: the quoted text names"
        in str(told(desk, quoted))
    )
    desk.store.run(lambda tx: know(tx, BO, CONTACT))
    automatic, _ = desk.arrive(Mail("b@x.example", kind="auto-reply"))
    assert "message 2 is automatic (auto-reply), and an address alone does not link such mail" in str(
        told(desk, automatic)
    )


def test_by_hand_and_removed(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    thread = desk.thread_of(number)
    desk.store.run(lambda tx: add(tx, thread, TICKET, by="ana"))
    desk.store.run(lambda tx: remove(tx, thread, DEAL, by="ana"))
    assert str(told(desk, number)) == (
        "Thread 1 'D-204' is linked to crm:ticket/1042 because ana linked it (1.00)."
        " It was linked to crm:deal/D-204: ana removed it."
    )
    desk.store.run(lambda tx: remove(tx, thread, TICKET, by="eva"))
    assert str(told(desk, number)).startswith("Thread 1 'D-204' is not linked. It was linked to crm:deal/D-204:")
    assert [one.rule for one in told(desk, number).decisions] == ["number", "user", "user-removed", "user-removed"]


def test_hostile_text_stays_on_one_line(desk: Desk) -> None:
    subject = "D-204\r\nBcc: x\x1b[31m\u202e" + "x" * 5000
    number, _ = desk.arrive(Mail("a@x.example", subject=subject, sender="bo\n@x.example"))
    text = str(told(desk, number))
    assert text.isprintable()
    assert len(text) < 2000


def test_a_merged_thread_is_explained_where_it_went(desk: Desk) -> None:
    desk.policy = HELP_DESK
    first, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    second, _ = desk.arrive(Mail("b@y.example", ("late@x.example",), subject="[Ticket #1042]"))
    gone = desk.thread_of(second)
    desk.arrive(Mail("late@x.example", ("a@x.example",), "both"))
    with desk.store.read() as tx:
        why = explain(tx, gone)
    assert why.thread_id == desk.thread_of(first)
    assert {str(one.record) for one in why.links} == {"crm:deal/D-204", "crm:ticket/1042"}
    assert "It is also linked to crm:ticket/1042 because the subject names Ticket 1042 (0.90)." in str(why)


def test_a_thread_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFoundError), desk.store.read() as tx:
        explain(tx, 77)
    number, _ = desk.arrive(Mail("a@x.example"))
    with pytest.raises(NotFoundError), desk.tenant("other").store.read() as tx:
        explain(tx, desk.thread_of(number))


def test_every_stored_decision_replays_to_itself_and_another_policy_may_differ(desk: Desk) -> None:
    desk.store.run(lambda tx: know(tx, BO, CONTACT))
    for mail in (
        Mail("a@x.example", subject="D-204"),
        Mail("b@x.example", ("a@x.example",)),
        Mail("c@x.example", quoted="D-7", sender="x@y.example"),
        Mail("d@x.example", subject="D-1 D-2"),
        Mail("e@x.example", trust=FORGED),
        Mail("f@x.example", trust=CLAIMED, subject="[Ticket #7]"),
        Mail("g@x.example", kind="list"),
    ):
        desk.arrive(mail)
    drain(desk)
    seen = set()
    with desk.store.read() as tx:
        for thread in range(1, 10):
            for saved in decisions.of_thread(tx, thread):
                decision, again = decision_of(saved), replay(tx, saved.id)
                seen.add(decision.rule)
                assert (again.rule, again.outcome, again.chosen) == (decision.rule, decision.outcome, decision.chosen)
        bold = LinkPolicy(link_at=0.3)
        quoted = next(s for t in range(1, 10) for s in decisions.of_thread(tx, t) if s.rule == "below-threshold")
        assert replay(tx, quoted.id, bold).chosen == (Record("crm", "deal", "D-7"),)
    assert seen >= {"number", "address", "below-threshold", "forged-sender", "automatic-mail"}

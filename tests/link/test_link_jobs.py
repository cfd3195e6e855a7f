"""Asking the CRM and showing messages on records: queued, retried, done once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import repeat

import pytest
from tests.link.conftest import (
    BO,
    CLAIMED,
    CONTACT,
    DEAL,
    FORGED,
    HELP_DESK,
    START,
    TICKET,
    Desk,
    Mail,
    claim,
    drain,
    outbound,
    run,
    states,
)

from mailkit.errors import AdapterError, NetworkInTransactionError, NotFoundError
from mailkit.events import ThreadLinked, ThreadUnlinked
from mailkit.link.adapter import Note, Query
from mailkit.link.explain import explain
from mailkit.link.jobs import run_attach, run_find
from mailkit.link.manual import add, know, of_record, of_thread, remove
from mailkit.store import Store, decisions, events, links, people, queue
from mailkit.words import Candidate, Evidence, Outcome, Record, TrustLevel


def linked(desk: Desk, message: int) -> dict[str, str]:
    thread = desk.thread_of(message)
    with desk.store.read() as tx:
        return states(links.of_thread(tx, thread))


def remembered(desk: Desk, address: str = BO) -> list[Record]:
    with desk.store.read() as tx:
        return [one.record for one in people.known_as(tx, address, 10)]


def queued(desk: Desk) -> dict[str, str]:
    with desk.store.read() as tx:
        return {f"{row.kind} {row.key}": row.state for row in queue.listing(tx)}


def test_the_crm_is_asked_and_the_answer_links_and_is_remembered(desk: Desk) -> None:
    number, decision = desk.arrive(Mail("a@x.example", subject="Question"))
    assert decision is None
    found = run_find(desk.store, [desk.crm], claim(desk, "find"))
    assert found is not None
    assert (found.rule, found.outcome, found.chosen) == ("address", Outcome.LINKED, (CONTACT,))
    assert linked(desk, number) == {"crm:contact/17": "linked"}
    assert remembered(desk) == [CONTACT]
    (query,) = desk.crm.asked
    assert (query.addresses, query.subject, query.trust) == ((BO,), "Question", TrustLevel.AUTHENTICATED)
    _, local = desk.arrive(Mail("b@x.example", subject="Another"))
    assert local is not None
    assert local.chosen == (CONTACT,)


def test_a_claimed_sender_is_asked_about_but_not_remembered(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", trust=CLAIMED))
    drain(desk)
    assert linked(desk, number) == {"crm:contact/17": "shown"}
    assert remembered(desk) == []
    assert [note.trust for note in desk.crm.notes.values()] == [TrustLevel.CLAIMED]


def test_numbers_are_handed_to_the_crm_those_of_the_subject_first(desk: Desk) -> None:
    desk.arrive(Mail("a@x.example", subject="[Ticket #7]", text="D-204", quoted="D-1"))
    drain(desk)
    assert desk.crm.asked[0].numbers == (("ticket", "7"), ("deal", "D-204"), ("deal", "D-1"))


def test_a_failing_crm_is_an_adapter_error_and_the_job_stays(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example"))
    desk.crm.broken = ConnectionResetError("crm.example went away")
    job = claim(desk, "find")
    with pytest.raises(AdapterError, match=r"crm\.find failed: ConnectionResetError: crm\.example went away") as failed:
        run(desk, job)
    assert failed.value.retryable
    assert isinstance(failed.value.__cause__, ConnectionResetError)
    assert queued(desk) == {f"find {number}:inbound:authenticated": "leased"}
    desk.store.run(lambda tx: queue.settle(tx, job, "ready"))
    desk.crm.broken = None
    drain(desk)
    assert linked(desk, number) == {"crm:contact/17": "linked"}


def test_an_answer_that_is_no_candidate_is_an_adapter_error(desk: Desk) -> None:
    desk.arrive(Mail("a@x.example"))
    desk.crm.known = {BO: []}
    desk.crm.find = lambda query: [CONTACT]  # type: ignore[method-assign, list-item, return-value]
    with pytest.raises(AdapterError, match="returned a Record, not a Candidate"):
        run(desk, claim(desk, "find"))


GARBAGE = {
    "no text as id": lambda: [Candidate(Record("crm", "contact", 1), 0.5)],  # type: ignore[arg-type]
    "no id": lambda: [Candidate(Record("crm", "contact", None), 0.5)],  # type: ignore[arg-type]
    "no record": lambda: [Candidate(None, 0.5)],  # type: ignore[arg-type]
    "no title": lambda: [Candidate(CONTACT, 0.5, (), None)],  # type: ignore[arg-type]
    "no number as score": lambda: [Candidate(CONTACT, "high")],  # type: ignore[arg-type]
    "no evidence": lambda: [Candidate(CONTACT, 0.5, None)],  # type: ignore[arg-type]
    "text as evidence": lambda: [Candidate(CONTACT, 0.5, ("known",))],  # type: ignore[arg-type]
    "no detail": lambda: [Candidate(CONTACT, 0.5, (Evidence("name", None, 0.5),))],  # type: ignore[arg-type]
    "no number as weight": lambda: [Candidate(CONTACT, 0.5, (Evidence("name", "x", "1"),))],  # type: ignore[arg-type]
    "nothing": lambda: None,
}


@pytest.mark.parametrize("case", GARBAGE)
def test_an_answer_of_wrong_types_is_an_adapter_error(desk: Desk, case: str) -> None:
    desk.arrive(Mail("a@x.example"))
    desk.crm.find = lambda query: GARBAGE[case]()  # type: ignore[method-assign, assignment, no-any-return]
    with pytest.raises(AdapterError):
        run(desk, claim(desk, "find"))


def test_an_endless_answer_is_cut(desk: Desk) -> None:
    message, _ = desk.arrive(Mail("a@x.example"))
    evidence = tuple(Evidence(f"s{n}", "x", float("nan")) for n in range(10_000))
    endless = Candidate(CONTACT, float("inf"), evidence)
    desk.crm.find = lambda query: repeat(endless)  # type: ignore[method-assign, assignment, return-value]
    run(desk, claim(desk, "find"))
    assert linked(desk, message) == {}


def test_a_find_that_runs_twice_writes_once(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example"))
    job = claim(desk, "find")
    assert run(desk, job) is not None
    before = queued(desk)
    assert run(desk, job) is None
    thread = desk.thread_of(number)
    with desk.store.read() as tx:
        assert len(decisions.of_thread(tx, thread)) == 1
        assert len([1 for _, one in events.after(tx, (0, 0), 99) if isinstance(one, ThreadLinked)]) == 1
    assert queued(desk) == before


def test_a_worker_that_lost_its_lease_writes_nothing(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example"))
    late = claim(desk, "find")
    desk.store.run(lambda tx: queue.settle(tx, late, "ready"))
    held = claim(desk, "find")
    assert run(desk, late) is None
    assert linked(desk, number) == {}
    assert run(desk, held) is not None
    assert linked(desk, number) == {"crm:contact/17": "linked"}


def test_the_crm_is_never_called_inside_a_transaction(desk: Desk) -> None:
    desk.arrive(Mail("a@x.example", subject="D-204"))
    find, attach = claim(desk, "find"), claim(desk, "attach")
    with desk.store.write():
        with pytest.raises(NetworkInTransactionError):
            run_find(desk.store, [desk.crm], find)
        with pytest.raises(NetworkInTransactionError):
            run_attach(desk.store, [desk.crm], attach)
    assert (desk.crm.asked, desk.crm.notes) == ([], {})


def test_what_the_crm_forgot_is_forgotten(desk: Desk) -> None:
    desk.arrive(Mail("a@x.example"))
    drain(desk)
    desk.crm.known = {BO: [Record("crm", "contact", "18")]}
    desk.arrive(Mail("b@x.example"))
    drain(desk)
    assert remembered(desk) == [Record("crm", "contact", "18")]


def test_an_adapter_cannot_speak_with_the_weight_of_a_number_or_token(desk: Desk) -> None:
    boast = Evidence("token", "believe me", 1.0), Evidence("wish", "really", float("nan"))
    foreign = Candidate(Record("erp", "deal", "1"), 1.0, (Evidence("address", "theirs", 1.0),))
    mine = Candidate(DEAL, 1.0, boast)
    desk.crm.find = lambda query: [mine, foreign]  # type: ignore[method-assign]
    number, _ = desk.arrive(Mail("a@x.example"))
    found = run_find(desk.store, [desk.crm], claim(desk, "find"))
    assert found is not None
    assert found.rule == "crm"
    assert {one.record: one.score for one in found.candidates} == {DEAL: desk.policy.crm_at_most}
    other, _ = desk.arrive(Mail("b@x.example", kind="auto-reply"))
    drain(desk)
    assert (linked(desk, number), linked(desk, other)) == ({"crm:deal/D-204": "linked"}, {})


def test_a_quoted_number_is_not_made_heavier_by_the_crm(desk: Desk) -> None:
    answer = Candidate(DEAL, 0.9, (Evidence("number", "found D-204", 0.9),), "Pumps")
    desk.crm.find = lambda query: [answer]  # type: ignore[method-assign]
    number, _ = desk.arrive(Mail("a@x.example", quoted="D-204"))
    drain(desk)
    assert linked(desk, number) == {}
    thread = desk.thread_of(number)
    with desk.store.read() as tx:
        assert explain(tx, thread).decisions[-1].candidates[0].title == "Pumps"


def test_each_message_is_shown_once_on_each_record(desk: Desk) -> None:
    desk.arrive(Mail("a@x.example", subject="Pumps", text="How much?"))
    desk.arrive(Mail("f@x.example", ("a@x.example",), trust=FORGED))
    desk.arrive(replace(outbound(Mail("b@acme.example", ("a@x.example",), "Re: Pumps D-204")), wish=TICKET))
    drain(desk)
    shown = {(str(record), note.key) for record, note in ((r, n) for (r, _), n in desk.crm.notes.items())}
    records = ("crm:contact/17", "crm:deal/D-204", "crm:ticket/1042")
    assert shown == {(record, key) for record in records for key in ("a@x.example", "b@acme.example")}
    note = desk.crm.notes[TICKET, "a@x.example"]
    assert (note.sender, note.recipients, note.snippet) == (BO, ("sales@acme.example",), "How much?")
    assert set(queued(desk).values()) == {"done"}


def test_a_failing_attach_is_an_adapter_error_and_is_tried_again(desk: Desk) -> None:
    desk.crm.known = {}
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    desk.crm.broken = TimeoutError("slow")
    job = claim(desk, "attach")
    with pytest.raises(AdapterError, match=r"crm\.attach failed: TimeoutError: slow"):
        run(desk, job)
    desk.crm.broken = None
    assert run(desk, job) == "crm:deal/D-204/a@x.exam"
    assert queued(desk)[f"attach {number}:crm:deal/D-204"] == "done"


def test_a_system_without_an_adapter_is_said(desk: Desk) -> None:
    desk.arrive(Mail("a@x.example", subject="D-204"))
    with pytest.raises(AdapterError, match="No adapter is called 'crm'"):
        run_attach(desk.store, [], claim(desk, "attach"))


def test_a_record_that_is_gone_is_unlinked(desk: Desk) -> None:
    desk.crm.gone.add(DEAL)
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    drain(desk)
    assert linked(desk, number) == {"crm:deal/D-204": "removed", "crm:contact/17": "linked"}
    thread = desk.thread_of(number)
    with desk.store.read() as tx:
        told = [one for _, one in events.after(tx, (0, 0), 99) if isinstance(one, ThreadUnlinked)]
        text = str(explain(tx, thread))
    assert [(one.record_id, one.thread_id) for one in told] == [("D-204", thread)]
    assert "It was linked to crm:deal/D-204: the CRM has no such record." in text


def test_what_was_unlinked_meanwhile_is_not_shown(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    thread = desk.thread_of(number)
    assert desk.store.run(lambda tx: remove(tx, thread, DEAL))
    assert not desk.store.run(lambda tx: remove(tx, thread, DEAL))
    drain(desk)
    assert [str(record) for record, _ in desk.crm.notes] == ["crm:contact/17"]


def test_merged_threads_share_their_links_and_show_all_their_messages(desk: Desk) -> None:
    desk.policy = HELP_DESK
    desk.crm.known = {}
    first, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    second, _ = desk.arrive(Mail("b@y.example", subject="[Ticket #1042]", trust=CLAIMED))
    third, _ = desk.arrive(Mail("c@y.example", ("z@x.example", "b@y.example"), "[Ticket #1042]"))
    bridge, _ = desk.arrive(Mail("z@x.example", ("a@x.example",), "both"))
    assert len({desk.thread_of(number) for number in (first, second, third, bridge)}) == 1
    assert linked(desk, first) == {"crm:deal/D-204": "linked", "crm:ticket/1042": "linked"}
    drain(desk)
    everything = ("a@x.example", "b@y.example", "c@y.example", "z@x.example")
    assert set(desk.crm.notes) == {(record, key) for record in (DEAL, TICKET) for key in everything}


def test_links_by_hand(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example"))
    drain(desk)
    thread = desk.thread_of(number)
    made = desk.store.run(lambda tx: add(tx, thread, TICKET, by="ana"))
    assert (made.record, made.state) == (TICKET, Outcome.LINKED)
    assert desk.store.run(lambda tx: add(tx, thread, TICKET, by="ana")) == made
    drain(desk)
    assert (TICKET, "a@x.example") in desk.crm.notes
    with desk.store.read() as tx:
        assert [str(one.record) for one in of_thread(tx, thread)] == ["crm:contact/17", "crm:ticket/1042"]
        assert [one.id for one in of_record(tx, TICKET)] == [thread]
        assert "is also linked to crm:ticket/1042 because ana linked it (1.00)." in str(explain(tx, thread))
    assert desk.store.run(lambda tx: remove(tx, thread, TICKET, by="ana"))
    with desk.store.read() as tx:
        assert of_record(tx, TICKET) == ()


def test_links_by_hand_refuse_what_cannot_be(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example"))
    thread = desk.thread_of(number)
    with pytest.raises(NotFoundError):
        desk.store.run(lambda tx: add(tx, thread + 1, TICKET))
    for record in (Record("", "deal", "1"), Record("crm", "deal", "1\n2"), Record("crm", "deal", "9" * 201)):
        with pytest.raises(ValueError, match="The record's"):
            desk.store.run(lambda tx, record=record: add(tx, thread, record))
    with pytest.raises(ValueError, match="no address"):
        desk.store.run(lambda tx: know(tx, "bo", CONTACT))
    other = desk.tenant("other")
    with pytest.raises(NotFoundError):
        other.store.run(lambda tx: add(tx, thread, TICKET))


def test_a_message_that_is_gone_ends_its_jobs(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    find, attach = claim(desk, "find"), claim(desk, "attach")
    with desk.store.engine.begin() as connection:
        connection.exec_driver_sql(f"DELETE FROM mailkit_message WHERE id = {number}")
    assert run(desk, find) is None
    assert run(desk, attach) is None
    assert set(queued(desk).values()) == {"done"}
    assert (desk.crm.asked, desk.crm.notes) == ([], {})


def test_a_worker_that_dies_after_the_crm_was_written_to_is_repeated_without_harm(desk: Desk) -> None:
    desk.crm.known = {}
    number, _ = desk.arrive(Mail("a@x.example", subject="D-204"))
    shown = desk.crm.attach

    def dying(record: Record, note: Note) -> str:
        shown(record, note)
        raise SystemExit(9)

    desk.crm.attach = dying  # type: ignore[method-assign]
    job = claim(desk, "attach")
    with pytest.raises(SystemExit):
        run(desk, job)
    assert queued(desk)[f"attach {number}:crm:deal/D-204"] == "leased"
    desk.crm.attach = shown  # type: ignore[method-assign]
    later = Store(desk.store.engine, clock=lambda: START + timedelta(days=9))
    (again,) = later.run(lambda tx: queue.claim(tx, ["attach"], "next", limit=1))
    assert (again.id, again.fence > job.fence) == (job.id, True)
    assert run(desk, again) == "crm:deal/D-204/a@x.exam"
    assert queued(desk)[f"attach {number}:crm:deal/D-204"] == "done"
    assert [(record, key) for record, key in desk.crm.notes] == [(DEAL, "a@x.example")]


def test_a_worker_that_dies_while_it_asks_leaves_nothing_behind(desk: Desk) -> None:
    number, _ = desk.arrive(Mail("a@x.example"))
    answer = desk.crm.find

    def dying(query: Query) -> list[Candidate]:
        raise SystemExit(9)

    desk.crm.find = dying  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        run(desk, claim(desk, "find"))
    assert (linked(desk, number), remembered(desk)) == ({}, [])
    desk.crm.find = answer  # type: ignore[method-assign]
    later = Store(desk.store.engine, clock=lambda: START + timedelta(days=9))
    (again,) = later.run(lambda tx: queue.claim(tx, ["find"], "next", limit=1))
    assert run(desk, again) is not None
    assert linked(desk, number) == {"crm:contact/17": "linked"}

"""The same on PostgreSQL, with workers at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from tests.link.conftest import (
    AUTHENTIC,
    CLAIMED,
    CONTACT,
    DEAL,
    HELP_DESK,
    TICKET,
    Crm,
    Desk,
    Mail,
    claim,
    drain,
    run,
    states,
)

from mailkit.link.explain import explain
from mailkit.link.manual import add, merge, of_record, of_thread, remove
from mailkit.store import Store, Tx, decisions, links


@pytest.fixture
def desk(postgres_url: str) -> Iterator[Desk]:
    store = Store.open(postgres_url, create=True)
    yield Desk(store, Crm())
    store.close()


def at_once(*work: Callable[[], object]) -> None:
    """Run these at the same time; what one raises is raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(work))

    def call(one: Callable[[], object]) -> None:
        try:
            start.wait(10)
            one()
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=call, args=(one,)) for one in work]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(60)
    if errors:
        raise errors[0]


def held(desk: Desk, message: int) -> dict[str, str]:
    thread = desk.thread_of(message)
    with desk.store.read() as tx:
        return states(links.of_thread(tx, thread))


def test_the_whole_way(desk: Desk) -> None:
    first, _ = desk.arrive(Mail("a@x.example", subject="[Ticket #1042]", trust=CLAIMED))
    second, _ = desk.arrive(Mail("b@y.example", ("c@x.example",), "D-204 \x01 \U0001f600"))
    drain(desk)
    desk.arrive(Mail("c@x.example", ("a@x.example",), "[Ticket #1042]"))
    drain(desk)
    thread = desk.thread_of(second)
    assert thread == desk.thread_of(first)
    assert held(desk, first) == {str(one): "linked" for one in (TICKET, DEAL, CONTACT)}
    assert set(desk.crm.notes) == {
        (record, key) for record in (TICKET, DEAL, CONTACT) for key in ("a@x.example", "b@y.example", "c@x.example")
    }
    assert desk.store.run(lambda tx: remove(tx, thread, DEAL))
    desk.store.run(lambda tx: add(tx, thread, DEAL, by="ana"))
    with desk.store.read() as tx:
        assert [one.id for one in of_record(tx, DEAL)] == [thread]
        assert "ana linked it" in str(explain(tx, thread))


def test_an_answer_of_the_crm_and_a_new_message_do_not_miss_each_other(desk: Desk) -> None:
    desk.policy = HELP_DESK
    numbers = []
    for attempt in range(6):
        first, _ = desk.arrive(Mail(f"a{attempt}@x.example", subject="Hello"))
        job = claim(desk, "find")
        answer = Mail(f"b{attempt}@x.example", (f"a{attempt}@x.example",), "[Ticket #1042]", sender="eva@else.example")
        later: list[int] = []
        at_once(lambda job=job: run(desk, job), lambda mail=answer, to=later: to.append(desk.arrive(mail)[0]))
        numbers += [first, *later]
        drain(desk)
    keys = {f"{letter}{attempt}@x.example" for letter in "ab" for attempt in range(6)}
    assert set(desk.crm.notes) == {(record, key) for record in (CONTACT, TICKET) for key in keys}
    assert all(held(desk, number) == {str(CONTACT): "linked", str(TICKET): "linked"} for number in numbers)


def test_one_link_is_lifted_once_by_two_workers(desk: Desk) -> None:
    first, _ = desk.arrive(Mail("a@x.example", subject="D-204", trust=CLAIMED))
    answers = [Mail(f"b{number}@x.example", ("a@x.example",), "D-204", trust=AUTHENTIC) for number in range(4)]
    at_once(*(lambda mail=mail: desk.arrive(mail) for mail in answers))
    drain(desk)
    thread = desk.thread_of(first)
    with desk.store.read() as tx:
        (link,) = (one for one in links.of_thread(tx, thread) if one.record == DEAL)
        assert len(decisions.of_thread(tx, thread)) >= 5
    assert link.state.value == "linked"
    assert len({key for record, key in desk.crm.notes if record == DEAL}) == 5


def test_a_link_made_while_its_thread_is_merged_is_made_where_it_went(desk: Desk) -> None:
    first, second = (desk.arrive(Mail(f"{name}@x.example"))[0] for name in "ab")
    kept, gone = desk.thread_of(first), desk.thread_of(second)
    waiting = threading.Event()

    def link(tx: Tx) -> None:
        waiting.set()
        add(tx, gone, DEAL)

    linker = threading.Thread(target=lambda: desk.store.run(link))
    with desk.store.write() as tx:
        assert merge(tx, gone, kept).id == kept
        linker.start()
        assert waiting.wait(10)
        linker.join(0.3)  # it looks the thread up, and waits for it
        assert linker.is_alive()
    linker.join(30)
    with desk.store.read() as tx:
        assert {one.record for one in of_thread(tx, kept)} == {DEAL}

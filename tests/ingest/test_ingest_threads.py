"""Whose word makes one thread of two: a mail that names what it knows carries no records from one to the other."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mailkit.events import ThreadMerged
from mailkit.link import manual
from mailkit.store import links
from mailkit.words import Direction, Record, Stored
from support.mails import Desk, arrival, mail

DEAL, TICKET = Record("crm", "deal", "42"), Record("crm", "ticket", "7")


def take(desk: Desk, message_id: str, *refs: str, direction: Direction = Direction.INBOUND) -> Stored:
    extra = (
        f"In-Reply-To: <{refs[0]}>\r\nReferences: {' '.join(f'<{ref}>' for ref in reversed(refs))}\r\n" if refs else ""
    )
    [stored] = desk.take(arrival(mail(message_id=message_id, extra=extra, body=message_id), direction=direction))
    return stored


def link(desk: Desk, stored: Stored, *records: Record) -> None:
    for record in records:
        desk.store.run(lambda tx, record=record: manual.add(tx, stored.thread_id, record))  # type: ignore[misc]


def linked(desk: Desk, stored: Stored) -> set[Record]:
    with desk.store.read() as tx:
        return {one.record for one in links.active(tx, thread_of(desk, stored))}


def thread_of(desk: Desk, stored: Stored) -> int:
    return int(str(desk.rows(f"SELECT thread_id FROM mailkit_message WHERE id = {stored.id}")[0][0]))


def merged(desk: Desk) -> list[ThreadMerged]:
    return [event for event in desk.events() if isinstance(event, ThreadMerged)]


@pytest.fixture
def two(desk: Desk) -> tuple[Stored, Stored]:
    """Two conversations, each linked to a record of its own."""
    first, second = take(desk, "deal@a.example"), take(desk, "ticket@b.example")
    link(desk, first, DEAL)
    link(desk, second, TICKET)
    return first, second


@pytest.mark.parametrize("direction", [Direction.INBOUND, Direction.OUTBOUND])
@pytest.mark.parametrize("refs", [("deal@a.example", "ticket@b.example"), ("ticket@b.example", "deal@a.example")])
def test_who_names_two_linked_threads_joins_the_nearest_and_carries_nothing_over(
    desk: Desk, two: tuple[Stored, Stored], refs: Sequence[str], direction: Direction
) -> None:
    # Our own answer to such a mail repeats its references, so it must have no more power than the mail.
    named = take(desk, "both@stranger.example", *refs, direction=direction)
    nearest = two[0] if refs[0] == "deal@a.example" else two[1]
    assert named.thread_id == nearest.thread_id
    assert merged(desk) == []
    assert [linked(desk, one) for one in two] == [{DEAL}, {TICKET}]


def test_who_takes_the_message_id_of_one_and_answers_the_other_carries_nothing_over(
    desk: Desk, two: tuple[Stored, Stored]
) -> None:
    again = take(desk, "ticket@b.example", "deal@a.example")
    assert again.new is True or again.id == two[1].id
    assert merged(desk) == []
    assert [linked(desk, one) for one in two] == [{DEAL}, {TICKET}]


def test_who_names_three_joins_those_that_agree(desk: Desk, two: tuple[Stored, Stored]) -> None:
    third = take(desk, "other@c.example")
    named = take(desk, "all@d.example", "deal@a.example", "ticket@b.example", "other@c.example")
    assert thread_of(desk, named) == thread_of(desk, third) == thread_of(desk, two[0])
    assert [linked(desk, one) for one in (*two, third)] == [{DEAL}, {TICKET}, {DEAL}]


def test_a_mail_that_was_missing_between_two_threads_makes_them_one(desk: Desk, two: tuple[Stored, Stored]) -> None:
    # The third mail of a conversation came, and was linked, before the second.
    answer = take(desk, "third@b.example", "second@a.example")
    link(desk, answer, TICKET)
    take(desk, "second@a.example", "deal@a.example")
    assert thread_of(desk, answer) == thread_of(desk, two[0])
    assert linked(desk, two[0]) == {DEAL, TICKET}


@pytest.mark.parametrize(("ours", "theirs"), [((), ()), ((DEAL,), ()), ((), (TICKET,)), ((DEAL,), (DEAL, TICKET))])
def test_threads_whose_records_agree_become_one(
    desk: Desk, ours: tuple[Record, ...], theirs: tuple[Record, ...]
) -> None:
    first, second = take(desk, "one@a.example"), take(desk, "two@b.example")
    link(desk, first, *ours)
    link(desk, second, *theirs)
    named = take(desk, "both@a.example", "one@a.example", "two@b.example")
    assert thread_of(desk, first) == thread_of(desk, second) == named.thread_id
    assert linked(desk, first) == {*ours, *theirs}
    assert len(merged(desk)) == 1

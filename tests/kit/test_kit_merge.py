"""Two conversations that a person makes one."""

from __future__ import annotations

import pytest

from mailkit import Record, ThreadMerged
from mailkit.errors import NotFoundError
from support.application import Application, mail

DEAL, TICKET = Record("crm", "deal", "42"), Record("crm", "ticket", "7")


def two(office: Application) -> tuple[int, int]:
    first = office.kit.ingest(mail(message_id="one@a.example", body="one"))
    second = office.kit.ingest(mail(message_id="two@b.example", body="two"))
    office.kit.links.add(first.thread_id, DEAL)
    office.kit.links.add(second.thread_id, TICKET)
    return first.thread_id, second.thread_id


def test_merged_by_hand_they_have_the_messages_and_the_links_of_both(office: Application) -> None:
    older, newer = two(office)
    kept = office.kit.threads.merge(newer, older)
    assert (kept.id, kept.message_count) == (older, 2)
    assert office.kit.threads.get(newer) == kept
    assert {link.record for link in office.kit.links.of(kept)} == {DEAL, TICKET}
    told = [event for event in office.kit.events.read("x") if isinstance(event, ThreadMerged)]
    assert [(event.thread_id, event.merged_id) for event in told] == [(older, newer)]
    # What came later to either belongs to the one.
    answer = office.kit.ingest(mail(message_id="three@b.example", extra="In-Reply-To: <two@b.example>\r\n", body="3"))
    assert answer.thread_id == older


def test_merging_again_or_with_itself_changes_nothing(office: Application) -> None:
    older, newer = two(office)
    kept = office.kit.threads.merge(older, newer)
    assert office.kit.threads.merge(older, newer) == kept
    assert office.kit.threads.merge(kept, kept) == kept
    assert sum(isinstance(event, ThreadMerged) for event in office.kit.events.read("x")) == 1


def test_a_thread_that_is_not_there_is_an_error(office: Application) -> None:
    older, _ = two(office)
    with pytest.raises(NotFoundError, match="4711"):
        office.kit.threads.merge(older, 4711)


def test_it_goes_with_the_callers_transaction(office: Application) -> None:
    older, newer = two(office)
    with office.kit.engine.connect() as tx, tx.begin():
        office.kit.threads.merge(older, newer, tx=tx)
        tx.get_transaction().rollback()  # type: ignore[union-attr]
    assert office.kit.threads.get(newer).id == newer
    with office.kit.engine.begin() as tx:
        office.kit.threads.merge(older, newer, tx=tx)
    assert office.kit.threads.get(newer).id == older

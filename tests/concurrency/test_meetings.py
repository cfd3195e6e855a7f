"""Two transactions that want the same thing at the same moment, on PostgreSQL: who comes second waits, and is right."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from mailkit.errors import StoreLockedError
from mailkit.events import MessageReceived
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.ingest.spine import MAX_LOCKS
from mailkit.store import Store, Tx, events, leases, raw, threads
from mailkit.store.engine import CONFLICT_ATTEMPTS
from mailkit.words import Limits, Stored
from support.canonical import canonical, difference
from support.mails import Desk, arrival, mail, make_desk

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def desk(postgres_url: str) -> Iterator[Desk]:
    store = Store.open(postgres_url, create=True)
    yield make_desk(store)
    store.close()


def another(desk: Desk) -> Desk:
    """A second worker on the same database."""
    return make_desk(Store(desk.store.engine))


def wait_until_blocked(desk: Desk, how_many: int = 1) -> None:
    """Until so many connections wait for a lock."""
    for _ in range(1000):
        with desk.store.read() as tx:
            if int(str(tx.execute(text(_WAITING)).scalar())) >= how_many:
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def meet(first: Desk, second: Desk, one: Callable[[Desk], object], two: Callable[[Desk], object]) -> list[object]:
    """Let the first write its event, and hold it there until the second waits for a lock."""
    results: list[object] = [None, None]
    inside, onward = threading.Event(), threading.Event()

    def pause(event: object, tx: Tx) -> None:
        inside.set()
        assert onward.wait(60)

    first.store.notify = pause

    def call(at: int, work: Callable[[Desk], object], desk: Desk) -> None:
        try:
            results[at] = work(desk)
        except BaseException as error:
            results[at] = error

    callers = [
        threading.Thread(target=call, args=(0, one, first)),
        threading.Thread(target=call, args=(1, two, second)),
    ]
    callers[0].start()
    assert inside.wait(60)
    callers[1].start()
    wait_until_blocked(first)
    onward.set()
    for caller in callers:
        caller.join(60)
    return results


def test_one_mail_without_an_id_in_two_accounts_is_one_message(desk: Desk) -> None:
    """Nothing but what it says tells that it is one; the traces, and so the bytes, differ."""
    here = arrival(mail(message_id=None, extra="Delivered-To: a@acme.example\r\n"), account="a")
    there = arrival(mail(message_id=None, extra="Delivered-To: b@acme.example\r\n"), account="b")
    first, second = meet(desk, another(desk), lambda d: d.take(here), lambda d: d.take(there))
    assert first == [Stored(1, 1, new=True, new_copy=True)]
    assert second == [Stored(1, 1, new=False, new_copy=True)]
    assert desk.count("quarantine") == 0
    assert [event.name for event in desk.events()] == ["message.received"]


def test_two_answers_to_a_mail_that_is_not_there_yet_are_one_thread(desk: Desk) -> None:
    def answer(name: str) -> object:
        return arrival(
            mail(f"Re: {name}", message_id=f"{name}@client.example", extra="References: <root@acme.example>\r\n")
        )

    first, second = meet(desk, another(desk), lambda d: d.take(answer("x")), lambda d: d.take(answer("y")))
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert first[0].thread_id == second[0].thread_id
    assert desk.rows("SELECT message_count FROM mailkit_thread WHERE merged_into IS NULL") == [(2,)]


def test_a_mail_that_is_fetched_at_last_and_its_answer_in_a_sync_that_was_overtaken(desk: Desk) -> None:
    """One sync takes a mail out of quarantine; the one that it overtook, and that does not know yet, brings an answer
    to it. Both want the thread and the lease, in the same order: the server has no deadlock to resolve."""
    held = desk.ingest.hold_unfetched(arrival(b"", uid=4000), "large").quarantine_id
    assert held is not None
    answer = arrival(mail("Re: x", message_id="two@client.example", extra="In-Reply-To: <one@client.example>\r\n"))
    other = another(desk)
    desk.store.run(lambda tx: leases.take(tx, "sync:sales", "ana", 60))
    lease = leases.Lease("sync:sales", "ana", 1)
    fences: list[str] = []
    inside, onward = threading.Event(), threading.Event()

    def fence(tx: Tx) -> None:
        fences.append("old")
        inside.set()
        assert onward.wait(60)
        assert leases.held(tx, lease)

    def newer(tx: Tx) -> None:
        fences.append("new")
        assert leases.extend(tx, lease, 60)

    old = threading.Thread(target=lambda: other.ingest.many([answer], fence=fence))
    new = threading.Thread(target=lambda: desk.ingest.fetched(arrival(mail(), uid=4000), held, fence=newer))
    old.start()
    assert inside.wait(60)
    new.start()
    wait_until_blocked(desk)
    onward.set()
    old.join(60)
    new.join(60)
    assert fences == ["old", "new"], "neither was undone and tried again"
    assert desk.rows("SELECT message_count FROM mailkit_thread WHERE merged_into IS NULL") == [(2,)]
    assert desk.rows("SELECT state FROM mailkit_quarantine") == [("released",)]


def test_one_arrival_that_two_workers_put_aside_is_told_once(desk: Desk) -> None:
    """The handlers are not told of quarantine, so the first is held up by a lock of ours instead."""
    empty = arrival(b"", uid=9000)
    other = another(desk)
    with desk.store.engine.connect() as holder:
        holder.execute(text("LOCK TABLE mailkit_quarantine IN EXCLUSIVE MODE"))
        workers = [threading.Thread(target=one.take, args=(empty,)) for one in (desk, other)]
        for worker in workers:
            worker.start()
        wait_until_blocked(desk, 2)
        holder.rollback()
    for worker in workers:
        worker.join(60)
    assert [event.name for event in desk.events()] == ["message.quarantined"]
    assert (desk.count("quarantine"), desk.count("source")) == (1, 1)


def test_a_batch_of_very_many_references_does_not_fill_the_lock_table(desk: Desk) -> None:
    """A hundred mails with two hundred references each: 20,000 keys. The server has room for 6,400 locks in all, which
    its other users need too."""
    most = 0

    def count(event: object, tx: Tx) -> None:
        nonlocal most
        most = max(
            most, int(str(tx.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar()))
        )

    desk.store.notify = count
    lists = [" ".join(f"<r{n}.{at}@client.example>" for at in range(199)) for n in range(100)]
    mails = [
        arrival(mail(f"Offer {n}", message_id=f"m{n}@client.example", extra=f"References: {refs}\r\n"))
        for n, refs in enumerate(lists)
    ]
    stored = desk.take(*mails)
    assert [one.new for one in stored] == [True] * 100
    assert desk.count("reference") == 20_000
    assert 200 <= most <= MAX_LOCKS + 100


# -- deadlocks -----------------------------------------------------------------------------------------------------


def test_a_deadlock_is_run_again(desk: Desk) -> None:
    """Two transactions write two rows in opposite order. PostgreSQL ends one of them with 40P01; ``Store.run`` runs it
    again, from its beginning."""
    tries = {"ab": 0, "ba": 0}
    both = threading.Barrier(2)
    failures: list[BaseException] = []

    def write(order: str) -> None:
        def work(tx: Tx) -> None:
            tries[order] += 1
            raw.put(tx, order[0].encode())
            if tries[order] == 1:
                both.wait(60)
            raw.put(tx, order[1].encode())

        try:
            Store(desk.store.engine).run(work)
        except BaseException as error:
            failures.append(error)

    before = _deadlocks(desk)
    workers = [threading.Thread(target=write, args=(order,)) for order in tries]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert failures == []
    assert sorted(tries.values()) == [1, 2], "one of the two was ended, and run again"
    assert desk.count("raw") == 2
    _wait_for(lambda: _deadlocks(desk) == before + 1)


def _deadlocks(desk: Desk) -> int:
    """How many deadlocks the server has ended in this database; it counts a little late."""
    rows = desk.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(str(rows[0][0]))


def _wait_for(true: Callable[[], bool]) -> None:
    for _ in range(300):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def test_a_serialization_failure_is_run_again(desk: Desk) -> None:
    tries: list[int] = []

    def work(tx: Tx) -> None:
        tries.append(1)
        if len(tries) < 3:
            tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"))
        events.append(tx, MessageReceived(message_id=7))

    desk.store.run(work)
    assert len(tries) == 3
    assert [event.message_id for event in desk.events()] == [7]


def test_a_conflict_that_never_ends_is_an_error_that_may_be_tried_again(desk: Desk) -> None:
    tries: list[int] = []

    def work(tx: Tx) -> None:
        tries.append(1)
        tx.execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$"))

    with pytest.raises(StoreLockedError) as caught:
        desk.store.run(work)
    assert caught.value.retryable
    assert len(tries) == CONFLICT_ATTEMPTS


def test_batches_in_opposite_order_never_deadlock(desk: Desk) -> None:
    """Their keys are locked in one order, whatever the order of the mails: the server has no deadlock to end. That the
    order matters is shown by the next test."""
    before = _deadlocks(desk)
    failures = _in_opposite_order(desk, Ingest.many)
    assert failures == []
    assert desk.count("message") == 40
    time.sleep(1.2)  # longer than deadlock_timeout and than the delay of the statistics
    assert _deadlocks(desk) == before


def test_without_the_locks_they_do_deadlock_and_come_through_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    before = _deadlocks(desk)
    monkeypatch.setattr(threads, "lock_all", lambda *_: None)
    failures = _in_opposite_order(desk, Ingest.many)
    assert failures == []
    monkeypatch.undo()
    _wait_for(lambda: _deadlocks(desk) > before)
    assert desk.count("message") == 40


def _in_opposite_order(desk: Desk, many: Callable[..., object]) -> list[BaseException]:
    """Two workers bring the same forty mails as one batch each, one from the front, one from the back; each stops
    after its first mail until the other is there too, or waits for a lock."""
    mails = [arrival(mail(f"Offer {n}", message_id=f"m{n:02d}@client.example"), uid=7000 + n) for n in range(40)]
    failures: list[BaseException] = []
    here = threading.Barrier(2)

    def work(batch: list[object]) -> None:
        store = Store(desk.store.engine)
        met = False

        def pause(event: object, tx: Tx) -> None:
            nonlocal met
            if not met:
                met = True
                try:
                    here.wait(0.5)
                except threading.BrokenBarrierError:
                    return  # the other one waits for our locks

        store.notify = pause
        profile = Profile(addresses=frozenset({"sales@acme.example"}))
        ingest = Ingest(store, profile=lambda _: profile, rules=LinkRules(), limits=Limits())
        try:
            many(ingest, batch)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(batch,)) for batch in (list(mails), list(reversed(mails)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    return failures


def test_the_canonical_form_tells_stores_apart(desk: Desk, tmp_path: object) -> None:
    """What the sweeps rest on: equal for the same mails in another order, different for one mail less."""
    mails = [
        arrival(mail("Offer", message_id="a@x.example"), uid=1),
        arrival(mail("Re: Offer", message_id="b@x.example", extra="References: <a@x.example>\r\n"), uid=2),
        arrival(mail("Other", message_id="c@x.example"), uid=3),
    ]
    one = make_desk(Store(desk.store.engine, tenant="one"))
    two = make_desk(Store(desk.store.engine, tenant="two"))
    one.take(*mails)
    two.take(*reversed(mails[1:]))
    missing = difference(canonical(one.store), canonical(two.store))
    assert "+ message:" in missing
    assert "- " in missing, "the thread of two is another thread than the thread of one"
    two.take(mails[0])
    assert difference(canonical(one.store), canonical(two.store)) == ""

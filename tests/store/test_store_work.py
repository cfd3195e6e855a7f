"""Jobs and leases: one holder at a time, and one who comes back late changes nothing."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime, timedelta

from mailkit.store import Store, leases, queue
from mailkit.worker import Jobs, Step, Worker

START = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def _put(store: Store, *keys: str) -> None:
    with store.write() as tx:
        for key in keys:
            assert queue.put(tx, "find", key, {"n": key})


def test_a_job_is_queued_once_whatever_became_of_it(store: Store) -> None:
    _put(store, "a")
    with store.write() as tx:
        assert not queue.put(tx, "find", "a", {})
        assert queue.put(tx, "attach", "a", {})
        [job] = queue.claim(tx, ["find"], "me", limit=10)
        assert queue.settle(tx, job, "done")
        assert not queue.put(tx, "find", "a", {})
        assert queue.claim(tx, ["find"], "me", limit=10) == []


def test_a_leased_job_is_nobody_elses_until_the_lease_runs_out(store: Store) -> None:
    clock = store.clock = Clock()
    _put(store, "a")
    with store.write() as tx:
        [late] = queue.claim(tx, ["find"], "sleeper", limit=10, lease=60)
        assert queue.claim(tx, ["find"], "other", limit=10) == []
    clock.advance(61)
    with store.write() as tx:
        [taken] = queue.claim(tx, ["find"], "other", limit=10, lease=60)
        assert (taken.id, taken.attempts) == (late.id, 2)
        assert taken.fence > late.fence
    with store.write() as tx:
        assert not queue.settle(tx, late, "done"), "the sleeper's old number was accepted"
        assert queue.settle(tx, taken, "done")


def test_workers_never_claim_the_same_job(store: Store) -> None:
    _put(store, *(str(number) for number in range(60)))
    claimed: list[int] = []
    lock = threading.Lock()

    def work(name: str) -> None:
        mine = Store(store.engine)
        while True:
            jobs = mine.run(lambda tx: queue.claim(tx, ["find"], name, limit=7))
            if not jobs:
                return
            with lock:
                claimed.extend(job.id for job in jobs)

    workers = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(claimed) == len(set(claimed)) == 60


def test_a_job_that_fails_is_put_off_and_at_last_given_up(store: Store) -> None:
    clock = store.clock = Clock()
    _put(store, "a")
    tried: list[datetime] = []

    def fail(job: queue.Job) -> None:
        tried.append(clock.now)
        raise ValueError("the CRM is down")

    jobs = Jobs(store, {"find": fail}, owner="me")
    for _ in range(40):
        jobs.drain()
        clock.advance(3600)
    assert len(tried) == 20
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(tried)]
    assert gaps == sorted(gaps)
    with store.read() as tx:
        [row] = queue.listing(tx)
    assert (row.state, row.last_error) == ("failed", "ValueError: the CRM is down")
    with store.write() as tx:
        assert queue.retry(tx, row.id)
    done: list[str] = []
    assert Jobs(store, {"find": lambda job: done.append(job.key)}, owner="me").drain() == 1
    assert done == ["a"]


def test_only_kinds_with_a_runner_are_claimed(store: Store) -> None:
    with store.write() as tx:
        queue.put(tx, "unknown", "x", {})
    assert Jobs(store, {"find": lambda job: None}, owner="me").drain() == 0


def test_a_lease_has_one_holder_and_fences_the_late_one(store: Store) -> None:
    clock = store.clock = Clock()
    with store.write() as tx:
        first = leases.take(tx, "sync:sales", "one", 30)
        assert first is not None
        assert leases.take(tx, "sync:sales", "two", 30) is None
        assert leases.held(tx, first)
        assert leases.extend(tx, first, 30)
    clock.advance(31)
    with store.write() as tx:
        second = leases.take(tx, "sync:sales", "two", 30)
        assert second is not None
        assert second.fence > first.fence
        assert not leases.held(tx, first)
        assert not leases.extend(tx, first, 30)
        leases.release(tx, first)
        assert leases.held(tx, second), "the late one released what was not its own"
        leases.release(tx, second)
        assert leases.take(tx, "sync:sales", "three", 30) is not None


def test_a_worker_runs_steps_until_nothing_is_due() -> None:
    left = {"a": 3, "b": 5}

    def step(name: str) -> Step:
        def run() -> int:
            took = min(left[name], 2)
            left[name] -= took
            return took

        return Step(name, run)

    assert Worker([step("a"), step("b")]).once() == 8
    assert left == {"a": 0, "b": 0}


def test_a_worker_sleeps_until_it_is_woken_and_stops_when_told() -> None:
    rounds = threading.Semaphore(0)

    def run() -> int:
        rounds.release()
        return 0

    worker = Worker([Step("idle", run)], idle=60)
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert rounds.acquire(timeout=60)
    worker.wake()
    assert rounds.acquire(timeout=60)
    worker.stop()
    thread.join(timeout=60)
    assert not thread.is_alive()

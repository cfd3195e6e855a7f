"""The worker: runs due jobs and the other steps, until it is told to stop.

A step is a callable that does at most one batch of its work and says how many things it did: dispatching the outbox,
running jobs, syncing accounts. A round runs every step once; when a whole round did nothing the worker sleeps for
``idle`` seconds, or until it is woken. A step that fails with a retryable error is logged and tried again in the next
round; it does not stop the others.

A job that fails is put off by ``Schedule``; when that gives up, the job is ``failed``, its error is kept, and
``mailkit.store.queue.retry`` makes it ready again. A worker that dies leaves its jobs leased; they are taken up again
when the lease runs out.
"""

from __future__ import annotations

import contextlib
import logging
import queue as queues
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tenacity.stop import stop_after_attempt
from tenacity.wait import wait_exponential

from mailkit.errors import MailkitError
from mailkit.retry import Schedule
from mailkit.store import Store, queue

logger = logging.getLogger("mailkit.worker")

#: Does the work of one job; what it raises puts the job off.
Runner = Callable[[queue.Job], None]
#: Gets ready for the jobs of one kind in a batch, before the first of them runs.
Ahead = Callable[[Sequence[queue.Job]], None]

#: A job is tried after 1, 2, 4 … seconds, at most an hour apart, twenty times: about half a day.
JOB_SCHEDULE = Schedule(wait=wait_exponential(multiplier=1, max=3600), stop=stop_after_attempt(20))


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of work: its name, and a callable that does a batch and returns how many things it did."""

    name: str
    run: Callable[[], int]


class Jobs:
    """Claims due jobs, runs each outside any transaction, and settles it in one of its own.

    Args:
        store: where the jobs are.
        runners: what does the work, by kind of job.
        ahead: what makes the jobs of a batch quicker, by kind. It may fail: the jobs will say why.
        owner: who is said to hold the lease.
    """

    def __init__(
        self,
        store: Store,
        runners: Mapping[str, Runner],
        *,
        owner: str,
        ahead: Mapping[str, Ahead] | None = None,
        schedule: Schedule = JOB_SCHEDULE,
        batch: int = 20,
        lease: float = queue.LEASE_SECONDS,
    ) -> None:
        self._store = store
        self._runners = runners
        self._ahead = ahead or {}
        self._owner = owner
        self._schedule = schedule
        self._batch = batch
        self._lease = lease

    def run(self) -> int:
        """Run one batch of due jobs; return how many were run."""
        jobs = self._store.run(
            lambda tx: queue.claim(tx, self._runners, self._owner, limit=self._batch, lease=self._lease)
        )
        for kind, ahead in self._ahead.items():
            if mine := [job for job in jobs if job.kind == kind]:
                _try(ahead, mine)
        for job in jobs:
            self._one(job)
        return len(jobs)

    def drain(self) -> int:
        """Run batches until no job is due; return how many were run."""
        total = 0
        while done := self.run():
            total += done
        return total

    def _one(self, job: queue.Job) -> None:
        try:
            self._runners[job.kind](job)
        except Exception as error:  # noqa: BLE001 (whatever an application's adapter raises means: not now)
            self._failed(job, error)
            return
        self._store.run(lambda tx: queue.settle(tx, job, "done"))

    def _failed(self, job: queue.Job, error: Exception) -> None:
        now = self._store.clock()
        # Jobs count attempts only, so the time since the first one does not matter to the schedule.
        due = self._schedule.next(job.attempts, now=now, first=now)
        said = f"{type(error).__name__}: {error}"
        logger.warning("job %s %s failed, attempt %d: %s", job.kind, job.key, job.attempts, said)
        state = "ready" if due is not None else "failed"
        self._store.run(lambda tx: queue.settle(tx, job, state, due_at=due, error=said))


def _try(ahead: Ahead, jobs: Sequence[queue.Job]) -> None:
    try:
        ahead(jobs)
    except Exception as error:  # noqa: BLE001 (each job will meet it, and is put off by it)
        logger.debug("nothing was made ready for %d jobs: %s: %s", len(jobs), type(error).__name__, error)


class Worker:
    """Runs steps in rounds, in the caller's thread."""

    def __init__(self, steps: Sequence[Step], *, idle: float = 1.0) -> None:
        self._steps = tuple(steps)
        self._idle = idle
        # A signal handler runs in the thread that it interrupts: where that holds the lock of a threading.Event,
        # setting the event would wait for ever. SimpleQueue.put is made to be called there.
        self._calls: queues.SimpleQueue[None] = queues.SimpleQueue()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop."""
        return self._stopped

    def stop(self) -> None:
        """Make ``run`` return after the step that it is in. May be called from a signal handler or another thread."""
        self._stopped = True
        self._calls.put(None)

    def wake(self) -> None:
        """End the sleep: there may be work."""
        self._calls.put(None)

    def once(self) -> int:
        """Run rounds until one does nothing, or until one only failed; return how many things were done."""
        total = 0
        while done := self._round():
            total += done
        return total

    def run(self, seconds: float | None = None) -> int:
        """Run until ``stop`` is called, or for ``seconds``; return how many things were done."""
        timer = threading.Timer(seconds, self.stop) if seconds is not None else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        total = 0
        while not self._stopped:
            self._forget_calls()
            done = self._round()
            total += done
            if not done and not self._stopped:
                with contextlib.suppress(queues.Empty):
                    self._calls.get(timeout=self._idle)
        if timer is not None:
            timer.cancel()
        return total

    def _forget_calls(self) -> None:
        """What was called for before this round is dealt with by it."""
        with contextlib.suppress(queues.Empty):
            while True:
                self._calls.get_nowait()

    def _round(self) -> int:
        done = 0
        for step in self._steps:
            if self._stopped:
                break
            done += self._step(step)
        return done

    def _step(self, step: Step) -> int:
        try:
            return step.run()
        except MailkitError as error:
            if not error.retryable:
                raise
            logger.warning("step %s failed, it is tried again: %s", step.name, error)
            return 0

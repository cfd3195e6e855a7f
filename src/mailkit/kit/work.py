"""``kit.work()``: everything that is due, in one worker."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from mailkit.errors import InputError, MailkitError
from mailkit.ingest.sender import VERIFY
from mailkit.kit.blocking import blocking
from mailkit.kit.core import Core
from mailkit.kit.mailboxes import Mailboxes
from mailkit.kit.outbox import Outbox
from mailkit.link.jobs import run_attach, run_find
from mailkit.link.linker import ATTACH, FIND
from mailkit.outbox import FILE_SENT, Filer
from mailkit.worker import Jobs, Step, Worker

if TYPE_CHECKING:
    from mailkit.store.queue import Job

logger = logging.getLogger("mailkit.worker")

#: What a worker can do.
KINDS = ("outbox", "jobs", "sync")
#: Seconds between two looks at which accounts there are to watch.
ACCOUNTS_SECONDS = 30.0
#: Seconds until an account is watched again whose watch ended in an error that does not mend itself: a wrong password.
REWATCH_SECONDS = 300.0
#: Seconds between two looks at whether a worker, that an event of the caller is to stop, has ended already.
_EVENT_SECONDS = 1.0


class WorkReport(int):
    """How many things a worker did: a whole number, which also says what it could not do.

    Attributes:
        failed: by name of the account, why its mailbox could not be synced or its server would not take mail; of
            several reasons the last. Jobs that failed are in ``kit.stats()``.
    """

    failed: Mapping[str, MailkitError]

    def __new__(cls, done: int, failed: Mapping[str, MailkitError] | None = None) -> Self:
        report = super().__new__(cls, done)
        report.failed = MappingProxyType(dict(failed or {}))
        return report

    @property
    def ok(self) -> bool:
        """Whether no account failed."""
        return not self.failed

    def __str__(self) -> str:
        return str(int(self))

    def __repr__(self) -> str:
        return f"WorkReport({int(self)}, failed={dict(self.failed)!r})"


class Work:
    """Makes workers out of the rooms of a MailKit."""

    def __init__(self, core: Core, outbox: Outbox, mailboxes: Mailboxes) -> None:
        self._core = core
        self._outbox = outbox
        self._mailboxes = mailboxes
        self._workers: set[Worker] = set()
        self._stop_asked = False
        filer = Filer(core.store, mailboxes.open)
        self.jobs = Jobs(
            core.store,
            {FIND: self._find, ATTACH: self._attach, FILE_SENT: filer.run, VERIFY: core.ingest.run_verify},
            owner=core.owner,
            ahead={VERIFY: core.ingest.ask_ahead},
        )

    def _find(self, job: Job) -> None:
        run_find(self._core.store, self._core.adapters, job, self._core.policy)

    def _attach(self, job: Job) -> None:
        run_attach(self._core.store, self._core.adapters, job)

    def run(
        self,
        *,
        only: Collection[str] | None = None,
        once: bool = False,
        seconds: float | None = None,
        stop: threading.Event | None = None,
    ) -> WorkReport:
        """See ``MailKit.work``."""
        blocking("work")
        kinds = self._kinds(only)
        failed: dict[str, MailkitError] = {}
        steps = (Step("outbox", partial(self._send, failed)), Step("jobs", self.jobs.run))
        worker = Worker([step for step in steps if step.name in kinds])
        self._workers.add(worker)
        try:
            with _stopped_by(stop, worker):
                if once:
                    return WorkReport(self._once(worker, "sync" in kinds, failed), failed)
                if self._stop_asked:
                    self._stop_asked = False
                    return WorkReport(0)
                with _Watching(self._mailboxes, worker, failed) if "sync" in kinds else nullcontext():
                    return WorkReport(worker.run(seconds), failed)
        finally:
            self._workers.discard(worker)

    def _once(self, worker: Worker, sync: bool, failed: dict[str, MailkitError]) -> int:
        done = worker.once()
        if sync:
            # After sending, so that what was filed in Sent is seen there; what comes in makes jobs of its own.
            done += self._sync_all(worker, failed) + worker.once()
        return done

    def stop(self) -> None:
        """Make every running worker return; when none runs, the next one that would run until it is stopped."""
        # Without a lock: a signal handler may interrupt any line here and in ``run``.
        self._stop_asked = True
        if self.stop_running():
            self._stop_asked = False

    def stop_running(self) -> bool:
        """Make every running worker return; whether there was one."""
        running = list(self._workers)
        for worker in running:
            worker.stop()
        return bool(running)

    def _kinds(self, only: Collection[str] | None) -> frozenset[str]:
        kinds = frozenset(KINDS if only is None else (only,) if isinstance(only, str) else only)
        if unknown := sorted(kinds - set(KINDS)):
            raise InputError(f"A worker cannot do {', '.join(unknown)}; it can do {', '.join(KINDS)}.")
        return kinds

    def _send(self, failed: dict[str, MailkitError]) -> int:
        tell = failed.__setitem__
        return self._outbox.dispatcher.run(tell) + self._outbox.resolver.run(failed=tell)

    def _sync_all(self, worker: Worker, failed: dict[str, MailkitError]) -> int:
        done = 0
        for name in self._mailboxes.names():
            if worker.stopped:
                break
            try:
                report = self._mailboxes.sync(name)
            except MailkitError as error:
                logger.warning("account %s could not be synced: %s", name, error)
                failed[name] = error
                continue
            for folder in report.errors:
                assert folder.error is not None
                failed[name] = folder.error
            done += report.new + report.changed + report.vanished
        return done


@contextmanager
def _stopped_by(event: threading.Event | None, worker: Worker) -> Iterator[None]:
    """Stop the worker when the caller's event is set."""
    if event is None:
        yield
        return
    over = threading.Event()

    def wait() -> None:
        while not over.is_set():
            if event.wait(_EVENT_SECONDS):
                worker.stop()
                return

    threading.Thread(target=wait, name="mailkit-stop", daemon=True).start()
    try:
        yield
    finally:
        over.set()


class _Watching:
    """Watches every account that has a mailbox, each in a thread of its own, while a worker runs."""

    def __init__(self, mailboxes: Mailboxes, worker: Worker, failed: dict[str, MailkitError]) -> None:
        self._mailboxes = mailboxes
        self._worker = worker
        self._failed = failed
        self._stop = threading.Event()
        self._watched: dict[str, threading.Event] = {}

    def __enter__(self) -> Self:
        threading.Thread(target=self._look, name="mailkit-watch", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for ended in list(self._watched.values()):
            ended.set()

    def _look(self) -> None:
        """Again and again: accounts are added and removed, by other processes too."""
        while not self._stop.is_set():
            try:
                names = frozenset(self._mailboxes.names())
            except MailkitError as error:
                logger.warning("the accounts to watch cannot be read: %s", error)
            else:
                for name in names - self._watched.keys():
                    self._begin(name)
                for name in self._watched.keys() - names:
                    self._watched.pop(name).set()
            self._stop.wait(ACCOUNTS_SECONDS)

    def _begin(self, name: str) -> None:
        ended = self._watched[name] = threading.Event()
        threading.Thread(target=self._watch, args=(name, ended), name=f"mailkit-watch-{name}", daemon=True).start()

    def _watch(self, name: str, ended: threading.Event) -> None:
        while not ended.is_set():
            try:
                for _event in self._mailboxes.watch(name, stop=ended):
                    self._worker.wake()
            except MailkitError as error:
                # Somebody must act: give another password, free the disk. Then it is to go on without a restart.
                self._failed[name] = error
                logger.warning("account %s is not watched, again in %.0f s: %s", name, REWATCH_SECONDS, error)
                ended.wait(REWATCH_SECONDS)

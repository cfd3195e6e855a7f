"""``kit.work()``: everything that is due, in one worker."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from mailkit.errors import InputError, MailkitError
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


class Work:
    """Makes workers out of the rooms of a MailKit."""

    def __init__(self, core: Core, outbox: Outbox, mailboxes: Mailboxes) -> None:
        self._core = core
        self._outbox = outbox
        self._mailboxes = mailboxes
        self._workers: set[Worker] = set()
        filer = Filer(core.store, mailboxes.open)
        self.jobs = Jobs(
            core.store,
            {FIND: self._find, ATTACH: self._attach, FILE_SENT: filer.run},
            owner=core.owner,
        )

    def _find(self, job: Job) -> None:
        run_find(self._core.store, self._core.adapters, job, self._core.policy)

    def _attach(self, job: Job) -> None:
        run_attach(self._core.store, self._core.adapters, job)

    def run(self, *, only: Collection[str] | None = None, once: bool = False, seconds: float | None = None) -> int:
        """See ``MailKit.work``."""
        blocking("work")
        kinds = self._kinds(only)
        steps = [Step(name, run) for name, run in (("outbox", self._send), ("jobs", self.jobs.run)) if name in kinds]
        if once:
            done = Worker(steps).once()
            if "sync" in kinds:
                # After sending, so that what was filed in Sent is seen there; what comes in makes jobs of its own.
                done += self._sync_all() + Worker(steps).once()
            return done
        worker = Worker(steps)
        self._workers.add(worker)
        watching = self._watch_all(worker) if "sync" in kinds else None
        try:
            return worker.run(seconds)
        finally:
            self._workers.discard(worker)
            if watching is not None:
                watching.set()

    def stop(self) -> None:
        """Make every running worker return."""
        for worker in list(self._workers):
            worker.stop()

    def _kinds(self, only: Collection[str] | None) -> frozenset[str]:
        kinds = frozenset(KINDS if only is None else (only,) if isinstance(only, str) else only)
        if unknown := sorted(kinds - set(KINDS)):
            raise InputError(f"A worker cannot do {', '.join(unknown)}; it can do {', '.join(KINDS)}.")
        return kinds

    def _send(self) -> int:
        return self._outbox.dispatcher.run() + self._outbox.resolver.run()

    def _sync_all(self) -> int:
        done = 0
        for name in self._mailboxes.names():
            try:
                report = self._mailboxes.sync(name)
            except MailkitError as error:
                logger.warning("account %s could not be synced: %s", name, error)
                continue
            done += report.new + report.changed + report.vanished
        return done

    def _watch_all(self, worker: Worker) -> threading.Event:
        """One thread for each account; each wakes the worker when it has brought something."""
        stop = threading.Event()
        for name in self._mailboxes.names():
            run = partial(self._watch, name, worker, stop)
            threading.Thread(target=run, name=f"mailkit-watch-{name}", daemon=True).start()
        return stop

    def _watch(self, name: str, worker: Worker, stop: threading.Event) -> None:
        try:
            for _event in self._mailboxes.watch(name, stop=stop):
                worker.wake()
        except MailkitError:
            logger.exception("account %s is not watched any more", name)

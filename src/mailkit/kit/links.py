"""``kit.links``: which records a conversation belongs to, and why."""

from __future__ import annotations

from mailkit.errors import InputError, NotFoundError
from mailkit.kit.core import Core
from mailkit.kit.threads import Thread, id_of, thread_of
from mailkit.link import explain, manual
from mailkit.link.explain import Explanation
from mailkit.words import Link, Record


def _checked(record: Record) -> Record:
    if not isinstance(record, Record):
        raise InputError(
            f"A record is named by a Record, not by {record!r:.100}.", hint='Write Record("crm", "deal", "42").'
        )
    return record


class Links:
    """Links between threads and the records of the application."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def add(self, thread: Thread | int, record: Record, *, by: str = "user", tx: object = None) -> Link:
        """Link a thread to a record because somebody says so; its messages are shown on the record.

        Args:
            by: who says so, for the explanation.
            tx: the caller's own transaction.

        Raises:
            NotFoundError: no such thread.
            InputError: the record has an empty, overlong or unprintable part.
        """
        record = _checked(record)
        core = self._core
        systems = core.rules.patterns.systems
        if tx is not None:
            with core.store.within(tx) as theirs:
                return manual.add(theirs, id_of(thread), record, by=by, systems=systems, policy=core.policy)
        return core.store.run(
            lambda own: manual.add(own, id_of(thread), record, by=by, systems=systems, policy=core.policy)
        )

    def remove(self, thread: Thread | int, record: Record, *, by: str = "user", tx: object = None) -> bool:
        """Remove a link; evidence does not bring it back. False: there was none.

        Raises:
            NotFoundError: no such thread.
            InputError: what is given is no record.
        """
        record = _checked(record)
        if tx is not None:
            with self._core.store.within(tx) as theirs:
                return manual.remove(theirs, id_of(thread), record, by=by)
        return self._core.store.run(lambda own: manual.remove(own, id_of(thread), record, by=by))

    def of(self, thread: Thread | int) -> tuple[Link, ...]:
        """The links of a thread, oldest first.

        Raises:
            NotFoundError: no such thread.
        """
        with self._core.store.read() as tx:
            return manual.of_thread(tx, id_of(thread))

    def threads(self, record: Record, *, limit: int = 100) -> tuple[Thread, ...]:
        """The threads linked to a record, the latest first."""
        with self._core.store.read() as tx:
            return tuple(thread_of(row) for row in manual.of_record(tx, _checked(record), limit=limit))

    def explain(self, thread: Thread | int) -> Explanation:
        """Why a thread is linked, or is not, and what would change it. ``str()`` of it reads like a sentence.

        Raises:
            NotFoundError: no such thread.
        """
        with self._core.store.read() as tx:
            return explain.explain(tx, id_of(thread))

    def url(self, record: Record) -> str | None:
        """Where a person can look at a record, by its adapter.

        Raises:
            NotFoundError: no adapter speaks for that system.
        """
        for adapter in self._core.adapters:
            if adapter.system == record.system:
                return adapter.url(record)
        raise NotFoundError(f"No adapter speaks for the system {record.system!r}.", hint="Pass MailKit(adapters=[…]).")

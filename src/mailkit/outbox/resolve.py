"""Resolving uncertain messages: look into Sent.

Presence proves: a message that is there under its Message-ID was accepted. Absence proves only where the provider's
data say that the server files what it accepts, under the Message-ID it was given, and after the time that it may take
and that its sender may live (a clock that is set forward ends a lease too early); then the message is sent again.
Everywhere else it stays uncertain and is looked for again, less and less often, until a person decides (``retry`` or
``cancel``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter

from mailkit.errors import MailkitError
from mailkit.outbox.dispatch import Failed
from mailkit.outbox.filing import Connect, find_sent, sent_folder
from mailkit.outbox.settle import FIRST_LOOK, Behaviour, SentCopy, Settler
from mailkit.retry import Schedule
from mailkit.store import Store, Tx, outbox
from mailkit.words import Verdict, VerdictState

log = logging.getLogger("mailkit.outbox")

#: Added to the provider's own delay before absence is believed.
MARGIN = timedelta(minutes=5)
#: An uncertain message is looked for at least this often.
LONGEST = timedelta(hours=12)


class Resolver:
    """Looks for uncertain messages.

    Args:
        connect: opens the mailbox of the account of that name (IMAP); what it raises means: look again later.
        ingest, behaviour, schedule: as for the Dispatcher.
        margin: added to the provider's delay before absence is believed.
    """

    def __init__(
        self,
        store: Store,
        connect: Connect,
        *,
        ingest: SentCopy,
        behaviour: Callable[[str], Behaviour],
        schedule: Schedule | None = None,
        margin: timedelta = MARGIN,
    ) -> None:
        self._store = store
        self._connect = connect
        self._behaviour = behaviour
        self._settler = Settler(ingest, behaviour, schedule)
        self._margin = margin

    def run(self, limit: int = 50, *, failed: Failed | None = None) -> int:
        """Look into the uncertain rows that are due; returns how many were decided. ``failed`` is told of an account
        whose mailbox could not be looked into, and why."""
        with self._store.read() as tx:
            rows = outbox.uncertain(tx, limit)
        decided = 0
        for account, group in groupby(sorted(rows, key=attrgetter("account", "id")), key=attrgetter("account")):
            decided += self._account(account, list(group), failed)
        return decided

    def _account(self, account: str, rows: Sequence[outbox.Row], failed: Failed | None) -> int:
        try:
            with self._connect(account) as client:
                folder = sent_folder(client)
                found = {row.id: folder is not None and bool(find_sent(client, folder.name, row)) for row in rows}
        except MailkitError as error:
            log.warning("Sent of %s cannot be looked into: %s", account, error)
            for row in rows:
                self._store.run(partial(self._later, row=row))
            if failed is not None:
                failed(account, error)
            return 0
        proves = self._behaviour(account).absence_proves and folder is not None
        return sum(self._decide(row, found[row.id], proves) for row in rows)

    def _decide(self, row: outbox.Row, present: bool, absence_proves: bool) -> bool:
        if present:
            return self._store.run(lambda tx: self._settle(tx, row, VerdictState.SENT, "Found in Sent."))
        since = self._store.clock() - (row.lease_until or row.started_at or row.created_at)
        delay = timedelta(seconds=self._behaviour(row.account).sent_delay) + self._margin
        if absence_proves and since >= delay:
            return self._store.run(
                lambda tx: self._settle(tx, row, VerdictState.RETRY, "Not in Sent: it was not sent.")
            )
        self._store.run(lambda tx: self._later(tx, row))
        return False

    def _settle(self, tx: Tx, row: outbox.Row, state: VerdictState, why: str) -> bool:
        made = [
            Verdict(v.recipient, state, v.code, v.enhanced, why)
            for v in outbox.verdicts(tx, row.id)
            if v.state is VerdictState.UNCERTAIN
        ]
        log.info("%s: %s", outbox.text_of(row), why)
        return self._settler.settle(tx, row, made, reply=why)

    def _later(self, tx: Tx, row: outbox.Row) -> None:
        """Again after as long as it is uncertain by now: 1, 2, 4 … minutes, at most twelve hours."""
        now = tx.now()
        since = now - (row.started_at or row.created_at)
        outbox.look_again(tx, row.id, now + min(max(since, FIRST_LOOK), LONGEST))

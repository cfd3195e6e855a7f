"""Dispatching: claim, send, settle. May be killed at any point.

::

    recover     started rows whose lease is over become uncertain                 one transaction
    claim       due rows of one account: lease, fence + 1                         one transaction
    load        bytes and recipients                                              one read
    send        for each message: envelope ─► mark "started" (committed) ─► content ─► reply ─► settle (committed)
    put off     what did not get to its mark goes back, by the schedule           one transaction for each

Killed before the mark: the lease runs out, the row is claimed again. Killed after it: the row is uncertain.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from mailkit.errors import MailkitError, NotFoundError, StoreError, UsageError
from mailkit.outbox.settle import Behaviour, SentCopy, Settler
from mailkit.retry import Schedule
from mailkit.store import Store, Tx, outbox, raw
from mailkit.transport import Outgoing, Result, SkipMessage, Transport
from mailkit.transport.base import judged
from mailkit.words import Envelope, Verdict, VerdictState

log = logging.getLogger("mailkit.outbox")

#: Told of an account whose server could not be used, and why.
Failed = Callable[[str, MailkitError], None]
#: Seconds that a claimed row belongs to its worker before the content is sent.
LEASE = 300.0
#: Seconds from the started mark until nobody can be waiting for the reply any more; more than a transport waits.
STARTED_LEASE = 900.0
_OPEN = (VerdictState.PENDING, VerdictState.RETRY)


class Dispatcher:
    """Sends what is due.

    Args:
        store: where the rows are.
        transport: the transport of the account of that name; may raise (unknown account, no credentials): its rows are
            tried again later.
        ingest: brings the sent copy into the store (``Ingest.within``).
        behaviour: what the account's server does with sent mail.
        schedule: when a row is tried again.
        owner: who is said to hold the lease.
        batch: rows claimed at once for one account; ``batch_bytes`` bounds what is held in memory.
        lease, started_lease: seconds; see the constants of this module.
    """

    def __init__(
        self,
        store: Store,
        *,
        transport: Callable[[str], Transport],
        ingest: SentCopy,
        behaviour: Callable[[str], Behaviour],
        schedule: Schedule | None = None,
        owner: str | None = None,
        batch: int = 20,
        batch_bytes: int = 16 * 1024 * 1024,
        lease: float = LEASE,
        started_lease: float = STARTED_LEASE,
    ) -> None:
        self._store = store
        self._transport = transport
        self._settler = Settler(ingest, behaviour, schedule)
        self._owner = owner or f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._batch = batch
        self._batch_bytes = batch_bytes
        self._lease = timedelta(seconds=lease)
        self._started_lease = timedelta(seconds=started_lease)

    def run(self, failed: Failed | None = None) -> int:
        """Recover, then one batch for each account that has due rows.

        Args:
            failed: told of an account whose server could not be used, and why; its rows are tried again by themselves.

        Returns:
            how many rows were dealt with; 0 when nothing was due.

        Raises:
            StoreError: the database failed; leases run out and the rows are dealt with again.
        """
        done = self.recover()
        with self._store.read() as tx:
            accounts = outbox.due_accounts(tx)
        for account in accounts:
            rows = self._store.run(partial(self._claim, account=account))
            self._attempt(account, rows, failed)
            done += len(rows)
        return done

    def send(self, outbox_id: int) -> bool:
        """Dispatch one row now, if it is due and nobody else has it."""

        def claim(tx: Tx) -> outbox.Row | None:
            return outbox.claim_one(tx, outbox_id, self._owner, until=tx.now() + self._lease)

        row = self._store.run(claim)
        if row is None:
            return False
        self._attempt(row.account, [row])
        return True

    def recover(self) -> int:
        """Settle what was started by workers that died: uncertain, or sent again where the row says so."""
        with self._store.read() as tx:
            rows = outbox.expired(tx, 100)
        return sum(self._store.run(partial(self._lost, row=row)) for row in rows)

    def _lost(self, tx: Tx, row: outbox.Row) -> bool:
        self._settler.hold(tx, row)
        now = outbox.locked(tx, row.id)
        if (now.fence, now.state) != (row.fence, "started"):
            return False  # another worker was quicker
        lost = [_of_dead_worker(v) for v in outbox.verdicts(tx, row.id) if v.state in _OPEN]
        log.warning("%s: its worker died while sending", outbox.text_of(row))
        # A clock that was set forward ends a lease early, and its holder is alive: it has the time of one more.
        self._settler.write(tx, now, lost, reply="The worker died while sending.", busy=self._started_lease)
        return True

    def _claim(self, tx: Tx, account: str) -> list[outbox.Row]:
        return outbox.claim(tx, account, self._owner, until=tx.now() + self._lease, limit=self._batch)

    def _attempt(self, account: str, rows: Sequence[outbox.Row], failed: Failed | None = None) -> None:
        left = list(rows)
        while left:
            batch, left = self._load(left)
            attempt = _Attempt(self._store, self._settler, self._started_lease)
            error = attempt.run(lambda: self._transport(account), batch)
            if error is not None and failed is not None:
                failed(account, error)

    def _load(self, rows: Sequence[outbox.Row]) -> tuple[list[tuple[outbox.Row, Outgoing]], list[outbox.Row]]:
        """As many of the rows as fit into memory, with what is to be sent; and the rest."""
        loaded: list[tuple[outbox.Row, Outgoing]] = []
        size = 0
        with self._store.read() as tx:
            for number, row in enumerate(rows):
                if loaded and size >= self._batch_bytes:
                    return loaded, list(rows[number:])
                message = _outgoing(tx, row)
                if message is None:
                    log.error("%s: its bytes are gone", outbox.text_of(row))
                    continue
                loaded.append((row, message))
                size += len(message.raw)
        return loaded, []


def _at_the_mark(message: Outgoing) -> list[Verdict]:
    """What is known of each recipient when the content leaves, kept in case that nobody lives to settle it: none is
    decided, those that will not get the content have the reply that says so, the others have none."""
    known = {verdict.recipient: verdict for verdict in message.judged}
    nothing = Verdict("", VerdictState.PENDING)
    return [
        replace(known.get(address, nothing), recipient=address, state=VerdictState.PENDING)
        for address in message.envelope.recipients
    ]


def _of_dead_worker(verdict: Verdict) -> Verdict:
    """A recipient's verdict after its worker died with the mark set."""
    if verdict.state is VerdictState.PENDING and verdict.code is not None:
        (made,), _ = judged([verdict.recipient], verdict.code, verdict.text, content_sent=False)
        return made
    return Verdict(verdict.recipient, VerdictState.UNCERTAIN, text="The worker died while sending.")


def _outgoing(tx: Tx, row: outbox.Row) -> Outgoing | None:
    options = json.loads(row.options)
    to = tuple(v.recipient for v in outbox.verdicts(tx, row.id) if v.state in _OPEN)
    try:
        data = raw.get(tx, row.raw_digest)
    except NotFoundError:
        return None
    envelope = Envelope(row.envelope_sender, to)
    return Outgoing(row.id, data, envelope, bool(options.get("smtputf8")), bool(options.get("dsn")))


class _Attempt:
    """One batch of one account on its way."""

    def __init__(self, store: Store, settler: Settler, started_lease: timedelta) -> None:
        self._store = store
        self._settler = settler
        self._started_lease = started_lease
        self._rows: dict[int, outbox.Row] = {}
        self._started: set[int] = set()
        self._settled: set[int] = set()

    def run(
        self, transport: Callable[[], Transport], batch: Sequence[tuple[outbox.Row, Outgoing]]
    ) -> MailkitError | None:
        """Send and settle; what kept the whole batch from being sent, if something did."""
        self._rows = {row.id: row for row, _ in batch}
        try:
            transport().send([message for _, message in batch], self._mark, self._settle)
        except StoreError:
            # The marks and leases that were committed say what may have been sent.
            raise
        except UsageError as error:
            self._put_off(f"{type(error).__name__}: {error.message}")
            raise
        except MailkitError as error:
            log.warning("the batch was not sent: %s", error)
            # Nobody sees the error itself: where something must be changed, what that is goes with it.
            self._put_off(f"{type(error).__name__}: {error.message if error.retryable else error}")
            return error
        except Exception as error:
            log.exception("the batch was not sent")
            self._put_off(f"{type(error).__name__}: {error}")
        return None

    def _mark(self, message: Outgoing) -> None:
        row = self._rows[message.id]
        until = self._started_lease

        def start(tx: Tx) -> bool:
            if not outbox.start(tx, row.id, row.fence, until=tx.now() + until):
                return False
            if message.judged or row.attempts > 1:
                outbox.update_recipients(tx, row.id, _at_the_mark(message))
            return True

        if not self._store.run(start):
            log.warning("%s: the lease was lost, it is not sent", outbox.text_of(row))
            self._settled.add(row.id)
            raise SkipMessage
        self._started.add(row.id)

    def _settle(self, result: Result) -> None:
        row = self._rows[result.id]

        def settle(tx: Tx) -> bool:
            return self._settler.settle(
                tx,
                row,
                result.verdicts,
                reply=result.reply,
                provider_id=result.provider_message_id,
                wait=result.wait,
            )

        if not self._store.run(settle):
            log.warning("%s: settled by somebody else", outbox.text_of(row))
        self._settled.add(row.id)

    def _put_off(self, why: str) -> None:
        """Rows that did not get to their mark go back. Those that did, and have no result, wait for their lease."""
        for row in self._rows.values():
            if row.id not in self._settled and row.id not in self._started:
                self._store.run(partial(self._back, row=row, why=why))

    def _back(self, tx: Tx, row: outbox.Row, why: str) -> bool:
        made = [
            Verdict(v.recipient, VerdictState.RETRY, text=why[:500])
            for v in outbox.verdicts(tx, row.id)
            if v.state in _OPEN
        ]
        return self._settler.settle(tx, row, made, reply=why)

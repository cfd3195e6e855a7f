"""What people and applications do with outbox rows: look, try again, cancel."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailkit.errors import UsageError
from mailkit.store import Tx, outbox
from mailkit.words import Receipt, Verdict, VerdictState

#: Final states: nothing happens to such a row by itself any more.
FINAL = frozenset({"sent", "partial", "refused", "cancelled"})
_OPEN = (VerdictState.PENDING, VerdictState.RETRY, VerdictState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One outbox row as people see it. Times are UTC."""

    id: int
    key: str
    account: str
    message_id: str
    provider_message_id: str | None
    state: str
    on_uncertain: str
    attempts: int
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    settled_at: datetime | None
    stored_id: int | None
    last_reply: str
    metadata: Mapping[str, str]
    verdicts: tuple[Verdict, ...]


def _entry(tx: Tx, row: outbox.Row) -> Entry:
    return Entry(
        id=row.id,
        key=row.key,
        account=row.account,
        message_id=row.message_id,
        provider_message_id=row.provider_message_id,
        state=row.state,
        on_uncertain=row.on_uncertain,
        attempts=row.attempts,
        due_at=row.due_at,
        created_at=row.created_at,
        started_at=row.started_at,
        settled_at=row.settled_at,
        stored_id=row.stored_id,
        last_reply=row.last_reply,
        metadata=json.loads(row.options).get("metadata", {}),
        verdicts=outbox.verdicts(tx, row.id),
    )


def entries(tx: Tx, states: Collection[str] | None = None, *, after: int = 0, limit: int = 1000) -> list[Entry]:
    """Rows by id, of these states or of all; ``after`` an id, for paging."""
    return [_entry(tx, row) for row in outbox.listing(tx, states, after=after, limit=limit)]


def entry(tx: Tx, outbox_id: int) -> Entry:
    """One row.

    Raises:
        NotFoundError: this tenant has none of that id.
    """
    return _entry(tx, outbox.get(tx, outbox_id))


def receipt(tx: Tx, outbox_id: int, *, created: bool = False) -> Receipt:
    """The state of one row and of its recipients.

    Raises:
        NotFoundError: this tenant has none of that id.
    """
    return receipt_of(tx, outbox.get(tx, outbox_id), created=created)


def receipt_of(tx: Tx, row: outbox.Row, *, created: bool) -> Receipt:
    """The receipt of a row that was read already."""
    return Receipt(row.id, row.key, row.account, row.message_id, row.state, created, outbox.verdicts(tx, row.id))


def retry(tx: Tx, outbox_id: int) -> Receipt:
    """Send again to the recipients that did not get it, now.

    For an *uncertain* row this is the decision of a person that it may be sent twice; for a refused one, that the
    reason is gone. The Message-ID stays, so that a receiver can see that two copies are one message.

    Raises:
        NotFoundError: this tenant has none of that id.
        UsageError: the row is being sent right now, or everybody got it.
    """
    row = outbox.locked(tx, outbox_id)
    if row.state in ("leased", "started"):
        raise UsageError(f"Outbox row {outbox_id} is being sent.", hint="Try again when its lease is over.")
    again = [
        replace(verdict, state=VerdictState.RETRY)
        for verdict in outbox.verdicts(tx, outbox_id)
        if verdict.state is not VerdictState.SENT
    ]
    if not again:
        raise UsageError(f"Outbox row {outbox_id} was accepted for every recipient.")
    outbox.update_recipients(tx, outbox_id, again)
    outbox.begin_again(tx, outbox_id)
    return receipt(tx, outbox_id)


def cancel(tx: Tx, outbox_id: int) -> Receipt:
    """Do not send to those that have not got it.

    Raises:
        NotFoundError: this tenant has none of that id.
        UsageError: the row is being sent right now.
    """
    row = outbox.locked(tx, outbox_id)
    if row.state in ("leased", "started"):
        raise UsageError(f"Outbox row {outbox_id} is being sent.", hint="Try again when its lease is over.")
    if row.state in FINAL:
        return receipt_of(tx, row, created=False)
    stopped = [
        replace(verdict, state=VerdictState.CANCELLED)
        for verdict in outbox.verdicts(tx, outbox_id)
        if verdict.state in _OPEN
    ]
    outbox.update_recipients(tx, outbox_id, stopped)
    outbox.update_row(tx, outbox_id, "cancelled", due=row.due_at, settled=tx.now(), reply=row.last_reply)
    return receipt(tx, outbox_id)

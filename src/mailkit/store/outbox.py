"""The outbox's rows: mailkit_outbox and mailkit_recipient. The states are drawn in ``mailkit.outbox``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update

from mailkit.store import sql
from mailkit.store.columns import storable
from mailkit.store.schema import Id, Utc, outbox, recipient
from mailkit.store.tx import Tx
from mailkit.words import Verdict, VerdictState


@dataclass(frozen=True, slots=True)
class Row:
    """One outbox row. Times are UTC; ``fence`` is the number of the claim that holds or held it."""

    id: int
    key: str
    fingerprint: str
    account: str
    message_id: str
    provider_message_id: str | None
    raw_digest: str
    envelope_sender: str
    options: str
    state: str
    on_uncertain: str
    attempts: int
    due_at: datetime
    first_due_at: datetime | None
    lease_owner: str
    lease_until: datetime | None
    fence: int
    started_at: datetime | None
    settled_at: datetime | None
    stored_id: int | None
    last_reply: str
    created_at: datetime


_ROW = tuple(outbox.c[name] for name in Row.__dataclass_fields__)
_NEW_COLUMNS = (
    "tenant",
    "key",
    "fingerprint",
    "account",
    "message_id",
    "raw_digest",
    "envelope_sender",
    "options",
    "on_uncertain",
    "due_at",
    "first_due_at",
    "created_at",
)
_id = bindparam("pk", type_=Id)
_now = bindparam("now", type_=Utc)
_held = bindparam("held", type_=Id)

_PUT = sql.insert_new(outbox, *_NEW_COLUMNS, conflict=("tenant", "key"))
_PUT_RECIPIENT = sql.insert_new(
    recipient, "tenant", "outbox_id", "address", "updated_at", conflict=("tenant", "outbox_id", "address")
)
_BY_KEY = select(*_ROW).where(sql.mine(outbox), outbox.c.key == bindparam("wanted"))
_BY_ID = select(*_ROW).where(sql.mine(outbox), outbox.c.id == _id)
_RECIPIENTS = (
    select(recipient.c.address, recipient.c.state, recipient.c.code, recipient.c.enhanced, recipient.c.text)
    .where(sql.mine(recipient), recipient.c.outbox_id == _id)
    .order_by(recipient.c.id)
)
_free = or_(
    and_(outbox.c.state == "ready", outbox.c.due_at <= _now),
    and_(outbox.c.state == "leased", outbox.c.lease_until < _now),
)
_DUE_ACCOUNTS = (
    select(outbox.c.account, func.min(outbox.c.due_at))
    .where(sql.mine(outbox), _free)
    .group_by(outbox.c.account)
    .order_by(func.min(outbox.c.due_at), outbox.c.account)
)
_due = (
    select(outbox.c.id)
    .where(sql.mine(outbox), _free, outbox.c.account == bindparam("of_account"))
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("limit", type_=Id))
)
_DUE = sql.Dual(sqlite=_due, postgresql=_due.with_for_update(skip_locked=True))
_free_one = select(outbox.c.id).where(sql.mine(outbox), _free, outbox.c.id == _id)
_FREE_ONE = sql.Dual(sqlite=_free_one, postgresql=_free_one.with_for_update(skip_locked=True))
_CLAIM = (
    update(outbox)
    .where(sql.mine(outbox), outbox.c.id == _id)
    .values(
        state="leased",
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until", type_=Utc),
        fence=outbox.c.fence + 1,
        attempts=outbox.c.attempts + 1,
    )
    .returning(*_ROW)
)
_START = (
    update(outbox)
    .where(sql.mine(outbox), outbox.c.id == _id, outbox.c.fence == _held, outbox.c.state == "leased")
    .values(state="started", started_at=_now, lease_until=bindparam("until", type_=Utc))
)
_EXPIRED = (
    select(*_ROW)
    .where(sql.mine(outbox), outbox.c.state == "started", outbox.c.lease_until < _now)
    .order_by(outbox.c.id)
    .limit(bindparam("limit", type_=Id))
)
_lock = select(*_ROW).where(sql.mine(outbox), outbox.c.id == _id)
_LOCK = sql.Dual(sqlite=_lock, postgresql=_lock.with_for_update())
_SET = (
    update(outbox)
    .where(sql.mine(outbox), outbox.c.id == _id)
    .values(
        state=bindparam("to_state"),
        due_at=bindparam("due", type_=Utc),
        settled_at=bindparam("settled", type_=Utc),
        last_reply=bindparam("reply"),
        provider_message_id=func.coalesce(bindparam("provider_id"), outbox.c.provider_message_id),
        stored_id=func.coalesce(bindparam("stored", type_=Id), outbox.c.stored_id),
        lease_owner="",
        lease_until=bindparam("busy_until", type_=Utc),
    )
)
_BEGIN_AGAIN = (
    update(outbox)
    .where(sql.mine(outbox), outbox.c.id == _id)
    .values(
        state="ready", due_at=_now, first_due_at=_now, attempts=0, settled_at=None, lease_owner="", lease_until=None
    )
)
_SET_RECIPIENT = (
    update(recipient)
    .where(sql.mine(recipient), recipient.c.outbox_id == _id, recipient.c.address == bindparam("whose"))
    .values(
        state=bindparam("to_state"),
        code=bindparam("reply_code"),
        enhanced=bindparam("status"),
        text=bindparam("words"),
        updated_at=_now,
    )
)
_UNCERTAIN = (
    select(*_ROW)
    .where(sql.mine(outbox), outbox.c.state == "uncertain", outbox.c.due_at <= _now)
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("limit", type_=Id))
)
_PUT_OFF_UNCERTAIN = (
    update(outbox)
    .where(sql.mine(outbox), outbox.c.id == _id, outbox.c.state == "uncertain")
    .values(due_at=bindparam("due", type_=Utc))
)
_LIST = (
    select(*_ROW)
    .where(sql.mine(outbox), outbox.c.id > bindparam("after", type_=Id))
    .order_by(outbox.c.id)
    .limit(bindparam("limit", type_=Id))
)
_LIST_STATES = (
    select(*_ROW)
    .where(sql.mine(outbox), outbox.c.id > bindparam("after", type_=Id))
    .where(outbox.c.state.in_(bindparam("states", expanding=True)))
    .order_by(outbox.c.id)
    .limit(bindparam("limit", type_=Id))
)
_COUNT = select(outbox.c.state, func.count()).where(sql.mine(outbox)).group_by(outbox.c.state)


def insert(tx: Tx, recipients: Sequence[str], **columns: object) -> int | None:
    """Insert a row and its recipients; None when the key is there already."""
    now = tx.now()
    number = tx.execute(_PUT, {**columns, "created_at": now}).scalar()
    if number is None:
        return None
    for address in recipients:
        tx.execute(_PUT_RECIPIENT, outbox_id=number, address=address, updated_at=now)
    return int(number)


def by_key(tx: Tx, key: str) -> Row | None:
    """The row of an idempotency key."""
    row = tx.execute(_BY_KEY, wanted=key).first()
    return Row(*row) if row else None


def get(tx: Tx, pk: int) -> Row:
    """The row of that id.

    Raises:
        NotFoundError: this tenant has none.
    """
    return Row(*tx.execute(_BY_ID, pk=pk).one(f"outbox row {pk}"))


def locked(tx: Tx, pk: int) -> Row:
    """The row, held until the transaction ends.

    Raises:
        NotFoundError: this tenant has none.
    """
    return Row(*tx.execute(_LOCK, pk=pk).one(f"outbox row {pk}"))


def verdicts(tx: Tx, pk: int) -> tuple[Verdict, ...]:
    """What is known of each recipient, in the order of the envelope."""
    return tuple(
        Verdict(row.address, VerdictState(row.state), row.code, row.enhanced, row.text)
        for row in tx.execute(_RECIPIENTS, pk=pk)
    )


def due_accounts(tx: Tx) -> list[str]:
    """Accounts that have rows to claim, the longest waiting first."""
    return [str(row[0]) for row in tx.execute(_DUE_ACCOUNTS, now=tx.now())]


def claim(tx: Tx, account: str, owner: str, *, until: datetime, limit: int) -> list[Row]:
    """Lease due rows of an account, oldest first."""
    found = tx.execute(_DUE, of_account=account, now=tx.now(), limit=limit).scalars()
    return [_claimed(tx, pk, owner, until) for pk in sorted(found)]


def claim_one(tx: Tx, pk: int, owner: str, *, until: datetime) -> Row | None:
    """Lease one row if it is due and free."""
    if tx.execute(_FREE_ONE, pk=pk, now=tx.now()).first() is None:
        return None
    return _claimed(tx, pk, owner, until)


def _claimed(tx: Tx, pk: int, owner: str, until: datetime) -> Row:
    return Row(*tx.execute(_CLAIM, pk=pk, owner=owner, until=until).one(f"outbox row {pk}"))


def start(tx: Tx, pk: int, fence: int, *, until: datetime) -> bool:
    """Set the started mark. False: the lease was lost, the message must not be sent."""
    return tx.execute(_START, pk=pk, held=fence, now=tx.now(), until=until).count == 1


def expired(tx: Tx, limit: int) -> list[Row]:
    """Rows that were started and never settled, whose lease is over."""
    return [Row(*row) for row in tx.execute(_EXPIRED, now=tx.now(), limit=limit)]


def update_row(
    tx: Tx,
    pk: int,
    state: str,
    *,
    due: datetime,
    settled: datetime | None,
    reply: str,
    provider_id: str | None = None,
    stored: int | None = None,
    busy_until: datetime | None = None,
) -> None:
    """Write the outcome of an attempt and end the lease.

    ``busy_until``: of an uncertain row, until when its sender may still be waiting for the reply.
    """
    tx.execute(
        _SET,
        pk=pk,
        to_state=state,
        due=due,
        settled=settled,
        reply=storable(reply, 1000),
        provider_id=provider_id,
        stored=stored,
        busy_until=busy_until,
    )


def update_recipients(tx: Tx, pk: int, made: Collection[Verdict]) -> None:
    """Write verdicts."""
    for verdict in made:
        tx.execute(
            _SET_RECIPIENT,
            pk=pk,
            whose=verdict.recipient,
            to_state=str(verdict.state),
            reply_code=verdict.code,
            status=verdict.enhanced,
            words=storable(verdict.text, 1000),
            now=tx.now(),
        )


def begin_again(tx: Tx, pk: int) -> None:
    """Make a row ready now and let its retry schedule start anew."""
    now = tx.now()
    tx.execute(_BEGIN_AGAIN, pk=pk, now=now)


def uncertain(tx: Tx, limit: int) -> list[Row]:
    """Uncertain rows that are to be looked into now."""
    return [Row(*row) for row in tx.execute(_UNCERTAIN, now=tx.now(), limit=limit)]


def look_again(tx: Tx, pk: int, due: datetime) -> None:
    """Look into an uncertain row again at ``due``."""
    tx.execute(_PUT_OFF_UNCERTAIN, pk=pk, due=due)


def listing(tx: Tx, states: Collection[str] | None = None, *, after: int = 0, limit: int = 1000) -> list[Row]:
    """Rows by id, of these states or of all."""
    if states is None:
        return [Row(*row) for row in tx.execute(_LIST, after=after, limit=limit)]
    return [Row(*row) for row in tx.execute(_LIST_STATES, states=sorted(states), after=after, limit=limit)]


def counts(tx: Tx) -> dict[str, int]:
    """Number of rows by state."""
    return {str(row[0]): int(row[1]) for row in tx.execute(_COUNT)}


def text_of(row: Any) -> str:
    """For logs: never the content, never an address."""
    return f"outbox {row.id} ({row.account}, {row.state}, attempt {row.attempts})"

"""Decisions: why a thread was linked, or was not. Append only.

One for each weighing of a message that came to something new, and one for each wish of a person. What a decision was
made from is kept as JSON, which `mailkit.link.codec` reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, desc, select, update

from mailkit.store import sql
from mailkit.store.schema import Id, decision
from mailkit.store.tx import Tx
from mailkit.words import Outcome

__all__ = ["Saved", "add", "get", "latest", "move", "of_thread"]


@dataclass(frozen=True, slots=True)
class Saved:
    """A row of mailkit_decision. ``inputs`` and ``chosen`` are JSON, read by `mailkit.link.codec`."""

    id: int
    thread_id: int
    message_id: int
    rule: str
    outcome: str
    trust: str
    inputs: str
    chosen: str
    created_at: datetime


_ADD = sql.insert(
    decision, "tenant", "thread_id", "message_id", "rule", "outcome", "trust", "candidates", "chosen", "created_at"
)
_SAVED = (
    decision.c.id,
    decision.c.thread_id,
    decision.c.message_id,
    decision.c.rule,
    decision.c.outcome,
    decision.c.trust,
    decision.c.candidates,
    decision.c.chosen,
    decision.c.created_at,
)
_OF_THREAD = (
    select(*_SAVED)
    .where(sql.mine(decision), decision.c.thread_id == bindparam("of_thread", type_=Id))
    .order_by(decision.c.id)
)
_BY_ID = select(*_SAVED).where(sql.mine(decision), decision.c.id == bindparam("pk", type_=Id))
# By thread, since that is what the index is on; a thread holds few decisions.
_LATEST = (
    select(*_SAVED)
    .where(
        sql.mine(decision),
        decision.c.thread_id == bindparam("of_thread", type_=Id),
        decision.c.message_id == bindparam("of_message", type_=Id),
    )
    .order_by(desc(decision.c.id))
    .limit(1)
)

_MOVE = (
    update(decision)
    .where(sql.mine(decision), decision.c.thread_id == bindparam("gone", type_=Id))
    .values(thread_id=bindparam("kept", type_=Id))
)


def add(
    tx: Tx, *, thread_id: int, message_id: int, rule: str, outcome: Outcome, trust: str, inputs: str, chosen: str
) -> int:
    """Write a decision and return its id. ``message_id`` is 0 for a person's wish."""
    number = tx.execute(
        _ADD,
        thread_id=thread_id,
        message_id=message_id,
        rule=rule,
        outcome=str(outcome),
        trust=trust,
        candidates=inputs,
        chosen=chosen,
        created_at=tx.now(),
    ).scalar()
    return int(number or 0)


def of_thread(tx: Tx, thread_id: int) -> list[Saved]:
    """The decisions of a thread, oldest first."""
    return [Saved(*row) for row in tx.execute(_OF_THREAD, of_thread=thread_id)]


def get(tx: Tx, decision_id: int) -> Saved:
    """The decision of that id.

    Raises:
        NotFoundError: this tenant has none.
    """
    return Saved(*tx.execute(_BY_ID, pk=decision_id).one(f"decision {decision_id}"))


def latest(tx: Tx, thread_id: int, message_id: int) -> Saved | None:
    """What was decided last of a message."""
    row = tx.execute(_LATEST, of_thread=thread_id, of_message=message_id).first()
    return Saved(*row) if row is not None else None


def move(tx: Tx, gone: int, kept: int) -> None:
    """Two threads are one: the decisions of either are the decisions of both."""
    tx.execute(_MOVE, gone=gone, kept=kept)

"""Numbers for the host's own metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from mailkit.store import queue, sql
from mailkit.store.schema import event, message, outbox, quarantine, raw, thread
from mailkit.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Stats:
    """What is in the store. ``raw_bytes`` is the size of the raw mail kept; ``outbox_due_at`` is when the longest
    waiting row of the outbox fell due (UTC)."""

    messages: int
    threads: int
    events: int
    quarantined: int
    raw_bytes: int
    outbox: dict[str, int]
    outbox_due_at: datetime | None
    jobs: dict[str, dict[str, int]]


_COUNTS = tuple(
    select(func.count()).select_from(table).where(sql.mine(table), *where)
    for table, where in (
        (message, ()),
        (thread, (thread.c.merged_into.is_(None), thread.c.message_count > 0)),
        (event, ()),
        (quarantine, (quarantine.c.state == "held",)),
    )
)
_RAW = select(func.coalesce(func.sum(raw.c.size), 0)).where(sql.mine(raw))
_OUTBOX = select(outbox.c.state, func.count()).where(sql.mine(outbox)).group_by(outbox.c.state)
_DUE = select(outbox.c.due_at).where(sql.mine(outbox), outbox.c.state == "ready").order_by(outbox.c.due_at).limit(1)


def stats(tx: Tx) -> Stats:
    """Count everything."""
    messages, threads, events, held = (int(tx.execute(stmt).scalar() or 0) for stmt in _COUNTS)
    jobs: dict[str, dict[str, int]] = {}
    for (kind, state), number in queue.counts(tx).items():
        jobs.setdefault(kind, {})[state] = number
    return Stats(
        messages=messages,
        threads=threads,
        events=events,
        quarantined=held,
        raw_bytes=int(tx.execute(_RAW).scalar() or 0),
        outbox={row[0]: row[1] for row in tx.execute(_OUTBOX)},
        outbox_due_at=tx.execute(_DUE).scalar(),
        jobs=jobs,
    )

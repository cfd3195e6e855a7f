"""Jobs: leased rows, for work that may not be done inside a transaction (asking a CRM, filing a sent mail).

::

    ready ──claim──► leased ──done──► done
      ▲                │ │
      └──── retry ─────┘ └──give up──► failed ──retry──► ready

A claim sets a lease and raises ``fence``. Whoever comes back after the lease ran out finds another fence number and
changes nothing. Nobody holds a lock while the job runs, so a process that dies blocks the job for one lease at most.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update

from mailkit.store import sql
from mailkit.store.columns import storable
from mailkit.store.schema import Id, Utc, job
from mailkit.store.tx import Tx

#: Seconds that a claimed job belongs to its worker.
LEASE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed job. ``attempts`` counts this one."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    fence: int


_PUT = sql.insert_new(
    job, "tenant", "kind", "key", "payload", "due_at", "created_at", conflict=("tenant", "kind", "key")
)
_PUT_MANY = sql.insert_missing(
    job, "tenant", "kind", "key", "payload", "due_at", "created_at", conflict=("tenant", "kind", "key")
)
_free = or_(job.c.state == "ready", and_(job.c.state == "leased", job.c.lease_until < bindparam("now", type_=Utc)))
_due = (
    select(job.c.id)
    .where(sql.mine(job), job.c.due_at <= bindparam("now", type_=Utc), _free)
    .where(job.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(job.c.due_at, job.c.id)
    .limit(bindparam("limit", type_=Id))
)
_DUE = sql.Dual(sqlite=_due, postgresql=_due.with_for_update(skip_locked=True))
_CLAIM = (
    update(job)
    .where(sql.mine(job), job.c.id == bindparam("job_id", type_=Id))
    .values(
        state="leased",
        lease_owner=bindparam("owner"),
        lease_until=bindparam("until", type_=Utc),
        fence=job.c.fence + 1,
        attempts=job.c.attempts + 1,
    )
    .returning(job.c.id, job.c.kind, job.c.key, job.c.payload, job.c.attempts, job.c.fence)
)
_SETTLE = (
    update(job)
    .where(
        sql.mine(job),
        job.c.id == bindparam("job_id", type_=Id),
        job.c.fence == bindparam("held", type_=Id),
        job.c.state == "leased",
    )
    .values(
        state=bindparam("to_state"),
        due_at=func.coalesce(bindparam("due", type_=Utc), job.c.due_at),
        last_error=bindparam("error"),
        lease_owner="",
        lease_until=None,
    )
)
_AGAIN = (
    update(job)
    .where(sql.mine(job), job.c.state == "failed", job.c.id == bindparam("job_id", type_=Id))
    .values(state="ready", attempts=0, due_at=bindparam("now", type_=Utc))
)
_LIST = (
    select(job.c.id, job.c.kind, job.c.key, job.c.state, job.c.attempts, job.c.due_at, job.c.last_error)
    .where(sql.mine(job))
    .order_by(job.c.id)
)
_COUNT = select(job.c.kind, job.c.state, func.count()).where(sql.mine(job)).group_by(job.c.kind, job.c.state)


def put(tx: Tx, kind: str, key: str, payload: Mapping[str, object], due_at: datetime | None = None) -> bool:
    """Queue a job once per (kind, key). False: it was queued before, whatever became of it."""
    now = tx.now()
    row = tx.execute(
        _PUT, kind=kind, key=key, payload=json.dumps(payload, sort_keys=True), due_at=due_at or now, created_at=now
    ).first()
    return row is not None


def put_many(tx: Tx, kind: str, payloads: Mapping[str, Mapping[str, object]]) -> None:
    """Queue jobs, by key, each once."""
    now = tx.now()
    rows = [
        {"kind": kind, "key": key, "payload": json.dumps(payload, sort_keys=True), "due_at": now, "created_at": now}
        for key, payload in payloads.items()
    ]
    tx.execute_many(_PUT_MANY, rows)


def claim(tx: Tx, kinds: Collection[str], owner: str, *, limit: int, lease: float = LEASE_SECONDS) -> list[Job]:
    """Take due jobs of these kinds, oldest first, for ``lease`` seconds."""
    now = tx.now()
    due = tx.execute(_DUE, kinds=sorted(kinds), now=now, limit=limit).scalars()
    jobs = []
    for job_id in sorted(due):
        row = tx.execute(_CLAIM, job_id=job_id, owner=owner, until=now + timedelta(seconds=lease)).one(f"job {job_id}")
        jobs.append(Job(row.id, row.kind, row.key, json.loads(row.payload), row.attempts, row.fence))
    return jobs


def settle(tx: Tx, done: Job, state: str, *, due_at: datetime | None = None, error: str = "") -> bool:
    """End a claimed job: ``done``, ``ready`` (again at ``due_at``) or ``failed``.

    Returns False, and changes nothing, when the lease was lost to another worker (fencing).
    """
    changed = tx.execute(
        _SETTLE, job_id=done.id, held=done.fence, to_state=state, due=due_at, error=storable(error, 1000)
    )
    return changed.count == 1


def retry(tx: Tx, job_id: int) -> bool:
    """Make a failed job ready again."""
    return tx.execute(_AGAIN, job_id=job_id, now=tx.now()).count == 1


def listing(tx: Tx) -> list[Any]:
    """All jobs: id, kind, key, state, attempts, due_at, last_error."""
    return list(tx.execute(_LIST))


def counts(tx: Tx) -> dict[tuple[str, str], int]:
    """Number of jobs by (kind, state)."""
    return {(row[0], row[1]): row[2] for row in tx.execute(_COUNT)}

"""What could not be ingested: raw bytes kept, with the reason and all that is needed to try again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from mailkit.store import raw as raw_store
from mailkit.store import sql
from mailkit.store.columns import storable
from mailkit.store.schema import Id, Utc, quarantine
from mailkit.store.tx import Tx
from mailkit.words import Direction, Envelope, RawMail, Role, Source


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row of mailkit_quarantine. ``raw_digest`` is None for a mail that was never fetched (too large)."""

    id: int
    source_key: str
    account: str
    raw_digest: str | None
    reason: str
    detail: str
    state: str
    attempts: int
    created_at: datetime


def _hold(*renewed: str) -> sql.Dual:
    return sql.upsert(
        quarantine,
        "tenant",
        "source_key",
        "source",
        "account",
        "raw_digest",
        "reason",
        "detail",
        "state",
        "created_at",
        "updated_at",
        conflict=("tenant", "source_key"),
        update=("reason", "detail", "state", "updated_at", *renewed),
    )


_HOLD = _hold("raw_digest", "source")
#: What was fetched once keeps its bytes.
_HOLD_UNFETCHED = _hold()
_FIELDS = (
    quarantine.c.id,
    quarantine.c.source_key,
    quarantine.c.account,
    quarantine.c.raw_digest,
    quarantine.c.reason,
    quarantine.c.detail,
    quarantine.c.state,
    quarantine.c.attempts,
    quarantine.c.created_at,
)
_LIST = select(*_FIELDS).where(sql.mine(quarantine)).order_by(quarantine.c.id)
_HELD = _LIST.where(quarantine.c.state == "held")
_GET = select(*_FIELDS, quarantine.c.source).where(sql.mine(quarantine), quarantine.c.id == bindparam("pk", type_=Id))
_SETTLE = (
    update(quarantine)
    .where(sql.mine(quarantine), quarantine.c.id == bindparam("pk", type_=Id))
    .values(
        state=bindparam("to_state"),
        attempts=quarantine.c.attempts + 1,
        updated_at=bindparam("now", type_=Utc),
    )
)
_COUNT = select(func.count()).where(sql.mine(quarantine), quarantine.c.state == "held")


def hold(tx: Tx, mail: RawMail, reason: str, detail: str, *, fetched: bool = True) -> int:
    """Keep a mail aside and return the row's id. Holding the same arrival again renews its reason, and adds
    its bytes where they were not fetched before."""
    now = tx.now()
    digest = raw_store.put(tx, mail.raw) if fetched else None
    return int(
        tx.execute(
            _HOLD if fetched else _HOLD_UNFETCHED,
            source_key=mail.source.key,
            source=_dump(mail),
            account=mail.source.account or "",
            raw_digest=digest,
            reason=reason,
            detail=storable(detail, 2000),
            state="held",
            created_at=now,
            updated_at=now,
        ).scalar()
        or 0
    )


def listing(tx: Tx, *, held_only: bool = True) -> list[Quarantined]:
    """The rows, oldest first."""
    return [Quarantined(*row) for row in tx.execute(_HELD if held_only else _LIST)]


def load(tx: Tx, row_id: int) -> tuple[Quarantined, RawMail | None]:
    """A row and its mail, ready to be ingested again; None for a mail that was never fetched.

    Raises:
        NotFoundError: this tenant has no such row.
    """
    row = tx.execute(_GET, pk=row_id).one(f"quarantine row {row_id}")
    held = Quarantined(*row[:-1])
    if held.raw_digest is None:
        return held, None
    return held, _load(row.source, raw_store.get(tx, held.raw_digest))


def settle(tx: Tx, row_id: int, state: str) -> None:
    """Count an attempt and set the state: ``held``, ``released`` or ``dropped``."""
    tx.execute(_SETTLE, pk=row_id, to_state=state, now=tx.now())


def count(tx: Tx) -> int:
    """How many mails are held."""
    return int(tx.execute(_COUNT).scalar() or 0)


def _dump(mail: RawMail) -> str:
    envelope = mail.envelope
    source = mail.source
    return json.dumps(
        {
            "source": [source.kind, source.account, source.folder, source.uidvalidity, source.uid, source.id],
            "envelope": [envelope.sender, list(envelope.recipients)] if envelope else None,
            "received_at": mail.received_at.isoformat() if mail.received_at else None,
            "flags": list(mail.flags),
            "direction": str(mail.direction),
            "role": str(mail.role) if mail.role else None,
        }
    )


def _load(text: str, data: bytes) -> RawMail:
    stored: dict[str, Any] = json.loads(text)
    envelope = stored["envelope"]
    return RawMail(
        raw=data,
        source=Source(*stored["source"]),
        envelope=Envelope(envelope[0], tuple(envelope[1])) if envelope else None,
        received_at=datetime.fromisoformat(stored["received_at"]) if stored["received_at"] else None,
        flags=tuple(stored["flags"]),
        direction=Direction(stored["direction"]),
        role=Role(stored["role"]) if stored["role"] else None,
    )

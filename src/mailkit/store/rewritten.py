"""Our own mail that comes back under another Message-ID.

Some providers replace the Message-ID of what is submitted to them (Microsoft 365, Amazon SES). The copy that they file
in Sent is then the same message as the one the outbox sent. It is recognised

1. by the new Message-ID, where the provider told it in its reply or a copy was recognised before, else
2. by everything else: content, sender, date, subject and recipients agree, and no other Message-ID was seen for it yet.

The second step writes the new Message-ID down, so that of two like messages sent in one second each gets its own copy.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select, update

from mailkit.store import messages, sql
from mailkit.store.schema import Id, message, outbox
from mailkit.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Seen:
    """A copy found in Sent. ``people`` are (role, address) of its recipients."""

    message_id: str
    content_digest: str
    sender: str
    date: datetime
    subject: str
    people: frozenset[tuple[str, str]]


_CANDIDATES = (
    select(outbox.c.id, outbox.c.stored_id, message.c.thread_id)
    .join(message, (message.c.tenant == outbox.c.tenant) & (message.c.id == outbox.c.stored_id))
    .where(
        sql.mine(outbox),
        message.c.content_digest == bindparam("content"),
        message.c.from_address == bindparam("sender"),
        message.c.date == bindparam("sent_at", type_=message.c.date.type),
        message.c.subject == bindparam("title"),
        or_(outbox.c.provider_message_id.is_(None), outbox.c.provider_message_id == bindparam("seen_as")),
    )
    # The one that is known under this Message-ID comes first (NULLs sort last on no two databases alike).
    .order_by(outbox.c.provider_message_id.is_(None), outbox.c.id)
)
_NOTE = (
    update(outbox)
    .where(
        sql.mine(outbox),
        outbox.c.id == bindparam("pk", type_=Id),
        outbox.c.provider_message_id.is_(None),
    )
    .values(provider_message_id=bindparam("seen_as"))
)

RECIPIENT_ROLES: Collection[str] = ("to", "cc")


def find(tx: Tx, seen: Seen) -> tuple[int, int] | None:
    """(id, thread id) of the stored message that this copy is, or None."""
    rows = tx.execute(
        _CANDIDATES,
        content=seen.content_digest,
        sender=seen.sender,
        sent_at=seen.date,
        title=seen.subject,
        seen_as=seen.message_id,
    )
    for row in rows:
        people = frozenset(
            (p.role, p.address) for p in messages.participants(tx, row.stored_id) if p.role in RECIPIENT_ROLES
        )
        if people == seen.people:
            tx.execute(_NOTE, pk=row.id, seen_as=seen.message_id)
            return row.stored_id, row.thread_id
    return None

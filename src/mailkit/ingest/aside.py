"""Putting a mail aside: why, and how it gets into quarantine."""

from __future__ import annotations

from collections.abc import Callable

from mailkit.events import MessageQuarantined
from mailkit.store import Tx, events, messages, quarantine, raw
from mailkit.words import RawMail, Stored

#: Why a mail is in quarantine.
EMPTY = "empty"
TOO_LARGE = "too-large"
UNFETCHABLE = "unfetchable"
UNREADABLE = "unreadable"
HANDLER = "handler-failed"
FAILED = "ingest-failed"


#: Called in a transaction before its first write; raises to undo it.
Fence = Callable[[Tx], object]


class Rejected(Exception):
    """One mail of a batch cannot be ingested. Never leaves this room."""

    def __init__(self, mail: RawMail, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.mail = mail
        self.reason = reason
        self.detail = detail


def refuse(tx: Tx, rejected: Rejected, quarantine_id: int) -> None:
    """A mail from quarantine failed again; it is let go if it has been let in on another road."""
    found = _arrived(tx, rejected.mail.source.key)
    if found is not None and found.id:
        quarantine.settle(tx, quarantine_id, "released")
        return
    quarantine.hold(tx, rejected.mail, rejected.reason, rejected.detail)
    quarantine.settle(tx, quarantine_id, "held")


def put_aside(tx: Tx, rejected: Rejected, *, fetched: bool = True, fence: Fence | None = None) -> Stored:
    """Put a mail into quarantine, once for each arrival, and tell the cursors."""
    if fence is not None:
        fence(tx)
    # A handler that committed behind our back has let the mail in itself, half done: that is held, or nobody is told.
    told = rejected.reason == HANDLER
    found = _arrived(tx, rejected.mail.source.key)
    if found is not None and not (found.id and told):
        return found
    row = quarantine.hold(tx, rejected.mail, rejected.reason, rejected.detail, fetched=fetched)
    digest = raw.digest_of(rejected.mail.raw) if fetched else None
    if not messages.add_source(tx, rejected.mail, copy_id=None, raw_digest=digest, quarantine_id=row):
        found = _arrived(tx, rejected.mail.source.key)  # another worker was quicker
        if found is not None and found.id and not told:
            quarantine.settle(tx, row, "released")
            return found
        return Stored(0, 0, new=False, new_copy=False, quarantine_id=row)
    # The handlers are not told: one of them may be why the mail is here. Cursors are.
    listener, tx.notify = tx.notify, None
    try:
        event = MessageQuarantined(account=rejected.mail.source.account, quarantine_id=row, reason=rejected.reason)
        events.append(tx, event)
    finally:
        tx.notify = listener
    return Stored(0, 0, new=False, new_copy=False, quarantine_id=row)


def _arrived(tx: Tx, key: str) -> Stored | None:
    """What became of an arrival before: where it was let in, nothing of it is to be held."""
    known = messages.find_source(tx, key)
    if known is None:
        return None
    if known.copy_id is not None:
        return Stored(*messages.arrived(tx, known.copy_id), new=False, new_copy=False)
    return Stored(0, 0, new=False, new_copy=False, quarantine_id=known.quarantine_id)


def hold_again(tx: Tx, rejected: Rejected, quarantine_id: int, fence: Fence | None) -> Stored:
    """A mail that was left on the server has come, and failed: from now on its bytes are held."""
    if fence is not None:
        fence(tx)
    messages.drop_source(tx, rejected.mail.source.key, quarantine_id)
    quarantine.settle(tx, quarantine_id, "released")
    return put_aside(tx, rejected)


def let_go(tx: Tx, held: quarantine.Quarantined) -> None:
    """Forget a mail that is held without its bytes: the next sync finds it anew."""
    messages.drop_source(tx, held.source_key, held.id)
    quarantine.settle(tx, held.id, "released")

"""Whether the sender of a mail is who he says he is, where the DNS can tell: before the transaction that stores it, or
after, never inside.

A mail whose account checks signatures (``Account(verify_dkim=True)``), and of which no server of ours has said
anything, wants TXT records. Those of a batch are asked for together, within ``Limits.dns_seconds``. What does not come
leaves the mail as claimed as it was: it is stored all the same, with a job that asks again after minutes, an hour and
some hours; ``Ingest.verify`` weighs it anew. Mail that was old when it came, as in a first sync, has no such job.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from mailkit.content import trust_of
from mailkit.content.dkim import Answers
from mailkit.ingest.prepare import Prepared
from mailkit.net.dns import TxtAnswers
from mailkit.store import Tx, messages, queue, raw
from mailkit.words import Direction, RawMail, Source, TrustLevel

#: The kind of job that weighs a sender again.
VERIFY = "verify"
#: Seconds until it is tried for the first time, the second and the last.
WAITS = (300.0, 3600.0, 21600.0)
#: Mail that is older when it is stored is not tried again.
FRESH = timedelta(days=1)


def fetched(batch: Iterable[object], dns: TxtAnswers | None, *, inside: bool = False) -> Answers | None:
    """What the mails of a batch want from the DNS; None: nothing, or there is nobody to ask.

    Args:
        inside: a transaction is open, so only what is remembered counts.

    Raises:
        MissingExtraError, NetworkInTransactionError, RunningLoopError: as ``TxtAnswers.ask``.
    """
    wanted = [one.wanted for one in batch if isinstance(one, Prepared) and one.wanted]
    if dns is None or not wanted:
        return None
    return dns.known(name for names in wanted for name in names) if inside else dns.ask(wanted)


def weighed(one: Prepared, answers: Answers | None) -> Prepared:
    """A mail, its sender weighed with these answers."""
    if answers is None or not one.wanted:
        return one
    own = one.profile
    trust = trust_of(one.message, authserv_ids=own.authserv_ids, own_domains=own.domains, answers=answers)
    missing = any(name not in answers for name in one.wanted)
    return replace(one, trust=trust, unheard=missing and trust.level is TrustLevel.CLAIMED)


def ask_later(tx: Tx, copy_id: int, message_pk: int, turn: int = 0) -> bool:
    """Queue the job that weighs a message again; False: it was tried often enough."""
    if turn >= len(WAITS):
        return False
    due = tx.now() + timedelta(seconds=WAITS[turn])
    return queue.put(tx, VERIFY, f"{copy_id}:{turn}", {"copy": copy_id, "message": message_pk, "turn": turn}, due)


def claimed(tx: Tx, message_pk: int) -> list[RawMail]:
    """The copies of a message that only claim to come from their sender.

    Raises:
        NotFoundError: no such message.
    """
    messages.get(tx, message_pk)
    return [
        RawMail(
            raw=raw.get(tx, row.raw_digest),
            source=Source("copy", row.account, id=str(row.id)),
            received_at=row.received_at,
            direction=Direction(row.direction),
        )
        for row in messages.copies(tx, message_pk)
        if (row.trust, row.direction) == (TrustLevel.CLAIMED, Direction.INBOUND)
    ]

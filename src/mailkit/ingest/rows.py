"""What a prepared mail becomes: the row of its message, the facts that links are sought in, the event of a bounce."""

from __future__ import annotations

import json

from mailkit.content.report import ReportRecipient
from mailkit.events import MessageBounced
from mailkit.ingest.prepare import Prepared
from mailkit.link.signals import MessageFacts
from mailkit.store import Tx, events, messages, rewritten
from mailkit.words import Record

_SENT_TO = ("to", "cc", "bcc")
#: Actions of a delivery report that are no failure (RFC 3464 section 2.3.3).
_NOT_FAILED = ("delayed", "delivered", "relayed", "expanded")


def row_of(one: Prepared, thread_id: int) -> messages.NewMessage:
    """The row of its message."""
    return messages.NewMessage(
        identity=one.identity,
        message_id=one.message_id,
        thread_id=thread_id,
        date=one.date,
        from_address=one.from_address,
        from_name=one.from_name,
        subject=one.subject,
        snippet=one.snippet,
        kind=one.kind,
        direction=one.direction,
        content_digest=one.content_digest,
        raw_digest=one.raw_digest,
        size=len(one.mail.raw),
        attachments=one.attachments,
        defects=one.defects,
    )


def sent_by_us(tx: Tx, one: Prepared) -> tuple[int, int] | None:
    """(id, thread id) of the message that our outbox sent, of which this is a copy with another Message-ID."""
    if one.date is None or one.message_id is None:
        return None
    people = frozenset((role, address) for role, address, _ in one.people if role in rewritten.RECIPIENT_ROLES)
    seen = rewritten.Seen(one.message_id, one.content_digest, one.from_address, one.date, one.subject, people)
    return rewritten.find(tx, seen)


def ids_of(tx: Tx, message_pk: int) -> tuple[str, ...]:
    """The Message-ID of a stored message, if it has one."""
    message_id = messages.get(tx, message_pk).message_id
    return (message_id,) if message_id else ()


def tell_bounce(tx: Tx, one: Prepared, message_pk: int, thread_id: int) -> None:
    """Write the event of a bounce that says that a delivery failed."""
    report = one.report
    if report is None:
        return
    original = None
    if report.original_message_id:
        sent = [m for m in messages.by_message_id(tx, report.original_message_id) if m.direction == "outbound"]
        original = sent[0].id if sent else None
    failed = [one for one in report.recipients if one.address and one.action not in _NOT_FAILED]
    if not failed:
        return
    told = {one.address: one.hard for one in failed} if original is None else _of_ours(tx, original, failed)
    events.append(
        tx,
        MessageBounced(
            thread_id=thread_id,
            message_id=message_pk,
            account=one.mail.source.account,
            original_id=original,
            recipients=tuple(told),
            hard=any(told.values()),
        ),
    )


def _of_ours(tx: Tx, original: int, failed: list[ReportRecipient]) -> dict[str, bool | None]:
    """Whom of these the message was sent to, as it was sent, and whether the address is dead. Who was sent a mail can
    name it in a report, and in the same report anybody."""
    sent_to = {row.address.casefold() for row in messages.participants(tx, original) if row.role in _SENT_TO}
    for copy in messages.copies(tx, original):
        sent_to |= {address.casefold() for address in (json.loads(copy.envelope) or {}).get("recipients", ())}
    told: dict[str, bool | None] = {}
    for one in failed:
        for address in (one.original, one.address):
            if address.casefold() in sent_to:
                told[address] = told.get(address) or one.hard
                break
    return told


def facts_of(one: Prepared, message_pk: int, thread_id: int, wish: Record | None) -> MessageFacts:
    """What links are sought in."""
    by_role: dict[str, list[str]] = {}
    for role, address, _ in one.people:
        by_role.setdefault(role, []).append(address)
    return MessageFacts(
        id=message_pk,
        thread_id=thread_id,
        message_id=one.message_id,
        references=one.keys,
        subject=one.subject,
        text=one.new_text,
        addresses={role: tuple(found) for role, found in by_role.items()},
        direction=one.direction,
        trust=one.trust,
        kind=one.kind,
        account=one.mail.source.account,
        wish=wish,
        quoted=one.quoted,
        own_addresses=one.profile.addresses,
    )

"""enqueue(): a draft becomes a row, on the caller's transaction.

Composing happens here and not when it is sent: a draft that cannot be composed is an error where the application can
see it, and every attempt sends the same bytes under the same Message-ID.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from mailkit.compose import Composed, Draft, compose, fingerprint, guard
from mailkit.compose.addresses import Mailbox, mailbox
from mailkit.compose.composing import is_message_id
from mailkit.compose.token import mint
from mailkit.errors import AddressError, InputError, KeyConflictError, StoreError
from mailkit.message import Address
from mailkit.outbox.manage import receipt_of
from mailkit.store import Tx, messages, outbox, raw
from mailkit.words import Receipt

if TYPE_CHECKING:
    from mailkit.config import Account

OnUncertain = Literal["hold", "resend"]
_CHOICES = ("hold", "resend")
_LONGEST_KEY = 200


def enqueue(
    tx: Tx,
    draft: Draft,
    *,
    account: Account,
    key: str | None = None,
    due_at: datetime | None = None,
    on_uncertain: OnUncertain = "hold",
    token_key: bytes | None = None,
    token_payload: str = "",
) -> Receipt:
    """Put a message into the outbox; it is sent if and only if the transaction commits.

    Args:
        tx: a transaction of ``store.write()``, or the caller's own through ``store.join()``.
        account: who sends.
        key: once per tenant and key. Enqueuing the same draft under it again gives the first row's receipt with
            ``created=False``. None: a random key.
        due_at: not before this time (aware); now if None.
        on_uncertain: when the server's answer is lost: ``"hold"`` never sends twice, ``"resend"`` never loses.
        token_key: signs the Message-ID, so that an answer proves itself (``compose.token``).
        token_payload: what the signed Message-ID says.

    Raises:
        InputError: ``key`` or ``on_uncertain`` is none, or ``due_at`` has no time zone.
        KeyConflictError: the key was used for another draft or account.
        AddressError, InjectionError, DraftError: the draft cannot be sent as it is; nothing was written.
        MissingKeyError: the account signs with DKIM, and its keys were not opened.
    """
    guard.check_type(draft, Draft, "draft")
    _check_choices(due_at, on_uncertain)
    key = uuid.uuid4().hex if key is None else _checked_key(key)
    mark = fingerprint(draft)
    known = outbox.by_key(tx, key)
    if known is not None:
        return _known(tx, known, mark, account.name)
    composed = _composed(tx, draft, account, token_key, token_payload)
    due = tx.now() if due_at is None else due_at
    number = outbox.insert(
        tx,
        composed.envelope.recipients,
        key=key,
        fingerprint=mark,
        account=account.name,
        message_id=composed.message_id,
        raw_digest=raw.digest_of(composed.raw),
        envelope_sender=composed.envelope.sender,
        options=_options(draft, composed.smtputf8),
        on_uncertain=on_uncertain,
        due_at=due,
        first_due_at=due,
    )
    if number is None:
        # Another transaction committed this key since we looked.
        known = outbox.by_key(tx, key)
        if known is None:
            raise StoreError(f"The key {key!r} was enqueued by a transaction that this one cannot see.")
        return _known(tx, known, mark, account.name)
    raw.put(tx, composed.raw)
    return receipt_of(tx, outbox.get(tx, number), created=True)


def _composed(tx: Tx, draft: Draft, account: Account, token_key: bytes | None, payload: str) -> Composed:
    sender = identity_of(draft, account)
    domain = sender.address.rpartition("@")[2]
    composed = compose(
        replace(_in_thread(tx, draft), from_=None),
        sender=Address(sender.name, sender.address),
        message_id=mint(domain, token_key, payload) if token_key else f"{secrets.token_hex(16)}@{domain}",
        date=tx.now().astimezone(),
    )
    return _signed(composed, account, domain)


def _signed(composed: Composed, account: Account, domain: str) -> Composed:
    """With a DKIM-Signature of each of the account's keys that cover the author's domain."""
    raw = composed.raw
    for key in account.dkim:
        if key.covers(domain.lower()):
            raw = key.signer.sign(raw)
    return replace(composed, raw=raw)


def _checked_key(key: str) -> str:
    if not isinstance(key, str) or not key or len(key) > _LONGEST_KEY or not key.isprintable():
        raise InputError(f"An idempotency key is 1 to {_LONGEST_KEY} printable characters.")
    return key


def _check_choices(due_at: datetime | None, on_uncertain: object) -> None:
    guard.check_type(due_at, (datetime, type(None)), "due_at")
    if due_at is not None and due_at.utcoffset() is None:
        raise InputError("due_at needs a time zone.", hint="Use datetime(…, tzinfo=UTC) or ZoneInfo.")
    # A misspelt "resend" that means "hold" is found out when a mail is lost.
    if on_uncertain not in _CHOICES:
        raise InputError(f'on_uncertain is "hold" or "resend", not {str(on_uncertain)[:40]!r}.')


def _known(tx: Tx, row: outbox.Row, mark: str, account: str) -> Receipt:
    if row.fingerprint != mark or row.account != account:
        raise KeyConflictError(f"The key {row.key!r} was used for another message.")
    return receipt_of(tx, row, created=False)


def identity_of(draft: Draft, account: Account) -> Mailbox:
    """Who the message comes from: the account's own address, or the one of its aliases that ``draft.from_`` names.

    Raises:
        AddressError: ``draft.from_`` is no address of this account. A server would refuse it, or worse, send it.
    """
    own = {mailbox(address, "The account's address").key: address for address in account.addresses}
    if draft.from_ is None:
        return Mailbox(account.display_name, mailbox(account.address, "The account's address").address)
    author = mailbox(draft.from_, "The author")
    if author.key not in own:
        raise AddressError(
            f"{author.address} is not an address of the account {account.name!r}.",
            hint="Add it to the account's aliases, or send from one of its own addresses.",
        )
    return author if author.name else Mailbox(account.display_name, author.address, author.smtputf8)


def _in_thread(tx: Tx, draft: Draft) -> Draft:
    """A draft that names its thread and answers nothing, answers the thread's last message."""
    if draft.thread_id is None or draft.in_reply_to is not None or draft.references:
        return draft
    ids = [one.message_id for one in messages.of_thread(tx, draft.thread_id) if one.message_id]
    usable = [one for one in ids if is_message_id(one)][-10:]
    if not usable:
        return draft
    return replace(draft, in_reply_to=usable[-1], references=usable)


def _options(draft: Draft, smtputf8: bool) -> str:
    record = draft.record
    return json.dumps(
        {
            "smtputf8": smtputf8,
            "dsn": draft.request_dsn,
            "record": [record.system, record.kind, record.id] if record is not None else None,
            "metadata": dict(draft.metadata),
        },
        sort_keys=True,
    )

"""compose(): a draft becomes bytes and an envelope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mailkit.compose import encode, guard, shielded
from mailkit.compose.addresses import Mailbox, address_tokens, mailbox, unique
from mailkit.compose.draft import Composed, Draft
from mailkit.compose.mime import entity_of
from mailkit.compose.unsubscribe import Unsubscribe
from mailkit.errors import DraftError, ProtectionError
from mailkit.words import Envelope

if TYPE_CHECKING:
    from mailkit.message import Address

_LONGEST_OWN_WORD = 900
_ID_CHARS = frozenset(chr(n) for n in range(33, 127)) - {"<", ">"}


def compose(
    draft: Draft,
    *,
    sender: Address | str,
    message_id: str,
    date: datetime,
    extra_headers: Sequence[tuple[str, str]] = (),
) -> Composed:
    """Serialise a draft. The same arguments give the same bytes.

    Args:
        draft: what to say to whom.
        sender: who submits it: the envelope's sender, and the author unless ``draft.from_`` names another one (then a
            Sender field names the submitter, RFC 5322 section 3.6.2).
        message_id: without brackets.
        date: aware; its offset is kept.
        extra_headers: further fields of mailkit's own, under the same rules as ``draft.headers``.

    Raises:
        AddressError: an address cannot be used.
        InjectionError: a value would add something to the message.
        DraftError: no recipient, an unusable Message-ID, a field that mailkit writes itself, and the like.
        ProtectionError: the draft cannot be signed or encrypted as it asks.
    """
    guard.check_type(draft, Draft, "draft")
    guard.check_value(message_id, "message_id")
    guard.check_type(date, datetime, "date")
    submitter = mailbox(sender, "The sender")
    author = submitter if draft.from_ is None else mailbox(draft.from_, "The author")
    to, cc, bcc = (
        [mailbox(a, f"The {name} address") for a in addresses]
        for name, addresses in (("To", draft.to), ("Cc", draft.cc), ("Bcc", draft.bcc))
    )
    reply_to = [mailbox(a, "The Reply-To address") for a in draft.reply_to]
    receipt = _receipt_to(draft, author)
    recipients = unique([*to, *cc, *bcc])
    if not recipients:
        raise DraftError("The draft has no recipient.", hint="Give at least one address in to, cc or bcc.")
    fields = [
        encode.field("Date", encode.date(date).split(" ")),
        encode.field("From", author.tokens()),
        *([encode.field("Sender", submitter.tokens())] if submitter.key != author.key else []),
        *_address_fields(reply_to, to, cc),
        encode.unstructured("Subject", draft.subject),
        *_id_fields(draft, message_id),
        *_wish_fields(draft, receipt),
        *_own_fields(draft, extra_headers),
    ]
    outer, entity = _protected(draft, fields)
    raw = b"".join([*outer, encode.field("MIME-Version", ["1.0"]), entity])
    return Composed(
        raw=raw if raw.endswith(b"\r\n") else raw + b"\r\n",
        envelope=Envelope(submitter.address, tuple(box.address for box in recipients)),
        message_id=message_id,
        smtputf8=any(box.smtputf8 for box in (submitter, author, *receipt, *reply_to, *recipients)),
    )


def _protected(draft: Draft, fields: list[bytes]) -> tuple[list[bytes], bytes]:
    """The outer header, and body and attachments with the header fields that describe them, signed and encrypted where
    that is asked for."""
    entity = entity_of(draft)
    if draft.protection is None:
        return fields, entity.render()
    if draft.protection.encrypts and draft.bcc:
        # Whoever opens it sees for whose keys it was encrypted.
        raise ProtectionError("An encrypted message tells its readers of each other.", hint="Send to Bcc separately.")
    if not draft.protection.headers:
        return fields, draft.protection.apply(entity.render())
    outer = shielded.replaced(fields) if draft.protection.hides_subject else fields
    cipher = draft.protection.encrypts
    return outer, draft.protection.apply(shielded.payload(fields, outer, entity.fields, entity.body, cipher=cipher))


def _address_fields(reply_to: list[Mailbox], to: list[Mailbox], cc: list[Mailbox]) -> list[bytes]:
    fields = [
        encode.field(name, address_tokens(unique(boxes)))
        for name, boxes in (("Reply-To", reply_to), ("To", to), ("Cc", cc))
        if boxes
    ]
    if not to and not cc:
        fields.append(encode.field("To", ["undisclosed-recipients:;"]))
    return fields


def _id_fields(draft: Draft, message_id: str) -> list[bytes]:
    if message_id.count("@") != 1 or message_id.strip("@") != message_id:
        raise DraftError(f"{message_id[:80]!r} is not a Message-ID of the form left@domain.")
    fields = [encode.field("Message-ID", [_bracketed(message_id)])]
    if draft.in_reply_to is not None:
        fields.append(encode.field("In-Reply-To", [_bracketed(draft.in_reply_to)]))
    if draft.references:
        fields.append(encode.field("References", map(_bracketed, draft.references)))
    return fields


def is_message_id(text: str) -> bool:
    """Whether the text can stand between brackets on the wire: printable ASCII, no blank, at most 900 characters, and
    no encoded-word that hides a control character."""
    return 0 < len(text) <= 900 and set(text) <= _ID_CHARS and not guard.hides_control(text)


def _bracketed(message_id: str) -> str:
    guard.check_value(message_id, "A Message-ID")
    if not is_message_id(message_id):
        raise DraftError(f"{message_id[:80]!r} cannot be a Message-ID.")
    return f"<{message_id}>"


def _receipt_to(draft: Draft, author: Mailbox) -> list[Mailbox]:
    """Who gets the reader's receipt: nobody, or one."""
    wanted = draft.request_mdn
    if isinstance(wanted, bool):
        return [author] if wanted else []
    return [mailbox(wanted, "The address for receipts")]


def _wish_fields(draft: Draft, receipt: Sequence[Mailbox]) -> list[bytes]:
    """What the draft asks of the reader's program: a receipt (RFC 8098), a way to unsubscribe (RFC 8058)."""
    fields = [encode.field("Disposition-Notification-To", box.tokens()) for box in receipt]
    if isinstance(draft.unsubscribe, Unsubscribe):
        fields.append(encode.field("List-Unsubscribe", draft.unsubscribe.tokens()))
        if draft.unsubscribe.is_one_click:
            fields.append(encode.field("List-Unsubscribe-Post", ["List-Unsubscribe=One-Click"]))
    return fields


def _own_fields(draft: Draft, extra: Sequence[tuple[str, str]]) -> list[bytes]:
    fields: list[bytes] = []
    seen = {"disposition-notification-to"} if draft.request_mdn else set[str]()
    if draft.unsubscribe is not None:
        seen |= {"list-unsubscribe", "list-unsubscribe-post"}
    given = [guard.pair_of(one, "An item of extra_headers") for one in guard.items_of(extra, "extra_headers")]
    for first, second in (*draft.headers.items(), *given):
        name = guard.check_name(first)
        value = guard.check_value(second, f"The header field {name}", tab=True)
        if name.lower() in seen:
            raise DraftError(f"The header field {name} is given twice.")
        seen.add(name.lower())
        # A program may read it: a long word of it (a URL, a token) stays what it is as long as a line can hold it.
        fields.append(encode.unstructured(name, value, longest=_LONGEST_OWN_WORD))
    return fields

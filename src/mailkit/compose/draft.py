"""Draft and Attachment: a message being written. Values, made without an account, a store or a network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailkit.compose import guard
from mailkit.compose.addresses import addresses_of, parts_of, split
from mailkit.compose.guard import items_of
from mailkit.compose.unsubscribe import Unsubscribe
from mailkit.errors import DraftError, InjectionError
from mailkit.words import Envelope, Record

if TYPE_CHECKING:
    from mailkit.compose.openpgp import OpenPgp
    from mailkit.compose.smime import Smime
    from mailkit.message import Address

_LONGEST_OF_RECORD = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message.

    Args:
        name: the file name that the reader sees; no control characters.
        content: the bytes.
        content_type: ``"application/pdf"``, with parameters if needed (``"text/csv; charset=utf-8"``); guessed from the
            name if None.
        inline: shown in the HTML body, which names it as ``cid:<content_id>``.
        content_id: without brackets; made from the content if an inline attachment has none.
    """

    name: str
    content: bytes = field(repr=False)
    content_type: str | None = None
    inline: bool = False
    content_id: str | None = None

    def __post_init__(self) -> None:
        guard.check_value(self.name, "The name of an attachment")
        if self.content_id is not None:
            guard.check_value(self.content_id, "The content_id of an attachment")
        if self.content_type is not None:
            guard.check_value(self.content_type, "The content_type of an attachment")
        if not isinstance(self.content, bytes):
            raise DraftError(f"The content of attachment {self.name[:80]!r} must be bytes.")

    @classmethod
    def from_path(cls, path: str | Path, *, inline: bool = False, content_id: str | None = None) -> Attachment:
        """Read a file. Only its last name is told to the reader.

        Raises:
            OSError: the file cannot be read.
            InjectionError: its name holds a control character.
        """
        guard.check_type(path, (str, Path), "path")
        path = Path(path)
        for part in path.parts:
            if "\0" in part:
                raise InjectionError("The path of an attachment holds the character U+0000.")
        name = guard.check_value(path.name, "The name of an attachment")
        return cls(name, path.read_bytes(), inline=inline, content_id=content_id)

    @property
    def cid(self) -> str:
        """The Content-ID, without brackets: the one given, or one made from name and content."""
        if self.content_id is not None:
            return self.content_id
        digest = hashlib.sha256(self.name.encode("utf-8") + b"\0" + self.content).hexdigest()
        return f"{digest[:24]}@inline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message being written.

    Addresses are ``"name@domain"``, ``"Display Name <name@domain>"`` or ``Address`` values.

    Args:
        to, cc, bcc: who gets it. Bcc is never written into the message.
        subject: any text on one line.
        text, html: the body, either or both.
        attachments: files; those with ``inline=True`` belong to the HTML body.
        from_: the author, if it is not the account's own address.
        reply_to: where answers shall go.
        headers: further header fields; those that mailkit writes itself are refused.
        in_reply_to, references: Message-IDs without brackets; ``reply()`` fills them.
        request_dsn: ask the server for a report on success and failure (RFC 3461).
        request_mdn: ask the reader's program for a receipt (RFC 8098): to the author if True, else to that address.
        unsubscribe: how the reader can leave the list (RFC 2369, RFC 8058); a string is a URL or an address.
        calendar: an iCalendar object (RFC 5545) shown beside the text, such as an invitation.
        record: the CRM record that this message belongs to.
        thread_id: the thread that this message belongs to, if references do not say it.
        protection: how it is signed and encrypted: an ``Smime`` or an ``OpenPgp``.
        metadata: the application's own words, kept with the outbox row, never sent.

    Raises:
        InjectionError: a value holds a control character.
        DraftError: a value has a wrong type.
    """

    to: Sequence[str | Address] = ()
    cc: Sequence[str | Address] = ()
    bcc: Sequence[str | Address] = ()
    subject: str = ""
    text: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    attachments: Sequence[Attachment] = ()
    from_: str | Address | None = None
    reply_to: Sequence[str | Address] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    request_dsn: bool = False
    request_mdn: bool | str | Address = False
    unsubscribe: Unsubscribe | str | None = None
    calendar: str | None = field(default=None, repr=False)
    protection: Smime | OpenPgp | None = field(default=None, repr=False)
    record: Record | None = None
    thread_id: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        for name in ("to", "cc", "bcc", "reply_to"):
            object.__setattr__(self, name, addresses_of(getattr(self, name), name))
        references = (self.references,) if isinstance(self.references, str) else items_of(self.references, "references")
        object.__setattr__(self, "references", tuple(_bare(ref, "An item of references") for ref in references))
        if self.in_reply_to is not None:
            object.__setattr__(self, "in_reply_to", _bare(self.in_reply_to, "in_reply_to"))
        if isinstance(self.unsubscribe, str):
            object.__setattr__(self, "unsubscribe", Unsubscribe.of(self.unsubscribe))
        object.__setattr__(self, "attachments", attachments_of(self.attachments))
        _check_types(self)
        object.__setattr__(self, "headers", MappingProxyType(dict(self.headers)))
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))
        _check(self)

    @property
    def recipients(self) -> tuple[str | Address, ...]:
        """To, Cc and Bcc together."""
        return (*self.to, *self.cc, *self.bcc)


@dataclass(frozen=True, slots=True)
class Composed:
    """A message ready to be stored and sent: CRLF line ends, no line over 998 bytes, no Bcc."""

    raw: bytes = field(repr=False)
    envelope: Envelope
    message_id: str
    smtputf8: bool = False


def attachments_of(value: object) -> tuple[Attachment, ...]:
    """The items of an argument that holds attachments; a lone one is one.

    Raises:
        DraftError: an item is none, or the argument is no list.
    """
    found: list[Attachment] = []
    for one in (value,) if isinstance(value, Attachment) else items_of(value, "attachments"):
        if not isinstance(one, Attachment):
            what = type(one).__name__
            raise DraftError(
                f"An attachment must be an Attachment, not {what}.", hint="Use Attachment.from_path(path)."
            )
        found.append(one)
    return tuple(found)


def _bare(message_id: object, what: str) -> str:
    guard.check_type(message_id, str, what)
    text = str(message_id).strip(" ")
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


def _check_types(draft: Draft) -> None:
    nothing = type(None)
    for name in ("text", "html", "calendar"):
        guard.check_type(getattr(draft, name), (str, nothing), name)
    guard.check_type(draft.subject, str, "subject")
    guard.check_type(draft.request_dsn, bool, "request_dsn")
    guard.check_type(draft.thread_id, (int, nothing), "thread_id")
    for name in ("headers", "metadata"):
        guard.check_type(getattr(draft, name), Mapping, name)
    for key, value in draft.metadata.items():
        guard.check_type(key, str, "A name in metadata")
        guard.check_type(value, str, f"metadata[{key[:40]!r}]")
    unsubscribe: object = draft.unsubscribe
    if unsubscribe is not None and not isinstance(unsubscribe, Unsubscribe):
        raise DraftError(f"unsubscribe must be an Unsubscribe or a str, not {type(unsubscribe).__name__}.")
    if draft.protection is not None and not hasattr(draft.protection, "apply"):
        raise DraftError(f"protection must be an Smime or an OpenPgp, not {type(draft.protection).__name__}.")
    if draft.record is not None:
        _check_record(draft.record)


def _check_record(record: object) -> None:
    hint = 'Write Record("crm", "deal", "42").'
    if not isinstance(record, Record):
        raise DraftError(f"record must be a Record, not {type(record).__name__}.", hint=hint)
    for name in ("system", "kind", "id"):
        text = guard.check_value(getattr(record, name), f"The {name} of the record")
        if not 0 < len(text) <= _LONGEST_OF_RECORD:
            raise DraftError(f"The {name} of the record has 1 to {_LONGEST_OF_RECORD} characters.", hint=hint)


def _check(draft: Draft) -> None:
    guard.check_value(draft.subject, "The subject", tab=True)
    for name in ("to", "cc", "bcc", "reply_to"):
        _check_addresses(getattr(draft, name), f"An address in {name}")
    if draft.from_ is not None:
        _check_addresses([draft.from_], "from_")
    if not isinstance(draft.request_mdn, bool):
        _check_addresses([draft.request_mdn], "request_mdn")
    for name, value in draft.headers.items():
        guard.check_name(name)
        guard.check_value(value, f"The header field {name}", tab=True)
    for ref in draft.references:
        guard.check_value(ref, "A Message-ID in references")
    guard.check_value(draft.in_reply_to or "", "in_reply_to")


def _check_addresses(addresses: Sequence[str | Address], what: str) -> None:
    for address in addresses:
        for text in (address,) if isinstance(address, str) else parts_of(address, what):
            guard.check_value(text, what)


def fingerprint(draft: Draft) -> str:
    """sha256 in hex over every field. The same key with another fingerprint is a conflict."""
    guard.check_type(draft, Draft, "draft")
    digest = hashlib.sha256(b"mailkit draft 1\n")
    for item in _canonical(draft):
        digest.update(b"%d:" % len(item))
        digest.update(item)
    return digest.hexdigest()


def _canonical(draft: Draft) -> Iterator[bytes]:
    """The fields as length-prefixed items; a count before each list keeps neighbours apart."""
    for addresses in (draft.to, draft.cc, draft.bcc, draft.reply_to, () if draft.from_ is None else (draft.from_,)):
        yield b"%d" % len(addresses)
        for address in addresses:
            pair = split(address) if isinstance(address, str) else (address.name, address.address)
            yield from (part.encode("utf-8") for part in pair)
    for text in (draft.subject, draft.text, draft.html, draft.calendar, draft.in_reply_to):
        yield b"-" if text is None else b"+" + text.encode("utf-8", "surrogatepass")
    for pairs in (draft.headers, draft.metadata):
        yield b"%d" % len(pairs)
        for name in sorted(pairs):
            yield name.encode("utf-8", "surrogatepass")
            yield str(pairs[name]).encode("utf-8", "surrogatepass")
    yield b"%d" % len(draft.references)
    yield from (ref.encode("utf-8") for ref in draft.references)
    yield b"%d" % len(draft.attachments)
    for attachment in draft.attachments:
        yield repr((attachment.name, attachment.content_type, attachment.inline, attachment.content_id)).encode("utf-8")
        yield hashlib.sha256(attachment.content).digest()
    yield repr((draft.request_dsn, str(draft.record), draft.thread_id)).encode("utf-8")
    # What was added later counts only where it is used: rows of an earlier version keep their fingerprints.
    if draft.request_mdn:
        yield f"mdn {draft.request_mdn}".encode()
    if draft.unsubscribe is not None:
        yield repr(draft.unsubscribe).encode("utf-8")
    if draft.protection is not None:
        yield draft.protection.mark.encode("utf-8")

"""What the sample mails are made of, and the truth about each: what an engine should make of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from mailkit.words import Direction, Record, TrustLevel

__all__ = [
    "CATEGORIES",
    "SYSTEM",
    "Company",
    "Contact",
    "Deal",
    "SampleMail",
    "SampleSet",
    "Ticket",
    "Truth",
    "Why",
]

SYSTEM = "crm"
"""The ``system`` of every expected Record."""

Why = Literal["thread", "number", "address", "token", "none"]

CATEGORIES = (
    "conversation",
    "ticket",
    "forward",
    "invoice",
    "inline-image",
    "calendar",
    "bounce",
    "auto-reply",
    "newsletter",
    "internal",
    "unrelated",
    "identity",
    "damaged",
    "forged",
)


@dataclass(frozen=True, slots=True)
class Company:
    """A customer or supplier. ``authenticated``: its mail passes DMARC at our server."""

    id: int
    name: str
    domain: str
    lang: str
    authenticated: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a company and the mail program they use. ``id`` 0: not in the CRM. ``familiar`` is how they
    are addressed in a letter."""

    id: int
    company_id: int
    name: str
    email: str
    familiar: str
    title: str
    lang: str
    client: str


@dataclass(frozen=True, slots=True)
class Deal:
    """A sales opportunity. ``amount`` in whole euros."""

    id: int
    company_id: int
    contact_id: int
    number: str
    title: str
    stage: str
    amount: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A support case."""

    id: int
    contact_id: int
    number: str
    subject: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What an engine should make of one mail.

    Attributes:
        conversation: mails with one value answer each other.
        category: one of ``CATEGORIES``.
        tags: finer marks: ``outlook``, ``top-posted``, ``lang:ja``, ``charset:iso-2022-jp``,
        ``damage:no-date`` … records: the records the mail belongs to; empty where there is none.
        also: records that its thread may be linked to besides, without that being wrong.
        why: the evidence, in the order in which the conversation was written: later mails of a known thread
            say ``thread``.
        trust: what should be known of the sender; None for our own mail.
        direction: seen from the account.
        ingestible: false for what is no mail at all and belongs in quarantine.
        refers_to: the Message-ID (no brackets) that a bounce or auto-reply speaks of.
        bounced: the addresses that a bounce says were not reached.
        new_text: the sender's own words of this mail, without quotes, where the mail has a readable body.
    """

    conversation: str
    category: str
    tags: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    also: tuple[Record, ...] = ()
    why: Why = "none"
    trust: TrustLevel | None = None
    direction: Direction = Direction.INBOUND
    ingestible: bool = True
    refers_to: str | None = None
    bounced: tuple[str, ...] = ()
    new_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMail:
    """One mail in one folder of one account.

    Two SampleMails with one ``key`` are copies of one message (another folder, another account, converted on
    the way); different keys are different messages. ``internaldate`` is aware, UTC.
    """

    key: str
    account: str
    folder: str
    raw: bytes = field(repr=False)
    flags: tuple[str, ...]
    internaldate: datetime
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSet:
    """All mails, oldest first in each folder, and what the CRM knows."""

    seed: int
    base: datetime
    mails: tuple[SampleMail, ...]
    companies: tuple[Company, ...]
    contacts: tuple[Contact, ...]
    deals: tuple[Deal, ...]
    tickets: tuple[Ticket, ...]

    @property
    def accounts(self) -> tuple[str, ...]:
        """The addresses of the accounts, sorted."""
        return tuple(sorted({mail.account for mail in self.mails}))

    def folders(self, account: str) -> tuple[str, ...]:
        """The folders of an account that hold mail, sorted."""
        return tuple(sorted({mail.folder for mail in self.mails if mail.account == account}))

    def inside(self, account: str, folder: str) -> tuple[SampleMail, ...]:
        """The mails of one folder, oldest first: the order in which to append them."""
        return tuple(mail for mail in self.mails if mail.account == account and mail.folder == folder)

    def conversations(self) -> dict[str, tuple[SampleMail, ...]]:
        """The mails of each conversation, oldest first."""
        found: dict[str, list[SampleMail]] = {}
        for mail in self.mails:
            found.setdefault(mail.truth.conversation, []).append(mail)
        return {name: tuple(mails) for name, mails in found.items()}

    def digest(self) -> str:
        """SHA-256 over everything that matters, hex: equal for equal arguments of ``generate``."""
        total = hashlib.sha256()
        for mail in self.mails:
            head = (mail.key, mail.account, mail.folder, mail.flags, mail.internaldate.isoformat(), repr(mail.truth))
            total.update(repr(head).encode("utf-8", "surrogatepass"))
            total.update(hashlib.sha256(mail.raw).digest())
        total.update(repr((self.companies, self.contacts, self.deals, self.tickets)).encode())
        return total.hexdigest()

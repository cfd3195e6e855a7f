"""The frozen values that every room speaks. No logic beyond what a value says of itself.

============  =====================================================================================
Envelope      SMTP's sender and recipients (RFC 5321), never IMAP's header digest
Source        where a copy came from; its ``key`` makes ingest idempotent
RawMail       raw bytes on their way into ingest
Trust         what is known of the sender
Verdict       what became of one recipient
Record        a row of the application's CRM or ERP: system, kind, id
Decision      candidates, evidence, scores and the rule that decided
Link          Thread ↔ Record with the Decision that made it
Limits        every bound on what is read from outside
============  =====================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import quote

#: A longer source key is cut and ends in its digest.
_LONGEST_KEY = 500

__all__ = [
    "Candidate",
    "Decision",
    "Direction",
    "Envelope",
    "Evidence",
    "Limits",
    "Link",
    "Outcome",
    "RawMail",
    "Receipt",
    "Record",
    "Role",
    "Source",
    "Stored",
    "Trust",
    "TrustLevel",
    "Verdict",
    "VerdictState",
]


class Role(StrEnum):
    """What a folder is for (RFC 6154 special-use; INBOX is RFC 9051's own)."""

    INBOX = "inbox"
    SENT = "sent"
    DRAFTS = "drafts"
    TRASH = "trash"
    JUNK = "junk"
    ARCHIVE = "archive"
    ALL = "all"
    FLAGGED = "flagged"
    IMPORTANT = "important"


class Direction(StrEnum):
    """Which way a message travelled, seen from the account."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class Envelope:
    """SMTP's sender and recipients (RFC 5321 section 2.3.1). An empty sender is the null path ``<>``."""

    sender: str = ""
    recipients: tuple[str, ...] | list[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "recipients", tuple(self.recipients))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a copy came from. Two arrivals with one ``key`` in a tenant are one arrival.

    Use the constructors: ``Source.imap``, ``Source.outbox``, ``Source.delivery``.
    """

    kind: str
    account: str | None = None
    folder: str | None = None
    uidvalidity: int | None = None
    uid: int | None = None
    id: str | None = None

    @classmethod
    def imap(cls, account: str, folder: str, uidvalidity: int, uid: int) -> Source:
        """A message in an IMAP folder (RFC 9051 section 2.3.1.1: the three numbers together are unique for ever)."""
        return cls("imap", account, folder, uidvalidity, uid)

    @classmethod
    def outbox(cls, account: str, outbox_id: int) -> Source:
        """The copy of a message sent by the outbox."""
        return cls("outbox", account, id=str(outbox_id))

    @classmethod
    def delivery(cls, kind: str, delivery_id: str, account: str | None = None) -> Source:
        """One delivery by a pipe, file, LMTP or webhook, named by whoever delivers it."""
        return cls(kind, account, id=delivery_id)

    @property
    def key(self) -> str:
        """The idempotency key, unique in a tenant, at most a few hundred characters."""
        parts = [self.kind, self.account or ""]
        if self.uid is not None:
            parts += [str(self.uidvalidity), str(self.uid), self.folder or ""]
        else:
            parts.append(self.id or "")
        key = ":".join(quote(part, safe="@.+-_/", errors="surrogatepass") for part in parts)
        if len(key) <= _LONGEST_KEY:
            return key
        from hashlib import sha256

        # A name of a hundred CJK characters is nine hundred here, and an index takes no row of any length.
        return f"{key[:_LONGEST_KEY]}~{sha256(key.encode()).hexdigest()}"


class TrustLevel(StrEnum):
    """How far the sender's name can be believed."""

    AUTHENTICATED = "authenticated"
    CLAIMED = "claimed"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Trust:
    """What is known of the sender of one copy, and from what."""

    level: TrustLevel = TrustLevel.CLAIMED
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RawMail:
    """Raw bytes on their way into ingest.

    ``received_at`` is when the mail arrived (INTERNALDATE for IMAP), timezone-aware. ``flags`` are IMAP flags.
    """

    raw: bytes = field(repr=False)
    source: Source
    envelope: Envelope | None = None
    received_at: datetime | None = None
    flags: tuple[str, ...] = ()
    direction: Direction = Direction.INBOUND
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What ingest did with one RawMail.

    ``id`` and ``thread_id`` are 0 when the mail went to quarantine (``quarantine_id`` says where). ``new`` is true when
    the message was not known before, ``new_copy`` when the arrival was not.
    """

    id: int
    thread_id: int
    new: bool
    new_copy: bool
    quarantine_id: int | None = None


class VerdictState(StrEnum):
    """What became of one recipient."""

    PENDING = "pending"
    SENT = "sent"
    REFUSED = "refused"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one recipient: state, SMTP reply code, enhanced status (RFC 3463) and the server's words."""

    recipient: str
    state: VerdictState
    code: int | None = None
    enhanced: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The state of one outbox row. ``created`` is false when the key was known already."""

    id: int
    key: str
    account: str
    message_id: str
    state: str
    created: bool
    verdicts: tuple[Verdict, ...] = ()

    @property
    def sent(self) -> bool:
        """Whether every recipient was accepted by the server."""
        return bool(self.verdicts) and all(v.state is VerdictState.SENT for v in self.verdicts)


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """A row of the application's CRM or ERP."""

    system: str
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.system}:{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a candidate: the signal (``token``, ``thread``, ``number``, ``address`` …), what was seen, and its
    weight between 0 and 1."""

    signal: str
    detail: str
    weight: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that a message may belong to. ``score`` is between 0 and 1."""

    record: Record
    score: float
    evidence: tuple[Evidence, ...] = ()
    title: str = ""


class Outcome(StrEnum):
    """What a decision came to."""

    LINKED = "linked"
    SHOWN = "shown"  # linked for reading only: the sender is merely claimed, nothing may change on the record
    AMBIGUOUS = "ambiguous"
    NONE = "none"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a thread was, or was not, linked. Stored, replayable: the same inputs give the same decision."""

    thread_id: int
    message_id: int
    rule: str
    outcome: Outcome
    trust: TrustLevel
    candidates: tuple[Candidate, ...] = ()
    chosen: tuple[Record, ...] = ()
    id: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Thread ↔ Record, with the decision that made it. ``state``: ``linked`` or ``shown`` (for reading only)."""

    id: int
    thread_id: int
    record: Record
    state: Outcome
    decision_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on everything read from outside. Sizes in bytes, times in seconds.

    Reaching a parse limit is a defect on the message, never an exception; reaching ``message_bytes`` keeps the mail out
    of the process and in quarantine; reaching ``literal_bytes`` ends the connection with a LimitError, reaching one
    of ``template_…`` the rendering.
    """

    message_bytes: int = 64 * 1024 * 1024
    literal_bytes: int = 72 * 1024 * 1024
    line_bytes: int = 1024 * 1024
    depth: int = 32
    parts: int = 1000
    headers: int = 1000
    header_bytes: int = 64 * 1024
    headers_bytes: int = 1024 * 1024
    addresses: int = 2000
    references: int = 200
    params: int = 200
    parse_seconds: float = 10.0
    decoded_bytes: int = 256 * 1024 * 1024
    text_bytes: int = 2 * 1024 * 1024
    batch_messages: int = 100
    batch_bytes: int = 16 * 1024 * 1024
    folders: int = 10_000
    folder_uids: int = 5_000_000
    template_steps: int = 100_000
    template_bytes: int = 1024 * 1024
    template_seconds: int = 5
    dns_names: int = 200
    dns_seconds: float = 5.0
    dns_answers: int = 2000

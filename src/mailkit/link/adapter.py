"""The CrmAdapter protocol: what mailkit needs to know of an application's CRM or ERP, and nothing more.

An adapter is a small class. It is asked in this order, and never while a store transaction is open, because
it may use the network or another database::

    find(query)           which records may this message belong to?    changes nothing, may be asked again
    attach(record, note)  show this message on that record             idempotent: one activity per note.key
    url(record)           where can a person look at that record?      no network, may be None

``find`` and ``attach`` run in queued jobs. A job whose adapter raises is tried again later: every exception
means "not now", and the mail itself never waits. An adapter is handed addresses, subjects and ids as
strangers wrote them: they are data, to be bound as parameters, never pasted into a query.

``mailkit.testing.adapters.check_adapter`` tries an adapter against these rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from mailkit.words import Candidate, Direction, Record, TrustLevel

__all__ = ["CrmAdapter", "Note", "Query", "RecordPattern"]


@dataclass(frozen=True, slots=True)
class RecordPattern:
    """How a record's number is written in mail, so that it is recognised without asking the CRM.

    The number found is the record's id: ``[Ticket #1042]`` read with ``\\[Ticket #(\\d{1,9})\\]`` is
    ``Record(system, kind, "1042")``.

    Attributes:
        kind: the kind of record, e.g. ``"ticket"``.
        regex: a pattern with exactly one group, the number. It is run over mail from strangers: it must be
            linear (no nested quantifiers) and every quantifier in it bounded.
        template: how to write the number into a subject, with ``{id}``, e.g. ``"[Ticket #{id}]"``. Empty: it
            is never written.
    """

    kind: str
    regex: str
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is known of a message whose record is looked for.

    Attributes:
        addresses: the other side's addresses (``local@domain``, casefolded), the sender's first; own
            addresses are left out.
        numbers: record numbers seen, as pairs of kind and number, those of the subject first.
        subject: the decoded subject, of any content.
        message_id: the Message-ID without angle brackets, or None.
        thread_id: the store's id of the thread, or None.
        trust: how far the sender can be believed. An adapter may answer less to one who is merely claimed.
    """

    addresses: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    subject: str = ""
    message_id: str | None = None
    thread_id: int | None = None
    trust: TrustLevel = TrustLevel.CLAIMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is shown on a record of one message.

    Attributes:
        key: the message's stable key. A second attach of one key to one record changes nothing.
        subject: the decoded subject.
        sender: the sender's address.
        recipients: the addresses of To and Cc.
        date: aware, UTC.
        direction: inbound or outbound, seen from the account.
        snippet: the beginning of the new text, a few hundred characters.
        trust: how far the sender can be believed.
        url: where the whole message can be read, or None.
    """

    key: str
    subject: str
    sender: str
    recipients: tuple[str, ...]
    date: datetime
    direction: Direction
    snippet: str = ""
    trust: TrustLevel = TrustLevel.CLAIMED
    url: str | None = None


@runtime_checkable
class CrmAdapter(Protocol):
    """An application's CRM or ERP, as far as mail is concerned. Methods may block: a worker calls them."""

    @property
    def system(self) -> str:
        """The name of the system in every Record of this adapter, e.g. ``"crm"``; never changes once used."""
        ...

    @property
    def patterns(self) -> tuple[RecordPattern, ...]:
        """How record numbers are written in mail; read once at start, no network."""
        ...

    def find(self, query: Query) -> Sequence[Candidate]:
        """The records that the message may belong to, best first, each with its evidence; empty if none.

        Changes nothing. Scores are between 0 and 1.

        Raises:
            Exception: any, meaning "not now": the job is tried again later.
        """
        ...

    def attach(self, record: Record, note: Note) -> str:
        """Show the message on the record and return the id of the activity.

        Called at least once for each pair of record and ``note.key``; a second call returns the first one's
        id.

        Raises:
            Exception: any, meaning "not now". ``mailkit.errors.NotFoundError`` means that the record is gone:
                it is not tried again.
        """
        ...

    def url(self, record: Record) -> str | None:
        """Where a person can look at the record, or None. No network; one answer for one record."""
        ...

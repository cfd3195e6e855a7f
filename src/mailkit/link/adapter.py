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

An installed package offers its adapter by an entry point of the group ``mailkit.adapters``, in its pyproject.toml::

    [project.entry-points."mailkit.adapters"]
    acme = "acme_crm.mail:adapter"        # an adapter, or a callable without arguments that makes one
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from mailkit.errors import ConfigError
from mailkit.words import Candidate, Direction, Record, TrustLevel

__all__ = ["ENTRY_POINTS", "CrmAdapter", "FunctionAdapter", "Note", "Query", "RecordPattern", "load_adapters"]

#: The group of entry points under which installed packages offer their adapters.
ENTRY_POINTS = "mailkit.adapters"


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
        addresses: the other side's addresses (``local@domain``, as ``Address.key``); own addresses are left out.
            mailkit asks about one address at a time, so that it knows whom an answer speaks of.
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

        Changes nothing. Scores and weights are between 0 and 1. Evidence with the signal ``"address"`` says that the
        record is known under the address asked about: mailkit remembers that, and weighs it itself.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAdapter:
    """An adapter made of functions, for an application that has them already::

        FunctionAdapter(system="crm", on_find=my_find, on_attach=my_attach, patterns=(RecordPattern(…),))

    Attributes:
        system, patterns: see CrmAdapter.
        on_find, on_attach, on_url: what ``find``, ``attach`` and ``url`` do.
    """

    system: str
    on_find: Callable[[Query], Sequence[Candidate]]
    on_attach: Callable[[Record, Note], str]
    on_url: Callable[[Record], str | None] = lambda _: None
    patterns: tuple[RecordPattern, ...] = ()

    def find(self, query: Query) -> Sequence[Candidate]:
        """Call ``on_find``."""
        return self.on_find(query)

    def attach(self, record: Record, note: Note) -> str:
        """Call ``on_attach``."""
        return self.on_attach(record, note)

    def url(self, record: Record) -> str | None:
        """Call ``on_url``."""
        return self.on_url(record)


def load_adapters(names: Collection[str] | None = None) -> tuple[CrmAdapter, ...]:
    """The adapters that installed packages offer, in the order of their names.

    Args:
        names: the entry points wanted; None for all.

    Raises:
        ConfigError: a name is not offered by any package, or what it names cannot be loaded or is no adapter.
    """
    from importlib.metadata import entry_points

    offered = {one.name: one for one in entry_points(group=ENTRY_POINTS)}
    missing = sorted(set(names or ()) - offered.keys())
    if missing:
        known = f"Offered are {', '.join(sorted(offered))}" if offered else f"None is; see the group {ENTRY_POINTS!r}"
        raise ConfigError(f"No installed package offers the adapter {missing[0]!r}.", hint=f"{known}.")
    return tuple(_made(name, offered[name].load) for name in sorted(offered if names is None else set(names)))


def _made(name: str, load: Callable[[], object]) -> CrmAdapter:
    try:
        made = load()
        if isinstance(made, type) or (callable(made) and not isinstance(made, CrmAdapter)):
            made = made()
    except Exception as error:
        raise ConfigError(f"The adapter {name!r} cannot be loaded: {type(error).__name__}: {error}.") from error
    if not isinstance(made, CrmAdapter):
        raise ConfigError(f"What the entry point {name!r} names is no adapter.", hint="See mailkit.link.adapter.")
    return made

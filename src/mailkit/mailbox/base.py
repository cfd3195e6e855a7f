"""What every way of reading a mailbox offers. The sync engine knows this protocol and nothing of IMAP or POP3.

A client belongs to one thread at a time. Every method may raise ``NetworkError`` (retryable), ``AuthError``,
``ProtocolError`` and ``LimitError``; after one of these except ``CommandRefusedError`` the connection is closed.
Reading never changes anything on the server: no ``\\Seen``, no ``\\Recent``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from mailkit.words import Role


@dataclass(frozen=True, slots=True)
class FolderInfo:
    """One folder: its name (decoded), hierarchy delimiter, attributes as the server wrote them, and what it is for."""

    name: str
    delimiter: str | None = None
    attributes: tuple[str, ...] = ()
    role: Role | None = None
    selectable: bool = True


@dataclass(frozen=True, slots=True)
class FolderState:
    """What the server says of a folder at SELECT (RFC 9051 section 6.3.2).

    ``uidnext`` is None where the server does not tell it, ``highestmodseq`` where it has no CONDSTORE (RFC 7162).
    """

    name: str
    uidvalidity: int
    uidnext: int | None
    exists: int
    highestmodseq: int | None = None
    readonly: bool = True


@dataclass(frozen=True, slots=True)
class FlagState:
    """The flags of one message, and its mod-sequence where the server has CONDSTORE."""

    flags: tuple[str, ...]
    modseq: int | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message. ``raw`` is None when it is larger than ``Limits.message_bytes``: it was not fetched.

    ``size`` is the number of bytes of ``raw``; of what was not fetched, or came empty, the server's word, which may be
    an estimate.
    ``labels`` are Gmail's (X-GM-LABELS): in "All Mail" they alone tell a sent message from a received one.
    """

    uid: int
    raw: bytes | None = field(repr=False)
    flags: tuple[str, ...]
    internaldate: datetime | None
    size: int
    labels: tuple[str, ...] = ()


class MailboxClient(Protocol):
    """A connection to one account's folders."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server offers, upper case, without what the provider is known to offer wrongly."""
        ...

    def folders(self) -> tuple[FolderInfo, ...]:
        """All folders of the account; at most one has each role."""
        ...

    def select(self, name: str, readonly: bool = True) -> FolderState:
        """Open a folder. The methods below work on the folder opened last."""
        ...

    def uids(self, low: int = 1, high: int | None = None) -> list[int]:
        """The UIDs from ``low`` to ``high`` (None: the end), ascending."""
        ...

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """The sizes in bytes; UIDs that are gone are missing."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """The messages, in batches bounded by bytes; UIDs that are gone are missing."""
        ...

    def flags(self, low: int, high: int | None = None, changed_since: int | None = None) -> dict[int, FlagState]:
        """The flags from ``low`` to ``high``; with ``changed_since`` (CONDSTORE) only of messages changed after it."""
        ...

    def find(self, message_id: str) -> list[int]:
        """The UIDs in the open folder with this Message-ID (without brackets)."""
        ...

    def append(self, folder: str, raw: bytes, flags: Sequence[str] = (), date: datetime | None = None) -> int | None:
        """Put a message into a folder; its UID where the server tells it (UIDPLUS, RFC 4315)."""
        ...

    def idle(self, timeout: float) -> bool:
        """Wait until the open folder changes or ``timeout`` seconds have passed; whether it changed."""
        ...

    def noop(self) -> None:
        """Keep the connection alive."""
        ...

    def close(self) -> None:
        """End the connection. Never raises."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

"""One FETCH response as a row. PURE. Only what mailkit asks for is read; anything else is ignored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from mailkit.errors import ProtocolError

from .response import Value, pairs, read_date, text_of
from .uidset import MOST

_MAX_FLAGS = 1000
_RESPONSES = (b"FETCH", b"UIDFETCH")


@dataclass(frozen=True, slots=True)
class Row:
    """What a server said of one message. None: it did not say."""

    uid: int
    size: int | None = None
    flags: tuple[str, ...] | None = None
    internaldate: datetime | None = None
    modseq: int | None = None
    body: bytes | None = field(default=None, repr=False)
    labels: tuple[str, ...] | None = None

    def contradicts(self, earlier: Row | None) -> bool:
        """Whether both have a content, and not the same."""
        bodies = (self.body, earlier.body if earlier is not None else None)
        return None not in bodies and bodies[0] != bodies[1]

    def over(self, earlier: Row | None) -> Row:
        """This row completed by an earlier one: servers may answer one FETCH with several responses."""
        if earlier is None:
            return self
        return Row(
            self.uid,
            self.size if self.size is not None else earlier.size,
            self.flags if self.flags is not None else earlier.flags,
            self.internaldate or earlier.internaldate,
            self.modseq if self.modseq is not None else earlier.modseq,
            self.body if self.body is not None else earlier.body,
            self.labels if self.labels is not None else earlier.labels,
        )


def read_row(values: list[Value], uidonly: bool = False) -> Row | None:
    """The row of ``12 (UID 5 FLAGS (\\Seen))``; None without a UID (an unsolicited response).

    ``uidonly``: a UIDFETCH response (RFC 9586), where the number in front is the UID and not a position.

    Raises:
        ProtocolError: a content and what cannot stand beside one: its literal was longer than it is, and the next
            response was taken for the rest of this one.
    """
    items = values[1] if len(values) > 1 else None
    if not isinstance(items, list):
        return None
    found = pairs(items)
    if b"BODY[]" in found and not _are_items(items):
        raise ProtocolError("The server announced a wrong size for what it sent.")
    uid = _number(values[0] if uidonly else found.get(b"UID"))
    if not uid:
        return None
    flags = found.get(b"FLAGS")
    modseq = found.get(b"MODSEQ")
    labels = found.get(b"X-GM-LABELS")
    return Row(
        uid,
        _number(found.get(b"RFC822.SIZE")),
        _flags(flags) if isinstance(flags, list) else None,
        read_date(found.get(b"INTERNALDATE")),
        _number(modseq[0]) if isinstance(modseq, list) and modseq else None,
        _body(found),
        _flags(labels) if isinstance(labels, list) else None,
    )


def _are_items(items: list[Value]) -> bool:
    """Whether these are names and values. A name may come twice, as some servers repeat UID, but not with another
    value."""
    found: dict[bytes, Value] = {}
    for name, value in zip(items[::2], items[1::2], strict=False):
        if not isinstance(name, bytes) or not name[:1].isalpha() or name.upper() in _RESPONSES:
            return False
        if found.setdefault(name.upper(), value) != value:
            return False
    return len(items) % 2 == 0


def _body(found: dict[bytes, Value]) -> bytes | None:
    if b"BODY[]" not in found:
        return None
    value = found[b"BODY[]"]
    return value if isinstance(value, bytes) else b""  # NIL: an empty message


def _flags(values: list[Value]) -> tuple[str, ...]:
    names = dict.fromkeys(text_of(value) for value in values[:_MAX_FLAGS])
    return tuple(name for name in names if name and name.casefold() != "\\recent")


def _number(value: Value) -> int | None:
    if isinstance(value, bytes) and value.isdigit() and len(value) <= 20 and int(value) <= MOST:
        return int(value)
    return None

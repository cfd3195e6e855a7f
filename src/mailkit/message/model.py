"""What a parsed message is: parts that are ranges of the raw bytes, read only when asked.

A Message owns the raw bytes and the flat tuple of its Parts; a Part knows its range and its headers. Everything that
costs time (transfer decoding, charsets, addresses, dates, enclosed messages) happens at the first access and is kept.
Seen from outside both are immutable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from mailkit.message.address import Address, parse_addresses
from mailkit.message.bodies import Lists, sort_parts
from mailkit.message.charset import decode, plain_line_ends
from mailkit.message.dates import parse_date
from mailkit.message.headers import Headers
from mailkit.message.ids import parse_ids
from mailkit.message.lazy import lazy
from mailkit.message.params import Parameters, read_disposition, read_encoding
from mailkit.message.transfer import clean_base64, decode_transfer
from mailkit.words import Limits

__all__ = ["Ambiguity", "Defect", "Message", "Part"]

_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
_NO_PARAMS = Parameters("")


@dataclass(frozen=True, slots=True)
class Defect:
    """Something broken. ``code`` is stable; ``part`` is the index of the part, None for the whole message."""

    code: str
    detail: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Something that other readers may understand otherwise: two From fields, two encodings, two file names."""

    code: str
    detail: str
    part: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: at which depth in the outermost one, and down to which depth messages are opened.

    Every enclosed message is a copy of its bytes, so the copies together are bounded by ``nesting`` times the size of
    the outermost message, which the parser keeps below ``limits.decoded_bytes``.
    """

    limits: Limits
    depth: int
    nesting: int


class Part:
    """One part of a message: a leaf, a multipart, or an enclosed message.

    Attributes:
        index: the place in ``message.parts``. parent: that of the enclosing multipart, None for the root.
        depth: 0 for the root. content_type: in lower case. params: of the content type, decoded.
        start, end: the range of the body in the raw bytes of its message, transfer encoding still on.
        encoding: the transfer encoding in lower case. children: indexes of the parts of a multipart.
        is_multipart: false where the limit of depth kept a multipart closed.
    """

    def __init__(
        self,
        raw: bytes,
        headers: Headers,
        content: Parameters,
        *,
        index: int,
        parent: int | None,
        depth: int,
        start: int,
        end: int,
        is_multipart: bool,
        place: Place,
    ) -> None:
        self._raw = raw
        self._place = place
        self._limits = place.limits
        self.headers = headers
        self.index = index
        self.parent = parent
        self.depth = depth
        self.start = start
        self.end = end
        self.is_multipart = is_multipart
        self.content_type = content.value
        self.params: Mapping[str, str] = MappingProxyType(content.params) if content.params else _EMPTY
        self.children: tuple[int, ...] = ()

    def set_children(self, children: tuple[int, ...]) -> None:
        """For the parser only, once, before the message is handed out."""
        self.children = children

    @property
    def is_partless(self) -> bool:
        """Whether this is a multipart in which no part was found: its text is shown rather than lost."""
        if not self.is_multipart or self.children or self.start >= self.end:
            return False
        return not self._raw[self.start : self.end].isspace()

    def __repr__(self) -> str:
        return f"Part({self.index}, {self.content_type!r}, {self.start}:{self.end})"

    @lazy
    def encoding(self) -> str:
        """The transfer encoding's plain name (``7bit`` where none is given), unknown ones as they are written."""
        raw = self.headers.raw("content-transfer-encoding")
        return "7bit" if raw is None else read_encoding(raw)

    @property
    def charset(self) -> str | None:
        """The declared charset in lower case, or None."""
        return self.params.get("charset", "").strip().lower() or None

    @lazy
    def _disposition(self) -> Parameters:
        raw = self.headers.raw("content-disposition")
        return _NO_PARAMS if raw is None else read_disposition(raw, self._limits.params)

    @property
    def disposition(self) -> str | None:
        """``inline``, ``attachment``, or None. An unknown one is an attachment (RFC 2183 section 2.8)."""
        value = self._disposition.value
        if not value:
            return None
        return "inline" if value == "inline" else "attachment"

    @property
    def filename(self) -> str | None:
        """The name the sender gave, decoded, not made safe: see ``safe_filename``. Content-Disposition counts first."""
        return self._disposition.params.get("filename") or self.params.get("name") or None

    @lazy
    def content_id(self) -> str | None:
        """The Content-ID without brackets, or None."""
        raw = self.headers.raw("content-id")
        return next(iter(parse_ids(raw)), None) if raw is not None else None

    @lazy
    def _decoded(self) -> tuple[bytes, str | None]:
        end = min(self.end, self.start + self._limits.decoded_bytes)
        if self.is_multipart:
            return self._raw[self.start : end], None
        if self.encoding == "base64" and (clean := clean_base64(self._raw, self.start, end)) is not None:
            content, defect = clean, None
        else:
            content, defect = decode_transfer(self._raw[self.start : end], self.encoding)
        return content, defect or ("decoded-bytes" if end < self.end else None)

    @property
    def content(self) -> bytes:
        """The body with the transfer encoding undone. Damaged encodings give what can be read."""
        return self._decoded[0]

    @property
    def content_defect(self) -> str | None:
        """The code of the defect found while undoing the transfer encoding, or None."""
        return self._decoded[1]

    @property
    def size(self) -> int:
        """The number of bytes of ``content``."""
        return len(self.content)

    @lazy
    def _text(self) -> tuple[str, bool]:
        text, right = decode(self.content, self.charset)
        return plain_line_ends(text.removeprefix("\ufeff")), right

    @property
    def text(self) -> str:
        """``content`` as text: declared charset, else UTF-8, else a guess, else windows-1252. CRLF becomes LF, and so
        does CR where it is the only line end; a byte order mark goes."""
        return self._text[0]

    @property
    def charset_defect(self) -> bool:
        """Whether the text is not in the declared charset (or, without one, not ASCII)."""
        return not self._text[1]

    @lazy
    def message(self) -> Message | None:
        """The enclosed message of a ``message/rfc822`` part; None for other parts and beyond the limit of depth."""
        from mailkit.message.parse import parse_at

        if self.content_type not in _MESSAGE_TYPES:
            return None
        place = Place(self._limits, self._place.depth + self.depth + 1, self._place.nesting)
        if place.depth > place.nesting:
            return None
        return parse_at(self.content, place)


_EMPTY: Mapping[str, str] = MappingProxyType({})


class Message:
    """A parsed message. Made by ``parse``; immutable.

    Attributes:
        raw: the bytes. parts: all parts, multiparts included, in document order; index 0 is the root.
        depth: 0, or the depth at which it is enclosed in another message.
    """

    def __init__(self, raw: bytes, parts: tuple[Part, ...], defects: tuple[Defect, ...], place: Place) -> None:
        self.raw = raw
        self.parts = parts
        self.limits = place.limits
        self.depth = place.depth
        self.structure_defects = defects

    def __repr__(self) -> str:
        return f"Message({len(self.raw)} bytes, {len(self.parts)} parts)"

    @property
    def size(self) -> int:
        """The number of raw bytes."""
        return len(self.raw)

    @property
    def headers(self) -> Headers:
        """The header fields of the message."""
        return self.parts[0].headers

    @lazy
    def _lists(self) -> Lists:
        return sort_parts(self.parts)

    @lazy
    def text_body(self) -> tuple[Part, ...]:
        """The parts to show as plain text, in order (RFC 8621 section 4.1.4). May hold HTML where there is no text."""
        return tuple(self.parts[index] for index in self._lists.text)

    @lazy
    def html_body(self) -> tuple[Part, ...]:
        """The parts to show as HTML, in order. May hold plain text where there is no HTML."""
        return tuple(self.parts[index] for index in self._lists.html)

    @lazy
    def attachments(self) -> tuple[Part, ...]:
        """All other leaf parts, inline images among them."""
        return tuple(self.parts[index] for index in self._lists.attachments)

    @lazy
    def subject(self) -> str:
        """The decoded Subject, or ""."""
        return self.headers.get("subject") or ""

    def _ids(self, name: str) -> tuple[str, ...]:
        raw = self.headers.raw(name)
        return () if raw is None else parse_ids(raw)

    @lazy
    def message_id(self) -> str | None:
        """The Message-ID without brackets, or None."""
        return next(iter(self._ids("message-id")), None)

    @lazy
    def in_reply_to(self) -> tuple[str, ...]:
        """The ids of In-Reply-To, without brackets."""
        return self._ids("in-reply-to")

    @lazy
    def references(self) -> tuple[str, ...]:
        """The ids of References, oldest first, without brackets; the newest ``limits.references`` and the first."""
        found = self._ids("references")
        most = max(self.limits.references, 2)
        return found if len(found) <= most else (found[0], *found[-(most - 1) :])

    @lazy
    def date(self) -> datetime | None:
        """The Date, aware, with the sender's offset; None if there is none that can be read."""
        raw = self.headers.raw("date")
        return None if raw is None else parse_date(raw)

    def _addresses(self, name: str) -> tuple[Address, ...]:
        found: list[Address] = []
        for raw in self.headers.raw_all(name):
            found.extend(parse_addresses(raw, self.limits.addresses - len(found)))
            if len(found) >= self.limits.addresses:
                break
        return tuple(found)

    @lazy
    def from_(self) -> tuple[Address, ...]:
        """All authors: of every From field, where there are several (which is an ambiguity)."""
        return self._addresses("from")

    @lazy
    def sender(self) -> Address | None:
        """The Sender, or None."""
        return next(iter(self._addresses("sender")), None)

    @lazy
    def reply_to(self) -> tuple[Address, ...]:
        """The Reply-To addresses."""
        return self._addresses("reply-to")

    @lazy
    def to(self) -> tuple[Address, ...]:
        """The To addresses."""
        return self._addresses("to")

    @lazy
    def cc(self) -> tuple[Address, ...]:
        """The Cc addresses."""
        return self._addresses("cc")

    @lazy
    def bcc(self) -> tuple[Address, ...]:
        """The Bcc addresses (in drafts and sent copies)."""
        return self._addresses("bcc")

    @lazy
    def content_summary(self) -> tuple[str, bool]:
        """SHA-256 (hex) over the decoded parts, as ``content_digest`` gives it, and whether there is no content."""
        from mailkit.message.identity import summarise

        return summarise(self)

    @lazy
    def defects(self) -> tuple[Defect, ...]:
        """All that is broken. The first access decodes every part once."""
        from mailkit.message.checks import find_defects

        return find_defects(self)

    @lazy
    def ambiguities(self) -> tuple[Ambiguity, ...]:
        """All that other readers may understand otherwise."""
        from mailkit.message.checks import find_ambiguities

        return find_ambiguities(self)

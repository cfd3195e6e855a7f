"""What a parsed message is: parts that are ranges of the raw bytes, read only when asked.

A Message owns the raw bytes and the flat tuple of its Parts; a Part knows its range and its headers. Everything that
costs time (transfer decoding, charsets, addresses, dates, enclosed messages) happens at the first access and is kept,
in an attribute that is None until then. Two threads may both compute a value; the values are equal. Seen from outside
both are immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from mailkit.message.address import Address, parse_addresses
from mailkit.message.bodies import Lists, sort_parts
from mailkit.message.charset import decode, plain_line_ends
from mailkit.message.checks import find_ambiguities, find_defects
from mailkit.message.dates import parse_date
from mailkit.message.findings import Ambiguity, Defect
from mailkit.message.headers import Headers
from mailkit.message.identity import summarise
from mailkit.message.ids import parse_ids
from mailkit.message.params import Parameters, read_disposition, read_encoding
from mailkit.message.transfer import clean_base64, decode_transfer
from mailkit.words import Limits

__all__ = ["Ambiguity", "Defect", "Message", "Part"]

_MESSAGE_TYPES = frozenset({"message/rfc822", "message/global", "message/news"})
_PACKED = ("base64", "quoted-printable")
_NO_PARAMS = Parameters("")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: at which depth in the outermost one, down to which depth messages are opened, by what.

    Every enclosed message is a copy of its bytes, so the copies together are bounded by ``nesting`` times the size of
    the outermost message, which the parser keeps below ``limits.decoded_bytes``.
    """

    limits: Limits
    depth: int
    nesting: int
    parse: Callable[[bytes, Place], Message]


class Part:
    """One part of a message: a leaf, a multipart, or an enclosed message.

    Attributes:
        index: the place in ``message.parts``. parent: that of the enclosing multipart, None for the root.
        depth: 0 for the root. content_type: in lower case. params: of the content type, decoded.
        start, end: the range of the body in the raw bytes of its message, transfer encoding still on.
        encoding: the transfer encoding in lower case. children: indexes of the parts of a multipart.
        is_multipart: false where the limit of depth kept a multipart closed.
    """

    _encoding: str | None = None
    _disposed: Parameters | None = None
    _content_ids: tuple[str, ...] | None = None
    _decoded: tuple[bytes, str | None] | None = None
    _read: tuple[str, bool] | None = None
    _opened: tuple[Message | None] | None = None
    _room: int | None = None

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

    def set_room(self, room: int) -> None:
        """For the parser only: how many bytes may be decoded here, where the message has more than its limit."""
        self._room = room

    @property
    def is_partless(self) -> bool:
        """Whether this is a multipart in which no part was found: its text is shown rather than lost."""
        if not self.is_multipart or self.children or self.start >= self.end:
            return False
        return not self._raw[self.start : self.end].isspace()

    def __repr__(self) -> str:
        return f"Part({self.index}, {self.content_type!r}, {self.start}:{self.end})"

    @property
    def encoding(self) -> str:
        """The transfer encoding's plain name (``7bit`` where none is given), unknown ones as they are written."""
        if self._encoding is None:
            raw = self.headers.raw("content-transfer-encoding")
            self._encoding = "7bit" if raw is None else read_encoding(raw)
        return self._encoding

    @property
    def charset(self) -> str | None:
        """The declared charset in lower case, or None."""
        return self.params.get("charset", "").strip().lower() or None

    def _disposition(self) -> Parameters:
        if self._disposed is None:
            raw = self.headers.raw("content-disposition")
            self._disposed = _NO_PARAMS if raw is None else read_disposition(raw, self._limits.params)
        return self._disposed

    @property
    def disposition(self) -> str | None:
        """``inline``, ``attachment``, or None. An unknown one is an attachment (RFC 2183 section 2.8)."""
        value = self._disposition().value
        if not value:
            return None
        return "inline" if value == "inline" else "attachment"

    @property
    def filename(self) -> str | None:
        """The name the sender gave, decoded, not made safe: see ``safe_filename``. Content-Disposition counts first."""
        return self._disposition().params.get("filename") or self.params.get("name") or None

    @property
    def content_id(self) -> str | None:
        """The Content-ID without brackets, or None."""
        if self._content_ids is None:
            raw = self.headers.raw("content-id")
            self._content_ids = () if raw is None else parse_ids(raw)
        return self._content_ids[0] if self._content_ids else None

    def _decode(self) -> tuple[bytes, str | None]:
        end = min(self.end, self.start + (self._limits.decoded_bytes if self._room is None else self._room))
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
        if self._decoded is None:
            self._decoded = self._decode()
        return self._decoded[0]

    @property
    def content_defect(self) -> str | None:
        """The code of the defect found while undoing the transfer encoding, or None."""
        if self._decoded is None:
            self._decoded = self._decode()
        return self._decoded[1]

    @property
    def size(self) -> int:
        """The number of bytes of ``content``."""
        return len(self.content)

    def _text(self) -> tuple[str, bool]:
        if self._read is None:
            text, right = decode(self.content, self.charset)
            self._read = plain_line_ends(text.removeprefix("\ufeff")), right
        return self._read

    @property
    def text(self) -> str:
        """``content`` as text: declared charset, else UTF-8, else a guess, else windows-1252. CRLF becomes LF, and so
        does CR where it is the only line end; a byte order mark goes."""
        return self._text()[0]

    @property
    def charset_defect(self) -> bool:
        """Whether the text is not in the declared charset (or, without one, not ASCII)."""
        return not self._text()[1]

    @property
    def message(self) -> Message | None:
        """The enclosed message of a ``message/rfc822`` part; None for other parts and beyond the limit of depth."""
        if self.content_type not in _MESSAGE_TYPES:
            return None
        if self._opened is None:
            self._opened = (self._open(self.content),)
        return self._opened[0]

    @property
    def undone(self) -> Message | None:
        """A multipart with its transfer encoding undone, where no part is found as it stands: it may have none (RFC
        2045 section 6.4), yet some programs undo it. None for other parts, and beyond the limit of depth."""
        if self.encoding not in _PACKED or not self.is_partless:
            return None
        if self._opened is None:
            head = b"Content-Type: " + (self.headers.raw("content-type") or b"").strip() + b"\r\n\r\n"
            found = self._open(head + decode_transfer(self.content, self.encoding)[0])
            self._opened = (found if found is not None and len(found.parts) > 1 else None,)
        return self._opened[0]

    def _open(self, raw: bytes) -> Message | None:
        outer = self._place
        place = Place(self._limits, outer.depth + self.depth + 1, outer.nesting, outer.parse)
        return None if place.depth > place.nesting else outer.parse(raw, place)


_EMPTY: Mapping[str, str] = MappingProxyType({})


class Message:
    """A parsed message. Made by ``parse``; immutable.

    Attributes:
        raw: the bytes. parts: all parts, multiparts included, in document order; index 0 is the root.
        headers: the header fields of the message.
        depth: 0, or the depth at which it is enclosed in another message.
    """

    _sorted: Lists | None = None
    _subject: str | None = None
    _message_ids: tuple[str, ...] | None = None
    _in_reply_to: tuple[str, ...] | None = None
    _references: tuple[str, ...] | None = None
    _date: tuple[datetime | None] | None = None
    _people: dict[str, tuple[Address, ...]] | None = None
    _summary: tuple[str, bool] | None = None
    _defects: tuple[Defect, ...] | None = None
    _ambiguities: tuple[Ambiguity, ...] | None = None

    def __init__(self, raw: bytes, parts: tuple[Part, ...], defects: tuple[Defect, ...], place: Place) -> None:
        self.raw = raw
        self.parts = parts
        self.headers = parts[0].headers
        self.limits = place.limits
        self.depth = place.depth
        self.structure_defects = defects

    def __repr__(self) -> str:
        return f"Message({len(self.raw)} bytes, {len(self.parts)} parts)"

    @property
    def size(self) -> int:
        """The number of raw bytes."""
        return len(self.raw)

    def _lists(self) -> Lists:
        if self._sorted is None:
            self._sorted = sort_parts(self.parts)
        return self._sorted

    @property
    def text_body(self) -> tuple[Part, ...]:
        """The parts to show as plain text, in order (RFC 8621 section 4.1.4). May hold HTML where there is no text."""
        return tuple([self.parts[index] for index in self._lists().text])

    @property
    def html_body(self) -> tuple[Part, ...]:
        """The parts to show as HTML, in order. May hold plain text where there is no HTML."""
        return tuple([self.parts[index] for index in self._lists().html])

    @property
    def attachments(self) -> tuple[Part, ...]:
        """All other leaf parts, inline images among them."""
        return tuple([self.parts[index] for index in self._lists().attachments])

    @property
    def subject(self) -> str:
        """The decoded Subject, or ""."""
        if self._subject is None:
            self._subject = self.headers.get("subject") or ""
        return self._subject

    def _ids(self, name: str) -> tuple[str, ...]:
        raw = self.headers.raw(name)
        return () if raw is None else parse_ids(raw)

    @property
    def message_id(self) -> str | None:
        """The Message-ID without brackets, or None."""
        if self._message_ids is None:
            self._message_ids = self._ids("message-id")
        return self._message_ids[0] if self._message_ids else None

    @property
    def in_reply_to(self) -> tuple[str, ...]:
        """The ids of In-Reply-To, without brackets."""
        if self._in_reply_to is None:
            self._in_reply_to = self._ids("in-reply-to")
        return self._in_reply_to

    @property
    def references(self) -> tuple[str, ...]:
        """The ids of References, oldest first, without brackets; the newest ``limits.references`` and the first."""
        if self._references is None:
            found = self._ids("references")
            most = max(self.limits.references, 2)
            self._references = found if len(found) <= most else (found[0], *found[-(most - 1) :])
        return self._references

    @property
    def date(self) -> datetime | None:
        """The Date, aware, with the sender's offset; None if there is none that can be read."""
        if self._date is None:
            raw = self.headers.raw("date")
            self._date = (None if raw is None else parse_date(raw),)
        return self._date[0]

    def _addresses(self, name: str) -> tuple[Address, ...]:
        if self._people is None:
            self._people = {}
        if name not in self._people:
            self._people[name] = self._read_addresses(name)
        return self._people[name]

    def _read_addresses(self, name: str) -> tuple[Address, ...]:
        fields = self.headers.raw_all(name)
        if len(fields) == 1:
            return parse_addresses(fields[0], self.limits.addresses)
        found: list[Address] = []
        for raw in fields:
            found.extend(parse_addresses(raw, self.limits.addresses - len(found)))
            if len(found) >= self.limits.addresses:
                break
        return tuple(found)

    @property
    def from_(self) -> tuple[Address, ...]:
        """All authors: of every From field, where there are several (which is an ambiguity)."""
        return self._addresses("from")

    @property
    def sender(self) -> Address | None:
        """The Sender, or None."""
        found = self._addresses("sender")
        return found[0] if found else None

    @property
    def reply_to(self) -> tuple[Address, ...]:
        """The Reply-To addresses."""
        return self._addresses("reply-to")

    @property
    def to(self) -> tuple[Address, ...]:
        """The To addresses."""
        return self._addresses("to")

    @property
    def cc(self) -> tuple[Address, ...]:
        """The Cc addresses."""
        return self._addresses("cc")

    @property
    def bcc(self) -> tuple[Address, ...]:
        """The Bcc addresses (in drafts and sent copies)."""
        return self._addresses("bcc")

    @property
    def content_summary(self) -> tuple[str, bool]:
        """SHA-256 (hex) over the decoded parts, as ``content_digest`` gives it, and whether there is no content."""
        if self._summary is None:
            self._summary = summarise(self)
        return self._summary

    @property
    def defects(self) -> tuple[Defect, ...]:
        """All that is broken. The first access decodes every part once."""
        if self._defects is None:
            self._defects = find_defects(self)
        return self._defects

    @property
    def ambiguities(self) -> tuple[Ambiguity, ...]:
        """All that other readers may understand otherwise."""
        if self._ambiguities is None:
            self._ambiguities = find_ambiguities(self)
        return self._ambiguities

"""TNEF, the ``winmail.dat`` of Outlook and Exchange (MS-OXTNEF): bodies, attachments, enclosed messages.

A stream is a list of attributes (level, id, length, data, checksum). Attributes of the message come first; each
``attAttachRendData`` begins an attachment. Most of what matters stands in property lists (``mapi``). Enclosed messages
are streams of their own and are opened when asked for. Nothing here raises, whatever the bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from mailkit.message.charset import decode
from mailkit.words import Limits

from .lzfu import decompress
from .mapi import Properties, codec_of, read_properties
from .rtf import RtfText, read_rtf

__all__ = ["Tnef", "TnefFile", "is_tnef", "read_tnef"]

SIGNATURE = b"\x78\x9f\x3e\x22"
MEETINGS = "ipm.schedule.meeting."  # how the message class of invitations and answers to them begins
MAX_SERIES = 64 * 1024  # bytes of a rule of recurrence, exceptions included
MAX_RTF = 4 * 1024 * 1024  # bytes of RTF that are made out of a compressed one
MAX_CHECKED = 64 * 1024  # bytes of an attribute whose checksum is looked at
_ATTRIBUTE = struct.Struct("<BII")
_DEFAULT = Limits()
(_CODEPAGE, _CLASS, _PROPERTIES, _SUBJECT, _BODY) = (0x69007, 0x78008, 0x69003, 0x18004, 0x2800C)
(_RENDER, _DATA, _TITLE, _NAME, _ATTACHED) = (0x69002, 0x6800F, 0x18010, 0x69001, 0x69005)
_IMESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_EMBEDDED = 5  # PidTagAttachMethod: the attachment is a message
_MEETING = bytes.fromhex("90dad86e0b451b1098da00aa003f1305")
_APPOINTMENT = bytes.fromhex("0220060000000000c000000000000046")


@dataclass(slots=True)
class _Attachment:
    """Where the pieces of one attachment lie in the stream."""

    title: str = ""
    name: str = ""
    data: tuple[int, int] = (0, 0)
    properties: Properties | None = None


@dataclass
class TnefFile:
    """One attachment.

    ``name`` is as the sender gave it, "" if not at all. ``content_type`` is PidTagAttachMimeTag, "" where Outlook does
    not say; of an enclosed message ``application/ms-tnef``. ``hidden``: for use by the HTML only. ``interface``: of an
    enclosed object the 16 bytes before its content that name the interface (MS-OXTNEF section 2.1.3.4).
    """

    name: str
    content_type: str
    content_id: str
    hidden: bool
    is_message: bool
    interface: bytes
    _data: bytes = field(repr=False)
    _span: tuple[int, int]
    _limits: Limits
    _depth: int

    @property
    def size(self) -> int:
        """The number of bytes of ``content``."""
        return self._span[1] - self._span[0]

    @property
    def content(self) -> bytes:
        """The bytes of the attachment; of an enclosed message its TNEF stream."""
        return self._data[self._span[0] : self._span[1]]

    @cached_property
    def message(self) -> Tnef | None:
        """The enclosed message; None for other attachments and beyond ``limits.depth``."""
        if not self.is_message or self._depth + 1 > min(self._limits.depth, MAX_NESTING):
            return None
        return _read(self.content, self._limits, self._depth + 1)


MAX_NESTING = 10  # enclosed messages are copies of their bytes: so many copies at most


@dataclass
class Tnef:
    """What a TNEF stream holds.

    Attributes:
        message_class: ``IPM.Note``, ``IPM.Schedule.Meeting.Request``, "" if it is not told.
        charset: of texts that are not Unicode. sender: "Ana <ana@acme.example>", of enclosed messages, "" if unknown.
        body: the plain text, "" if there is none. html_source: PidTagHtml as text, not sanitised.
        files: the attachments in order. defects: what cannot be read, as sentences.
        series, clock: how a meeting recurs and in which zone, as Outlook stores it (``outlook_series``). replaces: the
            start of the one occurrence that the stream speaks of.
    """

    message_class: str = ""
    charset: str = "cp1252"
    subject: str = ""
    sender: str = ""
    date: datetime | None = None
    message_id: str = ""
    body: str = ""
    html_source: str = ""
    files: tuple[TnefFile, ...] = ()
    defects: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    location: str = ""
    meeting_id: str = ""
    all_day: bool = False
    series: bytes = field(default=b"", repr=False)
    clock: bytes = field(default=b"", repr=False)
    replaces: datetime | None = None
    _compressed: bytes = field(default=b"", repr=False)

    @cached_property
    def _rtf(self) -> tuple[bytes, str]:
        return decompress(self._compressed, MAX_RTF) if self._compressed else (b"", "")

    @property
    def rtf(self) -> bytes:
        """The RTF body, decompressed, at most ``MAX_RTF`` bytes."""
        return self._rtf[0]

    @property
    def rtf_defect(self) -> str:
        """What is wrong with the compressed RTF, "" if nothing."""
        return self._rtf[1]

    @cached_property
    def _read_rtf(self) -> RtfText:
        return read_rtf(self.rtf) if self.rtf else RtfText()

    @property
    def html(self) -> str:
        """The HTML body, not sanitised: PidTagHtml, else what the RTF encapsulates (MS-OXRTFEX); "" if none."""
        return self.html_source or self._read_rtf.html

    @property
    def text(self) -> str:
        """The plain text: the stream's own, else that of the RTF; "" where there is only HTML or nothing."""
        return self.body or ("" if self.html else self._read_rtf.text)


def is_tnef(data: bytes) -> bool:
    """Whether the bytes begin as a TNEF stream does."""
    return data.startswith(SIGNATURE)


def read_tnef(data: bytes, limits: Limits = _DEFAULT) -> Tnef:
    """Read a TNEF stream. Never raises; linear; at most ``limits.parts`` attachments."""
    return _read(data, limits, 0)


def _read(data: bytes, limits: Limits, depth: int) -> Tnef:
    if not is_tnef(data):
        return Tnef(defects=("this is no TNEF stream",))
    reader = _Reader(data, limits, depth)
    reader.run()
    return reader.result()


class _Reader:
    """One pass over the attributes."""

    def __init__(self, data: bytes, limits: Limits, depth: int) -> None:
        self.data = data
        self.limits = limits
        self.depth = depth
        self.charset = "cp1252"
        self.texts: dict[int, str] = {}
        self.properties = Properties(data)
        self.files: list[_Attachment] = []
        self.defects: list[str] = []

    def run(self) -> None:
        at, size = 6, len(self.data)
        for _ in range(self.limits.parts * 20):
            if at + _ATTRIBUTE.size > size:
                return
            level, tag, length = _ATTRIBUTE.unpack_from(self.data, at)
            start = at + _ATTRIBUTE.size
            end = start + length
            if level not in (1, 2):
                return self._report("there is something that is no attribute")
            if end > size:
                self._report("the stream breaks off")
                end = size
            elif length <= MAX_CHECKED and end + 2 <= size:
                self._check(start, end)
            if not (self._message(tag, start, end) if level == 1 else self._attachment(tag, start, end)):
                return self._report(f"only the first {self.limits.parts} attachments were read")
            at = end + 2
        return self._report("there are too many attributes")

    def _report(self, what: str) -> None:
        if len(self.defects) < 50 and what not in self.defects:
            self.defects.append(what)

    def _check(self, start: int, end: int) -> None:
        if sum(self.data[start:end]) & 0xFFFF != int.from_bytes(self.data[end : end + 2], "little"):
            self._report("a checksum is wrong")

    def _text(self, start: int, end: int) -> str:
        raw = self.data[start : min(end, start + self.limits.text_bytes)]
        return decode(raw, self.charset, guess=False)[0].partition("\0")[0]

    def _message(self, tag: int, start: int, end: int) -> bool:
        if tag == _CODEPAGE and end - start >= 4:
            self.charset = codec_of(int.from_bytes(self.data[start : start + 4], "little"))
        elif tag == _PROPERTIES and not self.properties.found:
            self.properties = read_properties(self.data, start, end, self.charset)
            for what in self.properties.defects:
                self._report(what)
        elif tag in (_CLASS, _SUBJECT, _BODY):
            self.texts.setdefault(tag, self._text(start, end))
        return True

    def _attachment(self, tag: int, start: int, end: int) -> bool:
        if tag == _RENDER:
            if len(self.files) >= self.limits.parts:
                return False
            self.files.append(_Attachment())
        elif not self.files:
            self._report("an attachment has no beginning")
            return True
        file = self.files[-1]
        if tag == _DATA:
            file.data = (start, end)
        elif tag == _TITLE:
            file.title = self._text(start, end)
        elif tag == _NAME:
            file.name = self._text(start, end)
        elif tag == _ATTACHED and file.properties is None:
            file.properties = read_properties(self.data, start, end, self.charset)
            for what in file.properties.defects:
                self._report(what)
        return True

    def result(self) -> Tnef:
        own, most = self.properties, self.limits.text_bytes
        page = own.number(0x3FDE) or own.number(0x3FFD)  # PidTagInternetCodepage, PidTagMessageCodepage
        charset = codec_of(page) if page and page > 0 else self.charset
        span = own.span(0x1013) or (0, 0)  # PidTagHtml: the first two MiB, as of any text
        html = self.data[span[0] : min(span[1], span[0] + most)]
        name, address = own.text(0x0042, 0x0C1A), own.text(0x5D02, 0x5D01, 0x0065, 0x0C1F)
        return Tnef(
            message_class=own.text(0x001A) or self.texts.get(_CLASS, "").replace("IPM.Microsoft Mail.", "IPM."),
            charset=self.charset,
            subject=(own.text(0x0037) or self.texts.get(_SUBJECT, ""))[:2000],
            sender=f"{name} <{address}>".strip() if "@" in address else name,
            date=own.time(0x0039) or own.time(0x0E06),
            message_id=own.text(0x1035).strip("<> "),
            body=(own.text(0x1000) or self.texts.get(_BODY, "")).replace("\r\n", "\n")[:most],
            html_source=decode(html, charset, guess=False)[0].replace("\r\n", "\n").rstrip("\0"),
            files=tuple(self._file(found) for found in self.files),
            defects=tuple(self.defects),
            start=own.named_time(_APPOINTMENT, 0x820D) or own.time(0x0060),
            end=own.named_time(_APPOINTMENT, 0x820E) or own.time(0x0061),
            location=own.named_text(_APPOINTMENT, 0x8208) or own.named_text(_MEETING, 0x0002),
            meeting_id=(own.named_raw(_MEETING, 0x0023) or own.named_raw(_MEETING, 0x0003))[:500].hex().upper(),
            all_day=bool(own.named_number(_APPOINTMENT, 0x8215)),
            series=own.named_raw(_APPOINTMENT, 0x8216)[:MAX_SERIES],
            clock=own.named_raw(_APPOINTMENT, 0x8233)[:48],
            replaces=own.named_time(_APPOINTMENT, 0x8228),
            _compressed=own.raw(0x1009)[: MAX_RTF + 16],
        )

    def _file(self, found: _Attachment) -> TnefFile:
        own = found.properties or Properties(self.data)
        span = own.span(0x3701) or found.data
        is_object = own.is_object(0x3701) and span[1] - span[0] >= 16
        interface = self.data[span[0] : span[0] + 16] if is_object else b""
        span = (span[0] + len(interface), span[1])
        is_message = own.number(0x3705) == _EMBEDDED or interface == _IMESSAGE
        is_message = is_message and self.data.startswith(SIGNATURE, span[0], span[1])
        name = own.text(0x3707) or found.name or own.text(0x3704) or found.title or own.text(0x3001)
        return TnefFile(
            name=name[:1000],
            content_type="application/ms-tnef" if is_message else own.text(0x370E)[:200].strip().lower(),
            content_id=own.text(0x3712)[:500].strip("<> "),
            hidden=bool(own.number(0x7FFE)) or bool((own.number(0x3714) or 0) & 4),
            is_message=is_message,
            interface=interface,
            _data=self.data,
            _span=span,
            _limits=self.limits,
            _depth=self.depth,
        )

"""Mail written by hand, byte by byte, with nothing of mailkit's own writer: reader and writer are tested
apart.

An ``Entity`` is MIME headers and a body (RFC 2045); ``message`` puts the mail's own headers before one. All
output has CRLF line ends. Nothing here knows a clock or a random number.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

__all__ = [
    "Entity",
    "address",
    "attachment",
    "date",
    "encoded_word",
    "field",
    "message",
    "multipart",
    "pdf",
    "png",
    "text",
    "usable_charset",
]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPECIALS = set('()<>[]:;@\\,."')
_QP_SAFE = frozenset(range(33, 127)) - {ord("=")}

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Entity:
    """A MIME entity: its ``Content-*`` headers and its encoded body."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def render(self) -> bytes:
        """Headers, empty line, body."""
        return b"".join(field(name, value) for name, value in self.headers) + b"\r\n" + self.body


def date(when: datetime) -> str:
    """An RFC 5322 date-time with the offset of ``when`` (which must be aware)."""
    offset = when.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset is not None else 0
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    day = f"{_DAYS[when.weekday()]}, {when.day} {_MONTHS[when.month - 1]} {when.year}"
    return f"{day} {when:%H:%M:%S} {sign}{minutes // 60:02d}{minutes % 60:02d}"


def field(name: str, value: str) -> bytes:
    """One header field, folded at spaces near 76 characters. ``value`` is ASCII; line breaks in it must be folds."""
    lines = [f"{name}:"]
    for word in value.split(" "):
        full = len(lines[-1].rsplit("\n", 1)[-1]) + 1 + len(word) > 76
        if full and lines[-1].strip() not in ("", f"{name}:"):
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def usable_charset(content: str, wanted: str) -> str:
    """``wanted`` if it can write the text, US-ASCII if that is enough, UTF-8 otherwise: as mail programs choose."""
    if content.isascii():
        return "us-ascii"
    try:
        content.encode(wanted)
    except UnicodeEncodeError:
        return "utf-8"
    return wanted


def encoded_word(content: str, charset: str = "utf-8", scheme: str = "B") -> str:
    """RFC 2047 encoded-words for non-ASCII text, each at most 75 characters and whole by itself; ASCII stays."""
    if content.isascii():
        return content
    charset = usable_charset(content, charset)
    room = 75 - len(charset) - 7
    words: list[str] = []
    rest = content
    while rest:
        take = len(rest)
        while len(_word(rest[:take], charset, scheme)) > room:
            take -= 1
        words.append(f"=?{charset}?{scheme}?{_word(rest[:take], charset, scheme)}?=")
        rest = rest[take:]
    return " ".join(words)


def _word(content: str, charset: str, scheme: str) -> str:
    raw = content.encode(charset)
    if scheme == "B":
        return base64.b64encode(raw).decode("ascii")
    safe = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/"
    return "".join("_" if b == 32 else chr(b) if b in safe else f"={b:02X}" for b in raw)


def address(name: str, addr: str, charset: str = "utf-8") -> str:
    """``Name <local@domain>``, the name quoted or encoded where needed."""
    if not name:
        return addr
    if not name.isascii():
        return f"{encoded_word(name, charset)} <{addr}>"
    return f'"{name}" <{addr}>' if _SPECIALS & set(name) else f"{name} <{addr}>"


def text(
    content: str,
    subtype: str = "plain",
    charset: str = "utf-8",
    encoding: str = "quoted-printable",
    params: str = "",
) -> Entity:
    """A text part. The charset is changed as ``usable_charset`` says, the encoding to 7bit where that is
    enough.

    ``params`` is written after the charset, as in ``; format=flowed``.
    """
    charset = usable_charset(content, charset)
    raw = content.replace("\r\n", "\n").replace("\n", "\r\n").encode(charset)
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    short = max(map(len, raw.split(b"\r\n"))) <= 200
    if short and subtype == "plain" and charset in ("us-ascii", "iso-2022-jp"):
        encoding = "7bit"
    kind = f"text/{subtype}; charset={charset}{params}"
    return Entity((("Content-Type", kind), ("Content-Transfer-Encoding", encoding)), encode(raw, encoding))


def encode(raw: bytes, encoding: str) -> bytes:
    """Apply a content-transfer-encoding (RFC 2045 section 6)."""
    if encoding == "base64":
        rows = (raw[i : i + 57] for i in range(0, len(raw), 57))
        return b"".join(binascii.b2a_base64(row, newline=False) + b"\r\n" for row in rows)
    if encoding == "quoted-printable":
        return b"\r\n".join(_qp_line(line) for line in raw.split(b"\r\n"))
    return raw


def _qp_line(line: bytes) -> bytes:
    """One line in quoted-printable, with soft breaks so that none is longer than 76."""
    tokens: list[str] = []
    for i, byte in enumerate(line):
        space = byte in (9, 32) and i + 1 < len(line)
        tokens.append(chr(byte) if byte in _QP_SAFE or space else f"={byte:02X}")
    rows: list[str] = []
    row = ""
    for token in tokens:
        if len(row) + len(token) > 75:
            rows.append(row + "=")
            row = ""
        row += token
    rows.append(row)
    return "\r\n".join(rows).encode("ascii")


def attachment(
    content: bytes, kind: str, filename: str, *, content_id: str | None = None, encoding: str = "base64"
) -> Entity:
    """An attached file, or with ``content_id`` (no brackets) an inline one. A non-ASCII name follows RFC 2231."""
    how = "inline" if content_id else "attachment"
    if filename.isascii():
        named, disposition = f'{kind}; name="{filename}"', f'{how}; filename="{filename}"'
    else:
        quoted = "".join(
            chr(b) if (chr(b).isalnum() and b < 128) or b in b".-_" else f"%{b:02X}" for b in filename.encode()
        )
        named = f'{kind}; name="{encoded_word(filename)}"'
        disposition = f"{how}; filename*=utf-8''{quoted}"
    headers = [
        ("Content-Type", named),
        ("Content-Transfer-Encoding", encoding),
        ("Content-Disposition", disposition),
    ]
    if content_id:
        headers.insert(1, ("Content-ID", f"<{content_id}>"))
    return Entity(tuple(headers), encode(content, encoding))


def multipart(subtype: str, boundary: str, parts: Sequence[Entity], *, params: str = "", preamble: str = "") -> Entity:
    """A multipart entity (RFC 2046 section 5.1). ``params`` is written after the boundary: ``; type="text/html"``."""
    head = preamble.encode("ascii") + b"\r\n" if preamble else b""
    line = f"--{boundary}\r\n".encode("ascii")
    body = head + b"".join(line + part.render() + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode("ascii")
    return Entity((("Content-Type", f'multipart/{subtype}; boundary="{boundary}"{params}'),), body)


def message(headers: Pairs, content: Entity) -> bytes:
    """A whole mail: its headers, ``MIME-Version`` where not given, then the content."""
    named = {name.lower() for name, _ in headers}
    top = b"".join(field(name, value) for name, value in headers)
    return top + (b"" if "mime-version" in named else b"MIME-Version: 1.0\r\n") + content.render()


def png(width: int, height: int, colour: tuple[int, int, int], accent: tuple[int, int, int]) -> bytes:
    """A small PNG (ISO/IEC 15948): a colour with a diagonal accent."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(accent if (x + y) % 8 < 2 else colour)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", binascii.crc32(kind + data))
        for kind, data in chunks
    )


def pdf(lines: Sequence[str]) -> bytes:
    """A one-page PDF 1.4 with the lines in Helvetica (latin-1 only), and a cross-reference table that is right."""
    shown = [line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for line in lines]
    stream = "BT /F1 11 Tf 60 780 Td 16 TL\n" + "".join(f"({line}) Tj T*\n" for line in shown) + "ET\n"
    content = stream.encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, content_of in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content_of)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)

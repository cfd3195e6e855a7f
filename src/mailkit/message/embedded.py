"""Files inside a text body: uuencode (``begin 644 name`` … ``end``) and yEnc (``=ybegin`` … ``=yend``). Nothing raises.

Older programs and news gateways put files into the text itself. Outlook takes them out, most others show them as text:
that is why such a body is an ambiguity. Only what really is encoded counts: the line below ``begin`` must be one of
uuencoded data, or a letter that talks about the beginning of something would lose its end.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

from mailkit.message.charset import decode_header_bytes

__all__ = ["EmbeddedFile", "find_embedded"]

MAX_FILES = 200
_BEGIN = re.compile(rb"^(?:begin [0-7]{3,4} ([^\r\n]{1,250})|=ybegin ([^\r\n]{1,500}))\r?$", re.MULTILINE)
_END = re.compile(rb"^end[ \t]*\r?$", re.MULTILINE)
_YEND = re.compile(rb"^=yend([^\r\n]{0,250})\r?$", re.MULTILINE)
_YPART = re.compile(rb"=ypart [^\r\n]{0,250}\r?\n")
_CRC = re.compile(rb" p?crc32=([0-9A-Fa-f]{1,8})(?![0-9A-Fa-f])")
_SIZE = re.compile(rb" size=(\d{1,12})(?!\d)")
_Y_NAME = re.compile(rb"(?:^| )name=(.{1,250})$")
_ESCAPE = re.compile(rb"=(.)", re.DOTALL)
_SHIFT = bytes((byte - 42) % 256 for byte in range(256))


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """One file. ``name`` is as it is written; ``encoding``: ``uuencode`` or ``yenc``; ``defect``: "" or what is wrong:
    ``truncated``, ``invalid``, ``checksum``."""

    name: str
    content: bytes
    encoding: str
    defect: str = ""


def find_embedded(data: bytes) -> tuple[bytes, tuple[EmbeddedFile, ...]]:
    """The text without its files, and the files. Linear; at most ``MAX_FILES``.

    Args:
        data: a text body with its transfer encoding undone, charset still on.
    """
    if b"begin " not in data:
        return data, ()
    found: list[EmbeddedFile] = []
    kept: list[bytes] = []
    done = at = 0
    ends = _Ends(data)
    while len(found) < MAX_FILES and (match := _BEGIN.search(data, at)):
        at = match.end()
        taken = _uuencoded(data, match, ends) if match[1] is not None else _yencoded(data, match, ends)
        if taken is None:
            continue
        file, end = taken
        found.append(file)
        kept.append(data[done : match.start()])
        done = at = end
    return (b"".join([*kept, data[done:]]), tuple(found)) if found else (data, ())


class _Ends:
    """Where the next end line of each kind stands, each looked for once."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.next: dict[re.Pattern[bytes], re.Match[bytes] | None] = {}

    def after(self, pattern: re.Pattern[bytes], at: int) -> re.Match[bytes] | None:
        known = self.next.get(pattern)
        if pattern in self.next and (known is None or known.start() >= at):
            return known
        self.next[pattern] = pattern.search(self.data, at)
        return self.next[pattern]


def _line_after(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return end + 1 if end >= 0 else len(data)


def _uuencoded(data: bytes, match: re.Match[bytes], ends: _Ends) -> tuple[EmbeddedFile, int] | None:
    start = _line_after(data, match.end())
    first = data[start : min(_line_after(data, start), start + 200)].rstrip(b"\r\n")
    stop = ends.after(_END, start)
    is_empty = not first.strip(b" `") and stop is not None and stop.start() == _line_after(data, start)
    if not _is_data(first) and not is_empty:
        return None
    end = stop.start() if stop else len(data)
    out, defect = [], "" if stop else "truncated"
    at = start
    while at < end:
        after = min(_line_after(data, at), end)
        line = data[at:after].rstrip(b"\r\n")
        if not stop and not _is_data(line):
            break
        at = after
        if not line.strip(b" `"):
            continue
        piece = _decoded(line)
        if len(piece) < (line[0] - 32) & 63:
            defect = "invalid"
        out.append(piece)
    name = decode_header_bytes(match[1]).strip()
    return EmbeddedFile(name, b"".join(out), "uuencode", defect), _line_after(data, stop.end()) if stop else at


def _is_data(line: bytes) -> bool:
    """Whether a line announces as many characters as it has (blanks at its end may be lost, or one too many)."""
    if not line or not 33 <= line[0] <= 96 or len(line) > 90:
        return False
    wanted = (((line[0] - 32) & 63) + 2) // 3 * 4 + 1
    return wanted - 8 <= len(line) <= wanted + 2 and line.translate(None, _UU) == b""


_UU = bytes(range(32, 97))


def _decoded(line: bytes) -> bytes:
    """What a line holds, at most as much as it announces; nothing where it is no data."""
    size = (line[0] - 32) & 63
    if not 32 <= line[0] <= 96 or len(line) > 90:
        return b""
    if not _is_data(line):
        # binascii fills up what is missing with zeros: a line of one character would become 63 bytes.
        size = min(size, (len(line) - 1) * 3 // 4)
    try:
        return binascii.a2b_uu(bytes([32 + size]) + line[1 : 1 + (size * 4 + 2) // 3])
    except binascii.Error:
        return b""


def _yencoded(data: bytes, match: re.Match[bytes], ends: _Ends) -> tuple[EmbeddedFile, int] | None:
    name = _Y_NAME.search(match[2])
    stop = ends.after(_YEND, match.end())
    if name is None or b"line=" not in match[2]:
        return None
    start = _line_after(data, match.end())
    if part := _YPART.match(data, start):
        start = part.end()
    end = stop.start() if stop else len(data)
    content = _unshifted(data[start:end].translate(None, b"\r\n"))
    defect = _y_defect(content, stop[1]) if stop else "truncated"
    text = decode_header_bytes(name[1]).strip(' "')
    return EmbeddedFile(text, content, "yenc", defect), _line_after(data, stop.end()) if stop else len(data)


def _unshifted(data: bytes) -> bytes:
    """Every byte less 42; one after ``=`` less 64 more."""
    # One kind of escaped byte after the other: there are few, and a piece for each escape would fill the memory. That
    # of the sign itself comes last, or it would begin a new one.
    for code in sorted(set(_ESCAPE.findall(data)), key=lambda code: code == b"}"):
        data = data.replace(b"=" + code, bytes(((code[0] - 64) % 256,)))
    return data.translate(_SHIFT)


def _y_defect(content: bytes, trailer: bytes) -> str:
    size, crc = _SIZE.search(trailer), _CRC.search(trailer)
    if size and int(size[1]) != len(content):
        return "truncated"
    return "checksum" if crc and int(crc[1], 16) != binascii.crc32(content) else ""

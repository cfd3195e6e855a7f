"""ISO-2022-JP as it is written: with the signs of NEC and IBM (①, ㈱, 髙) that Windows added to JIS X 0208, with
half-width katakana, and with escapes that nobody closes (RFC 1468 and Microsoft's code page 50221).

Python's codecs know none of that. Segments of JIS X 0208 are turned into Shift_JIS, byte by byte by tables, and
read as code page 932, which has all of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["decode_iso2022_jp", "is_iso2022_jp"]

_ESCAPES = re.compile(rb"(\x1b(?:\$[@B]|\$\([@BDOPQ]|\([BJIH])|\x0e|\x0f)")
_LINE_END = re.compile(rb"[\r\n]")
_SHIFT = re.compile(rb"\x1b(?:\$[@B]|\(I)")
_USUAL = 64  # bytes; segments of usual length are remembered
_DOUBLE = frozenset({b"\x1b$@", b"\x1b$B", b"\x1b$(@", b"\x1b$(B", b"\x1b$(O", b"\x1b$(P", b"\x1b$(Q"})
# The lead byte of a row, and whether the row is odd, shifted to the eighth bit.
_LEADS = bytes((row >> 1) + (0x81 if row < 62 else 0xC1) if 0 <= (row := n - 0x21) < 94 else 0x81 for n in range(256))
_ODD = bytes(0x80 if (n - 0x21) & 1 else 0 for n in range(256))


def _trail(mixed: int) -> int:
    cell, odd = mixed & 0x7F, mixed & 0x80
    if not 0x21 <= cell <= 0x7E:
        return 0xFF  # no cell: read as U+FFFD
    return cell + 0x7E if odd else cell + 0x1F + (cell >= 0x60)


_TRAILS = bytes(map(_trail, range(256)))


def is_iso2022_jp(data: bytes) -> bool:
    """Whether bytes hold escapes that begin Japanese text, whatever they are labelled."""
    return b"\x1b" in data and _SHIFT.search(data) is not None


def decode_iso2022_jp(data: bytes) -> str:
    """The text. Never raises, linear; what is no character becomes U+FFFD. Each line begins in ASCII."""
    out: list[bytes] = []
    mode = b""
    for piece in _ESCAPES.split(data):
        if piece[:1] in (b"\x1b", b"\x0e", b"\x0f"):
            mode = piece
        elif mode in _DOUBLE:
            end = _LINE_END.search(piece)
            stop = end.start() if end else len(piece)
            pairs = piece[:stop]
            out += (_short(pairs) if len(pairs) <= _USUAL else _shift_jis(pairs), piece[stop:])
        elif mode in (b"\x1b(I", b"\x0e"):
            out.append(piece.translate(_KANA))
        else:
            out.append(piece)
    return b"".join(out).decode("cp932", "replace")


_KANA = bytes(n | 0x80 if 0x21 <= n <= 0x5F else n for n in range(256))


@lru_cache(maxsize=1024)
def _short(pairs: bytes) -> bytes:
    return _shift_jis(pairs)


def _shift_jis(pairs: bytes) -> bytes:
    if len(pairs) % 2:
        pairs = pairs[:-1]  # cut in the middle of a character
    rows, cells = pairs[::2], pairs[1::2]
    size = len(rows)
    mixed = int.from_bytes(rows.translate(_ODD), "big") | int.from_bytes(cells.translate(_SEVEN), "big")
    out = bytearray(2 * size)
    out[::2] = rows.translate(_LEADS)
    out[1::2] = mixed.to_bytes(size, "big").translate(_TRAILS)
    return bytes(out)


_SEVEN = bytes(n & 0x7F for n in range(256))

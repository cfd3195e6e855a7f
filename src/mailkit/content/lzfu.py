"""Compressed RTF, called LZFu (MS-OXRTFCP): undone within bounds. Nothing raises."""

from __future__ import annotations

import struct

__all__ = ["decompress"]

_HEADER = struct.Struct("<IIII")
_LZFU, _MELA = 0x75465A4C, 0x414C454D
# What both sides have in the dictionary before the first byte (section 2.1.3.1.2).
_PRIMER = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_SIZE = 4096  # of the dictionary, a ring


def decompress(data: bytes, most: int) -> tuple[bytes, str]:
    """The RTF, and what was wrong with the stream ("" if nothing).

    Args:
        data: the value of PidTagRtfCompressed. most: bytes of RTF that are made; the rest is left out.
    """
    if len(data) < _HEADER.size:
        return b"", "the compressed RTF has no header"
    packed, size, kind, _ = _HEADER.unpack_from(data)
    if kind == _MELA:
        return data[16 : 16 + min(size, most)], "" if size <= most else _cut(most)
    if kind != _LZFU:
        return b"", "the RTF is compressed in an unknown way"
    end = min(len(data), packed + 4)
    out, complete = _unpacked(data, end, min(size, most))
    if len(out) > most or size > most:
        return out[:most], _cut(most)
    return out[:size], "" if complete or len(out) >= size else "the compressed RTF breaks off"


def _cut(most: int) -> str:
    return f"only the first {most} bytes of the RTF were read"


def _unpacked(data: bytes, end: int, most: int) -> tuple[bytes, bool]:
    """What the tokens give, at least ``most`` bytes if there are as many, and whether the end mark was met.

    The whole output, primer in front, serves as the ring: a place in the ring is the last position that is congruent.
    """
    out = bytearray(_PRIMER)
    first = len(_PRIMER)
    at, stop = 16, first + most
    while at < end and len(out) < stop:
        flags = data[at]
        at += 1
        if not flags:
            out += data[at : min(at + 8, end)]
            at += 8
            continue
        for _ in range(8):
            if at >= end:
                break
            if not flags & 1:
                out.append(data[at])
                at += 1
            else:
                if at + 2 > end:
                    return bytes(out[first:]), False
                place, length = data[at] << 4 | data[at + 1] >> 4, (data[at + 1] & 15) + 2
                at += 2
                here = len(out)
                back = (here - place) % _SIZE
                if not back:  # the place to be written next: the end mark (section 2.2.2.5)
                    return bytes(out[first:]), True
                if back >= length and back <= here:
                    out += out[here - back : here - back + length]
                else:
                    _copy(out, back, length)
            flags >>= 1
    return bytes(out[first:]), False


def _copy(out: bytearray, back: int, length: int) -> None:
    """A reference into what it writes itself, or to a place that was never written (which holds zeros)."""
    for _ in range(length):
        out.append(out[-back] if back <= len(out) else 0)

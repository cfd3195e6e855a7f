"""MAPI property lists as TNEF carries them (MS-OXTNEF section 2.1.3.4, MS-OXCDATA section 2.11). Nothing raises.

A list is a count and then tag, name (for tags from 0x8000 on) and values, each padded to four bytes. A list that breaks
off, or holds a type that nobody knows, gives the properties read so far.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

__all__ = ["Properties", "codec_of", "read_properties"]

MAX_PROPERTIES = 4000
MAX_VALUES = 4000  # of one property; only the first is kept
MAX_TEXT = 4 * 1024 * 1024  # bytes of one text
_U32 = struct.Struct("<I")
_FIXED = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_MANY = 0x1000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_CODEPAGES = {
    1200: "utf-16-le", 1201: "utf-16-be", 10000: "mac_roman", 10007: "mac_cyrillic", 20127: "ascii", 20866: "koi8-r",
    20932: "euc_jp", 21866: "koi8-u", 50220: "iso2022_jp", 50221: "iso2022_jp", 50222: "iso2022_jp",
    50225: "iso2022_kr", 51932: "euc_jp", 51936: "gb18030", 51949: "cp949", 54936: "gb18030", 936: "gb18030",
    65000: "utf-7", 65001: "utf-8",
}  # fmt: skip


def codec_of(codepage: int) -> str:
    """The charset of a Windows code page, as a label for ``mailkit.message.charset.decode``."""
    if 28591 <= codepage <= 28606:
        return f"iso-8859-{codepage - 28590}"
    return _CODEPAGES.get(codepage, f"cp{codepage}")


@dataclass(slots=True)
class Properties:
    """Values by property id: (type, start, end) in ``data``. Named ones by (set, number or name)."""

    data: bytes
    charset: str = "cp1252"
    found: dict[int, tuple[int, int, int]] = field(default_factory=dict[int, tuple[int, int, int]])
    named: dict[tuple[bytes, int | str], tuple[int, int, int]] = field(
        default_factory=dict[tuple[bytes, int | str], tuple[int, int, int]]
    )
    defects: list[str] = field(default_factory=list[str])

    def span(self, number: int) -> tuple[int, int] | None:
        """Where the value of a property of variable length lies."""
        place = self.found.get(number)
        return None if place is None else place[1:]

    def raw(self, number: int) -> bytes:
        """The bytes of a value, b"" if there is none."""
        return _raw(self.data, self.found.get(number))

    def is_object(self, number: int) -> bool:
        """Whether the value is a PtypObject, which begins with the name of its interface."""
        place = self.found.get(number)
        return place is not None and place[0] == _OBJECT

    def text(self, *numbers: int) -> str:
        """The first of these texts that is there and not empty; "" if none is."""
        return next((text for number in numbers if (text := self._text(self.found.get(number)))), "")

    def number(self, number: int) -> int | None:
        """A whole number or a truth value, None if there is none."""
        return _number(self.data, self.found.get(number))

    def time(self, number: int) -> datetime | None:
        """A PtypTime: 100 nanoseconds since 1601, UTC."""
        return _time(self.data, self.found.get(number))

    def named_text(self, group: bytes, name: int | str) -> str:
        """As ``text``, for a named property."""
        return self._text(self.named.get((group, name)))

    def named_time(self, group: bytes, name: int | str) -> datetime | None:
        """As ``time``, for a named property."""
        return _time(self.data, self.named.get((group, name)))

    def named_number(self, group: bytes, name: int | str) -> int | None:
        """As ``number``, for a named property."""
        return _number(self.data, self.named.get((group, name)))

    def named_raw(self, group: bytes, name: int | str) -> bytes:
        """As ``raw``, for a named property."""
        return _raw(self.data, self.named.get((group, name)))

    def _text(self, place: tuple[int, int, int] | None) -> str:
        from mailkit.message.charset import decode

        raw = _raw(self.data, place)[:MAX_TEXT]
        if place is not None and place[0] == _UNICODE:
            text = raw[: len(raw) & ~1].decode("utf-16-le", "replace")
        elif place is not None and place[0] in (_STRING8, _BINARY):
            text = decode(raw, self.charset, guess=False)[0]
        else:
            return ""
        return text.partition("\0")[0]


def _raw(data: bytes, place: tuple[int, int, int] | None) -> bytes:
    return b"" if place is None else data[place[1] : place[2]]


def _number(data: bytes, place: tuple[int, int, int] | None) -> int | None:
    if place is None or place[0] not in (0x02, 0x03, 0x0B, 0x14):
        return None
    return int.from_bytes(data[place[1] : place[2]], "little", signed=True)


def _time(data: bytes, place: tuple[int, int, int] | None) -> datetime | None:
    if place is None or place[0] != 0x40:
        return None
    try:
        return _EPOCH + timedelta(microseconds=int.from_bytes(data[place[1] : place[2]], "little") // 10)
    except OverflowError:
        return None


def read_properties(data: bytes, start: int, end: int, charset: str) -> Properties:
    """The properties of the list that stands in ``data[start:end]``, as far as it can be read."""
    reader = _Reader(data, start, end)
    found = Properties(data, charset)
    try:
        count = reader.number()
        for _ in range(min(count, MAX_PROPERTIES)):
            reader.property(found)
        if count > MAX_PROPERTIES:
            found.defects.append(f"only the first {MAX_PROPERTIES} properties were read")
    except _Broken as broken:
        found.defects.append(str(broken))
    return found


class _Broken(Exception):
    """The list cannot be read further."""


class _Reader:
    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data = data
        self.at = at
        self.end = min(end, len(data))

    def number(self) -> int:
        if self.at + 4 > self.end:
            raise _Broken("a property list breaks off")
        self.at += 4
        return int(_U32.unpack_from(self.data, self.at - 4)[0])

    def take(self, size: int) -> tuple[int, int]:
        start = self.at
        if start + size > self.end:
            raise _Broken("a property reaches beyond its list")
        self.at = min(start + size + (-size % 4), self.end)
        return start, start + size

    def property(self, found: Properties) -> None:
        tag = self.number()
        kind, number = tag & 0xFFFF, tag >> 16
        name = self._name() if number >= 0x8000 else None
        place = self._value(kind)
        if place is None:
            return
        if name is not None:
            found.named.setdefault(name, place)
        else:
            found.found.setdefault(number, place)

    def _name(self) -> tuple[bytes, int | str]:
        start, end = self.take(16)
        group = self.data[start:end]
        if self.number() == 0:
            return group, self.number()
        start, end = self.take(self.number())
        return group, self.data[start : min(end, start + 512)].decode("utf-16-le", "replace").rstrip("\0")

    def _value(self, kind: int) -> tuple[int, int, int] | None:
        """The first value; the others are passed over."""
        plain = kind & ~_MANY
        if plain in (_STRING8, _UNICODE, _BINARY, _OBJECT):
            sizes = None
        elif plain in _FIXED:
            sizes = _FIXED[plain]
        elif plain in (0x00, 0x01):
            return None
        else:
            raise _Broken(f"a property has the unknown type 0x{kind:04x}")
        count = self.number() if sizes is None or kind & _MANY else 1
        if count > MAX_VALUES:
            raise _Broken(f"a property has {count} values")
        places = [self.take(self.number() if sizes is None else sizes) for _ in range(count)]
        return (plain, *places[0]) if places else None

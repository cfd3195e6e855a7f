"""TNEF streams for the tests, written from the specification: attributes, property lists, compressed RTF."""

from __future__ import annotations

import struct

SIGNATURE = b"\x78\x9f\x3e\x22\x01\x00"
UNICODE, BINARY, LONG, OBJECT, TIME, STRING8, BOOLEAN = 0x1F, 0x102, 0x03, 0x0D, 0x40, 0x1E, 0x0B
I_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
I_STORAGE = bytes.fromhex("0b00000000000000c000000000000046")


def attribute(level: int, tag: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, tag, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)


def prop(number: int, kind: int, value: object, name: tuple[bytes, int | str] | None = None) -> bytes:
    head = struct.pack("<HH", kind, number)
    if name is not None:
        group, key = name
        head += group
        if isinstance(key, int):
            head += struct.pack("<II", 0, key)
        else:
            raw = (key + "\0").encode("utf-16-le")
            head += struct.pack("<II", 1, len(raw)) + padded(raw)
    if isinstance(value, int):
        return head + padded(value.to_bytes({LONG: 4, TIME: 8, BOOLEAN: 2}[kind], "little"))
    if isinstance(value, str):
        value = (value + "\0").encode("utf-16-le" if kind == UNICODE else "cp1252")
    assert isinstance(value, bytes)
    return head + struct.pack("<II", 1, len(value)) + padded(value)


def properties(*items: bytes) -> bytes:
    return struct.pack("<I", len(items)) + b"".join(items)


def stream(*attributes: bytes, codepage: int = 1252) -> bytes:
    head = attribute(1, 0x89006, b"\x00\x00\x01\x00") + attribute(1, 0x69007, struct.pack("<II", codepage, 0))
    return SIGNATURE + head + b"".join(attributes)


def message(*items: bytes) -> bytes:
    return attribute(1, 0x69003, properties(*items))


def attachment(name: str, data: bytes, *items: bytes, title: str = "SHORT~1.BIN") -> bytes:
    return (
        attribute(2, 0x69002, b"\x01\x00" + b"\0" * 12)
        + attribute(2, 0x18010, title.encode("cp1252") + b"\0")
        + (attribute(2, 0x6800F, data) if data else b"")
        + attribute(2, 0x69005, properties(prop(0x3707, UNICODE, name), *items))
    )


def stored(rtf: bytes) -> bytes:
    """Compressed RTF of the kind that is not compressed."""
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def tokens(*items: int | tuple[int, int], size: int) -> bytes:
    """LZFu from literal bytes and (place in the dictionary, length)."""
    body = bytearray()
    for start in range(0, len(items), 8):
        run = items[start : start + 8]
        body.append(sum(1 << n for n, item in enumerate(run) if isinstance(item, tuple)))
        for item in run:
            if isinstance(item, tuple):
                body += bytes((item[0] >> 4, (item[0] & 15) << 4 | (item[1] - 2)))
            else:
                body.append(item)
    return struct.pack("<IIII", len(body) + 12, size, 0x75465A4C, 0) + bytes(body)


def compressed(rtf: bytes) -> bytes:
    """LZFu of literals only, with the end mark."""
    end = (207 + len(rtf)) % 4096
    return tokens(*rtf, (end, 2), size=len(rtf))


def mail(data: bytes, *, text: str = "", name: str = "winmail.dat", kind: str = "application/ms-tnef") -> bytes:
    from base64 import encodebytes

    return (
        b"From: Ana <ana@acme.example>\nTo: bo@client.example\nSubject: Plan\nMIME-Version: 1.0\n"
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n" + text.encode() + b"\n--b\n"
        b"Content-Type: " + kind.encode() + b"; name=" + name.encode() + b"\nContent-Transfer-Encoding: base64\n\n"
        + encodebytes(data) + b"--b--\n"
    )  # fmt: skip

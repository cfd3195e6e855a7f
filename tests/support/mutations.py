"""Seeded damage to whole mails: what transport, storage and bad programs do to them."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterator

__all__ = ["MUTATIONS", "mutated"]

Mutation = Callable[[random.Random, bytes], bytes]


def _truncated(chance: random.Random, raw: bytes) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _bits_flipped(chance: random.Random, raw: bytes) -> bytes:
    found = bytearray(raw)
    for _ in range(min(len(found), 1 + len(found) // 500)):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def _head_bits_flipped(chance: random.Random, raw: bytes) -> bytes:
    found = bytearray(raw)
    for _ in range(min(len(found), 20)):
        found[chance.randrange(min(len(found), 4000))] ^= 1 << chance.randrange(8)
    return bytes(found)


def _head_shuffled(chance: random.Random, raw: bytes) -> bytes:
    """The header's lines in another order: folded lines land under other fields."""
    head, gap, body = raw.partition(b"\n\n") if b"\r\n\r\n" not in raw else raw.partition(b"\r\n\r\n")
    lines = head.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines) + gap + body


def _lines_shuffled(chance: random.Random, raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    for _ in range(20):
        if len(lines) > 1:
            a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


def _encoding_changed(chance: random.Random, raw: bytes) -> bytes:
    """Another transfer encoding is declared than the one that is there, and one that was not declared."""
    named = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"gzip", b"")
    for name in named[:4]:
        raw = raw.replace(b"Encoding: " + name, b"Encoding: " + chance.choice(named))
    return b"Content-Transfer-Encoding: " + chance.choice(named) + b"\n" + raw


def _charset_changed(chance: random.Random, raw: bytes) -> bytes:
    named = (b"utf-16", b"utf-7", b"iso-2022-jp", b"hz", b"utf-8", b"big5", b"koi8-r", b"x-none", b"idna", b"base64")
    for name in (b"us-ascii", b"iso-8859-1", b"utf-8", b"windows-1252", b"ISO-8859-1", b"US-ASCII", b"UTF-8"):
        raw = raw.replace(name, chance.choice(named))
    return raw


def _type_changed(chance: random.Random, raw: bytes) -> bytes:
    named = (b"text/html", b"message/rfc822", b"multipart/report; boundary=a", b"text/calendar", b"application/ms-tnef")
    for name in (b"text/plain", b"text/html", b"multipart/alternative", b"application/octet-stream"):
        raw = raw.replace(name, chance.choice(named))
    return raw


def _spliced(chance: random.Random, raw: bytes) -> bytes:
    """A piece doubled somewhere else, with a NUL and a bare CR."""
    a, b = sorted(chance.randrange(len(raw) + 1) for _ in range(2))
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + raw[a : min(b, a + 20_000)] + b"\x00\r" + raw[at:]


def _line_ends_changed(chance: random.Random, raw: bytes) -> bytes:
    plain = raw.replace(b"\r\n", b"\n")
    end = chance.choice((b"\r", b"\r\n", b"\r\r\n", b"\n\n", b" \n"))
    cut = chance.choice((0, len(plain) // 2))
    return plain[:cut] + plain[cut:].replace(b"\n", end)


MUTATIONS: dict[str, Mutation] = {
    "truncated": _truncated,
    "bits flipped": _bits_flipped,
    "header bits flipped": _head_bits_flipped,
    "header lines shuffled": _head_shuffled,
    "lines shuffled": _lines_shuffled,
    "encoding changed": _encoding_changed,
    "charset changed": _charset_changed,
    "type changed": _type_changed,
    "spliced": _spliced,
    "line ends changed": _line_ends_changed,
}


def mutated(raw: bytes, seed: str) -> Iterator[tuple[str, bytes]]:
    """The mail itself, then one mutation of each kind; the same ones for the same mail and seed."""
    yield "as it is", raw
    for name, change in MUTATIONS.items():
        yield name, change(random.Random(f"{seed}:{name}:{zlib.crc32(raw)}"), raw) if raw else raw

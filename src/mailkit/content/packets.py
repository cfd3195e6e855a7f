"""OpenPGP packets, seen from outside (RFC 9580 sections 4.2 and 6): the armour taken off, the recipients counted.

Whoever encrypts may name 40,000 recipients and hide who they are; a library then tries a key 40,000 times.
"""

from __future__ import annotations

import binascii
import re

__all__ = ["count_recipients", "unarmoured"]

_ARMOUR = re.compile(rb"(?m)^-----BEGIN PGP MESSAGE-----[ \t]*\r?$")
_CHECKSUM = re.compile(rb"(?m)^(?:=[A-Za-z0-9+/]{4}[ \t]*\r?$|-----)")
_SESSION_KEYS = frozenset({1, 3})  # one packet for each recipient, or for each password
_PASSED_OVER = frozenset({10, 21})  # a marker, padding
_MOST = 100_000  # packets looked at


def unarmoured(data: bytes) -> bytes:
    """The binary form; data without armour as they are."""
    begin = _ARMOUR.search(data)
    if begin is None:
        return data
    body = data[begin.end() :].replace(b"\r\n", b"\n").removeprefix(b"\n")
    if not body.startswith(b"\n"):
        _, blank, rest = body.partition(b"\n\n")
        body = rest if blank else body
    end = _CHECKSUM.search(body)
    try:
        return binascii.a2b_base64(body[: end.start()] if end else body)
    except binascii.Error:
        return data


def count_recipients(data: bytes) -> int:
    """How many session keys stand before the content. Never raises; linear."""
    at = found = 0
    for _ in range(_MOST):
        if at >= len(data) or not data[at] & 0x80:
            break
        tag, size, at = _header(data, at)
        if tag in _SESSION_KEYS:
            found += 1
        elif tag not in _PASSED_OVER:
            break
        if size is None:
            break
        at += size
    return found


def _header(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Tag, length (None where it is not told at once), and where the content begins."""
    first = data[at]
    if not first & 0x40:  # the old format
        width = (1, 2, 4, 0)[first & 3]
        size = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else None
        return (first >> 2) & 0x0F, size, at + 1 + width
    length = data[at + 1] if at + 1 < len(data) else 0
    if length < 192:
        return first & 0x3F, length, at + 2
    if length < 224:
        low = data[at + 2] if at + 2 < len(data) else 0
        return first & 0x3F, ((length - 192) << 8) + low + 192, at + 3
    if length == 255:
        return first & 0x3F, int.from_bytes(data[at + 2 : at + 6], "big"), at + 6
    return first & 0x3F, None, at + 2

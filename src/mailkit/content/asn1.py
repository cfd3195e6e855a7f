"""Whether ASN.1 is worth being read: a look over its elements before a library that knows no bounds gets them.

An object identifier of 700 kB keeps asn1crypto busy for a minute (it makes one number of it, in quadratic time), and so
may elements without number. One pass over the headers of the elements (X.690 section 8.1), linear, no recursion.
"""

from __future__ import annotations

__all__ = ["MAX_ELEMENTS", "check"]

MAX_ELEMENTS = 100_000
MAX_IDENTIFIER = 64  # bytes of an object identifier; the longest in use has some twenty
MAX_NUMBER = 4096  # bytes of an integer: 32,768 bits
_IDENTIFIERS = frozenset({0x06, 0x0D})
_NUMBERS = frozenset({0x02, 0x0A})


def check(data: bytes) -> None:
    """Look at every element.

    Raises:
        ValueError: there are too many, or one is longer than any that is used, or the data end inside of one.
    """
    size, begin = _length(data, 1)
    end = len(data) if size is None else min(len(data), begin + size)  # what follows the outermost one does not count
    at = count = 0
    while at < end:
        count += 1
        if count > MAX_ELEMENTS:
            raise ValueError("it has too many elements")
        tag, at = data[at], at + 1
        if tag & 0x1F == 0x1F:
            raise ValueError("it has a tag that no message has")
        size, at = _length(data, at)
        if tag & 0x20 or size is None:
            continue  # what is inside comes next
        if size > len(data) - at:
            raise ValueError("it ends too early")
        if (tag in _IDENTIFIERS and size > MAX_IDENTIFIER) or (tag in _NUMBERS and size > MAX_NUMBER):
            raise ValueError("it has a number that is too long")
        at += size


def _length(data: bytes, at: int) -> tuple[int | None, int]:
    """The length, None for the indefinite form, and where the content begins."""
    first = data[at] if at < len(data) else 0
    at += 1
    if first < 0x80:
        return first, at
    size = first & 0x7F
    return (int.from_bytes(data[at : at + size], "big") if size else None), at + size

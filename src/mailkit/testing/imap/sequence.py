"""Sequence sets, ``1:3,7,9:*`` (RFC 9051 section 9). Pure; linear in ranges and results, never in the numbers named."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

MOST_RANGES = 20_000
LARGEST = 4_294_967_295

Ranges = tuple[tuple[int | None, int | None], ...]


def parse(text: bytes) -> Ranges:
    """The ranges as written; None stands for ``*``. Raises ValueError."""
    if not text or len(text) > 22 * MOST_RANGES:
        raise ValueError("bad sequence set")
    parts = text.split(b",")
    if len(parts) > MOST_RANGES:
        raise ValueError("too many ranges")
    return tuple(_range(part) for part in parts)


def resolve(ranges: Ranges, numbers: Sequence[int]) -> list[int]:
    """Those of the ascending ``numbers`` that are in the set, ascending, each once. ``*`` is the last number.

    ``7:*`` on a folder whose last number is 5 means ``5:7``, so the last number is always in (RFC 9051 section 9).
    """
    if not numbers:
        return []
    spans = sorted(_ordered(low, high, numbers[-1]) for low, high in ranges)
    found: list[int] = []
    done = 0
    for low, high in spans:
        start = max(bisect_left(numbers, low), done)
        stop = bisect_right(numbers, high)
        if stop > start:
            found.extend(numbers[start:stop])
            done = stop
    return found


def write(numbers: Iterable[int]) -> bytes:
    """``[1, 2, 3, 7]`` -> ``b"1:3,7"``: consecutive numbers, in the order given."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in spans)


def _ordered(low: int | None, high: int | None, last: int) -> tuple[int, int]:
    first, second = (last if end is None else end for end in (low, high))
    return min(first, second), max(first, second)


def _range(part: bytes) -> tuple[int | None, int | None]:
    low, colon, high = part.partition(b":")
    first = _number(low)
    return first, _number(high) if colon else first


def _number(text: bytes) -> int | None:
    if text == b"*":
        return None
    if not text.isdigit() or len(text) > 10 or not 0 < int(text) <= LARGEST:
        raise ValueError("bad number")
    return int(text)

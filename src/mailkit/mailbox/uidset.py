"""Sets of UIDs as IMAP writes them (RFC 9051 ``sequence-set``): ``1:5,9``. PURE.

A set is compressed into ranges and cut into pieces that fit the longest command line a server takes: a mailbox of
50,000 messages would otherwise make one line of 300 KB, which servers refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailkit.errors import InputError, LimitError, ProtocolError

MAX_UID = 0xFFFFFFFF
#: The largest number taken from a server: the next one still fits into 63 bits.
MOST = 2**63 - 2


def ranges(uids: Iterable[int]) -> list[tuple[int, int]]:
    """The UIDs as ascending ranges, both ends included.

    Raises:
        InputError: a number is not between 1 and 4294967295.
    """
    found: list[tuple[int, int]] = []
    for uid in sorted(set(uids)):
        if not 1 <= uid <= MAX_UID:
            raise InputError(f"{uid} is not a UID.")
        if found and uid == found[-1][1] + 1:
            found[-1] = (found[-1][0], uid)
        else:
            found.append((uid, uid))
    return found


def write(low: int, high: int) -> str:
    """One range."""
    return str(low) if low == high else f"{low}:{high}"


def pieces(uids: Iterable[int], max_bytes: int) -> Iterator[str]:
    """Compressed sets of at most ``max_bytes`` characters each (never less than one range)."""
    piece: list[str] = []
    length = 0
    for low, high in ranges(uids):
        text = write(low, high)
        if piece and length + len(text) + 1 > max_bytes:
            yield ",".join(piece)
            piece, length = [], 0
        piece.append(text)
        length += len(text) + 1
    if piece:
        yield ",".join(piece)


def expand(text: bytes, limit: int) -> list[int]:
    """The UIDs of a set that a server sent, ascending.

    Raises:
        ProtocolError: it is not a set of numbers.
        LimitError: it stands for more than ``limit`` UIDs: ``1:4294967295`` is twelve bytes.
    """
    bounds: list[tuple[int, int]] = []
    total = 0
    for part in text.split(b","):
        first, colon, last = part.partition(b":")
        low = number(first)
        high = number(last) if colon else low
        if high < low:
            low, high = high, low
        total += high - low + 1
        if total > limit:
            raise LimitError(f"The server names more than {limit} messages in one folder.", limit="folder_uids")
        bounds.append((low, high))
    return sorted({uid for low, high in bounds for uid in range(low, high + 1)})


def number(text: bytes) -> int:
    """An unsigned number of at most 63 bits, as RFC 7162 mod-sequences have; UIDs have 32.

    Raises:
        ProtocolError: it is none.
    """
    if not text.isdigit() or len(text) > 20 or int(text) > MOST:
        raise ProtocolError(f"The server sent {text[:20]!r} where a number was expected.")
    return int(text)

"""Reading LIST, SELECT and SEARCH answers; folder names between text and wire.

A folder's name is modified UTF-7 on the wire (RFC 9051 appendix A.1; RFC 3501 section 5.1.3). Servers also send raw
UTF-8 and broken encodings: such a name is shown as well as it can be, and the bytes that the server knows it by are
kept beside it.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from imapclient import imap_utf7

from mailkit.errors import LimitError, ProtocolError, UnsupportedError
from mailkit.words import Limits

from .base import FolderInfo, FolderState
from .connection import GuardedIMAP4
from .response import Segment, Value, parse, text_of
from .roles import assign
from .uidset import MAX_UID, expand, number

#: Bytes of a name on the wire. Servers allow some hundred; a row of an index of PostgreSQL takes 2704 at most.
_LONGEST_NAME = 2000
_NOT_SELECTABLE = {"\\noselect", "\\nonexistent"}


def encode(name: str) -> bytes:
    """A folder's name as bytes for the wire; INBOX in capitals, as some servers know it in no other spelling."""
    if name.upper() == "INBOX":
        return b"INBOX"
    return bytes(imap_utf7.encode(name))


def decode(name: bytes) -> str:
    """A folder's name as text. Never raises; what cannot be decoded is shown as it is."""
    if not name.isascii():
        return name.decode("utf-8", "replace")
    try:
        return str(imap_utf7.decode(name))
    except (ValueError, AssertionError):
        return name.decode("ascii")


def read_list(segments: list[Segment], limits: Limits) -> tuple[tuple[FolderInfo, ...], dict[str, bytes]]:
    """The folders of LIST responses with their roles, and the wire form of each name.

    Raises:
        LimitError: there are more than ``limits.folders``.
    """
    found: dict[str, FolderInfo] = {}
    names: dict[str, bytes] = {}
    for values in responses(segments):
        folder = _folder(values)
        if folder is None:
            continue
        info, wire = folder
        if info.name in found and info.name != "INBOX" and names[info.name] != wire:
            # Two broken names that are shown alike: the second one is marked, rather than never synced.
            info = replace(info, name=f"{wire.decode('ascii', 'backslashreplace')}\ufffd")
        if info.name in found:
            continue
        found[info.name], names[info.name] = info, wire
        if len(found) > limits.folders:
            raise LimitError(f"The account has more than {limits.folders} folders.", limit="folders")
    return assign(tuple(found.values())), names


def responses(segments: list[Segment]) -> list[list[Value]]:
    """The values of each response: imaplib gives their segments one after the other."""
    found: list[list[Value]] = []
    pending: list[Segment] = []
    for segment in segments:
        pending.append(segment)
        if not isinstance(segment, tuple):
            found.append(parse(pending))
            pending = []
    return found


def _folder(values: list[Value]) -> tuple[FolderInfo, bytes] | None:
    if len(values) < 3 or not isinstance(values[0], list):
        return None
    wire = values[2]
    attributes = tuple(text_of(value) for value in values[0])
    if wire is None:
        wire = b"NIL"  # a folder of that name, written without quotes
    if not isinstance(wire, bytes) or not wire:
        return None
    name = decode(wire)
    strange = any(byte < 32 or byte == 127 for byte in wire) or not name.isprintable() or len(wire) > _LONGEST_NAME
    delimiter = text_of(values[1]) or None
    selectable = not strange and not any(a.casefold() in _NOT_SELECTABLE for a in attributes)
    shown = "".join(c if c.isprintable() else "\ufffd" for c in name)
    return FolderInfo("INBOX" if shown.upper() == "INBOX" else shown, delimiter, attributes, None, selectable), wire


def read_select(name: str, wire: GuardedIMAP4, readonly: bool) -> FolderState:
    """The state of the folder just opened, from the untagged responses of SELECT or EXAMINE.

    Raises:
        UnsupportedError: the server's UIDs are not persistent.
        ProtocolError: a number is none.
    """
    uidvalidity = _last_number(wire, "UIDVALIDITY")
    if not uidvalidity or wire.take("UIDNOTSTICKY"):
        raise UnsupportedError(
            f"The server gives no persistent UIDs for the folder {name!r}.",
            hint="It cannot be synced; skip this folder.",
        )
    refused = bool(wire.take("READ-ONLY"))
    return FolderState(
        name,
        uidvalidity,
        _last_number(wire, "UIDNEXT") or None,
        _last_number(wire, "EXISTS") or 0,
        _last_number(wire, "HIGHESTMODSEQ") or None,
        readonly or refused,
    )


def _last_number(wire: GuardedIMAP4, name: str) -> int | None:
    values = wire.take(name)
    last = values[-1] if values else None
    return number(last.split(b" ")[0]) if isinstance(last, bytes) and last else None


def read_search(segments: list[Segment], extended: bool, limit: int) -> list[int]:
    """The UIDs of SEARCH or ESEARCH responses, ascending, without doubles."""
    found: set[int] = set()
    for segment in segments:
        if isinstance(segment, tuple):
            raise ProtocolError("The server sent a literal in the answer to SEARCH.")
        for uid in _esearch(segment, limit) if extended else map(number, _plain(segment)):
            if not 1 <= uid <= MAX_UID:
                raise ProtocolError(f"The server sent {uid} where a UID was expected.")
            found.add(uid)
        if len(found) > limit:
            raise LimitError(f"The server names more than {limit} messages in one folder.", limit="folder_uids")
    return sorted(found)


def _plain(text: bytes) -> list[bytes]:
    # RFC 7162: "SEARCH 2 5 (MODSEQ 917162500)"; Yahoo ends the line with a space.
    return text.partition(b"(")[0].split()


def _esearch(text: bytes, limit: int) -> list[int]:
    """``(TAG "A1") UID ALL 2,10:11`` (RFC 4731); without ALL nothing was found."""
    values = parse([text])
    for name, value in pairwise(values):
        if isinstance(name, bytes) and name.upper() == b"ALL" and isinstance(value, bytes):
            return expand(value, limit)
    return []


def read_appenduid(text: bytes) -> int | None:
    """The UID in ``[APPENDUID 38505 3955] APPEND completed`` (RFC 4315), None if the server does not tell it."""
    if not text.upper().startswith(b"[APPENDUID "):
        return None
    words = text[11:].partition(b"]")[0].split()
    return int(words[1]) if len(words) == 2 and words[1].isdigit() and len(words[1]) <= 10 else None

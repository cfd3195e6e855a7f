"""What a sync must do in one folder. PURE: what the server says and what we know -> what to ask, fetch, drop and
re-read.

A folder is in one of these cases (``Listing``)::

    no cursor yet, or another UIDVALIDITY ──► ALL    a new life: every UID is new; locations of the old life are gone
    nothing can have changed ───────────────► NONE   UIDNEXT, number of messages and HIGHESTMODSEQ are as we left them
    UIDNEXT grew, or may have ──────────────► TAIL   list what lies beyond our last UID; if the count then does not
    add up,
                                                     something vanished as well ──► ALL
    the count is wrong, UIDNEXT went back ──► ALL    list every UID and compare

Invariants:

* What is new is a UID that the server lists and the store does not know; never "a UID above the last one" alone. So a
  server
  that lets UIDNEXT go back, forgets to tell it, or left a message out once, loses nothing.
* A message is gone only when the server did not list it in a listing of *all* UIDs.
* ``\\Seen`` plays no part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailkit.mailbox.base import FlagState, FolderInfo, FolderState
from mailkit.words import Role


class Listing(StrEnum):
    """Which UIDs to ask the server for."""

    NONE = "none"
    TAIL = "tail"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Cursor:
    """What the store knows of a folder. ``live``: how many messages are in it as far as we know."""

    uidvalidity: int | None = None
    uidnext: int | None = None
    highestmodseq: int | None = None
    last_uid: int = 0
    live: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do in a folder. ``changed_since``: with CONDSTORE, ask for flags changed after that mod-sequence only."""

    restart: bool
    listing: Listing
    flags: bool
    changed_since: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """New UIDs to fetch, UIDs that vanished, and UIDs that were thought gone and are there; all ascending."""

    new: tuple[int, ...] = ()
    vanished: tuple[int, ...] = ()
    back: tuple[int, ...] = ()


def plan(state: FolderState, cursor: Cursor) -> Plan:
    """The plan for a folder that was just opened."""
    if cursor.uidvalidity != state.uidvalidity:
        return Plan(restart=True, listing=Listing.ALL, flags=False)
    return Plan(False, _listing(state, cursor), *_flags(state, cursor))


def _listing(state: FolderState, cursor: Cursor) -> Listing:
    went_back = state.uidnext is not None and state.uidnext < max(cursor.uidnext or 0, cursor.last_uid + 1)
    if went_back:
        return Listing.ALL
    if state.uidnext is None or cursor.uidnext is None or state.uidnext > cursor.last_uid + 1:
        return Listing.TAIL
    return Listing.NONE if state.exists == cursor.live else Listing.ALL


def _flags(state: FolderState, cursor: Cursor) -> tuple[bool, int | None]:
    if cursor.live == 0 or state.exists == 0:
        return False, None
    if state.highestmodseq is None:
        return True, None
    if cursor.highestmodseq is None or cursor.highestmodseq > state.highestmodseq:
        return True, None  # no CONDSTORE when we were here last, or a server that starts its mod-sequences anew
    return cursor.highestmodseq < state.highestmodseq, cursor.highestmodseq


def tail_explains(state: FolderState, cursor: Cursor, difference: Difference) -> bool:
    """Whether the messages found beyond the last UID account for the number that the server tells."""
    return state.exists == cursor.live + len(difference.new) + len(difference.back)


def compare(listed: Sequence[int], known: Mapping[int, bool], *, everything: bool) -> Difference:
    """The server's UIDs against ours (UID -> still there); ``everything``: both are complete, so that absence
    counts."""
    there = set(listed)
    return Difference(
        new=tuple(sorted(there - known.keys())),
        vanished=tuple(sorted(uid for uid, live in known.items() if live and uid not in there)) if everything else (),
        back=tuple(sorted(uid for uid, live in known.items() if not live and uid in there)),
    )


def windows(uids: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    """The UIDs in windows of ``size``, the newest window first, ascending inside: a first sync shows today's mail
    first."""
    end = len(uids)
    while end > 0:
        start = max(end - size, 0)
        yield tuple(uids[start:end])
        end = start


def changed_flags(
    seen: Mapping[int, FlagState], known: Mapping[int, tuple[str, ...]]
) -> dict[int, tuple[tuple[str, ...], int | None]]:
    """The flags that differ from what we know; their order does not count. UIDs that we do not know are left out."""
    return {
        uid: (state.flags, state.modseq)
        for uid, state in seen.items()
        if uid in known and {f.casefold() for f in state.flags} != {f.casefold() for f in known[uid]}
    }


#: Roles that hold no mail of their own, or mail that nobody wants on a customer's record, unless asked for.
_VIEWS = frozenset({Role.FLAGGED, Role.IMPORTANT})
_ASKED_FOR = frozenset({Role.JUNK, Role.TRASH, Role.DRAFTS})
_ORDER = {Role.INBOX: 0, Role.SENT: 1, Role.ALL: 2, Role.ARCHIVE: 3}


def choose(
    folders: Sequence[FolderInfo],
    wanted: Collection[str | Role],
    *,
    also: Collection[Role] = (),
    labels: bool = False,
) -> tuple[tuple[FolderInfo, ...], tuple[str, ...]]:
    """The folders to sync, INBOX first, and the wanted ones that the account does not have.

    Args:
        folders: all folders of the account.
        wanted: names or roles; empty: every folder that can be opened, except views (``\\Flagged``, ``\\All``),
            drafts, junk
            and trash.
        also: roles to sync beside the default: junk, trash, drafts.
        labels: folders are labels (Gmail): then ``\\All`` holds every message once, and it alone is synced.
    """
    open_ = [folder for folder in folders if folder.selectable]
    if wanted:
        found = {index: name for name in wanted for index, folder in enumerate(open_) if _is(folder, name)}
        missing = [str(name) for name in wanted if not any(_is(folder, name) for folder in open_)]
        return _sorted([open_[index] for index in found]), tuple(missing)
    everything = labels and any(folder.role is Role.ALL for folder in open_)
    kept = [folder for folder in open_ if _is_default(folder, also, everything)]
    return _sorted(kept), ()


def _is(folder: FolderInfo, wanted: str | Role) -> bool:
    if isinstance(wanted, Role):
        return folder.role is wanted
    return folder.name == wanted or (folder.name == "INBOX" and wanted.upper() == "INBOX")


def _is_default(folder: FolderInfo, also: Collection[Role], everything: bool) -> bool:
    role = folder.role
    if role is not None and role in also:
        return True
    if everything:
        return role is Role.ALL
    return role not in _VIEWS and role not in _ASKED_FOR and role is not Role.ALL


def _sorted(folders: Sequence[FolderInfo]) -> tuple[FolderInfo, ...]:
    def key(folder: FolderInfo) -> tuple[int, str]:
        return (_ORDER.get(folder.role, 9) if folder.role else 9), folder.name

    return tuple(sorted(folders, key=key))

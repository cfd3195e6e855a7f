"""Why a folder and the store differ. PURE: what the server lists and what we know of the folder -> what differs, and
why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from mailkit.mailbox.base import FlagState, FolderState
from mailkit.store.folders import FolderRow

from .plan import changed_flags
from .report import Finding

ERASED = "erased here"
FOLDER_GONE = "the server has no such folder any more"
GONE = "gone from the server since the last sync"
OTHER_FLAGS = "changed on the server since the last sync"
NEVER = "the folder was never synced"
UNFINISHED = "the first sync of the folder has not come to its end"
ARRIVED = "arrived since the last sync"
LEFT_OUT = "the server has left it out of a listing"
UNSEEN = "the server did not hand it over at the last sync"


def missing(
    server: Collection[int], known: Mapping[int, bool], state: FolderState, row: FolderRow | None
) -> Iterator[Finding]:
    """What the server has and the store has not. ``known``: UID -> still there as far as we know."""
    uids = [uid for uid in server if not known.get(uid)]
    failed = f"; its last sync failed: {row.last_error}" if row is not None and row.last_error else ""
    yield from _grouped("missing", ((uid, _why_missing(uid, known, state, row) + failed) for uid in uids))


def _why_missing(uid: int, known: Mapping[int, bool], state: FolderState, row: FolderRow | None) -> str:
    if row is None or row.uidvalidity is None:
        return NEVER
    if row.uidvalidity != state.uidvalidity:
        return f"the server has numbered the folder anew (UIDVALIDITY {state.uidvalidity}, was {row.uidvalidity})"
    if row.synced_at is None:
        return UNFINISHED
    if uid in known:
        return LEFT_OUT
    return ARRIVED if uid > row.last_uid else UNSEEN


def vanished(server: Collection[int], known: Mapping[int, bool], why: str = GONE) -> Iterator[Finding]:
    """What the store believes to be on the server and is not."""
    yield from _grouped("extra", ((uid, why) for uid, live in known.items() if live and uid not in server))


def flags(seen: Mapping[int, FlagState], ours: Mapping[int, tuple[str, ...]]) -> Iterator[Finding]:
    """What has other flags on the server."""
    yield from _grouped("flags", ((uid, OTHER_FLAGS) for uid in changed_flags(seen, ours)))


def held(server: Collection[int], kept: Mapping[int, tuple[str, str]]) -> Iterator[Finding]:
    """What is on the server, known, and not a message here: UID -> (state, reason) of the quarantine; empty for what
    was erased."""
    yield from _grouped("held", ((uid, _why_held(*why)) for uid, why in kept.items() if uid in server))


def _why_held(state: str, reason: str) -> str:
    if not state:
        return ERASED
    return f"{'dropped from' if state == 'dropped' else 'in'} quarantine: {reason}"


def _grouped(kind: str, found: Iterable[tuple[int, str]]) -> Iterator[Finding]:
    by_reason: dict[str, list[int]] = {}
    for uid, why in found:
        by_reason.setdefault(why, []).append(uid)
    for why, uids in sorted(by_reason.items(), key=lambda item: min(item[1])):
        yield Finding(kind, tuple(sorted(uids)), why)

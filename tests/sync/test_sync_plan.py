"""The plan is pure: server state and cursor in, what to do out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.mailbox import FlagState, FolderInfo, FolderState
from mailkit.sync.plan import Cursor, Difference, Listing, changed_flags, choose, compare, plan, tail_explains, windows
from mailkit.words import Role


def state(uidvalidity: int = 7, uidnext: int | None = 11, exists: int = 10, modseq: int | None = None) -> FolderState:
    return FolderState("INBOX", uidvalidity, uidnext, exists, modseq)


def cursor(**changes: int | None) -> Cursor:
    fields: dict[str, int | None] = {"uidvalidity": 7, "uidnext": 11, "last_uid": 10, "live": 10}
    return Cursor(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("server", "ours", "restart", "listing"),
    [
        (state(), Cursor(), True, Listing.ALL),
        (state(uidvalidity=8), cursor(), True, Listing.ALL),
        (state(uidvalidity=8, modseq=5), cursor(highestmodseq=5), True, Listing.ALL),
        (state(), cursor(), False, Listing.NONE),
        (state(uidnext=12, exists=11), cursor(), False, Listing.TAIL),
        (state(uidnext=None), cursor(uidnext=None), False, Listing.TAIL),
        (state(uidnext=None), cursor(), False, Listing.TAIL),
        (state(exists=9), cursor(), False, Listing.ALL),
        (state(exists=11), cursor(), False, Listing.ALL),
        (state(uidnext=9), cursor(), False, Listing.ALL),
        (state(uidnext=1, exists=0), cursor(), False, Listing.ALL),
        (state(), cursor(uidnext=None, last_uid=0, live=3), False, Listing.TAIL),
    ],
)
def test_which_uids_to_list(server: FolderState, ours: Cursor, restart: bool, listing: Listing) -> None:
    found = plan(server, ours)
    assert (found.restart, found.listing) == (restart, listing)
    assert not (found.restart and found.flags)


@pytest.mark.parametrize(
    ("modseq", "known", "flags", "since"),
    [
        (None, None, True, None),
        (9, 9, False, 9),
        (10, 9, True, 9),
        (9, None, True, None),
        (3, 9, True, None),
        (None, 9, True, None),
    ],
)
def test_which_flags_to_read(modseq: int | None, known: int | None, flags: bool, since: int | None) -> None:
    found = plan(state(modseq=modseq), cursor(highestmodseq=known))
    assert (found.flags, found.changed_since) == (flags, since)


def test_an_empty_folder_needs_no_flags() -> None:
    assert not plan(state(exists=0), cursor(live=0)).flags


UIDS = st.sets(st.integers(1, 60))


@given(UIDS, st.dictionaries(st.integers(1, 60), st.booleans()))
def test_comparing_everything_ends_in_agreement(listed: set[int], known: dict[int, bool]) -> None:
    found = compare(sorted(listed), known, everything=True)
    live = {uid for uid, there in known.items() if there}
    assert (live | set(found.new) | set(found.back)) - set(found.vanished) == listed
    assert not set(found.new) & known.keys()
    again = {uid: uid in listed for uid in known.keys() | listed}
    assert compare(sorted(listed), again, everything=True) == Difference()


@given(UIDS, st.dictionaries(st.integers(1, 60), st.booleans()))
def test_a_partial_listing_declares_nothing_gone(listed: set[int], known: dict[int, bool]) -> None:
    assert compare(sorted(listed), known, everything=False).vanished == ()


def test_the_tail_explains_the_count_or_does_not() -> None:
    assert tail_explains(state(exists=12), cursor(), Difference(new=(11, 12)))
    assert not tail_explains(state(exists=11), cursor(), Difference(new=(11, 12)))


@given(st.sets(st.integers(1, 500)), st.integers(1, 40))
def test_windows_hold_all_the_newest_first(uids: set[int], size: int) -> None:
    ordered = sorted(uids)
    found = list(windows(ordered, size))
    assert sorted(uid for window in found for uid in window) == ordered
    assert all(len(window) <= size and list(window) == sorted(window) for window in found)
    assert all(later[0] > earlier[-1] for later, earlier in pairwise(found))


def test_flags_are_compared_without_order_and_case() -> None:
    seen = {
        1: FlagState(("\\Seen", "$X"), 5),
        2: FlagState(("\\seen",), 6),
        3: FlagState((), None),
        9: FlagState(("x",)),
    }
    known = {1: ("$X", "\\Seen"), 2: ("\\Seen",), 3: ("\\Seen",)}
    assert changed_flags(seen, known) == {3: ((), None)}


FOLDERS = [
    FolderInfo("Archive", "/", role=Role.ARCHIVE),
    FolderInfo("Drafts", "/", role=Role.DRAFTS),
    FolderInfo("INBOX", "/", role=Role.INBOX),
    FolderInfo("Sent", "/", role=Role.SENT),
    FolderInfo("Junk", "/", role=Role.JUNK),
    FolderInfo("Trash", "/", role=Role.TRASH),
    FolderInfo("All", "/", role=Role.ALL),
    FolderInfo("Flagged", "/", role=Role.FLAGGED),
    FolderInfo("Kunden", "/"),
    FolderInfo("Root", "/", selectable=False),
]


def names(*args: object, **more: object) -> list[str]:
    return [folder.name for folder in choose(FOLDERS, *args, **more)[0]]  # type: ignore[arg-type]


def test_the_default_choice() -> None:
    assert names(()) == ["INBOX", "Sent", "Archive", "Kunden"]
    assert names((), also=(Role.JUNK,)) == ["INBOX", "Sent", "Archive", "Junk", "Kunden"]
    assert names((), labels=True) == ["All"]
    assert names((), labels=True, also=(Role.TRASH,)) == ["All", "Trash"]


def test_chosen_folders_and_missing_ones() -> None:
    found, missing = choose(FOLDERS, ("Kunden", Role.INBOX, "inbox", Role.IMPORTANT, "Root", "Nowhere"))
    assert [folder.name for folder in found] == ["INBOX", "Kunden"]
    assert missing == ("important", "Root", "Nowhere")
    without_all = [folder for folder in FOLDERS if folder.role is not Role.ALL]
    assert [f.name for f in choose(without_all, (), labels=True)[0]] == ["INBOX", "Sent", "Archive", "Kunden"]

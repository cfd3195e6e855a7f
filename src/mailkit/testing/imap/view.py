"""What one session knows of the folder it has selected: sequence numbers, and what it has not been told yet. Pure.

Sequence numbers are positions in ``uids``; they only change when the session is told (RFC 9051 section 7.5.1), so a
mail expunged by somebody else keeps its number here until ``changes`` reports it. ``changes`` must not be asked for
expunges while a command that names sequence numbers is in progress.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from mailkit.testing.state import Folder, StoredMail


class View:
    """A session's view of a folder. Use it with the state's lock held. ``keywords`` are the flags it was told of."""

    def __init__(self, folder: Folder, *, readonly: bool) -> None:
        self.folder: Folder = folder
        self.readonly: bool = readonly
        self.uidvalidity: int = folder.uidvalidity
        self.uids: list[int] = list(folder.mails)
        self.modseq: int = folder.modseq
        self.keywords: frozenset[str] = frozenset(flag for mail in folder.mails.values() for flag in mail.flags)
        self._next = folder.uidnext
        self._expunges = len(folder.expunged)
        self._told: dict[int, int] = {}

    @property
    def stale(self) -> bool:
        """Whether the folder this view was made for is no more (deleted, or a new UIDVALIDITY)."""
        return self.folder.deleted or self.folder.uidvalidity != self.uidvalidity

    def number(self, uid: int) -> int:
        """The sequence number of a UID that is in the view."""
        return bisect_left(self.uids, uid) + 1

    def tell(self, mail: StoredMail) -> None:
        """The session knows the flags of that mail already (it set them)."""
        self._told[mail.uid] = mail.modseq

    def changes(self, *, expunges: bool) -> tuple[list[int], bool, list[StoredMail]]:
        """What to tell: sequence numbers to report as EXPUNGE in that order, whether EXISTS is due, changed mails."""
        gone = self._drop() if expunges else []
        folder = self.folder
        if folder.modseq == self.modseq:
            return gone, False, []
        changed = [m for m in self._known() if m.modseq > self.modseq and self._told.get(m.uid) != m.modseq]
        arrived = [uid for uid in range(self._next, folder.uidnext) if uid in folder.mails]
        self.uids.extend(arrived)
        self.modseq, self._next = folder.modseq, folder.uidnext
        self._told.clear()
        return gone, bool(arrived), changed

    def forget(self, uids: Iterable[int]) -> None:
        """Drop UIDs without reporting them."""
        for uid in uids:
            at = bisect_left(self.uids, uid)
            if at < len(self.uids) and self.uids[at] == uid:
                del self.uids[at]

    def _known(self) -> list[StoredMail]:
        mails = self.folder.mails
        return [mails[uid] for uid in self.uids if uid in mails]

    def _drop(self) -> list[int]:
        """Each number is valid at the moment it is reported: counted down, none shifts another."""
        news = self.folder.expunged[self._expunges :]
        self._expunges = len(self.folder.expunged)
        numbers: list[int] = []
        for uid in sorted((uid for uid, _ in news), reverse=True):
            at = bisect_left(self.uids, uid)
            if at < len(self.uids) and self.uids[at] == uid:
                numbers.append(at + 1)
                del self.uids[at]
        return numbers

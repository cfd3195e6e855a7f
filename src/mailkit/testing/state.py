"""What the in-process servers keep: users, their folders, the mails in them. No socket, no event loop.

Everything here is changed with ``MailState.lock`` held, by the server's thread and by the test's thread alike; after
each change the listeners are called (IMAP sessions wake up and push ``EXISTS``, ``EXPUNGE``, ``FETCH``).

Invariants (RFC 9051 section 2.3.1.1, RFC 7162):

* A UID is given once in the life of a folder's UIDVALIDITY and UIDs ascend; ``uidnext`` never goes back.
* A UIDVALIDITY is never used again, whatever is deleted, renamed or renumbered.
* Every change of a folder takes the next ``modseq`` of that folder; ``expunged`` keeps (uid, modseq) of what has gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

SYSTEM_FLAGS = {name.lower(): name for name in ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft")}
SPECIAL_USE = {
    "Sent": "\\Sent",
    "Drafts": "\\Drafts",
    "Trash": "\\Trash",
    "Junk": "\\Junk",
    "Archive": "\\Archive",
}
SEPARATOR = "/"


def canonical_flag(flag: str) -> str:
    """``\\seen`` -> ``\\Seen``; keywords stay as written (RFC 9051 section 2.3.2: flags are case-insensitive)."""
    return SYSTEM_FLAGS.get(flag.lower(), flag)


@dataclass(slots=True, eq=False)
class StoredMail:
    """One mail in one folder. ``raw`` is kept byte for byte; ``date`` is INTERNALDATE (aware)."""

    uid: int
    raw: bytes = field(repr=False)
    flags: frozenset[str]
    date: datetime
    modseq: int


@dataclass(slots=True, eq=False)
class Folder:
    """One folder of one user. ``mails`` is in ascending UID order because UIDs are only ever appended."""

    name: str
    uidvalidity: int
    changed: Callable[[Folder], None] = field(repr=False)
    special_use: str | None = None
    subscribed: bool = True
    uidnext: int = 1
    modseq: int = 1
    mails: dict[int, StoredMail] = field(default_factory=dict[int, StoredMail], repr=False)
    expunged: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]], repr=False)
    deleted: bool = False

    def add(self, raw: bytes, flags: Iterable[str] = (), date: datetime | None = None) -> StoredMail:
        """Append a mail; it gets the next UID."""
        self.modseq += 1
        kept = frozenset(canonical_flag(flag) for flag in flags if flag.lower() != "\\recent")
        mail = StoredMail(self.uidnext, bytes(raw), kept, date or datetime.now(UTC), self.modseq)
        self.mails[mail.uid] = mail
        self.uidnext += 1
        self.changed(self)
        return mail

    def set_flags(self, uid: int, flags: Iterable[str]) -> bool:
        """Replace the flags of a mail. Returns whether anything changed: an unchanged mail keeps its modseq."""
        mail = self.mails[uid]
        wanted = frozenset(canonical_flag(flag) for flag in flags if flag.lower() != "\\recent")
        if wanted == mail.flags:
            return False
        self.modseq += 1
        mail.flags, mail.modseq = wanted, self.modseq
        self.changed(self)
        return True

    def expunge(self, uids: Iterable[int]) -> list[int]:
        """Remove mails for ever. Returns the UIDs that were there, ascending."""
        gone = sorted(uid for uid in set(uids) if uid in self.mails)
        if gone:
            self.modseq += 1
            for uid in gone:
                del self.mails[uid]
                self.expunged.append((uid, self.modseq))
            self.changed(self)
        return gone

    def renumber(self, uidvalidity: int) -> None:
        """Start a new life of the folder: the mails stay, UIDs start at 1 again, UIDVALIDITY is new."""
        kept = list(self.mails.values())
        self.uidvalidity = uidvalidity
        self.modseq += 1
        self.mails = {}
        self.expunged = []
        for uid, mail in enumerate(kept, 1):
            self.mails[uid] = StoredMail(uid, mail.raw, mail.flags, mail.date, self.modseq)
        self.uidnext = len(kept) + 1
        self.changed(self)

    def count(self, *, without: str) -> int:
        """How many mails do not have the flag ``without``."""
        return sum(1 for mail in self.mails.values() if without not in mail.flags)


@dataclass(slots=True, eq=False)
class User:
    """One login, its password, its OAuth bearer tokens, its other addresses and its folders by name."""

    address: str
    password: str = field(repr=False)
    aliases: frozenset[str] = frozenset()
    tokens: set[str] = field(default_factory=set[str], repr=False)
    folders: dict[str, Folder] = field(default_factory=dict[str, Folder], repr=False)

    def folder(self, name: str) -> Folder:
        """The folder of that name (INBOX in any case). Raises KeyError."""
        return self.folders[folder_key(name)]

    def role(self, special_use: str) -> Folder | None:
        """The folder with that special use (RFC 6154), if there is one."""
        return next((f for f in self.folders.values() if f.special_use == special_use), None)


def folder_key(name: str) -> str:
    """INBOX is one folder however it is written (RFC 9051 section 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name


class MailState:
    """All users. ``lock`` guards everything; ``listen`` registers for changes of any folder."""

    def __init__(self) -> None:
        # AbstractContextManager: what threading.RLock() gives has no public name before Python 3.13.
        self.lock: AbstractContextManager[bool] = threading.RLock()
        self.users: dict[str, User] = {}
        self._uidvalidity = 1_700_000_000
        self._listeners: list[Callable[[Folder], None]] = []

    def listen(self, listener: Callable[[Folder], None]) -> Callable[[], None]:
        """Call ``listener`` after each change, in the thread that made it. Returns the way to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _changed(self, folder: Folder) -> None:
        for listener in list(self._listeners):
            listener(folder)

    def next_uidvalidity(self) -> int:
        """A UIDVALIDITY that was never used before."""
        self._uidvalidity += 1
        return self._uidvalidity

    def add_user(self, address: str, password: str, *, aliases: Iterable[str] = (), tokens: Iterable[str] = ()) -> User:
        """A new user with INBOX and the usual special-use folders. Raises ValueError if the address is taken."""
        with self.lock:
            key = address.casefold()
            if key in self.users:
                raise ValueError(f"{address} is a user already")
            user = User(address, password, frozenset(a.casefold() for a in aliases), set(tokens))
            self.users[key] = user
            for name in ("INBOX", *SPECIAL_USE):
                self.create(user, name, special_use=SPECIAL_USE.get(name))
            return user

    def create(self, user: User, name: str, *, special_use: str | None = None) -> Folder:
        """A new folder. Raises ValueError if there is one of that name."""
        with self.lock:
            key = folder_key(name)
            if key in user.folders:
                raise ValueError(f"folder {name!r} exists")
            folder = Folder(key, self.next_uidvalidity(), self._changed, special_use)
            user.folders[key] = folder
            return folder

    def delete(self, user: User, name: str) -> None:
        """Remove a folder and its mails. Raises KeyError."""
        with self.lock:
            folder = user.folders.pop(folder_key(name))
            folder.deleted = True
            self._changed(folder)

    def rename(self, user: User, old: str, new: str) -> None:
        """Rename a folder and those below it; renaming INBOX moves its mails (RFC 9051 section 6.3.6)."""
        with self.lock:
            source = user.folder(old)
            if folder_key(new) in user.folders:
                raise ValueError(f"folder {new!r} exists")
            if source.name == "INBOX":
                target = self.create(user, new)
                for mail in list(source.mails.values()):
                    target.add(mail.raw, mail.flags, mail.date)
                source.expunge(list(source.mails))
                return
            top = source.name
            for name in [n for n in user.folders if n == top or n.startswith(top + SEPARATOR)]:
                folder = user.folders.pop(name)
                folder.name = new + name[len(top) :]
                user.folders[folder.name] = folder
                self._changed(folder)

    def by_address(self, address: str) -> User | None:
        """The local user an address belongs to: as is, by alias, or without its ``+detail``."""
        key = address.casefold()
        local, _, domain = key.rpartition("@")
        for candidate in (key, f"{local.partition('+')[0]}@{domain}"):
            if user := self.users.get(candidate):
                return user
            for user in self.users.values():
                if candidate in user.aliases:
                    return user
        return None

    def check(self, name: str, password: str) -> User | None:
        """The user, if name and password are right."""
        user = self.users.get(name.casefold())
        return user if user is not None and user.password == password else None

    def check_token(self, name: str, token: str) -> User | None:
        """The user, if the bearer token is one of theirs."""
        user = self.users.get(name.casefold())
        return user if user is not None and token in user.tokens else None

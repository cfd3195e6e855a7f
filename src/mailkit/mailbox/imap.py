"""ImapMailbox: one account's folders over IMAP. See ``base.MailboxClient`` for what each method promises.

Commands go out one at a time; a ``fetch`` in progress holds nothing open between its batches, so other methods may be
called while iterating.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.errors import (
    CommandRefusedError,
    InputError,
    ProtocolError,
    UnsupportedError,
)
from mailkit.words import Limits

from . import folders as folder_names
from . import uidset
from .arguments import check, flag_list, quoted
from .base import Fetched, FlagState, FolderInfo, FolderState
from .failures import readable, refusal
from .response import write_date
from .rows import Row
from .session import ImapSession

_SIZES_AT_ONCE = 2000
_FLAGS_AT_ONCE = 100_000
_UIDS_AT_ONCE = 50_000


class ImapMailbox(ImapSession):
    """A connection to an account's IMAP server. Not for several threads at a time.

    Args:
        account: whose ``imap`` server and credentials are used.
        limits: bounds on what is read.
        credentials: finds the named token provider of an OAuth account; not needed for a password.

    ``with ImapMailbox(account) as mailbox:`` connects and closes.
    """

    # Folders

    def folders(self) -> tuple[FolderInfo, ...]:
        """All folders with their roles (RFC 6154, XLIST, names)."""
        command = "XLIST" if "XLIST" in self._capabilities and "SPECIAL-USE" not in self._capabilities else "LIST"
        status, text = self._run("list the folders", command, '""', '"*"')
        if status != "OK":
            raise refusal("list the folders", text)
        with self._working("list the folders") as wire:
            found, self._names = folder_names.read_list(wire.take(command), self.limits)
        return found

    def select(self, name: str, readonly: bool = True) -> FolderState:
        """Open a folder; with ``readonly`` by EXAMINE, so that nothing changes by reading.

        Raises:
            CommandRefusedError: there is no such folder, or it cannot be opened.
            UnsupportedError: the server's UIDs are not persistent (no UIDVALIDITY, or UIDNOTSTICKY).
        """
        argument = self._wire_name(name)
        what = f"open the folder {readable(name, 80)!r}"
        options = ["(CONDSTORE)"] if "CONDSTORE" in self._capabilities else []
        with self._working(what) as wire:
            wire.untagged_responses.clear()
            self._state = None
            status, text = wire.run("EXAMINE" if readonly else "SELECT", argument, *options)
            if status != "OK":
                wire.state = "AUTH"
                raise refusal(what, text)
            wire.state = "SELECTED"
            # After a SELECT that the server turned read-only, imaplib must not object to what follows.
            wire.is_readonly = True
            self._state = folder_names.read_select(name, wire, readonly)
            return self._state

    def _wire_name(self, name: str) -> bytes:
        """The folder's name as the server wrote it in LIST, else as the standard writes it; quoted."""
        check(name, "folder name")
        if not self._names and (not name.isascii() or "&" in name):
            with contextlib.suppress(CommandRefusedError):
                self.folders()
        return quoted(self._names.get(name) or folder_names.encode(name))

    # Reading

    def uids(self, low: int = 1, high: int | None = None) -> list[int]:
        """The UIDs from ``low`` to ``high``, ascending; by ESEARCH (RFC 4731) where the server has it."""
        top = uidset.MAX_UID if high is None else min(high, uidset.MAX_UID)
        if low > top:
            return []
        extended = "ESEARCH" in self._capabilities
        command = ["UID", "SEARCH", *(["RETURN (ALL)"] if extended else []), "UID"]
        found: list[int] = []
        for uid_set in [uidset.write(max(low, 1), top)] if extended else self._search_sets(max(low, 1), top):
            found += self._search("list the messages", [*command, uid_set], extended)
        return [uid for uid in found if low <= uid <= top]

    def _search_sets(self, low: int, top: int) -> list[str]:
        """Ranges whose answers fit one line: plain SEARCH names every UID of a huge folder in one."""
        state = self._need_state()
        if state.exists <= _UIDS_AT_ONCE or state.uidnext is None or state.uidnext <= low:
            return [uidset.write(low, top)]
        step = max(_UIDS_AT_ONCE, (state.uidnext - low) // 1000)
        starts = list(range(low, state.uidnext, step))
        ends = [start - 1 for start in starts[1:]] + [top]
        return [uidset.write(start, end) for start, end in zip(starts, ends, strict=True) if start <= top]

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """RFC822.SIZE of each; an estimate where ``provider.exact_size`` is false. One that the server does not tell,
        or that is no number, counts as ``limits.batch_bytes``."""
        found: dict[int, int] = {}
        for start in range(0, len(uids), _SIZES_AT_ONCE):
            for row in self._rows("read the sizes", uids[start : start + _SIZES_AT_ONCE], "(UID RFC822.SIZE)"):
                found[row.uid] = self.limits.batch_bytes if row.size is None else row.size
        return found

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """The messages in ascending order of UID, never setting ``\\Seen`` (BODY.PEEK).

        Batches hold at most ``limits.batch_messages`` messages and about ``limits.batch_bytes`` bytes. A message
        larger than ``limits.message_bytes`` comes with ``raw`` None and is not fetched. A UID that is gone is left
        out.

        Raises:
            LimitError: a message is announced larger than ``limits.literal_bytes``, whatever its RFC822.SIZE said.
            ProtocolError: the server answers for a message that is there without handing over its content.
        """
        wanted = sorted(set(uids))
        for start in range(0, len(wanted), _SIZES_AT_ONCE):
            sizes = self.sizes(wanted[start : start + _SIZES_AT_ONCE])
            large = [uid for uid, size in sizes.items() if size > self.limits.message_bytes]
            for row in self._rows("read the flags", large, "(UID FLAGS INTERNALDATE)") if large else ():
                yield Fetched(row.uid, None, row.flags or (), row.internaldate, sizes[row.uid])
            for batch in self._batches({u: s for u, s in sizes.items() if s <= self.limits.message_bytes}):
                yield from self._fetch_batch(batch, sizes)

    def _batches(self, sizes: dict[int, int]) -> Iterator[list[int]]:
        batch: list[int] = []
        total = 0
        for uid in sorted(sizes):
            full = len(batch) >= self.limits.batch_messages or total + sizes[uid] > self.limits.batch_bytes
            if batch and full:
                yield batch
                batch, total = [], 0
            batch.append(uid)
            total += sizes[uid]
        if batch:
            yield batch

    def _fetch_batch(self, batch: list[int], sizes: Mapping[int, int]) -> list[Fetched]:
        labels = " X-GM-LABELS" if "X-GM-EXT-1" in self._capabilities else ""
        rows = self._rows("read messages", batch, f"(UID FLAGS INTERNALDATE{labels} BODY.PEEK[])")
        for row in rows:
            # Of a message that was just expunged a server may still tell the flags; of one that is there, no.
            if row.body is None and self.uids(row.uid, row.uid):
                raise ProtocolError(f"The server does not hand over the content of message {row.uid}.")
        told = self._left_out(rows)
        return [
            Fetched(
                row.uid,
                row.body,
                row.flags if row.flags is not None else told.get(row.uid, ()),
                row.internaldate,
                len(row.body) or sizes[row.uid],
                row.labels or (),
            )
            for row in sorted(rows, key=lambda row: row.uid)
            if row.body is not None
        ]

    def _left_out(self, rows: Sequence[Row]) -> dict[int, tuple[str, ...]]:
        """The flags that came with no content, asked for once more: a server with CONDSTORE tells them only when they
        change."""
        without = [row.uid for row in rows if row.body is not None and row.flags is None]
        with contextlib.suppress(CommandRefusedError):
            again = self._rows("read the flags", without, "(UID FLAGS)") if without else ()
            return {row.uid: row.flags for row in again if row.flags is not None}
        return {}

    def flags(self, low: int, high: int | None = None, changed_since: int | None = None) -> dict[int, FlagState]:
        """The flags from ``low`` to ``high``; with ``changed_since`` what changed after that mod-sequence.

        Raises:
            UnsupportedError: ``changed_since`` on a server without CONDSTORE.
        """
        if changed_since is not None and "CONDSTORE" not in self._capabilities:
            raise UnsupportedError("The server has no CONDSTORE.")
        top = self._top() if high is None else high
        # One command for a usual folder; a huge one in pieces, so that no answer is longer than the limits allow.
        exists = min(self._need_state().exists, self.limits.folder_uids)  # a number that the server made up
        parts = 1 if changed_since is not None else exists // _FLAGS_AT_ONCE + 1
        step = max(top - low, 0) // parts + 1
        modifier = [f"(CHANGEDSINCE {changed_since})"] if changed_since is not None else []
        found: dict[int, FlagState] = {}
        for start in range(max(low, 1), top + 1, step):
            sets = [uidset.write(start, min(start + step - 1, top))]
            for row in self._fetch_sets("read the flags", sets, "(UID FLAGS)", modifier):
                if row.flags is not None and low <= row.uid <= top:
                    found[row.uid] = FlagState(row.flags, row.modseq)
        return found

    def _top(self) -> int:
        """The highest UID that the open folder can hold now."""
        state = self._need_state()
        last = self.uids(state.uidnext) if state.uidnext else self.uids()
        return last[-1] if last else (state.uidnext or 1) - 1

    def find(self, message_id: str) -> list[int]:
        """The UIDs in the open folder whose Message-ID is this one (RFC 9051 ``SEARCH HEADER``).

        Raises:
            InjectionError: the Message-ID holds a control character.
            InputError: it is empty: an empty search would find every message that has one.
        """
        wanted = check(message_id, "Message-ID").strip().removeprefix("<").removesuffix(">")
        if not wanted:
            raise InputError("There is no Message-ID to look for.")
        value = f"<{wanted}>".encode()
        if value.isascii():
            return self._search("find a message", ["UID", "SEARCH", "HEADER", "Message-ID", quoted(value)])
        command = ["UID", "SEARCH", "CHARSET", "UTF-8", "HEADER", "Message-ID"]
        return self._search("find a message", command, literal=value)

    # Writing

    def append(self, folder: str, raw: bytes, flags: Sequence[str] = (), date: datetime | None = None) -> int | None:
        """Put a message into a folder (bare LF becomes CRLF); its UID where the server has UIDPLUS, else None.

        Raises:
            InputError: the message is empty or holds NUL, the folder name or a flag cannot be sent, or ``date`` is
                naive.
            CommandRefusedError: no such folder, or no space left.
        """
        if not raw or b"\0" in raw:
            raise InputError("A message to be filed must not be empty and must not hold NUL bytes.")
        if date is not None and date.tzinfo is None:
            raise InputError("The date has no time zone.")
        if raw.count(b"\n") != raw.count(b"\r\n"):
            raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        arguments: list[str | bytes] = [self._wire_name(folder)]
        arguments += [flag_list(flags)] if flags else []
        arguments += [write_date(date)] if date is not None else []
        what = f"file a message in {readable(folder, 80)!r}"
        with self._working(what) as wire:
            status, text = wire.run("APPEND", *arguments, literal=raw)
            wire.take("APPENDUID")
        if status != "OK":
            raise refusal(what, text)
        return folder_names.read_appenduid(text)

    # Waiting

    def idle(self, timeout: float) -> bool:
        """Wait for news of the open folder (RFC 2177), at most ``timeout`` seconds; whether there was any.

        The caller renews it: call again at least every ``provider.idle_renew`` seconds.

        Raises:
            UnsupportedError: the server has no IDLE.
        """
        if "IDLE" not in self._capabilities:
            raise UnsupportedError("The server has no IDLE.", hint="Sync at intervals instead.")
        self._need_state()
        from .waiting import idle

        with self._working("wait for mail") as wire:
            return idle(wire, timeout)

    def noop(self) -> None:
        """Keep the connection alive."""
        status, text = self._run("keep the connection alive", "NOOP")
        if status != "OK":
            raise refusal("keep the connection alive", text)


def open_mailbox(
    account: Account, *, limits: Limits | None = None, credentials: Credentials | None = None
) -> ImapMailbox:
    """A connected ``ImapMailbox``. Raises like ``login.connect``."""
    mailbox = ImapMailbox(account, limits=limits, credentials=credentials)
    mailbox.connect()
    return mailbox

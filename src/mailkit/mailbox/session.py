"""One connection to an IMAP server and the exchanges on it: what every method of ``ImapMailbox`` is built of.

States: closed → (``connect``) logged in → (``select``) a folder is open. Any error but a refused command or a bad
    argument closes it, because what the server sends next could not be told from what it still owes; ``connect``
    opens it again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from mailkit import providers
from mailkit.auth import Credentials, without
from mailkit.config import Account
from mailkit.errors import (
    CommandRefusedError,
    DisconnectedError,
    InputError,
    LimitError,
    MailkitError,
    ProtocolError,
    UnsupportedError,
)
from mailkit.net.loop import refuse_in_loop
from mailkit.words import Limits

from . import folders as folder_names
from . import login, uidset
from .base import FolderState
from .connection import GuardedClient, GuardedIMAP4
from .failures import refusal, translated
from .response import Segment, parse
from .rows import Row, read_row


def _told(error: BaseException | None) -> str:
    """What an error and its causes say."""
    return "" if error is None else f"{error} {_told(error.__cause__ or error.__context__)}"


class ImapSession:
    """The connection. Not for several threads at a time; see ``ImapMailbox`` for the arguments."""

    def __init__(
        self, account: Account, *, limits: Limits | None = None, credentials: Credentials | None = None
    ) -> None:
        self.account = account
        self.limits = limits or Limits()
        self.provider = (
            providers.get(account.provider)
            if account.provider
            else providers.for_host(account.imap.host if account.imap else "")
        )
        self._credentials = credentials or Credentials()
        self._client: GuardedClient | None = None
        self._capabilities: frozenset[str] = frozenset()
        self._names: dict[str, bytes] = {}
        self._state: FolderState | None = None

    def __repr__(self) -> str:
        return f"ImapMailbox({self.account.name!r}, {'connected' if self._client else 'closed'})"

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Connect and log in; nothing happens when it is connected already. Raises like ``login.connect``."""
        refuse_in_loop("Reading mail over IMAP")
        if self._client is not None:
            return
        self._client = login.connect(self.account, self.provider, self.limits, self._credentials)
        self._capabilities = self._client.offered() - self.provider.avoid
        self._state = None

    def close(self) -> None:
        """Say LOGOUT if the server still listens, and close. Never raises."""
        client, self._client, self._state = self._client, None, None
        if client is None:
            return
        with contextlib.suppress(Exception):
            client.wire.sock.settimeout(min(2.0, client.wire.server.read_timeout))
            client.wire.run("LOGOUT")
        client.wire.shutdown()

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server offers after log-in, upper case, without what the provider is known to offer wrongly."""
        return self._capabilities

    @property
    def connected(self) -> bool:
        """Whether the connection is open as far as is known."""
        return self._client is not None

    # Commands

    @contextlib.contextmanager
    def _working(self, what: str) -> Iterator[GuardedIMAP4]:
        """The wire, for one exchange. Any error but a refused command or a bad argument closes the connection."""
        if self._client is None:
            raise DisconnectedError(f"The connection is closed; mailkit was to {what}.")
        wire = self._client.wire
        try:
            with translated(what, where=wire.server.where):
                yield wire
        except (CommandRefusedError, InputError, UnsupportedError):
            raise
        except BaseException as error:
            self._client = None
            wire.shutdown()
            if isinstance(error, MailkitError) and wire.unsaid(told := _told(error)) != told:
                raise without(error, *wire.secrets) from None
            raise

    def _run(self, what: str, name: str, *arguments: str | bytes) -> tuple[str, bytes]:
        with self._working(what) as wire:
            return wire.run(name, *arguments)

    def _need_state(self) -> FolderState:
        if self._state is None:
            raise DisconnectedError("No folder is open on this connection.")
        return self._state

    def _search(
        self, what: str, command: Sequence[str | bytes], extended: bool = False, literal: bytes | None = None
    ) -> list[int]:
        self._need_state()
        with self._working(what) as wire:
            wire.take("SEARCH")
            wire.take("ESEARCH")
            status, text = wire.run("UID", *command[1:], literal=literal)
            if status != "OK":
                raise refusal(what, text)
            kind = "ESEARCH" if extended else "SEARCH"
            return folder_names.read_search(wire.take(kind), extended, self.limits.folder_uids)

    def _rows(self, what: str, uids: Sequence[int], items: str) -> list[Row]:
        room = max(self.provider.max_command_bytes - len(items) - 60, 50)
        rows = self._fetch_sets(what, list(uidset.pieces(uids, room)), items, [])
        wanted = set(uids)
        return [row for row in rows if row.uid in wanted]

    def _fetch_sets(self, what: str, sets: Sequence[str], items: str, modifier: list[str]) -> list[Row]:
        """UID FETCH of each set. Responses without UID are dropped; several of one UID complete each other.

        Servers also tell of messages that nobody asked for: the caller drops those.

        Raises:
            ProtocolError: two of them have different contents: one is of another message.
        """
        self._need_state()
        rows: dict[int, Row] = {}

        def sink(kind: str, segments: list[Segment]) -> None:
            row = read_row(parse(segments), uidonly=kind == "UIDFETCH")
            if row is not None:
                earlier = rows.get(row.uid)
                if row.contradicts(earlier):
                    raise ProtocolError(f"The server sends two contents for message {row.uid}.")
                rows[row.uid] = row.over(earlier)
                if len(rows) > self.limits.folder_uids:
                    raise LimitError("The server names too many messages.", limit="folder_uids")

        with self._working(what) as wire:
            for uid_set in sets:
                status, text = wire.fetch_into(sink, "UID", "FETCH", uid_set, items, *modifier)
                if status != "OK":
                    raise refusal(what, text)
        return list(rows.values())

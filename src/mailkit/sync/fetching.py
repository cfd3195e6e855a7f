"""Fetching that no single message can stop.

A batch is asked for at once. When that fails, what came counts, the connection is made anew if it was lost, and the
rest is asked for in two halves, until the message that fails stands alone. Alone it gets ``TRIES`` chances; then it
is reported as ``Unfetchable`` and the sync goes on. A server that says "not now" is not a message's fault: that error
is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailkit.errors import CommandRefusedError, LimitError, MailkitError, NetworkError, ProtocolError
from mailkit.mailbox import Fetched

from .run import Run

TRIES = 3
_NOT_NOW = ("[unavailable]", "[inuse]", "[limit]", "[serverbug]", "[throttled]", "[overquota]", "try again", "exceeded")


@dataclass(frozen=True, slots=True)
class Unfetchable:
    """A message that the server does not hand over, and why."""

    uid: int
    error: MailkitError


def fetch(run: Run, folder: str, uidvalidity: int, uids: Sequence[int]) -> Iterator[Fetched | Unfetchable]:
    """The messages; UIDs that are gone are left out.

    Raises:
        NetworkError: no new connection could be made, or the folder was numbered anew.
        AuthError, ConfigError: the new connection was refused.
        CommandRefusedError: the server says "not now".
    """
    yield from _fetch(run, folder, uidvalidity, list(uids), tries=1)


def _fetch(run: Run, folder: str, uidvalidity: int, uids: list[int], *, tries: int) -> Iterator[Fetched | Unfetchable]:
    delivered: set[int] = set()
    try:
        for message in run.line.client.fetch(uids):
            delivered.add(message.uid)
            yield message
        return
    except (CommandRefusedError, LimitError, ProtocolError, NetworkError) as error:
        if not _may_be_a_message(error):
            raise
        failure: MailkitError = error
    if not isinstance(failure, CommandRefusedError):
        run.line.reopen(folder, uidvalidity)
    rest = [uid for uid in uids if uid not in delivered]
    if len(rest) == 1 and (tries >= TRIES or not isinstance(failure, NetworkError)):
        yield Unfetchable(rest[0], failure)
        return
    if len(rest) == 1:
        yield from _fetch(run, folder, uidvalidity, rest, tries=tries + 1)
        return
    half = len(rest) // 2
    for part in (rest[:half], rest[half:]):
        if part:
            yield from _fetch(run, folder, uidvalidity, part, tries=1)


def _may_be_a_message(error: MailkitError) -> bool:
    """Whether one message can be the cause, so that it is worth while to look for it."""
    if isinstance(error, CommandRefusedError):
        reply = error.reply.casefold()
        return not any(word in reply for word in _NOT_NOW)
    return error.retryable or not isinstance(error, NetworkError)

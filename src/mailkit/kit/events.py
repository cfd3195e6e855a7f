"""``kit.events``: durable cursors over what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailkit.events import Event
from mailkit.kit.core import Core
from mailkit.store import events
from mailkit.store.events import Position


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that a cursor has not acknowledged yet, oldest first."""

    cursor: str
    events: tuple[Event, ...]
    _span: tuple[Position, Position] | None  # where the cursor stood, and where it is to go

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)


class Events:
    """Read events at your own pace. A cursor is a name; it remembers how far its reader has come.

    At least once: what was read and not acknowledged comes again. Exactly once, for effects in the same database:
    acknowledge in the transaction that does the work, with ``ack(batch, tx=connection)``. Of several readers of one
    cursor that have the same batch, one can.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def read(self, cursor: str, *, limit: int = 100) -> Batch:
        """The next events of a cursor; an empty batch when there are none. Events of transactions that are still open
        come later, never too late."""
        with self._core.store.read() as tx:
            start = events.position(tx, cursor)
            found = events.after(tx, start, limit)
        return Batch(cursor, tuple(event for _, event in found), (start, found[-1][0]) if found else None)

    def ack(self, batch: Batch, *, tx: object = None) -> None:
        """Say that a batch is done with; on the caller's transaction if ``tx`` is given.

        Raises:
            StoreLockedError: only with ``tx``: another reader of the cursor has acknowledged since the batch was read.
                Roll back what was done with it, and read again.
        """
        if batch._span is None:
            return
        since, to = batch._span
        if tx is not None:
            with self._core.store.within(tx) as theirs:
                events.move_from(theirs, batch.cursor, since, to)
            return
        self._core.store.run(lambda own: events.move(own, batch.cursor, to))

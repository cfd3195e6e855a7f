"""``kit.quarantine``: mail that could not be ingested, kept raw."""

from __future__ import annotations

from mailkit.kit.core import Core
from mailkit.store import quarantine, raw
from mailkit.store.quarantine import Quarantined
from mailkit.words import Stored


class Quarantine:
    """Look at it, try it again, or let it go."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def list(self, *, held_only: bool = True) -> tuple[Quarantined, ...]:
        """The rows, oldest first; with ``held_only=False`` also those released or dropped."""
        with self._core.store.read() as tx:
            return tuple(quarantine.listing(tx, held_only=held_only))

    def raw(self, quarantine_id: int) -> bytes | None:
        """The raw bytes of a row; None for a mail that was too large to be fetched.

        Raises:
            NotFoundError: no such row.
        """
        with self._core.store.read() as tx:
            held, _ = quarantine.load(tx, quarantine_id)
            return raw.get(tx, held.raw_digest) if held.raw_digest is not None else None

    def retry(self, quarantine_id: int) -> Stored:
        """Ingest a mail again, after its cause was mended. It stays held when it fails again.

        Raises:
            NotFoundError: no such row.
        """
        return self._core.ingest.retry(quarantine_id)

    def drop(self, quarantine_id: int) -> None:
        """Close a row without ingesting its mail. The raw bytes stay; sync does not bring the mail again.

        Raises:
            NotFoundError: no such row.
        """
        with self._core.store.write() as tx:
            quarantine.load(tx, quarantine_id)
            quarantine.settle(tx, quarantine_id, "dropped")

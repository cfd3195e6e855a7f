"""Sabotage, so that the demo's verdict can be seen to fail. Patches the engine in this process; nothing in the engine
itself knows of it.

``ingest``   one mail in some is dropped in silence: sync believes that it is stored
``outbox``   a message whose fate is uncertain is taken for unsent, and is sent again
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mailkit.errors import InputError
from mailkit.ingest import Ingest
from mailkit.outbox import Dispatcher
from mailkit.store import Tx, outbox
from mailkit.words import RawMail, Stored, Verdict, VerdictState

BREAKS = ("ingest", "outbox")
#: One mail in so many is dropped.
_EVERY = 25


def sabotage(what: str | None) -> None:
    """Break one thing in this process, for the rest of its life."""
    if what == "ingest":
        _drop_mails()
    if what == "outbox":
        _send_again()


def known(what: str | None) -> None:
    """Raises:
    InputError: there is nothing of that name to break.
    """
    if what is not None and what not in BREAKS:
        raise InputError(f"--break={what} is not known.", hint=f"It is one of {', '.join(BREAKS)}.")


def _drop_mails() -> None:
    honest = Ingest.many

    def many(self: Ingest, mails: Sequence[RawMail], **more: Any) -> list[Stored]:
        kept = [mail for mail in mails if not _dropped(mail)]
        done = iter(honest(self, kept, **more))
        lie = Stored(1, 1, new=True, new_copy=True)
        return [lie if _dropped(mail) else next(done) for mail in mails]

    Ingest.many = many  # type: ignore[method-assign]


def _dropped(mail: RawMail) -> bool:
    return mail.source.uid is not None and mail.source.uid % _EVERY == 0


def _send_again() -> None:
    def lost(self: Dispatcher, tx: Tx, row: outbox.Row) -> bool:
        unsent = [
            Verdict(v.recipient, VerdictState.RETRY, text="Surely not sent.") for v in outbox.verdicts(tx, row.id)
        ]
        self._settler.write(tx, row, unsent, reply="Surely not sent.")
        return True

    Dispatcher._lost = lost  # type: ignore[method-assign]

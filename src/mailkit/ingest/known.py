"""What the store knew of a batch before it is written, asked for at once and kept up while it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mailkit.errors import StoreError
from mailkit.ingest.aside import FAILED, Rejected
from mailkit.ingest.prepare import Prepared
from mailkit.store import Tx, messages


@dataclass(slots=True)
class Known:
    """Made inside the transaction, when all its locks are held: nobody else can add to it before the end.

    Attributes:
        arrivals: (copy id, quarantine id) by source key.
        messages: (id, thread id) by identity.
    """

    arrivals: dict[str, tuple[int | None, int | None]]
    messages: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, tx: Tx, batch: Sequence[Prepared]) -> Known:
        """What is known of these mails."""
        try:
            arrivals = messages.find_sources(tx, {one.mail.source.key for one in batch})
            return cls(arrivals, messages.find_identities(tx, {one.identity for one in batch}))
        except StoreError as error:
            # A statement refused for what is in it is the fault of a mail, whichever it is.
            if type(error) is StoreError:
                raise Rejected(batch[0].mail, FAILED, str(error)) from error
            raise

    def add(self, one: Prepared, message_pk: int, thread_id: int, copy_id: int) -> None:
        """A mail was written."""
        self.arrivals[one.mail.source.key] = (copy_id, None)
        self.messages[one.identity] = (message_pk, thread_id)

    def renew(self, tx: Tx) -> None:
        """Threads were merged: messages that are known may lie in another one now."""
        self.messages = messages.find_identities(tx, self.messages)

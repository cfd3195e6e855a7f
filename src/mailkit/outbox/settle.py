"""Settling: what an attempt came to becomes verdicts, a state, events, the sent copy and its filing, all at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from mailkit.errors import NotFoundError, StoreError
from mailkit.events import Event, MessageRefused, MessageUncertain
from mailkit.ingest import keys_of
from mailkit.link.linker import lock_thread_of
from mailkit.message import parse
from mailkit.outbox.filing import FILE_SENT
from mailkit.retry import Schedule
from mailkit.store import Tx, events, messages, outbox, queue, raw, threads
from mailkit.words import Direction, Envelope, Limits, RawMail, Record, Role, Source, Stored, Verdict, VerdictState

if TYPE_CHECKING:
    from mailkit.config import Account

log = logging.getLogger("mailkit.outbox")

#: An uncertain message is looked for in Sent after this time at the earliest.
FIRST_LOOK = timedelta(seconds=60)


class SentCopy(Protocol):
    """How the sent copy comes into the store: ``Ingest.within``."""

    def __call__(self, tx: Tx, mail: RawMail, *, wish: Record | None = None) -> Stored: ...


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the account's server does with sent mail.

    Attributes:
        saves_sent: it files what is sent over SMTP in Sent by itself.
        sent_delay: how long that may take, seconds.
        rewrites_message_id: the filed copy may carry another Message-ID.
        can_file: there is an IMAP server, so mailkit can file it where the server does not.
    """

    saves_sent: bool = False
    sent_delay: float = 0.0
    rewrites_message_id: bool = False
    can_file: bool = True

    @property
    def absence_proves(self) -> bool:
        """Whether a message that is not in Sent was not sent."""
        return self.saves_sent and not self.rewrites_message_id


def behaviour_of(account: Account) -> Behaviour:
    """What the provider's data and the account's own settings say.

    An account that says ``saves_sent`` itself, at a provider that mailkit does not know to do so, is believed about
    filing and not about absence: no delay is known for it.
    """
    from mailkit import providers

    if account.provider is not None:
        provider = providers.get(account.provider)
    else:
        server = account.smtp or account.imap
        provider = providers.for_host(server.host if server is not None else "")
    saves = provider.saves_sent if account.saves_sent is None else account.saves_sent
    return Behaviour(
        saves_sent=saves,
        sent_delay=provider.sent_delay,
        rewrites_message_id=provider.rewrites_message_id or not provider.saves_sent,
        can_file=account.imap is not None,
    )


class Settler:
    """Writes outcomes.

    Args:
        ingest: brings the sent copy into the store (``Ingest.within``).
        behaviour: what the server of the account of that name does with sent mail.
        schedule: when a row is tried again, and when it is given up.
    """

    def __init__(
        self, ingest: SentCopy, behaviour: Callable[[str], Behaviour], schedule: Schedule | None = None
    ) -> None:
        self._ingest = ingest
        self._behaviour = behaviour
        self.schedule = schedule or Schedule()

    def settle(
        self,
        tx: Tx,
        row: outbox.Row,
        made: Sequence[Verdict],
        *,
        reply: str,
        provider_id: str | None = None,
        wait: timedelta = timedelta(0),
    ) -> bool:
        """Write verdicts of an attempt of ``row`` (as it was claimed).

        Returns:
            False, and nothing is written, when the row was claimed again since, or settled by somebody else.
        """
        self.hold(tx, row, made, provider_id)
        now_row = outbox.locked(tx, row.id)
        if now_row.fence != row.fence or now_row.state not in ("leased", "started", "uncertain"):
            return False
        self.write(tx, now_row, made, reply=reply, provider_id=provider_id, wait=wait)
        return True

    def hold(self, tx: Tx, row: outbox.Row, made: Sequence[Verdict] = (), provider_id: str | None = None) -> None:
        """Hold the thread that events of this attempt will be about. Before the transaction's first write, the lock of
        the row included: a reader of events takes the transactions in the order of their first writes."""
        if tx.dialect != "postgresql":
            return
        if row.stored_id is not None:
            with suppress(NotFoundError):
                lock_thread_of(tx, row.stored_id)
        elif any(verdict.state is VerdictState.SENT for verdict in made):
            keys = {row.message_id, *keys_of(raw.get(tx, row.raw_digest), Limits())}
            threads.lock_all(tx, sorted(keys | {provider_id} if provider_id else keys))

    def write(
        self,
        tx: Tx,
        row: outbox.Row,
        made: Iterable[Verdict],
        *,
        reply: str,
        provider_id: str | None = None,
        wait: timedelta = timedelta(0),
        busy: timedelta = timedelta(0),
    ) -> None:
        """Write verdicts of a row that this transaction holds.

        ``busy``: so long its sender may still be waiting for the reply; nobody knows that it died but by the clock.
        """
        before = {verdict.recipient: verdict for verdict in outbox.verdicts(tx, row.id)}
        changed = {
            v.recipient: v
            for v in self._policy(row, made)
            if v.recipient in before and _may_change(before[v.recipient])
        }
        first = row.first_due_at or row.created_at
        again = self.schedule.next(max(row.attempts, 1), now=tx.now(), first=first, at_least=wait)
        if again is None:
            changed.update(_given_up({**before, **changed}, row.attempts))
        after = {**before, **changed}
        outbox.update_recipients(tx, row.id, changed.values())
        state, due = _state(after.values(), again, tx.now())
        stored = self._sent_copy(tx, row, after, provider_id)
        outbox.update_row(
            tx,
            row.id,
            state,
            due=due,
            settled=None if state in ("ready", "uncertain") else tx.now(),
            reply=reply,
            provider_id=provider_id,
            stored=stored.id if stored is not None and stored.id else None,
            busy_until=tx.now() + busy if state == "uncertain" else None,
        )
        self._tell(tx, row, before, list(changed.values()), stored)

    def _policy(self, row: outbox.Row, made: Iterable[Verdict]) -> list[Verdict]:
        if row.on_uncertain != "resend":
            return list(made)
        return [replace(v, state=VerdictState.RETRY) if v.state is VerdictState.UNCERTAIN else v for v in made]

    def _sent_copy(self, tx: Tx, row: outbox.Row, after: dict[str, Verdict], provider_id: str | None) -> Stored | None:
        """Once, with the first recipient that is known to have been accepted."""
        if row.stored_id is not None or not any(v.state is VerdictState.SENT for v in after.values()):
            return None
        options = json.loads(row.options)
        mail = RawMail(
            raw=raw.get(tx, row.raw_digest),
            source=Source.outbox(row.account, row.id),
            envelope=Envelope(row.envelope_sender, tuple(after)),
            received_at=tx.now(),
            flags=("\\Seen",),
            direction=Direction.OUTBOUND,
            role=Role.SENT,
        )
        wish = Record(*options["record"]) if options.get("record") else None
        stored = self._ingest(tx, mail, wish=wish)
        if provider_id and provider_id != row.message_id:
            # Answers will name the provider's Message-ID: it must lead to the same thread.
            keys = (provider_id, row.message_id)
            threads.lock_all(tx, keys)
            threads.assign(tx, keys, own=provider_id, subject="", at=tx.now())
        behaviour = self._behaviour(row.account)
        if behaviour.can_file and not behaviour.saves_sent:
            queue.put(tx, FILE_SENT, str(row.id), {"outbox_id": row.id, "account": row.account})
        return stored

    def _tell(
        self,
        tx: Tx,
        row: outbox.Row,
        before: dict[str, Verdict],
        changed: Sequence[Verdict],
        stored: Stored | None,
    ) -> None:
        refused = tuple(v.recipient for v in changed if v.state is VerdictState.REFUSED)
        # Told once for a row, also where another recipient's turn is still to come.
        known = any(v.state is VerdictState.UNCERTAIN for v in before.values())
        uncertain = not known and any(v.state is VerdictState.UNCERTAIN for v in changed)
        if not (refused or uncertain):
            return
        message_id = stored.id if stored is not None and stored.id else row.stored_id
        thread_id = stored.thread_id if stored is not None and stored.id else _thread_of(tx, row, message_id)
        if refused:
            _append(
                tx,
                MessageRefused(
                    account=row.account,
                    outbox_id=row.id,
                    recipients=refused,
                    message_id=message_id,
                    thread_id=thread_id,
                ),
            )
        if uncertain:
            _append(
                tx,
                MessageUncertain(account=row.account, outbox_id=row.id, message_id=message_id, thread_id=thread_id),
            )


def _may_change(verdict: Verdict) -> bool:
    """A recipient that was accepted, refused for good or cancelled stays so."""
    return verdict.state in (VerdictState.PENDING, VerdictState.RETRY, VerdictState.UNCERTAIN)


def _given_up(verdicts: dict[str, Verdict], attempts: int) -> dict[str, Verdict]:
    """Those that would be tried again, refused."""
    return {
        address: replace(
            verdict,
            state=VerdictState.REFUSED,
            text=f"Given up after {attempts} attempts. {verdict.text}".strip(),
        )
        for address, verdict in verdicts.items()
        if verdict.state in (VerdictState.RETRY, VerdictState.PENDING)
    }


def _append(tx: Tx, event: Event) -> None:
    """Write an event. What has happened to the mail is true whatever a handler of the application does: when one fails,
    what it wrote is undone and logged, the event stays for the cursors."""
    try:
        with tx.savepoint():
            events.append(tx, event)
    except StoreError:
        raise
    except Exception:
        log.exception("a handler of %s failed", event.name)
        listener, tx.notify = tx.notify, None
        try:
            events.append(tx, event)
        finally:
            tx.notify = listener


def _state(verdicts: Iterable[Verdict], again: datetime | None, now: datetime) -> tuple[str, datetime]:
    """The row's state and the time of what comes next."""
    states = {verdict.state for verdict in verdicts}
    if states & {VerdictState.RETRY, VerdictState.PENDING}:
        return ("ready", again) if again is not None else ("refused", now)
    if VerdictState.UNCERTAIN in states:
        return "uncertain", now + FIRST_LOOK
    if states == {VerdictState.SENT}:
        return "sent", now
    if VerdictState.SENT in states:
        return "partial", now
    return ("refused" if VerdictState.REFUSED in states else "cancelled"), now


def _thread_of(tx: Tx, row: outbox.Row, message_id: int | None) -> int | None:
    """The thread of the sent copy; where there is none, of what the message answers."""
    try:
        if message_id is not None:
            return messages.get(tx, message_id).thread_id
        message = parse(raw.get(tx, row.raw_digest))
    except NotFoundError:
        return None
    return threads.naming(tx, (row.message_id, *message.in_reply_to, *reversed(message.references)))

"""``kit.outbox``: mail that is to leave, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailkit.errors import ConfigError
from mailkit.kit.blocking import blocking
from mailkit.kit.core import Core
from mailkit.outbox import Dispatcher, OnUncertain, Resolver, behaviour_of, enqueue, manage
from mailkit.outbox.manage import Entry
from mailkit.words import Receipt

if TYPE_CHECKING:
    from datetime import datetime

    from mailkit.compose import Draft
    from mailkit.config import Account
    from mailkit.mailbox import MailboxClient
    from mailkit.outbox import Behaviour
    from mailkit.store import Tx
    from mailkit.transport import Transport

#: Makes the transport of an account.
Sender = Callable[["Account"], "Transport"]


class Outbox:
    """Enqueue on your own transaction; a worker sends. See `mailkit.outbox` for the states of a row."""

    def __init__(self, core: Core, sender: Sender | None = None) -> None:
        self._core = core
        self._sender = sender or self._smtp
        self.dispatcher = Dispatcher(
            core.store,
            transport=lambda name: self._sender(core.sender(name)),
            ingest=core.ingest.within,
            behaviour=self._behaviour,
            owner=core.owner,
        )
        self.resolver = Resolver(core.store, self._mailbox, ingest=core.ingest.within, behaviour=self._behaviour)

    def enqueue(
        self,
        draft: Draft,
        *,
        account: str,
        key: str,
        tx: object = None,
        due_at: datetime | None = None,
        on_uncertain: OnUncertain = "hold",
    ) -> Receipt:
        """Put a message into the outbox: it is sent if and only if the transaction commits, once for each key.

        Needs no network and may be called inside an event loop (through ``AsyncConnection.run_sync``).

        Args:
            account: the name of the account that sends.
            key: names this message in the application's words (``"order-1042"``). Enqueuing the same draft under it
                again gives the first row's receipt, with ``created=False``.
            tx: the application's own transaction, on the database that the store is in: an SQLAlchemy connection or
                session, or a raw sqlite3, psycopg, psycopg2 or Django connection or cursor. When this call raises, the
                transaction is as it was before. None: a transaction of its own.
            due_at: not before this time (aware).
            on_uncertain: what to do when the server's answer to the content is lost: ``"hold"`` never sends twice,
                ``"resend"`` never loses.

        Raises:
            UnknownAccountError: no such account.
            KeyConflictError: the key was used for another draft.
            AddressError, InjectionError, DraftError: the draft cannot be sent as it is.
            MissingKeyError, WrongKeyError: the account signs with DKIM, and its keys cannot be opened.
            ConfigError: ``tx`` is no connection that can be used, or the account has no SMTP server.
        """
        if tx is not None:
            with self._core.store.within(tx) as theirs:
                return self._enqueue(theirs, draft, account, key, due_at, on_uncertain)
        return self._core.store.run(lambda own: self._enqueue(own, draft, account, key, due_at, on_uncertain))

    def _enqueue(
        self,
        tx: Tx,
        draft: Draft,
        account: str,
        key: str | None,
        due_at: datetime | None,
        on_uncertain: OnUncertain,
    ) -> Receipt:
        keys = self._core.token_keys
        from_ = self._core.sender_in(tx, account)
        if from_.smtp is None:
            raise ConfigError(f"The account {account!r} has no SMTP server, so nothing can be sent from it.")
        return enqueue(
            tx,
            draft,
            account=from_,
            key=key,
            due_at=due_at,
            on_uncertain=on_uncertain,
            token_key=keys[0] if keys else None,
            token_payload=self._core.token_payload,
        )

    def send(self, draft: Draft, *, account: str, key: str | None = None) -> Receipt:
        """See ``MailKit.send``."""
        blocking("send")
        self._core.sender(account)
        queued = self._core.store.run(lambda tx: self._enqueue(tx, draft, account, key, None, "hold"))
        if queued.created or queued.state == "ready":
            self.dispatcher.send(queued.id)
        with self._core.store.read() as tx:
            return manage.receipt(tx, queued.id, created=queued.created)

    def dispatch(self, *, limit: int = 100) -> int:
        """Send what is due, and look for messages whose fate is uncertain; return how many rows were dealt with.

        Args:
            limit: stop after about this many rows.
        """
        blocking("outbox.dispatch")
        total = 0
        while total < limit and (done := self.dispatcher.run() + self.resolver.run()):
            total += done
        return total

    def get(self, outbox_id: int) -> Receipt:
        """The state of a row and of its recipients.

        Raises:
            NotFoundError: no such row.
        """
        with self._core.store.read() as tx:
            return manage.receipt(tx, outbox_id)

    def entry(self, outbox_id: int) -> Entry:
        """All that is known of a row.

        Raises:
            NotFoundError: no such row.
        """
        with self._core.store.read() as tx:
            return manage.entry(tx, outbox_id)

    def list(self, *, state: str | None = None, after: int = 0, limit: int = 100) -> tuple[Entry, ...]:
        """Rows by id, of one state or of all; ``after`` an id, for paging."""
        with self._core.store.read() as tx:
            return tuple(manage.entries(tx, {state} if state else None, after=after, limit=limit))

    def retry(self, outbox_id: int) -> Receipt:
        """Send again, now, to the recipients that did not get it.

        For an uncertain row this is a person's decision that it may be sent twice.

        Raises:
            NotFoundError: no such row.
            UsageError: it is being sent right now, or everybody got it.
        """
        return self._core.store.run(lambda tx: manage.retry(tx, outbox_id))

    def cancel(self, outbox_id: int) -> Receipt:
        """Do not send to those that have not got it.

        Raises:
            NotFoundError: no such row.
            UsageError: it is being sent right now.
        """
        return self._core.store.run(lambda tx: manage.cancel(tx, outbox_id))

    def _smtp(self, account: Account) -> Transport:
        from mailkit.transport.smtp import SmtpTransport

        return SmtpTransport.for_account(account, self._core.credentials)

    def _behaviour(self, name: str) -> Behaviour:
        return behaviour_of(self._core.settings(name))

    def _mailbox(self, name: str) -> MailboxClient:
        from mailkit.mailbox import open_mailbox

        return open_mailbox(self._core.ready(name), limits=self._core.limits, credentials=self._core.credentials)

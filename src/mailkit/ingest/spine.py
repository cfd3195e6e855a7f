"""The one place where messages are written.

For each mail, in one transaction and in this order::

    source key known?  ── yes ──► nothing to do: the arrival was ingested before
    identity known?    ── yes ──► a further copy or location of a known message: no event
                       ── no  ──► message row, thread (made, joined or merged), participants
    copy, source rows
    links from local evidence, jobs for what must be asked of a CRM
    events, and the application's handlers, on the same connection

Invariants:

* A message, its thread, its links and its event appear together or not at all.
* No network call happens between begin and commit (`mailkit.net.guard` refuses it).
* A batch goes through in one transaction. When it fails because of one of its mails, it is rolled back and replayed
  mail by mail; the one that fails goes to quarantine, raw, in a transaction of its own. A failure of the database is
  not a mail's fault: it is raised, nothing is quarantined.
* Everything is idempotent: the same mail from the same source changes nothing, whoever brings it, however often.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from mailkit.errors import AdapterError, MailkitError, StoreError
from mailkit.events import MessageBounced, MessageQuarantined, MessageReceived, MessageSent
from mailkit.ingest.prepare import Prepared, Profile, prepare
from mailkit.link.linker import attach_thread, decide_local
from mailkit.link.patterns import Patterns
from mailkit.link.rules import LinkPolicy
from mailkit.link.signals import MessageFacts, TokenVerifier
from mailkit.store import Store, Tx, events, links, messages, quarantine, raw, rewritten, threads
from mailkit.words import Direction, Limits, RawMail, Record, Stored

logger = logging.getLogger("mailkit.ingest")

#: Why a mail is in quarantine.
EMPTY = "empty"
TOO_LARGE = "too-large"
UNFETCHABLE = "unfetchable"
UNREADABLE = "unreadable"
HANDLER = "handler-failed"
FAILED = "ingest-failed"


@dataclass(frozen=True, slots=True)
class LinkRules:
    """What links are found by: the adapters' patterns, the verifier of our own tokens (None without a key), weights."""

    patterns: Patterns = field(default_factory=Patterns)
    verifier: TokenVerifier | None = None
    policy: LinkPolicy = field(default_factory=LinkPolicy)


#: Actions of a delivery report that are no failure (RFC 3464 section 2.3.3).
_NOT_FAILED = ("delayed", "delivered", "relayed", "expanded")


class _Rejected(Exception):
    """One mail of a batch cannot be ingested."""

    def __init__(self, mail: RawMail, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.mail = mail
        self.reason = reason
        self.detail = detail


class Ingest:
    """Writes mail into a store.

    Args:
        store: where to.
        profile: what is to be known of an account of that name; None asks for mail without an account.
        rules: how links are found from local evidence inside the transaction.
        limits: bounds on what is read.
    """

    def __init__(
        self,
        store: Store,
        *,
        profile: Callable[[str | None], Profile],
        rules: LinkRules,
        limits: Limits,
    ) -> None:
        self._store = store
        self._profile = profile
        self._rules = rules
        self._limits = limits

    def many(self, mails: Sequence[RawMail]) -> list[Stored]:
        """Ingest mails, each fully or not at all; one result for each, in their order.

        Raises:
            StoreError: the database failed; what was committed before stays, the rest can be brought again.
        """
        if not mails:
            return []
        try:
            prepared = [self._prepare(mail) for mail in mails]
            return self._store.run(lambda tx: self._all(tx, prepared))
        except _Rejected as rejected:
            if len(mails) == 1:
                return [self._hold(rejected)]
            logger.info("a batch of %d is replayed singly: %s", len(mails), rejected.reason)
        return [stored for mail in mails for stored in self.many([mail])]

    def within(self, tx: Tx, mail: RawMail, *, wish: Record | None = None) -> Stored:
        """Ingest one mail in a transaction that is open already, ours or the caller's.

        A mail that cannot be ingested is put into quarantine in the same transaction.
        """
        try:
            prepared = self._prepare(mail)
            threads.lock_all(tx, prepared.keys)
            with tx.savepoint():
                return self._one(tx, prepared, wish)
        except _Rejected as rejected:
            return _quarantine(tx, rejected)

    def hold_unfetched(self, mail: RawMail, detail: str, *, reason: str = TOO_LARGE) -> Stored:
        """Note a mail that was left on the server: larger than the limit, or one that the server does not hand over."""
        return self._store.run(lambda tx: _quarantine(tx, _Rejected(mail, reason, detail), fetched=False))

    def retry(self, quarantine_id: int) -> Stored:
        """Ingest a mail from quarantine again.

        A mail that was never fetched is let go: the next sync finds it on the server, and takes it if the limits allow.

        Raises:
            NotFoundError: no such row.
        """
        with self._store.read() as tx:
            held, mail = quarantine.load(tx, quarantine_id)
        if mail is None:
            self._store.run(partial(_let_go, held=held))
            return Stored(0, 0, new=False, new_copy=False, quarantine_id=held.id)
        try:
            prepared = self._prepare(mail)
            return self._store.run(lambda tx: self._release(tx, prepared, quarantine_id))
        except _Rejected as rejected:
            logger.info("quarantine row %d stays: %s", quarantine_id, rejected.reason)
            self._store.run(partial(_refuse, rejected=rejected, quarantine_id=quarantine_id))
            return Stored(0, 0, new=False, new_copy=False, quarantine_id=quarantine_id)

    # -- one mail --------------------------------------------------------------------------------------------------

    def _prepare(self, mail: RawMail) -> Prepared:
        if not mail.raw.strip():
            raise _Rejected(mail, EMPTY, f"The mail has {len(mail.raw)} bytes and no content.")
        if len(mail.raw) > self._limits.message_bytes:
            detail = f"The mail has {len(mail.raw)} bytes; limits.message_bytes is {self._limits.message_bytes}."
            raise _Rejected(mail, TOO_LARGE, detail)
        try:
            return prepare(mail, self._profile(mail.source.account), self._limits, self._store.clock())
        except MailkitError:
            raise
        except Exception as error:
            logger.exception("a mail could not be read: %s", mail.source.key)
            raise _Rejected(mail, UNREADABLE, f"{type(error).__name__}: {error}") from error

    def _all(self, tx: Tx, prepared: Sequence[Prepared]) -> list[Stored]:
        threads.lock_all(tx, [key for one in prepared for key in one.keys])
        return [self._one(tx, one, None) for one in prepared]

    def _one(self, tx: Tx, one: Prepared, wish: Record | None) -> Stored:
        try:
            return self._write(tx, one, wish)
        except StoreError as error:
            # A statement refused for what is in it is this mail's fault; every other failure has a class of its own.
            if type(error) is StoreError:
                raise _Rejected(one.mail, FAILED, str(error)) from error
            raise
        except AdapterError as error:
            raise _Rejected(one.mail, HANDLER, str(error.__cause__ or error)) from error
        except Exception as error:
            logger.exception("a mail could not be ingested: %s", one.mail.source.key)
            raise _Rejected(one.mail, FAILED, f"{type(error).__name__}: {error}") from error

    def _write(self, tx: Tx, one: Prepared, wish: Record | None) -> Stored:
        known = messages.find_source(tx, one.mail.source.key)
        if known is not None and known.copy_id is not None:
            message_pk, thread_id = messages.arrived(tx, known.copy_id)
            return Stored(message_pk, thread_id, new=False, new_copy=False)
        if known is not None and known.quarantine_id is not None:
            return Stored(0, 0, new=False, new_copy=False, quarantine_id=known.quarantine_id)
        return self._add(tx, one, wish)

    def _add(self, tx: Tx, one: Prepared, wish: Record | None) -> Stored:
        digest = raw.put(tx, one.mail.raw, one.raw_digest)
        found = self._known(tx, one)
        if found is None:
            message_pk, thread_id = self._insert(tx, one)
        else:
            message_pk, thread_id = found
        copy_id, new_copy = messages.add_copy(tx, message_pk, one.mail, digest, one.trust, one.direction)
        messages.add_source(tx, one.mail, copy_id=copy_id, raw_digest=digest)
        if found is None:
            self._tell(tx, one, message_pk, thread_id, copy_id)
        if found is None or new_copy:
            # A further copy may be better authenticated than the first.
            facts = _facts(one, message_pk, thread_id, wish)
            decide_local(tx, facts, self._rules.patterns, self._rules.verifier, self._rules.policy)
        return Stored(message_pk, thread_id, new=found is None, new_copy=new_copy)

    def _insert(self, tx: Tx, one: Prepared) -> tuple[int, int]:
        thread_id = self._assign(tx, one, one.keys)
        message_pk = messages.insert(tx, _row(one, thread_id))
        threads.count_in(tx, thread_id, one.at, one.base_subject)
        messages.add_participants(tx, message_pk, one.people)
        return message_pk, thread_id

    def _assign(self, tx: Tx, one: Prepared, keys: Sequence[str]) -> int:
        thread_id, merged = threads.assign(tx, keys, subject=one.base_subject, at=one.at)
        if merged:
            # What either thread is linked to is shown the messages of both.
            records = [link.record for link in links.active(tx, thread_id)]
            attach_thread(tx, thread_id, records, self._rules.patterns.systems, self._rules.policy)
        return thread_id

    def _known(self, tx: Tx, one: Prepared) -> tuple[int, int] | None:
        found = messages.find_identity(tx, one.identity)
        if found is not None or one.direction is not Direction.OUTBOUND or one.mail.source.kind == "outbox":
            return found
        found = _sent_by_us(tx, one)
        if found is None:
            return None
        # Answers will name the new Message-ID: it leads to the same thread.
        return found[0], self._assign(tx, one, (*one.keys, *_ids_of(tx, found[0])))

    def _tell(self, tx: Tx, one: Prepared, message_pk: int, thread_id: int, copy_id: int) -> None:
        account = one.mail.source.account
        if one.direction is Direction.OUTBOUND:
            outbox_id = int(one.mail.source.id or 0) if one.mail.source.kind == "outbox" else None
            events.append(
                tx,
                MessageSent(
                    thread_id=thread_id, message_id=message_pk, account=account, copy_id=copy_id, outbox_id=outbox_id
                ),
            )
            return
        events.append(
            tx,
            MessageReceived(
                thread_id=thread_id,
                message_id=message_pk,
                account=account,
                copy_id=copy_id,
                kind=one.kind,
                trust=str(one.trust.level),
            ),
        )
        if one.kind == "bounce" and one.report is not None:
            _bounced(tx, one, message_pk, thread_id)

    # -- quarantine ------------------------------------------------------------------------------------------------

    def _hold(self, rejected: _Rejected) -> Stored:
        logger.warning("quarantined %s: %s", rejected.mail.source.key, rejected.reason)
        return self._store.run(lambda tx: _quarantine(tx, rejected))

    def _release(self, tx: Tx, one: Prepared, quarantine_id: int) -> Stored:
        threads.lock_all(tx, one.keys)
        messages.drop_source(tx, one.mail.source.key, quarantine_id)
        stored = self._one(tx, one, None)
        quarantine.settle(tx, quarantine_id, "released")
        return stored


def _let_go(tx: Tx, held: quarantine.Quarantined) -> None:
    messages.drop_source(tx, held.source_key, held.id)
    quarantine.settle(tx, held.id, "released")


def _refuse(tx: Tx, rejected: _Rejected, quarantine_id: int) -> None:
    quarantine.hold(tx, rejected.mail, rejected.reason, rejected.detail)
    quarantine.settle(tx, quarantine_id, "held")


def _quarantine(tx: Tx, rejected: _Rejected, *, fetched: bool = True) -> Stored:
    known = messages.find_source(tx, rejected.mail.source.key)
    if known is not None and known.quarantine_id is not None:
        return Stored(0, 0, new=False, new_copy=False, quarantine_id=known.quarantine_id)
    row = quarantine.hold(tx, rejected.mail, rejected.reason, rejected.detail, fetched=fetched)
    digest = raw.digest_of(rejected.mail.raw) if fetched else None
    messages.add_source(tx, rejected.mail, copy_id=None, raw_digest=digest, quarantine_id=row)
    # The handlers are not told: one of them may be why the mail is here. Cursors are.
    listener, tx.notify = tx.notify, None
    try:
        event = MessageQuarantined(account=rejected.mail.source.account, quarantine_id=row, reason=rejected.reason)
        events.append(tx, event)
    finally:
        tx.notify = listener
    return Stored(0, 0, new=False, new_copy=False, quarantine_id=row)


def _row(one: Prepared, thread_id: int) -> messages.NewMessage:
    return messages.NewMessage(
        identity=one.identity,
        message_id=one.message_id,
        thread_id=thread_id,
        date=one.date,
        from_address=one.from_address,
        from_name=one.from_name,
        subject=one.subject,
        snippet=one.snippet,
        kind=one.kind,
        direction=one.direction,
        content_digest=one.content_digest,
        raw_digest=one.raw_digest,
        size=len(one.mail.raw),
        attachments=one.attachments,
        defects=one.defects,
    )


def _sent_by_us(tx: Tx, one: Prepared) -> tuple[int, int] | None:
    if one.date is None or one.message_id is None:
        return None
    people = frozenset((role, address) for role, address, _ in one.people if role in rewritten.RECIPIENT_ROLES)
    seen = rewritten.Seen(one.message_id, one.content_digest, one.from_address, one.date, one.subject, people)
    return rewritten.find(tx, seen)


def _ids_of(tx: Tx, message_pk: int) -> tuple[str, ...]:
    message_id = messages.get(tx, message_pk).message_id
    return (message_id,) if message_id else ()


def _bounced(tx: Tx, one: Prepared, message_pk: int, thread_id: int) -> None:
    report = one.report
    if report is None:
        return
    original = None
    if report.original_message_id:
        sent = [m for m in messages.by_message_id(tx, report.original_message_id) if m.direction == "outbound"]
        original = sent[0].id if sent else None
    failed = [one for one in report.recipients if one.address and one.action not in _NOT_FAILED]
    if not failed:
        return
    events.append(
        tx,
        MessageBounced(
            thread_id=thread_id,
            message_id=message_pk,
            account=one.mail.source.account,
            original_id=original,
            recipients=tuple(recipient.address for recipient in failed),
            hard=any(recipient.hard for recipient in failed),
        ),
    )


def _facts(one: Prepared, message_pk: int, thread_id: int, wish: Record | None) -> MessageFacts:
    by_role: dict[str, list[str]] = {}
    for role, address, _ in one.people:
        by_role.setdefault(role, []).append(address)
    return MessageFacts(
        id=message_pk,
        thread_id=thread_id,
        message_id=one.message_id,
        references=one.keys,
        subject=one.subject,
        text=one.new_text,
        addresses={role: tuple(found) for role, found in by_role.items()},
        direction=one.direction,
        trust=one.trust,
        kind=one.kind,
        account=one.mail.source.account,
        wish=wish,
        quoted=one.quoted,
        own_addresses=one.own_addresses,
    )

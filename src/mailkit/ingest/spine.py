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
* A batch goes through in one transaction (in several, where its mails have very many references). It holds the locks of
  all its references before its first write. When it fails because of one of its mails, it is rolled back and replayed
  mail by mail; the one that fails goes to quarantine, raw, in a transaction of its own. A failure of the database is
  not a mail's fault: it is raised, nothing is quarantined.
* Everything is idempotent: the same mail from the same source changes nothing, whoever brings it, however often.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from mailkit.errors import AdapterError, MailkitError, NotFoundError, StoreError
from mailkit.events import MessageReceived, MessageSent
from mailkit.ingest import sender
from mailkit.ingest.aside import (
    EMPTY,
    FAILED,
    HANDLER,
    TOO_LARGE,
    UNREADABLE,
    Fence,
    Rejected,
    hold_again,
    let_go,
    put_aside,
    refuse,
)
from mailkit.ingest.known import Known
from mailkit.ingest.prepare import Prepared, Profile, prepare
from mailkit.ingest.rows import facts_of, ids_of, row_of, sent_by_us, tell_bounce
from mailkit.link.linker import attach_thread, decide_local, lock_thread_of
from mailkit.link.patterns import Patterns
from mailkit.link.rules import LinkPolicy
from mailkit.link.signals import TokenVerifier
from mailkit.net.dns import TxtAnswers
from mailkit.store import Store, Tx, events, links, messages, quarantine, raw, threads
from mailkit.store.queue import Job
from mailkit.words import Direction, Limits, RawMail, Record, Stored, TrustLevel

logger = logging.getLogger("mailkit.ingest")

#: A transaction takes no more reference keys than this: PostgreSQL's lock table has room for 64 for each connection
#: that it allows (max_locks_per_transaction), which is 6,400, and several workers share it.
MAX_LOCKS = 1000


@dataclass(frozen=True, slots=True)
class LinkRules:
    """What links are found by: the adapters' patterns, the verifier of our own tokens (None without a key), weights."""

    patterns: Patterns = field(default_factory=Patterns)
    verifier: TokenVerifier | None = None
    policy: LinkPolicy = field(default_factory=LinkPolicy)


class Ingest:
    """Writes mail into a store.

    Args:
        store: where to.
        profile: what is to be known of an account of that name; None asks for mail without an account.
        rules: how links are found from local evidence inside the transaction.
        limits: bounds on what is read.
        dns: is asked for what could make a sender known, before the transaction; None: nobody is.
    """

    def __init__(
        self,
        store: Store,
        *,
        profile: Callable[[str | None], Profile],
        rules: LinkRules,
        limits: Limits,
        dns: TxtAnswers | None = None,
    ) -> None:
        self._store = store
        self._profile = profile
        self._rules = rules
        self._limits = limits
        self._dns = dns

    def many(self, mails: Sequence[RawMail], *, fence: Fence | None = None) -> list[Stored]:
        """Ingest mails, each fully or not at all; one result for each, in their order.

        Args:
            fence: called in every transaction before its first write; what it raises undoes the transaction and is
                raised. It is how a worker that was overtaken learns of it.

        Raises:
            StoreError: the database failed; what was committed before stays, the rest can be brought again.
        """
        batch = [self._read(mail) for mail in mails]
        answers = sender.fetched(batch, self._dns)
        read = [sender.weighed(one, answers) if isinstance(one, Prepared) else one for one in batch]
        return [stored for part in _parts(read) for stored in self._part(part, fence)]

    def _part(self, part: Sequence[Prepared | Rejected], fence: Fence | None) -> list[Stored]:
        ready = [one for one in part if isinstance(one, Prepared)]
        try:
            if len(ready) < len(part):
                raise next(one for one in part if isinstance(one, Rejected))
            return self._store.run(lambda tx: self._all(tx, ready, fence))
        except Rejected as rejected:
            if len(part) == 1:
                return [self._hold(rejected, fence)]
            logger.info("a batch of %d is replayed singly: %s", len(part), rejected.reason)
        return [stored for one in part for stored in self._part([one], fence)]

    def within(self, tx: Tx, mail: RawMail, *, wish: Record | None = None) -> Stored:
        """Ingest one mail in a transaction that is open already, ours or the caller's.

        A mail that cannot be ingested is put into quarantine in the same transaction. Of the DNS only what is
        remembered is taken.
        """
        try:
            prepared = self._ready(mail, inside=True)
            _lock(tx, [prepared])
            with tx.savepoint():
                return self._one(tx, prepared, Known.of(tx, [prepared]), wish)
        except Rejected as rejected:
            return put_aside(tx, rejected)

    def hold_unfetched(
        self, mail: RawMail, detail: str, *, reason: str = TOO_LARGE, fence: Fence | None = None
    ) -> Stored:
        """Note a mail that was left on the server: larger than the limit, or one that the server does not hand over."""
        return self._hold(Rejected(mail, reason, detail), fence, fetched=False)

    def fetched(self, mail: RawMail, quarantine_id: int, *, fence: Fence | None = None) -> Stored:
        """Ingest a mail that was left on the server and has come now. Fails it, it is held again, with its bytes."""
        try:
            prepared = self._ready(mail)
            return self._store.run(lambda tx: self._release(tx, prepared, quarantine_id, fence))
        except Rejected as rejected:
            logger.info("quarantine row %d stays: %s", quarantine_id, rejected.reason)
            return self._store.run(partial(hold_again, rejected=rejected, quarantine_id=quarantine_id, fence=fence))

    def retry(self, quarantine_id: int) -> Stored:
        """Ingest a mail from quarantine again.

        A mail that was never fetched is let go: the next sync finds it on the server, and takes it if the limits allow.

        Raises:
            NotFoundError: no such row.
        """
        with self._store.read() as tx:
            held, mail = quarantine.load(tx, quarantine_id)
        if mail is None:
            self._store.run(partial(let_go, held=held))
            return Stored(0, 0, new=False, new_copy=False, quarantine_id=held.id)
        try:
            prepared = self._ready(mail)
            return self._store.run(lambda tx: self._release(tx, prepared, quarantine_id))
        except Rejected as rejected:
            logger.info("quarantine row %d stays: %s", quarantine_id, rejected.reason)
            self._store.run(partial(refuse, rejected=rejected, quarantine_id=quarantine_id))
            return Stored(0, 0, new=False, new_copy=False, quarantine_id=quarantine_id)

    def verify(self, message_pk: int) -> bool:
        """Weigh the sender of a stored message again, where it is only claimed: a key may come that did not before.

        Returns:
            whether everything that was asked for came.

        Raises:
            NotFoundError: no such message.
            RunningLoopError, NetworkInTransactionError: here nobody can be asked.
        """
        with self._store.read() as tx:
            mails = sender.claimed(tx, message_pk)
        unheard = False
        for mail in mails:
            read = self._read(mail)
            if isinstance(read, Rejected):  # the limits are narrower than they were
                continue
            one = sender.weighed(read, sender.fetched([read], self._dns))
            unheard = unheard or one.unheard
            if one.wanted and one.trust.level is not TrustLevel.FORGED:
                self._store.run(partial(self._believe, one=one, message_pk=message_pk))
        return not unheard

    def ask_ahead(self, jobs: Sequence[Job]) -> None:
        """Ask together for what these ``verify`` jobs want: one after the other, each would wait for silent names."""
        wanted: list[tuple[str, ...]] = []
        for job in jobs:
            with suppress(NotFoundError), self._store.read() as tx:
                mails = sender.claimed(tx, int(job.payload["message"]))
                wanted += [one.wanted for mail in mails if isinstance(one := self._read(mail), Prepared)]
        if self._dns is not None:
            self._dns.ask(wanted)

    def run_verify(self, job: Job) -> None:
        """Do a ``verify`` job; where keys did not come again, a later one is queued."""
        copy_id, message_pk, turn = (int(job.payload[name]) for name in ("copy", "message", "turn"))
        try:
            heard = self.verify(message_pk)
        except NotFoundError:
            return
        if not heard:
            self._store.run(lambda tx: sender.ask_later(tx, copy_id, message_pk, turn + 1))

    def _believe(self, tx: Tx, one: Prepared, message_pk: int) -> None:
        thread_id = lock_thread_of(tx, message_pk)
        account = one.mail.source.account or ""
        if messages.believe(tx, message_pk, account, one.trust, renew=True)[1]:
            self._decide(tx, one, message_pk, thread_id, None, new=False)

    # -- one mail --------------------------------------------------------------------------------------------------

    def _prepare(self, mail: RawMail) -> Prepared:
        if not mail.raw.strip():
            raise Rejected(mail, EMPTY, f"The mail has {len(mail.raw)} bytes and no content.")
        if len(mail.raw) > self._limits.message_bytes:
            detail = f"The mail has {len(mail.raw)} bytes; limits.message_bytes is {self._limits.message_bytes}."
            raise Rejected(mail, TOO_LARGE, detail)
        try:
            return prepare(mail, self._profile(mail.source.account), self._limits, self._store.clock())
        except MailkitError:
            raise
        except Exception as error:
            logger.exception("a mail could not be read: %s", mail.source.key)
            raise Rejected(mail, UNREADABLE, f"{type(error).__name__}: {error}") from error

    def _ready(self, mail: RawMail, *, inside: bool = False) -> Prepared:
        one = self._prepare(mail)
        return sender.weighed(one, sender.fetched([one], self._dns, inside=inside))

    def _read(self, mail: RawMail) -> Prepared | Rejected:
        try:
            return self._prepare(mail)
        except Rejected as rejected:
            return rejected

    def _all(self, tx: Tx, prepared: Sequence[Prepared], fence: Fence | None) -> list[Stored]:
        _lock(tx, prepared)
        if fence is not None:
            fence(tx)
        known = Known.of(tx, prepared)
        return [self._one(tx, one, known, None) for one in prepared]

    def _one(self, tx: Tx, one: Prepared, known: Known, wish: Record | None) -> Stored:
        try:
            return self._write(tx, one, known, wish)
        except StoreError as error:
            # A statement refused for what is in it is this mail's fault; every other failure has a class of its own.
            if type(error) is StoreError:
                raise Rejected(one.mail, FAILED, str(error)) from error
            raise
        except AdapterError as error:
            raise Rejected(one.mail, HANDLER, error.message) from error
        except Exception as error:
            logger.exception("a mail could not be ingested: %s", one.mail.source.key)
            raise Rejected(one.mail, FAILED, f"{type(error).__name__}: {error}") from error

    def _write(self, tx: Tx, one: Prepared, known: Known, wish: Record | None) -> Stored:
        copy_id, quarantine_id = known.arrivals.get(one.mail.source.key, (None, None))
        if copy_id is not None:
            message_pk, thread_id = messages.arrived(tx, copy_id)
            return Stored(message_pk, thread_id, new=False, new_copy=False)
        if quarantine_id is not None:
            return Stored(0, 0, new=False, new_copy=False, quarantine_id=quarantine_id)
        return self._add(tx, one, known, wish)

    def _add(self, tx: Tx, one: Prepared, known: Known, wish: Record | None) -> Stored:
        digest = raw.put(tx, one.mail.raw, one.raw_digest)
        found = self._find(tx, one, known)
        if found is None:
            message_pk, thread_id = self._insert(tx, one, known)
        else:
            message_pk, thread_id = found
        copy_id, new_copy, better = messages.add_copy(tx, message_pk, one.mail, digest, one.trust, one.direction)
        messages.add_source(tx, one.mail, copy_id=copy_id, raw_digest=digest)
        known.add(one, message_pk, thread_id, copy_id)
        if found is None:
            self._tell(tx, one, message_pk, thread_id, copy_id)
        if found is None or better:
            # A further copy, or the same mail in another folder, may be better authenticated than the first.
            self._decide(tx, one, message_pk, thread_id, wish, new=found is None)
        if new_copy and one.unheard and tx.now() - (one.mail.received_at or one.at) < sender.FRESH:
            sender.ask_later(tx, copy_id, message_pk)
        return Stored(message_pk, thread_id, new=found is None, new_copy=new_copy)

    def _decide(
        self, tx: Tx, one: Prepared, message_pk: int, thread_id: int, wish: Record | None, *, new: bool
    ) -> None:
        facts, rules = facts_of(one, message_pk, thread_id, wish), self._rules
        decide_local(tx, facts, rules.patterns, rules.verifier, rules.policy, new=new)

    def _insert(self, tx: Tx, one: Prepared, known: Known) -> tuple[int, int]:
        thread_id = self._assign(tx, one, one.keys, known, count=True)
        message_pk = messages.insert(tx, row_of(one, thread_id))
        messages.add_participants(tx, message_pk, one.people)
        return message_pk, thread_id

    def _assign(self, tx: Tx, one: Prepared, keys: Sequence[str], known: Known, *, count: bool = False) -> int:
        thread_id, merged = threads.assign(
            tx, keys, own=one.message_id, subject=one.base_subject, at=one.at, count=count
        )
        if merged:
            known.renew(tx)
            # What either thread is linked to is shown the messages of both.
            records = [link.record for link in links.active(tx, thread_id)]
            attach_thread(tx, thread_id, records, self._rules.patterns.systems, self._rules.policy)
        return thread_id

    def _find(self, tx: Tx, one: Prepared, known: Known) -> tuple[int, int] | None:
        found = known.messages.get(one.identity)
        if found is not None or one.direction is not Direction.OUTBOUND or one.mail.source.kind == "outbox":
            return found
        found = sent_by_us(tx, one)
        if found is None:
            return None
        # Answers will name the new Message-ID: it leads to the same thread.
        return found[0], self._assign(tx, one, (*one.keys, *ids_of(tx, found[0])), known)

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
            tell_bounce(tx, one, message_pk, thread_id)

    # -- quarantine ------------------------------------------------------------------------------------------------

    def _hold(self, rejected: Rejected, fence: Fence | None, *, fetched: bool = True) -> Stored:
        if fetched:
            logger.warning("quarantined %s: %s", rejected.mail.source.key, rejected.reason)
        return self._store.run(partial(put_aside, rejected=rejected, fetched=fetched, fence=fence))

    def _release(self, tx: Tx, one: Prepared, quarantine_id: int, fence: Fence | None = None) -> Stored:
        # Locks, then the fence, then the first write, as in every transaction: a sync of this account that was
        # overtaken holds threads while it waits for the lease, and would wait for ever for one that has it the other
        # way round.
        _lock(tx, [one])
        if fence is not None:
            fence(tx)
        messages.drop_source(tx, one.mail.source.key, quarantine_id)
        stored = self._one(tx, one, Known.of(tx, [one]), None)
        quarantine.settle(tx, quarantine_id, "released")
        return stored


def _lock(tx: Tx, prepared: Sequence[Prepared]) -> None:
    """Hold all that these mails could share with those of another transaction."""
    keys = {key for one in prepared for key in one.keys}
    threads.lock_all(tx, sorted(keys), [one.identity for one in prepared if not one.keys])


def _parts(read: Sequence[Prepared | Rejected]) -> list[list[Prepared | Rejected]]:
    """Batches whose transactions hold at most ``MAX_LOCKS`` keys, or a single mail's. What is rejected stands alone."""
    parts: list[list[Prepared | Rejected]] = []
    room = 0
    for one in read:
        needed = len(one.keys) + 1 if isinstance(one, Prepared) else MAX_LOCKS
        if not parts or room < needed:
            parts.append([])
            room = MAX_LOCKS
        parts[-1].append(one)
        room -= needed
    return parts

"""The queued work of linking: ask the CRM, show a message on a record. Here the network is used, in no transaction.

::

    find     adapter.find, then one transaction: people learned, decision, links, events, attach jobs, job done
    attach   adapter.attach, then one transaction: job done
             the record is gone: link removed, decision and event written, job done

Both end their job in the transaction of its effects and only while its lease is held, so a job that runs twice writes
once. Every failure of an adapter is raised as AdapterError: the worker puts the job back and tries it later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from mailkit.errors import AdapterError, NotFoundError
from mailkit.link import codec, signals
from mailkit.link.adapter import CrmAdapter, Note, Query
from mailkit.link.linker import Place, Seen, lock_thread_of, settle, weigh
from mailkit.link.manual import unlink
from mailkit.link.patterns import usable
from mailkit.link.rules import DEFAULT, LinkPolicy
from mailkit.net import guard
from mailkit.store import Store, Tx, links, messages, people, queue
from mailkit.store.queue import Job
from mailkit.words import Candidate, Decision, Direction, Evidence, Record, Trust, TrustLevel

__all__ = ["run_attach", "run_find"]

logger = logging.getLogger("mailkit.link")

T = TypeVar("T")
#: Most candidates that are read from one answer.
_MOST_ANSWERS = 50
#: Most evidence that is read of one candidate.
_MOST_EVIDENCE = 20

Answers = Mapping[tuple[str, str], Sequence[Candidate]]


@dataclass(frozen=True, slots=True)
class _Question:
    """The payload of a find job, read."""

    message: int
    account: str | None
    message_id: str | None
    subject: str
    addresses: tuple[str, ...]
    direction: Direction
    trust: Trust
    kind: str
    own: signals.OwnEvidence

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> _Question:
        return cls(
            message=int(payload["message"]),
            account=payload["account"],
            message_id=payload["message_id"],
            subject=payload["subject"],
            addresses=tuple(payload["addresses"]),
            direction=Direction(payload["direction"]),
            trust=Trust(TrustLevel(payload["trust"]), tuple(payload["trust_evidence"])),
            kind=payload["kind"],
            own=codec.load_own(payload["own"]),
        )

    @property
    def believed(self) -> bool:
        outbound = self.direction is Direction.OUTBOUND
        return outbound or self.own.verified or self.trust.level is TrustLevel.AUTHENTICATED


def run_find(store: Store, adapters: Sequence[CrmAdapter], job: Job, policy: LinkPolicy = DEFAULT) -> Decision | None:
    """Ask the CRM about a message, and weigh the message again with the answer.

    The adapters are asked about one address at a time, so that it is known whom an answer speaks of.

    Returns:
        the decision; None where the message is gone, or the job was lost to another worker.

    Raises:
        AdapterError: an adapter failed; nothing was written, the job is still leased.
        NetworkInTransactionError: a store transaction is open.
    """
    guard.check("ask the CRM")
    question = _Question.read(job.payload)
    with store.read() as tx:
        try:
            thread_id = messages.get(tx, question.message).thread_id
        except NotFoundError:
            thread_id = 0
    answers = _ask(adapters, question, thread_id) if thread_id else {}
    systems = tuple(adapter.system for adapter in adapters)
    return store.run(lambda tx: _found(tx, job, question, answers, systems, policy))


def _ask(adapters: Sequence[CrmAdapter], question: _Question, thread_id: int) -> Answers:
    answers: dict[tuple[str, str], Sequence[Candidate]] = {}
    for adapter in adapters:
        for address in question.addresses or ("",):
            query = Query(
                addresses=(address,) if address else (),
                numbers=question.own.numbers,
                subject=question.subject,
                message_id=question.message_id,
                thread_id=thread_id,
                trust=TrustLevel.AUTHENTICATED if question.believed else question.trust.level,
            )
            answers[adapter.system, address] = _find(adapter, query)
    return answers


def _find(adapter: CrmAdapter, query: Query) -> Sequence[Candidate]:
    found = _call(adapter, "find", lambda: list(islice(adapter.find(query), _MOST_ANSWERS)))
    for one in found:
        if flaw := _flaw(one):
            raise AdapterError(f"The adapter {adapter.system} returned {flaw}.")
    found = [replace(one, evidence=tuple(one.evidence[:_MOST_EVIDENCE])) for one in found]
    sound = [one for one in found if _sound(one.record, adapter.system)]
    if len(sound) < len(found):
        logger.warning("%s.find named %d records that cannot be used", adapter.system, len(found) - len(sound))
    return sound


def _flaw(one: object) -> str:
    """What is wrong with an answer whose types only a type checker would have refused, "" if nothing is."""
    if not isinstance(one, Candidate):
        return f"a {type(one).__name__}, not a Candidate"
    record, evidence = one.record, one.evidence
    if not isinstance(record, Record):
        return f"a Candidate whose record is a {type(record).__name__}"
    if not all(isinstance(text, str) for text in (record.system, record.kind, record.id, one.title)):
        return "a Candidate whose record or title is not made of text: write the number 7 as '7'"
    if not isinstance(one.score, int | float):
        return "a Candidate whose score is not a number"
    if not isinstance(evidence, tuple | list) or not all(isinstance(said, Evidence) for said in evidence):
        return "a Candidate whose evidence is not a tuple of Evidence"
    if not all(isinstance(text, str) for said in evidence for text in (said.signal, said.detail)):
        return "an Evidence whose signal or detail is not text"
    if not all(isinstance(said.weight, int | float) for said in evidence):
        return "an Evidence whose weight is not a number"
    return ""


def _sound(record: Record, system: str) -> bool:
    return record.system == system and usable(record.kind) and usable(record.id)


def _call(adapter: CrmAdapter, method: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except Exception as error:
        if method == "attach" and isinstance(error, NotFoundError):
            raise
        text = signals.clean(str(error))
        raise AdapterError(f"{adapter.system}.{method} failed: {type(error).__name__}: {text}") from error


def _found(
    tx: Tx, job: Job, question: _Question, answers: Answers, systems: tuple[str, ...], policy: LinkPolicy
) -> Decision | None:
    try:
        thread_id = lock_thread_of(tx, question.message)
    except NotFoundError:
        queue.settle(tx, job, "done")
        return None
    if not queue.settle(tx, job, "done"):
        return None
    for (system, address), found in answers.items():
        if address and question.believed:
            _learn(tx, address, system, found, policy)
    who = _people(tx, question, answers, policy)
    crm = [one for found in answers.values() for one in signals.crm_evidence(found, question.own, policy)]
    place = Place(question.message, thread_id, question.account, systems)
    seen = Seen(question.own, who, question.direction, question.trust, question.kind)
    case, ruling = weigh(tx, place, seen, policy, crm, asked=True)
    return settle(tx, place, case, ruling, policy)


def _named(found: Iterable[Candidate]) -> dict[Record, str]:
    """The records that an answer says are known under the address asked for, with their titles."""
    return {
        one.record: signals.clean(one.title)
        for one in found
        if any(evidence.signal == "address" for evidence in one.evidence)
    }


def _learn(tx: Tx, address: str, system: str, found: Sequence[Candidate], policy: LinkPolicy) -> None:
    named = _named(found)
    for one in people.known_as(tx, address, policy.max_people):
        if one.record.system == system and one.record not in named:
            people.unlearn(tx, address, one.record)
    for record, title in named.items():
        people.learn(tx, address, record, title)


def _people(tx: Tx, question: _Question, answers: Answers, policy: LinkPolicy) -> dict[str, list[tuple[Record, str]]]:
    who: dict[str, list[tuple[Record, str]]] = {}
    for address in question.addresses:
        known = {one.record: one.title for one in people.known_as(tx, address, policy.max_people)}
        for (_, asked), found in answers.items():
            if asked == address:
                known |= _named(found)
        who[address] = list(known.items())[: policy.max_people]
    return who


def run_attach(
    store: Store,
    adapters: Sequence[CrmAdapter],
    job: Job,
    *,
    message_url: Callable[[int], str | None] | None = None,
) -> str | None:
    """Show a message on a record that its thread is linked to.

    Args:
        message_url: where a message can be read by a person, by its id in the store.

    Returns:
        the adapter's activity id; None where nothing is to be shown any more, or the record is gone.

    Raises:
        AdapterError: the adapter failed or is not there; the job is still leased.
        NetworkInTransactionError: a store transaction is open.
    """
    guard.check("write to the CRM")
    message_id, record = int(job.payload["message"]), Record(*job.payload["record"])
    with store.read() as tx:
        note = _note(tx, message_id, record, message_url)
    if note is None:
        store.run(lambda tx: queue.settle(tx, job, "done"))
        return None
    adapter = next((one for one in adapters if one.system == record.system), None)
    if adapter is None:
        raise AdapterError(f"No adapter is called {record.system!r}.", hint="Register it: MailKit(adapters=[…]).")
    try:
        activity = _call(adapter, "attach", lambda: adapter.attach(record, note))
    except NotFoundError:
        store.run(lambda tx: _gone(tx, job, message_id, record))
        return None
    store.run(lambda tx: queue.settle(tx, job, "done"))
    return activity


def _note(tx: Tx, message_id: int, record: Record, message_url: Callable[[int], str | None] | None) -> Note | None:
    """What is to be shown, or None where the message or the link is not there any more, or the sender is forged."""
    try:
        message = messages.get(tx, message_id)
    except NotFoundError:
        return None
    trust = _best_trust(str(copy.trust) for copy in messages.copies(tx, message_id))
    linked = {one.record for one in links.active(tx, message.thread_id)}
    if record not in linked or trust is TrustLevel.FORGED:
        return None
    return Note(
        key=message.identity,
        subject=message.subject,
        sender=message.from_address,
        recipients=tuple(one.address for one in messages.participants(tx, message_id) if one.role in ("to", "cc")),
        date=message.date or message.created_at,
        direction=Direction(message.direction),
        snippet=message.snippet,
        trust=trust,
        url=message_url(message_id) if message_url is not None else None,
    )


def _best_trust(levels: Iterable[str]) -> TrustLevel:
    known = {TrustLevel(level) for level in levels}
    return next((one for one in (TrustLevel.AUTHENTICATED, TrustLevel.CLAIMED) if one in known), TrustLevel.FORGED)


def _gone(tx: Tx, job: Job, message_id: int, record: Record) -> None:
    thread_id = lock_thread_of(tx, message_id)
    if not queue.settle(tx, job, "done"):
        return
    logger.info("%s is gone from the CRM; thread %d is unlinked", record, thread_id)
    people.forget(tx, record)
    unlink(tx, thread_id, record, rule="record-gone", detail="the CRM has no such record", message_id=message_id)

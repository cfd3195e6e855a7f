"""Weighing a message, in the transaction that stores it.

::

    ingest ─ decide_local ──► decision, links, ThreadLinked, jobs        (no network: local evidence only)
                                    │
            worker ─ run_find ──────┤   adapter.find, then a second transaction: the same ``settle`` again
            worker ─ run_attach ◄───┘   adapter.attach, once for each message and record

Invariants, whatever the order of arrival and whoever crashes where:

* A message's contribution to the links depends on the message, the people known and the CRM's answer, never on what
  the thread is linked to already; links only climb (see `mailkit.store.links`). So their set is the same in any order.
* Weighing a message twice changes nothing: a decision equal to the message's last one is not written again.
* Each message that is not forged has one attach job for each record that its thread is linked to, whichever came
  first. Two transactions that touch one thread hold its lock, so that neither misses what the other adds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailkit.events import ThreadLinked
from mailkit.link import codec, signals
from mailkit.link.patterns import Patterns
from mailkit.link.rules import AUTOMATIC, DEFAULT, Case, LinkPolicy, Ruling, combine, decide, guessed, own_signals
from mailkit.link.signals import MessageFacts, OwnEvidence, Token, TokenVerifier
from mailkit.store import decisions, events, links, messages, people, queue, threads
from mailkit.store.tx import Tx
from mailkit.words import Candidate, Decision, Direction, Outcome, Record, Trust, TrustLevel

__all__ = [
    "ATTACH",
    "FIND",
    "MessageFacts",
    "Place",
    "Token",
    "TokenVerifier",
    "attach_thread",
    "decide_local",
    "settle",
]

#: Kinds of job.
FIND = "find"
ATTACH = "attach"


#: What is known under each address: records with their titles.
People = Mapping[str, Sequence[tuple[Record, str]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a message, and who is known of its other side."""

    own: OwnEvidence
    people: People
    direction: Direction
    trust: Trust
    kind: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is: what is written with a decision, besides the case itself."""

    message_id: int
    thread_id: int
    account: str | None
    systems: tuple[str, ...]


def decide_local(
    tx: Tx,
    facts: MessageFacts,
    patterns: Patterns,
    token_verifier: TokenVerifier | None,
    policy: LinkPolicy = DEFAULT,
    *,
    new: bool = False,
) -> Decision | None:
    """Weigh a message by local evidence, and write what follows from it.

    Call it after the message, its copy and its thread are written, and again when a further copy of it arrives: it may
    be better authenticated. What is written: a decision, links, ThreadLinked events, attach jobs, and a find job where
    the CRM must be asked.

    Args:
        new: the message was written in this transaction, so nothing was decided of it before.

    Returns:
        the decision, or None where there was nothing to decide: no candidate and no reason to remember.
    """
    own = signals.own_evidence(facts, patterns, token_verifier, policy)
    addresses = signals.others(facts, policy)
    who = {
        address: [(one.record, one.title) for one in found]
        for address, found in people.known_as_each(tx, addresses, policy.max_people).items()
    }
    place = Place(facts.id, facts.thread_id, facts.account, patterns.systems)
    seen = Seen(own, who, facts.direction, facts.trust, facts.kind)
    case, ruling = weigh(tx, place, seen, policy)
    if (who or own.numbers) and _must_ask(case, ruling, who, patterns, policy):
        # Copies of one message differ in these; what the CRM is asked depends on them.
        key = f"{facts.id}:{facts.direction.value}:{facts.trust.level.value}"
        queue.put(tx, FIND, key, _question(facts, own, addresses))
    if not case.candidates and ruling.rule != "forged-sender":
        return None
    return settle(tx, place, case, ruling, policy, new=new)


def weigh(
    tx: Tx, place: Place, seen: Seen, policy: LinkPolicy, crm: Iterable[Candidate] = (), *, asked: bool = False
) -> tuple[Case, Ruling]:
    """The case of a message as the store knows it now, and the ruling.

    Args:
        crm: what the CRM's answers add.
        asked: whether it was asked.
    """
    parts = [
        *seen.own.candidates,
        *signals.address_evidence(seen.people, direction=seen.direction, trust=seen.trust, policy=policy),
        *signals.thread_evidence(links.of_thread(tx, place.thread_id), seen.own),
        *crm,
    ]
    said = tuple(signals.clean(one) for one in seen.trust.evidence[:3])
    level, verified = seen.trust.level, seen.own.verified
    case = Case(combine(parts, policy), level, verified, seen.direction, seen.kind, asked, said)
    return case, decide(case, policy)


def _must_ask(case: Case, ruling: Ruling, who: People, patterns: Patterns, policy: LinkPolicy) -> bool:
    """Whether the CRM could add something. It depends on the message and its people, never on its thread."""
    forged = case.trust is TrustLevel.FORGED and case.direction is not Direction.OUTBOUND
    if not patterns.systems or forged:
        return False
    if case.kind in AUTOMATIC and not (case.believed and guessed(ruling.rule, case, policy)):
        return False  # no address links it; only for a number it matters whether its sender is somebody known
    known = {(address, record.system) for address, found in who.items() for record, _ in found}
    if any((address, system) not in known for address in who for system in patterns.systems):
        return True
    return policy.ask_known and ruling.rule not in ("wish", "token", "number")


def _question(facts: MessageFacts, own: OwnEvidence, addresses: tuple[str, ...]) -> dict[str, object]:
    return {
        "message": facts.id,
        "account": facts.account,
        "message_id": facts.message_id,
        "subject": facts.subject[:1000],
        "addresses": list(addresses),
        "direction": facts.direction.value,
        "trust": facts.trust.level.value,
        "trust_evidence": [signals.clean(one) for one in facts.trust.evidence[:3]],
        "kind": facts.kind,
        "own": codec.dump_own(own),
    }


def settle(tx: Tx, place: Place, case: Case, ruling: Ruling, policy: LinkPolicy, *, new: bool = False) -> Decision:
    """Write a ruling and what follows from it; ``new``: it is the first of the message."""
    last = None if new else decisions.latest(tx, place.thread_id, place.message_id)
    decision = _write(tx, place, case, ruling, policy, last)
    for record in ruling.own:
        _link(tx, place, record, ruling.state, decision.id, _wished(case, record), policy)
    if ruling.rule != "forged-sender":
        put_attach(tx, [place.message_id], (one.record for one in links.active(tx, place.thread_id)), place.systems)
    return decision


def _wished(case: Case, record: Record) -> bool:
    return any(e.signal == "wish" for one in case.candidates if one.record == record for e in one.evidence)


def _write(
    tx: Tx, place: Place, case: Case, ruling: Ruling, policy: LinkPolicy, last: decisions.Saved | None
) -> Decision:
    inputs, chosen = codec.dump_case(case, policy), codec.dump_records(ruling.chosen)
    decision = Decision(
        thread_id=place.thread_id,
        message_id=place.message_id,
        rule=ruling.rule,
        outcome=ruling.outcome,
        trust=case.trust,
        candidates=case.candidates,
        chosen=ruling.chosen,
    )
    if last is not None and (last.rule, last.outcome) == (ruling.rule, ruling.outcome) and _same(last, case, ruling):
        return replace(decision, id=last.id, created_at=last.created_at)
    number = decisions.add(
        tx,
        thread_id=place.thread_id,
        message_id=place.message_id,
        rule=ruling.rule,
        outcome=ruling.outcome,
        trust=case.trust.value,
        inputs=inputs,
        chosen=chosen,
    )
    return replace(decision, id=number, created_at=tx.now())


def _same(last: decisions.Saved, case: Case, ruling: Ruling) -> bool:
    """Whether the message was weighed before with the same evidence of its own and came to the same records."""
    before, _policy = codec.load_case(last.inputs)
    unasked = ruling.outcome in (Outcome.NONE, Outcome.AMBIGUOUS) and before.asked != case.asked
    return not unasked and set(codec.load_records(last.chosen)) == set(ruling.chosen) and _own(before) == _own(case)


def _own(case: Case) -> tuple[object, ...]:
    weighed = {(one.record, evidence) for one in case.candidates for evidence in own_signals(one).values()}
    return case.trust, case.verified, case.kind, weighed


def _link(
    tx: Tx, place: Place, record: Record, state: Outcome, decision_id: int, wished: bool, policy: LinkPolicy
) -> None:
    if wished and state is Outcome.LINKED:
        done = "new" if links.restore(tx, place.thread_id, record, decision_id) else "same"
    else:
        done = links.add(tx, place.thread_id, record, state, decision_id)
    if done not in ("new", "upgraded"):
        return
    announce(tx, place, record, state, decision_id)
    if done == "new":
        attach_thread(tx, place.thread_id, [record], place.systems, policy)


def announce(tx: Tx, place: Place, record: Record, state: Outcome, decision_id: int) -> None:
    """Write the event of a new or lifted link."""
    events.append(
        tx,
        ThreadLinked(
            thread_id=place.thread_id,
            message_id=place.message_id or None,
            account=place.account,
            system=record.system,
            kind=record.kind,
            record_id=record.id,
            decision_id=decision_id,
            state=state.value,
        ),
    )


def attach_thread(
    tx: Tx, thread_id: int, records: Iterable[Record], systems: Collection[str], policy: LinkPolicy = DEFAULT
) -> None:
    """Queue attach jobs for the messages that a thread has already, its newest ``attach_earlier`` ones, save the
    forged. Call it for all links of a thread that took in another one."""
    put_attach(tx, links.noteworthy(tx, thread_id)[-policy.attach_earlier :], records, systems)


def lock_thread_of(tx: Tx, message_id: int) -> int:
    """The thread of a message, held as ingest does, so that neither misses the messages and links that the other adds.
    Call it before the transaction's first write.

    Raises:
        NotFoundError: the message is not there any more.
    """
    [thread_id] = threads.hold(tx, messages.get(tx, message_id).thread_id)
    return thread_id


def put_attach(tx: Tx, messages: Iterable[int], records: Iterable[Record], systems: Collection[str]) -> None:
    """Queue attach jobs, one for each message and record of a system that has an adapter."""
    wanted = [one for one in records if one.system in systems]
    payloads = {
        f"{message}:{record}": {"message": message, "record": [record.system, record.kind, record.id]}
        for message in messages
        for record in wanted
    }
    queue.put_many(tx, ATTACH, payloads)

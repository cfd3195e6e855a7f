"""Links by a person's or the application's wish, and reading links: what the application calls.

A wish is a decision like any other: it is kept, with who wished it. A link that was removed is not brought back by
evidence, only by another wish.
"""

from __future__ import annotations

from collections.abc import Collection

from mailkit.errors import InputError
from mailkit.events import ThreadUnlinked
from mailkit.link import codec
from mailkit.link.linker import Place, announce, attach_thread
from mailkit.link.patterns import usable
from mailkit.link.rules import DEFAULT, Case, LinkPolicy
from mailkit.link.signals import clean
from mailkit.message import Address
from mailkit.store import decisions, events, links, people, threads
from mailkit.store.threads import StoredThread
from mailkit.store.tx import Tx
from mailkit.words import Candidate, Direction, Evidence, Link, Outcome, Record, TrustLevel

__all__ = ["add", "know", "merge", "of_record", "of_thread", "remove", "unlink"]


def add(
    tx: Tx,
    thread_id: int,
    record: Record,
    *,
    by: str = "user",
    systems: Collection[str] | None = None,
    policy: LinkPolicy = DEFAULT,
) -> Link:
    """Link a thread to a record, and have its messages shown there.

    Args:
        by: who wishes it, for the explanation.
        systems: systems that have an adapter; attach jobs are queued only for them. None: for whatever system.

    Raises:
        NotFoundError: this tenant has no such thread.
        InputError: the record has an empty, overlong or unprintable system, kind or id.
    """
    _check(record)
    [thread_id] = threads.hold(tx, thread_id)
    there = _find(tx, thread_id, record)
    if there is not None and there.state is Outcome.LINKED:
        return there
    decision_id = _decide(tx, thread_id, record, "user", Outcome.LINKED, f"{clean(by)} linked it", 0)
    links.restore(tx, thread_id, record, decision_id)
    known = (record.system,) if systems is None else tuple(systems)
    announce(tx, Place(0, thread_id, None, known), record, Outcome.LINKED, decision_id)
    attach_thread(tx, thread_id, [record], known, policy)
    return next(one for one in links.active(tx, thread_id) if one.record == record)


def _find(tx: Tx, thread_id: int, record: Record) -> Link | None:
    return next((one for one in links.active(tx, thread_id) if one.record == record), None)


def remove(tx: Tx, thread_id: int, record: Record, *, by: str = "user") -> bool:
    """Remove a link; evidence will not bring it back. False: there was none.

    Raises:
        NotFoundError: this tenant has no such thread.
    """
    [held] = threads.hold(tx, thread_id)
    return unlink(tx, held, record, rule="user-removed", detail=f"{clean(by)} removed it")


def merge(
    tx: Tx, one: int, other: int, *, systems: Collection[str] | None = None, policy: LinkPolicy = DEFAULT
) -> StoredThread:
    """Make two threads one, with the links of both, and have all its messages shown on their records.

    Args:
        systems: systems that have an adapter; attach jobs are queued only for them. None: for whatever system.

    Raises:
        NotFoundError: this tenant has no such thread.
    """
    kept = threads.merge(tx, one, other)
    records = [link.record for link in links.active(tx, kept)]
    known = {record.system for record in records} if systems is None else systems
    attach_thread(tx, kept, records, known, policy)
    return threads.get(tx, kept)


def unlink(tx: Tx, thread_id: int, record: Record, *, rule: str, detail: str, message_id: int = 0) -> bool:
    """Remove a link for a reason. False: there was none, and nothing is written."""
    if _find(tx, thread_id, record) is None:
        return False
    decision_id = _decide(tx, thread_id, record, rule, Outcome.REMOVED, detail, message_id)
    links.drop(tx, thread_id, record, decision_id)
    events.append(
        tx,
        ThreadUnlinked(
            thread_id=thread_id,
            message_id=message_id or None,
            system=record.system,
            kind=record.kind,
            record_id=record.id,
        ),
    )
    return True


def _decide(tx: Tx, thread_id: int, record: Record, rule: str, outcome: Outcome, detail: str, message_id: int) -> int:
    signal = "wish" if outcome is Outcome.LINKED else "removed"
    candidate = Candidate(record, 0.0, (Evidence(signal, detail, 1.0 if signal == "wish" else 0.0),))
    case = Case((candidate,), TrustLevel.AUTHENTICATED, direction=Direction.OUTBOUND)
    return decisions.add(
        tx,
        thread_id=thread_id,
        message_id=message_id,
        rule=rule,
        outcome=outcome,
        trust=case.trust.value,
        inputs=codec.dump_case(case, DEFAULT),
        chosen=codec.dump_records([record]),
    )


def _check(record: Record) -> None:
    for name in ("system", "kind", "id"):
        if not usable(getattr(record, name)):
            raise InputError(f"The record's {name} is empty, longer than 200 characters or not printable.")


def of_thread(tx: Tx, thread_id: int) -> tuple[Link, ...]:
    """The links of a thread, oldest first.

    Raises:
        NotFoundError: this tenant has no such thread.
    """
    return tuple(links.active(tx, threads.get(tx, thread_id).id))


def of_record(tx: Tx, record: Record, *, limit: int = 100) -> tuple[StoredThread, ...]:
    """The threads that are linked to a record or shown on it, the one with the newest message first."""
    return tuple(threads.get(tx, one.thread_id) for one in links.of_record(tx, record, limit))


def know(tx: Tx, address: str, record: Record, *, title: str = "") -> None:
    """Tell that an address belongs to a record, without asking the CRM: for imports and for tests.

    Raises:
        InputError: the address is none, or the record cannot be used.
    """
    _check(record)
    if "@" not in address or not usable(address):
        raise InputError("That is no address.")
    people.learn(tx, Address(address=address).key, record, clean(title))

"""The links of the store beside the truth that the samples know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailkit.cli.demo.facts import Facts
from mailkit.cli.demo.stage import Placed
from mailkit.words import Record

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Of the links of all conversations: ``right`` of ``made`` are as they may be, ``found`` of ``expected`` are there.

    ``kept``: conversations that are one thread, alone in it, of ``conversations``. ``forgeries``: forged mails, and
    ``forged`` what was linked because of one.
    """

    made: int
    right: int
    expected: int
    found: int
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    conversations: int = 0
    kept: int = 0
    forgeries: int = 0
    forged: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of the links made that are right."""
        return self.right / self.made if self.made else 1.0

    @property
    def recall(self) -> float:
        """The share of the links expected that were made."""
        return self.found / self.expected if self.expected else 1.0


def score(facts: Facts, placed: Sequence[Placed]) -> Score:
    """Compare conversation by conversation: a conversation may lie in several threads, all their links are its own."""
    threads = threads_of(facts, placed)
    members: dict[int, set[str]] = {}
    for name, ids in threads.items():
        for thread in ids:
            members.setdefault(thread, set()).add(name)
    truths = _truths(placed)
    made = right = expected = found = 0
    wrong: list[str] = []
    missing: list[str] = []
    for name, ids in threads.items():
        linked = {record for thread in ids for record in facts.links.get(thread, ())}
        due, allowed = truths[name]
        # A thread that holds several conversations is judged by the truth about all of them.
        allowed = allowed.union(*(truths[other][0] | truths[other][1] for t in ids for other in members[t]))
        made += len(linked)
        right += len(linked & allowed)
        expected += len(due)
        found += len(linked & due)
        wrong += [f"{name} {_text(record)}" for record in linked - allowed]
        missing += [f"{name} {_text(record)}" for record in due - linked]
    kept = sum(1 for ids in threads.values() if len(ids) == 1 and all(len(members[thread]) == 1 for thread in ids))
    forgeries, forged = _forged(facts, placed)
    return Score(made, right, expected, found, wrong, missing, len(threads), kept, forgeries, forged)


def threads_of(facts: Facts, placed: Sequence[Placed]) -> dict[str, set[int]]:
    """The threads in which the mails of each conversation lie."""
    found: dict[str, set[int]] = {}
    for place in placed:
        location = facts.store.get((place.account, place.folder), {}).get(place.uid)
        if location is not None and location.message_id is not None:
            found.setdefault(place.mail.truth.conversation, set()).add(facts.threads[location.message_id])
    return found


def _truths(placed: Sequence[Placed]) -> Mapping[str, tuple[set[Key], set[Key]]]:
    """For each conversation: the records that it must be linked to, and those that it may be linked to."""
    truths: dict[str, tuple[set[Key], set[Key]]] = {}
    for place in placed:
        truth = place.mail.truth
        due, allowed = truths.setdefault(truth.conversation, (set(), set()))
        due |= {_key(record) for record in truth.records}
        allowed |= {_key(record) for record in (*truth.records, *truth.also)}
    return truths


def _forged(facts: Facts, placed: Sequence[Placed]) -> tuple[int, list[str]]:
    """How many forged mails there are, and what was linked to something because of one."""
    forged = {
        location.message_id
        for place in placed
        if place.mail.truth.category == "forged"
        and (location := facts.store.get((place.account, place.folder), {}).get(place.uid)) is not None
        and location.message_id is not None
    }
    return len(forged), [record for pk in forged for record in facts.decided.get(pk, ())]


def _key(record: Record) -> Key:
    return record.system, record.kind, record.id


def _text(record: Key) -> str:
    return str(Record(*record))

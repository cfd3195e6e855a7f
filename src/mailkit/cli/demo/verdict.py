"""The verdict: was anything lost or doubled? Computed from the facts; nothing in here asks the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailkit.cli.demo.facts import Facts, Location, Place
from mailkit.cli.demo.links import Score
from mailkit.cli.demo.outbound import Answer
from mailkit.cli.demo.stage import Placed

#: Links that a thread must have and has, and links that it has and may have: shares of the truth.
LEAST_RECALL = 0.95
#: Conversations that are one thread each, of all.
LEAST_THREADED = 0.95
LEAST_PRECISION = 0.98


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the verdict, and its answer."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Course:
    """What happened in the demo, beside the facts."""

    placed: tuple[Placed, ...]
    answers: Sequence[Answer]
    undone: str
    again: int
    thanks: Mapping[str, int]
    score: Score
    shown: int
    to_show: int


def judge(facts: Facts, course: Course) -> list[Check]:
    """All questions."""
    return [
        *_in_step(facts),
        _once(facts, course.placed),
        _quarantine(facts, course.placed),
        _events(facts),
        _second_sync(course),
        *_delivered(facts, course),
        _answered(facts, course),
        *_linked(course),
    ]


def _in_step(facts: Facts) -> Iterator[Check]:
    wrong: list[str] = []
    total = sum(map(len, facts.server.values()))
    for place in sorted(facts.server.keys() | facts.store.keys()):
        there, ours = set(facts.server.get(place, {})), set(facts.store.get(place, {}))
        if there - ours:
            wrong.append(f"{_name(place)} lost UID {_some(there - ours)}")
        if ours - there:
            wrong.append(f"{_name(place)} has UID {_some(ours - there)} too many")
    detail = "; ".join(wrong) or f"{total} of {total} mails in {len(facts.server)} folders"
    yield Check("every UID of the servers is in the store", not wrong, detail)
    damaged = [
        f"{_name(place)} UID {uid}"
        for place, mails in facts.server.items()
        for uid, digest in mails.items()
        if not _kept(facts, facts.store.get(place, {}).get(uid), digest)
    ]
    detail = f"{len(damaged)} are not: {_some(damaged)}" if damaged else f"{total} of {total}, by SHA-256"
    yield Check("their bytes are kept as they are", not damaged, detail)


def _kept(facts: Facts, location: Location | None, digest: str) -> bool:
    if location is None:
        return True  # told by the question before
    return location.digest == digest and facts.raw.get(digest) == digest


def _once(facts: Facts, placed: Sequence[Placed]) -> Check:
    """One key of the samples is one message of the store, and the other way round."""
    by_key: dict[str, set[int]] = {}
    by_message: dict[int, set[str]] = {}
    for place in placed:
        location = facts.store.get((place.account, place.folder), {}).get(place.uid)
        if location is not None and location.message_id is not None:
            by_key.setdefault(place.mail.key, set()).add(location.message_id)
            by_message.setdefault(location.message_id, set()).add(place.mail.key)
    doubled = [key for key, found in by_key.items() if len(found) > 1]
    melted = ["+".join(sorted(keys)) for keys in by_message.values() if len(keys) > 1]
    expected = {place.mail.key for place in placed if place.mail.truth.ingestible}
    lost = expected - by_key.keys()
    wrong = [
        f"{len(found)} {word}: {_some(found)}"
        for found, word in ((sorted(lost), "lost"), (doubled, "doubled"), (melted, "melted into one"))
        if found
    ]
    detail = "; ".join(wrong) or f"{len(by_key)} messages from {len(placed)} mails"
    return Check("every message is there once", not wrong, detail)


def _quarantine(facts: Facts, placed: Sequence[Placed]) -> Check:
    held = {
        (place, uid)
        for place, mails in facts.store.items()
        for uid, location in mails.items()
        if location.message_id is None
    }
    due = {((p.account, p.folder), p.uid) for p in placed if not p.mail.truth.ingestible}
    ok = held == due and facts.held == len(due)
    return Check("in quarantine is what is no mail, and nothing else", ok, f"{facts.held} held, {len(due)} expected")


def _events(facts: Facts) -> Check:
    """One event of arrival or departure for each message, and one row of the application's handler with it."""
    wrong = [pk for pk in facts.messages if facts.told[pk] != 1 or facts.noted[pk] != 1]
    strange = [pk for pk in (*facts.told, *facts.noted) if pk not in facts.messages]
    detail = f"{sum(facts.told.values())} events, {sum(facts.noted.values())} rows of the application's handler"
    if wrong or strange:
        detail += f"; not so for message {_some([*wrong, *strange])}"
    return Check("every message told once, the handler's row with it", not wrong and not strange, detail)


def _second_sync(course: Course) -> Check:
    ok = course.again == 0
    return Check("a second sync brings nothing new", ok, f"{course.again} new")


def _delivered(facts: Facts, course: Course) -> Iterator[Check]:
    counts = {answer.key: facts.accepted[answer.message_id] for answer in course.answers}
    wrong = [f"{key}: {number} times" for key, number in counts.items() if number != 1]
    states = [facts.outbox.get(answer.message_id, "gone") for answer in course.answers]
    ok = not wrong and set(states) == {"sent"}
    detail = "; ".join(wrong) or f"{len(counts)} answers, the outbox says {', '.join(states)}"
    yield Check("every answer was accepted exactly once", ok, detail)
    others = [one for one in facts.accepted if one not in {answer.message_id for answer in course.answers}]
    undone = course.undone in facts.outbox or bool(others)
    yield Check("what was rolled back was not sent", not undone, "nobody got it" if not undone else "somebody got it")
    copies = [
        len([1 for location in facts.store.get((answer.account, "Sent"), {}).values()
             if location.message_id is not None and facts.messages.get(location.message_id) == answer.message_id])
        for answer in course.answers
    ]  # fmt: skip
    yield Check("every answer is in Sent once", set(copies) == {1}, f"{sum(copies)} copies of {len(copies)} answers")


def _answered(facts: Facts, course: Course) -> Check:
    """The answer, and the customer's answer to it, are in the conversation that they belong to."""
    astray = [
        answer.key
        for answer in course.answers
        if facts.threads.get(answer.answered) not in {facts.threads[pk] for pk in _ids(facts, answer.message_id)}
    ]
    for message_id, thread_of in course.thanks.items():
        if {facts.threads[pk] for pk in _ids(facts, message_id)} != {facts.threads.get(thread_of)}:
            astray.append(message_id)
    detail = (
        f"astray: {_some(astray)}" if astray else f"{len(course.answers)} of ours, {len(course.thanks)} of customers"
    )
    return Check("answers are in the conversations they belong to", not astray, detail)


def _ids(facts: Facts, message_id: str) -> list[int]:
    return [pk for pk, found in facts.messages.items() if found == message_id]


def _linked(course: Course) -> Iterator[Check]:
    score = course.score
    ok = score.kept >= LEAST_THREADED * score.conversations
    yield Check("each conversation is one thread", ok, f"{score.kept} of {score.conversations}")
    ok = score.precision >= LEAST_PRECISION and score.recall >= LEAST_RECALL
    detail = f"precision {score.precision:.3f}, recall {score.recall:.3f}, {score.expected} expected"
    if score.wrong or score.missing:
        detail += f"; wrong: {_some(score.wrong) or 'none'}; missing: {_some(score.missing) or 'none'}"
    yield Check("conversations are linked as the truth says", ok, detail)
    ok = score.forgeries > 0 and not score.forged
    detail = f"{score.forgeries} forged, linked because of it: {_some(score.forged) or 'nothing'}"
    yield Check("a forged mail links nothing by itself", ok, detail)
    ok = course.shown == course.to_show
    yield Check("each message is shown once on its records", ok, f"{course.shown} shown, {course.to_show} to be shown")


def _name(place: Place) -> str:
    return f"{place[0]} {place[1]}"


def _some(found: object, limit: int = 5) -> str:
    items = sorted(map(str, found if isinstance(found, (list, set, tuple)) else [found]))
    return ", ".join(items[:limit]) + (" …" if len(items) > limit else "")

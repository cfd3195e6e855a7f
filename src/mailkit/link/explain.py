"""Why a thread is linked, or is not, in sentences; and deciding again from what was stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailkit.link import codec
from mailkit.link.rules import Case, LinkPolicy, Ruling, decide, own_signals
from mailkit.link.signals import clean
from mailkit.store import decisions, links, threads
from mailkit.store.decisions import Saved
from mailkit.store.tx import Tx
from mailkit.words import Candidate, Decision, Evidence, Link, Outcome, Record, TrustLevel

__all__ = ["Explanation", "decision_of", "explain", "replay"]

#: Rules that say why there is no link, the most telling first.
_TELLING = ("ambiguous", "below-threshold", "automatic-mail", "forged-sender", "no-evidence")
_BY_HAND = "A record number in a subject, or a link made by hand, would link it."


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a thread is linked, or is not.

    Attributes:
        links: those that hold now.
        decisions: all that were made of it, oldest first.
        sentence: what holds now, and why.
        advice: what would change it; empty where it is linked.
        history: one line for each decision, oldest first.
    """

    thread_id: int
    subject: str
    links: tuple[Link, ...]
    decisions: tuple[Decision, ...]
    sentence: str
    advice: str
    history: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".strip()


@dataclass(frozen=True, slots=True)
class _Told:
    """A decision with the case and the policy that it was made from."""

    decision: Decision
    case: Case
    policy: LinkPolicy


def explain(tx: Tx, thread_id: int) -> Explanation:
    """Explain a thread; of one that was merged, the thread it is part of now.

    Raises:
        NotFoundError: this tenant has no such thread.
    """
    thread = threads.get(tx, thread_id)
    told = [_told(saved) for saved in decisions.of_thread(tx, thread.id)]
    all_links = links.of_thread(tx, thread.id)
    held = tuple(one for one in all_links if one.state is not Outcome.REMOVED)
    name = f"Thread {thread.id} '{clean(thread.subject)}'" if thread.subject else f"Thread {thread.id}"
    removed = [one for one in all_links if one.state is Outcome.REMOVED]
    sentence, advice = _linked(name, held, told) if held else _unlinked(name, told, removed)
    sentence = " ".join([sentence, *(_removed(one, told) for one in removed if held)])
    history = tuple(_line(one) for one in told)
    made = tuple(one.decision for one in told)
    return Explanation(thread.id, thread.subject, held, made, sentence, advice, history)


def replay(tx: Tx, decision_id: int, policy: LinkPolicy | None = None) -> Ruling:
    """Decide again from what was stored with a decision: with the policy it was made by, or with another one.

    Decisions of a person (rules ``user``, ``user-removed``, ``record-gone``) are no rulings; of them, the wish is
    judged.

    Raises:
        NotFoundError: this tenant has no such decision.
    """
    case, then = codec.load_case(decisions.get(tx, decision_id).inputs)
    return decide(case, policy or then)


def decision_of(saved: Saved) -> Decision:
    """A stored decision as a value."""
    return _told(saved).decision


def _told(saved: Saved) -> _Told:
    case, policy = codec.load_case(saved.inputs)
    decision = Decision(
        thread_id=saved.thread_id,
        message_id=saved.message_id,
        rule=saved.rule,
        outcome=Outcome(saved.outcome),
        trust=TrustLevel(saved.trust),
        candidates=case.candidates,
        chosen=codec.load_records(saved.chosen),
        id=saved.id,
        created_at=saved.created_at,
    )
    return _Told(decision, case, policy)


def _and(parts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _weighed(evidence: Iterable[Evidence]) -> list[str]:
    return [f"{one.detail} ({one.weight:.2f})" if one.weight else one.detail for one in evidence]


def _reasons(decision: Decision, records: Iterable[Record]) -> str:
    wanted = set(records)
    details: dict[str, None] = {}
    for one in decision.candidates:
        if one.record in wanted:
            details |= dict.fromkeys(_weighed(own_signals(one).values()))
    return _and(list(details)) if details else "it was so before"


def _linked(name: str, held: Sequence[Link], told: Sequence[_Told]) -> tuple[str, str]:
    by_decision: dict[tuple[int | None, Outcome], list[Record]] = {}
    for link in held:
        by_decision.setdefault((link.decision_id, link.state), []).append(link.record)
    found = {one.decision.id: one for one in told}
    sentences: list[str] = []
    for (decision_id, state), records in by_decision.items():
        where = _and([str(record) for record in records])
        one = found.get(decision_id or 0)
        reasons = _reasons(one.decision, records) if one is not None else "it was so before"
        also = " also" if sentences else ""
        verb = f"is{also} linked to" if state is Outcome.LINKED else f"is{also} shown, for reading only, on"
        sentences.append(f"{'It' if also else name} {verb} {where} because {reasons}{_but(state, one)}.")
    return " ".join(sentences), ""


def _but(state: Outcome, one: _Told | None) -> str:
    if state is Outcome.SHOWN and one is not None and one.case.believed:
        return (
            "; who wrote it is authenticated and nobody known, and a number can be guessed, so nothing may change there"
        )
    if state is Outcome.SHOWN:
        return "; who wrote it is only claimed, so nothing may change there"
    if one is not None and one.case.verified:
        return "; it answers a message of ours, which the signed id proves"
    return ""


def _unlinked(name: str, told: Sequence[_Told], removed: Sequence[Link]) -> tuple[str, str]:
    if removed:
        return (
            f"{name} is not linked. {' '.join(_removed(one, told) for one in removed)}",
            "A link by hand brings it back.",
        )
    for rule in _TELLING:
        for one in reversed(told):
            if one.decision.rule == rule:
                why, advice = _why_not(one)
                return f"{name} is not linked: {why}.", advice
    return f"{name} is not linked: its messages name no record, and nobody known has a part in it.", _BY_HAND


def _removed(link: Link, told: Sequence[_Told]) -> str:
    for one in reversed(told):
        if one.decision.id == link.decision_id and one.decision.candidates:
            return f"It was linked to {link.record}: {one.decision.candidates[0].evidence[0].detail}."
    return f"It was linked to {link.record} before."


def _why_not(one: _Told) -> tuple[str, str]:
    message, case = f"message {one.decision.message_id}", one.case
    match one.decision.rule:
        case "ambiguous":
            rivals = [c for c in case.candidates if c.score >= one.policy.link_at]
            named = _and([_candidate(c) for c in rivals])
            return f"of {message}, the evidence does not tell apart {named}", _BY_HAND
        case "below-threshold":
            best = case.candidates[0]
            why = f"the best candidate, {_candidate(best)}, has less than the {one.policy.link_at:.2f} that it takes"
            return f"{why}: {_and(_weighed(own_signals(best).values()))}", _BY_HAND
        case "automatic-mail":
            why = f"{message} is automatic ({case.kind}), and an address alone does not link such mail"
            return why, "A record number in it, or a link made by hand, would link it."
        case "forged-sender":
            said = f" ({_and(case.said)})" if case.said else ""
            why = f"the sender of {message} is forged{said}, so nothing that it says is believed"
            return why, "A message whose sender is authenticated would link it."
        case _:
            asked = "; the CRM was asked and knows nobody of it" if case.asked else ""
            return f"{message} names no record, and nobody known has a part in it{asked}", _BY_HAND


def _candidate(one: Candidate) -> str:
    title = f" '{one.title}'" if one.title else ""
    return f"{one.record}{title} ({one.score:.2f})"


def _line(one: _Told) -> str:
    decision = one.decision
    when = f"{decision.created_at:%Y-%m-%d %H:%M:%S} UTC" if decision.created_at else ""
    who = f"message {decision.message_id} ({decision.trust.value})" if decision.message_id else "by hand"
    chosen = f" {_and([str(record) for record in decision.chosen])}" if decision.chosen else ""
    evidence = [
        e for c in decision.candidates if not decision.chosen or c.record in decision.chosen for e in c.evidence
    ]
    why = f": {_and(_weighed(dict.fromkeys(evidence)))}" if evidence else ""
    return f"{when} {who}: {decision.outcome.value}{chosen} by rule {decision.rule}{why}"

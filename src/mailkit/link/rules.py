"""From candidates to a ruling. Pure: the same case gives the same ruling, so a stored decision can be replayed.

A case is decided from the message's own evidence. What the thread is linked to already never competes with it::

    evidence         weight  what it means
    wish               1.00  the application named the record when it enqueued the draft
    token              0.98  the signed Message-ID of ours that is answered names the record
    number             0.90  the subject names it …            0.75 the new text …         0.35 the quoted text names it
    address            0.60  a person of the CRM, known under the other side's address
    address-shared     0.55  … which several of that kind share: by itself never enough to tell which
    address-other      0.40  something that is no person (a deal, a ticket) is known under the address
    crm…            ≤ 0.80  whatever else the CRM's adapter says for it
    thread, reply        -   the thread is linked to it; it answers a message of ours. Carried along, not weighed

A record's score is 1 - ∏(1 - weight), over one evidence (the heaviest) of each signal; ``link_at`` is needed. Of each
kind of record one is chosen; two within ``ambiguous_margin`` are ambiguous and none is chosen, except that people
known by addresses of their own do not contend. A deal and a contact are of different kinds: both are chosen.

Then the gate (``Trust``)::

    own mail, authenticated, or an answer with a valid token      LINKED
    authenticated, but nobody known, and only a number names it   SHOWN: for reading only (``strangers_numbers``)
    claimed                                                       SHOWN: for reading only
    forged                                                        nothing, whatever it says
    bounces, receipts, auto-replies, list mail                    never by an address alone

The links of a thread are the union of what its messages were linked by, the stronger state winning. That is why the
order in which they arrive does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailkit.words import Candidate, Direction, Evidence, Outcome, Record, TrustLevel

__all__ = ["AUTOMATIC", "DEFAULT", "Case", "LinkPolicy", "Ruling", "combine", "decide", "guessed", "own_signals"]

#: Kinds of message that were written by a program, or to a crowd (see `mailkit.content`).
AUTOMATIC = frozenset({"bounce", "complaint", "receipt", "auto-reply", "list", "loop"})
#: Signals that need no look at who wrote: enough for automatic mail too.
_EXPLICIT = frozenset({"wish", "token", "number"})
#: Signals that say where the message is, not what it is about.
_CARRIED = frozenset({"thread", "reply"})
#: Signals by which the sender is somebody known.
_KNOWN = frozenset({"address", "address-shared", "address-other"})
_ORDER = ("wish", "token", "number", "address", "address-shared", "address-other")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPolicy:
    """How evidence is weighed, and how much of a message is read for it. See the table at the top of this module.

    Attributes:
        link_at: the score that a record needs.
        ambiguous_margin: two records of one kind nearer than this are ambiguous.
        kinds: kinds of record in the order in which they are listed in a decision; others come last.
        person_kinds: kinds that an address can stand for; anything else known under an address is a mere hint.
        max_chosen: most records that one message is linked to.
        max_numbers: most record numbers that are read from each of subject, text and quoted text.
        max_addresses: most addresses of one message that are looked up.
        max_people: most records that are looked at for one address.
        subject_chars, text_chars, quoted_chars: how much of each is searched for numbers.
        ask_known: ask the CRM about a message that names no record even when its addresses are known.
        attach_earlier: most messages of a thread that are shown on a record when the thread is linked to it.
        strangers_numbers: a record's number alone links also when its sender, though authenticated, is nobody known.
            Numbers can be guessed, so by default it is only shown.
    """

    wish: float = 1.0
    token: float = 0.98
    number_subject: float = 0.9
    number_text: float = 0.75
    number_quoted: float = 0.35
    address: float = 0.6
    address_shared: float = 0.55
    address_other: float = 0.4
    crm_at_most: float = 0.8
    link_at: float = 0.5
    ambiguous_margin: float = 0.1
    kinds: tuple[str, ...] = (
        *("ticket", "case", "issue", "task", "order", "invoice", "quote", "deal", "opportunity", "project"),
        *("lead", "contact", "person", "customer", "partner", "company", "account", "organization"),
    )
    person_kinds: frozenset[str] = frozenset(
        {"lead", "contact", "person", "customer", "partner", "company", "account", "organization"}
    )
    max_chosen: int = 10
    max_numbers: int = 20
    max_addresses: int = 10
    max_people: int = 20
    subject_chars: int = 1_000
    text_chars: int = 20_000
    quoted_chars: int = 20_000
    ask_known: bool = True
    attach_earlier: int = 1_000
    strangers_numbers: bool = False

    def rank(self, record: Record) -> tuple[int, Record]:
        """Where a record stands among others: by kind, then by name."""
        at = self.kinds.index(record.kind) if record.kind in self.kinds else len(self.kinds)
        return at, record


DEFAULT = LinkPolicy()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that one decision is made from.

    Attributes:
        candidates: the records, with all evidence; those that the thread is linked to have evidence ``thread``, those
            that somebody removed from it have ``removed``.
        trust: what the copy says of the sender.
        verified: it answers a message of ours, proven by the signed Message-ID.
        direction: outbound is our own mail.
        kind: `mailkit.content.kind_of`.
        asked: the CRM was asked.
        said: what the trust was concluded from, for telling it; the rules do not look at it.
    """

    candidates: tuple[Candidate, ...]
    trust: TrustLevel = TrustLevel.CLAIMED
    verified: bool = False
    direction: Direction = Direction.INBOUND
    kind: str = "normal"
    asked: bool = False
    said: tuple[str, ...] = ()

    @property
    def believed(self) -> bool:
        """Whether the message may change something."""
        return self.direction is Direction.OUTBOUND or self.verified or self.trust is TrustLevel.AUTHENTICATED


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a case came to.

    Attributes:
        own: records that the message itself is evidence for; to be linked with ``state``.
        carried: records that the thread is linked to already.
        state: LINKED or SHOWN, for ``own``.
    """

    rule: str
    outcome: Outcome
    own: tuple[Record, ...] = ()
    carried: tuple[Record, ...] = ()
    state: Outcome = Outcome.LINKED

    @property
    def chosen(self) -> tuple[Record, ...]:
        """``own``, then what is only carried."""
        return self.own + tuple(record for record in self.carried if record not in self.own)


def own_signals(candidate: Candidate) -> dict[str, Evidence]:
    """The heaviest evidence of each signal that is weighed."""
    best: dict[str, Evidence] = {}
    for one in candidate.evidence:
        if one.signal in _CARRIED or one.signal == "removed":
            continue
        if one.signal not in best or one.weight > best[one.signal].weight:
            best[one.signal] = one
    return best


def _score(evidence: Iterable[Evidence]) -> float:
    missing = math.prod(1.0 - min(max(one.weight, 0.0), 1.0) for one in evidence)
    return round(1.0 - missing, 4)


def combine(parts: Iterable[Candidate], policy: LinkPolicy = DEFAULT) -> tuple[Candidate, ...]:
    """One candidate for each record, with all its evidence (each once) and its score; the best first.

    The result does not depend on the order of ``parts``.
    """
    evidence: dict[Record, set[Evidence]] = {}
    titles: dict[Record, str] = {}
    for part in parts:
        evidence.setdefault(part.record, set()).update(part.evidence)
        titles[part.record] = max(titles.get(part.record, ""), part.title)
    merged: list[Candidate] = []
    for record, found in evidence.items():
        ordered = tuple(sorted(found, key=lambda one: (-one.weight, one.signal, one.detail)))
        one = Candidate(record, 0.0, ordered, titles[record])
        weighed = own_signals(one).values()
        merged.append(replace(one, score=_score(weighed)))
    return tuple(sorted(merged, key=lambda one: (-one.score, policy.rank(one.record))))


def decide(case: Case, policy: LinkPolicy = DEFAULT) -> Ruling:
    """Decide a case."""
    if case.trust is TrustLevel.FORGED and case.direction is not Direction.OUTBOUND:
        return Ruling("forged-sender", Outcome.NONE)
    carried = tuple(sorted((c.record for c in case.candidates if _has(c, "thread")), key=policy.rank))
    standing = [(one, evidence) for one in case.candidates if (evidence := _admitted(one, case))]
    open_ = [(one, evidence) for one, evidence in standing if not _has(one, "removed") or "wish" in evidence]
    own, contested = _choose(open_, policy)
    if own:
        rule = _leading(case, own)
        state = Outcome.LINKED if case.believed and not guessed(rule, case, policy) else Outcome.SHOWN
        return Ruling(rule, state, own, carried, state)
    if carried:
        shown = all(_shown(c) for c in case.candidates if c.record in carried)
        outcome = Outcome.SHOWN if shown else Outcome.LINKED
        return Ruling("token" if case.verified else "thread", outcome, (), carried)
    if contested:
        return Ruling("ambiguous", Outcome.AMBIGUOUS)
    return Ruling(_why_not(case, bool(standing), bool(open_)), Outcome.NONE)


def guessed(rule: str, case: Case, policy: LinkPolicy) -> bool:
    """Whether all that speaks for a ruling is a number that anybody could have written: its sender is nobody known, and
    it answers nothing that proves more."""
    if rule != "number" or policy.strangers_numbers or case.verified or case.direction is Direction.OUTBOUND:
        return False
    return not any(_KNOWN & own_signals(one).keys() for one in case.candidates)


def _has(candidate: Candidate, signal: str) -> bool:
    return any(one.signal == signal for one in candidate.evidence)


def _shown(candidate: Candidate) -> bool:
    return any(one.signal == "thread" and one.weight == 0.0 for one in candidate.evidence)


def _admitted(candidate: Candidate, case: Case) -> dict[str, Evidence]:
    own = own_signals(candidate)
    if case.kind in AUTOMATIC:
        return {signal: one for signal, one in own.items() if signal in _EXPLICIT}
    return own


def _choose(
    open_: Sequence[tuple[Candidate, dict[str, Evidence]]], policy: LinkPolicy
) -> tuple[tuple[Record, ...], bool]:
    """The records chosen, and whether some kind was left out because it is ambiguous."""
    by_kind: dict[tuple[str, str], list[tuple[float, Candidate, dict[str, Evidence]]]] = {}
    for one, own in open_:
        score = _score(own.values())
        if score >= policy.link_at:
            by_kind.setdefault((one.record.system, one.record.kind), []).append((score, one, own))
    chosen: list[Record] = []
    contested = False
    for group in by_kind.values():
        group.sort(key=lambda item: (-item[0], item[1].record))
        winners = _winners(group, policy)
        contested = contested or not winners
        chosen += winners
    return tuple(sorted(chosen, key=policy.rank))[: policy.max_chosen], contested


def _winners(group: Sequence[tuple[float, Candidate, dict[str, Evidence]]], policy: LinkPolicy) -> list[Record]:
    wished = [one.record for _, one, own in group if "wish" in own]
    if wished:
        return wished
    best, first, leading = group[0]
    near = [item for item in group if best - item[0] < policy.ambiguous_margin - 1e-9]
    if _by_own_address(leading):
        people = [item for item in group if _by_own_address(item[2])]
        # Who shares another address with somebody is no rival: that question is about the other address.
        rivals = [item for item in near if not _by_own_address(item[2]) and "address-shared" not in item[2]]
        return [] if rivals else [one.record for _, one, _ in people]
    return [first.record] if len(near) == 1 else []


def _by_own_address(own: dict[str, Evidence]) -> bool:
    return "address" in own and "address-shared" not in own and not (own.keys() & _EXPLICIT)


def _leading(case: Case, own: tuple[Record, ...]) -> str:
    signals = {s for one in case.candidates if one.record in own for s in _admitted(one, case)}
    for signal in _ORDER:
        if signal in signals:
            return signal.partition("-")[0]
    return "crm"


def _why_not(case: Case, standing: bool, open_: bool) -> str:
    if standing and not open_:
        return "removed"
    if standing:
        return "below-threshold"
    if case.kind in AUTOMATIC and any(own_signals(one) for one in case.candidates):
        return "automatic-mail"
    return "no-evidence"

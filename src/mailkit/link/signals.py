"""The local evidence of one message. Pure: the store's answers and the token's verifier are handed in.

What belongs to the message alone (wish, token, numbers) is gathered once, by ``own_evidence``; what depends on the
store (people, the thread's links) is looked up again whenever the message is weighed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailkit.link.patterns import Patterns, usable
from mailkit.link.rules import DEFAULT, LinkPolicy
from mailkit.words import Candidate, Direction, Evidence, Link, Outcome, Record, Trust, TrustLevel

__all__ = [
    "MessageFacts",
    "OwnEvidence",
    "Token",
    "TokenVerifier",
    "address_evidence",
    "clean",
    "crm_evidence",
    "others",
    "own_evidence",
    "thread_evidence",
]

#: Most ids of In-Reply-To and References that are tried as tokens.
_MOST_REFS = 200
_CLAIMED = Trust()
_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Token:
    """What a verified Message-ID of ours says. ``records``: those that it names, if any."""

    payload: str = ""
    records: tuple[Record, ...] = ()


#: Takes a Message-ID without angle brackets; gives its token if it is one of ours and its signature is good, for this
#: tenant. Any text may come.
TokenVerifier = Callable[[str], Token | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What linking needs to know of a stored message.

    Attributes:
        id, thread_id: ids in the store.
        message_id: the Message-ID without brackets.
        references: In-Reply-To and References, without brackets; the message's own id may be among them.
        subject: decoded.
        text: the new text. ``quoted``: what it quotes.
        addresses: address keys (``Address.key``) by role: ``from``, ``to``, ``cc`` …
        own_addresses: the addresses of our own accounts; never looked up.
        kind: `mailkit.content.kind_of`.
        account: the account's name.
        wish: the record that the application named itself (``Draft.record``).
    """

    id: int
    thread_id: int
    message_id: str | None = None
    references: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    quoted: str = ""
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    direction: Direction = Direction.INBOUND
    trust: Trust = _CLAIMED
    kind: str = "normal"
    account: str | None = None
    wish: Record | None = None
    own_addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnEvidence:
    """What the message is evidence for by itself, whatever the store knows.

    ``numbers``: kind and number, those of the subject first, for asking the CRM. ``verified``: it answers a message
    of ours, proven by ``answered``.
    """

    candidates: tuple[Candidate, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()
    verified: bool = False
    answered: str = ""


def clean(text: str) -> str:
    """A text from outside as part of a sentence: one line, printable, bounded."""
    short = text[:_LONGEST_DETAIL]
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in short)


def own_evidence(
    facts: MessageFacts, patterns: Patterns, verify: TokenVerifier | None, policy: LinkPolicy = DEFAULT
) -> OwnEvidence:
    """Wish, token and numbers."""
    found = [_named(facts.wish, "wish", "the application asked for it", policy.wish)] if facts.wish else []
    tokens = _tokens(facts, verify)
    for ref, token in tokens:
        detail = f"it answers our message <{clean(ref)}>, whose signed id names it"
        found += [_named(record, "token", detail, policy.token) for record in token.records]
    numbers: list[tuple[str, str]] = []
    for where, weight, text in (
        ("subject", policy.number_subject, facts.subject[: policy.subject_chars]),
        ("text", policy.number_text, facts.text[: policy.text_chars]),
        ("quoted text", policy.number_quoted, facts.quoted[: policy.quoted_chars]),
    ):
        for record in patterns.search(text, limit=policy.max_numbers):
            detail = f"the {where} names {record.kind.capitalize()} {record.id}"
            found.append(_named(record, "number", detail, weight))
            if (record.kind, record.id) not in numbers:
                numbers.append((record.kind, record.id))
    answered = tokens[0][0] if tokens else ""
    return OwnEvidence(tuple(found), tuple(numbers), bool(tokens), clean(answered))


def _named(record: Record, signal: str, detail: str, weight: float) -> Candidate:
    return Candidate(record, weight, (Evidence(signal, detail, weight),))


def _tokens(facts: MessageFacts, verify: TokenVerifier | None) -> list[tuple[str, Token]]:
    if verify is None:
        return []
    # A message proves nothing by its own id: whoever got a mail of ours can copy that one.
    tried = [ref for ref in dict.fromkeys(facts.references) if ref != facts.message_id][:_MOST_REFS]
    return [(ref, token) for ref in tried if (token := verify(ref)) is not None]


def others(facts: MessageFacts, policy: LinkPolicy = DEFAULT) -> tuple[str, ...]:
    """The other side's addresses: the sender, or of our own mail those it went to."""
    outbound = facts.direction is Direction.OUTBOUND
    roles = ("to", "cc") if outbound else ("from",)
    given = [one for role in roles for one in facts.addresses.get(role, ())]
    if not outbound:
        given = given[:1]
    found = (one for one in dict.fromkeys(given) if one not in facts.own_addresses and "@" in one and usable(one))
    return tuple(list(found)[: policy.max_addresses])


def address_evidence(
    people: Mapping[str, Sequence[tuple[Record, str]]],
    *,
    direction: Direction,
    trust: Trust,
    policy: LinkPolicy = DEFAULT,
) -> list[Candidate]:
    """What is known under the other side's addresses: (record, title) by address."""
    found: list[Candidate] = []
    for address, known in people.items():
        kinds = [(record.system, record.kind) for record, _ in known]
        for record, title in known:
            shared = kinds.count((record.system, record.kind)) > 1
            signal, weight = _address_weight(record, shared, policy)
            detail = _address_detail(address, record, title, direction, trust, shared)
            found.append(Candidate(record, weight, (Evidence(signal, detail, weight),), clean(title)))
    return found


def _address_weight(record: Record, shared: bool, policy: LinkPolicy) -> tuple[str, float]:
    if record.kind not in policy.person_kinds:
        return "address-other", policy.address_other
    return ("address-shared", policy.address_shared) if shared else ("address", policy.address)


def _address_detail(address: str, record: Record, title: str, direction: Direction, trust: Trust, shared: bool) -> str:
    name = f"{record.kind} {clean(title)}" if title else f"{record.kind} {record.id}"
    known = f"one of those known as {record.kind} under it: {name}" if shared else f"the known {name}"
    if direction is Direction.OUTBOUND:
        return f"we wrote to {clean(address)}, {known}"
    return f"the sender {clean(address)}, {_trust_words(trust)}, is {known}"


def _trust_words(trust: Trust) -> str:
    said = clean(" and ".join(trust.evidence[:2]))
    if trust.level is TrustLevel.AUTHENTICATED:
        return f"authenticated by {said}" if said else "authenticated"
    return "who is only claimed to have written it" if trust.level is TrustLevel.CLAIMED else "forged"


def thread_evidence(links: Iterable[Link], own: OwnEvidence) -> list[Candidate]:
    """What the thread is linked to, and what somebody removed from it."""
    found: list[Candidate] = []
    for link in links:
        if link.state is Outcome.REMOVED:
            evidence = [Evidence("removed", "the link was removed before", 0.0)]
        elif link.state is Outcome.SHOWN:
            evidence = [Evidence("thread", "the thread is shown on it already", 0.0)]
        else:
            evidence = [Evidence("thread", "the thread is linked to it already", 1.0)]
        if own.verified and link.state is not Outcome.REMOVED:
            evidence.append(Evidence("reply", f"it answers our message <{own.answered}>, proven by its signed id", 0.0))
        found.append(Candidate(link.record, 0.0, tuple(evidence)))
    return found


def crm_evidence(answers: Iterable[Candidate], own: OwnEvidence, policy: LinkPolicy = DEFAULT) -> list[Candidate]:
    """What an adapter's candidates add, beyond the addresses they are known under.

    An adapter cannot speak with the weight of a token or of a number: its evidence is renamed ``crm-…`` and bounded.
    For a number that the message names itself, only the title is taken: how much it counts depends on where it stands.
    """
    numbered = {one.record for one in own.candidates}
    found: list[Candidate] = []
    for answer in answers:
        given = [one for one in answer.evidence if one.signal != "address"]
        if not answer.evidence:
            given = [Evidence("score", "the CRM names it", answer.score)]
        kept = [
            Evidence(f"crm-{clean(one.signal)}", clean(one.detail), _bounded(one.weight, policy.crm_at_most))
            for one in given
            if not (one.signal == "number" and answer.record in numbered)
        ]
        if kept or answer.record in numbered:
            found.append(Candidate(answer.record, 0.0, tuple(kept), clean(answer.title)))
    return found


def _bounded(weight: float, most: float) -> float:
    return 0.0 if math.isnan(weight) else min(max(weight, 0.0), most)

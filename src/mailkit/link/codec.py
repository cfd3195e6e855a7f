"""Cases and rulings as JSON, as they are kept in ``mailkit_decision`` and in the payload of a job. Pure.

Kept is everything that the rules look at, so that a decision can be made again from its row alone. Of the policy
only what differs from the default is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from mailkit.link.rules import DEFAULT, Case, LinkPolicy, combine
from mailkit.link.signals import OwnEvidence
from mailkit.words import Candidate, Direction, Evidence, Record, TrustLevel

__all__ = [
    "dump_case",
    "dump_own",
    "dump_records",
    "load_case",
    "load_own",
    "load_records",
]

_FORM = 1


def dump_case(case: Case, policy: LinkPolicy) -> str:
    """A case and the policy that it was decided by."""
    values = {
        "form": _FORM,
        "trust": case.trust.value,
        "verified": case.verified,
        "direction": case.direction.value,
        "kind": case.kind,
        "asked": case.asked,
        "said": case.said,
        "candidates": _candidates(case.candidates),
        "policy": _changed(policy),
    }
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def load_case(text: str) -> tuple[Case, LinkPolicy]:
    """What ``dump_case`` wrote."""
    values = json.loads(text)
    policy = _policy(values["policy"])
    case = Case(
        candidates=combine(_load_candidates(values["candidates"]), policy),
        trust=TrustLevel(values["trust"]),
        verified=values["verified"],
        direction=Direction(values["direction"]),
        kind=values["kind"],
        asked=values["asked"],
        said=tuple(values["said"]),
    )
    return case, policy


def dump_own(own: OwnEvidence) -> dict[str, object]:
    """A message's own evidence, for the payload of a job."""
    return {
        "candidates": _candidates(own.candidates),
        "numbers": [list(pair) for pair in own.numbers],
        "verified": own.verified,
        "answered": own.answered,
    }


def load_own(values: Mapping[str, Any]) -> OwnEvidence:
    """What ``dump_own`` gave."""
    return OwnEvidence(
        candidates=tuple(_load_candidates(values["candidates"])),
        numbers=tuple((str(kind), str(number)) for kind, number in values["numbers"]),
        verified=bool(values["verified"]),
        answered=str(values["answered"]),
    )


def dump_records(records: Iterable[Record]) -> str:
    """Records, in their order."""
    return json.dumps([[one.system, one.kind, one.id] for one in records], separators=(",", ":"))


def load_records(text: str) -> tuple[Record, ...]:
    """What ``dump_records`` wrote."""
    return tuple(Record(*one) for one in json.loads(text))


def _candidates(candidates: Iterable[Candidate]) -> list[object]:
    return [
        {
            "record": [one.record.system, one.record.kind, one.record.id],
            "title": one.title,
            "evidence": [[e.signal, e.detail, e.weight] for e in one.evidence],
        }
        for one in candidates
    ]


def _load_candidates(values: Iterable[Mapping[str, Any]]) -> list[Candidate]:
    return [
        Candidate(Record(*one["record"]), 0.0, tuple(Evidence(*e) for e in one["evidence"]), one["title"])
        for one in values
    ]


def _changed(policy: LinkPolicy) -> dict[str, object]:
    changed: dict[str, object] = {}
    for field in fields(LinkPolicy):
        value = getattr(policy, field.name)
        if value != getattr(DEFAULT, field.name):
            changed[field.name] = sorted(value) if isinstance(value, frozenset) else value
    return changed


def _policy(values: Mapping[str, Any]) -> LinkPolicy:
    known = {field.name for field in fields(LinkPolicy)}
    given = {name: value for name, value in values.items() if name in known}
    if "kinds" in given:
        given["kinds"] = tuple(given["kinds"])
    if "person_kinds" in given:
        given["person_kinds"] = frozenset(given["person_kinds"])
    return LinkPolicy(**given)

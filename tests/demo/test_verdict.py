"""Each question of the verdict is answered no where it must be: the facts are changed one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailkit.cli.demo.facts import Facts, Location
from mailkit.cli.demo.links import score
from mailkit.cli.demo.outbound import Answer
from mailkit.cli.demo.stage import Placed
from mailkit.cli.demo.verdict import Check, Course, judge
from mailkit.testing.samples import SampleMail, Truth
from mailkit.words import Record

DEAL, CONTACT, OTHER = ("crm", "deal", "D-1"), ("crm", "contact", "7"), ("crm", "deal", "D-2")
BOX = ("sales", "INBOX")
SENT = ("sales", "Sent")


def sample(key: str, conversation: str, category: str = "conversation", *, ingestible: bool = True) -> SampleMail:
    records = (Record(*DEAL),) if conversation == "c1" and category != "forged" else ()
    truth = Truth(
        conversation=conversation, category=category, records=records, also=(Record(*CONTACT),), ingestible=ingestible
    )
    return SampleMail(
        key=key, account="sales@acme.example", folder="INBOX", raw=key.encode(), flags=(), truth=truth,
        internaldate=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip


PLACED = (
    Placed("sales", "INBOX", 1, sample("a", "c1")),
    Placed("sales", "INBOX", 2, sample("b", "c1")),
    Placed("sales", "INBOX", 3, sample("void", "c2", "damaged", ingestible=False)),
    Placed("sales", "INBOX", 4, sample("forged", "c3", "forged")),
)
FACTS = Facts(
    server={BOX: {1: "da", 2: "db", 3: "dv", 4: "df", 5: "dt"}, SENT: {1: "dx"}},
    store={
        BOX: {
            1: Location(1, 11, "da"), 2: Location(2, 12, "db"), 3: Location(3, None, "dv"),
            4: Location(4, 13, "df"), 5: Location(5, 15, "dt"),
        },
        SENT: {1: Location(1, 14, "dx")},
    },
    raw={digest: digest for digest in ("da", "db", "dv", "df", "dt", "dx")},
    messages={11: "a@x", 12: "b@x", 13: "f@x", 14: "ours@x", 15: "thanks@x"},
    threads={11: 1, 12: 1, 13: 2, 14: 1, 15: 1},
    told=Counter({11: 1, 12: 1, 13: 1, 14: 1, 15: 1}),
    noted=Counter({11: 1, 12: 1, 13: 1, 14: 1, 15: 1}),
    links={1: {DEAL, CONTACT}},
    forged=frozenset({13}),
    decided={11: ["crm:deal/D-1"]},
    accepted=Counter({"ours@x": 1}),
    outbox={"ours@x": "sent"},
    held=1,
)  # fmt: skip
ANSWER = Answer(1, "k1", "sales", "ours@x", 12, PLACED[1].mail)


def course(facts: Facts, **changes: object) -> Course:
    made = Course(
        placed=PLACED, answers=[ANSWER], undone="undone@x", again=0, thanks={"thanks@x": 12},
        score=score(facts, PLACED), shown=8, to_show=8,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def failed(checks: list[Check]) -> set[str]:
    return {check.name for check in checks if not check.ok}


def test_the_facts_as_they_must_be() -> None:
    checks = judge(FACTS, course(FACTS))
    assert failed(checks) == set()
    assert len(checks) == 14
    assert all(check.detail for check in checks)


def _store(**boxes: object) -> Callable[[Facts], Facts]:
    """Another content of the INBOX in the store, by UID."""

    def change(facts: Facts) -> Facts:
        inbox = {**facts.store[BOX], **{int(uid[1:]): found for uid, found in boxes.items()}}
        kept = {uid: found for uid, found in inbox.items() if isinstance(found, Location)}
        return replace(facts, store={**facts.store, BOX: kept})

    return change


CHANGES: list[tuple[str, Callable[[Facts], Facts], set[str]]] = [
    ("a mail is lost", _store(u2=None), {"every UID of the servers is in the store", "every message is there once"}),
    ("a mail too many", _store(u9=Location(9, 11, "da")), {"every UID of the servers is in the store"}),
    ("other bytes", _store(u1=Location(1, 11, "dz")), {"their bytes are kept as they are"}),
    (
        "bytes that are damaged",
        lambda f: replace(f, raw={**f.raw, "da": "something else"}),
        {"their bytes are kept as they are"},
    ),
    (
        "two messages melted into one",
        _store(u2=Location(2, 11, "db")),
        {"every message is there once"},
    ),
    (
        "a good mail in quarantine",
        lambda f: replace(_store(u2=Location(2, None, "db"))(f), held=2),
        {"every message is there once", "in quarantine is what is no mail, and nothing else"},
    ),
    (
        "no mail at all taken in",
        lambda f: replace(
            _store(u3=Location(3, 16, "dv"))(f),
            held=0,
            messages={**f.messages, 16: "void@x"},
            threads={**f.threads, 16: 9},
            told=f.told + Counter({16: 1}),
            noted=f.noted + Counter({16: 1}),
        ),
        {"in quarantine is what is no mail, and nothing else"},
    ),
    (
        "an event twice",
        lambda f: replace(f, told=f.told + Counter({11: 1})),
        {"every message told once, the handler's row with it"},
    ),
    (
        "an event without the handler's row",
        lambda f: replace(f, noted=Counter({11: 1, 12: 1, 13: 1, 14: 1})),
        {"every message told once, the handler's row with it"},
    ),
    (
        "an event of a message that is not there",
        lambda f: replace(f, told=f.told + Counter({99: 1})),
        {"every message told once, the handler's row with it"},
    ),
    (
        "an answer sent twice",
        lambda f: replace(f, accepted=Counter({"ours@x": 2})),
        {"every answer was accepted exactly once"},
    ),
    (
        "an answer never sent",
        lambda f: replace(f, accepted=Counter()),
        {"every answer was accepted exactly once"},
    ),
    (
        "an answer left open",
        lambda f: replace(f, outbox={"ours@x": "uncertain"}),
        {"every answer was accepted exactly once"},
    ),
    (
        "something else was sent",
        lambda f: replace(f, accepted=Counter({"ours@x": 1, "undone@x": 1})),
        {"what was rolled back was not sent"},
    ),
    (
        "an answer twice in Sent",
        lambda f: replace(
            f,
            server={**f.server, SENT: {1: "dx", 2: "dx"}},
            store={**f.store, SENT: {1: Location(1, 14, "dx"), 2: Location(2, 14, "dx")}},
        ),
        {"every answer is in Sent once"},
    ),
    (
        "an answer in a conversation of its own",
        lambda f: replace(f, threads={**f.threads, 14: 9}),
        {"answers are in the conversations they belong to"},
    ),
    (
        "the customer's answer in a conversation of its own",
        lambda f: replace(f, threads={**f.threads, 15: 9}),
        {"answers are in the conversations they belong to"},
    ),
    (
        "a conversation torn apart",
        lambda f: replace(f, threads={**f.threads, 11: 9}, links={1: {DEAL}, 9: {DEAL}}),
        {"each conversation is one thread"},
    ),
    (
        "a wrong link",
        lambda f: replace(f, links={1: {DEAL, OTHER}}),
        {"conversations are linked as the truth says"},
    ),
    ("a missing link", lambda f: replace(f, links={}), {"conversations are linked as the truth says"}),
    (
        "a forged mail that links",
        lambda f: replace(f, decided={13: ["crm:deal/D-1"]}),
        {"a forged mail links nothing by itself"},
    ),
]


@pytest.mark.parametrize(("change", "noticed"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_one_thing_wrong_is_noticed(change: Callable[[Facts], Facts], noticed: set[str]) -> None:
    changed = change(FACTS)
    assert failed(judge(changed, course(changed))) == noticed


def test_what_happened_in_the_demo_is_judged_too() -> None:
    assert failed(judge(FACTS, course(FACTS, again=3))) == {"a second sync brings nothing new"}
    assert failed(judge(FACTS, course(FACTS, shown=7))) == {"each message is shown once on its records"}
    no_forgery = course(FACTS, placed=PLACED[:3], score=score(FACTS, PLACED[:3]))
    assert "a forged mail links nothing by itself" in failed(judge(FACTS, no_forgery))


def test_doubled_messages_are_noticed() -> None:
    placed = (*PLACED, Placed("sales", "INBOX", 5, PLACED[0].mail))
    doubled = course(FACTS, placed=placed, score=score(FACTS, placed))
    assert "every message is there once" in failed(judge(FACTS, doubled))

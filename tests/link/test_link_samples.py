"""The sample mails through ingest, the jobs and the sample CRM: the right records, in any order of arrival."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.link.explain import explain
from mailkit.link.jobs import run_attach, run_find
from mailkit.link.patterns import Patterns
from mailkit.link.rules import LinkPolicy
from mailkit.store import Store, links, messages, queue
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.testing.samples import TRUSTED_HOST, SampleMail, SampleSet, generate
from mailkit.words import Limits, Outcome, RawMail, Record, Source, TrustLevel

_tenants = count()
FULL = os.environ.get("MAILKIT_SWEEP") == "full"


@pytest.fixture(scope="module")
def samples() -> SampleSet:
    """Every third conversation; all of them in a full sweep."""
    made = generate(20261124)
    kept = set(list(made.conversations())[:: 1 if FULL else 3])
    return replace(made, mails=tuple(mail for mail in made.mails if mail.truth.conversation in kept))


@pytest.fixture(scope="module")
def memory() -> Store:
    return Store.open("sqlite://")


class Office:
    """A tenant with an ingest and the sample CRM."""

    def __init__(self, memory: Store, samples: SampleSet, path: Path) -> None:
        crm = SampleCrm(path)
        crm.seed_from(samples)
        self.crm = crm
        self.adapter = SampleCrmAdapter(crm)
        self.store = Store(memory.engine, tenant=f"office{next(_tenants)}")
        # One memory, one connection: the tenants take turns.
        self.store._turn = memory._turn
        own = Profile(addresses=frozenset(samples.accounts), authserv_ids=(TRUSTED_HOST,))
        rules = LinkRules(patterns=Patterns.of([self.adapter]), verifier=None, policy=LinkPolicy())
        self.ingest = Ingest(self.store, profile=lambda _: own, rules=rules, limits=Limits())
        self.stored: dict[str, int] = {}

    def take(self, mails: Sequence[SampleMail]) -> None:
        for number, mail in enumerate(mails):
            source = Source.imap(mail.account, mail.folder, 1, number + 1)
            truth = mail.truth
            raw = RawMail(mail.raw, source, received_at=mail.internaldate, direction=truth.direction)
            (stored,) = self.ingest.many([raw])
            if stored.id:
                self.stored[mail.key] = stored.id

    def work(self) -> None:
        while jobs := self.store.run(lambda tx: queue.claim(tx, ["find", "attach"], "test", limit=50)):
            for job in jobs:
                if job.kind == "find":
                    run_find(self.store, [self.adapter], job)
                else:
                    run_attach(self.store, [self.adapter], job)

    def linked(self) -> dict[str, frozenset[tuple[Record, Outcome]]]:
        with self.store.read() as tx:
            threads = {key: messages.get(tx, number).thread_id for key, number in self.stored.items()}
            return {
                key: frozenset((one.record, one.state) for one in links.active(tx, thread))
                for key, thread in threads.items()
            }

    def why(self, key: str) -> str:
        with self.store.read() as tx:
            return str(explain(tx, messages.get(tx, self.stored[key]).thread_id))


@pytest.fixture(scope="module")
def office(samples: SampleSet, memory: Store, tmp_path_factory: pytest.TempPathFactory) -> Office:
    made = Office(memory, samples, tmp_path_factory.mktemp("crm") / "crm.db")
    made.take(samples.mails)
    made.work()
    return made


def test_every_mail_is_linked_to_the_records_it_belongs_to_and_to_no_others(samples: SampleSet, office: Office) -> None:
    linked = office.linked()
    for mail in samples.mails:
        if mail.key not in linked:
            continue
        truth, found = mail.truth, {record for record, _ in linked[mail.key]}
        told = (mail.key, truth.category, office.why(mail.key))
        assert not found - set(truth.records) - set(truth.also), told
        if truth.category != "bounce":  # which thread a bounce belongs to is not for links to say
            assert not set(truth.records) - found, told
    assert len(linked) > (250 if FULL else 75)


def test_a_forged_mail_adds_no_link_and_is_shown_nowhere(samples: SampleSet, office: Office) -> None:
    forged = [mail for mail in samples.mails if mail.truth.trust is TrustLevel.FORGED and mail.key in office.stored]
    assert forged
    with office.store.read() as tx:
        keys = {messages.get(tx, office.stored[mail.key]).identity for mail in forged}
    shown = {one.message_key for one in office.crm.activities()}
    assert not keys & shown
    assert len(shown) > (100 if FULL else 30)


def test_explanations_are_sentences(office: Office) -> None:
    for key in office.stored:
        text = office.why(key)
        assert text.startswith("Thread ")
        assert text.endswith(".")
        assert text.isprintable()
        assert ("because" in text) or ("is not linked" in text)


@pytest.mark.parametrize("seed", range(1, 7 if FULL else 2))
def test_any_order_of_arrival_gives_the_same_links(
    samples: SampleSet, memory: Store, office: Office, tmp_path: Path, seed: int
) -> None:
    other = Office(memory, samples, tmp_path / "crm.db")
    mails = list(samples.mails)
    random.Random(seed).shuffle(mails)
    half = len(mails) // 2
    other.take(mails[:half])
    other.work()
    other.take(mails)
    other.work()
    assert other.linked() == office.linked()
    shown = {(one.message_key, one.record_kind, one.record_id) for one in other.crm.activities()}
    assert shown == {(one.message_key, one.record_kind, one.record_id) for one in office.crm.activities()}

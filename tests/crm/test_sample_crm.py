"""The sample CRM and its adapter."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.errors import NotFoundError
from mailkit.link.adapter import CrmAdapter, Note, Query
from mailkit.link.patterns import Patterns
from mailkit.testing.adapters import HOSTILE, check_adapter
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.testing.samples import SampleSet, generate
from mailkit.words import Direction, Record

DATE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def samples() -> SampleSet:
    return generate(5)


@pytest.fixture
def crm(tmp_path: Path, samples: SampleSet) -> SampleCrm:
    crm = SampleCrm(tmp_path / "crm.db")
    crm.seed_from(samples)
    return crm


@pytest.fixture
def adapter(crm: SampleCrm) -> SampleCrmAdapter:
    return SampleCrmAdapter(crm)


@pytest.fixture(scope="module")
def shared_crm(tmp_path_factory: pytest.TempPathFactory, samples: SampleSet) -> SampleCrm:
    crm = SampleCrm(tmp_path_factory.mktemp("crm") / "crm.db")
    crm.seed_from(samples)
    return crm


def note(key: str, subject: str = "Hello") -> Note:
    return Note(
        key=key, subject=subject, sender="a@client.example", recipients=(), date=DATE, direction=Direction.INBOUND
    )


def content(crm: SampleCrm) -> list[str]:
    with crm.connect() as connection:
        return list(connection.iterdump())


def test_it_keeps_the_promises_of_an_adapter(adapter: SampleCrmAdapter, samples: SampleSet) -> None:
    typed: CrmAdapter = adapter
    assert isinstance(adapter, CrmAdapter)
    deal = Record("crm", "deal", samples.deals[0].number)
    check_adapter(typed, known_address="eleanor@harbour-finch.example", known_record=deal)


def test_the_database_is_filled_from_the_samples_and_again(crm: SampleCrm, samples: SampleSet) -> None:
    def counts() -> dict[str, object]:
        return {
            table: (crm.one(f"SELECT count(*) FROM {table}", ()) or (None,))[0]
            for table in ("companies", "contacts", "deals", "tickets")
        }

    wanted = {
        "companies": len(samples.companies),
        "contacts": len(samples.contacts),
        "deals": len(samples.deals),
        "tickets": len(samples.tickets),
    }
    assert counts() == wanted
    SampleCrmAdapter(crm).attach(Record("crm", "contact", "1"), note("k"))
    crm.seed_from(samples)
    assert counts() == wanted
    assert len(crm.activities()) == 1
    reopened = SampleCrm(crm.path)
    assert len(reopened.activities()) == 1


def test_every_expected_record_exists_and_is_found(adapter: SampleCrmAdapter, samples: SampleSet) -> None:
    records = {record for mail in samples.mails for record in (*mail.truth.records, *mail.truth.also)}
    assert {record.kind for record in records} == {"contact", "deal", "ticket"}
    emails = {str(contact.id): contact.email for contact in samples.contacts}
    for record in records:
        if record.kind == "contact":
            query = Query(addresses=(emails[record.id],))
        else:
            query = Query(numbers=((record.kind, record.id),))
        (found,) = adapter.find(query)
        assert found.record == record
        assert found.title


def test_a_number_in_a_subject_is_recognised_by_the_patterns(adapter: SampleCrmAdapter, samples: SampleSet) -> None:
    patterns = Patterns.of([adapter])
    ticket, deal = samples.tickets[0].number, samples.deals[0].number
    found = list(patterns.search(f"AW: [Ticket #{ticket}] Papierstau (Deal {deal}), D-20457 Hamburg", limit=9))
    assert found == [Record("crm", "ticket", ticket), Record("crm", "deal", deal)]
    for pattern, number in ((adapter.patterns[0], ticket), (adapter.patterns[1], deal)):
        assert list(patterns.search(pattern.template.format(id=number), limit=9)) == [
            Record("crm", pattern.kind, number)
        ]


def test_the_best_candidate_is_first_and_each_is_named_once(adapter: SampleCrmAdapter, samples: SampleSet) -> None:
    number = samples.tickets[0].number
    query = Query(
        addresses=("new.colleague@nordwind.example", "K.WEBER@nordwind.example", "k.weber@nordwind.example"),
        numbers=(("ticket", number), ("ticket", number), ("ticket", "999999999"), ("invoice", number)),
    )
    found = adapter.find(query)
    assert [(c.record.kind, c.record.id) for c in found] == [("ticket", number), ("contact", "1"), ("company", "1")]
    assert [c.evidence[0].signal for c in found] == ["number", "address", "domain"]


def test_attach_makes_one_activity_for_each_key_and_record(crm: SampleCrm, adapter: SampleCrmAdapter) -> None:
    contact, company = Record("crm", "contact", "3"), Record("crm", "company", "2")
    first = adapter.attach(contact, note("k1", "Offer"))
    assert adapter.attach(contact, note("k1", "Offer, changed")) == first
    second = adapter.attach(company, note("k1", "Offer"))
    assert second != first
    (shown,) = crm.activities("contact", "3")
    assert (shown.message_key, shown.subject, shown.direction, shown.at) == ("k1", "Offer", "inbound", DATE)
    assert len(crm.activities()) == 2


def test_two_workers_attaching_one_message_make_one_activity(crm: SampleCrm) -> None:
    record = Record("crm", "contact", "4")
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: SampleCrmAdapter(SampleCrm(crm.path)).attach(record, note("same")), range(12)))
    assert len(set(ids)) == 1
    assert len(crm.activities("contact", "4")) == 1


def test_attach_to_what_is_not_there_is_a_typed_error_and_writes_nothing(
    crm: SampleCrm, adapter: SampleCrmAdapter
) -> None:
    for record in (
        Record("crm", "deal", "D-999999"),
        Record("crm", "contact", "01"),
        Record("other", "contact", "1"),
        Record("crm", "activities", "1"),
        Record("crm", "deal", "'; DROP TABLE deals; --"),
    ):
        with pytest.raises(NotFoundError):
            adapter.attach(record, note("k"))
    assert crm.activities() == ()


def test_urls(adapter: SampleCrmAdapter) -> None:
    assert adapter.url(Record("crm", "company", "7")) == "https://crm.acme.example/companies/7"
    assert adapter.url(Record("crm", "deal", "D-204")) == "https://crm.acme.example/deals/D-204"
    for record in (Record("crm", "deal", "../admin"), Record("crm", "user", "1"), Record("erp", "deal", "D-204")):
        assert adapter.url(record) is None


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        SampleCrm(path)


words = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200), st.text(st.characters(), max_size=50))


@settings(max_examples=150, deadline=None)
@given(
    addresses=st.lists(words, max_size=6),
    numbers=st.lists(st.tuples(st.one_of(st.sampled_from(("deal", "ticket")), words), words), max_size=6),
    subject=words,
)
def test_find_survives_anything_and_changes_nothing(
    shared_crm: SampleCrm, addresses: list[str], numbers: list[tuple[str, str]], subject: str
) -> None:
    adapter = SampleCrmAdapter(shared_crm)
    before = content(shared_crm)
    query = Query(addresses=tuple(addresses), numbers=tuple(numbers), subject=subject, message_id=subject)
    found = adapter.find(query)
    assert found == adapter.find(query)
    assert content(shared_crm) == before
    for candidate in found:
        assert 0 <= candidate.score <= 1
        assert adapter.url(candidate.record) is not None


@settings(max_examples=60, deadline=None)
@given(key=words, subject=words, snippet=words)
def test_attach_survives_anything_once_per_key(shared_crm: SampleCrm, key: str, subject: str, snippet: str) -> None:
    adapter, record = SampleCrmAdapter(shared_crm), Record("crm", "contact", "2")
    told = Note(
        key=key,
        subject=subject,
        sender=subject,
        recipients=(),
        date=DATE,
        direction=Direction.OUTBOUND,
        snippet=snippet,
    )
    first = adapter.attach(record, told)
    count = len(shared_crm.activities("contact", "2"))
    assert adapter.attach(record, told) == first
    assert len(shared_crm.activities("contact", "2")) == count

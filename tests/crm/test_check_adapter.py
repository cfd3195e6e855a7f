"""``check_adapter`` finds what is wrong: adapters that break one promise each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mailkit.errors import NotFoundError
from mailkit.link.adapter import Note, Query, RecordPattern
from mailkit.testing.adapters import AdapterCheckError, check_adapter
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.testing.samples import generate
from mailkit.words import Candidate, Evidence, Record

ADDRESS = "eleanor@harbour-finch.example"
RECORD = Record("crm", "contact", "3")


class TwiceAttached(SampleCrmAdapter):
    """Every call makes an activity."""

    calls = 0

    def attach(self, record: Record, note: Note) -> str:
        self.calls += 1
        return super().attach(record, Note(**{**_fields(note), "key": f"{note.key}/{self.calls}"}))


class OneForAll(SampleCrmAdapter):
    """Every message becomes the same activity."""

    def attach(self, record: Record, note: Note) -> str:
        return super().attach(record, Note(**{**_fields(note), "key": "always"}))


class Injectable(SampleCrmAdapter):
    """Pastes the address into the statement."""

    def find(self, query: Query) -> list[Candidate]:
        found = super().find(query)
        with self._crm.connect() as connection:
            for address in query.addresses:
                sql = f"SELECT id FROM contacts WHERE email = '{address}'"
                rows = connection.execute(sql).fetchall()
                found += [_candidate(str(row[0])) for row in rows if address != ADDRESS]
        return found


class Wildcards(SampleCrmAdapter):
    """Looks addresses up with LIKE."""

    def find(self, query: Query) -> list[Candidate]:
        with self._crm.connect() as connection:
            rows = [
                row
                for address in query.addresses
                if address.isprintable()
                for row in connection.execute("SELECT id FROM contacts WHERE email LIKE ?", (address[:300],))
            ]
        return [_candidate(str(row[0])) for row in rows[:1]]


class Writing(SampleCrmAdapter):
    """Counts questions, and lets the count change the answer."""

    asked = 0

    def find(self, query: Query) -> list[Candidate]:
        self.asked += 1
        found = super().find(query)
        return [Candidate(c.record, c.score / self.asked, c.evidence, c.title) for c in found]


class Everything(SampleCrmAdapter):
    """Always has an answer."""

    def find(self, query: Query) -> list[Candidate]:
        return super().find(query) or [_candidate("1")]


class Overconfident(SampleCrmAdapter):
    """Scores above one, without evidence."""

    def find(self, query: Query) -> list[Candidate]:
        return [Candidate(c.record, c.score + 1) for c in super().find(query)]


class Silent(SampleCrmAdapter):
    """Pretends to have attached what does not exist."""

    def attach(self, record: Record, note: Note) -> str:
        try:
            return super().attach(record, note)
        except NotFoundError:
            return "0"


class Moving(SampleCrmAdapter):
    """Another address each time."""

    count = 0

    def url(self, record: Record) -> str | None:
        self.count += 1
        return f"https://crm.acme.example/{record.kind}/{self.count}"


class Unescaped(SampleCrmAdapter):
    """Pastes the id into the address."""

    def url(self, record: Record) -> str | None:
        return f"https://crm.acme.example/{record.kind}/{record.id}"


class Slow(SampleCrmAdapter):
    """A pattern that can take for ever."""

    patterns = (RecordPattern("ticket", r"((?:\d+)+)x"),)


class Template(SampleCrmAdapter):
    """Writes what it does not recognise."""

    patterns = (RecordPattern("ticket", r"\[Ticket #(\d{1,9})\]", "Ticket {id}"),)


class Stranger(SampleCrmAdapter):
    """Names records of another system."""

    system = "erp"


def _candidate(id: str) -> Candidate:
    return Candidate(Record("crm", "contact", id), 0.8, (Evidence("address", "x", 0.8),))


def _fields(note: Note) -> dict[str, object]:
    return {name: getattr(note, name) for name in note.__dataclass_fields__}


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> SampleCrm:
    crm = SampleCrm(Path(tmp_path_factory.mktemp("crm")) / "crm.db")
    crm.seed_from(generate(5))
    return crm


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (TwiceAttached, ["attach: once per key", "made two activities"]),
        (OneForAll, ["two keys made one activity"]),
        (Injectable, ["find: hostile input", "raise OperationalError"]),
        (Wildcards, ["'%' led to crm:contact/"]),
        (Writing, ["the same question asked twice has two answers"]),
        (Everything, ["an address that nobody has", "a question about nothing"]),
        (Overconfident, ["is 1.8, not between 0 and 1", "comes without evidence"]),
        (Silent, ["attach: no such record", "which does not exist"]),
        (Moving, ["url: one record has two addresses"]),
        (Unescaped, ["url: ", "stands unescaped"]),
        (Slow, ["patterns: raised ConfigError", "it is run over mail from strangers."]),
        (Template, ["patterns: what the template of ticket writes, its pattern does not find"]),
        (Stranger, ["system: known_record is of system 'crm'"]),
    ],
)
def test_a_broken_promise_is_named(crm: SampleCrm, kind: type[SampleCrmAdapter], words: Sequence[str]) -> None:
    with pytest.raises(AdapterCheckError) as caught:
        check_adapter(kind(crm), known_address=ADDRESS, known_record=RECORD)
    error = caught.value
    assert isinstance(error, AssertionError)
    assert not error.retryable
    assert error.failures
    for word in words:
        assert any(word in failure for failure in error.failures), error.failures
    assert len(str(error)) < 20_000
    assert f"breaks {len(error.failures)} promise" in str(error)


def test_an_address_that_is_not_known_is_named(crm: SampleCrm) -> None:
    with pytest.raises(AdapterCheckError) as caught:
        check_adapter(SampleCrmAdapter(crm), known_address="who@else.example", known_record=RECORD)
    assert caught.value.failures == ("find: known address: nothing was found for 'who@else.example'",)
    assert "\n  1. find: known address" in str(caught.value)

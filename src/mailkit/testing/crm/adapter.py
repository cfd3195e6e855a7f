"""The adapter of the sample CRM: an example of the whole CrmAdapter protocol in one short file.

::

    evidence   found by                          score
    number     a deal's or ticket's own number   0.95
    address    a contact's address               0.80
    domain     a company's mail domain           0.40   only where no contact has the address
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from mailkit.errors import NotFoundError
from mailkit.link.adapter import Note, Query, RecordPattern
from mailkit.testing.crm.database import SampleCrm
from mailkit.words import Candidate, Evidence, Record

__all__ = ["SampleCrmAdapter"]

_BY_ID = {
    "deal": "SELECT title FROM deals WHERE number = ?",
    "ticket": "SELECT subject FROM tickets WHERE number = ?",
    "contact": "SELECT name FROM contacts WHERE CAST(id AS TEXT) = ?",
    "company": "SELECT name FROM companies WHERE CAST(id AS TEXT) = ?",
}
_PAGES = {"deal": "deals", "ticket": "tickets", "contact": "contacts", "company": "companies"}
_MOST_ASKED = 100
"""Most numbers, and most addresses, that one question may hold; what is beyond is not looked at."""
_LONGEST = 320
"""The longest number or address looked up, in characters (RFC 5321: 64 + 1 + 255)."""
_LONGEST_TEXT = 2_000
"""The longest subject or snippet kept, in characters."""


class SampleCrmAdapter:
    """``mailkit.link.adapter.CrmAdapter`` for a ``SampleCrm``. ``base_url``: where its pages would be."""

    system = "crm"
    patterns = (
        RecordPattern("ticket", r"\[Ticket #(\d{1,9})\]", "[Ticket #{id}]"),
        RecordPattern("deal", r"\bDeal (D-\d{1,9})\b", "(Deal {id})"),
    )

    def __init__(self, crm: SampleCrm, *, base_url: str = "https://crm.acme.example") -> None:
        self._crm = crm
        self._base_url = base_url.rstrip("/")

    def find(self, query: Query) -> list[Candidate]:
        """The records that the message may belong to, best first.

        Raises:
            sqlite3.Error: the CRM's database cannot be read.
        """
        best: dict[Record, Candidate] = {}
        with self._crm.connect() as connection:
            for candidate in (*self._by_number(connection, query), *self._by_address(connection, query)):
                best.setdefault(candidate.record, candidate)
        return sorted(best.values(), key=lambda found: -found.score)

    def _by_number(self, connection: sqlite3.Connection, query: Query) -> Iterator[Candidate]:
        for kind, number in query.numbers[:_MOST_ASKED]:
            if kind not in ("deal", "ticket") or not _usable(number):
                continue
            row = connection.execute(_BY_ID[kind], (number,)).fetchone()
            if row is not None:
                yield self._candidate(kind, number, row[0], Evidence("number", f"{kind} {number}", 0.95))

    def _by_address(self, connection: sqlite3.Connection, query: Query) -> Iterator[Candidate]:
        for address in query.addresses[:_MOST_ASKED]:
            if not _usable(address):
                continue
            row = connection.execute("SELECT id, name FROM contacts WHERE email = ?", (address,)).fetchone()
            if row is not None:
                yield self._candidate("contact", str(row[0]), row[1], Evidence("address", address, 0.8))
                continue
            domain = address.rpartition("@")[2].lower()
            row = connection.execute("SELECT id, name FROM companies WHERE domain = ?", (domain,)).fetchone()
            if row is not None:
                yield self._candidate("company", str(row[0]), row[1], Evidence("domain", domain, 0.4))

    def _candidate(self, kind: str, id: str, title: str, evidence: Evidence) -> Candidate:
        return Candidate(Record(self.system, kind, id), evidence.weight, (evidence,), title)

    def attach(self, record: Record, note: Note) -> str:
        """Show the message on the record; once for each key and record. Returns the activity's id.

        Raises:
            NotFoundError: the CRM has no such record.
            sqlite3.Error: the CRM's database cannot be written.
        """
        key = (_storable(note.key), record.kind, record.id)
        shown = (_storable(note.subject[:_LONGEST_TEXT]), _storable(note.sender[:_LONGEST]))
        told = (note.direction.value, note.date.isoformat(), _storable(note.snippet[:_LONGEST_TEXT]))
        with self._crm.connect() as connection:
            # IMMEDIATE: the writer's lock is taken before the look, so that two workers cannot both find nothing.
            connection.execute("BEGIN IMMEDIATE")
            if not self._exists(connection, record):
                raise NotFoundError(f"The sample CRM has no {record.kind} {_short(record.id)!r}.")
            connection.execute(
                "INSERT INTO activities (message_key, record_kind, record_id, subject, sender, direction, at, snippet, "
                "trust, url) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (message_key, record_kind, record_id) DO NOTHING",
                (*key, *shown, *told, note.trust.value, note.url),
            )
            row = connection.execute(
                "SELECT id FROM activities WHERE message_key = ? AND record_kind = ? AND record_id = ?", key
            ).fetchone()
        return str(row[0])

    def _exists(self, connection: sqlite3.Connection, record: Record) -> bool:
        known = record.system == self.system and record.kind in _BY_ID and _usable(record.id)
        return known and connection.execute(_BY_ID[record.kind], (record.id,)).fetchone() is not None

    def url(self, record: Record) -> str | None:
        """The record's page, or None for what is no record of this CRM. Nothing is looked up."""
        plain = record.id.isascii() and record.id.replace("-", "").isalnum() and _usable(record.id)
        if record.system != self.system or record.kind not in _PAGES or not plain:
            return None
        return f"{self._base_url}/{_PAGES[record.kind]}/{record.id}"


def _usable(text: str) -> bool:
    """Whether a text from a stranger can be a number or an address at all."""
    return 0 < len(text) <= _LONGEST and text.isprintable()


def _storable(text: str) -> str:
    """The same text, with lone surrogates written out: SQLite keeps UTF-8, which has none."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"

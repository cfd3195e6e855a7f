"""The sample CRM's database: five tables in one SQLite file, through the standard library's sqlite3.

Every call opens a connection of its own and closes it, so one ``SampleCrm`` may be used from any thread, and from
several processes at once: SQLite keeps the writers apart (WAL, and a wait of ``timeout`` seconds).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailkit.testing.samples.model import SampleSet

__all__ = ["Activity", "SampleCrm"]

# An activity is one message on one record: a message that concerns a deal and a contact is shown on both.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS companies (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, domain TEXT NOT NULL UNIQUE
);
CREATE TABLE IF NOT EXISTS contacts (
    id INTEGER PRIMARY KEY, company_id INTEGER REFERENCES companies (id), name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE
);
CREATE TABLE IF NOT EXISTS deals (
    id INTEGER PRIMARY KEY, company_id INTEGER REFERENCES companies (id),
    contact_id INTEGER REFERENCES contacts (id), number TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    stage TEXT NOT NULL, amount INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS tickets (
    id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), number TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL, state TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS activities (
    id INTEGER PRIMARY KEY AUTOINCREMENT, record_kind TEXT NOT NULL, record_id TEXT NOT NULL,
    message_key TEXT NOT NULL, subject TEXT NOT NULL, sender TEXT NOT NULL, direction TEXT NOT NULL,
    at TEXT NOT NULL, snippet TEXT NOT NULL, trust TEXT NOT NULL, url TEXT,
    UNIQUE (message_key, record_kind, record_id)
);
CREATE INDEX IF NOT EXISTS activities_of ON activities (record_kind, record_id, at);
"""

_ACTIVITY = "id, record_kind, record_id, message_key, subject, sender, direction, at, snippet, trust, url"


@dataclass(frozen=True, slots=True)
class Activity:
    """A message as it is shown on a record. ``at`` is aware, UTC."""

    id: int
    record_kind: str
    record_id: str
    message_key: str
    subject: str
    sender: str
    direction: str
    at: datetime
    snippet: str
    trust: str
    url: str | None


class SampleCrm:
    """A CRM in one SQLite file, made if it is not there.

    Args:
        path: of the file; its directory must exist.
        timeout: seconds to wait for another writer.

    Raises:
        sqlite3.Error: the file cannot be opened, or is no such database.
    """

    def __init__(self, path: str | Path, *, timeout: float = 30.0) -> None:
        self.path = Path(path)
        self._timeout = timeout
        with self.connect() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)

    @contextmanager
    def connect(self) -> Generator[sqlite3.Connection]:
        """A connection in a transaction of its own: committed at the end, rolled back on an error, always closed."""
        connection = sqlite3.connect(self.path, timeout=self._timeout)
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            with connection:
                yield connection
        finally:
            connection.close()

    def seed_from(self, samples: SampleSet) -> None:
        """Fill the tables with what the sample mails speak of. What was there is replaced; activities stay."""
        companies = [(c.id, c.name, c.domain) for c in samples.companies]
        contacts = [(c.id, c.company_id, c.name, c.email) for c in samples.contacts]
        deals = [(d.id, d.company_id, d.contact_id, d.number, d.title, d.stage, d.amount) for d in samples.deals]
        tickets = [(t.id, t.contact_id, t.number, t.subject, t.state) for t in samples.tickets]
        with self.connect() as connection:
            for table in ("tickets", "deals", "contacts", "companies"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name from the line above
            connection.executemany("INSERT INTO companies VALUES (?, ?, ?)", companies)
            connection.executemany("INSERT INTO contacts VALUES (?, ?, ?, ?)", contacts)
            connection.executemany("INSERT INTO deals VALUES (?, ?, ?, ?, ?, ?, ?)", deals)
            connection.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?, ?)", tickets)

    def one(self, sql: str, values: Sequence[object]) -> tuple[object, ...] | None:
        """The first row of a SELECT, or None."""
        with self.connect() as connection:
            row: tuple[object, ...] | None = connection.execute(sql, values).fetchone()
        return row

    def activities(self, kind: str | None = None, id: str | None = None) -> tuple[Activity, ...]:
        """The activities of one record, or of all, oldest first."""
        where, values = ("WHERE record_kind = ? AND record_id = ? ", (kind, id)) if kind is not None else ("", ())
        with self.connect() as connection:
            rows = connection.execute(f"SELECT {_ACTIVITY} FROM activities {where}ORDER BY at, id", values)  # noqa: S608
            return tuple(_activity(row) for row in rows)


def _activity(row: tuple[object, ...]) -> Activity:
    values = list(row)
    values[7] = datetime.fromisoformat(str(row[7])).astimezone(UTC)
    return Activity(*values)  # type: ignore[arg-type]  # the columns of _ACTIVITY, in the order of the fields

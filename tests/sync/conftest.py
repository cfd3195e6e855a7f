"""A mail server, a store and an ingest, and ways to compare what is on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from mailkit.config import Account
from mailkit.store import Store
from mailkit.sync import Step, SyncOptions, SyncReport, audit_account, sync_account
from mailkit.testing import FolderHandle, MailServer
from mailkit.words import Limits
from support.mails import Desk, mail, make_desk

ANA = "sales@acme.example"
PASSWORD = "s3cret"


@dataclass
class Office:
    """One account on a server, and its store."""

    server: MailServer
    desk: Desk
    limits: Limits = field(default_factory=Limits)
    steps: list[Step] = field(default_factory=list)

    @property
    def account(self) -> Account:
        made = self.server.account(ANA, name="sales")
        assert made.imap is not None
        return made.model_copy(update={"imap": made.imap.model_copy(update={"read_timeout": 5.0})})

    @property
    def inbox(self) -> FolderHandle:
        return self.server.folder(ANA)

    def sync(self, **options: object) -> SyncReport:
        return sync_account(
            self.account,
            store=self.desk.store,
            ingest=self.desk.ingest,
            options=SyncOptions(**options),  # type: ignore[arg-type]
            limits=self.limits,
            progress=self.steps.append,
        )

    def bounded(self, **limits: int) -> None:
        """Sync and ingest with other limits from now on."""
        self.limits = replace(self.limits, **limits)
        self.desk = make_desk(self.desk.store, self.limits)

    def fill(self, count: int, start: int = 0, folder: str = "INBOX", **more: str) -> list[int]:
        handle = self.server.folder(ANA, folder)
        return [handle.add(numbered(n, **more)) for n in range(start, start + count)]

    def live(self, folder: str = "INBOX") -> list[int]:
        """The UIDs that the store believes to be in a folder."""
        rows = self.desk.rows(
            f"SELECT uid FROM mailkit_source WHERE folder = '{folder}' AND gone_at IS NULL ORDER BY uid"
        )
        return [int(str(row[0])) for row in rows]

    def check(self) -> None:
        """Server and store agree, message by message, and nothing is doubled."""
        report = audit_account(self.account, store=self.desk.store, limits=self.limits)
        assert report.ok, [str(folder) for folder in report.folders]
        assert self.desk.rows("SELECT identity FROM mailkit_message GROUP BY identity HAVING count(*) > 1") == []
        received = self.desk.rows("SELECT message_id FROM mailkit_event WHERE name = 'message.received'")
        assert len(received) == len(set(received))


def numbered(number: int, body: str = "") -> bytes:
    return mail(f"Offer {number}", message_id=f"m{number}@client.example", body=body or f"Body {number}")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer(tls="insecure") as made:
        made.add_user(ANA, PASSWORD)
        yield made


@pytest.fixture
def office(server: MailServer, tmp_path: Path) -> Iterator[Office]:
    store = Store.open(f"sqlite:///{tmp_path / 'mail.db'}")
    yield Office(server, make_desk(store))
    store.close()

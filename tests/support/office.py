"""One account on the in-process server, its store and its ingest, and ways to compare what is on both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mailkit.config import Account
from mailkit.mailbox import MailboxClient
from mailkit.sync import AuditReport, Progress, Step, SyncOptions, SyncReport, audit_account, sync_account
from mailkit.testing import FolderHandle, MailServer
from mailkit.words import Limits, Role
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
    read_timeout: float = 5.0

    @property
    def account(self) -> Account:
        made = self.server.account(ANA, name="sales")
        assert made.imap is not None
        return made.model_copy(update={"imap": made.imap.model_copy(update={"read_timeout": self.read_timeout})})

    @property
    def inbox(self) -> FolderHandle:
        return self.server.folder(ANA)

    def sync(self, *folders: str | Role, progress: Progress | None = None, **options: object) -> SyncReport:
        return self.sync_as(self.account, *folders, progress=progress, **options)  # type: ignore[arg-type]

    def sync_as(
        self,
        account: Account,
        *folders: str | Role,
        progress: Progress | None = None,
        connect: Callable[[], MailboxClient] | None = None,
        **options: object,
    ) -> SyncReport:
        """Sync with an account value made before: it needs no running server."""
        return sync_account(
            account,
            store=self.desk.store,
            ingest=self.desk.ingest,
            options=SyncOptions(folders=folders, **options),  # type: ignore[arg-type]
            limits=self.limits,
            connect=connect,
            progress=progress or self.steps.append,
        )

    def audit(self) -> AuditReport:
        return audit_account(self.account, store=self.desk.store)

    def bounded(self, **limits: int) -> None:
        """Sync and ingest with other limits from now on."""
        self.limits = replace(self.limits, **limits)
        self.desk = make_desk(self.desk.store, self.limits)

    def fill(self, count: int, start: int = 0, folder: str = "INBOX", body: str = "") -> list[int]:
        handle = self.server.folder(ANA, folder)
        return [handle.add(numbered(n, body)) for n in range(start, start + count)]

    def live(self, folder: str = "INBOX") -> list[int]:
        """The UIDs that the store believes to be in a folder."""
        rows = self.desk.rows(
            f"SELECT uid FROM mailkit_source WHERE folder = '{folder}' AND gone_at IS NULL ORDER BY uid"
        )
        return [int(str(row[0])) for row in rows]

    def check(self) -> None:
        """Server and store agree, message by message, and nothing is doubled."""
        report = self.audit()
        assert report.ok, [str(folder) for folder in report.folders]
        assert self.desk.rows("SELECT identity FROM mailkit_message GROUP BY identity HAVING count(*) > 1") == []
        received = self.desk.rows("SELECT message_id FROM mailkit_event WHERE name = 'message.received'")
        assert len(received) == len(set(received))


def numbered(number: int, body: str = "") -> bytes:
    """A small mail of its own."""
    return mail(f"Offer {number}", message_id=f"m{number}@client.example", body=body or f"Body {number}")

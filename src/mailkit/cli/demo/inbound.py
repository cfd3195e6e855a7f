"""The way in: sync both accounts, ask the CRM, tell the CRM."""

from __future__ import annotations

from mailkit.cli.demo.show import Show
from mailkit.kit import MailKit
from mailkit.sync import SyncReport


def sync_all(kit: MailKit, show: Show) -> list[SyncReport]:
    """Sync every account with progress."""
    reports = []
    for name in kit.accounts.names():
        with show.out.progress() as progress:
            report = kit.sync(name, progress=progress)
        reports.append(report)
        for folder in report.folders:
            words = f"{folder.new} new" + (f", {folder.quarantined} put into quarantine" if folder.quarantined else "")
            if folder.error is not None:
                words += f", stopped: {folder.error.message}"
            show.line(f"  {name:<8} {folder.name:<18} {words}, {folder.seconds:.1f} s")
    return reports


def jobs(kit: MailKit, show: Show) -> int:
    """Ask the CRM whose mail it is, show messages on records, file what was sent: the queued work."""
    with show.jobs(kit):
        return kit.work(only={"jobs"}, once=True)

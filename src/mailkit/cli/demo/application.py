"""The application that the demo plays: its MailKit, its clock, a table of its own, and handlers that write to it in
mailkit's transactions. Loaded by the workers too, so nothing of the servers and samples is here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from mailkit.events import MessageReceived, MessageSent
from mailkit.kit import MailKit
from mailkit.store.engine import utcnow
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter

_TABLE = "CREATE TABLE IF NOT EXISTS app_note (message_id INTEGER NOT NULL, what TEXT NOT NULL)"
_NOTE = text("INSERT INTO app_note (message_id, what) VALUES (:message, :what)")


@dataclass(slots=True)
class Clock:
    """The time, and how far the demo has run ahead of it: leases run out without anybody waiting."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return utcnow() + self.ahead


def open_kit(url: str, key_file: Path, crm: SampleCrm, clock: Callable[[], datetime]) -> MailKit:
    """The MailKit of the demo's application."""
    key = key_file.read_text(encoding="ascii").strip()
    return MailKit(url, key=key, adapters=[SampleCrmAdapter(crm)], clock=clock)


def make_table(kit: MailKit) -> None:
    """The application's own table, in the same database."""
    with kit.engine.begin() as connection:
        connection.execute(text(_TABLE))


def listen(kit: MailKit) -> None:
    """Write a row for each message that comes or goes, in the transaction that stores it."""

    @kit.on(MessageReceived)
    def received(event: MessageReceived, tx: Connection) -> None:
        tx.execute(_NOTE, {"message": event.message_id, "what": "received"})

    @kit.on(MessageSent)
    def sent(event: MessageSent, tx: Connection) -> None:
        tx.execute(_NOTE, {"message": event.message_id, "what": "sent"})

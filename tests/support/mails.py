"""Small hand-written mails, and an ingest with ways to look at what it wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import text

from mailkit.events import Event
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.store import Store, events
from mailkit.words import Direction, Limits, RawMail, Source, Stored

_uids = count(1)


def mail(
    subject: str = "Offer",
    *,
    message_id: str | None = "one@client.example",
    sender: str = "Bo <bo@client.example>",
    to: str = "sales@acme.example",
    date: str | None = "Mon, 05 Oct 2026 10:00:00 +0200",
    body: str = "Hello, please send an offer.",
    extra: str = "",
) -> bytes:
    """A plain mail; ``extra`` are further header lines, each ended by CRLF."""
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{extra}"
    head += f"Message-ID: <{message_id}>\r\n" if message_id else ""
    head += f"Date: {date}\r\n" if date else ""
    return f"{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n".encode()


def arrival(
    raw: bytes,
    *,
    account: str = "sales",
    folder: str = "INBOX",
    uid: int | None = None,
    direction: Direction = Direction.INBOUND,
) -> RawMail:
    """Those bytes, as found in an IMAP folder."""
    number = next(_uids) if uid is None else uid
    return RawMail(raw=raw, source=Source.imap(account, folder, 7, number), direction=direction)


@dataclass
class Desk:
    """An ingest and ways to look at what it wrote."""

    store: Store
    ingest: Ingest
    heard: list[Event] = field(default_factory=list)

    def take(self, *mails: RawMail) -> list[Stored]:
        return self.ingest.many(mails)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with self.store.read() as tx:
            return [tuple(row) for row in tx.execute(text(sql))]

    def count(self, table: str) -> int:
        return int(str(self.rows(f"SELECT count(*) FROM mailkit_{table}")[0][0]))

    def events(self) -> list[Event]:
        # On PostgreSQL a cursor waits for every transaction that began before; there is none here.
        with self.store.read() as tx:
            return [event for _, event in events.after(tx, (0, 0), 10_000)]


def make_desk(store: Store, limits: Limits | None = None) -> Desk:
    profile = Profile(addresses=frozenset({"sales@acme.example", "support@acme.example"}))
    ingest = Ingest(store, profile=lambda _name: profile, rules=LinkRules(), limits=limits or Limits())
    desk = Desk(store, ingest)
    store.notify = lambda event, _tx: desk.heard.append(event)
    return desk

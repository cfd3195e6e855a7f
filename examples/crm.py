"""A CRM adapter of one's own: whose mail is it, and show it there. And a reader of events that never forgets.

The CRM is a dictionary here; yours is a database or an HTTP API. ``find`` and ``attach`` are called by the worker, in
no transaction: when they fail, the mail is there all the same and they are called again later.

Usage: ``python examples/crm.py`` (brings a mail server of its own)
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mailkit import MailKit, MessageReceived, Record, ThreadLinked
from mailkit.auth import generate_key
from mailkit.link.adapter import Note, Query, RecordPattern
from mailkit.testing import MailServer
from mailkit.words import Candidate, Evidence

SALES = "sales@acme.example"
#: The mail server that receives for us, and says in Authentication-Results whose mail is genuine.
TRUSTED = "mx.acme.example"


@dataclass
class Crm:
    """An adapter. ``people`` are known by their address, deals by a number that is written in mail."""

    people: dict[str, str]
    shown: dict[tuple[str, Record], Note] = field(default_factory=dict)

    system = "crm"
    patterns = (RecordPattern("deal", r"\bDeal (D-\d{1,9})\b", "(Deal {id})"),)

    def find(self, query: Query) -> Sequence[Candidate]:
        """The records that a message may belong to."""
        return [
            Candidate(Record("crm", "person", self.people[address]), 0.8, (Evidence("address", address, 0.8),))
            for address in query.addresses
            if address in self.people
        ]

    def attach(self, record: Record, note: Note) -> str:
        """Show a message on a record, once."""
        self.shown.setdefault((note.key, record), note)
        return f"{note.key}:{record}"

    def url(self, record: Record) -> str | None:
        """Where the record can be looked at."""
        return f"https://crm.acme.example/{record.kind}/{record.id}"


def letter(number: int, sender: str, subject: str, *, genuine: bool) -> bytes:
    """A mail as it arrives, with what our server found out about its sender."""
    domain = sender.rpartition("@")[2]
    verdict = "pass" if genuine else "fail"
    lines = (
        f"Authentication-Results: {TRUSTED}; dmarc={verdict} header.from={domain}",
        f"Received: from mail.{domain} by {TRUSTED} with ESMTPS id {number}; Mon, 2 Mar 2026 10:0{number}:05 +0000",
        f"From: {sender}",
        f"To: {SALES}",
        f"Subject: {subject}",
        f"Message-ID: <{number}@{domain}>",
        f"Date: Mon, 2 Mar 2026 10:0{number}:00 +0000",
        "",
        "See the subject.",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def main() -> None:
    """Four mails, and what becomes of them."""
    crm = Crm(people={"bo@client.example": "7"})
    with tempfile.TemporaryDirectory() as directory, MailServer() as server:
        server.add_user(SALES, "secret")
        inbox = server.folder(SALES)
        inbox.add(letter(1, "bo@client.example", "New chairs (Deal D-42)", genuine=True))
        inbox.add(letter(2, "bo@client.example", "Lunch?", genuine=True))
        inbox.add(letter(3, "bo@client.example", "New account for the chairs", genuine=False))
        inbox.add(letter(4, "kim@elsewhere.example", "Do you sell tables?", genuine=True))
        with MailKit(f"sqlite:///{Path(directory)}/mail.db", key=generate_key(), adapters=[crm]) as kit:
            account = server.account(SALES, name="sales").model_copy(update={"authserv_ids": (TRUSTED,)})
            kit.accounts.add(account)
            kit.sync("sales")
            kit.work(only={"jobs"}, once=True)
            for thread in sorted(kit.threads.list(), key=lambda one: one.id):
                print(kit.links.explain(thread).sentence)
            print(f"shown on the CRM: {sorted((str(record), note.subject) for (_, record), note in crm.shown.items())}")
            read_events(kit)


def read_events(kit: MailKit) -> None:
    """What happened since this reader was here last. What is not acknowledged comes again."""
    batch = kit.events.read("statistics")
    received = sum(isinstance(event, MessageReceived) for event in batch)
    linked = sum(isinstance(event, ThreadLinked) for event in batch)
    print(f"{received} received, {linked} linked")
    kit.events.ack(batch)
    print(f"{len(kit.events.read('statistics'))} left")


if __name__ == "__main__":
    main()

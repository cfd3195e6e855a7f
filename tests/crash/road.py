"""The whole road, as a task for ``support.crash``: enqueue, dispatch, pipe, sync, link jobs, read events, resolve,
file, sync again; in between somebody else flags and deletes mail on the server.

It is written as an application would write it, through the facade, and so that it can be run again after a kill: every
message has its key, every delivery its id. What an application brings along is the same each time: the time at which
an order was made, and the random part of its Message-ID. The worker's time goes on: a day between two runs, so that
leases are over.
"""

from __future__ import annotations

import hashlib
import imaplib
import secrets
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import make_url

import mailkit.mailbox.imap
import mailkit.sync
import mailkit.transport.smtp
from mailkit import Account, Draft, MailKit, Record
from mailkit.config import SmtpServer
from mailkit.content.domains import same_organisation
from mailkit.events import Event, MessageReceived, MessageSent
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.words import Limits
from support.mails import mail

KEY = "uZ5mK7bT1qk0hYv0eXJc8l5n9y2r4tVwQpLs3dFgHaE="
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
SALES, SUPPORT = "sales@acme.example", "support@acme.example"
#: What the application keeps of its own in the same database.
APPLICATION = (
    "CREATE TABLE orders (tenant TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (tenant, number))",
    "CREATE TABLE heard (tenant TEXT NOT NULL, name TEXT NOT NULL, message TEXT NOT NULL)",
)
_HEARD = text(
    "INSERT INTO heard (tenant, name, message) "
    "SELECT tenant, :name, identity FROM mailkit_message WHERE tenant = :tenant AND id = :id"
)
_IN_FLIGHT = b"SELECT pg_snapshot_xmin(one) <> pg_snapshot_xmax(one) FROM pg_current_snapshot() AS one"
#: A handler of the application's fails on the mail with this subject: it belongs in quarantine.
POISON = "Poison"


class Clock:
    """The time of a run: a day after the run before; ``minute`` goes on within it."""

    def __init__(self, run: int) -> None:
        self.run = run
        self.minute = 0
        self.fixed: datetime | None = None

    def __call__(self) -> datetime:
        return self.fixed or START + timedelta(days=self.run + 1, minutes=self.minute)

    @contextmanager
    def of_order(self, key: str) -> Iterator[None]:
        """The time and the randomness that the order of that key had the first time."""
        plain = secrets.token_bytes
        seed = hashlib.sha256(key.encode()).digest()
        self.fixed = START
        secrets.token_bytes = lambda count=None: seed[: count or 32]
        try:
            yield
        finally:
            self.fixed, secrets.token_bytes = None, plain


class Application:
    """An application with two accounts, a CRM, and tables of its own."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.url = str(told["url"])
        self.tenant = str(told["tenant"])
        self.clock = Clock(int(told["run"]))
        self.kit = MailKit(
            self.url,
            key=KEY,
            tenant=self.tenant,
            adapters=[SampleCrmAdapter(SampleCrm(told["crm"]))],
            limits=Limits(batch_messages=3),
            raw_dir=told.get("raw_dir"),
            clock=self.clock,
            create=True,
        )
        self.client = str(told["client"])
        self.password = str(told.get("password", ""))
        self.kit.on(Event)(self.hear)

    def hear(self, event: Event, tx: Any) -> None:
        """Write down what happened, in the transaction in which it happened."""
        if not isinstance(event, MessageReceived | MessageSent):
            return
        tx.execute(_HEARD, {"name": event.name, "tenant": self.tenant, "id": event.message_id})
        poison = "SELECT 1 FROM mailkit_message WHERE id = :id AND subject = :subject"
        if tx.execute(text(poison), {"id": event.message_id, "subject": POISON}).first():
            raise ValueError("the application chokes on it")

    def read(self) -> None:
        """Read events at its own pace, and acknowledge them in the transaction that does what they ask for."""
        self._wait_for_others()
        while batch := self.kit.events.read("application", limit=4):
            with self.kit.engine.begin() as tx:
                for event in batch:
                    if isinstance(event, MessageReceived | MessageSent):
                        told = {"name": f"read {event.name}", "tenant": self.tenant, "id": event.message_id}
                        tx.execute(_HEARD, told)
                self.kit.events.ack(batch, tx=tx)

    def _wait_for_others(self) -> None:
        """PostgreSQL's own transactions (autovacuum) hold events back while they run: the same are read each time."""
        if self.url.startswith("sqlite"):
            return
        with self.raw() as connection:
            # Not through a cursor: those are what is counted and refused.
            while connection.pgconn.exec_(_IN_FLIGHT).get_value(0, 0) != b"f":
                time.sleep(0.005)

    # -- orders --------------------------------------------------------------------------------------------------------

    def order(self) -> None:
        """Five orders, each with its message: on a transaction of mailkit's, on the application's own, SQLAlchemy's and
        the driver's; and one that the application takes back."""
        kit, offer = self.kit, "Please find our offer."
        with self.clock.of_order("offer-1"):
            draft = Draft(to=[self.client], subject="Offer 1", text=offer)
            kit.outbox.enqueue(draft, account="sales", key="offer-1")
        with self.clock.of_order("order-2"), kit.engine.begin() as tx:
            tx.execute(text(self._insert(":tenant", ":number")), {"tenant": self.tenant, "number": "order-2"})
            draft = Draft(to=[self.client, "nobody@client.example"], subject="Order 2", text="Thank you.")
            kit.outbox.enqueue(draft, account="sales", key="order-2", tx=tx)
        with self.clock.of_order("order-3"), self.raw() as connection:
            mark = "?" if self.url.startswith("sqlite") else "%s"
            connection.execute(self._insert(mark, mark), (self.tenant, "order-3"))
            draft = Draft(to=[self.client], subject="Order 3", text="Sent.", record=Record("crm", "company", "1"))
            kit.outbox.enqueue(draft, account="support", key="order-3", tx=connection)
            connection.commit()
        with self.clock.of_order("order-4"), kit.engine.connect() as tx:
            tx.execute(text(self._insert(":tenant", ":number")), {"tenant": self.tenant, "number": "order-4"})
            draft = Draft(to=[self.client], subject="Order 4", text="Never.")
            kit.outbox.enqueue(draft, account="support", key="order-4", tx=tx)
            tx.rollback()
        with self.clock.of_order("order-5"):
            draft = Draft(to=[self.client], subject="Order 5", text="On its way.")
            kit.outbox.enqueue(draft, account="support", key="order-5")

    @staticmethod
    def _insert(tenant: str, number: str) -> str:
        return f"INSERT INTO orders (tenant, number) VALUES ({tenant}, {number}) ON CONFLICT DO NOTHING"

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """The driver's own connection."""
        url = make_url(self.url)
        if url.get_backend_name() == "sqlite":
            connection: Any = sqlite3.connect(str(url.database), timeout=30)
        else:
            import psycopg

            connection = psycopg.connect(
                host=url.host, port=url.port, user=url.username, dbname=url.database, connect_timeout=10
            )
        try:
            yield connection
        finally:
            connection.close()

    # -- work ----------------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """Dispatch what is due, look for what is uncertain."""
        self.kit.work(only={"outbox"}, once=True)

    def pipe(self) -> None:
        """Mail from a pipe: one that answers our offer, one that the application chokes on."""
        answer = mail("Re: Offer 1", message_id="answer@client.example", sender=f"Bo <{self.client}>")
        poison = mail(POISON, message_id="poison@client.example")
        for raw in (answer, poison):
            self.kit.ingest(raw, source="pipe", received_at=START)

    def sync(self) -> None:
        """Both mailboxes."""
        for name in ("sales", "support"):
            report = self.kit.sync(name)
            assert report.ok, report

    def elsewhere(self) -> None:
        """Somebody at a telephone flags the first mail of sales' INBOX and deletes the second, each once."""
        told = self.kit.accounts.get("sales").imap
        assert told is not None
        with imaplib.IMAP4(told.host, told.port) as telephone:
            telephone.login(SALES, self.password)
            telephone.select("INBOX")
            for uid, wanted, flag in (("1", "UNFLAGGED", "\\Flagged"), ("2", "UNDELETED", "\\Deleted")):
                if telephone.uid("SEARCH", "UID", uid, wanted)[1][0]:
                    telephone.uid("STORE", uid, "+FLAGS", f"({flag})")
            telephone.expunge()

    def jobs(self) -> None:
        """Ask the CRM, show on records, file what was sent."""
        self.kit.work(only={"jobs"}, once=True)


#: The stages and the minute at which each begins.
STAGES: tuple[tuple[int, str], ...] = (
    (0, "order"),
    (1, "send"),
    (2, "pipe"),
    (3, "sync"),
    (10, "jobs"),
    (20, "read"),
    (50, "elsewhere"),
    (60, "send"),
    (61, "sync"),
    (70, "jobs"),
    (80, "read"),
)


def run(told: Mapping[str, Any]) -> dict[str, object]:
    """The task. ``told``: url, tenant, run (0 for the first), crm, client; raw_dir and stages where they differ."""
    application = Application(told)
    wanted = told.get("stages")
    try:
        for minute, name in STAGES:
            if wanted is None or name in wanted:
                application.clock.minute = minute
                stage: Callable[[], None] = getattr(application, name)
                stage()
        outbox = {one.key: one.state for one in application.kit.outbox.list()}
    finally:
        application.kit.close()
    return {"outbox": outbox}


def warm() -> None:
    """Import everything and let SQLAlchemy compile; leaves no thread and no connection."""
    import psycopg  # noqa: F401

    with tempfile.TemporaryDirectory() as home:
        told = {"url": f"sqlite:///{home}/mail.db", "tenant": "warm", "run": 0, "crm": f"{home}/crm.db"}
        application = Application({**told, "client": "bo@client.example"})
        with application.kit.engine.begin() as tx:
            for statement in APPLICATION:
                tx.execute(text(statement))
        for name, address in (("sales", SALES), ("support", SUPPORT)):
            smtp = SmtpServer(host="localhost", tls="insecure")
            application.kit.accounts.add(Account(name=name, address=address, smtp=smtp))
        application.order()
        application.pipe()
        application.jobs()
        application.kit.close()
    same_organisation("a.acme.example", "b.acme.example")
    assert all((mailkit.mailbox.imap, mailkit.sync, mailkit.transport.smtp))

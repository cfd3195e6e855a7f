"""Ingest's transaction: everything or nothing, no network inside, and no mail that stops the others."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailkit.errors import AdapterError, NetworkInTransactionError, StoreFullError
from mailkit.events import Event, MessageBounced, MessageQuarantined, MessageReceived
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.link.adapter import Note, Query, RecordPattern
from mailkit.link.patterns import Patterns
from mailkit.net import guard
from mailkit.store import Store, Tx, queue
from mailkit.words import Candidate, Limits, RawMail, Record, Source
from support.mails import Desk, arrival, mail, make_desk

TABLES = ("message", "copy", "source", "event", "thread", "reference", "participant", "raw", "job", "link", "decision")


class NetworkedCrm:
    """An adapter that refuses to be asked while a transaction is open, as one over HTTP would have to."""

    system = "crm"
    patterns = (RecordPattern("ticket", r"\[Ticket #(\d{1,9})\]"),)

    def __init__(self) -> None:
        self.asked = 0

    def find(self, query: Query) -> list[Candidate]:
        guard.check("ask the CRM")
        self.asked += 1
        return []

    def attach(self, record: Record, note: Note) -> str:
        guard.check("tell the CRM")
        self.asked += 1
        return "1"

    def url(self, record: Record) -> str | None:
        return None


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every attempt to connect or to look up a name, noted and refused; loopback to the test's database excepted."""
    tried: list[str] = []
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] == "127.0.0.1":
            return connect(self, address)
        tried.append(f"connect {address}")
        raise OSError("no network in this test")

    def refuse_lookup(*args: Any, **kwargs: Any) -> Any:
        tried.append(f"look up {args[0]}")
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse_lookup)
    return tried


def test_what_must_be_asked_of_a_crm_becomes_a_job(desk: Desk, no_sockets: list[str]) -> None:
    crm = NetworkedCrm()
    rules = LinkRules(patterns=Patterns.of([crm]))
    ingest = Ingest(desk.store, profile=lambda _name: Profile(), rules=rules, limits=Limits())
    ingest.many([arrival(mail("[Ticket #1042] No light")), arrival(mail("Hello", message_id="two@client.example"))])
    assert crm.asked == 0
    assert no_sockets == []
    with desk.store.read() as tx:
        kinds = {kind for kind, _state in queue.counts(tx)}
    assert kinds >= {"find"}


def test_a_network_call_in_the_transaction_is_refused(desk: Desk) -> None:
    with pytest.raises(NetworkInTransactionError), desk.store.write():
        guard.check("connect to imap.acme.example:993")

    def asks(event: Event, tx: Tx) -> None:
        guard.check("ask the CRM")

    desk.store.notify = asks
    [stored] = desk.take(arrival(mail()))
    assert stored.quarantine_id, "a handler that uses the network is refused, and its mail kept"


def test_message_thread_links_and_event_appear_together_or_not_at_all(desk: Desk, monkeypatch: Any) -> None:
    """The database fails at each statement in turn; nothing is left of the mail, and the next try brings all of it."""
    real = Tx.execute
    steps = 0

    def counting(self: Tx, *args: Any, **kwargs: Any) -> Any:
        nonlocal steps
        steps += 1
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Tx, "execute", counting)
    desk.take(arrival(mail("Warm-up", message_id="w@client.example")))
    total, before = steps, {table: desk.count(table) for table in TABLES}
    assert total > 10
    one = arrival(mail())
    for fail_at in range(1, total + 1):
        steps = 0

        def failing(self: Tx, *args: Any, _at: int = fail_at, **kwargs: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == _at:
                raise StoreFullError("no space")
            return real(self, *args, **kwargs)

        monkeypatch.setattr(Tx, "execute", failing)
        with pytest.raises(StoreFullError):
            desk.ingest.many([one])
        monkeypatch.setattr(Tx, "execute", real)
        assert {table: desk.count(table) for table in TABLES} == before, f"statement {fail_at} left something behind"
    [stored] = desk.take(one)
    assert stored.new


def test_one_bad_mail_in_a_batch_is_quarantined_and_the_others_come_in(desk: Desk) -> None:
    def picky(event: Event, tx: Tx) -> None:
        desk.heard.append(event)
        if isinstance(event, MessageReceived):
            row = tx.execute(_message(), pk=event.message_id).one()
            if row.subject == "poison":
                raise AdapterError("the handler failed") from ValueError("no such deal")

    desk.store.notify = picky
    mails = [arrival(mail(f"mail {n}" if n != 3 else "poison", message_id=f"{n}@client.example")) for n in range(6)]
    results = desk.take(*mails)
    assert [stored.quarantine_id is None for stored in results] == [True, True, True, False, True, True]
    assert desk.count("message") == 5
    assert [event.reason for event in desk.events() if isinstance(event, MessageQuarantined)] == ["handler-failed"]
    assert [again.quarantine_id for again in desk.take(mails[3])] == [results[3].quarantine_id]

    desk.store.notify = None
    released = desk.ingest.retry(results[3].quarantine_id or 0)
    assert released.new
    assert desk.count("message") == 6
    assert desk.rows("SELECT state, attempts FROM mailkit_quarantine") == [("released", 1)]
    assert [again.id for again in desk.take(mails[3])] == [released.id]


def _message() -> Any:
    from sqlalchemy import bindparam, select

    from mailkit.store.schema import message

    return select(message.c.subject).where(message.c.id == bindparam("pk"))


def test_a_retry_that_fails_again_keeps_the_mail_and_its_reason(desk: Desk) -> None:
    [held] = desk.take(arrival(b""))
    assert held.quarantine_id
    again = desk.ingest.retry(held.quarantine_id)
    assert again.quarantine_id == held.quarantine_id
    assert desk.rows("SELECT reason, state, attempts FROM mailkit_quarantine") == [("empty", "held", 1)]


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"   \n\n"])
def test_a_mail_of_nothing_is_quarantined(desk: Desk, raw: bytes) -> None:
    [stored] = desk.take(arrival(raw))
    assert stored.quarantine_id
    assert desk.rows("SELECT reason FROM mailkit_quarantine") == [("empty",)]


def test_a_mail_above_the_limit_is_quarantined(store_url: str) -> None:
    store = Store.open(store_url, create=True)
    desk = make_desk(store, Limits(message_bytes=1000))
    [stored] = desk.take(arrival(mail(body="x" * 2000)))
    assert stored.quarantine_id
    assert "limits.message_bytes is 1000" in str(desk.rows("SELECT detail FROM mailkit_quarantine")[0][0])
    store.close()


def test_a_bounce_says_whose_message_did_not_arrive(desk: Desk) -> None:
    ours = mail(message_id="ours@acme.example", sender="sales@acme.example", to="nobody@client.example")
    from mailkit.words import Direction

    [sent] = desk.take(arrival(ours, folder="Sent", direction=Direction.OUTBOUND))
    desk.take(arrival(BOUNCE))
    [bounced] = [event for event in desk.events() if isinstance(event, MessageBounced)]
    assert bounced.original_id == sent.id
    assert bounced.thread_id == sent.thread_id, "a report without References belongs to what it reports on"
    assert bounced.recipients == ("nobody@client.example",)
    assert bounced.hard


def test_a_bounce_of_our_mail_says_nothing_of_whom_it_was_not_sent_to(desk: Desk) -> None:
    from mailkit.words import Direction

    ours = mail(message_id="ours@acme.example", sender="sales@acme.example", to="Nobody@client.example")
    [sent] = desk.take(arrival(ours, folder="Sent", direction=Direction.OUTBOUND))
    other = b"\r\nFinal-Recipient: rfc822; fine@other.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    both = BOUNCE.replace(b"\r\nFinal-Recipient", other + b"\r\nFinal-Recipient", 1)
    assert both != BOUNCE
    desk.take(arrival(both), arrival(BOUNCE.replace(b"nobody@client.example", b"fine@other.example")))
    bounced = [event for event in desk.events() if isinstance(event, MessageBounced)]
    assert [event.original_id for event in bounced] == [sent.id, sent.id]
    assert [event.recipients for event in bounced] == [("nobody@client.example",), ()]
    assert [event.hard for event in bounced] == [True, False]


def test_a_bounce_of_a_hidden_recipient_is_told(desk: Desk) -> None:
    from mailkit.words import Direction, Envelope

    ours = mail(message_id="ours@acme.example", sender="sales@acme.example", to="bo@client.example")
    envelope = Envelope("sales@acme.example", ("bo@client.example", "nobody@client.example"))
    desk.take(replace(arrival(ours, folder="Sent", direction=Direction.OUTBOUND), envelope=envelope))
    desk.take(arrival(BOUNCE))
    [bounced] = [event for event in desk.events() if isinstance(event, MessageBounced)]
    assert bounced.recipients == ("nobody@client.example",)


def test_a_delay_is_no_bounce(desk: Desk) -> None:
    delayed = BOUNCE.replace(b"Action: failed", b"Action: delayed").replace(b"5.1.1", b"4.4.1").replace(b"550", b"450")
    [stored] = desk.take(arrival(delayed))
    assert stored.new
    assert [type(event) for event in desk.events()] == [MessageReceived]


BOUNCE = b"""From: MAILER-DAEMON@mx.client.example\r
To: sales@acme.example\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <b1@mx.client.example>\r
Date: Mon, 05 Oct 2026 10:01:00 +0200\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary=B\r
\r
--B\r
Content-Type: text/plain\r
\r
I could not deliver it.\r
--B\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.client.example\r
\r
Final-Recipient: rfc822; nobody@client.example\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 no such user\r
\r
--B\r
Content-Type: text/rfc822-headers\r
\r
From: sales@acme.example\r
To: nobody@client.example\r
Subject: Offer\r
Message-ID: <ours@acme.example>\r
\r
--B--\r
"""


def test_the_callers_transaction_carries_an_ingest(desk: Desk) -> None:
    one = arrival(mail())
    with desk.store.engine.connect() as connection:
        stored = desk.ingest.within(desk.store.join(connection), one)
        assert stored.new
        connection.rollback()
    assert desk.count("message") == 0
    with desk.store.engine.connect() as connection:
        desk.ingest.within(desk.store.join(connection), one)
        held = desk.ingest.within(desk.store.join(connection), arrival(b""))
        connection.commit()
    assert held.quarantine_id
    assert (desk.count("message"), desk.count("quarantine")) == (1, 1)


def test_raw_bytes_in_a_directory(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/m.db", raw_dir=tmp_path / "raw")
    desk = make_desk(store)
    desk.take(arrival(mail()), arrival(mail(), folder="Archive"))
    files = [path for path in (tmp_path / "raw").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [mail()]
    assert desk.rows("SELECT body FROM mailkit_raw") == [(None,)]
    store.close()


def test_concurrent_replies_end_in_one_thread(desk: Desk) -> None:
    """Ten answers to one message that has not arrived yet, by ten workers at once."""
    replies = [
        arrival(mail("Re: Offer", message_id=f"r{n}@client.example", extra="In-Reply-To: <root@acme.example>\r\n"))
        for n in range(10)
    ]
    failures: list[BaseException] = []

    def work(one: RawMail) -> None:
        try:
            make_desk(Store(desk.store.engine)).ingest.many([one])
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(one,)) for one in replies]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert desk.rows("SELECT DISTINCT thread_id FROM mailkit_message") == desk.rows("SELECT id FROM mailkit_thread")
    assert desk.rows("SELECT message_count FROM mailkit_thread") == [(10,)]


def test_threads_do_not_depend_on_the_order_of_arrival(tmp_path: Path) -> None:
    import random

    def build(n: int, *refs: int) -> bytes:
        references = " ".join(f"<{r}@x.example>" for r in refs)
        extra = f"References: {references}\r\n" if refs else ""
        return mail(f"mail {n}", message_id=f"{n}@x.example", body=f"body {n}", extra=extra)

    mails = [
        build(0),
        build(1, 0),
        build(2, 0, 1),
        build(3),
        build(4, 3),
        build(5, 2, 4),
        build(6),
        build(7, 9),
        build(8, 9),
    ]
    partitions = set()
    for seed in range(12):
        store = Store.open(f"sqlite:///{tmp_path}/{seed}.db")
        desk = make_desk(store)
        order = [arrival(raw) for raw in mails]
        random.Random(seed).shuffle(order)
        for one in order:
            desk.take(one)
        threads: dict[object, set[object]] = {}
        for thread_id, subject in desk.rows("SELECT thread_id, subject FROM mailkit_message"):
            threads.setdefault(thread_id, set()).add(subject)
        partitions.add(frozenset(frozenset(group) for group in threads.values()))
        titles = desk.rows(
            "SELECT subject, message_count FROM mailkit_thread WHERE merged_into IS NULL ORDER BY subject"
        )
        partitions.add(frozenset(titles))  # type: ignore[arg-type]
        store.close()
    assert len(partitions) == 2


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=st.binary(max_size=600) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_become_a_message_or_a_quarantine_row(tmp_path_factory: Any, raw: bytes) -> None:
    store = Store.open("sqlite://")
    desk = make_desk(store)
    [stored] = desk.take(RawMail(raw=raw, source=Source.delivery("file", "1")))
    assert (stored.id > 0) != (stored.quarantine_id is not None)
    assert stored.quarantine_id is None or not raw.strip()
    store.close()


def test_what_was_let_in_meanwhile_is_not_held_again(desk: Desk) -> None:
    """One worker takes a mail out of quarantine; another, with narrower limits, fails with the same and comes later."""
    held = desk.ingest.hold_unfetched(arrival(b"", uid=1), "large").quarantine_id
    assert held is not None
    narrow = make_desk(desk.store, Limits(message_bytes=10)).ingest
    came = arrival(mail(), uid=1)
    first = desk.ingest.fetched(came, held)
    assert first.new
    late = narrow.fetched(came, held)
    assert (late.id, late.new, late.quarantine_id) == (first.id, False, None)
    narrow.many([came])
    assert desk.rows("SELECT state FROM mailkit_quarantine") == [("released",)]
    assert (desk.count("message"), desk.count("source")) == (1, 1)

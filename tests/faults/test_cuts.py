"""A connection that is cut after any byte, in either direction, by FIN, RST and silence, over SMTP and IMAP.

After each cut: nobody believes that a message was sent which the server does not have; no half message is in the store
or in a mailbox; nobody waits longer than his time-out; and the work, resumed without the cut, comes to its end.

In plain text every byte of a dialogue is tried. With TLS the bytes are TLS's, and every seventh is enough.
"""

from __future__ import annotations

import itertools
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailkit import Draft
from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.errors import NetworkError, ProtocolError
from mailkit.mailbox import MailboxClient, open_mailbox
from mailkit.message import parse
from mailkit.outbox import Behaviour, Dispatcher, Filer, Resolver, enqueue
from mailkit.store import Store, outbox, queue, raw
from mailkit.testing import MailServer
from mailkit.transport.smtp import SmtpTransport
from support.cutproxy import DIRECTIONS, HOWS, CutAt, CutProxy
from support.mails import make_desk
from support.office import ANA, Office, numbered

pytestmark = pytest.mark.timeout(3600)
#: Seconds that a client waits for a byte; and what it may take beyond.
PATIENCE = 0.3
GRACE = 1.0
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPARSE = 7


def cuts(passed: dict[str, int], tls: bool) -> list[CutAt]:
    """The cuts of a dialogue in which so many bytes went in each direction: by FIN and by RST in turn after each byte
    (in plain text), and by silence, which costs a time-out, after every seventh."""
    everything = [CutAt(way, after, how) for way in DIRECTIONS for after in range(passed[way] + 1) for how in HOWS]
    return [cut for cut in everything if _is_tried(cut, tls)]


def _is_tried(cut: CutAt, tls: bool) -> bool:
    number, rest = divmod(cut.after, SPARSE)
    if cut.how == "stall":
        return rest == 0
    turn = number if tls else cut.after
    return (rest == 0 or not tls) and HOWS[turn % 2] == cut.how


@dataclass
class Tally:
    """What became of the cuts of one test."""

    name: str
    bytes: str
    made: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    late: float = 0.0

    def print(self, seconds: float) -> None:
        ended = ", ".join(f"{number} {state}" for state, number in sorted(self.ended.items()))
        print(
            f"\n{self.name}, {self.bytes}: {self.made} cuts in {seconds:.1f} s; {ended}; slowest {self.slowest:.2f} s"
        )


def tally_of(what: str, tls: str, passed: dict[str, int]) -> Tally:
    name = f"{what}, {'plain text' if tls == 'insecure' else 'TLS'}"
    return Tally(name, f"{passed['to_server']} bytes out and {passed['to_client']} in")


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def through(account: Account, *, imap: int | None = None, smtp: int | None = None) -> Account:
    """The account, with other ports and little patience."""
    assert account.imap is not None
    assert account.smtp is not None
    hurried = {"connect_timeout": PATIENCE, "read_timeout": PATIENCE, "host": "127.0.0.1"}
    update = {
        "imap": account.imap.model_copy(update={**hurried, "port": imap or account.imap.port}),
        "smtp": account.smtp.model_copy(update={**hurried, "port": smtp or account.smtp.port}),
    }
    return account.model_copy(update=update)


def sweep_cuts(sweep, proxy: CutProxy, tally: Tally, passed: dict[str, int], tls: bool) -> Iterator[CutAt]:  # type: ignore[no-untyped-def]
    """The cuts of a run, one after the other; tells of them at the end."""
    began = time.perf_counter()
    every = cuts(passed, tls)
    for cut in sweep.sample(every, keep=10):
        tally.made += 1
        for _ in range(2):  # a client that hangs does so each time, a machine that stands still for a second does not
            tally.late = 0.0
            proxy.cut(cut)
            yield cut
            proxy.clear()
            if not tally.late:
                break
        assert not tally.late, f"{cut}: it hung for {tally.late:.2f} s, twice"
    tally.print(time.perf_counter() - began)
    sweep.tell(f"cuts: {tally.name}", tally.made, of=len(every), slowest=tally.slowest, **tally.ended)


class Timed:
    """Notes when the block takes longer than a time-out and the grace."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        took = time.perf_counter() - self.began
        if took < PATIENCE + GRACE:
            self.tally.slowest = max(self.tally.slowest, took)
        else:
            self.tally.late = took


# -- SMTP --------------------------------------------------------------------------------------------------------------


class Sending:
    """An outbox whose messages go through the proxy."""

    def __init__(self, server: MailServer, store: Store, clock: Clock) -> None:
        self.server = server
        self.store = store
        self.clock = clock
        self.account = server.account(ANA, name="sales")
        self.ingest = make_desk(store).ingest
        self.keys = itertools.count(1)

    def put(self) -> int:
        draft = Draft(to=["bo@client.example"], subject="Offer", text="Hello\n.\nwith a dot\n")
        with self.store.write() as tx:
            return enqueue(tx, draft, account=self.account, key=str(next(self.keys))).id

    def dispatch(self, port: int) -> None:
        account = through(self.account, smtp=port)
        transport = SmtpTransport.for_account(account, Credentials())
        transport.data_timeout = PATIENCE
        Dispatcher(
            self.store, transport=lambda _: transport, ingest=self.ingest.within, behaviour=lambda _: _FILES
        ).run()

    def resolve(self) -> None:
        connect: Callable[[str], MailboxClient] = lambda _: open_mailbox(self.account)  # noqa: E731
        Resolver(self.store, connect, ingest=self.ingest.within, behaviour=lambda _: _FILES).run()

    def row(self, number: int) -> outbox.Row:
        with self.store.read() as tx:
            return outbox.get(tx, number)

    def accepted(self, row: outbox.Row) -> int:
        whole = self.whole(row)
        mine = [one.raw for one in self.server.sent if parse(one.raw).message_id == row.message_id]
        assert all(one == whole for one in mine), "half a message was accepted"
        return len(mine)

    def whole(self, row: outbox.Row) -> bytes:
        with self.store.read() as tx:
            return raw.get(tx, row.raw_digest)


_FILES = Behaviour(saves_sent=True)


@pytest.mark.parts(2)
def test_smtp(server: MailServer, crash_home: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    clock = Clock()
    tls = server.options.smtp_tls
    sending = Sending(server, Store.open(f"sqlite:///{crash_home}/mail.db", clock=clock), clock)
    with CutProxy(server.smtp_port) as proxy:
        number = sending.put()
        sending.dispatch(proxy.port)
        assert sending.row(number).state == "sent"
        passed = proxy.clear()
        tally = tally_of("SMTP", tls, passed)
        for cut in sweep_cuts(sweep, proxy, tally, passed, tls != "insecure"):
            number = sending.put()
            with Timed(tally):
                sending.dispatch(proxy.port)
            state, got = sending.row(number).state, sending.accepted(sending.row(number))
            tally.ended[state] += 1
            assert state in ("sent", "ready", "uncertain"), f"{cut}: {state}"
            assert (state == "sent", got) in ((True, 1), (False, 0)) or state == "uncertain", f"{cut}: {state}, {got}"
            resume(sending, proxy, number, cut)
        assert set(tally.ended) <= {"sent", "ready", "uncertain"}
    sending.store.close()


def resume(sending: Sending, proxy: CutProxy, number: int, cut: CutAt) -> None:
    """The server files what it accepts: what is uncertain is found there, or was not sent and is sent again."""
    proxy.clear()
    for _ in range(3):
        sending.clock.now += timedelta(hours=1)
        sending.resolve()
        sending.dispatch(proxy.port)
    row = sending.row(number)
    assert (row.state, sending.accepted(row)) == ("sent", 1), f"{cut}: {row.state}, {sending.accepted(row)}"


# -- IMAP --------------------------------------------------------------------------------------------------------------


@pytest.mark.parts(4)
def test_imap_sync(server: MailServer, crash_home: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    for one in (1, 2):
        server.folder(ANA).add(numbered(one, body="line\r\n" * 3))
    server.folder(ANA, "Sent").add(numbered(3))
    tls = server.options.imap_tls
    template = crash_home / "template.db"
    Store.open(f"sqlite:///{template}").close()
    with CutProxy(server.imap_port) as proxy:
        account = through(server.account(ANA, name="sales"), imap=proxy.port)

        def fresh(name: str) -> Office:
            shutil.copy(template, crash_home / name)
            return Office(server, make_desk(Store.open(f"sqlite:///{crash_home / name}")))

        whole = fresh("whole.db")
        assert whole.sync_as(account).ok
        passed = proxy.clear()
        tally = tally_of("IMAP sync", tls, passed)
        patient = server.account(ANA, name="sales")
        for cut in sweep_cuts(sweep, proxy, tally, passed, tls != "insecure"):
            office = fresh("cut.db")
            try:
                with Timed(tally):
                    ended = "healed" if office.sync_as(account).ok else "reported"
            except (NetworkError, ProtocolError):
                ended = "raised"
            tally.ended[ended] += 1
            check_whole(office, cut)
            proxy.clear()
            assert office.sync_as(patient).ok, cut
            office.check()
            assert office.desk.count("message") == 3, cut
            office.desk.store.close()
            (crash_home / "cut.db").unlink()


def check_whole(office: Office, cut: CutAt) -> None:
    """What is in the store is what is on the server, byte for byte."""
    rows = office.desk.rows("SELECT folder, uid, raw_digest FROM mailkit_source WHERE copy_id IS NOT NULL")
    with office.desk.store.read() as tx:
        for folder, uid, digest in rows:
            kept = raw.get(tx, str(digest))
            assert kept == office.server.folder(ANA, str(folder)).raw(int(str(uid))), f"{cut}: half a message"
    assert office.desk.count("quarantine") == 0, f"{cut}: a cut is no reason for quarantine"


@pytest.mark.parts(2)
def test_imap_append(server: MailServer, crash_home: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    """Filing in Sent: whatever is cut, the message is there once in the end, and never in part."""
    clock = Clock()
    tls = server.options.imap_tls
    sending = Sending(server, Store.open(f"sqlite:///{crash_home}/mail.db", clock=clock), clock)
    sent = server.folder(ANA, "Sent")
    row = sending.row(sending.put())
    job = queue.Job(1, "file-sent", "1", {"outbox_id": row.id, "account": "sales"}, 1, 1)
    with CutProxy(server.imap_port) as proxy:
        account = through(sending.account, imap=proxy.port)
        filer = Filer(sending.store, lambda _: open_mailbox(account))
        patient = Filer(sending.store, lambda _: open_mailbox(sending.account))
        filer.run(job)
        passed = proxy.clear()
        assert [sent.raw(uid) for uid in sent.uids()] == [sending.whole(row)]
        tally = tally_of("IMAP APPEND", tls, passed)
        for cut in sweep_cuts(sweep, proxy, tally, passed, tls != "insecure"):
            sent.expunge(*sent.uids())
            try:
                with Timed(tally):
                    filer.run(job)
                tally.ended["filed"] += 1
                assert len(sent.uids()) == 1, f"{cut}: it is said to be filed and is not"
            except (NetworkError, ProtocolError):
                tally.ended["raised"] += 1
            proxy.clear()
            patient.run(job)
            assert [sent.raw(uid) for uid in sent.uids()] == [sending.whole(row)], cut
    sending.store.close()


def test_the_sweep_is_as_long_as_it_is_said_to_be() -> None:
    passed = {"to_client": 100, "to_server": 10}
    assert len(cuts(passed, tls=False)) == (101 + 11) + 15 + 2
    assert len(cuts(passed, tls=True)) == 2 * (15 + 2)
    assert {cut.how for cut in cuts(passed, tls=True)} == set(HOWS)


def test_who_hangs_is_tried_again_and_then_found_out(server: MailServer, sweep) -> None:  # type: ignore[no-untyped-def]
    for hangs, tries in ((1, 2), (2, 2)):
        tally = Tally("a trial", "")
        with CutProxy(server.imap_port) as proxy:
            turns = sweep_cuts(sweep, proxy, tally, {"to_client": 0, "to_server": 0}, tls=True)
            for turn in range(1, tries + 1):
                next(turns)
                with Timed(tally):
                    time.sleep((PATIENCE + GRACE) * (turn <= hangs))
            if hangs == 2:
                with pytest.raises(AssertionError, match="it hung for"):
                    next(turns)
            else:
                next(turns)
                assert tally.made == 2
            turns.close()

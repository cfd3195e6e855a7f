"""kill -9 anywhere, then the work is resumed: every message has arrived exactly once.

The worker is a real process, killed at the n-th line that it runs in mailkit; the servers live here. The server files
what it accepts in Sent, so that what is uncertain after the kill can be resolved.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from outbox_desk import a_draft, ingest_into

from mailkit.auth import Credentials
from mailkit.events import MessageSent
from mailkit.mailbox import ImapMailbox
from mailkit.message import parse
from mailkit.outbox import Behaviour, Dispatcher, Resolver, enqueue
from mailkit.store import Store, events, outbox
from mailkit.testing import MailServer
from mailkit.transport.smtp import SmtpTransport

BEHAVIOUR = Behaviour(saves_sent=True)
MESSAGES = 3


class Bench:
    """Servers, a database with messages to send, and the program that makes workers."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.server = MailServer(tls="insecure", files_sent=True)
        self.server.start()
        self.server.add_user("ana@acme.example", "secret")
        self.account = self.server.account("ana@acme.example", name="sales")
        self.template = directory / "template.db"
        store = Store.open(f"sqlite:///{self.template}")
        with store.write() as tx:
            for number in range(MESSAGES):
                draft = a_draft("bo@client.example", "cy@client.example", text=f"message {number}")
                enqueue(tx, draft, account=self.account, key=str(number))
        store.close()
        path = os.pathsep.join([str(Path(__file__).parents[2] / "src"), os.environ.get("PYTHONPATH", "")])
        self.maker = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killable.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def close(self) -> None:
        self.maker.stdin.close()
        self.maker.wait(10)
        self.maker.stdout.close()
        self.server.stop()

    def fresh(self) -> str:
        # Every round sends the same messages: what an earlier one left in Sent would prove too much.
        sent = self.server.folder("ana@acme.example", "Sent")
        sent.expunge(*sent.uids())
        path = self.directory / "mail.db"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copy(self.template, path)
        return f"sqlite:///{path}"

    def worker(self, url: str, kill_at: int) -> str:
        stored, secret = self.account.to_stored()
        order = {"url": url, "account": stored, "password": secret, "kill_at": kill_at}
        self.maker.stdin.write(json.dumps(order) + "\n")
        self.maker.stdin.flush()
        return self.maker.stdout.readline().strip()

    def quiet(self) -> None:
        """Until the server has worked off what the dead worker left in its socket."""
        end = time.monotonic() + 60
        while self.server.connections("smtp"):
            assert time.monotonic() < end
            time.sleep(0.002)


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    made = Bench(tmp_path_factory.mktemp("kill"))
    yield made
    made.close()


def states(url: str) -> set[str]:
    store = Store.open(url)
    with store.read() as tx:
        seen = {row.state for row in outbox.listing(tx)}
    store.close()
    return seen


def resume(bench: Bench, url: str) -> None:
    """What the next worker does, an hour later."""
    store = Store.open(url, clock=lambda: datetime.now(UTC) + timedelta(hours=1))
    within = ingest_into(store).within
    common = {"ingest": within, "behaviour": lambda _: BEHAVIOUR}
    dispatcher = Dispatcher(
        store, transport=lambda _: SmtpTransport.for_account(bench.account, Credentials()), lease=0, **common
    )
    dispatcher.run()
    store.clock = lambda: datetime.now(UTC) + timedelta(hours=2)
    Resolver(store, lambda _: ImapMailbox(bench.account), **common).run()
    store.clock = lambda: datetime.now(UTC) + timedelta(hours=3)
    dispatcher.run()
    store.close()


def verdict(bench: Bench, url: str, before: int) -> None:
    """Every message arrived once, and the store says so once."""
    arrived = Counter(parse(mail.raw).message_id for mail in bench.server.sent[before:])
    store = Store.open(url)
    with store.read() as tx:
        rows = outbox.listing(tx)
        told = [event for _, event in events.after(tx, (0, 0), 100) if isinstance(event, MessageSent)]
    store.close()
    assert len(rows) == MESSAGES
    assert [row.state for row in rows] == ["sent"] * MESSAGES
    assert arrived == Counter(row.message_id for row in rows)
    assert sorted(event.outbox_id for event in told) == [row.id for row in rows]
    assert {event.message_id for event in told} == {row.stored_id for row in rows}


def test_a_worker_that_lives(bench):
    url, before = bench.fresh(), len(bench.server.sent)
    assert int(bench.worker(url, 0)) > 100
    verdict(bench, url, before)


@pytest.mark.timeout(3600)
def test_killed_anywhere(bench, sweep):
    """A full sweep takes every tenth of some 5,400 lines, another tenth with another seed."""
    total = int(bench.worker(bench.fresh(), 0))
    points = range(1 + sweep.random().randrange(10), total + 1, 10)
    killed = 0
    found: set[str] = set()
    chosen = sweep.sample(points, keep=40)
    for at in chosen:
        url, before = bench.fresh(), len(bench.server.sent)
        killed += bench.worker(url, at) == "killed"
        bench.quiet()
        found |= states(url)
        resume(bench, url)
        verdict(bench, url, before)
    assert killed >= 30
    assert {"ready", "leased", "started", "sent"} <= found, "the kills met every state"
    sweep.tell("kill -9: dispatch, between lines of code", len(chosen), of=len(points), killed=killed)


def test_killed_twice(bench, sweep):
    total = int(bench.worker(bench.fresh(), 0))
    random = sweep.random()
    for _ in range(5):
        url, before = bench.fresh(), len(bench.server.sent)
        for _ in range(2):
            bench.worker(url, random.randrange(1, total))
            bench.quiet()
        resume(bench, url)
        verdict(bench, url, before)

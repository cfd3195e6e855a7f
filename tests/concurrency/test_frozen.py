"""A worker that is frozen (SIGSTOP) past its lease and goes on later (SIGCONT) changes nothing: its fence is old.

The worker is a process of its own. It is frozen at a point that it names itself; another worker takes over when the
lease has run out and does the work; every row of every table is compared before the frozen one goes on and after it has
ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailkit.auth import Credentials
from mailkit.compose import Draft
from mailkit.config import Account
from mailkit.outbox import OnUncertain, enqueue
from mailkit.store import Store, events, folders, outbox, queue
from mailkit.store.engine import utcnow
from mailkit.store.schema import metadata
from mailkit.sync import SyncReport, sync_account
from mailkit.testing import MailServer
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.testing.samples import generate
from mailkit.transport.smtp import SmtpTransport
from mailkit.words import Limits
from support.mails import arrival, mail
from support.sleeper import Sleeper, dispatcher_of, ingest_of, jobs_of

ANA = "sales@acme.example"
PASSWORD = "s3cret"
Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    made = Store.open(store_url, create=True)
    yield made
    made.close()


@pytest.fixture
def frozen(store_url: str, store: Store) -> Iterator[Callable[..., Sleeper]]:
    """Start a worker and freeze it where its role says."""
    made: list[Sleeper] = []

    def start(role: str, **told: object) -> Sleeper:
        made.append(Sleeper(role, url=store_url, **told))
        made[-1].freeze()
        return made[-1]

    yield start
    for one in made:
        one.close()


def dump(store: Store) -> Dump:
    """Every row of every table."""
    with store.read() as tx:
        return {
            name: [tuple(row) for row in tx.execute(select(*table.c).order_by(table.c.id))]
            for name, table in metadata.tables.items()
        }


def count(store: Store, table: str) -> int:
    return len(dump(store)[f"mailkit_{table}"])


# -- jobs --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def crm(tmp_path: Path) -> SampleCrm:
    made = SampleCrm(tmp_path / "crm.db")
    made.seed_from(generate(1, 160))
    return made


def _one_mail_of_a_contact(store: Store, crm: SampleCrm) -> None:
    """A mail for which the CRM must be asked, from one of its contacts."""
    row = crm.one("SELECT email FROM contacts WHERE id = ?", (1,))
    assert row is not None
    ingest_of(store, SampleCrmAdapter(crm)).many([arrival(mail(sender=f"Bo <{row[0]}>"))])


@pytest.mark.parametrize("role", ["find", "attach"])
def test_a_frozen_job(role: str, store: Store, crm: SampleCrm, frozen: Callable[..., Sleeper]) -> None:
    """``find`` wakes with the CRM's answer in its hands; ``attach`` wakes before it calls the CRM, and calls it: what
    the CRM was told is told again, under the same key. Our own rows stay as they are."""
    adapter = SampleCrmAdapter(crm)
    _one_mail_of_a_contact(store, crm)
    jobs = jobs_of(store, adapter)
    if role == "attach":
        assert jobs.run() == 1
    sleeper = frozen(role, crm=str(crm.path))
    assert jobs.drain() == (2 if role == "find" else 1)
    assert count(store, "link") == 1
    assert len(crm.activities()) == 1
    before = dump(store)
    with store.read() as tx:
        assert {row.state for row in queue.listing(tx)} == {"done"}
    assert sleeper.wake() == 1
    assert dump(store) == before
    assert len(crm.activities()) == 1


# -- sync --------------------------------------------------------------------------------------------------------------


def test_a_frozen_sync(store_url: str, store: Store, frozen: Callable[..., Sleeper]) -> None:
    """It wakes with mails in its hands that have been fetched and not stored. Meanwhile another sync has done all the
    work; one of the mails has been deleted on the server, which the other sync has seen. It must not come back."""
    with MailServer() as server:
        server.add_user(ANA, PASSWORD)
        inbox = server.folder(ANA)
        uids = [inbox.add(mail(f"Offer {n}", message_id=f"m{n}@client.example")) for n in range(8)]
        account = server.account(ANA, name="sales")
        told = {"account": account.to_stored()[0], "password": PASSWORD, "at": 5}
        sleeper = frozen("sync", **told)
        assert count(store, "message") == 3, "the first batch is in"
        inbox.expunge(uids[3])
        assert _sync(account, store).busy, "the lease holds while it has not run out"
        later = Store.open(store_url, clock=lambda: utcnow() + timedelta(seconds=600))
        report = _sync(account, later)
        assert (report.busy, report.new) == (False, 4)
        before = dump(store)
        assert sleeper.wake() == {"busy": True, "new": 0}
        assert dump(store) == before
        assert count(store, "message") == 7
        with store.read() as tx:
            assert uids[3] not in folders.known(tx, "sales", "INBOX", inbox.uidvalidity)
        later.close()


def _sync(account: Account, store: Store) -> SyncReport:
    return sync_account(account, store=store, ingest=ingest_of(store), limits=Limits(batch_messages=3))


# -- outbox ------------------------------------------------------------------------------------------------------------


class Post:
    """A server, an account on it, and one mail in the outbox."""

    def __init__(self, server: MailServer, store: Store, on_uncertain: OnUncertain = "hold") -> None:
        self.server = server
        self.store = store
        server.add_user(ANA, PASSWORD)
        server.add_user("bo@client.example", "x")
        self.account = server.account(ANA, name="sales")
        letter = Draft(to=["bo@client.example"], subject="Offer 1042", text="Hello")
        with store.write() as tx:
            enqueue(tx, letter, account=self.account, on_uncertain=on_uncertain)

    @property
    def told(self) -> dict[str, object]:
        return {"account": self.account.to_stored()[0], "password": PASSWORD}

    def another_worker(self) -> int:
        """What another worker finds to do."""
        made = dispatcher_of(self.store, lambda _: SmtpTransport.for_account(self.account, Credentials()))
        return made.run()

    @property
    def delivered(self) -> int:
        return len(self.server.folder("bo@client.example").uids())

    @property
    def state(self) -> str:
        with self.store.read() as tx:
            return outbox.get(tx, 1).state

    def events(self) -> list[str]:
        with self.store.read() as tx:
            return [event.name for _, event in events.after(tx, (0, 0), 100)]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def test_a_dispatcher_frozen_before_its_mark(store: Store, server: MailServer, frozen: Callable[..., Sleeper]) -> None:
    """Another one sends the mail. The frozen one wakes with it in its hands, and may not begin."""
    post = Post(server, store)
    sleeper = frozen("claimed", **post.told)
    assert post.another_worker() == 1
    assert (post.state, post.delivered) == ("sent", 1)
    before = dump(store)
    sleeper.wake()
    assert dump(store) == before
    assert post.delivered == 1, "it was sent twice"


def test_a_dispatcher_frozen_after_its_mark(store: Store, server: MailServer, frozen: Callable[..., Sleeper]) -> None:
    """Whether the content has left is not known, so nobody sends it again: it is uncertain. When the frozen one wakes
    it does send it, once, and what the server answers then is the truth, which is written as such."""
    post = Post(server, store)
    sleeper = frozen("started", **post.told)
    assert post.another_worker() == 1
    assert (post.state, post.delivered) == ("uncertain", 0)
    assert post.another_worker() == 0
    sleeper.wake()
    assert (post.state, post.delivered) == ("sent", 1)
    assert post.events() == ["message.uncertain", "message.sent"]
    assert post.another_worker() == 0


def test_a_dispatcher_frozen_after_the_mark_of_a_mail_that_may_be_sent_twice(
    store: Store, server: MailServer, frozen: Callable[..., Sleeper]
) -> None:
    """Another one has sent it again, as the draft allows. What the frozen one's second delivery comes to is nobody's
    business any more: not a row changes."""
    post = Post(server, store, on_uncertain="resend")
    sleeper = frozen("started", **post.told)
    assert post.another_worker() == 1
    assert post.state == "ready"
    post.store = Store(store.engine, clock=lambda: utcnow() + timedelta(hours=1))
    assert post.another_worker() == 1
    assert (post.state, post.delivered) == ("sent", 1)
    before = dump(store)
    sleeper.wake()
    assert dump(store) == before
    assert post.delivered == 2

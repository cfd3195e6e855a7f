"""The worlds that the road runs in: a tenant of a database, two mail servers, a CRM; and what lasts of them."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from tests.crash.road import APPLICATION, KEY, SALES, SUPPORT, Clock

from mailkit import MailKit
from mailkit.message import parse
from mailkit.store import Store, outbox
from mailkit.testing import MailServer
from mailkit.testing.crm import SampleCrm
from mailkit.testing.samples import SampleMail, SampleSet, generate
from support.canonical import SENDING, Canonical, Row, canonical
from support.crash import Forge, Run, Side

TASK = "tests.crash.road:run"
_numbers = itertools.count(1)


@lru_cache(maxsize=1)
def samples() -> SampleSet:
    return generate(7, 160)


def chosen() -> list[SampleMail]:
    """A dozen of the sample mails: a customer's conversation, a ticket, one mail in two accounts and one in two
    folders, a bounce, and bytes that are no mail."""
    found = samples().conversations().values()

    def first(category: str, **wanted: object) -> tuple[SampleMail, ...]:
        def fits(mails: tuple[SampleMail, ...]) -> bool:
            facts = {
                "size": len(mails),
                "accounts": len({mail.account for mail in mails}),
                "folders": len({mail.folder for mail in mails}),
                "why": mails[0].truth.why,
                "ingestible": mails[0].truth.ingestible,
            }
            last = mails[-1].truth.category
            return last == category and all(facts[name] == value for name, value in wanted.items())

        return next(mails for mails in found if fits(mails))

    conversations = (
        first("conversation", size=3, why="address"),
        first("ticket", size=2),
        first("identity", accounts=2),
        first("identity", accounts=1, folders=2),
        first("bounce", size=2),
        first("damaged", ingestible=False),
    )
    return [mail for mails in conversations for mail in mails]


class RoadWorld:
    """One trial's world. ``stages``: only some of the road; ``raw_dir``: raw bytes in files."""

    def __init__(
        self,
        home: Path,
        url: str,
        mails: Sequence[SampleMail],
        *,
        stages: Sequence[str] | None = None,
        files: bool = False,
        password: str = "s3cret",
    ) -> None:
        self.password = password
        self.home = home
        self.mails = mails
        self.url = url
        self.tenant = "acme"
        self.stages = stages
        self.raw_dir = home / "raw" if files else None
        self.runs = 0
        self.refused_again: list[str] = []
        self.crm = SampleCrm(home / "crm.db")
        self.crm.seed_from(samples())
        # Sales' server files what it accepts in Sent, as Gmail does; for support mailkit has to.
        self.servers = {"sales": MailServer(tls="insecure", files_sent=True), "support": MailServer(tls="insecure")}
        self._begin()

    def _begin(self) -> None:
        addresses = {"sales": SALES, "support": SUPPORT}
        kit = MailKit(self.url, key=KEY, tenant=self.tenant, create=True)
        for name, server in self.servers.items():
            server.start()
            address = addresses[name]
            server.add_user(address, self.password)
            server.reply_to_recipient("nobody@client.example", "550 5.1.1 There is no such user")
            for mail in self.mails:
                if mail.account == address:
                    if mail.folder not in server.folders(address):
                        server.create_folder(address, mail.folder)
                    server.folder(address, mail.folder).add(mail.raw, mail.flags, mail.internaldate)
            kit.accounts.add(server.account(address, name=name))
        # The first reply to a content is lost even where nobody is killed: it has to be resolved.
        self.servers["sales"].faults.drop_reply_after_data()
        kit.close()

    def close(self) -> None:
        for server in self.servers.values():
            server.stop()

    @property
    def client(self) -> str:
        """Whom we write to: somebody whom the CRM knows."""
        return samples().contacts[0].email

    def run(self, forge: Forge, *, kill: int = 0, side: Side = "before", breaks: Sequence[str] = ()) -> Run:
        roots = [str(self.raw_dir)] if self.raw_dir else []
        return forge.run(TASK, self._told(), kill=kill, side=side, breaks=breaks, roots=roots)

    def refused(self, forge: Forge, how: str, at: int) -> Run:
        """A run in which the database refuses one statement; see ``support.refuse``."""
        # A handler of the application's that fails is the application's matter: its mail goes into quarantine.
        skip = "crash/road.py:hear" if how == "full" else ""
        told = {"task": TASK, "arguments": self._told(), "how": how, "at": at, "skip": skip}
        return forge.run("support.refuse:run", told)

    def _told(self) -> dict[str, object]:
        told: dict[str, object] = {
            "url": self.url,
            "tenant": self.tenant,
            "run": self.runs,
            "crm": str(self.crm.path),
            "client": self.client,
            "stages": self.stages,
            "raw_dir": str(self.raw_dir) if self.raw_dir else None,
            "password": self.password,
        }
        self.runs += 1
        return told

    # -- what a person does --------------------------------------------------------------------------------------------

    def tidy(self) -> list[str]:
        """Decide what a resumed run left uncertain, as a person would who asks the recipient: send what did not arrive
        again, put what did into Sent. Raises AssertionError where the default policy was not kept."""
        kit = MailKit(self.url, key=KEY, tenant=self.tenant, clock=Clock(self.runs))
        notes = []
        try:
            for entry in kit.outbox.list():
                arrived = self.delivered()[entry.message_id]
                assert arrived <= 1, f"{entry.key} was delivered {arrived} times"
                assert entry.state != "sent" or arrived == 1, f"{entry.key} is sent and was not delivered"
                assert entry.state in ("sent", "partial", "uncertain"), f"{entry.key} is {entry.state}"
                if entry.state == "uncertain":
                    notes.append(f"{entry.key} is uncertain and was {'' if arrived else 'not '}delivered")
                    self._decide(kit, entry.id, entry.account, entry.message_id, arrived)
        finally:
            kit.close()
        return notes

    def _decide(self, kit: MailKit, number: int, account: str, message_id: str, arrived: int) -> None:
        if not arrived:
            # A person's retry asks those again that were refused; the second refusal is one more event, and rightly so.
            self.refused_again += [v.recipient for v in kit.outbox.get(number).verdicts if v.state == "refused"]
            kit.outbox.retry(number)
            return
        server, address = self.servers[account], {"sales": SALES, "support": SUPPORT}[account]
        raw = next(one.raw for one in server.sent if parse(one.raw).message_id == message_id)
        server.folder(address, "Sent").add(raw, ("\\Seen",))

    def delivered(self) -> Counter[str]:
        """How often each message was accepted, by Message-ID."""
        sent = [one for server in self.servers.values() for one in server.sent]
        return Counter(str(parse(one.raw).message_id) for one in sent)

    # -- what lasts ----------------------------------------------------------------------------------------------------

    def state(self) -> Canonical:
        store = Store.open(self.url, tenant=self.tenant, raw_dir=self.raw_dir)
        try:
            found = canonical(store, also=SENDING, filled=("Sent",))
            for address in self.refused_again:
                told = next(row for row in found["event"] if _refuses(dict(row), address))
                found["event"] -= Counter([told])
            with store.read() as tx:
                leased = [one.key for one in outbox.listing(tx) if one.state in ("leased", "started")]
                assert not leased, f"still leased: {leased}"
        finally:
            store.close()
        return {**found, **self._application(), **self._servers(), **self._shown()}

    def _application(self) -> Canonical:
        engine = create_engine(self.url)
        found: Canonical = {}
        with engine.connect() as connection:
            for table in ("orders", "heard"):
                rows = connection.execute(
                    text(f"SELECT * FROM {table} WHERE tenant = :tenant"), {"tenant": self.tenant}
                )
                found[table] = Counter(
                    tuple((key, value) for key, value in row.items() if key != "tenant") for row in rows.mappings()
                )
        engine.dispose()
        return found

    def _servers(self) -> Canonical:
        mailbox: Counter[Row] = Counter()
        accepted: Counter[Row] = Counter()
        for name, server in self.servers.items():
            address = {"sales": SALES, "support": SUPPORT}[name]
            for folder in server.folders(address):
                handle = server.folder(address, folder)
                for uid in handle.uids():
                    digest, flags = _digest(handle.raw(uid)), tuple(sorted(handle.flags(uid)))
                    mailbox[("account", name), ("folder", folder), ("raw", digest), ("flags", flags)] += 1
            for one in server.sent:
                to = tuple(one.envelope.recipients)
                accepted[("account", name), ("raw", _digest(one.raw)), ("from", one.envelope.sender), ("to", to)] += 1
        return {"server": mailbox, "accepted": accepted}

    def _shown(self) -> Canonical:
        names = self.crm.activities()
        return {
            "activity": Counter(
                (("key", one.message_key), ("record", (one.record_kind, one.record_id)), ("trust", one.trust))
                for one in names
            )
        }


def _refuses(event: dict[str, object], address: str) -> bool:
    return event["name"] == "message.refused" and address in str(event["payload"])


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


class Worlds:
    """Makes worlds, each with a database of its own: copies of a template, which for PostgreSQL is the database of
    ``url``. (Not a tenant each: our Message-IDs tell the tenant, and would not be the same twice.)"""

    def __init__(
        self,
        home: Path,
        url: str = "",
        *,
        stages: Sequence[str] | None = None,
        files: bool = False,
        mails: Sequence[SampleMail] | None = None,
    ) -> None:
        self.mails = chosen() if mails is None else mails
        self.home = home
        self.url = url or f"sqlite:///{home}/template.db"
        self.stages = stages
        self.files = files
        store = Store.open(self.url, create=True)
        with store.engine.begin() as connection:
            for statement in APPLICATION:
                connection.execute(text(statement))
        store.close()

    @contextmanager
    def fresh(self) -> Iterator[RoadWorld]:
        """A world; what it was made of is removed afterwards."""
        name = f"w{next(_numbers)}"
        home = self.home / name
        home.mkdir()
        with self._database(home, name) as url:
            world = RoadWorld(home, url, self.mails, stages=self.stages, files=self.files)
            try:
                yield world
            finally:
                world.close()
        shutil.rmtree(home)

    @contextmanager
    def _database(self, home: Path, name: str) -> Iterator[str]:
        template = make_url(self.url)
        if template.get_backend_name() == "sqlite":
            shutil.copy(str(template.database), home / "mail.db")
            yield f"sqlite:///{home}/mail.db"
            return
        admin = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT")
        mine = f"{template.database}_{name}"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{mine}" TEMPLATE "{template.database}"'))
            yield template.set(database=mine).render_as_string(hide_password=False)
            connection.execute(text(f'DROP DATABASE "{mine}" WITH (FORCE)'))
        admin.dispose()

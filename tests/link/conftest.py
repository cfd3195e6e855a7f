"""A store, an adapter that answers from a dictionary, and mails that come in without being parsed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailkit.errors import NotFoundError
from mailkit.link.adapter import Note, Query, RecordPattern
from mailkit.link.jobs import run_attach, run_find
from mailkit.link.linker import MessageFacts, Token, attach_thread, decide_local
from mailkit.link.patterns import Patterns
from mailkit.link.rules import DEFAULT, LinkPolicy
from mailkit.store import Store, Tx, links, messages, queue, threads
from mailkit.words import Candidate, Decision, Direction, Evidence, RawMail, Record, Source, Trust, TrustLevel

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
AUTHENTIC = Trust(TrustLevel.AUTHENTICATED, ("dmarc=pass",))
CLAIMED = Trust()
FORGED = Trust(TrustLevel.FORGED, ("dmarc=fail",))

#: Whoever names a ticket is believed to belong to it.
HELP_DESK = LinkPolicy(strangers_numbers=True)
BO = "bo@nordwind.example"
CONTACT = Record("crm", "contact", "17")
DEAL = Record("crm", "deal", "D-204")
TICKET = Record("crm", "ticket", "1042")


class Crm:
    """An adapter that knows addresses, and which records exist."""

    system = "crm"
    patterns = (
        RecordPattern("deal", r"\b(D-\d{1,6})\b", "D-{id}"),
        RecordPattern("ticket", r"\[Ticket #(\d{1,9})\]", "[Ticket #{id}]"),
    )

    def __init__(self, known: dict[str, list[Record]] | None = None) -> None:
        self.known = known if known is not None else {BO: [CONTACT]}
        self.gone: set[Record] = set()
        self.broken: Exception | None = None
        self.asked: list[Query] = []
        self.notes: dict[tuple[Record, str], Note] = {}

    def find(self, query: Query) -> Sequence[Candidate]:
        self.asked.append(query)
        if self.broken is not None:
            raise self.broken
        return [
            Candidate(record, 0.6, (Evidence("address", f"{address} is theirs", 0.6),), f"{record.kind} {record.id}")
            for address in query.addresses
            for record in self.known.get(address, [])
        ]

    def attach(self, record: Record, note: Note) -> str:
        if self.broken is not None:
            raise self.broken
        if record in self.gone:
            raise NotFoundError(f"There is no {record}.")
        self.notes.setdefault((record, note.key), note)
        return f"{record}/{note.key[:8]}"

    def url(self, record: Record) -> str | None:
        return f"https://crm.example/{record.kind}/{record.id}"


@dataclass
class Mail:
    """A mail as a test writes it."""

    id: str
    refs: tuple[str, ...] = ()
    subject: str = "Hello"
    text: str = ""
    quoted: str = ""
    sender: str = BO
    to: tuple[str, ...] = ("sales@acme.example",)
    trust: Trust = AUTHENTIC
    direction: Direction = Direction.INBOUND
    kind: str = "normal"
    wish: Record | None = None
    account: str = "sales"


def verify_ours(message_id: str) -> Token | None:
    """Ours are the ids that begin with ``ours``; ``ours.D-204@…`` names the deal."""
    if not message_id.startswith("ours"):
        return None
    name = message_id.partition("@")[0].removeprefix("ours").removeprefix(".")
    return Token(name, (Record("crm", "deal", name),) if name.startswith("D-") else ())


@dataclass
class Desk:
    """Where mails come in."""

    store: Store
    crm: Crm
    policy: LinkPolicy = DEFAULT
    patterns: Patterns = field(init=False)
    arrived: int = 0

    def __post_init__(self) -> None:
        self.patterns = Patterns.of([self.crm])

    @property
    def adapters(self) -> dict[str, Crm]:
        return {"crm": self.crm}

    def tenant(self, name: str) -> Desk:
        """The desk of another tenant in the same database, with a CRM of its own."""
        other = Store(self.store.engine, tenant=name, clock=self.store.clock)
        return Desk(other, Crm({}), self.policy)

    def arrive(self, mail: Mail) -> tuple[int, Decision | None]:
        """Store a mail and weigh it, in one transaction; the message's id and the decision."""
        return self.store.run(lambda tx: self._write(tx, mail))

    def _write(self, tx: Tx, mail: Mail) -> tuple[int, Decision | None]:
        self.arrived += 1
        at = START + timedelta(minutes=self.arrived)
        threads.lock_all(tx, (mail.id, *mail.refs))
        known = messages.find_identity(tx, mail.id)
        if known is None:
            thread, merged = threads.assign(tx, (mail.id, *mail.refs), own=mail.id, subject=mail.subject[:200], at=at)
            if merged:
                records = [one.record for one in links.active(tx, thread)]
                attach_thread(tx, thread, records, self.patterns.systems, self.policy)
            new = messages.NewMessage(
                identity=mail.id,
                message_id=mail.id,
                thread_id=thread,
                date=at,
                from_address=mail.sender,
                from_name="",
                subject=mail.subject[:200],
                snippet=mail.text[:200].encode("utf-8", "replace").decode(),
                kind=mail.kind,
                direction=mail.direction,
                content_digest=mail.id,
                raw_digest="",
                size=0,
                attachments=0,
                defects=(),
            )
            number = messages.insert(tx, new)
            people = [("from", mail.sender, ""), *(("to", one, "") for one in mail.to)]
            messages.add_participants(tx, number, people)
        else:
            number, thread = known
        raw = RawMail(b"", Source.delivery("test", f"{mail.id}/{self.arrived}", mail.account), direction=mail.direction)
        _, _, better = messages.add_copy(tx, number, raw, "", mail.trust, mail.direction)
        if known is not None and not better:
            return number, None
        facts = MessageFacts(
            id=number,
            thread_id=thread,
            message_id=mail.id,
            references=(mail.id, *mail.refs),
            subject=mail.subject,
            text=mail.text,
            quoted=mail.quoted,
            addresses={"from": (mail.sender,), "to": mail.to},
            direction=mail.direction,
            trust=mail.trust,
            kind=mail.kind,
            account=mail.account,
            wish=mail.wish,
        )
        return number, decide_local(tx, facts, self.patterns, verify_ours, self.policy)

    def thread_of(self, message: int) -> int:
        with self.store.read() as tx:
            return messages.get(tx, message).thread_id


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that goes on by a second with each look."""
    seconds = iter(range(10**9))
    return lambda: START + timedelta(days=1, seconds=next(seconds))


@pytest.fixture
def desk(tmp_path: Path, clock: Callable[[], datetime]) -> Desk:
    return Desk(Store.open(f"sqlite:///{tmp_path / 'mail.db'}", clock=clock), Crm())


def outbound(mail: Mail) -> Mail:
    """The mail, written by us to Bo."""
    return replace(mail, sender="sales@acme.example", to=(BO,), direction=Direction.OUTBOUND)


def states(links: Iterable[object]) -> dict[str, str]:
    return {str(one.record): one.state.value for one in links}  # type: ignore[attr-defined]


def drain(desk: Desk, rounds: int = 10_000) -> None:
    """Run all jobs that are due, one after the other."""
    for _ in range(rounds):
        claimed = desk.store.run(lambda tx: queue.claim(tx, ["find", "attach"], "test", limit=1))
        if not claimed:
            return
        run(desk, claimed[0])
    raise AssertionError("the queue does not run dry")


def run(desk: Desk, job: queue.Job) -> object:
    """Run one claimed job."""
    if job.kind == "find":
        return run_find(desk.store, [desk.crm], job, desk.policy)
    return run_attach(desk.store, [desk.crm], job)


def claim(desk: Desk, kind: str) -> queue.Job:
    """The next job of a kind; there must be one."""
    (job,) = desk.store.run(lambda tx: queue.claim(tx, [kind], "test", limit=1))
    return job


def claim_any(desk: Desk, chance: random.Random) -> queue.Job | None:
    """Any one job that is due; the others stay as they were."""
    jobs = desk.store.run(lambda tx: queue.claim(tx, ["find", "attach"], "test", limit=100))
    chosen = chance.choice(jobs) if jobs else None
    for job in jobs:
        if job is not chosen:
            desk.store.run(lambda tx, job=job: queue.settle(tx, job, "ready"))
    return chosen

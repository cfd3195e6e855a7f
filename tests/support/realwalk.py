"""The main job on real mail, by the command line as a user does it: sync, ask the CRM, audit; then server and store are
compared, the links with what the generator of the CRM knows, the threads with Dovecot's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from mailkit import parse
from mailkit.testing.crm import SampleCrm
from support.realmail import Ground

ACCOUNT = "real"
#: Mail that programs write, or that goes to a crowd: never linked by an address alone.
_NEVER_BY_ADDRESS = ("list", "bounce", "complaint", "receipt", "auto-reply", "loop")


class Cli:
    """The mailkit command, timed. Raises AssertionError where it fails."""

    def __init__(self, home: Path) -> None:
        database = ["-d", f"sqlite:///{home}/mail.db", "--key-file", f"{home}/key"]
        self._base = [sys.executable, "-m", "mailkit.cli", *database, "--adapter", f"sample:{home}/crm.db"]
        self.seconds: dict[str, float] = {}

    def __call__(self, *words: str, stdin: str | None = None) -> str:
        began = time.perf_counter()
        environment = {**os.environ, "NO_COLOR": "1"}
        done = subprocess.run(
            [*self._base, *words], capture_output=True, text=True, input=stdin, check=False, env=environment
        )
        self.seconds[words[0]] = self.seconds.get(words[0], 0.0) + time.perf_counter() - began
        assert done.returncode == 0, f"mailkit {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def author(raw: bytes) -> str:
    """The address of who wrote a mail, as mailkit keeps it; "" where there is none."""
    return next((one.key for one in parse(raw).from_[:1] if "@" in one.key), "")


def crm_of(path: Path, mails: Sequence[bytes]) -> dict[str, str]:
    """A sample CRM that knows the authors of every third mail; the id of its contact by address."""
    crm = SampleCrm(path)
    known = sorted({address for raw in mails[::3] if (address := author(raw))})
    ids = {address: str(number) for number, address in enumerate(known, 1)}
    with crm.connect() as connection:
        connection.execute("INSERT INTO companies (id, name, domain) VALUES (1, 'Correspondents', 'example')")
        connection.executemany(
            "INSERT INTO contacts (id, company_id, name, email) VALUES (?, 1, ?, ?)",
            [(int(number), address, address) for address, number in ids.items()],
        )
    return ids


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of it. Pairs are (thread, contact), or (message, contact) where the CRM shows something.

    Attributes:
        lost, doubled: UIDs; ``threads`` by UID.
        quarantine: reason and detail of each row.
        messages: rows, identities, events of receipt, messages that they tell of: four times the same number.
        links: what is linked; ``expected``: what the CRM's generator knows; ``mails_of_contacts``: by kind of message.
        shown: what the CRM shows; ``to_be_shown``: every message of a linked thread.
        audit: as printed.
    """

    lost: set[int]
    doubled: list[int]
    threads: Mapping[int, int]
    quarantine: Sequence[tuple[str, str]]
    messages: tuple[int, int, int, int]
    links: set[tuple[str, str]]
    expected: set[tuple[str, str]]
    mails_of_contacts: Mapping[str, int]
    shown: set[tuple[str, str]]
    to_be_shown: set[tuple[str, str]]
    audit: str
    seconds: Mapping[str, float]
    pages: Sequence[str] = field(repr=False, default=())

    @property
    def problems(self) -> list[str]:
        """What is wrong; empty where nothing is lost, doubled, or linked otherwise than expected."""
        said = {
            "UIDs lost": len(self.lost),
            "UIDs doubled": len(self.doubled),
            "kinds of numbers of messages": len(set(self.messages)) - 1,
            "in quarantine without a reason of the mail": sum(1 for one, _ in self.quarantine if one != "empty"),
            "links missing": len(self.expected - self.links),
            "links that nobody knows of": len(self.links - self.expected),
            "not shown in the CRM": len(self.to_be_shown - self.shown),
            "shown in the CRM without a link": len(self.shown - self.to_be_shown),
        }
        return [f"{number} {words}" for words, number in said.items() if number]

    def lines(self) -> list[str]:
        """For people."""
        times = ", ".join(f"{name} {took:.1f}" for name, took in self.seconds.items())
        by_kind = ", ".join(f"{count} {kind}" for kind, count in sorted(self.mails_of_contacts.items()))
        return [
            *self.audit.splitlines(),
            f"server's UIDs and the store's: {len(self.threads)}; lost {len(self.lost)}, doubled {len(self.doubled)}",
            f"messages, identities, events, messages told of: {self.messages}; in quarantine: {list(self.quarantine)}",
            f"mails of contacts: {by_kind}; threads linked to contacts: {len(self.links)} of {len(self.expected)}, "
            f"{len(self.links - self.expected)} more; shown in the CRM: {len(self.shown)} of {len(self.to_be_shown)}",
            f"seconds: {times}",
        ]


def walk(home: Path, ground: Ground, mails: Sequence[bytes]) -> Walked:
    """Everything by the command line, then the comparison."""
    contacts = crm_of(home / "crm.db", mails)
    cli = Cli(home)
    (home / "key").write_text(cli("db", "key"))
    where = ["--imap", f"localhost:{ground.port}", "--imap-tls", "implicit", "--ca-file", str(ground.ca_file)]
    cli("account", "add", ground.user, "--name", ACCOUNT, *where, "--password-stdin", stdin=f"{ground.password}\n")
    stages: dict[str, float] = json.loads(cli("sync", ACCOUNT, "--json"))["accounts"][0]["stages"]
    cli("work", "--once", "--only", "jobs")
    audit = cli("audit", ACCOUNT)
    pages = [cli("quarantine", "list"), cli("threads", "--limit", "20")]
    seconds = {**cli.seconds, **{f"sync:{name}": took for name, took in stages.items()}}
    return _compared(home, ground, mails, contacts, {"audit": audit, "seconds": seconds, "pages": pages})


def _compared(
    home: Path, ground: Ground, mails: Sequence[bytes], contacts: Mapping[str, str], told: dict[str, Any]
) -> Walked:
    engine = create_engine(f"sqlite:///{home}/mail.db")
    with engine.connect() as connection:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.execute(text(sql))]

        places = rows(
            "SELECT s.uid, m.thread_id, m.kind, m.identity FROM mailkit_source s LEFT JOIN mailkit_copy c ON "
            "c.id = s.copy_id LEFT JOIN mailkit_message m ON m.id = c.message_id WHERE s.kind = 'imap' AND "
            "s.folder = 'INBOX' AND s.gone_at IS NULL"
        )
        (messages,) = rows("SELECT count(*), count(DISTINCT identity) FROM mailkit_message")
        (events,) = rows(
            "SELECT count(*), count(DISTINCT message_id) FROM mailkit_event WHERE name = 'message.received'"
        )
        links = {(str(one), two) for one, two in rows("SELECT thread_id, record_id FROM mailkit_link")}
        quarantine = rows("SELECT reason, detail FROM mailkit_quarantine")
    engine.dispose()
    with SampleCrm(home / "crm.db").connect() as crm:
        shown = {(str(one), str(two)) for one, two in crm.execute("SELECT message_key, record_id FROM activities")}
    by_uid = {uid: (str(thread), kind, identity) for uid, thread, kind, identity in places if thread is not None}
    told_by_uid = zip(ground.uids, mails, strict=True)
    written = [(by_uid[uid], contacts.get(author(raw))) for uid, raw in told_by_uid if uid in by_uid]
    linked: dict[str, list[str]] = {}
    for thread, who in links:
        linked.setdefault(thread, []).append(who)
    return Walked(
        lost=ground.on_server() - {place[0] for place in places},
        doubled=[uid for uid, times in Counter(place[0] for place in places).items() if times > 1],
        threads={uid: int(thread) for uid, (thread, _, _) in by_uid.items()},
        quarantine=quarantine,
        messages=(*messages, *events),
        links=links,
        expected={(one[0], who) for one, who in written if who and one[1] not in _NEVER_BY_ADDRESS},
        mails_of_contacts=Counter(one[1] for one, who in written if who),
        shown=shown,
        to_be_shown={(one[2], who) for one in by_uid.values() for who in linked.get(one[0], ())},
        **told,
    )

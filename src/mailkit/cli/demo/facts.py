"""What is on the servers, and what is in the database, read without the engine: the servers' own state, and plain SQL
on the file. The verdict compares the two."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mailkit.cli.demo.stage import ADDRESSES, Stage

Place = tuple[str, str]
#: Folders that are synced by default leave these out; nothing of the samples is in them.
_NOT_SYNCED = frozenset({"Drafts", "Trash", "Junk"})


@dataclass(frozen=True, slots=True)
class Location:
    """A message of the store in a folder. ``message_id`` is the store's id, None for a mail in quarantine."""

    uid: int
    message_id: int | None
    digest: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Server and store beside each other, by the store's ids of messages and threads.

    Attributes:
        server, store: for each (account, folder), what is under each UID; of the server the SHA-256 of the bytes.
        raw: the SHA-256 of the bytes that are kept under each digest.
        messages, threads: Message-ID and thread of each message.
        told, noted: how many events of arrival or departure, and rows of the application's handler, each message has.
        links: the records of each thread.
        forged: messages of which every copy has a forged sender.
        decided: the records that each message was a reason for.
        accepted: how often an SMTP server has accepted each Message-ID.
        outbox: the state of each Message-ID in the outbox.
        held: mails in quarantine.
    """

    server: dict[Place, dict[int, str]]
    store: dict[Place, dict[int, Location]]
    raw: dict[str, str]
    messages: dict[int, str]
    threads: dict[int, int]
    told: Counter[int]
    noted: Counter[int]
    links: dict[int, set[tuple[str, str, str]]]
    forged: frozenset[int]
    decided: dict[int, list[str]]
    accepted: Counter[str]
    outbox: dict[str, str]
    held: int


def look(stage: Stage) -> Facts:
    """Read both sides."""
    uri = f"file:{stage.database}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as db:
        return Facts(
            server=dict(_server(stage)),
            store=_store(db),
            raw={digest: hashlib.sha256(body).hexdigest() for digest, body in db.execute(_RAW)},
            messages=dict(db.execute("SELECT id, coalesce(message_id, '') FROM mailkit_message")),
            threads=dict(db.execute("SELECT id, thread_id FROM mailkit_message")),
            told=Counter(dict(db.execute(_TOLD))),
            noted=Counter(dict(db.execute("SELECT message_id, count(*) FROM app_note GROUP BY message_id"))),
            links=_links(db),
            decided=_decided(db),
            forged=frozenset(row[0] for row in db.execute(_FORGED)),
            accepted=Counter(_accepted(stage)),
            outbox=dict(db.execute("SELECT message_id, state FROM mailkit_outbox")),
            held=int(db.execute("SELECT count(*) FROM mailkit_quarantine WHERE state = 'held'").fetchone()[0]),
        )


_RAW = "SELECT digest, body FROM mailkit_raw"
_TOLD = (
    "SELECT message_id, count(*) FROM mailkit_event WHERE name IN ('message.received', 'message.sent') "
    "AND message_id IS NOT NULL GROUP BY message_id"
)
_BY_MESSAGE = (
    "SELECT d.message_id, l.system, l.kind, l.record_id FROM mailkit_link l JOIN mailkit_decision d "
    "ON d.id = l.decision_id WHERE l.state IN ('linked', 'shown')"
)
#: Messages of which every copy has a forged sender.
_FORGED = "SELECT message_id FROM mailkit_copy GROUP BY message_id HAVING min(trust = 'forged') = 1"
_LOCATIONS = (
    "SELECT s.account, s.folder, s.uid, c.message_id, s.raw_digest FROM mailkit_source s "
    "LEFT JOIN mailkit_copy c ON c.id = s.copy_id "
    "WHERE s.kind = 'imap' AND s.gone_at IS NULL AND (s.copy_id IS NOT NULL OR s.quarantine_id IS NOT NULL)"
)


def _server(stage: Stage) -> Iterator[tuple[Place, dict[int, str]]]:
    for name, server in stage.servers.items():
        for folder in server.folders(ADDRESSES[name]):
            if folder not in _NOT_SYNCED:
                handle = server.folder(ADDRESSES[name], folder)
                yield (name, folder), {uid: hashlib.sha256(handle.raw(uid)).hexdigest() for uid in handle.uids()}


def _store(db: sqlite3.Connection) -> dict[Place, dict[int, Location]]:
    found: dict[Place, dict[int, Location]] = {}
    for account, folder, uid, message_id, digest in db.execute(_LOCATIONS):
        found.setdefault((account, folder), {})[uid] = Location(uid, message_id, digest)
    return found


def _links(db: sqlite3.Connection) -> dict[int, set[tuple[str, str, str]]]:
    found: dict[int, set[tuple[str, str, str]]] = {}
    for thread_id, *record in db.execute(
        "SELECT thread_id, system, kind, record_id FROM mailkit_link WHERE state IN ('linked', 'shown')"
    ):
        found.setdefault(thread_id, set()).add((record[0], record[1], record[2]))
    return found


def _decided(db: sqlite3.Connection) -> dict[int, list[str]]:
    """The records that each message was a reason to link its thread to."""
    found: dict[int, list[str]] = {}
    for message_id, *record in db.execute(_BY_MESSAGE):
        found.setdefault(message_id, []).append("{}:{}/{}".format(*record))
    for message_id, chosen in db.execute("SELECT message_id, chosen FROM mailkit_decision WHERE chosen != '[]'"):
        found.setdefault(message_id, []).append(chosen)
    return found


def _accepted(stage: Stage) -> Iterator[str]:
    """The Message-ID of every mail that an SMTP server has accepted, as often as it has."""
    import mailkit

    for server in stage.servers.values():
        for sent in server.sent:
            yield mailkit.parse(sent.raw).message_id or "(none)"


def activities(path: Path) -> Counter[tuple[str, str]]:
    """How many messages the sample CRM shows on each record (kind, id)."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT record_kind, record_id, count(*) FROM activities GROUP BY record_kind, record_id")
        return Counter({(kind, number): many for kind, number, many in rows})

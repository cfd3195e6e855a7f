"""What a store says, without how it came to say it: surrogate ids become natural keys, clocks are left out.

Two stores that took the same mails, one after the other or in a crowd, in SQLite or in PostgreSQL, have one canonical
form. A thread is named by the identities of its messages, a message by its identity, a copy by message and account.
``EXCLUDED`` is the whole list of what is not compared; every other column of ``COMPARED`` is, a new one at once.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from mailkit.errors import NotFoundError
from mailkit.store import Store, schema
from mailkit.store.raw import digest_of, get

#: Column (``*.column`` in any table, ``table.*`` all of one, ``event:field`` in an event's payload), event or kind of
#: job, and why it is not compared.
EXCLUDED: Mapping[str, str] = {
    "*.id": "a surrogate; rows that point to it are compared by the natural key of what they point to",
    "*.tenant": "the two stores may be two tenants of one database",
    "*.created_at": "the clock",
    "*.updated_at": "the clock",
    "account.*": "set up before the work and not changed by it",
    "secret.*": "as account",
    "decision.*": "a history of weighings; what they led to is compared",
    "lease.*": "who worked, and how often it was taken; that none is left on a mail is looked at by who compares",
    "cursor.*": "positions are surrogates; what its reader did with the events is compared",
    "raw.stored_at": "the clock",
    "raw.body": "it, or its file, must have the SHA-256 that the row names, which is compared",
    "thread.merged_into": "aliases come of late references, so of the order of arrival; only live threads are compared",
    "message.raw_digest": "of the copy that came first, and which does is the race; every copy's own is compared",
    "message.size": "as raw_digest",
    "message.direction": "as raw_digest: our mail to ourselves lies in Sent and in INBOX; every copy's is compared",
    "link.decision_id": "decisions are a history of weighings; what they led to is compared",
    "outbox.attempts": "how often it was claimed",
    "outbox.fence": "how often it was claimed",
    "outbox.due_at": "the clock",
    "outbox.first_due_at": "the clock, where a person had it sent again",
    "outbox.lease_owner": "who sent it",
    "outbox.lease_until": "the clock",
    "outbox.started_at": "the clock",
    "outbox.settled_at": "the clock",
    "outbox.last_reply": "the server's words, or that it was found in Sent",
    "recipient.code": "as outbox.last_reply",
    "recipient.enhanced": "as outbox.last_reply",
    "recipient.text": "as outbox.last_reply",
    "folder.synced_at": "the clock",
    "source.gone_at": "the clock; whether it is gone is compared",
    "sent:received_at": "of a copy of our own sent mail: the clock, or INTERNALDATE where Sent was read first",
    "sent:envelope": "of a copy of our own sent mail: absent where Sent was read first",
    "sent:trust_evidence": "of a copy of our own sent mail: names the one of Sent and outbox that was first",
    "message.refused:thread": "absent where a worker died: it is told before it is known that others got the mail",
    "message.refused:message": "as message.refused:thread",
    "message.uncertain": "told where a worker died while it sent, which is the race; counted by who compares",
    "place:uid": "in folders that the run itself fills (``filled``): the order of sending",
    "place:key": "as place:uid",
    "place:modseq": "as place:uid",
    "place:highestmodseq": "as place:uid",
    "gone:flags": "of a message that is gone from the server: those that it was last seen with",
    "gone:modseq": "as gone:flags",
    "job.fence": "how often it was claimed",
    "job.attempts": "how often it was claimed",
    "job.due_at": "the clock",
    "job.lease_owner": "who ran it",
    "job.lease_until": "the clock",
    "job.last_error": "how often it was claimed",
    "job.payload": "holds surrogates; the key says the same and is compared",
    "event.xid": "of the database",
    "event.account": "of the copy that came first",
    "event:copy_id": "of the copy that came first",
    "event:kind": "the message's, compared there; absent where a copy in Sent came first",
    "event:trust": "of the copy that came first; every copy's own is compared",
    "event:decision_id": "decisions are a history of weighings",
    "event:original_id": "a bounce may overtake what it speaks of",
    "event:outbox_id": "a surrogate",
    "event:quarantine_id": "a surrogate; the reason, the account and the row itself are compared",
    "thread.merged": "comes of late references, so of the order of arrival",
    "thread.linked": "two threads that become one were linked each; compared as the set of (thread, record)",
    "find": "jobs that ask the CRM: whether it need be asked depends on who was known; its answers are compared",
}

COMPARED: tuple[Table, ...] = (
    schema.raw,
    schema.thread,
    schema.message,
    schema.participant,
    schema.reference,
    schema.copy,
    schema.source,
    schema.quarantine,
    schema.link,
    schema.person,
    schema.job,
    schema.event,
)

#: Compared besides where mail is sent and accounts are synced.
SENDING: tuple[Table, ...] = (schema.folder, schema.outbox, schema.recipient)

Row = tuple[tuple[str, object], ...]
#: Table name (without prefix) -> its rows, counted.
Canonical = dict[str, Counter[Row]]


@dataclass
class _Names:
    """Natural keys by surrogate."""

    message: dict[int, str] = field(default_factory=dict)
    thread: dict[int, str] = field(default_factory=dict)
    copy: dict[int, str] = field(default_factory=dict)
    quarantine: dict[int, str] = field(default_factory=dict)
    outbox: dict[int, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    filled: frozenset[str] = frozenset()
    direction: dict[int, str] = field(default_factory=dict)


def canonical(store: Store, *, also: Sequence[Table] = (), filled: Collection[str] = ()) -> Canonical:
    """The canonical form of a tenant. Raises AssertionError where the store contradicts itself.

    ``also``: further tables to compare (``SENDING``). ``filled``: folders that get their mail while the store works,
    in an order that is the race.
    """
    rows = {table.name.removeprefix("mailkit_"): _rows(store, table) for table in (*COMPARED, *also)}
    names = _names(rows)
    names.filled = frozenset(filled)
    for row in _rows(store, schema.outbox):
        names.outbox[row["id"]] = row["key"]
        names.sent.add(row["raw_digest"])
    _sound(rows, names)
    _whole(store, [row["digest"] for row in rows["raw"]])
    return {name: Counter(_row(name, one, names) for one in _kept(name, found)) for name, found in rows.items()}


def difference(ours: Canonical, theirs: Canonical, most: int = 6) -> str:
    """What one form has and the other has not, in words; empty when they are equal."""
    told = []
    for name in sorted({*ours, *theirs}):
        for sign, rows in (("+", ours[name] - theirs[name]), ("-", theirs[name] - ours[name])):
            shown = sorted(repr(dict(row)) for row in rows.elements())
            told += [f"{sign} {name}: {row}" for row in shown[:most]]
            if len(shown) > most:
                told.append(f"{sign} {name}: and {len(shown) - most} more")
    return "\n".join(told)


def _rows(store: Store, table: Table) -> list[dict[str, Any]]:
    with store.read() as tx:
        found = tx.execute(select(*table.c).where(table.c.tenant == store.tenant).order_by(table.c.id))
        return [dict(row._mapping) for row in found]


def _names(rows: Mapping[str, list[dict[str, Any]]]) -> _Names:
    names = _Names()
    members: dict[int, list[str]] = {}
    for one in rows["message"]:
        names.message[one["id"]] = one["identity"]
        names.direction[one["id"]] = one["direction"]
        members.setdefault(one["thread_id"], []).append(one["identity"])
    for one in rows["thread"]:
        home = one["merged_into"] or one["id"]
        said = "\n".join(sorted(members.get(home, [])))
        names.thread[one["id"]] = hashlib.sha256(said.encode()).hexdigest()[:16] if said else "empty"
    for one in rows["copy"]:
        names.copy[one["id"]] = f"{names.message[one['message_id']]}/{one['account']}"
    for one in rows["quarantine"]:
        names.quarantine[one["id"]] = one["source_key"]
    return names


def _sound(rows: Mapping[str, list[dict[str, Any]]], names: _Names) -> None:
    """What must hold of the columns that are not compared."""
    live = {one["id"] for one in rows["thread"] if one["merged_into"] is None}
    for one in rows["thread"]:
        assert one["merged_into"] is None or one["merged_into"] in live, f"thread {one['id']}: alias of an alias"
    for name in ("message", "reference", "link"):
        strays = [one["id"] for one in rows[name] if one["thread_id"] not in live]
        assert not strays, f"{name} rows of threads that were merged away: {strays}"
    digests: dict[int, set[str]] = {}
    for one in rows["copy"]:
        digests.setdefault(one["message_id"], set()).add(one["raw_digest"])
    for one in rows["message"]:
        assert one["raw_digest"] in digests[one["id"]], "a message has the bytes of none of its copies"
    first: dict[int, str] = {}
    for one in rows["event"]:
        if one["name"] in ("message.received", "message.sent"):
            assert one["message_id"] not in first, f"message {one['message_id']} was announced twice"
            first[one["message_id"]] = one["name"]
            expected = "message.sent" if names.direction[one["message_id"]] == "outbound" else "message.received"
            assert one["name"] == expected, "an event and its message disagree about the direction"
        elif one["message_id"] is not None:
            assert one["message_id"] in first, f"{one['name']} was told before its message"
    assert first.keys() == names.message.keys(), "a message was not announced"


def _whole(store: Store, digests: Sequence[str]) -> None:
    """The raw bytes that the rows speak of are there, in the table or in files, every one of them."""
    with store.read() as tx:
        for digest in digests:
            try:
                found = digest_of(get(tx, digest))
            except NotFoundError as error:
                raise AssertionError(f"raw bytes are lost: {error.message}") from error
            assert found == digest, f"raw bytes are not what was kept: {digest}"


def _kept(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if name == "thread":
        return [one for one in rows if one["merged_into"] is None]
    if name == "job":
        return [one for one in rows if one["kind"] not in EXCLUDED]
    if name == "event":
        plain = [one for one in rows if one["name"] not in EXCLUDED]
        linked = {(one["thread_id"], _record(one)): one for one in rows if one["name"] == "thread.linked"}
        return plain + list(linked.values())
    return rows


def _record(event: Mapping[str, Any]) -> tuple[str, str, str]:
    payload = json.loads(event["payload"])
    return payload["system"], payload["kind"], payload["record_id"]


def _row(table: str, row: Mapping[str, Any], names: _Names) -> Row:
    if table == "event":
        return _event(row, names)
    made = {
        column: _value(table, column, value, names)
        for column, value in row.items()
        if not {f"*.{column}", f"{table}.{column}"} & EXCLUDED.keys()
    }
    if table == "source":
        made["gone"] = row["gone_at"] is not None
    if table == "thread":
        made["messages"] = names.thread[row["id"]]
    if table == "job":
        number, _, rest = str(row["key"]).partition(":")
        known = names.outbox if row["kind"] == "file-sent" else names.message
        made["key"] = f"{known.get(int(number), number)}:{rest}"
    if table == "source" and row["kind"] == "outbox":
        made["key"] = names.outbox[int(str(row["key"]).rpartition(":")[2])]
    # What the run itself sends and files: see EXCLUDED.
    what = "sent" if table == "copy" and row["raw_digest"] in names.sent else ""
    what = "place" if (row.get("folder") or row.get("name")) in names.filled else what
    what = "gone" if made.get("gone") else what
    return tuple(sorted((key, value) for key, value in made.items() if f"{what}:{key}" not in EXCLUDED))


def _event(row: Mapping[str, Any], names: _Names) -> Row:
    name = row["name"]
    thread = names.thread[row["thread_id"]] if row["thread_id"] and f"{name}:thread" not in EXCLUDED else None
    if name == "thread.linked":
        return (("name", name), ("record", _record(row)), ("thread", thread))
    said = {key: value for key, value in json.loads(row["payload"]).items() if f"event:{key}" not in EXCLUDED}
    message = names.message[row["message_id"]] if row["message_id"] and f"{name}:message" not in EXCLUDED else None
    told = "message is new" if name in ("message.received", "message.sent") else name
    return (("message", message), ("name", told), ("payload", json.dumps(said, sort_keys=True)), ("thread", thread))


_POINTERS: Mapping[str, Callable[[_Names], Mapping[int, str]]] = {
    "thread_id": lambda names: names.thread,
    "message_id": lambda names: names.message,
    "copy_id": lambda names: names.copy,
    "quarantine_id": lambda names: names.quarantine,
    "stored_id": lambda names: names.message,
    "outbox_id": lambda names: names.outbox,
}


def _value(table: str, column: str, value: object, names: _Names) -> object:
    # In mailkit_message, message_id is the Message-ID.
    if column in _POINTERS and value is not None and isinstance(value, int):
        return _POINTERS[column](names)[value]
    return value.isoformat() if isinstance(value, datetime) else value

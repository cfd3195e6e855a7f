"""Messages, their copies and where the copies are.

message      one per identity: what was said
copy         one per (message, account): an arrival, with its own trust, direction and raw bytes
source       one per arrival key: for IMAP, the location (folder, UIDVALIDITY, UID) with its flags
participant  one per (message, role, address): who took part, for finding people and records
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, desc, func, select, update

from mailkit.store import sql
from mailkit.store.schema import Id, copy, message, participant, source
from mailkit.store.tx import Tx
from mailkit.words import Direction, Envelope, RawMail, Trust, TrustLevel


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A row of mailkit_message before it has an id."""

    identity: str
    message_id: str | None
    thread_id: int
    date: datetime | None
    from_address: str
    from_name: str
    subject: str
    snippet: str
    kind: str
    direction: Direction
    content_digest: str
    raw_digest: str
    size: int
    attachments: int
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A row of mailkit_message. ``message_id`` is without brackets, ``date`` in UTC."""

    id: int
    thread_id: int
    identity: str
    message_id: str | None
    date: datetime | None
    from_address: str
    from_name: str
    subject: str
    snippet: str
    kind: str
    direction: str
    content_digest: str
    raw_digest: str
    size: int
    attachments: int
    defects: tuple[str, ...]
    created_at: datetime


_COLUMNS = (
    "identity",
    "message_id",
    "thread_id",
    "date",
    "from_address",
    "from_name",
    "subject",
    "snippet",
    "kind",
    "direction",
    "content_digest",
    "raw_digest",
    "size",
    "attachments",
    "defects",
    "created_at",
)
_INSERT = sql.insert(message, "tenant", *_COLUMNS)
_FIELDS = tuple(message.c[name] for name in ("id", *_COLUMNS))
_BY_ID = select(*_FIELDS).where(sql.mine(message), message.c.id == bindparam("pk", type_=Id))
_BY_IDENTITY = select(message.c.id, message.c.thread_id).where(
    sql.mine(message), message.c.identity == bindparam("wanted")
)
_BY_IDENTITIES = sql.among(
    lambda among: select(message.c.identity, message.c.id, message.c.thread_id).where(
        sql.mine(message), among(message.c.identity, "wanted")
    )
)
_BY_MESSAGE_ID = (
    select(*_FIELDS).where(sql.mine(message), message.c.message_id == bindparam("wanted")).order_by(message.c.id)
)
_BY_THREAD = (
    select(*_FIELDS)
    .where(sql.mine(message), message.c.thread_id == bindparam("of_thread", type_=Id))
    .order_by(func.coalesce(message.c.date, message.c.created_at), message.c.id)
)
_COPY = sql.insert_new(
    copy,
    "tenant",
    "message_id",
    "account",
    "raw_digest",
    "direction",
    "trust",
    "trust_evidence",
    "envelope",
    "received_at",
    "created_at",
    conflict=("tenant", "message_id", "account"),
)
_COPY_OF = select(copy.c.id, copy.c.trust).where(
    sql.mine(copy), copy.c.message_id == bindparam("of_message", type_=Id), copy.c.account == bindparam("of_account")
)
_BELIEVE = (
    update(copy)
    .where(sql.mine(copy), copy.c.id == bindparam("pk", type_=Id))
    .values(trust=bindparam("level"), trust_evidence=bindparam("evidence"))
)
_COPIES = (
    select(
        copy.c.id,
        copy.c.account,
        copy.c.raw_digest,
        copy.c.direction,
        copy.c.trust,
        copy.c.trust_evidence,
        copy.c.envelope,
        copy.c.received_at,
    )
    .where(sql.mine(copy), copy.c.message_id == bindparam("of_message", type_=Id))
    .order_by(copy.c.id)
)
_SOURCE = sql.insert_new(
    source,
    "tenant",
    "key",
    "kind",
    "account",
    "folder",
    "uidvalidity",
    "uid",
    "copy_id",
    "quarantine_id",
    "raw_digest",
    "flags",
    "created_at",
    conflict=("tenant", "key"),
)
_SOURCE_OF = select(source.c.id, source.c.copy_id, source.c.quarantine_id).where(
    sql.mine(source), source.c.key == bindparam("wanted")
)
_SOURCES_OF = sql.among(
    lambda among: select(source.c.key, source.c.copy_id, source.c.quarantine_id).where(
        sql.mine(source), among(source.c.key, "wanted")
    )
)
_DROP_SOURCE = delete(source).where(
    sql.mine(source),
    source.c.key == bindparam("wanted"),
    source.c.copy_id.is_(None),
    source.c.quarantine_id == bindparam("held_as", type_=Id),
)
_ARRIVED = (
    select(copy.c.message_id, message.c.thread_id)
    .join(message, (message.c.tenant == copy.c.tenant) & (message.c.id == copy.c.message_id))
    .where(sql.mine(copy), copy.c.id == bindparam("pk", type_=Id))
)
_LOCATIONS = (
    select(source.c.account, source.c.folder, source.c.uidvalidity, source.c.uid, source.c.flags, source.c.gone_at)
    .join(copy, (copy.c.tenant == source.c.tenant) & (copy.c.id == source.c.copy_id))
    .where(sql.mine(source), copy.c.message_id == bindparam("of_message", type_=Id))
    .order_by(source.c.id)
)
_PARTICIPANT = sql.insert_missing(
    participant, "tenant", "message_id", "role", "address", "name", conflict=("tenant", "message_id", "role", "address")
)
_PARTICIPANTS = (
    select(participant.c.role, participant.c.address, participant.c.name)
    .where(sql.mine(participant), participant.c.message_id == bindparam("of_message", type_=Id))
    .order_by(participant.c.id)
)
_LATEST = select(*_FIELDS).where(sql.mine(message)).order_by(desc(message.c.id)).limit(bindparam("limit", type_=Id))


def insert(tx: Tx, new: NewMessage) -> int:
    """Write a message row and return its id. The identity must be new: see ``find_identity``."""
    values = {name: getattr(new, name) for name in _COLUMNS if name not in ("defects", "created_at", "direction")}
    values |= {"direction": str(new.direction), "defects": json.dumps(new.defects), "created_at": tx.now()}
    return int(tx.execute(_INSERT, values).scalar() or 0)


def find_identity(tx: Tx, identity: str) -> tuple[int, int] | None:
    """(id, thread id) of the message with that identity."""
    row = tx.execute(_BY_IDENTITY, wanted=identity).first()
    return (row.id, row.thread_id) if row else None


def find_identities(tx: Tx, identities: Collection[str]) -> dict[str, tuple[int, int]]:
    """(id, thread id) of the messages with these identities, by identity."""
    return {row.identity: (row.id, row.thread_id) for row in tx.execute(_BY_IDENTITIES, wanted=list(identities))}


def get(tx: Tx, message_pk: int) -> StoredMessage:
    """The message of that id.

    Raises:
        NotFoundError: this tenant has none.
    """
    return _stored(tx.execute(_BY_ID, pk=message_pk).one(f"message {message_pk}"))


def by_message_id(tx: Tx, message_id: str) -> list[StoredMessage]:
    """All messages with that Message-ID: mostly one; two contents under one Message-ID are two messages."""
    return [_stored(row) for row in tx.execute(_BY_MESSAGE_ID, wanted=message_id)]


def of_thread(tx: Tx, thread_id: int) -> list[StoredMessage]:
    """The messages of a thread, oldest first."""
    return [_stored(row) for row in tx.execute(_BY_THREAD, of_thread=thread_id)]


def latest(tx: Tx, limit: int) -> list[StoredMessage]:
    """The messages stored last, newest first."""
    return [_stored(row) for row in tx.execute(_LATEST, limit=limit)]


def _stored(row: Any) -> StoredMessage:
    values = {name: getattr(row, name) for name in ("id", *_COLUMNS)}
    values["defects"] = tuple(json.loads(values["defects"]))
    return StoredMessage(**values)


def add_copy(
    tx: Tx, message_pk: int, mail: RawMail, raw_digest: str, trust: Trust, direction: Direction
) -> tuple[int, bool, bool]:
    """The copy of a message in the mail's account: (id, whether it is new, whether its sender is believed more now).

    A message may arrive in one account several times, differently authenticated. The best of it is kept, so that the
    order of arrival does not matter.
    """
    account = mail.source.account or ""
    row = tx.execute(
        _COPY,
        message_id=message_pk,
        account=account,
        raw_digest=raw_digest,
        direction=str(direction),
        trust=str(trust.level),
        trust_evidence=json.dumps(trust.evidence),
        envelope=_envelope(mail.envelope),
        received_at=mail.received_at,
        created_at=tx.now(),
    ).first()
    if row is not None:
        return int(row.id), True, True
    known, better = believe(tx, message_pk, account, trust)
    return known, False, better


def believe(tx: Tx, message_pk: int, account: str, trust: Trust, *, renew: bool = False) -> tuple[int, bool]:
    """Note what else is known of the sender of a copy that is there: (id, whether he is believed more now).

    Args:
        renew: take the evidence also where it comes to the same.
    """
    known = tx.execute(_COPY_OF, of_message=message_pk, of_account=account).one(f"copy of message {message_pk}")
    before, now = _RANK.get(known.trust, 0), _RANK[str(trust.level)]
    if now > before or (renew and now == before):
        tx.execute(_BELIEVE, pk=known.id, level=str(trust.level), evidence=json.dumps(trust.evidence))
    return int(known.id), now > before


_RANK = {str(TrustLevel.FORGED): 0, str(TrustLevel.CLAIMED): 1, str(TrustLevel.AUTHENTICATED): 2}


def _envelope(envelope: Envelope | None) -> str:
    if envelope is None:
        return "null"
    return json.dumps({"sender": envelope.sender, "recipients": list(envelope.recipients)})


def copies(tx: Tx, message_pk: int) -> list[Any]:
    """The copies of a message: id, account, raw_digest, direction, trust, trust_evidence, envelope, received_at."""
    return list(tx.execute(_COPIES, of_message=message_pk))


def locations(tx: Tx, message_pk: int) -> list[Any]:
    """Where a message is or was: account, folder, uidvalidity, uid, flags, gone_at."""
    return list(tx.execute(_LOCATIONS, of_message=message_pk))


def find_sources(tx: Tx, keys: Collection[str]) -> dict[str, tuple[int | None, int | None]]:
    """(copy id, quarantine id) of the arrivals with these keys, by key; what never arrived is left out."""
    return {row.key: (row.copy_id, row.quarantine_id) for row in tx.execute(_SOURCES_OF, wanted=list(keys))}


def find_source(tx: Tx, key: str) -> Any | None:
    """The arrival of that key: id, copy_id, quarantine_id; None if it never arrived."""
    return tx.execute(_SOURCE_OF, wanted=key).first()


def arrived(tx: Tx, copy_id: int) -> tuple[int, int]:
    """(message id, thread id) of a copy."""
    row = tx.execute(_ARRIVED, pk=copy_id).one(f"copy {copy_id}")
    return row.message_id, row.thread_id


def add_source(
    tx: Tx, mail: RawMail, *, copy_id: int | None, raw_digest: str | None, quarantine_id: int | None = None
) -> bool:
    """Write down an arrival. False: it was there already."""
    row = tx.execute(
        _SOURCE,
        key=mail.source.key,
        kind=mail.source.kind,
        account=mail.source.account or "",
        folder=mail.source.folder or "",
        uidvalidity=mail.source.uidvalidity,
        uid=mail.source.uid,
        copy_id=copy_id,
        quarantine_id=quarantine_id,
        raw_digest=raw_digest,
        flags=json.dumps(mail.flags),
        created_at=tx.now(),
    ).first()
    return row is not None


def drop_source(tx: Tx, key: str, quarantine_id: int) -> None:
    """Forget that an arrival is in quarantine, so that it can be ingested in the same transaction."""
    tx.execute(_DROP_SOURCE, wanted=key, held_as=quarantine_id)


def add_participants(tx: Tx, message_pk: int, people: Sequence[tuple[str, str, str]]) -> None:
    """Write who took part: (role, address key, display name)."""
    rows = [
        {"message_id": message_pk, "role": role, "address": address, "name": name} for role, address, name in people
    ]
    tx.execute_many(_PARTICIPANT, rows)


def participants(tx: Tx, message_pk: int) -> list[Any]:
    """Who took part in a message: role, address, name."""
    return list(tx.execute(_PARTICIPANTS, of_message=message_pk))

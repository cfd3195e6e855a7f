"""The tables, as a host application sees them.

Every table starts with ``mailkit_`` and carries ``tenant``, which is part of every unique key. Ids are never reused
(AUTOINCREMENT on SQLite, identity on PostgreSQL). Times are UTC. Message-IDs are kept without angle brackets.

::

    mailkit_account ─┬─ mailkit_secret
                     ├─ mailkit_folder         what we know of a folder: UIDVALIDITY, cursor
                     └─ mailkit_source         one arrival: account+folder+UIDVALIDITY+UID, outbox id, delivery id
                              │                (for IMAP it is the location of a copy)
    mailkit_raw (digest) ◄─ mailkit_copy       one arrival of a message in an account: trace, trust, direction
                              │
                        mailkit_message ─ mailkit_participant
                              │
                        mailkit_thread ─ mailkit_reference    Message-ID -> thread; also the lock of concurrent replies
                              │
                        mailkit_link ─ mailkit_decision       thread -> record of the CRM, and why
    mailkit_person            address -> record, from earlier links and answers of the CRM
    mailkit_outbox ─ mailkit_recipient         what is to be sent, and what became of each recipient
    mailkit_job               leased work: link, attach, file-sent …
    mailkit_lease             one holder at a time, with a fencing number
    mailkit_event, mailkit_cursor              what happened, and how far each reader is
    mailkit_quarantine        what could not be ingested, raw kept
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from sqlalchemy.schema import SchemaItem
    from sqlalchemy.types import TypeEngine

#: Where Alembic keeps the schema version; a table of its own, so that the host's migrations are left alone.
VERSION_TABLE = "mailkit_alembic_version"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: SQLite makes a 64-bit never-reused key only of a column spelled INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


class Utc(TypeDecorator[datetime]):
    """An aware datetime in UTC: ``timestamptz`` on PostgreSQL, ISO 8601 text with microseconds on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.isoformat(timespec="microseconds")

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(str(value))


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


def _tenant() -> Column[str]:
    return Column("tenant", Text, nullable=False)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _int(name: str, default: int = 0) -> Column[int]:
    return Column(name, Id, nullable=False, server_default=str(default))


def _ref(name: str, *, nullable: bool = False) -> Column[int]:
    """A reference to another table's id. No foreign key constraint: code of version N-1 runs on schema N, erasure and
    merging touch rows in their own order, and a host's tools may move tables between schemas."""
    return Column(name, Id, nullable=nullable)


def _table(name: str, *columns: SchemaItem) -> Table:
    return Table(f"mailkit_{name}", metadata, *columns, sqlite_autoincrement=True)


account = _table(
    "account",
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "name"),
)

secret = _table(
    "secret",
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    Column("ciphertext", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "name"),
)

folder = _table(
    "folder",
    _id(),
    _tenant(),
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False),
    _text("role"),
    Column("uidvalidity", Id),
    Column("uidnext", Id),
    Column("highestmodseq", Id),
    _int("last_uid"),  # every UID up to here has a source row, a quarantine row, or was seen to be gone
    _int("restarts"),
    _text("last_error"),
    Column("synced_at", Utc),
    UniqueConstraint("tenant", "account", "name"),
)

raw = _table(
    "raw",
    _id(),
    _tenant(),
    Column("digest", Text, nullable=False),
    _int("size"),
    Column("body", LargeBinary),  # NULL: the bytes are in the raw directory
    Column("stored_at", Utc, nullable=False),
    UniqueConstraint("tenant", "digest"),
)

thread = _table(
    "thread",
    _id(),
    _tenant(),
    _text("subject"),
    _int("message_count"),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    _ref("merged_into", nullable=True),
    Column("created_at", Utc, nullable=False),
)
Index("ix_mailkit_thread_tenant_last_at", thread.c.tenant, thread.c.last_at)

message = _table(
    "message",
    _id(),
    _tenant(),
    Column("identity", Text, nullable=False),
    Column("message_id", Text),
    _ref("thread_id"),
    Column("date", Utc),
    _text("from_address"),
    _text("from_name"),
    _text("subject"),
    _text("snippet"),
    _text("kind", "normal"),
    _text("direction", "inbound"),
    Column("content_digest", Text, nullable=False),
    Column("raw_digest", Text, nullable=False),
    _int("size"),
    _int("attachments"),
    _text("defects", "[]"),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "identity"),
)
Index("ix_mailkit_message_tenant_message_id", message.c.tenant, message.c.message_id)
Index("ix_mailkit_message_tenant_thread_id", message.c.tenant, message.c.thread_id)
Index("ix_mailkit_message_tenant_content_digest", message.c.tenant, message.c.content_digest)

participant = _table(
    "participant",
    _id(),
    _tenant(),
    _ref("message_id"),
    Column("role", Text, nullable=False),
    Column("address", Text, nullable=False),
    _text("name"),
    UniqueConstraint("tenant", "message_id", "role", "address"),
)
Index("ix_mailkit_participant_tenant_address", participant.c.tenant, participant.c.address)

reference = _table(
    "reference",
    _id(),
    _tenant(),
    Column("ref", Text, nullable=False),
    _ref("thread_id"),
    UniqueConstraint("tenant", "ref"),
)
Index("ix_mailkit_reference_tenant_thread_id", reference.c.tenant, reference.c.thread_id)

copy = _table(
    "copy",
    _id(),
    _tenant(),
    _ref("message_id"),
    _text("account"),  # "" when it came without an account (pipe, file)
    Column("raw_digest", Text, nullable=False),
    _text("direction", "inbound"),
    _text("trust", "claimed"),
    _text("trust_evidence", "[]"),
    _text("envelope", "null"),
    _text("visibility", "visible"),
    Column("received_at", Utc),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "message_id", "account"),
)

source = _table(
    "source",
    _id(),
    _tenant(),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _text("account"),
    _text("folder"),
    Column("uidvalidity", Id),
    Column("uid", Id),
    _ref("copy_id", nullable=True),  # NULL: in quarantine, or erased
    _ref("quarantine_id", nullable=True),
    Column("raw_digest", Text),
    _text("flags", "[]"),
    Column("modseq", Id),
    Column("gone_at", Utc),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "key"),
)
Index(
    "ix_mailkit_source_location",
    source.c.tenant,
    source.c.account,
    source.c.folder,
    source.c.uidvalidity,
    source.c.uid,
)
Index("ix_mailkit_source_tenant_copy_id", source.c.tenant, source.c.copy_id)

quarantine = _table(
    "quarantine",
    _id(),
    _tenant(),
    Column("source_key", Text, nullable=False),
    Column("source", Text, nullable=False),  # the RawMail without its bytes, as JSON, so that it can be replayed
    _text("account"),
    Column("raw_digest", Text),  # NULL: never fetched (too large)
    Column("reason", Text, nullable=False),
    _text("detail"),
    _text("state", "held"),  # held | released | dropped
    _int("attempts"),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "source_key"),
)

decision = _table(
    "decision",
    _id(),
    _tenant(),
    _ref("thread_id"),
    _ref("message_id"),
    Column("rule", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("trust", Text, nullable=False),
    Column("candidates", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)
Index("ix_mailkit_decision_tenant_thread_id", decision.c.tenant, decision.c.thread_id)

link = _table(
    "link",
    _id(),
    _tenant(),
    _ref("thread_id"),
    Column("system", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    _text("state", "linked"),  # linked | shown | removed
    _ref("decision_id", nullable=True),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "thread_id", "system", "kind", "record_id"),
)
Index("ix_mailkit_link_record", link.c.tenant, link.c.system, link.c.kind, link.c.record_id)

person = _table(
    "person",
    _id(),
    _tenant(),
    Column("address", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    _text("title"),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "address", "system", "kind", "record_id"),
)

outbox = _table(
    "outbox",
    _id(),
    _tenant(),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("provider_message_id", Text),
    Column("raw_digest", Text, nullable=False),
    Column("envelope_sender", Text, nullable=False),
    _text("options", "{}"),  # smtputf8, dsn, metadata, link wish: JSON
    _text("state", "ready"),  # see mailkit.outbox for the drawing of the states
    _text("on_uncertain", "hold"),
    _int("attempts"),
    Column("due_at", Utc, nullable=False),
    Column("first_due_at", Utc),  # where the retry schedule's clock starts; NULL: created_at
    _text("lease_owner"),
    Column("lease_until", Utc),
    _int("fence"),
    Column("started_at", Utc),
    Column("settled_at", Utc),
    _ref("stored_id", nullable=True),
    _text("last_reply"),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "key"),
)
Index("ix_mailkit_outbox_tenant_state_due_at", outbox.c.tenant, outbox.c.state, outbox.c.due_at)
Index("ix_mailkit_outbox_tenant_message_id", outbox.c.tenant, outbox.c.message_id)

recipient = _table(
    "recipient",
    _id(),
    _tenant(),
    _ref("outbox_id"),
    Column("address", Text, nullable=False),
    _text("state", "pending"),  # words.VerdictState
    Column("code", Integer),
    Column("enhanced", Text),
    _text("text"),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "outbox_id", "address"),
)

job = _table(
    "job",
    _id(),
    _tenant(),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Text, nullable=False),
    _text("state", "ready"),  # ready | leased | done | failed
    _int("attempts"),
    Column("due_at", Utc, nullable=False),
    _text("lease_owner"),
    Column("lease_until", Utc),
    _int("fence"),
    _text("last_error"),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "kind", "key"),
)
Index("ix_mailkit_job_tenant_state_due_at", job.c.tenant, job.c.state, job.c.due_at)

lease = _table(
    "lease",
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    _text("owner"),
    Column("until", Utc),
    _int("fence"),
    UniqueConstraint("tenant", "name"),
)

event = _table(
    "event",
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    _ref("thread_id", nullable=True),
    _ref("message_id", nullable=True),
    Column("account", Text),
    Column("payload", Text, nullable=False),
    _int("xid"),  # PostgreSQL: the writing transaction, so that a cursor never passes one still in flight; SQLite: 0
    Column("created_at", Utc, nullable=False),
)
Index("ix_mailkit_event_tenant_xid_id", event.c.tenant, event.c.xid, event.c.id)

cursor = _table(
    "cursor",
    _id(),
    _tenant(),
    Column("name", Text, nullable=False),
    _int("xid"),
    _int("position"),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "name"),
)

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

from sqlalchemy import Column, Index, Integer, LargeBinary, Text, UniqueConstraint

from mailkit.store.columns import VERSION_TABLE, Id, Utc, integer, metadata, ref, table, text

__all__ = ["VERSION_TABLE", "Id", "Utc", "metadata"]

account = table(
    "account",
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "name"),
)

secret = table(
    "secret",
    Column("name", Text, nullable=False),
    Column("ciphertext", Text, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "name"),
)

folder = table(
    "folder",
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False),
    text("role"),
    Column("uidvalidity", Id),
    Column("uidnext", Id),
    Column("highestmodseq", Id),
    integer("last_uid"),  # every UID up to here has a source row, a quarantine row, or was seen to be gone
    integer("restarts"),
    text("last_error"),
    Column("synced_at", Utc),
    UniqueConstraint("tenant", "account", "name"),
)

raw = table(
    "raw",
    Column("digest", Text, nullable=False),
    integer("size"),
    Column("body", LargeBinary),  # NULL: the bytes are in the raw directory
    Column("stored_at", Utc, nullable=False),
    UniqueConstraint("tenant", "digest"),
)

thread = table(
    "thread",
    text("subject"),
    integer("message_count"),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    ref("merged_into", nullable=True),
    Column("created_at", Utc, nullable=False),
)
Index("ix_mailkit_thread_tenant_last_at", thread.c.tenant, thread.c.last_at)

message = table(
    "message",
    Column("identity", Text, nullable=False),
    Column("message_id", Text),
    ref("thread_id"),
    Column("date", Utc),
    text("from_address"),
    text("from_name"),
    text("subject"),
    text("snippet"),
    text("kind", "normal"),
    text("direction", "inbound"),
    Column("content_digest", Text, nullable=False),
    Column("raw_digest", Text, nullable=False),
    integer("size"),
    integer("attachments"),
    text("defects", "[]"),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "identity"),
)
Index("ix_mailkit_message_tenant_message_id", message.c.tenant, message.c.message_id)
Index("ix_mailkit_message_tenant_thread_id", message.c.tenant, message.c.thread_id)
Index("ix_mailkit_message_tenant_content_digest", message.c.tenant, message.c.content_digest)

participant = table(
    "participant",
    ref("message_id"),
    Column("role", Text, nullable=False),
    Column("address", Text, nullable=False),
    text("name"),
    UniqueConstraint("tenant", "message_id", "role", "address"),
)
Index("ix_mailkit_participant_tenant_address", participant.c.tenant, participant.c.address)

reference = table(
    "reference",
    Column("ref", Text, nullable=False),
    ref("thread_id"),
    UniqueConstraint("tenant", "ref"),
)
Index("ix_mailkit_reference_tenant_thread_id", reference.c.tenant, reference.c.thread_id)

copy = table(
    "copy",
    ref("message_id"),
    text("account"),  # "" when it came without an account (pipe, file)
    Column("raw_digest", Text, nullable=False),
    text("direction", "inbound"),
    text("trust", "claimed"),
    text("trust_evidence", "[]"),
    text("envelope", "null"),
    text("visibility", "visible"),
    Column("received_at", Utc),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "message_id", "account"),
)

source = table(
    "source",
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    text("account"),
    text("folder"),
    Column("uidvalidity", Id),
    Column("uid", Id),
    ref("copy_id", nullable=True),  # NULL: in quarantine, or erased
    ref("quarantine_id", nullable=True),
    Column("raw_digest", Text),
    text("flags", "[]"),
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

quarantine = table(
    "quarantine",
    Column("source_key", Text, nullable=False),
    Column("source", Text, nullable=False),  # the RawMail without its bytes, as JSON, so that it can be replayed
    text("account"),
    Column("raw_digest", Text),  # NULL: never fetched (too large)
    Column("reason", Text, nullable=False),
    text("detail"),
    text("state", "held"),  # held | released | dropped
    integer("attempts"),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "source_key"),
)

decision = table(
    "decision",
    ref("thread_id"),
    ref("message_id"),
    Column("rule", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("trust", Text, nullable=False),
    Column("candidates", Text, nullable=False),
    Column("chosen", Text, nullable=False),
    Column("created_at", Utc, nullable=False),
)
Index("ix_mailkit_decision_tenant_thread_id", decision.c.tenant, decision.c.thread_id)

link = table(
    "link",
    ref("thread_id"),
    Column("system", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    text("state", "linked"),  # linked | shown | removed
    ref("decision_id", nullable=True),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "thread_id", "system", "kind", "record_id"),
)
Index("ix_mailkit_link_record", link.c.tenant, link.c.system, link.c.kind, link.c.record_id)

person = table(
    "person",
    Column("address", Text, nullable=False),
    Column("system", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    text("title"),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "address", "system", "kind", "record_id"),
)

outbox = table(
    "outbox",
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("provider_message_id", Text),
    Column("raw_digest", Text, nullable=False),
    Column("envelope_sender", Text, nullable=False),
    text("options", "{}"),  # smtputf8, dsn, metadata, link wish: JSON
    text("state", "ready"),  # see mailkit.outbox for the drawing of the states
    text("on_uncertain", "hold"),
    integer("attempts"),
    Column("due_at", Utc, nullable=False),
    Column("first_due_at", Utc),  # where the retry schedule's clock starts; NULL: created_at
    text("lease_owner"),
    Column("lease_until", Utc),
    integer("fence"),
    Column("started_at", Utc),
    Column("settled_at", Utc),
    ref("stored_id", nullable=True),
    text("last_reply"),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "key"),
)
Index("ix_mailkit_outbox_tenant_state_due_at", outbox.c.tenant, outbox.c.state, outbox.c.due_at)
Index("ix_mailkit_outbox_tenant_message_id", outbox.c.tenant, outbox.c.message_id)

recipient = table(
    "recipient",
    ref("outbox_id"),
    Column("address", Text, nullable=False),
    text("state", "pending"),  # words.VerdictState
    Column("code", Integer),
    Column("enhanced", Text),
    text("text"),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "outbox_id", "address"),
)

job = table(
    "job",
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Text, nullable=False),
    text("state", "ready"),  # ready | leased | done | failed
    integer("attempts"),
    Column("due_at", Utc, nullable=False),
    text("lease_owner"),
    Column("lease_until", Utc),
    integer("fence"),
    text("last_error"),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("tenant", "kind", "key"),
)
Index("ix_mailkit_job_tenant_state_due_at", job.c.tenant, job.c.state, job.c.due_at)

lease = table(
    "lease",
    Column("name", Text, nullable=False),
    text("owner"),
    Column("until", Utc),
    integer("fence"),
    UniqueConstraint("tenant", "name"),
)

event = table(
    "event",
    Column("name", Text, nullable=False),
    ref("thread_id", nullable=True),
    ref("message_id", nullable=True),
    Column("account", Text),
    Column("payload", Text, nullable=False),
    integer("xid"),  # PostgreSQL: the writing transaction, so that a cursor never passes one still in flight; SQLite: 0
    Column("created_at", Utc, nullable=False),
)
Index("ix_mailkit_event_tenant_xid_id", event.c.tenant, event.c.xid, event.c.id)

cursor = table(
    "cursor",
    Column("name", Text, nullable=False),
    integer("xid"),
    integer("position"),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("tenant", "name"),
)

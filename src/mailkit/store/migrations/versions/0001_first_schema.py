"""The first schema.

Revision: 0001. The tables are described in `mailkit.store.schema`; here they stand as they were at this revision.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from mailkit.store.schema import Id, Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, default: str | None = None, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=null, server_default=default)


def _int(name: str, default: str | None = None, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, Id, nullable=null, server_default=default)


def _time(name: str, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, Utc(), nullable=null)


def _create(name: str, *columns: sa.Column[Any], unique: tuple[str, ...]) -> None:
    table = f"mailkit_{name}"
    op.create_table(
        table,
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *(
            [sa.UniqueConstraint("tenant", *unique, name=f"uq_{table}_{'_'.join(('tenant', *unique))}")]
            if unique
            else []
        ),
        sqlite_autoincrement=True,
    )


def _index(name: str, *columns: str, called: str | None = None) -> None:
    table = f"mailkit_{name}"
    names = ("tenant", *columns)
    op.create_index(called or f"ix_{table}_{'_'.join(names)}", table, list(names))


def _accounts() -> None:
    _create("account", _text("name"), _text("address"), _text("config"), _time("created_at"), unique=("name",))
    _create("secret", _text("name"), _text("ciphertext"), _time("updated_at"), unique=("name",))
    _create(
        "folder",
        _text("account"),
        _text("name"),
        _text("role", ""),
        _int("uidvalidity", null=True),
        _int("uidnext", null=True),
        _int("highestmodseq", null=True),
        _int("last_uid", "0"),
        _int("restarts", "0"),
        _text("last_error", ""),
        _time("synced_at", null=True),
        unique=("account", "name"),
    )
    _create("lease", _text("name"), _text("owner", ""), _time("until", null=True), _int("fence", "0"), unique=("name",))


def _mail() -> None:
    _create(
        "raw",
        _text("digest"),
        _int("size", "0"),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        _time("stored_at"),
        unique=("digest",),
    )
    _create(
        "message",
        _text("identity"),
        _text("message_id", null=True),
        _int("thread_id"),
        _time("date", null=True),
        _text("from_address", ""),
        _text("from_name", ""),
        _text("subject", ""),
        _text("snippet", ""),
        _text("kind", "normal"),
        _text("direction", "inbound"),
        _text("content_digest"),
        _text("raw_digest"),
        _int("size", "0"),
        _int("attachments", "0"),
        _text("defects", "[]"),
        _time("created_at"),
        unique=("identity",),
    )
    _index("message", "content_digest")
    _index("message", "message_id")
    _index("message", "thread_id")
    _create(
        "participant",
        _int("message_id"),
        _text("role"),
        _text("address"),
        _text("name", ""),
        unique=("message_id", "role", "address"),
    )
    _index("participant", "address")


def _arrivals() -> None:
    _create(
        "copy",
        _int("message_id"),
        _text("account", ""),
        _text("raw_digest"),
        _text("direction", "inbound"),
        _text("trust", "claimed"),
        _text("trust_evidence", "[]"),
        _text("envelope", "null"),
        _text("visibility", "visible"),
        _time("received_at", null=True),
        _time("created_at"),
        unique=("message_id", "account"),
    )
    _create(
        "source",
        _text("key"),
        _text("kind"),
        _text("account", ""),
        _text("folder", ""),
        _int("uidvalidity", null=True),
        _int("uid", null=True),
        _int("copy_id", null=True),
        _int("quarantine_id", null=True),
        _text("raw_digest", null=True),
        _text("flags", "[]"),
        _int("modseq", null=True),
        _time("gone_at", null=True),
        _time("created_at"),
        unique=("key",),
    )
    _index("source", "account", "folder", "uidvalidity", "uid", called="ix_mailkit_source_location")
    _index("source", "copy_id")
    _create(
        "quarantine",
        _text("source_key"),
        _text("source"),
        _text("account", ""),
        _text("raw_digest", null=True),
        _text("reason"),
        _text("detail", ""),
        _text("state", "held"),
        _int("attempts", "0"),
        _time("created_at"),
        _time("updated_at"),
        unique=("source_key",),
    )


def _threads() -> None:
    _create(
        "thread",
        _text("subject", ""),
        _int("message_count", "0"),
        _time("first_at"),
        _time("last_at"),
        _int("merged_into", null=True),
        _time("created_at"),
        unique=(),
    )
    _index("thread", "last_at")
    _create("reference", _text("ref"), _int("thread_id"), unique=("ref",))
    _index("reference", "thread_id")
    _create(
        "decision",
        _int("thread_id"),
        _int("message_id"),
        _text("rule"),
        _text("outcome"),
        _text("trust"),
        _text("candidates"),
        _text("chosen"),
        _time("created_at"),
        unique=(),
    )
    _index("decision", "thread_id")
    _create(
        "link",
        _int("thread_id"),
        _text("system"),
        _text("kind"),
        _text("record_id"),
        _text("state", "linked"),
        _int("decision_id", null=True),
        _time("created_at"),
        unique=("thread_id", "system", "kind", "record_id"),
    )
    _index("link", "system", "kind", "record_id", called="ix_mailkit_link_record")
    _create(
        "person",
        _text("address"),
        _text("system"),
        _text("kind"),
        _text("record_id"),
        _text("title", ""),
        _time("updated_at"),
        unique=("address", "system", "kind", "record_id"),
    )


def _sending() -> None:
    _create(
        "outbox",
        _text("key"),
        _text("fingerprint"),
        _text("account"),
        _text("message_id"),
        _text("provider_message_id", null=True),
        _text("raw_digest"),
        _text("envelope_sender"),
        _text("options", "{}"),
        _text("state", "ready"),
        _text("on_uncertain", "hold"),
        _int("attempts", "0"),
        _time("due_at"),
        _time("first_due_at", null=True),
        _text("lease_owner", ""),
        _time("lease_until", null=True),
        _int("fence", "0"),
        _time("started_at", null=True),
        _time("settled_at", null=True),
        _int("stored_id", null=True),
        _text("last_reply", ""),
        _time("created_at"),
        unique=("key",),
    )
    _index("outbox", "message_id")
    _index("outbox", "state", "due_at")
    _create(
        "recipient",
        _int("outbox_id"),
        _text("address"),
        _text("state", "pending"),
        sa.Column("code", sa.Integer(), nullable=True),
        _text("enhanced", null=True),
        _text("text", ""),
        _time("updated_at"),
        unique=("outbox_id", "address"),
    )


def _work() -> None:
    _create(
        "job",
        _text("kind"),
        _text("key"),
        _text("payload"),
        _text("state", "ready"),
        _int("attempts", "0"),
        _time("due_at"),
        _text("lease_owner", ""),
        _time("lease_until", null=True),
        _int("fence", "0"),
        _text("last_error", ""),
        _time("created_at"),
        unique=("kind", "key"),
    )
    _index("job", "state", "due_at")
    _create(
        "event",
        _text("name"),
        _int("thread_id", null=True),
        _int("message_id", null=True),
        _text("account", null=True),
        _text("payload"),
        _int("xid", "0"),
        _time("created_at"),
        unique=(),
    )
    _index("event", "xid", "id")
    _create("cursor", _text("name"), _int("xid", "0"), _int("position", "0"), _time("updated_at"), unique=("name",))


def upgrade() -> None:
    """Make every table."""
    _accounts()
    _mail()
    _arrivals()
    _threads()
    _sending()
    _work()

"""What ``--json`` prints: each value of mailkit as plain JSON. Documented in docs/reference/cli.md; fields are only
added, never renamed. Times are ISO 8601 in UTC, ids are numbers, no shape holds a secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailkit.cli.failure import shape as error_shape
from mailkit.words import Candidate, Decision, Link, Receipt, Record, Stored, Verdict

if TYPE_CHECKING:
    from mailkit.config import Account, ImapServer, OAuth2, Password, SmtpServer
    from mailkit.errors import MailkitError
    from mailkit.events import Event
    from mailkit.kit import Check, CopyInfo, Thread
    from mailkit.link.explain import Explanation
    from mailkit.outbox.manage import Entry
    from mailkit.store.messages import StoredMessage
    from mailkit.store.quarantine import Quarantined
    from mailkit.store.stats import Stats
    from mailkit.sync import AuditReport, SyncReport

Shape = dict[str, object]


def moment(at: datetime | None) -> str | None:
    """A time."""
    return at.astimezone(UTC).isoformat() if at is not None else None


def error(found: MailkitError | None) -> Shape | None:
    """An error, or null."""
    return error_shape(found) if found is not None else None


def account(one: Account) -> Shape:
    """An account, without its secret."""
    return {
        "name": one.name,
        "address": one.address,
        "display_name": one.display_name,
        "aliases": list(one.aliases),
        "provider": one.provider,
        "imap": _server(one.imap),
        "smtp": _server(one.smtp),
        "authserv_ids": list(one.authserv_ids),
        "verify_dkim": one.verify_dkim,
        "saves_sent": one.saves_sent,
        "folders": list(one.folders),
        "dkim": [f"{key.selector}._domainkey.{key.domain}" for key in one.dkim],
    }


def _server(server: ImapServer | SmtpServer | None) -> Shape | None:
    if server is None:
        return None
    return {
        "host": server.host,
        "port": server.port,
        "tls": server.tls,
        "ca_file": str(server.ca_file) if server.ca_file else None,
        "server_hostname": server.server_hostname,
        "connect_timeout": server.connect_timeout,
        "read_timeout": server.read_timeout,
        "local_hostname": getattr(server, "local_hostname", None),
        "login": getattr(server, "login", None),
        "data_timeout": getattr(server, "data_timeout", None),
    }


def credentials(found: Password | OAuth2 | None) -> Shape | None:
    """How an account logs in, without the secret."""
    if found is None:
        return None
    from mailkit.config import OAuth2

    oauth = found if isinstance(found, OAuth2) else None
    return {
        "kind": "oauth" if oauth else "password",
        "username": found.username,
        "token_provider": str(oauth.token_provider) if oauth else None,
        "mechanism": oauth.mechanism if oauth else None,
    }


def check(one: Check) -> Shape:
    """What a server answered."""
    return {
        "what": one.what, "host": one.host, "port": one.port, "ok": one.ok, "detail": one.detail,
        "error": error(one.error),
    }  # fmt: skip


def sync(report: SyncReport) -> Shape:
    """What a sync did."""
    return {
        "account": report.account,
        "ok": report.ok,
        "error": None,
        "busy": report.busy,
        "new": report.new,
        "changed": report.changed,
        "vanished": report.vanished,
        "quarantined": report.quarantined,
        "skipped": report.skipped,
        "restarted": report.restarted,
        "seconds": round(report.seconds, 3),
        "stages": {name: round(seconds, 3) for name, seconds in report.stages.items()},
        "folders": [
            {
                "name": folder.name,
                "role": folder.role.value if folder.role else None,
                "new": folder.new,
                "changed": folder.changed,
                "vanished": folder.vanished,
                "quarantined": folder.quarantined,
                "skipped": folder.skipped,
                "restarted": folder.restarted,
                "seconds": round(folder.seconds, 3),
                "error": error(folder.error),
            }
            for folder in report.folders
        ],
    }


def audit(report: AuditReport) -> Shape:
    """The server's UIDs beside the store's."""
    return {
        "account": report.account,
        "ok": report.ok,
        "server": report.server,
        "missing": report.missing,
        "extra": report.extra,
        "folders": [
            {
                "name": folder.name,
                "ok": folder.ok,
                "server": folder.server,
                "store": folder.store,
                "held": len(folder.held),
                "missing": list(folder.missing),
                "extra": list(folder.extra),
                "flags": list(folder.flags),
                "findings": [
                    {"kind": finding.kind, "uids": list(finding.uids), "why": finding.why}
                    for finding in folder.findings
                ],
                "error": error(folder.error),
            }
            for folder in report.folders
        ],
    }


def verdict(one: Verdict) -> Shape:
    """What became of a recipient."""
    return {
        "recipient": one.recipient, "state": one.state.value, "code": one.code, "enhanced": one.enhanced,
        "text": one.text,
    }  # fmt: skip


def receipt(one: Receipt) -> Shape:
    """The state of an outbox row."""
    return {
        "id": one.id,
        "key": one.key,
        "account": one.account,
        "message_id": one.message_id,
        "state": one.state,
        "created": one.created,
        "sent": one.sent,
        "verdicts": [verdict(v) for v in one.verdicts],
    }


def entry(one: Entry) -> Shape:
    """All that is known of an outbox row."""
    return {
        "id": one.id,
        "key": one.key,
        "account": one.account,
        "message_id": one.message_id,
        "provider_message_id": one.provider_message_id,
        "state": one.state,
        "on_uncertain": one.on_uncertain,
        "attempts": one.attempts,
        "due_at": moment(one.due_at),
        "created_at": moment(one.created_at),
        "started_at": moment(one.started_at),
        "settled_at": moment(one.settled_at),
        "stored_id": one.stored_id,
        "last_reply": one.last_reply,
        "metadata": dict(one.metadata),
        "verdicts": [verdict(v) for v in one.verdicts],
    }


def record(one: Record) -> Shape:
    """A record of the CRM."""
    return {"system": one.system, "kind": one.kind, "id": one.id}


def link(one: Link) -> Shape:
    """A link of a thread."""
    return {
        "record": record(one.record), "state": one.state.value, "decision_id": one.decision_id,
        "created_at": moment(one.created_at),
    }  # fmt: skip


def thread(one: Thread, links: Iterable[Link] = ()) -> Shape:
    """A conversation with its links."""
    return {
        "id": one.id,
        "subject": one.subject,
        "message_count": one.message_count,
        "first_at": moment(one.first_at),
        "last_at": moment(one.last_at),
        "links": [link(found) for found in links],
    }


def message(one: StoredMessage) -> Shape:
    """A stored message, without its body."""
    return {
        "id": one.id,
        "thread_id": one.thread_id,
        "message_id": one.message_id,
        "date": moment(one.date),
        "from": {"address": one.from_address, "name": one.from_name},
        "subject": one.subject,
        "snippet": one.snippet,
        "kind": one.kind,
        "direction": str(one.direction),
        "size": one.size,
        "attachments": one.attachments,
        "defects": list(one.defects),
    }


def copy(one: CopyInfo) -> Shape:
    """One arrival of a message."""
    return {
        "account": one.account,
        "direction": str(one.direction),
        "trust": str(one.trust),
        "trust_evidence": list(one.trust_evidence),
        "received_at": moment(one.received_at),
        "locations": [
            {"folder": folder, "uidvalidity": validity, "uid": uid} for folder, validity, uid in one.locations
        ],
    }


def candidate(one: Candidate) -> Shape:
    """A record that a message may belong to."""
    return {
        "record": record(one.record),
        "title": one.title,
        "score": round(one.score, 4),
        "evidence": [{"signal": e.signal, "detail": e.detail, "weight": e.weight} for e in one.evidence],
    }


def decision(one: Decision) -> Shape:
    """Why a thread was, or was not, linked."""
    return {
        "id": one.id,
        "message_id": one.message_id,
        "rule": one.rule,
        "outcome": one.outcome.value,
        "trust": one.trust.value,
        "chosen": [record(r) for r in one.chosen],
        "candidates": [candidate(c) for c in one.candidates],
        "created_at": moment(one.created_at),
    }


def explanation(one: Explanation) -> Shape:
    """What holds of a thread, and why."""
    return {
        "thread_id": one.thread_id,
        "subject": one.subject,
        "sentence": one.sentence,
        "advice": one.advice,
        "links": [link(found) for found in one.links],
        "decisions": [decision(made) for made in one.decisions],
    }


def held(one: Quarantined) -> Shape:
    """A mail in quarantine."""
    return {
        "id": one.id,
        "source": one.source_key,
        "account": one.account,
        "reason": one.reason,
        "detail": one.detail,
        "state": one.state,
        "attempts": one.attempts,
        "fetched": one.raw_digest is not None,
        "created_at": moment(one.created_at),
    }


def stored(one: Stored) -> Shape:
    """What ingest did."""
    return {
        "id": one.id, "thread_id": one.thread_id, "new": one.new, "new_copy": one.new_copy,
        "quarantine_id": one.quarantine_id,
    }  # fmt: skip


def event(one: Event) -> Shape:
    """An event: its name and its fields."""
    values = {f.name: getattr(one, f.name) for f in fields(one)}
    return {"event": one.name, **{k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}}


def stats(one: Stats) -> Shape:
    """Numbers of the store."""
    return {
        "messages": one.messages,
        "threads": one.threads,
        "events": one.events,
        "quarantined": one.quarantined,
        "raw_bytes": one.raw_bytes,
        "outbox": one.outbox,
        "outbox_due_at": moment(one.outbox_due_at),
        "jobs": one.jobs,
    }

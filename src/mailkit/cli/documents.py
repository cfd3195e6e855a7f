"""What ``--json`` prints, command by command: the documentation is made of this, and tests hold every command to it.

Types: ``text``, ``number``, ``decimal``, ``bool``, ``time`` (ISO 8601, UTC), ``any``; a name is one of ``SHAPES``.
``[X]`` is a list, ``{X}`` an object from names to X, ``X?`` may be null. Fields may be added in a later version, never
renamed or taken away. An error is printed to standard error as ``{"error": Error}``.
"""

from __future__ import annotations

Fields = dict[str, str]

#: The document of each command; of ``events`` it is one line for each event.
COMMANDS: dict[str, Fields] = {
    "account add": {"account": "Account?", "checks": "[Check]"},
    "account list": {"accounts": "[Account]"},
    "account show": {"account": "Account", "credentials": "Credentials?"},
    "account check": {"accounts": "[Checked]"},
    "account remove": {"removed": "text"},
    "sync": {"accounts": "[Sync]"},
    "audit": {
        "account": "text", "ok": "bool", "server": "number", "missing": "number", "extra": "number",
        "folders": "[FolderAudit]",
    },
    "send": {"receipt": "Receipt"},
    "outbox list": {"outbox": "[Entry]"},
    "outbox show": {"outbox": "Entry"},
    "outbox retry": {"receipt": "Receipt"},
    "outbox cancel": {"receipt": "Receipt"},
    "outbox dispatch": {"done": "number"},
    "threads": {"threads": "[Thread]"},
    "show": {
        "message": "Message", "to": "[text]", "cc": "[text]", "attachments": "[Attachment]", "ambiguities": "[text]",
        "copies": "[Copy]", "text": "text", "new_text": "text", "html": "text?",
    },
    "show --thread": {"thread": "Thread", "messages": "[ThreadMessage]"},
    "explain": {
        "thread_id": "number", "subject": "text", "sentence": "text", "advice": "text", "links": "[Link]",
        "decisions": "[Decision]",
    },
    "quarantine list": {"quarantine": "[Held]"},
    "quarantine show": {"quarantine": "Held", "size": "number?"},
    "quarantine retry": {"retried": "[Retried]"},
    "quarantine drop": {"dropped": "number"},
    "work": {"done": "number", "failed": "[FailedAccount]"},
    "events": {
        "event": "text", "id": "number", "thread_id": "number?", "message_id": "number?", "account": "text?",
        "*": "any",
    },
    "db upgrade": {"before": "text?", "after": "text"},
    "db check": {"schema": "text", "ok": "bool"},
    "db sql": {"dialect": "text", "sql": "text"},
    "db stats": {
        "messages": "number", "threads": "number", "events": "number", "quarantined": "number", "raw_bytes": "number",
        "outbox": "{number}", "outbox_due_at": "time?", "jobs": "{any}",
    },
    "db key": {"key": "text?", "key_file": "text?"},
    "db rotate": {"secrets": "number"},
    "demo": {
        "ok": "bool", "seed": "number", "count": "number", "broken": "text?", "seconds": "decimal",
        "stages": "{decimal}", "checks": "[Question]", "links": "any", "threads": "[ExplainedThread]",
        "answers": "[any]", "database": "text", "key_file": "text", "crm": "text",
    },
}  # fmt: skip

_THREAD: Fields = {
    "id": "number", "subject": "text", "message_count": "number", "first_at": "time", "last_at": "time",
    "links": "[Link]",
}  # fmt: skip
_MESSAGE: Fields = {
    "id": "number", "thread_id": "number", "message_id": "text?", "date": "time?", "from": "Person",
    "subject": "text", "snippet": "text", "kind": "text", "direction": "text", "size": "number",
    "attachments": "number", "defects": "[text]",
}  # fmt: skip

SHAPES: dict[str, Fields] = {
    "FailedAccount": {"account": "text", "error": "Error"},
    "Error": {
        "code": "text", "message": "text", "hint": "text", "retryable": "bool", "docs": "text?", "exit": "number",
    },
    "Account": {
        "name": "text", "address": "text", "display_name": "text", "aliases": "[text]", "provider": "text?",
        "imap": "Server?", "smtp": "Server?", "authserv_ids": "[text]", "verify_dkim": "bool",
        "saves_sent": "bool?", "folders": "[text]", "dkim": "[text]",
    },
    "Server": {
        "host": "text", "port": "number", "tls": "text", "ca_file": "text?", "server_hostname": "text?",
        "connect_timeout": "decimal", "read_timeout": "decimal", "local_hostname": "text?", "login": "bool?",
        "data_timeout": "decimal?",
    },
    "Credentials": {"kind": "text", "username": "text?", "token_provider": "text?", "mechanism": "text?"},
    "Checked": {"name": "text", "checks": "[Check]"},
    "Check": {"what": "text", "host": "text", "port": "number", "ok": "bool", "detail": "text", "error": "Error?"},
    "Sync": {
        "account": "text", "ok": "bool", "error": "Error?", "busy": "bool", "new": "number", "changed": "number",
        "vanished": "number", "quarantined": "number", "skipped": "number", "restarted": "number",
        "seconds": "decimal", "stages": "{decimal}", "folders": "[FolderSync]",
    },
    "FolderSync": {
        "name": "text", "role": "text?", "new": "number", "changed": "number", "vanished": "number",
        "quarantined": "number", "skipped": "number", "restarted": "bool", "seconds": "decimal", "error": "Error?",
    },
    "FolderAudit": {
        "name": "text", "ok": "bool", "server": "number", "store": "number", "held": "number", "missing": "[number]",
        "extra": "[number]", "flags": "[number]", "findings": "[Finding]", "error": "Error?",
    },
    "Finding": {"kind": "text", "uids": "[number]", "why": "text"},
    "Receipt": {
        "id": "number", "key": "text", "account": "text", "message_id": "text", "state": "text", "created": "bool",
        "sent": "bool", "verdicts": "[Verdict]",
    },
    "Verdict": {"recipient": "text", "state": "text", "code": "number?", "enhanced": "text?", "text": "text"},
    "Entry": {
        "id": "number", "key": "text", "account": "text", "message_id": "text", "provider_message_id": "text?",
        "state": "text", "on_uncertain": "text", "attempts": "number", "due_at": "time", "created_at": "time",
        "started_at": "time?", "settled_at": "time?", "stored_id": "number?", "last_reply": "text",
        "metadata": "{text}", "verdicts": "[Verdict]",
    },
    "Thread": _THREAD,
    "ExplainedThread": {**_THREAD, "why": "text"},
    "Link": {"record": "Record", "state": "text", "decision_id": "number?", "created_at": "time"},
    "Record": {"system": "text", "kind": "text", "id": "text"},
    "Message": _MESSAGE,
    "ThreadMessage": {**_MESSAGE, "new_text": "text"},
    "Person": {"address": "text", "name": "text"},
    "Attachment": {"part": "number", "name": "text?", "content_type": "text", "size": "number"},
    "Copy": {
        "account": "text", "direction": "text", "trust": "text", "trust_evidence": "[text]", "received_at": "time?",
        "locations": "[Location]",
    },
    "Location": {"folder": "text", "uidvalidity": "number", "uid": "number"},
    "Decision": {
        "id": "number", "message_id": "number", "rule": "text", "outcome": "text", "trust": "text",
        "chosen": "[Record]", "candidates": "[Candidate]", "created_at": "time?",
    },
    "Candidate": {"record": "Record", "title": "text", "score": "decimal", "evidence": "[Evidence]"},
    "Evidence": {"signal": "text", "detail": "text", "weight": "decimal"},
    "Held": {
        "id": "number", "source": "text", "account": "text", "reason": "text", "detail": "text", "state": "text",
        "attempts": "number", "fetched": "bool", "created_at": "time",
    },
    "Retried": {
        "quarantine": "number", "id": "number", "thread_id": "number", "new": "bool", "new_copy": "bool",
        "quarantine_id": "number?",
    },
    "Question": {"name": "text", "ok": "bool", "detail": "text"},
}  # fmt: skip

_HEAD = """\
## JSON documents

Every command prints one document with `--json`; `events` prints one for each event, a line each. Text is ASCII with
JSON's own escapes. Fields may be added in a later version, never renamed or taken away.

`text`, `number`, `decimal`, `bool` are JSON's types, `time` is ISO 8601 in UTC. `[X]` is a list, `{X}` an object from
names to X, `X?` may be null. An error is printed to standard error, as `{"error": Error}`.

"""


def markdown() -> str:
    """The section of the documentation."""
    commands = "\n".join(f"| `mailkit {name}` | {_fields(fields)} |" for name, fields in COMMANDS.items())
    shapes = "\n".join(f"| {name} | {_fields(fields)} |" for name, fields in SHAPES.items())
    return f"{_HEAD}| command | its document |\n|---|---|\n{commands}\n\n| shape | fields |\n|---|---|\n{shapes}\n"


def _fields(fields: Fields) -> str:
    return ", ".join("more, by the event" if name == "*" else f"`{name}: {kind}`" for name, kind in fields.items())

"""The values, typed as an application uses them. Checked by mypy and pyright in `make check`; never run."""

from __future__ import annotations

from typing import assert_type

from mailkit.errors import CommandRefusedError, LimitError, MailkitError, StoreLockedError
from mailkit.events import MessageReceived
from mailkit.words import Envelope, Receipt, Record, Role, Source, Verdict, VerdictState


def retry_later(error: MailkitError) -> bool:
    assert_type(error.code, str)
    assert_type(error.hint, str)
    return error.retryable


def explain(error: MailkitError) -> str:
    match error:
        case LimitError():
            return error.limit
        case CommandRefusedError():
            assert_type(error.status, int | None)
            return error.reply
        case StoreLockedError():
            return error.hint
        case _:
            return error.message


def values() -> None:
    assert_type(Role("sent"), Role)
    assert_type(Record("crm", "deal", "42").kind, str)
    assert_type(Source.imap("sales", "INBOX", 1, 7).key, str)
    envelope = Envelope("ana@acme.example", ["bo@client.example"])
    assert_type(envelope.sender, str)


def outcome(receipt: Receipt) -> list[str]:
    assert_type(receipt.sent, bool)
    assert_type(receipt.verdicts, tuple[Verdict, ...])
    return [verdict.recipient for verdict in receipt.verdicts if verdict.state is VerdictState.REFUSED]


def handler(event: MessageReceived) -> int:
    assert_type(event.message_id, int | None)
    return event.thread_id or 0

"""``mailkit send``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailkit.cli import shapes
from mailkit.cli.codes import Exit
from mailkit.cli.context import opened, output
from mailkit.cli.options import LARGEST_ID, SMALLEST_ID, Account, Json
from mailkit.cli.output import Out
from mailkit.compose import Attachment, Draft, reply
from mailkit.errors import InputError
from mailkit.words import Receipt, Record, Verdict, VerdictState

if TYPE_CHECKING:
    from mailkit.kit import MailKit

#: The longest text that is read from standard input or a file, bytes.
_LONGEST_TEXT = 32 * 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("send")(send)


def send(
    ctx: typer.Context,
    account: Account,
    to: Annotated[list[str] | None, typer.Option(help="Recipient. May be repeated.", show_default=False)] = None,
    cc: Annotated[list[str] | None, typer.Option(help="Copy to. May be repeated.", show_default=False)] = None,
    bcc: Annotated[list[str] | None, typer.Option(help="Hidden copy to. May be repeated.", show_default=False)] = None,
    subject: Annotated[str | None, typer.Option("--subject", "-s", help="Subject.", show_default=False)] = None,
    text: Annotated[str | None, typer.Option(help="The text. Default: standard input.", show_default=False)] = None,
    text_file: Annotated[Path | None, typer.Option(help="File with the text, UTF-8; - is standard input.")] = None,
    html_file: Annotated[Path | None, typer.Option(help="File with the HTML, UTF-8.", show_default=False)] = None,
    attach: Annotated[list[Path] | None, typer.Option(help="File to attach. May be repeated.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="One of the account's addresses.")] = None,
    key: Annotated[
        str | None, typer.Option(help="Idempotency key: sending again under it sends nothing.", show_default=False)
    ] = None,
    reply_to_message: Annotated[
        int | None,
        typer.Option(
            metavar="ID", min=SMALLEST_ID, max=LARGEST_ID, help="Answer this stored message.", show_default=False
        ),
    ] = None,
    everybody: Annotated[bool, typer.Option("--reply-all", help="Answer its other recipients too.")] = False,
    quote: Annotated[bool, typer.Option("--quote", help="Put the answered text below the answer.")] = False,
    record: Annotated[
        str | None,
        typer.Option(metavar="SYSTEM:KIND/ID", help="Record that it belongs to: crm:deal/42.", show_default=False),
    ] = None,
    queue: Annotated[bool, typer.Option("--queue", help="Leave the sending to a worker.")] = False,
    json: Json = False,
) -> int:
    """Send a message. Exit code 0: every recipient was accepted (with --queue: it is in the outbox).

    1: somebody was refused. 7: it stays in the outbox, to be tried again, or its fate is uncertain.
    """
    out = output(json)
    body = _text(text, text_file, html_file)
    draft = Draft(
        to=to or (), cc=cc or (), bcc=bcc or (), subject=subject or "", text=body, from_=from_,
        html=_file_text(html_file) if html_file is not None else None,
        attachments=[_attachment(path) for path in attach or ()],
        record=_record(record) if record is not None else None,
    )  # fmt: skip
    with opened(ctx) as kit:
        if reply_to_message is not None:
            draft = _answer(kit, draft, account, reply_to_message, everybody, quote)
        if queue:
            receipt = kit.outbox.enqueue(draft, account=account, key=key or _random_key())
        else:
            receipt = kit.send(draft, account=account, key=key)
    tell(out, receipt, note="" if receipt.created else ", known already under its key")
    out.document({"receipt": shapes.receipt(receipt)})
    return Exit.OK if queue else code_of_receipt(receipt)


def _random_key() -> str:
    import uuid

    return uuid.uuid4().hex


def _answer(kit: MailKit, draft: Draft, account: str, message_id: int, everybody: bool, quote: bool) -> Draft:
    """The draft as an answer: whom it goes to, its subject and its references come from the message, unless said."""
    own = next((one for one in kit.accounts.list() if one.name == account), None) or kit.accounts.get(account)
    answer = reply(
        kit.messages.parse(message_id),
        own_addresses=own.addresses,
        text=draft.text,
        html=draft.html,
        all=everybody,
        quote=quote,
    )
    return replace(
        draft,
        to=draft.to or answer.to,
        cc=draft.cc or answer.cc,
        subject=draft.subject or answer.subject,
        text=answer.text,
        html=answer.html,
        in_reply_to=answer.in_reply_to,
        references=answer.references,
        thread_id=kit.messages.get(message_id).thread_id,
    )


def _text(text: str | None, text_file: Path | None, html_file: Path | None) -> str | None:
    if text is not None and text_file is not None:
        raise InputError("--text and --text-file were both given.")
    if text is not None:
        return text
    if text_file is not None and str(text_file) != "-":
        return _file_text(text_file)
    if text_file is None and html_file is not None:
        return None
    if text_file is None and sys.stdin.isatty():
        raise InputError("The message has no text.", hint="Give --text, --text-file or --html-file, or pipe it in.")
    return sys.stdin.read(_LONGEST_TEXT)


def _file_text(path: Path) -> str:
    try:
        if path.stat().st_size > _LONGEST_TEXT:
            raise InputError(f"{path} is larger than {_LONGEST_TEXT} bytes.", hint="Attach it with --attach.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"{path} cannot be read: {why}.") from error


def _attachment(path: Path) -> Attachment:
    try:
        return Attachment.from_path(path)
    except OSError as error:
        raise InputError(f"{path} cannot be attached: {error.strerror}.") from error


def _record(text: str) -> Record:
    system, colon, rest = text.partition(":")
    kind, slash, number = rest.partition("/")
    if not (system and colon and kind and slash and number):
        raise InputError(f"{text!r} names no record.", hint="Write SYSTEM:KIND/ID, for example crm:deal/42.")
    return Record(system, kind, number)


def code_of_receipt(receipt: Receipt) -> Exit:
    """The exit code for what became of a message."""
    states = {verdict.state for verdict in receipt.verdicts}
    if receipt.sent:
        return Exit.OK
    if states & {VerdictState.PENDING, VerdictState.RETRY, VerdictState.UNCERTAIN}:
        return Exit.LATER
    return Exit.FAILED


def tell(out: Out, receipt: Receipt, *, note: str = "") -> None:
    """What became of a message, for people."""
    out.line(f"outbox {receipt.id}: {receipt.state}{note}, Message-ID <{receipt.message_id}>")
    for verdict in receipt.verdicts:
        out.line(f"  {verdict_text(verdict)}")


def verdict_text(verdict: Verdict) -> str:
    """What became of one recipient, with the server's words."""
    words = " ".join(str(part) for part in (verdict.code, verdict.text or verdict.enhanced) if part)
    return f"{verdict.recipient}: {verdict.state.value}{f' ({words})' if words else ''}"

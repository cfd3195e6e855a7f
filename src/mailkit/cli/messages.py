"""``mailkit threads``, ``show`` and ``explain``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mailkit.cli import shapes
from mailkit.cli.codes import Exit
from mailkit.cli.context import opened, output
from mailkit.cli.options import LARGEST_ID, SMALLEST_ID, Json, Limit
from mailkit.cli.output import Out, plural, size, when
from mailkit.errors import InputError
from mailkit.words import Link, Outcome

if TYPE_CHECKING:
    from mailkit.content import Content
    from mailkit.kit import MailKit
    from mailkit.store.messages import StoredMessage


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("threads", short_help="List conversations and their records.")(threads)
    app.command("show", short_help="Show a message or a conversation.")(show)
    app.command("explain", short_help="Say why a conversation is linked.")(explain)


# -- threads -----------------------------------------------------------------------------------------------------------


def threads(
    ctx: typer.Context,
    limit: Limit = 20,
    skip: Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Leave out so many, for paging.")] = 0,
    account: Annotated[str | None, typer.Option("--account", "-a", help="Only those of this account.")] = None,
    json: Json = False,
) -> int:
    """List conversations, the latest first, with the records that they are linked to."""
    out = output(json)
    with opened(ctx) as kit:
        if account is not None and account not in kit.accounts.names():
            kit.accounts.get(account)
        found = kit.threads.list(limit=limit, skip=skip, account=account)
        linked = [(one, kit.links.of(one)) for one in found]
    rows = [(one.id, when(one.last_at), one.message_count, one.subject, links_text(links)) for one, links in linked]
    if rows:
        out.table(("thread", "latest", "mails", "subject", "linked to"), rows, right=("thread", "mails"))
    else:
        out.line("There is no conversation yet; bring mail with `mailkit sync`.")
    out.document({"threads": [shapes.thread(one, links) for one, links in linked]})
    return Exit.OK


def links_text(links: tuple[Link, ...]) -> str:
    """The records of a thread; those for reading only are marked."""
    return ", ".join(f"{link.record}{' (shown)' if link.state is Outcome.SHOWN else ''}" for link in links) or "-"


# -- show --------------------------------------------------------------------------------------------------------------


def show(
    ctx: typer.Context,
    message: Annotated[
        int | None, typer.Argument(min=SMALLEST_ID, max=LARGEST_ID, help="Id of a message.", show_default=False)
    ] = None,
    thread: Annotated[
        int | None,
        typer.Option(metavar="ID", min=SMALLEST_ID, max=LARGEST_ID, help="Show a conversation.", show_default=False),
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Write the raw bytes to standard output.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Print the body as safe HTML.")] = False,
    json: Json = False,
) -> int:
    """Show a message, or the messages of a conversation with what each adds."""
    out = output(json)
    if (message is None) == (thread is None) or (thread is not None and (raw or html)):
        raise InputError("Show what?", hint="Give the id of a message, or --thread ID.")
    with opened(ctx) as kit:
        if thread is not None:
            return _show_thread(kit, out, thread)
        assert message is not None
        if raw:
            sys.stdout.buffer.write(kit.messages.raw(message))
            return Exit.OK
        return _show_message(kit, out, message, html)


def _show_thread(kit: MailKit, out: Out, thread_id: int) -> int:
    from mailkit.content import read

    thread = kit.threads.get(thread_id)
    links = kit.links.of(thread)
    told: list[shapes.Shape] = []
    out.line(f"Thread {thread.id}: {thread.subject or '(no subject)'}", style="bold")
    out.line(f"{plural(thread.message_count, 'mail')}, linked to {links_text(links)}")
    for stored in kit.threads.messages(thread):
        new_text = read(kit.messages.parse(stored.id)).reply_text
        out.line()
        out.line(f"message {stored.id}  {when(stored.date)}  {_who(stored)}", style="bold")
        out.body(new_text.strip() or "(no text)")
        told.append({**shapes.message(stored), "new_text": new_text})
    out.document({"thread": shapes.thread(thread, links), "messages": told})
    return Exit.OK


def _who(stored: StoredMessage) -> str:
    name = f"{stored.from_name} <{stored.from_address}>" if stored.from_name else stored.from_address
    return f"{name or '(nobody)'}{'' if stored.kind == 'normal' else f'  [{stored.kind}]'}"


def _show_message(kit: MailKit, out: Out, message_id: int, html: bool) -> int:
    from mailkit.content import read

    stored = kit.messages.get(message_id)
    message = kit.messages.parse(message_id)
    content = read(message)
    body = content.html if html else content.text
    _head(kit, out, stored, content)
    out.line()
    out.body(body.strip() or "(no text)")
    out.document(
        {
            "message": shapes.message(stored),
            "to": [a.address for a in message.to],
            "cc": [a.address for a in message.cc],
            "attachments": [
                {"part": f.part, "name": f.given_name or None, "content_type": f.content_type, "size": f.size}
                for f in content.attachments
            ],
            "ambiguities": [a.code for a in message.ambiguities],
            "copies": [shapes.copy(one) for one in kit.messages.copies(message_id)],
            "text": content.text,
            "new_text": content.reply_text,
            "html": content.html if html else None,
        }
    )
    return Exit.OK


def _head(kit: MailKit, out: Out, stored: StoredMessage, content: Content) -> None:
    message = content.message
    out.line(f"{stored.subject or '(no subject)'}", style="bold")
    out.line(f"Message {stored.id}, thread {stored.thread_id}, {size(stored.size)}, {stored.kind}")
    out.line(f"From: {_who(stored)}")
    for name, addresses in (("To", message.to), ("Cc", message.cc)):
        if addresses:
            out.line(f"{name}: {', '.join(map(str, addresses[:20]))}{' …' if len(addresses) > 20 else ''}")
    out.line(f"Date: {when(stored.date)}")
    for copy in kit.messages.copies(stored.id):
        places = ", ".join(f"{folder} UID {uid}" for folder, _, uid in copy.locations) or "no folder"
        evidence = f" ({'; '.join(copy.trust_evidence)})" if copy.trust_evidence else ""
        out.line(f"Copy: {copy.account or 'no account'}, {copy.direction}, {places}; sender {copy.trust}{evidence}")
    for file in content.attachments:
        out.line(f"Attachment: {file.given_name or '(no name)'}, {file.content_type}, {size(file.size)}")
    if stored.defects:
        out.line(f"Damage: {', '.join(stored.defects)}")
    out.line(f"Linked to: {links_text(kit.links.of(stored.thread_id))}")


# -- explain -----------------------------------------------------------------------------------------------------------


def explain(
    ctx: typer.Context,
    thread: Annotated[
        int | None, typer.Argument(min=SMALLEST_ID, max=LARGEST_ID, help="Id of a conversation.", show_default=False)
    ] = None,
    message: Annotated[
        int | None,
        typer.Option(
            metavar="ID", min=SMALLEST_ID, max=LARGEST_ID, help="The conversation of this message.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> int:
    """Say why a conversation is linked to a record, or is not, and what would change it."""
    out = output(json)
    if (thread is None) == (message is None):
        raise InputError("Explain what?", hint="Give the id of a conversation, or --message ID.")
    with opened(ctx) as kit:
        found = kit.links.explain(thread if thread is not None else kit.messages.get(message or 0).thread_id)
    out.line(str(found))
    if found.history:
        out.line()
        out.line("How it came to that:")
    for line in found.history:
        out.line(f"  {line}")
    out.document(shapes.explanation(found))
    return Exit.OK

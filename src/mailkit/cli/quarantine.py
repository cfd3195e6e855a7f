"""``mailkit quarantine``: mail that could not be ingested, kept raw."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mailkit.cli import shapes
from mailkit.cli.codes import Exit
from mailkit.cli.context import opened, output
from mailkit.cli.options import LARGEST_ID, SMALLEST_ID, Json
from mailkit.cli.output import plural, size, when
from mailkit.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from mailkit.kit import MailKit
    from mailkit.store.quarantine import Quarantined

app: typer.Typer = typer.Typer(
    name="quarantine", help="Mail that could not be ingested, kept raw.", no_args_is_help=True
)

Id = Annotated[int, typer.Argument(min=SMALLEST_ID, max=LARGEST_ID, help="Id of the quarantined mail.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those released or dropped.")] = False,
    json: Json = False,
) -> int:
    """List what is held, with the reason, oldest first."""
    out = output(json)
    with opened(ctx) as kit:
        found = kit.quarantine.list(held_only=not every)
    rows = [(one.id, one.state, one.account, when(one.created_at), one.reason, one.detail[:100]) for one in found]
    if rows:
        out.table(("id", "state", "account", "since", "reason", "detail"), rows, right=("id",))
    else:
        out.line("Nothing is in quarantine.")
    out.document({"quarantine": [shapes.held(one) for one in found]})
    return Exit.OK


def _row(kit: MailKit, quarantine_id: int) -> Quarantined:
    found = next((one for one in kit.quarantine.list(held_only=False) if one.id == quarantine_id), None)
    if found is None:
        raise NotFoundError(f"There is no quarantined mail {quarantine_id}.", hint="See `mailkit quarantine list`.")
    return found


@app.command()
def show(
    ctx: typer.Context,
    quarantine_id: Id,
    raw: Annotated[bool, typer.Option("--raw", help="Write the raw bytes to standard output.")] = False,
    json: Json = False,
) -> int:
    """Show why a mail is held."""
    out = output(json)
    with opened(ctx) as kit:
        one = _row(kit, quarantine_id)
        data = kit.quarantine.raw(quarantine_id)
    if raw:
        if data is None:
            raise NotFoundError("Its bytes were never fetched; they are on the server.", hint=one.source_key)
        sys.stdout.buffer.write(data)
        return Exit.OK
    out.line(f"quarantine {one.id}: {one.state}, {one.reason}")
    out.line(f"  {one.detail}")
    out.line(f"  from {one.source_key}, account {one.account or '-'}, since {when(one.created_at)}")
    out.line(f"  {size(len(data))} kept" if data is not None else "  never fetched: it is on the server")
    out.document({"quarantine": shapes.held(one), "size": len(data) if data is not None else None})
    return Exit.OK


@app.command()
def retry(
    ctx: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(min=SMALLEST_ID, max=LARGEST_ID, help="Ids.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are held.")] = False,
    json: Json = False,
) -> int:
    """Ingest mails again, after the cause was mended. Exit code 6: at least one stays held."""
    out = output(json)
    if bool(ids) == every:
        raise InputError("Which mails?", hint="Give their ids, or --all.")
    with opened(ctx) as kit:
        wanted = [one.id for one in kit.quarantine.list()] if every else [_row(kit, number).id for number in ids or ()]
        done = {number: kit.quarantine.retry(number) for number in wanted}
    for number, stored in done.items():
        out.line(f"{number}: " + (f"message {stored.id}, thread {stored.thread_id}" if stored.id else "stays held"))
    kept = sum(1 for stored in done.values() if not stored.id)
    out.line(f"{plural(len(done) - kept, 'mail')} released, {kept} held")
    out.document({"retried": [{"quarantine": number, **shapes.stored(stored)} for number, stored in done.items()]})
    return Exit.LIMIT if kept else Exit.OK


@app.command()
def drop(ctx: typer.Context, quarantine_id: Id, json: Json = False) -> int:
    """Close a mail without ingesting it. Its bytes stay; sync does not bring it again."""
    out = output(json)
    with opened(ctx) as kit:
        kit.quarantine.drop(quarantine_id)
    out.line(f"{quarantine_id}: dropped")
    out.document({"dropped": quarantine_id})
    return Exit.OK

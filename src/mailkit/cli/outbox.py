"""``mailkit outbox``: mail that is to leave, and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer

from mailkit.cli import log, shapes
from mailkit.cli.codes import Exit
from mailkit.cli.context import opened, output, settings_of
from mailkit.cli.options import LARGEST_ID, SMALLEST_ID, Json, Limit
from mailkit.cli.output import plural, when
from mailkit.cli.send import tell, verdict_text
from mailkit.errors import InputError

app: typer.Typer = typer.Typer(
    name="outbox", help="Mail that is to leave, and what became of it.", no_args_is_help=True
)

STATES = ("ready", "leased", "started", "uncertain", "sent", "partial", "refused", "cancelled")
Id = Annotated[int, typer.Argument(min=SMALLEST_ID, max=LARGEST_ID, help="Id of the outbox row.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str | None, typer.Option(help=f"Only one state: {', '.join(STATES)}.")] = None,
    after: Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Only ids above this one, for paging.")] = 0,
    limit: Limit = 100,
    json: Json = False,
) -> int:
    """List the rows by id."""
    out = output(json)
    if state is not None and state not in STATES:
        raise InputError(f"There is no state {state!r}.", hint=f"It is one of {', '.join(STATES)}.")
    with opened(ctx) as kit:
        found = kit.outbox.list(state=state, after=after, limit=limit)
    rows = [
        (one.id, one.state, one.account, ", ".join(v.recipient for v in one.verdicts), when(one.created_at),
         one.attempts, one.last_reply[:60])
        for one in found
    ]  # fmt: skip
    if rows:
        out.table(("id", "state", "account", "to", "created", "tries", "last reply"), rows, right=("id", "tries"))
    else:
        out.line("Nothing is there.")
    out.document({"outbox": [shapes.entry(one) for one in found]})
    return Exit.OK


@app.command()
def show(ctx: typer.Context, outbox_id: Id, json: Json = False) -> int:
    """Show a row and what became of each recipient."""
    out = output(json)
    with opened(ctx) as kit:
        one = kit.outbox.entry(outbox_id)
    out.line(f"outbox {one.id}: {one.state}, account {one.account}, key {one.key}")
    out.line(f"  Message-ID <{one.message_id}>, stored as {one.stored_id or '-'}")
    out.line(f"  created {when(one.created_at)}, due {when(one.due_at)}, {plural(one.attempts, 'try', 'tries')}")
    out.line(f"  started {when(one.started_at)}, settled {when(one.settled_at)}")
    for verdict in one.verdicts:
        out.line(f"  {verdict_text(verdict)}")
    out.document({"outbox": shapes.entry(one)})
    return Exit.OK


@app.command()
def retry(ctx: typer.Context, outbox_id: Id, json: Json = False) -> int:
    """Send again, at the next dispatch, to the recipients that did not get it.

    Of an uncertain row this is your decision that it may arrive twice.
    """
    out = output(json)
    with opened(ctx) as kit:
        receipt = kit.outbox.retry(outbox_id)
    tell(out, receipt)
    out.document({"receipt": shapes.receipt(receipt)})
    return Exit.OK


@app.command()
def cancel(ctx: typer.Context, outbox_id: Id, json: Json = False) -> int:
    """Do not send to those that have not got it."""
    out = output(json)
    with opened(ctx) as kit:
        receipt = kit.outbox.cancel(outbox_id)
    tell(out, receipt)
    out.document({"receipt": shapes.receipt(receipt)})
    return Exit.OK


@app.command()
def dispatch(ctx: typer.Context, limit: Limit = 100, json: Json = False) -> int:
    """Send what is due, and look for messages whose fate is uncertain."""
    out = output(json)
    log.warnings(settings_of(ctx).verbose)
    with opened(ctx) as kit:
        done = kit.outbox.dispatch(limit=limit)
    out.line(f"{plural(done, 'row')} dealt with")
    out.document({"done": done})
    return Exit.OK

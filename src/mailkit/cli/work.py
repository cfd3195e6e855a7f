"""``mailkit work`` and ``mailkit events``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from mailkit.cli import log, shapes
from mailkit.cli.codes import Exit, code_of
from mailkit.cli.context import opened, output, settings_of
from mailkit.cli.options import Json, Limit
from mailkit.cli.output import plural

if TYPE_CHECKING:
    from mailkit.kit import MailKit


def register(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("work", short_help="Send, sync and run jobs until stopped.")(work)
    app.command("events", short_help="Print events that a cursor has not seen.")(events)


def work(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Return when nothing is due (for cron).")] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="Only outbox, jobs or sync. May be repeated.", show_default=False)
    ] = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="Return after so long.", show_default=False)] = None,
    json: Json = False,
) -> int:
    """Do what is due: send, ask and tell the CRM, file sent mail, sync. Ends cleanly on SIGTERM and Ctrl-C.

    What could not be done is told on standard error, and tried again. With --once the exit code says whether an account
    failed.
    """
    out = output(json)
    log.warnings(settings_of(ctx).verbose)
    with opened(ctx) as kit, _stopped_by_signals(kit):
        if not once:
            out.line("Working; Ctrl-C ends it.")
        report = kit.work(only=only or None, once=once, seconds=seconds)
    out.line(f"{plural(report, 'thing')} done")
    failed = sorted(report.failed.items())
    for name, error in failed:
        out.line(f"{name}: {error.message} [{error.code}]")
    out.document(
        {"done": int(report), "failed": [{"account": name, "error": shapes.error(error)} for name, error in failed]}
    )
    return next((code_of(error) for _, error in failed), Exit.OK) if once else Exit.OK


@contextmanager
def _stopped_by_signals(kit: MailKit) -> Iterator[None]:
    """The first signal lets the worker finish what it is at; a second one interrupts."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stop(*_: object) -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        kit.stop()

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def events(
    ctx: typer.Context,
    cursor: Annotated[str, typer.Argument(help="Name of the cursor; a new name starts at the beginning.")],
    limit: Limit = 100,
    ack: Annotated[bool, typer.Option("--ack", help="Move the cursor past what was printed.")] = False,
    json: Json = False,
) -> int:
    """Print the events that a cursor has not acknowledged, oldest first. With --json: one JSON object a line."""
    out = output(json)
    with opened(ctx) as kit:
        batch = kit.events.read(cursor, limit=limit)
        for event in batch:
            shape = shapes.event(event)
            if json:
                out.jsonl(shape)
            rest = " ".join(
                f"{k}={v}" for k, v in shape.items() if k not in ("event", "id") and v not in (None, "", [])
            )
            out.line(f"{event.id:>6}  {event.name:<20} {rest}")
        if ack:
            kit.events.ack(batch)
    if not len(batch):
        out.line("No new events.")
    return Exit.OK

"""``mailkit demo``: the whole road of a message on one's own machine, with a verdict.

::

    stage.py        directory, two mail servers with the sample mails, sample CRM, key, clock
    application.py  the application: a table of its own, event handlers
    inbound.py      sync, jobs
    outbound.py     answers through the outbox, workers that are killed (child.py is one)
    facts.py        what is on the servers and in the database, read without the engine
    links.py        the links beside the samples' truth
    verdict.py      the questions, answered from the facts
    breaks.py       sabotage, which the verdict must notice
    show.py         what is printed
    run.py          all of it, in order
"""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailkit.cli import shapes
from mailkit.cli.codes import Exit
from mailkit.cli.context import output
from mailkit.cli.options import Json

if TYPE_CHECKING:
    from mailkit.cli.demo.run import Told
    from mailkit.cli.demo.show import Show
    from mailkit.cli.demo.stage import Stage


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command("demo", short_help="Walk the whole road on this machine, with a verdict.")(demo)


def demo(
    directory: Annotated[
        Path, typer.Option("--directory", help="Where the store and the sample CRM are made; emptied if it is ours.")
    ] = Path("demo-data"),
    seed: Annotated[int, typer.Option(help="Chooses the sample mails.")] = 7,
    count: Annotated[int, typer.Option(min=160, max=20_000, help="How many sample mails.")] = 300,
    broken: Annotated[
        str | None,
        typer.Option("--break", metavar="ingest|outbox", help="Sabotage the engine; the verdict must notice."),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the servers running at the end, until Ctrl-C.")] = False,
    json: Json = False,
) -> int:
    """Walk the whole road: two mail servers in this process, some 300 sample mails, a sample CRM, the real engine.

    Sync, threads, links, events; answers through the outbox while its workers are killed. At the end servers and store
    are compared: the exit code is the verdict, 0 or 1.
    """
    from mailkit.cli.demo.run import play
    from mailkit.cli.demo.show import Show
    from mailkit.cli.demo.stage import Wish, set_up

    out = output(json)
    show = Show(out)
    wish = Wish(directory, seed, count, broken)
    with set_up(wish) as stage:
        out.line(f"mailkit demo: seed {seed}, {count} mails in two accounts, directory {directory}", style="bold")
        told = play(stage, show)
        _end(show, stage, told)
        out.document(_shape(stage, told))
        if keep:
            _keep_running(show, stage)
    return Exit.OK if told.ok else Exit.FAILED


def _end(show: Show, stage: Stage, told: Told) -> None:
    show.line()
    words = "nothing lost, nothing doubled" if told.ok else "NOT as it must be"
    if stage.wish.broken:
        words += f" (the engine was sabotaged: --break={stage.wish.broken})"
    show.line(f"{words}; {told.seconds:.1f} s", style="bold" if told.ok else "bold red")
    show.line()
    show.line("The store stays. Look around:")
    linked = next((thread.id for thread, why in told.threads if why.links), 1)
    for command in ("threads", f"show --thread {linked}", f"explain {linked}", "quarantine list", "outbox list"):
        show.line(f"  {_program()} -d {shlex.quote(_near(stage.database))} {command}")


def _program() -> str:
    """The command as it can be pasted: an environment that is not activated is not on the PATH."""
    if shutil.which("mailkit"):
        return "mailkit"
    own = Path(sys.argv[0])
    if own.name == "mailkit" and own.exists():
        return shlex.quote(_near(own))
    return f"{shlex.quote(sys.executable)} -m mailkit.cli"


def _near(path: Path) -> str:
    """A path as seen from here, where that is shorter."""
    path = path.absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _keep_running(show: Show, stage: Stage) -> None:
    import time

    show.line()
    show.line("The servers are running; Ctrl-C ends them. For example, in another terminal:")
    show.line(f"  {_program()} {stage.options} sync --all")
    while True:
        time.sleep(3600)


def _shape(stage: Stage, told: Told) -> shapes.Shape:
    score = told.course.score
    return {
        "ok": told.ok,
        "seed": stage.wish.seed,
        "count": stage.wish.count,
        "broken": stage.wish.broken,
        "seconds": round(told.seconds, 2),
        "stages": told.stages,
        "checks": [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in told.checks],
        "links": {
            "precision": round(score.precision, 4),
            "recall": round(score.recall, 4),
            "made": score.made,
            "expected": score.expected,
            "wrong": score.wrong,
            "missing": score.missing,
        },
        "threads": [{**shapes.thread(thread, why.links), "why": str(why)} for thread, why in told.threads],
        "answers": [{"key": one.key, "account": one.account, "message_id": one.message_id} for one in told.answers],
        "database": str(stage.database),
        "key_file": str(stage.key_file),
        "crm": str(stage.crm.path),
    }

"""The root of the command: its options, and the groups."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mailkit.cli import account, db, demo, log, messages, outbox, quarantine, send, sync, work
from mailkit.cli.codes import Exit, epilogue
from mailkit.cli.context import DEFAULT_DATABASE, Settings
from mailkit.cli.failure import MANNER
from mailkit.errors import UsageError

# rich_markup_mode=None: help and usage errors as plain lines, which read the same in a terminal, a log and a mail.
app: typer.Typer = typer.Typer(
    name="mailkit",
    help="The mail layer of a business application: sync, send, threads, links to records.",
    epilog="\b\n" + epilogue(),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _register() -> None:
    for group in (account, outbox, quarantine, db):
        app.add_typer(group.app)
    for module in (sync, send, messages, work, demo):
        module.register(app)


_register()


def _version(wanted: bool) -> None:
    if wanted:
        from mailkit import __version__

        print(f"mailkit {__version__}")
        raise typer.Exit


@app.callback()
def root(
    ctx: typer.Context,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            "-d",
            help=f"SQLAlchemy URL, or the path of an SQLite file. Default: MAILKIT_DATABASE, else {DEFAULT_DATABASE}.",
            show_default=False,
        ),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            "--key-file",
            help="File with the encryption key (several while rotating, the new one first). "
            "Default: MAILKIT_KEY, else the file that MAILKIT_KEY_FILE names.",
            show_default=False,
        ),
    ] = None,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Tenant. Default: MAILKIT_TENANT.", show_default=False)
    ] = None,
    raw_dir: Annotated[
        Path | None,
        typer.Option("--raw-dir", help="Directory of the raw mail. Default: MAILKIT_RAW_DIR.", show_default=False),
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", help="PostgreSQL schema. Default: MAILKIT_SCHEMA.", show_default=False)
    ] = None,
    busy_timeout: Annotated[
        float | None,
        typer.Option(
            "--busy-timeout",
            min=0,
            help="Seconds to wait for another writer. Default: MAILKIT_BUSY_TIMEOUT, else 30.",
            show_default=False,
        ),
    ] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(
            "--adapter",
            help="CRM adapter by its entry point's name, or sample:PATH for the sample CRM. May be repeated.",
            show_default=False,
        ),
    ] = None,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="Say more, with tracebacks; -vv for the dialogues.")
    ] = 0,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The mail layer of a business application: sync, send, threads, links to records."""
    del version
    MANNER.verbose = verbose > 0
    ctx.call_on_close(log.set_up(verbose))
    ctx.obj = Settings(database, key_file, tenant, raw_dir, schema, busy_timeout, tuple(adapter or ()), verbose)


def run(args: Sequence[str] | None = None) -> int:
    """Run the command; its exit code. Errors of mailkit pass through, usage errors are shown here."""
    command = typer.main.get_command(app)
    words = list(args) if args is not None else sys.argv[1:]
    try:
        result = command.main(args=words, prog_name="mailkit", standalone_mode=False)
    except typer.Abort:
        print("Interrupted.", file=sys.stderr)
        return Exit.INTERRUPTED
    except typer.Exit as error:
        return error.exit_code
    except Exception as error:
        # Typer keeps its usage errors in places that differ between versions; all of them can show themselves.
        show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
        if show is None or not isinstance(code, int):
            raise
        if "--json" in words and len(words) > 1:
            MANNER.json = True
            raise UsageError(_said(error), hint="See the command's --help.") from error
        show()
        option = str(getattr(error, "option_name", ""))
        if any(option in one.opts for one in command.params):
            print(f"{option} stands before the command: mailkit {option} … COMMAND", file=sys.stderr)
        return code
    return result if isinstance(result, int) else Exit.OK


def _said(error: Exception) -> str:
    """What a usage error of Typer says."""
    told = getattr(error, "format_message", None)
    return str(told()) if told is not None else str(error)

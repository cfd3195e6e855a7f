"""An error becomes two lines on stderr and an exit code, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from mailkit.cli.codes import Exit, code_of
from mailkit.cli.plain import clean
from mailkit.errors import DOCS, MailkitError


@dataclass(slots=True)
class Manner:
    """How failures are told. Set once the options are read."""

    verbose: bool = False
    json: bool = False


MANNER: Manner = Manner()


def guarded(run: Callable[[], int]) -> int:
    """Run a command; tell what it raises."""
    MANNER.verbose = MANNER.json = False
    _safe_streams()
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    except OSError as error:
        code = _nobody_reads() if error.errno == errno.EPIPE else tell(error)
    except SystemExit as error:
        # Typer turns a broken pipe into this.
        gone = isinstance(error.__context__, BrokenPipeError)
        code = _nobody_reads() if gone else error.code if isinstance(error.code, int) else Exit.USAGE
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        code = Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 (a command never ends in a traceback)
        code = tell(error)
    return int(code)


def tell(error: BaseException) -> Exit:
    """Say what happened and what to do about it, on stderr; the exit code."""
    code = code_of(error)
    text = as_json(error) if MANNER.json else "\n".join(lines(error))
    print(text, file=sys.stderr)
    if MANNER.verbose:
        traceback.print_exception(error, file=sys.stderr)
    return code


def lines(error: BaseException) -> list[str]:
    """What happened; what to do, and the code under which the documentation speaks of it."""
    if isinstance(error, MailkitError):
        return [f"mailkit: {clean(error.message)}", f"         {clean(error.hint)} [{error.code}]"]
    what = f"{type(error).__name__}: {clean(str(error))[:500]}" if str(error) else type(error).__name__
    return [f"mailkit: an error in mailkit itself: {what}", "         Run it again with --verbose to see where. [bug]"]


def shape(error: BaseException) -> dict[str, object]:
    """An error for ``--json``."""
    known = isinstance(error, MailkitError)
    return {
        "code": error.code if isinstance(error, MailkitError) else "bug",
        "message": error.message if isinstance(error, MailkitError) else f"{type(error).__name__}: {error}",
        "hint": error.hint if isinstance(error, MailkitError) else "Run it again with --verbose to see where.",
        "retryable": error.retryable if isinstance(error, MailkitError) else False,
        "docs": f"{DOCS}{error.code}" if isinstance(error, MailkitError) and known else None,
        "exit": int(code_of(error)),
    }


def as_json(error: BaseException) -> str:
    """One line."""
    return json.dumps({"error": shape(error)})


def _nobody_reads() -> Exit:
    """Who reads our output has gone (``| head``): that is no failure, and there is nobody to tell."""
    try:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
    except (OSError, ValueError):
        return Exit.OK
    return Exit.OK


def _safe_streams() -> None:
    """A terminal that is not UTF-8 shows what it cannot as escapes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")

"""The command ``mailkit``.

One file for each group of commands; each command calls the facade and prints. What they share::

    codes.py     the exit codes, and which error means which            no typer, no rich
    failure.py   an error becomes two lines on stderr and an exit code  no typer, no rich
    context.py   the options of the root, and the MailKit made of them
    output.py    lines, tables, JSON; text from strangers made harmless
    shapes.py    what --json prints
    app.py       the root

Typer and rich are an extra (``mailkit-sdk[cli]``); without them ``main`` says so.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["main"]


def main(args: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: those of the process) and return its exit code.

    Never raises: every failure is told on stderr, see ``mailkit.cli.codes``.
    """
    from mailkit.cli.failure import guarded

    return guarded(lambda: _run(args))


def _run(args: Sequence[str] | None) -> int:
    from mailkit.errors import MissingExtraError

    try:
        import rich
        import typer  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("cli", "The command mailkit") from error
    del rich
    from mailkit.cli.app import run

    return run(args)

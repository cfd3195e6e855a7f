"""The log of the engine on stderr: nothing, one line for each warning, or everything with --verbose."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from mailkit.cli.plain import clean, clean_body


class _Full(logging.Formatter):
    """What servers and strangers wrote is harmless in the log too."""

    def format(self, record: logging.LogRecord) -> str:
        return clean_body(super().format(record))


class _Brief(logging.Formatter):
    """One line, never a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return f"mailkit: {clean(record.getMessage(), 500)}"


def warnings(verbose: int) -> None:
    """Each warning in one line, for commands whose work does not end with the first failure."""
    if not verbose:
        _set(logging.StreamHandler(sys.stderr), _Brief(), logging.WARNING)


def set_up(verbose: int) -> Callable[[], None]:
    """Without --verbose nothing: what went wrong is in what the command prints. With it all that is logged, with
    tracebacks; given twice, the dialogues too.

    Returns what undoes it: the command may have been called by a program that goes on.
    """
    undo = _undo()
    if not verbose:
        _set(logging.NullHandler(), None, logging.NOTSET)
        return undo
    formatter = _Full("%(levelname)s %(name)s: %(message)s")
    _set(logging.StreamHandler(sys.stderr), formatter, logging.DEBUG if verbose > 1 else logging.INFO)
    return undo


def _undo() -> Callable[[], None]:
    logger = logging.getLogger("mailkit")
    handlers, level, propagate = list(logger.handlers), logger.level, logger.propagate

    def undo() -> None:
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate

    return undo


def _set(handler: logging.Handler, formatter: logging.Formatter | None, level: int) -> None:
    logger = logging.getLogger("mailkit")
    for old in list(logger.handlers):
        logger.removeHandler(old)
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False

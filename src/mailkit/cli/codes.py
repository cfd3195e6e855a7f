"""The exit codes, in one table, and which error means which."""

from __future__ import annotations

from enum import IntEnum

from mailkit.errors import (
    AuthError,
    ConfigError,
    InputError,
    LimitError,
    MailkitError,
    NetworkError,
    NotFoundError,
    ProtocolError,
    StoreError,
    UsageError,
)


class Exit(IntEnum):
    """What the command's exit code means."""

    OK = 0
    FAILED = 1
    USAGE = 2
    AUTH = 3
    NETWORK = 4
    STORE = 5
    LIMIT = 6
    LATER = 7
    BUG = 70
    INTERRUPTED = 130


#: Shown by ``mailkit --help`` and in the documentation; a test compares them.
MEANING: dict[Exit, str] = {
    Exit.OK: "done",
    Exit.FAILED: "done, and the answer is no: a recipient was refused, an audit or the demo found a difference",
    Exit.USAGE: "wrong usage, setting, value or id; nothing was done",
    Exit.AUTH: "a server refused the credentials",
    Exit.NETWORK: "a server could not be reached, its certificate is not valid, or its answer cannot be used",
    Exit.STORE: "the database: locked, full, read-only, unreachable, older or newer than this mailkit",
    Exit.LIMIT: "a limit was reached, or the mail stays in quarantine",
    Exit.LATER: "not done yet: another process is at it, it is tried again, or its fate is uncertain",
    Exit.BUG: "an error in mailkit itself; --verbose shows where",
    Exit.INTERRUPTED: "interrupted (Ctrl-C)",
}

#: The first class that fits counts.
_BY_CLASS: tuple[tuple[type[MailkitError], Exit], ...] = (
    (ConfigError, Exit.USAGE),
    (InputError, Exit.USAGE),
    (UsageError, Exit.USAGE),
    (NotFoundError, Exit.USAGE),
    (AuthError, Exit.AUTH),
    (NetworkError, Exit.NETWORK),
    (ProtocolError, Exit.NETWORK),
    (LimitError, Exit.LIMIT),
    (StoreError, Exit.STORE),
    (MailkitError, Exit.FAILED),
)


def code_of(error: BaseException) -> Exit:
    """The exit code of an error."""
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    return next((code for cls, code in _BY_CLASS if isinstance(error, cls)), Exit.BUG)


def epilogue() -> str:
    """The table as ``--help`` shows it."""
    return "Exit codes:\n" + "\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in MEANING.items())

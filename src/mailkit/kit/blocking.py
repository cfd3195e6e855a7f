"""Where a blocking network call must not stand: in an event loop, whose other work it would stop, and in a transaction,
which others wait for."""

from __future__ import annotations

import asyncio

from mailkit.errors import RunningLoopError
from mailkit.net import guard


def blocking(method: str) -> None:
    """Raise if this thread runs an event loop, or has a store transaction open.

    Raises:
        RunningLoopError: a loop runs; the message names the door to use.
        NetworkInTransactionError: a transaction is open, as in an event handler.
    """
    guard.check(f"run MailKit.{method}")
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RunningLoopError(f"MailKit.{method} blocks and was called inside a running event loop.")

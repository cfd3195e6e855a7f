"""A blocking network call must not stand in an event loop: it would stop everybody else's work."""

from __future__ import annotations

import asyncio

from mailkit.errors import RunningLoopError


def blocking(method: str) -> None:
    """Raise if this thread runs an event loop.

    Raises:
        RunningLoopError: it does; the message names the door to use.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RunningLoopError(f"MailKit.{method} blocks and was called inside a running event loop.")

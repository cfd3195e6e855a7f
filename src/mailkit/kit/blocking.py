"""Where a blocking network call must not stand: in an event loop, whose other work it would stop, and in a transaction,
which others wait for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mailkit.errors import ConfigError, RunningLoopError
from mailkit.net import guard

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection


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


def asynchronous(tx: AsyncConnection) -> AsyncConnection:
    """The connection, if it is one that can be awaited.

    Raises:
        ConfigError: it is a blocking one, of sqlite3 or psycopg, say.
    """
    if not hasattr(tx, "run_sync"):
        raise ConfigError(
            f"tx is a blocking {type(tx).__module__}.{type(tx).__qualname__}; here an AsyncConnection is needed.",
            hint="Take one from create_async_engine(…), or write on this one with the blocking kit.kit.",
        )
    return tx

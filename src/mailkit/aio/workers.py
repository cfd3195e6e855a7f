"""Where calls run: in worker threads, or on the connection of the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import anyio
import anyio.to_thread

from mailkit.kit.blocking import asynchronous

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncConnection

P = ParamSpec("P")
T = TypeVar("T")

#: Threads that one AsyncMailKit uses at most, unless told otherwise.
THREADS = 16


class Workers:
    """Runs calls in worker threads, a bounded number at once. The limiter belongs to the loop that first uses it."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self._total)
        return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=self._limiter)


async def on_connection(tx: AsyncConnection, call: Callable[[Connection], T]) -> T:
    """Run ``call`` on the caller's connection, on its loop. To its end, also when the caller is cancelled meanwhile:
    SQLAlchemy throws away a connection that is left in the middle of a statement, and with it the caller's transaction.

    Raises:
        ConfigError: ``tx`` is a blocking connection.
        CancelledError: the caller was cancelled; what ``call`` wrote is in the transaction.
    """
    running = asyncio.ensure_future(asynchronous(tx).run_sync(call))
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            with anyio.CancelScope(shield=True):
                await asyncio.wait([running])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None or running.cancelled():
        return running.result()
    running.exception()  # it was waited for, so nobody is told that it was never looked at
    raise cancelled

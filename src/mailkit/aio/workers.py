"""The worker threads that blocking calls run in."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

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

"""One background event loop per process, so that blocking code can drive asyncio protocols.

The loop is made at the first use, on a daemon thread, and forgotten in a forked child (which has the parent's memory
but not its thread): the child makes its own.

``converse`` is ``run`` for a dialogue that must call back. The callback runs on the *calling* thread, which waits
there anyway: a database connection and its transaction belong to that thread, and a commit that takes long must not
stop the other connections on the loop.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol, TypeVar

from mailkit.errors import NetworkTimeoutError, RunningLoopError

T = TypeVar("T")
R = TypeVar("R")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_owner = 0


class CallOut(Protocol):
    """Handed to a dialogue: ``await call(function, argument)`` runs the function on the thread that waits for it."""

    def __call__(self, function: Callable[[Any], R], argument: Any, /) -> Awaitable[R]: ...


def _forget() -> None:
    # The child has the memory but not the thread, and the lock may be held by a thread that is gone.
    global _loop, _lock  # noqa: PLW0603
    _loop = None
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forget)


def background() -> asyncio.AbstractEventLoop:
    """The process's background loop, running."""
    global _loop, _owner
    with _lock:
        if _loop is None or _owner != os.getpid() or _loop.is_closed():
            loop = asyncio.new_event_loop()
            threading.Thread(target=_serve, args=(loop,), name="mailkit-net", daemon=True).start()
            _loop, _owner = loop, os.getpid()
        return _loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


def refuse_in_loop(what: str) -> None:
    """Raise if the calling thread runs an event loop: a blocking call there would stop it.

    Raises:
        RunningLoopError: it does.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RunningLoopError(f"{what} blocks, and an event loop is running on this thread.")


def run(coro: Coroutine[Any, Any, T], timeout: float | None = None, what: str = "This call") -> T:
    """Run a coroutine on the background loop and wait for its result.

    Args:
        coro: closed, and never started, if this call is refused.
        timeout: seconds; the coroutine is cancelled when they have passed.
        what: names the call in the errors.

    Raises:
        RunningLoopError: called on a thread that runs an event loop.
        NetworkTimeoutError: ``timeout`` passed.
    """
    try:
        refuse_in_loop(what)
    except RunningLoopError:
        coro.close()
        raise
    future = asyncio.run_coroutine_threadsafe(coro, background())
    return _wait(future, timeout, what)


def converse(dialogue: Callable[[CallOut], Coroutine[Any, Any, T]], what: str = "This call") -> T:
    """Run ``dialogue(call)`` on the background loop; what it calls through ``call`` runs on this thread.

    An exception of such a function is raised inside the dialogue, at its ``await``. When the waiting thread is
    interrupted (KeyboardInterrupt), the dialogue is cancelled first.

    Raises:
        RunningLoopError: called on a thread that runs an event loop.
    """
    refuse_in_loop(what)
    loop = background()
    calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    def call(function: Callable[[Any], R], argument: Any, /) -> Awaitable[R]:
        answer: asyncio.Future[R] = loop.create_future()
        calls.put(lambda: _answer(loop, answer, function, argument))
        return answer

    future = asyncio.run_coroutine_threadsafe(dialogue(call), loop)
    future.add_done_callback(lambda _: calls.put(None))
    try:
        while (job := calls.get()) is not None:
            job()
        return future.result()
    except BaseException:
        future.cancel()
        raise


def _answer(
    loop: asyncio.AbstractEventLoop, answer: asyncio.Future[R], function: Callable[[Any], R], argument: Any
) -> None:
    try:
        result = function(argument)
    except Exception as error:  # noqa: BLE001 - it belongs to the dialogue, which raises it where it asked
        loop.call_soon_threadsafe(_settle, answer, None, error)
    else:
        loop.call_soon_threadsafe(_settle, answer, result, None)


def _settle(answer: asyncio.Future[Any], result: object, error: Exception | None) -> None:
    if answer.done():
        return
    if error is not None:
        answer.set_exception(error)
    else:
        answer.set_result(result)


def _wait(future: concurrent.futures.Future[T], timeout: float | None, what: str) -> T:
    try:
        return future.result(timeout)
    except concurrent.futures.TimeoutError as error:
        if future.done():
            raise
        future.cancel()
        raise NetworkTimeoutError(f"{what} took longer than {timeout:g} seconds.") from error
    except BaseException:
        future.cancel()
        raise

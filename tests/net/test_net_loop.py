from __future__ import annotations

import asyncio
import os
import threading
import time

import pytest

from mailkit.errors import NetworkTimeoutError, RunningLoopError
from mailkit.net import loop


async def add(a: int, b: int) -> int:
    await asyncio.sleep(0)
    return a + b


async def event() -> asyncio.Event:
    return asyncio.Event()


def test_run_gives_the_result():
    assert loop.run(add(1, 2), 5) == 3


def test_the_loop_is_one():
    assert loop.background() is loop.background()


def test_run_raises_what_the_coroutine_raises():
    async def fails() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        loop.run(fails())


def test_run_times_out_and_cancels():
    cancelled = threading.Event()

    async def waits() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    start = time.monotonic()
    with pytest.raises(NetworkTimeoutError, match=r"0\.05 seconds"):
        loop.run(waits(), 0.05)
    assert time.monotonic() - start < 5
    assert cancelled.wait(5)


def test_a_timeout_of_the_coroutine_itself_is_not_ours():
    async def own() -> None:
        raise TimeoutError("own")

    with pytest.raises(TimeoutError, match="own") as caught:
        loop.run(own(), 5)
    assert not isinstance(caught.value, NetworkTimeoutError)


def test_refused_inside_a_running_loop():
    async def outer() -> None:
        with pytest.raises(RunningLoopError, match="Sending blocks") as caught:
            loop.run(add(1, 2), what="Sending")
        assert "AsyncMailKit" in caught.value.hint
        with pytest.raises(RunningLoopError):
            loop.converse(lambda call: add(1, 2))

    asyncio.run(outer())


def test_call_out_runs_on_the_waiting_thread():
    threads: list[int] = []

    def here(value: int) -> int:
        threads.append(threading.get_ident())
        return value * 2

    async def dialogue(call: loop.CallOut) -> int:
        first = await call(here, 4)
        return await call(here, first)

    assert loop.converse(dialogue) == 16
    assert threads == [threading.get_ident()] * 2


def test_an_exception_of_the_callback_is_raised_at_its_await():
    def boom(_: object) -> None:
        raise KeyError("disk full")

    async def dialogue(call: loop.CallOut) -> str:
        with pytest.raises(KeyError):
            await call(boom, None)
        return "went on"

    assert loop.converse(dialogue) == "went on"

    async def lets_it_pass(call: loop.CallOut) -> None:
        await call(boom, None)

    with pytest.raises(KeyError, match="disk full"):
        loop.converse(lets_it_pass)


def test_an_interrupt_cancels_the_dialogue():
    cancelled = threading.Event()

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    async def dialogue(call: loop.CallOut) -> None:
        try:
            await call(interrupt, None)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(KeyboardInterrupt):
        loop.converse(dialogue)
    assert cancelled.wait(5)


def test_threads_share_the_loop_and_do_not_wait_for_each_other():
    inside: list[int] = []
    all_in = loop.run(event())

    async def waits_for_the_others(number: int) -> None:
        inside.append(number)
        if len(inside) == 10:
            all_in.set()
        await all_in.wait()

    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            loop.run(waits_for_the_others(number), 30)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(inside) == list(range(10))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process.*multi-threaded:DeprecationWarning")
def test_a_forked_child_makes_its_own_loop():
    loop.run(add(1, 1))
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, str(loop.run(add(20, 22), 5)).encode())
        os._exit(0)
    os.close(writer)
    try:
        assert os.read(reader, 10) == b"42"
    finally:
        os.close(reader)
        os.waitpid(pid, 0)
    assert loop.run(add(1, 1)) == 2

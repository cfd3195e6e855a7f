"""The asynchronous door: the same road, awaited; the caller's asynchronous transaction; inside FastAPI."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from mailkit import AsyncMailKit, Draft, MailKit, MessageReceived, Record
from mailkit.errors import UnknownAccountError
from mailkit.kit.accounts import Accounts
from mailkit.kit.events import Events
from mailkit.kit.links import Links
from mailkit.kit.outbox import Outbox
from mailkit.kit.quarantine import Quarantine
from mailkit.kit.threads import Messages, Threads
from support.application import ANA, BO, Application
from support.mails import mail

#: What has no awaited twin, and why.
ALONE = {
    "Outbox.send": "AsyncMailKit.send is it",
    "Links.url": "asks an adapter, which is not mailkit's to run",
    "MailKit.close": "aclose",
    "MailKit.stop": "cancel the task that awaits work",
    "MailKit.from_env": "AsyncMailKit(MailKit.from_env())",
}


def _draft(subject: str = "x") -> Draft:
    return Draft(to=[BO], subject=subject, text="y")


def test_the_whole_road_awaited(office: Application) -> None:
    office.arrives(mail(to=ANA))

    async def main() -> None:
        kit = AsyncMailKit(office.kit)
        heard: list[MessageReceived] = []
        kit.on(MessageReceived)(lambda event, _tx: heard.append(event))
        assert (await kit.sync("sales")).new == 1
        [message] = await kit.messages.latest()
        thread = await kit.threads.of(message.id)
        await kit.links.add(thread, Record("crm", "deal", "1"))
        assert [link.record.id for link in await kit.links.of(thread)] == ["1"]
        assert "linked to crm:deal/1" in str(await kit.links.explain(thread))
        assert (await kit.send(_draft(), account="sales")).sent
        await kit.work(once=True)
        assert str(await kit.audit("sales")) == "2 of 2"
        batch = await kit.events.read("c")
        await kit.events.ack(batch)
        assert len(await kit.events.read("c")) == 0
        assert [event.message_id for event in heard] == [message.id]
        assert (await kit.ingest(mail(message_id="other@x.example"))).new
        assert (await kit.stats()).messages == 3
        with pytest.raises(UnknownAccountError):
            await kit.sync("nobody")

    asyncio.run(main())


def test_the_loop_is_not_blocked(office: Application) -> None:
    office.server.faults.call_at("SELECT", lambda: threading.Event().wait(0.4), service="imap")
    office.server.faults.call_at("EXAMINE", lambda: threading.Event().wait(0.4), service="imap")

    async def main() -> int:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        await AsyncMailKit(office.kit).sync("sales")
        ticking.cancel()
        return ticks

    assert asyncio.run(main()) >= 10


def test_a_watch_is_awaited_and_ended(office: Application) -> None:
    async def main() -> None:
        kit = AsyncMailKit(office.kit)
        watching = kit.watch("sales", seconds=30)
        arriving = asyncio.create_task(_later(office))
        async for event in watching:
            assert isinstance(event, MessageReceived)
            break
        await watching.aclose()  # type: ignore[attr-defined]
        await arriving

    asyncio.run(main())


@pytest.mark.parametrize("natively", [False, True], ids=["by a scope", "by its task"])
def test_a_quiet_watch_ends_when_it_is_cancelled(
    office: Application, natively: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailkit.kit.mailboxes.SLICE_SECONDS", 0.1)
    before = set(threading.enumerate())

    async def watch(kit: AsyncMailKit) -> None:
        async for _ in kit.watch("sales"):
            pass

    async def main() -> None:
        kit = AsyncMailKit(office.kit)
        if natively:
            task = asyncio.create_task(watch(kit))
            await asyncio.sleep(0.5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, 5)
        else:
            with anyio.move_on_after(0.5) as scope:
                await watch(kit)
            assert scope.cancelled_caught

    asyncio.run(main())
    for thread in set(threading.enumerate()) - before:
        thread.join(0 if thread.daemon else 10)
        assert thread.daemon or not thread.is_alive(), "the thread of the watch goes on"


async def _later(office: Application) -> None:
    await asyncio.sleep(0.3)
    office.arrives(mail(to=ANA))


def test_work_ends_when_its_task_is_cancelled(office: Application) -> None:
    async def main() -> None:
        kit = AsyncMailKit(office.kit)
        with anyio.move_on_after(0.5):
            await kit.work(only={"jobs"})

    before = threading.active_count()
    asyncio.run(main())
    assert threading.active_count() <= before + 2


def _async_engine(url: str) -> AsyncEngine:
    return create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:", 1))


def test_enqueue_on_an_asynchronous_transaction(office: Application, store_url: str) -> None:
    async def main() -> None:
        kit = AsyncMailKit(office.kit)
        engine = _async_engine(store_url)
        async with engine.connect() as tx:
            await kit.outbox.enqueue(_draft(), account="sales", key="k", tx=tx)
            await tx.rollback()
        assert await kit.outbox.list() == ()
        async with engine.begin() as tx:
            receipt = await kit.outbox.enqueue(_draft(), account="sales", key="k", tx=tx)
        assert receipt.created
        assert not (await kit.outbox.enqueue(_draft(), account="sales", key="k")).created
        assert await kit.outbox.dispatch() == 1
        await engine.dispose()

    asyncio.run(main())
    assert len(office.server.sent) == 1


def test_a_cancelled_enqueue_leaves_the_transaction_usable_and_the_row_in_it(
    office: Application, store_url: str
) -> None:
    """Cancelled at every step of it, by its task and by a scope."""

    async def until(step: int, kit: AsyncMailKit, engine: AsyncEngine) -> bool:
        async with engine.begin() as tx:
            await tx.execute(text("INSERT INTO app VALUES (:n)"), {"n": step})
            putting = asyncio.create_task(
                kit.outbox.enqueue(_draft(), account="sales", key=f"order-{step}", tx=tx), name="putting"
            )
            for _ in range(step):
                await asyncio.sleep(0)
            over = putting.done()
            putting.cancel()
            await asyncio.wait([putting])
            assert putting.cancelled() or over
            # Not begun is not written; begun is written whole.
            found = await tx.execute(text("SELECT count(*) FROM mailkit_outbox"))
            assert found.scalar() in (step, step + 1)
            if not step:
                await kit.outbox.enqueue(_draft(), account="sales", key="order-0", tx=tx)
        return over

    async def main() -> int:
        kit, engine = AsyncMailKit(office.kit), _async_engine(store_url)
        async with engine.begin() as tx:
            await tx.execute(text("CREATE TABLE app (n INTEGER)"))
        steps = 0
        while not await until(steps, kit, engine):
            steps += 1
        async with engine.connect() as tx:
            rows = (await tx.execute(text("SELECT (SELECT count(*) FROM app), count(*) FROM mailkit_outbox"))).one()
            assert tuple(rows) == (steps + 1, steps + 1)
        await engine.dispose()
        return steps

    assert asyncio.run(main()) > 5
    assert office.kit.outbox.dispatch() > 5


def test_inside_fastapi(office: Application) -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    kit = AsyncMailKit(office.kit)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_work, kit)
            yield
            tasks.cancel_scope.cancel()

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders/{number}")
    async def order(number: str) -> dict[str, object]:
        receipt = await kit.send(_draft(f"Order {number}"), account="sales", key=f"order-{number}")
        return {"sent": receipt.sent, "created": receipt.created}

    @app.get("/threads")
    def threads() -> list[str]:
        return [thread.subject for thread in office.kit.threads.list()]

    with TestClient(app) as client:
        assert client.post("/orders/7").json() == {"sent": True, "created": True}
        assert client.post("/orders/7").json() == {"sent": True, "created": False}
        assert client.get("/threads").json() == ["Order 7"]
    assert len(office.server.sent) == 1


async def _work(kit: AsyncMailKit) -> None:
    await kit.work(only={"outbox", "jobs"})


def test_every_public_method_has_its_awaited_twin(office: Application) -> None:
    door = AsyncMailKit(office.kit)
    pairs: list[tuple[type, object]] = [
        (MailKit, door),
        (Accounts, door.accounts),
        (Outbox, door.outbox),
        (Threads, door.threads),
        (Messages, door.messages),
        (Links, door.links),
        (Events, door.events),
        (Quarantine, door.quarantine),
    ]
    for cls, twin in pairs:
        for name, method in inspect.getmembers(cls, inspect.isfunction):
            if name.startswith("_") or f"{cls.__name__}.{name}" in ALONE:
                continue
            there = getattr(twin, name, None)
            assert there is not None, f"{cls.__name__}.{name} has no awaited twin"
            assert method.__doc__, f"{cls.__name__}.{name} has no docstring"
            theirs, ours = (set(inspect.signature(one).parameters) - {"self"} for one in (method, there))
            assert ours <= theirs, f"{cls.__name__}.{name}: {ours - theirs}"


def test_a_task_that_a_handler_starts_is_not_in_its_transaction(office: Application) -> None:
    """It has a copy of the handler's context, and goes on when the transaction has ended."""
    office.arrives(mail(message_id="1@client.example"))

    async def main() -> tuple[int, int]:
        kit = AsyncMailKit(office.kit)
        loop, started, committed = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        tasks: list[asyncio.Task[tuple[int, int]]] = []

        async def tell(number: int) -> tuple[int, int]:
            await committed.wait()
            found = await kit.messages.get(number)
            return found.id, (await kit.sync("sales")).new

        def start(number: int) -> None:
            tasks.append(asyncio.create_task(tell(number)))
            started.set()

        @kit.on(MessageReceived)
        def handle(event: MessageReceived, _tx: object) -> None:
            loop.call_soon_threadsafe(start, event.message_id)

        stored = await kit.ingest(mail(message_id="2@client.example"))
        await started.wait()
        committed.set()
        found, new = await tasks[0]
        return found - stored.id, new

    assert asyncio.run(main()) == (0, 1)

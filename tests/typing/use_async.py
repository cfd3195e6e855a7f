"""The asynchronous door, typed as an application uses it. Checked in `make check`; never run."""

from __future__ import annotations

from typing import assert_type

from sqlalchemy.ext.asyncio import AsyncEngine

from mailkit import AsyncMailKit, Draft, Event, MailKit, MessageReceived, Receipt, Record


async def open_it() -> AsyncMailKit:
    kit = await AsyncMailKit.open("sqlite:///mail.db", key="key")
    assert_type(kit, AsyncMailKit)
    return AsyncMailKit(MailKit("sqlite:///mail.db"), threads=4)


async def send(kit: AsyncMailKit, draft: Draft) -> bool:
    receipt = await kit.send(draft, account="sales", key="order-1042")
    assert_type(receipt, Receipt)
    return receipt.sent


async def in_a_transaction(kit: AsyncMailKit, engine: AsyncEngine, draft: Draft) -> int:
    async with engine.begin() as tx:
        return (await kit.outbox.enqueue(draft, account="sales", key="order-1042", tx=tx)).id


async def conversation(kit: AsyncMailKit, message_id: int) -> str:
    thread = await kit.threads.of(message_id)
    await kit.links.add(thread, Record("crm", "deal", "42"))
    return str(await kit.links.explain(thread))


async def watch(kit: AsyncMailKit) -> list[Event]:
    async with kit:
        return [event async for event in kit.watch("sales", seconds=5)]


def register(kit: AsyncMailKit) -> None:
    @kit.on(MessageReceived)
    def seen(event: MessageReceived, tx: object) -> None:
        print(event.message_id, tx)

    assert_type(seen(MessageReceived(), None), None)

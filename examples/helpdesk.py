"""A help desk in FastAPI: conversations, answers, and a worker beside the requests.

Settings come from the environment: ``MAILKIT_DATABASE``, ``MAILKIT_KEY``. The account ``support`` must be stored
(``mailkit account add help@acme.example --name support …``).

Usage: ``uvicorn helpdesk:app --app-dir examples``
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel

from mailkit import AsyncMailKit, reply
from mailkit.content import read
from mailkit.errors import NotFoundError

ACCOUNT = "support"


class Conversation(BaseModel):
    """A conversation in the list."""

    id: int
    subject: str
    messages: int


class Entry(BaseModel):
    """One message: what its sender wrote, without what it quotes."""

    id: int
    sender: str
    text: str


class Answer(BaseModel):
    """What the desk answers. ``key`` comes from the form, so that a form sent twice sends one mail."""

    text: str
    key: str


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open mailkit, and let a worker run as long as the application does."""
    kit = await AsyncMailKit.open(os.environ["MAILKIT_DATABASE"], key=os.environ.get("MAILKIT_KEY"))
    async with kit, anyio.create_task_group() as tasks:
        app.state.mail = kit
        tasks.start_soon(kit.work)
        yield
        tasks.cancel_scope.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/threads")
async def threads(request: Request) -> list[Conversation]:
    """The latest conversations."""
    kit: AsyncMailKit = request.app.state.mail
    return [Conversation(id=t.id, subject=t.subject, messages=t.message_count) for t in await kit.threads.list()]


@app.get("/threads/{thread_id}")
async def thread(request: Request, thread_id: int) -> list[Entry]:
    """The messages of one conversation, oldest first."""
    kit: AsyncMailKit = request.app.state.mail
    try:
        stored = await kit.threads.messages(thread_id)
    except NotFoundError as error:
        raise HTTPException(404, error.message) from error
    return [
        Entry(id=one.id, sender=one.from_address, text=read(await kit.messages.parse(one.id)).reply_text)
        for one in stored
    ]


@app.post("/threads/{thread_id}/answers")
async def answer(request: Request, thread_id: int, given: Answer) -> dict[str, str]:
    """Answer the last message that came from outside; the worker sends it."""
    kit: AsyncMailKit = request.app.state.mail
    try:
        stored = await kit.threads.messages(thread_id)
    except NotFoundError as error:
        raise HTTPException(404, error.message) from error
    last = [one for one in stored if one.direction == "inbound"][-1]
    own = (await kit.accounts.get(ACCOUNT)).addresses
    draft = reply(await kit.messages.parse(last.id), own_addresses=own, text=given.text, quote=True)
    receipt = await kit.outbox.enqueue(draft, account=ACCOUNT, key=given.key)
    return {"state": receipt.state, "message_id": receipt.message_id}

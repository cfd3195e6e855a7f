"""Mistakes that a later change could make, done to the code of a child process. Undisturbed runs do not show them."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
from pathlib import Path
from typing import Any

from mailkit.events import Event
from mailkit.ingest import Ingest
from mailkit.kit import work
from mailkit.kit.events import Events
from mailkit.outbox import dispatch, filing
from mailkit.store import Store, Tx, events, folders, queue, raw
from mailkit.sync import folder


def move_the_mark() -> None:
    """A commit moved: "started" is committed after the content was sent, together with what came of it."""
    attempt: Any = dispatch._Attempt
    mark, settle = attempt._mark, attempt._settle
    outgoing: dict[int, Any] = {}

    def marked(self: Any, message: Any) -> None:
        outgoing[message.id] = message
        self._started.add(message.id)

    def settled(self: Any, result: Any) -> None:
        mark(self, outgoing[result.id])
        settle(self, result)

    attempt._mark, attempt._settle = marked, settled


def part_the_event() -> None:
    """A commit moved: the events have a transaction of their own, after the messages'."""
    many: Any = Ingest.many
    append = events.append
    held: list[Event] = []

    def later(self: Any, mails: Any, **more: Any) -> Any:
        events.append = lambda _tx, event: held.append(event)  # type: ignore[assignment]
        try:
            stored = many(self, mails, **more)
        finally:
            events.append = append
        told = held.copy()
        held.clear()
        self._store.run(lambda tx: [append(tx, event) for event in told])
        return stored

    Ingest.many = later  # type: ignore[method-assign]


def do_not_look() -> None:
    """A check for what was done before dropped: a sent mail is filed without a look whether it is there."""
    filing.find_sent = lambda *_: []


def acknowledge_first() -> None:
    """Acknowledged before it is done: a message is noted as shown on a record, then it is shown."""
    real = work.run_attach

    def attach(store: Any, adapters: Any, job: queue.Job) -> Any:
        def acknowledge(tx: Tx) -> bool:
            return queue.settle(tx, job, "done")

        store.run(acknowledge)
        return real(store, adapters, job)

    work.run_attach = attach


def acknowledge_events_first() -> None:
    """Acknowledged before it is done: a reader's cursor has moved when it gets its batch."""
    read, acknowledge = Events.read, Events.ack

    def ahead(self: Events, cursor: str, *, limit: int = 100) -> Any:
        batch = read(self, cursor, limit=limit)
        acknowledge(self, batch)
        return batch

    Events.read = ahead  # type: ignore[method-assign]
    Events.ack = lambda *_, **__: None  # type: ignore[assignment, method-assign]


def write_the_file_last() -> None:
    """A write moved: the file of raw bytes is written when the row that speaks of it is committed."""
    write: Any = raw._write
    run: Any = Store.run
    held: list[tuple[Any, ...]] = []

    def later(self: Any, work: Any) -> Any:
        done = run(self, work)
        while held:
            write(*held.pop(0))
        return done

    raw._write = lambda *told: held.append(told)
    Store.run = later  # type: ignore[method-assign]


def move_the_cursor_first() -> None:
    """A commit moved: a folder's cursor moves before the changed flags are written."""
    follow: Any = folder._follow_flags

    def ahead(run: Any, name: str, state: Any, todo: Any) -> Any:
        def move(tx: Tx) -> None:
            at, top = (state.uidnext, state.highestmodseq), state.uidnext - 1
            folders.advance(tx, run.account.name, name, uidnext=at[0], highestmodseq=at[1], last_uid=top)

        run.write(move)
        return follow(run, name, state, todo)

    folder._follow_flags = ahead


def touch_everything(told: dict[str, str]) -> dict[str, list[str]]:
    """A task that passes each kind of point once, and much that is none."""
    home = Path(told["home"])
    connection = sqlite3.connect(home / "some.db")
    connection.execute("CREATE TABLE t (x)")
    connection.commit()  # nothing is open: no point
    with connection:
        connection.execute("INSERT INTO t VALUES (1)")
    connection.close()
    listening = socket.create_server(("127.0.0.1", 0))
    talking = socket.create_connection(listening.getsockname())
    talking.sendall(b"1")
    talking.send(b"2")
    talking.close()
    listening.close()
    left, right = socket.socketpair()
    left.send(b"not on the net: no point")
    left.close()
    right.close()
    asyncio.run(_send_by_a_loop())
    partial = home / "a.partial"
    with partial.open("wb") as file:
        file.write(b"some")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(home / "a")
    (home / "a").read_bytes()
    Path(os.devnull).write_bytes(b"not below the roots: no point")
    return {"expected": ["commit", *["socket"] * 3, *["file"] * 5]}


async def _send_by_a_loop() -> None:
    async def gone(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(gone, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"3")
    writer.close()
    server.close()

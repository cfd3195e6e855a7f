"""A worker that kills itself with SIGKILL at the n-th line that it runs in mailkit's outbox, transport or store.

Run as a program. It imports everything once, then reads orders from its standard input, one a line, as JSON::

    {"url": database, "account": account as JSON, "password": …, "kill_at": n or 0}

and forks a worker for each. It answers with one line: ``killed``, or the number of lines that the worker ran.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import mailkit
from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.outbox import Behaviour, Dispatcher
from mailkit.store import Store
from mailkit.transport.smtp import SmtpTransport
from mailkit.words import Limits

ROOT = Path(mailkit.__file__).parent
WATCHED = tuple(str(ROOT / room) for room in ("outbox", "transport", "store", "ingest"))
lines = itertools.count(1)
ran = 0


def tracer(kill_at: int):
    def line(frame: FrameType, event: str, arg: object):
        global ran
        if event == "line":
            ran = next(lines)
            if ran == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    def call(frame: FrameType, event: str, arg: object):
        return line if frame.f_code.co_filename.startswith(WATCHED) else None

    return call


def work(order: dict) -> None:
    store = Store.open(order["url"])
    account = Account.from_stored(order["account"], order["password"])
    profile = Profile(addresses=frozenset({account.address}))
    ingest = Ingest(store, profile=lambda _: profile, rules=LinkRules(), limits=Limits())
    dispatcher = Dispatcher(
        store,
        transport=lambda _: SmtpTransport.for_account(account, Credentials()),
        ingest=ingest.within,
        behaviour=lambda _: Behaviour(saves_sent=True),
        lease=0,
        started_lease=0,
    )
    trace = tracer(order["kill_at"])
    threading.settrace(trace)
    sys.settrace(trace)
    dispatcher.run()
    sys.settrace(None)


def main() -> None:
    for text in sys.stdin:
        order = json.loads(text)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            code = 1
            try:
                work(order)
                os.write(writer, str(ran).encode())
                code = 0
            finally:
                os._exit(code)
        os.close(writer)
        _, status = os.waitpid(pid, 0)
        told = os.read(reader, 100).decode()
        os.close(reader)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if killed else told or "failed", flush=True)


if __name__ == "__main__":
    main()

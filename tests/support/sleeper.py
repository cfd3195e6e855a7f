"""A worker that stops in the middle of its work and says so, so that it can be frozen there. Run as a program:
``python -m support.sleeper`` with one line of JSON on its standard input::

    {"role": "find", "url": database, …}

It prints ``here`` at the point that its role names and waits for another line; then it goes on, and prints what its
work came to, as JSON. ``Sleeper`` is the other side: it starts the program, freezes it with SIGSTOP, and wakes it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.link.adapter import Note, Query
from mailkit.link.jobs import run_attach, run_find
from mailkit.link.patterns import Patterns
from mailkit.outbox import Behaviour, Dispatcher
from mailkit.store import Store
from mailkit.sync import sync_account
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.transport import Outgoing, Result, Transport
from mailkit.transport.smtp import SmtpTransport
from mailkit.words import Candidate, Limits, Record
from mailkit.worker import Jobs

#: Seconds of the leases that the program takes where it may say.
LEASE = 0.5
OWN = frozenset({"sales@acme.example"})


def pause() -> None:
    """Say where we are, and wait to be told to go on."""
    print("here", flush=True)
    sys.stdin.readline()


class SlowCrm(SampleCrmAdapter):
    """The sample CRM's adapter, which falls asleep in one of its methods, once."""

    sleeps_in = ""

    def find(self, query: Query) -> list[Candidate]:
        found = super().find(query)
        self._sleep("find")
        return found

    def attach(self, record: Record, note: Note) -> str:
        self._sleep("attach")
        return super().attach(record, note)

    def _sleep(self, method: str) -> None:
        if self.sleeps_in == method:
            self.sleeps_in = ""
            pause()


class SlowTransport:
    """SMTP that falls asleep between the started mark and the first byte of the content."""

    def __init__(self, real: Transport) -> None:
        self._real = real

    def send(
        self,
        outgoing: Sequence[Outgoing],
        on_data: Callable[[Outgoing], None],
        on_result: Callable[[Result], None],
    ) -> list[Result]:
        def mark(message: Outgoing) -> None:
            on_data(message)
            pause()

        return self._real.send(outgoing, mark, on_result)


def jobs_of(store: Store, adapter: SampleCrmAdapter, lease: float = LEASE) -> Jobs:
    return Jobs(
        store,
        {
            "find": lambda job: _void(run_find(store, [adapter], job)),
            "attach": lambda job: _void(run_attach(store, [adapter], job)),
        },
        owner=f"w{os.getpid()}",
        batch=1,
        lease=lease,
    )


def dispatcher_of(store: Store, transport: Callable[[str], Transport]) -> Dispatcher:
    return Dispatcher(
        store,
        transport=transport,
        ingest=ingest_of(store).within,
        behaviour=lambda _: Behaviour(saves_sent=True),
        lease=LEASE,
        started_lease=LEASE,
    )


def ingest_of(store: Store, adapter: SampleCrmAdapter | None = None, at: int = 0) -> Ingest:
    """An ingest; with ``at``, one that falls asleep over the mail of that number: it is fetched, and not stored."""
    count = 0

    def profile(name: str | None) -> Profile:
        nonlocal count
        count += 1
        if count == at:
            pause()
        return Profile(addresses=OWN)

    rules = LinkRules(patterns=Patterns.of([adapter] if adapter else []))
    return Ingest(store, profile=profile, rules=rules, limits=Limits(batch_messages=3))


def job(told: dict[str, Any]) -> object:
    adapter = SlowCrm(SampleCrm(told["crm"]))
    adapter.sleeps_in = told["role"]
    return jobs_of(Store.open(told["url"]), adapter).run()


def sync(told: dict[str, Any]) -> object:
    store = Store.open(told["url"])
    account = Account.from_stored(told["account"], told["password"])
    limits = Limits(batch_messages=3)
    report = sync_account(account, store=store, ingest=ingest_of(store, at=told["at"]), limits=limits)
    return {"busy": report.busy, "new": report.new}


def dispatch(told: dict[str, Any]) -> object:
    account = Account.from_stored(told["account"], told["password"])

    def transport(_: str) -> Transport:
        real = SmtpTransport.for_account(account, Credentials())
        if told["role"] == "started":
            return SlowTransport(real)
        pause()
        return real

    return dispatcher_of(Store.open(told["url"]), transport).run()


def _void(_: object) -> None:
    """Drops a result."""


ROLES: dict[str, Callable[[dict[str, Any]], object]] = {
    "find": job,
    "attach": job,
    "sync": sync,
    "claimed": dispatch,
    "started": dispatch,
}


class Sleeper:
    """The program, from the side of the tests."""

    def __init__(self, role: str, **told: object) -> None:
        root = Path(__file__).resolve().parents[2]
        path = os.pathsep.join([str(root / "tests"), str(root / "src")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.sleeper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._tell(json.dumps({"role": role, **told}))

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def freeze(self) -> None:
        """Wait until it is where it falls asleep, and freeze it there, longer than its lease."""
        assert self._hear() == "here", "it did not come to where it falls asleep"
        os.kill(self._process.pid, signal.SIGSTOP)
        status = Path(f"/proc/{self._process.pid}/stat")
        for _ in range(500):
            if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "T":
                break
            time.sleep(0.01)
        time.sleep(LEASE * 1.5)

    def wake(self) -> Any:
        """Let it go on to its end; what its work came to."""
        self._tell("go on")
        os.kill(self._process.pid, signal.SIGCONT)
        said = self._hear()
        assert self._process.wait(60) == 0
        return json.loads(said)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


if __name__ == "__main__":
    order = json.loads(sys.stdin.readline())
    print(json.dumps(ROLES[order["role"]](order)), flush=True)

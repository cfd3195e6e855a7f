"""Several workers on one database at once: real processes that ingest, run jobs and read events.

Run as a program (``python -m support.swarm``) it imports everything once, then reads orders from its standard input,
one a line, as JSON, forks the processes of each, and answers with one line of JSON when all have ended. Forking from a
process that has no thread and no connection is cheap and safe, so that a sweep can afford fifty swarms.

What a swarm does depends on its order alone: the mails (``samples``), who gets which batch and in what order
(``share``), and where workers pause. When they run is up to the machine.
"""

from __future__ import annotations

import json
import os
import random
import select
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from mailkit import MailKit
from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.link.jobs import run_attach, run_find
from mailkit.link.patterns import Patterns
from mailkit.link.rules import LinkPolicy
from mailkit.store import Store, events, queue
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.testing.samples import TRUSTED_HOST, SampleMail, SampleSet, generate
from mailkit.words import Limits, RawMail, Source
from mailkit.worker import Jobs

#: Parts of a large set of mails; no multiple of 2 or 3, so that a part meets every kind of interleaving.
SLICES = 17
#: Seconds that the reader goes on looking for the last events after the last writer has ended.
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Order:
    """One swarm. ``part``: one of ``SLICES`` parts of the mails (whole conversations), None for all of them;
    ``chosen``: one more seed of the order of arrival."""

    url: str
    tenant: str
    seed: int
    count: int
    number: int = 0
    workers: int = 2
    part: int | None = None
    crm: str = ""
    chosen: str = ""

    def chance(self, *salt: object) -> random.Random:
        return random.Random(f"{self.seed}:{self.chosen}:{self.number}:{self.workers}:{salt}")


@lru_cache(maxsize=2)
def samples(seed: int, count: int) -> SampleSet:
    return generate(seed, count)


def mails_of(order: Order) -> list[SampleMail]:
    """The mails of an order, in the order in which they were written."""
    found = samples(order.seed, order.count)
    if order.part is None:
        return list(found.mails)
    names = list(found.conversations())[order.part :: SLICES]
    chosen = set(names)
    return [mail for mail in found.mails if mail.truth.conversation in chosen]


def arrivals(order: Order) -> list[RawMail]:
    """The mails as they lie on the servers: each in its own folder, half of them in a shared archive as well, a third
    in the mailbox of a chief who gets copies. The same bytes in several accounts and folders."""
    chance = random.Random(f"{order.seed}:places")
    found: list[RawMail] = []
    copied: set[str] = set()
    for number, mail in enumerate(mails_of(order), 1):
        places = [(mail.account, mail.folder)]
        if chance.random() < 0.5:
            places.append((mail.account, "Archive"))
        # Two copies of one mail differ in their traces; the chief gets the first.
        if chance.random() < 0.34 and mail.key not in copied:
            places.append(("chief@acme.example", "INBOX"))
        copied.add(mail.key)
        for account, folder in places:
            source = Source.imap(account, folder, 1, number)
            arrival = RawMail(
                mail.raw, source, received_at=mail.internaldate, flags=mail.flags, direction=mail.truth.direction
            )
            found.append(arrival)
    return found


def share(order: Order) -> list[list[list[RawMail]]]:
    """For each worker its batches: all arrivals shuffled, cut, dealt at random; every tenth batch goes to a second
    worker too, as when a worker is thought dead and is not."""
    chance = order.chance("share")
    mixed = arrivals(order)
    chance.shuffle(mixed)
    cuts = [0]
    while cuts[-1] < len(mixed):
        cuts.append(min(cuts[-1] + chance.choice((1, 2, 5, 20, 40)), len(mixed)))
    hands: list[list[list[RawMail]]] = [[] for _ in range(order.workers)]
    for low, high in pairwise(cuts):
        first = chance.randrange(order.workers)
        hands[first].append(mixed[low:high])
        if chance.random() < 0.1:
            again = mixed[low:high]
            chance.shuffle(again)
            hands[(first + 1) % order.workers].append(again)
    for hand in hands:
        chance.shuffle(hand)
    return hands


@dataclass
class Bench:
    """One worker's tools."""

    store: Store
    ingest: Ingest
    jobs: Jobs | None

    @classmethod
    def open(cls, order: Order) -> Bench:
        store = Store.open(order.url, tenant=order.tenant, create=False)
        adapter = SampleCrmAdapter(SampleCrm(order.crm)) if order.crm else None
        adapters = [adapter] if adapter else []
        own = Profile(addresses=frozenset(samples(order.seed, order.count).accounts), authserv_ids=(TRUSTED_HOST,))
        rules = LinkRules(patterns=Patterns.of(adapters), verifier=None, policy=LinkPolicy())
        ingest = Ingest(store, profile=lambda _: own, rules=rules, limits=Limits())
        runners: dict[str, Callable[[queue.Job], None]] = {
            "find": lambda job: void(run_find(store, adapters, job)),
            "attach": lambda job: void(run_attach(store, adapters, job)),
        }
        jobs = Jobs(store, runners, owner=f"w{os.getpid()}", batch=10) if adapter else None
        return cls(store, ingest, jobs)


def void(_: object) -> None:
    """Drops a result."""


def serial(order: Order) -> None:
    """The same, by one worker, in the order in which the mails were written."""
    bench = Bench.open(order)
    todo = arrivals(order)
    for at in range(0, len(todo), 100):
        bench.ingest.many(todo[at : at + 100])
    if bench.jobs is not None:
        bench.jobs.drain()
    bench.store.close()


def work(order: Order, hand: Sequence[Sequence[RawMail]], me: int) -> None:
    """A worker: its batches, jobs in between, pauses, and then jobs until none is left."""
    chance = order.chance("work", me)
    bench = Bench.open(order)
    for batch in hand:
        bench.ingest.many(batch)
        if bench.jobs is not None and chance.random() < 0.5:
            bench.jobs.run()
        time.sleep(chance.choice((0.0, 0.0, 0.002, 0.01)))
    if bench.jobs is not None:
        bench.jobs.drain()
    bench.store.close()


def read(order: Order, stop: int) -> list[list[Any]]:
    """The reader: takes events by a cursor until the writers have ended and nothing more comes."""
    store = Store.open(order.url, tenant=order.tenant, create=False)
    seen: list[list[Any]] = []
    last = float("inf")
    while True:
        stopping = bool(select.select([stop], [], [], 0.0)[0])
        if stopping and last == float("inf"):
            last = time.monotonic() + PATIENCE
        with store.read() as tx:
            batch = events.after(tx, events.position(tx, "swarm"), 17)
        if batch:
            seen += [[one.id, one.name, one.thread_id, one.message_id] for _, one in batch]
            to = batch[-1][0]
            store.run(lambda tx, to=to: events.move(tx, "swarm", to))
            continue
        with store.read() as tx:
            written = events.after(tx, (0, 0), 1_000_000) if stopping else []
        if stopping and (len(seen) >= len(written) or time.monotonic() > last):
            store.close()
            return seen
        time.sleep(0.01)


def sync(order: dict[str, Any], me: int) -> None:
    """A worker that syncs accounts through the facade, each in its own order, until none of them is busy."""
    kit = MailKit(order["url"], key=order["key"])
    names = list(order["accounts"])
    random.Random(f"{order['seed']}:{me}").shuffle(names)
    while names:
        report = kit.sync(names[0])
        if report.busy:
            names.append(names.pop(0))
            time.sleep(0.01)
            continue
        assert report.ok, report
        names.pop(0)
    kit.close()


# -- processes ---------------------------------------------------------------------------------------------------------


def fork(task: Callable[[], object]) -> tuple[int, int]:
    """Run a task in a process of its own; its id, and where its result comes from."""
    receiver, sender = os.pipe()
    pid = os.fork()
    if pid:
        os.close(sender)
        return pid, receiver
    os.close(receiver)
    code = 1
    try:
        result = json.dumps({"result": task()})
        code = 0
    except BaseException:
        result = json.dumps({"error": traceback.format_exc()[-6000:]})
    with os.fdopen(sender, "w") as pipe:
        pipe.write(result)
    os._exit(code)


def gather(children: Sequence[tuple[int, int]]) -> list[Any]:
    """The results of processes, in their order. Raises RuntimeError with what one of them raised."""
    said = []
    for pid, receiver in children:
        with os.fdopen(receiver) as pipe:
            said.append(json.loads(pipe.read() or '{"error": "it died"}'))
        os.waitpid(pid, 0)
    failed = [one["error"] for one in said if "error" in one]
    if failed:
        raise RuntimeError("\n".join(failed))
    return [one["result"] for one in said]


def swarm(order: Order) -> dict[str, Any]:
    """Run an order: its workers and a reader, at once."""
    hands = share(order)
    if order.crm:
        SampleCrm(order.crm).seed_from(samples(order.seed, order.count))
    go_out, go_in = os.pipe()
    stop_out, stop_in = os.pipe()

    def started(me: int) -> None:
        os.close(go_in)
        os.close(stop_in)
        os.read(go_out, 1)  # ends when the parent closes its end
        work(order, hands[me], me)

    def reading() -> list[list[Any]]:
        os.close(go_in)
        os.close(stop_in)
        return read(order, stop_out)

    reader = fork(reading)
    workers = [fork(lambda me=me: started(me)) for me in range(order.workers)]
    began = time.perf_counter()
    os.close(go_in)
    try:
        gather(workers)
    finally:
        seconds = time.perf_counter() - began
        os.close(stop_in)
        os.close(go_out)
        os.close(stop_out)
        (seen,) = gather([reader])
    return {"seconds": seconds, "seen": seen, "arrivals": sum(len(b) for hand in hands for b in hand)}


def obey(told: dict[str, Any]) -> dict[str, Any]:
    kind = told.pop("kind")
    if kind == "swarm":
        return swarm(Order(**told))
    if kind == "serial":
        order = Order(**told)
        if order.crm:
            SampleCrm(order.crm).seed_from(samples(order.seed, order.count))
        gather([fork(lambda: serial(order))])
        return {}
    began = time.perf_counter()
    gather([fork(lambda me=me: sync(told, me)) for me in range(told["workers"])])
    return {"seconds": time.perf_counter() - began}


def main() -> None:
    for line in sys.stdin:
        try:
            answer = obey(json.loads(line))
        except Exception:
            answer = {"error": traceback.format_exc()[-8000:]}
        print(json.dumps(answer), flush=True)


class Nursery:
    """The program above, from the side of the tests."""

    def __init__(self) -> None:
        import subprocess

        root = Path(__file__).resolve().parents[2]
        path = os.pathsep.join([str(root / "tests"), str(root / "src")])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.swarm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def order(self, kind: str, order: Order | None = None, **more: object) -> dict[str, Any]:
        """Give an order and wait until it is done. Raises AssertionError with what a process raised."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told = {"kind": kind, **(asdict(order) if order else {}), **more}
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "the program died"}')
        assert "error" not in answer, answer["error"]
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


if __name__ == "__main__":
    main()

"""How fast ingest is, beside the bare driver's ``executemany`` of the very same rows.

In each round, on each database, one after the other:

*ingest*: ``Ingest.many``, warmed up, takes the sample mails in batches, as a sync does: parse, thread, link, tell.
*bare*: the rows that this left behind are written into the same empty tables, with all their indices, by
``cursor.executemany``, one INSERT per table and transaction, in as many transactions.

Printed are the medians: messages and rows per second of both, and the median of the rounds' ratios (time of ingest by
time of bare; 1 would mean that parsing, threading and linking cost nothing). One further round tells where the time
goes: preparing (pure Python), SQL by table and kind of statement with the number of executions, commits, and the rest.
The figures are saved as JSON in benchmarks/results/.

PostgreSQL: ``MAILKIT_BENCH_POSTGRES`` (the URL of a server, without a database) or the binaries that the tests use; it
is left out, with a note, where there are none. The tests' server runs with fsync off, for both contestants; SQLite with
synchronous FULL, for both.

Usage: ``python benchmarks/bench_ingest.py [ROUNDS [MAILS]]`` (default 3 rounds, 1,000 mails)
"""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event, select
from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from mailkit.ingest import Ingest, LinkRules, Profile
from mailkit.link.patterns import Patterns
from mailkit.store import Store
from mailkit.store.schema import metadata
from mailkit.testing.crm import SampleCrm, SampleCrmAdapter
from mailkit.testing.samples import TRUSTED_HOST, generate
from mailkit.words import Limits, RawMail, Source

RESULTS = Path(__file__).parent / "results"
BATCH = Limits().batch_messages
Rows = dict[Table, list[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall, and of this process's CPU time."""

    wall: float
    cpu: float

    @classmethod
    def now(cls) -> Took:
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Took) -> Took:
        return Took(self.wall - other.wall, self.cpu - other.cpu)


@dataclass
class Bench:
    """The mails, and the CRM whose patterns links are found by."""

    mails: list[RawMail]
    profile: Profile
    adapter: SampleCrmAdapter

    @classmethod
    def of(cls, count: int, home: Path) -> Bench:
        samples = generate(20261124, count)
        crm = SampleCrm(home / "crm.db")
        crm.seed_from(samples)
        mails = [
            RawMail(
                one.raw,
                Source.imap(one.account, one.folder, 1, number),
                received_at=one.internaldate,
                flags=one.flags,
                direction=one.truth.direction,
            )
            for number, one in enumerate(samples.mails, 1)
        ]
        own = Profile(addresses=frozenset(samples.accounts), authserv_ids=(TRUSTED_HOST,))
        return cls(mails, own, SampleCrmAdapter(crm))

    @property
    def batches(self) -> list[list[RawMail]]:
        return [self.mails[at : at + BATCH] for at in range(0, len(self.mails), BATCH)]

    def ingest(self, store: Store) -> Ingest:
        rules = LinkRules(patterns=Patterns.of([self.adapter]))
        return Ingest(store, profile=lambda _: self.profile, rules=rules, limits=Limits())

    def run(self, store: Store) -> Took:
        """Ingest all mails; what it took."""
        ingest = self.ingest(store)
        began = Took.now()
        for batch in self.batches:
            ingest.many(batch)
        return Took.now() - began


# -- the bare contestant -----------------------------------------------------------------------------------------------


def rows_of(store: Store) -> Rows:
    """Every row that ingest left."""
    with store.engine.connect() as connection:
        return {
            table: [tuple(row) for row in connection.execute(select(*table.c).order_by(table.c.id))]
            for table in metadata.sorted_tables
        }


def shares(rows: Sequence[tuple[object, ...]], parts: int) -> Iterator[Sequence[tuple[object, ...]]]:
    """The rows in so many parts of equal size."""
    cuts = [round(len(rows) * at / parts) for at in range(parts + 1)]
    for low, high in pairwise(cuts):
        yield rows[low:high]


def bare(store: Store, rows: Rows, transactions: int) -> Took:
    """Write the rows with the driver alone; what it took."""
    postgres = store.engine.dialect.name == "postgresql"
    statements = {table: _insert(table, "%s" if postgres else "?") for table, found in rows.items() if found}
    ready = {table: list(shares([_plain(row, postgres) for row in rows[table]], transactions)) for table in statements}
    with closing(_driver(store)) as connection, closing(connection.cursor()) as cursor:
        began = Took.now()
        for at in range(transactions):
            if not postgres:
                cursor.execute("BEGIN IMMEDIATE")
            for table, statement in statements.items():
                if ready[table][at]:
                    cursor.executemany(statement, ready[table][at])
            connection.commit()
        return Took.now() - began


def _insert(table: Table, mark: str) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    return f"INSERT INTO {table.name} ({names}) VALUES ({', '.join([mark] * len(table.c))})"


def _plain(row: tuple[object, ...], postgres: bool) -> tuple[object, ...]:
    """Times as the driver of SQLite takes them."""
    if postgres:
        return row
    return tuple(value.isoformat(timespec="microseconds") if hasattr(value, "isoformat") else value for value in row)


def _driver(store: Store) -> Any:
    if store.engine.dialect.name == "postgresql":
        import psycopg

        url = store.engine.url
        return psycopg.connect(host=url.host, port=url.port, user=url.username, dbname=url.database)
    connection = sqlite3.connect(str(store.engine.url.database), isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


# -- where the time goes -----------------------------------------------------------------------------------------------


@dataclass
class Stages:
    """Seconds and executions by stage."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    times: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, name: str, seconds: float, times: int = 1) -> None:
        self.seconds[name] += seconds
        self.times[name] += times

    @contextmanager
    def watch(self, store: Store) -> Iterator[None]:
        """Time every statement that the driver runs, and every commit. SQLAlchemy's own work counts as the rest."""
        began = [0.0]

        def before(*_: object) -> None:
            began[0] = time.perf_counter()

        def after(_c: object, _cursor: object, statement: str, *_: object) -> None:
            self.add(f"SQL {_kind(statement)}", time.perf_counter() - began[0])

        dialect: Any = store.engine.dialect
        commit = dialect.do_commit

        def committed(connection: object) -> None:
            start = time.perf_counter()
            commit(connection)
            self.add("commit", time.perf_counter() - start)

        event.listen(store.engine, "before_cursor_execute", before)
        event.listen(store.engine, "after_cursor_execute", after)
        dialect.do_commit = committed
        try:
            yield
        finally:
            event.remove(store.engine, "before_cursor_execute", before)
            event.remove(store.engine, "after_cursor_execute", after)
            dialect.do_commit = commit


def _kind(statement: str) -> str:
    words = statement.split()
    verb = words[0].upper()
    table = next((word.strip("(),.") for word in words if word.startswith("mailkit_")), "")
    table = table.partition(".")[0].removeprefix("mailkit_")
    return f"{verb.lower()} {table}".strip() if table or verb == "BEGIN" else "lock keys"


def stages(bench: Bench, store: Store) -> Stages:
    """One more round, with a clock at each stage."""
    found = Stages()
    ingest = bench.ingest(store)
    honest = ingest._prepare

    def prepared(mail: RawMail) -> object:
        start = time.perf_counter()
        try:
            return honest(mail)
        finally:
            found.add("prepare (parse, read, weigh)", time.perf_counter() - start)

    ingest._prepare = prepared  # type: ignore[method-assign,assignment]
    with found.watch(store):
        began = time.perf_counter()
        for batch in bench.batches:
            ingest.many(batch)
        total = time.perf_counter() - began
    found.add("the rest (Python, SQLAlchemy)", total - sum(found.seconds.values()))
    return found


# -- rounds ------------------------------------------------------------------------------------------------------------


@contextmanager
def fresh(server: str | None, home: Path) -> Iterator[Store]:
    """A store on a new, empty database; SQLite where there is no server."""
    name = f"b{uuid.uuid4().hex}"
    if server is None:
        path = home / f"{name}.db"
        store = Store.open(f"sqlite:///{path}")
        yield store
        store.close()
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return
    import psycopg

    url = make_url(f"{server}/postgres")
    with psycopg.connect(host=url.host, port=url.port, user=url.username, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        store = Store.open(f"{server}/{name}", create=True)
        yield store
        store.close()
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def race(bench: Bench, servers: dict[str, str | None], rounds: int, home: Path) -> dict[str, dict[str, Any]]:
    """All contestants in turn, round by round."""
    took: dict[str, dict[str, list[Took]]] = {name: {"ingest": [], "bare": []} for name in servers}
    rows: Rows = {}
    for server in servers.values():
        with fresh(server, home) as store:
            bench.ingest(store).many(bench.mails)  # imports, compiled statements
    for _ in range(rounds):
        for name, server in servers.items():
            with fresh(server, home) as store:
                took[name]["ingest"].append(bench.run(store))
                rows = rows_of(store)
            with fresh(server, home) as store:
                took[name]["bare"].append(bare(store, rows, len(bench.batches)))
                assert rows_of(store) == rows, "the bare contestant wrote other rows"
    count = sum(map(len, rows.values()))
    return {name: _figures(one, len(bench.mails), count) for name, one in took.items()}


def _figures(took: dict[str, list[Took]], mails: int, rows: int) -> dict[str, Any]:
    made: dict[str, Any] = {"messages": mails, "rows": rows}
    for who, rounds in took.items():
        wall, cpu = (statistics.median(getattr(one, clock) for one in rounds) for clock in ("wall", "cpu"))
        made[who] = {
            "seconds": [round(one.wall, 3) for one in rounds],
            "cpu_seconds": [round(one.cpu, 3) for one in rounds],
            "messages/s": round(mails / wall, 1),
            "rows/s": round(rows / wall, 1),
            "messages/cpu_s": round(mails / cpu, 1),
        }
    pairs = list(zip(took["ingest"], took["bare"], strict=True))
    for name, clock in (("ratio", "wall"), ("cpu_ratio", "cpu")):
        made[name] = round(statistics.median(getattr(a, clock) / getattr(b, clock) for a, b in pairs), 2)
    return made


def tell(name: str, figures: dict[str, Any], found: Stages) -> None:
    """Print one database's figures."""
    print(f"\n{name}: {figures['messages']} messages, {figures['rows']} rows in transactions of {BATCH} messages")
    for who in ("ingest", "bare"):
        speed = figures[who]
        print(
            f"  {who:<7} {speed['messages/s']:>9,.0f} messages/s {speed['rows/s']:>10,.0f} rows/s "
            f"{speed['messages/cpu_s']:>9,.0f} messages per second of CPU time"
        )
    print(
        f"  ingest takes {figures['ratio']:.1f} times as long as a bare executemany of its rows, "
        f"{figures['cpu_ratio']:.1f} times the CPU time"
    )
    total = sum(found.seconds.values())
    for stage, seconds in sorted(found.seconds.items(), key=lambda one: -one[1]):
        if seconds > total / 200:
            print(f"    {seconds / total:6.1%} {seconds * 1000:8.0f} ms  {found.times[stage]:>6} x  {stage}")


def main(arguments: list[str]) -> int:
    """Race, tell, save."""
    rounds = int(arguments[0]) if arguments else 3
    count = int(arguments[1]) if len(arguments) > 1 else 1000
    results: dict[str, Any] = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "rounds": rounds}
    with tempfile.TemporaryDirectory() as place, _postgres() as server:
        home = Path(place)
        bench = Bench.of(count, home)
        servers: dict[str, str | None] = {"sqlite": None, **({"postgresql": server} if server else {})}
        for name, figures in race(bench, servers, rounds, home).items():
            with fresh(servers[name], home) as store:
                found = stages(bench, store)
            tell(name, figures, found)
            results[name] = {**figures, "stages": {"seconds": dict(found.seconds), "times": dict(found.times)}}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "ingest.json"
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    print(f"saved in {path}")
    return 0


def _postgres() -> Any:
    """A running PostgreSQL's URL without its database, or None."""
    given = os.environ.get("MAILKIT_BENCH_POSTGRES")
    if given:
        return nullcontext(given)
    import pytest

    from support.postgres import postgres_running
    from support.servers.process import program

    try:
        return postgres_running(program("postgresql"))
    except (pytest.skip.Exception, pytest.fail.Exception) as reason:
        print(f"PostgreSQL is left out: {reason}")
        return nullcontext(None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

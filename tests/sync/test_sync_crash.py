"""Killed at any point and resumed, a sync ends as one that was never disturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mailkit.store import Store
from support.mails import make_desk
from support.office import ANA, Office, numbered

CHILD = Path(__file__).with_name("crash_child.py")
# What must be equal; ids and times may differ.
STATE = (
    "SELECT identity, message_id, direction, kind, subject FROM mailkit_message ORDER BY 1",
    "SELECT a.identity, b.identity FROM mailkit_message a JOIN mailkit_message b ON a.thread_id = b.thread_id"
    " ORDER BY 1, 2",
    "SELECT m.identity, c.account, c.direction FROM mailkit_copy c JOIN mailkit_message m ON m.id = c.message_id"
    " ORDER BY 1",
    "SELECT key, flags, gone_at IS NULL, copy_id IS NULL FROM mailkit_source ORDER BY 1",
    "SELECT source_key, reason, state FROM mailkit_quarantine ORDER BY 1",
    "SELECT name, uidvalidity, uidnext, highestmodseq, last_uid, restarts, last_error FROM mailkit_folder ORDER BY 1",
    "SELECT e.name, m.identity FROM mailkit_event e LEFT JOIN mailkit_message m ON m.id = e.message_id ORDER BY 1, 2",
)


def run_child(office: Office, database: str, point: int) -> subprocess.CompletedProcess[str]:
    text, secret = office.account.to_stored()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CHILD.parents[1]), *sys.path])}
    command = [sys.executable, str(CHILD), database, text, secret or "", str(point)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def state(database: str) -> list[object]:
    store = Store.open(database)
    desk = make_desk(store)
    found: list[object] = [desk.rows(sql) for sql in STATE]
    store.close()
    return found


def prepare(office: Office) -> None:
    office.fill(7)
    office.inbox.add(numbered(50, "x" * 5000))  # too large
    office.inbox.add(b"")  # nothing in it
    reply = numbered(51).replace(b"Subject: ", b"References: <m1@client.example>\r\nSubject: Re: ")
    office.server.folder(ANA, "Sent").add(reply)
    office.server.folder(ANA, "Archive").add(numbered(3))  # the same mail twice


@pytest.mark.timeout(3600)
@pytest.mark.parts(3)
def test_a_first_sync_killed_at_any_point(office: Office, tmp_path: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    prepare(office)
    clean = f"sqlite:///{tmp_path / 'clean.db'}"
    done = run_child(office, clean, -1)
    assert done.returncode == 0, done.stderr
    points = int(done.stdout)
    expected = state(clean)
    chosen = sweep.sample(range(points), keep=4)
    for point in chosen:
        database = f"sqlite:///{tmp_path / f'killed{point}.db'}"
        assert run_child(office, database, point).returncode == -signal.SIGKILL, point
        resumed = run_child(office, database, -1)
        assert resumed.returncode == 0, resumed.stderr
        assert state(database) == expected, point
    sweep.tell("kill -9: a first sync, between statements", len(chosen), of=points)


@pytest.mark.timeout(3600)
@pytest.mark.parts(3)
def test_a_restart_killed_at_any_point(office: Office, tmp_path: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    """UIDVALIDITY changed, a mail vanished, one came, flags changed: all at once, and the process dies."""
    prepare(office)
    bases = {}
    for name in ("clean", "killed"):
        bases[name] = f"sqlite:///{tmp_path / f'{name}.db'}"
        assert run_child(office, bases[name], -1).returncode == 0
    office.server.folder(ANA, "Archive").set_flags(1, ["\\Seen"])
    office.server.folder(ANA, "Sent").expunge(1)
    office.inbox.expunge(2)
    office.inbox.change_uidvalidity()
    office.fill(2, start=80)
    done = run_child(office, bases["clean"], -1)
    assert done.returncode == 0, done.stderr
    expected = state(bases["clean"])
    source = tmp_path / "killed.db"
    chosen = sweep.sample(range(int(done.stdout)), keep=2)
    for point in chosen:
        copy = tmp_path / f"killed{point}.db"
        copy.write_bytes(source.read_bytes())
        database = f"sqlite:///{copy}"
        assert run_child(office, database, point).returncode == -signal.SIGKILL, point
        assert run_child(office, database, -1).returncode == 0
        assert state(database) == expected, point
    sweep.tell("kill -9: a sync after UIDVALIDITY changed", len(chosen), of=int(done.stdout))

"""The machinery that runs real servers: it leaves the machine as it was, also when the tests are killed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.postgres import postgres_running
from support.servers.catalogue import ROOT, SERVERS, TREES, Server
from support.servers.fetch import FetchError, fetch, unpacked
from support.servers.process import IN_TREE, CannotRun, Program, find_program, free_port, missing, program, running

CHILD = """
import sys, time
sys.path[:0] = ["tests", "src"]
from support.servers.dovecot import dovecot_running
from support.servers.process import find_program
with dovecot_running(find_program("dovecot")) as dovecot:
    print(dovecot.home, dovecot.imap, flush=True)
    time.sleep(120)
"""


def listens(port: int) -> bool:
    """Whether somebody does."""
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except ConnectionRefusedError:
        return False
    return True


def soon(condition, timeout: float = 20.0) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that the users of servers may enter; those of pytest are closed to them."""
    made = Path(tempfile.mkdtemp(prefix="mailkit-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_with_the_tests_however_they_end(dovecot, place: Path, how: signal.Signals) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(place)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert child.stdout is not None
    with child.stdout as said:
        home, port = said.readline().split()
        assert listens(int(port))
        child.send_signal(how)
        child.wait(30)
    assert soon(lambda: not listens(int(port)))
    assert soon(lambda: not Path(home).exists())
    assert listens(dovecot.imap), "that of this run goes on"


def test_a_server_that_ends_at_once_is_told_with_its_last_words() -> None:
    env = Program(Server("env", (), "usr/bin/env", ()), None)
    with (
        pytest.raises(RuntimeError, match="no such luck"),
        running(env, lambda home: ["sh", "-c", "echo no such luck; exit 3"], lambda: (_ for _ in ()).throw(OSError)),
    ):
        pass


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one program in it that the machine does not have."""
    if program("dovecot").tree is None:
        pytest.skip("this machine allows no private view of /usr")
    found = tmp_path / "tree/usr/bin/mailkit-test-program"
    found.parent.mkdir(parents=True)
    found.write_text("#!/bin/sh\nid -u; id -u nobody-but-here 2>/dev/null || echo none\n")
    found.chmod(0o755)
    (tmp_path / "tree/etc").mkdir()
    (tmp_path / "tree/etc/mailkit-test.conf").write_text("from the tree")
    for directory in (tmp_path, tmp_path / "tree"):
        directory.chmod(0o755)
    return tmp_path / "tree"


def test_a_tree_is_seen_by_its_command_only(tree: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "IN_TREE_USERS": "nobody-but-here:64999", "IN_TREE_HOME": str(tmp_path)}
    look = "mailkit-test-program; cat /etc/mailkit-test.conf; ls /usr/bin/env"
    command = ["sh", str(IN_TREE), str(tree), "sh", "-c", look]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=30)
    known = "64999" if os.geteuid() == 0 else "none"
    assert done.stdout.split("\n") == [str(os.geteuid()), known, "from the tree/usr/bin/env", ""]
    assert not Path("/usr/bin/mailkit-test-program").exists()
    assert not Path("/etc/mailkit-test.conf").exists()
    with pytest.raises(KeyError):
        pwd.getpwnam("nobody-but-here")


def test_a_tree_cannot_be_written_to(tree: Path) -> None:
    command = ["sh", str(IN_TREE), str(tree), "touch", "/usr/bin/mailkit-test-other"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode != 0
    assert list((tree / "usr/bin").iterdir()) == [tree / "usr/bin/mailkit-test-program"]


def test_a_missing_server_skips_here_and_fails_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILKIT_WITHOUT_SERVERS", raising=False)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="dovecot cannot run here: why"):
        missing("dovecot", "why")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="dovecot cannot run here: why"):
        missing("dovecot", "why")
    monkeypatch.setenv("MAILKIT_WITHOUT_SERVERS", "exim, dovecot")
    with pytest.raises(pytest.skip.Exception):
        missing("dovecot", "why")


def test_where_nothing_can_be_unpacked_the_installed_server_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    here = Server("not-unpacked", ("no-such-package",), "bin/sh", ())
    gone = Server("not-unpacked", ("no-such-package",), "bin/no-such-program", ())
    with pytest.raises(FetchError, match="apt-get"):
        fetch(here)
    monkeypatch.setitem(SERVERS, "not-unpacked", here)
    assert find_program("not-unpacked") == Program(here, None)
    find_program.cache_clear()
    monkeypatch.setitem(SERVERS, "not-unpacked", gone)
    with pytest.raises(CannotRun, match="apt-get install no-such-package"):
        find_program("not-unpacked")


def test_postgresql_runs_from_its_tree_too(sweep) -> None:
    server = SERVERS["postgresql"]
    if unpacked(server) is None and not sweep.full:
        pytest.skip(f"PostgreSQL is not unpacked in {TREES} (tools/servers.py postgresql); the installed one is used")
    with postgres_running(Program(server, fetch(server))) as url:
        assert listens(int(url.rpartition(":")[2]))


def test_a_free_port_is_free() -> None:
    assert not listens(free_port())

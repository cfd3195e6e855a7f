"""Start one server for a run of the tests: where its program is, its directory, its end.

    with running("dovecot", configure) as home: ...

The program comes from the unpacked tree below ``.servers/`` or, where there is none or the machine does not allow the
private view of /usr that a tree needs, from what is installed. If neither works, ``missing`` decides: a skip with the
reason on a person's machine, a failure where ``CI=true``, unless ``MAILKIT_WITHOUT_SERVERS`` names the server.
"""

from __future__ import annotations

import os
import pwd
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest

from support.servers.catalogue import SERVERS, TREES, Server
from support.servers.fetch import FetchError, fetch, packages

HERE = Path(__file__).resolve().parent
IN_TREE = HERE / "in_tree.sh"
SUPERVISE = HERE / "supervise.py"
START_TIMEOUT = 30.0


class CannotRun(Exception):
    """Why a server cannot run here."""


@dataclass(frozen=True)
class Program:
    """How to run a server's programs: the tree they come from, or None for the installed ones."""

    server: Server
    tree: Path | None

    def command(self, *words: str) -> list[str]:
        """The command line that runs a program of the server's."""
        return list(words) if self.tree is None else ["sh", str(IN_TREE), str(self.tree), *words]

    def environment(self, home: Path) -> dict[str, str]:
        """The environment of such a command; Debian's users often have no /usr/sbin in their PATH."""
        pairs = {"IN_TREE_USERS": self.server.accounts, "IN_TREE_GROUPS": self.server.groups}
        made = {name: " ".join(f"{who}:{number}" for who, number in given) for name, given in pairs.items()}
        path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
        return {**os.environ, **made, "IN_TREE_HOME": str(home), "PATH": path, "LC_ALL": "C", "TZ": "UTC"}

    def uid(self, account: str) -> int:
        """The number of one of the server's accounts, as the server will see it."""
        try:
            return pwd.getpwnam(account).pw_uid
        except KeyError:
            return dict(self.server.accounts)[account]

    def find(self, pattern: str) -> str:
        """The path of a program given relative to ``/`` with a star for a version: the newest. Raises CannotRun."""
        root = self.tree or Path("/")
        found = sorted(root.glob(pattern))
        if not found:
            raise CannotRun(f"{root / pattern} is not there")
        return "/" + str(found[-1].relative_to(root))

    def version(self) -> str:
        """What the server says its version is."""
        first, *rest = self.server.version
        name = self.find(first) if "/" in first else first
        with tempfile.TemporaryDirectory() as home:
            command = self.command(name, *rest)
            done = subprocess.run(
                command, env=self.environment(Path(home)), capture_output=True, text=True, timeout=30, check=False
            )
        return done.stdout.strip() or f"unknown ({done.stderr.strip()[-200:]})"

    def origin(self) -> str:
        """Where the program comes from, for people."""
        return "installed" if self.tree is None else f"unpacked in {self.tree}"


def program(name: str) -> Program:
    """How to run the server here. Skips or fails the test (see the module's text) where it cannot."""
    try:
        return find_program(name)
    except CannotRun as reason:
        missing(name, str(reason))


@cache
def find_program(name: str) -> Program:
    """The unpacked server, fetched if need be; else the installed one. Raises CannotRun with all the reasons."""
    server = SERVERS[name]
    if server.needs_root and os.geteuid() != 0:
        raise CannotRun(f"{server.needs_root}; run the tests as root")
    if server.installed_first and server.installed:
        return Program(server, None)
    try:
        tree = fetch(server)
        _try_view(tree)
        return Program(server, tree)
    except (FetchError, CannotRun) as error:
        reason = str(error)
    if server.installed:
        return Program(server, None)
    raise CannotRun(f"{reason}; and it is not installed (apt-get install {' '.join(server.packages)})")


def _try_view(tree: Path) -> None:
    """Raises CannotRun where this machine does not let us lay a tree over /usr."""
    command = ["sh", str(IN_TREE), str(tree), "true"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotRun(f"unshare does not work here ({error})") from error
    if done.returncode:
        raise CannotRun(f"a private view of /usr is not allowed here ({done.stderr.strip()[-200:]})")


def missing(name: str, reason: str) -> NoReturn:
    """Skip, or fail in continuous integration: there a missing server would be a test that nobody misses."""
    text = f"{name} cannot run here: {reason}"
    accepted = os.environ.get("MAILKIT_WITHOUT_SERVERS", "").replace(",", " ").split()
    if os.environ.get("CI", "").lower() in {"1", "true"} and name not in accepted:
        pytest.fail(f"{text}\nCI=true demands it; MAILKIT_WITHOUT_SERVERS={name} would do without", pytrace=False)
    pytest.skip(text)


def free_port() -> int:
    """A loopback port that nobody listens on.

    Not one of those that the kernel gives to outgoing connections (32768 and up): before the server listens, one of the
    many connections of tests that run at the same time could get it.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def running(chosen: Program, configure: Callable[[Path], list[str]], answers: Callable[[], None]) -> Iterator[Path]:
    """Run a server while the block runs. Yields its directory.

    ``configure`` writes the configuration into that directory and returns the command; ``answers`` raises OSError until
    the server answers.
    """
    home = Path(tempfile.mkdtemp(prefix=f"mailkit-{chosen.server.name}-"))
    home.chmod(0o755)
    command = chosen.command(*configure(home))
    process = subprocess.Popen(
        [sys.executable, "-I", str(SUPERVISE), str(home), str(int(chosen.server.stop)), *command],
        stdin=subprocess.PIPE,
        env=chosen.environment(home),
        cwd="/",
        start_new_session=True,
    )
    try:
        _wait(process, home, answers)
        yield home
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], home: Path, answers: Callable[[], None]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    words = ""
    while time.monotonic() < deadline:
        words = _log(home) or words
        if (home / "ended").exists() or process.poll() is not None:
            words = _log(home)
            raise RuntimeError(f"the server ended at once:\n{words}")
        try:
            answers()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the server did not answer in {START_TIMEOUT:.0f} seconds:\n{words}")


def _log(home: Path) -> str:
    try:
        return (home / "log").read_text(errors="replace")[-4000:]
    except OSError:
        return ""


def versions() -> dict[str, str]:
    """What is unpacked, by server."""
    return {name: ", ".join(packages(server).values()) for name, server in SERVERS.items() if (TREES / name).is_dir()}

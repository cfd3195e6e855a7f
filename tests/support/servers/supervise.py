"""supervise.py HOME SIGNAL COMMAND [ARGUMENT ...]: run a server until its tests are over, however they end.

The tests hold the other end of standard input. When it closes (they closed it, were interrupted, or were killed), what
is left of the server is stopped with SIGNAL and HOME is removed. A server that ends by itself is told of by the file
HOME/ended. It is a program of its own because a process that was killed cleans up nothing.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PATIENCE = 10.0


def main(home: Path, stop: int, command: list[str]) -> int:
    """Returns the server's exit code."""
    # The end of standard input is what counts. Handlers, unlike SIG_IGN, are not inherited by the server.
    for name in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(name, lambda *_: None)
    with (home / "log").open("ab") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=home, start_new_session=True
        )
    try:
        tests = sys.stdin.fileno()
        ready, _, _ = select.select([tests, os.pidfd_open(server.pid)], [], [])
        if tests not in ready:
            (home / "ended").write_text(str(server.wait()))
            select.select([tests], [], [])
        return _stop(server, stop)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _stop(server: subprocess.Popen[bytes], with_signal: int) -> int:
    """Ask the server to end, then end it and all that it started in its session's process group."""
    server.send_signal(with_signal)
    try:
        return server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        return -signal.SIGKILL
    finally:
        try:
            os.killpg(server.pid, signal.SIGKILL)
        except ProcessLookupError:
            server.wait()  # all gone


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))

"""``python -m mailkit.testing`` and ``python -m mailkit``, as somebody types them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailkit import Account, Draft, MailKit
from mailkit.auth import generate_key


@contextmanager
def _serving(*args: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    command = [sys.executable, "-m", "mailkit.testing", *args]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Ctrl-C"):
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            lines.append(line.strip())
        yield process, lines
        if process.poll() is None:
            process.kill()


@pytest.mark.parametrize("tls", ["implicit", "starttls", "insecure"])
def test_what_is_printed_is_enough_to_use_them(tmp_path: Path, tls: str) -> None:
    with _serving("--tls", tls) as (process, lines), MailKit(f"sqlite:///{tmp_path}/m.db", key=generate_key()) as kit:
        for name, line in zip(("ana", "bo"), [line for line in lines if line.startswith("URL")], strict=True):
            kit.accounts.add(Account.from_url(line.split(maxsplit=1)[1], name=name))
        assert kit.send(Draft(to=["bo@client.example"], subject="Hello", text="…"), account="ana").sent
        assert kit.sync("bo").new == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_a_port_that_is_taken_is_said() -> None:
    with _serving("x@y.example") as (process, lines):
        port = lines[0].split()[1].rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, "-m", "mailkit.testing", "--imap-port", port], capture_output=True, text=True, check=False
        )
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "in use" in done.stderr


def test_the_command_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "mailkit", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("mailkit ")

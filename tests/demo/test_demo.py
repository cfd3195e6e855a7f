"""The demo: its verdict is true, and it fails where something is lost or doubled."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.office import has_fields
from mailkit.cli.documents import COMMANDS

COUNT = "160"


def run(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(sys.path)
    return subprocess.run(
        [sys.executable, "-m", "mailkit.cli", *args],
        capture_output=True, text=True, cwd=cwd, env={**os.environ, "PYTHONPATH": path}, check=False, timeout=280,
    )  # fmt: skip


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """One run, for several tests to look at."""
    directory = tmp_path_factory.mktemp("demo")
    return directory, run("demo", "--count", COUNT, cwd=directory)


def test_nothing_is_lost_and_nothing_doubled(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = played
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "\n  NOT" not in done.stdout
    assert "nothing lost, nothing doubled" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_the_story_is_told(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    _, done = played
    assert done.stdout.count("killed (SIGKILL)") == 2
    assert "demo-answer-2: sent after 1 attempt," in done.stdout
    assert "Found in Sent." in done.stdout  # accepted, and the worker died before it could write that down
    assert "demo-answer-3: sent after 3 attempts" in done.stdout
    assert "because the subject names Deal D-" in done.stdout
    assert "for reading only" in done.stdout
    assert "empty" in done.stdout.partition("Quarantine")[2]


def test_the_commands_at_the_end_can_be_pasted(played: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    directory, done = played
    lines = done.stdout.partition("Look around:\n")[2].splitlines()
    commands = [line.partition(" -d ")[2] for line in lines if " -d " in line]
    assert [command.partition("mail.db ")[2].split()[0] for command in commands] == [
        "threads", "show", "explain", "quarantine", "outbox",
    ]  # fmt: skip
    told = [run("-d", *shlex.split(command), cwd=directory) for command in commands]
    assert [one.returncode for one in told] == [0] * 5
    assert "is linked to" in told[2].stdout
    assert "demo" not in told[1].stderr


def test_the_directory_is_used_again_but_never_somebody_elses(
    played: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    from mailkit.cli.demo.stage import MARK, prepare
    from mailkit.errors import InputError

    directory = played[0] / "demo-data"
    assert {"mail.db", "crm.db", "key", "ca.pem", MARK} <= {path.name for path in directory.iterdir()}
    assert (directory / "key").stat().st_mode & 0o077 == 0
    mine = tmp_path / "mine"
    prepare(mine)
    (mine / "mail.db").write_text("of before")
    prepare(mine)
    assert [path.name for path in mine.iterdir()] == [MARK]
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="not empty"):
        prepare(theirs)
    assert (theirs / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize(
    ("broken", "noticed"),
    [
        ("ingest", {"every UID of the servers is in the store", "every message is there once"}),
        ("outbox", {"every answer was accepted exactly once", "every answer is in Sent once"}),
    ],
)
def test_sabotage_is_noticed(tmp_path: Path, broken: str, noticed: set[str]) -> None:
    done = run("demo", "--count", COUNT, "--json", f"--break={broken}", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    told: Any = json.loads(done.stdout)
    has_fields(told, COMMANDS["demo"], "demo")
    assert told["ok"] is False
    assert noticed <= {check["name"] for check in told["checks"] if not check["ok"]}
    # What was not sabotaged is as it must be.
    assert {check["name"]: check["ok"] for check in told["checks"]}["a forged mail links nothing by itself"]

"""Mails that are made to hang or fill a reader, each read in a process of its own by ``benchmarks/score_bombs.py``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "score_bombs.py"


def score(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, timeout=280, check=False
    )


def test_no_bomb_does_harm() -> None:
    done = score("--seconds", "3")  # half a second is the aim; three are a busy machine
    assert done.returncode == 0, done.stdout + done.stderr
    read = re.search(r"(\d+) of (\d+) bombs read", done.stdout)
    assert read is not None
    assert read[1] == read[2]
    assert int(read[1]) >= 40


def test_the_score_can_fail() -> None:
    done = score("--seconds", "0")
    assert done.returncode == 1
    assert "TOO MUCH" in done.stdout

"""The table of the sweeps at the end of a run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.told import lines_of, table

INNER = """
import pytest

@pytest.mark.parametrize("part", [0, 1])
def test_cuts(part, request):
    told = {"title": "cuts: SMTP", "points": 3 + part, "of": 7, "wrong": part, "note": "as told"}
    told |= {"slowest": 0.5 + part, "counts": {"in_the_window": 1}}
    request.node.user_properties.append(("sweep", told))
    request.node.user_properties.append(("sweep", {**told, "title": "cuts: IMAP"}))
    assert not part
"""


@pytest.mark.parametrize("processes", [0, 2])
def test_parts_are_added_up_wherever_they_ran(tmp_path: Path, root: Path, processes: int) -> None:
    (tmp_path / "test_inner.py").write_text(INNER)
    command = [sys.executable, "-m", "pytest", "-p", "support.told", "-n", str(processes), "-c", "/dev/null"]
    path = os.pathsep.join(str(root / part) for part in ("tests", "src"))
    environment = {**os.environ, "PYTHONPATH": path, "MAILKIT_SWEEP": "sample"}
    done = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, cwd=tmp_path, env=environment)
    lines = [re.split(r"\s{2,}", line) for line in done.stdout.splitlines() if line.startswith("cuts")]
    assert [[line[0], *line[1:4]] for line in lines] == [
        ["cuts: IMAP", "7", "7", "1"],
        ["cuts: SMTP", "7", "7", "1"],
        ["cuts, all", "14", "14", "2"],
    ], done.stdout + done.stderr
    assert lines[1][5] == "FAILED; as told; 2 in the window; slowest 1.50 s"


def test_without_sweeps_there_is_no_table() -> None:
    assert lines_of([]) == []
    assert len(table([])) == 1

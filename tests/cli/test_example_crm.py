"""The example of an adapter runs, and tells what it is to show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "crm.py"


def test_the_adapter_links_what_it_knows_and_nothing_forged() -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    deal, lunch, forged, stranger, shown, read, left = done.stdout.splitlines()
    assert "is linked to crm:deal/D-42 and crm:person/7 because the subject names Deal D-42" in deal
    assert "is linked to crm:person/7" in lunch
    assert "is not linked" in forged
    assert "forged" in forged
    assert "is not linked" in stranger
    assert shown.count("crm:") == 3
    assert (read, left) == (
        "4 received, 4 linked",
        "0 left",
    )  # the deal twice: shown, then linked when the CRM knew its sender

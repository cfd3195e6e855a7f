"""The program that makes children, and a directory for the worlds they run in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.crash import Forge


@pytest.fixture(scope="session")
def forge() -> Iterator[Forge]:
    """Forks the processes that are killed."""
    with Forge("tests.crash.road:warm") as made:
        yield made


@pytest.fixture
def crash_home(tmp_path: Path) -> Iterator[Path]:
    """A directory in memory where the machine has one: kill -9 loses nothing that the kernel has, so that waiting for
    the disk would prove nothing."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="mailkit-crash-") as home:
        yield Path(home)

"""A disk that is full: a file system of its own that has some kilobytes left, and a database that may not grow.

Wherever the space ends, there is a typed error, nothing is half written, and when there is space again the work comes
to the end that it comes to on a large disk.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from tests.crash.road import run as road
from tests.crash.worlds import RoadWorld, Worlds, chosen

from mailkit.errors import StoreFullError
from mailkit.store import Store
from support.canonical import canonical
from support.crash import Baseline, Forge, Trial, baseline, recovery
from support.knife import Point

pytestmark = pytest.mark.timeout(7200)
KILOBYTE = 1024
APPLICATION = ("tests/crash/road.py", "testing/crm/database.py")
STAGES = ("order", "send", "pipe", "sync")


@contextmanager
def small_disk(home: Path, size: int) -> Iterator[Path]:
    """A file system in memory of so many bytes. Skips where the machine does not allow it."""
    home.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(home)], capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"no file system can be mounted here: {made.stderr.strip()}")
    try:
        yield home
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Leave so many bytes."""
    ballast = disk / "ballast"
    handle = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    size = 0
    with contextlib.suppress(OSError):
        while True:
            size += os.write(handle, b"\0" * 4 * KILOBYTE)
    os.ftruncate(handle, max(size - left, 0))
    os.close(handle)
    return ballast


def end_of(forge: Forge, world: RoadWorld, base: Baseline, name: str, raised: str, ended: Counter[str]) -> Trial:
    """The store is sound; the resumed work comes to its end."""
    made = Trial(Point(0, "disk", name), "before")
    ended[raised or "none"] += 1
    store = Store.open(world.url, tenant=world.tenant, raw_dir=world.raw_dir)
    try:
        canonical(store)
    except AssertionError as error:
        made.problems.append(f"half written: {error}")
    store.close()
    made.problems += recovery(forge, world, base, made)
    return made


def told_by(sweep, trials: list[Trial], of: int, title: str, ended: Counter[str]) -> None:  # type: ignore[no-untyped-def]
    sweep.tell(f"refused: {title}", len(trials), of=of, wrong=sum(1 for one in trials if one.problems))
    print(f"\n{title}: {len(trials)} times the space ended; {dict(ended)}")
    wrong = [str(one) for one in trials if one.problems]
    assert not wrong, "\n".join(wrong)
    assert set(ended) <= {"StoreFullError", "none", "OperationalError"}, ended


def test_a_small_disk_for_the_database_and_the_raw_bytes(forge: Forge, tmp_path: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    """The road on a file system with ever more space left: each time another write finds none."""
    ended: Counter[str] = Counter()
    trials = []
    with small_disk(tmp_path / "disk", 8 << 20) as disk:
        worlds = Worlds(disk, stages=STAGES, files=True, mails=chosen()[:3])
        with worlds.fresh() as world:
            base = baseline(forge, world)
        sizes = range(0, 400 * KILOBYTE, 4 * KILOBYTE)
        for left in sweep.sample(sizes, keep=5):
            with worlds.fresh() as world:
                ballast = fill(disk, left)
                stopped = world.refused(forge, "full", 0)
                ballast.unlink()
                assert not stopped.error, stopped.error
                told = stopped.result
                # The application's own statement, or its CRM's, fails with the driver's own words.
                application = told["raised"] == "OperationalError" and told["where"].endswith(APPLICATION)
                assert told["typed"] or application, f"{left} bytes left: {told}"
                trials.append(end_of(forge, world, base, f"{left} bytes left", told["raised"], ended))
    told_by(sweep, trials, len(sizes), "a small disk", ended)
    assert ended["StoreFullError"]


def within(told: Mapping[str, Any]) -> dict[str, str]:
    """A task: the road in a database that may have so many pages more than now."""

    def bound(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        most.setdefault("pages", pages + told["pages"])
        connection.execute(f"PRAGMA max_page_count = {max(most['pages'], pages)}").close()

    most: dict[str, int] = {}
    event.listen(Engine, "connect", bound)
    try:
        road(told["arguments"])
    except StoreFullError as error:
        return {"raised": type(error).__name__}
    return {"raised": ""}


def test_a_database_that_may_not_grow(forge: Forge, crash_home: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    ended: Counter[str] = Counter()
    trials = []
    worlds = Worlds(crash_home, stages=STAGES, mails=chosen()[:3])
    with worlds.fresh() as world:
        base = baseline(forge, world)
    for pages in sweep.sample(range(48), keep=5):
        with worlds.fresh() as world:
            told = {"arguments": world._told(), "pages": pages}
            stopped = forge.run("tests.faults.test_small_disk:within", told)
            # The application's own statement, on its own connection, fails with the driver's own words.
            assert not stopped.error or "crash/road.py" in stopped.error.rpartition("File")[0], stopped.error
            raised = "OperationalError" if stopped.error else stopped.result["raised"]
            trials.append(end_of(forge, world, base, f"{pages} pages more", raised, ended))
    told_by(sweep, trials, 48, "a database that may not grow", ended)
    assert ended["StoreFullError"]

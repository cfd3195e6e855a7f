"""kill -9 before and after every commit and every write to a socket, on the whole road, on both databases.

What must come of it: the resumed work ends where undisturbed work ends, nothing lost and nothing doubled, on both
sides; a further run changes nothing. The one exception is the window from the started mark to the settling commit: a
message killed there is *uncertain*. It is never sent again by itself; where the server files what it accepts, the
message is found in Sent, else a person decides (``RoadWorld.tidy``), and then the end is the same, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.crash.worlds import Worlds

from support.crash import Baseline, Forge, Point, Side, Trial, baseline, report, trial

STAGES_WITH_FILES = ("order", "send", "pipe", "jobs")


def sweep_through(forge: Forge, worlds: Worlds, sweep, keep: int, title: str) -> None:  # type: ignore[no-untyped-def]
    """Kill at each point; the whole road has 300 kills at least."""
    with worlds.fresh() as world:
        base = baseline(forge, world)
    assert len(base.kills) >= 300
    trials = []
    for point, side in sweep.sample(base.kills, keep=keep):
        with worlds.fresh() as world:
            trials.append(trial(forge, world, base, point, side))
    wrong = report(title, base, trials, listing=sweep.part[0] == 0)
    window = sum(1 for one in trials if one.notes)
    bad = sum(1 for one in trials if one.problems)
    note = f"{len(base.points)} points"
    sweep.tell(f"kill -9: {title}", len(trials), of=len(base.kills), wrong=bad, note=note, in_the_window=window)
    assert not wrong, wrong
    outside = [one for one in trials if one.notes and not in_window(base.points, one.point, one.side)]
    assert not outside, "uncertain without need:\n" + "\n".join(map(str, outside))


def in_window(points: Sequence[Point], point: Point, side: Side) -> bool:
    """Whether a kill there may leave a message of which nobody knows whether it was sent."""
    open_ = False
    for one in points:
        for here in ("before", "after"):
            if here == "after" and one.kind == "commit":
                if one.where.startswith("outbox/dispatch.py:_mark"):
                    open_ = True
                if one.where.startswith("outbox/dispatch.py:_settle"):
                    open_ = False
            if (one, here) == (point, side):
                return open_
    raise AssertionError("no such point")


@pytest.mark.timeout(3600)
@pytest.mark.parts(6)
def test_kill_anywhere_on_sqlite(forge: Forge, crash_home: Path, sweep) -> None:  # type: ignore[no-untyped-def]
    sweep_through(forge, Worlds(crash_home), sweep, 12, "the road on SQLite")


@pytest.mark.timeout(3600)
@pytest.mark.parts(8)
def test_kill_anywhere_on_postgresql(  # type: ignore[no-untyped-def]
    forge: Forge, crash_home: Path, postgres_url: str, sweep
) -> None:
    sweep_through(forge, Worlds(crash_home, postgres_url), sweep, 8, "the road on PostgreSQL")


@pytest.mark.timeout(3600)
@pytest.mark.parts(2)
def test_kill_anywhere_with_raw_bytes_in_files(  # type: ignore[no-untyped-def]
    forge: Forge, crash_home: Path, sweep
) -> None:
    worlds = Worlds(crash_home, stages=STAGES_WITH_FILES, files=True)
    sweep_through(forge, worlds, sweep, 6, "orders and a pipe on SQLite, raw bytes in files")


def test_the_window_is_where_it_is_said_to_be() -> None:
    where = ("order", "outbox/dispatch.py:_mark", "content", "outbox/dispatch.py:_settle", "next")
    points = [Point(n, "socket" if name == "content" else "commit", name) for n, name in enumerate(where, 1)]
    base = Baseline(tuple(points), {})
    found = [(point.number, side) for point, side in base.kills if in_window(points, point, side)]
    assert found == [(2, "after"), (3, "before"), (3, "after"), (4, "before")]
    assert str(Trial(points[0], "before", ["wrong"])).endswith("[wrong]")

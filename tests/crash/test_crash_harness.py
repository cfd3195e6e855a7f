"""The harness is tested: it finds the mistakes of ``sabotage``, each of which an undisturbed run does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.crash.worlds import Worlds

from mailkit.events import Event
from mailkit.store import schema
from support.canonical import COMPARED, EXCLUDED, SENDING, difference
from support.crash import Forge, baseline, trial
from support.knife import Point


@dataclass(frozen=True)
class Mistake:
    """A function of ``sabotage``; the stages and the place where a kill shows it; words of what is found."""

    name: str
    stages: Sequence[str]
    where: str
    found: str
    files: bool = False


MISTAKES = (
    Mistake("move_the_mark", ("order", "send"), "transport/dialogue.py:_content", "was delivered 2 times"),
    Mistake("part_the_event", ("sync",), "ingest/spine.py:", "was not announced"),
    Mistake("do_not_look", ("order", "send", "jobs"), "mailbox/imap.py:append", "+ server:"),
    Mistake("acknowledge_first", ("pipe", "sync", "jobs"), "crash/sabotage.py:attach", "- activity:"),
    Mistake("acknowledge_events_first", ("pipe", "read"), "kit/events.py:ack", "- heard:"),
    Mistake("write_the_file_last", ("pipe",), "crash/sabotage.py:later", "raw bytes are lost", files=True),
    Mistake("move_the_cursor_first", ("sync", "elsewhere"), "sync/run.py:write < crash/sabotage.py", "+ source:"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.name)
def test_a_mistake_is_found(forge: Forge, crash_home: Path, mistake: Mistake) -> None:
    worlds = Worlds(crash_home, stages=mistake.stages, files=mistake.files)
    breaks = (f"tests.crash.sabotage:{mistake.name}",)
    with worlds.fresh() as world:
        sound = baseline(forge, world)
    with worlds.fresh() as world:
        broken = baseline(forge, world, breaks)
    assert not difference(broken.state, sound.state), "it is seen without any kill"
    points = [point for point in broken.points if point.where.startswith(mistake.where)]
    assert points
    for tried, point in enumerate(points, 1):
        with worlds.fresh() as world:
            made = trial(forge, world, broken, point, "after", breaks)
        if made.problems:
            assert mistake.found in made.problems[0], made.problems
            print(f"{mistake.name} is found by kill {tried}: {made.problems[0][:200]}")
            return
    pytest.fail(f"{len(points)} kills did not show it")


def test_a_run_that_is_not_the_same_each_time_is_told(forge: Forge, crash_home: Path) -> None:
    worlds = Worlds(crash_home, stages=("pipe",))
    with worlds.fresh() as world:
        base = baseline(forge, world)
    told = {"the point was not reached": 999, "the run is not the same each time": 1}
    for words, number in told.items():
        with worlds.fresh() as world:
            made = trial(forge, world, base, Point(number, "commit", "elsewhere"), "after")
        assert words in made.problems[0]


def test_every_kind_of_point_is_counted(tmp_path: Path, forge: Forge) -> None:
    done = forge.run("tests.crash.sabotage:touch_everything", {"home": str(tmp_path)}, roots=[str(tmp_path)])
    assert not done.error, done.error
    kinds = [(point.kind, point.where.partition(":")[0]) for point in done.points]
    expected = done.result["expected"]
    assert [kind for kind, _ in kinds] == expected
    assert {where for _, where in kinds} == {"crash/sabotage.py"}
    for point in done.points:
        home = tmp_path / f"k{point.number}"
        home.mkdir()
        killed = forge.run(
            "tests.crash.sabotage:touch_everything", {"home": str(home)}, kill=point.number, roots=[str(home)]
        )
        assert killed.killed
        assert killed.points == done.points[: point.number]


def test_every_table_is_compared_or_it_is_said_why_not() -> None:
    tables = {table.name.removeprefix("mailkit_"): table for table in schema.metadata.tables.values()}
    compared = {table.name.removeprefix("mailkit_") for table in (*COMPARED, *SENDING)}
    events = {event.name for event in Event.__subclasses__()}
    unsaid = {name for name in tables.keys() - compared if f"{name}.*" not in EXCLUDED}
    assert not unsaid, unsaid
    for table, _, column in (one.partition(".") for one in EXCLUDED if ":" not in one and one not in events):
        assert table not in tables or column in ("", "*") or column in tables[table].c, f"{table} has no {column}"
    assert not [name for name in compared if f"{name}.*" in EXCLUDED], "said to be left out, and compared"

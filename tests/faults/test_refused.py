"""Every statement refused once: a full disk, a locked file, a lost connection, an answer to COMMIT that never came.

A statement that is executed more often is refused each time, but for ``lost``: there are a thousand executions, of 160
statements, each tried the first and the last time.

What must come of it: a typed error (or none, where a worker tries again), no contradiction in what was written, and
the resumed work ends where undisturbed work ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.crash.worlds import Worlds, chosen

from mailkit.store import Store
from support.canonical import canonical
from support.crash import Forge, Trial, baseline, recovery
from support.knife import Point
from support.refuse import How

pytestmark = pytest.mark.timeout(3600)
#: Where the application writes in transactions of its own.
APPLICATION = ("crash/road.py:order", "crash/road.py:read")
SAYS = {"full": "SQLITE_FULL", "busy": "SQLITE_BUSY", "lost": "connection lost", "unheard": "answer to COMMIT lost"}


def tried(how: How, seen: Sequence[str]) -> list[int]:
    """The numbers of the executions that are refused."""
    if how != "lost":
        return list(range(1, len(seen) + 1))
    numbered = list(enumerate(seen, 1))
    first, last = {name: at for at, name in reversed(numbered)}, {name: at for at, name in numbered}
    return sorted({*first.values(), *last.values()})


def refuse_all(forge: Forge, worlds: Worlds, sweep, keep: int, how: How) -> None:  # type: ignore[no-untyped-def]
    with worlds.fresh() as world:
        base = baseline(forge, world)
    seen = counted(forge, worlds, how)
    points = tried(how, seen)
    ended: Counter[str] = Counter()
    trials = []
    for at in sweep.sample(points, keep=keep):
        trials.append(refuse_one(forge, worlds, base, how, at, ended))
    wrong = [str(one) for one in trials if one.problems]
    said = ", ".join(f"{number} {name or 'none'}" for name, number in sorted(ended.items()))
    print(f"\n{how}: {len(trials)} of {len(seen)} statements refused, {len(wrong)} wrong; errors: {said}")
    note = f"{len(set(seen))} statements, {len(seen)} executions"
    sweep.tell(f"refused: {SAYS[how]}", len(trials), of=len(points), wrong=len(wrong), note=note)
    assert not wrong, "\n".join(wrong)


def counted(forge: Forge, worlds: Worlds, how: How) -> list[str]:
    """The statements of a run that nothing refuses: the shorter of two, as a slow machine renews a lease once more."""
    runs: list[list[str]] = []
    for _ in range(2):
        with worlds.fresh() as world:
            runs.append(world.refused(forge, how, 0).result["seen"])
    return min(runs, key=len)


def refuse_one(forge, worlds, base, how: How, at: int, ended: Counter[str]) -> Trial:  # type: ignore[no-untyped-def]
    """Refuse one execution; a run that ended before it, by a renewal that was not due, is made again, twice at most."""
    left = 3
    while True:
        left -= 1
        with worlds.fresh() as world:
            stopped = world.refused(forge, how, at)
            assert not stopped.error, stopped.error
            if stopped.result["place"] or not left:
                return judged(forge, world, base, how, at, ended, stopped.result)


def judged(forge, world, base, how: How, at: int, ended: Counter[str], told) -> Trial:  # type: ignore[no-untyped-def]
    made = Trial(Point(at, how, told["place"]), "before")
    ended[told["raised"]] += 1
    if told["raised"] == "StoreError":
        made.problems.append(f"no class of its own: {told['words']}")
    if not told["place"]:
        made.problems.append("the run is not the same each time: no statement was refused")
    # The application's own statement fails with the driver's own words.
    if not told["typed"] and not any(f" in {place}" in told["place"] for place in APPLICATION):
        made.problems.append(f"no typed error: {told['raised']}: {told['words']}")
    store = Store.open(world.url, tenant=world.tenant)
    try:
        canonical(store)
    except AssertionError as error:
        made.problems.append(f"half written: {error}")
    store.close()
    made.problems += recovery(forge, world, base, made)
    return made


def test_what_is_tried() -> None:
    seen = ["a", "b", "a", "a", "c"]
    assert tried("full", seen) == [1, 2, 3, 4, 5]
    assert tried("lost", seen) == [1, 2, 4, 5]


@pytest.mark.parts(4)
@pytest.mark.parametrize("how", ["full", "busy"])
def test_sqlite_refuses(forge: Forge, crash_home: Path, sweep, how: How) -> None:  # type: ignore[no-untyped-def]
    refuse_all(forge, Worlds(crash_home, mails=chosen()[:3]), sweep, 5, how)


@pytest.mark.parts(4)
@pytest.mark.parametrize("how", ["lost", "unheard"])
def test_postgresql_loses_the_connection(  # type: ignore[no-untyped-def]
    forge: Forge, crash_home: Path, postgres_url: str, sweep, how: How
) -> None:
    refuse_all(forge, Worlds(crash_home, postgres_url, mails=chosen()[:3]), sweep, 5, how)

"""Every statement refused once: a full disk, a locked file, a lost connection, an answer to COMMIT that never came.

What must come of it: a typed error (or none, where a worker tries again), no contradiction in what was written, and
the resumed work ends where undisturbed work ends.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.crash.worlds import Worlds, chosen

from mailkit.store import Store
from support.canonical import canonical
from support.crash import Forge, Trial, baseline, recovery
from support.knife import Point
from support.refuse import How

pytestmark = pytest.mark.timeout(7200)


def refuse_all(forge: Forge, worlds: Worlds, sweep, keep: int, how: How) -> None:  # type: ignore[no-untyped-def]
    with worlds.fresh() as world:
        base = baseline(forge, world)
    with worlds.fresh() as world:
        count = world.refused(forge, how, 0).result["count"]
    ended: Counter[str] = Counter()
    trials = []
    for at in sweep.sample(range(1, count + 1), keep=keep):
        with worlds.fresh() as world:
            trials.append(refuse_one(forge, world, base, how, at, ended))
    wrong = [str(one) for one in trials if one.problems]
    said = ", ".join(f"{number} {name or 'none'}" for name, number in sorted(ended.items()))
    print(f"\n{how}: {len(trials)} of {count} statements refused, {len(wrong)} wrong; errors: {said}")
    assert not wrong, "\n".join(wrong)


def refuse_one(forge, world, base, how: How, at: int, ended: Counter[str]) -> Trial:  # type: ignore[no-untyped-def]
    stopped = world.refused(forge, how, at)
    assert not stopped.error, stopped.error
    told = stopped.result
    made = Trial(Point(at, how, told["place"]), "before")
    ended[told["raised"]] += 1
    if told["raised"] == "StoreError":
        made.problems.append(f"no class of its own: {told['words']}")
    if not told["place"]:
        made.problems.append("the run is not the same each time: no statement was refused")
    # The application's own statement fails with the driver's own words.
    if not told["typed"] and " in crash/road.py:order" not in told["place"]:
        made.problems.append(f"no typed error: {told['raised']}: {told['words']}")
    store = Store.open(world.url, tenant=world.tenant)
    try:
        canonical(store)
    except AssertionError as error:
        made.problems.append(f"half written: {error}")
    store.close()
    made.problems += recovery(forge, world, base, made)
    return made


@pytest.mark.parametrize("how", ["full", "busy"])
def test_sqlite_refuses(forge: Forge, crash_home: Path, sweep, how: How) -> None:  # type: ignore[no-untyped-def]
    refuse_all(forge, Worlds(crash_home, mails=chosen()[:3]), sweep, 5, how)


@pytest.mark.parametrize("how", ["lost", "unheard"])
def test_postgresql_loses_the_connection(  # type: ignore[no-untyped-def]
    forge: Forge, crash_home: Path, postgres_url: str, sweep, how: How
) -> None:
    refuse_all(forge, Worlds(crash_home, postgres_url, mails=chosen()[:3]), sweep, 5, how)

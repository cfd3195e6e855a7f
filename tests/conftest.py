"""Long sweeps, sampled by the commit or run in full.

A sweep is a long list of points that each deserve a test: a kill after every commit, a cut after every byte.
``make test`` runs a sample of each, chosen by the commit's hash, so that one commit is always tested in the same way
and successive commits walk through all points; ``make proof`` (``MAILKIT_SWEEP=full``) runs every point of every test
that sweeps, or proves that a sweep can fail (``-m proof``). The seed is printed in the header; repeat a run with
``MAILKIT_SEED=<seed> make test``.

Points inside one test::

    def test_cut(sweep):
        for at in sweep.sample(range(len(dialogue)), keep=40):
            ...

A sweep says what it did, and stands in the table at the end of the run; a long one may be run in parts, which go to
several processes in a full run::

    @pytest.mark.parts(4)
    def test_cut(sweep):
        ...
        sweep.tell("cuts: SMTP", len(tried), of=len(dialogue))

Points as parameters::

    @pytest.mark.sweep(keep=20)
    @pytest.mark.parametrize("path", sorted(corpus))
    def test_parse(path): ...
"""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["support.postgres", "support.servers.fixtures", "support.told"]

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[1]
#: Every test of these rooms belongs to the proof, sweep or not.
PROOF = ("crash", "faults", "concurrency")

# A shared, busy machine makes single examples slow; the time of whole tests is bounded by pytest-timeout.
# Where CI is set hypothesis would take the same examples for every commit; here the commit's seed chooses them.
_usual = settings(deadline=None, derandomize=False, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("sample", _usual)
settings.register_profile("full", _usual, max_examples=1000)


def _seed() -> str:
    """What chooses the samples: ``MAILKIT_SEED``, else the commit, else a constant (an archive has no commit)."""
    given = os.environ.get("MAILKIT_SEED")
    if given:
        return given
    try:
        command = ["git", "rev-parse", "--short=8", "HEAD"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "00000000"
    return done.stdout.strip()


def sample(points: Iterable[T], *, keep: int, seed: str, full: bool, salt: str = "") -> list[T]:
    """``keep`` of the points in their order, always the first and the last among them; all of them when ``full``.

    The same seed and salt choose the same points, whatever was sampled before.
    """
    everything = list(points)
    if full or len(everything) <= keep:
        return everything
    digest = hashlib.sha256(f"{seed}:{salt}:{len(everything)}".encode()).digest()
    chosen = {0, len(everything) - 1}
    inner = random.Random(digest).sample(range(1, len(everything) - 1), max(keep - 2, 0))
    return [everything[at] for at in sorted(chosen | set(inner))]


@dataclass(frozen=True, slots=True)
class Sweep:
    """How this run treats long sweeps; ``salt`` is the test's own name, ``part`` (number, of how many) its share."""

    seed: str
    full: bool
    salt: str = ""
    part: tuple[int, int] = (0, 1)
    told: list[tuple[str, object]] = field(default_factory=list)

    def sample(self, points: Iterable[T], *, keep: int = 40) -> list[T]:
        """At most ``keep`` of the points in a sampled run (at least 2), all of this part in a full one."""
        kept = sample(points, keep=keep, seed=self.seed, full=self.full, salt=self.salt)
        return kept[self.part[0] :: self.part[1]]

    def tell(
        self, title: str, points: int, *, of: int, wrong: int = 0, note: str = "", slowest: float = 0.0, **counts: int
    ) -> None:
        """Put a line into the table at the end of the run; ``title`` is ``"kind: which"``, ``slowest`` in seconds."""
        from support.told import PROPERTY  # late: pytest imports its plugin itself

        line = {"title": title, "points": points, "of": of, "wrong": wrong, "note": note, "slowest": slowest}
        line["counts"] = counts
        self.told.append((PROPERTY, line))

    def random(self) -> random.Random:
        """A generator that is the same in each run of this test on this commit."""
        return random.Random(f"{self.seed}:{self.salt}")


def _run() -> Sweep:
    return Sweep(seed=_seed(), full=os.environ.get("MAILKIT_SWEEP", "sample") == "full")


@pytest.fixture
def sweep(request: pytest.FixtureRequest) -> Sweep:
    """The sampling of this run, for the test that asks."""
    run = _run()
    return Sweep(
        run.seed, run.full, request.node.nodeid, getattr(request, "param", (0, 1)), request.node.user_properties
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cut the sweeps that are marked so into parts, in a full run."""
    marker = metafunc.definition.get_closest_marker("parts")
    if marker is not None and _run().full:
        count: int = marker.args[0]
        parts = [(number, count) for number in range(count)]
        metafunc.parametrize("sweep", parts, indirect=True, ids=[f"part{number + 1}of{count}" for number, _ in parts])


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and choose the profile of hypothesis."""
    config.addinivalue_line(
        "markers", "sweep(keep): keep a seeded sample of this test's parameters unless MAILKIT_SWEEP=full"
    )
    config.addinivalue_line(
        "markers", "parts(count): a full run takes the points of this test's sweep in so many tests"
    )
    config.addinivalue_line("markers", "proof: a sweep, or a test of what sweeps rest on; what `make proof` runs")
    settings.load_profile("full" if _run().full else "sample")


def pytest_report_header() -> str:
    """Print what a repetition of this run needs."""
    run = _run()
    corpora = os.environ.get("MAILKIT_CORPORA", "not given: tests on them are skipped")
    return f"sweeps: {'full' if run.full else 'sample'}, MAILKIT_SEED={run.seed}; corpora: {corpora}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the parameters of ``@pytest.mark.sweep`` tests that this run's sample leaves out."""
    for item in items:
        if _proves(item):
            item.add_marker("proof")
    run = _run()
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sweep") is not None:
            groups.setdefault(item.nodeid.partition("[")[0], []).append(item)
    dropped: set[pytest.Item] = set()
    for name, group in groups.items():
        kept = sample(group, keep=_keep(group), seed=run.seed, full=run.full, salt=name)
        dropped |= set(group) - set(kept)
    if dropped:
        items[:] = [item for item in items if item not in dropped]
        config.hook.pytest_deselected(items=sorted(dropped, key=lambda item: item.nodeid))


def _proves(item: pytest.Item) -> bool:
    fixtures: Any = getattr(item, "fixturenames", ())
    return "sweep" in fixtures or item.get_closest_marker("sweep") is not None or item.path.parent.name in PROOF


def _keep(group: Sequence[pytest.Item]) -> int:
    marker = group[0].get_closest_marker("sweep")
    assert marker is not None
    return int(marker.kwargs.get("keep", 40))

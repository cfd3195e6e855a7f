"""kill -9 at every point at which something can leave a process: a commit, a write to a socket, a write to a file.

A *task* is a function that a child process runs: ``task(arguments) -> result``, named as ``"module:function"``, its
arguments and its result JSON. In the child a ``Knife`` numbers the points by itself, whatever the task does:

=======  ===============================================================================================
commit   of any connection of sqlite3 and psycopg: the engine's, the application's own, a CRM's
socket   ``send``, ``sendall``, ``sendmsg`` of an internet socket, so also asyncio's transports; TLS's too
file     open for writing, write, flush, ``os.replace``, ``os.fsync``, ``os.write`` below ``roots``
=======  ===============================================================================================

The child kills itself right before or right after the point that it was told. It is forked from a program of its own
(``python -m support.crash``, from the side of the tests: ``Forge``) which has imported everything and has neither a
thread nor a connection, so that a fork is cheap and safe. Servers live in the process of the tests.

``Trial`` is one kill and what follows: the task is killed, resumed by a fresh child, the result is compared with the
one of an undisturbed run, and a further run must change nothing. What the world of a task is (a database, servers, a
CRM), and what its state is, says its ``World``.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from support.canonical import Canonical, difference
from support.knife import ROOT, Knife, Point, Side

#: Seconds that one run of a task may take.
PATIENCE = 60


# -- in the child ------------------------------------------------------------------------------------------------------


def load(name: str) -> Callable[..., Any]:
    """The function that ``"module:function"`` names."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def _child(order: Mapping[str, Any], pipe: int) -> None:
    """One run of a task. Tells of every point and of the end, one line of JSON each."""
    write = os.write

    def tell(said: Mapping[str, object]) -> None:
        write(pipe, json.dumps(said).encode() + b"\n")

    signal.alarm(order["patience"])
    knife = Knife(tell, order["kill"], order["side"], order["roots"])
    try:
        task = load(order["task"])
        knife.install()
        for name in order["breaks"]:
            load(name)()
        tell({"result": task(order["arguments"])})
    except BaseException:
        tell({"error": traceback.format_exc()[-8000:]})
    os._exit(0)


def _fork(order: Mapping[str, Any]) -> str:
    """Run a child to its end; all that it told, and how it ended."""
    receiver, sender = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(receiver)
        _child(order, sender)
    os.close(sender)
    with os.fdopen(receiver) as told:
        lines = told.read().splitlines()
    _, status = os.waitpid(pid, 0)
    ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return json.dumps({"signal": ended, "told": [json.loads(line) for line in lines]})


def main(*preload: str) -> None:
    """The program: imports and warms what it is told, then forks a child for every order."""
    logging.getLogger("mailkit").addHandler(logging.NullHandler())  # what workers log is not what is tested here
    for name in preload:
        load(name)()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(_fork(json.loads(line)), flush=True)


# -- in the tests ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """What one child did. ``killed`` at its last point, or ended with a result."""

    killed: bool
    points: tuple[Point, ...]
    result: Any = None
    error: str = ""


class Forge:
    """Makes children: a handle on the program of this module.

    Args:
        warm: ``"module:function"``, called once in the program before the first fork: imports what tasks need. It must
            leave no thread and no open connection behind.
    """

    def __init__(self, *warm: str) -> None:
        path = os.pathsep.join(str(ROOT / part) for part in ("", "tests", "src"))
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from support.crash import main; main(*{warm!r})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def run(
        self,
        task: str,
        arguments: Mapping[str, object],
        *,
        kill: int = 0,
        side: Side = "before",
        breaks: Sequence[str] = (),
        roots: Sequence[str] = (),
    ) -> Run:
        """Run a task in a child of its own.

        Args:
            kill: the number of the point at which it dies; 0: none.
            breaks: ``"module:function"`` each, called in the child first: what a test of the tests sabotages.
            roots: directories below which writes to files are points.
        """
        order = {
            "task": task,
            "arguments": arguments,
            "kill": kill,
            "side": side,
            "breaks": list(breaks),
            "roots": list(roots),
            "patience": PATIENCE,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the program that forks died"
        return _read(json.loads(answer))

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)

    def __enter__(self) -> Forge:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(answer: Mapping[str, Any]) -> Run:
    points = tuple(Point(*one["point"]) for one in answer["told"] if "point" in one)
    last: Mapping[str, Any] = answer["told"][-1] if answer["told"] else {}
    if answer["signal"] == signal.SIGKILL:
        return Run(True, points)
    error = last.get("error", "") if not answer["signal"] else f"it ended by signal {answer['signal']}"
    if not error and "result" not in last:
        error = "it ended without a word"
    return Run(False, points, last.get("result"), error)


class World(Protocol):
    """Everything that one trial happens in, fresh for each."""

    def run(self, forge: Forge, *, kill: int = 0, side: Side = "before", breaks: Sequence[str] = ()) -> Run:
        """Run the task once more: the first time, or resumed. Time has passed since the last run."""

    def tidy(self) -> list[str]:
        """What a person does after a resumed run (decides what is uncertain): notes. Raises AssertionError."""

    def state(self) -> Canonical:
        """All that lasts: rows, mailboxes, deliveries."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What an undisturbed run passes, and what it leaves."""

    points: tuple[Point, ...]
    state: Canonical

    @property
    def kills(self) -> list[tuple[Point, Side]]:
        """Every kill: before and after each point."""
        sides: tuple[Side, Side] = ("before", "after")
        return [(point, side) for point in self.points for side in sides]


def baseline(forge: Forge, world: World, breaks: Sequence[str] = ()) -> Baseline:
    """Run undisturbed; run again, which must change nothing."""
    first = world.run(forge, breaks=breaks)
    assert not first.error, first.error
    left = world.state()
    again = world.run(forge, breaks=breaks)
    assert not again.error, again.error
    changed = difference(world.state(), left)
    assert not changed, f"a second undisturbed run changes\n{changed}"
    return Baseline(first.points, left)


@dataclass
class Trial:
    """One kill and what came of it; ``problems`` is empty where the promise was kept."""

    point: Point
    side: Side
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        said = "; ".join(self.notes + self.problems)
        return f"{self.side:6} {self.point}" + (f"   [{said}]" if said else "")


def trial(forge: Forge, world: World, base: Baseline, point: Point, side: Side, breaks: Sequence[str] = ()) -> Trial:
    """Kill at a point, resume, compare, run once more."""
    made = Trial(point, side)
    began = time.perf_counter()
    for problem in _steps(forge, world, base, made, breaks):
        made.problems.append(problem)
    made.seconds = time.perf_counter() - began
    return made


def _steps(forge: Forge, world: World, base: Baseline, made: Trial, breaks: Sequence[str]) -> Iterator[str]:
    killed = world.run(forge, kill=made.point.number, side=made.side, breaks=breaks)
    if not killed.killed:
        yield f"it was not killed: {killed.error or 'the point was not reached'}"
        return
    if (at := killed.points[-1]) != made.point:
        yield f"the run is not the same each time: it died at {at}"
        return
    yield from recovery(forge, world, base, made, breaks)


def recovery(forge: Forge, world: World, base: Baseline, made: Trial, breaks: Sequence[str] = ()) -> Iterator[str]:
    """Resume what was stopped, compare, run once more: what is wrong; ``made.notes`` grow."""
    resumed = world.run(forge, breaks=breaks)
    if resumed.error:
        yield f"the resumed run failed: {resumed.error}"
        return
    try:
        made.notes += world.tidy()
        if made.notes:
            resumed = world.run(forge, breaks=breaks)
            made.notes += world.tidy()
        left = world.state()
    except AssertionError as error:
        yield str(error)
        return
    if differs := difference(left, base.state):
        yield f"the end is another one:\n{differs}"
    again = world.run(forge, breaks=breaks)
    if again.error:
        yield f"the run after it failed: {again.error}"
    elif changed := difference(world.state(), left):
        yield f"a further run changes\n{changed}"


def report(
    title: str, base: Baseline, trials: Sequence[Trial], out: IO[str] | None = None, *, listing: bool = True
) -> str:
    """Print the points (unless not ``listing``) and what came of the kills; the problems, for an assertion."""
    stream = out or sys.stdout
    kinds = {kind: sum(1 for point in base.points if point.kind == kind) for kind in ("commit", "socket", "file")}
    counted = ", ".join(f"{number} {kind}" for kind, number in kinds.items() if number)
    uncertain = sum(1 for one in trials if one.notes)
    seconds = sum(one.seconds for one in trials)
    bad = [one for one in trials if one.problems]
    print(f"\n{title}: {len(base.points)} points ({counted})", file=stream)
    for point in base.points if listing else ():
        print(f"  {point}", file=stream)
    print(
        f"{title}: {len(trials)} kills of {2 * len(base.points)} in {seconds:.1f} s: {len(bad)} wrong, "
        f"{uncertain} in the window of uncertainty",
        file=stream,
    )
    for one in trials:
        if one.notes:
            print(f"  {one}", file=stream)
    return "\n".join(str(one) for one in bad)

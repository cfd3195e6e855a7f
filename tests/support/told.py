"""What the long sweeps did, printed as a table at the end of a run.

A test says ``sweep.tell("cuts: SMTP, plain text", 923, of=923)``; the number goes with the report of the test, so that
the table is whole also where the tests run in several processes (``pytest -n 2``). Parts of one sweep are added up.
In a full run the output of each test of the proof is printed when it is over.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

PROPERTY = "sweep"


@dataclass
class Line:
    """One sweep: points tried, of how many, how many of them went wrong, and what else is to be said."""

    title: str
    points: int = 0
    of: int = 0
    wrong: int = 0
    seconds: float = 0.0
    failed: bool = False
    slowest: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, told: Mapping[str, Any], seconds: float, *, failed: bool) -> None:
        """Add a part of it."""
        self.points += told["points"]
        self.of = max(self.of, told["of"])
        self.wrong += told["wrong"]
        self.seconds += seconds
        self.failed |= failed
        self.slowest = max(self.slowest, told["slowest"])
        self.counts.update(told["counts"])
        if told["note"] and told["note"] not in self.notes:
            self.notes.append(told["note"])

    @property
    def said(self) -> str:
        """What is to be said beside the numbers."""
        counts = [f"{number} {name.replace('_', ' ')}" for name, number in sorted(self.counts.items()) if number]
        slowest = [f"slowest {self.slowest:.2f} s"] if self.slowest else []
        return "; ".join([*["FAILED"] * self.failed, *self.notes, *counts, *slowest])

    @property
    def kind(self) -> str:
        return self.title.partition(":")[0]


def lines_of(reports: Sequence[pytest.TestReport]) -> list[Line]:
    """A line for each title, in the order of titles."""
    found: dict[str, Line] = {}
    for report in reports:
        told = [value for name, value in report.user_properties if name == PROPERTY and isinstance(value, dict)]
        for one in told:
            line = found.setdefault(one["title"], Line(one["title"]))
            line.add(one, report.duration / len(told), failed=report.failed)
    return [found[title] for title in sorted(found)]


def table(lines: Sequence[Line]) -> list[str]:
    """The table; below the lines of one kind stands their sum."""
    rows = [("", "points", "of", "wrong", "seconds", "")]
    for at, line in enumerate(lines):
        rows.append((line.title, f"{line.points:,}", f"{line.of:,}", f"{line.wrong}", f"{line.seconds:.0f}", line.said))
        same = [one for one in lines if one.kind == line.kind]
        if len(same) > 1 and (at + 1 == len(lines) or lines[at + 1].kind != line.kind):
            points, of, wrong = (sum(getattr(one, name) for one in same) for name in ("points", "of", "wrong"))
            seconds = f"{sum(one.seconds for one in same):.0f}"
            rows.append((f"{line.kind}, all", f"{points:,}", f"{of:,}", str(wrong), seconds, ""))
    width = max(len(row[0]) for row in rows)
    return [
        f"{title:{width}}  {points:>8}  {of:>8}  {wrong:>5}  {seconds:>7}  {said}".rstrip()
        for title, points, of, wrong, seconds, said in rows
    ]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """In a full run: print what a test of the proof printed."""
    if os.environ.get("MAILKIT_SWEEP") == "full" and report.when == "call" and report.passed and report.capstdout:
        print(f"\n--- {report.nodeid}\n{report.capstdout}", end="", flush=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if getattr(report, "when", "") == "call"
    ]
    if lines := lines_of(reports):
        terminalreporter.section("sweeps")
        for row in table(lines):
            terminalreporter.write_line(row)

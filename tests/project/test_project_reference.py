"""The tables of the reference say what the code says."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from mailkit import providers
from mailkit.events import EVENTS
from mailkit.words import Limits

UNITS = {"": 1, "KiB": 1024, "MiB": 1024**2}


def _rows(page: Path) -> list[list[str]]:
    """The cells of every table row of a page, heads and rules left out."""
    rows = [line.strip("| ").split(" | ") for line in page.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows]


def test_the_table_of_limits_is_complete_and_right(root: Path) -> None:
    written = {}
    for cells in _rows(root / "docs" / "reference" / "limits.md")[1:]:
        number, _, unit = cells[1].partition(" ")
        written[cells[0].strip("`")] = int(number.replace(",", "")) * UNITS[unit]
    assert written == {field.name: field.default for field in dataclasses.fields(Limits)}


def test_the_table_of_events_is_complete(root: Path) -> None:
    written = {
        cells[0].strip("`"): cells[1].strip("`") for cells in _rows(root / "docs" / "reference" / "events.md")[1:]
    }
    assert written == {name: cls.__name__ for name, cls in EVENTS.items()}


def test_the_compatibility_table_of_the_readme_lists_every_provider(root: Path) -> None:
    written = {cells[0] for cells in _rows(root / "README.md")}
    known = [providers.get(name) for name in providers.names()]
    assert [p.title for p in known if p.title not in written] == []


def test_extras_of_the_readme_are_those_of_the_project_file(root: Path) -> None:
    project = (root / "pyproject.toml").read_text("utf-8")
    section = project.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    extras = set(re.findall(r"^(\w+) = ", section, re.MULTILINE))
    table = (root / "README.md").read_text("utf-8").partition("| extra | brings |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` ", table, re.MULTILINE)) == extras

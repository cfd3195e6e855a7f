"""The frame: runner, changelog, sizes, samples of sweeps, words that must not stand anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

CHANGE_KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
TARGETS = ["demo", "test", "proof", "check", "bench", "score", "docs", "fmt"]


@pytest.mark.parametrize("target", TARGETS)
def test_the_runner_has_the_target_and_explains_it(target: str, root: Path) -> None:
    text = (root / "Makefile").read_text("utf-8")
    assert re.search(rf"^{target}:.*## \S", text, re.MULTILINE)


def test_targets_that_pages_name_exist(root: Path) -> None:
    makefile = (root / "Makefile").read_text("utf-8")
    there = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"[`$] ?make ([a-z]+)", page.read_text("utf-8"))}
    assert named
    assert named <= there


def test_continuous_integration_runs_check_and_test(root: Path) -> None:
    script = root / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    lines = script.read_text("utf-8").splitlines()
    assert lines[-2:] == ["make check", "make test"]
    assert "set -euo pipefail" in lines


def test_an_old_interpreter_is_refused_with_a_sentence(root: Path, tmp_path: Path) -> None:
    old = tmp_path / "python-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    command = ["sh", "tools/venv.sh", str(tmp_path / "venv"), "demo"]
    done = subprocess.run(
        command, cwd=root, env={"PATH": "/usr/bin:/bin", "PYTHON": str(old)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "is not a Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_the_changelog_keeps_its_format(root: Path) -> None:
    """Keep a Changelog: an Unreleased section first, then versions with dates, each with known kinds of change."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## \[(.+?)\](.*)$", text, re.MULTILINE)
    assert versions[0] == ("Unreleased", "")
    assert all(re.fullmatch(r" - \d{4}-\d{2}-\d{2}", date) for _, date in versions[1:])
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= CHANGE_KINDS
    entries = [line for line in text.splitlines() if line.startswith("- ")]
    assert entries
    assert [line for line in entries if not re.match(r"- [A-Z`*]", line)] == []


def _texts(root: Path) -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    names = [name for name in done.stdout.decode().split("\0") if name]
    kinds = {".py", ".md", ".toml", ".yml", ".sh", ".mako", ""}
    return [root / name for name in names if Path(name).suffix in kinds and (root / name).is_file()]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", "finish it, or file an issue"),
        (r"pip install ['\"]?mail" r"kit(?!-sdk)\b", "the distribution is mailkit-sdk; mailkit is another project"),
        (r"except( Exception)?:\s*pass\b", "an error is never swallowed"),
    ],
)
def test_some_words_stand_nowhere(pattern: str, why: str, root: Path) -> None:
    found = []
    for path in _texts(root):
        text = path.read_text("utf-8", errors="replace")
        if re.search(pattern, text) and path != Path(__file__):
            found.append(str(path.relative_to(root)))
    assert found == [], why


def test_nothing_knows_where_this_checkout_lies(root: Path) -> None:
    if len(root.parts) < 3:
        pytest.skip("the checkout lies in a directory whose name is too general to look for")
    found = [
        str(path.relative_to(root)) for path in _texts(root) if str(root) in path.read_text("utf-8", errors="replace")
    ]
    assert found == []


def test_sizes_accepts_the_bounds_and_names_what_is_over_them(root: Path, tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n" * 400)
    command = [sys.executable, str(root / "tools" / "sizes.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    (tmp_path / "function.py").write_text("def f():\n" + "    x = 1\n" * 60)
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert "long.py: 401 lines" in done.stderr
    assert "function.py:1 f: 61 lines" in done.stderr


def test_a_sweep_keeps_the_ends_and_is_chosen_by_the_seed(sweep) -> None:
    kind = type(sweep)
    points = list(range(1000))
    first, again, other = (kind(seed, False, "t").sample(points, keep=10) for seed in ("a", "a", "b"))
    assert first == again == sorted(first)
    assert first != other
    assert len(first) == 10
    assert (first[0], first[-1]) == (0, 999)
    assert kind("a", True, "t").sample(points, keep=10) == points
    assert kind("a", False, "t").sample([1, 2], keep=10) == [1, 2]


@pytest.mark.sweep(keep=3)
@pytest.mark.parametrize("point", range(50))
def test_parameters_of_a_sweep(point: int, request: pytest.FixtureRequest, sweep) -> None:
    """Three of the fifty in a sampled run, all of them in a full one."""
    mine = [item for item in request.session.items if item.nodeid.startswith(request.node.nodeid.partition("[")[0])]
    if len(mine) > 1:  # a single one when it was asked for by name
        assert len(mine) == (50 if sweep.full else 3)

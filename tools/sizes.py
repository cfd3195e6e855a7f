"""Report the sizes of files and functions, and fail where the house's bounds are passed.

A module has at most 400 lines, a function at most 60 (from ``def`` to its last line, docstring included). The medians
should stay near 120 and under 10: they are printed, the bounds are enforced. Migrations are left out: each is one list
of columns that never changes again.

Usage: ``python tools/sizes.py [DIRECTORY …]`` (default: ``src/mailkit``).
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """The length in lines of one file or function; ``where`` is ``path`` or ``path:line name``."""

    lines: int
    where: str


def measure(directories: Sequence[Path]) -> tuple[list[Size], list[Size]]:
    """The sizes of all files, and of all functions, below the directories."""
    files: list[Size] = []
    functions: list[Size] = []
    for path in sorted(path for directory in directories for path in directory.rglob("*.py")):
        if path.parent.name == "versions" and path.parent.parent.name == "migrations":
            continue
        source = path.read_text("utf-8")
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
        files.append(Size(len(source.splitlines()), name))
        functions += _functions(ast.parse(source), name)
    return files, functions


def _functions(tree: ast.AST, name: str) -> Iterator[Size]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            yield Size(node.end_lineno - node.lineno + 1, f"{name}:{node.lineno} {node.name}")


def report(what: str, sizes: Sequence[Size], bound: int) -> bool:
    """Print one line of figures and the offenders; true when all are within the bound."""
    if not sizes:
        print(f"{what}: none")
        return True
    lines = sorted(size.lines for size in sizes)
    largest = max(sizes)
    print(
        f"{what}: {len(sizes)}, {sum(lines):,} lines; median {statistics.median(lines):.0f}, "
        f"p90 {lines[int(len(lines) * 0.9)]}, largest {largest.lines} ({largest.where}); bound {bound}"
    )
    offenders = sorted((size for size in sizes if size.lines > bound), reverse=True)
    for size in offenders:
        print(f"  too long: {size.where}: {size.lines} lines, at most {bound}", file=sys.stderr)
    return not offenders


def main(arguments: Sequence[str]) -> int:
    """Measure, report; the exit code is 1 where a bound is passed."""
    directories = [Path(argument).resolve() for argument in arguments] or [ROOT / "src" / "mailkit"]
    files, functions = measure(directories)
    good = [report("files", files, FILE_LINES), report("functions", functions, FUNCTION_LINES)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

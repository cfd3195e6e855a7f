"""How tests read pages of the documentation: fenced blocks, set-up comments, reasons for blocks that are not run.

``<!-- postgresql: URL -->`` lends a page a database of the tests' own: in its code that URL, and libpq's form of it,
stand for a fresh one.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A fenced block, or a comment that holds set-up code; both are found by their lines, not by nested patterns.
_FENCE = re.compile(r"^( *)```(\w*)[^\n]*$")
_SKIP = "<!-- not run:"
_SETUP = "<!-- setup"
_LENT = re.compile(r"<!-- postgresql: (\S+) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page. ``setup`` blocks are comments: run, not shown. ``reason`` says why it is not run."""

    language: str
    code: str
    line: int
    setup: bool = False
    reason: str = ""


def read_blocks(text: str) -> Iterator[Block]:
    """The fenced blocks and set-up comments of a page, in order, with the line number of their first line."""
    lines = text.splitlines()
    at, reason = 0, ""
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line)
        if fence:
            end = _find(lines, at + 1, "```")
            indent = len(fence.group(1))
            yield Block(fence.group(2), _join(lines[at + 1 : end], indent), at + 2, reason=reason)
            at, reason = end, ""
        elif line.strip() == _SETUP:
            end = _find(lines, at + 1, "-->")
            yield Block("python", textwrap.dedent(_join(lines[at + 1 : end], 0)), at + 2, setup=True)
            at = end
        elif line.strip().startswith(_SKIP):
            reason = line.strip().removeprefix(_SKIP).removesuffix("-->").strip()
        at += 1


def _find(lines: list[str], start: int, closing: str) -> int:
    for at in range(start, len(lines)):
        if lines[at].strip() == closing:
            return at
    raise ValueError(f"line {start}: a block is never closed with {closing}")


def _join(lines: list[str], indent: int) -> str:
    return "\n".join(line[indent:] for line in lines) + "\n"


def lent(text: str) -> str | None:
    """The URL that stands for a PostgreSQL database in a page; None: it needs none."""
    found = _LENT.search(text)
    return found.group(1) if found else None


def lend(code: str, shown: str, real: str) -> str:
    """The code with the real database in the place of the one that is shown."""
    scheme = "postgresql+psycopg://"
    plain = "postgresql://"
    return code.replace(shown, real).replace(shown.replace(scheme, plain), real.replace(scheme, plain))


def pages() -> list[Path]:
    """Every page of the documentation and the README, as paths."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

"""How tests read pages of the documentation: fenced blocks, set-up comments, reasons for blocks that are not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A fenced block, or a comment that holds set-up code; both are found by their lines, not by nested patterns.
_FENCE = re.compile(r"^( *)```(\w*)[^\n]*$")
_SKIP = "<!-- not run:"
_SETUP = "<!-- setup"


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
            yield Block("python", _join(lines[at + 1 : end], 0), at + 2, setup=True)
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


def pages() -> list[Path]:
    """Every page of the documentation and the README, as paths."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

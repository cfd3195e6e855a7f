"""Lines of text being written: where they break, how they are indented and quoted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["MAX_QUOTE", "Page"]

MAX_QUOTE = 20  # quote marks written in front of a line
MAX_LINES = 500_000


@dataclass(slots=True)
class Page:
    """Lines being written. ``pending``: line breaks to make before the next text (2: one empty line)."""

    lines: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    pending: int = 0
    quote: int = 0
    indent: int = 0
    bullet: str = ""
    space: bool = False  # a blank is due before the next word

    def break_line(self, count: int = 1) -> None:
        if self.current or self.lines:
            self.pending = max(self.pending, count)
        self.space = False

    def force_line(self) -> None:
        """<br>: two of them make an empty line."""
        self.pending += 1
        self.space = False

    def write(self, text: str) -> None:
        if not text:
            return
        self._settle()
        if self.space and self.current:
            self.current.append(" ")
        self.space = False
        self.current.append(text)

    def write_lines(self, lines: Sequence[str]) -> None:
        """Many whole lines at once."""
        self.force_line()
        self._settle()
        self._flush()
        prefix = self._prefix() + " " * len(self.bullet)
        room = max(MAX_LINES - len(self.lines), 0)
        self.lines.extend([f"{prefix}{line}".rstrip() for line in lines[:room]])

    def words(self, text: str) -> None:
        """Text with white space collapsed, as HTML shows it."""
        joined = " ".join(text.split())
        if not joined:
            self.space = self.space or bool(text and self.current and not self.pending)
            return
        if text[0].isspace() and not self.pending:
            self.space = True
        self.write(joined)
        self.space = text[-1].isspace()

    def _settle(self) -> None:
        if self.pending:
            self._flush()
            if self.lines:
                self.lines.extend([self._prefix().rstrip()] * min(self.pending - 1, 2))
            self.pending = 0

    def _flush(self) -> None:
        if self.current and len(self.lines) < MAX_LINES:
            text = "".join(self.current)
            self.lines.append(f"{self._prefix()}{self.bullet}{text}".rstrip())
            self.bullet = " " * len(self.bullet)
        self.current = []

    def _prefix(self) -> str:
        return "> " * min(self.quote, MAX_QUOTE) + "  " * min(self.indent, MAX_QUOTE)

    def next_line(self) -> int:
        """The number of the line on which the next text will stand."""
        return len(self.lines) + (1 + min(self.pending - 1, 2) if self.current and self.pending else 0)

    def boundary(self, *, opens: bool = True) -> None:
        """The prefix changes here: what was written keeps the old one; empty lines belong to the outer side."""
        self._flush()
        if opens and self.lines:
            self.lines.extend([self._prefix().rstrip()] * min(self.pending - 1, 2))
            self.pending = 1
        elif self.lines:
            self.pending = max(self.pending, 1)

    def finish(self) -> str:
        self._flush()
        return "\n".join(self.lines).strip("\n")

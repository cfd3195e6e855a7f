"""Lines, tables and JSON. Plain lines wherever the output is not a terminal; NO_COLOR is heeded (by rich)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailkit.cli.plain import clean, clean_body

if TYPE_CHECKING:
    from mailkit.sync import Progress


class Out:
    """What a command prints with: either people's lines and tables, or one JSON document."""

    def __init__(self, *, json: bool = False) -> None:
        self.json: bool = json
        self.console: Console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)

    def line(self, text: str = "", *, style: str = "") -> None:
        """One line for people."""
        if not self.json:
            self.console.print(Text(clean_body(text), style=style))

    def body(self, text: str) -> None:
        """Several lines."""
        self.line(text)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[str] = ()) -> None:
        """A table for people; ``right`` names the columns of numbers."""
        if self.json:
            return
        cells = [[clean(str(cell)) for cell in row] for row in rows]
        if self.console.is_terminal:
            self._pretty(head, cells, right)
        else:
            self._plain(head, cells, right)

    def _pretty(self, head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> None:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in head:
            table.add_column(name, justify="right" if name in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        self.console.print(table, soft_wrap=False)

    def _plain(self, head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str]) -> None:
        lines = [list(head), *rows]
        widths = [max(cell_len(line[at]) for line in lines) for at in range(len(head))]
        for line in lines:
            cells = [
                " " * (width - cell_len(cell)) + cell if name in right else cell + " " * (width - cell_len(cell))
                for name, cell, width in zip(head, line, widths, strict=True)
            ]
            self.line("  ".join(cells).rstrip())

    def document(self, value: object) -> None:
        """The JSON document of a command with ``--json``: ASCII only."""
        if self.json:
            print(json.dumps(value, indent=2, ensure_ascii=True))

    def jsonl(self, value: object) -> None:
        """One JSON line."""
        print(json.dumps(value, ensure_ascii=True), flush=True)

    @contextmanager
    def progress(self) -> Iterator[Progress | None]:
        """Bars on stderr while a sync runs; None where nobody watches."""
        if self.json or not sys.stderr.isatty():
            yield None
            return
        from mailkit.cli.bars import bars

        with bars() as told:
            yield told


def when(at: datetime | None) -> str:
    """A time as people read it, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if at is not None else "-"


def size(number: int) -> str:
    """Bytes as people read them."""
    value = float(number)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """``1 mail``, ``2 mails``."""
    return f"{number} {one if number == 1 else many or one + 's'}"

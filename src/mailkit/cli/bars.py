"""Progress bars of a sync, on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from mailkit.cli.plain import clean

if TYPE_CHECKING:
    from rich.progress import TaskID

    from mailkit.sync import Progress as Told
    from mailkit.sync import Step


@contextmanager
def bars() -> Iterator[Told]:
    """One bar for each folder."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    tasks: dict[tuple[str, str], TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def told(step: Step) -> None:
            name = (step.account, step.folder)
            words = f"{clean(step.account)}  {clean(step.folder, 30)}  {step.stage}"
            if name not in tasks:
                tasks[name] = progress.add_task(words, total=step.total or None)
            progress.update(tasks[name], description=words, completed=step.done, total=step.total or None)

        yield told

"""Progress bars on stderr: of a sync, of jobs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
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


@contextmanager
def job_bar(counts: Callable[[], Mapping[str, Mapping[str, int]]]) -> Iterator[None]:
    """One bar for all jobs; ``counts`` gives their numbers by kind and state, and is asked twice a second."""
    stop = threading.Event()
    with Progress(
        TextColumn("jobs"), BarColumn(bar_width=30), MofNCompleteColumn(), transient=True, console=Console(stderr=True)
    ) as progress:
        task = progress.add_task("jobs", total=None)

        def follow() -> None:
            while not stop.wait(0.5):
                states = list(counts().values())
                total = sum(sum(numbers.values()) for numbers in states)
                progress.update(task, total=total, completed=sum(numbers.get("done", 0) for numbers in states))

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

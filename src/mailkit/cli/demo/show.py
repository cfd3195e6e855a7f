"""What the demo prints."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mailkit.cli.messages import links_text
from mailkit.cli.output import Out, plural
from mailkit.cli.plain import clean

if TYPE_CHECKING:
    from mailkit.cli.demo.verdict import Check
    from mailkit.kit import MailKit, Thread
    from mailkit.link.explain import Explanation

#: Threads shown, at most so many of a kind.
_OF_A_KIND = 3


class Show:
    """Prints, and keeps the seconds of each stage."""

    def __init__(self, out: Out) -> None:
        self.out = out
        self.stages: dict[str, float] = {}

    def line(self, text: str = "", *, style: str = "") -> None:
        """One line."""
        self.out.line(text, style=style)

    @contextmanager
    def stage(self, name: str, title: str) -> Iterator[None]:
        """A headed stage."""
        self.line()
        self.line(title, style="bold")
        started = time.perf_counter()
        yield
        self.stages[name] = round(time.perf_counter() - started, 2)

    @contextmanager
    def jobs(self, kit: MailKit) -> Iterator[None]:
        """A bar while jobs are done, where somebody watches."""
        if self.out.json or not sys.stderr.isatty():
            yield
            return
        from mailkit.cli.bars import job_bar

        with job_bar(lambda: kit.stats().jobs):
            yield

    def threads(self, kit: MailKit) -> list[tuple[Thread, Explanation]]:
        """Some threads of each kind, with the records they are linked to and why."""
        every = [(thread, kit.links.explain(thread)) for thread in _all_threads(kit)]
        shown: dict[str, list[tuple[Thread, Explanation]]] = {}
        for thread, why in every:
            shown.setdefault(_kind(why), []).append((thread, why))
        for kind, found in sorted(shown.items()):
            self.line(f"  {kind}: {plural(len(found), 'thread')}")
            for thread, why in found[:_OF_A_KIND]:
                self.line(
                    f"    {thread.id:>4}  {clean(thread.subject, 50) or '(no subject)'}  ->  {links_text(why.links)}"
                )
                self.line(f"          {clean(str(why), 400)}")
        return every

    def quarantine(self, kit: MailKit) -> None:
        """What is held, and why."""
        held = kit.quarantine.list()
        rows = [(one.id, one.account, one.source_key, one.reason, one.detail[:80]) for one in held]
        if rows:
            self.out.table(("id", "account", "where", "reason", "detail"), rows)
        else:
            self.line("  nothing")

    def verdict(self, checks: Sequence[Check]) -> None:
        """Each question with its answer."""
        for check in checks:
            style = "" if check.ok else "bold red"
            self.line(f"  {'ok ' if check.ok else 'NOT'}  {check.name}: {check.detail}", style=style)


def _all_threads(kit: MailKit) -> Iterator[Thread]:
    skip = 0
    while page := kit.threads.list(limit=100, skip=skip):
        skip += len(page)
        yield from page


def _kind(why: Explanation) -> str:
    states = {link.state.value for link in why.links}
    if states:
        signals = [e.signal for d in why.decisions if d.chosen for c in d.candidates for e in c.evidence]
        by = next((s for s in ("wish", "token", "number", "address") if s in signals), "other evidence")
        return f"{'linked' if 'linked' in states else 'shown for reading only'}, by {by}"
    rules = [d.rule for d in why.decisions]
    return f"not linked, {next((r for r in reversed(rules) if r != 'no-evidence'), 'no evidence')}"

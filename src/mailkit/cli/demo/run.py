"""The demo, from an empty directory to the verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from mailkit.cli.demo import inbound, outbound
from mailkit.cli.demo.application import listen, make_table, open_kit
from mailkit.cli.demo.breaks import sabotage
from mailkit.cli.demo.facts import Facts, activities, look
from mailkit.cli.demo.links import score
from mailkit.cli.demo.outbound import Answer
from mailkit.cli.demo.show import Show
from mailkit.cli.demo.stage import Stage, accounts
from mailkit.cli.demo.verdict import Check, Course, judge
from mailkit.cli.output import plural
from mailkit.kit import MailKit, Thread
from mailkit.link.explain import Explanation


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a run."""

    checks: Sequence[Check]
    course: Course
    threads: Sequence[tuple[Thread, Explanation]]
    answers: Sequence[Answer]
    stages: dict[str, float]
    seconds: float

    @property
    def ok(self) -> bool:
        """The verdict."""
        return all(check.ok for check in self.checks)


def play(stage: Stage, show: Show) -> Told:
    """Play everything."""
    started = time.perf_counter()
    sabotage(stage.wish.broken)
    with open_kit(stage.url, stage.key_file, stage.crm, stage.clock) as kit:
        make_table(kit)
        listen(kit)
        for account in accounts(stage):
            kit.accounts.add(account)
        _come_in(kit, show)
        answers, undone = _go_out(kit, stage, show)
        again, thanks = _again(kit, stage, show, answers)
        with show.stage("threads", "Threads, the records they are linked to, and why (some of each kind)"):
            threads = show.threads(kit)
        with show.stage("quarantine", "Quarantine"):
            show.quarantine(kit)
        with show.stage("verdict", "Verdict: servers and store beside each other"):
            facts = look(stage)
            course = _course(stage, facts, answers, undone, again, thanks)
            checks = judge(facts, course)
            show.verdict(checks)
    return Told(checks, course, threads, answers, show.stages, time.perf_counter() - started)


def _come_in(kit: MailKit, show: Show) -> None:
    with show.stage("sync", "Sync: from the servers into the store"):
        inbound.sync_all(kit, show)
    with show.stage("jobs", "Jobs: ask the CRM whose mail it is, show messages on its records"):
        show.line(f"  {inbound.jobs(kit, show)} jobs done")


def _go_out(kit: MailKit, stage: Stage, show: Show) -> tuple[list[Answer], str]:
    with show.stage("outbox", "Outbox: three answers on the application's own transactions, one rolled back"):
        answers, undone = outbound.enqueue(kit, stage)
        outbound.deliver(stage, show)
        inbound.jobs(kit, show)
        for answer in answers:
            entry = kit.outbox.entry(answer.outbox_id)
            how = "; ".join(f"{v.recipient} {v.state.value}: {v.text}" for v in entry.verdicts)
            show.line(
                f"  {answer.account:<8} {answer.key}: {entry.state} after {plural(entry.attempts, 'attempt')}, {how}"
            )
    return answers, undone


def _again(kit: MailKit, stage: Stage, show: Show, answers: Sequence[Answer]) -> tuple[int, dict[str, int]]:
    """A second sync, which must bring nothing new; then a customer answers, and a third one brings that."""
    with show.stage("again", "Sync again: our answers are in Sent, and known already"):
        again = sum(report.new for report in inbound.sync_all(kit, show))
    with show.stage("answer", "A customer answers our answer; only the signed Message-ID tells who it is"):
        before = kit.stats().messages
        outbound.answer_comes(stage, answers[-1])
        inbound.sync_all(kit, show)
        inbound.jobs(kit, show)
        come = [one for one in kit.messages.latest(limit=max(kit.stats().messages - before, 1)) if one.message_id]
        thanks = {one.message_id or "": answers[-1].answered for one in come}
    return again, thanks


def _course(
    stage: Stage, facts: Facts, answers: Sequence[Answer], undone: str, again: int, thanks: dict[str, int]
) -> Course:
    shown = sum(activities(stage.crm.path).values())
    return Course(
        placed=stage.placed,
        answers=answers,
        undone=undone,
        again=again,
        thanks=thanks,
        score=score(facts, stage.placed),
        shown=shown,
        to_show=_to_show(facts),
    )


def _to_show(facts: Facts) -> int:
    """Each message once on each record that its thread is linked to; not what a forger wrote."""
    return sum(len(facts.links.get(thread, ())) for pk, thread in facts.threads.items() if pk not in facts.forged)

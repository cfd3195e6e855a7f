"""The way out: answers on the application's own transaction, sent by workers of which two are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from sqlalchemy import text

import mailkit
from mailkit.cli.demo.show import Show
from mailkit.cli.demo.stage import ADDRESSES, Placed, Stage
from mailkit.compose import reply
from mailkit.errors import NotFoundError, ProtocolError, UsageError
from mailkit.kit import MailKit
from mailkit.testing.samples import SampleMail
from mailkit.words import Direction, TrustLevel

#: Which account answers how often; the worker sends in this order.
_ANSWERS = ("support", "sales", "sales")
_TEXT = "Thank you, we have your message and are on it.\n\nKind regards\nAcme Ltd"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in the outbox. ``answered`` is the store's id of the message that it answers."""

    outbox_id: int
    key: str
    account: str
    message_id: str
    answered: int
    sample: SampleMail


def enqueue(kit: MailKit, stage: Stage) -> tuple[list[Answer], str]:
    """Three answers, each in one transaction with a row of the application; and one in a transaction that is rolled
    back, whose Message-ID comes second."""
    answers: list[Answer] = []
    found = list(_answerable(kit, stage))
    for number, account in enumerate(_ANSWERS, 1):
        place, message_pk = next((one for one in found if one[0].account == account), (None, 0))
        if place is None:
            raise NotFoundError(f"No mail of {account} can be answered.", hint="Try another --seed or --count.")
        found = [one for one in found if one[0].mail.truth.conversation != place.mail.truth.conversation]
        draft = reply(
            kit.messages.parse(message_pk), own_addresses=[ADDRESSES[account]], text=f"{_TEXT} ({number})", quote=True
        )
        key = f"demo-answer-{number}"
        with kit.engine.begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS app_answer (key TEXT NOT NULL)"))
            connection.execute(text("INSERT INTO app_answer (key) VALUES (:key)"), {"key": key})
            receipt = kit.outbox.enqueue(draft, account=account, key=key, tx=connection)
        answers.append(Answer(receipt.id, key, account, receipt.message_id, message_pk, place.mail))
    with kit.engine.connect() as connection:
        connection.begin()
        undone = kit.outbox.enqueue(draft, account=account, key="demo-undone", tx=connection)
        connection.rollback()
    return answers, undone.message_id


def _answerable(kit: MailKit, stage: Stage) -> Iterator[tuple[Placed, int]]:
    """Mails of authenticated people who write about a record, with their ids in the store."""
    for place in stage.placed:
        truth = place.mail.truth
        wanted = truth.category in ("conversation", "ticket") and truth.direction is Direction.INBOUND
        if wanted and truth.records and truth.trust is TrustLevel.AUTHENTICATED and place.folder == "INBOX":
            message_id = mailkit.parse(place.mail.raw).message_id
            stored = kit.messages.by_message_id(message_id) if message_id else ()
            if len(stored) == 1:
                yield place, stored[0].id


def deliver(stage: Stage, show: Show) -> None:
    """Three workers: the first is killed after the server's 250, the second before the first byte, the third resumes.

    Raises:
        UsageError: a worker did not die where it was to.
    """
    _killed(stage, show, "accepted:2", "the server had accepted its second message, nothing of that written down")
    # What the first worker had claimed and not begun is free again when its lease has run out.
    stage.clock.ahead += timedelta(minutes=6)
    _killed(stage, show, "started:1", "its message was marked as started, before the first byte left")
    done = _worker(stage, "--settle")
    if done.returncode != 0:
        raise ProtocolError(f"The last worker failed: {done.stderr.strip().splitlines()[-1:]}")
    told = json.loads(done.stdout)
    stage.clock.ahead = timedelta(seconds=told["ahead"])
    minutes = int(stage.clock.ahead.total_seconds() // 60)
    show.line(f"  worker 3 resumed: everything decided within {minutes} minutes by its clock, which runs fast")


def _killed(stage: Stage, show: Show, where: str, words: str) -> None:
    number = {"accepted:2": 1, "started:1": 2}[where]
    done = _worker(stage, "--die", where)
    if done.returncode != -signal.SIGKILL:
        raise UsageError(f"Worker {number} ended with {done.returncode}: {done.stderr[-500:]}")
    show.line(f"  worker {number} killed (SIGKILL): {words}")


def _worker(stage: Stage, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailkit.cli.demo.child", stage.url, str(stage.key_file), str(stage.crm.path)]
    command += ["--ahead", str(stage.clock.ahead.total_seconds()), *options]
    if stage.wish.broken:
        command += ["--break", stage.wish.broken]
    package = str(Path(mailkit.__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    return subprocess.run(  # noqa: S603 (our own module, our own arguments)
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "PYTHONPATH": path}
    )


def answer_comes(stage: Stage, answer: Answer) -> None:
    """The customer answers our answer; nothing but the signed Message-ID proves who it is."""
    customer = mailkit.parse(answer.sample.raw).from_[0].address
    ours = ADDRESSES[answer.account]
    lines = (
        f"From: {customer}",
        f"To: {ours}",
        "Subject: Thanks",
        f"Date: {format_datetime(stage.clock())}",
        f"Message-ID: <thanks-{stage.wish.seed}@{customer.rpartition('@')[2]}>",
        f"In-Reply-To: <{answer.message_id}>",
        "",
        "That was quick, thanks!",
    )
    raw = "".join(f"{line}\r\n" for line in lines)
    stage.servers[answer.account].deliver(raw.encode(), sender=customer, recipients=[ours])

"""A worker in a process of its own, which kills itself with SIGKILL at a counted point.

    python -m mailkit.cli.demo.child DATABASE KEY_FILE CRM --die accepted:1 | --settle

``accepted:N``   killed when the server has said 250 to the Nth message of this worker, before that is written down
``started:N``    killed when the Nth message is marked as started, before its first byte leaves
``--settle``     works until everything in the outbox is decided; its clock runs ahead, five minutes for each round
"""

from __future__ import annotations

import argparse
import json
import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from mailkit.cli.demo.application import Clock, listen, open_kit
from mailkit.cli.demo.breaks import sabotage
from mailkit.config import Account
from mailkit.kit import MailKit
from mailkit.testing.crm import SampleCrm
from mailkit.transport import Outgoing, Result, Transport
from mailkit.transport.base import OnData, OnResult

_ROUNDS = 60
_STEP = timedelta(minutes=5)
_OPEN = ("ready", "leased", "started", "uncertain")


class Mortal:
    """A transport whose process dies at a point. ``Transport``."""

    def __init__(self, inner: Transport, point: str, number: int) -> None:
        self._inner = inner
        self._point = point
        self._left = number

    def send(self, outgoing: Sequence[Outgoing], on_data: OnData, on_result: OnResult | None = None) -> list[Result]:
        """Send a batch, or die in the middle of it."""

        def data(message: Outgoing) -> None:
            on_data(message)
            self._die("started")

        def result(done: Result) -> None:
            self._die("accepted")
            if on_result is not None:
                on_result(done)

        return self._inner.send(outgoing, data, result)

    def _die(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def make_mortal(kit: MailKit, where: str) -> None:
    """Let this process die at ``where``, counted over all accounts."""
    point, _, number = where.partition(":")
    made = kit.outbox._sender
    mortal: list[Mortal] = []

    def sender(account: Account) -> Transport:
        mortal.append(Mortal(made(account), point, mortal[-1]._left if mortal else int(number or 1)))
        return mortal[-1]

    kit.outbox._sender = sender


def settle(kit: MailKit, clock: Clock) -> int:
    """Work until nothing in the outbox is open; the number of rounds."""
    for number in range(_ROUNDS):
        kit.work(only={"outbox"}, once=True)
        if not any(entry.state in _OPEN for entry in kit.outbox.list()):
            return number + 1
        clock.ahead += _STEP
    return _ROUNDS


def main() -> None:
    """Run the worker."""
    options = _options()
    sabotage(options.broken)
    clock = Clock(timedelta(seconds=options.ahead))
    with open_kit(options.database, options.key_file, SampleCrm(options.crm), clock) as kit:
        listen(kit)
        rounds = 0
        if options.die:
            make_mortal(kit, options.die)
            kit.work(only={"outbox"}, once=True)
        if options.settle:
            rounds = settle(kit, clock)
    print(json.dumps({"rounds": rounds, "ahead": clock.ahead.total_seconds()}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mailkit.cli.demo.child")
    parser.add_argument("database")
    parser.add_argument("key_file", type=Path)
    parser.add_argument("crm", type=Path)
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--die", default="")
    parser.add_argument("--settle", action="store_true")
    parser.add_argument("--break", dest="broken")
    return parser.parse_args()


if __name__ == "__main__":
    main()

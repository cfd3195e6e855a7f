"""A sync in a process of its own that kills itself at a counted point. Not a test module.

Points are, in order: before and after each commit of the database, and before each command that goes to the server.
``crash_child.py DATABASE ACCOUNT_JSON PASSWORD POINT``; prints the number of points when it comes to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from mailkit.config import Account
from mailkit.mailbox.connection import GuardedIMAP4
from mailkit.store import Store
from mailkit.sync import sync_account
from mailkit.words import Limits
from support.mails import make_desk


class Points:
    """Counts, and kills this process at one of them."""

    def __init__(self, fatal: int) -> None:
        self.fatal = fatal
        self.passed = 0

    def reach(self) -> None:
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        self.passed += 1

    def around(self, real: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            self.reach()
            result = real(*args, **named)
            if after:
                self.reach()
            return result

        return counted


def main(database: str, account_json: str, password: str, fatal: int) -> None:
    limits = Limits(batch_messages=3, message_bytes=3000)
    store = Store.open(database)
    points = Points(fatal)
    dialect: Any = store.engine.dialect
    dialect.do_commit = points.around(dialect.do_commit, after=True)
    wire: Any = GuardedIMAP4
    wire.begin_command = points.around(wire.begin_command, after=False)
    desk = make_desk(store, limits)
    report = sync_account(Account.from_stored(account_json, password), store=store, ingest=desk.ingest, limits=limits)
    assert report.ok, report
    print(points.passed)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))

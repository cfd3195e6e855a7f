"""AsyncMailKit: a door to MailKit for code that runs in an event loop.

Each method is the method of the same name, run in a worker thread, so its arguments, results and errors are described
there. One call uses one thread while it lasts; ``threads`` bounds how many. A call that is cancelled is finished by its
thread; its result is dropped.

``enqueue`` with ``tx`` does not change threads: the caller's ``AsyncConnection`` belongs to the loop, so the statement
runs through ``tx.run_sync``.
"""

from mailkit.aio.door import AsyncMailKit
from mailkit.aio.rooms import (
    AsyncAccounts,
    AsyncEvents,
    AsyncLinks,
    AsyncMessages,
    AsyncOutbox,
    AsyncQuarantine,
    AsyncThreads,
)

__all__ = [
    "AsyncAccounts", "AsyncEvents", "AsyncLinks", "AsyncMailKit", "AsyncMessages", "AsyncOutbox", "AsyncQuarantine",
    "AsyncThreads",
]  # fmt: skip

"""No network while a store transaction is open.

A transaction that waits for a server holds locks for as long as that server likes; on SQLite it stops every other
writer. So the store opens each transaction inside ``forbid_network()``, and whatever is about to use the network
calls ``check()`` first. The mark is a context variable: it holds for the thread or task that opened the transaction
and for nobody else, not for a task either that was started inside and has a copy of the context (``Block``).
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from mailkit.errors import NetworkInTransactionError


class Block:
    """A block of code that is being run, to be kept in a context variable: tasks and threads that are started inside
    copy that, and are not in the block; nor is anybody when it has ended."""

    __slots__ = ("_over", "_thread")

    def __init__(self) -> None:
        self._over = False
        self._thread = threading.get_ident()

    def leave(self) -> None:
        """The block ends."""
        self._over = True

    @property
    def is_here(self) -> bool:
        """Whether who asks is inside it."""
        return not self._over and self._thread == threading.get_ident()


_forbidden: ContextVar[tuple[Block, ...]] = ContextVar("mailkit_network_forbidden", default=())


@contextmanager
def forbid_network() -> Generator[None]:
    """Forbid network calls in this thread or task until the block is left. May be nested."""
    before, block = _forbidden.get(), Block()
    _forbidden.set((*before, block))
    try:
        yield
    finally:
        block.leave()
        # Set instead of reset(token): a generator may be closed in another context, where the token is not valid.
        _forbidden.set(before)


def is_forbidden() -> bool:
    """Whether a store transaction is open in this thread or task."""
    return any(block.is_here for block in _forbidden.get())


def check(what: str) -> None:
    """Raise if the network may not be used here.

    Args:
        what: what was to be done, for the message, such as ``"connect to smtp.acme.example:587"``.

    Raises:
        NetworkInTransactionError: a store transaction is open.
    """
    if is_forbidden():
        raise NetworkInTransactionError(f"A store transaction is open here; mailkit was to {what}.")

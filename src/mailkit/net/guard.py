"""No network while a store transaction is open.

A transaction that waits for a server holds locks for as long as that server likes; on SQLite it stops every other
writer. So the store opens each transaction inside ``forbid_network()``, and whatever is about to use the network
calls ``check()`` first. The mark is a context variable: it holds for the thread or task that opened the transaction
and for nobody else.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from mailkit.errors import NetworkInTransactionError

_forbidden: ContextVar[int] = ContextVar("mailkit_network_forbidden", default=0)


@contextmanager
def forbid_network() -> Generator[None]:
    """Forbid network calls in this thread or task until the block is left. May be nested."""
    depth = _forbidden.get()
    _forbidden.set(depth + 1)
    try:
        yield
    finally:
        # Set instead of reset(token): a generator may be closed in another context, where the token is not valid.
        _forbidden.set(depth)


def is_forbidden() -> bool:
    """Whether a store transaction is open in this thread or task."""
    return _forbidden.get() > 0


def check(what: str) -> None:
    """Raise if the network may not be used here.

    Args:
        what: what was to be done, for the message, such as ``"connect to smtp.acme.example:587"``.

    Raises:
        NetworkInTransactionError: a store transaction is open.
    """
    if is_forbidden():
        raise NetworkInTransactionError(f"A store transaction is open here; mailkit was to {what}.")

"""One sync of an account at a time.

The lease is a row with an owner, an end and a fencing number. A sync extends it with everything that it writes; a
sync that was overtaken (it slept longer than the lease) finds its number out of date and writes nothing more.

A process that was killed leaves its lease behind. So that its work can be resumed at once, the owner's name tells
host and
process: a lease whose process is gone from *this* host is taken over without waiting. On another host only time tells.
"""

from __future__ import annotations

import os
import socket
import uuid

from mailkit.store import Store, Tx, leases
from mailkit.store.folders import lease_holder

SECONDS = 300.0


class LeaseLostError(Exception):
    """Another sync of the account has taken over. Never leaves this room."""


def owner_name() -> str:
    """A name for one run: host, process, and a random part."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"


def take(store: Store, account: str, owner: str) -> leases.Lease | None:
    """The lease of an account's sync; None while another sync holds it."""
    name = f"sync:{account}"

    def attempt(tx: Tx) -> leases.Lease | None:
        taken = leases.take(tx, name, owner, SECONDS)
        if taken is not None:
            return taken
        holder = lease_holder(tx, name)
        if not _is_dead(holder):
            return None
        dead = leases.take(tx, name, holder, SECONDS)  # the dead one may have it again, and gives it back
        if dead is not None:
            leases.release(tx, dead)
        return leases.take(tx, name, owner, SECONDS)

    return store.run(attempt)


def hold(tx: Tx, lease: leases.Lease) -> None:
    """Extend the lease inside the transaction that depends on it.

    Raises:
        LeaseLostError: it is not ours any more.
    """
    if not leases.held(tx, lease) or not leases.extend(tx, lease, SECONDS):
        raise LeaseLostError


def _is_dead(owner: str) -> bool:
    """Whether the owner was a process of this host that is not there any more."""
    host, _, rest = owner.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False

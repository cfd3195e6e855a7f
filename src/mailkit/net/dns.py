"""TXT records from the DNS, asked for before or after a transaction, never inside one."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailkit.errors import MissingExtraError
from mailkit.net import guard

if TYPE_CHECKING:
    from dns.resolver import Resolver

__all__ = ["fetch_txt"]

MAX_NAMES = 20
MAX_RECORDS = 50  # of one name
MAX_CHARACTERS = 8 * 1024  # of one record


def fetch_txt(
    names: Iterable[str], *, timeout: float = 5.0, resolver: Resolver | None = None
) -> dict[str, tuple[str, ...]]:
    """TXT records by name, the strings of each record joined (RFC 7208 section 3.3).

    A name that has none, or does not exist, gives an empty tuple; one whose answer did not come is left out, so that
    "there is no key" and "nobody answered" are told apart. Blocking.

    Args:
        names: at most ``MAX_NAMES`` are asked for. timeout: seconds for all of them together.
        resolver: dnspython's; None: the machine's own settings.

    Raises:
        MissingExtraError: dnspython is not installed.
        NetworkInTransactionError: a store transaction is open here.
    """
    guard.check("ask the DNS")
    try:
        import dns.exception
        import dns.resolver
    except ImportError as error:
        raise MissingExtraError("trust", "Asking the DNS") from error
    found: dict[str, tuple[str, ...]] = {}
    end = time.monotonic() + timeout
    for name in list(dict.fromkeys(names))[:MAX_NAMES]:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            resolver = resolver or dns.resolver.get_default_resolver()
            answer = resolver.resolve(name, "TXT", lifetime=left)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            found[name] = ()
        except (dns.exception.DNSException, OSError, ValueError):
            continue  # not answered, or no name at all: left out, as promised
        else:
            strings = (getattr(record, "strings", ()) for record in list(answer)[:MAX_RECORDS])
            found[name] = tuple(b"".join(parts).decode("utf-8", "replace")[:MAX_CHARACTERS] for parts in strings)
    return found

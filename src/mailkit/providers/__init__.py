"""The mail systems that mailkit knows, one file each, as data.

To add one: write ``providers/<name>.py`` with a ``PROVIDER``, and name it in ``_MODULES`` below.
"""

from __future__ import annotations

from mailkit.errors import UnknownProviderError

from . import exchange, generic, gmail, microsoft365, sendmail, yahoo, zimbra
from .base import Endpoint, Policy, Provider

__all__ = ["Endpoint", "Policy", "Provider", "for_host", "get", "names"]

_MODULES = (gmail, microsoft365, exchange, yahoo, zimbra, sendmail, generic)
_BY_NAME: dict[str, Provider] = {module.PROVIDER.name: module.PROVIDER for module in _MODULES}
_BY_ALIAS: dict[str, Provider] = {alias: p for p in _BY_NAME.values() for alias in p.aliases}


def names() -> tuple[str, ...]:
    """The names of the known providers, in a stable order."""
    return tuple(_BY_NAME)


def get(name: str) -> Provider:
    """The provider of that name or alias; case does not matter.

    Raises:
        UnknownProviderError: no such provider; the message lists the known ones.
    """
    key = name.strip().casefold()
    found = _BY_NAME.get(key) or _BY_ALIAS.get(key)
    if found is None:
        raise UnknownProviderError(f"No provider is named {name!r}; known are {', '.join(names())}.")
    return found


def for_host(host: str) -> Provider:
    """The provider whose server this host is; ``generic`` where none is known. Never guessed by substring."""
    wanted = host.strip().rstrip(".").casefold()
    for provider in _BY_NAME.values():
        for known in provider.hosts:
            if wanted == known or (known.startswith(".") and wanted.endswith(known)):
                return provider
    return generic.PROVIDER

"""Whether two domains belong to one organisation (RFC 7489 section 3.2)."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

from mailkit.message.address import unicode_domain

from .tables import phrases

__all__ = ["are_neighbours", "is_shared", "organisation", "same_organisation"]

# Domains in which everybody may have an address: having one there makes nobody else's mail ours.
_SHARED = frozenset(
    phrases(
        """
        gmail.com | googlemail.com | outlook.com | hotmail.com | live.com | msn.com | yahoo.com | ymail.com | aol.com |
        icloud.com | me.com | mac.com | gmx.de | gmx.net | gmx.com | web.de | t-online.de | mail.ru | yandex.ru |
        yandex.com | qq.com | 163.com | 126.com | naver.com | proton.me | protonmail.com | zoho.com | fastmail.com
        """
    )
)


def is_shared(domain: str) -> bool:
    """Whether the domain is one of the large providers', open to everybody."""
    return unicode_domain(domain.rstrip(".")) in _SHARED


def are_neighbours(host: str, name: str) -> bool:
    """Whether two hosts stand in one domain: the same, one below the other, or both right below one domain.

    For telling our own servers apart from others, not for alignment.
    """
    if same_organisation(host, name):
        return True
    above, other = host.lower().partition(".")[2], name.lower().partition(".")[2]
    return above == other and _can_be_registered(above)


class _SuffixList(Protocol):
    def privatesuffix(self, domain: str) -> str | None: ...


def same_organisation(one: str, other: str) -> bool:
    """Whether two domains belong to one organisation (RFC 7489 section 3.2).

    With ``publicsuffixlist`` installed: the same registered domain. Without: the same domain, or one below the other
    with at least two labels in the upper one, and that not the kind of two-letter pair that registries sell under
    (``co.uk``).
    """
    one, other = unicode_domain(one.rstrip(".")), unicode_domain(other.rstrip("."))
    if not one or not other:
        return False
    if one == other:
        return True
    suffixes = _suffix_list()
    if suffixes is not None:
        registered = suffixes.privatesuffix(one)
        return registered is not None and registered == suffixes.privatesuffix(other)
    upper, lower = sorted((one, other), key=len)
    return lower.endswith(f".{upper}") and _can_be_registered(upper)


def organisation(domain: str) -> str:
    """The domain that an organisation registered, in which the given one lies; "" where only ``publicsuffixlist``
    would know, and is not installed."""
    suffixes = _suffix_list()
    return (suffixes.privatesuffix(domain) or "") if suffixes is not None else ""


def _can_be_registered(domain: str) -> bool:
    labels = domain.split(".")
    registry = len(labels) == 2 and len(labels[1]) == 2 and (len(labels[0]) <= 3 or labels[0] in _SOLD_UNDER)
    return len(labels) >= 2 and not registry


_SOLD_UNDER = frozenset(phrases("asso | conf | info | firm | store | name | mobi | govt | school | desa | ponpes"))


@lru_cache(maxsize=1)
def _suffix_list() -> _SuffixList | None:
    try:
        from publicsuffixlist import PublicSuffixList  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    return cast("_SuffixList", PublicSuffixList())

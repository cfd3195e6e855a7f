"""Addresses in running text, and the one that a display name makes the reader see."""

from __future__ import annotations

import unicodedata

from mailkit.message.address import Address

__all__ = ["ENDS_ADDRESS", "OVERRIDES", "addresses_in", "readable", "shown_address"]

#: Characters that turn the direction of writing, whatever is written.
OVERRIDES = frozenset("\u202d\u202e")
_MAX_NAME = 1000  # characters of a display name that are looked at
ENDS_ADDRESS = frozenset(" \x7f<>()[],;:\"'|=\u00a0\u3000，。：；、（）【】《》「」“”") | frozenset(map(chr, range(32)))


def addresses_in(text: str, limit: int = 100) -> list[str]:
    """Everything in ``text`` that looks like an address, each once, in order. Linear: goes from one ``@`` to the
    next."""
    found: dict[str, None] = {}
    at = text.find("@")
    while at >= 0 and len(found) < limit:
        end = at + 1
        while end < min(len(text), at + 256) and text[end] not in ENDS_ADDRESS and text[end] != "@":
            end += 1
        start = _local_start(text, at)
        domain = text[at + 1 : end].rstrip(".!?-…").rstrip(".")
        if start < at and "." in domain and domain[0].isalnum():
            found.setdefault(f"{text[start:at]}@{domain}")
        at = text.find("@", max(end, at + 1))
    return list(found)


def _local_start(text: str, at: int) -> int:
    if text[at - 1 : at] == '"':  # a quoted local part: "a..b"@c.example
        opening = text.rfind('"', max(0, at - 66), at - 1)
        return opening if opening >= 0 else at
    start = at
    while start > max(0, at - 128) and text[start - 1] not in ENDS_ADDRESS and text[start - 1] != "@":
        start -= 1
    return start


def readable(name: str) -> str:
    """A display name as the eye takes it: a full-width @ is an @, and what has no width is nothing."""
    text = unicodedata.normalize("NFKC", name[:_MAX_NAME])
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def shown_address(address: Address) -> str:
    """The address that the display name shows, if it is not the one that wrote; else ""."""
    if "@" not in address.name and address.name.isascii():
        return ""
    own = (address.key, address.address.lower())
    return next((other for other in addresses_in(readable(address.name), 5) if other.lower() not in own), "")

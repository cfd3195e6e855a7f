"""Addresses to send to and to send from: one reading only, checked, made ready for the wire.

A string is ``name@domain`` or ``Display Name <name@domain>``, nothing else. What a lenient parser would accept in two
ways (two addresses in one string, an unquoted comma, brackets inside a name) is refused: the person that the
application sees must be the person who gets the mail. Received addresses are another matter; see ``mailkit.message``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from mailkit.compose import encode
from mailkit.compose.guard import check_value, items_of
from mailkit.errors import AddressError

if TYPE_CHECKING:
    from mailkit.message import Address

#: email-validator refuses these as unknown to the public DNS; a company's own server, or a test bench, may use them.
_PRIVATE = ("localhost", "local", "test")
_LONGEST = 320
_SHOWN = 320  # characters of a wrong value that an error repeats


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address ready for the wire. ``address`` has an A-label domain; ``smtputf8``: its local part is not ASCII."""

    name: str
    address: str
    smtputf8: bool = False

    @property
    def key(self) -> str:
        """What two spellings of one address have in common."""
        return self.address.lower()

    def tokens(self) -> list[str]:
        """The address as tokens of a header field."""
        if not self.name:
            return [self.address]
        return [*encode.phrase(self.name), f"<{self.address}>"]


def mailbox(value: str | Address, what: str = "The address") -> Mailbox:
    """Read one address to send to or from.

    Raises:
        AddressError: it is not one.
        InjectionError: it holds a control character.
    """
    name, address = split(value, what) if isinstance(value, str) else parts_of(value, what)
    check_value(name, f"The display name of {what.lower()}")
    check_value(address, what)
    checked, smtputf8 = _checked(address)
    return Mailbox(name, checked, smtputf8)


def parts_of(value: object, what: str) -> tuple[str, str]:
    """Display name and address of an ``Address``, or of whatever has both.

    Raises:
        AddressError: it has not.
    """
    name, address = getattr(value, "name", None), getattr(value, "address", None)
    if not isinstance(name, str) or not isinstance(address, str):
        raise AddressError(f"{what} must be a str or an Address, not {type(value).__name__}.")
    return name, address


def addresses_of(value: object, what: str) -> tuple[str | Address, ...]:
    """The items of an argument that holds addresses. A lone one is one: its characters are never what was meant.

    Raises:
        AddressError: an item is neither a str nor an Address.
        DraftError: the argument is no list.
    """
    lone = isinstance(value, str) or hasattr(value, "address")
    found = (value,) if lone else items_of(value, what)
    for one in found:
        if not isinstance(one, str):
            parts_of(one, f"An address in {what}")
    return cast("tuple[str | Address, ...]", found)


def split(value: str, what: str = "The address") -> tuple[str, str]:
    """Display name and address of ``Name <address>`` or ``address``; the address itself is not checked.

    Raises:
        AddressError: the string can be read in more than one way, or in none.
        InjectionError: it holds a control character.
    """
    text = check_value(value, what).strip(" ")
    if not text.endswith(">"):
        return "", text
    start = text.rfind("<")
    if start < 0:
        raise AddressError(f"{what} {value[:_SHOWN]!r} has a closing bracket and no opening one.")
    return _unquoted(text[:start].strip(" "), value, what), text[start + 1 : -1]


def _unquoted(name: str, value: str, what: str) -> str:
    if name.startswith('"') and name.endswith('"') and len(name) >= 2:
        plain, rest = "", iter(name[1:-1])
        for char in rest:
            if char == '"':
                raise AddressError(f"{what} {value[:_SHOWN]!r} has a quotation mark inside a quoted name.")
            plain += next(rest, "\\") if char == "\\" else char
        return plain
    if any(char in name for char in '<>",;'):
        raise AddressError(
            f"{what} {value[:_SHOWN]!r} can be read in more than one way.",
            hint='Give one address for each item, and quote the name: "Doe, Jane" <jane@acme.example>.',
        )
    return name


@lru_cache(maxsize=4096)
def _checked(address: str) -> tuple[str, bool]:
    import email_validator as validator

    if len(address) > _LONGEST:
        raise AddressError(f"{address[:_SHOWN]!r} … is longer than an address can be ({_LONGEST} characters).")
    local, at, domain = address.rpartition("@")
    private = domain.lower().rstrip(".").rpartition(".")[2] in _PRIVATE
    probe = f"{local}@{domain}.example" if at and private else address
    try:
        found = validator.validate_email(probe, check_deliverability=False)
    except validator.EmailNotValidError as error:
        raise AddressError(f"{address[:_SHOWN]!r} is not an address: {str(error)[:200]}") from error
    wire = found.ascii_domain.removesuffix(".example") if private else found.ascii_domain
    if any(char in found.local_part for char in '<>"\\ ,;:()[]'):
        raise AddressError(f"{address[:_SHOWN]!r} is not an address that every server on the way reads alike.")
    return f"{found.local_part}@{wire}", not found.local_part.isascii()


def unique(boxes: Iterable[Mailbox]) -> list[Mailbox]:
    """The mailboxes, each address once, in order."""
    seen: dict[str, Mailbox] = {}
    for box in boxes:
        seen.setdefault(box.key, box)
    return list(seen.values())


def address_tokens(boxes: Iterable[Mailbox]) -> list[str]:
    """A list of mailboxes as tokens of a header field."""
    tokens: list[str] = []
    for box in boxes:
        if tokens:
            tokens[-1] += ","
        tokens += box.tokens()
    return tokens

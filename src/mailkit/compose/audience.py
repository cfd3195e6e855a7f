"""Who gets an answer: Reply-To, the recipients of the message, and what mailing lists ask for.

==================  ================================================================================================
Reply-To            where the author wants answers (RFC 5322 section 3.6.2); else From
our own message     an answer to it goes to whom it went to
Mail-Followup-To    who is to get an answer to all: a list's subscriber who does not want two copies asks so
List-Post           where one writes to the list (RFC 2369); ``NO``: nowhere
==================  ================================================================================================

Addresses that mailkit would not send to are left out, like our own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mailkit.compose import guard
from mailkit.compose.addresses import addresses_of, mailbox, split
from mailkit.errors import DraftError, InputError

if TYPE_CHECKING:
    from mailkit.message import Address, Message

#: Characters of a received subject that are taken over.
LONGEST_SUBJECT = 1000
_LONGEST_NAME = 200


def audience(message: Message, own: set[str], *, everyone: bool, to_list: bool) -> tuple[list[Address], list[Address]]:
    """To and Cc of an answer.

    Raises:
        DraftError: nobody is left to answer, or the message names no list that takes mail.
    """
    if to_list:
        return [_list_address(message)], []
    if everyone and (followup := _usable(_followup(message), own)):
        return followup, []
    from_us = any(_is_own(address, own) for address in message.from_)
    first, rest = _sent_to(message) if from_us else _written_by(message)
    to = _usable(first, own)
    if not to and not from_us:
        # A note to oneself, or a Reply-To that points back at us: the author is still somebody.
        to = _usable(message.from_, own) or _usable(message.to, own)
    if not to:
        raise DraftError("The message names nobody to answer.", hint="Write a Draft with an address in to.")
    known = {address.key for address in to}
    return to, [address for address in _usable(rest, own) if address.key not in known] if everyone else []


def _sent_to(message: Message) -> tuple[Sequence[Address], Sequence[Address]]:
    return (message.to, message.cc) if message.to else (message.cc, ())


def _written_by(message: Message) -> tuple[Sequence[Address], Sequence[Address]]:
    # Sender is who submitted it; where From is missing, which RFC 5322 does not allow, nobody else is named.
    return message.reply_to or message.from_ or _listed(message, "Sender"), (*message.to, *message.cc)


def own_keys(addresses: Collection[str | Address]) -> set[str]:
    """What received addresses are compared with to know one's own, in any case, as A-labels or in Unicode.

    Raises:
        AddressError, InjectionError, DraftError: one of them is none.
    """
    from mailkit.message import Address as Made

    own = addresses_of(addresses, "own_addresses")
    return {Made("", split(one)[1]).key if isinstance(one, str) else Made("", one.address).key for one in own}


def _followup(message: Message) -> tuple[Address, ...]:
    return _listed(message, "Mail-Followup-To")


def _listed(message: Message, name: str) -> tuple[Address, ...]:
    from mailkit.message.address import parse_addresses

    raw = message.headers.raw(name)
    return () if raw is None else tuple(parse_addresses(raw, message.limits.addresses))


def _list_address(message: Message) -> Address:
    from mailkit.message import Address

    value = message.headers.get("List-Post") or ""
    for piece in value.split("<")[1:20]:
        url = piece.partition(">")[0].strip()
        if url[:7].lower() == "mailto:":
            address = Address("", unquote(url[7:].partition("?")[0]), None)
            if found := _usable([address], set()):
                return found[0]
    raise DraftError("The message came by no list that takes mail.", hint="Answer with all=True instead.")


def _is_own(address: Address, own: set[str]) -> bool:
    local, _, domain = address.key.rpartition("@")
    return address.key in own or f"{local.partition('+')[0]}@{domain}" in own


def _usable(addresses: Iterable[Address], own: set[str]) -> list[Address]:
    found: dict[str, Address] = {}
    for address in addresses:
        if address.key in found or _is_own(address, own):
            continue
        made = _clean_address(address)
        if _can_be_sent_to(made):
            found[address.key] = made
    return list(found.values())


def _can_be_sent_to(address: Address) -> bool:
    try:
        mailbox(address)
    except InputError:
        return False
    return True


def _clean_address(address: Address) -> Address:
    from mailkit.message import Address as Made

    return Made(name=clean(address.name, most=_LONGEST_NAME), address=address.address, group=None)


def clean(text: str, *, most: int | None = None) -> str:
    """Text from outside as it may stand in a header of ours: one line, nothing hidden, lone surrogates replaced.

    Args:
        most: how many characters of it.
    """
    line = " ".join("".join(" " if guard.is_control(c) else c for c in text).split())
    line = line if most is None else line[:most].rstrip()
    line = line.encode("utf-8", "replace").decode("utf-8")
    return line.replace("=?", "= ?") if guard.hides_control(line) else line

"""How the corpus is written down: scripts of conversations in many languages, with slots to be filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Language", "Script", "Turn", "acme", "customer"]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says. Paragraphs are separated by an empty line. ``inline``: each paragraph answers the
    paragraph of the same number in the message before it."""

    by: Literal["customer", "acme"]
    text: str
    inline: bool = False


def customer(text: str, *, inline: bool = False) -> Turn:
    """The customer's turn."""
    return Turn("customer", text, inline)


def acme(text: str, *, inline: bool = False) -> Turn:
    """Our turn."""
    return Turn("acme", text, inline)


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation. ``about``: whether it has a deal, a ticket, or only a person; the subject carries the number of
    the first two. Slots: product, product2, qty, price, total, order, invoice, day, week, serial, lot."""

    lang: str
    account: Literal["sales", "support"]
    about: Literal["deal", "ticket", "contact"]
    subject: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """The set phrases of a language. ``greetings`` and ``closings`` hold ``{name}`` for the addressee."""

    code: str
    greetings: tuple[str, ...]
    closings: tuple[str, ...]
    deal: str
    ticket: str
    reply_prefix: str
    forward_prefix: str
    sent_from_phone: str
    away_subject: str
    away_text: str

"""Conversations with customers: the scripts of the corpus, played with people, numbers and mail programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailkit.testing.samples.attribution import english_month
from mailkit.testing.samples.corpus import LANGUAGES
from mailkit.testing.samples.desk import Desk, party, record_of, trust_of
from mailkit.testing.samples.letter import Letter, charset_of
from mailkit.testing.samples.model import SYSTEM, Contact, Truth, Why
from mailkit.testing.samples.script import Script, Turn
from mailkit.testing.samples.world import ACME, PRINTERS, ROLLS, SALES, SUPPORT
from mailkit.words import Direction, Record

__all__ = ["Play", "account_of", "play", "slots", "tags_of"]


@dataclass(slots=True)
class Play:
    """One conversation as it is played. ``numbered``: whether the number is in the subject yet. ``folder``: where the
    customer's mails lie."""

    script: Script
    account: str
    customer: Contact
    acme: Contact
    subject: str
    conversation: str
    record: Record
    tagged: str = ""
    numbered: bool = False
    folder: str = "INBOX"
    shared: bool = False
    last: Letter | None = None
    count: int = 0

    @property
    def other(self) -> str:
        """The account that this conversation is not in."""
        return SUPPORT if self.account == SALES else SALES


def account_of(script: Script) -> str:
    """The address of the script's account."""
    return SALES if script.account == "sales" else SUPPORT


def slots(desk: Desk, lang: str, when: datetime) -> dict[str, str]:
    """Products, prices and numbers of one conversation."""
    product, price = desk.rng.choice(PRINTERS)
    qty = desk.rng.choice((2, 3, 4, 6, 8, 10, 12, 15, 24))
    due = when + timedelta(days=desk.rng.randrange(12, 40))
    day = {
        "de": f"{due:%d.%m.%Y}",
        "id": f"{due.day}/{due.month}/{due.year}",
        "ja": f"{due.month}月{due.day}日",
        "en": f"{due.day} {english_month(due)}",
    }
    week = {"de": "KW {}", "id": "minggu ke-{}", "ja": "第{}週", "ar": "الأسبوع {}"}.get(lang, "week {}")
    return {
        "product": product,
        "product2": desk.rng.choice(ROLLS),
        "qty": str(qty),
        "price": str(price),
        "total": str(price * qty),
        "order": f"PO-{desk.rng.randrange(45000, 69999)}",
        "invoice": f"{when.year}-{desk.rng.randrange(1000, 9999)}",
        "day": day.get(lang, f"{due.day}/{due.month:02d}/{due.year}"),
        "week": week.format(due.isocalendar().week),
        "serial": f"AC{desk.rng.randrange(100000, 999999)}",
        "lot": f"{desk.rng.randrange(10**8, 10**9)}",
    }


def play(desk: Desk, script: Script, customer: Contact | None = None, limit: int = 8, *, alone: bool = False) -> Play:
    """Play a script to its end, or to ``limit`` turns, into the desk's piles; ``alone``: in one account only."""
    customer = customer or desk.contact(script.lang)
    when = desk.start(script.lang)
    values = slots(desk, script.lang, when)
    show = begin(desk, script, customer, values)
    show.shared = show.shared and not alone
    for turn in script.turns[: max(limit, 1)]:
        say(desk, show, turn, values, when)
        when = desk.later(when, script.lang)
    return show


def begin(desk: Desk, script: Script, customer: Contact, values: dict[str, str]) -> Play:
    """Open the conversation: its record in the CRM, its subject, its folder."""
    subject = script.subject.format(**values)
    words = LANGUAGES[script.lang]
    record, tagged = record_of(customer), ""
    if script.about == "deal":
        number = desk.new_deal(customer, subject, int(values["total"])).number
        record, tagged = Record(SYSTEM, "deal", number), words.deal.format(subject=subject, number=number)
    elif script.about == "ticket":
        number = desk.new_ticket(customer, subject).number
        record, tagged = Record(SYSTEM, "ticket", number), words.ticket.format(subject=subject, number=number)
    account = account_of(script)
    show = Play(script, account, customer, ACME[account][script.lang], subject, desk.conversation(), record, tagged)
    # A customer rarely knows the number before we have answered; some do, from a portal or a call.
    ours_first = script.turns[0].by == "acme"
    if tagged and (ours_first or desk.rng.random() < 0.4):
        show.subject, show.numbered = tagged, True
    if customer.company_id == 1 and account == SALES:
        show.folder = "Clients/Nordwind"
    show.shared = desk.rng.random() < 0.15
    return show


def say(desk: Desk, show: Play, turn: Turn, values: dict[str, str], when: datetime) -> None:
    """One turn: written by its side, filed where that side's mail goes."""
    ours = turn.by == "acme"
    sender, familiar = (show.acme, show.customer.familiar) if ours else (show.customer, show.acme.familiar)
    first_number = show.numbered and show.count == 0
    if ours and show.tagged and not show.numbered:
        show.subject, show.numbered, first_number = show.tagged, True, True
    prefix = LANGUAGES[show.script.lang].reply_prefix if sender.client == "outlook" else "Re: "
    to = [party(show.customer)] if ours else [("Acme Sales" if show.account == SALES else "Acme Support", show.account)]
    letter = desk.write(
        sender,
        to,
        (prefix if show.last is not None else "") + show.subject,
        turn.text.format(**values),
        when,
        familiar=familiar,
        cc=[("Acme", show.other)] if show.shared else (),
        parent=show.last,
        inline=turn.inline,
    )
    truth = truth_of(show, letter, turn, first_number)
    show.last, show.count = letter, show.count + 1
    if ours:
        desk.send(letter, truth, show.account, [(show.other, "INBOX")] if show.shared else ())
        return
    desk.receive(letter, truth, [(show.account, show.folder), *([(show.other, "INBOX")] if show.shared else [])])


def truth_of(show: Play, letter: Letter, turn: Turn, first_number: bool) -> Truth:
    """The truth about one mail of a conversation."""
    why: Why = "number" if first_number else "thread"
    if show.count == 0 and not show.tagged:
        why = "address"
    ours = turn.by == "acme"
    return Truth(
        conversation=show.conversation,
        category="ticket" if show.script.about == "ticket" else "conversation",
        tags=tags_of(letter, *(("two-accounts",) if show.shared else ())),
        records=(show.record,),
        also=(record_of(show.customer),),
        why=why,
        trust=None if ours else trust_of(letter.sender),
        direction=Direction.OUTBOUND if ours else Direction.INBOUND,
        new_text="" if letter.inline and letter.sender.client == "outlook" else letter.words,
    )


def tags_of(letter: Letter, *more: str) -> tuple[str, ...]:
    """Marks that any letter has: program, posting, language, charset."""
    tags = [letter.sender.client, f"lang:{letter.lang}", f"charset:{charset_of(letter)}"]
    if letter.parent is not None and not letter.forward:
        bottom = letter.sender.client == "thunderbird"
        tags.append("inline-posted" if letter.inline else "bottom-posted" if bottom else "top-posted")
    return (*tags, *more)

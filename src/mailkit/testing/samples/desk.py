"""The desk at which the samples are written: one random generator, one clock of its own, and the piles of mail."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from mailkit.testing.samples.build import Entity, date, message
from mailkit.testing.samples.clients import write
from mailkit.testing.samples.corpus import LANGUAGES
from mailkit.testing.samples.letter import Letter, Party
from mailkit.testing.samples.model import SYSTEM, Contact, Deal, SampleMail, Ticket, Truth
from mailkit.testing.samples.render import content, headers
from mailkit.testing.samples.world import CONTACTS, TRUSTED_HOST, ZONES, company_of
from mailkit.words import Direction, Record, TrustLevel

__all__ = ["Desk", "party", "passed", "record_of", "trust_of"]

_FILETIME = datetime(1601, 1, 1, tzinfo=UTC)


def party(contact: Contact) -> Party:
    """Name and address of a contact."""
    return contact.name, contact.email


def record_of(contact: Contact) -> Record:
    """The CRM's record of a contact."""
    return Record(SYSTEM, "contact", str(contact.id))


def trust_of(contact: Contact) -> TrustLevel:
    """What our server's checks say of a contact's mail."""
    company = company_of(contact)
    return TrustLevel.AUTHENTICATED if company is not None and company.authenticated else TrustLevel.CLAIMED


def passed(domain: str) -> str:
    """The results of Authentication-Results (RFC 8601) for mail that is what it says."""
    return (
        f"dmarc=pass (p=quarantine dis=none) header.from={domain};\r\n\t"
        f"dkim=pass header.d={domain} header.s=s1;\r\n\tspf=pass smtp.mailfrom={domain}"
    )


class Desk:
    """State of one ``generate`` call. Everything random is drawn from ``rng``, in a fixed order."""

    def __init__(self, seed: int, base: datetime, signed_id: Callable[[Record], str] | None) -> None:
        self.rng = Random(seed)  # noqa: S311 - chance that can be repeated is the purpose
        self.base = base.astimezone(UTC)
        self.signed_id = signed_id
        self.mails: list[SampleMail] = []
        self.sent: list[tuple[Letter, str, Truth]] = []
        self.received: list[tuple[Letter, str, Truth]] = []
        self.deals: list[Deal] = []
        self.tickets: list[Ticket] = []
        self._keys = 0
        self._conversations = 0

    # --- numbers and names ---

    def hex(self, length: int) -> str:
        """So many hexadecimal digits."""
        return f"{self.rng.getrandbits(4 * length):0{length}x}"

    def key(self) -> str:
        """A new key for a message."""
        self._keys += 1
        return f"m{self._keys:05d}"

    def conversation(self) -> str:
        """A new conversation's name."""
        self._conversations += 1
        return f"c{self._conversations:04d}"

    def contact(self, lang: str) -> Contact:
        """A customer who writes this language."""
        return self.rng.choice([c for c in CONTACTS if c.lang == lang])

    def new_deal(self, contact: Contact, title: str, amount: int) -> Deal:
        """A new row of the CRM."""
        number = f"D-{204 + 3 * len(self.deals) + self.rng.randrange(3)}"
        stage = self.rng.choice(("qualified", "offer", "negotiation", "won"))
        deal = Deal(len(self.deals) + 1, contact.company_id, contact.id, number, title, stage, amount)
        self.deals.append(deal)
        return deal

    def new_ticket(self, contact: Contact, subject: str) -> Ticket:
        """A new row of the CRM."""
        number = str(1042 + 4 * len(self.tickets) + self.rng.randrange(4))
        state = self.rng.choice(("open", "waiting", "closed"))
        ticket = Ticket(len(self.tickets) + 1, contact.id, number, subject, state)
        self.tickets.append(ticket)
        return ticket

    def message_id(self, contact: Contact) -> str:
        """A Message-ID (no brackets) as the contact's program or server makes it."""
        domain = contact.email.rpartition("@")[2]
        if contact.client == "outlook":
            site = self.rng.choice(("AM0", "DB9", "PAX", "VI1"))
            host = f"{site}PR{self.rng.randrange(10, 99)}MB{self.rng.randrange(1000, 9999)}"
            return f"{host}{self.hex(24).upper()}@{host}.eurprd04.prod.outlook.example"
        if contact.client == "gmail":
            noise = base64.urlsafe_b64encode(self.rng.randbytes(36)).decode("ascii").rstrip("=")
            return f"CA{noise}@mail.gmail.example"
        unique = f"{self.hex(8)}-{self.hex(4)}-4{self.hex(3)}-9{self.hex(3)}-{self.hex(12)}"
        return f"{unique.upper() if contact.client in ('apple', 'iphone') else unique}@{domain}"

    def start(self, lang: str) -> datetime:
        """A working hour in the seven weeks after the base date, in the language's own zone."""
        day = self.base + timedelta(days=self.rng.randrange(49), seconds=self.rng.randrange(9 * 3600))
        return self._at_work(day.astimezone(ZONES[lang]))

    def later(self, when: datetime, lang: str) -> datetime:
        """The moment of an answer: minutes to a day later, or when work begins again."""
        minutes = self.rng.choice((7, 16, 34, 55, 130, 300, 900, 1440)) + self.rng.randrange(1, 30)
        moment = when + timedelta(minutes=minutes, seconds=self.rng.randrange(60))
        return self._at_work(moment.astimezone(ZONES[lang]))

    def _at_work(self, when: datetime) -> datetime:
        """The moment itself in working hours, else one in the next working morning."""
        if 7 <= when.hour < 19 and when.weekday() < 5:
            return when
        day = when if when.hour < 7 else when + timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
        morning = day.replace(hour=7, minute=0, second=0)
        return morning + timedelta(seconds=self.rng.randrange(1200, 9000))

    # --- writing ---

    def write(
        self,
        sender: Contact,
        to: Sequence[Party],
        subject: str,
        body: str,
        when: datetime,
        *,
        familiar: str,
        cc: Sequence[Party] = (),
        parent: Letter | None = None,
        inline: bool = False,
        forward: bool = False,
        lang: str | None = None,
    ) -> Letter:
        """A letter in the sender's language and program; its text and HTML are filled."""
        lang = lang or sender.lang
        words = LANGUAGES[lang]
        letter = Letter(
            sender=sender,
            to=tuple(to),
            cc=tuple(cc),
            subject=subject,
            date=when,
            message_id=self.message_id(sender),
            lang=lang,
            greeting=self.rng.choice(words.greetings).format(name=familiar),
            body=tuple(body.split("\n\n")),
            closing=self.rng.choice(words.closings),
            parent=parent,
            inline=inline,
            forward=forward,
        )
        if parent is not None and not forward:
            letter.in_reply_to = parent.message_id
            letter.references = (*parent.references, parent.message_id)
        letter.thread_index = self._thread_index(letter)
        write(letter)
        return letter

    @staticmethod
    def rewrite(letter: Letter) -> None:
        """Lay out a letter again after images were added to it."""
        write(letter)

    def _thread_index(self, letter: Letter) -> bytes:
        """Outlook's Thread-Index: 6 bytes of time and a GUID at the root, 5 bytes more for each answer
        (MS-OXOMSG 2.2.1.3). Programs that do not know it drop it, so an answer to them begins a new one."""
        parent = letter.parent
        if parent is not None and parent.sender.client == "outlook":
            seconds = int((letter.date - parent.date).total_seconds())
            return parent.thread_index + struct.pack(
                ">IB", (seconds * 10_000_000 >> 18) & 0x7FFFFFFF, self.rng.randrange(256)
            )
        ticks = int((letter.date - _FILETIME).total_seconds()) * 10_000_000
        return struct.pack(">Q", ticks)[:6] + self.rng.randbytes(16)

    def boundary(self, contact: Contact) -> str:
        """A MIME boundary in the manner of the program."""
        if contact.client in ("apple", "iphone"):
            return f"Apple-Mail=_{self.hex(8).upper()}-{self.hex(12).upper()}"
        if contact.client == "outlook":
            return f"_000_{self.hex(24).upper()}"
        return f"000000000000{self.hex(16)}"

    # --- filing ---

    def trace(self, sender: str, account: str, when: datetime, results: str | None, host: str | None = None) -> bytes:
        """What our own server puts on top of a mail for one account. ``sender`` is the envelope's; empty, the null
        path, which needs the ``host`` that handed the mail over."""
        host = host or f"mail.{sender.rpartition('@')[2]}"
        queue = self.hex(10).upper()
        lines = [f"Return-Path: <{sender}>", f"Delivered-To: {account}"]
        if results:
            lines.append(f"Authentication-Results: {TRUSTED_HOST};\r\n\t{results}")
        lines += [
            f"Received: from {host} ({host} [192.0.2.{self.rng.randrange(1, 255)}])",
            f"\tby {TRUSTED_HOST} (Postfix) with ESMTPS id {queue}",
            f"\tfor <{account}>; {date(when.astimezone(UTC))}",
        ]
        return ("\r\n".join(lines) + "\r\n").encode("ascii")

    def file(
        self,
        raw: bytes,
        account: str,
        folder: str,
        truth: Truth,
        when: datetime,
        *,
        key: str | None = None,
        flags: tuple[str, ...] | None = None,
    ) -> str:
        """Put bytes into a folder; ``when`` is the INTERNALDATE. Returns the key."""
        key = key or self.key()
        if flags is None:
            flags = ("\\Seen",) if folder == "Sent" or self.rng.random() < 0.7 else ()
            if folder != "Sent" and self.rng.random() < 0.06:
                flags += ("\\Flagged",)
        moment = when.astimezone(UTC).replace(microsecond=0)
        self.mails.append(
            SampleMail(key=key, account=account, folder=folder, raw=raw, flags=flags, internaldate=moment, truth=truth)
        )
        return key

    def results(self, contact: Contact) -> str | None:
        """The verdict of our server about a contact's mail, or None where it was not checked."""
        if trust_of(contact) is not TrustLevel.AUTHENTICATED:
            return None
        return passed(contact.email.rpartition("@")[2])

    def receive(self, letter: Letter, truth: Truth, places: Sequence[tuple[str, str]]) -> str:
        """A letter from outside arrives, once for each account and folder. Returns the key."""
        return self.receive_raw(letter, content(letter, self.boundary(letter.sender)), truth, places)

    def receive_raw(self, letter: Letter, body: Entity, truth: Truth, places: Sequence[tuple[str, str]]) -> str:
        """The same with a MIME content of one's own."""
        raw = message(headers(letter), body)
        key = self.key()
        tops: dict[str, tuple[bytes, datetime]] = {}
        for account, folder in places:
            if account not in tops:
                arrived = letter.date + timedelta(seconds=self.rng.randrange(2, 40))
                results = self.results(letter.sender)
                tops[account] = (self.trace(letter.sender.email, account, arrived, results), arrived)
            top, arrived = tops[account]
            self.file(top + raw, account, folder, truth, arrived, key=key)
        self.received.append((letter, key, truth))
        return key

    def send(self, letter: Letter, truth: Truth, account: str, also: Sequence[tuple[str, str]] = ()) -> str:
        """A letter of ours is filed in Sent; ``also`` are our own other accounts that got it. Returns the key."""
        return self.send_raw(letter, content(letter, self.boundary(letter.sender)), truth, account, also)

    def send_raw(
        self, letter: Letter, body: Entity, truth: Truth, account: str, also: Sequence[tuple[str, str]] = ()
    ) -> str:
        """The same with a MIME content of one's own."""
        raw = message(headers(letter), body)
        key = self.file(raw, account, "Sent", truth, letter.date + timedelta(seconds=1))
        for other, folder in also:
            arrived = letter.date + timedelta(seconds=self.rng.randrange(2, 20))
            seen = replace(truth, direction=Direction.INBOUND, trust=TrustLevel.AUTHENTICATED)
            top = self.trace(account, other, arrived, passed("acme.example"))
            self.file(top + raw, other, folder, seen, arrived, key=key)
        self.sent.append((letter, key, truth))
        return key

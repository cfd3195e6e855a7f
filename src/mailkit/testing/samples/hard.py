"""The cases that decide: one mail or two, a broken thread, a signed Message-ID, a forged sender."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from mailkit.testing.samples import build
from mailkit.testing.samples.conversations import Play, play, slots, tags_of
from mailkit.testing.samples.corpus import LANGUAGES, SCRIPTS
from mailkit.testing.samples.desk import Desk, record_of, trust_of
from mailkit.testing.samples.letter import Letter
from mailkit.testing.samples.model import SYSTEM, Contact, Truth
from mailkit.testing.samples.render import headers, render
from mailkit.testing.samples.world import ACME, CONTACTS, SALES, SUPPORT
from mailkit.words import Record, TrustLevel

__all__ = [
    "broken_thread",
    "converted",
    "forged",
    "one_id_two_contents",
    "tokened",
    "two_folders",
    "two_without_id",
]


def _letter(desk: Desk, contact: Contact, account: str, subject: str, body: str) -> Letter:
    who = ACME[account][contact.lang]
    return desk.write(contact, [(who.name, account)], subject, body, desk.start(contact.lang), familiar=who.familiar)


def _known(desk: Desk, contact: Contact, letter: Letter, *tags: str) -> Truth:
    """A first mail of a known contact, one of the identity cases."""
    return Truth(
        conversation=desk.conversation(),
        category="identity",
        tags=tags_of(letter, *tags),
        records=(record_of(contact),),
        why="address",
        trust=trust_of(contact),
        new_text=letter.words,
    )


def _by_id(number: int) -> Contact:
    return next(c for c in CONTACTS if c.id == number)


def two_folders(desk: Desk) -> None:
    """One mail lies in two folders of one account: the same bytes, so one message."""
    contact = _by_id(1)
    letter = _letter(
        desk,
        contact,
        SALES,
        "Rahmenvertrag Etiketten",
        "anbei wie besprochen die Eckpunkte für den Rahmenvertrag ab Juli.",
    )
    truth = _known(desk, contact, letter, "two-folders")
    desk.receive(letter, truth, [(SALES, "INBOX"), (SALES, "Clients/Nordwind")])


def converted(desk: Desk) -> None:
    """One mail to both accounts, converted on the way to one of them: another transfer encoding, charset
    label and boundary, as Exchange does; still one message."""
    contact = _by_id(2)
    body = "bitte senden Sie uns die Prüfprotokolle für die Geräte im Lager Süd, auch für die älteren."
    letter = _letter(desk, contact, SALES, "Prüfprotokolle Lager Süd", body)
    letter.to = (("Acme Sales", SALES), ("Acme Support", SUPPORT))
    truth = _known(desk, contact, letter, "two-accounts", "converted")
    key, top = desk.key(), headers(letter)
    versions = (("iso-8859-1", "8bit"), ("utf-8", "base64"))
    for account, (charset, encoding) in zip((SALES, SUPPORT), versions, strict=True):
        arrived = letter.date + timedelta(seconds=desk.rng.randrange(2, 30))
        part = build.text(letter.text, "plain", charset, encoding)
        sheet = build.attachment(b"Lager;Anzahl\r\nSued;14\r\n", "text/csv", "lager.csv", encoding="base64")
        raw = build.message(top, build.multipart("mixed", desk.boundary(contact), [part, sheet]))
        raw = desk.trace(contact.email, account, arrived, desk.results(contact)) + raw
        desk.file(raw, account, "INBOX", truth, arrived, key=key)


def two_without_id(desk: Desk) -> None:
    """A machine sends two mails in one second, neither with a Message-ID: two messages."""
    contact = replace(_by_id(20), client="gmail")
    when = desk.start("en").replace(microsecond=0)
    for station in ("4", "7"):
        letter = _letter(
            desk,
            contact,
            SUPPORT,
            "Scan station report",
            f"Station {station} finished its shift, {station}12 labels printed.",
        )
        letter.date = when
        top = [(n, v) for n, v in headers(letter) if n.lower() != "message-id"]
        raw = desk.trace(contact.email, SUPPORT, when, desk.results(contact))
        raw += build.message(top, build.text(letter.words))
        desk.file(raw, SUPPORT, "INBOX", _known(desk, contact, letter, "no-message-id", "same-second"), when)


def one_id_two_contents(desk: Desk) -> None:
    """A broken program uses one Message-ID for two different mails: two messages."""
    contact = _by_id(17)
    first = _letter(desk, contact, SALES, "Menu cards for the spring fair", "Could you print 200 menu cards by Friday?")
    second = _letter(desk, contact, SALES, "Invoice address", "Our invoice address has changed to Mill Lane 4.")
    second.message_id = first.message_id
    story = desk.conversation()
    for letter in (first, second):
        truth = replace(_known(desk, contact, letter, "same-message-id"), conversation=story)
        desk.receive(letter, truth, [(SALES, "INBOX")])


def broken_thread(desk: Desk, lang: str) -> None:
    """A customer answers a ticket from a program that drops References: only the number in the subject tells."""
    script = desk.rng.choice([s for s in SCRIPTS if s.lang == lang and s.about == "ticket"])
    show: Play = play(desk, script, limit=2)
    last, contact = show.last, show.customer
    assert last is not None
    letter = desk.write(
        replace(contact, client="iphone"),
        [("Acme Support", SUPPORT)],
        f"Re: {show.subject}",
        script.turns[2].text.format(**slots(desk, lang, last.date)),
        desk.later(last.date, lang),
        familiar=show.acme.familiar,
    )
    truth = Truth(
        conversation=f"{show.conversation}-broken",
        category="ticket",
        tags=tags_of(letter, "broken-thread"),
        records=(show.record,),
        also=(record_of(contact),),
        why="number",
        trust=trust_of(contact),
        new_text=letter.words,
    )
    desk.receive(letter, truth, [(SUPPORT, "INBOX")])


def tokened(desk: Desk) -> None:
    """A customer answers a mail of ours that the store has never seen; its Message-ID, signed by us, names the deal.
    Only where the caller gave ``signed_id``."""
    if desk.signed_id is None:
        return
    contact = _by_id(3)
    deal = desk.new_deal(contact, "Framework agreement for labels", 12000)
    record = Record(SYSTEM, "deal", deal.number)
    letter = _letter(
        desk, contact, SALES, "Re: Framework agreement", "Could you also include the cutter in the framework agreement?"
    )
    letter.in_reply_to = desk.signed_id(record)
    letter.references = (letter.in_reply_to,)
    truth = replace(
        _known(desk, contact, letter, "signed-id"),
        category="conversation",
        records=(record,),
        also=(record_of(contact),),
        why="token",
    )
    desk.receive(letter, truth, [(SALES, "INBOX")])


_BANK = (
    "wegen einer Prüfung unserer Hausbank haben sich unsere Bankdaten geändert. "
    "Bitte überweisen Sie alle offenen Beträge ab sofort auf das folgende Konto:\n\n"
    "IBAN LT00 0000 0000 0000 0000, Kontoinhaber K. Weber\n\n"
    "Bitte bestätigen Sie die Änderung noch heute und nur per E-Mail, ich bin telefonisch nicht erreichbar."
)


def forged(desk: Desk) -> None:
    """Somebody writes in the name of a known customer into a known thread and wants other bank details. Our
    server's check fails; a check that the mail brings along, in another host's name, says pass and is worth nothing."""
    script = next(s for s in SCRIPTS if s.lang == "de" and s.about == "deal")
    contact = _by_id(1)
    show: Play = play(desk, script, contact, limit=4)
    last = show.last
    assert last is not None
    letter = desk.write(
        contact,
        [("Acme Sales", SALES)],
        LANGUAGES["de"].reply_prefix + show.subject,
        _BANK,
        desk.later(last.date, "de"),
        familiar=show.acme.familiar,
        parent=last,
    )
    letter.message_id = f"{desk.hex(16)}@vps-2231.cheap-hosting.example"
    letter.extra = [
        ("Reply-To", "Klaus Weber <k.weber@nordw1nd-logistik.example>"),
        ("Authentication-Results", "mail.nordwind.example; dmarc=pass header.from=nordwind.example"),
    ]
    domain = contact.email.partition("@")[2]
    results = (
        f"dmarc=fail (p=quarantine dis=none) header.from={domain};\r\n\tdkim=none;\r\n\tspf=fail smtp.mailfrom={domain}"
    )
    truth = Truth(
        conversation=show.conversation,
        category="forged",
        tags=tags_of(letter, "forged-sender", "bank-details"),
        records=(),
        also=(show.record, record_of(contact)),
        why="none",
        trust=TrustLevel.FORGED,
        new_text=letter.words,
    )
    arrived = letter.date.astimezone(UTC) + timedelta(seconds=14)
    raw = desk.trace(contact.email, SALES, arrived, results, "vps-2231.cheap-hosting.example") + render(
        letter, desk.boundary(contact)
    )
    desk.file(raw, SALES, "INBOX", truth, arrived)

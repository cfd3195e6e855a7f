"""Mail with something in it: invoices as PDF, inline images, forwards written out and forwards attached."""

from __future__ import annotations

from dataclasses import replace

from mailkit.testing.samples import build
from mailkit.testing.samples.build import Entity
from mailkit.testing.samples.conversations import Play, account_of, play, slots, tags_of
from mailkit.testing.samples.corpus import LANGUAGES, SCRIPTS
from mailkit.testing.samples.desk import Desk, party, record_of, trust_of
from mailkit.testing.samples.letter import Letter
from mailkit.testing.samples.model import SYSTEM, Contact, Truth
from mailkit.testing.samples.render import render
from mailkit.testing.samples.world import ACME, CONTACTS, SALES, SUPPORT
from mailkit.words import Direction, Record

__all__ = ["forward_attached", "forward_internal", "forward_written", "image", "invoice_from_supplier", "invoice_to"]

_INVOICE = {
    "en": (
        "Invoice {invoice} for order {order}",
        "Please find attached our invoice {invoice} for order {order}, EUR {total}, payable by {day}.",
        "Invoice {invoice}.pdf",
    ),
    "de": (
        "Rechnung {invoice} zu Ihrer Bestellung {order}",
        "anbei erhalten Sie unsere Rechnung {invoice} über {total} EUR, zahlbar bis {day} ohne Abzug.",
        "Rechnung für {order}.pdf",
    ),
    "id": (
        "Faktur {invoice} untuk pesanan {order}",
        "Terlampir faktur {invoice} senilai EUR {total}, mohon dibayar paling lambat {day}.",
        "Faktur {invoice}.pdf",
    ),
    "ja": (
        "ご請求書{invoice}のご送付",
        "ご注文{order}の請求書{invoice}をお送りいたします。お支払期限は{day}です。",
        "請求書-{invoice}.pdf",
    ),
    "ar": (
        "فاتورة رقم {invoice} للطلب {order}",
        "مرفق لكم الفاتورة رقم {invoice} بمبلغ {total} يورو، والاستحقاق في {day}.",
        "فاتورة-{invoice}.pdf",
    ),
}

_PICTURE = {
    "en": ("Photo of the dented carton", "Here is the photo of the carton as it arrived, taken before we opened it."),
    "de": ("Foto vom beschädigten Gehäuse", "hier das Foto vom Gehäuse, die Kratzer sind rechts gut zu erkennen."),
    "id": ("Foto kerusakan dus", "Berikut foto dus yang penyok saat kami terima di gudang."),
    "ja": ("印字不良の写真", "印字がかすれた箇所の写真をお送りします。ご確認ください。"),
    "ar": ("صورة الملصق المطبوع", "هذه صورة الملصق كما طبع اليوم، ويظهر الخط الأبيض في المنتصف."),
}

_FORWARDED = {
    "en": ("Please have a look at this, can you match the offer?", "Who can take this one?"),
    "de": ("können Sie dazu bitte Stellung nehmen?", "wer kann das bitte übernehmen?"),
    "id": ("Mohon dicek, apakah bisa ditangani minggu ini?", "Tolong dibantu untuk yang ini."),
    "ja": ("下記の件、ご確認をお願いいたします。", "下記の対応をお願いします。"),
    "ar": ("نرجو الاطلاع على الرسالة أدناه وإفادتنا.", "نرجو متابعة هذا الطلب."),
}


def invoice_to(desk: Desk, lang: str) -> None:
    """We send a customer an invoice: a PDF whose file name is in the customer's language."""
    customer, when = desk.contact(lang), desk.start(lang)
    values = slots(desk, lang, when)
    subject, body, name = (part.format(**values) for part in _INVOICE[lang])
    deal = desk.new_deal(customer, subject, int(values["total"]))
    subject = LANGUAGES[lang].deal.format(subject=subject, number=deal.number)
    letter = desk.write(ACME[SALES][lang], [party(customer)], subject, body, when, familiar=customer.familiar)
    letter.attachments.append(build.attachment(_sheet(values), "application/pdf", name))
    truth = Truth(
        conversation=desk.conversation(),
        category="invoice",
        tags=tags_of(letter, "pdf"),
        records=(Record(SYSTEM, "deal", deal.number),),
        also=(record_of(customer),),
        why="number",
        direction=Direction.OUTBOUND,
        new_text=letter.words,
    )
    desk.send(letter, truth, SALES)


def _sheet(values: dict[str, str]) -> bytes:
    total = int(values["total"])
    return build.pdf(
        [
            "Acme Ltd - Label printers and packing machines",
            "",
            f"Invoice {values['invoice']}",
            f"Order {values['order']}, delivery note {values['lot']}",
            "",
            f"{values['qty']} x {values['product']} (with print head) at EUR {values['price']}",
            f"Net EUR {total}.00",
            f"VAT 19 % EUR {total * 19 // 100}.{total * 19 % 100:02d}",
            "",
            "IBAN GB00 ACME 0000 0000 0000 00",
        ]
    )


def invoice_from_supplier(desk: Desk) -> None:
    """A supplier sends us an invoice."""
    supplier, when = next(c for c in CONTACTS if c.id == 18), desk.start("en")
    values = slots(desk, "en", when)
    letter = desk.write(
        supplier,
        [("Acme Sales", SALES)],
        f"Invoice {values['invoice']} - pallets and paper",
        f"Attached is invoice {values['invoice']} for the pallets delivered last week.\n\n"
        f"Our bank details have not changed. Payment is due by {values['day']}.",
        when,
        familiar="Ana",
    )
    letter.attachments.append(build.attachment(_sheet(values), "application/pdf", f"invoice_{values['invoice']}.pdf"))
    desk.receive(letter, _from_customer(desk, supplier, letter, "invoice", "pdf"), [(SALES, "INBOX")])


def image(desk: Desk, lang: str) -> None:
    """A customer sends a picture in the text (multipart/related), some also a logo in the signature."""
    customer, when = desk.contact(lang), desk.start(lang)
    if customer.client == "thunderbird":
        customer = next(c for c in CONTACTS if c.lang == lang and c.client != "thunderbird")
    subject, body = _PICTURE[lang]
    letter = desk.write(
        customer, [("Acme Support", SUPPORT)], subject, body, when, familiar=ACME[SUPPORT][lang].familiar
    )
    add_image(desk, letter, "image001.png")
    if desk.rng.random() < 0.5:
        add_image(desk, letter, "logo.png")
    desk.rewrite(letter)
    desk.receive(letter, _from_customer(desk, customer, letter, "inline-image", "png"), [(SUPPORT, "INBOX")])


def add_image(desk: Desk, letter: Letter, name: str) -> None:
    """An inline PNG with a Content-ID of its own."""
    cid = f"{name}@{desk.hex(8).upper()}.{desk.hex(8).upper()}"
    colours = [tuple(desk.rng.randrange(256) for _ in range(3)) for _ in range(2)]
    (r, g, b), (r2, g2, b2) = colours
    picture = build.png(desk.rng.choice((16, 24, 32)), desk.rng.choice((12, 16)), (r, g, b), (r2, g2, b2))
    letter.images.append((cid, build.attachment(picture, "image/png", name, content_id=cid)))


def forward_written(desk: Desk, lang: str) -> None:
    """A customer forwards what a colleague wrote, as text below."""
    customer, when = desk.contact(lang), desk.start(lang)
    values = slots(desk, lang, when)
    script = desk.rng.choice([s for s in SCRIPTS if s.lang == lang and s.turns[0].by == "customer"])
    colleague = replace(customer, id=0, name="Chris Meyer", email="chris.meyer@" + customer.email.partition("@")[2])
    first = desk.write(
        colleague,
        [party(customer)],
        script.subject.format(**values),
        script.turns[0].text.format(**values),
        when,
        familiar=customer.familiar,
    )
    letter = desk.write(
        customer,
        [("Acme", account_of(script))],
        LANGUAGES[lang].forward_prefix + first.subject,
        _FORWARDED[lang][0],
        desk.later(when, lang),
        familiar=ACME[account_of(script)][lang].familiar,
        parent=first,
        forward=True,
    )
    desk.receive(
        letter, _from_customer(desk, customer, letter, "forward", "forward-inline"), [(account_of(script), "INBOX")]
    )


def forward_attached(desk: Desk, lang: str) -> None:
    """A customer forwards a mail as an attachment (message/rfc822)."""
    customer, when = desk.contact(lang), desk.start(lang)
    values = slots(desk, lang, when)
    colleague = replace(customer, id=0, name="Chris Meyer", email="chris.meyer@" + customer.email.partition("@")[2])
    body = next(s for s in SCRIPTS if s.lang == lang and s.about == "ticket").turns[0].text.format(**values)
    first = desk.write(
        colleague, [party(customer)], f"{values['product']} {values['serial']}", body, when, familiar=customer.familiar
    )
    letter = desk.write(
        customer,
        [("Acme Support", SUPPORT)],
        f"{LANGUAGES[lang].forward_prefix}{first.subject}",
        _FORWARDED[lang][0],
        desk.later(when, lang),
        familiar=ACME[SUPPORT][lang].familiar,
    )
    inner = render(first, desk.boundary(colleague))
    headers = (("Content-Type", "message/rfc822"), ("Content-Disposition", 'attachment; filename="mail.eml"'))
    letter.attachments.append(Entity(headers, inner))
    desk.receive(letter, _from_customer(desk, customer, letter, "forward", "forward-attached"), [(SUPPORT, "INBOX")])


def forward_internal(desk: Desk, lang: str) -> None:
    """A customer writes to sales about a fault; sales forwards it to support: one mail in two accounts."""
    script = desk.rng.choice([s for s in SCRIPTS if s.lang == lang and s.about == "contact"])
    show: Play = play(desk, script, limit=1)
    first = show.last
    assert first is not None
    seller = replace(ACME[SALES][lang], client="gmail")
    letter = desk.write(
        seller,
        [("Acme Support", SUPPORT)],
        LANGUAGES[lang].forward_prefix + first.subject,
        _FORWARDED[lang][1],
        desk.later(first.date, lang),
        familiar=ACME[SUPPORT][lang].familiar,
        parent=first,
        forward=True,
    )
    letter.in_reply_to, letter.references = first.message_id, (*first.references, first.message_id)
    truth = Truth(
        conversation=show.conversation,
        category="internal",
        tags=tags_of(letter, "forward-inline", "two-accounts"),
        records=(show.record,),
        also=(record_of(show.customer),),
        why="thread",
        direction=Direction.OUTBOUND,
        new_text=letter.words,
    )
    desk.send(letter, truth, SALES, [(SUPPORT, "INBOX")])


def _from_customer(desk: Desk, contact: Contact, letter: Letter, category: str, *tags: str) -> Truth:
    """A mail that begins a conversation and is known by its sender's address alone."""
    return Truth(
        conversation=desk.conversation(),
        category=category,
        tags=tags_of(letter, *tags),
        records=(record_of(contact),),
        why="address",
        trust=trust_of(contact),
        new_text=letter.words,
    )

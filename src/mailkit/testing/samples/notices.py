"""Mail that no person wrote for this occasion: automatic replies (RFC 3834), newsletters (RFC 2369), cold mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from html import escape

from mailkit.testing.samples import build
from mailkit.testing.samples.conversations import slots, tags_of
from mailkit.testing.samples.corpus import LANGUAGES
from mailkit.testing.samples.desk import Desk, passed
from mailkit.testing.samples.letter import Letter
from mailkit.testing.samples.model import CATEGORIES, Contact, Truth
from mailkit.testing.samples.render import content, headers
from mailkit.testing.samples.world import CONTACTS, SALES, STRANGERS, SUPPORT
from mailkit.words import Direction, TrustLevel

__all__ = ["auto_reply", "newsletter", "unrelated"]

_REPLIED_TO = set(CATEGORIES) - {"bounce", "internal", "calendar"}


def auto_reply(desk: Desk) -> None:
    """Somebody to whom we wrote is away. Exchange, Gmail and a vacation program mark that differently."""
    original, _, known = desk.rng.choice([s for s in desk.sent if s[2].category in _REPLIED_TO and _customer(s[0])])
    customer = _customer(original)
    assert customer is not None
    lang = original.lang
    when = original.date + timedelta(seconds=desk.rng.randrange(4, 90))
    values = slots(desk, lang, when)
    words = LANGUAGES[lang]
    letter = desk.write(
        customer,
        [(original.sender.name, original.sender.email)],
        words.away_subject + original.subject,
        words.away_text.format(**values),
        when,
        familiar=original.sender.familiar,
    )
    letter.in_reply_to, letter.references = original.message_id, (*original.references, original.message_id)
    letter.extra = _away_marks(customer.client)
    truth = replace(
        known,
        category="auto-reply",
        tags=tags_of(letter, "out-of-office"),
        why="thread",
        trust=TrustLevel.AUTHENTICATED if desk.results(customer) else TrustLevel.CLAIMED,
        direction=Direction.INBOUND,
        refers_to=original.message_id,
        new_text=letter.words,
    )
    # The null path is what RFC 3834 section 3.3 asks for; Exchange does so too.
    account = original.sender.email
    host = f"mail.{customer.email.partition('@')[2]}"
    raw = desk.trace("", account, when, desk.results(customer), host)
    raw += build.message(headers(letter), content(letter, desk.boundary(customer)))
    desk.file(raw, account, "INBOX", truth, when)


def _customer(letter: Letter) -> Contact | None:
    return next((c for c in CONTACTS if c.email == letter.to[0][1]), None)


def _away_marks(client: str) -> list[tuple[str, str]]:
    if client == "outlook":
        return [
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-MS-Exchange-Inbox-Rules-Loop", "1"),
        ]
    if client == "gmail":
        return [("Auto-Submitted", "auto-replied"), ("Precedence", "bulk"), ("X-Autoreply", "yes")]
    return [("Auto-Submitted", "auto-replied (vacation)"), ("Precedence", "junk")]


_LISTS = (
    (
        "Packaging Weekly",
        "weekly.packaging-news.example",
        "en",
        (
            "Film prices fall for the third month",
            "Five lines that run without an operator",
            "What the new label rules mean for you",
        ),
        "This week: raw material prices, two fairs worth a visit, and a reader's report on changing formats in "
        "under four minutes.",
    ),
    (
        "Logistik heute",
        "news.logistik-heute.example",
        "de",
        ("Mautsätze ab Juli", "Lagerautomation für den Mittelstand", "Neue Pflichten bei Gefahrgutetiketten"),
        "In dieser Ausgabe: die neuen Mautsätze im Überblick, drei Praxisberichte und unser Terminkalender.",
    ),
    (
        "包装技術メールマガジン",
        "mag.hosogijutsu.example",
        "ja",
        ("今月の特集:省エネ包装機", "展示会レポート", "ラベル印字の基礎知識"),
        "今号では、省エネ型の包装機の選び方と、春の展示会の様子をお届けします。",
    ),
    (
        "Kabar UMKM",
        "kabar.umkm-maju.example",
        "id",
        ("Tips mengemas produk batik", "Ongkos kirim naik, apa yang bisa dilakukan?", "Kisah sukses dari Pekalongan"),
        "Edisi ini membahas cara menghemat biaya kemasan dan kisah tiga pengusaha kecil yang berhasil ekspor.",
    ),
)


def newsletter(desk: Desk, index: int) -> None:
    """One issue of a newsletter."""
    name, domain, lang, titles, lead = _LISTS[index % len(_LISTS)]
    when = desk.start(lang)
    account = desk.rng.choice((SALES, SUPPORT))
    title, token = titles[index // len(_LISTS) % len(titles)], desk.hex(24)
    issue = desk.rng.randrange(100, 400)
    away = f"https://{domain}/u/{token}"
    text = f"{name} #{issue}\n{'=' * 40}\n\n{title}\n\n{lead}\n\nhttps://{domain}/{issue}\n\n--\n{away}\n"
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>'
        f'<table width="600" align="center"><tr><td><h1>{escape(title)}</h1><p>{escape(lead)}</p>'
        f'<p><a href="https://{domain}/{issue}?r={token}">#{issue}</a></p><p><a href="{away}">x</a></p>'
        "</td></tr></table>"
        f'<img src="https://{domain}/o/{token}.gif" width="1" height="1" alt=""></body></html>'
    )
    head = [
        ("From", build.address(name, f"editor@{domain}")),
        ("To", account),
        ("Subject", build.encoded_word(f"{title} - {name} #{issue}")),
        ("Date", build.date(when)),
        ("Message-ID", f"<{desk.hex(16)}.{issue}@{domain}>"),
        ("List-Id", f"<{domain}>"),
        ("List-Unsubscribe", f"<mailto:leave-{token[:8]}@{domain}>, <{away}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
        ("Feedback-ID", f"{issue}:{domain}"),
    ]
    body = build.multipart("alternative", f"=_{desk.hex(20)}", [build.text(text), build.text(page, "html")])
    truth = Truth(
        conversation=desk.conversation(),
        category="newsletter",
        tags=(f"lang:{lang}", "list"),
        trust=TrustLevel.AUTHENTICATED,
    )
    arrived = when.astimezone(UTC) + timedelta(seconds=9)
    raw = desk.trace(f"bounce-{token[:8]}@{domain}", account, arrived, passed(domain)) + build.message(head, body)
    desk.file(raw, account, "INBOX", truth, arrived)


_COLD = (
    (
        0,
        "Quick question about your growth targets",
        "I came across your company and was impressed. "
        "We help firms like yours to book 15 qualified meetings a month.\n\n"
        "Are you the right person to talk to? If not, who is?",
    ),
    (
        1,
        "Anfrage für eine Abschlussarbeit",
        "ich schreibe meine Bachelorarbeit über Kennzeichnung in der Intralogistik und suche Interviewpartner.\n\n"
        "Hätten Sie im nächsten Monat eine halbe Stunde Zeit für mich?",
    ),
    (
        2,
        "Permohonan magang",
        "Saya mahasiswa teknik industri dan tertarik untuk magang di perusahaan Bapak/Ibu selama tiga bulan.\n\n"
        "Terlampir alamat profil saya; besar harapan saya untuk dapat diwawancara.",
    ),
    (
        3,
        "Senior service engineer available from June",
        "I represent a field engineer with nine years on labelling lines who would like to move to your region.\n\n"
        "May I send you the anonymised profile?",
    ),
)


def unrelated(desk: Desk, index: int) -> None:
    """Mail from somebody whom the CRM does not know, about nothing that it has."""
    who, subject, body = _COLD[index % len(_COLD)]
    sender = STRANGERS[who]
    letter = desk.write(
        sender, [("", desk.rng.choice((SALES, SUPPORT)))], subject, body, desk.start(sender.lang), familiar="Acme"
    )
    truth = Truth(
        conversation=desk.conversation(),
        category="unrelated",
        tags=tags_of(letter),
        trust=TrustLevel.CLAIMED,
        new_text=letter.words,
    )
    desk.receive(letter, truth, [(letter.to[0][1], "INBOX")])

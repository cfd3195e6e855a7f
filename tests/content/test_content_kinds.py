"""Answering machines, lists, receipts and complaints: which mail is which, and what a machine may answer."""

from __future__ import annotations

from email.header import Header

import pytest

from mailkit.content import is_automatic, kind_of, read, report_of
from mailkit.message import Message, parse


def mail(subject: str, *lines: str) -> Message:
    head = ["From: Bo <bo@b.example>", "To: ana@acme.example", f"Subject: {Header(subject, 'utf-8').encode()}", *lines]
    return parse("\n".join([*head, "Content-Type: text/plain", "", "Text."]).encode())


# what is in the header: (lines, subject, kind, whether no machine may answer)
HEADERS = {
    "rfc3834": (["Auto-Submitted: auto-replied"], "Offer", "auto-reply", True),
    "rfc3834 comment": (["Auto-Submitted: auto-replied (vacation)"], "Offer", "auto-reply", True),
    "rfc3834 params": (['Auto-Submitted: auto-replied; owner-email="x@y"'], "Offer", "auto-reply", True),
    "generated": (["Auto-Submitted: auto-generated"], "Offer", "normal", True),
    "notified": (["Auto-Submitted: auto-notified"], "Offer", "normal", True),
    "no": (["Auto-Submitted: no"], "Offer", "normal", False),
    "x-autoreply": (["X-Autoreply: yes"], "Offer", "auto-reply", True),
    "x-autoreply no": (["X-Autoreply: no"], "Offer", "normal", False),
    "x-autorespond": (["X-Autorespond: Offer"], "Offer", "auto-reply", True),
    "precedence auto_reply": (["Precedence: auto_reply"], "Offer", "auto-reply", True),
    "x-precedence": (["X-Precedence: auto_reply"], "Offer", "auto-reply", True),
    "exch oof": (
        ["X-Auto-Response-Suppress: All", "Auto-Submitted: auto-generated"],
        "Automatic reply: Offer",
        "auto-reply",
        True,
    ),
    "exch oof noauto": (["X-Auto-Response-Suppress: DR, OOF, AutoReply"], "Automatic reply: Offer", "auto-reply", True),
    "in brackets": (["Precedence: junk"], "[Automatyczna odpowiedź] Offer", "auto-reply", True),
    "in brackets by a person": (["In-Reply-To: <1@acme.example>"], "[Out of office] who?", "normal", False),
    "exch oof2": (["X-MS-Exchange-Inbox-Rules-Loop: bo@b.example"], "Out of Office: Offer", "auto-reply", True),
    "human ooo": (["In-Reply-To: <1@acme.example>"], "Re: Out of office next week", "normal", False),
    "gmail vac": (
        ["Precedence: bulk", "X-Autoreply: yes", "Auto-Submitted: auto-replied"],
        "Away Re: Offer",
        "auto-reply",
        True,
    ),
    "sieve": (
        ["Auto-Submitted: auto-replied (vacation)", "X-Sieve: CMU Sieve 2.3", "Precedence: bulk"],
        "Offer",
        "auto-reply",
        True,
    ),
    "cpanel": (["X-Autorespond: x", "Precedence: bulk", "X-Precedence: bulk"], "Offer", "auto-reply", True),
    "notes": (["X-Notes-Item: x", "Auto-Submitted: auto-replied"], "AUTO: Bo is out", "auto-reply", True),
    "list": (["List-Id: <crm.lists.example>", "List-Post: <mailto:crm@lists.example>"], "Offer", "list", True),
    "list prec": (["Precedence: list"], "Offer", "list", True),
    "newsletter": (
        ["List-Unsubscribe: <https://x>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Feedback-ID: 1:2:3:x"],
        "Offer",
        "list",
        True,
    ),
    "bulk": (["Precedence: bulk"], "Offer", "list", True),
    "junk": (["Precedence: junk"], "Offer", "normal", True),
    "cron": (["X-Cron-Env: <SHELL=/bin/sh>"], "Offer", "normal", True),
    "github": (
        ["List-ID: x/y <y.x.github.com>", "X-GitHub-Reason: mention", "Precedence: list"],
        "Offer",
        "list",
        True,
    ),
    "jira": (["Auto-Submitted: auto-generated", "X-JIRA-FingerPrint: x", "Precedence: bulk"], "Offer", "list", True),
    "ticket": (
        ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"],
        "[#123] We received your request",
        "normal",
        True,
    ),
    "ticket2": (["Auto-Submitted: auto-replied"], "[#123] We received your request", "auto-reply", True),
    "suppress none": (["X-Auto-Response-Suppress: None"], "Offer", "normal", False),
    "normal": ([], "Offer", "normal", False),
    "reply": (["In-Reply-To: <1@a>"], "Re: Offer", "normal", False),
    "list ooo": (
        ["List-Id: <crm.lists.example>", "Auto-Submitted: auto-replied"],
        "Automatic reply: x",
        "auto-reply",
        True,
    ),
}

# how subjects of absence notices begin, by language
AWAY = [
    "Automatische Antwort: Angebot",
    "Réponse automatique : Offre",
    "Réponse automatique: Offre",
    "Respuesta automática: Oferta",
    "Risposta automatica: Offerta",
    "Resposta automática: Oferta",
    "Automatisch antwoord: Offerte",
    "Automatiskt svar: Offert",
    "Automatisk svar: Tilbud",
    "Automatisk svar: Tilbud",
    "Automaattinen vastaus: Tarjous",
    "Automatyczna odpowiedź: Oferta",
    "Automatická odpověď: Nabídka",
    "Automatikus válasz: Ajánlat",
    "Răspuns automat: Ofertă",
    "Автоматический ответ: Предложение",
    "Автоматична відповідь: Пропозиція",
    "Otomatik yanıt: Teklif",
    "Αυτόματη απάντηση: Προσφορά",
    "自动答复: 报价",
    "自動回覆: 報價",
    "自動応答: 見積",
    "自動返信: 見積",
    "자동 회신: 견적",
    "תשובה אוטומטית: הצעה",
    "رد تلقائي: عرض",
    "ตอบกลับอัตโนมัติ: ข้อเสนอ",
    "Trả lời tự động: Báo giá",
    "Balasan otomatis: Penawaran",
    "Balasan automatik: Tawaran",
    "Automatski odgovor: Ponuda",
    "Автоматичен отговор: Оферта",
    "Automatická odpoveď: Ponuka",
    "Samodejni odgovor: Ponudba",
    "Automatinis atsakymas: x",
    "Automātiska atbilde: x",
    "Automaatvastus: x",
    "Automatski odgovor: x",
    "Resposta automàtica: x",
    "स्वचालित उत्तर: x",
    "پاسخ خودکار: x",
    "Abwesenheitsnotiz: Angebot",
    "Abwesenheit: Bo",
    "Absence du bureau : Offre",
    "OOO: Offer",
    "Out of Office AutoReply: Offer",
    "Re: Offer - Out of Office",
    "AUTO: Bo ist außer Haus (Rückkehr am 12.06.2024)",
    "AUTO: Bo is out of the office (returning 06/12/2024)",
    "自动回复：报价",
    "不在办公室: x",
    "Ausência temporária: x",
    "Fuera de la oficina: x",
]

RECEIPTS = {
    "displayed": "manual-action/MDN-sent-manually; displayed",
    "deleted": "automatic-action/MDN-sent-automatically; deleted/error",
    "denied": "manual-action/MDN-sent-manually; denied",
    "dispatched": "automatic-action/MDN-sent-automatically;\n dispatched",
    "processed": "Automatic-Action/MDN-Sent-Automatically; Processed/warning",
}

COMPLAINTS = {
    "abuse": "Original-Rcpt-To: <bo@b.example>",
    "fraud": "Version: 0.1",
    "opt-out": "Original-Rcpt-To: rfc822;bo@b.example",
    "not-spam": "Removal-Recipient: bo@b.example",
    "auth-failure": "Auth-Failure: dmarc",
}


@pytest.mark.parametrize("name", HEADERS)
def test_what_the_header_says(name: str) -> None:
    lines, subject, kind, automatic = HEADERS[name]
    message = mail(subject, *lines)
    assert (kind_of(message), is_automatic(message)) == (kind, automatic)


@pytest.mark.parametrize(
    ("address", "automatic"),
    [
        ("no-reply@shop.example", True),
        ("Orders-NoReply@shop.example", True),
        ("do_not_reply@shop.example", True),
        ("noreply+42@shop.example", True),
        ("owner-team@lists.example", True),
        ("team-request@lists.example", True),
        ("request@shop.example", False),
        ("noreplyson@people.example", False),
        ("bo@noreply.example", False),
    ],
)
def test_an_address_that_wants_no_answer_is_a_machine(address: str, *, automatic: bool) -> None:
    content = read(parse(f"From: {address}\nSubject: Order\n\nText.\n".encode()))
    assert (content.kind, content.is_automatic) == ("normal", automatic)


@pytest.mark.parametrize("subject", AWAY)
def test_absence_notices_in_many_languages(subject: str) -> None:
    assert kind_of(mail(subject, "Return-Path: <>")) == "auto-reply"
    # The subject alone never decides: people write of their absence, too.
    assert kind_of(mail(subject, "Return-Path: <bo@b.example>")) == "normal"


def report(kind: str, fields: str, original: str = "") -> bytes:
    returned = f"--m\nContent-Type: message/rfc822\n\n{original}\n\nHello\n" if original else ""
    return f"""From: Bo <bo@b.example>
Subject: Read: Offer
Content-Type: multipart/report; boundary=m

--m
Content-Type: text/plain

A machine speaks.
--m
Content-Type: message/{kind}

{fields}

{returned}--m--
""".encode()


@pytest.mark.parametrize("kind", ["disposition-notification", "global-disposition-notification"])
@pytest.mark.parametrize("action", RECEIPTS)
def test_receipts(action: str, kind: str) -> None:
    recipient = "rfc822;bo@b.example" if kind.startswith("d") else "utf-8;bo@b.example"
    fields = f"Final-Recipient: {recipient}\nOriginal-Message-ID: <o1@acme.example>\nDisposition: {RECEIPTS[action]}"
    found = report_of(parse(report(kind, fields)))
    assert found is not None
    assert (found.kind, found.original_message_id) == ("receipt", "o1@acme.example")
    assert [(row.address, row.action) for row in found.recipients] == [("bo@b.example", action)]


@pytest.mark.parametrize("kind", COMPLAINTS)
def test_complaints(kind: str) -> None:
    original = 'From: app@acme.example\nTo: "Berg, Bo" <bo@b.example>\nMessage-ID: <o1@acme.example>'
    found = report_of(parse(report("feedback-report", f"Feedback-Type: {kind}\n{COMPLAINTS[kind]}", original)))
    assert found is not None
    assert (found.kind, found.original_message_id) == ("complaint", "o1@acme.example")
    assert [(row.address, row.action) for row in found.recipients] == [("bo@b.example", kind)]

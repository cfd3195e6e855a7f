from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import Content, read, split_reply
from mailkit.content.languages import LANGUAGES
from mailkit.content.text import read_html
from mailkit.message import parse

# language: the attribution that Gmail, Apple Mail or Thunderbird writes in it
ATTRIBUTIONS = {
    "en": "On Mon, Jun 3, 2024 at 12:53 PM Ana Adams <ana@a.example> wrote:",
    "de": "Am Mo., 3. Juni 2024 um 12:53 Uhr schrieb Ana Adams <ana@a.example>:",
    "nl": "Op ma 3 jun 2024 om 12:53 schreef Ana Adams <ana@a.example>:",
    "af": "Op Ma. 3 Jun. 2024 om 12:53 het Ana Adams <ana@a.example> geskryf:",
    "sv": "Den mån 3 juni 2024 kl 12:53 skrev Ana Adams <ana@a.example>:",
    "da": "Den man. 3. jun. 2024 kl. 12.53 skrev Ana Adams <ana@a.example>:",
    "no": "man. 3. juni 2024 kl. 12:53 skrev Ana Adams <ana@a.example>:",
    "is": "mán., 3. jún. 2024 kl. 12:53 skrifaði Ana Adams <ana@a.example>:",
    "fi": "ma 3. kesäk. 2024 klo 12.53 Ana Adams <ana@a.example> kirjoitti:",
    "et": "Kuupäeval E, 3. juuni 2024 kell 12:53 kirjutas Ana Adams <ana@a.example>:",
    "lv": "pirmd., 2024. g. 3. jūn., plkst. 12:53 — lietotājs Ana Adams (<ana@a.example>) rakstīja:",
    "lt": "2024-06-03, pr, 12:53 Ana Adams <ana@a.example> rašė:",
    "fr": "Le lun. 3 juin 2024 à 12:53, Ana Adams <ana@a.example> a écrit :",
    "es": "El lun, 3 jun 2024 a las 12:53, Ana Adams (<ana@a.example>) escribió:",
    "ca": "Missatge de Ana Adams <ana@a.example> del dia dl., 3 de juny 2024 a les 12:53 va escriure:",
    "pt": "Em seg., 3 de jun. de 2024 às 12:53, Ana Adams <ana@a.example> escreveu:",
    "it": "Il giorno lun 3 giu 2024 alle ore 12:53 Ana Adams <ana@a.example> ha scritto:",
    "ro": "În lun., 3 iun. 2024 la 12:53, Ana Adams <ana@a.example> a scris:",
    "pl": "pon., 3 cze 2024 o 12:53 Ana Adams <ana@a.example> napisał(a):",
    "cs": "po 3. 6. 2024 v 12:53 odesílatel Ana Adams <ana@a.example> napsal:",
    "sk": "po 3. 6. 2024 o 12:53 Ana Adams <ana@a.example> napísal(a):",
    "hu": "Ana Adams <ana@a.example> ezt írta (időpont: 2024. jún. 3., H, 12:53):",
    "sl": "V V pon., 3. jun. 2024 ob 12:53 je oseba Ana Adams <ana@a.example> napisala:",
    "hr": "pon, 3. lip 2024. u 12:53 Ana Adams <ana@a.example> napisao je:",
    "sr": "пон, 3. јун 2024. у 12:53 Ana Adams <ana@a.example> је написао/ла:",
    "bg": "На пн, 3.06.2024 г. в 12:53 Ana Adams <ana@a.example> написа:",
    "ru": "пн, 3 июн. 2024 г. в 12:53, Ana Adams <ana@a.example>:",
    "uk": "пн, 3 черв. 2024 р. о 12:53 Ana Adams <ana@a.example> пише:",
    "el": "Στις Δευ 3 Ιουν 2024 στις 12:53 μ.μ., ο χρήστης Ana Adams <ana@a.example> έγραψε:",
    "tr": "Ana Adams <ana@a.example>, 3 Haz 2024 Pzt, 12:53 tarihinde şunu yazdı:",
    "ar": "في الاثنين، 3 يونيو 2024 في 12:53 م كتب Ana Adams <\u200fana@a.example>:",
    "he": "\u202bבתאריך יום ב׳, 3 ביוני 2024 ב-12:53 מאת \u202aAna Adams\u202c <\u202aana@a.example\u202c>:\u202c",
    "fa": "در تاریخ دوشنبه ۳ ژوئن ۲۰۲۴، 12:53 Ana Adams <ana@a.example> نوشت:",
    "hi": "सोम, 3 जून 2024 को 12:53 pm बजे को Ana Adams <ana@a.example> ने लिखा:",
    "zh": "Ana Adams <ana@a.example> 于2024年6月3日周一 12:53写道：",
    "zh-tw": "Ana Adams <ana@a.example> 於 2024年6月3日 週一 下午12:53寫道：",
    "ja": "2024年6月3日(月) 12:53 Ana Adams <ana@a.example>:",
    "ko": "2024년 6월 3일 (월) 오후 12:53, Ana Adams <ana@a.example>님이 작성:",
    "th": "ในวันที่ จ. 3 มิ.ย. 2024 เวลา 12:53 Ana Adams <ana@a.example> เขียนว่า:",
    "vi": "Vào Th 2, 3 thg 6, 2024 vào lúc 12:53 Ana Adams <ana@a.example> đã viết:",
    "id": "Pada tanggal Sen, 3 Jun 2024 pukul 12.53 Ana Adams <ana@a.example> menulis:",
    "ms": "Pada Isn, 3 Jun 2024 pada 12:53 PTG Ana Adams <ana@a.example> menulis:",
    "tl": "Noong Lun, Hun 3, 2024 nang 12:53 PM, sumulat si Ana Adams <ana@a.example> wrote:",
}

# language: the header that Outlook copies above the old message
HEADERS = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "es": ("De", "Enviado", "Para", "Asunto"),
    "pt": ("De", "Enviada em", "Para", "Assunto"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    "ro": ("De la", "Trimis", "Către", "Subiect"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "el": ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
    "he": ("מאת", "נשלח", "אל", "נושא"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    "th": ("จาก", "ส่ง", "ถึง", "เรื่อง"),
    "vi": ("Từ", "Đã gửi", "Đến", "Chủ đề"),
    "id": ("Dari", "Terkirim", "Kepada", "Subjek"),
    "ms": ("Daripada", "Dihantar", "Kepada", "Subjek"),
}


def test_the_table_has_many_languages() -> None:
    assert len(LANGUAGES) >= 25
    assert {"id", "ms", "zh", "ja", "ar", "de"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", ATTRIBUTIONS)
@pytest.mark.parametrize(
    "quoted", ["> Old words\n> in two lines", "Old words\nwithout marks"], ids=["marked", "unmarked"]
)
def test_attributions(language: str, quoted: str) -> None:
    reply = split_reply(f"New words.\n\n{ATTRIBUTIONS[language]}\n\n{quoted}\n")
    assert reply.reply == "New words."
    assert "Old words" in "\n".join(reply.quoted)


PROGRAMS = {
    "zoho": "---- On Mon, 03 Jun 2024 12:53:00 +0200 Ana Adams <ana@a.example> wrote ----",
    "yahoo": "On Monday, June 3, 2024 at 12:53:00 PM GMT+2, Ana Adams <ana@a.example> wrote:",
    "netease": 'At 2024-06-03 12:53:00, "Ana Adams" <ana@a.example> wrote:',
    "mail.ru": "Понедельник, 3 июня 2024, 12:53 +03:00 от Ana Adams <ana@a.example>:",
    "yandex": '03.06.2024, 12:53, "Ana Adams" <ana@a.example>:',
    "apple de": "Am 03.06.2024 um 12:53 schrieb Ana Adams <ana@a.example>:",
    "thunderbird de": "Am 03.06.24 um 12:53 schrieb Ana Adams:",
    "apple fr": "Le 3 juin 2024 à 12:53, Ana Adams <ana@a.example> a écrit :",
    "becky": "On Mon, 3 Jun 2024 12:53:00 +0900\nAna Adams <ana@a.example> wrote:",
    "qq": "------------------ Original ------------------\nFrom: Ana <ana@a.example>\nDate: Mon, Jun 3, 2024",
    "samsung": "-------- Original message --------\nFrom: Ana <ana@a.example>\nDate: 03/06/2024 12:53 (GMT+01:00)",
    "notes": "From:\tAna Adams/ACME\nTo:\tBo Berg/CLIENT@CLIENT\nDate:\t03.06.2024 12:53\nSubject:\tOffer",
    "gmx": 'Gesendet: Montag, 03. Juni 2024 um 12:53 Uhr\nVon: "Ana" <ana@a.example>\nAn: bo@b.example\nBetreff: Offer',
    "outlook mac": "From: Ana <ana@a.example>\n\nDate: Monday, 3 June 2024 at 12:53\n\nTo: Bo\n\nSubject: Offer",
    "long recipients": "From: Ana\nSent: Monday\nTo: Bo <bo@b.example>;\n  Cy <cy@x.example>;\n  Di\nSubject: Offer",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_programs_write(program: str) -> None:
    assert split_reply(f"New words.\n\n{PROGRAMS[program]}\n\nOld words\n").reply == "New words."


@pytest.mark.parametrize("language", ATTRIBUTIONS)
def test_attributions_wrapped_over_lines(language: str) -> None:
    line = ATTRIBUTIONS[language]
    at = line.rfind(" ", 0, len(line) - 8)
    assert split_reply(f"New words.\n\n{line[:at]}\n{line[at + 1 :]}\n> Old words\n").reply == "New words."


@pytest.mark.parametrize("language", HEADERS)
def test_copied_headers(language: str) -> None:
    who, when, to, what = HEADERS[language]
    header = f"{who}: Ana Adams <ana@a.example>\n{when}: 3. 6. 2024 12:53\n{to}: Bo <bo@b.example>\n{what}: Offer\n"
    assert split_reply(f"New words.\n\n{header}\nOld words\n").reply == "New words."
    ruled = split_reply(f"New words.\n\n________________________________\n{header}\nOld words\n")
    assert ruled.reply == "New words."
    assert "Old words" in ruled.quoted[0]
    starred = "".join(f"*{line.replace(':', ':*', 1)}\n" for line in header.splitlines())
    assert split_reply(f"New words.\n\n{starred}\nOld words\n").reply == "New words."


@pytest.mark.parametrize(
    "divider",
    [
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-----Oorspronkelijk bericht-----",
        "-----Message d'origine-----",
        "-----Mensaje original-----",
        "-----Messaggio originale-----",
        "-----Pesan Asli-----",
        "----- 原始邮件 -----",
        "-----元のメッセージ-----",
        "-----Исходное сообщение-----",
        "------------------ 原始邮件 ------------------",
        "-------- الرسالة الأصلية --------",
        "-- Original Message --",
    ],
)
def test_dividers(divider: str) -> None:
    reply = split_reply(f"New words.\n\n{divider}\nOld words\n")
    assert reply.reply == "New words."
    assert "Old words" in reply.quoted[0]


def test_inline_answers_stay() -> None:
    text = (
        f"Hi,\n\n{ATTRIBUTIONS['en']}\n> Does Monday suit?\n\nYes.\n\n> And the price?\n\nAs agreed.\n\n> "
        f"Thanks\n> Ana\n"
    )
    assert split_reply(text).reply == "Hi,\n\nYes.\n\nAs agreed."


@pytest.mark.parametrize("mark", ["--]", "| ", "# ", "AB> ", "=> "])
def test_other_quote_marks(mark: str) -> None:
    text = (
        f"On Thu, 22 Aug 2024, Ana Adams wrote:\n\n{mark}Why?\n{mark}And "
        f"when?\n{mark}Ana\n\nBecause.\n\n{mark}Thanks\n\nNow.\n"
    )
    reply = split_reply(text)
    assert reply.reply == "Because.\n\nNow."
    assert "Why?" in reply.quoted[0]


@pytest.mark.parametrize("elision", ["[...]", "<snip>", "..."])
def test_answers_below_a_shortened_quotation(elision: str) -> None:
    reply = split_reply(f"{ATTRIBUTIONS['en']}\n\n{elision}\n\n> Shall we?\n\nYes.\n")
    assert reply.reply.endswith("Yes.")
    assert "Shall we?" not in reply.reply


def test_outlook_express_answers_below() -> None:
    text = '----- Original Message -----\nFrom: "Ana" <ana@a.example>\n\n>\n> Shall we?\n\nYes.\n'
    assert split_reply(text).reply == "Yes."


def test_the_segments_are_the_whole_text() -> None:
    text = f"Hi\n\n{ATTRIBUTIONS['de']}\n> old\n\nnew\n-- \nBo\n"
    assert "\n".join(segment.text for segment in split_reply(text).segments) == text


@pytest.mark.parametrize(
    ("marker", "language"),
    [
        ("---------- Forwarded message ---------", "en"),
        ("Begin forwarded message:", "en"),
        ("-------- Weitergeleitete Nachricht --------", "de"),
        ("---------- Pesan terusan ---------", "id"),
        ("---------- 转发的邮件 ---------", "zh"),
        ("---------- Mensaje reenviado ---------", "es"),
        ("----- Forwarded by Ana Adams/ACME on 03.06.2024 -----", "en"),
    ],
)
def test_forwards_are_told_from_replies(marker: str, language: str) -> None:
    reply = split_reply(f"Please look.\n\n{marker}\nFrom: Ana <ana@a.example>\nSubject: Offer\n\nThe offer.\n")
    assert reply.reply == "Please look."
    assert reply.quoted == ()
    assert "Subject: Offer" in reply.forwarded
    assert "The offer." in reply.forwarded


def test_a_copied_header_in_a_forward_begins_the_forwarded_message() -> None:
    text = "From: Ana <ana@a.example>\nSent: Monday\nTo: Bo\nSubject: Offer\n\nThe offer.\n"
    assert split_reply(text, forward=True).forwarded.startswith("From: Ana")
    assert split_reply(text, forward=True).reply == ""
    assert split_reply(text).reply == "The offer."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nBo Berg\nACME",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Dikirim dari iPhone saya",
        "Get Outlook for Android<https://aka.ms/x>",
        "发自我的 iPhone",
        "iPhoneから送信",
        "Best regards,\nBo Berg\nACME Ltd.",
        "Mit freundlichen Grüßen\n\nBo Berg",
        "Salam hormat,\nBo",
        "敬具\n田中",
        "مع أطيب التحيات\nبو",
        "С уважением,\nБо",
        "-Bo Berg",
        "Many thanks,\nBo Berg",
        "Terima kasih,\n\nBo Berg\nKepala Gudang",
        "Thanks,\n-- \nBo Berg",
        "/Bo",
        "Regards\nBo\n\nSent from my iPad",
        "_______________________________________________\ncrm mailing "
        "list\ncrm@lists.example\nhttps://lists.example/crm",
    ],
)
def test_signatures(signature: str) -> None:
    reply = split_reply(f"New words.\nMore words.\n\n{signature}\n")
    assert reply.reply == "New words.\nMore words."
    assert signature.rsplit("\n", maxsplit=1)[-1] in reply.signature


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my desk, this is easier.",
        "Best regards",
        "Thanks",
        "All fine.\n\nMany thanks",
        "Thank you,\nthe offer is what we hoped for and we take it.",
        "The range is 5 -- 7 days.",
        "Dates:\n-Monday\n-Tuesday",
        "From: 12 May\nTo: 14 May",
        "On Monday I wrote:\nnothing",
        "He wrote: no.",
        "At 10:00 we meet:\n- room 5",
        "Total:\n1. five\n2. six",
        "From our side all is fine. Date: Monday.",
        "Regards the offer: yes.",
        "---\nnot a signature of anyone, but a line\n" + "long text\n" * 40,
    ],
)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert split_reply(text).reply == text.strip("\n")


HTML = {
    "gmail": (
        '<div dir="ltr">New words.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Kzz 3 '
        "kzz 12 Ana "
        '&lt;<a href="mailto:a@a.example">a@a.example</a>&gt; zxq:<br></div><blockquote class="gmail_quote" '
        'style="margin:0">'
        "<div>Old words</div></blockquote></div>"
    ),
    "outlook web": (
        '<div>New words.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Kzz:</b> Ana<br><b>'
        "Zxq:</b> x</div>"
        "<div>Old words</div>"
    ),
    "outlook windows": (
        '<div class="WordSection1"><p class="MsoNormal">New words.</p><div><div style="border:none;'
        "border-top:solid #E1E1E1 "
        '1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Kzz:</b> Ana<br><b>Zxq:</b> x</p></div></div>'
        "<p>Old words</p>"
        "</div>"
    ),
    "apple": '<div>New words.</div><div><br><blockquote type="cite"><div>Zxq kzz:</div><div>Old words</div>'
    "</blockquote></div>",
    "thunderbird": (
        '<p>New words.</p><div class="moz-cite-prefix">Kzz zxq:<br></div><blockquote type="cite" '
        'cite="mid:x@a.example">'
        "<p>Old words</p></blockquote>"
    ),
    "yahoo": (
        '<div>New words.</div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>Kzz zxq:</div><div>Old '
        "words</div></div>"
    ),
    "zimbra": '<div>New words.</div><hr id="zwchr" data-marker="__DIVIDER__"><div><b>Kzz: </b>Ana</div><div>'
    "Old words</div>",
    "proton": (
        '<div>New words.</div><div class="protonmail_quote">Kzz zxq:<br><blockquote class="protonmail_quote" '
        'type="cite">Old words'
        "</blockquote></div>"
    ),
    "plain blockquote": (
        "<div>New words.</div><div>03.06.2024, 12:53, &quot;Ana&quot; &lt;a@a.example&gt;:</div><blockquote>"
        "Old words</blockquote>"
    ),
}


@pytest.mark.parametrize("program", HTML)
def test_html_structure_counts_whatever_the_language(program: str) -> None:
    reply = split_reply(read_html(HTML[program], structure=True).text)
    assert reply.reply == "New words."
    assert "Old words" in "\n".join(reply.quoted)


def test_html_inline_answers_stay() -> None:
    html = (
        '<div>Hi</div><div class="gmail_quote"><div class="gmail_attr">On x wrote:</div><blockquote '
        'class="gmail_quote">Question 1'
        '</blockquote><div>Answer 1</div><blockquote class="gmail_quote">Question 2</blockquote><div>Answer '
        "2</div></div>"
    )
    assert split_reply(read_html(html, structure=True).text).reply == "Hi\n\nAnswer 1\n\nAnswer 2"


def test_html_signatures_are_taken_out() -> None:
    read = read_html('<div>New</div><div class="gmail_signature">Ana<br>ACME</div><div>More</div>', structure=True)
    assert read.signatures == ("Ana\nACME",)
    assert read.text == "New\nMore"


def test_a_gmail_forward_is_a_forward_in_every_language() -> None:
    html = (
        '<div dir="ltr">Look<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">- Zxqkzz -<br>'
        "Zxq: <b>Ana</b>"
        " &lt;a@a.example&gt;<br></div><div>The offer</div></div></div>"
    )
    reply = split_reply(read_html(html, structure=True).text)
    assert reply.reply == "Look"
    assert "The offer" in reply.forwarded


def test_a_quotation_of_ones_own_is_no_reply() -> None:
    html = "<p>As the poet says</p><blockquote>To be</blockquote><p>Indeed.</p>"
    assert "To be" in split_reply(read_html(html, structure=True).text).reply


@given(st.text())
def test_any_text_comes_apart_and_nothing_is_lost(text: str) -> None:
    reply = split_reply(text)
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    assert "\n".join(segment.text for segment in reply.segments) == whole
    assert len(reply.reply) <= len(whole) + 2 * len(reply.segments)


PIECES = [
    "On ",
    "wrote:",
    "> ",
    "\n",
    "\n\n",
    "From: a@a.example",
    "Sent: 1 2024",
    "To: b",
    "Subject: c",
    "-- ",
    "--",
    "_" * 20,
    "Ana",
    "Sent from my phone",
    "Regards,",
    "-----Original Message-----",
    "Forwarded message",
    ":",
    "2024",
    "12:00",
    "@",
    "<",
    ">",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_any_mixture_of_marks_comes_apart(pieces: list[str]) -> None:
    text = "".join(pieces)
    for forward in (False, True):
        assert "\n".join(s.text for s in split_reply(text, forward=forward).segments) == text


@pytest.mark.parametrize(
    "unit",
    [
        "On ",
        "On On wrote:\n",
        "On\n",
        "a wrote:\n",
        "From: x\n",
        "From: x\nTo: y\n",
        "_____\n",
        ">",
        "> > \n",
        "-- \n",
        "Regards\n\n",
        "On 2024 12:00\n",
        "\n",
        "From: a\n\n",
        "-----Original",
        "Am 1.1.2024 um 12:00 schrieb ",
        "\u200e",
        "2024 ",
        "12:",
        "wrote",
        "@",
        "Sent from my\n",
        "- \n",
    ],
)
def test_long_texts_take_linear_time(unit: str, grows_linearly: Callable[..., None]) -> None:
    grows_linearly(split_reply, unit)


def test_corpus_scores(corpora: Path) -> None:
    score = load_scorer()
    for item in score.score_replies(corpora / "reply"):
        print(f"reply {item.name}: {item.right} of {item.total}")
        assert item.share == 1.0, item.missed


def load_scorer():  # type: ignore[no-untyped-def]
    path = Path(__file__).parents[2] / "benchmarks" / "score_content.py"
    spec = importlib.util.spec_from_file_location("score_content", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["score_content"] = module
    spec.loader.exec_module(module)
    return module


def _content(body: str, head: str = "Subject: Complaint") -> Content:
    return read(parse(f"From: bo@client.example\n{head}\nContent-Type: text/plain; charset=utf-8\n\n{body}".encode()))


@pytest.mark.parametrize(
    "body",
    [
        "> I want 10 pieces\n",
        "-- \nPlease cancel\norder 5\n",
        "On Monday at 10:00 Bo wrote:\nI need my money back\n",
        "Tanggal 2 Nov 2026 10:00 Budi menulis:\nbarang rusak\n",
        "From: Berlin\nTo: Paris\nDate: 3 May\nSubject: trip\nSeats: 2\n\nPlease book.\n",
    ],
)
def test_a_mail_that_answers_nothing_says_something(body: str) -> None:
    assert _content(body).reply_text.split() == body.split()


def test_what_somebody_wrote_is_no_attribution_in_a_mail_that_answers_nothing() -> None:
    body = "Hi,\n\nOn 12 May 2025 you wrote:\nthat I would get a refund.\nWhere is it?\n"
    assert "Where is it?" in _content(body).reply_text
    for head in ("Subject: Re: Refund", "Subject: Refund\nIn-Reply-To: <1@acme.example>", "Subject: [desk] AW: x"):
        assert _content(body, head).reply_text == "Hi,"


def test_an_attribution_above_marked_lines_counts_in_any_mail() -> None:
    assert _content("No.\n\nOn 12 May 2025 you wrote:\n> Yes?\n").reply_text == "No."


def test_a_booking_is_no_copied_header() -> None:
    body = "Please book:\n\nFrom: Berlin\nTo: Paris\nDate: 3 May\nSeats: 2\n\nMy card ends in 1234.\n"
    assert "1234" in _content(body).reply_text
    assert "Berlin" in _content(body, "Subject: Re: Trip").reply_text


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("Regards,\nBo\n\nPS: please cancel order 55 too.", "PS: please cancel order 55 too."),
        ("-- \nBo\nP.S. Call me.", "P.S. Call me."),
        ("MfG\nBo\n\nNachtrag: auch Rechnung 7 stornieren!", "Nachtrag: auch Rechnung 7 stornieren!"),
        ("Thanks\nCancel order 8 as well", "Thanks\nCancel order 8 as well"),
    ],
)
def test_what_follows_a_signature(below: str, kept: str) -> None:
    assert split_reply(f"Hello\n\n{below}\n").reply.endswith(kept)


def test_html_that_is_marked_as_one_signature() -> None:
    html = '<div class="gmail_signature">Please cancel order 5</div>'
    message = parse(f"From: bo@client.example\nSubject: x\nContent-Type: text/html\n\n{html}".encode())
    assert read(message).reply_text == "Please cancel order 5"


def test_quote_marks_without_number_are_bounded(grows_linearly: Callable[..., None]) -> None:
    def answers(units: str) -> object:
        marks = (f"{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}> x" for n in range(len(units)))
        return split_reply("\n".join(f"On 1.1.2026 10:00 a@b.example wrote:\n{mark}" for mark in marks))

    grows_linearly(answers, "x")


def test_closing_words_below_many_quotations_take_linear_time(grows_linearly: Callable[..., None]) -> None:
    grows_linearly(split_reply, "On 1.1.2026 10:00 a@b.example wrote:\n> x\nBest regards\nAna\n")


def test_of_more_lines_than_a_person_writes_the_rest_is_quoted() -> None:
    reply = split_reply("new\n" * 30_000)
    assert [segment.kind for segment in reply.segments] == ["new", "quote"]
    assert sum(segment.text.count("new") for segment in reply.segments) == 30_000

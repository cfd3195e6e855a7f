"""What an answer says by itself, by language: marks before the subject, the line above a quotation, labels.

The marks are those of Outlook in that language where it has its own. RFC 5322 section 3.6.5 knows only "Re: ", so a
language is used only where the application asks for it. Whatever stands here must be read back by ``thread.subject``
and ``content.reply``; the tests hold that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mailkit.compose.guard import check_type
from mailkit.errors import InputError

# language: reply mark | forward mark | above a quotation | above a forward | From | Date | Subject | To | Cc
_TABLE = """
en: Re | Fwd | On {date}, {who} wrote: | Forwarded message | From | Date | Subject | To | Cc
ar: رد | إعادة توجيه | في {date}، كتب {who}: | رسالة معاد توجيهها | من | التاريخ | الموضوع | إلى | نسخة
cs: Re | Fwd | Dne {date} {who} napsal(a): | Přeposlaná zpráva | Od | Datum | Předmět | Komu | Kopie
da: SV | VS | Den {date} skrev {who}: | Videresendt meddelelse | Fra | Dato | Emne | Til | Cc
de: AW | WG | Am {date} schrieb {who}: | Weitergeleitete Nachricht | Von | Datum | Betreff | An | Kopie
el: ΑΠ | ΠΡΘ | Στις {date}, {who} έγραψε: | Προωθημένο μήνυμα | Από | Ημερομηνία | Θέμα | Προς | Κοιν.
es: RE | RV | El {date}, {who} escribió: | Mensaje reenviado | De | Fecha | Asunto | Para | Cc
fi: VS | VL | {date} {who} kirjoitti: | Välitetty viesti | Lähettäjä | Päivämäärä | Aihe | Vastaanottaja | Kopio
fr: RE | TR | Le {date}, {who} a écrit : | Message transféré | De | Date | Objet | À | Cc
he: השב | העבר | בתאריך {date} מאת {who}: | הודעה שהועברה | מאת | תאריך | נושא | אל | עותק
hr: Re | Fwd | Dana {date} {who} je napisao/la: | Proslijeđena poruka | Od | Datum | Predmet | Za | Kopija
hu: Vá | Továbbítás | {date}, {who} írta: | Továbbított üzenet | Feladó | Dátum | Tárgy | Címzett | Másolat
id: Bls | Trs | Pada {date}, {who} menulis: | Pesan terusan | Dari | Tanggal | Subjek | Kepada | Cc
it: R | I | Il {date}, {who} ha scritto: | Messaggio inoltrato | Da | Data | Oggetto | A | Cc
ja: Re | Fw | {date} {who} のメール: | 転送されたメッセージ | 差出人 | 日付 | 件名 | 宛先 | Cc
ko: 답장 | 전달 | {date}, {who} 작성: | 전달된 메시지 | 보낸 사람 | 날짜 | 제목 | 받는 사람 | 참조
ms: Balas | Fwd | Pada {date}, {who} menulis: | Mesej yang dimajukan | Daripada | Tarikh | Subjek | Kepada | Cc
nl: Antw | Doorst | Op {date} schreef {who}: | Doorgestuurd bericht | Van | Datum | Onderwerp | Aan | Cc
no: SV | VS | Den {date} skrev {who}: | Videresendt melding | Fra | Dato | Emne | Til | Kopi
pl: Odp | PD | Dnia {date} {who} napisał(a): | Wiadomość przekazana dalej | Od | Data | Temat | Do | DW
pt: RES | ENC | Em {date}, {who} escreveu: | Mensagem encaminhada | De | Data | Assunto | Para | Cc
ro: Re | Fwd | Pe {date}, {who} a scris: | Mesaj redirecționat | De la | Data | Subiect | Către | Cc
ru: Отв | Пересл | {date} {who} пишет: | Пересылаемое сообщение | От | Дата | Тема | Кому | Копия
sk: Re | Fwd | Dňa {date} {who} napísal(a): | Preposlaná správa | Od | Dátum | Predmet | Komu | Kópia
sv: SV | VB | Den {date} skrev {who}: | Vidarebefordrat meddelande | Från | Datum | Ämne | Till | Kopia
th: ตอบกลับ | ส่งต่อ | เมื่อ {date} {who} เขียนว่า: | ข้อความที่ส่งต่อ | จาก | วันที่ | เรื่อง | ถึง | สำเนาถึง
tr: YNT | İLT | {date} tarihinde {who} şunları yazdı: | Yönlendirilmiş mesaj | Kimden | Tarih | Konu | Kime | Bilgi
uk: Відп | Fwd | {date} {who} пише: | Переслане повідомлення | Від | Дата | Тема | Кому | Копія
vi: Trả lời | Chuyển tiếp | Vào {date}, {who} đã viết: | Thư đã chuyển tiếp | Từ | Ngày | Chủ đề | Đến | Cc
zh: 回复 | 转发 | 在 {date}，{who} 写道： | 转发的邮件 | 发件人 | 日期 | 主题 | 收件人 | 抄送
zh-tw: 回覆 | 轉寄 | 在 {date}，{who} 寫道： | 轉寄郵件 | 寄件者 | 日期 | 主旨 | 收件者 | 副本
"""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language. ``attribution`` has ``{date}`` and ``{who}``; ``labels`` are From, Date, Subject,
    To, Cc."""

    reply: str
    forward: str
    attribution: str
    forwarded: str
    labels: tuple[str, ...]


@lru_cache(maxsize=1)
def _all() -> dict[str, Phrases]:
    found: dict[str, Phrases] = {}
    for line in _TABLE.strip().split("\n"):
        code, _, rest = line.partition(": ")
        reply, forward, attribution, forwarded, *labels = (cell.strip() for cell in rest.split(" | "))
        found[code] = Phrases(f"{reply}: ", f"{forward}: ", attribution, forwarded, tuple(labels))
    return found


def languages() -> tuple[str, ...]:
    """The codes of the languages that ``phrases_of`` knows."""
    return tuple(_all())


def phrases_of(language: str) -> Phrases:
    """The phrases of a language: ``"de"``, ``"zh-TW"``; of ``"de-AT"`` those of ``"de"``.

    Raises:
        InputError: there are none.
    """
    check_type(language, str, "language")
    code = language.lower().replace("_", "-")
    known = _all()
    found = known.get(code) or known.get(code.partition("-")[0])
    if found is None:
        raise InputError(
            f"There are no phrases in the language {language[:40]!r}.", hint="Known: " + ", ".join(known) + "."
        )
    return found

"""What mail programs write around a quotation and at the end, and what people write that only looks alike."""

from __future__ import annotations

import pytest

from mailkit.content import read, split_reply
from mailkit.message import parse

# What a program writes above the old message
ABOVE = {
    "apple en": "On Jun 3, 2024, at 12:53 PM, Ana <ana@a.example> wrote:",
    "apple es": "El 3 jun 2024, a las 12:53, Ana <ana@a.example> escribió:",
    "apple it": "Il giorno 3 giu 2024, alle ore 12:53, Ana <ana@a.example> ha scritto:",
    "apple it2": "Il giorno 03 giu 2024, alle ore 12:53, Ana ha scritto:",
    "libero": "Il 03/06/2024 12:53 Ana <ana@a.example> ha scritto:",
    "apple pt": "No dia 3 de jun. de 2024, às 12:53, Ana <ana@a.example> escreveu:",
    "apple br": "Em 3 de jun. de 2024, à(s) 12:53, Ana escreveu:",
    "apple nl": "Op 3 jun 2024, om 12:53 heeft Ana <ana@a.example> het volgende geschreven:",
    "apple nl2": "Op 3 jun 2024 om 12:53 heeft Ana het volgende geschreven:",
    "apple sv": "3 juni 2024 kl. 12:53 skrev Ana <ana@a.example>:",
    "apple da": "Den 3. jun. 2024 kl. 12.53 skrev Ana <ana@a.example>:",
    "apple no": "3. juni 2024 kl. 12:53 skrev Ana <ana@a.example>:",
    "apple fi": "Ana <ana@a.example> kirjoitti 3.6.2024 kello 12.53:",
    "apple pl": "Wiadomość napisana przez Ana <ana@a.example> w dniu 3 cze 2024, o godz. 12:53:",
    "apple cs": "3. 6. 2024 v 12:53, Ana <ana@a.example>:",
    "apple hu": "2024. jún. 3. dátummal, 12:53 időpontban Ana <ana@a.example> írta:",
    "apple ru": "3 июня 2024 г., в 12:53, Ana <ana@a.example> написал(а):",
    "apple uk": "3 черв. 2024 р. о 12:53 Ana <ana@a.example> пише:",
    "apple tr": "Ana <ana@a.example> şunları yazdı (3 Haz 2024 12:53):",
    "apple el": "Στις 3 Ιουν 2024, στις 12:53 μ.μ., ο/η Ana <ana@a.example> έγραψε:",
    "apple ro": "Pe 3 iun. 2024, la 12:53, Ana <ana@a.example> a scris:",
    "apple he": "\u202bב-3 ביוני 2024, בשעה 12:53, \u200fAna <ana@a.example> כתב/ה:\u202c",
    "apple he2": "\u202bב-3 ביוני 2024, בשעה 12:53, Ana כתב/ה:\u202c",
    "apple ar": "في ٣ يونيو ٢٠٢٤، الساعة ١٢:٥٣ م، كتب/كتبت Ana <ana@a.example>:",
    "apple ar2": "في ٠٣\u200f/٠٦\u200f/٢٠٢٤، الساعة ١٢:٥٣ م، كتب Ana:",
    "apple th": "เมื่อวันที่ 3 มิ.ย. 2567 เวลา 12:53 Ana <ana@a.example> เขียนว่า:",
    "apple th2": "ในวันที่ 3 มิ.ย. BE 2567 เวลา 12:53 Ana เขียนว่า:",
    "apple vi": "Ngày 3 thg 6, 2024, lúc 12:53, Ana <ana@a.example> đã viết:",
    "apple vi2": "Vào 12:53, Th 2, 3 thg 6, 2024 Ana <ana@a.example> đã viết:",
    "apple ja": "2024/06/03 12:53、Ana <ana@a.example>のメール:",
    "apple ja2": "2024年6月3日(月) 12:53、Anaのメール:",
    "apple zh": "2024年6月3日 12:53，Ana <ana@a.example> 写道：",
    "apple zh2": "在 2024年6月3日，12:53，Ana <ana@a.example> 写道：",
    "apple tw": "Ana <ana@a.example> 於 2024年6月3日 下午12:53 寫道：",
    "apple ko": "2024. 6. 3. 오후 12:53, Ana <ana@a.example> 작성:",
    "apple ko2": "2024년 6월 3일 (월) 오후 12:53, Ana <ana@a.example>님이 작성:",
    "apple id": "Pada 3 Jun 2024, pukul 12.53, Ana <ana@a.example> menulis:",
    "apple ms": "Pada 3 Jun 2024, pada 12:53 PTG, Ana <ana@a.example> menulis:",
    "apple sk": "3. 6. 2024, o 12:53, Ana <ana@a.example> napísal:",
    "gmail sk": "po 3. 6. 2024 o 12:53 používateľ Ana <ana@a.example> napísal:",
    "apple hr": "Dana 3. lip 2024., u 12:53, Ana <ana@a.example> je napisao/la:",
    "apple hr2": "3. lip 2024., u 12:53, Ana napisao/la:",
    "gmail hr2": "pon, 3. lip 2024. u 12:53 Ana <ana@a.example> napisao/la je:",
    "apple ca": "El 3 juny 2024, a les 12:53, Ana <ana@a.example> va escriure:",
    "tb en": "On 6/3/24 12:53, Ana wrote:",
    "tb en2": "On 03/06/2024 12:53, Ana Adams via crm wrote:",
    "tb fr": "Le 03/06/2024 à 12:53, Ana a écrit :",
    "tb es": "El 3/6/24 a las 12:53, Ana escribió:",
    "tb it": "Il 03/06/24 12:53, Ana ha scritto:",
    "tb nl": "Op 03-06-2024 om 12:53 schreef Ana:",
    "tb br": "Em 03/06/2024 12:53, Ana escreveu:",
    "tb pt": "Às 12:53 de 03/06/2024, Ana escreveu:",
    "tb pl": "W dniu 3.06.2024 o 12:53, Ana pisze:",
    "tb pl2": "W dniu 03.06.2024 o 12:53, Ana Adams pisze:",
    "tb cs": "Dne 03. 06. 24 v 12:53 Ana napsal(a):",
    "tb sk": "Dňa 3. 6. 2024 o 12:53 Ana napísal(a):",
    "tb hu": "2024. 06. 03. 12:53 keltezéssel, Ana írta:",
    "tb ru": "03.06.2024 12:53, Ana пишет:",
    "tb uk": "03.06.24 12:53, Ana пише:",
    "tb sv": "Den 2024-06-03 kl. 12:53, skrev Ana:",
    "tb da": "Den 03.06.2024 kl. 12.53 skrev Ana:",
    "tb no": "Den 03.06.2024 12:53, skrev Ana:",
    "tb fi": "Ana kirjoitti 3.6.2024 klo 12.53:",
    "tb tr": "Ana, 3.06.2024 12:53 tarihinde yazdı:",
    "tb tr2": "03.06.2024 12:53 tarihinde Ana yazdı:",
    "tb el": "Στις 3/6/24 12:53, ο/η Ana έγραψε:",
    "tb ja": "(2024/06/03 12:53), Ana wrote:",
    "tb ja2": "On 2024/06/03 12:53, Ana wrote:",
    "tb ko": "2024-06-03 오후 12:53에 Ana 이(가) 쓴 글:",
    "tb zh": "在 2024/6/3 12:53, Ana 写道:",
    "tb tw": "Ana 於 2024/6/3 下午 12:53 寫道:",
    "tb ro": "Pe 03.06.2024 12:53, Ana a scris:",
    "tb id": "Pada 03/06/24 12.53, Ana menulis:",
    "tb vi": "Vào 03/06/2024 12:53, Ana đã viết:",
    "tb vi2": "Vào lúc 12:53 ngày 03/06/2024, Ana viết:",
    "tb he": "בתאריך 3.6.2024 12:53, Ana כתב:",
    "tb ar": "في 3/6/24 12:53 م، كتب Ana:",
    "tb sl": "V 3. 06. 2024 ob 12:53 je Ana napisal(a):",
    "tb sl2": "Oseba Ana je 3. 06. 2024 ob 12:53 napisala:",
    "tb lt": "2024-06-03 12:53, Ana rašė:",
    "tb et": "Ana kirjutas 03.06.2024 kell 12:53:",
    "tb bg": "На 3.06.24 г. в 12:53, Ana написа:",
    "tb sr": "Дана 3.6.2024. у 12:53, Ana је написао/ла:",
    "gmail old": "2024-06-03 12:53 GMT+02:00 Ana Adams <ana@a.example>:",
    "gmail old2": "2024-06-03 12:53 GMT+02:00 Ana Adams <\nana@a.example>:",
    "gmail android": "On Mon, 3 Jun 2024, 12:53 Ana, <ana@a.example> wrote:",
    "gmail es old": "El lun., 3 de junio de 2024 12:53 p. m., Ana <ana@a.example> escribió:",
    "gmail th": "เมื่อ จ. 3 มิ.ย. 2024 เวลา 12:53 Ana <ana@a.example> เขียนว่า:",
    "gmail pt and": "Em seg, 3 de jun de 2024 12:53, Ana <ana@a.example> escreveu:",
    "gmail pt pt": "Ana <ana@a.example> escreveu (segunda, 3/06/2024 à(s) 12:53):",
    "gmail de old": "Am 3. Juni 2024 um 12:53 schrieb Ana Adams <ana@a.example>:",
    "gmail de and": "Ana Adams <ana@a.example> schrieb am Mo., 3. Juni 2024, 12:53:",
    "gmail it and": "Il lun 3 giu 2024, 12:53 Ana <ana@a.example> ha scritto:",
    "gmail nl and": "Op ma 3 jun. 2024 12:53 schreef Ana <ana@a.example>:",
    "gmail pl and": "pon., 3 cze 2024, 12:53 użytkownik Ana <ana@a.example> napisał:",
    "gmail ru and": "пн, 3 июн. 2024 г., 12:53 Ana <ana@a.example>:",
    "gmail id and": "Pada tanggal Sen, 3 Jun 2024 12.53, Ana <ana@a.example> menulis:",
    "gmail ja and": "2024年6月3日(月) 12:53 Ana <ana@a.example>:",
    "gmail zh and": "Ana <ana@a.example>于2024年6月3日 周一12:53写道：",
    "gmail zhtw": "Ana <ana@a.example> 於 2024年6月3日週一 12:53 寫道：",
    "gmail ko old": "2024년 6월 3일 (월) 12:53, Ana <ana@a.example>님이 작성:",
    "gmail tr": "Ana <ana@a.example>, 3 Haz 2024 Pzt, 12:53 tarihinde şunu yazdı:",
    "gmail ar": (
        "\u202bفي الاثنين، 3 يونيو 2024 في 12:53 م تمت كتابة ما يلي "
        "بواسطة \u202aAna\u202c\u200f <\u202aana@a.example\u202c\u200f>:\u202c"
    ),
    "gmail he": (
        "\u202bבתאריך יום ב׳, 3 ביוני 2024 ב-12:53 מאת \u202aAna\u202c\u200f <\u202aana@a.example\u202c\u200f>:\u202c"
    ),
    "gmail fi": "ma 3.6.2024 klo 12.53 Ana (ana@a.example) kirjoitti:",
    "gmail hu": "Ana <ana@a.example> ezt írta (időpont: 2024. jún. 3., Hét 12:53):",
    "yahoo fr": "Le lundi 3 juin 2024 à 12:53:00 UTC+2, Ana <ana@a.example> a écrit :",
    "yahoo es": "En lunes, 3 de junio de 2024, 12:53:00 GMT+2, Ana <ana@a.example> escribió:",
    "yahoo pt": "Em segunda-feira, 3 de junho de 2024 às 12:53:00 BRT, Ana <ana@a.example> escreveu:",
    "yahoo de": "Am Montag, 3. Juni 2024 um 12:53:00 MESZ hat Ana <ana@a.example> Folgendes geschrieben:",
    "yahoo it": "Il lunedì 3 giugno 2024 alle ore 12:53:00 CEST, Ana <ana@a.example> ha scritto:",
    "yahoo id": "Pada Senin, 3 Juni 2024 12.53.00 WIB, Ana <ana@a.example> menulis:",
    "yahoo tw": "Ana <ana@a.example> 於 2024年6月3日 星期一 下午12:53:00 [GMT+8] 寫道﹕",
    "yahoo old": "--- On Mon, 6/3/24, Ana <ana@a.example> wrote:",
    "aol": "In a message dated 6/3/2024 12:53:00 PM Eastern Daylight Time, ana@a.example writes:",
    "zimbra fr": "----- Le 3 Juin 24, à 12:53, Ana ana@a.example a écrit :",
    "zimbra en": "----- On 3 Jun, 2024, at 12:53, Ana ana@a.example wrote:",
    "notes en": "Ana Adams/ACME wrote on 06/03/2024 12:53:00 PM:",
    "notes de": "Ana Adams/ACME schrieb am 03.06.2024 12:53:00:",
    "notes dash": "-----Ana Adams/ACME wrote: -----",
    "notes dash de": "-----Ana Adams/ACME schrieb: -----",
    "proton": "On Monday, June 3rd, 2024 at 12:53 PM, Ana <ana@a.example> wrote:",
    "proton noyear": "On Monday, June 3rd, 2024 at 12:53, Ana ana@a.example wrote:",
    "tuta de": "3. Juni 2024, 12:53 von ana@a.example:",
    "tuta en": "Jun 3, 2024, 12:53 by ana@a.example:",
    "k9 de": "Am 3. Juni 2024 12:53:00 MESZ schrieb Ana <ana@a.example>:",
    "k9 en": "On June 3, 2024 12:53:00 PM GMT+02:00, Ana <ana@a.example> wrote:",
    "k9 fr": "Le 3 juin 2024 12:53:00 GMT+02:00, Ana <ana@a.example> a écrit :",
    "spark": "On 3 Jun 2024 at 12:53 +0200, Ana <ana@a.example>, wrote:",
    "spark de": "Am 3. Juni 2024, 12:53 +0200 schrieb Ana <ana@a.example>:",
    "spark old": "2024年6月3日 +0800 12:53 Ana <ana@a.example>，写道：",
    "superhuman": "On Mon, Jun 03, 2024 at 12:53 PM, Ana < ana@a.example > wrote:",
    "front": "On June 3, 2024 at 12:53 PM GMT+2 ana@a.example wrote:",
    "netease": '在 2024-06-03 12:53:00，"Ana" <ana@a.example> 写道：',
    "netease2": "在2024年6月3日 12:53，Ana<ana@a.example> 写道：",
    "netease3": "At 2024-06-03 12:53:00, ana@a.example wrote:",
    "mailmate": "On 3 Jun 2024, at 12:53, Ana Adams wrote:",
    "mutt": "On Mon, Jun 03, 2024 at 12:53:00PM +0200, Ana Adams wrote:",
    "gnus": "Ana Adams <ana@a.example> writes:",
    "gnus2": "On Mon, Jun 03 2024, Ana Adams wrote:",
    "kmail": "On Montag, 3. Juni 2024 12:53:00 CEST Ana Adams wrote:",
    "kmail de": "Am Montag, 3. Juni 2024, 12:53:00 CEST schrieb Ana Adams:",
    "evo": "On Mon, 2024-06-03 at 12:53 +0200, Ana Adams wrote:",
    "evo de": "Am Montag, dem 03.06.2024 um 12:53 +0200 schrieb Ana Adams:",
    "evo fr": "Le lundi 03 juin 2024 à 12:53 +0200, Ana Adams a écrit :",
    "roundcube": "On 2024-06-03 12:53, Ana Adams wrote:",
    "roundcube de": "Am 03.06.2024 12:53, schrieb Ana Adams:",
    "roundcube es": "El 2024-06-03 12:53, Ana Adams escribió:",
    "roundcube pl": "W dniu 2024-06-03 12:53, Ana Adams napisał(a):",
    "roundcube cs": "Dne 2024-06-03 12:53, Ana Adams napsal:",
    "roundcube pt": "Em 2024-06-03 12:53, Ana Adams escreveu:",
    "roundcube hu": "2024-06-03 12:53 időpontban Ana Adams ezt írta:",
    "roundcube ru": "Ana Adams писал 2024-06-03 12:53:",
    "roundcube ru2": "Ana Adams писал(а) 2024-06-03 12:53:",
    "roundcube ja": "2024-06-03 12:53 に Ana Adams さんは書きました:",
    "roundcube zh": "在 2024-06-03 12:53，Ana Adams 写道：",
    "roundcube tr": "2024-06-03 12:53 tarihinde Ana Adams yazdı:",
    "roundcube sv": "Den 2024-06-03 12:53, skrev Ana Adams:",
    "roundcube fi": "Ana Adams kirjoitti 2024-06-03 12:53:",
    "roundcube it": "Il 2024-06-03 12:53 Ana Adams ha scritto:",
    "roundcube nl": "Ana Adams schreef op 2024-06-03 12:53:",
    "roundcube ro": "Pe 2024-06-03 12:53, Ana Adams a scris:",
    "roundcube da": "Den 2024-06-03 12:53, skrev Ana Adams:",
    "roundcube id": "Pada 2024-06-03 12:53, Ana Adams menulis:",
    "roundcube el": "Στις 2024-06-03 12:53, Ana Adams έγραψε:",
    "roundcube uk": "Ana Adams писав 2024-06-03 12:53:",
    "roundcube lv": "2024-06-03 12:53, Ana Adams rakstīja:",
    "horde": "Quoting Ana Adams <ana@a.example>:",
    "horde de": "Zitat von Ana Adams <ana@a.example>:",
    "horde fr": "Ana Adams <ana@a.example> a écrit :",
    "horde es": "Ana Adams <ana@a.example> escribió:",
    "sogo": "On Monday, June 03, 2024 12:53 CEST, Ana <ana@a.example> wrote:",
    "owa ios de": "Am 03.06.2024 um 12:53 schrieb Ana Adams <ana@a.example>:",
    "ox": "On 06/03/2024 12:53 PM CEST Ana Adams <ana@a.example> wrote:",
    "ox de": "Ana Adams <ana@a.example> hat am 03.06.2024 12:53 CEST geschrieben:",
    "icloud ru": "3 июня 2024 г., в 12:53, Ana написал(а):",
    "mailru noemail": "Понедельник, 3 июня 2024, 12:53 +03:00 от Ana Adams <ana@a.example>:",
    "the bat ru": "Вы писали 3 июня 2024 г., 12:53:00:",
    "zoho": "---- On Mon, 03 Jun 2024 12:53:00 +0200 Ana Adams <ana@a.example> wrote ---",
    "zoho2": " ---- On Mon, 03 Jun 2024 12:53:00 +0200 ana@a.example wrote ----",
    "hey": "On June 3, 2024, Ana Adams <ana@a.example> wrote:",
    "fastmail": "On Mon, Jun 3, 2024, at 12:53 PM, Ana Adams wrote:",
    "laposte": 'Envoyé: lundi 3 juin 2024 12:53\nDe: "Ana" <ana@a.example>\nÀ: bo@b.example\nObjet: Offer',
    "free": (
        "----- Mail original -----\n"
        'De: "Ana" <ana@a.example>\n'
        "À: bo@b.example\n"
        "Envoyé: Lundi 3 Juin 2024 12:53:00\n"
        "Objet: Offer"
    ),
    "tonline": (
        "-----Original-Nachricht-----\n"
        "Betreff: Offer\n"
        "Datum: 2024-06-03T12:53:00+0200\n"
        'Von: "Ana" <ana@a.example>\n'
        'An: "Bo" <bo@b.example>'
    ),
    "proton old": ("‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐\nOn Monday, June 3, 2024 12:53 PM, Ana <ana@a.example> wrote:"),
    "qq2": (
        "---原始邮件---\n"
        '发件人: "Ana"<ana@a.example>\n'
        "发送时间: 2024年6月3日(周一) 中午12:53\n"
        '收件人: "Bo"<bo@b.example>;\n'
        "主题: Offer"
    ),
    "qq3": '------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "Ana" <ana@a.example>',
    "163 tbl": (
        "---- 回复的原邮件 ----\n"
        "| 发件人 | Ana<ana@a.example> |\n"
        "| 日期 | 2024年06月03日 12:53 |\n"
        "| 收件人 | Bo<bo@b.example> |\n"
        "| 主题 | Offer |"
    ),
    "163 tbl en": (
        "---- Replied Message ----\n"
        "| From | Ana<ana@a.example> |\n"
        "| Date | 06/03/2024 12:53 |\n"
        "| To | Bo<bo@b.example> |\n"
        "| Subject | Offer |"
    ),
    "dingtalk": (
        "------------------------------------------------------------------\n"
        "发件人：Ana <ana@a.example>\n"
        "发送时间：2024年6月3日(星期一) 12:53\n"
        "收件人：Bo <bo@b.example>\n"
        "主\u3000题：Offer"
    ),
    "naver": (
        "-----Original Message-----\n"
        'From: "Ana"<ana@a.example>\n'
        "To: <bo@b.example>;\n"
        "Cc:\n"
        "Sent: 2024-06-03 (월) 12:53:00 (GMT+09:00)\n"
        "Subject: Offer"
    ),
    "daum": (
        "--------- 원본 메일 ---------\n"
        "보낸사람 : Ana <ana@a.example>\n"
        "받는사람 : <bo@b.example>\n"
        "날짜 : 2024년 6월 03일(월) 12:53:00\n"
        "제목 : Offer"
    ),
    "samsung fr": (
        "-------- Message d'origine --------\n"
        "De : Ana <ana@a.example>\n"
        "Date : 03/06/2024 12:53 (GMT+01:00)\n"
        "À : Bo\n"
        "Objet : Offer"
    ),
    "samsung pt": (
        "-------- Mensagem original --------\n"
        "De: Ana <ana@a.example>\n"
        "Data: 03/06/2024 12:53 (GMT-03:00)\n"
        "Para: Bo\n"
        "Assunto: Offer"
    ),
    "samsung it": (
        "-------- Messaggio originale --------\n"
        "Da: Ana <ana@a.example>\n"
        "Data: 03/06/24 12:53 (GMT+01:00)\n"
        "A: Bo\n"
        "Oggetto: Offer"
    ),
    "samsung nl": (
        "-------- Oorspronkelijk bericht --------\n"
        "Van: Ana <ana@a.example>\n"
        "Datum: 03-06-2024 12:53 (GMT+01:00)\n"
        "Aan: Bo\n"
        "Onderwerp: Offer"
    ),
    "samsung ru": (
        "-------- Исходное сообщение --------\n"
        "От: Ana <ana@a.example>\n"
        "Дата: 03.06.2024 12:53 (GMT+03:00)\n"
        "Кому: Bo\n"
        "Тема: Offer"
    ),
    "samsung ja": (
        "-------- 元のメッセージ --------\n"
        "差出人: Ana <ana@a.example>\n"
        "日付: 2024/06/03 12:53 (GMT+09:00)\n"
        "宛先: Bo\n"
        "件名: Offer"
    ),
    "samsung ko": (
        "-------- 원본 이메일 --------\n"
        "발신: Ana <ana@a.example>\n"
        "날짜: 24/6/3 오후 12:53 (GMT+09:00)\n"
        "받은 사람: Bo\n"
        "제목: Offer"
    ),
    "samsung id": (
        "-------- Pesan asli --------\n"
        "Dari: Ana <ana@a.example>\n"
        "Tanggal: 03/06/24 12.53 (GMT+07:00)\n"
        "Kepada: Bo\n"
        "Subjek: Offer"
    ),
    "samsung tr": (
        "-------- Orijinal mesaj --------\n"
        "Kimden: Ana <ana@a.example>\n"
        "Tarih: 3.06.2024 12:53 (GMT+03:00)\n"
        "Alıcı: Bo\n"
        "Konu: Offer"
    ),
    "samsung vi": (
        "-------- Tin nhắn gốc --------\n"
        "Từ: Ana <ana@a.example>\n"
        "Ngày: 03/06/2024 12:53 (GMT+07:00)\n"
        "Đến: Bo\n"
        "Chủ đề: Offer"
    ),
    "samsung pl": (
        "-------- Oryginalna wiadomość --------\n"
        "Od: Ana <ana@a.example>\n"
        "Data: 03.06.2024 12:53 (GMT+01:00)\n"
        "Do: Bo\n"
        "Temat: Offer"
    ),
    "samsung cs": (
        "-------- Původní zpráva --------\n"
        "Od: Ana <ana@a.example>\n"
        "Datum: 03.06.24 12:53 (GMT+01:00)\n"
        "Komu: Bo\n"
        "Předmět: Offer"
    ),
    "samsung ar": (
        "-------- الرسالة الأصلية --------\n"
        "من: Ana <ana@a.example>\n"
        "التاريخ: 2024/6/3 12:53 (GMT+03:00)\n"
        "إلى: Bo\n"
        "الموضوع: Offer"
    ),
    "outlook mailto": (
        "Von: Ana Adams [mailto:ana@a.example] \nGesendet: Montag, 3. Juni 2024 12:53\nAn: Bo\nBetreff: Offer"
    ),
    "outlook mac de": (
        "Von: Ana <ana@a.example>\nDatum: Montag, 3. Juni 2024 um 12:53\nAn: Bo <bo@b.example>\nBetreff: Offer"
    ),
    "outlook mac fr": (
        "De : Ana <ana@a.example>\nDate : lundi, 3 juin 2024 à 12:53\nÀ : Bo <bo@b.example>\nObjet : Offer"
    ),
    "outlook mac es": (
        "De: Ana <ana@a.example>\nFecha: lunes, 3 de junio de 2024, 12:53\nPara: Bo <bo@b.example>\nAsunto: Offer"
    ),
    "outlook names only": (
        "From: Ana Adams\nSent: Monday, June 3, 2024 12:53 PM\nTo: Bo Berg\nCc: Cy\nSubject: RE: Offer"
    ),
    "outlook no colon time": "From: Ana Adams\nSent: Monday, June 3, 2024\nTo: Bo Berg\nSubject: RE: Offer",
    "outlook uk": "Від: Ana <ana@a.example>\nНадіслано: 3 червня 2024 р. 12:53\nКому: Bo\nТема: Offer",
    "outlook tw": "寄件者: Ana <ana@a.example>\n寄件日期: 2024年6月3日 下午 12:53\n收件者: Bo\n主旨: Offer",
    "outlook hr": "Šalje: Ana <ana@a.example>\nPoslano: 3. lipnja 2024. 12:53\nPrima: Bo\nPredmet: Offer",
    "outlook et": "Saatja: Ana <ana@a.example>\nSaatmisaeg: 3. juuni 2024 12:53\nAdressaat: Bo\nTeema: Offer",
    "outlook sl": "Od: Ana <ana@a.example>\nPoslano: ponedeljek, 03. junij 2024 12:53\nZa: Bo\nZadeva: Offer",
    "outlook no": "Fra: Ana <ana@a.example>\nSendt: mandag 3. juni 2024 12:53\nTil: Bo\nEmne: Offer",
    "outlook sk": "Od: Ana <ana@a.example>\nOdoslané: pondelok 3. júna 2024 12:53\nKomu: Bo\nPredmet: Offer",
    "outlook bg": "От: Ana <ana@a.example>\nИзпратено: понеделник, 3 юни 2024 г. 12:53\nДо: Bo\nОтносно: Offer",
    "outlook sr lat": "Od: Ana <ana@a.example>\nPoslato: 3. jun 2024. 12:53\nZa: Bo\nNaslov: Offer",
    "outlook ca": ("De: Ana <ana@a.example>\nEnviat el: dilluns, 3 de juny de 2024 12:53\nPer a: Bo\nTema: Offer"),
    "outlook lv": "No: Ana <ana@a.example>\nNosūtīts: pirmdiena, 3. jūnijs 2024 12:53\nKam: Bo\nTēma: Offer",
    "outlook lt": "Nuo: Ana <ana@a.example>\nIšsiųsta: 2024 m. birželio 3 d., 12:53\nKam: Bo\nTema: Offer",
    "outlook fa": "از: Ana <ana@a.example>\nارسال: دوشنبه 3 ژوئن 2024 12:53\nبه: Bo\nموضوع: Offer",
    "outlook id": "Dari: Ana <ana@a.example>\nDikirim: Senin, 03 Juni 2024 12.53\nKepada: Bo\nSubjek: Offer",
    "outlook ms": ("Daripada: Ana <ana@a.example>\nDihantar: Isnin, 3 Jun 2024 12:53 PTG\nKepada: Bo\nSubjek: Offer"),
    "outlook pt pt": "De: Ana <ana@a.example>\nEnviado: 3 de junho de 2024 12:53\nPara: Bo\nAssunto: Offer",
    "outlook ro": "De la: Ana <ana@a.example>\nTrimis: luni, 3 iunie 2024 12:53\nCătre: Bo\nSubiect: Offer",
    "outlook ro2": "From: Ana <ana@a.example>\nExpediat: luni, 3 iunie 2024 12:53\nCătre: Bo\nSubiect: Offer",
    "emclient": (
        "------ Original Message ------\n"
        'From "Ana" <ana@a.example>\n'
        'To "Bo" <bo@b.example>\n'
        "Date 03/06/2024 12:53:00\n"
        "Subject Offer"
    ),
    "emclient de": (
        "------ Originalnachricht ------\n"
        'Von "Ana" <ana@a.example>\n'
        'An "Bo" <bo@b.example>\n'
        "Datum 03.06.2024 12:53:00\n"
        "Betreff Offer"
    ),
    "emclient fr": '------ Message d\'origine ------\nDe : "Ana" <ana@a.example>',
    "zendesk": "##- Please type your reply above this line -##",
    "zendesk de": "##- Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein. -##",
    "zendesk fr": "##- Veuillez saisir votre réponse au-dessus de cette ligne -##",
    "zendesk es": "##- Por favor, escriba su respuesta por encima de esta línea -##",
    "freshdesk": "--- Please reply above this line ---",
    "helpscout": "-------- Reply above this line --------",
    "teamwork": "----- Reply above this line -----",
    "groove": "--- reply above this line ---",
    "github like": "=-=-=-=-= Please reply above this line =-=-=-=-=",
    "basecamp": "Write ABOVE THIS LINE to post a reply or view this on Basecamp",
    "wrike": "-- Please type your reply above this line --",
    "hotmail": "Date: Mon, 3 Jun 2024 12:53:00 +0000\nFrom: ana@a.example\nTo: bo@b.example\nSubject: Offer",
    "outlook cz owa": (
        "________________________________\n"
        "Od: Ana <ana@a.example>\n"
        "Odesláno: pondělí 3. června 2024 12:53\n"
        "Komu: Bo\n"
        "Předmět: Offer"
    ),
    "lotus block": (
        "From:   Ana Adams/ACME\n"
        "To:     Bo Berg/CLIENT@CLIENT,\n"
        "Cc:     Cy\n"
        "Date:   03.06.2024 12:53\n"
        "Subject:        Re: Offer"
    ),
    "lotus de": (
        "Von:    Ana Adams/ACME\nAn:     Bo Berg/CLIENT@CLIENT\nDatum:  03.06.2024 12:53\nBetreff:        Offer"
    ),
    "groupwise": ">>> Ana Adams <ana@a.example> 06/03/24 12:53 PM >>>",
    "groupwise2": '>>> On 6/3/2024 at 12:53 PM, in message <x@a.example>, "Ana"\n<ana@a.example> wrote:',
    "wrapped": (
        "On Mon, Jun 3, 2024 at 12:53 PM Ana Maria Alexandra Adams-Featherstonehaugh <\n"
        "ana.adams@department.a.example> wrote:"
    ),
    "wrapped2": "On Mon, Jun 3, 2024 at 12:53 PM Ana Adams\n<ana@a.example>\nwrote:",
    "wrapped blank": "On Mon, Jun 3, 2024 at 12:53 PM Ana Adams <ana@a.example>\n\nwrote:",
    "mailto": "On Mon, Jun 3, 2024 at 12:53 PM Ana Adams <ana@a.example<mailto:ana@a.example>> wrote:",
    "on behalf": "On Monday, 3 June 2024, Ana Adams <ana@a.example> wrote:",
    "gmail ios": "On Mon, Jun 3, 2024 at 12:53\u202fPM Ana Adams <ana@a.example> wrote:",
    "outlook dash de": (
        "-----Ursprüngliche Nachricht-----\n"
        "Von: Ana Adams <ana@a.example> \n"
        "Gesendet: Montag, 3. Juni 2024 12:53\n"
        "An: Bo\n"
        "Betreff: Offer"
    ),
    "via list": "On Mon, Jun 3, 2024 at 12:53 PM 'Ana Adams' via crm <crm@lists.example> wrote:",
    "html bold": (
        "*From:* Ana Adams <ana@a.example>\n*Sent:* Monday, June 3, 2024 12:53 PM\n*To:* Bo\n*Subject:* Offer"
    ),
    "no space de": 'Am 03.06.24, 12:53 schrieb "Ana Adams" <ana@a.example>:',
    "hi": "3 जून 2024 को 12:53 बजे, Ana <ana@a.example> ने लिखा:",
    "bn": "৩ জুন ২০২৪ তারিখে ১২:৫৩ এ Ana <ana@a.example> লিখেছেন:",
}

# What phones and programs add at the end
SENT_FROM = """
Sent from my iPhone
Sent from my iPad
Sent from my Samsung Galaxy smartphone.
Sent from my BlackBerry 10 smartphone.
Sent from my Verizon Wireless 4G LTE smartphone
Sent from my Windows 10 phone
Sent from my mobile
Sent from my phone, please excuse typos.
Sent from my mobile device. Please excuse brevity.
Sent from my Android device with K-9 Mail. Please excuse my brevity.
Sent from Yahoo Mail on Android
Sent from Yahoo Mail for iPhone
Sent from Mail for Windows
Sent from Mail for Windows 10
Sent from Outlook for iOS
Sent from Outlook Mobile
Sent from Proton Mail for iOS
Sent from Proton Mail for Android
Sent with Proton Mail secure email.
Sent with [Proton Mail](https://proton.me/) secure email.
Sent via Superhuman ( https://sprh.mn/?vip=ana@a.example )
Sent via Superhuman iOS
Sent with Spark
Sent from Spark
Sent from AOL Mobile Mail
Sent from the all new AOL app for Android
Sent from Gmail Mobile
Sent from my Huawei phone
Sent from my HTC
Sent via BlackBerry from T-Mobile
Sent from a mobile device
Sent from iCloud
Sent with Mailfence
Sent with Tutanota
Sent from Workspace ONE Boxer
Sent from Nine
Sent from BlueMail for Android
Get Outlook for iOS
Get Outlook for iOS<https://aka.ms/o0ukef>
Get Outlook for Android
Get BlueMail for Android
Get TypeApp for Android
Von meinem iPhone gesendet
Von meinem iPad gesendet
Von meinem/meiner Galaxy gesendet
Von meinem Samsung Galaxy Smartphone gesendet.
Von meinem Android-Gerät mit K-9 Mail gesendet.
Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.
Diese Nachricht wurde von meinem Android Gerät mit WEB.DE Mail gesendet.
Gesendet von Mail für Windows 10
Gesendet von Mail für Windows
Gesendet von Outlook für Android
Gesendet von meinem Handy
Gesendet mit der Telekom Mail App
Gesendet mit der WEB.DE Mail App
Gesendet mit der GMX iPhone App
Gesendet von unterwegs
Holen Sie sich Outlook für iOS
Outlook für Android herunterladen
Outlook für iOS beziehen
Laden Sie Outlook für Android herunter
Envoyé de mon iPhone
Envoyé depuis mon iPhone
Envoyé depuis mon appareil Galaxy
Envoyé de mon téléphone
Envoyé depuis l'application Mail Orange
Envoyé à partir d'Outlook pour Android
Envoyé depuis Yahoo Mail pour iPhone
Téléchargez Outlook pour Android
Obtenir Outlook pour iOS
Télécharger Outlook pour iOS
Provenance : Courrier pour Windows 10
Enviado desde mi iPhone
Enviado desde mi Samsung Mobile de Movistar
Enviado desde Yahoo Mail para Android
Enviado desde Correo para Windows 10
Enviado desde mi teléfono
Obtener Outlook para iOS
Obtener Outlook para Android
Enviado do meu iPhone
Enviado do meu smartphone Samsung Galaxy.
Enviado do Email para Windows 10
Enviado do Yahoo Mail para iPhone
Enviado via iPhone
Obter o Outlook para iOS
Obter Outlook para Android
Inviato da iPhone
Inviato da iPad
Inviato dal mio telefono Huawei
Inviato dal mio smartphone Samsung Galaxy.
Inviato da Posta per Windows 10
Inviato da Libero Mobile
Scarica Outlook per iOS
Ottieni Outlook per Android
Verzonden vanaf mijn iPhone
Verstuurd vanaf mijn iPhone
Verstuurd vanaf mijn Samsung-apparaat
Verzonden vanuit Mail voor Windows
Verstuurd met Spark
Outlook voor iOS downloaden
Outlook voor Android verkrijgen
Skickat från min iPhone
Skickat från min Samsung-telefon.
Skickat från E-post för Windows 10
Skaffa Outlook för iOS
Hämta Outlook för Android
Sendt fra min iPhone
Sendt fra min Samsung Galaxy-smartphone.
Sendt fra Mail til Windows 10
Hent Outlook til iOS
Få Outlook til Android
Sendt fra Outlook for iOS
Skaff deg Outlook for iOS
Last ned Outlook for Android
Lähetetty iPhonesta
Lähetetty puhelimestani
Lähetetty Sähköpostista Windowsille
Hanki Outlook Androidille
Wysłane z iPhone'a
Wysłane z iPhone
Wysłano z mojego iPhone'a
Wysłane z mojego smartfonu Samsung Galaxy.
Wysłane z telefonu
Wysłane z aplikacji Poczta dla systemu Windows
Pobierz program Outlook dla systemu Android
Pobierz aplikację Outlook dla systemu iOS
Odesláno z iPhonu
Odesláno z mého iPhone
Odesláno z mobilu
Odesláno z Pošty pro Windows
Získat Outlook pro Android
Stáhnout Outlook pro iOS
Odoslané z iPhonu
Odoslané z môjho telefónu
Získajte Outlook pre Android
Az iPhone-omról küldve
iPhone-ról küldve
Elküldve az iPhone-omról
Elküldve a Samsung Galaxy készülékemről
Az Outlook Android-alkalmazás letöltése
A Outlook for iOS beszerzése
Trimis de pe iPhone-ul meu
Trimis de pe iPhone
Trimis din Yahoo Mail pe Android
Obțineți Outlook pentru Android
Отправлено с iPhone
Отправлено с моего iPhone
Отправлено из мобильной Почты Mail.ru
Отправлено из мобильного приложения Яндекс Почты
Отправлено из Почты Mail для Android
Отправлено с устройства Samsung
Отправлено из Outlook для Android
Скачать Outlook для iOS
Получить Outlook для Android
Загрузите Outlook для Android
Надіслано з iPhone
Надіслано з мого iPhone
Надіслано з мобільного телефона
Отримати Outlook для Android
Изпратено от моя iPhone
Στάλθηκε από το iPhone μου
Εστάλη από το iPhone μου
Αποκτήστε το Outlook για Android
iPhone'umdan gönderildi
iPhone’umdan gönderildi
Samsung Galaxy akıllı telefonumdan gönderildi.
Android için Outlook'u edinin
iOS için Outlook'u edinin
Windows için Posta ile gönderildi
أرسلت من الـ iPhone
أُرسلت من الـ iPhone
تم الإرسال من هاتف Samsung Galaxy الذكي.
تم الإرسال من الـ iPhone
احصل على Outlook for Android
الحصول على Outlook لـ iOS
נשלח מה-iPhone שלי
נשלח מהטלפון החכם שלי מדגם Samsung Galaxy.
נשלח מ-Outlook עבור Android
השג את Outlook עבור iOS
发自我的 iPhone
发自我的iPhone
发自我的小米手机
发自我的华为手机
来自我的iPhone
發自我的 iPhone
从我的iPhone发送
從我的 iPhone 傳送
寄自我的手機
发送自 Windows 10 版邮件应用
发自 网易邮箱大师
发自网易邮箱手机智能版
获取 Outlook for Android
下载 Outlook for iOS
取得 Outlook for iOS
iPhoneから送信
私のiPhoneから送信
iPadから送信
Outlook for iOS を入手
Outlook for iOS をダウンロード
Android 版 Outlook を入手
Windows 版のメールから送信
Yahoo!メール for iPhoneから送信
スマートフォンから送信
나의 iPhone에서 보냄
내 iPhone에서 보냄
나의 Galaxy에서 보냄
iPhone에서 보냄
Android용 Outlook 다운로드
iOS용 Outlook 받기
네이버 메일앱에서 보냈습니다
ส่งจาก iPhone ของฉัน
ส่งจากสมาร์ทโฟน Samsung Galaxy ของฉัน
รับ Outlook สำหรับ iOS
Đã gửi từ iPhone của tôi
Được gửi từ iPhone của tôi
Gửi từ iPhone của tôi
Tải Outlook cho Android
Nhận Outlook cho iOS
Dikirim dari iPhone saya
Dikirim dari ponsel Samsung saya
Terkirim dari iPhone saya
Dikirim dari Yahoo Mail di Android
Dikirim dari HP saya
Dapatkan Outlook untuk Android
Dihantar daripada iPhone saya
Dihantar dari telefon saya
Dihantar daripada Yahoo Mail pada Android
Dapatkan Outlook untuk iOS
Saatnud minu iPhone
Išsiųsta iš mano iPhone
Sūtīts no mana iPhone
Poslano z mojega iPhona
Poslano s mog iPhonea
Poslato sa mog iPhone-a
Enviat des del meu iPhone
ارسال‌شده از iPhone من
मेरे iPhone से भेजा गया
""".strip().split("\n")

# Closing formulas, a bar for each line end
CLOSINGS = """
Best regards,|Ana Adams|Sales Manager|ACME Ltd.|Tel. +49 30 1234
Kind Regards|Ana
Best,|Ana
Cheers!|Ana
Thanks and kind regards,|Ana
Many thanks & best regards,|Ana
With best wishes,|Ana
Warmest regards,|Ana
BR,|Ana
Yours,|Ana
Love,|Mum
xx|Ana
Take care,|Ana
Have a nice day!|Ana
Mit freundlichen Grüßen / Best regards|Ana Adams
Mit freundlichen Grüßen / Kind regards|Ana Adams
Mit freundlichem Gruß|i. A. Ana Adams
Freundliche Grüsse|Ana Adams
Viele Grüße aus Berlin|Ana
Liebe Grüße,|Ana
Herzliche Grüße|Ihre Ana
Beste Grüße|Ana
LG Ana
VG, Ana
Gruß, Ana
MfG|Adams
Met vriendelijke groet, / Kind regards,|Ana
Met vriendelijke groet,|Ana Adams
Vriendelijke groeten,|Ana
Groetjes,|Ana
Hartelijke groeten|Ana
Cordialement,|Ana
Bien cordialement,|Ana
Bien à vous,|Ana
Cdt,|Ana
Bonne journée,|Ana
Bonne réception,|Ana
Sincères salutations|Ana
Saludos,|Ana
Saludos cordiales,|Ana
Un saludo,|Ana
Un cordial saludo|Ana
Reciba un cordial saludo,|Ana
Muchas gracias y saludos,|Ana
Atentamente,|Ana
Atte.|Ana
Atenciosamente,|Ana
Att,|Ana
Att.|Ana
Abs,|Ana
Abraço,|Ana
Com os melhores cumprimentos,|Ana
Cumprimentos|Ana
Melhores cumprimentos,|Ana
Cordiali saluti,|Ana
Cordiali saluti|Ana Adams
Distinti saluti|Ana
Grazie e saluti|Ana
Grazie e cordiali saluti|Ana
Un caro saluto|Ana
Buona giornata,|Ana
A presto,|Ana
Med vänliga hälsningar|Ana
Med vänlig hälsning / Best regards|Ana
Vänligen|Ana
Vänliga hälsningar,|Ana
Mvh|Ana
Mvh Ana
Hälsningar,|Ana
Med venlig hilsen / Best regards|Ana
Venlig hilsen|Ana
Med vennlig hilsen|Ana
Hilsen Ana
Ystävällisin terveisin|Ana
Ystävällisin terveisin,|Ana
Terveisin|Ana
Terv. Ana
Pozdrawiam,|Ana
Pozdrawiam serdecznie,|Ana
Serdecznie pozdrawiam|Ana
Z poważaniem,|Ana
Z wyrazami szacunku,|Ana
S pozdravem|Ana
S pozdravem,|Ana
S přátelským pozdravem|Ana
S pozdravom|Ana
Üdvözlettel,|Ana
Üdvözlettel:|Ana
Üdv,|Ana
Tisztelettel:|Ana
Köszönettel,|Ana
Cu stimă,|Ana
Cu respect,|Ana
O zi bună,|Ana
С уважением,|Ана
С уважением, Ана
С наилучшими пожеланиями,|Ана
Всего наилучшего|Ана
З повагою,|Ана
З повагою, Ана
Поздрави,|Ана
С уважение,|Ана
Με εκτίμηση,|Ana
Με φιλικούς χαιρετισμούς|Ana
Saygılarımla,|Ana
Saygılarımla|Ana
İyi çalışmalar,|Ana
İyi çalışmalar dilerim.|Ana
Teşekkürler, iyi çalışmalar|Ana
مع أطيب التحيات،|آنا
مع تحياتي|آنا
تحياتي،|آنا
وتفضلوا بقبول فائق الاحترام والتقدير|آنا
مع فائق الاحترام|آنا
בברכה,|אנה
בברכה|אנה
תודה,|אנה
此致|敬礼|安娜
祝好|安娜
祝好！|安娜
顺颂商祺|安娜
祝 商祺|安娜
此致敬礼！|安娜
谢谢！|安娜
謝謝，|安娜
敬上|安娜
以上、よろしくお願いいたします。|田中
よろしくお願いいたします。|田中
どうぞよろしくお願いいたします。|田中
何卒よろしくお願いいたします。|田中
よろしくお願い致します。|田中
宜しくお願い致します。|田中
よろしくお願いします。|田中
감사합니다.|김아나 드림
감사합니다.|김아나
김아나 드림
김아나 올림
ขอแสดงความนับถือ|อนา
ด้วยความเคารพ|อนา
ขอบคุณค่ะ|อนา
Trân trọng,|Ana
Trân trọng cảm ơn,|Ana
Thân mến,|Ana
Trân trọng./.|Ana
Salam,|Ana
Salam hormat,|Ana
Hormat saya,|Ana
Hormat kami,|Ana
Terima kasih,|Ana
Terima kasih.|Ana
Terima kasih dan salam,|Ana
Salam hangat,|Ana
Best regards / Salam,|Ana
Demikian, terima kasih.|Ana
Sekian, terima kasih.|Ana
Sekian terima kasih.|Ana
Yang benar,|Ana
Srdačan pozdrav,|Ana
Lp,|Ana
Lep pozdrav,|Ana
Pagarbiai|Ana
Ar cieņu,|Ana
Lugupidamisega|Ana
با احترام|آنا
सादर,|अना
Thanks!|Ana
Thanks in advance,|Ana
Thanks so much!|Ana
Thank you!|Ana
Thanks|Ana Adams, MD
Vielen Dank und viele Grüße|Ana
Danke und Grüße|Ana
Vielen Dank,|Ana
Merci,|Ana
Gracias,|Ana
Obrigado,|Ana
Grazie,|Ana
Tack!|Ana
Dziękuję,|Ana
Děkuji,|Ana
Köszönöm,|Ana
Спасибо,|Ана
Teşekkürler,|Ana
Cảm ơn,|Ana
~Ana
""".strip().split("\n")

# What stays as it is, whether the mail answers something or not
OWN_WORDS = {
    "on monday": "On Monday 3 June 2024 at 12:30 we meet in Berlin:\n- room 5\n- bring the contract",
    "on monday2": "On 3 June 2024 the parcel arrived.\nIt was broken.",
    "desk": "From: the desk of Ana\n\nHello all,\nthis is our news.",
    "codedash": "The patch:\n\n-- a/file.c\n++ b/file.c\n\nPlease apply.",
    "sql": (
        "Run this:\n\n-- drop the old table\nDROP TABLE x;\n-- make a new one\nCREATE TABLE x (a int);\n\nDoes it work?"
    ),
    "sent from mid": "The parcel was sent from my office in Rome yesterday.\nIt should arrive today.",
    "sent from mid2": "Where was it sent?\nSent from my brother's account, I think, but not sure.",
    "price": "Price list:\nFrom: 10 EUR\nTo: 20 EUR\nDate: tomorrow",
    "time agenda": "Agenda 3.6.2024:\n10:00 start\n11:00 end",
    "at time": "At 12:53 on 3 June 2024 the server crashed:\nERROR 500\nSee log",
    "log": "Log of 2024-06-03 12:53:00:\nline one\nline two",
    "email list": "Please add 2 people to the call at 10:00:\nbo@b.example\ncy@c.example",
    "email colon": "On Friday 7 June 2024 please invoice ana@a.example:\n5 pieces\n3 boxes",
    "he wrote": "My boss wrote:\nno more than 500 EUR.",
    "he wrote2": "In his last letter of 3 June 2024 he wrote that:\na) nothing works\nb) nobody cares",
    "regards": "Kind regards to your wife.\nSee you on Monday!",
    "best": "Which one is the\nbest\n\nof the two? I would take the blue one, but tell me.",
    "thanks first": "Thanks!\n\nI'll have a look and come back to you tomorrow.",
    "thanks first2": "Thanks,\n\nI'll have a look and come back to you tomorrow",
    "de danke": "Danke!\n\nDas passt so.",
    "ja thanks": "ありがとうございます。\n\n明日ご連絡します。",
    "ko thanks": "감사합니다.\n\n내일 다시 연락드리겠습니다",
    "ko greeting": "안녕하세요\n감사합니다\n주문을 취소해 주세요. 주문번호는 123입니다.",
    "zh thanks": "谢谢\n\n请发货到上海。",
    "id salam": "Salam\n\nSaya mau pesan 5 buah.",
    "id salam2": "Salam,\n\nSaya mau pesan 5 buah barang.\nTolong kirim ke Bandung.",
    "id terima": "Terima kasih\n\nSaya akan transfer besok.",
    "ms salam": "Salam,\nSaya ingin membatalkan pesanan.",
    "ja ijou": "以上\n\nの件、了解しました。",
    "tr iyi": "İyi günler dilerim,\nSiparişim gelmedi.",
    "it saluti": "Saluti,\nvorrei annullare l'ordine.",
    "sk": "Zdravím,\nchcel by som objednať 5 kusov.",
    "cs": "Zdraví,\ndoufám že slouží. Chci objednat.",
    "ro": "Cu respect,\nvă rog să anulați comanda 5.",
    "pl": "Dziękuję,\nproszę o fakturę.",
    "ru": "Спасибо\nЖду ответа по заказу 5",
    "ar": "تحياتي\nأريد إلغاء الطلب رقم 5",
    "uk": "Дякую\nчекаю на відповідь",
    "table": "Item | Price\n-----|------\nA | 5\nB | 6",
    "ruler": "Part one\n--------\ntext\n\nPart two\n--------\nmore text",
    "hr": "First thing.\n\n-----\n\nSecond thing.",
    "under": "Name: ____________\nDate: ____________\nSign here\n______________________________\nBo Berg",
    "form": "My data:\nSubject: Maths\nTo: study\nFrom: 2024-09-01",
    "flight": (
        "From: Berlin (BER) 10:30\nTo: Paris (CDG) 12:20\nDate: 3 June 2024\nPassengers: 2\n\nPlease book this flight."
    ),
    "flight de": "Von: Berlin 10:30\nNach: Paris 12:20\nDatum: 03.06.2024\n\nBitte buchen.",
    "flight id": "Dari: Jakarta 08:00\nKe: Surabaya 09:30\nTanggal: 3 Juni 2024\n\nTolong dipesan.",
    "dates fr": "De: Paris\nÀ: Lyon\nDate: 3 juin 2024 à 10:30\n\nMerci de réserver.",
    "list dash name": "I need\n\n- Bolts\n- Nuts",
    "order original": "The words\n\n*** Original ***\n\nare printed on the box.",
    "fwd colon": "I did this:\n\nForwarded message:\nI don't know what that means. Where do I click?",
    "begin": "Begin forwarded message is what the app shows, what now?",
    "mfg": (
        "Wir brauchen:\nMFG\nEine neue Maschine.\nBitte Angebot senden, gern auch per Fax an unsere Zentrale, danke."
    ),
    "att": "Att: Maria\n\nplease send the invoice.",
    "br": "Use\nbr\ntags in HTML, as in the example that you find on the page that I linked there.",
    "legal": "Yes, we accept.\n\nThis offer is confidential between us until Friday.",
    "ps": "Done.\n\nPS: the key is under the mat.",
    "gt arrow": "Steps:\n\n1. Click File\n2. -> Save as\n3. => OK",
    "num colon": "2024-06-03 12:53: server down\n2024-06-03 12:55: server up",
    "cal": "I am free:\nMon 3 Jun 2024 12:53\nTue 4 Jun 2024 10:00",
    "write": "Please reply above this line of products:\nA\nB",
    "above": "Sign above this line\nand send it back.",
    "orig": "Original message was lost, please send again.",
    "name only": "Bo",
    "sig like": (
        "Order\n"
        "--\n"
        "five pieces\n"
        "of each colour\n"
        "to our warehouse\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
        "item\n"
    ),
    "cheers": "Cheers",
    "von": "Von: 10.06.2024\nAn: 15.06.2024\nUrlaub bitte genehmigen.",
    "get outlook": "Get Outlook working first, then call me",
    "sent via": "Sent via DHL yesterday",
    "sent via2": "I have an update.\n\nSent via DHL yesterday, should arrive soon.",
    "enviado": "Hola,\n\nEnviado por DHL ayer. Número 123456",
    "skickat": "Hej\n\nSkickat från lagret igår",
    "elkuldve": "Szia,\n\nElküldve tegnap.",
    "gonderildi": "Merhaba,\n\nGönderildi.",
    "watashino": "以下の通りです。\n\n私の住所は東京都です",
    "lahetetty": "Hei,\n\nLähetetty eilen.",
    "otpravleno": "Здравствуйте\n\nОтправлено с курьером вчера",
    "dikirim": "Halo\n\nDikirim dari gudang kemarin",
    "nadislano": "Вітаю\n\nНадіслано з пошти вчора",
    "gesendet": "Hallo\n\nGesendet von Berlin nach Paris",
    "verzonden": "Hoi\n\nVerzonden met PostNL",
    "von meinem": "Hallo,\n\nvon meinem Konto wurde zu viel abgebucht",
    "envoye": "Bonjour,\n\nEnvoyé depuis Lyon hier",
}

# What stays in a mail that answers nothing
OWN_QUOTES = {
    "md quote": "The manual says:\n\n> Always restart.\n\nIs that right?",
    "md quote2": "> Always restart.\n\nIs that right?",
    "md mid": "Hi,\n\n> 5 pieces A\n> 3 pieces B\n\nplease.",
    "wrote": 'On 3 June 2024 your agent Eva <eva@acme.example> wrote:\n"You get a refund"\nWhere is it?',
    "orig": "I got a letter:\n\n-----\nDear customer\n-----\n\nIs this from you?",
}


@pytest.mark.parametrize("program", ABOVE)
@pytest.mark.parametrize("old", ["> Old words\n> in two lines", "Old words\nwithout marks"], ids=["marked", "unmarked"])
def test_the_old_message_is_told_from_the_new_words(program: str, old: str) -> None:
    reply = split_reply(f"New words.\n\n{ABOVE[program]}\n\n{old}\n")
    assert reply.reply == "New words."
    assert "Old words" in "\n".join(reply.quoted)


@pytest.mark.parametrize(
    "above", ["3. 6. 2024 v 12:53, Ana:", "Ana Adams writes:", "_" * 32], ids=["no verb", "no date", "hotmail"]
)
def test_less_is_asked_for_right_above_a_marked_quotation(above: str) -> None:
    assert split_reply(f"New words.\n\n{above}\n> Old words\n").reply == "New words."


@pytest.mark.parametrize("line", SENT_FROM)
def test_lines_that_phones_add(line: str) -> None:
    reply = split_reply(f"New words. Many of them.\n\n{line}\n")
    assert (reply.reply, reply.signature) == ("New words. Many of them.", line)


@pytest.mark.parametrize("closing", CLOSINGS)
def test_closing_formulas(closing: str) -> None:
    below = closing.replace("|", "\n")
    reply = split_reply(f"New words. Many of them.\n\n{below}\n")
    assert (reply.reply, reply.signature) == ("New words. Many of them.", below)


@pytest.mark.parametrize("name", OWN_WORDS)
@pytest.mark.parametrize("answer", [True, False])
def test_what_people_write_stays(name: str, answer: bool) -> None:
    assert split_reply(OWN_WORDS[name], answer=answer).reply.split() == OWN_WORDS[name].split()


@pytest.mark.parametrize("name", OWN_QUOTES)
def test_what_somebody_quotes_in_a_mail_that_answers_nothing_stays(name: str) -> None:
    raw = f"From: bo@b.example\nSubject: A question\nContent-Type: text/plain; charset=utf-8\n\n{OWN_QUOTES[name]}"
    assert read(parse(raw.encode())).reply_text.split() == OWN_QUOTES[name].split()


def test_a_help_desks_own_mail_is_not_empty() -> None:
    text = "##- Please type your reply above this line -##\n\nYour request 5 was solved.\n"
    assert split_reply(text).reply == "Your request 5 was solved."


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Yes On Wed, Apr 4, 2024 at 3:59 PM, bo@b.example wrote:\n> Old words", "Yes On Wed, Apr 4, 2024"),
        ("See <http://b.example/a\n> for more\n\nOn 4 Apr 2024, 3:59 Bo wrote:\n> Old words", "> for more"),
        ("New words\n2024/4/7 Bo Berg <bo@b.example>\n\n> Old words", "New words"),
        ("New words\n\nDate: Wed, 16 May 2024 00:15:02 -0600\nTo: bo@b.example\nOld words", "New words"),
        ("New words\n\n-----Antwort Nachricht-----\n\nOld words", "New words"),
        ("Date: Friday\nTo: the boss\n\nNew words", "New words"),
    ],
)
def test_own_words_beside_and_below_what_programs_write(text: str, new: str) -> None:
    reply = split_reply(text)
    assert new in reply.reply
    assert "Old words" not in reply.reply


CARD = "Bo Berg\nHead of Sales\nACME Ltd.\nTel. +49 30 1234567\nwww.b.example"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (f"Yes, please.\n\n{CARD}\n", "Yes, please."),
        (f"Yes, please.\n\n*{CARD.replace(chr(10), '*' + chr(10), 1)}\n\nSent from my iPhone\n", "Yes, please."),
        # an address that is to be used, and somebody else's
        (f"Please send it to:\n\n{CARD}\n", f"Please send it to:\n\n{CARD}"),
        (f"My colleague is\n\n{CARD.replace('Bo Berg', 'Cy Clark')}\n", "My colleague is\n\nCy Clark"),
        (f"{CARD}\n", CARD),
        ("Yes, please.\n\nBo Berg\n", "Yes, please.\n\nBo Berg"),
    ],
)
def test_the_senders_card_is_a_signature(text: str, new: str) -> None:
    raw = f"From: Bo Berg <bo@b.example>\nSubject: Re: Offer\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    view = read(parse(raw.encode()))
    assert view.reply_text.startswith(new)
    assert ("Sales" in view.signature) is (new == "Yes, please.")


@pytest.mark.parametrize(
    "signature",
    [
        "==============================\nBo Berg\nACME Ltd.\nTel: +49 30 1234\n==============================",
        "___________________\nBo Berg\nbo@b.example",
        "━━━━━━━━━━━━━━━\n株式会社ACME 田中太郎\n電話 03-1234-5678\n━━━━━━━━━━━━━━━",
        "Virenfrei. www.avast.example",
        "-- \nBo\n\n-- \nYou received this message because you are subscribed to a group.",
    ],
)
def test_signatures_between_rules_and_what_programs_add(signature: str) -> None:
    reply = split_reply(f"Yes, please.\n\n{signature}\n")
    assert (reply.reply, reply.signature) == ("Yes, please.", signature)


@pytest.mark.parametrize(
    "text",
    [
        "Please open an account:\n\n----------\nBo Berg\nbo@b.example\n----------",
        "Part one\n----------\nThis is the text of it.\n\nPart two\n----------\nCall me by phone on Monday, please.",
    ],
)
def test_rules_in_a_text_stay(text: str) -> None:
    assert split_reply(text).reply == text


# Help desks do not wrap their line; of these some wrapping is not told from text.
UNWRAPPED = (
    *("zendesk", "github like", "freshdesk", "helpscout", "wrike", "groupwise"),
    *("ox de", "zimbra fr", "yahoo es", "superhuman", "apple tr", "apple pl", "gmail hu"),
)


@pytest.mark.parametrize(
    "program", [p for p, text in ABOVE.items() if "\n" not in text and not p.startswith(UNWRAPPED)]
)
def test_attributions_wrapped_at_any_blank(program: str) -> None:
    text = ABOVE[program]
    blanks = [at for at, char in enumerate(text) if char == " " and 20 <= at < len(text) - 12]
    for at in blanks:
        wrapped = f"{text[:at]}\n{text[at + 1 :]}"
        assert split_reply(f"New words.\n\n{wrapped}\n> Old words\n").reply == "New words.", wrapped


@pytest.mark.parametrize(
    "own", ["See you on 3 June.", "Thanks, 5 pieces it is!", "Order 5 of 2024", "On Monday, then.", "Is 12:30 fine?"]
)
def test_own_words_right_above_an_attribution_stay(own: str) -> None:
    for above in (
        "On Mon, Jun 3, 2024 at 12:53 PM Ana <a@a.example> wrote:",
        '03.06.2024, 12:53, "Ana" <a@a.example>:',
    ):
        assert split_reply(f"{own}\n{above}\n> Old words\n").reply == own


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("Thanks,\nBo\n\nPlease also cancel order 55, it was wrong.", True),
        ("Best regards,\nBo\nACME\n\nCould you send the invoice to my new address, too?", True),
        ("MfG\nBo\n\nÜbrigens: bitte auch die Bestellung 7 stornieren.", True),
        ("谢谢\n王\n\n另外请把发票寄到我们上海的新地址。谢谢你的帮助。", True),
        ("Best regards,\nBo\n\nPlease consider the environment before printing this e-mail.", False),
        ("Mit freundlichen Grüßen\nBo\n\nDiese Nachricht ist vertraulich und nur für den Empfänger bestimmt.", False),
        ("Best regards,\nBo\n\nACME Ltd., registered in England, number 123456.", False),
    ],
)
def test_what_is_said_below_a_signature_is_kept(below: str, kept: bool) -> None:
    last = below.rsplit("\n", 1)[1]
    reply = split_reply(f"Yes, please.\n\n{below}\n")
    assert reply.reply == (f"Yes, please.\n\n{last}" if kept else "Yes, please.")

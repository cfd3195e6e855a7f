"""How mail programs mark quotations and forwards, by language (signatures: ``closings``).

One row a language: what Gmail, Outlook, Apple Mail, Thunderbird, Yahoo and the phones write. Everything is compared
case folded. To add a language, add a row to each table; ``tests/content`` has a case for each.
"""

from __future__ import annotations

from .tables import flat, rows

__all__ = ["FORWARDED", "LABELS", "LANGUAGES", "OPENERS", "ORIGINAL", "WROTE"]

# The verb of "On … Ana wrote:"
_WROTE = rows(
    """
en: wrote | writes
de: schrieb | schrieben | hat geschrieben
nl: schreef | heeft geschreven | geschreven
af: het geskryf | geskryf
sv: skrev
da: skrev | har skrevet
no: skrev | skreiv
is: skrifaði
fi: kirjoitti
et: kirjutas
lv: rakstīja
lt: rašė | parašė
fr: a écrit | écrivait
es: escribió | ha escrito
ca: va escriure | ha escrit
gl: escribiu
eu: idatzi du | igorleak hau idatzi du
pt: escreveu
it: ha scritto | scrisse
ro: a scris
pl: napisał | napisała | napisał(a) | pisze
cs: napsal | napsala | napsal(a)
sk: napísal | napísala | napísal(a)
hu: írta | ezt írta | írt
sl: je napisal | je napisala | je napisal/a | napisala | napisal
hr: je napisao | je napisala | je napisao/la | napisao je
sr: је написао | је написао/ла | је написала
bg: написа
mk: напиша
ru: написал | написала | написал(а) | пишет | писал
uk: пише | написав | написала | написав(-ла)
el: έγραψε | έγραψαν
tr: yazdı | şunları yazdı | şunu yazdı
az: yazdı
ar: كتب | كتبت
he: כתב | כתבה | מאת
fa: نوشت
hi: ने लिखा
zh: 写道 | 寫道 | 撰写 | 来信
ja: 書きました | 書き込みました | のメール | のメッセージ | wrote
ko: 작성 | 님이 작성 | 썼습니다
th: เขียนว่า | เขียน
vi: đã viết | viết
id: menulis | menuliskan
ms: menulis | telah menulis
tl: sumulat | ay sumulat
"""
)

# The word a line of that kind begins with
_OPENERS = rows(
    """
en: on | at
de: am
nl: op
af: op
sv: den
da: den
no: den | på
fr: le
es: el
ca: el
pt: em | a
it: il | in data
ro: în | pe | la
pl: dnia | w dniu | w dn.
cs: dne
sk: dňa | dne
sl: dne
hr: dana | u
et: kuupäeval
lt: on
el: στις | την
tr: tarihinde
ar: في | بتاريخ
he: בתאריך | ב
fa: در تاریخ | در
ru: в
zh: 在 | 于 | 於
vi: vào
id: pada
ms: pada
tl: noong
fi: on
ja: on
"""
)

# Labels of the header that is copied above the quotation
_FROM = rows(
    """
en: from | sender
de: von | absender
nl: van
af: van
sv: från
da: fra
no: fra
is: frá
fi: lähettäjä | keneltä
et: saatja | kellelt
lv: no | sūtītājs
lt: nuo | siuntėjas
fr: de | expéditeur
es: de | remitente
pt: de | remetente
it: da | mittente
ro: de la | expeditor
pl: od | nadawca
cs: od | odesílatel
sk: od | odosielateľ
hu: feladó | küldő
sl: od | pošiljatelj
hr: od | šalje | pošiljatelj
sr: од | шаље
bg: от
ru: от | отправитель | от кого
uk: від | відправник | від кого
el: από | αποστολέας
tr: kimden | gönderen
ar: من | المرسل
he: מאת | מ
fa: از | فرستنده
hi: प्रेषक | से
zh: 发件人 | 寄件者 | 寄件人 | 发自 | 發件人
ja: 差出人 | 送信者 | from
ko: 보낸 사람 | 보낸사람 | 발신
th: จาก | ผู้ส่ง
vi: từ | người gửi
id: dari | pengirim
ms: daripada | dari
tl: mula kay | mula sa
"""
)
_SENT = rows(
    """
en: sent | date | sent at
de: gesendet | datum | gesendet am
nl: verzonden | datum
af: gestuur | datum
sv: skickat | datum
da: sendt | dato
no: sendt | dato
is: sent | dagsetning
fi: lähetetty | päivämäärä | päiväys
et: saadetud | kuupäev
lv: nosūtīts | datums
lt: išsiųsta | data
fr: envoyé | date | envoyé le
es: enviado | fecha | enviado el
pt: enviado | enviada em | data | enviado em
it: inviato | data
ro: trimis | data | data trimiterii
pl: wysłano | data | wysłane
cs: odesláno | datum
sk: odoslané | dátum
hu: elküldve | dátum | küldve
sl: poslano | datum
hr: poslano | datum
sr: послато | датум
bg: изпратено | дата
ru: отправлено | дата
uk: надіслано | дата
el: στάλθηκε | ημερομηνία | απεστάλη
tr: gönderildi | tarih | gönderme tarihi
ar: تم الإرسال | التاريخ | أرسلت | تاريخ الإرسال
he: נשלח | תאריך
fa: ارسال شده | تاریخ
hi: भेजा गया | दिनांक
zh: 发送时间 | 寄件日期 | 日期 | 发送日期 | 傳送時間 | 時間 | 时间
ja: 送信日時 | 日付 | 日時 | date
ko: 보낸 날짜 | 날짜 | 보낸날짜
th: ส่ง | วันที่ | ส่งเมื่อ
vi: đã gửi | ngày
id: terkirim | tanggal | dikirim
ms: dihantar | tarikh
tl: ipinadala | petsa
"""
)
_TO = rows(
    """
en: to | cc | reply-to | bcc
de: an | cc | kopie | antwort an
nl: aan | cc
af: aan
sv: till | kopia
da: til | cc
no: til | kopi
is: til
fi: vastaanottaja | kopio | kenelle
et: adressaat | koopia | kellele
lv: kam | kopija
lt: kam | kopija
fr: à | cc | destinataire
es: para | cc
pt: para | cc
it: a | cc
ro: către | cc
pl: do | dw
cs: komu | kopie
sk: komu | kópia
hu: címzett | másolat
sl: za | kp
hr: za | prima | kopija
sr: за | прима
bg: до | копие
ru: кому | копия
uk: кому | копія
el: προς | κοιν.
tr: kime | bilgi | alıcı
ar: إلى | نسخة
he: אל | עותק
fa: به
hi: प्रति
zh: 收件人 | 抄送 | 收件者 | 副本
ja: 宛先 | cc | to
ko: 받는 사람 | 받는사람 | 참조
th: ถึง | สำเนาถึง
vi: đến | tới
id: kepada | ke | cc
ms: kepada | ke | cc
tl: kay | para kay
"""
)
_SUBJECT = rows(
    """
en: subject | importance | attachments
de: betreff
nl: onderwerp
af: onderwerp
sv: ämne
da: emne
no: emne
is: efni
fi: aihe
et: teema
lv: tēma
lt: tema
fr: objet | sujet
es: asunto
pt: assunto
it: oggetto
ro: subiect
pl: temat
cs: předmět
sk: predmet
hu: tárgy
sl: zadeva
hr: predmet
sr: наслов | предмет
bg: тема | относно
ru: тема
uk: тема
el: θέμα
tr: konu
ar: الموضوع
he: נושא
fa: موضوع
hi: विषय
zh: 主题 | 主旨 | 主題
ja: 件名 | subject
ko: 제목
th: เรื่อง | หัวเรื่อง
vi: chủ đề | tiêu đề
id: subjek | perihal
ms: subjek | perkara
tl: paksa
"""
)

# What stands between dashes above the quotation
_ORIGINAL = rows(
    """
en: original message | original | original appointment | reply message | reply above this line
de: ursprüngliche nachricht | originalnachricht | original-nachricht | original nachricht | urspr. nachricht
nl: oorspronkelijk bericht | origineel bericht
sv: ursprungligt meddelande | originalmeddelande
da: oprindelig meddelelse | oprindelig besked
no: opprinnelig melding
fi: alkuperäinen viesti
et: algsõnum | algne sõnum
lv: sākotnējais ziņojums
lt: pradinis laiškas | originalus laiškas
fr: message d'origine | message original | message d’origine
es: mensaje original
ca: missatge original
pt: mensagem original
it: messaggio originale
ro: mesaj original | mesajul original
pl: wiadomość oryginalna | oryginalna wiadomość | treść oryginalnej wiadomości
cs: původní zpráva | původní e-mail
sk: pôvodná správa
hu: eredeti üzenet
sl: izvirno sporočilo
hr: izvorna poruka | originalna poruka
sr: оригинална порука
bg: оригинално съобщение
ru: исходное сообщение | оригинальное сообщение
uk: оригінальне повідомлення | початкове повідомлення
el: αρχικό μήνυμα
tr: orijinal mesaj | özgün ileti
ar: الرسالة الأصلية
he: הודעה מקורית
fa: پیام اصلی
zh: 原始邮件 | 邮件原件 | 原始郵件 | 原邮件 | 原始信息
ja: 元のメッセージ | original message
ko: 원본 메시지 | 원본 메일 | 원본메일
th: ข้อความต้นฉบับ
vi: thư gốc | tin nhắn gốc
id: pesan asli | pesan asal
ms: mesej asal
"""
)
_FORWARDED = rows(
    """
en: forwarded message | begin forwarded message | forwarded by | forwarded conversation
de: weitergeleitete nachricht | anfang der weitergeleiteten nachricht | weitergeleitete nachricht -
nl: doorgestuurd bericht | begin doorgestuurd bericht
sv: vidarebefordrat meddelande | vidarebefordrat brev | vidarebefordrat mejl
da: videresendt meddelelse | start på videresendt besked | videresendt besked
no: videresendt melding | videresendt e-post
fi: välitetty viesti | edelleenlähetetty viesti
et: edastatud sõnum
lt: persiųstas laiškas
lv: pārsūtīts ziņojums
fr: message transféré | début du message transféré | message réexpédié | forwarded message
es: mensaje reenviado | inicio del mensaje reenviado | forwarded message
ca: missatge reenviat
pt: mensagem encaminhada | início da mensagem reencaminhada | mensagem reencaminhada
it: messaggio inoltrato | inizio messaggio inoltrato
ro: mesaj redirecționat | mesaj redirecţionat
pl: wiadomość przekazana dalej | przekazana wiadomość | początek przekazywanej wiadomości
cs: přeposlaná zpráva | začátek přeposlané zprávy
sk: preposlaná správa
hu: továbbított üzenet | továbbított levél
sl: posredovano sporočilo
hr: proslijeđena poruka
sr: прослеђена порука
bg: препратено съобщение
ru: пересылаемое сообщение | начало переадресованного сообщения | перенаправленное сообщение
uk: переслане повідомлення | переадресоване повідомлення
el: προωθημένο μήνυμα
tr: yönlendirilmiş mesaj | iletilmiş mesaj | iletilen ileti
ar: رسالة معاد توجيهها | الرسالة المعاد توجيهها
he: הודעה שהועברה
fa: پیام هدایت‌شده | پیام ارجاعی
zh: 转发的邮件 | 轉寄郵件 | 转发邮件 | 已轉寄郵件 | 转发邮件信息
ja: 転送されたメッセージ | 転送メッセージ | 転送 | forwarded message
ko: 전달된 메일 | 전달된 메시지 | forwarded message
th: ข้อความที่ส่งต่อ
vi: thư đã chuyển tiếp | tin nhắn được chuyển tiếp
id: pesan terusan | pesan diteruskan
ms: mesej yang dimajukan | mesej dikirim semula
"""
)

LANGUAGES = tuple(name for name, _ in _WROTE)
WROTE = flat(_WROTE)
OPENERS = flat(_OPENERS)
ORIGINAL = frozenset(flat(_ORIGINAL))
FORWARDED = flat(_FORWARDED)
LABELS: dict[str, str] = {
    label: kind
    for kind, table in (("subject", _SUBJECT), ("to", _TO), ("sent", _SENT), ("from", _FROM))
    for label in flat(table)
}

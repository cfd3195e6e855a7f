"""The labels of the header that mail programs copy above a quotation, by language. See ``languages``."""

from __future__ import annotations

from .tables import flat, rows

__all__ = ["LABELS"]

_FROM = rows(
    """
en: from | sender
de: von | absender
nl: van | afzender
af: van
sv: från | avsändare
da: fra | afsender
no: fra | avsender
is: frá
fi: lähettäjä | keneltä
et: saatja | kellelt
lv: no | sūtītājs
lt: nuo | siuntėjas
fr: de | expéditeur
es: de | remitente
pt: de | remetente
it: da | mittente
ro: de la | expeditor | expeditorul
pl: od | nadawca | nadawca wiadomości
cs: od | odesílatel
sk: od | odosielateľ
hu: feladó | küldő
sl: od | pošiljatelj
hr: od | šalje | pošiljatelj | pošiljalac
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
zh: 发件人 | 寄件者 | 寄件人 | 发自 | 發件人 | 发信人 | 寄信人
ja: 差出人 | 送信者 | from | 送信元
ko: 보낸 사람 | 보낸사람 | 발신 | 발신자 | 보낸이 | 보낸 이
th: จาก | ผู้ส่ง
vi: từ | người gửi
id: dari | pengirim
ms: daripada | dari
tl: mula kay | mula sa
ca: de
bn: থেকে
"""
)
_SENT = rows(
    """
en: sent | date | sent at | date sent | sent on
de: gesendet | datum | gesendet am | gesendet um | datum/uhrzeit
nl: verzonden | datum | verzonden op
af: gestuur | datum
sv: skickat | datum
da: sendt | dato
no: sendt | dato
is: sent | dagsetning
fi: lähetetty | päivämäärä | päiväys
et: saadetud | kuupäev | saatmisaeg
lv: nosūtīts | datums
lt: išsiųsta | data
fr: envoyé | date | envoyé le | message du
es: enviado | fecha | enviado el
pt: enviado | enviada em | data | enviado em
it: inviato | data
ro: trimis | data | data trimiterii | expediat | dată
pl: wysłano | data | wysłane | data wysłania
cs: odesláno | datum
sk: odoslané | dátum
hu: elküldve | dátum | küldve
sl: poslano | datum
hr: poslano | datum | poslato
sr: послато | датум
bg: изпратено | дата
ru: отправлено | дата
uk: надіслано | дата | відправлено
el: στάλθηκε | ημερομηνία | απεστάλη
tr: gönderildi | tarih | gönderme tarihi | gönderilen
ar: تم الإرسال | التاريخ | أرسلت | تاريخ الإرسال
he: נשלח | תאריך
fa: ارسال شده | تاریخ | ارسال
hi: भेजा गया | दिनांक
zh: 发送时间 | 寄件日期 | 日期 | 发送日期 | 傳送時間 | 時間 | 时间 | 发件日期 | 发件时间 | 寄件時間 | 傳送日期
ja: 送信日時 | 日付 | 日時 | date | 送信日
ko: 보낸 날짜 | 날짜 | 보낸날짜 | 보낸 시간 | 일시 | 발신 날짜
th: ส่ง | วันที่ | ส่งเมื่อ
vi: đã gửi | ngày
id: terkirim | tanggal | dikirim | dikirimkan
ms: dihantar | tarikh | tarikh dihantar
tl: ipinadala | petsa
ca: enviat el | enviat | data
"""
)
_TO = rows(
    """
en: to | cc | reply-to | bcc
de: an | cc | kopie | antwort an | an (empfänger) | empfänger | kopie (cc)
nl: aan | cc | naar | antwoord aan | kopie | beantwoorden - aan
af: aan
sv: till | kopia | svara till
da: til | cc | svar til | kopi
no: til | kopi | svar til
is: til
fi: vastaanottaja | kopio | kenelle | vastaus
et: adressaat | koopia | kellele
lv: kam | kopija
lt: kam | kopija
fr: à | cc | destinataire | copie à | copie | pour | répondre à
es: para | cc | copia | responder a
pt: para | cc | cópia | responder a
it: a | cc | per conoscenza | ccn | rispondi a | risposta
ro: către | cc | destinatarul | răspuns către
pl: do | dw | kopia | odpowiedź-do | adresat
cs: komu | kopie | příjemce | odpověď na
sk: komu | kópia | príjemca | pre | odpovedať-pre
hu: címzett | másolat | címzettek | másolatot kap | válaszcím
sl: za | kp
hr: za | prima | kopija | primalac | odgovori na
sr: за | прима
bg: до | копие
ru: кому | копия | копии | ответ-кому
uk: кому | копія | кому відповісти
el: προς | κοιν.
tr: kime | bilgi | alıcı | kopya | yanıt adresi
ar: إلى | نسخة
he: אל | עותק
fa: به
hi: प्रति
zh: 收件人 | 抄送 | 收件者 | 副本 | 收信人 | 抄送人 | 副本抄送
ja: 宛先 | cc | to | 送信先
ko: 받는 사람 | 받는사람 | 참조 | 받은 사람 | 받는이 | 수신 | 수신자
th: ถึง | สำเนาถึง
vi: đến | tới | đồng gửi
id: kepada | ke | cc | tembusan
ms: kepada | ke | cc | salinan | tembusan
tl: kay | para kay
ca: per a | a
"""
)
_SUBJECT = rows(
    """
en: subject | importance | attachments
de: betreff | betr.
nl: onderwerp
af: onderwerp
sv: ämne | ärende
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
it: oggetto | soggetto
ro: subiect | subiectul
pl: temat
cs: předmět
sk: predmet
hu: tárgy
sl: zadeva
hr: predmet | naslov
sr: наслов | предмет
bg: тема | относно
ru: тема
uk: тема | предмет
el: θέμα
tr: konu
ar: الموضوع
he: נושא
fa: موضوع
hi: विषय | विषय
zh: 主题 | 主旨 | 主題 | 标题
ja: 件名 | subject
ko: 제목
th: เรื่อง | หัวเรื่อง
vi: chủ đề | tiêu đề
id: subjek | perihal | hal | judul
ms: subjek | perkara
tl: paksa
ca: assumpte | tema
"""
)

LABELS: dict[str, str] = {
    label: kind
    for kind, table in (("subject", _SUBJECT), ("to", _TO), ("sent", _SENT), ("from", _FROM))
    for label in flat(table)
}

"""How mail programs mark quotations and forwards, by language (signatures: ``closings``).

One row a language: what Gmail, Outlook, Apple Mail, Thunderbird, Yahoo and the phones write (the labels of copied
headers are in ``labels``). Everything is compared case folded. To add a language, add a row to each table;
``tests/content`` has a case for each.
"""

from __future__ import annotations

from .tables import flat, rows

__all__ = ["FORWARDED", "LANGUAGES", "OPENERS", "ORIGINAL", "QUOTING", "REPLY_ABOVE", "SAID", "WROTE"]

# The verb of "On … Ana wrote:"
_WROTE = rows(
    """
en: wrote | writes
de: schrieb | schrieben | geschrieben
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
pl: napisał | napisała | napisał(a) | napisana przez | pisze
cs: napsal | napsala | napsal(a)
sk: napísal | napísala | napísal(a)
hu: írta | ezt írta | írt
sl: je napisal | je napisala | je napisal/a | napisala | napisal | napisal(a)
hr: je napisao | je napisala | napisao/la | napisao je | napisao/la je
sq: shkroi
sr: је написао | је написао/ла | је написала
bg: написа
mk: напиша
ru: написал | написала | написал(а) | пишет | писал | писал(а) | писали
uk: пише | написав | написала | написав(-ла) | писав | писав(-ла)
kk: жазды
ka: დაწერა | წერს
el: έγραψε | έγραψαν
tr: yazdı | şunları yazdı | şunu yazdı
az: yazdı
ar: كتب | كتبت | كتب/كتبت | تمت كتابة ما يلي بواسطة
he: כתב | כתבה | כתב/ה | מאת
ur: نے لکھا
sw: aliandika
fa: نوشت
hi: ने लिखा
bn: লিখেছেন
zh: 写道 | 寫道 | 撰写 | 来信
ja: 書きました | 書き込みました | のメール | のメッセージ | wrote
ko: 작성 | 님이 작성 | 썼습니다 | 쓴 글
th: เขียนว่า | เขียน
vi: đã viết | viết
id: menulis | menuliskan
ms: menulis | telah menulis
tl: sumulat | ay sumulat
"""
)

# Verbs of talk, which tell of a quotation only where a marked one stands right below
_SAID = rows(
    """
en: said | says
de: sagte
nl: zei
fr: a dit
es: dijo
pt: disse
it: ha detto
pl: powiedział | powiedziała
ru: сказал | сказала
zh: 说道 | 說道
id: berkata
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
sr: дана
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

# What stands between dashes above the quotation
_ORIGINAL = rows(
    """
en: original message | original | original appointment | original mail | reply message | replied message
de: ursprüngliche nachricht | originalnachricht | original-nachricht | original nachricht | urspr. nachricht |
    ursprüngliche mail | antwort nachricht
nl: oorspronkelijk bericht | origineel bericht
sv: ursprungligt meddelande | originalmeddelande
da: oprindelig meddelelse | oprindelig besked
no: opprinnelig melding
fi: alkuperäinen viesti
et: algsõnum | algne sõnum
lv: sākotnējais ziņojums
lt: pradinis laiškas | originalus laiškas
fr: message d'origine | message original | message d’origine | mail original
es: mensaje original | correo original
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
zh: 原始邮件 | 邮件原件 | 原始郵件 | 原邮件 | 原始信息 | 回复的原邮件 | 原始訊息
ja: 元のメッセージ | original message
ko: 원본 메시지 | 원본 메일 | 원본메일 | 원본 이메일
hi: मूल संदेश
th: ข้อความต้นฉบับ
vi: thư gốc | tin nhắn gốc
id: pesan asli | pesan asal
ms: mesej asal
"""
)
_FORWARDED = rows(
    """
en: forwarded message | begin forwarded message | forwarded by | forwarded conversation
de: weitergeleitete nachricht | weitergeleiteten nachricht | weitergeleitet von
nl: doorgestuurd bericht | doorgestuurd door
sv: vidarebefordrat meddelande | vidarebefordrat brev | vidarebefordrat mejl | vidarebefordrat av
da: videresendt meddelelse | videresendt besked | videresendt af
no: videresendt melding | videresendt e-post | videresendt av
fi: välitetty viesti | edelleenlähetetty viesti
et: edastatud sõnum
lt: persiųstas laiškas
lv: pārsūtīts ziņojums
fr: message transféré | message réexpédié | transféré par | message transmis
es: mensaje reenviado | reenviado por
ca: missatge reenviat
pt: mensagem encaminhada | mensagem reencaminhada | mensagem reenviada | encaminhado por
it: messaggio inoltrato | inoltrato da
ro: mesaj redirecționat | mesaj redirecţionat | mesajului redirecționat | mesajul redirecționat |
    mesajul redirecţionat
pl: wiadomość przekazana dalej | przekazana wiadomość | przekazywanej wiadomości | przekazanej wiadomości |
    wiadomość przesłana dalej | przesłane przez | treść przekazanej wiadomości
cs: přeposlaná zpráva | přeposlané zprávy | přeposílané zprávy
sk: preposlaná správa | preposlanej správy
hu: továbbított üzenet | továbbított levél
sl: posredovano sporočilo
hr: proslijeđena poruka | proslijeđenu poruku
sr: прослеђена порука
bg: препратено съобщение
ru: пересылаемое сообщение | переадресованного сообщения | перенаправленное сообщение | пересланное сообщение |
    пересылаемого сообщения
uk: переслане повідомлення | переадресоване повідомлення | пересланого листа | листа, що пересилається |
    перенаправлене повідомлення | пересланого повідомлення
el: προωθημένο μήνυμα | προωθημένου μηνύματος
tr: yönlendirilmiş mesaj | iletilmiş mesaj | iletilen ileti | yönlendirilen mesaj | ileti başlangıcı
ar: رسالة معاد توجيهها | الرسالة المعاد توجيهها | الرسالة المُعاد توجيهها | رسالة مُعاد توجيهها
he: הודעה שהועברה
fa: پیام هدایت‌شده | پیام ارجاعی
zh: 转发的邮件 | 轉寄郵件 | 转发邮件 | 已轉寄郵件 | 转发邮件信息 | 轉寄的郵件 | 转发的原邮件 | 被转发邮件信息
ja: 転送されたメッセージ | 転送メッセージ | 転送 | メッセージを転送
ko: 전달된 메일 | 전달된 메시지 | 전달된 이메일
th: ข้อความที่ส่งต่อ
vi: thư đã chuyển tiếp | tin nhắn được chuyển tiếp | thư được chuyển tiếp | thư chuyển tiếp
id: pesan terusan | pesan diteruskan | pesan yang diteruskan
ms: mesej yang dimajukan | mesej dikirim semula | mesej yang dikirim semula | mesej dimajukan
"""
)

# What web mailers of the Horde kind begin an attribution with
_QUOTING = rows(
    """
en: quoting
de: zitat von
fr: citation de
es: citando a | mensaje citado por
ca: missatge de
pt: citando | citado por
it: citando
nl: citeren
sv: citerar
da: citerer
pl: cytowanie
cs: citát
ru: цитирование
"""
)

# The line of help desks above which an answer is to be written
_REPLY_ABOVE = rows(
    """
en: above this line
de: oberhalb dieser zeile | über dieser zeile | über diese zeile
nl: boven deze regel | boven deze lijn
sv: ovanför denna rad | ovanför den här raden
da: over denne linje
no: over denne linjen
fi: tämän rivin yläpuolelle
fr: au-dessus de cette ligne
es: encima de esta línea | sobre esta línea
pt: acima desta linha
it: sopra questa riga | sopra questa linea
pl: powyżej tej linii | nad tą linią
cs: nad tento řádek | nad tuto čáru
hu: e sor fölé
ru: выше этой строки | выше этой линии | над этой строкой | над этой чертой
uk: вище цього рядка | над цим рядком
tr: bu satırın üzerine | bu satırın üstüne
zh: 在此行上方 | 在此行之上 | 在该行上方 | 在這行上方
ja: この行より上 | この行の上
ko: 이 줄 위 | 이 행 위
vi: phía trên dòng này | trên dòng này
th: เหนือบรรทัดนี้
id: di atas baris ini | di atas garis ini
ms: di atas baris ini | di atas garisan ini
"""
)

LANGUAGES = tuple(name for name, _ in _WROTE)
WROTE = flat(_WROTE)
OPENERS = flat(_OPENERS)
ORIGINAL = frozenset(flat(_ORIGINAL))
FORWARDED = flat(_FORWARDED)
QUOTING = flat(_QUOTING)
SAID = flat(_SAID)
REPLY_ABOVE = flat(_REPLY_ABOVE)

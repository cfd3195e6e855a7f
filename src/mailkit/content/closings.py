"""How mails end, by language: the phones' signatures and closing formulas. See ``languages``."""

from __future__ import annotations

from .tables import flat, rows

__all__ = ["CLOSINGS", "MOBILE", "THANKS"]

# "Sent from my phone": beginnings of a short last line
_MOBILE = rows(
    """
en: sent from | sent via | sent using | get outlook for | sent with
de: von meinem | gesendet von | gesendet mit | diese nachricht wurde von | holen sie sich outlook | outlook für
nl: verzonden vanaf | verstuurd vanaf | verzonden met | verstuurd met | outlook voor | download outlook
sv: skickat från | skickades från | hämta outlook
da: sendt fra | hent outlook
no: sendt fra | last ned outlook
fi: lähetetty | hanki outlook
fr: envoyé de mon | envoyé depuis | envoyé à partir | télécharger outlook | obtenez outlook
es: enviado desde | obtener outlook | enviado con
ca: enviat des de
pt: enviado do | enviado a partir | enviado pelo | obter o outlook
it: inviato da | scarica outlook | ottieni outlook
ro: trimis de pe | trimis din
pl: wysłane z | wysłano z | pobierz aplikację outlook
cs: odesláno z | odesláno ze | získejte outlook
sk: odoslané z
hu: az iphone-omról | elküldve | iphone-ról küldve
el: στάλθηκε από
tr: iphone'umdan | gönderildi | android için
ru: отправлено с | отправлено из | скачать outlook
uk: надіслано з | відправлено з
ar: أرسلت من | تم الإرسال من
he: נשלח מ
zh: 发自我的 | 從我的 | 从我的 | 获取 outlook | 來自我的 | 下载 outlook
ja: iphoneから送信 | 私の | outlook for ios を入手 | outlook for android を入手
ko: 나의 iphone에서 | 내 iphone에서
th: ส่งจาก
vi: được gửi từ | đã gửi từ
id: dikirim dari | terkirim dari | dapatkan outlook
ms: dihantar dari | dihantar daripada | dapatkan outlook
"""
)

# Closing formulas that stand alone on their line
_CLOSINGS = rows(
    """
en: regards | best regards | kind regards | warm regards | best | best wishes | all the best | cheers | sincerely |
    yours sincerely | sincerely yours | yours faithfully | yours truly | many thanks and best regards | with kind
    regards | thanks and regards | thanks & regards | thanks & best regards | with best regards | respectfully |
    kindest regards | rgds | br | kr | cordially | with regards
de: mit freundlichen grüßen | mit freundlichen grüssen | mit freundlichem gruß | freundliche grüße | freundliche
    grüsse |
    viele grüße | viele grüsse | liebe grüße | beste grüße | beste grüsse | mit besten grüßen | herzliche grüße | mfg
    | lg | vg | hochachtungsvoll | schöne grüße | gruß | grüße | besten gruß | lieben gruß
nl: met vriendelijke groet | met vriendelijke groeten | vriendelijke groet | groeten | mvg | hartelijke groet | groet
af: vriendelike groete
sv: med vänlig hälsning | med vänliga hälsningar | vänliga hälsningar | mvh | hälsningar | bästa hälsningar | hälsning
da: med venlig hilsen | venlig hilsen | mvh | kh | de bedste hilsner | hilsen | bedste hilsner | vh | kærlig hilsen
no: med vennlig hilsen | vennlig hilsen | mvh | hilsen | beste hilsen
is: bestu kveðjur | kveðja
fi: ystävällisin terveisin | terveisin | yst. terv | parhain terveisin
et: lugupidamisega | parimate soovidega | tervitades
lv: ar cieņu
lt: pagarbiai
fr: cordialement | bien cordialement | bien à vous | sincères salutations | salutations | meilleures salutations |
    cdlt |
    cordiales salutations | amicalement | très cordialement
es: saludos | un saludo | saludos cordiales | atentamente | cordialmente | un cordial saludo | atte
ca: salutacions | una salutació | atentament
pt: atenciosamente | cumprimentos | abraços | att | com os melhores cumprimentos | melhores cumprimentos |
    cordialmente |
    abraço
it: cordiali saluti | distinti saluti | saluti | cordialmente | un saluto | buona giornata e cordiali saluti
ro: cu stimă | cu respect | toate cele bune
pl: pozdrawiam | z poważaniem | z powazaniem | pozdrowienia | łączę pozdrowienia | z wyrazami szacunku | pozdr
cs: s pozdravem | s přátelským pozdravem | hezký den | zdraví
sk: s pozdravom | s úctou
hu: üdvözlettel | tisztelettel | üdv | köszönettel és üdvözlettel
sl: lep pozdrav | lp | s spoštovanjem
hr: srdačan pozdrav | lijep pozdrav | s poštovanjem | pozdrav
sr: срдачан поздрав | с поштовањем
bg: с уважение | поздрави
ru: с уважением | с наилучшими пожеланиями | всего доброго | с ув
uk: з повагою | з найкращими побажаннями
el: με εκτίμηση | φιλικά | με φιλικούς χαιρετισμούς
tr: saygılarımla | saygılarımızla | iyi çalışmalar | iyi günler dilerim
ar: مع أطيب التحيات | تحياتي | مع التحية | وتفضلوا بقبول فائق الاحترام | مع خالص التحية
he: בברכה | בכבוד רב
fa: با احترام | با تشکر
hi: सादर | शुभकामनाएं | भवदीय
zh: 此致 | 敬礼 | 敬禮 | 顺祝商祺 | 順頌商祺 | 祝好 | 谨启 | 順頌 時祺 | 此致敬礼
ja: 以上、よろしくお願いいたします | よろしくお願いいたします | 以上 | 敬具 | 何卒よろしくお願い申し上げます |
    よろしくお願い申し上げます | 以上よろしくお願いいたします
ko: 감사합니다 | 드림 | 올림
th: ขอแสดงความนับถือ | ด้วยความเคารพ
vi: trân trọng | thân mến | trân trọng kính chào
id: salam | salam hormat | hormat kami | hormat saya | salam hangat | terima kasih dan salam
ms: salam hormat | yang benar | sekian, terima kasih | salam
tl: lubos na gumagalang | sumasainyo
"""
)

# Thanks: a closing formula only if a name follows
_THANKS = rows(
    """
en: thanks | many thanks | thank you | thanks a lot | thanks again | thank you very much | thanks in advance | thx |
    with thanks | thank you and kind regards
de: danke | vielen dank | danke im voraus | besten dank | herzlichen dank | vielen dank im voraus | danke und gruß
nl: bedankt | dank je | dank u | alvast bedankt | met dank
sv: tack | tack på förhand
da: tak | på forhånd tak | mange tak
no: takk | på forhånd takk
fi: kiitos | kiitoksia
fr: merci | merci d'avance | merci beaucoup | merci par avance
es: gracias | muchas gracias | gracias de antemano
pt: obrigado | obrigada | muito obrigado | muito obrigada | desde já obrigado
it: grazie | grazie mille | grazie in anticipo
ro: mulțumesc | mulţumesc | multumesc
pl: dziękuję | dzięki | z góry dziękuję
cs: děkuji | díky | předem děkuji
sk: ďakujem | vopred ďakujem
hu: köszönöm | köszönettel | előre is köszönöm
hr: hvala | hvala unaprijed
ru: спасибо | заранее спасибо | благодарю
uk: дякую | заздалегідь дякую
el: ευχαριστώ | σας ευχαριστώ
tr: teşekkürler | teşekkür ederim | şimdiden teşekkürler
ar: شكرا | شكرًا | شكرا جزيلا | مع الشكر
he: תודה | תודה רבה | בתודה
zh: 谢谢 | 謝謝 | 多谢 | 感谢
ja: ありがとうございます | ありがとうございました
th: ขอบคุณ | ขอบคุณค่ะ | ขอบคุณครับ
vi: cảm ơn | xin cảm ơn
id: terima kasih | makasih | terima kasih banyak
ms: terima kasih | sekian terima kasih
tl: salamat | maraming salamat
"""
)

MOBILE = flat(_MOBILE)
CLOSINGS = frozenset(flat(_CLOSINGS))
THANKS = frozenset(flat(_THANKS))

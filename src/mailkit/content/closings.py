"""How mails end, by language: the phones' signatures and closing formulas. See ``languages``."""

from __future__ import annotations

from .tables import flat, phrases, rows, without_accents

__all__ = [
    "CLOSINGS",
    "DEVICES",
    "DISCLAIMERS",
    "EXCUSES",
    "MOBILE",
    "NAMES",
    "PROGRAMS",
    "SYSTEMS",
    "THANKS",
    "VIRUS_FREE",
]

# "Sent from …": words of the last line that a phone or a mail program adds, if it names one of ``_DEVICES`` too
_MOBILE = rows(
    """
en: sent from | sent via | sent using | sent with | sent by my | sent by galaxy | sent wirelessly | from my
de: gesendet | versendet | geschickt | diese nachricht wurde
nl: verzonden | verstuurd
sv: skickat | skickades | från min
da: sendt fra | sendt via | sendt med
fi: lähetetty
et: saadetud | saatnud
lv: sūtīts | nosūtīts
lt: išsiųsta
fr: envoyé | provenance
es: enviado
ca: enviat
pt: enviada
it: inviato
ro: trimis
pl: wysłane | wysłano
cs: odesláno
sk: odoslané
hu: küldve
sl: poslano
sr: poslato | послато
bg: изпратено
el: στάλθηκε | εστάλη
tr: gönderildi
ru: отправлено
uk: надіслано | відправлено
ar: أرسلت | أُرسلت | تم الإرسال
fa: ارسال
he: נשלח
hi: भेजा
zh: 发自 | 發自 | 来自 | 來自 | 寄自 | 发送 | 傳送 | 發送
ja: 送信
ko: 보냄 | 보냈습니다 | 보낸
th: ส่งจาก
vi: gửi từ
id: dikirim | terkirim
ms: dihantar
"""
)

# What such a line names, anywhere in it
_DEVICES = phrases(
    """
    iphon | ipad | ipod | apple watch | macbook | ios | android | samsung | galaxy | huawei | xiaomi | redmi | oppo |
    oneplus | nokia | xperia | motorola | pixel | blackberry | windows | smartphone | smartfon | smarttelefon |
    smarttelefoon | mobilgerät | a phone | my cell |
    handy | mobile | mobiltelefon | mobiele | mobilu | mobilen | mobil enhet | mobilní | mobilnog |
    móvil | celular | cellulare | portable | téléphone | teléfono | telefón | telefone | telefono | telefoon |
    telefon | puhelim |
    appareil | handset | tablet | tablette | my phone | unterwegs | outlook | yahoo | gmail | hotmail | icloud | aol |
    proton mail | protonmail | tutanota | tuta mail | mailfence | thunderbird | k-9 | superhuman | with spark |
    from spark | met spark | mit spark | mailbird | em client | bluemail | typeapp | boxer | from nine | mail app |
    mail für |
    mail for | mail pour | mail voor | mail til | mail orange | e-post för | correo para | posta per | email para |
    libero mobile | gmx | web.de | t-mobile | verizon | mail.ru | мобильн | мобільн | телефон | яндекс | почты mail |
    устройств | смартфон | κινητό | тел. | هاتف | جوال | הטלפון | הנייד | 手机 | 手機 | 邮箱 | 邮件应用 |
    スマートフォン |
    携帯 | スマホ | 휴대 | 핸드폰 | 스마트폰 | 메일앱 | สมาร์ทโฟน | มือถือ | โทรศัพท์ | điện thoại | ponsel |
    hp saya | gawai
    """
)
# Programs whose names are words too: they count right behind "sent from", "gesendet mit"
_NAMES = phrases(
    """
    airmail | aqua mail | aquamail | betterbird | boomerang | canary | canary mail | claws mail | cloudmagic | edison |
    edison mail | evolution | fairemail | fairmail | front | geary | hey | hey email | kmail | letterspace | mailbox |
    mailspring | mailtrack | mimestream | missive | mutt | mymail | newton | newton mail | nine | notion mail |
    polymail | postbox | rainloop | roundcube | shift | shortwave | spark | sparrow | spike | the bat! | tutanota |
    twobird | unibox | vivaldi mail | zimbra | zoho mail | zoho mail mobile | mailmate | emclient | bluemail
    """
)
# "Get Outlook for iOS" is translated in many ways: it names the program and the system.
_PROGRAMS = phrases("outlook | bluemail | typeapp | yahoo mail")
_SYSTEMS = phrases("ios | android | iphone | mac")
# Words of what firms put below their mail, and of contact data
DISCLAIMERS = phrases(
    """
    confidential | e-mail | email | intended | recipient | environment | print | virus | privacy | privileged |
    legal |
    this message | notice | registered | company | group | member | subscri | sent from | sent with | http | www. |
    @ |
    tel. | phone | fax | visit | follow us | vertraulich | nachricht | umwelt | drucken | sitz | amtsgericht |
    geschäftsführ | datenschutz | confidentiel | ce message | environnement | imprim | confidencial | este mensaje |
    este correo | medio ambiente | imprimir | esta mensagem | riservat | questo messaggio | ambiente | stampa |
    vertrouwelijk | dit bericht | milieu | poufn | wiadomość | środowisk | konfident | meddelande | miljö | důvěrn |
    конфиденц | сообщени | gizli | rahasia | lingkungan | mencetak | surel | sulit | bảo mật | môi trường | 机密 |
    機密 |
    保密 | 环境 | 邮件 | 郵件 | 秘密 | メール | 환경 | 기밀 | سري | البريد | סודי | דוא
    """
)
# What virus scanners add: "Virus-free. www.avast.com"
VIRUS_FREE = phrases(
    """
    virus-free | virenfrei | sans virus | libre de virus | livre de vírus | virusvrij | senza virus
    """
)
# "… please excuse my brevity": what may follow in a sentence of its own
_EXCUSES = phrases(
    """
    excuse | typo | brevity | brief | forgive | apolog | entschuldig | tippfehler | kürze | pardon | excus | faute |
    disculp | errores | scus | errori | desculp | erros | excuseer | tikfout | ursäkt | beklag | maaf
    """
)

# Closing formulas that stand alone on their line
_CLOSINGS = rows(
    """
en: regards | best regards | kind regards | warm regards | best | best wishes | all the best | cheers | sincerely |
    yours sincerely | sincerely yours | yours faithfully | yours truly | many thanks and best regards | with kind
    regards | thanks and regards | thanks & regards | thanks & best regards | with best regards | respectfully |
    kindest regards | warmest regards | rgds | br | kr | cordially | with regards | with best wishes |
    yours respectfully |
    best regards to all |
    warmly | respectfully yours | with appreciation
de: mit freundlichen grüßen | mit freundlichen grüssen | mit freundlichem gruß | freundliche grüße | freundliche
    grüsse |
    viele grüße | viele grüsse | liebe grüße | beste grüße | beste grüsse | mit besten grüßen | herzliche grüße | mfg
    | lg | vg | hochachtungsvoll | schöne grüße | gruß | grüße | besten gruß | lieben gruß |
    ganz liebe grüße | sonnige grüße |
    schönen gruß | sportliche grüße | grüßle
nl: vriendelijke groeten | hartelijke groeten | groetjes | met vriendelijke groet | met vriendelijke groeten |
    vriendelijke groet | groeten | mvg | hartelijke groet | groet
af: vriendelike groete
sv: med vänlig hälsning | med vänliga hälsningar | vänliga hälsningar | mvh | hälsningar | bästa hälsningar |
    hälsning | vänligen | varma hälsningar
da: med venlig hilsen | venlig hilsen | mvh | kh | de bedste hilsner | hilsen | bedste hilsner | vh |
    kærlig hilsen | venlige hilsner | mange hilsner |
    dbh | knus
no: med vennlig hilsen | vennlig hilsen | mvh | hilsen | beste hilsen | vennlige hilsener
is: bestu kveðjur | kveðja
fi: ystävällisin terveisin | terveisin | yst. terv | parhain terveisin | terv | terkuin | yt
et: lugupidamisega | parimate soovidega | tervitades
lv: ar cieņu
lt: pagarbiai
fr: cordialement | bien cordialement | bien à vous | sincères salutations | salutations | meilleures salutations |
    cdlt | cdt | sincères salutations | mes salutations distinguées | bonne réception | respectueusement |
    bien amicalement |
    cordiales salutations | amicalement | très cordialement |
    salutations distinguées | mes salutations distinguées
es: saludos | un saludo | saludos cordiales | atentamente | cordialmente | un cordial saludo | atte |
    reciba un cordial saludo | reciban un cordial saludo | saludos y gracias | quedo atento | quedo atenta
ca: salutacions | una salutació | atentament
pt: abs | att | cordiais saudações | respeitosamente | com os meus melhores cumprimentos | atenciosamente |
    cumprimentos | abraços | att | com os melhores cumprimentos | melhores cumprimentos |
    cordialmente |
    abraço
it: un caro saluto | cari saluti | un cordiale saluto | i più cordiali saluti | cordialità | cordiali saluti |
    distinti saluti | saluti | cordialmente | un saluto | buona giornata e cordiali saluti
ro: o zi bună | numai bine | cu stimă | cu respect | toate cele bune |
    cu bine | cu drag
pl: pozdrawiam serdecznie | serdecznie pozdrawiam | z wyrazami szacunku | serdeczne pozdrowienia | pozdrawiam |
    z poważaniem | z powazaniem | pozdrowienia | łączę pozdrowienia | z wyrazami szacunku | pozdr |
    z pozdrowieniami
cs: pěkný den | s úctou | s přáním hezkého dne | s pozdravem | s přátelským pozdravem | hezký den | zdraví
sk: pekný deň | s priateľským pozdravom | s pozdravom | s úctou
hu: üdvözlettel | tisztelettel | üdv | köszönettel és üdvözlettel
sl: lep pozdrav | lp | s spoštovanjem
hr: srdačan pozdrav | lijep pozdrav | s poštovanjem | pozdrav
sr: срдачан поздрав | с поштовањем
bg: с поздрави | с уважение | поздрави
ru: всего наилучшего | с наилучшими | с благодарностью и уважением | с уважением | с наилучшими пожеланиями |
    всего доброго | с ув
uk: усього найкращого | щиро ваш | з повагою | з найкращими побажаннями
el: με εκτίμηση | φιλικά | με φιλικούς χαιρετισμούς
tr: iyi çalışmalar dilerim | iyi günler | sevgiler | selamlar | en iyi dileklerimle | saygılar | saygılarımla |
    saygılarımızla | iyi çalışmalar | iyi günler dilerim
ar: مع تحياتي | مع فائق الاحترام | مع فائق الاحترام والتقدير | مع الاحترام | وتفضلوا بقبول فائق الاحترام والتقدير |
    أطيب التحيات | والسلام عليكم | مع أطيب التحيات | تحياتي | مع التحية | وتفضلوا بقبول فائق الاحترام | مع خالص التحية
he: בברכה רבה | בידידות | כל טוב | בברכה | בכבוד רב
fa: با احترام | با تشکر
hi: सादर | शुभकामनाएं | भवदीय
zh: 顺颂商祺 | 祝商祺 | 祝工作顺利 | 祝工作順利 | 敬上 | 顺祝 | 祝安 | 敬祝 | 順頌時祺 | 顺颂时祺 | 祝您生活愉快 |
    此致 | 敬礼 | 敬禮 | 顺祝商祺 | 順頌商祺 | 祝好 | 谨启 | 順頌 時祺 | 此致敬礼
ja: よろしくお願いします | どうぞよろしくお願いします | どうぞよろしくお願いいたします |
    何卒よろしくお願いいたします |
    何卒よろしくお願いします | どうぞよろしくお願い申し上げます | 引き続きよろしくお願いいたします | 草々 | かしこ |
    以上、よろしくお願いいたします | よろしくお願いいたします | 以上 | 敬具 | 何卒よろしくお願い申し上げます |
    よろしくお願い申し上げます | 以上よろしくお願いいたします
ko: 감사합니다 | 드림 | 올림 | 고맙습니다 | 좋은 하루 되세요 | 좋은 하루 보내세요 | 안부 전합니다
th: ขอแสดงความนับถือ | ด้วยความเคารพ
vi: trân trọng cảm ơn | trân trọng./ | kính thư | thân ái | thân | trân trọng | thân mến | trân trọng kính chào
id: demikian, terima kasih | demikian dan terima kasih | wassalam | dengan hormat kami | salam | salam hormat |
    hormat kami | hormat saya | salam hangat | terima kasih dan salam
ms: dengan hormatnya | saya yang menurut perintah | terima kasih dan salam hormat | salam hormat | yang benar |
    sekian, terima kasih | salam
tl: lubos na gumagalang | sumasainyo
"""
)

# Thanks: a closing formula only if a name follows
_THANKS = rows(
    """
en: thanks | many thanks | thank you | thanks a lot | thanks again | thank you very much | thanks in advance | thx |
    with thanks | thank you and kind regards | thanks so much | thank you so much | thanks very much | ta | yours |
    love | xx | xoxo | take care | talk soon | see you | see you soon | have a nice day | have a great day |
    have a nice weekend | have a good one
de: danke | vielen dank | danke im voraus | tausend dank | schönen tag noch | schönes wochenende | bis bald |
    bis dann | besten dank | herzlichen dank | vielen dank im voraus | danke und gruß |
    servus | ciao | auf wiedersehen
nl: fijne dag | fijn weekend | tot ziens | hartelijk dank | bedankt | dank je | dank u | alvast bedankt | met dank
sv: ha en bra dag | ha det bra | tusen tack | stort tack | tack | tack på förhand
da: tak | på forhånd tak | mange tak
no: takk | på forhånd takk
fi: kiitos | kiitoksia
fr: bonne journée | bonne soirée | à bientôt | bon week-end | avec mes remerciements | merci bien | merci |
    merci d'avance | merci beaucoup | merci par avance |
    bonne fin de journée | bonne fin de semaine
es: mil gracias | un abrazo | buen día | que tenga buen día | gracias | muchas gracias | gracias de antemano |
    quedo a la espera
pt: bom dia | boa tarde | boa noite | até breve | grato | grata | obrigado | obrigada | muito obrigado |
    muito obrigada | desde já obrigado
it: buona giornata | buona serata | a presto | buon lavoro | grazie infinite | grazie | grazie mille |
    grazie in anticipo
ro: mulțumesc | mulţumesc | multumesc |
    mulțumesc anticipat | mulțumesc frumos | vă mulțumesc | vă mulțumesc anticipat
pl: dziękuję | dzięki | z góry dziękuję | dziękujemy | dziękuję bardzo
cs: děkuji | díky | předem děkuji | děkujeme | moc děkuji | děkuji moc | mockrát děkuji
sk: ďakujem | vopred ďakujem | ďakujeme | veľmi pekne ďakujem
hu: köszönöm | köszönettel | előre is köszönöm
hr: hvala | hvala unaprijed
ru: спасибо | заранее спасибо | благодарю
uk: дякую | заздалегідь дякую
el: ευχαριστώ | σας ευχαριστώ
tr: çok teşekkürler | şimdiden teşekkür ederim | iyi çalışmalar | teşekkürler | teşekkür ederim | şimdiden teşekkürler
ar: شكرا | شكرًا | شكرا جزيلا | مع الشكر
he: תודה | תודה רבה | בתודה
zh: 谢谢 | 謝謝 | 多谢 | 感谢
ja: ありがとうございます | ありがとうございました
th: ขอบคุณ | ขอบคุณค่ะ | ขอบคุณครับ
vi: cảm ơn | xin cảm ơn
id: terimakasih | terima kasih atas perhatiannya | makasih | terima kasih | terima kasih banyak
ms: terima kasih | sekian terima kasih
tl: salamat | maraming salamat
"""
)

MOBILE = flat(_MOBILE)
DEVICES, PROGRAMS, SYSTEMS, EXCUSES = _DEVICES, _PROGRAMS, _SYSTEMS, _EXCUSES
NAMES = tuple(f" {name}" for name in _NAMES)
CLOSINGS, THANKS = (
    frozenset(flat(table)).union(
        *(without_accents(phrase) for name, words in table if name != "vi" for phrase in map(str.casefold, words))
    )
    for table in (_CLOSINGS, _THANKS)
)

"""The names that folders have in mail programs and servers, in many languages. Data, no logic.

As Outlook, Exchange, Gmail, Thunderbird, Apple Mail, Zimbra, Roundcube and Yahoo write them; case does not matter.
"""

from __future__ import annotations

from mailkit.words import Role

NAMES: dict[Role, str] = {
    Role.SENT: (
        "sent|sent items|sent messages|sent mail|sent-mail|sentbox|gesendet|gesendete elemente"
        "|gesendete objekte|gesendete nachrichten|envoyés|éléments envoyés|messages envoyés|courrier envoyé"
        "|objets envoyés|enviados|elementos enviados|mensajes enviados|correo enviado|itens enviados"
        "|mensagens enviadas|e-mails enviados|enviadas|enviats|elements enviats|posta inviata|inviati|inviata"
        "|messaggi inviati|elementi inviati|verzonden|verzonden items|verzonden berichten|skickat|skickade"
        "|skickade objekt|skickade meddelanden|sendt|sendte|sendt post|sendte elementer|sendte meldinger"
        "|lähetetyt|lähetetyt kohteet|lähetetyt viestit|wysłane|elementy wysłane|wysłane wiadomości|odeslané"
        "|odeslaná pošta|odeslané položky|odoslané|odoslaná pošta|odoslané položky|elküldött|elküldött elemek"
        "|elküldött levelek|elküldött üzenetek|trimise|elemente trimise|mesaje trimise|poslano|poslane stavke"
        "|poslani predmeti|poslato|послато|изпратени|изпратени елементи|отправленные|отправленные элементы"
        "|отправленные сообщения|надіслані|надіслані елементи|відправлені|saadetud|saadetud üksused|nosūtītie"
        "|nosūtītie vienumi|išsiųsta|išsiųsti|išsiųsti elementai|gönderilmiş öğeler|gönderilenler|gönderilmiş"
        "|gönderilmiş postalar|απεσταλμένα|σταλμένα|נשלח|פריטים שנשלחו|דואר שנשלח|العناصر المرسلة|المرسلة"
        "|مرسل|البريد المرسل|terkirim|pesan terkirim|item terkirim|surat terkirim|dihantar|item dihantar"
        "|đã gửi|thư đã gửi|mục đã gửi|จดหมายที่ส่งแล้ว|รายการที่ส่งแล้ว|ส่งแล้ว|送信済み|送信済みアイテム"
        "|送信済みメール|送信済みトレイ|送信済みメッセージ|보낸 편지함|보낸편지함|보낸 메일함|보낸메일함"
        "|已发送|已发送邮件|已发邮件|已傳送|寄件備份|已寄出|已傳送的郵件|भेजा गया|भेजे गए आइटम|ارسال شده"
        "|فرستاده‌شده"
    ),
    Role.DRAFTS: (
        "drafts|draft|entwürfe|entwurf|brouillons|brouillon|borradores|borrador|rascunhos|rascunho|esborranys"
        "|bozze|bozza|concepten|concept|utkast|kladder|kladde|luonnokset|wersje robocze|szkice|robocze"
        "|koncepty|rozepsané|rozpísané|piszkozatok|vázlatok|ciorne|schițe|osnutki|skice|nacrti|нацрти|чернови"
        "|черновики|чернетки|mustandid|melnraksti|juodraščiai|taslaklar|taslak|πρόχειρα|טיוטות|المسودات"
        "|مسودات|draf|konsep|bản nháp|thư nháp|nháp|แบบร่าง|ร่าง|下書き|草稿|임시 보관함|임시보관함|임시 저장"
        "|草稿箱|草稿夹|草稿匣|ड्राफ़्ट|پیش‌نویس‌ها"
    ),
    Role.TRASH: (
        "trash|deleted|deleted items|deleted messages|bin|wastebasket|rubbish|papierkorb|gelöscht"
        "|gelöschte elemente|gelöschte objekte|gelöschte nachrichten|corbeille|éléments supprimés"
        "|messages supprimés|papelera|elementos eliminados|mensajes eliminados|lixeira|lixo|itens excluídos"
        "|itens eliminados|excluídos|paperera|elements suprimits|cestino|posta eliminata|eliminati"
        "|elementi eliminati|prullenbak|verwijderde items|verwijderd|verwijderde berichten|papperskorgen"
        "|borttaget|borttagna objekt|papirkurv|papirkurven|slettet post|slettede elementer|slettet|roskakori"
        "|poistetut|poistetut kohteet|kosz|elementy usunięte|usunięte|koš|odstraněná pošta|odstraněné položky"
        "|kôš|odstránené položky|kuka|lomtár|törölt elemek|coș de gunoi|gunoi|elemente șterse|șterse|smeće"
        "|izbrisane stavke|izbrisano|izbrisani predmeti|отпад|смеће|кошче|изтрити|изтрити елементи|корзина"
        "|удаленные|удалённые|удаленные элементы|кошик|видалені|видалені елементи|prügikast|kustutatud"
        "|kustutatud üksused|miskaste|atkritne|izdzēstie vienumi|šiukšliadėžė|ištrinta|çöp|çöp kutusu"
        "|silinmiş öğeler|silinenler|κάδος|κάδος απορριμμάτων|διαγραμμένα|διεγραμμένα|אשפה|פריטים שנמחקו|נמחק"
        "|المهملات|العناصر المحذوفة|سلة المهملات|sampah|tong sampah|kotak sampah|item terhapus|item dihapus"
        "|thùng rác|thư đã xóa|mục đã xóa|đã xóa|ถังขยะ|รายการที่ถูกลบ|ゴミ箱|ごみ箱|削除済みアイテム"
        "|削除済み|휴지통|지운 편지함|삭제된 항목|已删除|已删除邮件|已删除的邮件|废件箱|垃圾桶|刪除的郵件"
        "|已刪除的郵件|回收桶|ट्रैश"
    ),
    Role.JUNK: (
        "junk|junk e-mail|junk email|junk mail|spam|bulk|bulk mail|spamverdacht|unerwünscht"
        "|unerwünschte werbung|junk-e-mail|indésirables|courrier indésirable|pourriel|correo no deseado"
        "|no deseado|correo basura|lixo eletrônico|lixo electrónico|correu brossa|posta indesiderata"
        "|indesiderata|ongewenste e-mail|ongewenst|skräppost|uønsket e-mail|uønsket post|søppelpost"
        "|roskaposti|wiadomości-śmieci|niechciane|nevyžádaná pošta|nevyžiadaná pošta|levélszemét"
        "|mesaje nesolicitate|neželena pošta|neželjena pošta|нежелана пошта|нежелана поща|нежелательная почта"
        "|спам|небажана пошта|rämpspost|surogātpasts|mēstules|šlamštas|brukalas|önemsiz|önemsiz e-posta"
        "|istenmeyen|ανεπιθύμητα|ανεπιθύμητη αλληλογραφία|דואר זבל|ספאם|البريد غير الهام|البريد العشوائي"
        "|بريد مزعج|email sampah|surat sampah|thư rác|อีเมลขยะ|จดหมายขยะ|สแปม|迷惑メール|정크 메일"
        "|스팸 메일함|스팸편지함|스팸함|垃圾邮件|垃圾郵件|垃圾信件匣|स्पैम|هرزنامه"
    ),
    Role.ARCHIVE: (
        "archive|archives|archived|archiv|archivo|archivos|arquivo|arxiu|archivio|archief|arkiv|arkisto"
        "|archiwum|archív|archívum|arhivă|arhiva|arhiv|архив|архив писем|архів|arhiiv|arhīvs|archyvas|arşiv"
        "|αρχειοθήκη|ארכיון|الأرشيف|أرشيف|arsip|arkib|lưu trữ|เก็บถาวร|アーカイブ|보관함|보관|存档|归档|封存"
        "|典藏"
    ),
    Role.ALL: (
        "all mail|alle nachrichten|tous les messages|todos os e-mails|todo el correo|tutti i messaggi"
        "|alle e-mail|alle berichten|вся почта|すべてのメール|전체보관함|所有邮件|所有郵件|semua email"
    ),
}

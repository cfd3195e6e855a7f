"""How mail programs introduce what they quote, in each language: the lines and header blocks they really write."""

from __future__ import annotations

from datetime import datetime

__all__ = [
    "GMAIL_FORWARD",
    "apple_line",
    "english_day",
    "english_month",
    "gmail_line",
    "outlook_block",
    "outlook_date",
    "thunderbird_line",
]

_EN_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EN_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DE_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_DE_MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
_ID_DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
_ID_MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_JA_DAYS = "月火水木金土日"
_AR_DAYS = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
_AR_MONTHS = (
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
)
_ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def _clock(when: datetime, before: str = "AM", after: str = "PM") -> str:
    return f"{when.hour % 12 or 12}:{when:%M} {before if when.hour < 12 else after}"


def english_day(when: datetime) -> str:
    """The weekday, whatever the process's locale: ``strftime`` would follow it."""
    return _EN_DAYS[when.weekday()]


def english_month(when: datetime) -> str:
    """The month, whatever the process's locale."""
    return _EN_MONTHS[when.month - 1]


def gmail_line(lang: str, when: datetime, who: str) -> str:
    """Gmail's line above a quote. ``who`` is ``Name <address>``, in HTML already escaped."""
    day, month = when.weekday(), when.month - 1
    if lang == "de":
        days = _DE_DAYS[day][:2]
        return f"Am {days}., {when.day}. {_DE_MONTHS[month]} {when.year} um {when:%H:%M} Uhr schrieb {who}:"
    if lang == "id":
        stamp = f"{_ID_DAYS[day][:3]}, {when.day} {_ID_MONTHS[month][:3]} {when.year} pukul {when:%H.%M}"
        return f"Pada {stamp} {who} menulis:"
    if lang == "ja":
        return f"{when.year}年{when.month}月{when.day}日({_JA_DAYS[day]}) {when.hour}:{when:%M} {who}:"
    if lang == "ar":
        head = f"في {_AR_DAYS[day]}، {when.day} {_AR_MONTHS[month]} {when.year} في {_clock(when, 'ص', 'م')}"
        return f"{head.translate(_ARABIC_DIGITS)} تمت كتابة ما يلي بواسطة {who}:"
    stamp = f"{_EN_DAYS[day][:3]}, {_EN_MONTHS[month][:3]} {when.day}, {when.year} at {_clock(when)}"
    return f"On {stamp} {who} wrote:"


def apple_line(lang: str, when: datetime, who: str) -> str:
    """Apple Mail's line; in its plain text the line itself is quoted too."""
    month = when.month - 1
    if lang == "de":
        return f"Am {when:%d.%m.%Y} um {when:%H:%M} schrieb {who}:"
    if lang == "id":
        return f"Pada {when.day} {_ID_MONTHS[month][:3]} {when.year}, pukul {when:%H.%M}, {who} menulis:"
    if lang == "ja":
        return f"{when.year}/{when:%m/%d} {when.hour}:{when:%M}、{who}のメール:"
    if lang == "ar":
        return f"في {when.day} {_AR_MONTHS[month]} {when.year}، الساعة {_clock(when, 'ص', 'م')}، كتب {who}:"
    return f"On {when.day} {_EN_MONTHS[month][:3]} {when.year}, at {when:%H:%M}, {who} wrote:"


def thunderbird_line(lang: str, when: datetime, name: str) -> str:
    """Thunderbird's line: a name, no address."""
    if lang == "de":
        return f"Am {when:%d.%m.%y} um {when:%H:%M} schrieb {name}:"
    if lang == "id":
        return f"Pada {when:%d/%m/%y} {when:%H.%M}, {name} menulis:"
    if lang == "ja":
        return f"On {when:%Y/%m/%d} {when:%H:%M}, {name} wrote:"
    return f"On {when:%d/%m/%Y} {when:%H:%M}, {name} wrote:"


def outlook_date(lang: str, when: datetime) -> str:
    """The date in Outlook's header block."""
    day, month = when.weekday(), when.month - 1
    if lang == "de":
        return f"{_DE_DAYS[day]}, {when.day}. {_DE_MONTHS[month]} {when.year} {when:%H:%M}"
    if lang == "id":
        return f"{_ID_DAYS[day]}, {when.day} {_ID_MONTHS[month]} {when.year} {when:%H.%M}"
    if lang == "ja":
        return f"{when.year}年{when.month}月{when.day}日 {when.hour}:{when:%M}"
    if lang == "ar":
        return f"{_AR_DAYS[day]}, {when.day} {_AR_MONTHS[month]} {when.year} {_clock(when, 'ص', 'م')}"
    return f"{_EN_DAYS[day]}, {_EN_MONTHS[month]} {when.day}, {when.year} {_clock(when)}"


_OUTLOOK_LABELS = {
    "en": ("From:", "Sent:", "To:", "Cc:", "Subject:"),
    "de": ("Von:", "Gesendet:", "An:", "Cc:", "Betreff:"),
    "id": ("Dari:", "Dikirim:", "Kepada:", "Cc:", "Subjek:"),
    "ja": ("差出人:", "送信日時:", "宛先:", "Cc:", "件名:"),
    "ar": ("من:", "تاريخ الإرسال:", "إلى:", "نسخة:", "الموضوع:"),
}


def outlook_block(lang: str, sender: str, when: datetime, to: str, cc: str, subject: str) -> list[tuple[str, str]]:
    """Outlook's header block as pairs of label and value; no Cc where there is none."""
    values = (sender, outlook_date(lang, when), to, cc, subject)
    return [(label, value) for label, value in zip(_OUTLOOK_LABELS[lang], values, strict=True) if value]


GMAIL_FORWARD = "---------- Forwarded message ---------"
"""The line above an inline forward in Gmail, in every language."""

"""Mail programs: how Outlook, Gmail, Apple Mail, an iPhone and Thunderbird lay out new text and quotes.

``write`` fills a letter's text and HTML as its sender's program would.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from html import escape

from mailkit.testing.samples import build
from mailkit.testing.samples.attribution import (
    GMAIL_FORWARD,
    apple_line,
    english_day,
    english_month,
    gmail_line,
    outlook_block,
    thunderbird_line,
)
from mailkit.testing.samples.letter import Letter, Party, charset_of

__all__ = ["write"]

_APPLE_BODY = (
    '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
    '<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">'
)
_OUTLOOK_HEAD = (
    '<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">\n<head>\n'
    '<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n'
    '<meta name="Generator" content="Microsoft Word 15 (filtered medium)">\n<style><!--\n'
    "@font-face\n\t{{font-family:Calibri;\n\tpanose-1:2 15 5 2 2 2 4 3 2 4;}}\n"
    "p.MsoNormal, li.MsoNormal, div.MsoNormal\n\t{{margin:0in;\n\tfont-size:11.0pt;\n"
    '\tfont-family:"Calibri",sans-serif;}}\n'
    '--></style>\n</head>\n<body lang="{lang}" link="#0563C1" vlink="#954F72" style="word-wrap:break-word">\n'
)
_GMAIL_QUOTE = (
    'class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"'
)


def write(letter: Letter) -> None:
    """Fill ``letter.text`` and ``letter.html`` in the manner of the sender's program."""
    _WRITERS[letter.sender.client](letter)


def _named(party: Party) -> str:
    return f"{party[0]} <{party[1]}>" if party[0] else party[1]


def _author(letter: Letter) -> Party:
    return letter.sender.name, letter.sender.email


def _quote(content: str) -> str:
    """Prefix each line with ``>``, and with a space unless it is empty or quoted already."""
    rows = content.rstrip("\n").split("\n")
    return "\n".join(">" + row if row.startswith(">") else f"> {row}".rstrip() for row in rows)


def _wrapped(paragraphs: list[str], width: int = 74) -> str:
    """Paragraphs wrapped as programs wrap plain text; text without spaces is left as it is."""
    rows = [
        "\n".join(textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in p.split("\n"))
        for p in paragraphs
    ]
    return "\n\n".join(rows) + "\n"


def _html(paragraph: str) -> str:
    return escape(paragraph, quote=False).replace("\n", "<br>")


def _pairs(letter: Letter, parent: Letter) -> list[tuple[str, str]]:
    """For an answer written between the lines: each quoted paragraph with its answer (empty if it has none)."""
    skipped = len(parent.body) - len(letter.body)
    answers = ("",) * max(skipped, 0) + letter.body[-len(parent.body) :]
    return list(zip(parent.body, answers, strict=True))


def _images(letter: Letter) -> str:
    return "".join(f'<div><img src="cid:{cid}" width="64" height="48" alt=""></div>' for cid, _ in letter.images)


# --- Gmail ---


def _gmail(letter: Letter) -> None:
    new = _wrapped(letter.lines())
    new_html = "<div><br></div>".join(f"<div>{_html(p)}</div>" for p in letter.lines()) + _images(letter)
    parent = letter.parent
    if parent is None:
        letter.text, letter.html = new, f'<div dir="ltr">{new_html}</div>\n'
        return
    name, addr = _author(parent)
    if letter.forward:
        _gmail_forward(letter, parent, new, new_html)
        return
    line = gmail_line(letter.lang, parent.date, _named((name, addr)))
    linked = f'{escape(name)} &lt;<a href="mailto:{addr}">{addr}</a>&gt;'
    attribution = f'<div dir="ltr" class="gmail_attr">{gmail_line(letter.lang, parent.date, linked)}<br></div>'
    line = textwrap.fill(line, 78, break_long_words=False, break_on_hyphens=False)
    if letter.inline:
        pairs = _pairs(letter, parent)
        parts = [
            _quote(_wrapped([said])) + (f"\n\n{_wrapped([answer])}" if answer else "\n>") for said, answer in pairs
        ]
        end = "\n".join((letter.closing, *letter.signature))
        letter.text = f"{letter.greeting}\n\n{line}\n\n" + "\n".join(parts) + f"\n{end}\n"
        rows = "".join(
            f"<blockquote {_GMAIL_QUOTE}><div>{_html(said)}</div></blockquote><div>{_html(answer) or '<br>'}</div>"
            for said, answer in pairs
        )
        letter.html = (
            f'<div dir="ltr"><div>{_html(letter.greeting)}</div></div><br><div class="gmail_quote">{attribution}{rows}'
            f"<div><br></div><div>{_html(end)}</div></div>\n"
        )
        return
    letter.text = f"{new}\n{line}\n\n{_quote(parent.text)}\n"
    letter.html = (
        f'<div dir="ltr">{new_html}</div><br><div class="gmail_quote gmail_quote_container">{attribution}'
        f"<blockquote {_GMAIL_QUOTE}>{parent.quoted_html()}</blockquote></div>\n"
    )


def _gmail_forward(letter: Letter, parent: Letter, new: str, new_html: str) -> None:
    name, addr = _author(parent)
    to = ", ".join(map(_named, parent.to))
    stamp = (
        f"{english_day(parent.date)[:3]}, {english_month(parent.date)[:3]} {parent.date.day}, {parent.date:%Y at %H:%M}"
    )
    block = f"{GMAIL_FORWARD}\nFrom: {name} <{addr}>\nDate: {stamp}\nSubject: {parent.subject}\nTo: {to}\n"
    letter.text = f"{new}\n{block}\n\n{parent.text}"
    letter.html = (
        f'<div dir="ltr">{new_html}<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{GMAIL_FORWARD}<br>'
        f'From: <strong class="gmail_sendername" dir="auto">{escape(name)}</strong> <span dir="auto">&lt;'
        f'<a href="mailto:{addr}">{addr}</a>&gt;</span><br>Date: {stamp}<br>Subject: {escape(parent.subject)}<br>'
        f"To: {escape(to)}<br></div><br><br>{parent.quoted_html()}</div></div>\n"
    )


# --- Outlook ---


def _mso(paragraph: str, style: str = "") -> str:
    inner = _html(paragraph)
    return f'<p class="MsoNormal">{f"<span{style}>{inner}</span>" if style else inner}<o:p></o:p></p>\n'


_MSO_GAP = '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n'


def _outlook(letter: Letter) -> None:
    lines = letter.lines()
    if letter.inline:
        lines = [letter.greeting, _SEE_BELOW[letter.lang], lines[-1]]
    new_html = _MSO_GAP.join(map(_mso, lines)) + _images(letter)
    new = "\n\n".join(lines) + "\n"
    parent = letter.parent
    if parent is None:
        _outlook_page(letter, new, new_html)
        return
    to, cc = "; ".join(map(_named, parent.to)), "; ".join(map(_named, parent.cc))
    block = outlook_block(letter.lang, _named(_author(parent)), parent.date, to, cc, parent.subject)
    shown = "<br>\n".join(f"<b>{label}</b> {escape(value)}" for label, value in block)
    ruled = (
        '<div>\n<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in">\n'
        f'<p class="MsoNormal">{shown}<o:p></o:p></p>\n</div>\n</div>\n'
    )
    quoted_text, quoted_html = parent.text, parent.quoted_html()
    if letter.inline:
        blue = ' style="color:#1F497D"'
        pairs = _pairs(letter, parent)
        quoted_text = "\n\n".join(f"{said}\n\n{answer}".rstrip() for said, answer in pairs) + "\n"
        quoted_html = "".join(_mso(said) + (_mso(answer, blue) if answer else "") for said, answer in pairs)
    rule = "_" * 32 + "\n" if letter.sender.id % 2 else ""
    text = f"{new}\n{rule}" + "\n".join(f"{label} {value}" for label, value in block) + f"\n\n{quoted_text}"
    _outlook_page(letter, text, f"{new_html}{_MSO_GAP}{ruled}{_MSO_GAP}{quoted_html}")


def _outlook_page(letter: Letter, text: str, inside: str) -> None:
    """The page around it names the charset, which depends on all that is in it."""
    letter.text, letter.html = text, inside
    head = _OUTLOOK_HEAD.format(charset=charset_of(letter), lang=letter.lang.upper())
    letter.html = f'{head}<div class="WordSection1">\n{inside}</div>\n</body>\n</html>\n'


_SEE_BELOW = {
    "en": "Please see my answers below in blue.",
    "de": "meine Antworten finden Sie unten in Blau.",
    "id": "Jawaban kami di bawah ini dengan warna biru.",
    "ja": "下記に青字で回答いたします。",
    "ar": "تجدون إجاباتي أدناه باللون الأزرق.",
}


# --- Apple Mail and iPhone ---


def _apple(letter: Letter) -> None:
    lines = letter.lines()
    new_html = "<div><br></div>".join(f"<div>{_html(p)}</div>" for p in lines) + _images(letter)
    new = "\n\n".join(lines) + "\n"
    _apple_with(letter, new, new_html)


def _iphone(letter: Letter) -> None:
    from mailkit.testing.samples.corpus import LANGUAGES  # the corpus is large; only this program signs with it

    sent_from = LANGUAGES[letter.lang].sent_from_phone
    lines = [*letter.body, sent_from]
    new_html = "<div><br></div>".join(f'<div dir="ltr">{_html(p)}</div>' for p in lines) + _images(letter)
    _apple_with(letter, "\n\n".join(lines) + "\n", new_html)


def _apple_with(letter: Letter, new: str, new_html: str) -> None:
    parent = letter.parent
    if parent is None:
        letter.text, letter.html = new, f"{_APPLE_BODY}{new_html}</body></html>\n"
        return
    if letter.forward:
        _apple_forward(letter, parent, new, new_html)
        return
    name, addr = _author(parent)
    line = apple_line(letter.lang, parent.date, _named((name, addr)))
    shown = apple_line(letter.lang, parent.date, f"{escape(name)} &lt;{addr}&gt;")
    if letter.inline:
        pairs = _pairs(letter, parent)
        parts = [_quote(said) + (f"\n\n{answer}\n" if answer else "\n> ") for said, answer in pairs]
        end = "\n".join((letter.closing, *letter.signature))
        letter.text = f"{letter.greeting}\n\n> {line}\n> \n" + "\n".join(parts) + f"\n{end}\n"
        rows = "".join(
            f'<blockquote type="cite"><div>{_html(said)}</div></blockquote><div>{_html(answer) or "<br>"}</div>'
            for said, answer in pairs
        )
        letter.html = (
            f'{_APPLE_BODY}<div>{_html(letter.greeting)}</div><div><br></div><div><blockquote type="cite">'
            f"<div>{shown}</div></blockquote>{rows}</div><div>{_html(end)}</div></body></html>\n"
        )
        return
    letter.text = f"{new}\n> {line}\n> \n{_quote(parent.text)}\n"
    letter.html = (
        f'{_APPLE_BODY}{new_html}<br id="lineBreakAtBeginningOfMessage"><div><br><blockquote type="cite">'
        f'<div>{shown}</div><br class="Apple-interchange-newline"><div>{parent.quoted_html()}</div></blockquote></div>'
        "<br></body></html>\n"
    )


def _apple_forward(letter: Letter, parent: Letter, new: str, new_html: str) -> None:
    to = ", ".join(map(_named, parent.to))
    rows = (
        ("From:", _named(_author(parent))),
        ("Subject:", parent.subject),
        ("Date:", f"{parent.date.day} {english_month(parent.date)} {parent.date:%Y at %H:%M:%S}"),
        ("To:", to),
    )
    block = "\n".join(f"> {label} {value}" for label, value in rows)
    letter.text = f"{new}\n> Begin forwarded message:\n> \n{block}\n> \n{_quote(parent.text)}\n"
    shown = "".join(f"<div><b>{label} </b>{escape(value)}<br></div>" for label, value in rows)
    letter.html = (
        f'{_APPLE_BODY}{new_html}<div><br><blockquote type="cite"><div>Begin forwarded message:</div>'
        f'<br class="Apple-interchange-newline">{shown}<br><div>{parent.quoted_html()}</div></blockquote></div>'
        "</body></html>\n"
    )


# --- Thunderbird, plain text ---


def _thunderbird(letter: Letter) -> None:
    sign = "-- \n" + "\n".join(letter.signature)
    parent = letter.parent
    if parent is None:
        letter.text = _wrapped([letter.greeting, *letter.body, letter.closing], 72) + f"\n{sign}\n"
        return
    if letter.forward:
        head = f"-------- Forwarded Message --------\nSubject: \t{parent.subject}\nDate: \t{build.date(parent.date)}\n"
        head += f"From: \t{_named(_author(parent))}\nTo: \t{', '.join(map(_named, parent.to))}\n"
        letter.text = f"{_wrapped(letter.lines(), 72)}\n\n{head}\n\n{parent.text}"
        return
    line = thunderbird_line(letter.lang, parent.date, parent.sender.name)
    if letter.inline:
        pairs = _pairs(letter, parent)
        parts = [
            _quote(_wrapped([said], 72)) + (f"\n{_wrapped([answer], 72)}" if answer else "\n>")
            for said, answer in pairs
        ]
        letter.text = f"{letter.greeting}\n\n{line}\n" + "\n".join(parts) + f"\n{letter.closing}\n\n{sign}\n"
        return
    below = _wrapped([letter.greeting, *letter.body, letter.closing], 72)
    letter.text = f"{line}\n{_quote(parent.text)}\n\n{below}\n{sign}\n"


_WRITERS: dict[str, Callable[[Letter], None]] = {
    "gmail": _gmail,
    "outlook": _outlook,
    "apple": _apple,
    "iphone": _iphone,
    "thunderbird": _thunderbird,
}

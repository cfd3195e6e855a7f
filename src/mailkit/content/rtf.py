"""RTF bodies: the HTML or text that Outlook hid in them (MS-OXRTFEX), else their plain text. Linear, no recursion.

Outlook turns HTML into RTF in a way that can be undone: what belongs to the HTML stands in ``{\\*\\htmltag …}`` groups
and in the text outside ``\\htmlrtf … \\htmlrtf0``. RTF that encapsulates nothing gives its text: paragraphs, tabs,
cells; pictures, fonts and what a reader does not know are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mailkit.message.charset import decode

from .mapi import codec_of
from .tables import phrases

__all__ = ["RtfText", "read_rtf"]

MAX_TOKENS = 500_000  # groups, control words and stretches of text that are looked at
MAX_GROUPS = 1000  # nesting; what lies deeper is passed over
_TOKEN = re.compile(
    rb"([{}])|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|((?:\\'[0-9a-fA-F]{2})+)|\\(.)|([^\\{}]+)|(\\)", re.DOTALL
)
_HEX = re.compile(rb"\\'(..)", re.DOTALL)
_SKIPPED = frozenset(
    phrases(
        """
        fonttbl | colortbl | stylesheet | info | pict | header | footer | headerl | headerr | headerf | footerl |
        footerr | footerf | pntext | pntxta | pntxtb | nonshppict | themedata | colorschememapping | datastore |
        latentstyles | listtable | listoverridetable | rsidtbl | generator | xmlnstbl | filetbl | revtbl | objdata |
        bkmkstart | bkmkend | fldinst | mhtmltag | ftnsep | private
        """
    )
)
_SIGNS = {
    "par": "\n", "line": "\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "endash": "–", "emdash": "—", "sect": "\n", "page": "\n", "emspace": " ", "enspace": " ",
    "cell": " | ", "row": "\n",
}  # fmt: skip
_ENTITIES = {
    "lquote": "&lsquo;", "rquote": "&rsquo;", "ldblquote": "&ldquo;", "rdblquote": "&rdquo;", "bullet": "&bull;",
    "endash": "&ndash;", "emdash": "&mdash;", "emspace": "&emsp;", "enspace": "&ensp;",
}  # fmt: skip
# \fcharsetN of a font: its code page
_CHARSETS = {
    0: 1252, 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256,
    186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RtfText:
    """``html``: what is encapsulated, "" if the RTF hides no HTML. ``text``: the text, "" where there is ``html``."""

    html: str = ""
    text: str = ""


@dataclass(slots=True)
class _Group:
    """What a brace keeps: the destination and the properties of characters."""

    skip: bool = False
    tag: bool = False  # inside {\*\htmltag …}
    hidden: bool = False  # between \htmlrtf and \htmlrtf0
    fonts: bool = False  # inside {\fonttbl …}
    font: int = -1
    fallback: int = 1  # \ucN: characters after \uN that stand for it
    starred: bool = False  # \* was met: an unknown destination is passed over


def read_rtf(data: bytes) -> RtfText:
    """Read an RTF body. Never raises; at most ``MAX_TOKENS`` tokens are looked at."""
    reader = _Reader(data)
    reader.run()
    text = "".join(reader.out)
    if reader.is_html:
        return RtfText(html=text)
    return RtfText(text="\n".join(line.rstrip(" |") for line in text.split("\n")).strip("\n"))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.out: list[str] = []
        self.group = _Group()
        self.stack: list[_Group] = []
        self.buried = 0  # braces opened beyond MAX_GROUPS
        self.is_html = self.is_text = False
        self.codepage = 1252
        self.default_font = 0
        self.pages: dict[int, int] = {}  # font -> code page
        self.font_read = 0  # the font whose entry in the table is being read
        self.bytes = b""  # \'hh waiting for the rest of a character
        self.owed = 0  # characters to be passed over after \u
        self.surrogate = 0

    def run(self) -> None:
        at = 0
        for _ in range(MAX_TOKENS):
            match = _TOKEN.match(self.data, at)
            if match is None:
                break
            at = match.end()
            brace, word, number, hexes, sign, text, _ = match.groups()
            if hexes is not None:
                self._hexes(hexes)
            elif text is not None:
                self._text(text)
            elif brace is not None:
                self._brace(brace)
                if not self.stack:  # the end of the document
                    break
            elif word is not None:
                value = int(number) if number is not None else None
                if word == b"bin":
                    at = min(at + max(value or 0, 0), len(self.data))
                self._word(word.decode("ascii"), value)
            elif sign is not None:
                self._sign(sign)
        self._settle()

    # Groups

    def _brace(self, brace: bytes) -> None:
        self._settle()
        self.owed = 0
        if brace == b"{":
            if len(self.stack) >= MAX_GROUPS:
                self.buried += 1
                return
            self.stack.append(self.group)
            g = self.group
            self.group = _Group(g.skip, g.tag, g.hidden, g.fonts, g.font, g.fallback)
        elif self.buried:
            self.buried -= 1
        elif self.stack:
            self.group = self.stack.pop()

    # Text

    @property
    def _silent(self) -> bool:
        g = self.group
        return g.skip or g.fonts or self.buried > 0 or (self.is_html and g.hidden and not g.tag)

    def _write(self, text: str) -> None:
        if not self._silent:
            self.out.append(text)

    def _text(self, raw: bytes) -> None:
        if b"\n" in raw or b"\r" in raw:
            raw = raw.translate(None, b"\r\n")
        if self.owed:
            self.owed, raw = max(self.owed - len(raw), 0), raw[self.owed :]
        if raw and not self._silent:
            self._settle(raw)

    def _hexes(self, raw: bytes) -> None:
        data = bytes(int(two, 16) for two in _HEX.findall(raw))
        if self.owed:
            self.owed, data = max(self.owed - len(data), 0), data[self.owed :]
        if data and not self._silent:
            self.bytes += data

    def _settle(self, more: bytes = b"") -> None:
        """Write the bytes that wait. A double-byte character may end in a plain letter, so both go together."""
        data, self.bytes = self.bytes + more, b""
        self.surrogate = 0 if data else self.surrogate
        if data:
            self._write(decode(data, self._charset(), guess=False)[0])

    def _charset(self) -> str:
        font = self.group.font if self.group.font >= 0 else self.default_font
        return codec_of(self.pages.get(font, self.codepage))

    # Control words

    def _word(self, word: str, value: int | None) -> None:
        if word == "u" and value is not None:
            return self._unicode(value)
        self._settle()
        if self.owed:
            self.owed -= 1
        if sign := _SIGNS.get(word):
            return self._write(self._entity(word, sign))
        if handler := _WORDS.get(word):
            return handler(self, value)
        if word in _SKIPPED or self.group.starred:
            self.group.skip = True
        self.group.starred = False
        return None

    def _entity(self, word: str, sign: str) -> str:
        if not self.is_html:
            return sign
        if word in ("cell", "row"):
            return ""
        return sign if self.group.tag else _ENTITIES.get(word, sign)

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.group.starred = True
            return
        self._settle()
        if self.owed:
            self.owed -= 1
        elif sign in b"\\{}":
            self._write(sign.decode("ascii"))
        elif sign == b"~":
            self._write("&nbsp;" if self.is_html and not self.group.tag else "\u00a0")
        elif sign == b"_":
            self._write("&shy;" if self.is_html and not self.group.tag else "-")
        elif sign in b"\r\n":
            self._write("\n")

    def _unicode(self, value: int) -> None:
        self._settle()
        code = value & 0xFFFF
        self.owed = self.group.fallback
        if 0xD800 <= code < 0xDC00:
            self.surrogate = code
        elif 0xDC00 <= code < 0xE000:
            if self.surrogate:
                self._write(chr(0x10000 + ((self.surrogate - 0xD800) << 10) + (code - 0xDC00)))
            self.surrogate = 0
        else:
            self.surrogate = 0
            self._write(chr(code))

    def _font(self, value: int | None) -> None:
        if self.group.fonts:
            self.font_read = value or 0
        else:
            self.group.font = value or 0

    def _fcharset(self, value: int | None) -> None:
        if self.group.fonts and value in _CHARSETS and len(self.pages) < 5000:
            self.pages[self.font_read] = _CHARSETS[value] if value else self.codepage

    def _set(self, name: str, value: object) -> None:
        setattr(self.group, name, value)
        self.group.starred = False


Handler = Callable[[_Reader, int | None], None]


def _fromhtml(reader: _Reader, value: int | None) -> None:
    reader.is_html = value != 0


def _ansicpg(reader: _Reader, value: int | None) -> None:
    reader.codepage = value if value and 0 < value <= 65001 else 1252


def _deff(reader: _Reader, value: int | None) -> None:
    reader.default_font = value or 0


_WORDS: dict[str, Handler] = {
    "fromhtml": _fromhtml,
    "ansicpg": _ansicpg,
    "deff": _deff,
    "f": _Reader._font,
    "fcharset": _Reader._fcharset,
    "fonttbl": lambda reader, _: reader._set("fonts", True),
    "htmltag": lambda reader, _: reader._set("tag", True),
    "htmlrtf": lambda reader, value: reader._set("hidden", value != 0),
    "uc": lambda reader, value: reader._set("fallback", min(max(value if value is not None else 1, 0), 100)),
    "plain": lambda reader, _: reader._set("font", -1),
}

"""Bytes to text, whatever the label says.

A label is tried first, then UTF-8, then (if the package ``chardet`` is installed and guessing is allowed) a guess, then
windows-1252, which turns every byte into something. Nothing here raises for any bytes or any label.

Labels are read as browsers read them (WHATWG Encoding): ``iso-8859-1`` and ``us-ascii`` are written on windows-1252
text, ``gb2312`` on GB18030, ``shift_jis`` on cp932. Python's codecs that are not character sets (``base64``, ``zlib``,
``idna`` with its quadratic time, ``unicode_escape``) are never used for mail.
"""

from __future__ import annotations

import codecs
import importlib
import io
import re
from functools import lru_cache

__all__ = ["decode", "decode_header_bytes", "known", "plain_line_ends"]

_ALIASES = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "unicode": "utf-16",
    "ucs-2": "utf-16",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "windows-874": "cp874",
    "x-windows-949": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
}
_NOT_CHARSETS = frozenset(
    {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape", "undefined"}
    | {"mbcs", "oem", "charmap", "unicode-internal", "utf-8-sig"}
)
_LABEL_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.:+()")
_SAMPLE = 4096
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")


@lru_cache(maxsize=256)
def known(label: str) -> str | None:
    """The Python codec for a charset label, or None if there is none that is a character set."""
    name = label.strip().strip("\"'").lower()
    if name.startswith("cp-"):
        name = "cp" + name[3:]
    if not name or len(name) > 40 or not _LABEL_CHARS.issuperset(name):
        return None
    name = _ALIASES.get(name, name)
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, ImportError):
        return None
    if info.name in _NOT_CHARSETS or not getattr(info, "_is_text_encoding", True):
        return None
    return info.name


def _strict(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
        # UTF-7 can spell half a surrogate pair, which no database and no UTF-8 can hold.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if codec == "utf-7" else text
    except (UnicodeError, ValueError, LookupError):
        return None


def _nearly(data: bytes, codec: str) -> str | None:
    """Decode with replacement if only a little is broken, as in a text cut in the middle of a character."""
    try:
        text = data.decode(codec, "replace")
    except (UnicodeError, ValueError, LookupError):
        return None
    return text if text.count("\ufffd") * 20 <= len(text) else None


def _guess(data: bytes) -> str | None:
    try:
        chardet = importlib.import_module("chardet")
    except ImportError:
        return None
    # chardet 6 began to be modest: right guesses about short texts have 0.35, wrong ones less than 0.2.
    least = 0.3 if int(chardet.__version__.partition(".")[0]) >= 6 else 0.7
    first = _EIGHT_BIT.search(data)
    start = max(first.start() - 200, 0) if first else 0
    found = chardet.detect(data[start : start + _SAMPLE])
    if not found.get("encoding") or (found.get("confidence") or 0) < least:
        return None
    codec = known(str(found["encoding"]))
    return _strict(data, codec) if codec else None


def _last(data: bytes) -> str:
    """windows-1252; its five holes are read as ISO-8859-1 controls, as browsers do."""
    text = _strict(data, "cp1252")
    if text is not None:
        return text
    return "".join(_CP1252[byte] for byte in data) if len(data) < 4096 else data.decode("latin-1").translate(_TO_1252)


_TO_1252 = {b: bytes([b]).decode("cp1252") for b in range(128, 160) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_CP1252 = tuple(_TO_1252.get(b, chr(b)) for b in range(256))


def decode(data: bytes, label: str | None, *, guess: bool = True) -> tuple[str, bool]:
    """Decode ``data``. Returns the text and whether the label was right.

    Args:
        data: the bytes, transfer encoding undone.
        label: the declared charset, or None.
        guess: whether chardet may be asked; without it the result does not depend on what is installed.
    """
    if data.isascii() and (label is None or not _stateful(label)):
        return data.decode("ascii"), True
    codec = known(label) if label else None
    if codec is not None and codec != "ascii":
        text = _last(data) if codec == "cp1252" else _strict(data, codec)
        if text is not None:
            return text, True
    text = _strict(data, "utf-8")
    if text is None and codec is not None and codec != "ascii":
        text = _nearly(data, codec)
    if text is None and guess:
        text = _guess(data)
    if text is None:
        text = _last(data)
    return text, label is None and data.isascii()


@lru_cache(maxsize=256)
def _stateful(label: str) -> bool:
    """Whether ASCII bytes may mean other characters under this label (ISO-2022, HZ, UTF-7, UTF-16, EBCDIC)."""
    codec = known(label)
    if codec is None:
        return False
    probe = bytes(range(32, 127))
    return _strict(probe, codec) != probe.decode("ascii") or codec.startswith(("iso2022", "hz"))


def plain_line_ends(text: str) -> str:
    """CRLF becomes LF, and so does CR where it is the only line end."""
    decoder = io.IncrementalNewlineDecoder(None, translate=True)
    plain = decoder.decode(text, final=True)
    return text.replace("\r\n", "\n") if isinstance(decoder.newlines, tuple) and "\r" in decoder.newlines else plain


def decode_header_bytes(raw: bytes) -> str:
    """Raw header bytes to text: ASCII, UTF-8 (RFC 6532), else windows-1252. Never fails."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _last(raw)

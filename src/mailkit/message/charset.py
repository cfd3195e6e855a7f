"""Bytes to text, whatever the label says.

A label is tried first, then UTF-8, then (if the package ``chardet`` is installed and guessing is allowed) a guess, then
windows-1252, which turns every byte into something. Nothing here raises for any bytes or any label.

Labels are read as browsers read them (``labels``): ``iso-8859-1`` and ``us-ascii`` are written on windows-1252 text,
``gb2312`` on GB18030, ``shift_jis`` on cp932. Python's codecs that are not character sets (``base64``, ``zlib``,
``idna`` with its quadratic time, ``unicode_escape``) are never used for mail.
"""

from __future__ import annotations

import importlib
import io
import re
from functools import lru_cache

from mailkit.message.japanese import decode_iso2022_jp, is_iso2022_jp
from mailkit.message.labels import known

__all__ = ["decode", "decode_header_bytes", "plain_line_ends"]

_SAMPLE = 4096
# Windows' sets that have letters where the ISO sets have controls, which no mail has.
_SIBLINGS = {
    **{"iso8859-2": "cp1250", "iso8859-7": "cp1253", "iso8859-8": "cp1255", "iso8859-13": "cp1257"},
    **{"iso8859-15": "cp1252"},
}
_C1 = re.compile(rb"[\x80-\x9f]")
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return _whole(data.decode(codec), codec)
    except (UnicodeError, ValueError, LookupError):
        return None


def _whole(text: str, codec: str) -> str:
    """UTF-7 can spell half a surrogate pair, which no database and no UTF-8 can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if codec == "utf-7" else text


def _nearly(data: bytes, codec: str) -> str | None:
    """Decode with replacement if only a little is broken, as in a text cut in the middle of a character.

    What is labelled UTF-8 must have as many characters beyond ASCII that are right: in another charset there are none.
    """
    try:
        text = _whole(data.decode(codec, "replace"), codec)
    except (UnicodeError, ValueError, LookupError):
        return None
    broken = text.count("\ufffd")
    if codec == "utf-8":
        return text if broken <= len(text) - broken - len(data.translate(None, _EIGHTS)) else None
    return text if broken * 20 <= len(text) else None


_EIGHTS = bytes(range(128, 256))


def _labelled(data: bytes, codec: str) -> str | None:
    """The text, if the label is right, or means a neighbour of what the bytes are."""
    if codec == "cp1252":
        return _last(data)
    if codec.startswith("utf-16") and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        if b"\0" not in data and data.isascii() and not data.isalnum():
            return None  # a program's way to say "Unicode": in UTF-16 every blank and line end has a NUL
        if codec == "utf-16":
            codec = "utf-16-be" if data[::2].count(0) > data[1::2].count(0) else "utf-16-le"
    if codec in _SIBLINGS and _C1.search(data) and (text := _strict(data, _SIBLINGS[codec])) is not None:
        return text
    text = _strict(data, codec)
    if text is None and codec.startswith("iso2022_jp") and is_iso2022_jp(data):
        return decode_iso2022_jp(data)
    return text


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
        if is_iso2022_jp(data):
            return decode_iso2022_jp(data), False
        return data.decode("ascii"), True
    codec = known(label) if label else None
    if codec is not None and codec != "ascii":
        text = _labelled(data, codec)
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
    if "\r" not in text:
        return text
    decoder = io.IncrementalNewlineDecoder(None, translate=True)
    plain = decoder.decode(text, final=True)
    return text.replace("\r\n", "\n") if isinstance(decoder.newlines, tuple) and "\r" in decoder.newlines else plain


def decode_header_bytes(raw: bytes) -> str:
    """Raw header bytes to text: ASCII, UTF-8 (RFC 6532), else windows-1252. Never fails."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _last(raw)

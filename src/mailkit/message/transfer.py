"""Content-Transfer-Encoding (RFC 2045 section 6): undo it, and say what was broken. Nothing here raises."""

from __future__ import annotations

import binascii
import importlib
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

__all__ = ["KNOWN", "clean_base64", "decode_base64", "decode_qp", "decode_transfer", "encoding_name", "literal_equals"]

KNOWN = frozenset({"7bit", "8bit", "binary", "quoted-printable", "base64", "x-uuencode"})
_NAMES = {
    "qp": "quoted-printable",
    "quotedprintable": "quoted-printable",
    "quoted printable": "quoted-printable",
    "base-64": "base64",
    "base 64": "base64",
    "7-bit": "7bit",
    "8-bit": "8bit",
    "7 bit": "7bit",
    "7bits": "7bit",
    "8bits": "8bit",
    "8 bit": "8bit",
    "x-uue": "x-uuencode",
    "uuencode": "x-uuencode",
    "uue": "x-uuencode",
    "": "7bit",
}
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_ALPHABET = bytes(set(range(256)) - set(_ALPHABET) - {0x3D})
_BLANK = b" \t\r\n"
_ASCII = bytes(range(128))
_SAMPLE = 4096
_MOST_EQUALS = 8 * 1024 * 1024  # larger bodies keep a2b_qp's reading: what is replaced is three times as long
_LONGEST_END = 200  # padding, and empty lines after it
# Begins only where a run of blanks begins and never gives blanks back: linear.
_PADDING = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n)")
_PADDED = re.compile(rb"\n(?:(?<=[ \t]\n)|(?<=[ \t]\r\n))")  # looks at line ends only, so it is faster than the other
# Lines that end in CRLF and, before it, in a blank or in two signs: where there are none, that is seen at once.
_ODD_ENDS = re.compile(rb"\n(?<!(?:[^=][^ \t]|=[^ \t=])\r\n)")
_COMMENT = re.compile(r"\([^()]*+\)")
_SOFT_CR = re.compile(rb"\r(?!\n)(?<==\r)")


def encoding_name(value: str | None) -> str:
    """The encoding's plain name, common misspellings corrected, lower case. An unknown one is returned as it is."""
    if value is None:
        return "7bit"
    text = _COMMENT.sub(" ", value) if "(" in value else value
    name = text.partition(";")[0].partition("(")[0].strip(" \t\"'").lower()
    return _NAMES.get(name, name)


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str | None]:
    """Undo the transfer encoding. Returns the bytes and a defect code, or None if all was well."""
    if encoding == "base64":
        return decode_base64(data)
    if encoding == "quoted-printable":
        return decode_qp(data), None
    if encoding == "x-uuencode":
        return _decode_uu(data)
    return data, None if encoding in KNOWN else "unknown-encoding"


@lru_cache(maxsize=1)
def _fast_base64() -> Callable[[memoryview], bytes]:
    """pybase64 (the extra ``fast``) where it is installed, else the standard library. Both skip foreign bytes and
    refuse what is cut short; they differ where more follows padding: that is never given to this function."""
    try:
        return importlib.import_module("pybase64").b64decode  # type: ignore[no-any-return]
    except ImportError:
        return binascii.a2b_base64


def clean_base64(raw: bytes, start: int, end: int) -> bytes | None:
    """The content of a range that is whole base64 with padding at its end at most, or None. The range is not copied."""
    first = raw.find(b"=", start, end)
    if first >= 0 and (end - first > _LONGEST_END or raw[first:end].strip(_BLANK) not in (b"=", b"==")):
        return None
    try:
        out = _fast_base64()(memoryview(raw)[start:end])
    except binascii.Error:
        return None
    # Foreign bytes are skipped in silence: compare the size of what came out with what went in.
    # Lines of 76 characters and two for the line end give 0.73 bytes for each byte.
    return out if len(out) >= (end - start) * 0.72 - 2 else None


def decode_base64(data: bytes) -> tuple[bytes, str | None]:
    """Base64, lenient: foreign bytes are skipped, missing padding is added, padded pieces may follow each other."""
    if (clean := clean_base64(data, 0, len(data))) is not None:
        return clean, None
    body = data.rstrip(_BLANK)
    first = body.find(b"=")
    if first < 0 or first >= len(body) - 2:
        try:
            out = binascii.a2b_base64(body)
        except binascii.Error:
            return (data, "base64-invalid") if _is_prose(body) else (_decode_broken(body), "base64-truncated")
        good = len(out) >= len(body) * 0.72 - 2
        if good or not body.translate(None, _ALPHABET + b"= \t\r\n"):
            return out, None
        return (data if _is_prose(body) else out), "base64-invalid"
    return (data, "base64-invalid") if _is_prose(body[:first]) else _decode_pieces(body, first)


def _is_prose(body: bytes) -> bool:
    """Whether this is text that was labelled wrongly: base64 has no words with blanks between them and no 8-bit."""
    start = body[:_SAMPLE]
    if not start.translate(None, _ALPHABET + b"=" + _BLANK):
        return False
    return start.count(b" ") * 20 > len(start) or len(start.translate(None, _ASCII)) * 4 > len(start)


def _decode_broken(body: bytes) -> bytes:
    clean = body.translate(None, _NOT_ALPHABET + b"=")
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def _decode_pieces(body: bytes, first: int) -> tuple[bytes, str | None]:
    """Padding in the middle. More base64 after it is decoded too; other text (a list's footer) is left out."""
    rest = body[first:].lstrip(b"=")
    if rest.translate(None, _ALPHABET + b"=" + _BLANK):
        return _decode_broken(body[:first]), "base64-trailing-data"
    pieces = re.split(rb"=+", body, maxsplit=1000)
    return b"".join(map(_decode_broken, pieces)), "base64-pieces"


def decode_qp(data: bytes) -> bytes:
    """Quoted-printable; a wrong ``=XY`` stays as it is, blanks before a line end are transport padding and go."""
    if b"=\r" in data and _SOFT_CR.search(data):
        # a2b_qp reads up to the next LF after "=" CR and would swallow the text of a mail with bare CRs.
        data = _SOFT_CR.sub(b"\r\n", data)
    if not _ODD_ENDS.search(data):
        return binascii.a2b_qp(data)
    if b"==" in data and len(data) <= _MOST_EQUALS:
        data = literal_equals(data)
    if _PADDED.search(data):
        return b"".join(binascii.a2b_qp(_PADDING.sub(b"", block)) for block in _blocks(data))
    return binascii.a2b_qp(data)


def literal_equals(data: bytes) -> bytes:
    """Quoted-printable in which of two signs that follow each other the first stands for itself, and at the end of a
    line both: a program that did not encode its ruler meant its line end. a2b_qp takes two for one, and the escape that
    the second begins for text."""
    ended = data.replace(b"==\r\n", b"=3D=3D\r\n").replace(b"==\n", b"=3D=3D\n")
    # Twice, because pairs are replaced: what is left between two pairs is a pair again.
    pairs = ended.replace(b"==", b"=3D=").replace(b"==", b"=3D=")
    return pairs + b"3D" if data.endswith(b"==") else pairs


def _blocks(data: bytes, size: int = 1024 * 1024) -> Iterator[bytes]:
    """Pieces of about a megabyte that end where lines end: what is done to lines then needs bounded memory."""
    at = 0
    while at < len(data):
        end = data.find(b"\n", at + size) + 1 or len(data)
        yield data[at:end]
        at = end


def _decode_uu(data: bytes) -> tuple[bytes, str | None]:
    if not data.startswith(b"begin ") and b"\nbegin " not in data:
        return data, "uuencode-invalid"  # text that was labelled wrongly
    out: list[bytes] = []
    room = len(data)  # a line of one byte can announce 63: what is announced and not there may not fill the memory
    defect: str | None = None
    for line in (line for block in _blocks(data) for line in block.splitlines()):
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        piece = _uu_line(line)
        room -= len(piece or b"")
        if piece is None or room < 0:
            defect = "uuencode-invalid"
        else:
            out.append(piece)
    return b"".join(out), defect


def _uu_line(line: bytes) -> bytes | None:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Encoders pad with blanks which the transport cut off or doubled: read as many characters as are announced.
        length = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:length])
    except binascii.Error:
        return None

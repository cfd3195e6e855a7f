"""Text to wire: encoded-words, folding, parameters, transfer encodings, dates.

* encoded-words: RFC 2047, always UTF-8, at most 75 characters, never splitting a character
* folding: at 76 characters where encoded-words are used, else at 78; never a line over 998 bytes (RFC 5322 2.1.1)
* parameters: RFC 2045 token or quoted-string, else RFC 2231 with continuations
* text bodies: 7bit where it is one already, else quoted-printable or base64, whichever is shorter
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import datetime

from mailkit.compose.guard import TOKEN, write_field
from mailkit.errors import DraftError

ATEXT = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~")
_Q_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/")
_PCT_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: A longer word of a text goes as encoded-words, which can be folded.
LONGEST_WORD = 200
#: What a mailbox's name has on the line of the longest field that holds mailboxes.
_FIRST_OF_NAME = 76 - len("Disposition-Notification-To: ")


def field(name: str, tokens: Iterable[str]) -> bytes:
    """A header field of tokens separated by single spaces, folded between them."""
    every = list(tokens)
    width = 76 if any(token.startswith("=?") for token in every) else 78
    lines: list[str] = []
    line = ""
    room = width - len(name) - 1
    for token in every:
        late = not lines and token.startswith("=?")  # RFC 2047 leaves no room for it behind a name that long
        if (line or late) and len(line) + 1 + len(token) > room:
            lines.append(line)
            line, room = "", width
        line += " " + token
    lines.append(line)
    return write_field(name, "\r\n".join(lines).encode("utf-8"))


def unstructured(name: str, value: str, *, longest: int = LONGEST_WORD) -> bytes:
    """A header field of free text (Subject, X-…).

    Args:
        longest: a longer word makes encoded-words of the text.
    """
    if not value:
        return write_field(name, b" ")
    return field(name, value.split(" ") if _is_plain(value, longest) else encoded_words(value, 76 - len(name) - 2))


def _is_plain(value: str, longest: int = LONGEST_WORD) -> bool:
    """Whether the text survives folding and unfolding as it is."""
    if not value.isascii() or not value.isprintable() or "=?" in value:
        return False
    return all(0 < len(token) <= longest for token in value.split(" "))


def encoded_words(text: str, first: int = 75) -> list[str]:
    """The text as encoded-words; white space between them is not part of it (RFC 2047 section 6.2).

    Args:
        text: any text without lone surrogates.
        first: room for the first one on its line, in characters.
    """
    data = text.encode("utf-8")
    cost_q = sum(1 if byte in _Q_SAFE or byte == 0x20 else 3 for byte in data)
    use_q = cost_q <= (len(data) + 2) // 3 * 4
    words: list[str] = []
    piece = bytearray()
    size, room = 0, max(min(first, 75), 24) - 12
    for char in text:
        raw = char.encode("utf-8")
        cost = sum(1 if byte in _Q_SAFE or byte == 0x20 else 3 for byte in raw) if use_q else len(raw)
        total = size + cost if use_q else (len(piece) + cost + 2) // 3 * 4
        if piece and total > room:
            words.append(_word(bytes(piece), use_q))
            piece.clear()
            size, room = 0, 75 - 12
        piece += raw
        size += cost
    words.append(_word(bytes(piece), use_q))
    return words


def _word(data: bytes, use_q: bool) -> str:
    if not use_q:
        return f"=?utf-8?b?{base64.b64encode(data).decode('ascii')}?="
    coded = "".join("_" if b == 0x20 else chr(b) if b in _Q_SAFE else f"={b:02X}" for b in data)
    return f"=?utf-8?q?{coded}?="


def phrase(name: str) -> list[str]:
    """A display name as tokens: atoms, one quoted-string, or encoded-words (RFC 5322 section 3.2.5)."""
    if not name:
        return []
    if _is_plain(name):
        atoms = name.split(" ")
        if all(set(atom) <= ATEXT for atom in atoms):
            return atoms
        if len(name) <= 60:
            return ['"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return encoded_words(name, _FIRST_OF_NAME)


def params(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Parameters of Content-Type or Content-Disposition as tokens, each but the last ending with a semicolon."""
    tokens = [token for name, value in pairs for token in _param(name, value)]
    return [token + ";" for token in tokens[:-1]] + tokens[-1:]


def _param(name: str, value: str) -> list[str]:
    if value and set(value) <= TOKEN and "=?" not in value and len(value) <= 60 and "'" not in value:
        return [f"{name}={value}"]
    if value.isascii() and value.isprintable() and "=?" not in value and len(value) <= 60:
        return [f'{name}="' + value.replace("\\", "\\\\").replace('"', '\\"') + '"']
    pieces = _percent_pieces(value, 54)
    if len(pieces) == 1:
        return [f"{name}*=utf-8''{pieces[0]}"]
    return [f"{name}*{i}*=" + ("utf-8''" if i == 0 else "") + piece for i, piece in enumerate(pieces)]


def _percent_pieces(value: str, room: int) -> list[str]:
    pieces = [""]
    for char in value:
        coded = "".join(chr(b) if b in _PCT_SAFE else f"%{b:02X}" for b in char.encode("utf-8"))
        if pieces[-1] and len(pieces[-1]) + len(coded) > room:
            pieces.append("")
        pieces[-1] += coded
    return pieces


def date(when: datetime) -> str:
    """RFC 5322 section 3.3, with the offset kept.

    Raises:
        DraftError: the time has no zone.
    """
    offset = when.utcoffset()
    if offset is None:
        raise DraftError("The date of a message needs a time zone.", hint="Use datetime.now(UTC).")
    minutes = int(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    day = f"{_DAYS[when.weekday()]}, {when.day} {_MONTHS[when.month - 1]} {when.year:04d}"
    return f"{day} {when.hour:02d}:{when.minute:02d}:{when.second:02d} {zone}"


def crlf(data: bytes) -> bytes:
    """Every line end, CRLF, CR or LF, as CRLF."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def text_body(text: str, *, sturdy: bool = False) -> tuple[str, bytes]:
    """The transfer encoding and the encoded bytes of a text part, ending with CRLF.

    Args:
        sturdy: nothing in it that servers are known to change: blanks at line ends, lines that begin with "From " (RFC
            3156 section 5; what is signed must arrive byte for byte).
    """
    data = crlf(text.encode("utf-8"))
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    if fits_7bit(data) and not (sturdy and _is_fragile(data)):
        return "7bit", data
    quoted = binascii.b2a_qp(data, quotetabs=False, istext=True, header=False)
    if sturdy:
        # The rest of the line goes to one of its own: an escape makes it longer than 76 characters otherwise.
        quoted = (b"\r\n" + quoted).replace(b"\r\nFrom ", b"\r\n=46rom=\r\n ")[2:]
    encoded = base64_body(data)
    # A tie goes to the one that people can read.
    return ("quoted-printable", quoted) if len(quoted) <= len(encoded) else ("base64", encoded)


def fits_7bit(data: bytes) -> bool:
    """Whether the bytes are 7bit as RFC 2045 section 2.7 has it: ASCII, CRLF only, no NUL, no line over 998 bytes.

    Other control characters are legal there, and are not kept by every server on the way: they count as unfit."""
    if not data.isascii() or any(byte in data for byte in _UNSAFE):
        return False
    return max((len(line) for line in data.split(b"\r\n")), default=0) <= 998


def _is_fragile(data: bytes) -> bool:
    return b" \r\n" in data or b"\t\r\n" in data or data.startswith(b"From ") or b"\r\nFrom " in data


_UNSAFE = tuple(bytes([n]) for n in (*range(9), 11, 12, *range(14, 32), 127))


def base64_body(data: bytes) -> bytes:
    """Base64 in lines of 76 characters, each with CRLF (RFC 2045 section 6.8)."""
    return base64.encodebytes(data).replace(b"\n", b"\r\n")

"""The guard against injection: no value can add a header, a parameter, a part or a command.

The interpreter cannot be relied on: on 3.11.7 the standard library writes a real ``Bcc:`` line for the subject
``=?utf-8?q?a=0D=0ABcc:_x?=`` (CVE-2024-6923), and for a header *name* with a line break. So mailkit checks what it is
given, serialises by itself, and checks again where a line is written (``write_field``).

Refused in every value: C0 controls (a TAB is legal in a subject and in header values), DEL, C1 controls (NEL among
them), the line and paragraph separators U+2028 and U+2029, lone surrogates, and an encoded-word (RFC 2047) that
*decodes* to one of these: a reader that decodes before it splits lines would see the line break, and Python's own
``str.splitlines`` breaks at NEL, U+2028 and U+2029. Nothing is ever stripped silently.
"""

from __future__ import annotations

import binascii
import codecs
from collections.abc import Iterable, Mapping

from mailkit.errors import DraftError, InjectionError

_CONTROLS = frozenset(chr(n) for n in (*range(32), *range(127, 160), 0x2028, 0x2029))
_NOT_TAB = _CONTROLS - {"\t"}

#: Bytes of a header field. Postfix drops what stands beyond 102,400 (header_size_limit), without a word.
LONGEST_FIELD = 100_000

#: RFC 5322 section 3.6.8: printable US-ASCII except the colon.
FTEXT = frozenset(chr(n) for n in range(33, 127)) - {":"}

#: RFC 2045 section 5.1: what may stand in a type, a subtype or a parameter's name without quotes.
TOKEN = frozenset(chr(n) for n in range(33, 127)) - set('()<>@,;:\\"/[]?=')

# fmt: off
_RESERVED = frozenset({
    "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "return-path", "received", "delivered-to", "dkim-signature", "domainkey-signature",
    "authentication-results", "hp-outer",
})
# fmt: on
_RESERVED_PREFIXES = ("content-", "resent-", "arc-")

_NO_DIGIT = bytes(sorted(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")))

#: Python's codecs that are none of mail's, and take quadratic time.
_SLOW = frozenset({"punycode", "idna"})
_LONGEST_SLOW = 2000


def check_value(value: object, what: str, *, tab: bool = False) -> str:
    """Return the value if it may stand in a header.

    Args:
        value: any text.
        what: names the value in the error.
        tab: whether a TAB is legal there.

    Raises:
        InjectionError: it holds a control character or a lone surrogate, or an encoded-word that decodes to one.
    """
    if not isinstance(value, str):
        raise wrong_type(value, str, what)
    bad = _NOT_TAB if tab else _CONTROLS
    for char in value:
        if char in bad or "\ud800" <= char <= "\udfff":
            raise InjectionError(f"{what} holds the character U+{ord(char):04X}.")
    if "=?" in value and hides_control(value):
        raise InjectionError(f"{what} holds an encoded-word that decodes to a control character.")
    return value


def check_type(value: object, kind: type | tuple[type, ...], what: str) -> None:
    """Say at once what a wrong argument should have been; a checker of types is not everybody's habit.

    Raises:
        DraftError: the value is of none of the types.
    """
    kinds = kind if isinstance(kind, tuple) else (kind,)
    # True is an int for Python, and no number for anybody else.
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise wrong_type(value, kinds[0], what)


def check_message(value: object) -> None:
    """Raises:
    DraftError: it is no message that ``parse`` has read."""
    from mailkit.message import Message

    if not isinstance(value, Message):
        what = type(value).__name__
        raise DraftError(f"message must be a Message, not {what}.", hint="Read the bytes first: mailkit.parse(raw).")


def wrong_type(value: object, kind: type, what: str) -> DraftError:
    """The error for an argument of another type."""
    article = "an" if kind.__name__[0] in "AEIOUaeiou" else "a"
    return DraftError(f"{what} must be {article} {kind.__name__}, not {type(value).__name__}.")


def items_of(value: object, what: str) -> tuple[object, ...]:
    """The items of an argument that is a list, or another sequence or set.

    Raises:
        DraftError: it is one text, a mapping, or no collection at all.
    """
    if isinstance(value, (str, bytes, bytearray, Mapping)) or not isinstance(value, Iterable):
        raise DraftError(f"{what} must be a list, not {type(value).__name__}.")
    found: Iterable[object] = value
    return tuple(found)


def pair_of(value: object, what: str) -> tuple[object, object]:
    """A pair, given as a tuple or list.

    Raises:
        DraftError: it is none.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise DraftError(f"{what} must be a pair, not {type(value).__name__}.")
    first, second = value
    return first, second


def check_name(name: object) -> str:
    """Return the name of a header field if an application may set it.

    Raises:
        InjectionError: it is not a field name of RFC 5322.
        DraftError: mailkit writes this field itself.
    """
    if not isinstance(name, str) or not name or len(name) > 76 or not set(name) <= FTEXT or hides_control(name):
        raise InjectionError(f"{str(name)[:80]!r} is not a name of a header field.")
    low = name.lower()
    if low in _RESERVED or low.startswith(_RESERVED_PREFIXES):
        raise DraftError(
            f"The header field {name} is written by mailkit.", hint="Use the draft's own field, if there is one."
        )
    return name


def is_control(char: str) -> bool:
    """Whether a character may stand in no header: a control character, a line or paragraph separator."""
    return char in _CONTROLS


def hides_control(value: str) -> bool:
    """Whether an encoded-word in the text decodes to a control character. Linear: each piece is looked at once."""
    pieces = value.split("=?")[1:]
    for piece in pieces:
        fields = piece.split("?", 3)
        if len(fields) < 3:
            continue
        charset, encoding, payload = fields[0], fields[1].lower(), fields[2]
        data = _decoded(encoding, payload)
        if data is not None and (_controls_in(data) or _controls_as(data, charset)):
            return True
    return False


def _decoded(encoding: str, payload: str) -> bytes | None:
    raw = payload.encode("utf-8", "replace")
    if encoding == "b":
        return b"".join(map(_base64, raw.split(b"=")))
    if encoding == "q":
        return binascii.a2b_qp(raw, header=True)
    return None


def _base64(piece: bytes) -> bytes:
    """As the most lenient of readers: what is no digit is passed over, a digit too many left out."""
    digits = piece.translate(None, _NO_DIGIT)
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _controls_in(data: bytes) -> bool:
    return any((byte < 32 and byte != 9) or byte == 127 for byte in data)


def _controls_as(data: bytes, charset: str) -> bool:
    """UTF-7 and its like spell a line break with harmless bytes."""
    try:
        codec = codecs.lookup(charset.partition("*")[0]).name
        if codec in _SLOW and len(data) > _LONGEST_SLOW:
            return True  # nobody writes that much in a charset that is none
        text = data.decode(codec, "ignore")
    except (LookupError, ValueError):
        return False
    return any(char in _NOT_TAB for char in text)


def write_field(name: str, body: bytes) -> bytes:
    """The last guard: one header field, folded, as it goes on the wire, with its CRLF.

    Raises:
        InjectionError: the body would end the field, or a line is longer than 998 bytes (RFC 5322 section 2.1.1).
        DraftError: the field is longer than ``LONGEST_FIELD``.
    """
    whole = name.encode("ascii") + b":" + body
    if len(whole) > LONGEST_FIELD:
        raise DraftError(
            f"The header field {name} would have {len(whole):,} bytes; servers cut it at {LONGEST_FIELD:,}.",
            hint="Shorten the text or the file's name; give many recipients in bcc.",
        )
    for number, line in enumerate(whole.split(b"\r\n")):
        if b"\r" in line or b"\n" in line or b"\0" in line or (number and line[:1] not in (b" ", b"\t")):
            raise InjectionError(f"The header field {name} would add another field.")
        if number and not line.strip():
            raise InjectionError(f"The header field {name} would hold a blank line.")
        if len(line) > 998:
            raise InjectionError(f"The header field {name} cannot be folded to lines of at most 998 bytes.")
    return whole + b"\r\n"

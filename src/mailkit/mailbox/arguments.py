"""Arguments of IMAP commands, made safe. PURE.

imapclient and imaplib put a line break inside an argument on the wire as it is, and what follows it is a second
command. Every argument that mailkit sends goes through here: a control character is an ``InjectionError``,
everything else is quoted.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailkit.errors import InjectionError, InputError

_MAX = 4000
_NOT_IN_FLAGS = frozenset(' (){%*"]\\')


def check(value: str, what: str) -> str:
    """``value``, if it holds no control character.

    Raises:
        InjectionError: it holds one (C0, DEL or C1).
        InputError: it is longer than 4,000 characters.
    """
    if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in value):
        raise InjectionError(f"The {what} holds a line break or another control character.")
    if len(value) > _MAX:
        raise InputError(f"The {what} is longer than {_MAX} characters.")
    return value


def quoted(value: bytes) -> bytes:
    """A quoted string (RFC 9051 section 4.3). The bytes must hold no CR, LF or NUL.

    Raises:
        InjectionError: they do.
    """
    if any(byte in value for byte in (b"\r", b"\n", b"\0")):
        raise InjectionError("A value holds a line break or NUL.")
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def flag_list(flags: Sequence[str]) -> str:
    """Flags and keywords in parentheses.

    Raises:
        InputError: one is neither a system flag nor an atom (InjectionError for control characters).
    """
    for flag in flags:
        name = check(flag, "flag").removeprefix("\\")
        if not name or not name.isascii() or any(c in _NOT_IN_FLAGS for c in name):
            raise InputError(f"{flag[:50]!r} is not a flag that IMAP can carry.")
    return f"({' '.join(flags)})"

"""Bounces of servers that died out, read by flufl.bounce (the extra ``bounces``), where our own readers find nobody.

Without the package nothing is found here. It reads with the standard library's parser and with patterns of its own, so
it is given the beginning of the mail only, and only mail that says of itself that something was not delivered.
"""

from __future__ import annotations

import email.message
import importlib
from email import message_from_bytes

from mailkit.message import Message

from .delivery import clean_address

__all__ = ["legacy_recipients"]

MAX_BYTES = 48 * 1024  # of the mail; notices stand at its beginning
MAX_LINE = 2000  # nobody's notice has longer lines, and its patterns need not meet them
MAX_RECIPIENTS = 50
_ASCII = bytes(byte if byte < 128 else 0x3F for byte in range(256))


def legacy_recipients(message: Message) -> tuple[list[str], bool]:
    """The addresses that a notice names, and whether all of them are tried again. Never raises."""
    try:
        library = importlib.import_module("flufl.bounce")
    except ImportError:
        return [], False
    try:
        temporary, permanent = library.all_failures(_tame(message))
    except Exception:  # noqa: BLE001 - it meets strangers' bytes; what it cannot read it has not found
        return [], False
    names = [
        clean_address(name.decode("utf-8", "replace")) for name in sorted((*permanent, *temporary))[:MAX_RECIPIENTS]
    ]
    return list(dict.fromkeys(name for name in names if name)), bool(temporary) and not permanent


def _tame(message: Message) -> email.message.Message:
    """What the package can read. It gives up, with a traceback in the log, where From is missing or a header is not
    ASCII, and then asks none of its other readers."""
    lines = message.raw[:MAX_BYTES].split(b"\n")
    raw = b"\n".join([line[:MAX_LINE].translate(_ASCII) for line in lines])
    found = message_from_bytes(raw)
    if "@" not in str(found["from"]):
        del found["from"]
        found["From"] = "nobody@invalid"
    return found

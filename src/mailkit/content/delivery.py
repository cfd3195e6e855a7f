"""The machine-readable half of reports: field blocks of RFC 3464, RFC 5965 and RFC 8098, and what to read out of text.

All of it works on plain strings and in one pass; nothing here trusts that a block is where the RFC wants it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailkit.message.shown import ENDS_ADDRESS, addresses_in

__all__ = [
    "Fields",
    "blocks",
    "clean_address",
    "final_address",
    "original_address",
    "reply_code",
    "status_in",
    "typed_value",
]

Fields = dict[str, list[str]]

MAX_TEXT = 512 * 1024  # characters of a report that are looked at; real ones have a few thousand
MAX_BLOCKS = 2000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60}")
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"(?<![\d.#])[245][0-5]\d(?=[ -]|$)")
_XTEXT = re.compile(r"\+(2B|3D|40)")  # what RFC 3461 section 4 has written so, of what addresses hold
_UNITEXT = re.compile(r"\\x\{([0-9A-F]{1,6})\}")  # RFC 6533 section 3


def blocks(text: str) -> Iterator[Fields]:
    """Blocks of ``Name: value`` lines; names in lower case, folded lines joined. Quote marks before a line are
    ignored."""
    fields: Fields = {}
    last: list[str] | None = None
    count = 0
    for raw in text[:MAX_TEXT].split("\n"):
        line = raw.rstrip("\r").lstrip("> ") if raw.startswith((">", " >")) else raw.rstrip("\r")
        match = _NAME.match(line)
        if not line.strip():
            if fields:
                yield fields
                count += 1
                if count >= MAX_BLOCKS:
                    return
            fields, last = {}, None
        elif (line[0] in " \t" or _REPLY.match(line)) and last:  # some copy an answer of several lines as it is
            last[-1] = f"{last[-1]} {line.strip()}" if len(last[-1]) < 20_000 else last[-1]
        elif match and line[match.end() : match.end() + 1] == ":":
            last = fields.setdefault(match[0].lower(), [])
            last.append(line[match.end() + 1 :].strip())
        else:
            last = None
    if fields:
        yield fields


def typed_value(value: str) -> str:
    """What follows ``rfc822;`` or ``smtp;``; the whole value where there is no type."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and len(kind) <= 40 and " " not in kind.strip() else value.strip()


def final_address(value: str) -> str:
    """What a ``Final-Recipient`` value names: an address, or whatever else a server wrote there. Where its type is
    ``utf-8``, signs beyond ASCII may be written as ``\\x{F6}`` (RFC 6533 section 3)."""
    kind = value.partition(";")[0].strip().lower()
    text = typed_value(value)
    return _UNITEXT.sub(_character, text[:2000]) if kind == "utf-8" else text


def original_address(value: str) -> str:
    """The address in an ``Original-Recipient`` value, or "": some servers copy it as it was written in SMTP."""
    text = typed_value(value[:2000])
    text = _UNITEXT.sub(_character, text)
    if "@" not in text or "+2B" in text or "+3D" in text:
        text = _XTEXT.sub(lambda match: chr(int(match[1], 16)), text)
    return clean_address(text)


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else ""


def clean_address(value: str) -> str:
    """The address in a ``…-Recipient`` value, or "" if there is none."""
    text = value[:2000].strip().rstrip(".")
    if "<" in text:
        text = text.rpartition("<")[2].partition(">")[0].strip() or text
    local, at, domain = text.partition("@")
    if local and at and domain[:1].isalnum() and not any(char in ENDS_ADDRESS for char in text.replace('"', "")):
        return text if "@" not in domain and text[0] not in "|/" else ""
    return next(iter(addresses_in(value[:2000], 1)), "")


def status_in(text: str) -> str:
    """The first enhanced status (RFC 3463) in ``text``, or ""."""
    match = _STATUS.search(text[:MAX_TEXT])
    return match[0] if match else ""


def reply_code(text: str) -> int | None:
    """The first SMTP reply code in ``text``, or None."""
    match = _REPLY.search(text[:MAX_TEXT])
    return int(match[0]) if match else None

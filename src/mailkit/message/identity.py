"""When two arrivals are the same message.

``identity`` covers the Message-ID, the Date as a second in UTC, the authors' addresses, and ``content_digest``: the
decoded parts. It leaves out what transport and lists change on the way. The cases:

==================================================================  =========
the same mail in two folders, in two accounts                       same
trace headers added (Received, Delivered-To, X-…, DKIM-Signature)   same
headers added by a list (List-Id …), a tag before the subject        same
base64 turned into quoted-printable or 8bit, and back               same
other boundaries, other preamble, an empty part dropped             same
text turned from ISO-8859-1 into UTF-8, the label changed           same
CRLF turned into LF; blanks at line ends or at the end cut          same
the Date written with another offset for the same second            same
the From name changed, the address in other case                    same
a footer added by a list or a scanner                               different
our sent copy with a Message-ID rewritten by the server             different
two mails without Message-ID in one second, different text          different
one Message-ID, two contents                                        different
an HTML part added by the server, as Exchange does                  different
one attachment changed by one byte                                  different
the same bytes sent as text and as HTML                             different
no Message-ID, another subject or other recipients                  different
nothing but a subject, another subject                              different
an enclosed message from or to somebody else                        different
==================================================================  =========

(The sent copy with a rewritten Message-ID is found by the outbox by other means, not by its identity.)

Two mails that are taken for one are one mail lost; one mail taken for two is a nuisance. So whatever reading leaves
out counts as it is written: bytes that are no base64 inside base64, characters that the charset does not have, parts
beyond the limit. What a part is read as does not depend on optional packages: no charset is guessed here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC
from typing import TYPE_CHECKING

from mailkit.message.charset import decode

if TYPE_CHECKING:
    from mailkit.message.address import Address
    from mailkit.message.model import Message, Part

_BLANK = b" \t\r\n"
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="

# Begins only where a run of blanks begins and never gives blanks back: linear.
_PADDING = re.compile(r"(?<![ \t])[ \t]++(?=\n)")

__all__ = ["content_digest", "identity"]


def content_digest(message: Message) -> str:
    """SHA-256 (hex) over the decoded leaf parts, as described above."""
    return message.content_summary[0]


def identity(message: Message) -> str:
    """SHA-256 (hex) over Message-ID, Date, From and content."""
    date = message.date
    if date is not None:
        when = date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    else:
        when = " ".join((message.headers.get("date") or "").split())
    content, empty = message.content_summary
    fields = [message.message_id or "", when, "\n".join(_keys(message.from_)), content]
    if empty or not message.message_id:
        # Machines that give no Message-ID send the same words to many people, or say all in the subject.
        fields.append(" ".join(message.subject.split()))
    if not message.message_id:
        fields.append("\n".join(sorted({*_keys(message.to), *_keys(message.cc)})))
    return _hash(fields)


def _keys(addresses: Iterable[Address]) -> list[str]:
    return [address.key or address.name for address in addresses]


def _hash(fields: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for field in fields:
        data = field.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def summarise(message: Message) -> tuple[str, bool]:
    """The digest of the content, and whether there is none. ``message.content_summary`` keeps it."""
    digest = hashlib.sha256()
    empty = True
    for kind, data in _contents(message):
        if data:
            empty = False
            digest.update(b"%s%d:" % (kind, len(data)))
            digest.update(data)
    return digest.hexdigest(), empty


def _contents(message: Message) -> Iterator[tuple[bytes, bytes]]:
    for part in message.parts:
        if part.is_multipart and part.children:
            continue
        yield _normal(part)
        if not part.is_multipart and (part.content_defect or part.encoding == "x-uuencode"):
            yield b"r", _left_out(message.raw[part.start : part.end], part.encoding)
    if any(defect.code == "parts" for defect in message.structure_defects):
        yield b"r", message.raw[message.parts[-1].end :].translate(None, _BLANK)


def _left_out(raw: bytes, encoding: str) -> bytes:
    """The raw bytes, blanks apart, of an encoding that does not say all that stands there; missing padding is nothing
    left out."""
    if encoding == "base64" and not raw.translate(None, _BASE64 + _BLANK):
        return b""
    return raw.translate(None, _BLANK)


def _normal(part: Part) -> tuple[bytes, bytes]:
    if part.content_type.startswith("text/") or part.is_multipart:
        text, _ = decode(part.content, part.charset, guess=False)
        kind = b"h" if part.content_type == "text/html" else b"t"
        data = _plain(text).encode("utf-8", "surrogatepass")
        # What has no character in this charset became U+FFFD: only the bytes tell one from another.
        return kind, data + part.content.translate(None, _BLANK) if "\ufffd" in text else data
    inner = part.message
    if inner is not None:
        about = "\n".join((identity(inner), inner.subject, *_keys(inner.to), *_keys(inner.cc)))
        return b"m", about.encode("utf-8", "surrogatepass")
    return b"b", part.content


def _plain(text: str) -> str:
    """LF line ends, no blanks before them, none at the end; the ``>`` that mbox files put before "From " taken off."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if " \n" in text or "\t\n" in text:
        text = _PADDING.sub("", text)
    if ">From " in text:
        text = f"\n{text}".replace("\n>From ", "\nFrom ").removeprefix("\n")
    return text.rstrip(" \t\n").removeprefix("\ufeff")

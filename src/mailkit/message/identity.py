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
==================================================================  =========

(The sent copy with a rewritten Message-ID is found by the outbox by other means, not by its identity.)

What a part is read as does not depend on optional packages: no charset is guessed here.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC
from typing import TYPE_CHECKING

from mailkit.message.charset import decode

if TYPE_CHECKING:
    from mailkit.message.model import Message, Part

# Begins only where a run of blanks begins and never gives blanks back: linear.
_PADDING = re.compile(r"(?<![ \t])[ \t]++(?=\n)")

__all__ = ["content_digest", "identity"]


def content_digest(message: Message) -> str:
    """SHA-256 (hex) over the decoded leaf parts, as described above."""
    digest = hashlib.sha256()
    for part in message.parts:
        if part.is_multipart and part.children:
            continue
        kind, data = _normal(part)
        if data:
            digest.update(b"%s%d:" % (kind, len(data)))
            digest.update(data)
    return digest.hexdigest()


def identity(message: Message) -> str:
    """SHA-256 (hex) over Message-ID, Date, From and content."""
    date = message.date
    if date is not None:
        when = date.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    else:
        when = " ".join((message.headers.get("date") or "").split())
    authors = [address.key or address.name for address in message.from_]
    fields = [message.message_id or "", when, "\n".join(authors), content_digest(message)]
    digest = hashlib.sha256()
    for field in fields:
        data = field.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def _normal(part: Part) -> tuple[bytes, bytes]:
    if part.content_type.startswith("text/") or part.is_multipart:
        text, _ = decode(part.content, part.charset, guess=False)
        return b"t", _plain(text).encode("utf-8", "surrogatepass")
    inner = part.message
    if inner is not None:
        about = "\n".join((inner.message_id or "", inner.subject, content_digest(inner)))
        return b"m", about.encode("utf-8", "surrogatepass")
    return b"b", part.content


def _plain(text: str) -> str:
    """LF line ends, no blanks before them, none at the end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if " \n" in text or "\t\n" in text:
        text = _PADDING.sub("", text)
    return text.rstrip(" \t\n").removeprefix("\ufeff")

"""Header protection, writing (RFC 9788): the header fields stand inside of what is signed or encrypted too.

Signed: copies of all fields. Encrypted: the same, ``HP-Outer`` fields that tell what stands outside, and outside
``[...]`` instead of the subject (the standard's ``hcp_baseline``). For readers whose program knows nothing of it, the
subject stands on top of the text as well, marked so that others leave it out (section 5.2.2).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from mailkit.compose.guard import write_field

__all__ = ["HIDDEN", "marked", "on_top", "on_top_html", "payload", "replaced"]

HIDDEN = "[...]"
_MOST = 980  # bytes of a line that still takes the name "HP-Outer" in front
_BODY = re.compile(r"<body(?:\s[^<>]{0,2000})?>", re.IGNORECASE)
_FIRST_FIELD = re.compile(rb"[^\r\n]*(?:\r\n[ \t][^\r\n]*)*")


def marked(fields: bytes, scheme: str) -> bytes:
    """Header fields that begin with Content-Type, ``hp`` added to it."""
    first = _FIRST_FIELD.match(fields)
    end = first.end() if first else 0
    semicolon = b"" if fields[:end].endswith(b";") else b";"
    return fields[:end] + semicolon + b'\r\n hp="' + scheme.encode("ascii") + b'"' + fields[end:]


def replaced(fields: Sequence[bytes]) -> list[bytes]:
    """The outer header of an encrypted message: the subject hidden."""
    hidden = write_field("Subject", b" " + HIDDEN.encode("ascii"))
    return [hidden if field.lower().startswith(b"subject:") else field for field in fields]


def payload(fields: Sequence[bytes], outer: Sequence[bytes], content: bytes, body: bytes, *, cipher: bool) -> bytes:
    """The entity that is signed or encrypted.

    Args:
        fields: the header fields as the author means them. outer: as they stand outside.
        content: the fields of the body, Content-Type first.
    """
    told = [_told(field) for field in outer] if cipher else []
    return b"".join([*fields, *told, marked(content, "cipher" if cipher else "clear"), b"\r\n", body])


def _told(field: bytes) -> bytes:
    first = field.partition(b"\r\n")[0]
    return b"HP-Outer:" + (b" " if len(first) <= _MOST else b"\r\n ") + field


def on_top(text: str, subject: str) -> str:
    """Plain text with the subject above it."""
    return f"Subject: {subject}\n\n{text}"


def on_top_html(html: str, subject: str) -> str:
    """HTML with the subject above it."""
    from mailkit.content.protected import LEGACY_CLASS

    shown = f'<div class="{LEGACY_CLASS}"><pre>Subject: {escape(subject)}</pre></div>'
    body = _BODY.search(html)
    at = body.end() if body else 0
    return html[:at] + shown + html[at:]

"""Folder names on the wire: modified UTF-7 (RFC 3501 section 5.1.3). Pure."""

from __future__ import annotations

import base64
import binascii


def encode(name: str) -> bytes:
    """``"Entwürfe & mehr"`` -> ``b"Entw&APw-rfe &- mehr"``."""
    out = bytearray()
    wide = ""
    for char in name + "\0":
        if char != "\0" and not " " <= char <= "~":
            wide += char
            continue
        if wide:
            packed = base64.b64encode(wide.encode("utf-16-be", "surrogatepass")).rstrip(b"=").replace(b"/", b",")
            out += b"&" + packed + b"-"
            wide = ""
        out += b"&-" if char == "&" else char.encode() if char != "\0" else b""
    return bytes(out)


def decode(name: bytes) -> str:
    """The opposite of ``encode``. Raises ValueError for what is not modified UTF-7."""
    out: list[str] = []
    at = 0
    while (start := name.find(b"&", at)) >= 0:
        out.append(name[at:start].decode("ascii"))
        end = name.find(b"-", start)
        if end < 0:
            raise ValueError("shift without end")
        packed = name[start + 1 : end].replace(b",", b"/")
        try:
            wide = base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
        except binascii.Error as error:
            raise ValueError("bad base64") from error
        out.append(wide.decode("utf-16-be") if packed else "&")
        at = end + 1
    out.append(name[at:].decode("ascii"))
    return "".join(out)

"""File names of attachments, made safe to write to a directory of ours on any system."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["safe_filename"]

_MAX = 150
_MAX_BYTES = 240  # most file systems allow 255 bytes
# What Windows turns into a path where a program asks for the name in the machine's code page ("best fit").
_LIKE_PATHS = str.maketrans(dict.fromkeys("\u2044\u2215\u29f5\u29f8\ufe68\uff0f\uff3c\uff1a\u2236\uff02\uff5c", "_"))
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"]
)
_EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/rfc822-headers": ".txt",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/json": ".json",
    "application/xml": ".xml",
    "application/ms-tnef": ".dat",
    "application/pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m",
    "application/pgp-signature": ".asc",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/svg+xml": ".svg",
    "image/tiff": ".tiff",
    "image/webp": ".webp",
    "audio/mpeg": ".mp3",
    "video/mp4": ".mp4",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "message/delivery-status": ".txt",
}


def safe_filename(name: str | None, content_type: str, index: int) -> str:
    """A name without directories, control or direction-changing characters, device names; 1 to 150 characters.

    Args:
        name: the name the sender gave, or None.
        content_type: gives the extension where there is no name.
        index: the number of the part, used in an invented name.
    """
    text = unicodedata.normalize("NFC", (name or "")[:1000])
    # Format characters (Cf) hide or turn round a part of a name: "invoice\u202efdp.exe" is shown as "invoiceexe.pdf".
    text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Cs", "Co", "Zl", "Zp"))
    text = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    text = _FORBIDDEN.sub("_", text).translate(_LIKE_PATHS)
    text = " ".join(text.split()).strip(". ")
    if not text.strip("._- "):
        return f"part-{index}{_EXTENSIONS.get(content_type.lower(), '.bin')}"
    if text.partition(".")[0].strip().lower() in _RESERVED:
        text = "_" + text
    return _shorten(text)


def _shorten(text: str) -> str:
    stem, dot, extension = text.rpartition(".")
    if not stem or len(extension) > 16:
        stem, dot, extension = text, "", ""
    tail = dot + extension
    stem = stem[: _MAX - len(tail)]
    while len((stem + tail).encode("utf-8", "replace")) > _MAX_BYTES:
        stem = stem[:-1]
    return (stem.rstrip(". ") or "part") + tail

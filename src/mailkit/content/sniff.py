"""What a file is by its first bytes, whatever its name and its label say."""

from __future__ import annotations

import re

from .tables import rows

__all__ = ["differs", "is_program", "sniff", "type_of_name"]

_LOOK = 64 * 1024  # bytes at each end in which the parts of an archive are looked for
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"MSCF", "application/vnd.ms-cab-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "text/rtf"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (b"#!", "text/x-shellscript"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
    (b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
    (b"%!PS", "application/postscript"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_FTYP = {
    b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif", b"avif": "image/avif",
    b"qt  ": "video/quicktime", b"M4A ": "audio/mp4",
}  # fmt: skip
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_IN_ZIP = (
    (b"word/", _OPEN_XML + "wordprocessingml.document"),
    (b"xl/", _OPEN_XML + "spreadsheetml.sheet"),
    (b"ppt/", _OPEN_XML + "presentationml.presentation"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)
_IN_OLE = (
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]{0,500}>\s*)?(?:<!--.{0,1000}?-->\s*){0,5}<!?(?:doctype\s+)?([a-z]{1,20})",
    re.IGNORECASE | re.DOTALL,
)
_PROGRAMS = frozenset(
    {
        "application/x-executable", "application/vnd.microsoft.portable-executable", "application/x-mach-binary",
        "application/java-vm", "application/java-archive", "application/x-ms-shortcut", "text/x-shellscript",
    }
)  # fmt: skip
# Labels that are no lie although the bytes say something else: the formats that are built on others.
_ALSO = dict(
    rows(
        """
application/zip: application/x-zip | application/vnd. | application/epub | application/java | application/x-java |
    application/x-apple | model/
application/x-ole-storage: application/msword | application/vnd. | application/x-ms | application/msexcel
text/xml: application/
image/svg+xml: application/xml | text/xml
text/html: application/xhtml
text/rtf: application/rtf | application/msword
application/gzip: application/x-gzip | application/x-tar | application/x-compressed | application/gzip-compressed
application/vnd.rar: application/x-rar | application/rar
application/vnd.microsoft.portable-executable: application/x-ms | application/x-dosexec | application/exe |
    application/x-exe
application/x-executable: application/x-elf | application/x-sharedlib
application/java-archive: application/x-java | application/vnd. | application/zip
application/ms-tnef: application/vnd.ms-tnef
application/ogg: audio/ | video/
video/webm: audio/
video/mp4: audio/ | application/mp4
text/x-shellscript: text/ | application/x-sh | application/javascript | application/x-perl | application/x-python
"""
    )
)
_VAGUE = ("", "application/octet-stream", "application/binary", "application/x-download", "application/force-download")


def sniff(data: bytes) -> str:
    """The content type that the bytes speak of, "" where they say nothing. Looks at 128 KiB at most."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            if kind == "application/zip":
                return _zip(data)
            return _ole(data) if kind == "application/x-ole-storage" else kind
    if data[:4] == b"RIFF":
        return _RIFF.get(data[8:12], "")
    if data[4:8] == b"ftyp":
        return _FTYP.get(data[8:12], "video/mp4")
    if data[:2] == b"BM" and len(data) > 26 and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    return _markup(data)


def _zip(data: bytes) -> str:
    if data[30:38] == b"mimetype":
        kind = data[38:118].partition(b"PK")[0]
        if kind.startswith(b"application/") and kind.isascii():
            return kind.decode("ascii").strip()
    ends = data[:_LOOK] + data[-_LOOK:]
    if b"[Content_Types].xml" in ends or b"META-INF/" in ends:
        return next((kind for name, kind in _IN_ZIP if name in ends), "application/zip")
    return "application/zip"


def _ole(data: bytes) -> str:
    ends = data[:_LOOK] + data[-_LOOK:]
    names = ((name.encode("utf-16-le"), kind) for name, kind in _IN_OLE)
    return next((kind for name, kind in names if name in ends), "application/x-ole-storage")


def _markup(data: bytes) -> str:
    head = data[:2000].removeprefix(b"\xef\xbb\xbf")
    match = _MARKUP.match(head)
    name = match[1].lower() if match else b""
    if name in (b"html", b"head", b"body", b"script"):
        return "text/html"
    if name == b"svg":
        return "image/svg+xml"
    return "text/xml" if head.startswith(b"<?xml") else ""


def is_program(kind: str) -> bool:
    """Whether a sniffed type is one that runs when it is opened."""
    return kind in _PROGRAMS


_BY_NAME = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff", "mp3": "audio/mpeg",
    "wav": "audio/wav", "mp4": "video/mp4", "txt": "text/plain", "csv": "text/csv", "ics": "text/calendar",
    "docx": _OPEN_XML + "wordprocessingml.document", "xlsx": _OPEN_XML + "spreadsheetml.sheet",
    "pptx": _OPEN_XML + "presentationml.presentation", "doc": "application/msword", "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint", "rtf": "text/rtf", "odt": "application/vnd.oasis.opendocument.text",
}  # fmt: skip


def type_of_name(name: str) -> str:
    """The type that a file's name promises; "" for names that promise nothing harmless."""
    return _BY_NAME.get(name.rpartition(".")[2].strip().lower(), "")


def differs(declared: str, found: str) -> bool:
    """Whether a declared type says something else than what the bytes are. A vague label lies about nothing."""
    if declared in _VAGUE or not found or declared == found or declared.startswith(_ALSO.get(found, ("\0",))):
        return False
    if is_program(found):
        return True
    if found.startswith(("image/", "audio/", "video/", "text/")) and declared.startswith(found.partition("/")[0]):
        return False
    if found.startswith((_OPEN_XML, "application/vnd.oasis", "application/epub")):
        return not declared.startswith(("application/vnd.", "application/zip", "application/x-zip", "application/epub"))
    if found.startswith("application/vnd.ms-") or found == "application/msword":
        return not declared.startswith(tuple(f"application/{kind}" for kind in ("vnd.ms-", "ms", "x-ms", "x-ole")))
    return True

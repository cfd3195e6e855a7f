"""All files of a mail: names, types by their bytes, digests, and what lies about itself."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit import Limits
from mailkit.content import read
from mailkit.content.sniff import differs, is_program, sniff
from mailkit.message import parse


def packed(*names: str, first: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
ODT = "application/vnd.oasis.opendocument.text"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (packed("a.txt"), "application/zip"),
        (packed("[Content_Types].xml", "word/document.xml"), WORD),
        (
            packed("content.xml", first="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (packed("META-INF/MANIFEST.MF", "A.class"), "application/java-archive"),
        (OLE, "application/x-ole-storage"),
        (OLE + "WordDocument".encode("utf-16-le"), "application/msword"),
        (OLE + "__properties_version1.0".encode("utf-16-le"), "application/vnd.ms-outlook"),
        (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
        (b"<!DOCTYPE html><html>", "text/html"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg>", "image/svg+xml"),
        (b"<?xml version='1.0'?><invoice>", "text/xml"),
        (b"<!-- x --><script>alert(1)</script>", "text/html"),
        (b"Dear Ana,", ""),
        (b"", ""),
    ],
)
def test_what_a_file_is_by_its_bytes(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@pytest.mark.parametrize(
    ("declared", "found", "lies"),
    [
        ("image/png", "application/vnd.microsoft.portable-executable", True),
        ("application/pdf", "application/zip", True),
        ("application/pdf", "text/html", True),
        ("text/plain", "text/html", False),
        ("image/jpg", "image/jpeg", False),
        ("image/jpeg", "image/png", False),
        ("application/octet-stream", "application/vnd.microsoft.portable-executable", False),
        ("application/x-msdownload", "application/vnd.microsoft.portable-executable", False),
        ("application/zip", WORD, False),
        (WORD, "application/zip", False),
        ("application/msword", "application/x-ole-storage", False),
        ("application/vnd.ms-excel", "application/msword", False),
        ("application/pdf", WORD, True),
        ("application/pdf", "", False),
        ("image/svg+xml", "text/html", True),
    ],
)
def test_what_lies_about_itself(declared: str, found: str, lies: bool) -> None:
    assert differs(declared, found) is lies
    assert is_program("application/java-archive")


def attached(kind: str, name: str, body: bytes) -> bytes:
    return (
        b"From: a@b.example\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\n"
        b"Content-Type: " + kind.encode() + b'\nContent-Disposition: attachment; filename="' + name.encode() + b'"\n\n'
        + body + b"\n--b--\n"
    )  # fmt: skip


def test_one_file() -> None:
    file = read(parse(attached("image/png", "../a/photo.png", b"MZ\x90"))).attachments[0]
    assert (file.name, file.given_name) == ("photo.png", "../a/photo.png")
    assert (file.declared_type, file.sniffed_type) == ("image/png", "application/vnd.microsoft.portable-executable")
    assert file.is_disguised
    assert (file.size, file.sha256) == (3, hashlib.sha256(b"MZ\x90").hexdigest())
    assert (file.part, file.origin, file.inline, file.defect) == (2, "mime", False, "")


def test_a_file_without_a_name_gets_one() -> None:
    raw = attached("application/octet-stream", "", b"%PDF-1.7").replace(b'; filename=""', b"")
    file = read(parse(raw)).attachments[0]
    assert (file.name, file.content_type) == ("part-2.pdf", "application/pdf")


def test_a_file_in_the_text_is_taken_out_of_it() -> None:
    body = "Grüße\n\nbegin 644 notes.txt\n#0V%T\n`\nend\nBo\n".encode("latin-1")
    view = read(parse(b"From: a@b.example\nContent-Type: text/plain; charset=iso-8859-1\n\n" + body))
    assert view.text == "Grüße\n\nBo"
    assert [(file.name, file.content, file.origin) for file in view.attachments] == [("notes.txt", b"Cat", "uuencode")]


def test_the_number_of_files_is_bounded() -> None:
    many = b"begin 644 a\n#0V%T\n`\nend\n" * 50
    raw = b"From: a@b.example\nContent-Type: text/plain\n\n" + many
    assert len(read(parse(raw, Limits(parts=5))).attachments) == 5


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    kind = sniff(data)
    assert differs("image/png", kind) in (True, False)
    for file in read(parse(attached("a/b", "n", data))).attachments:
        assert file.name
        assert file.content_type
        assert file.size == len(file.content)

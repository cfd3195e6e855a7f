"""The types of files, the same on every machine."""

from __future__ import annotations

import mimetypes

import pytest

from mailkit.compose import Attachment, Draft
from mailkit.compose.filetypes import UNKNOWN, guess
from mailkit.compose.mime import is_content_type
from mailkit.message import parse

OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Offer.PDF", "application/pdf"),
        ("Angebot 1042.docx", f"{OFFICE}.wordprocessingml.document"),
        ("a.b.xlsx", f"{OFFICE}.spreadsheetml.sheet"),
        ("x.pptx", f"{OFFICE}.presentationml.presentation"),
        ("x.odt", "application/vnd.oasis.opendocument.text"),
        ("x.tar.gz", "application/gzip"),
        ("x.webp", "image/webp"),
        ("x.ics", "text/calendar"),
        ("x.eml", "message/rfc822"),
        (".pdf", "application/pdf"),
        ("data:text/html,x.pdf", "application/pdf"),
        ("http://x.example/a.html?b.png", "image/png"),
        ("", UNKNOWN),
        ("pdf", UNKNOWN),
        ("x.", UNKNOWN),
        ("x.nobody-knows", UNKNOWN),
        ("x.pdf/", UNKNOWN),
        ("x.\u0440\u0434\u0444", UNKNOWN),
        ("x." + "a" * 10_000, UNKNOWN),
    ],
)
def test_the_ending_of_a_name_tells_the_type(monkeypatch, name, kind):
    monkeypatch.setattr(mimetypes, "_db", mimetypes.MimeTypes(()))  # a machine without tables
    assert guess(name) == kind
    assert is_content_type(kind)


@pytest.mark.parametrize(
    ("content", "charset"), [("Größe;1\r\n".encode(), "utf-8"), (b"a;1\r\n", "utf-8"), ("Größe".encode("cp1252"), None)]
)
def test_a_text_that_is_utf8_says_so(composed, content, charset):
    [part] = parse(composed(Draft(to="b@c.example", attachments=Attachment("a.csv", content))).raw).attachments
    assert part.content_type == "text/csv"
    assert part.charset == charset
    assert part.content == content

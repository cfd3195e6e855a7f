"""What a reader sees of pictures, links, lists and files that stand where programs of the world put them."""

from __future__ import annotations

import base64

import pytest

from mailkit import parse, read
from mailkit.content.html import sanitize
from mailkit.content.text import MAX_NODES, MAX_TAGS, html_to_text

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HEAD = b"From: bo@b.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
TEXT = b"Content-Type: text/plain\r\n\r\nhello"
DATA_URL = f'src="data:image/png;base64,{base64.b64encode(PNG).decode()}"'


def multipart(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(b"--B\r\n" + part + b"\r\n" for part in parts)
    return HEAD + b"Content-Type: multipart/" + kind + b"; boundary=B\r\n\r\n" + body + b"--B--\r\n"


def file(fields: bytes, data: bytes = PNG) -> bytes:
    return fields + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(data)


def page(src: bytes) -> bytes:
    return b"Content-Type: text/html\r\n\r\n<p>x<img src='" + src + b"'></p>"


def test_a_picture_between_two_texts_is_shown_and_is_a_file() -> None:
    picture = file(b'Content-Type: image/png\r\nContent-Disposition: inline; filename="a.png"')
    view = read(parse(multipart(b"mixed", TEXT, picture, TEXT)))
    assert [(one.name, one.inline, one.content) for one in view.attachments] == [("a.png", True, PNG)]
    assert view.html.count(DATA_URL) == 1
    assert view.html.index("hello") < view.html.index(DATA_URL) < view.html.rindex("hello")
    assert view.safe_html().html.count("<img") == 0


def test_a_mail_that_is_nothing_but_a_picture() -> None:
    view = read(parse(HEAD + file(b"Content-Type: image/png")))
    assert [one.name for one in view.attachments] == ["part-0.png"]
    assert DATA_URL in view.html


@pytest.mark.parametrize("kind", [b"image/png", b"application/octet-stream; name=a.png", b"image/x-png"])
@pytest.mark.parametrize("src", [b"cid:1@a", b"cid:1%40a", b"CID:1@a"])
def test_an_inline_picture_is_found_by_any_spelling_of_its_name(kind: bytes, src: bytes) -> None:
    picture = file(b"Content-ID: <1@a>\r\nContent-Type: " + kind)
    assert DATA_URL in read(parse(multipart(b"related", page(src), picture))).html


def test_what_is_no_picture_is_not_put_into_the_page() -> None:
    script = file(b"Content-ID: <1@a>\r\nContent-Type: image/png", b"<html><script>x</script>")
    assert "data:" not in read(parse(multipart(b"related", page(b"cid:1@a"), script))).html


def test_two_parts_with_one_content_id_are_told() -> None:
    one = file(b"Content-ID: <1@a>\r\nContent-Type: image/png")
    other = file(b"Content-ID: <1@a>\r\nContent-Type: image/png", PNG + b"x")
    message = parse(multipart(b"related", page(b"cid:1@a"), one, other))
    assert [one.code for one in message.ambiguities] == ["content-ids"]
    assert DATA_URL in read(message).html


def test_files_of_one_name_get_names_of_their_own() -> None:
    names = (b"a.png", b"A.PNG", b"a (2).png", b"a.png", b"b", b"b")
    parts = [file(b"Content-Type: image/png\r\nContent-Disposition: attachment; filename=" + n) for n in names]
    found = [one.name for one in read(parse(multipart(b"mixed", TEXT, *parts))).attachments]
    assert found == ["a.png", "A (2).PNG", "a (2) (2).png", "a (3).png", "b", "b (2)"]


@pytest.mark.parametrize(
    ("name", "data", "disguised"),
    [
        (b"invoice.pdf", b"MZ" + bytes(100), True),
        (b"photo.jpg", b"<html><script>x</script>", True),
        (b"photo.jpg", PNG, False),
        (b"setup.exe", b"MZ" + bytes(100), False),
        (b"report.docx", b"PK\x03\x04" + bytes(50), False),
    ],
)
def test_a_name_that_says_something_else_is_a_disguise(name: bytes, data: bytes, disguised: bool) -> None:
    attached = file(
        b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=" + name, data
    )
    [found] = read(parse(multipart(b"mixed", TEXT, attached))).attachments
    assert found.is_disguised is disguised


def test_text_without_control_characters() -> None:
    view = read(parse(HEAD + b"\r\na\0b\x07c\x1b[31md\te\r\nf"))
    assert view.text == "abc[31md\te\nf"
    assert "\0" not in view.html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<ol start=3><li>x</li><li value=7>y</li><li>z</li></ol>", "3. x\n7. y\n8. z"),
        ("<a href='http://x.example'><img src=a alt='Pay now'></a>", "[Pay now] <http://x.example>"),
        ("<a href='http://x.example'><img src=a></a>", ""),
        ("<a href='tel:+4912'>call</a> <a href='tel:+4912'>+49 12</a>", "call <+4912> +49 12"),
        ("<div style='white-space:pre'>a\n  b<p style='white-space:normal'>c\nd</p>e</div>", "a\n  b\n\nc d\n\ne"),
        ("<div style='display\n:\tnone'>p</div>x", "x"),
        ("<div style='max-height:0px;overflow:hidden'>p</div>x", "x"),
        ("<div style='line-height:0;overflow:hidden'>p</div>x", "p\nx"),
        ("<div style='opacity: 0'>p</div><i style='opacity:0.5'>x</i>", "x"),
        ("<details><summary>s</summary>d</details>", "s\nd"),
    ],
)  # fmt: skip
def test_text_of_html(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize("href", ["https:logout", "https:/logout", "http:logout", "HTTPS:\\logout"])
def test_no_link_leads_into_the_application(href: str) -> None:
    assert "href" not in sanitize(f"<a href='{href}'>x</a>").html


def test_a_table_of_any_size_stays_readable() -> None:
    row = "<tr><td>name</td><td>1 &lt; 2</td></tr>\n"
    style = "<head><title>t</title><style>td {x: y}</style></head><!-- a > b -->"
    text = html_to_text(f"{style}<table>{row * MAX_NODES}</table><p>end")
    assert text.count("\nname | 1 < 2") == MAX_NODES - 1
    assert text.endswith("\nend")
    assert "x: y" not in text
    assert "b --" not in text


def test_a_style_sheet_that_never_ends_hides_nothing_of_a_large_page() -> None:
    text = html_to_text("<p>a</p>" * MAX_NODES * 2 + "<style>b")
    assert text.endswith("b")


def test_the_reply_in_a_page_without_bounds_is_read_from_its_text() -> None:
    page = "<p>new</p>" + "<b>x</b>" * MAX_TAGS + "<p>On 1 May 2026, Ana wrote:</p><blockquote>old</blockquote>"
    raw = HEAD + b"In-Reply-To: <1@a.example>\r\nContent-Type: text/html\r\n\r\n" + page.encode()
    assert read(parse(raw)).reply_text.startswith("new")


def test_many_lines_of_preserved_text_are_those_of_few() -> None:
    few = html_to_text("<blockquote><pre>a\n\n\n\n\nb\n c</pre>x</blockquote>")
    many = html_to_text("<blockquote><pre>" + "a\n\n\n\n\nb\n c\n" * 40 + "a\n\n\n\n\nb\n c</pre>x</blockquote>")
    assert many.endswith(few)
    assert many.split("\n")[:4] == few.split("\n")[:4]
    assert many.count("> b") == 41

"""Where two programs read two messages: told in ``ambiguities``, and nothing that one of them sees is left out."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime

import pytest

from mailkit import Limits, parse, read
from mailkit.message import decode_words, parse_addresses, parse_date, safe_filename
from mailkit.message.charset import decode
from mailkit.message.labels import known
from mailkit.message.params import read_disposition, read_params

HEAD = b"From: bo@b.example\r\nSubject: s\r\nMIME-Version: 1.0\r\n"


def multipart(kind: bytes, *lines: bytes) -> bytes:
    return HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + b"\r\n".join(lines) + b"\r\n"


def codes(raw: bytes) -> list[str]:
    return [one.code for one in parse(raw).ambiguities]


@pytest.mark.parametrize(
    "value",
    [
        b'"boss@corp.example" <x@evil.example>',
        b"boss@corp.example <x@evil.example>",
        b"=?utf-8?q?boss=40corp.example=3e?=x@evil.example",
        b"=?utf-8?q?boss=40corp.example?=",
        b"<x@evil.example> boss@corp.example",
        b"x@evil.example (boss@corp.example)",
        "boss＠corp.example <x@evil.example>".encode(),
        "\u202eelpmaxe.proc@ssob <x@evil.example>".encode(),
    ],
)
def test_a_name_that_shows_another_sender_is_told(value: bytes) -> None:
    assert "from-name" in codes(b"From: " + value + b"\r\n\r\nhi")


@pytest.mark.parametrize(
    "value",
    [
        b"boss@corp.example@evil.example",
        b'"boss@corp.example"@evil.example',
        b"x=?utf-8?q?=40corp.example?=@evil.example",
        b"Bo <=?utf-8?q?boss=40corp.example?=>",
        b"boss@corp.example\x00 <boss@corp.example>",
        b"boss@corp.example\x0b <boss@corp.example>",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_told(value: bytes) -> None:
    assert "from-syntax" in codes(b"From: " + value + b"\r\n\r\nhi")


@pytest.mark.parametrize(
    "value",
    [b"bo@b.example", b'"bo@b.example" <bo@b.example>', b"Bo Li <BO@B.example>", b"'bo@b.example' <bo@b.example>"],
)
def test_a_name_that_repeats_the_address_is_no_ambiguity(value: bytes) -> None:
    assert codes(b"From: " + value + b"\r\n\r\nhi") == []


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("a (c) . b @ (d) c (e) . example", "a.b@c.example"),
        ("'bo@b.example'", "bo@b.example"),
        ("<'bo@b.example'>", "bo@b.example"),
        ("mailto:bo@b.example", "bo@b.example"),
    ],
)
def test_addresses_in_the_worlds_spelling(value: str, address: str) -> None:
    [found] = parse_addresses(value)
    assert (found.address, found.group) == (address, None)


def test_a_line_that_goes_on_behind_the_boundary_hides_no_attachment() -> None:
    hidden = b"Content-Disposition: attachment; filename=x.exe"
    raw = multipart(b"multipart/mixed; boundary=abc", b"--abc", b"", b"one", b"--abcX", hidden, b"", b"MZ", b"--abc--")
    assert [part.filename for part in parse(raw).attachments] == ["x.exe"]
    assert codes(raw) == ["near-boundary"]


def test_a_boundary_that_begins_with_the_outer_one_is_no_ambiguity() -> None:
    inner = (b"Content-Type: multipart/alternative; boundary=abcX", b"", b"--abcX", b"", b"one", b"--abcX--")
    raw = multipart(b"multipart/mixed; boundary=abc", b"--abc", *inner, b"--abc", b"", b"two", b"--abc--")
    assert [part.content for part in parse(raw).parts if not part.is_multipart] == [b"one", b"two"]
    assert codes(raw) == []


def test_lines_that_begin_like_a_boundary_are_only_told_where_no_part_follows() -> None:
    raw = multipart(b"multipart/mixed; boundary=abc", b"--abc", b"", b"one", b"--abcdef is a word", b"two", b"--abc--")
    assert [part.content for part in parse(raw).parts[1:]] == [b"one\r\n--abcdef is a word\r\ntwo"]
    assert codes(raw) == ["near-boundary"]


def test_a_boundary_without_quotes_that_has_a_blank_in_it() -> None:
    hidden = (b"--a", b"Content-Disposition: attachment; filename=x.exe", b"", b"MZ")
    for last in (b"--a--", b"--a b--"):
        raw = multipart(b"multipart/mixed; boundary=a b", b"--a b", b"", b"one", *hidden, last)
        assert [part.filename for part in parse(raw).attachments] == ["x.exe"]
        assert codes(raw) == ["boundaries"]
    quoted = multipart(b'multipart/mixed; boundary="a b"', b"--a b", b"", b"one", b"--a", b"--a b--")
    assert [part.content for part in parse(quoted).parts[1:]] == [b"one\r\n--a"]


def test_the_text_of_an_inner_multipart_without_parts_is_shown() -> None:
    inner = (b"--a", b"Content-Type: multipart/alternative; boundary=b", b"", b"inside", b"--a--")
    raw = multipart(b"multipart/mixed; boundary=a", b"--a", b"", b"one", *inner)
    assert read(parse(raw)).text == "one\ninside"


def test_an_enclosed_message_that_is_encoded_is_opened_and_told() -> None:
    raw = HEAD + b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJvbTogYUBiLmNcbg=="
    assert parse(raw).parts[0].message is not None
    assert codes(raw) == ["encoded-message"]


def test_the_root_of_a_related_is_the_part_that_start_names() -> None:
    picture = (b"--r", b"Content-Type: image/png", b"Content-ID: <1>", b"", b"x")
    html = (b"--r", b"Content-Type: text/html", b"Content-ID: <2>", b"", b"<p>hello</p>")
    raw = multipart(b'multipart/related; boundary=r; start="<2>"', *picture, *html, b"--r--")
    assert read(parse(raw)).text == "hello"
    assert [part.content_type for part in parse(raw).attachments] == ["image/png"]


@pytest.mark.parametrize(
    ("field", "readings"),
    [
        (b"attachment; filename*0=a; filename*2=c", ("ac", "a")),
        (b"attachment; filename*0=a; filename*0=b", ("a", "b")),
        (b'attachment; filename="a.txt"b.exe', ("a.txt", "a.txtb.exe")),
    ],
)
def test_two_readings_of_a_file_name_are_told(field: bytes, readings: tuple[str, ...]) -> None:
    assert read_disposition(field).conflicts == {"filename": readings}
    assert "filenames" in codes(HEAD + b"Content-Disposition: " + field + b"\r\n\r\nx")


@pytest.mark.parametrize("field", [b"attachment filename=a.pdf", b"attachment, filename=a.pdf", b"filename=a.pdf"])
def test_a_disposition_without_its_semicolon(field: bytes) -> None:
    [part] = parse(HEAD + b"Content-Disposition: " + field + b"\r\n\r\nx").parts
    assert part.filename == "a.pdf"


@pytest.mark.parametrize(
    "field", [b"text/plain; charset=latin1 format=flowed", b"(c) text/plain (d); charset=latin1, format=flowed"]
)
def test_parameters_without_their_semicolon(field: bytes) -> None:
    found = read_params(field)
    assert (found.value, found.params) == ("text/plain", {"charset": "latin1", "format": "flowed"})


@pytest.mark.parametrize("kind", [b"text/", b"text/plain/x", b"text"])
def test_a_text_whose_type_cannot_be_read_is_shown(kind: bytes) -> None:
    assert read(parse(HEAD + b"Content-Type: " + kind + b"\r\n\r\nhello")).text == "hello"


def test_a_comment_before_the_encoding() -> None:
    assert parse(HEAD + b"Content-Transfer-Encoding: (c) base64\r\n\r\naGVsbG8=").parts[0].content == b"hello"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("lun., 23 févr. 2026 10:00:00 +0100", "2026-02-23T10:00:00+01:00"),
        ("Mi, 7 Okt 2026 10:00:00 +0200", "2026-10-07T10:00:00+02:00"),
        ("23 Agu 2026 10:00:00 +0700", "2026-08-23T10:00:00+07:00"),
        ("Mon, 23 Nov 2026 10 : 00 : 00 +0100", "2026-11-23T10:00:00+01:00"),
        ("Mon, 23 Nov 2026 10:00:00 GMT+1", "2026-11-23T10:00:00+01:00"),
        ("Mon, 23 Nov 2026 10:00:00 +100", "2026-11-23T10:00:00+01:00"),
        ("Mon, 23 Nov 2026 10:00:00 +0100;", "2026-11-23T10:00:00+01:00"),
    ],
)
def test_dates_of_the_world(value: str, expected: str) -> None:
    assert parse_date(value) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (b"\x1b$B-!-j|b\x1b(B abc", "iso-2022-jp", "①㈱髙 abc"),
        (b'\x1b$B$"\n next', "iso-2022-jp", "あ\n next"),
        (b'\x1b$B$"\x1b(B', None, "あ"),
        (b'\x1b$B$"\x1b(B', "us-ascii", "あ"),
        (b"\x1b(I1\x1b(B", "cp50221", "ｱ"),
        ("f\xfcr ".encode("latin-1") + b"x" * 200, "utf-8", "für " + "x" * 200),
        ("Ergänzung ".encode() + b"f\xfcr", "utf-8", "Ergänzung f\ufffdr"),
        ("日本".encode()[:-1], "utf-8", "日\ufffd"),
        ("abc".encode("utf-16-be"), "utf-16", "abc"),
        (b"plain text", "utf-16", "plain text"),
        (b"\x96 \x8a", "iso-8859-2", "– Š"),
        (b"x" * 40 + b"+2d4-\xff", "utf-7", "x" * 40 + "\ufffd\ufffd"),
        ("ş".encode("cp1254"), "iso-8859-9", "ş"),
    ],
)
def test_text_whose_label_is_nearly_right(data: bytes, label: str | None, text: str) -> None:
    assert decode(data, label)[0] == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("UTF 8", "utf-8"), ("utf-8;", "utf-8"), ("utf-8//TRANSLIT", "utf-8"), ("iso88591", "cp1252"),
        ("Windows1252", "cp1252"), ("x-mac-ce", "mac-latin2"), ("ks_c_5601-1989", "cp949"), ("x-x-big5", "big5hkscs"),
        ("gb_2312-80", "gb18030"), ("x-cp1251", "cp1251"), ("idna", None), ("base64", None), ("x" * 100, None),
    ],
)  # fmt: skip
def test_labels_of_the_world(label: str, codec: str | None) -> None:
    assert known(label) == codec


def test_japanese_of_any_bytes_is_text() -> None:
    for data in (b"\x1b$B", b"\x1b$B\xff\xff\x00!", b"\x1b(I\xff\x1b$(Bab", b"\x1b$B!"):
        decode(data, "iso-2022-jp")[0].encode("utf-8")
    assert decode_words("=?iso-2022-jp?B?GyRCLSEbKEI=?=") == "①"


def test_letters_that_windows_turns_into_a_path_do_not_stay_in_a_file_name() -> None:
    assert safe_filename("．．／..＼a：b.txt", "", 1) == "．．_.._a_b.txt"


SAME = b"""From: ana@acme.example
Content-Type: multipart/mixed; boundary=cut

--cut
Content-Type: multipart/alternative; boundary=cut

--cut
Content-Type: text/plain

Offer
--cut
Content-Type: text/html

<p>Offer
--cut--
--cut
Content-Type: application/pdf

%PDF
--cut--
"""


def test_a_multipart_with_the_boundary_of_the_one_around_it_keeps_its_parts() -> None:
    message = parse(SAME)
    assert [(part.content_type, part.parent) for part in message.parts] == [
        ("multipart/mixed", None),
        ("multipart/alternative", 0),
        ("text/plain", 1),
        ("text/html", 1),
        ("application/pdf", 0),
    ]
    assert [part.text for part in message.text_body] == ["Offer"]
    assert [part.text for part in message.html_body] == ["<p>Offer"]
    assert "same-boundary" in codes(SAME)


def test_every_part_is_read_once_where_boundaries_are_the_same_and_never_end() -> None:
    head = b"--cut\nContent-Type: multipart/mixed; boundary=cut\n\n"
    raw = b"Content-Type: multipart/mixed; boundary=cut\n\n" + head * 200 + b"--cut\n\none\n--cut\n\ntwo\n"
    message = parse(raw)
    texts = [part.text for part in message.parts if not part.is_multipart and part.content_type == "text/plain"]
    assert texts == ["one", "two\n"]
    for part in message.parts:
        around = message.parts[part.parent or 0]
        assert around.start <= part.start <= part.end <= around.end


@pytest.mark.parametrize("damage", [(b"\r\n--b", b"\r--b"), (b"--b\r\n", b"--b\r")])
def test_boundary_lines_with_a_bare_carriage_return_are_told(damage: tuple[bytes, bytes]) -> None:
    raw = multipart(b"multipart/mixed; boundary=b", b"--b", b"", b"one", b"--b", b"", b"two", b"--b--")
    assert codes(raw) == []
    damaged = parse(raw.replace(*damage))
    assert [part.text for part in damaged.parts[1:]] == ["one", "two"]
    assert "bare-cr" in {one.code for one in damaged.ambiguities} & {one.code for one in damaged.defects}


PDF = b"JVBERi0xLjcK"  # %PDF-1.7 in base64
INNER = b'--i\r\n\r\nhidden\r\n--i\r\nContent-Type: application/pdf; name="b.pdf"\r\n\r\n%PDF-1.7\r\n--i--\r\n'


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [(b"base64", base64.encodebytes), (b"quoted-printable", lambda data: data.replace(b"-", b"=2D"))],
)
def test_a_multipart_that_is_encoded_as_a_whole_hides_nothing(
    encoding: bytes, encode: Callable[[bytes], bytes]
) -> None:
    packed = b"Content-Type: multipart/mixed; boundary=i\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n"
    message = parse(
        multipart(b"multipart/mixed; boundary=o", b"--o", b"", b"seen", b"--o", packed + encode(INNER), b"--o--")
    )
    content = read(message)
    assert content.text == "seen\nhidden"
    assert [(file.name, file.content, file.part) for file in content.attachments] == [("b.pdf", b"%PDF-1.7", 2)]
    assert "encoded-multipart" in [one.code for one in message.ambiguities]


def test_encoded_multiparts_within_each_other_are_bounded() -> None:
    raw = INNER
    for _ in range(40):
        head = (
            b"--i\r\nContent-Type: multipart/mixed; boundary=i\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        )
        raw = head + raw.replace(b"=", b"=3D").replace(b"--i", b"=2D=2Di") + b"\r\n--i--\r\n"
        if len(raw) > 200_000:
            break
    message = parse(HEAD + b"Content-Type: multipart/mixed; boundary=i\r\n\r\n" + raw, Limits(depth=3))
    content = read(message)
    assert [file.declared_type for file in content.attachments] == ["multipart/mixed"]  # what is left closed
    assert "hidden" not in content.text


def test_a_file_with_two_encodings_is_there_in_both() -> None:
    encodings = b"Content-Transfer-Encoding: %b\r\nContent-Transfer-Encoding: %b\r\n\r\n"
    fields = b"Content-Type: application/pdf; name=b.pdf\r\n" + encodings
    first, second = read(parse(HEAD + fields % (b"7bit", b"base64") + PDF)).attachments
    assert (first.name, first.content) == ("b.pdf", PDF)
    assert (second.name, second.content) == ("b (2).pdf", b"%PDF-1.7\n")
    assert len(read(parse(HEAD + fields % (b"7bit", b"8bit") + PDF)).attachments) == 1


def test_all_names_of_a_file_are_told() -> None:
    fields = b"Content-Type: application/pdf; name=b.pdf\r\nContent-Disposition: attachment; filename=b.png\r\n\r\n"
    file = read(parse(HEAD + fields + b"\x89PNG\r\n\x1a\n")).attachments[0]
    assert (file.given_name, file.other_names) == ("b.png", ("b.pdf",))
    assert file.is_disguised

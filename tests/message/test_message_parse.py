"""The parser on messages of the world."""

from __future__ import annotations

import base64

import pytest

from mailkit.message import Message, parse
from mailkit.words import Limits


def codes(message: Message) -> set[str]:
    return {defect.code for defect in message.defects}


def types(message: Message) -> list[str]:
    return [part.content_type for part in message.parts]


MIXED = (
    b"From: a@b.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@b.example>\r\n"
    b"In-Reply-To: <0@b.example>\r\nReferences: <x@b.example> <0@b.example>\r\n"
    b"Content-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n"
    b"--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n"
    b"--inner\r\n\r\nplain\r\n--inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>h\xc3\xb6\r\n--inner--\r\n"
    b'--outer\r\nContent-Type: image/png; name="a.png"\r\nContent-ID: <c1>\r\nContent-Disposition: attachment;\r\n'
    b" filename*0*=utf-8''%C3%A4;\r\n filename*1=\".png\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
    b"--outer--\r\nepilogue"
)


def test_tree_offsets_and_lists() -> None:
    message = parse(MIXED)
    assert types(message) == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/png"]
    assert [part.parent for part in message.parts] == [None, 0, 1, 1, 0]
    assert [part.depth for part in message.parts] == [0, 1, 2, 2, 1]
    assert message.parts[0].children == (1, 4)
    plain, html, image = message.parts[2:]
    assert MIXED[plain.start : plain.end] == b"plain"
    assert html.text == "<p>hö"
    assert (image.content, image.size) == (b"\x00\x01\x02", 3)
    assert (image.filename, image.content_id, image.disposition) == ("ä.png", "c1", "attachment")
    assert message.text_body == (plain,)
    assert message.html_body == (html,)
    assert message.attachments == (image,)
    assert message.subject == "Grüße"
    assert (message.message_id, message.in_reply_to) == ("1@b.example", ("0@b.example",))
    assert message.references == ("x@b.example", "0@b.example")
    assert message.defects == ()
    assert {a.code for a in message.ambiguities} == {"filenames"}


@pytest.mark.parametrize("end", [b"\n", b"\r"])
def test_other_line_ends(end: bytes) -> None:
    message = parse(MIXED.replace(b"\r\n", end))
    assert types(message) == types(parse(MIXED))
    assert message.parts[2].content == b"plain"
    assert message.parts[4].content == b"\x00\x01\x02"


def test_nothing_at_all() -> None:
    message = parse(b"")
    assert (message.subject, message.from_, message.date, message.message_id) == ("", (), None, None)
    assert len(message.parts) == 1
    assert "empty" in codes(message)


def test_missing_ends() -> None:
    raw = MIXED.replace(b"\r\n--inner--", b"").replace(b"\r\n--outer--\r\nepilogue", b"")
    message = parse(raw)
    assert types(message) == types(parse(MIXED))
    assert codes(message) == {"missing-end-boundary"}
    assert message.parts[4].content == b"\x00\x01\x02"


def test_boundary_in_the_text_is_text() -> None:
    raw = MIXED.replace(b"plain", b"see --inner and\r\n --inner\r\n--innermost")
    assert parse(raw).parts[2].content.endswith(b"--innermost")


@pytest.mark.parametrize("lines", [10, 49, 50, 51, 500])
def test_many_lines_that_only_begin_like_the_boundary(lines: int) -> None:
    near = b"--outermost\r\n" * lines + b"--outer-\r\n"
    message = parse(MIXED.replace(b"preamble", near).replace(b"plain", near + b"plain"))
    assert types(message) == types(parse(MIXED))
    assert message.parts[2].content == near + b"plain"
    assert "epilogue" not in message.parts[4].text


def test_boundary_lost_from_the_header_is_found_in_the_body() -> None:
    message = parse(MIXED.replace(b"; boundary=outer", b""))
    assert types(message)[-1] == "image/png"
    assert "guessed-boundary" in codes(message)
    assert "guessed-boundary" in {a.code for a in message.ambiguities}


def test_two_boundaries_give_the_union() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=one; boundary=two\r\n\r\n"
        b"--one\r\n\r\nfirst\r\n--two\r\nContent-Type: application/x-evil\r\n\r\nevil\r\n--two--\r\n--one--\r\n"
    )
    message = parse(raw)
    assert "application/x-evil" in types(message)
    assert "boundaries" in {a.code for a in message.ambiguities}


def test_two_types_give_the_parts() -> None:
    message = parse(
        MIXED.replace(b"Content-Type: multipart/mixed", b"Content-Type: text/plain\r\nContent-Type: multipart/mixed")
    )
    assert types(message) == types(parse(MIXED))
    assert "duplicate-header" in {a.code for a in message.ambiguities}


def test_parts_after_the_end_are_kept() -> None:
    raw = MIXED + b"\r\n--outer\r\nContent-Type: application/x-late\r\n\r\nlate\r\n--outer--\r\n"
    message = parse(raw)
    assert types(message)[-1] == "application/x-late"
    assert message.parts[-1].content == b"late"
    assert "parts-after-end" in {a.code for a in message.ambiguities}


def test_boundaries_with_blanks_and_raw_bytes() -> None:
    cut = b'Content-Type: multipart/mixed; boundary="b "\n\n--b\n\nx\n--b--\n'
    assert parse(cut).parts[1].content == b"x"
    for mark in ("grenzeä".encode(), "grenzeä".encode("latin-1")):
        raw = b'Content-Type: multipart/mixed; boundary="' + mark + b'"\n\n--' + mark + b"\n\nx\n--" + mark + b"--\n"
        assert parse(raw).parts[1].content == b"x"


def test_multipart_without_parts_still_shows_its_text() -> None:
    message = parse(b"Content-Type: multipart/mixed; boundary=x\n\nHello\n")
    assert message.text_body[0].text == "Hello\n"
    assert "boundary-not-found" in codes(message)


def test_header_damage() -> None:
    message = parse(b"From x@y.example Mon Nov 23\nSubject: a\nnonsense\n folded nonsense\nTo: b@c.example\n\nbody\n")
    assert message.subject == "a"
    assert message.to[0].address == "b@c.example"
    assert message.parts[0].text == "body\n"
    assert codes(message) >= {"mbox-from", "header-line"}


def test_forgotten_empty_line() -> None:
    message = parse(b"Subject: a\nHello there,\nthis is text\n\nmore\n")
    assert message.parts[0].text == "Hello there,\nthis is text\n\nmore\n"
    assert "missing-blank-line" in codes(message)


def test_no_header_at_all() -> None:
    message = parse(b"Hello there,\nthis is text\n")
    assert message.text_body[0].text == "Hello there,\nthis is text\n"


def test_no_line_break_leaves_a_header_value() -> None:
    message = parse(b"Subject: =?utf-8?q?a=0D=0ABcc:_x@y.example?=\rTo: z\r\n\tfold\r\n\r\n")
    assert "\r" not in message.subject
    assert "\n" not in message.subject
    assert message.bcc == ()


def test_enclosed_messages() -> None:
    inner = b"Subject: inner\r\n\r\ninside\r\n"
    for encoding, body in ((b"7bit", inner), (b"base64", base64.encodebytes(inner))):
        raw = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body
        enclosed = parse(raw).parts[0].message
        assert enclosed is not None
        assert enclosed.subject == "inner"
        assert enclosed.parts[0].text == "inside\n"
    digest = parse(b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\n1\n--b--\n")
    assert types(digest) == ["multipart/digest", "message/rfc822"]
    first = digest.parts[1].message
    assert first is not None
    assert first.subject == "one"


def test_depth_of_multiparts_is_bounded() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200)) + b"\nx\n"
    message = parse(raw, Limits(depth=10))
    assert len(message.parts) == 11
    assert "depth" in codes(message)


def test_depth_of_enclosed_messages_is_bounded() -> None:
    message: Message | None = parse(b"Content-Type: message/rfc822\n\n" * 500 + b"\nx", Limits(depth=10))
    depth = 0
    while message is not None:
        found, message = message, message.parts[0].message
        depth += 1
    assert depth == 11
    assert "depth" in codes(found)


def test_limits_are_defects() -> None:
    parts = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 50
    assert len(parse(parts, Limits(parts=10)).parts) == 10
    assert "parts" in codes(parse(parts, Limits(parts=10)))
    late = parse(parts, Limits(parse_seconds=0))
    assert 10 < len(late.parts) < 20
    assert "parse-seconds" in codes(late)
    assert "parse-seconds" not in codes(parse(parts))
    many = b"".join(b"X-%d: y\n" % n for n in range(50)) + b"\nbody"
    assert len(parse(many, Limits(headers=10)).headers) == 10
    assert parse(many, Limits(headers=10)).parts[0].content == b"body"
    assert codes(parse(many, Limits(headers=10))) >= {"headers"}
    assert codes(parse(many, Limits(headers_bytes=30))) >= {"headers-bytes"}
    assert codes(parse(b"X: " + b"y" * 99 + b"\n\n", Limits(header_bytes=50))) >= {"header-bytes"}
    assert codes(parse(b"X: y\n\n" + b"z" * 99, Limits(line_bytes=50))) >= {"line-bytes"}
    assert "line-bytes" not in codes(parse(b"X: y\n\n" + b"z" * 40 + b"\n" + b"z" * 40, Limits(line_bytes=50)))
    assert codes(parse(b"X: y\n\n" + b"z" * 99, Limits(decoded_bytes=50))) >= {"decoded-bytes"}
    apart = parse(parts.replace(b"x", b"x" * 80), Limits(decoded_bytes=200))
    assert sum(part.size for part in apart.parts[1:]) == 200
    assert "decoded-bytes" in codes(apart)
    assert codes(parse(b"From: a@b.example\n\n" + b"z" * 99, Limits(text_bytes=50))) == {"text-bytes"}
    assert codes(parse(b"X: y\n\n" + b"z" * 99, Limits(message_bytes=50))) >= {"message-bytes"}
    to = b"To: " + b", ".join(b"a%d@x.example" % n for n in range(50)) + b"\n\n"
    assert len(parse(to, Limits(addresses=10)).to) == 10
    assert codes(parse(to, Limits(addresses=10))) >= {"addresses"}
    references = b"References: " + b" ".join(b"<%d@x.example>" % n for n in range(50)) + b"\n\n"
    assert parse(references, Limits(references=3)).references == ("0@x.example", "48@x.example", "49@x.example")
    assert codes(parse(references, Limits(references=3))) >= {"references"}
    params = b"Content-Type: text/plain" + b"".join(b"; a%d=b" % n for n in range(50)) + b"\n\n"
    assert len(parse(params, Limits(params=10)).parts[0].params) == 10
    assert codes(parse(params, Limits(params=10))) >= {"params"}


def test_ambiguities() -> None:
    raw = (
        b"Subject: a\nSubject: b\nContent-Type: text/plain; name=a.txt\n"
        b"Content-Disposition: attachment; filename=b.exe\n"
        b"Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nYQ==\n"
    )
    found = {a.code for a in parse(raw).ambiguities}
    assert found == {"duplicate-header", "encodings", "filenames"}
    assert parse(raw).subject == "a"


@pytest.mark.parametrize(
    ("value", "content_type", "charset"),
    [
        (b"text/plain; charset=utf-8", "text/plain", "utf-8"),
        (b'TEXT/HTML; CHARSET="UTF-8"', "text/html", "utf-8"),
        (b"text/plain charset=utf-8", "text/plain", "utf-8"),
        (b"text", "text/plain", None),
        (b"", "text/plain", None),
        (b"text/plain; charset=us-ascii (plain text)", "text/plain", "us-ascii"),
        (b"text/html;;; charset=utf-8;", "text/html", "utf-8"),
        (b"pdf; name=a.pdf", "application/octet-stream", None),
    ],
)
def test_content_types(value: bytes, content_type: str, charset: str | None) -> None:
    part = parse(b"Content-Type: " + value + b"\n\nx").parts[0]
    assert (part.content_type, part.charset) == (content_type, charset)

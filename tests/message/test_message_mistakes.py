"""Mistakes that programs make when they write a header or a body, and that must not cost a name, a part or an id."""

from __future__ import annotations

import pytest

from mailkit.message import Message, decode_words, parse, parse_addresses, parse_date, parse_ids
from mailkit.message.transfer import decode_qp


def _typed(value: str) -> Message:
    body = "--Ab7Q\r\nContent-Type: text/plain\r\n\r\nGood day\r\n--Ab7Q--\r\n"
    return parse(f"From: ana@acme.example\r\nContent-Type: {value}\r\n\r\n{body}".encode())


@pytest.mark.parametrize(
    "value",
    [
        'multipart/mixed boundary="Ab7Q"',
        "multipart/mixed, boundary=Ab7Q",
        'multipart/mixed\r\n\tboundary="Ab7Q"; charset="utf-8"',
        "multipart / mixed; boundary=Ab7Q",
        "(one) multipart (two) / (three) mixed (four); boundary=Ab7Q",
        "multipart/; boundary=Ab7Q",
        'multipart/mixed;\r\nboundary="Ab7Q"',
        'multipart/mixed; type="text/html";\r\nboundary="Ab7Q"',
    ],
)
def test_a_boundary_is_found_and_keeps_its_case_whatever_stands_before_it(value: str) -> None:
    message = _typed(value)
    assert [part.content_type for part in message.parts] == ["multipart/mixed", "text/plain"]
    assert message.parts[0].params["boundary"] == "Ab7Q"
    assert "guessed-boundary" not in {defect.code for defect in message.defects}
    assert {"content-type", "header-line"} & {defect.code for defect in message.defects}


@pytest.mark.parametrize(
    ("value", "content_type", "name"),
    [
        ('image/png name="Plan B.PNG"', "image/png", "Plan B.PNG"),
        ("image/ png; name=Plan.PNG", "image/png", "Plan.PNG"),
        ("image/png/x; name=Plan.PNG", "image/png", "Plan.PNG"),
        ("image/png; =x; name=Plan.PNG; =", "image/png", "Plan.PNG"),
        ('image/png; name=""Plan" B.PNG"', "image/png", "Plan B.PNG"),
        ("image/png; name *=utf-8''Pl%C3%A4n.png", "image/png", "Plän.png"),
        ("image/png; name*=utf-8'Pl%C3%A4n.png", "image/png", "Plän.png"),
        ("image/png; name*0*=utf-8''Pl%C3%; name*1*=A4n.png", "image/png", "Plän.png"),
        ("image/png; name*0*=utf-8''Pl%C; name*1*=3%A4n.; name*2=png", "image/png", "Plän.png"),
        ("image/png; name*0*=euc-kr''%B0; name*1*=euc-kr''%B3.png", "image/png", "개.png"),
        ("image/png; name*0*=euc-kr'ko'%B0%B3; name*1*=''.png", "image/png", "개.png"),
        ("image/png\r\n name*0*=utf-8''Pl%C3%A4n\r\n name*1*=%20B\r\n name*2=\".png\"", "image/png", "Plän B.png"),
        ("image/png; name*0=don''t; name*1=.png", "image/png", "don''t.png"),
    ],
)
def test_a_name_is_whole_although_its_parameter_is_not(value: str, content_type: str, name: str) -> None:
    part = parse(f"Content-Type: {value}\r\n\r\nx".encode()).parts[0]
    assert (part.content_type, part.filename) == (content_type, name)
    assert "" not in part.params


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("=?utf-8?q?K=C3=A4se=C?= =?utf-8?q?3=B6l?=", "Käseöl"),
        ("=?utf-8?q?K=C3=A4se=?=\r\n =?utf-8?q?C3=B6l?=", "Käseöl"),
        ("=?utf-8?q?K=C3=A4se=\r\n C3=B6l?=", "Käseöl"),
        ("=?utf-8?b?S8Okc2?= =?utf-8?b?XDtmw=?=", "Käseöl"),
        ("=?utf-8?b?S8Okc2U?= =?utf-8?b?IHVuZA?=", "Käse und"),  # padding left out twice is no cut
        ("=?utf-8?q?a=3D?= =?utf-8?q?C3?=", "a=C3"),
        ("=?utf-8?q?x=?= =?iso-8859-1?q?E4?=", "xE4"),
        ("=?utf-8?q?a_==_b?=", "a == b"),
    ],
)
def test_encoded_words_that_were_cut_anywhere_are_read_together(text: str, wanted: str) -> None:
    assert decode_words(text) == wanted


def test_a_sign_at_the_end_of_a_word_is_no_cut_where_no_digits_follow() -> None:
    assert decode_words(" ".join(["=?utf-8?q?xyz=?="] * 2000)) == "xyz" * 2000


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"=====\r\nTotal =3D 5\r\n", b"=====\r\nTotal = 5\r\n"),
        (b"====\nTotal\n", b"====\nTotal\n"),
        (b"a =\r\nb\r\n==\r\n", b"a b\r\n==\r\n"),
        (b"=3D=\r\n=3D\r\n", b"==\r\n"),
        (b"x === y\r\n===\r\n", b"x === y\r\n===\r\n"),
    ],
)
def test_a_ruler_of_equal_signs_survives_quoted_printable(raw: bytes, wanted: bytes) -> None:
    assert decode_qp(raw) == wanted


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("=?utf-8?q?=3Cinvoice=2E17=40acme=2Eexample=3E?=", ("invoice.17@acme.example",)),
        (
            "<first@acme.example>\r\n =?utf-8?q?=3Csecond=40ac?=\r\n =?utf-8?q?me=2Eexample=3E?=",
            ("first@acme.example", "second@acme.example"),
        ),
        ("<=?utf-8?q?odd?=@acme.example>", ("=?utf-8?q?odd?=@acme.example",)),
    ],
)
def test_an_id_that_was_folded_into_encoded_words_is_read(value: str, ids: tuple[str, ...]) -> None:
    assert parse_ids(value) == ids


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ('"Bo" <<bo@b.example>>', [("Bo", "bo@b.example")]),
        ("<<bo@b.example>", [("", "bo@b.example")]),
        ("<Bo Berg> <bo@b.example>", [("Bo Berg", "bo@b.example")]),
        ("Bo <Sales <bo@b.example>>, al@b.example", [("Bo Sales", "bo@b.example"), ("", "al@b.example")]),
        ("<al@b.example> <bo@b.example>", [("", "al@b.example"), ("", "bo@b.example")]),
    ],
)
def test_brackets_that_are_opened_twice_hold_one_address(value: str, wanted: list[tuple[str, str]]) -> None:
    assert [(found.name, found.address) for found in parse_addresses(value)] == wanted


@pytest.mark.parametrize(
    ("value", "offset"),
    [
        ("Tue, 3 Mar 2026 10:00:00 0200", "+02:00"),
        ("Tue, 3 Mar 2026 10:00:00 530", "+05:30"),
        ("Tue, 3 Mar 2026 10:00:00 2026", "+00:00"),
        ("Tue, 3 Mar 2026 10:00:00 AEST", "+10:00"),
        ("Tue, 3 Mar 2026 10:00:00 ACST", "+09:30"),
        ("Tue, 3 Mar 2026 10:00:00 NST", "-03:30"),
    ],
)
def test_a_zone_without_its_sign_or_known_by_its_name_alone_is_read(value: str, offset: str) -> None:
    found = parse_date(value)
    assert found is not None
    assert found.isoformat() == f"2026-03-03T10:00:00{offset}"


def test_a_boundary_line_ends_a_header_that_lacks_its_empty_line() -> None:
    message = parse(
        b"From: ana@acme.example\nContent-Type: multipart/mixed; boundary=cut\nMIME-Version: 1.0\n--cut\n"
        b"Content-Type: text/plain\n\nOffer\n--cut\nContent-Type: application/pdf\n\n%PDF\n--cut--\n"
    )
    assert [part.content_type for part in message.parts] == ["multipart/mixed", "text/plain", "application/pdf"]
    assert [part.content for part in message.parts[1:]] == [b"Offer", b"%PDF"]
    assert "missing-blank-line" in {defect.code for defect in message.defects}


def test_a_parameter_line_without_its_blank_belongs_to_the_field_above() -> None:
    message = parse(b'Subject: x;\nname="no"\nContent-Disposition: attachment;\nfilename="a.csv";\nsize=3\n\n1,2')
    assert message.subject == "x;"
    assert message.parts[0].filename == "a.csv"
    assert [defect.code for defect in message.defects].count("header-line") == 3


def test_prose_with_a_colon_in_it_is_a_body_that_lacks_its_empty_line() -> None:
    message = parse(b"From: ana@acme.example\nSubject: x\nDear Bo,\nNote: the offer stands.\nRegards: Ana\n\nPS\n")
    assert message.headers.names() == ("from", "subject")
    assert message.parts[0].text == "Dear Bo,\nNote: the offer stands.\nRegards: Ana\n\nPS\n"
    assert [defect.code for defect in message.defects] == ["missing-blank-line"]


@pytest.mark.parametrize("field", [b"X-Job: 7", b"MessageId: 7", b"subject: seven"])
def test_a_line_that_is_no_field_is_left_out_where_a_field_of_the_usual_sort_follows(field: bytes) -> None:
    message = parse(b"From: ana@acme.example\nbroken line\n" + field + b"\n\nbody\n")
    assert message.headers.names() == ("from", field.partition(b":")[0].decode().lower())
    assert message.parts[0].text == "body\n"


@pytest.mark.parametrize("end", [b"--cut--", b"--cut--\r\n", b"--cut-- \n\n"])
def test_an_end_mark_that_is_glued_to_the_last_part_is_none_of_it(end: bytes) -> None:
    head = b"From: ana@acme.example\nContent-Type: multipart/mixed; boundary=cut\n\n"
    message = parse(head + b"--cut\n\none\n--cut\nContent-Transfer-Encoding: base64\n\nT2ZmZXI=" + end)
    assert [part.content for part in message.parts[1:]] == [b"one", b"Offer"]
    assert [defect.code for defect in message.defects] == ["missing-end-boundary"]


def test_a_route_may_have_comments_before_it() -> None:
    found = parse_addresses("<(old)(route) @a.example , @b . example: bo@c.example>")
    assert [(one.name, one.address) for one in found] == [("", "bo@c.example")]

"""Mails in pieces: the example of RFC 2046, and pieces that are missing, doubled or contradict each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import Fragment, fragment_of, join_fragments, parse

FIRST = (
    b"X-Weird-Header-1: Foo\r\nFrom: Bill@host.example\r\nTo: joe@otherhost.example\r\n"
    b"Date: Fri, 26 Mar 1993 12:59:38 -0500\r\n"
    b"Subject: Audio mail (part 1 of 2)\r\nMessage-ID: <id1@host.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-type: message/partial; id="ABC@host.example"; number=1; total=2\r\n\r\n'
    b"X-Weird-Header-1: Bar\r\nX-Weird-Header-2: Hello\r\nMessage-ID: <anotherid@foo.example>\r\n"
    b"Subject: Audio mail\r\n"
    b"MIME-Version: 1.0\r\nContent-type: audio/basic\r\nContent-transfer-encoding: base64\r\n\r\nAAAA\r\n"
)
SECOND = (
    b"From: Bill@host.example\r\nSubject: Audio mail (part 2 of 2)\r\nMessage-ID: <id2@host.example>\r\n"
    b'MIME-Version: 1.0\r\nContent-type: message/partial; id="ABC@host.example"; number=2; total=2\r\n\r\nBBBB\r\n'
)


def test_the_example_of_the_standard() -> None:
    for pieces in ((FIRST, SECOND), (SECOND, FIRST), (FIRST, FIRST, SECOND)):
        whole = join_fragments(map(parse, pieces))
        assert whole is not None
        assert whole.endswith(b"\r\n\r\nAAAA\r\nBBBB\r\n")
        message = parse(whole)
        assert message.headers.get_all("X-Weird-Header-1") == ("Foo",)
        assert message.headers.get("X-Weird-Header-2") is None
        assert (message.subject, message.message_id) == ("Audio mail", "anotherid@foo.example")
        assert message.from_[0].address == "Bill@host.example"
        assert message.parts[0].content_type == "audio/basic"
        assert message.parts[0].content == bytes.fromhex("000000 041041".replace(" ", ""))
        assert message.defects == ()


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (FIRST,),
        (SECOND,),
        (FIRST, SECOND.replace(b"ABC@", b"XYZ@")),
        (FIRST, SECOND.replace(b"total=2", b"total=3")),
        (FIRST, SECOND.replace(b"number=2", b"number=0")),
        (b"Subject: whole\r\n\r\nx",),
    ],
)
def test_what_makes_no_whole(pieces: tuple[bytes, ...]) -> None:
    assert join_fragments(map(parse, pieces)) is None


def test_which_piece() -> None:
    assert fragment_of(parse(FIRST)) == Fragment("ABC@host.example", 1, 2)
    assert fragment_of(parse(FIRST.replace(b"; total=2", b""))) == Fragment("ABC@host.example", 1)
    assert fragment_of(parse(FIRST.replace(b"number=1", b"number=\xb9"))) is None
    assert fragment_of(parse(FIRST.replace(b"number=1", b"number=1111111"))) is None
    whole = join_fragments([parse(FIRST.replace(b"; total=2", b"")), parse(SECOND)])
    assert whole is not None


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_any_pieces(bodies: list[bytes]) -> None:
    raws = [
        b"From: a@b.example\nContent-Type: message/partial; id=x; number=%d; total=%d\n\n" % (n + 1, len(bodies)) + body
        for n, body in enumerate(bodies)
    ]
    whole = join_fragments(map(parse, raws))
    assert whole is not None
    assert parse(whole).parts

"""Header values: dates, identifiers, encoded words, parameters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import decode_words, parse, parse_addresses, parse_date, parse_ids
from mailkit.message.params import parse_params


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0700", "2026-11-23T10:00:00+07:00"),
        ("23 Nov 2026 10:00 -0330", "2026-11-23T10:00:00-03:30"),
        ("Mon,23 Nov 2026 10:00:00 +0000 (UTC)", "2026-11-23T10:00:00+00:00"),
        ("Mon (day), 23 Nov 2026 (x (y)) 10:00:00 +0000", "2026-11-23T10:00:00+00:00"),
        ("Mon, 23 November 2026 10:00:00 GMT+0200", "2026-11-23T10:00:00+02:00"),
        ("Mon, 23-Nov-2026 10:00:00 +02:00", "2026-11-23T10:00:00+02:00"),
        ("Mon Nov 23 10:00:00 2026", "2026-11-23T10:00:00+00:00"),
        ("Mon Nov 23 10:00:00 CET 2026", "2026-11-23T10:00:00+01:00"),
        ("Mon, 23 Nov 2026 10.00.07 +0100", "2026-11-23T10:00:07+01:00"),
        ("Mon, 23 Nov 2026 10:00:00 PM -0500", "2026-11-23T22:00:00-05:00"),
        ("2026/11/23 Mon 10:00:00 EST", "2026-11-23T10:00:00-05:00"),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00+00:00"),
        ("2026-11-23 10:00:00.123 +0530", "2026-11-23T10:00:00+05:30"),
        ("Mon, 23 Nov 26 10:00:00 EST", "2026-11-23T10:00:00-05:00"),
        ("Mon, 23 Nov 98 10:00:00 PDT", "1998-11-23T10:00:00-07:00"),
        ("Thu, 22 Aug 0102 12:07:35 +0800", "2002-08-22T12:07:35+08:00"),
        ("Thu, 22 Aug 102 12:07:35 +0800", "2002-08-22T12:07:35+08:00"),
        ("Mon, 23 Nov 2026 10:00:60 +0000", "2026-11-23T10:00:59+00:00"),
        ("Mon, 23 Nov 2026 10:00:00", "2026-11-23T10:00:00+00:00"),
        ("Mon, 23 Nov 2026 10:00:00 -0000", "2026-11-23T10:00:00+00:00"),
        ("Mon, 23 Nov 2026 10:00:00 Z", "2026-11-23T10:00:00+00:00"),
        ("Mon, 23 Nov 2026 10:00:00 +9959", "2026-11-23T10:00:00+00:00"),
        ("from a by b with C id D; Mon, 23 Nov 2026 10:00:00 +0100", "2026-11-23T10:00:00+01:00"),
    ],
)
def test_dates(text: str, iso: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.isoformat() == iso
    assert parse_date(text.encode()) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "Mon, 23 Nov 2026",
        "31 Feb 2026 10:00",
        "0 Nov 2026 10:00:00",
        "Mon, 23 Nov 2026 25:00:00 +0000",
        "Mon, 23 Foo 2026 10:00:00 +0000",
        "23 Nov 12345 10:00:00",
        "1 Jan 1601 00:00:00 +0000",
        "10:00",
        "٢٣ Nov 2026 10:00",
    ],
)
def test_no_dates(text: str) -> None:
    assert parse_date(text) is None


def test_any_date_can_be_turned_into_utc() -> None:
    for text in ("1 Jan 1900 00:00:00 +2359", "31 Dec 9998 23:59:59 -2359"):
        found = parse_date(text)
        assert found is not None
        assert found.astimezone(UTC).year in (1899, 9999)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_dates_as_the_standard_writes_them(when: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    aware = when.replace(microsecond=0, tzinfo=zone)
    text = aware.strftime("%a, %d %b %Y %H:%M:%S %z")
    assert parse_date(text) == aware
    found = parse_date(text)
    assert found is not None
    assert found.utcoffset() == aware.utcoffset()


@given(st.one_of(st.text(), st.binary(), st.text("0123456789:+-/., JanGMT()")))
def test_any_date(value: str | bytes) -> None:
    found = parse_date(value)
    assert found is None or found.astimezone(UTC) is not None


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b.example>", ("a@b.example",)),
        ("<a@b.example>\r\n <c@d.example>", ("a@b.example", "c@d.example")),
        ("<a@b.example><c@d.example>,<e@f.example>", ("a@b.example", "c@d.example", "e@f.example")),
        ("<a-very-\r\n long@b.example>", ("a-very-long@b.example",)),
        ("a@b.example", ("a@b.example",)),
        ("a@b.example c@d.example", ("a@b.example", "c@d.example")),
        ('Your message of "Mon, 23 Nov" <a@b.example>', ("a@b.example",)),
        ("Your message of Monday", ()),
        ('Message from Bo B <bo@b.example> of "Mon, 23 Nov" <a@b.example>', ("a@b.example",)),
        (
            'Message from "B, Bo" <bo@b.example>\r\n of "Mon, 23 Nov" <a@b.example> <c@d.example>',
            ("a@b.example", "c@d.example"),
        ),
        ("Message from Bo <bo@b.example> of Monday", ()),
        ("Message from Bo <bo@b.example> <a@b.example> .", ("a@b.example",)),
        ('Message from bo@b.example of "Mon, 23 Nov" <a@b.example>', ("a@b.example",)),
        ("<a@b.example>; from Bo B on Mon, 23 Nov 2026 <c@d.example>", ("a@b.example", "c@d.example")),
        ('"Your mail from Monday" <a@b.example>', ("a@b.example",)),
        ('<a@b.example> <"from <c@d.example>', ("a@b.example", "c@d.example")),
        ("wherefrom here <a@b.example>", ("a@b.example",)),
        ("message-id <a@b.example> of Monday", ("a@b.example",)),
        ('bo@b.example\'s message of "Mon, 23 Nov"', ()),
        ("<a@b.example> (bo@b.example's message of Monday)", ("a@b.example",)),
        ("a@b.example (added by postmaster@b.example)", ("a@b.example",)),
        ("<>", ()),
        ("", ()),
        ("<<a@b.example>>", ("a@b.example",)),
        ("<a@b.example", ("a@b.example",)),
        ("<" + "x" * 999 + ">", ()),
        ("<a b@c.example>", ("a b@c.example",)),
    ],
)
def test_ids(value: str, ids: tuple[str, ...]) -> None:
    assert parse_ids(value) == ids
    assert parse_ids(value.encode()) == ids


@given(st.one_of(st.text(), st.binary(), st.text("<> @a.\r\n\t,\x00")))
def test_any_ids(value: str | bytes) -> None:
    for found in parse_ids(value):
        assert found
        assert not set(found) & set("<>\r\n\x00")


def test_half_surrogate_pairs_in_text_given_by_the_application() -> None:
    for text in ("\ud800", "a\ud800 <b@c.example>\r\n x", "=?utf-8?q?\ud800?=", "<\ud800@b>\n"):
        decode_words(text), parse_addresses(text), parse_ids(text), parse_date(text), parse_params(text)
    assert [a.key for a in parse_addresses("a@xn--\ud800.example")]


@given(st.lists(st.from_regex(r"[A-Za-z0-9._+=-]{1,30}@[a-z]{1,10}\.example", fullmatch=True), max_size=20))
def test_ids_written_are_read(ids: list[str]) -> None:
    assert parse_ids("\r\n ".join(f"<{one}>" for one in ids)) == tuple(ids)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?b?R3LDvMOfZQ?=", "Grüße"),
        ("=?utf-8?q?Gr=C3?= =?utf-8?q?=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?b?R3LD?=\r\n =?utf-8?b?vMOfZQ==?=", "Grüße"),
        ("=?iso-8859-1?q?a?= b =?iso-8859-1?q?c?=", "a b c"),
        ("=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?utf-8?q?two words?=", "two words"),
        ("=?utf-8?q?what??=", "what?"),
        ("=?utf-8?q?a?= =?utf-8?q?b", "a =?utf-8?q?b"),
        ("=?utf-8?q?never ends =?utf-8?q?ends?=", "=?utf-8?q?never ends ends"),
        ("=?x-unknown?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-2022-jp?b?GyRCRnxLXDhsGyhC?=", "日本語"),
        ("=?gb2312?b?1tDOxA==?=", "中文"),
        ("=?windows-1252?q?=80_100?=", "€ 100"),
        ("=?utf-8?q?a=0D=0ABcc:_b?=", "a  Bcc: b"),
        ("=?utf-8?q?a=00=1Bb?=", "ab"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?base64?q?a?=", "a"),
        ("one\r\n\ttwo", "one two"),
        (b"Gr\xfc\xdfe", "Grüße"),
        ("Größe".encode(), "Größe"),
    ],
)
def test_words(value: str | bytes, text: str) -> None:
    assert decode_words(value) == text


@given(
    st.one_of(
        st.text(),
        st.binary(),
        st.lists(st.sampled_from(["=?", "?=", "?q?", "?b?", "utf-8", "=", "?", " ", "A", "=41", "\n"])).map("".join),
    )
)
def test_any_words(value: str | bytes) -> None:
    assert not set(decode_words(value)) & set("\r\n\x00")


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), st.sampled_from("qb"), st.integers(1, 12))
def test_words_written_are_read(text: str, kind: str, piece: int) -> None:
    """Written by hand, split between bytes, so that characters are torn apart."""
    import base64

    data = text.encode()
    words = []
    for at in range(0, len(data), piece):
        part = data[at : at + piece]
        body = "".join(f"={byte:02X}" for byte in part) if kind == "q" else base64.b64encode(part).decode()
        words.append(f"=?utf-8?{kind}?{body}?=")
    assert decode_words(" ".join(words)) == text
    assert decode_words("\r\n ".join(words)) == text


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ('a/b; name="x y.pdf"; size=5', {"name": "x y.pdf", "size": "5"}),
        ("a/b; name=x y (1).pdf", {"name": "x y (1).pdf"}),
        ('a/b; name="x\\"y\\\\z"', {"name": 'x"y\\z'}),
        (r'a/b; name="C:\docs\new.pdf"', {"name": r"C:\docs\new.pdf"}),
        (r'a/b; name="C:\docs\"; x=y', {"name": "C:\\docs\\", "x": "y"}),
        ('a/b; name="never closed; x=y', {"name": "never closed", "x": "y"}),
        ('a/b; name="a;b.pdf"; x=y', {"name": "a;b.pdf", "x": "y"}),
        ('a/b; name="a.pdf" x=y', {"name": "a.pdf", "x": "y"}),
        ("a/b; name*=utf-8'en'%C3%A4.pdf", {"name": "ä.pdf"}),
        ("a/b; name*=iso-8859-1''%E4.pdf", {"name": "ä.pdf"}),
        ("a/b; name*=%C3%A4.pdf", {"name": "ä.pdf"}),
        ("a/b; name*1=b; name*0=a; name*2=c", {"name": "abc"}),
        ("a/b; name*0*=utf-8''%C3; name*1*=%A4; name*2=%41", {"name": "ä%41"}),
        ("a/b; name==?utf-8?q?=C3=A4.pdf?=", {"name": "ä.pdf"}),
        ('a/b; name="=?utf-8?q?=C3=A4?= =?utf-8?q?.pdf?="', {"name": "ä.pdf"}),
        ("a/b; name=old; name*=utf-8''new", {"name": "new"}),
        ("a/b;;; ;x", {}),
        ("a/b; =x; y=", {"y": ""}),
        ('a/b; boundary="=?utf-8?q?x?=  "', {"boundary": "=?utf-8?q?x?=  "}),
    ],
)
def test_params(text: str, params: dict[str, str]) -> None:
    found = parse_params(text)
    assert found.value == "a/b"
    assert dict(found.params) == params


def test_params_given_twice_are_reported() -> None:
    found = parse_params("a/b; name=x; name=y; name*=utf-8''z; size=1; size=1")
    assert found.params["name"] == "z"
    assert found.conflicts == {"name": ("z", "x", "y")}


@given(st.one_of(st.text(), st.text("a/;=\"\\*0' %41()=?qb")))
def test_any_params(text: str) -> None:
    found = parse_params(text, 5)
    assert len(found.params) <= 5


def test_a_raw_eight_bit_name() -> None:
    part = parse('Content-Type: a/b; name="Größe.pdf"\n\n'.encode()).parts[0]
    assert part.filename == "Größe.pdf"
    part = parse('Content-Type: a/b; name="Größe.pdf"\n\n'.encode("latin-1")).parts[0]
    assert part.filename == "Größe.pdf"

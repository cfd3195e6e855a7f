"""Addresses: the structure on the wire decides, never the decoded text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import Address, parse, parse_addresses
from mailkit.message.address import _Reader
from mailkit.message.tokens import tokens


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("x@evil.example", "", "x@evil.example"),
        ("=?utf-8?q?admin=40corp.example=3e?=x@evil.example", "admin@corp.example>", "x@evil.example"),
        ("=?utf-8?q?admin=40corp.example?= <x@evil.example>", "admin@corp.example", "x@evil.example"),
        ("admin@corp.example <x@evil.example>", "admin@corp.example", "x@evil.example"),
        ('"admin@corp.example" <x@evil.example>', "admin@corp.example", "x@evil.example"),
        ('"<admin@corp.example>" <x@evil.example>', "<admin@corp.example>", "x@evil.example"),
        ("(admin@corp.example) x@evil.example", "admin@corp.example", "x@evil.example"),
        ("x@evil.example (Eve)", "Eve", "x@evil.example"),
        ("x(comment)@evil.example", "comment", "x@evil.example"),
        ("=?utf-8?b?PGFAYi5leGFtcGxlPg==?= <x@evil.example>", "<a@b.example>", "x@evil.example"),
        ("=?utf-8?Q?Doe,_John?= <j@d.example>", "Doe, John", "j@d.example"),
        ("=?utf-8?Q?<a@b.example>,?= <j@d.example>", "<a@b.example>,", "j@d.example"),
        ("Doe, John <j@d.example>", "Doe, John", "j@d.example"),
        ("j@d.example.", "", "j@d.example"),
        ('"Doe, John" <J.Doe@D.Example>', "Doe, John", "J.Doe@d.example"),
        ('"x y"@z.example', "", '"x y"@z.example'),
        ('"a@b"@z.example', "", '"a@b"@z.example'),
        ("a@b@z.example", "", '"a@b"@z.example'),
        ("<a@x.example,@y.example:u@z.example>", "", None),
        ("<@x.example,@y.example:u@z.example>", "", "u@z.example"),
        ("x@[192.0.2.1]", "", "x@[192.0.2.1]"),
        (" a . b @ c . example ", "", "a.b@c.example"),
        ("Foo Bar foo@bar.example", "Foo Bar", "foo@bar.example"),
        ('"Foo <foo@bar.example>', '"Foo', "foo@bar.example"),
        ("<a@b.example", "", "a@b.example"),
        ("<'a@b.example.'>", "", "a@b.example"),
        ("(Foo <a@b.example()c>", "(Foo", "a@b.example"),  # a comment that is never closed makes none of the next
        ("Whomever", "Whomever", ""),
        ("Pelé <pelé@exämple.example>", "Pelé", "pelé@exämple.example"),
        ("bounce+u=h.example@list.example", "", "bounce+u=h.example@list.example"),
        ("用户@例子.example", "", "用户@例子.example"),
    ],
)
def test_one_address(text: str, name: str, address: str | None) -> None:
    found = parse_addresses(text)
    if address is None:
        assert all(a.address.count("@") <= 1 for a in found)
        return
    assert [(a.name, a.address) for a in found] == [(name, address)]


def test_lists_and_groups() -> None:
    found = parse_addresses('"a, b" <x@y.example>, Team: a@b.example, C <c@d.example>;, e@f.example')
    assert [(a.address, a.group) for a in found] == [
        ("x@y.example", None),
        ("a@b.example", "Team"),
        ("c@d.example", "Team"),
        ("e@f.example", None),
    ]
    assert parse_addresses("undisclosed-recipients:;") == ()
    assert parse_addresses(", ,,") == ()
    assert [a.address for a in parse_addresses('"Whomever", Bo <b@c.example>')] == ["", "b@c.example"]
    assert [a.name for a in parse_addresses("x@y.example, Doe, John <j@d.example>, K")] == ["", "Doe, John", "K"]
    assert parse_addresses("") == ()


@pytest.mark.parametrize(
    "text",
    [
        "A <a@b.example> <c@d.example>",
        "a@b.example c@d.example",
        "A <a@b.example, B <c@d.example>",
        "a@b.example; c@d.example",
    ],
)
def test_forgotten_commas(text: str) -> None:
    assert [a.address for a in parse_addresses(text)] == ["a@b.example", "c@d.example"]


def test_folded_bytes_and_raw_utf8() -> None:
    found = parse_addresses(
        ' =?iso-8859-1?q?J=F6rg?=\r\n =?iso-8859-1?q?_K?= <j@k.example>,\r\n\t"Zoë" <z@k.example>'.encode()
    )
    assert [(a.name, a.address) for a in found] == [("Jörg K", "j@k.example"), ("Zoë", "z@k.example")]


def test_key_compares_what_is_the_same_mailbox() -> None:
    assert Address("", "Bo@Client.Example").key == Address("x", "bo@client.example").key
    assert Address("", "a@xn--bcher-kva.example").key == Address("", "a@bücher.example").key == "a@bücher.example"
    assert Address("", '"bo"@x.example').key == "bo@x.example"
    assert Address("", '"b o"@x.example').key == '"b o"@x.example'
    assert Address("", "a@xn--999999999.example").key == "a@xn--999999999.example"
    assert Address("", "a@ｅvil.example").key == "a@evil.example"
    assert Address("", "a@evil.example＠corp.example").key.count("@") == 1
    assert Address("", "a@evil．corp.example").key == "a@evil．corp.example"
    assert Address("", "a@xn--0g8c.example").key.encode()


def test_display_form_reads_back() -> None:
    for name in ("", "Bo", "Doe, John", 'The "Boss"', "a\\b", "x@y.example"):
        address = Address(name, "x@y.example")
        assert parse_addresses(str(address)) == (address,)


def test_every_author_is_kept() -> None:
    message = parse(b"From: a@x.example\r\nFrom: B <b@x.example>\r\nSender: s@x.example\r\n\r\n")
    assert [a.address for a in message.from_] == ["a@x.example", "b@x.example"]
    assert message.sender == Address("", "s@x.example")
    assert {a.code for a in message.ambiguities} >= {"duplicate-header", "from"}


def test_limit() -> None:
    text = ", ".join(f"a{n}@x.example" for n in range(50))
    assert len(parse_addresses(text, 10)) == 10
    assert len(parse_addresses(text)) == 50


PIECES = [
    "a",
    "@",
    "b.example",
    "<",
    ">",
    '"',
    "\\",
    "(",
    ")",
    ",",
    ";",
    ":",
    " ",
    ".",
    "[",
    "]",
    "=?utf-8?q?",
    "?=",
    "=40",
    "\r\n ",
    "é",
    "\x00",
]


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join)))
def test_any_text(text: str) -> None:
    for address in parse_addresses(text):
        assert "\n" not in address.name
        assert "\r" not in address.name
        assert address.address == "" or "\n" not in address.address
        assert isinstance(address.key, str)
        str(address)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    for address in parse_addresses(data):
        assert isinstance(address.key, str)


@given(
    st.lists(
        st.sampled_from([*PIECES, "bo", "'", ",", ", ", " <a@b.example>", '"Bo" <a@b.example>', "Bo <a@b.example>,"])
    ).map("".join)
)
def test_the_quick_way_finds_the_same(text: str) -> None:
    """Plain mailboxes are read by a pattern; the long way, made to read them, must agree."""
    plain = text.replace("\r\n ", " ").strip()
    slow = _Reader(2000).read(tokens(plain.replace("\x00", "")))
    assert parse_addresses(plain) == tuple(slow)


LOCAL = st.from_regex(r"[a-z][a-z0-9+=_-]{0,8}(\.[a-z0-9]{1,5})?", fullmatch=True)
DOMAIN = st.from_regex(r"[a-z][a-z0-9]{0,8}\.example", fullmatch=True)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=["C", "Z"])),
            LOCAL,
            DOMAIN,
        ),
        max_size=8,
    )
)
def test_what_is_written_is_read(entries: list[tuple[str, str, str]]) -> None:
    text = ", ".join(str(Address(name, f"{local}@{domain}")) for name, local, domain in entries if "=?" not in name)
    want = [f"{local}@{domain}" for name, local, domain in entries if "=?" not in name]
    assert [a.address for a in parse_addresses(text)] == want


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a@xn--fa-hia.example", "a@fass.example"),
        ("a@faß.example", "a@fass.example"),
        ("a@xn--fass-.example", "a@fass.example"),
        ("a@xn--BANK-.example", "a@bank.example"),
        ("a@ας.example", "a@ασ.example"),
        ("a@xn--.example", "a@.example"),
        ("straße@b.example", "strasse@b.example"),
        ("ſam@b.example", "sam@b.example"),
    ],
)
def test_what_different_people_may_have_is_not_one_address(one: str, other: str) -> None:
    """The DNS tells these domains apart (RFC 5892, UTS #46), and a mail server these names."""
    assert Address("", one).key != Address("", other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a@faß.example", "a@xn--fa-hia.example"),
        ("a@FAẞ.example", "a@xn--fa-hia.example"),
        ("a@BÜCHER.example", "a@XN--BCHER-KVA.example"),
        ("a@ｂank.example", "a@bank.example"),
    ],
)
def test_spellings_of_one_domain(one: str, other: str) -> None:
    assert Address("", one).key == Address("", other).key

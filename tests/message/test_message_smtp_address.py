"""Which addresses SMTP can carry; the corpus of isemail is in ``test_message_corpora``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import is_smtp_address, parse_addresses


@pytest.mark.parametrize(
    "address",
    [
        "bo@client.example",
        "bo+tag@client.example",
        "o'neil@client.example",
        '"a b"@client.example',
        '"a\\"b"@client.example',
        "jörg@köln.example",
        "用户@例子.example",
        "bo@xn--kln-sna.example",
        "bo@[192.0.2.1]",
        "bo@[IPv6:2001:db8::1]",
        "bo@[IPv6:::ffff:192.0.2.1]",
        "bo@localhost",
        "a" * 64 + "@client.example",
    ],
)
def test_can_be_carried(address: str) -> None:
    assert is_smtp_address(address)
    assert [one.address for one in parse_addresses(f"<{address}>")] == [address.replace("IPv6", "ipv6")]


@pytest.mark.parametrize(
    "address",
    [
        "", "@", "bo", "bo@", "@client.example", "bo@@client.example", "bo @client.example", "bo@client .example",
        "Bo <bo@client.example>", "<bo@client.example>", "bo@client.example,", "b..o@client.example",
        ".bo@client.example", "bo.@client.example", "bo@-client.example", "bo@client-.example", "bo@client..example",
        "bo@client.example.", "bo(x)@client.example", '"a"b@client.example', '"a@client.example',
        "bo@client.example\r\n", "bo\0@client.example", "bo\x85@client.example", "bo@[192.0.2.256]", "bo@[192.0.2.01]",
        "bo@[IPv6:1::2::3]",
        "bo@[IPv6:fe80::1%eth0]", "bo@[tag:x]", "a" * 65 + "@client.example", "bo@" + "a" * 64 + ".example",
        "bo@" + "a." * 130 + "example", "ö" * 33 + "@client.example", "\ud800@client.example",
    ],
)  # fmt: skip
def test_cannot_be_carried(address: str) -> None:
    assert not is_smtp_address(address)


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_can_be_carried_is_one_address_on_one_line(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    if is_smtp_address(text):
        assert text.isprintable() or not text.isascii()
        assert not set(text) & set("\r\n\0")
        assert len(parse_addresses(f"<{text}>")) == 1


def test_long_texts_are_refused_at_once() -> None:
    assert not is_smtp_address('"' + "\\" * 10**6 + '"@client.example')
    assert not is_smtp_address("a." * 10**6 + "@client.example")

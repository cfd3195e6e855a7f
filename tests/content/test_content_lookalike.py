"""Domains made to be taken for others, and senders who send the answers elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import trust_of
from mailkit.content.lookalike import looks_like, mixes_scripts, names_one_of, nearly
from mailkit.message import parse
from mailkit.words import TrustLevel

OURS = ("acme.example", "modern-mail.example")


@pytest.mark.parametrize(
    ("domain", "like"),
    [
        ("аcme.example", "acme.example"),
        ("xn--cme-5cd.example", "acme.example"),
        ("acrne.example", "acme.example"),
        ("acme.exampIe", "acme.example"),
        ("acme.examp1e", "acme.example"),
        ("acmé.example", "acme.example"),
        ("rnodern-mail.example", "modern-mail.example"),
        ("modern-mai1.example", "modern-mail.example"),
        ("mail.acrne.example", "acme.example"),
        ("acme.example.evil.test", "acme.example"),
        ("login.acme.example.evil.test", "acme.example"),
        ("acme-example.test", "acme.example"),
        ("acme.example-login.test", "acme.example"),
        ("acme.example.modern-mail.example", ""),
        ("acme.example", ""),
        ("mail.acme.example", ""),
        ("client.example", ""),
        ("acme.client.example", ""),
        ("", ""),
    ],
)
def test_looks_like(domain: str, like: str) -> None:
    assert looks_like(domain, OURS) == like


@pytest.mark.parametrize(
    ("domain", "near"),
    [
        ("acmecrop.example", True),
        ("acmecorrp.example", True),
        ("acmecor.example", True),
        ("acmecorb.example", True),
        ("acmecorp.example", False),
        ("acmecorp.test", False),
        ("acmecpor.example", False),
        ("b.example", False),
        ("", False),
    ],
)
def test_a_domain_one_letter_away_is_told(domain: str, near: bool) -> None:
    assert (nearly(domain, ["b2.example", "acmecorp.example"]) == "acmecorp.example") is near
    assert nearly("abd.example", ["abc.example"]) == ""


def test_a_name_that_names_a_domain_of_ours() -> None:
    assert names_one_of("Support (www.Acme.example)", OURS) == "acme.example"
    assert names_one_of("Bo at notacme.example", OURS) == ""


@pytest.mark.parametrize(
    ("domain", "mixed"),
    [
        ("аcme.example", True),
        ("köln.example", False),
        ("пример.example", False),
        ("例子.example", False),
        ("αcme.example", True),
    ],
)
def test_mixed_scripts(domain: str, mixed: bool) -> None:
    assert mixes_scripts(domain) is mixed


def letter(sender: str, *more: str) -> bytes:
    results = "Authentication-Results: mx.acme.example; dmarc=pass header.from="
    domain = sender.rpartition("@")[2].rstrip(">")
    head = [results + domain, "Received: from x by mx.acme.example; y", f"From: {sender}", *more, "", "text"]
    return "\r\n".join(head).encode()


def test_a_lookalike_is_never_authenticated() -> None:
    for domain in ("acrne.example", "xn--cme-5cd.example"):
        found = trust_of(parse(letter(f"ana@{domain}")), authserv_ids=("mx.acme.example",), own_domains=OURS)
        assert found.level is TrustLevel.CLAIMED
        assert any("looks like acme.example" in line for line in found.evidence)


def test_mixed_scripts_are_never_authenticated() -> None:
    found = trust_of(parse(letter("ana@xn--pypal-4ve.example")), authserv_ids=("mx.acme.example",))
    assert found.level is TrustLevel.CLAIMED
    assert any("several scripts" in line for line in found.evidence)


def test_answers_that_go_elsewhere_are_told() -> None:
    raw = letter("ana@client.example", "Reply-To: ana@gmail.example, desk@mail.client.example")
    found = trust_of(parse(raw), authserv_ids=("mx.acme.example",))
    assert found.level is TrustLevel.AUTHENTICATED
    assert [line for line in found.evidence if "answers" in line] == ["answers go to another domain: gmail.example"]


@given(st.text(max_size=50))
def test_any_domain(domain: str) -> None:
    assert looks_like(domain, OURS) in ("", *OURS)
    assert mixes_scripts(domain) in (True, False)

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import trust_of
from mailkit.content.authres import NO_NAME, parse_results, sections
from mailkit.content.domains import same_organisation
from mailkit.message import parse
from mailkit.words import Trust, TrustLevel

BORDER = (
    "Received: from mail.client.example (mail.client.example [192.0.2.9]) by mx.acme.example with ESMTPS "
    "id 1; Mon, 1 Jan 2024 10:00:00 +0000"
)
INNER = "Received: from mx.acme.example by store.acme.example with LMTP id 2; Mon, 1 Jan 2024 10:00:01 +0000"
FOREIGN = "Received: from laptop by mail.client.example with ESMTPSA id 3; Mon, 1 Jan 2024 09:59:59 +0000"
FROM = "From: Bo <bo@client.example>"
PASS = "Authentication-Results: mx.acme.example; dmarc=pass (p=reject) header.from=client.example"
IDS = ("mx.acme.example",)


def trust(*headers: str, ids: tuple[str, ...] = IDS, own: tuple[str, ...] = ("acme.example",)) -> Trust:
    raw = "\r\n".join([*headers, "", "body"]).encode()
    return trust_of(parse(raw), authserv_ids=ids, own_domains=own)


def level(*headers: str, ids: tuple[str, ...] = IDS, own: tuple[str, ...] = ("acme.example",)) -> str:
    return trust(*headers, ids=ids, own=own).level.value


@pytest.mark.parametrize(
    "headers",
    [
        (PASS, BORDER, FROM),
        (BORDER, PASS, FROM),
        (INNER, BORDER, PASS, FROM),
        (PASS, FROM),
        (INNER, PASS, BORDER, FOREIGN, FROM),
        (INNER.replace("store", "imap7"), PASS, BORDER, FROM),
        ("Received: by 2002:a05:6e02:1 with SMTP id 9; x", BORDER, PASS, FOREIGN, FROM),
        (PASS.replace("dmarc=pass (p=reject) header.from", "dkim=pass header.d"), BORDER, FROM),
        (PASS.replace("dmarc=pass (p=reject) header.from=", "dkim=pass header.i=@mail."), BORDER, FROM),
        (PASS.replace("dmarc=pass (p=reject) header.from=", "spf=pass smtp.mailfrom=x@news."), BORDER, FROM),
        ("Authentication-Results: mx.acme.example; spf=fail smtp.mailfrom=x@y.example", PASS, BORDER, FROM),
    ],
)
def test_aligned_results_of_our_server_authenticate(headers: tuple[str, ...]) -> None:
    assert level(*headers) == "authenticated"


@pytest.mark.parametrize(
    "headers",
    [
        (FROM,),
        (BORDER, FROM),
        (PASS.replace("pass", "none"), PASS, FROM),  # without Received only the first is ours
        (BORDER, FOREIGN, PASS, FROM),  # below the outside's Received
        (FOREIGN, PASS, FROM),
        (BORDER, "Authentication-Results: evil.example; dmarc=pass", PASS, FROM),
        (BORDER, "Authentication-Results: mx.acme.example; dmarc=none header.from=client.example", PASS, FROM),
        ("Authentication-Results: mx.acme.example; dmarc=none header.from=client.example", BORDER, PASS, FROM),
        (PASS.replace("mx.acme", "mx.other"), BORDER, FROM),
        (PASS.replace("client.example", "evil.example"), BORDER, FROM),
        (
            PASS.replace("dmarc=pass (p=reject) header.from", "dkim=pass header.d").replace("client", "evil"),
            BORDER,
            FROM,
        ),
        (PASS.replace("dmarc=pass (p=reject) header.from=", "spf=pass smtp.mailfrom=bo@evil-"), BORDER, FROM),
        (PASS.replace("dmarc=pass", "dmarc=fail (p=none) dkim=pass"), BORDER, FROM),
        (PASS.replace("dmarc=pass", "arc=pass"), BORDER, FROM),
        (PASS + "; dmarc=pass header.from=client.example", BORDER, FROM),  # two DMARC results: somebody's hand
        (PASS + ' (unclosed "comment', BORDER, FROM),
    ],
)
def test_everything_else_is_a_claim(headers: tuple[str, ...]) -> None:
    assert level(*headers) == "claimed"


def test_without_trusted_names_nothing_is_authenticated() -> None:
    assert level(PASS, BORDER, FROM, ids=()) == "claimed"
    assert level(PASS, BORDER, FROM, ids=("", " ")) == "claimed"


@pytest.mark.parametrize(
    ("headers", "doubt"),
    [
        ((PASS, BORDER, FROM, "From: ceo@acme.example"), "several From fields"),
        ((PASS, BORDER, "From: bo@client.example, ceo@acme.example"), "several From addresses"),
        ((PASS, BORDER, "Subject: Deal D-249", FROM, "Subject: Offer"), "several Subject fields"),
        ((PASS, BORDER, 'From: "ceo@acme.example" <bo@client.example>'), "the display name shows another address"),
        (
            (PASS, BORDER, "From: =?utf-8?q?ceo=40acme.example?= <bo@client.example>"),
            "the display name shows another address",
        ),
        ((PASS, BORDER, "From: ceo＠acme.example <bo@client.example>"), "the display name shows another address"),
        ((PASS, BORDER, "From: nobody"), "no From address"),
        ((PASS, BORDER, "Subject: x"), "no From address"),
    ],
)
def test_a_doubtful_from_is_never_authenticated(headers: tuple[str, ...], doubt: str) -> None:
    found = trust(*headers)
    assert found.level is not TrustLevel.AUTHENTICATED
    assert any(line.startswith(doubt) for line in found.evidence)


def test_a_display_name_with_the_own_address_is_no_doubt() -> None:
    assert level(PASS, BORDER, 'From: "bo@client.example" <bo@client.example>') == "authenticated"


OWN_FROM = "From: Boss <boss@acme.example>"


@pytest.mark.parametrize(
    ("results", "sender", "expected"),
    [
        ("dmarc=fail (p=reject dis=none) header.from=client.example", FROM, "forged"),
        ("dmarc=fail header.from=client.example", FROM, "forged"),
        ("dmarc=fail (p=none dis=none) header.from=client.example", FROM, "claimed"),
        ("dmarc=fail (p=none dis=none) header.from=acme.example", OWN_FROM, "forged"),
        ("spf=fail smtp.mailfrom=boss@acme.example; dkim=none", OWN_FROM, "forged"),
        ("spf=softfail smtp.mailfrom=boss@acme.example; dkim=fail header.d=acme.example", OWN_FROM, "forged"),
        ("spf=fail smtp.mailfrom=boss@acme.example; dkim=pass header.d=acme.example", OWN_FROM, "authenticated"),
        ("spf=none smtp.mailfrom=boss@acme.example; dkim=none", OWN_FROM, "claimed"),
        ("spf=fail smtp.mailfrom=bo@client.example; dkim=none", FROM, "claimed"),
        ("dmarc=temperror header.from=acme.example", OWN_FROM, "claimed"),
    ],
)
def test_forgeries(results: str, sender: str, expected: str) -> None:
    assert level(f"Authentication-Results: mx.acme.example; {results}", BORDER, sender) == expected


def test_an_address_at_a_large_provider_makes_nobody_elses_mail_ours() -> None:
    domain = "gmail.com"
    header = f"Authentication-Results: mx.acme.example; dmarc=fail (p=none) header.from={domain}"
    assert level(header, BORDER, f"From: cy@{domain}", own=(domain,)) == "claimed"


def test_only_our_own_server_can_call_something_forged() -> None:
    assert level(BORDER, FOREIGN, "Authentication-Results: mx.acme.example; dmarc=fail", FROM) == "claimed"


MICROSOFT = (
    "Received: from DB1.eurprd.prod.outlook.com (::1) by AM2.eurprd.prod.outlook.com with HTTPS; x",
    "Authentication-Results: spf=pass (sender IP is 192.0.2.9) smtp.mailfrom=client.example; dkim=pass "
    "(signature was verified) "
    "header.d=client.example;dmarc=pass action=none header.from=client.example;compauth=pass reason=100",
    "Received: from mail.client.example (192.0.2.9) by DB1.mail.protection.outlook.com (10.0.0.1) with SMTP; x",
    FROM,
)


def test_headers_without_a_name_count_only_where_they_are_asked_for() -> None:
    assert level(*MICROSOFT, ids=(NO_NAME,)) == "authenticated"
    assert level(*MICROSOFT) == "claimed"
    forged = MICROSOFT[1].replace("client", "acme")
    assert level(MICROSOFT[0], MICROSOFT[2], forged, OWN_FROM, ids=("mx.acme.example",)) == "claimed"


def test_the_grammar() -> None:
    name, results = parse_results(
        'mx.acme.example 1; spf=pass (a; b (c)) smtp.mailfrom="bo"@client.example; dkim=fail reason="x; dmarc=pass" '
        "header.d=Client.Example; none"
    )
    assert name == "mx.acme.example"
    assert [(item.method, item.value) for item in results] == [("spf", "pass"), ("dkim", "fail")]
    assert results[0].get("smtp.mailfrom") == "bo@client.example"
    assert results[1].get("header.d") == "client.example"
    assert parse_results("spf=pass smtp.mailfrom=x")[0] == NO_NAME
    assert parse_results("") == ("", ())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("client.example", "client.example", True),
        ("mail.client.example", "client.example", True),
        ("client.example", "mail.client.example.", True),
        ("CLIENT.example", "client.EXAMPLE", True),
        ("xn--mller-kva.example", "müller.example", True),
        ("client.example", "evilclient.example", False),
        ("example", "client.example", False),
        ("evil.co.id", "bank.co.id", False),
        ("co.id", "bank.co.id", False),
        ("evil.com.au", "com.au", False),
        ("", "client.example", False),
        ("", "", False),
    ],
)
def test_organisations(one: str, other: str, same: bool) -> None:
    assert same_organisation(one, other) is same


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_header_is_read_and_never_authenticates_a_stranger(value: str, name: str) -> None:
    parse_results(value)
    line = " ".join(value.split())
    shown = " ".join(name.split())
    found = trust(
        f"Authentication-Results: {line}", BORDER.replace("acme", "other"), f"From: {shown} <bo@client.example>"
    )
    assert found.level is not TrustLevel.AUTHENTICATED


@given(st.text(st.sampled_from('();"\\=. pasdmrcfil'), max_size=200))
def test_an_address_copied_into_the_header_cannot_write_results(local: str) -> None:
    quoted = local.replace("\\", "\\\\").replace('"', '\\"')
    header = (
        f'Authentication-Results: mx.acme.example; spf=pass smtp.mailfrom="{quoted}"@evil.example; '
        f"dmarc=none header.from=client.example"
    )
    assert level(header, BORDER, FROM) == "claimed"


@pytest.mark.parametrize("unit", ["(", ")", '"', "\\", ";", "a=b ", "dmarc=pass;", " ", "=", "@"])
def test_long_headers_take_linear_time(unit: str, grows_linearly: Callable[..., None]) -> None:
    grows_linearly(sections, unit)
    grows_linearly(lambda text: parse_results(text + str(len(text))), unit)


EVIL = "Authentication-Results: mx.acme.example; "


@pytest.mark.parametrize(
    "results",
    [
        # The envelope sender "@client.example "@evil.example is anybody's to have.
        'spf=pass smtp.mailfrom="@client.example "@evil.example',
        r'spf=pass smtp.mailfrom="\"@client.example \"@evil.example"',
        'spf=pass smtp.mailfrom="a smtp.mailfrom=@client.example "@evil.example',
        "spf=pass smtp.mailfrom=@client.example @evil.example",
        'dkim=pass header.i="@client.example "@evil.example',
        'dkim=pass header.i="x header.d=client.example "@evil.example',
        'dkim=pass reason="good header.d=client.example" header.d=evil.example',
        'dmarc=pass reason="x header.from=client.example" header.from=evil.example',
        'dmarc=pass header.from="x@client.example "@evil.example',
        'spf=pass (domain of "a); dkim=pass header.d=client.example (b"@evil.example) smtp.mailfrom=evil.example',
    ],
)
def test_what_stands_in_quotes_is_one_word(results: str) -> None:
    assert level(EVIL + results, BORDER, FROM) == "claimed"


@pytest.mark.parametrize(
    "results",
    [
        'spf=pass smtp.mailfrom="bo@client.example"',
        'spf=pass smtp.mailfrom="bo smith"@client.example',
        'dkim=pass reason="good signature" header.d=client.example',
        'dkim=pass (2048-bit "rsa" key) header.d="client.example"',
    ],
)
def test_quotes_in_honest_results(results: str) -> None:
    assert level(EVIL + results, BORDER, FROM) == "authenticated"


@pytest.mark.parametrize(
    "name",
    [
        "boss @ client.example",
        "boss\u200b@\u2060client.example",
        "boss@\u00adclient.example",
        "boss\uff20client.example",
        "\u202eelpmaxe.tneilc@ssob",
    ],
)
def test_a_name_that_looks_like_another_address_is_not_believed(name: str) -> None:
    passed = EVIL + "dmarc=pass header.from=evil.example"
    assert level(passed, BORDER, f'From: "{name}" <x@evil.example>') == "claimed"


@pytest.mark.parametrize(
    "name", ["Bo @ Client", "Bo @ client.example", "Bo \u2067\u05d1\u05d5\u2069", "bo@client.example"]
)
def test_a_name_may_say_where_somebody_works(name: str) -> None:
    assert level(PASS, BORDER, f'From: "{name}" <bo@client.example>') == "authenticated"


OWN_WORDS = ("Received: from x.client.example by mx.acme.example; Mon, 1 Jan 2024 09:00:00 +0000", PASS, FROM)


@pytest.mark.parametrize(
    "origin",
    [
        "localhost (evil.example [203.0.113.9])",
        "localhost (unknown [203.0.113.9])",
        "localhost ([203.0.113.9])",
        "localhost (203.0.113.9)",
        "mx.acme.example (evil.example [203.0.113.9])",
        "mx.acme.example (unknown [IPv6:2001:db8::9])",
        "mx.acme.example (mx.acme.example [203.0.113.9] (may be forged))",
        "10.0.0.1 (evil.example [203.0.113.9])",
        "store.acme.example (203.0.113.9)",
    ],
)
def test_a_stranger_who_calls_himself_one_of_our_hosts_stays_outside(origin: str) -> None:
    """What stands below the hop that he came over is his own writing, in our server's name."""
    forged = f"Received: from {origin} by mx.acme.example with ESMTP id 1; Mon, 1 Jan 2024 10:00:00 +0000"
    assert level(forged, *OWN_WORDS) == "claimed"
    assert level(INNER, forged, *OWN_WORDS) == "claimed"


@pytest.mark.parametrize(
    "origin",
    [
        "localhost (localhost [127.0.0.1])",
        "localhost ([::1])",
        "filter.acme.example (filter.acme.example [10.1.2.3])",
        "mx.acme.example (mx.acme.example. [203.0.113.9])",
        "mx.acme.example",
    ],
)
def test_a_hop_between_our_own_hosts_is_passed(origin: str) -> None:
    hop = f"Received: from {origin} by store.acme.example with ESMTP id 1; Mon, 1 Jan 2024 10:00:00 +0000"
    assert level(hop, BORDER, PASS, FROM) == "authenticated"


def test_microsofts_hops_have_public_addresses() -> None:
    hop = "Received: from {} ({}) by AM0PR07CA0009.outlook.office365.com (2603:10a6:208:ac::22) with Microsoft SMTP; x"
    border = "Received: from mail.client.example (192.0.2.9) by AM0EUR02FT030.mail.protection.outlook.com; x"
    result = "Authentication-Results: dmarc=pass header.from=client.example"
    inner = hop.format("AM0EUR02FT030.eop-EUR02.prod.protection.outlook.com", "2603:10a6:208:ac:cafe::3f")
    assert level(inner, border, result, FROM, ids=(NO_NAME,)) == "authenticated"
    forged = hop.format("evil.outlook.com", "203.0.113.9")
    assert level(forged, border, result, FROM, ids=(NO_NAME,)) == "claimed"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("dmarc=fail (p=none,has-list-id=yes,d=none)", "claimed"),
        ("dmarc=fail policy.dmarc=none", "claimed"),
        ("dmarc=fail action=none", "claimed"),
        ("dmarc=fail action=oreject", "forged"),
        ("dmarc=fail (p=reject,d=none)", "forged"),
    ],
)
def test_what_the_owner_of_a_domain_wants_is_told_in_many_ways(policy: str, expected: str) -> None:
    results = f"Authentication-Results: mx.acme.example; {policy} header.from=client.example"
    assert level(results, BORDER, FROM) == expected


def test_a_local_part_with_an_address_in_it_is_not_believed() -> None:
    sender = 'From: "boss@acme.example"@client.example'
    found = trust(PASS, BORDER, sender)
    assert found.level == TrustLevel.CLAIMED
    assert any("in two ways" in one for one in found.evidence)


def test_names_and_domains_near_to_ours_are_told_in_the_evidence() -> None:
    found = trust(
        PASS, BORDER, 'From: "Boss, acme.example" <bo@client.example>', own=("acme.example", "clientt.example")
    )
    assert found.level == TrustLevel.AUTHENTICATED
    assert "the display name names acme.example" in found.evidence
    assert "the domain client.example differs from clientt.example by one letter" in found.evidence

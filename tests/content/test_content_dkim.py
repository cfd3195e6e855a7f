"""DKIM checked with keys already fetched: real signatures, made here by dkimpy's signer."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from mailkit.content import dns_names, trust_of, verify_dkim
from mailkit.message import parse
from mailkit.words import TrustLevel

RAW = (
    b"From: Ana <ana@mail.acme.example>\r\nTo: bo@client.example\r\nSubject: Offer\r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nForty chairs. \r\n\tRegards  ,\r\nAna\r\n"
)


def _pair(bits: int) -> tuple[bytes, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, "v=DKIM1; k=rsa; p=" + base64.b64encode(der).decode()


PEM, RECORD = _pair(2048)
NAME = "s1._domainkey.acme.example"
NO_POLICY: Mapping[str, Sequence[str]] = {"_dmarc.mail.acme.example": (), "_dmarc.acme.example": ()}
KEYS: Mapping[str, Sequence[str]] = {NAME: (RECORD,), **NO_POLICY}


def signed(raw: bytes = RAW, **changes: object) -> bytes:
    options: dict[str, object] = {"include_headers": [b"from", b"to", b"subject", b"date"]} | changes
    return bytes(dkim.sign(raw, b"s1", b"acme.example", PEM, **options)) + raw


@pytest.mark.parametrize(
    "way", [(b"relaxed", b"relaxed"), (b"simple", b"simple"), (b"relaxed", b"simple"), (b"simple", b"relaxed")]
)
@pytest.mark.parametrize(
    "raw", [RAW, RAW.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", RAW + b"\r\n\r\n", RAW + b" \t x\t\ty \r\n"]
)
def test_a_good_signature(way: tuple[bytes, bytes], raw: bytes) -> None:
    found = verify_dkim(parse(signed(raw, canonicalize=way)), KEYS)
    assert [(one.domain, one.selector, one.result) for one in found] == [("acme.example", "s1", "pass")]


def test_line_ends_of_a_file_change_nothing() -> None:
    assert verify_dkim(parse(signed().replace(b"\r\n", b"\n")), KEYS)[0].result == "pass"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Forty", b"Fifty"), (b"Subject: Offer", b"Subject: Order"), (b"ana@mail", b"bob@mail"), (b"s=s1", b"s=s2")],
)
def test_what_was_changed_fails(old: bytes, new: bytes) -> None:
    found = verify_dkim(parse(signed().replace(old, new, 1)), {**KEYS, "s2._domainkey.acme.example": (_pair(2048)[1],)})
    assert found[0].result == "fail"
    assert found[0].reason


def test_a_second_from_field_fails() -> None:
    assert verify_dkim(parse(b"From: x@evil.example\r\n" + signed()), KEYS)[0].result == "fail"


@pytest.mark.parametrize(
    ("keys", "result", "reason"),
    [
        ({}, "temperror", "could not be fetched"),
        ({NAME: ()}, "permerror", "no key"),
        ({NAME: ("v=spf1 -all",)}, "permerror", "no key"),
        ({NAME: (RECORD, RECORD)}, "permerror", "several"),
        ({NAME: ("v=DKIM1; p=",)}, "permerror", "revoked"),
        ({NAME: ("v=DKIM1; p=AAAA",)}, "fail", ""),
        ({NAME: ("v=DKIM1; p=ö",)}, "fail", ""),
        ({NAME: (RECORD + "; t=y",)}, "neutral", "testing"),
        ({NAME: (RECORD + "; t=s",)}, "pass", ""),
    ],
)
def test_keys(keys: Mapping[str, Sequence[str]], result: str, reason: str) -> None:
    found = verify_dkim(parse(signed()), keys)[0]
    assert (found.result, reason in found.reason) == (result, True)


@pytest.mark.parametrize(
    ("make", "result", "reason"),
    [
        (lambda: signed(length=True), "neutral", "a part of the body"),
        (lambda: signed(include_headers=[b"from", b"date"]), "neutral", "does not sign Subject"),
        (lambda: signed().replace(b"h=from :", b"h=x-any :").replace(b"h=from:", b"h=x-any:"), "permerror", "From"),
        (lambda: signed().replace(b"a=rsa-sha256", b"a=rsa-sha1"), "permerror", "algorithm"),
        (lambda: signed().replace(b"d=acme.example", b"d=acme example/"), "permerror", "no domain"),
        (lambda: signed().replace(b"s=s1", b"s=s1" + b" " * 40), "permerror", "too long"),
        (lambda: signed(identity=b"@mail.acme.example"), "fail", "domain itself"),
    ],
)
def test_signatures_that_prove_nothing(make: Callable[[], bytes], result: str, reason: str) -> None:
    found = verify_dkim(parse(make()), {NAME: (RECORD + "; t=s",)})[0]
    assert (found.result, reason in found.reason) == (result, True), found


def test_keys_of_1024_bits_are_still_met_and_count() -> None:
    pem, record = _pair(1024)
    raw = bytes(dkim.sign(RAW, b"s1", b"acme.example", pem, include_headers=[b"from", b"subject"])) + RAW
    assert verify_dkim(parse(raw), {NAME: (record,)})[0].result == "pass"


def test_the_names_that_are_wanted() -> None:
    message = parse(signed())
    assert dns_names(message) == (NAME, "_dmarc.mail.acme.example", "_dmarc.acme.example")
    flood = b"".join(b"DKIM-Signature: d=a%d.example; s=x\r\n" % n for n in range(50))
    assert len(dns_names(parse(flood + RAW))) == 7
    assert dns_names(parse(RAW)) == (), "without a signature nothing can be checked"
    assert dns_names(parse(b"DKIM-Signature: d=../x; s=\r\nFrom: a@b, c@d\r\n\r\n")) == ()


# Trust


def test_an_aligned_signature_authenticates() -> None:
    found = trust_of(parse(signed()), answers=KEYS)
    assert found.level is TrustLevel.AUTHENTICATED
    assert "dkim=pass (acme.example), checked here" in found.evidence


def test_without_answers_nothing_is_checked() -> None:
    assert trust_of(parse(signed())).level is TrustLevel.CLAIMED


STRICT = "v=DMARC1; p=reject; adkim=s"


@pytest.mark.parametrize(
    ("policies", "level"),
    [
        ({"_dmarc.mail.acme.example": (STRICT,)}, "claimed"),
        ({"_dmarc.acme.example": (STRICT,)}, "claimed"),
        ({"_dmarc.mail.acme.example": ("v=DMARC1; p=none",), "_dmarc.acme.example": (STRICT,)}, "authenticated"),
        ({"_dmarc.mail.acme.example": (STRICT, STRICT)}, "authenticated"),
        ({"_dmarc.mail.acme.example": ("v=spf1 -all",)}, "authenticated"),
    ],
)
def test_dmarc_may_ask_for_the_very_domain(policies: Mapping[str, Sequence[str]], level: str) -> None:
    """The policy of the domain itself counts, else its organisation's; of several in one place none does."""
    assert trust_of(parse(signed()), answers={**KEYS, **policies}).level == level


@pytest.mark.parametrize("missing", NO_POLICY)
def test_where_the_policy_could_not_be_fetched_only_the_very_domain_counts(missing: str) -> None:
    answers = {name: records for name, records in KEYS.items() if name != missing}
    found = trust_of(parse(signed()), answers=answers)
    assert found.level is TrustLevel.CLAIMED
    assert any("the very domain" in line for line in found.evidence)
    exact = signed(RAW.replace(b"@mail.acme", b"@acme"))
    assert trust_of(parse(exact), answers={NAME: (RECORD,)}).level is TrustLevel.AUTHENTICATED


def test_a_signature_of_somebody_else_does_not_count() -> None:
    raw = signed().replace(b"From: Ana <ana@mail.acme.example>", b"From: Bo <bo@client.example>")
    raw = signed(RAW.replace(b"ana@mail.acme.example", b"bo@client.example"))
    found = trust_of(parse(raw), answers=KEYS)
    assert found.level is TrustLevel.CLAIMED
    assert "dkim=pass (acme.example), checked here" in found.evidence


@pytest.mark.parametrize("above", ["Subject: Deal D-249", "Subject:Order", "subject : x"])
def test_a_mail_that_is_sent_again_under_another_subject_is_a_claim(above: str) -> None:
    """The signature covers the lower field and stands; what is read is the upper one."""
    found = trust_of(parse(above.encode() + b"\r\n" + signed()), answers=KEYS)
    assert "dkim=pass (acme.example), checked here" in found.evidence
    assert (found.level, found.evidence[-1]) == (TrustLevel.CLAIMED, "several Subject fields")


@pytest.mark.parametrize("field", [b"Reply-To: ana@mail.acme.example", b"Content-Type: text/plain"])
def test_a_field_put_above_a_signed_one_of_its_name_is_doubted(field: bytes) -> None:
    name = field.partition(b":")[0]
    raw = signed(field + b"\r\n" + RAW, include_headers=[b"from", b"subject", name.lower()])
    assert trust_of(parse(raw), answers=KEYS).level is TrustLevel.AUTHENTICATED
    assert trust_of(parse(field + b"\r\n" + raw), answers=KEYS).level is TrustLevel.AUTHENTICATED, "it says the same"
    assert trust_of(parse(name + b": text/html\r\n" + raw), answers=KEYS).level is TrustLevel.CLAIMED


def test_a_subject_that_nobody_signed_may_have_been_added() -> None:
    plain = signed(RAW.replace(b"Subject: Offer\r\n", b""), include_headers=[b"from", b"date"])
    assert trust_of(parse(plain), answers=KEYS).level is TrustLevel.AUTHENTICATED
    assert trust_of(parse(b"Subject: Deal D-249\r\n" + plain), answers=KEYS).level is TrustLevel.CLAIMED


@pytest.mark.parametrize(
    ("author", "signer"),
    [
        ("ana@fass.example", b"xn--fa-hia.example"),
        ("ana@acme.example", b"xn--acme-.example"),
        ("ana@fa\N{LATIN SMALL LETTER SHARP S}.example", b"fass.example"),
    ],
)
def test_who_has_another_name_in_the_dns_signs_for_nobody_else(author: str, signer: bytes) -> None:
    raw = RAW.replace(b"ana@mail.acme.example", author.encode())
    raw = bytes(dkim.sign(raw, b"s1", signer, PEM, include_headers=[b"from", b"subject"])) + raw
    answers = dict.fromkeys(dns_names(parse(raw)), ()) | {f"s1._domainkey.{signer.decode()}": (RECORD,)}
    found = trust_of(parse(raw), answers=answers)
    assert found.level is TrustLevel.CLAIMED
    assert any("dkim=pass" in line for line in found.evidence)


def test_a_broken_signature_forges_nothing() -> None:
    raw = signed().replace(b"Forty", b"Fifty")
    found = trust_of(parse(raw), answers=KEYS, own_domains=("acme.example",))
    assert found.level is TrustLevel.CLAIMED
    assert any("dkim=fail" in line for line in found.evidence)


def test_the_word_of_our_own_server_counts_more() -> None:
    ours = b"Authentication-Results: mx.client.example; dmarc=fail header.from=mail.acme.example (p=none)\r\n"
    raw = ours + b"Received: from a by mx.client.example; x\r\n" + signed()
    found = trust_of(parse(raw), authserv_ids=("mx.client.example",), answers=KEYS)
    assert found.level is TrustLevel.CLAIMED


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes(tags: bytes, record: bytes) -> None:
    raw = b"DKIM-Signature: v=1; a=rsa-sha256; d=a.example; s=x; h=from; " + tags + b"\r\nFrom: a@a.example\r\n\r\nx"
    message = parse(raw)
    answers = dict.fromkeys(dns_names(message), (record.decode("latin-1"),))
    assert all(one.result for one in verify_dkim(message, answers))


@pytest.mark.parametrize(
    "body", [b" ", b" \r\n", b"\t x", b"\r\n", b" \r", b"x", b"\n", b"a b\t\r\n"],
)  # fmt: skip
def test_time_grows_with_the_body(grows_with_size: Callable[[Callable[[int], object]], None], body: bytes) -> None:
    head = signed(canonicalize=(b"relaxed", b"relaxed")).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    grows_with_size(lambda n: verify_dkim(parse(head + body * (n // len(body)) + b"x"), KEYS))


@pytest.mark.parametrize("unit", [b" ", b"\r\n ", b"; b=", b":", b"; h=from:", b"a"])
def test_time_grows_with_the_signature(grows_with_size: Callable[[Callable[[int], object]], None], unit: bytes) -> None:
    head, tail = b"DKIM-Signature: a=rsa-sha256; d=acme.example; s=s1; h=from; bh=AAAA; b=AAAA", b"\r\n" + RAW
    grows_with_size(lambda n: verify_dkim(parse(head + unit * (n // len(unit)) + tail), KEYS))


def test_without_dkimpy_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['dkim'] = None\n"
        "from mailkit.content import verify_dkim\nfrom mailkit.message import parse\n"
        "assert verify_dkim(parse(b'From: a@b.example\\r\\n\\r\\n'), {}) == ()\n"
        "try:\n    verify_dkim(parse(b'DKIM-Signature: d=a; s=b; h=from; a=rsa-sha256\\r\\n\\r\\n'), {})\n"
        "except ImportError as error:\n    print(error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "pip install 'mailkit-sdk[trust]'" in done.stdout, done.stderr

"""DKIM: what is signed is verified by dkimpy, and what is changed on the way is not."""

from __future__ import annotations

import base64
import re

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.compose import Attachment, Draft, Unsubscribe
from mailkit.compose.dkim import Signer
from mailkit.errors import ConfigError
from mailkit.message import parse
from mailkit.words import TrustLevel


def pem(key, form: PrivateFormat = PrivateFormat.PKCS8, lock=None) -> str:
    return key.private_bytes(Encoding.PEM, form, lock or NoEncryption()).decode()


RSA = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()
SIGNERS = {
    "rsa": Signer("acme.example", "s1", pem(RSA)),
    "rsa-pkcs1": Signer("acme.example", "s1", pem(RSA, PrivateFormat.TraditionalOpenSSL)),
    "ed25519": Signer("acme.example", "s2", pem(ED)),
}


def verifies(raw: bytes, *signers: Signer, index: int = 0) -> bool:
    records = {f"{one.record_name}.".encode(): one.record.encode() for one in signers}
    try:
        return dkim.DKIM(raw).verify(idx=index, dnsfunc=lambda name, timeout=5: records.get(name))
    except dkim.ValidationError:  # the body hash; another signature gives False
        return False


def signature(raw: bytes) -> dict[str, str]:
    value = re.sub(rb"\s+", b"", raw[: raw.index(b"\r\nDate:")].partition(b":")[2]).decode()
    return dict(tag.split("=", 1) for tag in value.split(";") if tag)


@pytest.fixture(params=SIGNERS)
def signer(request) -> Signer:
    return SIGNERS[request.param]


def letter(composed, **fields: object) -> bytes:
    base = {"to": "bo@client.example", "subject": "Grüße", "text": "Hello\n\n.\n"}
    return composed(Draft(**{**base, **fields})).raw


def test_what_is_signed_is_verified(composed, signer):
    raw = letter(composed, html="<p>Hello", attachments=[Attachment("a.pdf", b"%PDF" * 500)])
    signed = signer.sign(raw)
    assert signed.endswith(raw)
    assert signed.startswith(b"DKIM-Signature: ")
    assert max(map(len, signed.split(b"\r\n"))) <= 998
    assert signed.count(b"\n") == signed.count(b"\r\n") == signed.count(b"\r")
    assert verifies(signed, signer)
    tags = signature(signed)
    assert tags["a"] == signer.algorithm
    assert tags["c"] == "relaxed/relaxed"
    assert tags["d"] == "acme.example"
    assert "l" not in tags


def test_everything_that_a_reader_sees_is_covered_and_oversigned(composed):
    raw = letter(composed, cc="cy@client.example", unsubscribe=Unsubscribe("https://acme.example/u"), request_mdn=True)
    names = signature(SIGNERS["rsa"].sign(raw))["h"].split(":")
    for name in ("from", "subject", "to", "cc", "date", "message-id", "mime-version", "content-type",
                 "list-unsubscribe", "list-unsubscribe-post", "disposition-notification-to"):  # fmt: skip
        assert names.count(name) == 2, name
    for name in ("reply-to", "in-reply-to", "references"):
        assert names.count(name) == 1, name


def test_the_fields_of_lists_are_covered(composed):
    """RFC 6376 section 5.4.1."""
    fields = {
        f"List-{name}": "<https://acme.example/>" for name in ("Id", "Post", "Help", "Subscribe", "Owner", "Archive")
    }
    names = signature(SIGNERS["rsa"].sign(letter(composed, headers=fields)))["h"].split(":")
    assert {name.lower() for name in fields} <= set(names)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Hello", b"Hallo"),
        (b"Subject:", b"Subject: other\r\nSubject:"),
        (b"From:", b"From: eve@evil.example\r\nFrom:"),
        (b"MIME-Version", b"Reply-To: eve@evil.example\r\nMIME-Version"),
        (b"MIME-Version", b"Cc: eve@evil.example\r\nMIME-Version"),
        (b"To: bo@client", b"To: eve@client"),
        (b"Message-ID: <1", b"Message-ID: <2"),
        (b"text/plain", b"text/html"),
    ],
)
def test_a_change_breaks_the_signature(composed, signer, old, new):
    signed = signer.sign(letter(composed))
    assert old in signed
    assert not verifies(signed.replace(old, new, 1), signer)
    assert not verifies(signed + b"appended\r\n", signer)


def test_what_servers_may_do_does_not_break_it(composed, signer):
    signed = signer.sign(letter(composed))
    travelled = b"Return-Path: <ana@acme.example>\r\nReceived: from a by b; x\r\nX-Spam: no\r\n" + signed
    assert verifies(travelled.replace(b"To: bo@", b"To:  bo@"), signer)


def test_two_keys_sign_one_message(composed):
    both = SIGNERS["ed25519"].sign(SIGNERS["rsa"].sign(letter(composed)))
    assert verifies(both, SIGNERS["rsa"], SIGNERS["ed25519"], index=0)
    assert verifies(both, SIGNERS["rsa"], SIGNERS["ed25519"], index=1)


def test_our_own_reader_believes_it(composed, signer):
    from mailkit.content import dns_names, trust_of, verify_dkim

    message = parse(signer.sign(letter(composed)))
    assert signer.record_name in dns_names(message)
    answers = {signer.record_name: [signer.record], "_dmarc.acme.example": []}
    assert [result.result for result in verify_dkim(message, answers)] == ["pass"]
    assert trust_of(message, answers=answers).level is TrustLevel.AUTHENTICATED
    forged = parse(message.raw.replace(b"Hello", b"Hallo"))
    assert trust_of(forged, answers=answers).level is not TrustLevel.AUTHENTICATED


@settings(max_examples=25, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300), subject=st.text("aü= ?", max_size=60))
def test_any_message_verifies(composed, text, subject):
    signed = SIGNERS["ed25519"].sign(letter(composed, text=text, subject=subject))
    assert verifies(signed, SIGNERS["ed25519"])


def test_the_key_is_in_no_text(signer):
    secret = signer.private_key.split("\n")[1][:40]
    assert secret not in repr(signer)
    assert secret not in str(signer)
    with pytest.raises(ConfigError) as caught:
        Signer("acme.example", "s1", "x" + signer.private_key[1:-100])
    assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "nonsense",
        pem(rsa.generate_private_key(65537, 1024)).replace("PRIVATE", "PUBLIC"),
        pem(ec.generate_private_key(ec.SECP256R1())),
        pem(RSA, lock=BestAvailableEncryption(b"pw")),
    ],
)
def test_keys_that_cannot_sign(key):
    with pytest.raises(ConfigError):
        Signer("acme.example", "s1", key)


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", "a b", "A.example", "bücher.example", "a\r\nb", "a;b", "x" * 64, "a."]
)
def test_names_that_are_none(name):
    for domain, selector in ((name, "s1"), ("acme.example", name)):
        with pytest.raises(ConfigError):
            Signer(domain, selector, pem(ED))


def test_the_record_is_the_public_key():
    raw = base64.b64decode(SIGNERS["ed25519"].record.rpartition("p=")[2])
    assert raw == ED.public_key().public_bytes_raw()
    assert SIGNERS["rsa"].record.startswith("v=DKIM1; k=rsa; p=MII")
    assert SIGNERS["rsa"].record_name == "s1._domainkey.acme.example"


def test_without_dkimpy_it_says_what_to_install():
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['dkim'] = None\n"
        "from mailkit.compose.dkim import Signer\nfrom mailkit.errors import MissingExtraError\n"
        f"signer = Signer('a.example', 's', {pem(ED)!r})\n"
        "try:\n    signer.sign(b'From: a@a.example\\r\\n\\r\\n')\n"
        "except MissingExtraError as error:\n    print(error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "mailkit-sdk[dkim]" in done.stdout

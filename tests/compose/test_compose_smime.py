"""S/MIME there and back, with OpenSSL as an independent witness in both directions."""

from __future__ import annotations

import base64
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.compose import Attachment, Draft, fingerprint
from mailkit.compose.smime import Smime
from mailkit.content import OpenState, SignatureState, decrypt_smime, read, verify_smime
from mailkit.errors import ConfigError, ProtectionError
from mailkit.message import Message, parse
from support.mailcerts import NOW, YEAR, Person, person

ROOT = person("", name="Acme Root", authority=True)
MIDDLE = person("", ROOT, name="Acme Mail CA", authority=True)
ANA = person("ana@acme.example", MIDDLE)
BO = person("bo@client.example", ROOT, name="Bo")
CURVE = person("ana@acme.example", ROOT, curve=True)
ROOTS = [ROOT.certificate]
CHAIN = [MIDDLE.certificate]

TEXT = "Hello \n\nFrom here on\n.\n..\ntrailing\t\nGrüße\n"


def signer(who: Person = ANA, **more: object) -> Smime:
    chain = CHAIN if who is ANA else ()
    return Smime(**{"certificate": who.certificate, "private_key": who.private_key, "chain": chain, **more})


def letter(**fields: object) -> Draft:
    files = [
        Attachment("a.pdf", b"%PDF\x00\xff" * 200),
        Attachment("m.eml", "Subject: ü\r\n\r\nü\r\n".encode(), "message/rfc822"),
    ]
    base = {"to": "bo@client.example", "text": TEXT, "html": "<p>Hello", "attachments": files, "protection": signer()}
    return Draft(**{**base, **fields})


def is_wire(raw: bytes) -> bool:
    lines = raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    return lines and raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998


# --- signing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [ANA, CURVE], ids=["rsa", "curve"])
def test_what_is_signed_is_verified(composed, who):
    raw = composed(letter(protection=signer(who))).raw
    assert is_wire(raw)
    message = parse(raw)
    assert message.parts[0].content_type == "multipart/signed"
    assert message.parts[0].params["micalg"] == "sha-256"
    found = verify_smime(message, roots=ROOTS)
    assert (found.state, found.reason) == (SignatureState.VALID, "")
    assert found.author
    [by] = found.signers
    assert (by.name, by.addresses) == ("Ana Acme", ("ana@acme.example",))
    assert by.signed_at is not None
    assert abs(by.signed_at - NOW) < timedelta(hours=1)
    assert read(found.message).text.rstrip() == TEXT.rstrip()
    assert [part.filename for part in found.message.attachments] == ["a.pdf", "m.eml"]


def test_the_fields_of_the_header_stay_outside(composed):
    message = parse(composed(letter(subject="Offer")).raw)
    assert message.subject == "Offer"
    assert message.headers.raw_all("Content-Type")[0].startswith(b" multipart/signed")
    assert len(message.headers.raw_all("Content-Type")) == 1


@pytest.mark.parametrize(
    ("old", "new"), [(b"Hello", b"Hallo"), (b"<p>", b"<b>"), (b"a.pdf", b"b.exe"), (b"text/html", b"text/plain")]
)
def test_a_change_is_seen(composed, old, new):
    raw = composed(letter()).raw
    assert old in raw
    found = verify_smime(parse(raw.replace(old, new)), roots=ROOTS)
    assert (found.state, found.reason) == (SignatureState.INVALID, "the content was changed")
    assert found.message is None
    assert not found.author


def test_line_ends_of_a_file_do_not_matter(composed):
    raw = composed(letter()).raw.replace(b"\r\n", b"\n")
    assert verify_smime(parse(raw), roots=ROOTS).state is SignatureState.VALID


@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_text_is_verified(composed, text):
    raw = composed(letter(text=text, attachments=[])).raw
    assert is_wire(raw)
    assert verify_smime(parse(raw), roots=ROOTS).state is SignatureState.VALID


# --- trust ----------------------------------------------------------------------------------------------------------


def verified(composed, who: Person, sender: str = "ana@acme.example", **more: object):
    raw = composed(letter(protection=signer(who)), sender=sender).raw
    return verify_smime(parse(raw), **{"roots": ROOTS, **more})


def test_a_signature_by_a_stranger_is_right_and_not_trusted(composed):
    found = verified(composed, person("ana@acme.example"))
    assert found.state is SignatureState.UNTRUSTED
    assert "no chain" in found.reason
    assert not found.author
    assert found.message is not None


def test_without_roots_nobody_is_trusted(composed):
    found = verified(composed, ANA, roots=())
    assert (found.state, found.reason) == (SignatureState.UNTRUSTED, "no roots were given")


def test_a_correspondents_own_certificate_may_be_the_root(composed):
    alone = person("ana@acme.example")
    assert verified(composed, alone, roots=[alone.certificate]).state is SignatureState.VALID


def test_a_valid_signature_of_somebody_else_is_not_the_authors(composed):
    found = verified(composed, BO)
    assert found.state is SignatureState.VALID
    assert not found.author
    assert verified(composed, BO, sender="BO@client.example").author


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"usage": ExtendedKeyUsageOID.SERVER_AUTH}, "not for mail"),
        ({"signs": False}, "not for signing"),
        ({"since": NOW - YEAR, "until": NOW - timedelta(days=1)}, "not valid at the time"),
        ({"since": NOW + timedelta(days=1)}, "not valid at the time"),
    ],
)
def test_a_certificate_that_may_not_sign_mail(composed, fields, reason):
    found = verified(composed, person("ana@acme.example", ROOT, **fields))
    assert found.state is SignatureState.UNTRUSTED
    assert reason in found.reason


def test_an_old_signature_is_judged_at_its_time(composed):
    old = person("ana@acme.example", ROOT, since=NOW - 2 * YEAR / 3, until=NOW - YEAR / 3)
    assert verified(composed, old).state is SignatureState.UNTRUSTED
    assert verified(composed, old, at=NOW - YEAR / 2).state is SignatureState.VALID


def test_a_person_is_no_authority(composed):
    made = person("ana@acme.example", BO)
    raw = composed(letter(protection=signer(made, chain=[BO.certificate]))).raw
    assert verify_smime(parse(raw), roots=ROOTS).state is SignatureState.UNTRUSTED


# --- encryption -----------------------------------------------------------------------------------------------------


def opened(raw: bytes, who: Person):
    return decrypt_smime(parse(raw), certificate=who.certificate, private_key=who.private_key)


def test_signed_and_encrypted_there_and_back(composed):
    raw = composed(letter(protection=signer(recipients=[BO.certificate]))).raw
    assert is_wire(raw)
    assert b"Hello" not in raw
    for reader in (BO, ANA):  # the sender's own copy too
        found = opened(raw, reader)
        assert found.state is OpenState.OPENED
        inner = verify_smime(found.message, roots=ROOTS)
        assert inner.state is SignatureState.VALID
        assert read(inner.message).text.rstrip() == TEXT.rstrip()


def test_the_signature_inside_is_compared_with_the_outer_author(composed):
    raw = composed(letter(protection=signer(recipients=[BO.certificate]))).raw
    outer = parse(raw)
    found = verify_smime(opened(raw, BO).message, roots=ROOTS, author=outer.from_)
    assert found.author
    assert not verify_smime(opened(raw, BO).message, roots=ROOTS).author


def test_encryption_alone(composed):
    raw = composed(letter(protection=Smime(recipients=[BO.certificate]))).raw
    found = opened(raw, BO)
    assert read(found.message).text.rstrip() == TEXT.rstrip()
    assert verify_smime(found.message).state is SignatureState.NONE


def test_whom_it_is_not_for(composed):
    raw = composed(letter(protection=Smime(recipients=[BO.certificate]))).raw
    found = opened(raw, ANA)
    assert (found.state, found.message) == (OpenState.NO_KEY, None)
    assert opened(composed(letter(protection=None)).raw, BO).state is OpenState.NONE
    assert opened(composed(letter()).raw, BO).state is OpenState.NONE


def test_bcc_and_encryption_do_not_go_together(composed):
    with pytest.raises(ProtectionError, match="each other"):
        composed(letter(bcc="eve@hidden.example", protection=signer(recipients=[BO.certificate])))


@pytest.mark.parametrize("fields", [{"until": NOW - timedelta(days=1)}, {"since": NOW + timedelta(days=1)}])
def test_a_certificate_out_of_its_time_is_not_encrypted_for(composed, fields):
    reader = person("bo@client.example", ROOT, **fields)
    with pytest.raises(ProtectionError, match="is valid from"):
        composed(letter(protection=Smime(recipients=[reader.certificate])))


def test_a_curve_cannot_be_encrypted_for(composed):
    with pytest.raises(ProtectionError, match="no RSA key"):
        composed(letter(protection=Smime(recipients=[CURVE.certificate])))


# --- settings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"certificate": ANA.certificate},
        {"private_key": ANA.private_key},
        {"certificate": BO.certificate, "private_key": ANA.private_key},
        {"certificate": "x", "private_key": ANA.private_key},
        {"certificate": ANA.certificate, "private_key": "x"},
        {"recipients": ["x"]},
        {"recipients": [b"\x30\x03"]},
    ],
)
def test_what_cannot_protect(fields):
    with pytest.raises(ConfigError) as caught:
        Smime(**fields)
    assert ANA.private_key.split("\n")[1] not in str(caught.value)


def test_the_key_is_in_no_text():
    secret = ANA.private_key.split("\n")[1]
    locked = ANA.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw-canary")).decode()
    made = signer(private_key=locked, password="pw-canary")
    for text in (repr(made), str(made), made.mark, repr(letter())):
        assert secret not in text
        assert locked.split("\n")[1] not in text
        assert "canary" not in text


def test_protection_makes_another_draft():
    drafts = [
        letter(protection=None),
        letter(),
        letter(protection=signer(BO)),
        letter(protection=Smime(recipients=[BO.certificate])),
    ]
    assert len({fingerprint(draft) for draft in drafts}) == len(drafts)


# --- hostile --------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    data=st.binary(max_size=300),
    at=st.integers(0, 4000),
    how=st.sampled_from(["signature", "signed-data", "enveloped"]),
)
def test_whatever_the_bytes_are_there_is_an_answer(composed, data, at, how):
    raw = composed(letter(attachments=[])).raw
    if how == "signature":
        der = bytearray(parse(raw).parts[-1].content)
        der[at % len(der) : at % len(der) + len(data) % 5] = data[:5]
        head, _, _ = raw.rpartition(b"\r\n\r\n")
        raw = head + b"\r\n\r\n" + base64.encodebytes(bytes(der)) + b"\r\n"
    else:
        raw = (
            f"From: a@b.example\r\nContent-Type: application/pkcs7-mime; smime-type={how}-data\r\n\r\n".encode() + data
        )
    found = verify_smime(parse(raw), roots=ROOTS)
    assert found.state in SignatureState
    assert opened(raw, BO).state is not OpenState.OPENED


@pytest.mark.parametrize(
    "der", [b"\x30\x80" * 5000, b"\x30\x84\xff\xff\xff\xff", b"\xa0\x80" * 5000, b"\x30\x82\x27\x10" * 2000, b""]
)
def test_bombs_of_asn1(der):
    import time

    started = time.process_time()
    for kind in ("signed-data", "enveloped-data"):
        head = f"From: a@b.example\r\nContent-Type: application/pkcs7-mime; smime-type={kind}\r\n\r\n".encode()
        assert verify_smime(parse(head + der)).state in (SignatureState.UNKNOWN, SignatureState.NONE)
        assert opened(head + der, BO).state in (OpenState.UNKNOWN, OpenState.NONE)
    assert time.process_time() - started < 5


def test_a_signature_around_nothing_or_too_much(composed):
    raw = composed(letter()).raw
    boundary = parse(raw).parts[0].params["boundary"].encode()
    more = raw.replace(b"--" + boundary + b"--", b"--" + boundary + b"\r\n\r\nmore\r\n--" + boundary + b"--")
    assert verify_smime(parse(more), roots=ROOTS).state is SignatureState.NONE
    wrapped = (
        b"From: eve@evil.example\r\nContent-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\n" + raw + b"\r\n--w--\r\n"
    )
    assert verify_smime(parse(wrapped), roots=ROOTS).state is SignatureState.NONE


# --- OpenSSL --------------------------------------------------------------------------------------------------------

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl on the PATH")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "root.pem").write_text(ROOT.certificate)
    (tmp_path / "middle.pem").write_text(MIDDLE.certificate)
    for name, who in (("ana", ANA), ("bo", BO)):
        (tmp_path / f"{name}.pem").write_text(who.certificate)
        (tmp_path / f"{name}.key").write_text(who.private_key)
    return tmp_path


def openssl(desk: Path, *arguments: str, given_bytes: bytes = b"") -> bytes:
    assert OPENSSL
    done = subprocess.run([OPENSSL, *arguments], cwd=desk, input=given_bytes, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@needs_openssl
@pytest.mark.parametrize("tool", ["cms", "smime"])
def test_openssl_verifies_what_we_sign(composed, desk, tool):
    raw = composed(letter()).raw
    content = openssl(desk, tool, "-verify", "-CAfile", "root.pem", given_bytes=raw)
    assert read(parse(content)).text.rstrip() == TEXT.rstrip()


@needs_openssl
@pytest.mark.parametrize("tool", ["cms", "smime"])
def test_openssl_opens_what_we_encrypt(composed, desk, tool):
    raw = composed(letter(protection=signer(recipients=[BO.certificate]))).raw
    signed = openssl(desk, tool, "-decrypt", "-recip", "bo.pem", "-inkey", "bo.key", given_bytes=raw)
    content = openssl(desk, tool, "-verify", "-CAfile", "root.pem", given_bytes=signed)
    assert read(parse(content)).text.rstrip() == TEXT.rstrip()


ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nMade by OpenSSL\r\n"


@needs_openssl
@pytest.mark.parametrize("tool", ["cms", "smime"])
@pytest.mark.parametrize("way", [(), ("-nodetach",), ("-md", "sha512"), ("-noattr",)], ids="-".join)
def test_we_verify_what_openssl_signs(desk, tool, way):
    made = openssl(
        desk, tool, "-sign", "-signer", "ana.pem", "-inkey", "ana.key", "-certfile", "middle.pem", *way,
        given_bytes=ENTITY,
    )  # fmt: skip
    found = verify_smime(parse(b"From: ana@acme.example\r\n" + made), roots=ROOTS)
    assert (found.state, found.reason) == (SignatureState.VALID, "")
    assert found.author
    assert read(found.message).text.strip() == "Made by OpenSSL"


@needs_openssl
@pytest.mark.parametrize("way", [("-keyid",), ("-keyopt", "rsa_padding_mode:pss")], ids="-".join)
def test_we_verify_other_ways_to_sign(desk, way):
    made = openssl(
        desk, "cms", "-sign", "-signer", "ana.pem", "-inkey", "ana.key", "-certfile", "middle.pem", *way,
        given_bytes=ENTITY,
    )  # fmt: skip
    assert verify_smime(parse(made), roots=ROOTS).state is SignatureState.VALID


@needs_openssl
def test_a_digest_that_can_be_forged_is_not_believed(desk):
    made = openssl(desk, "cms", "-sign", "-signer", "ana.pem", "-inkey", "ana.key", "-md", "sha1", given_bytes=ENTITY)
    found = verify_smime(parse(made), roots=ROOTS)
    assert (found.state, found.reason) == (SignatureState.INVALID, "the digest sha1 can be forged")


@needs_openssl
@pytest.mark.parametrize("tool", ["cms", "smime"])
@pytest.mark.parametrize("way", [(), ("-stream",)], ids=["der", "ber"])
def test_we_open_what_openssl_encrypts(desk, tool, way):
    made = openssl(desk, tool, "-encrypt", "-aes-256-cbc", *way, "bo.pem", given_bytes=ENTITY)
    found = opened(b"From: ana@acme.example\r\n" + made, BO)
    assert found.state is OpenState.OPENED
    assert read(found.message).text.strip() == "Made by OpenSSL"


@needs_openssl
def test_a_method_that_is_not_known_is_named(desk):
    made = openssl(desk, "cms", "-encrypt", "-des3", "bo.pem", given_bytes=ENTITY)
    found = opened(made, BO)
    assert found.state is OpenState.UNKNOWN
    assert "tripledes" in found.reason


def _der(tag: int, content: bytes) -> bytes:
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(content) < 128 else bytes([0x80 | len(size)]) + size) + content


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_der(0x30, _der(0x06, b"\xff" * 700_000)), "a number that is too long"),
        (_der(0x30, _der(0x02, b"\x7f" * 10_000)), "a number that is too long"),
        (_der(0x30, b"\x05\x00" * 400_000), "too many elements"),
        (b"\x30\x80" * 300_000, "too many elements"),
        (b"\x30\x84\xff\xff\xff\xff\x04\x84\xff\xff\xff\xff", "ends too early"),
    ],
)
def test_structures_that_would_keep_the_library_busy_are_not_given_to_it(data: bytes, reason: str) -> None:
    def message(kind: str) -> Message:
        head = f"From: a@b.example\r\nContent-Type: application/pkcs7-mime; smime-type={kind}\r\n"
        body = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data)
        return parse(head.encode() + body)

    found = verify_smime(message("signed-data"), roots=ROOTS)
    assert (found.state, reason in found.reason) == (SignatureState.UNKNOWN, True)
    opened = decrypt_smime(message("enveloped-data"), certificate=BO.certificate, private_key=BO.private_key)
    assert (opened.state, reason in opened.reason) == (OpenState.UNKNOWN, True)

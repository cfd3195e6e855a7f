"""PGP/MIME there and back, with GnuPG as an independent witness in both directions."""

from __future__ import annotations

import base64
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysequoia import Cert, Tsk
from pysequoia.packet import PacketPile, Tag

from mailkit.compose import Attachment, Draft, fingerprint
from mailkit.compose.openpgp import OpenPgp
from mailkit.content import OpenState, SignatureState, decrypt_openpgp, read, verify_openpgp
from mailkit.content.packets import count_recipients
from mailkit.errors import ConfigError, ProtectionError
from mailkit.message import parse
from mailkit.words import Limits

ANA, BO, EVE = (Tsk.generate(f"{name} <{address}>") for name, address in (
    ("Ana Acme", "ana@acme.example"), ("Bo", "bo@client.example"), ("Ana Acme", "eve@evil.example"),
))  # fmt: skip
SECRET = {"ana": str(ANA), "bo": str(BO), "eve": str(EVE)}
PUBLIC = {name: str(one.extract_certificate()) for name, one in (("ana", ANA), ("bo", BO), ("eve", EVE))}
TEXT = "Hello \n\nFrom here on\n.\n..\ntrailing\t\n-- \nGrüße\n"


def letter(**fields: object) -> Draft:
    base = {
        "to": "bo@client.example",
        "text": TEXT,
        "attachments": [Attachment("a.pdf", b"%PDF\x00\xff" * 200)],
        "protection": OpenPgp(private_key=SECRET["ana"]),
    }
    return Draft(**{**base, **fields})


def is_wire(raw: bytes) -> bool:
    lines = raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    return lines and raw.isascii() and max(map(len, raw.split(b"\r\n"))) <= 998


def test_what_is_signed_is_verified(composed):
    raw = composed(letter()).raw
    assert is_wire(raw)
    message = parse(raw)
    assert message.parts[0].params["protocol"] == "application/pgp-signature"
    assert message.parts[0].params["micalg"].startswith("pgp-sha")
    found = verify_openpgp(message, keys=[PUBLIC["bo"], PUBLIC["ana"]])
    assert (found.state, found.reason, found.author) == (SignatureState.VALID, "", True)
    [by] = found.signers
    assert (by.name, by.addresses) == ("Ana Acme", ("ana@acme.example",))
    assert by.fingerprint == ANA.extract_certificate().fingerprint
    assert read(found.message).text.rstrip() == TEXT.rstrip()


@settings(max_examples=30, deadline=None)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_text_is_verified(composed, text):
    raw = composed(letter(text=text, attachments=[])).raw
    assert is_wire(raw)
    assert verify_openpgp(parse(raw), keys=[PUBLIC["ana"]]).state is SignatureState.VALID


def test_a_change_is_seen(composed):
    raw = composed(letter(text="Hello")).raw
    for changed in (raw.replace(b"Hello", b"Hallo"), raw.replace(b"a.pdf", b"b.exe")):
        found = verify_openpgp(parse(changed), keys=[PUBLIC["ana"]])
        assert (found.state, found.message, found.author) == (SignatureState.INVALID, None, False)
        assert "\n" not in found.reason


def test_a_key_that_is_not_there(composed):
    message = parse(composed(letter()).raw)
    for keys in ([], [PUBLIC["bo"]]):
        found = verify_openpgp(message, keys=keys)
        assert (found.state, found.reason) == (SignatureState.UNKNOWN, "the signer's key is not known")


def test_a_valid_signature_of_somebody_else_is_not_the_authors(composed):
    raw = composed(letter(protection=OpenPgp(private_key=SECRET["eve"]))).raw
    found = verify_openpgp(parse(raw), keys=[PUBLIC["ana"], PUBLIC["eve"]])
    assert (found.state, found.author) == (SignatureState.VALID, False)
    assert found.signers[0].addresses == ("eve@evil.example",)


def test_signed_and_encrypted_there_and_back(composed):
    raw = composed(letter(protection=OpenPgp(private_key=SECRET["ana"], recipients=[PUBLIC["bo"]]))).raw
    assert is_wire(raw)
    assert b"Hello" not in raw
    for reader in ("bo", "ana"):  # the sender's own copy too
        found = decrypt_openpgp(parse(raw), private_key=SECRET[reader], keys=[PUBLIC["ana"]])
        assert found.state is OpenState.OPENED
        assert read(found.message).text.rstrip() == TEXT.rstrip()
        assert (found.signature.state, found.signature.author) == (SignatureState.VALID, True)


def test_encryption_alone(composed):
    raw = composed(letter(protection=OpenPgp(recipients=[PUBLIC["bo"]]))).raw
    found = decrypt_openpgp(parse(raw), private_key=SECRET["bo"], keys=[PUBLIC["ana"]])
    assert read(found.message).text.rstrip() == TEXT.rstrip()
    assert found.signature.state is SignatureState.NONE


def test_what_opens_with_a_signature_that_nobody_knows(composed):
    raw = composed(letter(protection=OpenPgp(private_key=SECRET["eve"], recipients=[PUBLIC["bo"]]))).raw
    found = decrypt_openpgp(parse(raw), private_key=SECRET["bo"], keys=[PUBLIC["ana"]])
    assert found.state is OpenState.OPENED
    assert (found.signature.state, found.signature.author) == (SignatureState.UNKNOWN, False)


def test_whom_it_is_not_for(composed):
    raw = composed(letter(protection=OpenPgp(recipients=[PUBLIC["bo"]]))).raw
    found = decrypt_openpgp(parse(raw), private_key=SECRET["eve"])
    assert (found.state, found.message) == (OpenState.NO_KEY, None)
    assert decrypt_openpgp(parse(composed(letter()).raw), private_key=SECRET["eve"]).state is OpenState.NONE
    assert verify_openpgp(parse(raw)).state is SignatureState.NONE


def test_bcc_and_encryption_do_not_go_together(composed):
    with pytest.raises(ProtectionError, match="each other"):
        composed(letter(bcc="eve@hidden.example", protection=OpenPgp(recipients=[PUBLIC["bo"]])))


def test_a_key_that_cannot_be_encrypted_for(composed):
    old = Tsk.generate("Old <old@client.example>", validity_seconds=1)
    expired = str(old.extract_certificate())
    import time

    time.sleep(2)
    with pytest.raises(ProtectionError, match="has expired"):
        composed(letter(protection=OpenPgp(recipients=[PUBLIC["bo"], expired])))


def test_a_key_without_a_part_to_encrypt_for(composed, tmp_path):
    packets = list(PacketPile.from_bytes(bytes(BO.extract_certificate())))
    # The primary key and what belongs to it, up to the first subkey.
    first = next(n for n, one in enumerate(packets) if one.tag == Tag.PublicSubkey)
    alone = bytes(Cert.from_packets(packets[:first]))
    with pytest.raises(ProtectionError, match="cannot be encrypted for"):
        composed(letter(protection=OpenPgp(recipients=[PUBLIC["ana"], alone])))


@pytest.mark.parametrize(
    "fields",
    [{}, {"private_key": "x"}, {"private_key": PUBLIC["ana"]}, {"recipients": ["x"]}, {"recipients": [b"\x99\x01"]}],
)
def test_what_cannot_protect(fields):
    with pytest.raises(ConfigError):
        OpenPgp(**fields)


def test_the_key_is_in_no_text():
    made = OpenPgp(private_key=SECRET["ana"], recipients=[PUBLIC["bo"]])
    secret = SECRET["ana"].split("\n\n")[1].split("\n")[3]
    for text in (repr(made), str(made), made.mark, repr(letter(protection=made))):
        assert secret not in text


def test_protection_makes_another_draft():
    others = [None, OpenPgp(private_key=SECRET["eve"]), OpenPgp(recipients=[PUBLIC["bo"]])]
    drafts = [letter(), *(letter(protection=one) for one in others)]
    assert len({fingerprint(draft) for draft in drafts}) == len(drafts)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300) | st.text(max_size=200).map(str.encode), at=st.integers(0, 3000))
def test_whatever_the_bytes_are_there_is_an_answer(composed, data, at):
    head = b'From: a@b.example\r\nContent-Type: multipart/%s; protocol="application/pgp-%s"; boundary=b\r\n\r\n--b\r\n'
    signature = bytearray(parse(composed(letter(attachments=[])).raw).parts[-1].content)
    signature[at % len(signature)] ^= 1 + len(data) % 255
    for second in (data, bytes(signature)):
        raw = head % (b"signed", b"signature") + b"\r\nx\r\n--b\r\n\r\n" + second + b"\r\n--b--\r\n"
        assert verify_openpgp(parse(raw), keys=[PUBLIC["ana"]]).state is not SignatureState.VALID
    control = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n\r\n"
    raw = head % (b"encrypted", b"encrypted") + control + data + b"\r\n--b--\r\n"
    assert decrypt_openpgp(parse(raw), private_key=SECRET["bo"]).state is not OpenState.OPENED


# --- GnuPG ----------------------------------------------------------------------------------------------------------

GPG = shutil.which("gpg")
needs_gpg = pytest.mark.skipif(GPG is None, reason="there is no gpg on the PATH")


class Gnupg:
    """GnuPG with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: str, given_bytes: bytes = b"") -> bytes:
        assert GPG
        command = [GPG, "--homedir", str(self.home), "--batch", "--yes", "--trust-model", "always", *arguments]
        done = subprocess.run(command, input=given_bytes, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout + done.stderr if "--verify" in arguments else done.stdout


@pytest.fixture(scope="module")
def gpg() -> Iterator[Gnupg]:
    # A short path: the agent's socket has to fit into 108 bytes.
    with tempfile.TemporaryDirectory(prefix="gpg") as home:
        made = Gnupg(Path(home))
        made("--passphrase", "", "--quick-generate-key", "Cy <cy@client.example>", "rsa2048", "sign,encr", "1y")
        made("--import", given_bytes=PUBLIC["ana"].encode())
        yield made
        if shutil.which("gpgconf"):
            subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=True)


@needs_gpg
def test_gnupg_verifies_what_we_sign(composed, gpg, tmp_path):
    message = parse(composed(letter()).raw)
    first, second = (message.parts[index] for index in message.parts[0].children)
    begin = message.raw.rindex(b"--" + message.parts[0].params["boundary"].encode() + b"\r\n", 0, first.start)
    entity = message.raw[message.raw.index(b"\n", begin) + 1 : first.end]
    (tmp_path / "entity").write_bytes(entity)
    (tmp_path / "sig").write_bytes(second.content)
    assert b"Good signature" in gpg("--verify", str(tmp_path / "sig"), str(tmp_path / "entity"))


@needs_gpg
def test_gnupg_opens_what_we_encrypt(composed, gpg):
    public = gpg("--armor", "--export", "cy@client.example")
    raw = composed(letter(protection=OpenPgp(private_key=SECRET["ana"], recipients=[public]))).raw
    content = gpg("--decrypt", given_bytes=parse(raw).parts[-1].content)
    assert read(parse(content)).text.rstrip() == TEXT.rstrip()


ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nMade by GnuPG\r\n"


@needs_gpg
def test_we_verify_what_gnupg_signs(gpg):
    public = gpg("--armor", "--export", "cy@client.example")
    signature = gpg("--armor", "--detach-sign", given_bytes=ENTITY)
    raw = (
        b"From: Cy <cy@client.example>\r\nContent-Type: multipart/signed; micalg=pgp-sha512;\r\n"
        b' protocol="application/pgp-signature"; boundary=b\r\n\r\n--b\r\n' + ENTITY + b"\r\n--b\r\n"
        b"Content-Type: application/pgp-signature\r\n\r\n" + signature + b"\r\n--b--\r\n"
    )
    found = verify_openpgp(parse(raw), keys=[public])
    assert (found.state, found.author) == (SignatureState.VALID, True)
    assert verify_openpgp(parse(raw.replace(b"Made", b"made")), keys=[public]).state is SignatureState.INVALID


@needs_gpg
@pytest.mark.parametrize(
    ("way", "worth"),
    [(("--compress-level", "0"), SignatureState.VALID), ((), SignatureState.UNKNOWN)],
    ids=["plain", "compressed"],
)
def test_we_open_what_gnupg_encrypts(gpg, way, worth):
    gpg("--import", given_bytes=PUBLIC["bo"].encode())
    public = gpg("--armor", "--export", "cy@client.example")
    sealed = gpg("--armor", *way, "--sign", "--encrypt", "--recipient", "bo@client.example", given_bytes=ENTITY)
    raw = (
        b"From: cy@client.example\r\nContent-Type: multipart/encrypted; "
        b'protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n" + sealed + b"\r\n--b--\r\n"
    )
    found = decrypt_openpgp(parse(raw), private_key=SECRET["bo"], keys=[public])
    assert found.state is OpenState.OPENED
    assert read(found.message).text.strip() == "Made by GnuPG"
    assert (found.signature.state, found.signature.author) == (worth, worth is SignatureState.VALID)


def test_what_may_be_larger_than_allowed_is_opened_as_everything_is(composed):
    files = [Attachment("a.bin", random.Random(1).randbytes(50_000))]
    raw = composed(
        letter(attachments=files, protection=OpenPgp(private_key=SECRET["ana"], recipients=[PUBLIC["bo"]]))
    ).raw
    limits = Limits(message_bytes=1_000_000)
    found = decrypt_openpgp(parse(raw, limits), private_key=SECRET["bo"], keys=[PUBLIC["ana"]])
    assert (found.state, found.signature.state, found.signature.author) == ("opened", "valid", True)
    assert read(found.message).attachments[0].content == files[0].content
    stranger = decrypt_openpgp(parse(raw, limits), private_key=SECRET["eve"], keys=[PUBLIC["ana"]])
    assert stranger.state == OpenState.NO_KEY


@needs_gpg
def test_what_unpacks_to_more_than_is_allowed_is_not_opened(gpg):
    gpg("--import", given_bytes=PUBLIC["bo"].encode())
    sealed = gpg(
        "--armor",
        "--compress-algo",
        "zip",
        "--encrypt",
        "--recipient",
        "bo@client.example",
        given_bytes=bytes(20_000_000),
    )
    assert len(sealed) < 100_000
    raw = (
        b"From: cy@client.example\r\nContent-Type: multipart/encrypted; "
        b'protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n" + sealed + b"\r\n--b--\r\n"
    )
    found = decrypt_openpgp(parse(raw, Limits(message_bytes=10_000_000)), private_key=SECRET["bo"])
    assert (found.state, found.reason) == (OpenState.UNKNOWN, "its content is larger than 10000000 bytes")
    opened = decrypt_openpgp(parse(raw, Limits(message_bytes=21_000_000)), private_key=SECRET["bo"])
    assert opened.state == OpenState.OPENED
    assert len(opened.message.raw) == 20_000_000


def test_a_message_for_recipients_without_number_is_not_tried(composed):
    hidden = b"\xc1\x0e\x03" + bytes(8) + b"\x01\x00\x08\xff\xff"
    armour = b"-----BEGIN PGP MESSAGE-----\r\nVersion: x\r\n\r\n%s-----END PGP MESSAGE-----\r\n"
    raw = (
        b"From: cy@client.example\r\nContent-Type: multipart/encrypted; "
        b'protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n" + armour % base64.encodebytes(hidden * 40_000) + b"--b--\r\n"
    )
    found = decrypt_openpgp(parse(raw), private_key=SECRET["bo"])
    assert (found.state, found.reason) == (OpenState.UNKNOWN, "it is encrypted for more than 300 keys")


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (b"", 0),
        (b"x", 0),
        (b"\xc1", 1),
        (b"\xc1\xff", 1),
        (b"\xc1\x00" * 7 + b"\xd2\x01", 7),
        (b"\x84\x01x\xd2\x01", 1),
        (b"\xd5\x01x\xca\x03PGP\xc3\x00\x85\x00\x01x", 2),
        (b"\xc1\xc0\x00" + bytes(192) + b"\xc1\x00", 2),
        (b"\xc1\xe0" + bytes(9), 1),
    ],
)
def test_recipients_are_counted_in_any_bytes(data, count):
    assert count_recipients(data) == count


def test_without_the_libraries_it_says_what_to_install():
    import sys

    code = (
        "import sys; sys.modules['pysequoia'] = sys.modules['asn1crypto'] = None\n"
        "from mailkit import parse\nfrom mailkit.content import verify_openpgp, verify_smime\n"
        "from mailkit.errors import MissingExtraError\n"
        "for call in (verify_openpgp, verify_smime):\n"
        "    try:\n        call(parse(b''))\n    except MissingExtraError as error:\n        print(error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "mailkit-sdk[openpgp]" in done.stdout
    assert "mailkit-sdk[smime]" in done.stdout

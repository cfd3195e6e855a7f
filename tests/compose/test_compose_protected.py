"""Header protection (RFC 9788): what stands inside wins, and whatever differs outside is told."""

from __future__ import annotations

import subprocess

import pytest
from pysequoia import Tsk

from mailkit import Attachment, Draft
from mailkit.compose.openpgp import OpenPgp
from mailkit.compose.smime import Smime
from mailkit.content import ChangedField, decrypt_openpgp, decrypt_smime, read, verify_openpgp, verify_smime
from mailkit.content.protected import protection_of
from mailkit.errors import DraftError
from mailkit.message import parse
from support.mailcerts import person

ROOT = person("", authority=True, name="Root")
ANA, BO = person("ana@acme.example", ROOT), person("bo@client.example", ROOT, name="Bo")
PGP_ANA, PGP_BO = Tsk.generate("Ana Acme <ana@acme.example>"), Tsk.generate("Bo <bo@client.example>")
KEYS = [str(PGP_ANA.extract_certificate())]
SUBJECT = "Größe & Gewicht: <offer> 1042"


def smime(**more: object) -> Smime:
    return Smime(certificate=ANA.certificate, private_key=ANA.private_key, **more)


def pgp(**more: object) -> OpenPgp:
    return OpenPgp(private_key=str(PGP_ANA), **more)


def letter(protection: Smime | OpenPgp, **fields: object) -> Draft:
    base = {"to": "Bo <bo@client.example>", "cc": "cy@client.example", "subject": SUBJECT, "text": "Hello\n\nBye\n"}
    return Draft(**{**base, "protection": protection, **fields})


def opened_pgp(raw: bytes):
    return decrypt_openpgp(parse(raw), private_key=str(PGP_BO), keys=KEYS)


def opened_smime(raw: bytes):
    message = parse(raw)
    opened = decrypt_smime(message, certificate=BO.certificate, private_key=BO.private_key)
    return opened, verify_smime(opened.message, roots=[ROOT.certificate], outer=message)


@pytest.mark.parametrize("attachments", [[], [Attachment("a.pdf", b"%PDF-1")]])
def test_a_signed_message_holds_its_header(composed, attachments):
    raw = composed(letter(smime(), attachments=attachments)).raw
    outer = parse(raw)
    found = verify_smime(outer, roots=[ROOT.certificate])
    assert found.author
    assert (found.protected.scheme, found.protected.changed, found.protected.hidden) == ("clear", (), ())
    inner = found.message
    assert inner.subject == outer.subject == SUBJECT
    assert (inner.from_, inner.to, inner.cc, inner.date) == (outer.from_, outer.to, outer.cc, outer.date)
    assert inner.message_id == outer.message_id
    assert inner.headers.raw("HP-Outer") is None


@pytest.mark.parametrize("way", ["smime", "openpgp"])
def test_the_subject_of_what_is_encrypted_stands_inside_only(composed, way):
    html = "<html><body style='x'><p>Hello</p></body></html>"
    if way == "smime":
        raw = composed(letter(smime(recipients=[BO.certificate]), html=html)).raw
        opened, signature = opened_smime(raw)
        assert opened.protected is None  # the header stands below the signature
        shown, protected = signature.message, signature.protected
    else:
        raw = composed(letter(pgp(recipients=[str(PGP_BO.extract_certificate())]), html=html)).raw
        opened = opened_pgp(raw)
        signature = opened.signature
        shown, protected = opened.message, opened.protected
        assert signature.protected == protected
    assert parse(raw).subject == "[...]"
    assert b"Gewicht" not in raw
    assert signature.author
    assert shown.subject == SUBJECT
    assert (protected.scheme, protected.changed, protected.hidden) == ("cipher", (), ("subject",))
    assert [part.params["hp-legacy-display"] for part in shown.parts if part.content_type.startswith("text/")] == [
        "1"
    ] * 2
    assert all("Subject:" in part.text for part in shown.parts if part.content_type.startswith("text/"))
    view = read(shown)
    assert view.text == "Hello\n\nBye"
    assert "Subject" not in view.html
    assert "Hello" in view.html


def test_whatever_is_changed_on_the_way_is_told(composed):
    raw = composed(letter(smime())).raw
    forged = raw.replace(b"Subject: ", b"Reply-To: eve@evil.example\r\nSubject: Urgent ", 1)
    found = verify_smime(parse(forged), roots=[ROOT.certificate])
    assert found.author
    assert found.message.subject == SUBJECT
    assert found.message.reply_to == ()
    assert found.protected.changed == (
        ChangedField("reply-to", "eve@evil.example", ""),
        ChangedField("subject", f"Urgent {SUBJECT}", SUBJECT),
    )


def test_a_message_in_somebody_elses_cover_has_no_author(composed):
    raw = composed(letter(pgp())).raw.replace(b"From: Ana Acme <ana@acme.example>", b"From: eve@evil.example", 1)
    found = verify_openpgp(parse(raw), keys=KEYS)
    assert found.state == "valid"
    assert not found.author
    assert found.message.from_[0].address == "ana@acme.example"
    assert found.protected.changed == (ChangedField("from", "eve@evil.example", "Ana Acme <ana@acme.example>"),)


def test_a_subject_that_servers_replaced_was_not_hidden_by_the_sender(composed):
    raw = composed(letter(pgp(recipients=[str(PGP_BO.extract_certificate())]))).raw
    opened = opened_pgp(raw.replace(b"Subject: [...]", b"Subject: Buy now"))
    assert opened.message.subject == SUBJECT
    assert opened.protected.hidden == ()
    assert opened.protected.changed == (ChangedField("subject", "Buy now", SUBJECT),)


def test_it_can_be_left_out(composed):
    reader = [str(PGP_BO.extract_certificate())]
    shown = composed(letter(pgp(recipients=reader, hide_subject=False))).raw
    opened = opened_pgp(shown)
    assert (parse(shown).subject, opened.message.subject) == (SUBJECT, SUBJECT)
    assert (opened.protected.scheme, opened.protected.hidden) == ("cipher", ())
    without = composed(letter(pgp(recipients=reader, headers=False))).raw
    assert parse(without).subject == SUBJECT
    assert opened_pgp(without).protected is None
    marks = {pgp().mark, pgp(headers=False).mark, pgp(hide_subject=False).mark}
    assert len(marks) == 3


def test_no_draft_can_write_the_field_of_the_standard():
    with pytest.raises(DraftError):
        letter(pgp(), headers={"HP-Outer": "Subject: x"})


def test_long_fields_stay_within_the_lines_of_the_wire(composed):
    references = [f"{'x' * 880}{n}@acme.example" for n in range(3)]
    draft = letter(pgp(recipients=[str(PGP_BO.extract_certificate())]), references=references)
    opened = opened_pgp(composed(draft).raw)
    assert opened.message.references == tuple(references)
    assert opened.protected.hidden == ("subject",)
    assert max(map(len, opened.message.raw.split(b"\r\n"))) <= 998


INNER = b"From: Ana <ana@acme.example>\r\nSubject: Real\r\nContent-Type: text/plain; %s\r\n\r\nhi\r\n"


@pytest.mark.parametrize(
    ("params", "subject", "scheme", "hidden", "changed"),
    [
        (b'protected-headers="v1"', b"...", "v1", ("subject",), ()),
        (b'protected-headers="v1"', b"Encrypted Message", "v1", ("subject",), ()),
        (b'protected-headers="v1"', b"Other", "v1", (), ("subject",)),
        (b'hp="clear"', b"[...]", "clear", (), ("subject",)),
        (b"hp=cipher", b"[...]", "cipher", (), ("subject",)),
    ],
)
def test_older_and_odd_marks(params, subject, scheme, hidden, changed):
    outer = parse(b"Received: x\r\nFrom: Ana <ana@acme.example>\r\nSubject: " + subject + b"\r\n\r\n")
    shown, found = protection_of(parse(INNER % params), outer)
    assert shown.subject == "Real"
    assert (found.scheme, found.hidden, tuple(one.name for one in found.changed)) == (scheme, hidden, changed)


def test_a_message_signed_as_a_whole():
    outer = parse(b"From: Ana <ana@acme.example>\r\nSubject: Other\r\n\r\n")
    wrapped = b"Content-Type: message/rfc822; forwarded=no\r\n\r\n" + INNER % b"x=y"
    shown, found = protection_of(parse(wrapped), outer)
    assert (shown.subject, found.scheme) == ("Real", "wrapped")
    assert found.changed == (ChangedField("subject", "Other", "Real"),)
    shown, found = protection_of(parse(wrapped.replace(b"; forwarded=no", b"")), outer)
    assert found is None
    assert shown.parts[0].content_type == "message/rfc822"


@pytest.mark.parametrize("params", [b"charset=utf-8", b'hp="other"', b'protected-headers="v2"'])
def test_without_a_mark_nothing_is_said_of_the_header(params):
    assert protection_of(parse(INNER % params), parse(b"Subject: x\r\n\r\n"))[1] is None


def test_a_text_that_is_no_legacy_display_stays_whole():
    raw = b'Subject: s\r\nContent-Type: text/plain; hp="cipher"; hp-legacy-display="1"\r\n\r\n'
    assert read(parse(raw + b"Hello\r\n\r\nBye")).text == "Hello\n\nBye"
    assert read(parse(raw + b"Subject: s\r\nTo: a@b.example\r\n\r\nBye")).text == "Bye"
    unmarked = raw.replace(b"cipher", b"clear")
    assert read(parse(unmarked + b"Subject: s\r\n\r\nBye")).text == "Subject: s\n\nBye"


def test_openssl_verifies_what_holds_its_header(composed, tmp_path):
    (tmp_path / "mail").write_bytes(composed(letter(smime())).raw)
    (tmp_path / "root").write_text(ROOT.certificate)
    command = ["openssl", "smime", "-verify", "-in", "mail", "-CAfile", "root", "-out", "out", "-purpose", "any"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert b"Subject: " in (tmp_path / "out").read_bytes()

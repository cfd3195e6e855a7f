"""What stands on the wire, read by the standard library's oldest parser as an independent witness."""

from __future__ import annotations

import email
import email.header
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose import Attachment, Draft
from mailkit.compose import encode as wire
from mailkit.errors import AddressError, DraftError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=400)


def check_wire(raw: bytes) -> None:
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\0" not in raw


def headers(raw: bytes) -> bytes:
    return raw[: raw.index(b"\r\n\r\n") + 2]


def decoded(value: str) -> str:
    return str(email.header.make_header(email.header.decode_header(value)))


def unfolded(raw: bytes, name: str) -> str:
    return email.message_from_bytes(raw)[name].replace("\r\n", "").replace("\n", "")


def test_the_simplest_message_byte_for_byte(composed):
    made = composed(Draft(to=["bo@client.example"], subject="Offer 1042", text="Hello\nBo\n"))
    assert made.raw == (
        b"Date: Sun, 1 Mar 2026 12:30:05 +0000\r\n"
        b"From: Ana Acme <ana@acme.example>\r\n"
        b"To: bo@client.example\r\n"
        b"Subject: Offer 1042\r\n"
        b"Message-ID: <1.2@acme.example>\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Hello\r\nBo\r\n"
    )
    assert made.envelope.sender == "ana@acme.example"
    assert made.envelope.recipients == ("bo@client.example",)
    assert made.message_id == "1.2@acme.example"
    assert not made.smtputf8


def test_the_same_arguments_give_the_same_bytes(composed):
    draft = Draft(to=["bo@client.example"], text="x", html="<p>x", attachments=[Attachment("a.bin", b"\0\1")])
    assert composed(draft) == composed(draft)


def test_bcc_is_in_the_envelope_and_nowhere_else(composed):
    made = composed(Draft(to=["bo@client.example"], bcc=["Secret <eve@hidden.example>"], text="x"))
    assert made.envelope.recipients == ("bo@client.example", "eve@hidden.example")
    assert b"hidden" not in made.raw
    assert b"bcc" not in made.raw.lower()


def test_bcc_alone_gets_a_to_that_names_nobody(composed):
    made = composed(Draft(bcc=["eve@hidden.example"], text="x"))
    assert b"To: undisclosed-recipients:;\r\n" in made.raw
    assert b"hidden" not in made.raw


def test_an_address_given_twice_gets_one_mail(composed):
    made = composed(Draft(to=["Bo <bo@client.example>"], cc=["BO@CLIENT.example", "cy@client.example"], text="x"))
    assert made.envelope.recipients == ("bo@client.example", "cy@client.example")


def test_one_string_is_one_address(composed):
    assert composed(Draft(to="bo@client.example", text="x")).envelope.recipients == ("bo@client.example",)


def test_another_author_gets_a_sender_field(composed):
    made = composed(Draft(to=["bo@client.example"], from_="Boss <boss@acme.example>", text="x"))
    assert b"From: Boss <boss@acme.example>\r\nSender: Ana Acme <ana@acme.example>\r\n" in made.raw
    assert made.envelope.sender == "ana@acme.example"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [(0, "+0000"), (330, "+0530"), (-210, "-0330"), (-570, "-0930"), (840, "+1400")],
)
def test_the_offset_of_the_date_is_kept(composed, zone, expected):
    when = datetime(2026, 11, 9, 1, 2, 3, tzinfo=timezone(timedelta(minutes=zone)))
    raw = composed(Draft(to=["bo@client.example"], text=""), date=when).raw
    assert f"Date: Mon, 9 Nov 2026 01:02:03 {expected}\r\n".encode() in raw


def test_an_offset_with_seconds_stays_within_a_day(composed):
    when = datetime(1800, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59, seconds=59)))
    assert b" 1800 00:00:00 +2359\r\n" in composed(Draft(to=["bo@client.example"]), date=when).raw


def test_a_date_without_a_zone_is_refused(composed):
    with pytest.raises(DraftError, match="time zone"):
        composed(Draft(to=["bo@client.example"]), date=datetime(2026, 1, 1))


def test_structure_of_everything_together(composed):
    draft = Draft(
        to=["bo@client.example"],
        text="plain",
        html='<img src="cid:logo">',
        calendar="BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
        attachments=[
            Attachment("logo.png", b"\x89PNG", inline=True, content_id="logo"),
            Attachment("offer.pdf", b"%PDF-1.7"),
        ],
    )
    message = email.message_from_bytes(composed(draft).raw)
    shape = [(part.get_content_type(), part.get_filename()) for part in message.walk()]
    assert shape == [
        ("multipart/mixed", None),
        ("multipart/related", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", None),
        ("image/png", "logo.png"),
        ("application/pdf", "offer.pdf"),
    ]
    parts = list(message.walk())
    assert parts[5].get_param("method") == "REQUEST"
    assert parts[1].get_param("type") == "multipart/alternative"
    assert parts[6]["Content-ID"] == "<logo>"
    assert parts[7].get_payload(decode=True) == b"%PDF-1.7"
    assert not message.defects


@pytest.mark.parametrize(
    ("draft", "kinds"),
    [
        (Draft(to="b@c.example"), ["text/plain"]),
        (Draft(to="b@c.example", html="<p>x"), ["multipart/alternative", "text/plain", "text/html"]),
        (Draft(to="b@c.example", text="x", html="<p>"), ["multipart/alternative", "text/plain", "text/html"]),
        (
            Draft(to="b@c.example", text="x", attachments=[Attachment("a", b"1", inline=True)]),
            ["multipart/mixed", "text/plain", "application/octet-stream"],
        ),
        (
            Draft(to="b@c.example", html="x", attachments=[Attachment("a.gif", b"1", inline=True)]),
            ["multipart/related", "multipart/alternative", "text/plain", "text/html", "image/gif"],
        ),
    ],
)
def test_a_level_with_one_child_is_left_out(composed, draft, kinds):
    message = email.message_from_bytes(composed(draft).raw)
    assert [part.get_content_type() for part in message.walk()] == kinds


@pytest.mark.parametrize(
    ("text", "coding"),
    [
        ("plain\n", "7bit"),
        ("Grüße aus Köln, das ist meist ASCII\n", "quoted-printable"),
        ("こんにちは、世界。\n" * 10, "base64"),
        ("x" * 1000, "quoted-printable"),
        ("a\0b" + "c" * 20, "quoted-printable"),
        ("a\x0cb" + "c" * 20, "quoted-printable"),
    ],
)
def test_the_encoding_of_the_text_is_chosen(composed, text, coding):
    raw = composed(Draft(to="b@c.example", text=text)).raw
    check_wire(raw)
    message = email.message_from_bytes(raw)
    assert message["Content-Transfer-Encoding"] == coding
    assert message.get_payload(decode=True).decode().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")


@given(text=TEXT, html=st.none() | TEXT)
def test_any_text_survives(composed, text, html):
    raw = composed(Draft(to="b@c.example", text=text, html=html)).raw
    check_wire(raw)
    bodies = [p.get_payload(decode=True) for p in email.message_from_bytes(raw).walk() if not p.is_multipart()]
    for got, given_text in zip(bodies, [text] + ([] if html is None else [html]), strict=True):
        assert got.rstrip(b"\r\n") == wire.crlf(given_text.encode()).rstrip(b"\r\n")


@given(subject=LINE)
def test_any_subject_survives(composed, subject):
    raw = composed(Draft(to="b@c.example", subject=subject)).raw
    check_wire(raw)
    head = headers(raw)
    assert head.isascii()
    assert all(len(line) <= 78 or b" " not in line.strip() for line in head.split(b"\r\n"))
    assert decoded(unfolded(raw, "Subject")) == subject or subject.strip() == ""


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "a",
        "two  blanks",
        " leading",
        "trailing ",
        "tab\there",
        "=?utf-8?q?not_a_word?=",
        "=?",
        "x" * 5000,
        "é" * 500,
        "𝄞" * 100,
        "word " * 60 + "end",
        "AW: Angebot für Büromöbel – Größe XL, 20 % günstiger als der Katalogpreis für dieses Jahr",
    ],
)
def test_subjects_that_are_easily_broken(composed, subject):
    raw = composed(Draft(to="b@c.example", subject=subject)).raw
    check_wire(raw)
    assert decoded(unfolded(raw, "Subject")) == subject
    assert all(len(line) <= 78 for line in headers(raw).split(b"\r\n"))


@given(names=st.lists(LINE, min_size=1, max_size=8))
def test_any_display_name_survives(composed, names):
    from mailkit.compose.addresses import mailbox

    class Named:
        def __init__(self, name: str, address: str) -> None:
            self.name, self.address = name, address

    addresses = [Named(name, f"u{i}@c.example") for i, name in enumerate(names)]
    raw = composed(Draft(to=addresses)).raw
    check_wire(raw)
    assert headers(raw).isascii()
    found = email.utils.getaddresses([unfolded(raw, "To")])
    assert [address for _, address in found] == [f"u{i}@c.example" for i in range(len(names))]
    got = [decoded(name) for name, _ in found]
    assert [name.strip() for name in got] == [mailbox(a).name.strip() for a in addresses]


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("bo@client.example", "", "bo@client.example"),
        (" bo@client.example ", "", "bo@client.example"),
        ("<bo@client.example>", "", "bo@client.example"),
        ("Bo <bo@client.example>", "Bo", "bo@client.example"),
        ('"Doe, Jane" <jane@client.example>', "Doe, Jane", "jane@client.example"),
        ('"a \\"b\\" \\\\ c" <jane@client.example>', 'a "b" \\ c', "jane@client.example"),
        ("ana@a.example <bo@client.example>", "ana@a.example", "bo@client.example"),
        ("Bo <Bo@CLIENT.example>", "Bo", "Bo@client.example"),
        ("Jürgen <j@bücher.example>", "Jürgen", "j@xn--bcher-kva.example"),
        ("a+b.c_d'e@client.example", "", "a+b.c_d'e@client.example"),
        ("root@mail.acme.local", "", "root@mail.acme.local"),
        ("me@localhost.localhost", "", "me@localhost.localhost"),
    ],
)
def test_addresses_that_are_read(value, name, address):
    from mailkit.compose.addresses import mailbox

    box = mailbox(value)
    assert (box.name, box.address) == (name, address)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "bo",
        "bo@",
        "@client.example",
        "bo@client",
        "bo@client.invalid",
        "a@b.example, c@d.example",
        "a@b.example c@d.example",
        "a@b.example;c@d.example",
        "Doe, Jane <jane@client.example>",
        "<a@b.example> <c@d.example>",
        "x> <a@b.example>",
        '"x" y" <a@b.example>',
        "a@b.example>",
        "a@b@c.example",
        '"a b"@c.example',
        '"foo@x.example> ORCPT=rfc822;y"@c.example',
        "a..b@c.example",
        "a@-b.example",
        "a@[127.0.0.1]",
        "a" * 400 + "@c.example",
        "a b@c.example",
        "group: a@b.example;",
        "a(comment)@c.example",
    ],
)
def test_addresses_that_are_refused(composed, value):
    with pytest.raises(AddressError) as caught:
        composed(Draft(to=[value], text="x"))
    assert caught.value.hint


@given(st.text(max_size=60))
def test_no_string_is_read_as_an_address_that_it_does_not_end_with(value):
    from mailkit.compose.addresses import mailbox
    from mailkit.errors import InputError

    try:
        box = mailbox(value + " <bo@client.example>")
    except InputError:
        return
    assert box.address == "bo@client.example"


def test_smtputf8_only_for_a_local_part_that_needs_it(composed):
    assert not composed(Draft(to="bo@bücher.example", text="x")).smtputf8
    assert not composed(Draft(to="Jürgen <j@c.example>", text="ü")).smtputf8
    made = composed(Draft(to="Jürgen <jürgen@c.example>", text="x"))
    assert made.smtputf8
    assert "<jürgen@c.example>".encode() in made.raw
    assert made.envelope.recipients == ("jürgen@c.example",)


@given(name=LINE.filter(bool), content=st.binary(max_size=500))
def test_any_file_survives(composed, name, content):
    raw = composed(Draft(to="b@c.example", text="x", attachments=[Attachment(name, content)])).raw
    check_wire(raw)
    part = email.message_from_bytes(raw).get_payload()[1]
    assert part.get_payload(decode=True) == content
    assert email.utils.collapse_rfc2231_value(part.get_param("filename", header="Content-Disposition")) == name


@pytest.mark.parametrize(
    "name",
    [
        "a.pdf",
        "Rechnung März.pdf",
        "a b.txt",
        'q"uote.txt',
        "=?utf-8?q?x?=",
        "x" * 300,
        "報告書" * 40,
        "o'neil.txt",
        "50%.txt",
    ],
)
def test_file_names(composed, name):
    raw = composed(Draft(to="b@c.example", attachments=[Attachment(name, b"1")])).raw
    part = email.message_from_bytes(raw).get_payload()[1]
    assert email.utils.collapse_rfc2231_value(part.get_param("filename", header="Content-Disposition")) == name
    assert all(len(line) <= 80 for line in raw.split(b"\r\n"))


def test_an_enclosed_message_is_not_encoded(composed):
    inner = b"From: x@y.example\r\nSubject: hi\r\n\r\nbody\r\n"
    draft = Draft(to="b@c.example", text="see", attachments=[Attachment("m.eml", inner, "message/rfc822")])
    raw = composed(draft).raw
    assert inner in raw
    assert email.message_from_bytes(raw).get_payload()[1].get_payload()[0]["Subject"] == "hi"
    eight = Attachment("m.eml", inner + "ü\r\n".encode(), "message/rfc822")
    raw = composed(Draft(to="b@c.example", attachments=[eight])).raw
    assert b"Content-Transfer-Encoding: 8bit\r\n" in raw
    hard = Attachment("m.eml", inner + b"x" * 2000 + b"\0", "message/rfc822")
    part = email.message_from_bytes(composed(Draft(to="b@c.example", attachments=[hard])).raw).get_payload()[1]
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_payload(decode=True) == hard.content


def test_content_cannot_contain_its_boundary(composed):
    first = composed(Draft(to="b@c.example", text="x", html="y")).raw
    boundary = email.message_from_bytes(first).get_boundary()
    second = composed(Draft(to="b@c.example", text=f"--{boundary}\n--{boundary}--\nx", html="y")).raw
    assert [p.get_content_type() for p in email.message_from_bytes(second).walk()][1:] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "kind", ["", "pdf", "a/b/c", "multipart/mixed", "text/plain; boundary=x", "te xt/plain", "text/plain; x", "a/ü"]
)
def test_content_types_that_are_refused(composed, kind):
    with pytest.raises(DraftError):
        composed(Draft(to="b@c.example", attachments=[Attachment("a", b"", kind)]))


def test_a_content_type_may_have_parameters(composed):
    raw = composed(Draft(to="b@c.example", attachments=[Attachment("a.csv", b"1", "text/csv; charset=cp1252")])).raw
    assert b"Content-Type: text/csv; charset=cp1252\r\n" in raw


def test_from_path_tells_only_the_last_name(tmp_path, composed):
    path = tmp_path / "offer.pdf"
    path.write_bytes(b"%PDF")
    attachment = Attachment.from_path(path)
    assert attachment == Attachment("offer.pdf", b"%PDF")
    assert str(tmp_path).encode() not in composed(Draft(to="b@c.example", attachments=[attachment])).raw


def test_references_are_folded_and_bracketed(composed):
    refs = [f"{'r' * 50}{i}@x.example" for i in range(30)]
    raw = composed(Draft(to="b@c.example", in_reply_to="<r0@x.example>", references=refs)).raw
    check_wire(raw)
    assert b"In-Reply-To: <r0@x.example>\r\n" in raw
    assert unfolded(raw, "References").split() == [f"<{ref}>" for ref in refs]


@pytest.mark.parametrize(
    "bad", ["", "no-at", "@", "@x.example", "x@", "a@b@c", "a b@c", "a<b@c", "ü@x.example", "x" * 1000 + "@y"]
)
def test_message_ids_that_are_refused(composed, bad):
    with pytest.raises(DraftError):
        composed(Draft(to="b@c.example"), message_id=bad)


def test_no_recipient_is_an_error(composed):
    with pytest.raises(DraftError, match="no recipient"):
        composed(Draft(subject="x"))


def test_a_thousand_recipients(composed):
    made = composed(Draft(to=[f"user{i}@c{i}.example" for i in range(1000)]))
    check_wire(made.raw)
    assert len(email.utils.getaddresses([unfolded(made.raw, "To")])) == 1000
    assert len(made.envelope.recipients) == 1000


def test_two_inline_parts_with_one_content_id(composed):
    twice = [Attachment("a", b"1", inline=True, content_id="x"), Attachment("b", b"2", inline=True, content_id="x")]
    with pytest.raises(DraftError, match="same Content-ID"):
        composed(Draft(to="b@c.example", html="x", attachments=twice))


def test_own_headers_are_written_and_encoded(composed):
    raw = composed(
        Draft(to="b@c.example", headers={"X-Order": "1042", "X-Note": "Größe"}),
        extra_headers=[("Auto-Submitted", "auto-generated")],
    ).raw
    assert b"X-Order: 1042\r\n" in raw
    assert b"Auto-Submitted: auto-generated\r\n" in raw
    assert decoded(unfolded(raw, "X-Note")) == "Größe"

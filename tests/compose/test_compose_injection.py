"""Every argument times every way to break out of it: none may be accepted."""

from __future__ import annotations

import email
import email.header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose import Attachment, Draft
from mailkit.compose.guard import check_value, hides_control, write_field
from mailkit.errors import DraftError, InjectionError, InputError

CONTROLS = {
    "CR": "\r",
    "LF": "\n",
    "CRLF": "\r\n",
    "NUL": "\0",
    "DEL": "\x7f",
    "VT": "\x0b",
    "ESC": "\x1b",
    "surrogate": "\udc0d",
}
PAYLOADS = {
    f"{where}-{name}": text
    for name, char in CONTROLS.items()
    for where, text in {
        "inside": f"a{char}Bcc: evil@x.example",
        "end": f"a{char}",
        "start": f"{char}a",
    }.items()
}
PAYLOADS |= {
    "q-word": "=?utf-8?q?a=0D=0ABcc:_evil@x.example?=",
    "q-lf": "=?utf-8?Q?a=0abcc:_x?=",
    "q-lower": "=?UTF-8?q?=0d?=",
    "b-word": "=?utf-8?b?YQ0KQmNjOiBldmlsQHguZXhhbXBsZQ==?=",
    "b-unpadded": "=?utf-8?B?YQ0KQg?=",
    "lang-word": "=?utf-8*en?q?=0A?=",
    "utf-7-word": "=?utf-7?q?+AA0ACg-Bcc:?=",
    "utf-16-word": "=?utf-16-be?b?AGEADQAKAGI=?=",
    "unended-word": "=?utf-8?q?a=0D=0ABcc: x",
    "second-word": "=?utf-8?q?fine?= =?utf-8?q?=00?=",
    "nul-word": "=?utf-8?q?=00?=",
}


class Named:
    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = name, address


def _draft(**fields: object) -> Draft:
    return Draft(**{"to": "b@c.example", "text": "x", "html": "<p>", **fields})


ARGUMENTS = {
    "subject": lambda v: _draft(subject=v),
    "to": lambda v: _draft(to=[v + "@c.example"]),
    "to-name": lambda v: _draft(to=[f"{v} <b@c.example>"]),
    "to-quoted-name": lambda v: _draft(to=[f'"{v}" <b@c.example>']),
    "to-domain": lambda v: _draft(to=[f"b@{v}.example"]),
    "address-name": lambda v: _draft(cc=[Named(v, "b@c.example")]),
    "address-address": lambda v: _draft(cc=[Named("x", v)]),
    "bcc": lambda v: _draft(bcc=[v + "@c.example"]),
    "from": lambda v: _draft(from_=f"{v} <b@c.example>"),
    "reply-to": lambda v: _draft(reply_to=[Named(v, "b@c.example")]),
    "header-name": lambda v: _draft(headers={"X-" + v: "x"}),
    "header-value": lambda v: _draft(headers={"X-Note": v}),
    "in-reply-to": lambda v: _draft(in_reply_to=v + "@x.example"),
    "references": lambda v: _draft(references=["a@x.example", v]),
    "file-name": lambda v: _draft(attachments=[Attachment(v, b"x")]),
    "content-id": lambda v: _draft(attachments=[Attachment("a", b"x", inline=True, content_id=v)]),
    "content-type": lambda v: _draft(attachments=[Attachment("a", b"x", "text/" + v)]),
    "content-param": lambda v: _draft(attachments=[Attachment("a", b"x", f"text/plain; charset={v}")]),
}
COMPOSE_ARGUMENTS = {
    "sender": lambda v: {"sender": f"{v} <b@c.example>"},
    "message-id": lambda v: {"message_id": f"{v}@x.example"},
    "extra-name": lambda v: {"extra_headers": [("X-" + v, "x")]},
    "extra-value": lambda v: {"extra_headers": [("X-A", v)]},
}
MATRIX = [(a, p) for a in (*ARGUMENTS, *COMPOSE_ARGUMENTS) for p in PAYLOADS]


def test_the_matrix_is_large():
    assert len(MATRIX) >= 300


def attempt(composed, argument: str, value: str):
    if argument in ARGUMENTS:
        return composed(ARGUMENTS[argument](value))
    return composed(_draft(), **COMPOSE_ARGUMENTS[argument](value))


@pytest.mark.parametrize(("argument", "payload"), MATRIX)
def test_nothing_breaks_out(composed, argument, payload):
    value = PAYLOADS[payload]
    with pytest.raises(InputError):
        attempt(composed, argument, value)


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "word" in p or p.startswith(("inside", "q-", "b-"))])
def test_free_text_is_refused_as_injection_and_when_it_is_given(payload):
    with pytest.raises(InjectionError):
        _draft(subject=PAYLOADS[payload])


@given(st.text(max_size=80), st.sampled_from([a for a in ARGUMENTS if a != "to"]))
def test_whatever_is_accepted_adds_no_header(composed, value, argument):
    try:
        raw = composed(ARGUMENTS[argument](value)).raw
    except InputError:
        return
    message = email.message_from_bytes(raw)
    allowed = {"Date", "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Message-ID", "In-Reply-To", "References"}
    allowed |= {"X-Note", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
    names = message.keys()
    if argument == "header-name":
        allowed.add("X-" + value)
    assert set(names) <= allowed
    assert len(names) == len(set(names))
    assert not any(part.defects for part in message.walk())


@pytest.mark.parametrize(
    "name",
    ["From", "to", "BCC", "Subject", "message-ID", "Date", "MIME-Version", "Content-Type", "Content-X", "Return-Path",
     "Received", "Resent-To", "DKIM-Signature", "Sender", "References", "In-Reply-To", "Authentication-Results"],
)  # fmt: skip
def test_fields_of_mailkit_cannot_be_given(name):
    with pytest.raises(DraftError, match="written by mailkit"):
        _draft(headers={name: "x"})


@pytest.mark.parametrize("name", ["", "X Y", "X:Y", "X-ü", "X\t", "x" * 77, " X", "X(c) "])
def test_names_that_are_no_names(name):
    with pytest.raises(InjectionError):
        _draft(headers={name: "x"})


def test_one_field_twice(composed):
    with pytest.raises(DraftError, match="twice"):
        composed(_draft(headers={"X-A": "1", "x-a": "2"}))


def test_harmless_encoded_words_are_taken_as_text(composed):
    raw = composed(_draft(subject="=?utf-8?q?caf=C3=A9?=")).raw
    written = email.message_from_bytes(raw)["Subject"]
    assert written != "=?utf-8?q?caf=C3=A9?="
    assert email.header.decode_header(written) == [(b"=?utf-8?q?caf=C3=A9?=", "utf-8")]


@pytest.mark.parametrize("value", ["a", "=?", "=??", "=?x?q?", "=?utf-8?q?a?=", "=?nope?b?YQ==?=", "=?utf-8?x?=0A?="])
def test_what_hides_nothing(value):
    assert not hides_control(value)


def test_the_scan_is_linear():
    import time

    start = time.monotonic()
    hides_control("=?" * 500_000)
    hides_control("=?utf-8?q?" * 100_000)
    check_value("=?utf-8?b?" + "QUFB" * 250_000, "x")
    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    "body", [b" a\r\nB: c", b" a\nb", b" a\rb", b" a\0", b" a\r\n \r\n b", b" a\r\n", b" " + b"x" * 999]
)
def test_the_last_guard(body):
    with pytest.raises(InjectionError):
        write_field("X-A", body)


def test_a_value_that_is_no_str_is_named():
    with pytest.raises(DraftError, match="must be a str"):
        _draft(subject=b"x")
    with pytest.raises(DraftError, match="must be bytes"):
        Attachment("a", "x")  # type: ignore[arg-type]

"""Every argument times every way to break out of it: none may be accepted."""

from __future__ import annotations

import email
import email.header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose import Attachment
from mailkit.compose.guard import check_value, hides_control, write_field
from mailkit.errors import DraftError, InjectionError, InputError
from support.injection import ARGUMENTS, COMPOSE_ARGUMENTS, PAYLOADS, plain_draft

MATRIX = [(a, p) for a in (*ARGUMENTS, *COMPOSE_ARGUMENTS) for p in PAYLOADS]


def test_the_matrix_is_large():
    assert len(MATRIX) >= 300


def attempt(composed, argument: str, value: str):
    if argument in ARGUMENTS:
        return composed(ARGUMENTS[argument](value))
    return composed(plain_draft(), **COMPOSE_ARGUMENTS[argument](value))


@pytest.mark.parametrize(("argument", "payload"), MATRIX)
def test_nothing_breaks_out(composed, argument, payload):
    value = PAYLOADS[payload]
    with pytest.raises(InputError):
        attempt(composed, argument, value)


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if "word" in p or p.startswith(("inside", "q-", "b-"))])
def test_free_text_is_refused_as_injection_and_when_it_is_given(payload):
    with pytest.raises(InjectionError):
        plain_draft(subject=PAYLOADS[payload])


@given(st.text(max_size=80), st.sampled_from([a for a in ARGUMENTS if a != "to"]))
def test_whatever_is_accepted_adds_no_header(composed, value, argument):
    try:
        raw = composed(ARGUMENTS[argument](value)).raw
    except InputError:
        return
    message = email.message_from_bytes(raw)
    allowed = {"Date", "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Message-ID", "In-Reply-To", "References"}
    allowed |= {"Disposition-Notification-To", "List-Unsubscribe", "List-Unsubscribe-Post"}
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
        plain_draft(headers={name: "x"})


@pytest.mark.parametrize("name", ["", "X Y", "X:Y", "X-ü", "X\t", "x" * 77, " X", "X(c) "])
def test_names_that_are_no_names(name):
    with pytest.raises(InjectionError):
        plain_draft(headers={name: "x"})


def test_one_field_twice(composed):
    with pytest.raises(DraftError, match="twice"):
        composed(plain_draft(headers={"X-A": "1", "x-a": "2"}))


def test_harmless_encoded_words_are_taken_as_text(composed):
    raw = composed(plain_draft(subject="=?utf-8?q?caf=C3=A9?=")).raw
    written = email.message_from_bytes(raw)["Subject"]
    assert written != "=?utf-8?q?caf=C3=A9?="
    assert email.header.decode_header(written) == [(b"=?utf-8?q?caf=C3=A9?=", "utf-8")]


@pytest.mark.parametrize("value", ["a", "=?", "=??", "=?x?q?", "=?utf-8?q?a?=", "=?nope?b?YQ==?=", "=?utf-8?x?=0A?="])
def test_what_hides_nothing(value):
    assert not hides_control(value)


def test_the_scan_is_linear():
    import time

    start = time.process_time()
    hides_control("=?" * 500_000)
    hides_control("=?utf-8?q?" * 100_000)
    check_value("=?utf-8?b?" + "QUFB" * 250_000, "x")
    assert hides_control("=?punycode?q?" + "a" * 2_000_000 + "?=")
    assert hides_control("=?PunyCode?q?" + "a-" * 1_000_000 + "?=")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "body", [b" a\r\nB: c", b" a\nb", b" a\rb", b" a\0", b" a\r\n \r\n b", b" a\r\n", b" " + b"x" * 999]
)
def test_the_last_guard(body):
    with pytest.raises(InjectionError):
        write_field("X-A", body)


def test_a_value_that_is_no_str_is_named():
    with pytest.raises(DraftError, match="must be a str"):
        plain_draft(subject=b"x")
    with pytest.raises(DraftError, match="must be bytes"):
        Attachment("a", "x")  # type: ignore[arg-type]


HUGE = ["a", "=?", '"', "<", "@", ";a=b", "\U0001f600"]


@pytest.mark.parametrize("unit", HUGE)
def test_a_value_without_end_is_refused_in_few_words(composed, unit):
    value = unit * (120_000 // len(unit))
    for argument in (*ARGUMENTS, *COMPOSE_ARGUMENTS):
        if argument.startswith(("template", "meeting", "answer-attendee", "reply-own")):
            continue  # a body takes it
        with pytest.raises(InputError) as caught:
            attempt(composed, argument, value)
        assert len(str(caught.value)) < 800


NAMES = {
    "subject": "subject", "to": "in to", "to-name": "in to", "address-name": "in cc", "bcc": "in bcc", "from": "from_",
    "reply-to": "in reply_to", "header-value": "X-Note", "in-reply-to": "in_reply_to", "references": "in references",
    "file-name": "name of an attachment", "content-id": "content_id", "content-type": "content_type",
    "mdn": "request_mdn", "meeting-uid": "uid of a meeting", "meeting-summary": "summary of a meeting",
    "sender": "sender", "message-id": "message_id", "extra-value": "X-A", "unsubscribe-url": "way to unsubscribe",
}  # fmt: skip


@pytest.mark.parametrize("payload", ["inside-CR", "inside-NUL", "inside-LS", "inside-surrogate", "q-word"])
@pytest.mark.parametrize(("argument", "named"), NAMES.items())
def test_the_error_names_the_argument(composed, argument, named, payload):
    with pytest.raises(InputError) as caught:
        attempt(composed, argument, PAYLOADS[payload])
    assert named.lower() in caught.value.message.lower()
    assert "evil" not in caught.value.message

"""How long fields and lines get, and what the type of a file may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose import Attachment, Draft
from mailkit.errors import DraftError
from mailkit.message import Address, parse


@pytest.mark.parametrize("name", ["Subject", "To", "Disposition-Notification-To", "X-" + "N" * 74])
@given(text=st.text(st.characters(min_codepoint=0xA1, exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1))
def test_lines_with_encoded_words_have_at_most_76_characters(composed, name, text):
    fields = {
        "Subject": {"subject": text},
        "To": {"to": [Address(text, "b@c.example", None), Address(text, "d@c.example", None)]},
        "Disposition-Notification-To": {"request_mdn": Address(text, "b@c.example", None)},
    }
    raw = composed(Draft(**{"to": "b@c.example", **fields.get(name, {"headers": {name: text}})})).raw
    lines = [line for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n") if b"=?utf-8" in line]
    assert lines
    assert max(map(len, lines)) <= 76


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "x" * 1_000_000},
        {"subject": "word " * 200_000 + "x"},
        {"to": [Address("n" * 1_000_000, "b@c.example", None)]},
        {"to": [f"{n}@c.example" for n in range(20_000)]},
        {"headers": {"X-A": "x" * 1_000_000}},
        {"references": [f"{'r' * 800}{n}@x.example" for n in range(500)]},
        {"attachments": [Attachment("x" * 1_000_000, b"")]},
    ],
)
def test_a_field_that_servers_would_cut_is_refused(composed, fields):
    with pytest.raises(DraftError, match="servers cut it"):
        composed(Draft(**{"to": "b@c.example", **fields}))


def test_a_long_word_of_an_own_field_stays_readable_for_programs(composed):
    url = "<https://c.example/" + "t" * 800 + ">"
    assert url.encode() in composed(Draft(to="b@c.example", headers={"List-Unsubscribe": url})).raw


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ('text/csv; header="a;b"', b'text/csv; header="a;b"'),
        ("text/csv ;charset = cp1252; ;", b"text/csv; charset=cp1252"),
        ('text/x; a="b\\"c"', b'text/x; a="b\\"c"'),
    ],
)
def test_parameters_in_quotes(composed, kind, written):
    assert (
        b"Content-Type: " + written + b"\r\n"
        in composed(Draft(to="b@c.example", attachments=[Attachment("a", b"", kind)])).raw
    )


@pytest.mark.parametrize(
    "kind", ["text/x; a=1; A=2", 'text/x; a="b', "text/x; a=b c", "text/x; =a", "text/x" + "; a" * 999]
)
def test_parameters_that_are_refused(composed, kind):
    with pytest.raises(DraftError):
        composed(Draft(to="b@c.example", attachments=[Attachment("a", b"", kind)]))


def test_an_enclosed_report_is_not_encoded(composed):
    report = Attachment("status", b"Reporting-MTA: dns; c.example\r\n\r\n", "message/delivery-status")
    assert b"\r\nContent-Transfer-Encoding: base64" not in composed(Draft(to="b@c.example", attachments=report)).raw
    binary = Attachment("status", b"\xff\0", "message/delivery-status")
    assert parse(composed(Draft(to="b@c.example", attachments=binary)).raw).attachments[0].content == b"\xff\0"

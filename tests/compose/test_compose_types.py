"""Every argument of the writing room, given a value of every wrong type: an error of mailkit's that names it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from mailkit.compose import (
    Attachment,
    Draft,
    Meeting,
    Template,
    Unsubscribe,
    fingerprint,
    forward,
    reply,
)
from mailkit.compose.dkim import Signer
from mailkit.compose.openpgp import OpenPgp
from mailkit.compose.smime import Smime
from mailkit.errors import MailkitError
from mailkit.message import parse
from support.injection import meeting, plain_draft

RECEIVED = parse(b"From: Bo <b@c.example>\r\nTo: ana@acme.example\r\nSubject: x\r\nMessage-ID: <a@b>\r\n\r\nx\r\n")
OWN = ["ana@acme.example"]


class Odd:
    """Nothing that anybody expects."""


WRONG = [
    None, 5, -1, 10**30, 1.5, float("nan"), True, b"x", "", "x", "\0", "\udc00", (), [None], [5], [b"x"], ["x"],
    [["a"]], [{}], [Odd()], {}, {"a": 1}, {"a": None}, {5: "x"}, {"X-A": b"x"}, {"X": ["a"]}, set(), Odd(), object,
    date(2026, 3, 1), datetime(2026, 3, 1, 12),
]  # fmt: skip

DRAFT = [
    "to",
    "cc",
    "bcc",
    "subject",
    "text",
    "html",
    "attachments",
    "from_",
    "reply_to",
    "headers",
    "in_reply_to",
    "references",
    "request_dsn",
    "request_mdn",
    "unsubscribe",
    "calendar",
    "protection",
    "record",
    "thread_id",
    "metadata",
]
MEETING = [
    "uid",
    "summary",
    "start",
    "end",
    "organizer",
    "attendees",
    "location",
    "description",
    "sequence",
    "left_out",
    "occurrence",
]
REPLY = ["own_addresses", "text", "html", "attachments", "from_", "language"]


def invitation(composed, **fields):
    one: Meeting = meeting(**fields)
    one.cancellation()
    return composed(plain_draft(calendar=one.invitation()))


def answer(composed, **fields):
    return composed(reply(RECEIVED, **{"own_addresses": OWN, "text": "x", "quote": True, **fields}))


def passed_on(composed, **fields):
    return composed(forward(RECEIVED, **{"to": ["q@c.example"], "text": "x", **fields}))


def letter(composed, **fields):
    values = fields.pop("values", {})
    made = Template(**{"text": "x", "subject": "s", "html": "<p>", **fields})
    return composed(made.draft(values, plain_draft()))


def merged(_composed, rows):
    return list(Template(text="x").merge(rows))


def with_file(composed, **fields):
    return composed(plain_draft(attachments=[Attachment(**{"name": "a", "content": b"x", **fields})]))


def left(composed, **fields):
    return composed(plain_draft(unsubscribe=Unsubscribe(**{"url": "https://c.example/", **fields})))


def plainly(composed, **fields):
    draft: Draft = plain_draft(**fields)
    fingerprint(draft)
    return composed(draft)


def signer(_composed, **fields):
    return Signer(**{"domain": "a.example", "selector": "s", "private_key": "x", **fields})


def protection(_composed, **fields):
    return Smime(**{"private_key": b"x", "certificate": b"x", **fields})


def pgp(_composed, **fields):
    return OpenPgp(**fields)


PLACES = [
    *((plainly, name) for name in DRAFT),
    *((invitation, name) for name in MEETING),
    *((with_file, name) for name in ("name", "content", "content_type", "content_id")),
    *((left, name) for name in ("url", "mailto")),
    *((answer, name) for name in REPLY),
    *((passed_on, name) for name in ("to", "text", "html", "cc", "from_", "language")),
    *((letter, name) for name in ("subject", "text", "html", "partials", "filters", "values")),
    (merged, "rows"),
    *((signer, name) for name in ("domain", "selector", "private_key")),
    *((protection, name) for name in ("certificate", "private_key", "password", "chain", "recipients")),
    *((pgp, name) for name in ("private_key", "recipients")),
]


@pytest.mark.parametrize(("place", "name"), PLACES, ids=[f"{place.__name__}-{name}" for place, name in PLACES])
def test_a_wrong_type_is_a_typed_error(composed, place, name):
    refused = 0
    for value in WRONG:
        try:
            place(composed, **{name: value})
        except MailkitError:
            refused += 1
    assert refused > len(WRONG) // 2


@pytest.mark.parametrize("name", ["sender", "message_id", "date", "extra_headers"])
def test_a_wrong_type_for_compose_is_a_typed_error(composed, name):
    refused = 0
    for value in WRONG:
        try:
            composed(plain_draft(), **{name: value})
        except MailkitError:
            refused += 1
    assert refused > len(WRONG) // 2


def test_a_lone_value_is_one():
    file = Attachment("a", b"x")
    assert plain_draft(attachments=file).attachments == (file,)
    assert reply(RECEIVED, own_addresses=OWN, text="x", attachments=file).attachments == (file,)
    assert meeting(attendees="bo@c.example").attendees == ("bo@c.example",)
    assert reply(RECEIVED, own_addresses="ana@acme.example", text="x", all=True).cc == ()

"""Every argument of the writing room, given a value of every wrong type: an error of mailkit's that names it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mailkit.compose import (
    Attachment,
    Draft,
    Meeting,
    Template,
    Unsubscribe,
    answer_invitation,
    compose,
    fingerprint,
    forward,
    reply,
)
from mailkit.compose.dkim import Signer
from mailkit.compose.openpgp import OpenPgp
from mailkit.compose.smime import Smime
from mailkit.errors import MailkitError
from mailkit.message import parse
from mailkit.words import Record
from support.injection import INVITED, meeting, plain_draft

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
    return composed(reply(**{"message": RECEIVED, "own_addresses": OWN, "text": "x", "quote": True, **fields}))


def passed_on(composed, **fields):
    return composed(forward(**{"message": RECEIVED, "to": ["q@c.example"], "text": "x", **fields}))


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


def answered(_composed, **fields):
    return answer_invitation(**{"message": INVITED, "status": "accepted", "attendee": "b@c.example", **fields})


def written(_composed, draft):
    return compose(draft, sender="a@c.example", message_id="1@c.example", date=datetime(2026, 3, 1, 12, tzinfo=UTC))


def marked(_composed, draft):
    return fingerprint(draft)


def based(_composed, **fields):
    return Template(text="x").draft(**{"values": {}, "base": plain_draft(), **fields})


def merged_from(_composed, **fields):
    return list(Template(text="x").merge([("b@c.example", {})], **fields))


def shortly(_composed, text):
    return Unsubscribe.of(text)


def at(_composed, now):
    return meeting().invitation(now=now)


def occurring(_composed, occurrence):
    return meeting(rrule="FREQ=DAILY;COUNT=2").one(occurrence)


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
    *((place, "message") for place in (answer, passed_on, answered)),
    *((answered, name) for name in ("status", "attendee")),
    *((place, "draft") for place in (written, marked)),
    (based, "base"),
    *((merged_from, name) for name in ("base", "common")),
    (shortly, "text"),
    (at, "now"),
    (occurring, "occurrence"),
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


@pytest.mark.parametrize("path", [5, None, b"x", "a\0b", "d\0/b", "a\rb", "a\udc80b"])
def test_a_path_that_is_none_is_a_typed_error(path):
    with pytest.raises(MailkitError):
        Attachment.from_path(path)


@pytest.mark.parametrize("text", ["", "4\0", "4\r\nX-A: b", "\udc80", "\x85", "4" * 201, 4, None])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_record_that_no_database_keeps_is_refused_when_it_is_given(place, text):
    parts = ["crm", "deal", "42"]
    parts[place] = text
    with pytest.raises(MailkitError, match="of the record"):
        plain_draft(record=Record(*parts))

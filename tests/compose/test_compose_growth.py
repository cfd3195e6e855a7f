"""Four times the input takes about four times as long: writing has no quadratic path either."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mailkit import Limits
from mailkit.compose import Attachment, Draft, Meeting, Template, compose, forward, reply
from mailkit.compose.audience import clean
from mailkit.compose.css import inline_css
from mailkit.compose.guard import check_value, hides_control
from mailkit.compose.openpgp import OpenPgp
from mailkit.compose.smime import Smime
from mailkit.content import decrypt_openpgp, decrypt_smime, verify_openpgp, verify_smime
from mailkit.errors import InputError
from mailkit.message import parse
from support.growth import check_growth
from support.mailcerts import person
from support.mailkeys import PGP, SIGNER

SIZE = 250_000
NEW = itertools.count()
WHEN = datetime(2026, 3, 1, tzinfo=UTC)
WIDE = Limits(template_steps=10**9, template_bytes=10**9, template_seconds=600)
ANA = person("ana@acme.example")


def made(**fields: object) -> bytes:
    draft = Draft(**{"to": "bo@client.example", "text": "x", **fields})
    return compose(draft, sender="ana@acme.example", message_id="1@acme.example", date=WHEN).raw


def answered(raw: bytes) -> None:
    message = parse(raw)
    reply(message, own_addresses=(), text="x", html="<p>x", all=True, quote=True)
    forward(message, to=["c@d.example"])


def received(head: str, body: str) -> bytes:
    return f"From: bo@client.example\r\nMessage-ID: <1@c.example>\r\n{head}\r\n\r\n{body}".encode()


SMIME = Smime(certificate=ANA.certificate, private_key=ANA.private_key, recipients=[ANA.certificate])
OPENPGP = OpenPgp(private_key=PGP, recipients=[PGP])
WORK: dict[str, tuple[Callable[[int], object], Callable[[object], object]]] = {
    "text": (lambda n: "x" * n, lambda v: made(text=v)),
    "text of blanks": (lambda n: " " * n, lambda v: made(text=v)),
    "lines of blanks": (lambda n: (" " * 990 + "x\n") * (n // 1000), lambda v: SIGNER.sign(made(text=v))),
    "html": (lambda n: "<p>x</p>" * (n // 8), lambda v: made(html=v, text=None)),
    "subject": (lambda n: "ü " * (n // 2), lambda v: made(subject=v)),
    "subject of letters": (lambda n: "x" * n, lambda v: made(subject=v)),
    "header": (lambda n: "a b" * (n // 3), lambda v: made(headers={"X-A": v})),
    "name of a file": (lambda n: "ü" * n, lambda v: made(attachments=[Attachment(v, b"")])),
    "file": (lambda n: b"\0" * n, lambda v: made(attachments=[Attachment("a", v)])),
    "enclosed": (lambda n: b"a\n" * (n // 2), lambda v: made(attachments=[Attachment("a", v, "message/rfc822")])),
    "references": (lambda n: ["r@x.example"] * (n // 20), lambda v: made(references=v)),
    # Addresses that were checked are remembered, so each is new.
    "recipients": (lambda n: n // 40, lambda v: made(to=[f"u{next(NEW)}@c.example" for _ in range(v)])),
    "guard": (lambda n: "=?utf-8?q?" * (n // 10), hides_control),
    "guard of words": (lambda n: "=?utf-8?b?" + "QUFB" * (n // 4), lambda v: check_value(v, "x")),
    "cleaning": (lambda n: "=?utf-8?q?=0D?= \0" * (n // 17), clean),
    "meeting": (
        lambda n: "ü;\n" * (n // 3),
        lambda v: Meeting(
            uid="1", summary="x", description=v, start=WHEN, end=WHEN.replace(hour=1), organizer="a@b.example"
        ).invitation(),
    ),
    "answer to text": (lambda n: received("Subject: x", "> x\r\n" * (n // 5)), answered),
    "answer to html": (lambda n: received("Content-Type: text/html", "<p>x</p>" * (n // 8)), answered),
    "answer to deep html": (lambda n: received("Content-Type: text/html", "<div>" * (n // 5)), answered),
    "answer to a subject": (lambda n: received("Subject: " + "Re: " * (n // 4), "x"), answered),
    "answer to recipients": (lambda n: received("Cc: " + "a@b.example, " * (n // 13), "x"), answered),
    "answer to followups": (lambda n: received("Mail-Followup-To: " + "a@b.example, " * (n // 13), "x"), answered),
    "loop": (
        lambda n: n // 50,
        lambda v: Template(text="{% for i in range(n) %}{{ i }}{% endfor %}", limits=WIDE).render({"n": v}),
    ),
    "source": (lambda n: "{{ 1 }}" * (n // 100), lambda v: Template(text=v, limits=WIDE)),
    "style sheet": (lambda n: "<style>p{color:red}</style>" + "<p>x</p>" * (n // 8), lambda v: inline_css(v)),
    "s/mime": (
        lambda n: made(text="x\n" * (n // 2), protection=SMIME),
        lambda v: verify_smime(
            decrypt_smime(parse(v), certificate=ANA.certificate, private_key=ANA.private_key).message
        ),
    ),
    "openpgp": (
        lambda n: made(text="x\n" * (n // 2), protection=OPENPGP),
        lambda v: decrypt_openpgp(parse(v), private_key=PGP, keys=[PGP]),
    ),
    "signed parts": (
        lambda n: made(text="\n" * n, protection=OpenPgp(private_key=PGP)),
        lambda v: verify_openpgp(parse(v), keys=[PGP]),
    ),
    "signed data": (
        lambda n: b"Content-Type: application/pkcs7-mime\r\n\r\n" + b"\x30\x80" * (n // 2),
        lambda v: verify_smime(parse(v)),
    ),
}


@pytest.mark.parametrize("name", WORK)
def test_four_times_the_input_takes_about_four_times_as_long(name):
    make, work = WORK[name]

    def tried(value: object) -> None:
        with contextlib.suppress(InputError):
            work(value)

    check_growth(tried, make, SIZE // 4, name)

"""Injection, seen by the server: nothing of the matrix arrives, and what is answered to hostile mail does no harm.

What the writing room refuses never becomes bytes. What it takes from outside and cleans (answers, forwards) goes over
the real transport to the in-process server, and is looked at there: envelope, header names, line ends.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailkit import Account, SmtpServer
from mailkit.compose import Attachment, Composed, Draft, Unsubscribe, forward, reply
from mailkit.errors import InputError, MailkitError
from mailkit.message import Address, parse
from mailkit.testing import MailServer
from mailkit.transport import Outgoing
from mailkit.transport.smtp import SmtpTransport
from support.injection import ARGUMENTS, COMPOSE_ARGUMENTS, PAYLOADS, plain_draft

HEADER_NAMES = {
    "date", "from", "sender", "to", "cc", "reply-to", "subject", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id",
    "disposition-notification-to", "list-unsubscribe", "list-unsubscribe-post",
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with MailServer(tls="insecure", require_auth=False) as running:
        yield running


@pytest.fixture(scope="module")
def transport(server: MailServer) -> SmtpTransport:
    return SmtpTransport(SmtpServer(host="127.0.0.1", port=server.smtp_port, tls="insecure"))


@dataclass
class Wire:
    """Sends composed mail and gives back what the server got."""

    server: MailServer
    transport: SmtpTransport

    def send(self, *mails: Composed):
        before = len(self.server.sent)
        outgoing = [Outgoing(n, m.raw, m.envelope, smtputf8=m.smtputf8) for n, m in enumerate(mails)]
        results = self.transport.send(outgoing, lambda one: None)
        assert [v.code for result in results for v in result.verdicts if v.code != 250] == []
        return self.server.sent[before:]


@pytest.fixture(scope="module")
def wire(server: MailServer, transport: SmtpTransport) -> Wire:
    return Wire(server, transport)


def check_harmless(raw: bytes, allowed: set[str] = HEADER_NAMES) -> None:
    """One header block, of known names, each once; CRLF only; no NUL; no line over 998 bytes."""
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    for part in email.message_from_bytes(raw).walk():
        names = [name.lower() for name, _ in part.items()]
        assert set(names) <= allowed
        assert len(names) == len(set(names))
        if part.get_content_type() == "message/rfc822":
            break  # what is enclosed is somebody else's


# --- what is refused ------------------------------------------------------------------------------------------------


def test_of_the_whole_matrix_nothing_reaches_the_server(composed, wire):
    made, refused = [], 0
    for argument in (*ARGUMENTS, *COMPOSE_ARGUMENTS):
        for value in PAYLOADS.values():
            try:
                if argument in ARGUMENTS:
                    made.append((argument, value, composed(ARGUMENTS[argument](value))))
                else:
                    made.append((argument, value, composed(plain_draft(), **COMPOSE_ARGUMENTS[argument](value))))
            except InputError:
                refused += 1
    sent = wire.send(*[mail for _, _, mail in made])
    assert [(argument, value) for argument, value, _ in made] == []
    assert sent == []
    assert refused >= 300


def test_an_account_takes_no_such_identity():
    server, refused = SmtpServer(host="127.0.0.1"), 0
    hostile = [
        value for value in PAYLOADS.values() if "=?" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    ]
    for value in hostile:
        for fields in (
            {"display_name": value},
            {"address": f"ana@{value}.example"},
            {"aliases": (f"{value}@acme.example",)},
            {"name": value},
        ):
            with pytest.raises((MailkitError, ValueError)):
                Account(**{"address": "ana@acme.example", "smtp": server, **fields})
            refused += 1
    assert refused == 4 * len(hostile)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_an_account_does_not_see_is_refused_where_it_is_written(composed, payload):
    """An encoded-word or a lone surrogate in a display name of the settings is met at the last when it is composed."""
    with pytest.raises(InputError):
        composed(plain_draft(), sender=Address(PAYLOADS[payload], "ana@acme.example", None))


# --- what is cleaned ------------------------------------------------------------------------------------------------

HOSTILE_HEADERS = {
    "Subject": "{}",
    "From": '"{}" <bo@client.example>',
    "Reply-To": '"{}" <bo@client.example>',
    "Cc": '"{}" <cy@client.example>',
    "Message-ID": "<{}@client.example>",
    "References": "<a@client.example> <{}>",
    "In-Reply-To": "<{}@client.example>",
    "Mail-Followup-To": '"{}" <bo@client.example>',
    "List-Post": "<mailto:{}@lists.example>",
    "Date": "Sun, 1 Mar 2026 12:30:05 +0100 ({})",
}


def hostile_mail(name: str, value: str) -> bytes:
    """A received message with the value in one header, raw as an attacker's server would write it, and in a file."""
    fields = {"From": "Bo <bo@client.example>", "To": "ana@acme.example", "Subject": "x", "Message-ID": "<q@c.example>"}
    fields[name] = HOSTILE_HEADERS[name].format(value)
    head = "".join(f"{key}: {text}\r\n" for key, text in fields.items())
    file = f'Content-Type: application/x-{value}\r\nContent-Disposition: attachment; filename="{value}"\r\n'
    file += f"Content-ID: <{value}>\r\n\r\nx\r\n"
    body = f'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n{value}\r\n--b\r\n{file}--b--\r\n'
    return (head + body).encode("utf-8", "surrogatepass")


def answers(raw: bytes) -> list[Draft]:
    message = parse(raw)
    own = {"ana@acme.example"}
    answered = []
    if any(
        one.address == "bo@client.example" for one in message.from_
    ):  # a line break in the middle of From leaves no address of it
        answered = [reply(message, own_addresses=own, text="Yes", html="<p>Yes", all=True, quote=True)]
    return [
        *answered,
        forward(message, to=["kim@acme.example"], text="See"),
        forward(message, to=["kim@acme.example"], as_attachment=True),
    ]


@pytest.mark.parametrize("name", HOSTILE_HEADERS)
def test_answers_to_hostile_mail_arrive_without_harm(composed, wire, name):
    made = [composed(draft) for value in PAYLOADS.values() for draft in answers(hostile_mail(name, value))]
    for mail, got in zip(made, wire.send(*made), strict=True):
        assert got.raw == mail.raw
        check_harmless(got.raw)
        assert got.envelope.recipients == mail.envelope.recipients
        assert set(got.envelope.recipients) <= {"bo@client.example", "cy@client.example", "kim@acme.example"}


# --- any draft ------------------------------------------------------------------------------------------------------

LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)
BODY = st.text(st.characters(exclude_categories=["Cs"]), max_size=1500)
NAMED = st.builds(lambda n, i: Address(n, f"u{i}@c.example", None), LINE, st.integers(0, 9))
FILE = st.builds(
    Attachment,
    LINE,
    st.binary(max_size=1200),
    st.sampled_from([None, "application/pdf", "message/rfc822", "text/plain; charset=utf-8"]),
    st.booleans(),
)
DRAFTS = st.builds(
    Draft,
    to=st.lists(NAMED, min_size=1, max_size=30),
    cc=st.lists(NAMED, max_size=2),
    subject=LINE,
    text=st.none() | BODY,
    html=st.none() | BODY,
    attachments=st.lists(FILE, max_size=3, unique_by=lambda file: file.cid),
    headers=st.dictionaries(st.sampled_from(["X-A", "X-B"]), LINE),
    calendar=st.none() | st.just("BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n"),
    request_mdn=st.booleans(),
    unsubscribe=st.none() | st.just(Unsubscribe("https://c.example/u?" + "x" * 600, "u@c.example")),
    references=st.lists(st.integers(0, 99).map(lambda n: f"{'r' * n}@x.example"), max_size=60),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(draft=DRAFTS)
def test_the_bytes_of_any_draft_arrive_as_they_were_made(composed, wire, draft):
    made = composed(draft)
    check_harmless(made.raw, HEADER_NAMES | {"x-a", "x-b"})
    [got] = wire.send(made)
    assert got.raw == made.raw
    assert got.envelope == made.envelope

"""Sending: who gets it, who does not, and what arrives."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mailkit.auth import Credentials
from mailkit.compose import Attachment, Draft, compose
from mailkit.compose.dkim import Signer
from mailkit.compose.smime import Smime
from mailkit.content import SignatureState, verify_smime
from mailkit.errors import AuthError
from mailkit.mailbox import ImapMailbox
from mailkit.message import parse
from mailkit.transport import Outgoing
from mailkit.transport.smtp import SmtpTransport
from mailkit.words import Envelope, VerdictState
from support.mailcerts import person
from support.servers.postfix import DOMAIN, MAX_MESSAGE_BYTES, MAX_RECIPIENTS

SENT, REFUSED, RETRY = VerdictState.SENT, VerdictState.REFUSED, VerdictState.RETRY
HEAD = f"From: ana@{DOMAIN}\r\nTo: bo@{DOMAIN}\r\nSubject: Offer\r\nMessage-ID: <%s>\r\nMIME-Version: 1.0\r\n"


def letter(name: str, body: bytes = b"Hello\r\n", extra: bytes = b"") -> bytes:
    """A mail with that Message-ID."""
    return (HEAD % name).encode() + b"Date: Mon, 05 Oct 2026 10:00:00 +0200\r\n" + extra + b"\r\n" + body


class Sender:
    """Somebody who sends: the transport of their account, and what it reported."""

    def __init__(self, ground, tls: str = "implicit") -> None:
        self.ground, self.tls = ground, tls
        self.user = ground.user("sender")
        self.transport = SmtpTransport.for_account(ground.account(self.user, tls=tls), Credentials())
        self.started: list[int] = []

    def send(self, *mails: tuple[bytes, list[str]], **more):
        """Send a batch; a result for each."""
        outgoing = [
            Outgoing(number, raw, Envelope(self.user.address, tuple(recipients)), **more)
            for number, (raw, recipients) in enumerate(mails)
        ]
        return self.transport.send(outgoing, lambda one: self.started.append(one.id))

    def verdicts(self, *mails: tuple[bytes, list[str]], **more) -> list[list[tuple]]:
        """Send a batch; for each the states, codes and enhanced codes by recipient."""
        return [
            [(verdict.state, verdict.code, verdict.enhanced) for verdict in result.verdicts]
            for result in self.send(*mails, **more)
        ]

    def arrived(self, user, message_id: str, timeout: float = 60.0) -> bytes:
        """The mail as it is in the user's INBOX, waited for."""
        deadline = time.monotonic() + timeout
        with ImapMailbox(self.ground.account(user, tls=self.tls)) as mailbox:
            while True:
                mailbox.select("INBOX")
                if found := mailbox.find(message_id):
                    [one] = mailbox.fetch(found)
                    return one.raw
                assert time.monotonic() < deadline, f"{message_id} did not arrive"
                time.sleep(0.05)


@pytest.fixture
def sender(whole_ground) -> Sender:
    return Sender(whole_ground)


def test_a_dkim_signature_survives_the_road(sender: Sender) -> None:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    signer = Signer(DOMAIN, "s1", key)
    bo = sender.ground.user("bo")
    draft = Draft(to=bo.address, subject="Grüße", text=".\n..\nFrom here \n\n\n" + "ü" * 3000, html="<p>" + "x" * 3000)
    made = compose(draft, sender=sender.user.address, message_id="signed@x.example", date=datetime.now(UTC))
    raw = signer.sign(made.raw)
    assert sender.verdicts((raw, [bo.address])) == [[(SENT, 250, "2.0.0")]]
    found = sender.arrived(bo, "signed@x.example")
    assert found.endswith(raw)
    records = {f"{signer.record_name}.".encode(): signer.record.encode()}
    assert dkim.DKIM(found).verify(dnsfunc=lambda name, timeout=5: records.get(name))


def test_an_smime_signature_survives_the_road(sender: Sender) -> None:
    root = person("", authority=True)
    ana, bo = person(sender.user.address, root), sender.ground.user("bo")
    protection = Smime(certificate=ana.certificate, private_key=ana.private_key)
    text = "trailing \nFrom here\n.\n..\n" + "ü" * 3000
    draft = Draft(to=bo.address, text=text, attachments=[Attachment("a", b"\0" * 999)], protection=protection)
    made = compose(draft, sender=sender.user.address, message_id="smime@x.example", date=datetime.now(UTC))
    assert sender.verdicts((made.raw, [bo.address])) == [[(SENT, 250, "2.0.0")]]
    found = verify_smime(parse(sender.arrived(bo, "smime@x.example")), roots=[root.certificate])
    assert (found.state, found.author) == (SignatureState.VALID, True)


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_mail_arrives_with_trace_headers_on_top_and_nothing_else_changed(whole_ground, tls: str) -> None:
    sender = Sender(whole_ground, tls)
    bo, raw = whole_ground.user("bo"), letter("plain@x.example")
    assert sender.verdicts((raw, [bo.address])) == [[(SENT, 250, "2.0.0")]]
    found = sender.arrived(bo, "plain@x.example")
    assert found.endswith(raw)
    trace = found.removesuffix(raw)
    assert trace.startswith(f"Return-Path: <{sender.user.address}>\r\n".encode())
    assert b"\r\nReceived: from " in trace
    assert bo.address.encode() in trace


BODIES = {
    "8-bit": (
        b"caf\xe9 \xf0\x9f\x92\x8c\r\n",
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n",
    ),
    "dots": (b".\r\n..\r\n.a\r\n\r\n.\r\n", b""),
    "longest line": (b"a" * 998 + b"\r\n", b""),
    "many lines": (b"line\r\n" * 20_000, b""),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_was_sent_arrives_byte_for_byte(whole_ground, sender, name: str) -> None:
    body, extra = BODIES[name]
    bo = whole_ground.user("bo")
    [[(state, _, _)]] = sender.verdicts((letter("body@x.example", body, extra), [bo.address]))
    assert state is SENT
    assert sender.arrived(bo, "body@x.example").endswith(letter("body@x.example", body, extra))


def test_each_recipient_has_a_verdict_of_its_own(whole_ground, sender) -> None:
    bo = whole_ground.user("bo")
    recipients = [f"unknown@{DOMAIN}", f"full@{DOMAIN}", bo.address, f"greylisted@{DOMAIN}"]
    assert sender.verdicts((letter("each@x.example"), recipients)) == [
        [(REFUSED, 550, "5.1.1"), (RETRY, 452, "4.2.2"), (SENT, 250, "2.0.0"), (RETRY, 450, "4.7.1")]
    ]
    assert sender.arrived(bo, "each@x.example")


def test_where_nobody_is_accepted_the_content_is_not_sent_and_the_next_mail_goes_on(whole_ground, sender) -> None:
    bo = whole_ground.user("bo")
    mails = [
        (letter("nobody@x.example"), [f"unknown@{DOMAIN}", f"full@{DOMAIN}"]),
        (letter("next@x.example"), [bo.address]),
    ]
    assert sender.verdicts(*mails) == [[(REFUSED, 550, "5.1.1"), (RETRY, 452, "4.2.2")], [(SENT, 250, "2.0.0")]]
    assert sender.started == [1]
    assert sender.arrived(bo, "next@x.example")


def test_many_mails_over_one_connection(whole_ground, sender) -> None:
    bo = whole_ground.user("bo")
    results = sender.send(*((letter(f"{number}@x.example"), [bo.address]) for number in range(10)))
    assert [verdict.state for result in results for verdict in result.verdicts] == [SENT] * 10
    assert sender.started == list(range(10))
    for number in range(10):
        sender.arrived(bo, f"{number}@x.example")


def test_too_many_recipients_are_to_be_tried_later(whole_ground, sender) -> None:
    recipients = [f"r{number}-{sender.user.address}" for number in range(MAX_RECIPIENTS + 3)]
    [result] = sender.send((letter("many@x.example"), recipients))
    states = [verdict.state for verdict in result.verdicts]
    assert states == [SENT] * MAX_RECIPIENTS + [RETRY] * 3
    assert {(verdict.code, verdict.enhanced) for verdict in result.verdicts[MAX_RECIPIENTS:]} == {(452, "4.5.3")}


def test_a_message_beyond_the_servers_size_is_refused_before_it_is_sent(sender) -> None:
    raw = letter("large@x.example", b"a" * 70 + b"\r\n") + b"b" * MAX_MESSAGE_BYTES
    assert sender.verdicts((raw, [sender.user.address])) == [[(REFUSED, 552, "5.3.4")]]
    assert sender.started == []


def test_a_delivery_report_may_be_asked_for(whole_ground, sender) -> None:
    bo = whole_ground.user("bo")
    assert sender.verdicts((letter("dsn@x.example"), [bo.address]), dsn=True) == [[(SENT, 250, "2.0.0")]]
    assert sender.arrived(bo, "dsn@x.example")


def test_an_address_beyond_ascii_needs_smtputf8(sender) -> None:
    mail = (letter("utf8@x.example"), ["größe@elsewhere.example"])
    assert sender.verdicts(mail, smtputf8=True) == [[(SENT, 250, "2.0.0")]]
    assert sender.verdicts(mail) == [[(REFUSED, 553, "5.6.7")]]


def test_the_null_sender_of_a_report_is_taken(whole_ground, sender) -> None:
    bo = whole_ground.user("bo")
    outgoing = Outgoing(1, letter("null@x.example"), Envelope("", (bo.address,)))
    [result] = sender.transport.send([outgoing], lambda _: None)
    assert [verdict.state for verdict in result.verdicts] == [SENT]
    assert sender.arrived(bo, "null@x.example").startswith(b"Return-Path: <>\r\n")


def test_without_a_login_nothing_is_sent(whole_ground) -> None:
    """Servers say it at MAIL (530) or, as Postfix does, at each recipient."""
    user = whole_ground.user()
    transport = SmtpTransport(whole_ground.account(user).smtp)
    started: list[int] = []
    outgoing = Outgoing(1, letter("anonymous@x.example"), Envelope(user.address, (user.address,)))
    try:
        results = transport.send([outgoing], lambda one: started.append(one.id))
    except AuthError:
        results = []
    assert all(verdict.state is REFUSED for result in results for verdict in result.verdicts)
    assert started == []

"""What servers say in their bounces, and the forms in which they say it: own samples of each server's manner.

They are in ``notices``: whole mails with what is expected of each, and tables of what a server said and its reason.
"""

from __future__ import annotations

from typing import Any

import pytest

from mailkit.content import kind_of, report_of
from mailkit.content.reasons import reason_for
from mailkit.message import parse
from support.tables import CONTENT, table

PLACE = CONTENT / "notices"


#: By server and case: status, what the server said, reason, hard.
SAID: dict[str, tuple[str, str, str, bool]] = table("notices/said")
#: What servers say in a sentence: sentence, status, reason.
SENTENCES: list[tuple[str, str, str]] = table("notices/sentences")
#: By file: the kind of the mail; of bounces the original's Message-ID, and action and reason by recipient.
EXPECTED: dict[str, dict[str, Any]] = table("notices/expected")
NOTICES = sorted(name for name, one in EXPECTED.items() if one["kind"] == "bounce")
OTHERS = sorted(set(EXPECTED) - set(NOTICES))

ORIGINAL = """From: app@acme.example
To: bo@b.example
Subject: Offer 5
Message-ID: <o1@acme.example>
Date: Mon, 3 Jun 2024 12:53:00 +0200
"""


def dsn(fields: str, original: str = ORIGINAL, subject: str = "Undelivered Mail Returned to Sender") -> bytes:
    returned = f"--b1\nContent-Type: text/rfc822-headers\n\n{original}\n" if original else ""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.acme.example>
To: app@acme.example
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.b.example

{fields}
{returned}--b1--
""".encode()


@pytest.mark.parametrize("name", SAID)
def test_the_reason_is_in_what_the_server_says(name: str) -> None:
    status, said, reason, hard = SAID[name]
    action = "delayed" if status.startswith("4") and hard is False else "failed"
    fields = f"Final-Recipient: rfc822;bo@b.example\nAction: {action}\nStatus: {status}\n"
    report = report_of(parse(dsn(fields + (f"Diagnostic-Code: {said}\n" if said else ""))))
    assert report is not None
    row = report.recipients[0]
    assert (row.address, row.action, row.reason, row.hard) == ("bo@b.example", action, reason, hard)
    assert report.original_message_id == "o1@acme.example"


@pytest.mark.parametrize("name", NOTICES)
def test_notices_for_people(name: str) -> None:
    expected = EXPECTED[name]
    report = report_of(parse((PLACE / f"{name}.eml").read_bytes()))
    assert report is not None
    assert {row.address: [row.action, row.reason] for row in report.recipients} == expected["recipients"]
    assert len(report.recipients) == len(expected["recipients"])
    assert report.original_message_id == expected["original"]


@pytest.mark.parametrize("name", OTHERS)
def test_what_only_speaks_of_a_failure_is_no_bounce(name: str) -> None:
    assert kind_of(parse((PLACE / f"{name}.eml").read_bytes())) == EXPECTED[name]["kind"]


def test_every_notice_is_expected_to_be_something() -> None:
    assert {path.stem for path in PLACE.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("Final-Recipient: RFC822; <bo@b.example>", "bo@b.example"),
        ("Final-Recipient: bo@b.example", "bo@b.example"),
        ("Original-Recipient: rfc822;bo+40b.example", "bo@b.example"),
        ("Original-Recipient: rfc822;bo+2Bcrm@b.example", "bo+crm@b.example"),
        ("Original-Recipient: utf-8;b\\x{F6}@b.example", "bö@b.example"),
        ("Final-Recipient: UTF-8; b\\x{F6}@b.example", "bö@b.example"),
    ],
)
def test_recipients_as_servers_write_them(field: str, address: str) -> None:
    report = report_of(parse(dsn(f"{field}\nAction: failed\nStatus: 5.1.1\n")))
    assert report is not None
    assert [row.address for row in report.recipients] == [address]


@pytest.mark.parametrize(
    "field", ["X-Original-Message-ID: <o1@acme.example>", "Original-Message-ID: <o1@acme.example>"]
)
def test_the_original_message_id_from_the_fields(field: str) -> None:
    fields = f"{field}\n\nFinal-Recipient: rfc822;bo@b.example\nAction: failed\nStatus: 5.1.1\n"
    report = report_of(parse(dsn(fields, original="")))
    assert report is not None
    assert report.original_message_id == "o1@acme.example"


def test_each_recipient_has_its_own_result() -> None:
    results = {"failed": "5.1.1", "delivered": "2.0.0", "delayed": "4.4.1", "relayed": "2.1.9", "expanded": "2.0.0"}
    blocks = [f"Final-Recipient: rfc822;{a}@b.example\nAction: {a}\nStatus: {s}\n" for a, s in results.items()]
    report = report_of(parse(dsn("\n".join(blocks))))
    assert report is not None
    assert report.kind == "bounce"
    assert [(row.address, row.action) for row in report.recipients] == [(f"{a}@b.example", a) for a in results]
    assert [row.hard for row in report.recipients] == [True, False, False, False, False]


@pytest.mark.parametrize(("said", "status", "reason"), SENTENCES)
def test_the_words_count_more_than_the_status(said: str, status: str, reason: str) -> None:
    assert reason_for(said, status=status, action="delayed" if status.startswith("4") else "failed") == reason


def test_a_postmaster_who_answers_has_not_bounced() -> None:
    head = "From: Postmaster <postmaster@b.example>\nSubject: Re: mail not delivered\nIn-Reply-To: <1@acme.example>\n"
    text = "Hello,\n\nyour mail was not delivered, since bo@b.example was an unknown user. It works now.\n\nEva\n"
    assert kind_of(parse(f"{head}\n{text}".encode())) == "normal"
    assert kind_of(parse(f"Return-Path: <>\n{head}\n{text}".encode())) == "bounce"


def test_recipients_that_no_empty_line_parts() -> None:
    fields = (
        "Final-Recipient: rfc822;bo@b.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 user unknown\n"
        "Final-Recipient: rfc822;cy@b.example\nAction: delayed\nStatus: 4.2.2\n"
    )
    report = report_of(parse(dsn(fields)))
    assert report is not None
    assert [(row.address, row.action, row.reason) for row in report.recipients] == [
        ("bo@b.example", "failed", "userunknown"),
        ("cy@b.example", "delayed", "mailboxfull"),
    ]


@pytest.mark.parametrize(("status", "action"), [("5.1.1", "failed"), ("4.4.1", "delayed"), ("2.0.0", "delivered")])
def test_an_action_of_no_standard_is_told_by_the_status(status: str, action: str) -> None:
    report = report_of(parse(dsn(f"Final-Recipient: rfc822;bo@b.example\nAction: transferred\nStatus: {status}\n")))
    assert report is not None
    assert report.recipients[0].action == action


@pytest.mark.parametrize(
    ("said", "status", "command", "reason"),
    [
        ("550 : User unknown", "5.0.0", "end of DATA", "filtered"),
        ("550 5.1.1 User unknown", "5.1.1", "end of DATA", "userunknown"),
        ("550 : User unknown", "5.0.0", "RCPT TO", "userunknown"),
        ("553 5.1.0 acme.example does not exist", "5.1.0", "MAIL FROM", "rejected"),
        ("550 none of that", "5.0.0", "MAIL FROM", "rejected"),
        ("550 none of that", "5.0.0", "RCPT TO", "onhold"),
    ],
)
def test_what_was_answered_decides_whose_address_is_unknown(said: str, status: str, command: str, reason: str) -> None:
    fields = f"Final-Recipient: rfc822;bo@b.example\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n"
    told = f"<bo@b.example>: host mx.b.example[192.0.2.1] said:\n    {said} (in reply to {command} command)"
    report = report_of(parse(dsn(fields).replace(b"I'm sorry.", told.encode())))
    assert report is not None
    assert report.recipients[0].reason == reason


def test_the_exit_code_of_a_program_is_a_mailer_error() -> None:
    fields = "Final-Recipient: rfc822;bo@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: X-Unix; 127\n"
    report = report_of(parse(dsn(fields)))
    assert report is not None
    assert report.recipients[0].reason == "mailererror"


def test_the_author_of_the_returned_mail_has_not_failed() -> None:
    head = "From: mailer-daemon@b.example\nTo: list@acme.example\nSubject: Undelivered Mail\n"
    text = "Your mail was not delivered.\n\nbo@b.example Invalid Address, ERROR 550\n\n"
    returned = "Received:from a by b\nMessage-ID:<o1@acme.example>\nFrom:App <app@acme.example>\nTo:<bo@b.example>\n"
    report = report_of(parse(f"{head}\n{text}\n{returned}".encode()))
    assert report is not None
    assert [row.address for row in report.recipients] == ["bo@b.example"]

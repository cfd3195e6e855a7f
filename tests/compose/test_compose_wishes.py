"""What a draft asks of servers and readers: reports, receipts, a way to unsubscribe; IDN and SMTPUTF8."""

from __future__ import annotations

import pytest

from mailkit import SmtpServer
from mailkit.compose import Draft, Unsubscribe
from mailkit.errors import AddressError, DraftError
from mailkit.message import parse
from mailkit.testing import MailServer
from mailkit.transport import Outgoing
from mailkit.transport.smtp import SmtpTransport


@pytest.fixture(scope="module")
def server():
    with MailServer(tls="insecure", require_auth=False) as running:
        yield running


def sent(server: MailServer, mail, **more: object):
    transport = SmtpTransport(SmtpServer(host="127.0.0.1", port=server.smtp_port, tls="insecure"))
    transport.send([Outgoing(7, mail.raw, mail.envelope, smtputf8=mail.smtputf8, **more)], lambda one: None)
    return server.sent[-1]


def field(raw: bytes, name: str) -> str | None:
    return parse(raw).headers.get(name)


def test_a_receipt_is_asked_for(composed):
    assert field(composed(Draft(to="b@c.example")).raw, "Disposition-Notification-To") is None
    raw = composed(Draft(to="b@c.example", from_="Boss <boss@acme.example>", request_mdn=True)).raw
    assert field(raw, "Disposition-Notification-To") == "Boss <boss@acme.example>"
    raw = composed(Draft(to="b@c.example", request_mdn="receipts@acme.example")).raw
    assert field(raw, "Disposition-Notification-To") == "receipts@acme.example"
    with pytest.raises(AddressError):
        composed(Draft(to="b@c.example", request_mdn="nobody"))


def test_a_report_is_asked_for(composed, server):
    got = sent(server, composed(Draft(to=["b@c.example", "d@e.example"])), dsn=True)
    assert got.mail_options["RET"] == "HDRS"
    assert got.mail_options["ENVID"] == "mailkit-7"
    assert {options["NOTIFY"] for options in got.rcpt_options.values()} == {"SUCCESS,FAILURE,DELAY"}


URL = "https://acme.example/u?who=8f3a&list=news"


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (URL, (f"<{URL}>", "List-Unsubscribe=One-Click")),
        (
            Unsubscribe(URL, "leave@acme.example"),
            (f"<{URL}>, <mailto:leave@acme.example>", "List-Unsubscribe=One-Click"),
        ),
        (Unsubscribe(URL, one_click=False), (f"<{URL}>", None)),
        ("http://acme.example/u", ("<http://acme.example/u>", None)),
        ("leave@acme.example", ("<mailto:leave@acme.example>", None)),
        ("mailto:leave@acme.example?subject=out", ("<mailto:leave@acme.example?subject=out>", None)),
    ],
)
def test_a_way_to_unsubscribe(composed, given, fields):
    raw = composed(Draft(to="b@c.example", unsubscribe=given)).raw
    assert (field(raw, "List-Unsubscribe"), field(raw, "List-Unsubscribe-Post")) == fields


@pytest.mark.parametrize(
    "given",
    ["", "leave", "@", "a@", "ftp://acme.example/", "javascript:x@y", "https:///u", "https://acme.example/ü",
     "https://acme.example/a b", "https://acme.example/>,<x", "https://[x", "https://acme.example/" + "x" * 900],
)  # fmt: skip
def test_what_is_no_way_to_unsubscribe(given):
    with pytest.raises(DraftError):
        Draft(to="b@c.example", unsubscribe=given)


def test_neither_way_is_none():
    with pytest.raises(DraftError, match="needs a URL or an address"):
        Unsubscribe()


def test_a_field_is_not_written_twice(composed):
    for draft in (
        Draft(to="b@c.example", unsubscribe=URL, headers={"List-unsubscribe": "<x>"}),
        Draft(to="b@c.example", request_mdn=True, headers={"Disposition-Notification-To": "x@y.example"}),
    ):
        with pytest.raises(DraftError, match="twice"):
            composed(draft)


def test_what_is_asked_for_makes_another_draft():
    from mailkit.compose import fingerprint

    drafts = [
        Draft(to="b@c.example"),
        Draft(to="b@c.example", request_mdn=True),
        Draft(to="b@c.example", request_mdn="x@c.example"),
        Draft(to="b@c.example", unsubscribe=URL),
        Draft(to="b@c.example", unsubscribe=Unsubscribe(URL, one_click=False)),
    ]
    assert len({fingerprint(draft) for draft in drafts}) == len(drafts)


def test_international_addresses_on_the_wire(composed, server):
    mail = composed(
        Draft(to="Jürgen <jürgen@bücher.example>", request_mdn="größe@acme.example"), sender="ana@bücher.example"
    )
    got = sent(server, mail)
    assert got.envelope.recipients == ("jürgen@xn--bcher-kva.example",)
    assert got.envelope.sender == "ana@xn--bcher-kva.example"
    assert got.raw == mail.raw
    assert parse(got.raw).to[0].address == "jürgen@xn--bcher-kva.example"


def test_a_receipt_address_alone_may_need_smtputf8(composed):
    assert composed(Draft(to="b@c.example", request_mdn="größe@acme.example")).smtputf8

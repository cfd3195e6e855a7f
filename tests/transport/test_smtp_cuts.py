"""The connection ends after every byte, in either direction: the verdict never lies.

*sent* means that the server has the mail, *retry* and *refused* that it has not; *uncertain* may be either.
"""

from __future__ import annotations

import pytest

from mailkit.auth import Credentials
from mailkit.errors import NetworkError
from mailkit.testing import MailServer
from mailkit.transport import Outgoing
from mailkit.transport.smtp import SmtpTransport
from mailkit.words import Envelope, VerdictState

RAW = b"From: ana@acme.example\r\nTo: bo@client.example\r\nMessage-ID: <1@acme.example>\r\nSubject: x\r\n\r\nbody\r\n"
MESSAGE = Outgoing(1, RAW, Envelope("ana@acme.example", ("bo@client.example",)))


@pytest.fixture(scope="module")
def server():
    with MailServer(tls="insecure") as running:
        running.add_user("ana@acme.example", "secret")
        yield running


def transport(server: MailServer) -> SmtpTransport:
    made = SmtpTransport.for_account(server.account("ana@acme.example"), Credentials())
    made.data_timeout = 2.0
    return made


def attempt(server: MailServer, marks: list[int]) -> VerdictState | None:
    try:
        (result,) = transport(server).send([MESSAGE], lambda m: marks.append(m.id))
    except NetworkError:
        return None
    return result.verdicts[0].state


def test_it_works_without_a_fault(server):
    before = len(server.sent)
    assert attempt(server, []) is VerdictState.SENT
    assert server.wait_for_sent(before + 1)[-1].raw == RAW


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("direction", ["to_client", "to_server"])
def test_cut_after_every_byte(server, sweep, direction, how):
    seen: set[VerdictState | None] = set()
    chosen = sweep.sample(range(900), keep=60)
    for size in chosen:
        server.faults.clear()
        server.faults.cut(size, direction=direction, how=how, service="smtp", connection=1)
        before, marks = len(server.sent), []
        state = attempt(server, marks)
        seen.add(state)
        arrived = len(server.sent) - before
        assert arrived <= 1
        if state is VerdictState.SENT:
            assert arrived == 1, size
        elif state is not VerdictState.UNCERTAIN:
            assert arrived == 0, size
        if state in (None, VerdictState.RETRY):
            # Nothing is claimed of a message whose content may have left.
            assert arrived == 0
        else:
            assert marks == [1]
    server.faults.clear()
    assert state is VerdictState.SENT, "the sweep did not reach the end of the dialogue"
    assert VerdictState.RETRY in seen
    sweep.tell("cuts: SMTP, the transport alone", len(chosen), of=4 * 900)


def test_the_reply_after_data_is_lost(server):
    before = len(server.sent)
    server.faults.drop_reply_after_data()
    assert attempt(server, []) is VerdictState.UNCERTAIN
    assert len(server.sent) == before + 1


def test_tokens_against_the_server(server):
    server.add_user("cy@acme.example", "secret", token="tok")
    account = server.account("cy@acme.example", token_provider=lambda: "tok")
    message = Outgoing(2, RAW, Envelope("cy@acme.example", ("bo@client.example",)))
    (result,) = SmtpTransport.for_account(account, Credentials()).send([message], lambda _: None)
    assert result.verdicts[0].state is VerdictState.SENT


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_nothing_secret_in_plain_text(tls):
    with MailServer(tls=tls) as running:
        running.add_user("ana@acme.example", "canary-secret")
        assert attempt(running, []) is VerdictState.SENT
        plain = running.plain_text("smtp")
        assert b"AUTH" not in plain
        assert b"MAIL" not in plain
        assert running.sent[0].tls


def test_a_stripped_starttls_ends_it():
    from mailkit.errors import TlsUnavailableError

    with MailServer(tls="starttls") as running:
        running.add_user("ana@acme.example", "canary-secret")
        running.faults.hide_starttls(service="smtp")
        with pytest.raises(TlsUnavailableError):
            transport(running).send([MESSAGE], lambda _: None)
        assert b"AUTH" not in running.plain_text("smtp")
        assert running.sent == []

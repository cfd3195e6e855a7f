"""ImapMailbox against the in-process server: the whole way, TLS, lost connections at every byte."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mailkit.auth import Credentials
from mailkit.config import Account
from mailkit.errors import (
    AuthError,
    CertificateError,
    ConnectError,
    LimitError,
    MailkitError,
    NetworkError,
    TlsError,
    TlsUnavailableError,
)
from mailkit.mailbox import ImapMailbox
from mailkit.testing import MailServer
from mailkit.words import Limits, Role

ANA = "ana@acme.example"


def mail(number: int, size: int = 0) -> bytes:
    head = f"Message-ID: <m{number}@client.example>\r\nSubject: {number}\r\n\r\nText {number}\r\n"
    return head.encode() + b"x" * size


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer(tls="implicit") as made:
        made.add_user(ANA, "s3cret", token="good")
        yield made


@pytest.fixture
def plain_server() -> Iterator[MailServer]:
    with MailServer(tls="insecure") as made:
        made.add_user(ANA, "s3cret")
        yield made


def quick(account: Account, seconds: float = 1.0) -> Account:
    assert account.imap is not None
    return account.model_copy(update={"imap": account.imap.model_copy(update={"read_timeout": seconds})})


def test_the_whole_way(server: MailServer) -> None:
    inbox = server.folder(ANA)
    when = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    uids = [inbox.add(mail(n), flags=["\\Flagged"], date=when) for n in range(5)]
    inbox.expunge(uids[1])
    with ImapMailbox(server.account(ANA)) as client:
        roles = {f.role: f.name for f in client.folders() if f.role}
        assert roles[Role.INBOX] == "INBOX"
        assert roles[Role.SENT] == "Sent"
        state = client.select("INBOX")
        assert (state.uidvalidity, state.uidnext, state.exists) == (inbox.uidvalidity, inbox.uidnext, 4)
        assert client.uids() == inbox.uids()
        found = list(client.fetch([*uids, 99]))
        assert [m.uid for m in found] == inbox.uids()
        assert all(m.raw == inbox.raw(m.uid) and m.internaldate == when and m.flags == ("\\Flagged",) for m in found)
        assert client.sizes(uids) == {m.uid: m.size for m in found}
        assert client.find("m3@client.example") == [uids[3]]
        assert client.find("m99@client.example") == []
        sent = client.append("Sent", mail(7), flags=["\\Seen"])
        assert sent is not None
        assert server.folder(ANA, "Sent").flags(sent) == frozenset({"\\Seen"})
    assert all("\\Seen" not in inbox.flags(uid) for uid in inbox.uids())


def test_flags_and_changes(server: MailServer) -> None:
    inbox = server.folder(ANA)
    uids = [inbox.add(mail(n)) for n in range(3)]
    with ImapMailbox(server.account(ANA)) as client:
        state = client.select("INBOX")
        assert set(client.flags(1)) == set(uids)
        inbox.set_flags(uids[1], ["\\Seen", "$Work"])
        assert set(client.flags(1)[uids[1]].flags) == {"\\Seen", "$Work"}
        if state.highestmodseq is not None:
            assert list(client.flags(1, changed_since=state.highestmodseq)) == [uids[1]]


def test_idle_wakes_up(server: MailServer) -> None:
    with ImapMailbox(server.account(ANA)) as client:
        client.select("INBOX")
        assert not client.idle(0.05)

        def deliver() -> None:
            server.wait_until_idle(ANA)
            server.folder(ANA).add(mail(1))

        thread = threading.Thread(target=deliver)
        thread.start()
        assert client.idle(10.0)
        thread.join()
        assert len(client.uids()) == 1


@pytest.mark.parametrize("kind", ["expired", "self-signed", "wrong-host", "unknown-ca"])
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_bad_certificate_and_nothing_secret_sent(kind: str, tls: str) -> None:
    with MailServer(tls=tls) as server:  # type: ignore[arg-type]
        server.add_user(ANA, "s3cret")
        server.faults.certificate(kind)  # type: ignore[arg-type]
        with pytest.raises(CertificateError) as caught:
            ImapMailbox(server.account(ANA)).connect()
        assert not caught.value.retryable
        assert not any(c.verb in ("LOGIN", "AUTHENTICATE") for c in server.commands)
        ImapMailbox(server.account(ANA)).connect()


def test_starttls_works_and_its_attacks_do_not() -> None:
    with MailServer(tls="starttls") as server:
        server.add_user(ANA, "s3cret")
        with ImapMailbox(server.account(ANA)) as client:
            client.select("INBOX")
        server.faults.hide_starttls()
        with pytest.raises(TlsUnavailableError):
            ImapMailbox(server.account(ANA)).connect()
        server.faults.inject_before_starttls(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
        with pytest.raises(TlsError, match="injected"):
            ImapMailbox(server.account(ANA)).connect()
        assert b"AUTHENTICATE" not in server.plain_text("imap")
        assert b"LOGIN" not in server.plain_text("imap")


def test_wrong_password_and_tokens(server: MailServer) -> None:
    account = server.account(ANA)
    server.set_password(ANA, "other")
    with pytest.raises(AuthError) as caught:
        ImapMailbox(account).connect()
    assert "s3cret" not in str(caught.value)
    tokens = iter(["expired", "good"])
    credentials = Credentials({"t": lambda: next(tokens)})
    ImapMailbox(server.account(ANA, token_provider="t"), credentials=credentials).connect()


def test_too_busy_to_log_in_is_retryable(server: MailServer) -> None:
    server.faults.throttle("AUTHENTICATE", "NO [LIMIT] too many connections")
    with pytest.raises(ConnectError) as caught:
        ImapMailbox(server.account(ANA)).connect()
    assert caught.value.retryable


def test_a_gigabyte_announced(server: MailServer) -> None:
    uid = server.folder(ANA).add(mail(1))
    with ImapMailbox(quick(server.account(ANA))) as client:
        client.select("INBOX")
        client.sizes([uid])
        server.faults.announce_literal(1 << 30)
        with pytest.raises(LimitError):
            list(client.fetch([uid]))
        assert not client.connected


def test_a_large_message_stays_out(server: MailServer) -> None:
    inbox = server.folder(ANA)
    small, large = inbox.add(mail(1)), inbox.add(mail(2, 5000))
    with ImapMailbox(server.account(ANA), limits=Limits(message_bytes=1000)) as client:
        client.select("INBOX")
        found = {m.uid: m for m in client.fetch([small, large])}
    assert found[small].raw == mail(1)
    assert found[large].raw is None
    assert found[large].size == len(mail(2, 5000))


def dialogue(account: Account) -> tuple[list[int], list[bytes | None]]:
    with ImapMailbox(account) as client:
        client.folders()
        client.select("INBOX")
        uids = client.uids()
        return uids, [m.raw for m in client.fetch(uids)]


@pytest.mark.parametrize("how", ["fin", "rst"])
def test_a_connection_cut_after_any_byte_is_a_network_error(plain_server: MailServer, how: str) -> None:
    inbox = plain_server.folder(ANA)
    inbox.add(mail(1, 200))
    account = quick(plain_server.account(ANA), 5.0)
    whole = dialogue(account)
    cuts = 0
    for after in [*range(0, 40), *range(40, 3000, 37)]:
        plain_server.faults.cut(after, how=how, service="imap", connection=1)  # type: ignore[arg-type]
        try:
            result = dialogue(account)
        except NetworkError:
            cuts += 1
        else:
            assert result == whole
        plain_server.faults.clear()
    assert cuts > 50


def test_a_stalled_server_is_a_time_out(plain_server: MailServer) -> None:
    plain_server.faults.disconnect_at("EXAMINE", how="stall")
    with ImapMailbox(quick(plain_server.account(ANA), 0.2)) as client, pytest.raises(NetworkError):
        client.select("INBOX")


@pytest.mark.parametrize("data", [b"* ((((\r\n", b"\0\0\0", b"* 1 FETCH (UID 1 BODY[] {99}\r\n", b")\r\n"])
def test_nonsense_is_a_typed_error(plain_server: MailServer, data: bytes) -> None:
    uid = plain_server.folder(ANA).add(mail(1))
    with ImapMailbox(quick(plain_server.account(ANA), 0.3)) as client:
        client.select("INBOX")
        plain_server.faults.nonsense("FETCH", data)
        with pytest.raises(MailkitError):
            list(client.fetch([uid]))

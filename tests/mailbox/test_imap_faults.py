"""ImapMailbox against a scripted server: what is sent, what is refused, what ends the connection."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mailkit.auth import Credentials
from mailkit.config import Account, OAuth2, Password, load
from mailkit.errors import (
    AuthError,
    CommandRefusedError,
    ConfigError,
    ConnectError,
    DisconnectedError,
    InjectionError,
    InputError,
    LimitError,
    MailkitError,
    MissingCredentialsError,
    NetworkInTransactionError,
    NetworkTimeoutError,
    ProtocolError,
    RunningLoopError,
    TlsError,
    TlsUnavailableError,
    UnsupportedError,
)
from mailkit.mailbox import FlagState, ImapMailbox, open_mailbox
from mailkit.net import guard
from mailkit.words import Limits

Connect = Callable[..., ImapMailbox]
Server = Any  # the fixture of conftest.py


def fetch_answer(uid: int, body: bytes, extra: bytes = b"") -> bytes:
    return b'* 1 FETCH (UID %d FLAGS (\\Seen) INTERNALDATE "01-Feb-2026 10:00:00 +0100" BODY[] {%d}\r\n%s%s)\r\n' % (
        uid,
        len(body),
        body,
        extra,
    )


def sizes(**uids: int) -> bytes:
    rows = b"".join(b"* 1 FETCH (UID %s RFC822.SIZE %d)\r\n" % (k[1:].encode(), v) for k, v in uids.items())
    return rows + b"{tag} OK done\r\n"


# Logging in


def test_plain_is_used_and_the_password_is_not_logged(
    server: Server, mailbox: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        mailbox()
    assert b"AUTHENTICATE PLAIN" in server.text()
    assert "AGFAYi5leGFtcGxlAHB3" in server.text().decode()  # base64 of \0a@b.example\0pw
    assert "AGFAYi5leGFtcGxlAHB3" not in caplog.text
    assert "AUTHENTICATE" not in caplog.text


def test_login_quotes_user_and_password(server: Server, mailbox: Connect, account: Account) -> None:
    server.script.capabilities = b"IMAP4rev1"
    odd = account.model_copy(update={"credentials": Password('p"w\\x', username="acme\\ana smith")})
    ImapMailbox(odd).connect()
    assert b'LOGIN "acme\\\\ana smith" "p\\"w\\\\x"\r\n' in server.text()


def test_a_password_beyond_ascii_goes_as_a_literal(server: Server, account: Account) -> None:
    server.script.capabilities = b"IMAP4rev1"

    def login(connection: Any) -> None:
        connection.send(b"+ go\r\n")
        connection.received.append(connection.file.read(6))
        connection.line()
        connection.send(b"{tag} OK in\r\n")

    server.script.answers = {b"LOGIN": login}
    ImapMailbox(account.model_copy(update={"credentials": Password("päüß!"[:4])})).connect()
    assert "päüß"[:3].encode() in server.text()


def test_nothing_is_sent_when_login_is_disabled(server: Server, account: Account) -> None:
    server.script.capabilities = b"IMAP4rev1 LOGINDISABLED"
    with pytest.raises(UnsupportedError):
        ImapMailbox(account).connect()
    assert b"pw" not in server.text()
    assert b"LOGIN" not in server.text()


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (b"NO [AUTHENTICATIONFAILED] Invalid credentials", AuthError, "Invalid credentials"),
        (b"NO LOGIN failed", AuthError, "LOGIN failed"),
        (b"BAD what", AuthError, "what"),
        (b"NO [UNAVAILABLE] try later", ConnectError, "try later"),
        (b"NO [INUSE] busy", ConnectError, "busy"),
        (b"NO [ALERT] Please log in via your web browser", AuthError, "web browser"),
    ],
)
def test_refused_credentials_are_told_from_temporary_trouble(
    server: Server, account: Account, reply: bytes, kind: type[MailkitError], words: str
) -> None:
    server.script.answers = {b"AUTHENTICATE PLAIN": b"{tag} " + reply + b"\r\n"}
    with pytest.raises(kind, match=words) as caught:
        ImapMailbox(account).connect()
    assert caught.value.retryable is (kind is ConnectError)


@pytest.mark.parametrize("capabilities", [b"IMAP4rev1", b"IMAP4rev1 AUTH=PLAIN"])
def test_a_server_that_echoes_the_password(
    server: Server, capabilities: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    def echo(connection: Any) -> None:
        said = connection.received[-1]
        if b"AUTHENTICATE" in said:
            connection.send(b"+ \r\n")
            said = connection.line()
        connection.send(b"{tag} BAD unknown: " + said.strip() + b"\r\n")

    server.script.capabilities = capabilities
    server.script.answers = {b"LOGIN": echo, b"AUTHENTICATE PLAIN": echo}
    account = server.account(credentials=Password('can"ary-5d1c'))
    with caplog.at_level("DEBUG"), pytest.raises(AuthError, match=r"\*\*\*") as caught:
        ImapMailbox(account).connect()
    shown = str(caught.value) + caplog.text
    for form in ('can"ary-5d1c', "ary-5d1c", "AGFAYi5leGFtcGxlAGNhbiJhcnktNWQxYw=="):
        assert form not in shown


def test_an_alert_reaches_the_log(mailbox: Connect, caplog: pytest.LogCaptureFixture) -> None:
    client = mailbox(answers={b"NOOP": b"* OK [ALERT] Your mailbox is nearly full\r\n{tag} OK done\r\n"})
    client.noop()
    assert "nearly full" in caplog.text


def test_exchange_authenticated_but_not_connected(mailbox: Connect) -> None:
    client = mailbox(answers={b"EXAMINE": b"{tag} BAD User is authenticated but not connected.\r\n"})
    with pytest.raises(AuthError, match="mailbox"):
        client.select("INBOX")
    assert not client.connected


def test_a_server_that_is_not_there(account: Account) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert account.imap is not None
    gone = account.model_copy(update={"imap": account.imap.model_copy(update={"port": port})})
    with pytest.raises(ConnectError) as caught:
        open_mailbox(gone)
    assert caught.value.retryable


def test_a_host_name_that_does_not_exist(account: Account) -> None:
    assert account.imap is not None
    lost = account.model_copy(update={"imap": account.imap.model_copy(update={"host": "nowhere.invalid"})})
    with pytest.raises(ConnectError):
        open_mailbox(lost)


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [
        (b"* BYE too many connections\r\n", MailkitError),
        (b"", NetworkTimeoutError),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", MailkitError),
        (b"220 smtp.example ESMTP\r\n", MailkitError),
        (b"\xff\xfe\0\r\n", MailkitError),
        (b"* OK " + b"x" * 3_000_000 + b"\r\n", LimitError),
    ],
)
def test_a_server_that_is_no_imap_server(
    server: Server, account: Account, greeting: bytes, kind: type[MailkitError]
) -> None:
    server.script.greeting = greeting
    with pytest.raises(kind):
        ImapMailbox(account).connect()


def test_an_account_without_server_or_credentials(account: Account) -> None:
    with pytest.raises(MissingCredentialsError):
        ImapMailbox(account.model_copy(update={"credentials": None})).connect()
    smtp_only = load({"address": "a@b.example", "smtp": {"host": "h.example"}, "credentials": Password("x")})
    with pytest.raises(ConfigError):
        ImapMailbox(smtp_only).connect()


def test_no_connection_and_no_command_inside_a_transaction(server: Server, account: Account, mailbox: Connect) -> None:
    client = mailbox()
    before = server.connections
    with guard.forbid_network():
        with pytest.raises(NetworkInTransactionError):
            client.noop()
        with pytest.raises(NetworkInTransactionError):
            ImapMailbox(account).connect()
    assert server.connections == before


async def _inside_a_loop(account: Account) -> None:
    ImapMailbox(account).connect()


def test_no_blocking_connect_inside_an_event_loop(account: Account) -> None:
    import asyncio

    with pytest.raises(RunningLoopError):
        asyncio.run(_inside_a_loop(account))


# Tokens


def token_account(account: Account, **changes: object) -> Account:
    return account.model_copy(update={"credentials": OAuth2(token_provider="t", **changes)})  # type: ignore[arg-type]


def test_a_refused_token_is_refreshed_once(server: Server, account: Account) -> None:
    from base64 import b64decode, b64encode

    asked: list[int] = []

    def step(connection: Any) -> None:
        connection.send(b"+ \r\n")
        message = b64decode(connection.line())
        if b"Bearer t2\x01" in message:
            connection.send(b"{tag} OK in\r\n")
            return
        connection.send(b"+ " + b64encode(b'{"status":"401","scope":"mail"}') + b"\r\n")
        assert connection.line() == b"\r\n"
        connection.send(b"{tag} NO refused\r\n")

    server.script.capabilities = b"IMAP4rev1 AUTH=XOAUTH2 AUTH=PLAIN"
    server.script.answers = {b"AUTHENTICATE XOAUTH2": step}
    credentials = Credentials({"t": lambda: asked.append(1) or f"t{len(asked)}"})
    ImapMailbox(token_account(account), credentials=credentials).connect()
    assert len(asked) == 2
    never = Credentials({"t": lambda: "old"})
    with pytest.raises(AuthError, match="status 401, scope mail"):
        ImapMailbox(token_account(account), credentials=never).connect()


def test_oauthbearer_and_a_server_without_tokens(server: Server, account: Account) -> None:
    credentials = Credentials({"t": lambda: "tok"})
    server.script.capabilities = b"IMAP4rev1 AUTH=OAUTHBEARER"
    server.script.answers = {b"AUTHENTICATE OAUTHBEARER": server.authenticate(b"{tag} OK in\r\n")}
    ImapMailbox(token_account(account), credentials=credentials).connect()
    server.script.capabilities = b"IMAP4rev1 AUTH=PLAIN"
    with pytest.raises(UnsupportedError):
        ImapMailbox(token_account(account), credentials=credentials).connect()
    with pytest.raises(MissingCredentialsError):
        ImapMailbox(token_account(account)).connect()


# TLS


def starttls(data: bytes) -> Callable[..., None]:
    return lambda connection: connection.send(data)


@pytest.mark.parametrize(
    ("capabilities", "greeting", "answer", "kind"),
    [
        (b"IMAP4rev1 AUTH=PLAIN", b"* OK hi\r\n", b"", TlsUnavailableError),
        (b"IMAP4rev1 STARTTLS AUTH=PLAIN", b"* OK hi\r\n", b"{tag} NO not now\r\n", TlsUnavailableError),
        (b"IMAP4rev1 STARTTLS AUTH=PLAIN", b"* PREAUTH hi\r\n", b"{tag} OK go\r\n", TlsError),
        (b"IMAP4rev1 STARTTLS", b"* OK hi\r\n", b"{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", TlsError),
        (b"IMAP4rev1 STARTTLS", b"* OK hi\r\n", b"{tag} OK go\r\nnot a handshake", TlsError),
    ],
)
def test_no_private_channel_no_secret(
    server: Server, capabilities: bytes, greeting: bytes, answer: bytes, kind: type[TlsError]
) -> None:
    server.script.capabilities, server.script.greeting = capabilities, greeting
    server.script.answers = {b"STARTTLS": answer} if answer else {}
    with pytest.raises(kind) as caught:
        ImapMailbox(server.account(tls="starttls")).connect()
    assert not caught.value.retryable
    assert b"LOGIN" not in server.text()
    assert b"AUTHENTICATE" not in server.text()


def test_plain_text_on_a_tls_port(server: Server) -> None:
    with pytest.raises(MailkitError) as caught:
        ImapMailbox(server.account(tls="implicit")).connect()
    assert isinstance(caught.value, TlsError | DisconnectedError | NetworkTimeoutError)


# Limits


def test_a_gigabyte_announced_ends_the_connection_unread(mailbox: Connect) -> None:
    client = mailbox(
        answers={
            b"RFC822.SIZE": sizes(u5=10),
            b"BODY.PEEK": b"* 1 FETCH (UID 5 BODY[] {1073741824}\r\nabc",
        }
    )
    client.select("INBOX")
    started = time.perf_counter()
    with pytest.raises(LimitError) as caught:
        list(client.fetch([5]))
    assert caught.value.limit == "literal_bytes"
    assert time.perf_counter() - started < 5.0  # it waits for none of it
    assert not client.connected
    with pytest.raises(DisconnectedError):
        client.noop()


def test_a_size_of_five_thousand_digits(mailbox: Connect) -> None:
    client = mailbox(answers={b"NOOP": b"* 1 FETCH (BODY[] {" + b"9" * 5000 + b"}\r\n"})
    with pytest.raises((LimitError, ProtocolError)):
        client.noop()
    assert not client.connected


def test_an_endless_line(mailbox: Connect) -> None:
    client = mailbox(Limits(line_bytes=10_000), answers={b"NOOP": b"* OK " + b"x" * 20_000})
    with pytest.raises(LimitError) as caught:
        client.noop()
    assert caught.value.limit == "line_bytes"


def test_a_flood_of_answers(mailbox: Connect) -> None:
    client = mailbox(
        Limits(literal_bytes=50_000, batch_bytes=50_000), answers={b"NOOP": b"* OK still here\r\n" * 20_000}
    )
    with pytest.raises(LimitError) as caught:
        client.noop()
    assert caught.value.limit == "batch_bytes"


def test_a_trickle_ends(server: Server) -> None:
    def trickle(connection: Any) -> None:
        for _ in range(100):
            connection.send(b"x")
            time.sleep(0.05)

    server.script.answers = {b"NOOP": trickle}
    client = ImapMailbox(server.account(read_timeout=1.0))
    client.connect()
    started = time.perf_counter()
    with pytest.raises(NetworkTimeoutError):
        client.noop()
    assert time.perf_counter() - started < 4.5


def test_silence_ends(server: Server) -> None:
    server.script.answers = {b"NOOP": b""}
    client = ImapMailbox(server.account(read_timeout=1.0))
    client.connect()
    with pytest.raises(NetworkTimeoutError):
        client.noop()


def test_a_large_message_is_reported_and_not_fetched(server: Server, mailbox: Connect) -> None:
    client = mailbox(
        Limits(message_bytes=100),
        answers={
            b"RFC822.SIZE": sizes(u5=10, u6=101),
            b"FLAGS INTERNALDATE)": b"* 2 FETCH (UID 6 FLAGS (\\Flagged))\r\n{tag} OK\r\n",
            b"BODY.PEEK": fetch_answer(5, b"0123456789") + b"{tag} OK done\r\n",
        },
    )
    client.select("INBOX")
    large, small = sorted(client.fetch([5, 6, 7]), key=lambda m: -m.uid)
    assert (large.uid, large.raw, large.size, large.flags) == (6, None, 101, ("\\Flagged",))
    assert (small.raw, small.flags) == (b"0123456789", ("\\Seen",))
    assert small.internaldate == datetime(2026, 2, 1, 9, tzinfo=UTC)
    assert b"BODY.PEEK[]" in server.text()
    assert b"UID FETCH 5 (" in server.text()


def test_batches_are_bounded_by_bytes_and_count(server: Server, mailbox: Connect) -> None:
    def bodies(connection: Any) -> None:
        low, _, high = connection.received[-1].split(b" ")[3].partition(b":")
        for uid in range(int(low), int(high or low) + 1):
            connection.send(fetch_answer(uid, b"x" * 10))
        connection.send(b"{tag} OK done\r\n")

    answers = {b"RFC822.SIZE": sizes(**{f"u{n}": 10 for n in range(1, 8)}), b"BODY.PEEK": bodies}
    client = mailbox(Limits(batch_bytes=35, batch_messages=100), answers=answers)
    client.select("INBOX")
    assert [m.uid for m in client.fetch(range(1, 8))] == [1, 2, 3, 4, 5, 6, 7]
    fetches = [line.split(b" ")[3] for line in server.received if b"BODY.PEEK" in line]
    assert fetches == [b"1:3", b"4:6", b"7"]


# Odd answers


def test_what_comes_beside_the_answer_does_no_harm(mailbox: Connect) -> None:
    body = (
        b"* 2 EXPUNGE\r\n* 9 FETCH (FLAGS (\\Seen))\r\n* OK [ALERT] hi\r\n"
        + fetch_answer(5, b"abc")
        + b"* 1 FETCH (UID 5 FLAGS (\\Answered))\r\n* 4 EXISTS\r\n{tag} OK [EXPUNGEISSUED] done\r\n"
    )
    client = mailbox(answers={b"RFC822.SIZE": sizes(u5=3, u6=3), b"BODY.PEEK": body})
    client.select("INBOX")
    (found,) = client.fetch([5, 6])
    assert (found.uid, found.raw, found.flags) == (5, b"abc", ("\\Answered",))


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00\x01\x02\r\n",
        b"Server Unavailable. 15\r\n",
        b"* 1 FETCH ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((\r\n{tag} OK\r\n",
        b"{tag} MAYBE\r\n",
        b"A999999 OK not yours\r\n",
        b"* BYE shutting down\r\n",
        b"+ what?\r\n" * 3 + b"\r\n",
        b"* 1 FETCH (UID 5 BODY[] {3}\r\nab",
        b"no line end",
    ],
)
def test_nonsense_in_an_answer_is_a_typed_error_and_ends_the_connection(mailbox: Connect, answer: bytes) -> None:
    def say(connection: Any) -> None:
        connection.send(answer)
        connection.sock.shutdown(socket.SHUT_RDWR)

    client = mailbox(answers={b"FLAGS": say})
    client.select("INBOX")
    with pytest.raises(MailkitError):
        client.flags(1, 9)
    assert not client.connected


def test_a_refused_command_leaves_the_connection_open(mailbox: Connect) -> None:
    client = mailbox(answers={b"EXAMINE": b"{tag} NO [NONEXISTENT] no such folder\r\n", b"NOOP": b"{tag} OK\r\n"})
    with pytest.raises(CommandRefusedError, match="no such folder"):
        client.select("Nowhere")
    with pytest.raises(DisconnectedError, match="No folder"):
        client.uids()
    client.noop()


@pytest.mark.parametrize(
    ("untagged", "state"),
    [
        (b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 10]\r\n* OK [HIGHESTMODSEQ 99]\r\n", (7, 10, 3, 99)),
        (b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [NOMODSEQ] sorry\r\n", (7, None, 3, None)),
        (b"* 0 EXISTS\r\n* 5 RECENT\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 0]\r\n", (7, None, 0, None)),
    ],
)
def test_select_answers(mailbox: Connect, untagged: bytes, state: tuple[int, int | None, int, int | None]) -> None:
    client = mailbox(answers={b"EXAMINE": untagged + b"{tag} OK [READ-ONLY] done\r\n"})
    found = client.select("INBOX")
    assert (found.uidvalidity, found.uidnext, found.exists, found.highestmodseq) == state
    assert found.readonly


@pytest.mark.parametrize(
    "untagged",
    [b"* 3 EXISTS\r\n", b"* OK [UIDVALIDITY 7]\r\n* NO [UIDNOTSTICKY] x\r\n", b"* OK [UIDVALIDITY 0]\r\n"],
)
def test_uids_that_do_not_last_are_unsupported(mailbox: Connect, untagged: bytes) -> None:
    client = mailbox(answers={b"EXAMINE": untagged + b"{tag} OK done\r\n", b"NOOP": b"{tag} OK\r\n"})
    with pytest.raises(UnsupportedError):
        client.select("INBOX")
    client.noop()


def test_a_folder_that_turns_read_only_can_still_be_read(mailbox: Connect) -> None:
    selected = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n{tag} OK [READ-ONLY] done\r\n"
    search = b"* OK [READ-ONLY] now\r\n* SEARCH 3\r\n{tag} OK done\r\n"
    client = mailbox(answers={b"SELECT": selected, b"SEARCH": search})
    assert client.select("INBOX", readonly=False).readonly
    assert client.uids() == [3]
    assert client.uids() == [3]


def test_esearch_and_a_set_of_four_billion(mailbox: Connect) -> None:
    answers = {b"SEARCH": b'* ESEARCH (TAG "x") UID ALL 2,4:6\r\n{tag} OK done\r\n'}
    client = mailbox(capabilities=b"IMAP4rev1 AUTH=PLAIN ESEARCH", answers=answers)
    client.select("INBOX")
    assert client.uids(3) == [4, 5, 6]
    assert client.uids(9, 3) == []
    answers[b"SEARCH"] = b"* ESEARCH UID ALL 1:4294967295\r\n{tag} OK done\r\n"
    with pytest.raises(LimitError):
        client.uids()


def test_a_huge_folder_is_listed_in_pieces_without_esearch(server: Server, mailbox: Connect) -> None:
    def search(connection: Any) -> None:
        low, _, high = connection.received[-1].split(b" ")[4].strip().partition(b":")
        numbers = b" ".join(b"%d" % uid for uid in range(int(low), min(int(high), 120_000) + 1))
        connection.send(b"* SEARCH " + numbers + b"\r\n{tag} OK done\r\n")

    selected = b"* 120000 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 120001]\r\n{tag} OK done\r\n"
    client = mailbox(answers={b"EXAMINE": selected, b"SEARCH": search})
    client.select("INBOX")
    assert client.uids() == list(range(1, 120_001))
    assert sum(b"SEARCH" in line for line in server.received) == 3
    assert client.uids(119_990, 119_995) == list(range(119_990, 119_996))


def test_flags_with_condstore(server: Server, mailbox: Connect) -> None:
    answer = b"* 1 FETCH (UID 5 FLAGS (\\Seen \\Recent $X) MODSEQ (12))\r\n{tag} OK done\r\n"
    client = mailbox(
        capabilities=b"IMAP4rev1 AUTH=PLAIN CONDSTORE",
        answers={b"CHANGEDSINCE": answer, b"SEARCH": b"* SEARCH\r\n{tag} OK\r\n"},
    )
    client.select("INBOX")
    assert client.flags(1, changed_since=10) == {5: FlagState(("\\Seen", "$X"), 12)}
    assert b"UID FETCH 1:9 (UID FLAGS) (CHANGEDSINCE 10)\r\n" in server.text()
    assert b'EXAMINE "INBOX" (CONDSTORE)\r\n' in server.text()
    plain = mailbox(capabilities=b"IMAP4rev1 AUTH=PLAIN")
    plain.select("INBOX")
    with pytest.raises(UnsupportedError):
        plain.flags(1, changed_since=10)


def test_uidonly_is_enabled_for_yahoo_and_its_answers_are_read(server: Server) -> None:
    server.script.capabilities = b"IMAP4rev1 AUTH=PLAIN ENABLE UIDONLY"
    server.script.answers = {
        b"ENABLE": b"* ENABLED UIDONLY\r\n{tag} OK\r\n",
        b"RFC822.SIZE": b"* 25 UIDFETCH (RFC822.SIZE 3)\r\n{tag} OK\r\n",
        b"BODY.PEEK": b"* 25 UIDFETCH (FLAGS () BODY[] {3}\r\nabc)\r\n{tag} OK\r\n",
    }
    client = ImapMailbox(server.account(provider="yahoo"))
    client.connect()
    client.select("INBOX")
    (found,) = client.fetch([25])
    assert (found.uid, found.raw) == (25, b"abc")
    assert b"ENABLE UIDONLY\r\n" in server.text()


def test_gmail_labels_are_asked_for_and_read(server: Server, mailbox: Connect) -> None:
    body = b'* 1 FETCH (X-GM-LABELS ("\\\\Sent" Kunden) UID 5 FLAGS () BODY[] {3}\r\nabc)\r\n{tag} OK done\r\n'
    client = mailbox(
        capabilities=b"IMAP4rev1 AUTH=PLAIN X-GM-EXT-1",
        answers={b"RFC822.SIZE": sizes(u5=3), b"BODY.PEEK": body},
    )
    client.select("INBOX")
    (found,) = client.fetch([5])
    assert found.labels == ("\\Sent", "Kunden")
    assert b"X-GM-LABELS BODY.PEEK[]" in server.text()


def test_capabilities_that_a_provider_does_not_honour_are_hidden(server: Server) -> None:
    server.script.capabilities = b"IMAP4rev1 IMAP4rev2 AUTH=PLAIN"
    client = ImapMailbox(server.account(provider="exchange"))
    client.connect()
    assert "IMAP4REV2" in client.capabilities
    server.script.capabilities = b"IMAP4rev1 IMAP4rev2 AUTH=XOAUTH2"
    server.script.answers = {b"AUTHENTICATE XOAUTH2": server.authenticate(b"{tag} OK in\r\n")}
    token = OAuth2(token_provider=lambda: "t")
    client = ImapMailbox(server.account(provider="microsoft365", credentials=token))
    client.connect()
    assert "IMAP4REV2" not in client.capabilities


def test_long_commands_are_cut_to_what_the_provider_takes(server: Server) -> None:
    server.script.answers = {b"RFC822.SIZE": b"{tag} OK\r\n"}
    client = ImapMailbox(server.account(provider="yahoo"))
    client.connect()
    client.select("INBOX")
    client.sizes(range(1, 4000, 2))
    lines = [line for line in server.received if b"RFC822.SIZE" in line]
    assert len(lines) > 5
    assert max(map(len, lines)) <= 1000


# Arguments

EVIL = ["x\r\nA1 DELETE INBOX", "x\ny", "x\0y", "\r\n", "a\x7fb"]


@pytest.mark.parametrize("evil", EVIL)
def test_no_argument_smuggles_a_command(server: Server, mailbox: Connect, evil: str) -> None:
    client = mailbox(answers={b"SEARCH": b"* SEARCH\r\n{tag} OK\r\n"})
    client.select("INBOX")
    before = len(server.received)
    for call in (
        lambda: client.select(evil),
        lambda: client.find(evil),
        lambda: client.append(evil, b"x"),
        lambda: client.append("INBOX", b"x", flags=[evil]),
    ):
        with pytest.raises(InjectionError):
            call()
    assert len(server.received) == before
    client.find("still@here.example")


def test_credentials_smuggle_nothing_either(server: Server, account: Account) -> None:
    for evil in EVIL:
        sneaky = account.model_copy(update={"credentials": Password("x").model_copy(update={"username": evil})})
        with pytest.raises(InjectionError):
            ImapMailbox(sneaky).connect()
    assert b"DELETE" not in server.text()


def test_find_quotes_the_message_id(server: Server, mailbox: Connect) -> None:
    client = mailbox(answers={b"SEARCH": b"* SEARCH 4\r\n{tag} OK\r\n"})
    client.select("INBOX")
    assert client.find('a"b\\c@d.example') == [4]
    assert b'HEADER Message-ID "<a\\"b\\\\c@d.example>"\r\n' in server.text()
    for nothing in ("", "<>", "  "):
        with pytest.raises(InputError):
            client.find(nothing)


def test_find_beyond_ascii_goes_as_a_literal(server: Server, mailbox: Connect) -> None:
    def search(connection: Any) -> None:
        connection.send(b"+ go\r\n")
        connection.line()
        connection.send(b"* SEARCH 4\r\n{tag} OK\r\n")

    client = mailbox(answers={b"SEARCH": search})
    client.select("INBOX")
    assert client.find("ä@b.example") == [4]
    assert "HEADER Message-ID {14}\r\n<ä@b.example>".encode() in server.text()


# Filing


def test_append(server: Server, mailbox: Connect) -> None:
    def append(connection: Any) -> None:
        connection.send(b"+ go\r\n")
        connection.received.append(connection.file.read(8))
        connection.line()
        connection.send(b"{tag} OK [APPENDUID 7 42] done\r\n")

    client = mailbox(answers={b"APPEND": append})
    when = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert client.append("Entwürfe", b"a\nb\r\nc", flags=["\\Seen"], date=when) == 42
    assert b'APPEND "Entw&APw-rfe" (\\Seen) "03-Feb-2026 04:05:06 +0000" {7}\r\na\r\nb\r\nc' in server.text()
    for bad in (b"", b"a\0b"):
        with pytest.raises(InputError):
            client.append("INBOX", bad)
    with pytest.raises(InputError):
        client.append("INBOX", b"x", date=datetime(2026, 1, 1))


def test_append_refused_before_and_after_the_message(mailbox: Connect) -> None:
    client = mailbox(answers={b"APPEND": b"{tag} NO [TRYCREATE] no such folder\r\n"})
    with pytest.raises(CommandRefusedError, match="TRYCREATE"):
        client.append("Nowhere", b"x")
    assert client.connected


# Waiting


def test_idle_needs_the_capability(mailbox: Connect) -> None:
    client = mailbox()
    client.select("INBOX")
    with pytest.raises(UnsupportedError):
        client.idle(0.1)


def test_idle_sees_news_split_over_segments_and_before_the_continuation(mailbox: Connect) -> None:
    def news(*pieces: bytes) -> Callable[..., None]:
        def step(connection: Any) -> None:
            for piece in pieces:
                connection.send(piece)
                time.sleep(0.02)
            connection.line()
            connection.send(b"{tag} OK done\r\n")

        return step

    answers: dict[bytes, Callable[..., None]] = {b"IDLE": news(b"+ idling\r\n", b"* 4 EX", b"ISTS\r\n")}
    client = mailbox(capabilities=b"IMAP4rev1 AUTH=PLAIN IDLE", answers=answers)
    client.select("INBOX")
    assert client.idle(5.0)
    answers[b"IDLE"] = news(b"* 4 EXISTS\r\n+ idling\r\n")
    assert client.idle(5.0)
    answers[b"IDLE"] = news(b"+ idling\r\n* OK still here\r\n")
    assert not client.idle(0.1)
    answers[b"IDLE"] = lambda connection: connection.send(b"{tag} NO not now\r\n")
    with pytest.raises(CommandRefusedError):
        client.idle(0.1)
    answers[b"IDLE"] = lambda connection: connection.send(b"+ idling\r\n* BYE restart\r\n")
    with pytest.raises(DisconnectedError):
        client.idle(1.0)

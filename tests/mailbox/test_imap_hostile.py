"""Whatever a server sends, the client gives a value or an error of its own, in bounded time."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailkit.errors import MailkitError
from mailkit.mailbox import ImapMailbox
from mailkit.words import Limits

TOKENS = (
    b"* ~{tag} ~+ ~OK ~NO ~BAD ~BYE ~1 FETCH (~UID ~BODY[] ~{3}\r\n~{99999}\r\n"
    b'~{99999999999999999999}\r\n~{0}\r\n~)~(~"~\\~\r\n~\n'
    b"~\0~\xff~EXISTS~EXPUNGE~NIL~FLAGS (\\Seen) ~RFC822.SIZE ~5 ~18446744073709551616 ~[UIDVALIDITY ~]~LIST () "
    b"~SEARCH ~abc"
    b'~ESEARCH (TAG x) UID ALL 1:4294967295~* LIST (\\Sent) "/" Sent\r\n~* SEARCH 1 2 3\r\n~{tag} OK done\r\n'
)
WORDS = st.sampled_from(TOKENS.split(b"~"))
ANSWERS = st.lists(WORDS | st.binary(max_size=6), max_size=12).map(b"".join)
SMALL = Limits(literal_bytes=10_000, batch_bytes=10_000, line_bytes=5_000, folder_uids=1000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(answer=ANSWERS, verb=st.sampled_from([b"LIST", b"EXAMINE", b"SEARCH", b"FETCH", b"APPEND", b"IDLE", b"NOOP"]))
def test_any_answer_to_any_command(server: Any, answer: bytes, verb: bytes) -> None:
    def say(connection: Any) -> None:
        connection.send(answer + b"\r\n")
        connection.sock.close()
        connection.file.close()

    server.script.capabilities = b"IMAP4rev1 AUTH=PLAIN IDLE ESEARCH"
    server.script.answers = {verb: say}
    client = ImapMailbox(server.account(read_timeout=1), limits=SMALL)
    client.connect()
    started = time.monotonic()
    try:
        client.folders() if verb == b"LIST" else None
        client.select("INBOX")
        client.uids()
        list(client.fetch([1, 2, 3]))
        client.append("INBOX", b"x") if verb == b"APPEND" else None
        client.idle(0.01)
        client.noop()
    except MailkitError:
        pass  # any of them will do; every other error is a failure
    assert time.monotonic() - started < 5
    client.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(greeting=ANSWERS)
def test_any_greeting(server: Any, greeting: bytes) -> None:
    def say(connection: Any) -> None:
        connection.sock.close()
        connection.file.close()

    server.script.greeting = greeting + b"\r\n"
    server.script.answers = {b"CAPABILITY": say}
    try:
        ImapMailbox(server.account(read_timeout=1), limits=SMALL).connect()
    except MailkitError:
        return
    raise AssertionError("a server that says nothing useful was logged in to")

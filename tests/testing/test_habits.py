"""What some servers do, not as a fault but always."""

from __future__ import annotations

import smtplib

import pytest
from imapclient.exceptions import IMAPClientError, LoginError

from testing.names import ANA, BO, RAW


def test_long_commands_are_bad(make_server, raw_login):
    server = make_server(tls="insecure", max_command_bytes=200)
    raw = raw_login(server)
    raw.do(b"SELECT INBOX")
    assert b"OK" in raw.do(b"UID FETCH 1:5000 FLAGS")[-1]
    raw.send(b"x UID FETCH " + b",".join(b"%d" % n for n in range(1, 100)) + b" FLAGS\r\n")
    assert raw.line() == b"* BAD Line too long\r\n"
    raw.send(b"y APPEND INBOX {%d}\r\n" % len(RAW))  # a literal may be longer than a line
    assert raw.line().startswith(b"+ ")
    raw.send(RAW + b"\r\n")
    assert b"y OK" in raw.until(b"y")[-1]


def test_connections_are_counted_by_user(make_server, connect_imap, connect_smtp):
    server = make_server(tls="insecure", max_connections=2)
    first, _ = connect_imap(server), connect_imap(server)
    with pytest.raises(LoginError, match="LIMIT"):
        connect_imap(server)
    connect_imap(server, BO, "geheim")
    connect_smtp(server)
    connect_smtp(server)
    with pytest.raises(smtplib.SMTPAuthenticationError, match="simultaneous"):
        connect_smtp(server)
    first.logout()
    connect_imap(server)


def test_keywords_may_be_refused(make_server, connect_imap):
    server = make_server(tls="insecure", keywords=False)
    server.folder(ANA).add(RAW)
    client = connect_imap(server)
    assert b"\\*" not in client.select_folder("INBOX")[b"PERMANENTFLAGS"]
    client.add_flags([1], ["\\seen"])
    for refused in (lambda: client.add_flags([1], ["$Mine"]), lambda: client.append("INBOX", RAW, ["Mine"])):
        with pytest.raises(IMAPClientError, match="Keywords"):
            refused()
    assert server.folder(ANA).flags(1) == {"\\Seen"}


def test_sizes_may_be_estimates_and_searches_short(make_server, connect_imap):
    server = make_server(tls="insecure", size_error=-3, search_limit=2)
    for _ in range(5):
        server.folder(ANA).add(RAW)
    client = connect_imap(server)
    client.select_folder("INBOX")
    fetched = client.fetch([5], ["RFC822.SIZE", "BODY.PEEK[]"])[5]
    assert fetched[b"RFC822.SIZE"] == len(RAW) - 3
    assert fetched[b"BODY[]"] == RAW
    assert client.search("ALL") == [4, 5]
    assert client.search(["UID", "1:3"]) == [2, 3]

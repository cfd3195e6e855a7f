"""Every fault, seen by a client."""

from __future__ import annotations

import contextlib
import imaplib
import smtplib
import socket
import ssl
import threading
import time

import pytest
from imapclient.exceptions import IMAPClientError, LoginError

from mailkit.testing.faults import Faults
from testing.names import ANA, BO, RAW, trusting

CONTENT = RAW + b"\r\n".join(b"line %d" % n for n in range(30)) + b"\r\n"


def read_all(sock: socket.socket, quiet: float = 5.0, until: bytes = b"") -> tuple[bytes, str]:
    """Everything that comes, and how it ended. ``quiet`` seconds of silence, once ``until`` is there, are a stall."""
    data = b""
    try:
        while True:
            sock.settimeout(5.0 if until not in data else quiet)
            piece = sock.recv(65536)
            if not piece:
                return data, "fin"
            data += piece
    except ConnectionResetError:
        return data, "rst"
    except TimeoutError:
        return data, "stall"


def open_socket(server, service="imap", tls=False):
    port = server.imap_port if service == "imap" else server.smtp_port
    sock = socket.create_connection(("localhost", port), timeout=60)
    return trusting(server).wrap_socket(sock, server_hostname="localhost") if tls else sock


# --- cut --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["fin", "rst", "stall"])
@pytest.mark.parametrize("after", [0, 1, 17])
@pytest.mark.parametrize("service", ["imap", "smtp"])
def test_cut_to_the_client(server, service, after, how):
    with open_socket(server, service) as whole:
        greeting, _ = read_all(whole, 0.1, b"\r\n")
    server.faults.cut(after, how=how, service=service)
    with open_socket(server, service) as sock:
        data, end = read_all(sock, 0.1 if how == "stall" else 5, greeting[:after])
    assert (data, end) == (greeting[:after], how)
    assert server.faults.fired == ("cut",)
    with open_socket(server, service) as sock:
        assert read_all(sock, 0.1, greeting) == (greeting, "stall")  # it was one cut


@pytest.mark.parametrize("how", ["fin", "rst", "stall"])
def test_cut_inside_tls_counts_what_the_program_sees(tls_server, how):
    tls_server.faults.cut(10, how=how)
    with open_socket(tls_server, tls=True) as sock:
        assert sock.recv(100) == b"* OK [CAPA"
        sock.settimeout(0.1 if how == "stall" else 5)
        # CPython before 3.13 reports a reset inside TLS as SSLEOFError (gh-115627).
        wanted = {"fin": ssl.SSLEOFError, "rst": (ConnectionResetError, ssl.SSLEOFError), "stall": TimeoutError}[how]
        with pytest.raises(wanted):
            end_of_tls(sock)


def end_of_tls(sock) -> None:
    if sock.recv(100) == b"":
        raise ssl.SSLEOFError


@pytest.mark.parametrize("how", ["fin", "rst", "stall"])
def test_cut_to_the_server_leaves_out_what_came_late(server, how):
    lines = b"a LOGIN ana@acme.example secret\r\nb APPEND INBOX {%d+}\r\n%s\r\n" % (len(RAW), RAW)
    server.faults.cut(len(lines) - 1, direction="to_server", how=how, connection=1)
    with open_socket(server) as sock:
        sock.sendall(lines)
        assert read_all(sock, 0.1 if how == "stall" else 5)[1] == how
    assert server.folder(ANA).uids() == []
    server.faults.cut(len(lines), direction="to_server", how=how, connection=1)
    with open_socket(server) as sock:
        sock.sendall(lines)
        assert read_all(sock, 0.1 if how == "stall" else 5)[1] == how
    wait_for(lambda: server.folder(ANA).uids() == [1])  # the command had arrived: it is carried out


def test_cut_of_the_second_connection_only(server):
    server.faults.cut(5, service="imap", connection=2)
    ends = []
    for _ in range(3):
        with open_socket(server) as sock:
            ends.append(read_all(sock, 0.1, b"\r\n")[1])
    assert ends == ["stall", "fin", "stall"]


def test_connections_are_counted_from_the_order(server):
    with open_socket(server) as before:
        before.recv(1000)
        server.faults.cut(5, service="imap", connection=2)
        ends = []
        for _ in range(3):
            with open_socket(server) as sock:
                ends.append(read_all(sock, 0.1, b"\r\n")[1])
    assert ends == ["stall", "fin", "stall"]


def test_cut_of_a_connection_that_is_open_counts_from_now(server, connect_imap):
    client = connect_imap(server)
    client.select_folder("INBOX")
    server.faults.cut(3)
    with pytest.raises(imaplib.IMAP4.abort):
        client.noop()


def test_cut_several_times(server):
    server.faults.cut(4, times=2)
    with open_socket(server) as one, open_socket(server) as two, open_socket(server) as three:
        assert [read_all(sock, 0.1, b"\r\n")[1] for sock in (one, two, three)] == ["fin", "fin", "stall"]


def test_a_big_answer_is_cut_at_the_byte(server, connect_imap):
    server.folder(ANA).add(b"Subject: big\r\n\r\n" + b"x" * 3_000_000)
    for how in ("fin", "rst"):
        with open_socket(server) as sock:
            file = sock.makefile("rb")
            sock.sendall(b"a LOGIN ana@acme.example secret\r\nb SELECT INBOX\r\n")
            while not file.readline().startswith(b"b OK"):
                pass
            server.faults.cut(2_500_000, how=how)
            sock.sendall(b"c UID FETCH 1 BODY.PEEK[]\r\n")
            got = 0
            try:
                while piece := file.read1(1 << 16):
                    got += len(piece)
            except ConnectionResetError:
                assert how == "rst"
            assert got == 2_500_000 or (how == "rst" and got <= 2_500_000)
            file.close()


@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("direction", ["to_server", "to_client"])
def test_cut_after_every_byte_of_an_smtp_dialogue(server, sweep, direction, how):
    """Whatever the byte: the client sees an end, the server serves on, the mail is filed whole or not at all."""
    first = count_bytes(server, direction)
    for after in sweep.sample(range(first + 1), keep=25):
        before = len(server.sent)
        server.faults.cut(after, direction=direction, how=how, service="smtp", connection=1)
        try:
            send(server)
            told = "sent"
        except (smtplib.SMTPException, OSError):
            told = "failed"
        wait_for(lambda: server.connections("smtp") == 0)
        server.faults.clear()
        new = server.sent[before:]
        assert [mail.raw for mail in new] in ([], [CONTENT])
        if told == "sent":
            assert len(new) == 1
    assert server.faults.fired.count("cut") >= 20


def send(server) -> None:
    with smtplib.SMTP("localhost", server.smtp_port, local_hostname="client.example", timeout=60) as client:
        client.login(ANA, "secret")
        client.sendmail(ANA, [BO], CONTENT)


def count_bytes(server, direction) -> int:
    send(server)
    assert server._smtp is not None
    return server._smtp.wires[-1].counters[direction]


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
def test_cut_after_every_byte_of_an_imap_dialogue(server, sweep, direction):
    server.folder(ANA).add(CONTENT)

    def read() -> bytes:
        with imaplib.IMAP4("localhost", server.imap_port, timeout=60) as client:
            client.login(ANA, "secret")
            client.select()
            return client.fetch("1", "(BODY.PEEK[])")[1][0][1]

    assert read() == CONTENT
    total = server._imap.wires[-1].counters[direction]
    for after in sweep.sample(range(total + 1), keep=25):
        server.faults.cut(after, direction=direction, service="imap", connection=1)
        try:
            assert read() == CONTENT
        except (imaplib.IMAP4.error, OSError):
            assert server.faults.fired
        server.faults.clear()
    assert read() == CONTENT


def wait_for(condition, timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.002)


# --- replies ----------------------------------------------------------------------------------------------------------


def try_to_send(client: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        client.sendmail(ANA, [BO], RAW)


@pytest.mark.parametrize("how", ["fin", "rst", "stall"])
@pytest.mark.parametrize("tls", ["insecure", "implicit"])
def test_the_mail_is_filed_and_the_reply_is_dropped(make_server, connect_smtp, tls, how):
    server = make_server(tls=tls, files_sent=True)
    server.faults.drop_reply_after_data(how=how)
    client = connect_smtp(server)
    if how == "stall":
        sender = threading.Thread(target=try_to_send, args=(client,))
        sender.start()
        server.wait_for_sent(1)
        sender.join(0.1)
        assert sender.is_alive()  # it waits for the reply
        client.sock.shutdown(socket.SHUT_RDWR)
        sender.join()
    else:
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            client.sendmail(ANA, [BO], RAW)
    assert [mail.raw for mail in server.sent] == [RAW]
    assert len(server.folder(BO).uids()) == len(server.folder(ANA, "Sent").uids()) == 1
    assert connect_smtp(server).sendmail(ANA, [BO], RAW) == {}
    assert len(server.sent) == 2


def test_throttle_smtp(server, connect_smtp):
    client = connect_smtp(server)
    server.faults.throttle("MAIL", "451 4.3.2 Slow down", service="smtp", times=2)
    for _ in range(2):
        with pytest.raises(smtplib.SMTPSenderRefused, match="Slow down"):
            client.sendmail(ANA, [BO], RAW)
    server.faults.throttle(".", "452 4.3.1 Out of space")
    with pytest.raises(smtplib.SMTPDataError, match="Out of space"):
        client.sendmail(ANA, [BO], RAW)
    assert server.sent == []
    assert client.sendmail(ANA, [BO], RAW) == {}
    server.faults.throttle("RCPT", "421 4.7.0 Too many connections")
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail(ANA, [BO], RAW)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.noop()
    assert len(server.sent) == 1


def test_throttle_imap(server, connect_imap):
    server.folder(ANA).add(RAW)
    client = connect_imap(server)
    client.select_folder("INBOX")
    server.faults.throttle("FETCH", "NO [LIMIT] Slow down", service="imap")
    with pytest.raises(IMAPClientError, match="Slow down"):
        client.fetch([1], ["FLAGS"])
    assert client.fetch([1], ["FLAGS"])[1][b"FLAGS"] == ()
    server.faults.throttle("NOOP", "BYE [UNAVAILABLE] Come back later")
    with pytest.raises(imaplib.IMAP4.abort, match="EOF"):
        client.noop()
    assert client._imap.untagged_responses["BYE"] == [b"[UNAVAILABLE] Come back later"]


def test_nonsense(server, connect_imap, connect_smtp):
    client = connect_imap(server)
    client.socket().settimeout(0.2)
    server.faults.nonsense("SELECT", b"\x00\xff garbage\r\n", service="imap")
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        client.select_folder("INBOX")
    mail = connect_smtp(server)
    mail.sock.settimeout(0.2)
    server.faults.nonsense("MAIL", b"hello\r\n", service="smtp")
    with pytest.raises((smtplib.SMTPException, OSError)):
        mail.sendmail(ANA, [BO], RAW)
    assert server.faults.fired == ("nonsense", "nonsense")
    assert server.faults.armed == ()


def test_greetings(server):
    server.faults.throttle("GREETING", "* BYE Too many connections", service="imap")
    with pytest.raises(imaplib.IMAP4.error, match="Too many"):
        imaplib.IMAP4("localhost", server.imap_port)
    server.faults.throttle("GREETING", "421 4.7.0 Too many connections", service="smtp")
    with pytest.raises(smtplib.SMTPConnectError, match="Too many"):
        smtplib.SMTP("localhost", server.smtp_port)
    server.faults.nonsense("GREETING", b"* PREAUTH welcome\r\n", service="imap")
    with open_socket(server) as sock:
        assert read_all(sock, 0.1, b"\r\n") == (b"* PREAUTH welcome\r\n", "stall")
    server.faults.disconnect_at("GREETING", how="rst")
    with open_socket(server) as sock:
        assert read_all(sock) == (b"", "rst")


@pytest.mark.parametrize("how", ["fin", "rst", "stall"])
@pytest.mark.parametrize(("when", "stored"), [("before", []), ("after", [1])])
def test_disconnect_at_an_imap_command(server, connect_imap, when, stored, how):
    client = connect_imap(server, timeout=1.0 if how == "stall" else 5)
    server.faults.disconnect_at("APPEND", when=when, how=how, service="imap")
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        client.append("INBOX", RAW)
    assert server.folder(ANA).uids() == stored


@pytest.mark.parametrize("verb", ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", ".", "QUIT"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_disconnect_at_every_smtp_verb(server, verb, when):
    server.faults.disconnect_at(verb, when=when, service="smtp")
    try:
        send(server)
        assert verb == "QUIT"  # smtplib does not mind
    except (smtplib.SMTPException, OSError):
        assert verb != "QUIT"
    assert server.faults.fired == ("disconnect_at",)
    assert len(server.sent) == (1 if verb == "QUIT" or (verb, when) == (".", "after") else 0)
    send(server)


def test_a_literal_that_never_comes(server):
    server.folder(ANA).add(RAW)
    server.faults.announce_literal(1 << 30)
    with open_socket(server) as sock:
        sock.sendall(b"a LOGIN ana@acme.example secret\r\nb SELECT INBOX\r\nc UID FETCH 1 (BODY.PEEK[])\r\n")
        data, end = read_all(sock, 0.1, b"X" * 64)
    assert data.endswith(b"* 1 FETCH (UID 1 BODY[] {1073741824}\r\n" + b"X" * 64)
    assert end == "stall"


def test_refuse_login(server, connect_imap, connect_smtp):
    server.faults.refuse_login(2)
    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        connect_imap(server)
    with pytest.raises(smtplib.SMTPAuthenticationError, match=r"5\.7\.8"):
        connect_smtp(server)
    server.faults.refuse_login(reply="NO [UNAVAILABLE] Backend down", service="imap")
    with pytest.raises(LoginError, match="Backend down"):
        connect_imap(server)
    server.faults.refuse_login(reply="550 5.7.30 Basic authentication is not supported", service="smtp")
    with pytest.raises(smtplib.SMTPAuthenticationError, match="Basic authentication"):
        connect_smtp(server)
    connect_imap(server)
    connect_smtp(server)


def test_change_uidvalidity(server, connect_imap):
    inbox = server.folder(ANA)
    inbox.add(RAW)
    inbox.add(RAW)
    inbox.expunge(1)
    client = connect_imap(server)
    first = client.select_folder("INBOX")
    assert client.search("ALL") == [2]
    inbox.change_uidvalidity()
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        client.noop()
    again = connect_imap(server)
    assert again.select_folder("INBOX")[b"UIDVALIDITY"] > first[b"UIDVALIDITY"]
    assert again.search("ALL") == [1]


# --- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("expired", "expired"),
        ("self-signed", "self-signed|self signed"),
        ("wrong-host", "mismatch|not valid for"),
        ("unknown-ca", "unable to get local issuer"),
    ],
)
@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_bad_certificates(make_server, connect_imap, connect_smtp, kind, word, tls):
    server = make_server(tls=tls)
    server.faults.certificate(kind, times=2)
    for connect in (connect_imap, connect_smtp):
        with pytest.raises(ssl.SSLCertVerificationError, match=word):
            connect(server)
    assert server.faults.armed == ()
    connect_imap(server)
    connect_smtp(server)
    assert b"secret" not in server.plain_text("imap") + server.plain_text("smtp")


def test_starttls_is_hidden(make_server):
    server = make_server(tls="starttls")
    server.faults.hide_starttls(service="imap")
    client = imaplib.IMAP4("localhost", server.imap_port)
    assert "STARTTLS" not in client.capabilities
    with pytest.raises(imaplib.IMAP4.error):
        client.starttls(trusting(server))
    client.login(ANA, "secret")  # the man in the middle takes the password
    client.logout()
    assert b"secret" in server.plain_text("imap")
    server.faults.hide_starttls(service="smtp")
    with smtplib.SMTP("localhost", server.smtp_port) as mail:
        with pytest.raises(smtplib.SMTPNotSupportedError):
            mail.starttls(context=trusting(server))
        assert mail.docmd("STARTTLS")[0] == 454
        mail.login(ANA, "secret")
    assert server.plain_text("smtp").startswith(b"ehlo")
    imaplib.IMAP4("localhost", server.imap_port).starttls(trusting(server))  # it was for one connection


def test_plain_text_is_injected_behind_starttls(make_server):
    server = make_server(tls="starttls")
    server.faults.inject_before_starttls(b"* CAPABILITY IMAP4rev1 EVIL\r\n", service="imap")
    with open_socket(server) as sock:
        sock.recv(1000)
        sock.sendall(b"a STARTTLS\r\n")
        assert sock.recv(1000) == b"a OK Begin TLS\r\n* CAPABILITY IMAP4rev1 EVIL\r\n"
        trusting(server).wrap_socket(sock, server_hostname="localhost").close()
    server.faults.inject_before_starttls(b"250 EVIL\r\n", service="smtp")
    with open_socket(server, "smtp") as sock:
        sock.recv(1000)
        sock.sendall(b"EHLO x\r\n")
        sock.recv(1000)
        sock.sendall(b"STARTTLS\r\n")
        assert sock.recv(1000) == b"220 2.0.0 Ready to start TLS\r\n250 EVIL\r\n"
        trusting(server).wrap_socket(sock, server_hostname="localhost").close()


def test_the_server_forgets_what_a_client_injects_before_starttls(make_server):
    server = make_server(tls="starttls")
    with open_socket(server, "smtp") as sock:
        sock.recv(1000)
        sock.sendall(b"EHLO x\r\nSTARTTLS\r\nEHLO evil\r\nMAIL FROM:<evil@x.example>\r\n")
        while b"220 2.0.0" not in sock.recv(1000):
            pass
        with trusting(server).wrap_socket(sock, server_hostname="localhost") as tls:
            tls.sendall(b"NOOP\r\n")
            assert tls.recv(1000) == b"250 2.0.0 OK\r\n"
    with open_socket(server) as sock:
        sock.recv(1000)
        sock.sendall(b"a STARTTLS\r\nb CREATE evil\r\n")
        assert b"a OK" in sock.recv(1000)
        with trusting(server).wrap_socket(sock, server_hostname="localhost") as tls:
            tls.sendall(b"c NOOP\r\n")
            assert tls.recv(1000).startswith(b"c OK")


# --- the order book ---------------------------------------------------------------------------------------------------


def test_faults_are_counted_and_cleared():
    faults = Faults()
    faults.throttle("fetch", "NO later", times=2)
    faults.refuse_login(service="smtp")
    assert [fault.name for fault in faults.armed] == ["throttle", "refuse_login"]
    assert faults.at_command("imap", "FETC") is None
    assert faults.at_command("imap", "uid fetch") is not None
    assert faults.take("refuse_login", "imap") is None
    assert faults.at_command("imap", "FETCH") is not None
    assert faults.at_command("imap", "FETCH") is None
    assert faults.fired == ("throttle", "throttle")
    faults.clear()
    assert faults.take("refuse_login", "smtp") is None
    with pytest.raises(ValueError, match="times"):
        faults.cut(1, times=0)


def test_faults_outlive_a_restart(server):
    server.faults.throttle("GREETING", "* BYE later", service="imap")
    server.restart()
    with pytest.raises(imaplib.IMAP4.error, match="later"):
        imaplib.IMAP4("localhost", server.imap_port)


def test_something_happens_right_before_a_command(server, raw_login, connect_smtp):
    inbox = server.folder(ANA)
    inbox.add(RAW)
    inbox.add(RAW)
    raw = raw_login(server)
    raw.do(b"SELECT INBOX")
    server.faults.call_at("FETCH", lambda: inbox.expunge(1), service="imap")
    assert raw.do(b"UID FETCH 1:* UID")[:-1] == [b"* 2 FETCH (UID 2)", b"* 1 EXPUNGE"]
    server.faults.call_at("NOOP", lambda: server.faults.change_uidvalidity(inbox))
    raw.send(b"n NOOP\r\n")
    assert raw.line().startswith(b"* BYE ")
    assert inbox.uids() == [1]
    server.faults.call_at("DATA", lambda: server.set_tokens(ANA), service="smtp")
    connect_smtp(server).sendmail(ANA, [BO], RAW)
    assert server.faults.fired == ("call_at", "call_at", "change_uidvalidity", "call_at")


def test_the_end_is_seen_after_what_arrived_was_carried_out(server):
    """A cut behind the last byte of the content: when the client sees the end, the mail is filed."""
    send(server)
    total = count_bytes(server, "to_server") - len(b"quit\r\n")
    for _ in range(20):
        before = len(server.sent)
        server.faults.cut(total, direction="to_server", service="smtp", connection=1)
        with pytest.raises((smtplib.SMTPException, OSError)):
            send(server)
        assert len(server.sent) == before + 1

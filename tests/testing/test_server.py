"""The facade: life, users, folders, TLS, restart."""

from __future__ import annotations

import imaplib
import os
import signal
import smtplib
import ssl
import subprocess
import sys
import threading
import time

import pytest

from mailkit.testing import MailServer, certs
from testing.names import ANA, BO, RAW, trusting


@pytest.mark.parametrize("tls", ["implicit", "starttls", "insecure"])
def test_mail_goes_from_smtp_to_the_inbox(make_server, connect_smtp, connect_imap, tls):
    server = make_server(tls=tls)
    connect_smtp(server).sendmail(ANA, [BO, "far@away.example"], RAW)
    assert server.sent[0].envelope.recipients == (BO, "far@away.example")
    assert server.sent[0].raw == RAW
    assert server.sent[0].user == ANA
    assert server.sent[0].tls is (tls != "insecure")
    client = connect_imap(server, BO, "geheim")
    client.select_folder("INBOX")
    (uid,) = client.search("ALL")
    fetched = client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"]
    assert fetched.endswith(RAW)
    assert fetched.startswith(b"Return-Path: <ana@acme.example>\r\nReceived: from ")
    assert server.folder(BO).raw(uid) == fetched


def test_a_start_takes_less_than_50_ms():
    with MailServer():
        pass
    times = []
    for _ in range(5):
        began = time.process_time()
        server = MailServer()
        server.start()
        times.append(time.process_time() - began)
        server.stop()
    assert min(times) < 0.05


def test_certificates_are_good_for_name_and_address(tls_server):
    for host in ("localhost", "127.0.0.1"):
        imaplib.IMAP4_SSL(host, tls_server.imap_port, ssl_context=trusting(tls_server)).logout()
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL("localhost", tls_server.imap_port, ssl_context=ssl.create_default_context())


def test_restart_keeps_ports_users_mail_and_ends_connections(server, connect_imap):
    uid = server.folder(ANA).add(RAW, ["\\Seen"])
    client = connect_imap(server)
    client.select_folder("INBOX")
    before = (server.imap_port, server.smtp_port, server.folder(ANA).uidvalidity)
    server.restart()
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        client.noop()
    assert (server.imap_port, server.smtp_port, server.folder(ANA).uidvalidity) == before
    client = connect_imap(server)
    assert client.select_folder("INBOX")[b"EXISTS"] == 1
    assert client.fetch([uid], ["BODY.PEEK[]", "FLAGS"])[uid][b"FLAGS"] == (b"\\Seen",)


def test_stop_and_start_are_idempotent_and_state_survives():
    server = MailServer(tls="insecure")
    server.add_user(ANA, "secret")
    server.folder(ANA).add(RAW)
    assert server.imap_port == 0
    server.stop()
    server.start()
    server.start()
    port = server.imap_port
    server.stop()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", server.smtp_port)
    server.start()
    assert server.imap_port == port
    assert server.folder(ANA).uids() == [1]
    server.stop()


def test_fixed_ports_and_a_port_that_is_taken(server):
    with pytest.raises(OSError, match="in use"):
        MailServer(tls="insecure", imap_port=server.imap_port).start()
    half = MailServer(tls="insecure", smtp_port=server.smtp_port)
    with pytest.raises(OSError, match="in use"):
        half.start()
    with pytest.raises(ConnectionRefusedError):
        imaplib.IMAP4("127.0.0.1", half.imap_port)  # nothing is left behind
    server.stop()
    with MailServer(tls="insecure", imap_port=server.imap_port, smtp_port=server.smtp_port) as again:
        assert (again.imap_port, again.smtp_port) == (server.imap_port, server.smtp_port)


def test_the_ca_outlives_a_forked_child(tls_server):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            certs._remove(tls_server.ca_file.parent, os.getppid())  # what its exit would run
            status = 0
        finally:
            os._exit(status)  # or the child would run the tests that follow
    assert os.waitpid(child, 0)[1] == 0
    assert tls_server.ca_file.exists()


def test_a_client_that_is_killed_leaves_the_server_serving(server, connect_imap):
    script = (
        "import imaplib,sys,time\n"
        f"c = imaplib.IMAP4('127.0.0.1', {server.imap_port}); c.login('{ANA}', 'secret'); c.select()\n"
        "c.send(b'x IDLE\\r\\n'); print(c.readline(), flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout.readline().startswith(b"b'+")
    server.wait_until_idle(ANA)
    assert server.connections("imap") == 1
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    server.folder(ANA).add(RAW)
    assert connect_imap(server).select_folder("INBOX")[b"EXISTS"] == 1
    deadline = time.monotonic() + 60
    while server.connections("imap") > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.connections("imap") == 1


def test_users_aliases_and_detail_addresses(server, connect_smtp):
    connect_smtp(server).sendmail(ANA, ["SALES@acme.example", "ana+42@acme.example", "ana@acme.example"], RAW)
    assert len(server.folder(ANA).uids()) == 1  # one copy for a user, however often named
    with pytest.raises(ValueError, match="user already"):
        server.add_user("ANA@acme.example", "x")
    with pytest.raises(LookupError):
        server.folder("nobody@acme.example")
    with pytest.raises(LookupError):
        server.folder(ANA, "No such")


def test_folder_handle(server):
    folder = server.create_folder(ANA, "Projects/1042")
    uids = [folder.add(RAW), folder.add(RAW, ["\\flagged", "$Label"])]
    assert folder.uids() == uids == [1, 2]
    assert folder.flags(2) == {"\\Flagged", "$Label"}
    folder.set_flags(2, [])
    folder.expunge(1)
    assert folder.uids() == [2]
    assert folder.flags(2) == frozenset()
    assert folder.uidnext == 3
    old = folder.uidvalidity
    assert folder.change_uidvalidity() > old
    assert folder.uids() == [1]
    server.rename_folder(ANA, "Projects/1042", "Done")
    assert "Done" in server.folders(ANA)
    with pytest.raises(ValueError, match="exists"):
        server.rename_folder(ANA, "Done", "Sent")
    server.delete_folder(ANA, "Done")
    with pytest.raises(LookupError):
        server.delete_folder(ANA, "Done")


def test_wait_for_sent(server, connect_smtp):
    client = connect_smtp(server)
    timer = threading.Timer(0.05, lambda: client.sendmail(ANA, [BO], RAW))
    timer.start()
    assert len(server.wait_for_sent(1)) == 1
    timer.join()
    with pytest.raises(TimeoutError, match="1 of 2"):
        server.wait_for_sent(2, timeout=0.01)


def test_deliver_from_outside(server):
    server.deliver(RAW, sender="x@far.example", recipients=[ANA, BO, "none@far.example"])
    assert server.folder(ANA).raw(1).startswith(b"Return-Path: <x@far.example>\r\n")
    assert b"for <bo@client.example>" in server.folder(BO).raw(1)
    assert server.sent == []


def test_account_is_a_mailkit_account(tls_server, make_server):
    account = tls_server.account(ANA)
    assert account.imap is not None
    assert account.smtp is not None
    assert (account.imap.port, account.imap.tls, account.imap.ca_file) == (
        tls_server.imap_port,
        "implicit",
        tls_server.ca_file,
    )
    assert account.smtp.port == tls_server.smtp_port
    assert account.credentials.password.get_secret_value() == "secret"
    assert account.aliases == ("sales@acme.example",)
    plain = make_server(tls="insecure", smtp_tls="starttls", files_sent=True)
    mixed = plain.account(ANA, name="sales", token_provider=lambda: "t0k3n")
    assert (mixed.name, mixed.imap.tls, mixed.smtp.tls, mixed.saves_sent) == ("sales", "insecure", "starttls", True)


def test_two_servers_at_once_share_nothing():
    with MailServer(tls="insecure") as one, MailServer(tls="insecure") as two:
        one.add_user(ANA, "a")
        two.add_user(ANA, "b")
        one.folder(ANA).add(RAW)
        assert two.folder(ANA).uids() == []
        with pytest.raises(imaplib.IMAP4.error):
            imaplib.IMAP4("127.0.0.1", two.imap_port).login(ANA, "a")

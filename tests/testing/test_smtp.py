"""The SMTP server with smtplib and aiosmtplib."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import smtplib
import socket
import time

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.testing.smtp import parameters
from mailkit.testing.smtp.parameters import PathError
from testing.names import ANA, BO, RAW, trusting


def dialogue(server, *lines: bytes) -> list[bytes]:
    """Send each line, collect the last line of each reply, the greeting's first."""
    with socket.create_connection(("127.0.0.1", server.smtp_port), timeout=60) as sock, sock.makefile("rb") as file:
        replies = [file.readline()]
        for line in lines:
            sock.sendall(line)
            reply = file.readline()
            while reply[3:4] == b"-":
                reply = file.readline()
            replies.append(reply)
        return [reply.rstrip(b"\r\n") for reply in replies]


def test_extensions(make_server, connect_smtp):
    server = make_server(tls="starttls")
    client = smtplib.SMTP("localhost", server.smtp_port, timeout=60)
    client.ehlo()
    assert {"starttls", "pipelining", "8bitmime", "smtputf8", "dsn", "enhancedstatuscodes"} <= set(
        client.esmtp_features
    )
    assert "auth" not in client.esmtp_features
    assert client.esmtp_features["size"] == str(64 * 1024 * 1024)
    client.starttls(context=trusting(server))
    client.ehlo()
    assert "starttls" not in client.esmtp_features
    assert client.esmtp_features["auth"].split() == ["LOGIN", "OAUTHBEARER", "PLAIN", "XOAUTH2"]
    assert client.docmd("STARTTLS")[0] == 554
    client.quit()


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_passwords(server, connect_smtp, mechanism):
    client = connect_smtp(server, None)
    client.ehlo()
    client.user, client.password = ANA, "secret"
    method = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login}[mechanism]
    assert client.auth(mechanism, method)[0] == 235
    assert client.docmd("AUTH", mechanism.lower())[0] == 503
    other = connect_smtp(server, None)
    other.ehlo()
    other.user, other.password = ANA, "wrong"
    with pytest.raises(smtplib.SMTPAuthenticationError, match=r"5\.7\.8"):
        other.auth(mechanism, getattr(other, f"auth_{mechanism.lower()}"), initial_response_ok=False)


def bearer(mechanism: str, token: str) -> bytes:
    if mechanism == "XOAUTH2":
        return base64.b64encode(f"user={ANA}\1auth=Bearer {token}\1\1".encode())
    return base64.b64encode(f"n,a={ANA},\1auth=Bearer {token}\1\1".encode())


@pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
def test_tokens(server, mechanism):
    good, bad = bearer(mechanism, "t0k3n"), bearer(mechanism, "old")
    name = mechanism.encode()
    assert dialogue(server, b"EHLO x\r\n", b"AUTH " + name + b" " + good + b"\r\n")[-1].startswith(b"235 2.7.0")
    assert dialogue(server, b"EHLO x\r\n", b"AUTH " + name + b"\r\n", good + b"\r\n")[-2:] == [
        b"334 ",
        b"235 2.7.0 Authentication successful",
    ]
    replies = dialogue(server, b"EHLO x\r\n", b"AUTH " + name + b" " + bad + b"\r\n", b"\r\n", b"NOOP\r\n")
    assert base64.b64decode(replies[2][4:]).startswith(b'{"status":')
    assert replies[3].startswith(b"535 5.7.8")
    assert replies[4].startswith(b"250")
    assert dialogue(server, b"EHLO x\r\n", b"AUTH " + name + b" !!!\r\n")[-1].startswith(b"501 5.5.2")
    assert dialogue(server, b"EHLO x\r\n", b"AUTH " + name + b" QUJD\r\n")[-1].startswith(b"501 5.5.2")


def test_no_auth_without_tls_and_no_mail_without_auth(make_server):
    server = make_server(tls="starttls")
    assert dialogue(server, b"EHLO x\r\n", b"AUTH PLAIN AGEAYg==\r\n")[-1].startswith(b"538 5.7.11")
    assert dialogue(server, b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n")[-1].startswith(b"530 5.7.0")
    open_server = make_server(tls="insecure", require_auth=False)
    assert dialogue(open_server, b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n")[-1].startswith(b"250 2.1.0")


def test_dsn_parameters_are_kept_as_written(server, connect_smtp):
    client = connect_smtp(server)
    client.sendmail(
        ANA,
        [BO, "x@far.example"],
        RAW,
        mail_options=["RET=HDRS", "ENVID=Ab+3DcD", "BODY=8BITMIME"],
        rcpt_options=["NOTIFY=SUCCESS,failure", "ORCPT=rfc822;Bo@Client.example"],
    )
    (mail,) = server.sent
    assert mail.mail_options == {"SIZE": str(len(RAW)), "RET": "HDRS", "ENVID": "Ab+3DcD", "BODY": "8BITMIME"}
    assert mail.rcpt_options[BO] == {"NOTIFY": "SUCCESS,failure", "ORCPT": "rfc822;Bo@Client.example"}


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"MAIL FROM:<>", b"250"),
        (b"MAIL FROM: <a@b.example>", b"250"),
        (b'mail from:<"a> b"@b.example>', b"250"),
        (b"MAIL FROM:<ana> SIZE=1", b"553"),
        (b"MAIL FROM:a@b.example", b"501"),
        (b"MAIL FROM:<a@b.example", b"501"),
        (b"MAIL FROM:<a@b.example>SIZE=1", b"501"),
        (b"MAIL FROM:<a@b.example> SIZE=x", b"501"),
        (b"MAIL FROM:<a@b.example> SIZE=99999999999", b"552"),
        (b"MAIL FROM:<a@b.example> BODY=BINARYMIME", b"501"),
        (b"MAIL FROM:<a@b.example> RET=ALL", b"501"),
        (b"MAIL FROM:<a@b.example> ENVID=", b"501"),
        (b"MAIL FROM:<a@b.example> SMTPUTF8=1", b"501"),
        (b"MAIL FROM:<a@b.example> X=1", b"555"),
        (b"MAIL FROM:<a@b.example> SIZE=1 SIZE=2", b"501"),
        (b"RCPT TO:<a@b.example>", b"503"),
        (b"DATA", b"503"),
        (b"NONSENSE", b"500"),
        (b"\xff\xfe", b"500"),
        (b"", b"500"),
    ],
)
def test_replies_to_lines(make_server, line, reply):
    server = make_server(tls="insecure", require_auth=False)
    replies = dialogue(server, b"EHLO x\r\n", line + b"\r\n", b"NOOP\r\n")
    assert replies[2].startswith(reply)
    assert replies[3] == b"250 2.0.0 OK"


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"RCPT TO:<bo@client.example> NOTIFY=NEVER", b"250"),
        (b"RCPT TO:<bo@client.example> NOTIFY=NEVER,SUCCESS", b"501"),
        (b"RCPT TO:<bo@client.example> NOTIFY=x", b"501"),
        (b"RCPT TO:<bo@client.example> ORCPT=x", b"501"),
        (b"RCPT TO:<bo@client.example> RET=FULL", b"555"),
        (b"RCPT TO:<>", b"501"),
        (b"MAIL FROM:<x@y.example>", b"503"),
        (b"DATA", b"503"),
    ],
)
def test_replies_after_mail(make_server, line, reply):
    server = make_server(tls="insecure", require_auth=False)
    replies = dialogue(server, b"EHLO x\r\n", b"MAIL FROM:<a@b.example>\r\n", line + b"\r\n")
    assert replies[-1].startswith(reply)


def test_content_is_kept_byte_for_byte(server, connect_smtp):
    content = b"Subject: x\r\n\r\n.\xff\x00bare\nlf and \rcr\r\n..two dots\r\n" + b"long" * 20_000 + b"\r\n"
    client = connect_smtp(server)
    assert client.mail(ANA)[0] == 250
    assert client.rcpt(BO)[0] == 250
    assert client.docmd("DATA")[0] == 354
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    client.sock.sendall(stuffed + b".\r\n")
    assert client.getreply()[0] == 250
    assert server.sent[0].raw == content


def test_pipelining(make_server):
    server = make_server(tls="insecure", require_auth=False)
    with socket.create_connection(("127.0.0.1", server.smtp_port), timeout=60) as sock, sock.makefile("rb") as file:
        sock.sendall(
            b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<bo@client.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
        )
        while not file.readline().startswith(b"354"):
            pass
        sock.sendall(b"Subject: 1\r\n\r\n.\r\nRSET\r\nQUIT\r\n")
        replies = file.read().split(b"\r\n")
    assert [reply[:3] for reply in replies] == [b"250", b"250", b"221", b""]
    assert server.sent[0].envelope.recipients == (BO, "c@d.example")
    assert server.sent[0].raw == b"Subject: 1\r\n\r\n"


def test_size_and_recipient_limits(make_server, connect_smtp):
    server = make_server(tls="insecure", max_message_bytes=1000, max_recipients=2)
    client = connect_smtp(server)
    with pytest.raises(smtplib.SMTPSenderRefused, match=r"5\.3\.4"):
        client.sendmail(ANA, [BO], b"x" * 2000)
    client.rset()
    client.mail(ANA)
    client.rcpt(BO)
    assert client.data(b"x" * 2000)[0] == 552  # it said no SIZE, so it is refused after the content
    assert client.sendmail(ANA, [BO, "b@x.example", "c@x.example"], RAW) == {
        "c@x.example": (452, b"4.5.3 Too many recipients")
    }
    assert len(server.sent) == 1


def test_scripted_recipients(server, connect_smtp):
    server.reply_to_recipient("no@x.example", "550 5.1.1 No such user")
    server.reply_to_recipient("later@x.example", "451 4.7.1 Greylisted", times=1)
    client = connect_smtp(server)
    refused = client.sendmail(ANA, ["NO@x.example", "later@x.example", BO], RAW)
    assert refused == {
        "NO@x.example": (550, b"5.1.1 No such user"),
        "later@x.example": (451, b"4.7.1 Greylisted"),
    }
    assert server.sent[0].envelope.recipients == (BO,)
    assert client.sendmail(ANA, ["later@x.example"], RAW) == {}
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail(ANA, ["no@x.example"], RAW)
    assert len(server.sent) == 2


def test_sent_is_filed_by_the_server(make_server, connect_smtp):
    server = make_server(tls="insecure", files_sent=True)
    connect_smtp(server).sendmail(ANA, [BO], RAW)
    sent = server.folder(ANA, "Sent")
    assert sent.raw(1) == RAW
    assert sent.flags(1) == {"\\Seen"}
    assert server.folder(BO).raw(1).endswith(RAW)
    late = make_server(tls="insecure", files_sent=True, sent_delay=0.1)
    connect_smtp(late).sendmail(ANA, [BO], RAW)
    assert late.folder(ANA, "Sent").uids() == []
    deadline = time.monotonic() + 60
    while not late.folder(ANA, "Sent").uids() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert late.folder(ANA, "Sent").uids() == [1]


def test_message_id_is_rewritten(make_server, connect_smtp):
    server = make_server(tls="insecure", rewrite_message_id=True, files_sent=True)
    client = connect_smtp(server)
    client.mail(ANA)
    client.rcpt(BO)
    folded = b"Subject: x\r\nMESSAGE-ID:\r\n <old@x.example>\r\nTo: y\r\n\r\nMessage-ID: in the body\r\n"
    code, text = client.data(folded)
    new = text.decode().split("<")[1].split(">")[0]
    assert (code, text.startswith(b"2.0.0 OK <")) == (250, True)
    assert server.sent[0].message_id == new
    assert server.sent[0].raw == folded
    wanted = f"Message-ID: <{new}>\r\n".encode() + b"Subject: x\r\nTo: y\r\n\r\nMessage-ID: in the body\r\n"
    assert server.folder(ANA, "Sent").raw(1) == wanted
    assert server.folder(BO).raw(1).endswith(wanted)


@pytest.mark.parametrize("tls", ["implicit", "starttls", "insecure"])
def test_aiosmtplib_sends(make_server, tls):
    server = make_server(tls=tls)

    async def send():
        client = aiosmtplib.SMTP(
            hostname="localhost",
            port=server.smtp_port,
            use_tls=tls == "implicit",
            start_tls=tls == "starttls",
            tls_context=None if tls == "insecure" else trusting(server),
            username=ANA,
            password="secret",
        )
        async with client:
            errors, reply = await client.sendmail(
                ANA,
                ["bo@client.example", "jörg@bücher.example"],
                RAW,
                mail_options=["RET=FULL", "SMTPUTF8"],
                rcpt_options=["NOTIFY=NEVER"],
            )
            second = await client.sendmail(ANA, [BO], b"Subject: two\r\n\r\n")
        return errors, reply, second

    errors, reply, second = asyncio.run(send())
    assert errors == {} == second[0]
    assert "queued as" in reply
    first, again = server.sent
    assert first.smtputf8
    assert first.envelope.recipients == (BO, "jörg@bücher.example")
    assert first.connection == again.connection
    assert first.tls is (tls != "insecure")


def test_aiosmtplib_with_a_token(server):
    async def send(token):
        client = aiosmtplib.SMTP(hostname="localhost", port=server.smtp_port, start_tls=False, timeout=60)
        await client.connect()
        try:
            return await client.auth_xoauth2(ANA, token)
        finally:
            client.close()

    assert asyncio.run(send("t0k3n")).code == 235
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        asyncio.run(send("expired"))


@given(st.text(max_size=200), st.sampled_from(["FROM:", "TO:"]))
def test_any_parameters_give_a_path_or_a_reply(text, keyword):
    for line in (text, keyword + text, f"{keyword}<{text}> {text}"):
        with contextlib.suppress(PathError):
            path = parameters.read(line, keyword)
            assert "\n" not in path.address.rpartition('"')[2]
            assert all(key == key.upper() for key in path.parameters)


@given(st.binary(max_size=400))
def test_any_bytes_leave_the_smtp_server_serving(smtp_fuzzed, data):
    with socket.create_connection(("127.0.0.1", smtp_fuzzed.smtp_port), timeout=60) as sock:
        sock.sendall(b"EHLO x\r\n" + data + b"\r\n")
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
    assert dialogue(smtp_fuzzed, b"NOOP\r\n")[-1] == b"250 2.0.0 OK"

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import scripted_smtp as helpers
from pydantic import SecretStr

from mailkit.auth import TokenSource
from mailkit.config import Password, SmtpServer
from mailkit.errors import (
    AuthError,
    CertificateError,
    CommandRefusedError,
    ConnectError,
    DisconnectedError,
    NetworkError,
    NetworkInTransactionError,
    NetworkTimeoutError,
    RunningLoopError,
    TlsError,
    TlsUnavailableError,
    UnsupportedError,
)
from mailkit.net import guard
from mailkit.testing import certs
from mailkit.transport import SkipMessage
from mailkit.transport.smtp import SmtpTransport
from mailkit.words import Envelope, VerdictState

Script, Cut, Hang, Reset, outgoing = helpers.Script, helpers.Cut, helpers.Hang, helpers.Reset, helpers.outgoing

SENT, REFUSED, RETRY, UNCERTAIN = (
    VerdictState.SENT,
    VerdictState.REFUSED,
    VerdictState.RETRY,
    VerdictState.UNCERTAIN,
)
SECRET = "canary-s3cret"


def make(port: int, tls: str = "insecure", *, data_timeout: float = 30.0, read_timeout: float = 30.0, **more):
    ca_file = certs.authority().ca_file if tls != "insecure" else None
    server = SmtpServer(
        host=more.pop("host", "localhost" if tls != "insecure" else "127.0.0.1"),
        port=port,
        tls=tls,
        ca_file=more.pop("ca_file", ca_file),
        connect_timeout=more.pop("connect_timeout", 30.0),
        read_timeout=read_timeout,
        data_timeout=data_timeout,
        server_hostname=more.pop("server_hostname", None),
    )
    return SmtpTransport(server, **more)


class Marks:
    """Collects on_data and on_result, with the thread they ran on."""

    def __init__(self) -> None:
        self.started: list[int] = []
        self.results: list[int] = []
        self.threads: set[int] = set()

    def data(self, message) -> None:
        self.started.append(message.id)
        self.threads.add(threading.get_ident())

    def result(self, result) -> None:
        self.results.append(result.id)
        self.threads.add(threading.get_ident())


def states(result) -> list[VerdictState]:
    return [verdict.state for verdict in result.verdicts]


def send(serve, script, *messages, **more):
    marks = Marks()
    server = serve(script)
    results = make(server.port, **more).send(messages or (outgoing(),), marks.data, marks.result)
    return results, marks


def test_one_message(serve):
    script = Script()
    results, marks = send(serve, script)
    assert states(results[0]) == [SENT]
    assert results[0].verdicts[0].code == 250
    assert results[0].verdicts[0].enhanced == "2.0.0"
    assert results[0].reply == "250 2.0.0 queued as 1"
    assert script.mails == [b"Subject: x\r\n\r\nbody\r\n"]
    assert script.lines[1:] == [
        "MAIL FROM:<ana@acme.example> SIZE=20",
        "RCPT TO:<bo@client.example>",
        "DATA",
        "QUIT",
    ]
    assert marks.started == marks.results == [1]
    assert marks.threads == {threading.get_ident()}


def test_nothing_to_send_connects_nowhere():
    assert make(1).send([], Marks().data) == []


def test_a_batch_uses_one_connection(serve):
    script = Script()
    results, marks = send(serve, script, *(outgoing(i) for i in range(1, 21)))
    assert [r.id for r in results] == marks.started == marks.results == list(range(1, 21))
    assert script.connections == 1
    assert len(script.mails) == 20


def test_verdicts_are_kept_for_each_recipient(serve):
    replies = {
        "bo": "250 2.1.5 ok",
        "no": "550 5.1.1 unknown",
        "later": "451 4.7.1 greylisted",
        "full": "552 5.2.2 full",
    }
    script = Script({"RCPT": lambda line: replies[line.partition("<")[2].partition("@")[0]]})
    message = outgoing(1, *(f"{name}@client.example" for name in replies))
    results, marks = send(serve, script, message, outgoing(2, "bo@client.example"))
    assert states(results[0]) == [SENT, REFUSED, RETRY, REFUSED]
    assert [v.enhanced for v in results[0].verdicts] == ["2.0.0", "5.1.1", "4.7.1", "5.2.2"]
    assert results[0].verdicts[1].text == "5.1.1 unknown"
    assert marks.started == [1, 2]


def test_when_nobody_is_accepted_nothing_starts(serve):
    script = Script({"RCPT": ["550 5.1.1 unknown", "250 ok"]})
    results, marks = send(serve, script, outgoing(1), outgoing(2))
    assert [states(r) for r in results] == [[REFUSED], [SENT]]
    assert marks.started == [2]
    assert "RSET" in script.lines
    assert script.connections == 1


@pytest.mark.parametrize(
    ("verb", "reply", "expected", "starts"),
    [
        ("MAIL", "550 5.7.1 not you", REFUSED, False),
        ("MAIL", "451 4.3.0 later", RETRY, False),
        ("MAIL", "503 bad sequence", RETRY, False),
        ("MAIL", "421 4.3.2 closing", RETRY, False),
        ("MAIL", "250-multi\r\n250 fine", SENT, True),
        ("MAIL", "nonsense", RETRY, False),
        ("MAIL", Cut, RETRY, False),
        ("MAIL", Reset, RETRY, False),
        ("RCPT", Cut, RETRY, False),
        ("RCPT", "354 what", RETRY, False),
        ("MAIL", "250 fine\r\n250 one more", RETRY, False),
        ("RCPT", "250 fine\r\n354 one more", RETRY, False),
        ("DATA", "354 go on\r\n250 sent, before there was anything", RETRY, False),
        ("DATA", "554 5.5.1 no valid recipients", REFUSED, False),
        ("DATA", "451 4.3.0 later", RETRY, False),
        ("DATA", "250 what", RETRY, False),
        ("DATA", Cut, RETRY, False),
        (".", "554 5.7.1 spam", REFUSED, True),
        (".", "452 4.3.1 full", RETRY, True),
        (".", "550 5.4.5 Daily user sending limit exceeded", RETRY, True),
        (".", Cut, UNCERTAIN, True),
        (".", Reset, UNCERTAIN, True),
        (".", "nonsense", UNCERTAIN, True),
        (".", "354 again", UNCERTAIN, True),
    ],
)
def test_what_each_reply_means(serve, verb, reply, expected, starts):
    results, marks = send(serve, Script({verb: reply}))
    assert states(results[0]) == [expected]
    assert marks.started == ([1] if starts else [])


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
def test_silence(serve, verb):
    start = time.monotonic()
    results, _ = send(serve, Script({verb: Hang}), read_timeout=1.0, data_timeout=1.0)
    assert states(results[0]) == [UNCERTAIN if verb == "." else RETRY]
    assert time.monotonic() - start < 5


def test_a_daily_quota_tells_how_long_to_wait(serve):
    results, _ = send(serve, Script({".": "550 5.4.5 Daily user sending limit exceeded"}))
    assert results[0].wait >= timedelta(hours=1)


def test_recipients_refused_before_an_uncertain_end_stay_refused(serve):
    script = Script({"RCPT": ["550 5.1.1 unknown", "250 ok"], ".": Cut})
    results, _ = send(serve, script, outgoing(1, "a@client.example", "b@client.example"))
    assert states(results[0]) == [REFUSED, UNCERTAIN]


@pytest.mark.parametrize("end", [Cut, "421 4.7.0 too many messages on this connection"])
def test_a_connection_ended_between_two_messages_is_made_again(serve, end):
    script = Script({"MAIL": ["250 ok", "250 ok", end, "250 ok"]})
    results, marks = send(serve, script, *(outgoing(i) for i in range(1, 5)))
    assert [states(r) for r in results] == [[SENT]] * 4
    assert script.connections == 2
    assert marks.started == [1, 2, 3, 4]


def test_after_an_uncertain_message_the_next_one_is_sent(serve):
    script = Script({".": [Cut, "250 ok"]})
    results, _ = send(serve, script, outgoing(1), outgoing(2))
    assert [states(r) for r in results] == [[UNCERTAIN], [SENT]]


def test_when_the_server_stays_away_the_rest_is_for_later(serve):
    script = Script({"GREETING": ["220 ok", "554 go away"], "MAIL": ["250 ok", Cut]})
    results, marks = send(serve, script, *(outgoing(i) for i in range(1, 5)))
    assert [states(r) for r in results] == [[SENT], [RETRY], [RETRY], [RETRY]]
    assert marks.results == [1, 2, 3, 4]
    assert "go away" in results[3].reply
    assert script.connections == 2


def test_a_mark_that_cannot_be_made_stops_everything(serve):
    script = Script()
    server = serve(script)

    def full(_):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        make(server.port).send([outgoing(1), outgoing(2)], full)
    time.sleep(0.1)
    assert script.mails == []


def test_a_skipped_message_has_no_result_and_the_batch_goes_on(serve):
    script = Script()
    server = serve(script)

    def skip_first(message):
        if message.id == 1:
            raise SkipMessage

    results = make(server.port).send([outgoing(1), outgoing(2)], skip_first)
    assert [r.id for r in results] == [2]
    assert len(script.mails) == 1


def test_an_error_of_on_result_is_raised(serve):
    server = serve(Script())

    def fails(_):
        raise KeyError("store")

    with pytest.raises(KeyError):
        make(server.port).send([outgoing(1), outgoing(2)], lambda _: None, fails)


def test_the_connection_lost_while_the_mark_is_made_is_for_later(serve):
    script = Script()
    server = serve(script)

    def slow(_):
        server.close()
        time.sleep(1.0)  # for the loop to see it, on a machine that is busy

    results = make(server.port).send([outgoing(1)], slow)
    assert states(results[0]) == [RETRY]
    assert script.mails == []


@pytest.mark.parametrize(
    ("raw", "wire"),
    [
        (b"a\r\n.\r\nb\r\n", b"a\r\n.\r\nb\r\n"),
        (b".\r\n..\r\n.x", b".\r\n..\r\n.x\r\n"),
        (b"a\n.\nb", b"a\r\n.\r\nb\r\n"),
        (b"a\r.\rb", b"a\r\n.\r\nb\r\n"),
        (b"a\r\n.\nMAIL FROM:<x>\r\n", b"a\r\n.\r\nMAIL FROM:<x>\r\n"),
        (b"a\n.\r\nb", b"a\r\n.\r\nb\r\n"),
        (b"a\r\r\n.\r\r\n", b"a\r\n\r\n.\r\n\r\n"),
        (b"", b"\r\n"),
        (b"\x00\r\n.\r\n", b"\x00\r\n.\r\n"),
    ],
)
def test_no_content_ends_itself(serve, raw, wire):
    script = Script()
    results, _ = send(serve, script, outgoing(1, raw=raw), outgoing(2))
    assert states(results[0]) == [SENT]
    assert script.mails == [wire, b"Subject: x\r\n\r\nbody\r\n"]


@pytest.mark.parametrize(
    ("message", "ehlo", "code"),
    [
        (outgoing(1, "jürgen@client.example", smtputf8=True), "250 mx.example", 553),
        (outgoing(1, "jürgen@client.example"), helpers.EHLO, 553),
        (outgoing(1, raw="ü\r\n".encode()), "250 mx.example", 554),
        (outgoing(1, raw=b"x" * 200), "250-mx.example\r\n250 SIZE 100", 552),
        (outgoing(1, "a b@client.example"), helpers.EHLO, 501),
        (outgoing(1, "bo@client.example>\r\nRCPT TO:<x@y.example"), helpers.EHLO, 501),
        (outgoing(1, "nobody"), helpers.EHLO, 501),
        (outgoing(1, "@relay.example:bo@client.example"), helpers.EHLO, 501),
        (outgoing(1, "bo\x7f@client.example"), helpers.EHLO, 501),
        (outgoing(1, "bo\x85@client.example", smtputf8=True), helpers.EHLO, 501),
        (outgoing(1, "bo\u2028@client.example", smtputf8=True), helpers.EHLO, 501),
        (outgoing(1, "bo\udc0a@client.example", smtputf8=True), helpers.EHLO, 501),
    ],
)
def test_what_the_server_cannot_take_is_not_offered(serve, message, ehlo, code):
    script = Script(ehlo=ehlo)
    results, marks = send(serve, script, message, outgoing(2))
    assert [v.code for v in results[0].verdicts] == [code]
    assert states(results[0]) == [REFUSED]
    assert states(results[1]) == [SENT]
    assert marks.started == [2]


def test_options(serve):
    script = Script()
    message = outgoing(
        7, "jürgen@client.example", "a+b=c@client.example", raw="ü\r\n".encode(), smtputf8=True, dsn=True
    )
    send(serve, script, message)
    assert script.lines[1:4] == [
        "MAIL FROM:<ana@acme.example> SIZE=4 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=mailkit-7",
        "RCPT TO:<jürgen@client.example> NOTIFY=SUCCESS,FAILURE,DELAY",
        "RCPT TO:<a+b=c@client.example> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@client.example",
    ]


def test_the_null_sender(serve):
    script = Script()
    message = outgoing(1)
    send(serve, script, type(message)(1, message.raw, Envelope("", ("bo@client.example",))))
    assert script.lines[1].startswith("MAIL FROM:<> ")


def test_helo_where_ehlo_is_unknown(serve):
    script = Script({"EHLO": "502 5.5.1 unknown"})
    results, _ = send(serve, script)
    assert states(results[0]) == [SENT]


# --- connecting -----------------------------------------------------------------------------------------------------


def attempt(serve, script, error, tls="insecure", **more):
    server = serve(script)
    marks = Marks()
    with pytest.raises(error) as caught:
        make(server.port, tls, **more).send([outgoing()], marks.data, marks.result)
    assert marks.started == marks.results == []
    assert script.mails == []
    return caught.value


def test_nobody_listens():
    with pytest.raises(ConnectError) as caught:
        make(1, connect_timeout=2).send([outgoing()], Marks().data)
    assert caught.value.retryable


def test_no_such_host():
    with pytest.raises(ConnectError):
        make(25, host="no-such-host.invalid").send([outgoing()], Marks().data)


def test_a_silent_server(serve):
    attempt(serve, Script({"GREETING": Hang}), NetworkTimeoutError, connect_timeout=0.3)


@pytest.mark.parametrize("greeting", ["554 no service", "421 busy", "HTTP/1.1 400 Bad Request"])
def test_a_greeting_that_is_none(serve, greeting):
    attempt(serve, Script({"GREETING": greeting}), (ConnectError, CommandRefusedError))


def test_a_server_that_hangs_up(serve):
    attempt(serve, Script({"GREETING": Cut}), ConnectError)
    attempt(serve, Script({"EHLO": Cut}), DisconnectedError)


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_tls(serve, tls):
    script = Script(tls=tls, ehlo=helpers.EHLO)
    script.ehlo = script.ehlo.replace("250 AUTH", "250-STARTTLS\r\n250 AUTH")
    results, _ = send(serve, script, tls=tls)
    assert states(results[0]) == [SENT]
    assert all(line.startswith(("EHLO", "STARTTLS")) for line in script.plain_lines)
    assert len(script.plain_lines) == (0 if tls == "implicit" else 2)


STARTTLS = helpers.EHLO.replace("250 AUTH", "250-STARTTLS\r\n250 AUTH")


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("certificate", ["expired", "self-signed", "wrong-host", "unknown-ca"])
def test_certificates_that_are_refused(serve, tls, certificate):
    script = Script(tls=tls, certificate=certificate, ehlo=STARTTLS)
    error = attempt(serve, script, CertificateError, tls)
    assert not error.retryable
    assert not any(line.startswith(("AUTH", "MAIL")) for line in script.lines)


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_the_name_in_the_certificate_may_be_given(serve, tls):
    script = Script(tls=tls, certificate="wrong-host", ehlo=STARTTLS)
    results, _ = send(serve, script, tls=tls, server_hostname="elsewhere.example")
    assert states(results[0]) == [SENT]
    attempt(serve, Script(tls=tls, ehlo=STARTTLS), CertificateError, tls, server_hostname="elsewhere.example")


def test_no_starttls_no_mail(serve):
    script = Script()
    attempt(serve, script, TlsUnavailableError, "starttls", username="ana", secret=Password(SECRET))
    assert script.lines == [script.lines[0]]
    assert script.lines[0].startswith("EHLO")


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "500 what", Cut])
def test_starttls_refused(serve, reply):
    script = Script({"STARTTLS": reply}, ehlo=STARTTLS)
    attempt(serve, script, (TlsUnavailableError, DisconnectedError), "starttls")


@pytest.mark.parametrize(
    "tail", [b"250 injected\r\n", b"235 2.7.0 ok\r\n250-x\r\n250 y\r\n", b"x", b"250-STARTTLS\r\n"]
)
def test_plain_text_after_the_reply_to_starttls_ends_it(serve, tail):
    script = Script(ehlo=STARTTLS, tls="starttls", starttls_tail=tail)
    attempt(serve, script, TlsError, "starttls", username="ana", secret=Password(SECRET))
    assert not any(line.startswith(("AUTH", "MAIL")) for line in script.lines)


def test_plain_smtp_on_the_tls_port(serve):
    attempt(serve, Script(), (TlsError, NetworkTimeoutError, ConnectError), "implicit", connect_timeout=1)


# --- authentication -------------------------------------------------------------------------------------------------


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_plain(serve):
    script = Script()
    send(serve, script, username="ana@acme.example", secret=Password(SECRET))
    assert f"AUTH PLAIN {b64(chr(0) + 'ana@acme.example' + chr(0) + SECRET)}" in script.lines


def test_login(serve):
    script = Script({"AUTH": "334 UGFzc3dvcmQ6", "ANSWER": "235 ok"}, ehlo="250-mx\r\n250 AUTH LOGIN CRAM-MD5")
    results, _ = send(serve, script, username="ana", secret=Password(SECRET))
    assert states(results[0]) == [SENT]
    assert script.lines[1:3] == [f"AUTH LOGIN {b64('ana')}", b64(SECRET)]


def test_cram_md5(serve):
    script = Script({"AUTH": f"334 {b64('<1@mx>')}", "ANSWER": "235 ok"}, ehlo="250-mx\r\n250 AUTH CRAM-MD5")
    results, _ = send(serve, script, username="ana", secret=Password(SECRET))
    assert states(results[0]) == [SENT]
    assert base64.b64decode(script.lines[2]).startswith(b"ana ")


def test_a_wrong_password_is_tried_once(serve):
    script = Script({"AUTH": "535 5.7.8 bad credentials"})
    error = attempt(serve, script, AuthError, username="ana", secret=Password(SECRET))
    assert sum(line.startswith("AUTH") for line in script.lines) == 1
    assert SECRET not in str(error)
    assert "5.7.8" in str(error)


def test_an_unknown_mechanism_leads_to_the_next(serve):
    script = Script({"AUTH": ["504 5.5.4 no PLAIN", "334 UGFzc3dvcmQ6"], "ANSWER": "235 ok"})
    results, _ = send(serve, script, username="ana", secret=Password(SECRET))
    assert states(results[0]) == [SENT]


def test_a_server_that_cannot_check_now(serve):
    script = Script({"AUTH": "454 4.7.0 temporary failure"})
    error = attempt(serve, script, NetworkError, username="ana", secret=Password(SECRET))
    assert error.retryable
    assert not isinstance(error, AuthError)


def test_no_auth_offered(serve):
    attempt(serve, Script(ehlo="250 mx"), UnsupportedError, username="ana", secret=Password(SECRET))


def test_auth_wanted_and_none_given(serve):
    attempt(serve, Script({"MAIL": "530 5.7.0 Authentication required"}), AuthError)


@pytest.mark.parametrize(
    ("mechanism", "first"),
    [
        (None, "AUTH XOAUTH2 " + b64("user=ana\x01auth=Bearer tok\x01\x01")),
        ("xoauth2", "AUTH XOAUTH2 " + b64("user=ana\x01auth=Bearer tok\x01\x01")),
        ("oauthbearer", "AUTH OAUTHBEARER "),
    ],
)
def test_tokens(serve, mechanism, first):
    script = Script()
    results, _ = send(serve, script, username="ana", secret=TokenSource(lambda: "tok"), mechanism=mechanism)
    assert states(results[0]) == [SENT]
    line = script.lines[1]
    assert line.startswith(first)
    if mechanism == "oauthbearer":
        assert base64.b64decode(line.split()[2]).endswith(b"auth=Bearer tok\x01\x01")


@pytest.mark.parametrize(("mechanism", "answer"), [("xoauth2", ""), ("oauthbearer", "AQ==")])
def test_a_refused_token_is_renewed_once(serve, mechanism, answer):
    tokens = iter(["old", "new", "third"])
    seen: list[int] = []

    def provider() -> str:
        seen.append(threading.get_ident())
        return next(tokens)

    script = Script({"AUTH": ["334 eyJzdGF0dXMiOiI0MDEifQ==", "235 ok"], "ANSWER": "535 5.7.8 expired"})
    results, _ = send(serve, script, username="ana", secret=TokenSource(provider), mechanism=mechanism)
    assert states(results[0]) == [SENT]
    assert script.lines[2] == answer
    assert seen == [threading.get_ident()] * 2


def test_a_token_refused_twice(serve):
    tokens = iter(["old", "new", "third"])
    script = Script({"AUTH": "535 5.7.8 no"})
    attempt(serve, script, AuthError, username="ana", secret=TokenSource(lambda: next(tokens)))
    assert sum(line.startswith("AUTH") for line in script.lines) == 2


def test_a_token_provider_that_fails(serve):
    def provider() -> str:
        raise RuntimeError(SECRET)

    error = attempt(serve, Script(), AuthError, username="ana", secret=TokenSource(provider))
    assert SECRET not in str(error)


def test_no_secret_is_ever_told(serve, caplog):
    caplog.set_level(logging.DEBUG)
    script = Script({"AUTH": "535 5.7.8 bad credentials"})
    server = serve(script)
    transport = make(server.port, username="ana", secret=Password(password=SecretStr(SECRET)))
    with pytest.raises(AuthError) as caught:
        transport.send([outgoing()], Marks().data)
    told = [repr(transport), str(caught.value), repr(caught.value), caplog.text]
    import traceback

    told.append("".join(traceback.format_exception(caught.value)))
    for hidden in (SECRET, b64(chr(0) + "ana" + chr(0) + SECRET)):
        assert all(hidden not in text for text in told)


# --- where it may be called -----------------------------------------------------------------------------------------


def test_not_inside_a_transaction(serve):
    script = Script()
    server = serve(script)
    with guard.forbid_network(), pytest.raises(NetworkInTransactionError):
        make(server.port).send([outgoing()], Marks().data)
    assert script.connections == 0


def test_not_inside_a_running_loop(serve):
    import asyncio

    server = serve(Script())

    async def outer():
        make(server.port).send([outgoing()], Marks().data)

    with pytest.raises(RunningLoopError):
        asyncio.run(outer())


def test_threads_send_side_by_side(serve):
    script = Script()
    server = serve(script)
    found: list[list[VerdictState]] = []

    def work():
        found.append(states(make(server.port).send([outgoing()], Marks().data)[0]))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[SENT]] * 8


def test_check_connects_and_quits(serve):
    script = Script()
    server = serve(script)
    make(server.port, username="ana", secret=Password(SECRET)).check()
    assert script.lines[-1] == "QUIT"
    assert script.mails == []


def test_a_server_that_does_not_say_goodbye(serve):
    results, _ = send(serve, Script({"QUIT": Cut}))
    assert states(results[0]) == [SENT]


SES = "0102018d4f6e5a3c-aaaa-000000"


@pytest.mark.parametrize(
    ("host", "reply", "expected"),
    [
        (
            "smtp.office365.com",
            "2.0.0 OK <PR3PR04MB7401A@PR3PR04MB7401.eurprd04.prod.outlook.com> [Hostname=PR3PR04MB7401]",
            "PR3PR04MB7401A@PR3PR04MB7401.eurprd04.prod.outlook.com",
        ),
        ("email-smtp.us-east-1.amazonaws.com", f"Ok {SES}", f"{SES}@email.amazonses.com"),
        ("email-smtp.eu-west-1.amazonaws.com", f"Ok {SES}", f"{SES}@eu-west-1.amazonses.com"),
        ("mx.example", f"Ok {SES}", None),
        ("mx.example", "2.0.0 OK <a@b.example>", None),
        ("mx.example", "2.0.0 queued as <", None),
        ("mx.example", "<a b@x.prod.outlook.com>", None),
        ("mx.example", "<\r\na@x.prod.outlook.com>", None),
        ("mx.example", "<" + "a" * 500 + "@x.prod.outlook.com>", None),
    ],
)  # fmt: skip
def test_the_message_id_of_the_provider(host, reply, expected):
    from mailkit.transport.reply import provider_message_id

    assert provider_message_id(reply, host) == expected


@contextlib.contextmanager
def answering_before_the_end(replies: list[bytes]) -> Iterator[int]:
    """The port of a server that answers each command, and the content after its first bytes, of which it reads no
    more."""
    over = threading.Event()

    def serve() -> None:
        sock, _ = listener.accept()
        with sock:
            sock.sendall(b"220 mx.example ESMTP\r\n")
            for reply in replies:
                sock.recv(100)
                sock.sendall(reply)
            over.wait(20)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        thread.join()


@pytest.mark.parametrize(("reply", "state"), [(b"250 queued", UNCERTAIN), (b"552 too big", REFUSED)])
def test_an_answer_before_the_end_of_the_content_accepts_nothing(reply, state):
    dialogue = [b"250 mx.example\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", reply + b"\r\n"]
    large = outgoing(raw=b"Subject: x\r\n\r\n" + b"y" * 35_000_000 + b"\r\n")
    with answering_before_the_end(dialogue) as port:
        [result] = make(port).send([large], Marks().data, Marks().result)
    assert states(result) == [state]


def test_the_answer_to_the_content_is_waited_for_as_the_account_says():
    def waits(read_timeout: float, data_timeout: float | None = None) -> float:
        server = SmtpServer(
            host="127.0.0.1", port=1, tls="insecure", read_timeout=read_timeout, data_timeout=data_timeout
        )
        return SmtpTransport(server).data_timeout

    assert [waits(seconds) for seconds in (2, 60, 3600)] == [20, 600, 600]
    assert waits(60, 90) == 90

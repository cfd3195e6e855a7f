"""The IMAP grammar: known commands, and any bytes at all."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailkit.testing import MailServer
from mailkit.testing.imap import answer, commands, criteria, items, mime, reader, sequence, structure, utf7
from mailkit.testing.imap.session import COMMANDS
from mailkit.testing.imap.syntax import BadSyntaxError, Parser
from mailkit.testing.state import StoredMail
from testing.names import ANA, RAW

assert commands.__all__

# --- what the grammar says --------------------------------------------------------------------------------------------


def test_strings():
    parser = Parser(b'atom "a \\"b\\" \\\\ c" {3}\r\n\r\n) {0+}\r\n NIL "NIL"')
    read = [parser.astring()]
    for _ in range(3):
        parser.space()
        read.append(parser.astring())
    assert read == [b"atom", b'a "b" \\ c', b"\r\n)", b""]
    parser.space()
    assert parser.nstring() is None
    parser.space()
    assert parser.nstring() == b"NIL"
    parser.end()


@pytest.mark.parametrize(
    "bad",
    [b"", b'"', b'"a', b'"a\\', b'"a\r\nb"', b"{3}\r\nab", b"{x}\r\n", b"{3", b"(", b"{99999999999999999999999}\r\n"],
)
def test_bad_strings(bad):
    with pytest.raises(BadSyntaxError):
        Parser(bad).astring()


def test_dates():
    assert Parser(b"1-feb-2026").date() == date(2026, 2, 1)
    assert Parser(b'"01-Feb-2026"').date() == date(2026, 2, 1)
    assert Parser(b'" 1-Feb-2026 23:30:00 -0130"').date_time() == datetime(2026, 2, 2, 1, 0, tzinfo=UTC)
    for bad in (b"1-foo-2026", b"31-feb-2026", b"2026", b"1-feb-99999"):
        with pytest.raises(BadSyntaxError):
            Parser(bad).date()
    for bad in (b'"1-Feb-2026"', b'" 1-Feb-2026 25:00:00 +0000"', b'" 1-Jan-0001 00:00:00 +2300"', b'"a b +9"'):
        with pytest.raises(BadSyntaxError):
            Parser(bad).date_time()


@pytest.mark.parametrize(
    ("text", "numbers", "found"),
    [
        (b"1:3,7", [1, 2, 7, 9], [1, 2, 7]),
        (b"*", [3, 8], [8]),
        (b"9:*", [3, 8], [8]),
        (b"*:2", [1, 2, 3], [2, 3]),
        (b"3:1,2,2,1:2", [1, 2, 3], [1, 2, 3]),
        (b"1:*", [], []),
        (b"1:4294967295", [4294967295], [4294967295]),
    ],
)
def test_sequence_sets(text, numbers, found):
    assert sequence.resolve(sequence.parse(text), numbers) == found


ranges = st.lists(
    st.one_of(
        st.integers(1, 60).map(lambda n: b"%d" % n),
        st.tuples(st.integers(1, 60), st.integers(1, 60)).map(lambda pair: b"%d:%d" % pair),
        st.integers(1, 60).map(lambda n: b"%d:*" % n),
        st.just(b"*"),
    ),
    min_size=1,
    max_size=8,
)


@given(ranges, st.lists(st.integers(1, 50), unique=True).map(sorted))
def test_sequence_sets_mean_what_they_say(parts, numbers):
    last = numbers[-1] if numbers else 0
    wanted = set()
    for part in parts:
        ends = [last if end == b"*" else int(end) for end in part.split(b":")]
        wanted |= set(range(min(ends), max(ends) + 1))
    assert sequence.resolve(sequence.parse(b",".join(parts)), numbers) == [n for n in numbers if n in wanted]


@given(st.lists(st.integers(1, 10**6), min_size=1, unique=True).map(sorted))
def test_written_sets_read_back(numbers):
    assert sequence.resolve(sequence.parse(sequence.write(numbers)), numbers) == numbers


def test_a_huge_set_is_quick():
    text = b",".join(b"%d:*" % n for n in range(1, 10_001))
    began = time.process_time()
    assert len(sequence.resolve(sequence.parse(text), range(1, 100_001))) == 100_000
    assert time.process_time() - began < 2
    with pytest.raises(ValueError, match="many"):
        sequence.parse(b"1," * 20_000 + b"1")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50))
@example("&")
@example("Entwürfe & 日本語/台北")
def test_folder_names_survive_modified_utf7(name):
    name = name.replace("\0", "")
    wire = utf7.encode(name)
    assert wire.isascii()
    assert utf7.decode(wire) == name


@given(st.binary(max_size=100))
def test_what_is_no_modified_utf7_is_refused(raw):
    with contextlib.suppress(ValueError):
        assert isinstance(utf7.decode(raw), str)


@given(st.binary(max_size=2000))
def test_strings_read_back(value):
    parser = Parser(answer.string(value) + b" x")
    assert parser.string() == value
    parser.space()


# --- any bytes --------------------------------------------------------------------------------------------------------

TOKENS = (
    b' |(|)|"|\\|{3}\r\nabc|{1+}\r\nx|*|%|1:*|NIL|BODY[|]|<0.5>|\\Seen|HEADER.FIELDS|OR|NOT|UID|ALL|FROM|&AOQ-|&'
    b'|CHARSET|UTF-8|+FLAGS|INBOX|"1-Jan-2026 00:00:00 +0000"|1-Jan-2026|\xff|\0|MODSEQ|LARGER|99999999999999999999'
    b"|RETURN|1,2"
)
words = st.sampled_from(TOKENS.split(b"|"))
soup = st.lists(st.one_of(words, st.binary(max_size=6)), max_size=12).map(b"".join)
names = st.sampled_from(sorted(name.encode() for name in COMMANDS))


@given(st.one_of(soup, st.binary(max_size=300)))
def test_the_parser_reads_or_refuses(data):
    for method in ("tag", "atom", "astring", "string", "nstring", "number", "folder", "pattern", "words", "flags"):
        with contextlib.suppress(BadSyntaxError):
            getattr(Parser(data), method)()
    for method in ("bare_flags", "set", "date", "date_time", "text"):
        with contextlib.suppress(BadSyntaxError):
            getattr(Parser(data), method)()
    with contextlib.suppress(BadSyntaxError):
        items.read(Parser(data))
    with contextlib.suppress(BadSyntaxError, criteria.UnknownCharsetError):
        criteria.read(Parser(data))


@given(st.binary(max_size=400), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"]))
def test_any_mail_has_a_structure(raw, head):
    raw = head + raw.replace(b"\x01", b"\r\n--b\r\n")
    mail = StoredMail(1, raw, frozenset(), datetime.now(UTC), 1)
    root = mime.parse(raw)
    assert root.header + root.content == raw
    assert structure.structure(root, extended=True).startswith(b"(")
    for spec in (
        b"(ENVELOPE BODYSTRUCTURE BODY BODY[] BODY[1.2.3] BODY[HEADER.FIELDS (To)] BODY[TEXT]<3.4> BODY[1.MIME])",
    ):
        for item in items.read(Parser(spec)):
            assert items.tell(item, mail).startswith(item.label + b" ")


def test_deep_and_wide_mails_are_bounded():
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(500))
    wide = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 20_000
    colons = b"Content-Type: text/plain " + b"; " * 20_000 + b"\r\n\r\n"
    for raw in (deep, wide, colons, b"Subject: x\r\n" * 20_000, b"From: " + b"<a@b>, " * 20_000 + b"\r\n\r\n"):
        began = time.process_time()
        structure.structure(mime.parse(raw), extended=True)
        structure.envelope(mime.parse(raw))
        assert time.process_time() - began < 2


@pytest.fixture(scope="module")
def fuzzed():
    with MailServer(tls="insecure") as server:
        server.add_user(ANA, "secret")
        for _ in range(3):
            server.folder(ANA).add(RAW)
        yield server


ANSWER = re.compile(rb"(\*|\+|[^ ]+) ")


def talk(server: MailServer, *pieces: bytes) -> bytes:
    """Send everything, close our side, and read what comes until the server closes its own."""
    with socket.create_connection(("127.0.0.1", server.imap_port), timeout=10) as sock:
        for piece in pieces:
            with contextlib.suppress(ConnectionError):
                sock.sendall(piece)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_WR)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := sock.recv(1 << 16):
                received += piece
    return received


def still_serves(server: MailServer) -> bool:
    return b"z OK" in talk(server, b"y LOGIN ana@acme.example secret\r\nz NOOP\r\n")


@given(st.binary(max_size=500))
def test_any_bytes_before_login(fuzzed, data):
    assert talk(fuzzed, data, b"\r\n").startswith(b"* OK ")
    assert still_serves(fuzzed)


@given(names, soup)
def test_any_arguments_after_login(fuzzed, name, data):
    data = data.replace(b"INBOX", b"INBOX/x")
    received = talk(
        fuzzed, b"a LOGIN ana@acme.example secret\r\nb SELECT INBOX\r\n", b"c " + name + b" " + data + b"\r\n"
    )
    assert b"a OK" in received
    # A tagged answer, unless the end of the input came in the middle of a literal, of SASL or of IDLE.
    if b"{" not in data and name not in (b"AUTHENTICATE", b"IDLE"):
        assert re.search(rb"^(c|\*) (OK|NO|BAD)", received, re.MULTILINE)
    assert still_serves(fuzzed)
    for mail in list(fuzzed.folders(ANA)):
        assert fuzzed.folder(ANA, mail).uidvalidity > 0


def test_bad_commands_get_bad_and_too_many_get_bye(raw_imap):
    for bad in (
        b"",
        b" ",
        b"a",
        b"a ",
        b"( x",
        b"a NONSENSE",
        b"a UID",
        b"a UID NONSENSE 1",
        b"a NOOP x",
        b"a\xff NOOP",
    ):
        raw_imap.send(bad + b"\r\n")
        assert b" BAD " in raw_imap.line()
    for _ in range(39):
        raw_imap.send(b"\r\n")
        assert raw_imap.line().startswith(b"* BAD")
    raw_imap.send(b"\r\n")
    assert raw_imap.line().startswith(b"* BAD")
    assert raw_imap.line().startswith(b"* BYE")
    assert raw_imap.line() == b""


def test_a_line_that_is_too_long(raw_imap):
    raw_imap.send(b"a NOOP " + b"x" * (3 * 64 * 1024) + b"\r\nb NOOP\r\n")
    assert raw_imap.line() == b"* BAD Line too long\r\n"
    assert raw_imap.line() == b"b OK NOOP completed\r\n"


def test_an_endless_line_ends_the_connection(raw_imap):
    def pour() -> None:
        for _ in range(1000):
            raw_imap.send(b"x" * (1 << 16))
        raw_imap.until(b"never")

    with pytest.raises((ConnectionError, EOFError)):
        pour()


def test_literals_are_capped(server, raw_imap):
    raw_imap.send(b"a LOGIN {100000}\r\n")
    assert raw_imap.line() == b"a NO [TOOBIG] Too long\r\n"  # and no "+": nothing was read
    raw_imap.send(b"b LOGIN {100000+}\r\n" + b"x" * 100_000 + b" y\r\n")
    assert raw_imap.line() == b"b NO [TOOBIG] Too long\r\n"
    assert raw_imap.do(b"LOGIN ana@acme.example secret")[-1].startswith(b"t1 OK")
    raw_imap.send(b"c APPEND INBOX {99999999999}\r\n")
    assert raw_imap.line() == b"c NO [TOOBIG] Too long\r\n"
    raw_imap.send(b"d LOGIN " + b"{1+}\r\nx" * 70 + b"\r\n")
    assert b" BAD " in raw_imap.line()


def test_an_absurd_literal_ends_the_connection(raw_imap):
    raw_imap.send(b"b LOGIN {99999999999+}\r\n")
    assert raw_imap.line().startswith(b"* BYE [TOOBIG]")
    assert raw_imap.line() == b""


def test_a_big_mail_goes_in_and_out(server, connect_imap):
    raw = b"Subject: big\r\n\r\n" + b"0123456789\r\n" * 500_000
    client = connect_imap(server)
    client.append("INBOX", raw)
    client.select_folder("INBOX")
    assert client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"] == raw


@pytest.mark.parametrize(
    ("line", "size", "waits"),
    [
        (b"a X {10}", 10, True),
        (b"a X {10+}", 10, False),
        (b"a X {}", None, False),
        (b"a X {-1}", None, False),
        (b"a X {10} ", None, False),
        (b"a X 10}", None, False),
        (b"a X {100000000000000000000000000}", None, False),
    ],
)
def test_announced_literals(line, size, waits):
    assert reader.literal_size(line) == (size, waits)

"""FETCH, STORE, COPY, MOVE, EXPUNGE, APPEND, SEARCH with imapclient."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from imapclient.exceptions import IMAPClientError, InvalidCriteriaError

from testing.names import ANA, RAW

MULTI = (
    b"From: =?utf-8?q?J=C3=B6rg?= <joerg@client.example>, plain@client.example\r\n"
    b"To: Ana <ana@acme.example>\r\nCc: a@b.example,\r\n c@d.example\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <multi@client.example>\r\n"
    b"In-Reply-To: <m1@client.example>\r\nDate: Wed, 04 Feb 2026 10:00:00 +0000\r\n"
    b'Content-Type: multipart/mixed; boundary="b 1"\r\n\r\npreamble\r\n--b 1\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    b"H\xc3\xa4llo\r\nWelt\r\n--b 1\r\n"
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: x@y.example\r\n\r\ninner body\r\n\r\n--b 1\r\n"
    b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
    b"Content-ID: <cid@x>\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n--b 1--\r\nepilogue\r\n"
)


@pytest.fixture
def inbox(server):
    return server.folder(ANA)


@pytest.fixture
def client(server, connect_imap):
    client = connect_imap(server)
    client.select_folder("INBOX")
    client.normalise_times = False
    return client


def fill(inbox, count):
    uids = [inbox.add(RAW.replace(b"m1@", b"m%d@" % n)) for n in range(1, count + 1)]
    inbox.expunge(2)
    return [uid for uid in uids if uid != 2]


def test_fetch_gives_the_bytes_as_they_are(inbox, client):
    odd = b'\0\xff\r\r\n.\nno header at all {5}\r\n) "x'
    uids = [inbox.add(RAW), inbox.add(odd), inbox.add(b"\r\n")]
    client.noop()
    fetched = client.fetch(uids, ["BODY.PEEK[]", "RFC822.SIZE"])
    assert [fetched[uid][b"BODY[]"] for uid in uids] == [RAW, odd, b"\r\n"]
    assert [fetched[uid][b"RFC822.SIZE"] for uid in uids] == [len(RAW), len(odd), 2]
    assert inbox.flags(1) == frozenset()


def test_body_without_peek_sets_seen(inbox, client):
    inbox.add(RAW)
    client.noop()
    assert client.fetch([1], ["BODY.PEEK[HEADER]"])[1][b"BODY[HEADER]"].endswith(b"+0100\r\n\r\n")
    assert inbox.flags(1) == frozenset()
    assert client.fetch([1], ["BODY[TEXT]"])[1] == {b"SEQ": 1, b"BODY[TEXT]": b"Hi Ana\r\n", b"FLAGS": (b"\\Seen",)}
    assert inbox.flags(1) == {"\\Seen"}


def test_sections_and_partials(inbox, client):
    inbox.add(MULTI)
    client.noop()

    def body(spec):
        ((_, value),) = [(k, v) for k, v in client.fetch([1], [f"BODY.PEEK{spec}"])[1].items() if k.startswith(b"BODY")]
        return value

    assert body("[]<0.4>") == b"From"
    assert body("[]<5.1000000>") == MULTI[5:]
    assert body("[]<999999.10>") == b""
    assert body("[HEADER.FIELDS (SUBJECT Cc)]") == (
        b"Cc: a@b.example,\r\n c@d.example\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n"
    )
    assert b"Subject:" not in body("[HEADER.FIELDS.NOT (SUBJECT)]")
    assert body("[1]") == b"H\xc3\xa4llo\r\nWelt"
    assert body("[1.MIME]").startswith(b"Content-Type: text/plain")
    assert body("[2.HEADER]") == b"Subject: inner\r\nFrom: x@y.example\r\n\r\n"
    assert body("[2.TEXT]") == b"inner body\r\n"
    assert body("[2.1]") == b"inner body\r\n"
    assert body("[3]") == b"QUJD"
    assert body("[3]<1.2>") == b"UJ"
    assert body("[4]") is None
    assert body("[1.1]") is None  # a part is not a mail
    assert body("[2.2]") is None
    assert body("[1.HEADER]") is None


def test_envelope_and_structure(inbox, client):
    inbox.add(MULTI)
    inbox.add(RAW)
    client.noop()
    fetched = client.fetch([1, 2], ["ENVELOPE", "BODYSTRUCTURE", "BODY"])
    envelope = fetched[1][b"ENVELOPE"]
    assert envelope.subject == b"=?utf-8?q?Gr=C3=BC=C3=9Fe?="
    assert [(a.mailbox, a.host) for a in envelope.from_] == [
        (b"joerg", b"client.example"),
        (b"plain", b"client.example"),
    ]
    assert envelope.sender == envelope.from_ == envelope.reply_to
    assert [a.host for a in envelope.cc] == [b"b.example", b"d.example"]
    assert (envelope.in_reply_to, envelope.message_id) == (b"<m1@client.example>", b"<multi@client.example>")
    assert envelope.date == datetime(2026, 2, 4, 10, 0, tzinfo=UTC)
    structure = fetched[1][b"BODYSTRUCTURE"]
    assert structure.is_multipart
    parts, subtype = structure[0], structure[1]
    assert subtype == b"MIXED"
    assert parts[0][:8] == (b"TEXT", b"PLAIN", (b"CHARSET", b"utf-8"), None, None, b"8BIT", 12, 1)
    assert parts[1][:2] == (b"MESSAGE", b"RFC822")
    assert parts[1][7][1] == b"inner"
    assert parts[2][:7] == (b"APPLICATION", b"PDF", (b"NAME", b"a.pdf"), b"<cid@x>", None, b"BASE64", 4)
    assert parts[2][8] == (b"ATTACHMENT", (b"FILENAME", b"a.pdf"))
    assert fetched[2][b"BODYSTRUCTURE"][:8] == (b"TEXT", b"PLAIN", None, None, None, b"7BIT", 8, 1)
    assert len(fetched[1][b"BODY"]) == 2  # no extension data


def test_odd_headers_and_addresses(inbox, client):
    """Checked against Dovecot: what is no field belongs to no field, and a host is never NIL."""
    inbox.add(b" lost line\r\nFrom: MAILER-DAEMON (Mail System)\r\nno field\r\nTo: list:;, <a@b.example>\r\n\r\nx")
    inbox.add(b"Subject: no end")
    client.noop()
    fetched = client.fetch(
        [1, 2], ["ENVELOPE", "BODY.PEEK[HEADER.FIELDS (From)]", "BODY.PEEK[HEADER.FIELDS.NOT (From)]"]
    )
    assert fetched[1][b"BODY[HEADER.FIELDS (FROM)]"] == b"From: MAILER-DAEMON (Mail System)\r\n\r\n"
    assert fetched[1][b"BODY[HEADER.FIELDS.NOT (FROM)]"] == (
        b" lost line\r\nno field\r\nTo: list:;, <a@b.example>\r\n\r\n"
    )
    sender = fetched[1][b"ENVELOPE"].from_[0]
    assert (sender.name, sender.mailbox, sender.host) == (b"Mail System", b"MAILER-DAEMON", b"")
    assert [(a.mailbox, a.host) for a in fetched[1][b"ENVELOPE"].to] == [(b"a", b"b.example")]
    assert fetched[2][b"ENVELOPE"].subject == b"no end"


def test_macros_and_old_names(inbox, client, ana_raw):
    inbox.add(RAW, ["\\Seen"])
    ana_raw.do(b"SELECT INBOX")
    assert ana_raw.do(b"FETCH 1 FAST")[0].startswith(b'* 1 FETCH (FLAGS (\\Seen) INTERNALDATE "')
    assert b"ENVELOPE (" in ana_raw.do(b"FETCH 1 ALL")[0]
    assert b" BODY (" in ana_raw.do(b"FETCH 1 FULL")[0]
    assert ana_raw.do(b"FETCH 1 (RFC822.HEADER)")[0].startswith(b"* 1 FETCH (RFC822.HEADER {")
    assert ana_raw.do(b"UID FETCH 1 (RFC822.TEXT FLAGS)")[0].startswith(b"* 1 FETCH (UID 1 RFC822.TEXT {8}")
    for bad in (b"NOTHING", b"BODY[5.NOPE]", b"BODY[MIME]", b"(FLAGS", b"BODY[]<1>", b"()", b"BODY[HEADER.FIELDS ()]"):
        assert b" BAD " in ana_raw.do(b"FETCH 1 " + bad)[-1]


def test_internaldate_flags_and_appenduid(inbox, client):
    when = datetime(2025, 12, 31, 23, 59, 58, tzinfo=timezone(timedelta(hours=-5)))
    answer = client.append("INBOX", RAW, ["\\Seen", "\\draft", "$Label"], when)
    assert answer == f"[APPENDUID {inbox.uidvalidity} 1] APPEND completed".encode()
    fetched = client.fetch([1], ["INTERNALDATE", "FLAGS"])[1]
    assert fetched[b"INTERNALDATE"] == when
    assert set(fetched[b"FLAGS"]) == {b"\\Seen", b"\\Draft", b"$Label"}
    with pytest.raises(IMAPClientError, match="TRYCREATE"):
        client.append("nowhere", RAW)
    with pytest.raises(IMAPClientError, match="empty"):
        client.append("INBOX", b"")


def test_store_adds_removes_replaces(inbox, client):
    inbox.add(RAW)
    inbox.add(RAW)
    client.noop()
    assert client.add_flags([1, 2], ["\\Flagged", "Work"]) == {1: (b"Work", b"\\Flagged"), 2: (b"Work", b"\\Flagged")}
    assert client.remove_flags([1], ["\\FLAGGED", "work"]) == {1: ()}
    assert client.set_flags([2], ["\\Seen"]) == {2: (b"\\Seen",)}
    client.add_flags([1], ["\\Answered"], silent=True)
    assert inbox.flags(1) == {"\\Answered"}
    assert inbox.flags(2) == {"\\Seen"}


def test_sets_star_and_uids_that_are_not_there(inbox, client, ana_raw):
    assert fill(inbox, 5) == [1, 3, 4, 5]
    ana_raw.do(b"SELECT INBOX")

    def uids(command):
        return [
            int(line.split(b"UID ")[1].split()[0].rstrip(b")")) for line in ana_raw.do(command)[:-1] if b"FETCH" in line
        ]

    assert uids(b"UID FETCH 1:* UID") == [1, 3, 4, 5]
    assert uids(b"UID FETCH 9:* UID") == [5]
    assert uids(b"UID FETCH 2 UID") == []
    assert uids(b"UID FETCH 4:2,4,3:3 UID") == [3, 4]
    assert uids(b"FETCH 2:3 UID") == [3, 4]
    assert uids(b"FETCH * UID") == [5]
    assert uids(b"UID FETCH 1:4294967295 UID") == [1, 3, 4, 5]
    for bad in (b"0", b"1:", b"a", b"1,,2", b"4294967296", b"-1", b""):
        assert b" BAD " in ana_raw.do(b"UID FETCH " + bad + b" UID")[-1]


def test_copy_move_and_their_uids(server, inbox, client, ana_raw):
    fill(inbox, 4)
    inbox.set_flags(3, ["\\Seen"])
    client.noop()
    sent, trash = server.folder(ANA, "Sent"), server.folder(ANA, "Trash")
    sent.add(RAW)
    ana_raw.do(b"SELECT INBOX")
    assert ana_raw.do(b"UID COPY 1,3 Sent")[-1].startswith(b"t3 OK [COPYUID %d 1,3 2:3]" % sent.uidvalidity)
    assert sent.flags(3) == {"\\Seen"}
    assert inbox.uids() == [1, 3, 4]
    client.move([3, 4], "Trash")
    assert inbox.uids() == [1]
    assert trash.raw(1) == sent.raw(3)
    assert client.search("ALL") == [1]
    client.copy([1], "Sent")
    with pytest.raises(IMAPClientError, match="TRYCREATE"):
        client.copy([1], "nowhere")
    with pytest.raises(IMAPClientError, match="TRYCREATE"):
        client.move([1], "nowhere")
    assert inbox.uids() == [1]


def test_move_tells_copyuid_before_expunge(inbox, ana_raw):
    fill(inbox, 4)
    ana_raw.do(b"SELECT INBOX")
    lines = ana_raw.do(b"UID MOVE 1,4 Trash")
    assert b"[COPYUID " in lines[0]
    assert lines[1:3] == [b"* 3 EXPUNGE", b"* 1 EXPUNGE"]
    assert b"OK" in lines[3]


def test_uid_expunge_removes_only_what_is_named_and_marked(inbox, client):
    for _ in range(4):
        inbox.add(RAW)
    client.noop()
    client.add_flags([1, 2, 3], ["\\Deleted"])
    client.uid_expunge([2, 4])
    assert inbox.uids() == [1, 3, 4]
    client.expunge()
    assert inbox.uids() == [4]
    assert client.search("ALL") == [4]


def test_search(inbox, client):
    inbox.add(RAW, ["\\Seen"], datetime(2026, 2, 3, 12, tzinfo=UTC))
    inbox.add(MULTI, ["\\Flagged", "$Work"], datetime(2026, 2, 10, 12, tzinfo=UTC))
    inbox.add(b"Subject: big\r\n\r\n" + b"x" * 5000, ["\\Deleted"], datetime(2026, 3, 1, 12, tzinfo=UTC))
    client.noop()
    found = client.search
    assert found("ALL") == [1, 2, 3]
    assert found(["SEEN"]) == [1]
    assert found(["UNSEEN"]) == [2, 3]
    assert found(["DELETED"]) == [3]
    assert found(["NOT", "DELETED"]) == [1, 2]
    assert found(["OR", "SEEN", "DELETED"]) == [1, 3]
    assert found(["KEYWORD", "$work"]) == [2]
    assert found(["UNKEYWORD", "$Work"]) == [1, 3]
    assert found(["SINCE", date(2026, 2, 10)]) == [2, 3]
    assert found(["BEFORE", date(2026, 2, 10)]) == [1]
    assert found(["ON", date(2026, 2, 10)]) == [2]
    assert found(["SENTSINCE", date(2026, 2, 4)]) == [2]
    assert found(["SENTON", date(2026, 2, 3)]) == [1]
    assert found(["LARGER", 4000]) == [3]
    assert found(["SMALLER", 4000, "UNSEEN"]) == [2]
    assert found(["FROM", "client.example"]) == [1, 2]
    assert found(["TO", "ANA"]) == [1, 2]
    assert found(["SUBJECT", "grüße"], "UTF-8") == [2]
    assert found(["CC", "c@d.example"]) == [2]
    assert found(["HEADER", "Message-ID", "<m1@client.example>"]) == [1]
    assert found(["HEADER", "In-Reply-To", ""]) == [2]
    assert found(["BODY", "welt"]) == [2]
    assert found(["TEXT", "1042"]) == [1]
    assert found(["BODY", "1042"]) == []
    assert found(["UID", "2:*"]) == [2, 3]
    assert found("2:3 NOT (FLAGGED KEYWORD $Work)") == [3]
    assert found(["MODSEQ", 3]) == [2, 3]
    assert found(["MODSEQ", 3]).modseq == 4
    with pytest.raises(InvalidCriteriaError):
        found(["NONSENSE"])
    with pytest.raises(IMAPClientError, match="BADCHARSET"):
        found(["SUBJECT", "x"], "KOI8-R")


def test_search_by_sequence_number(inbox, ana_raw):
    fill(inbox, 5)
    ana_raw.do(b"SELECT INBOX")
    assert ana_raw.do(b"SEARCH UID 3:4")[0] == b"* SEARCH 2 3"
    assert ana_raw.do(b"SEARCH 4:*")[0] == b"* SEARCH 4"
    assert ana_raw.do(b"SEARCH KEYWORD nothing")[0] == b"* SEARCH"
    assert b" BAD " in ana_raw.do(b"SEARCH " + b"NOT " * 60 + b"ALL")[-1]
    assert b" BAD " in ana_raw.do(b"SEARCH " + b"ALL " * 2000 + b"ALL")[-1]


def test_condstore(inbox, client, ana_raw):
    inbox.add(RAW)
    inbox.add(RAW)
    assert b"[HIGHESTMODSEQ 3]" in b"".join(ana_raw.do(b"SELECT INBOX (CONDSTORE)"))
    assert ana_raw.do(b"UID FETCH 1:* (FLAGS) (CHANGEDSINCE 2)")[:-1] == [b"* 2 FETCH (UID 2 FLAGS () MODSEQ (3))"]
    inbox.set_flags(1, ["\\Seen"])
    assert ana_raw.do(b"NOOP")[0] == b"* 1 FETCH (FLAGS (\\Seen) MODSEQ (4))"
    assert (
        ana_raw.do(b"UID STORE 1 (UNCHANGEDSINCE 3) +FLAGS.SILENT (\\Deleted)")[-1]
        .split(b"]")[0]
        .endswith(b"OK [MODIFIED 1")
    )
    assert inbox.flags(1) == {"\\Seen"}
    assert ana_raw.do(b"UID STORE 1 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\\Deleted)")[0] == b"* 1 FETCH (UID 1 MODSEQ (5))"
    assert ana_raw.do(b"UID STORE 1 +FLAGS.SILENT (\\Deleted)")[0] == b"* 1 FETCH (UID 1 MODSEQ (5))"  # no change
    assert client.folder_status("INBOX", ["HIGHESTMODSEQ"])[b"HIGHESTMODSEQ"] == 5
    assert client.fetch([1], ["FLAGS"], ["CHANGEDSINCE 4"])[1][b"MODSEQ"] == (5,)
    assert client.fetch([1], ["FLAGS"], ["CHANGEDSINCE 5"]) == {}

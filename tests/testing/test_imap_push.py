"""What one session is told of what others do: NOOP, IDLE, sequence numbers, and a folder that goes away."""

from __future__ import annotations

import threading
import time

import pytest

from testing.names import ANA, RAW


def test_idle_pushes_new_mail_flags_and_expunges(server, connect_imap):
    inbox = server.folder(ANA)
    inbox.add(RAW)
    client = connect_imap(server)
    client.select_folder("INBOX")
    client.idle()
    server.wait_until_idle(ANA)
    inbox.add(RAW)
    assert (2, b"EXISTS") in client.idle_check(timeout=60)
    inbox.set_flags(1, ["\\Seen"])
    assert client.idle_check(timeout=60) == [(1, b"FETCH", (b"FLAGS", (b"\\Seen",)))]
    inbox.expunge(1)
    assert client.idle_check(timeout=60) == [(1, b"EXPUNGE")]
    assert client.idle_check(timeout=0.05) == []
    text, rest = client.idle_done()
    assert (text, rest) == (b"IDLE terminated", [])
    assert client.search("ALL") == [2]


def test_idle_tells_at_once_what_happened_before_it(server, ana_raw):
    ana_raw.do(b"SELECT INBOX")
    server.folder(ANA).add(RAW)
    ana_raw.send(b"i IDLE\r\n")
    assert [ana_raw.line() for _ in range(3)] == [b"+ idling\r\n", b"* 1 EXISTS\r\n", b"* 0 RECENT\r\n"]


def test_idle_ends_with_anything_but_done(ana_raw):
    ana_raw.send(b"i IDLE\r\n")
    assert ana_raw.line() == b"+ idling\r\n"
    ana_raw.send(b"j NOOP\r\n")
    assert ana_raw.line() == b"i BAD expected DONE\r\n"


def test_two_clients_see_each_other(server, connect_imap):
    inbox = server.folder(ANA)
    for _ in range(3):
        inbox.add(RAW)
    one, two = connect_imap(server), connect_imap(server)
    one.select_folder("INBOX")
    two.select_folder("INBOX")
    one.add_flags([2], ["\\Deleted"])
    one.expunge()
    assert two.search("ALL") == [1, 3]  # UID SEARCH: the mail is gone, whatever the session was told
    two.noop()
    assert two.fetch([3], ["FLAGS"])[3][b"SEQ"] == 2


def test_expunges_wait_while_sequence_numbers_are_in_use(server, raw_login):
    inbox = server.folder(ANA)
    for n in range(3):
        inbox.add(b"Subject: %d\r\n\r\n" % n)
    raw = raw_login(server)
    raw.do(b"SELECT INBOX")
    inbox.expunge(1)
    inbox.add(RAW)
    lines = raw.do(b"FETCH 2:3 UID")
    assert lines == [
        b"* 4 EXISTS",
        b"* 0 RECENT",
        b"* 2 FETCH (UID 2)",
        b"* 3 FETCH (UID 3)",
        b"t3 OK FETCH completed",
    ]
    assert raw.do(b"FETCH 1 UID")[-1].startswith(b"t4 NO [EXPUNGEISSUED]")
    told = raw.do(b"STORE 2 +FLAGS (X)")
    assert told[0] == b"* FLAGS (X \\Answered \\Deleted \\Draft \\Flagged \\Seen)", "the folder has a new keyword"
    assert told[2] == b"* 2 FETCH (FLAGS (X))"
    assert raw.do(b"SEARCH ALL")[0] == b"* SEARCH 2 3 4"
    assert raw.do(b"NOOP")[0] == b"* 1 EXPUNGE"
    assert raw.do(b"SEARCH ALL")[0] == b"* SEARCH 1 2 3"


def test_expunges_are_reported_so_that_each_number_is_valid(server, raw_login):
    inbox = server.folder(ANA)
    for _ in range(6):
        inbox.add(RAW)
    raw = raw_login(server)
    raw.do(b"SELECT INBOX")
    inbox.expunge(1, 2, 5)
    inbox.add(RAW)
    inbox.expunge(7)  # came and went unseen
    assert raw.do(b"NOOP")[:-1] == [b"* 5 EXPUNGE", b"* 2 EXPUNGE", b"* 1 EXPUNGE"]
    assert raw.do(b"UID SEARCH ALL")[0] == b"* SEARCH 3 4 6"


def test_own_changes_are_not_told_twice(server, raw_login):
    server.folder(ANA).add(RAW)
    raw = raw_login(server)
    raw.do(b"SELECT INBOX")
    assert raw.do(b"STORE 1 +FLAGS (\\Seen)")[:-1] == [b"* 1 FETCH (FLAGS (\\Seen))"]
    assert raw.do(b"STORE 1 -FLAGS.SILENT (\\Seen)")[:-1] == []
    assert raw.do(b"NOOP")[:-1] == []


@pytest.mark.parametrize("how", ["renumbered", "deleted"])
def test_a_session_in_a_folder_that_goes_away_is_closed(server, raw_login, how):
    folder = server.create_folder(ANA, "X")
    folder.add(RAW)
    raw = raw_login(server)
    raw.do(b"SELECT X")
    other = raw_login(server)
    if how == "renumbered":
        assert folder.change_uidvalidity() > 0
    else:
        assert b"OK" in other.do(b"DELETE X")[-1]
    raw.send(b"n NOOP\r\n")
    assert raw.line().startswith(b"* BYE ")
    assert raw.line() == b""
    assert b"OK" in other.do(b"NOOP")[-1]


def test_renumbering_wakes_a_client_in_idle(server, raw_login):
    server.folder(ANA).add(RAW)
    raw = raw_login(server)
    raw.do(b"SELECT INBOX")
    raw.send(b"i IDLE\r\n")
    assert raw.line() == b"+ idling\r\n"
    server.wait_until_idle(ANA)
    server.folder(ANA).change_uidvalidity()
    assert raw.line().startswith(b"* BYE ")


def test_mail_delivered_while_many_idle(server, raw_login):
    clients = [raw_login(server) for _ in range(5)]
    for client in clients:
        client.do(b"SELECT INBOX")
        client.send(b"i IDLE\r\n")
        assert client.line() == b"+ idling\r\n"
    writers = [threading.Thread(target=server.folder(ANA).add, args=(RAW,)) for _ in range(20)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for client in clients:
        seen = 0
        while seen < 20:
            line = client.line()
            if line.endswith(b"EXISTS\r\n"):
                seen = int(line.split()[1])
    assert server.folder(ANA).uids() == list(range(1, 21))


def test_wait_until_idle_gives_up(server):
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        server.wait_until_idle(ANA, timeout=0.05)
    assert time.monotonic() - began < 2

"""Mail in a folder: filing, finding, reading byte for byte, and what other clients do meanwhile."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailkit.errors import InputError
from mailkit.words import Limits

MAIL = b"From: bo@client.example\r\nTo: ana@mail.example\r\nSubject: Offer\r\nMessage-ID: <%s>\r\n\r\nHello\r\n"


def mail(name: str) -> bytes:
    """A small mail with that Message-ID."""
    return MAIL % name.encode()


def eight_bit() -> bytes:
    """Bytes that are no character set at all, in the header too."""
    everything = bytes(byte for byte in range(1, 256) if byte not in b"\r\n")
    return b"Subject: caf\xe9 \xf0\x9f\x92\x8c\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + everything + b"\r\n"


def big(size: int) -> bytes:
    """About so many bytes of base64 that do not compress."""
    import base64

    body = base64.encodebytes(random.Random(7).randbytes(size * 3 // 4)).replace(b"\n", b"\r\n")
    return b"Subject: big\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body


ODD = {
    "8-bit": eight_bit(),
    "no header": b"\r\nonly a body\r\n",
    "no body": b"Subject: x\r\n\r\n",
    "no blank line": b"Subject: x\r\n",
    "no line end at the end": b"Subject: x\r\n\r\nlast line",
    "a line of 100,000": b"Subject: x\r\n\r\n" + b"a" * 100_000 + b"\r\n",
    "IMAP inside": b"Subject: x\r\n\r\n* 1 FETCH (BODY[] {3}\r\nA1 OK done\r\n)\r\n",
    "lines of dots": b"Subject: x\r\n\r\n.\r\n..\r\n.\r\n",
}


@pytest.mark.parametrize("name", ODD)
def test_what_was_filed_comes_back_byte_for_byte(mailboxes, user, name: str) -> None:
    mailbox = mailboxes.open(user)
    uid = mailbox.append("INBOX", ODD[name])
    mailbox.select("INBOX")
    [found] = mailbox.fetch([uid])
    assert found.raw == ODD[name]
    assert mailbox.sizes([uid]) == {uid: len(ODD[name])}


def test_a_big_message_comes_back_byte_for_byte(mailboxes, user) -> None:
    raw = big(8_000_000)
    mailbox = mailboxes.open(user)
    uid = mailbox.append("INBOX", raw)
    mailbox.select("INBOX")
    [found] = mailbox.fetch([uid])
    assert found.raw == raw


def test_a_message_beyond_the_limit_is_told_and_not_fetched(mailboxes, user) -> None:
    raw, small = big(300_000), mail("small@x.example")
    mailbox = mailboxes.open(user, limits=Limits(message_bytes=100_000))
    mailbox.append("INBOX", raw)
    mailbox.append("INBOX", small)
    mailbox.select("INBOX")
    found = sorted(mailbox.fetch([1, 2]), key=lambda one: one.uid)
    assert [(one.uid, one.raw, one.size) for one in found] == [(1, None, len(raw)), (2, small, len(small))]


def test_bare_line_feeds_are_filed_as_crlf(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    uid = mailbox.append("INBOX", b"Subject: x\n\nbody\n")
    mailbox.select("INBOX")
    [found] = mailbox.fetch([uid])
    assert found.raw == b"Subject: x\r\n\r\nbody\r\n"


def test_nul_is_never_sent_and_the_connection_stays(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    with pytest.raises(InputError):
        mailbox.append("INBOX", b"Subject: x\r\n\r\na\0b\r\n")
    assert mailbox.append("INBOX", mail("a@x.example")) == 1


def test_flags_and_date_are_kept(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    when = datetime(2024, 2, 29, 23, 59, 58, tzinfo=timezone(timedelta(hours=-7)))
    uid = mailbox.append("INBOX", mail("a@x.example"), ["\\Seen", "\\Flagged", "$Forwarded", "Kunde1"], when)
    mailbox.select("INBOX")
    [found] = mailbox.fetch([uid])
    assert found.internaldate == when
    assert found.internaldate.tzinfo is not None
    assert set(found.flags) - {"\\Recent"} == {"\\Seen", "\\Flagged", "$Forwarded", "Kunde1"}


def test_the_date_of_a_message_filed_without_one_is_now(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    uid = mailbox.append("INBOX", mail("a@x.example"))
    mailbox.select("INBOX")
    [found] = mailbox.fetch([uid])
    assert abs(found.internaldate - datetime.now(UTC)) < timedelta(minutes=1)


def test_reading_sets_no_flag(mailboxes, user) -> None:
    mailbox = mailboxes.open(user, readonly=False)
    uid = mailbox.append("INBOX", mail("a@x.example"))
    mailbox.select("INBOX", readonly=False)
    list(mailbox.fetch([uid]))
    assert "\\Seen" not in mailbox.flags(1)[uid].flags
    assert "\\Seen" not in mailboxes.open(user).flags(1)[uid].flags


def test_uids_rise_and_ranges_are_kept(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    uids = [mailbox.append("INBOX", mail(f"{number}@x.example")) for number in range(5)]
    mailbox.select("INBOX")
    assert mailbox.uids() == uids == sorted(uids)
    assert mailbox.uids(uids[2]) == uids[2:]
    assert mailbox.uids(uids[1], uids[3]) == uids[1:4]
    # RFC 9051: "9:*" names the last message even where there is no UID 9; nobody may take it for news.
    assert mailbox.uids(uids[-1] + 1) == []
    assert mailbox.uids(uids[-1] + 5) == []


def test_a_message_is_found_by_its_message_id(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    for name in ("one@x.example", "two@x.example", "longer-two@x.example", 'odd"\\id@x.example'):
        mailbox.append("Sent", mail(name))
    mailbox.select("Sent")
    assert mailbox.find("two@x.example") == [2]
    assert mailbox.find("TWO@x.example") == [2], "servers search without regard to case"
    assert mailbox.find('odd"\\id@x.example') == [4]
    assert mailbox.find("three@x.example") == []
    assert mailbox.find("größe@x.example") == []


def test_a_message_without_a_message_id_does_not_disturb_the_search(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    mailbox.append("INBOX", b"Subject: x\r\n\r\n<one@x.example>\r\n")
    mailbox.select("INBOX")
    assert mailbox.find("one@x.example") == []


def test_a_message_that_another_client_expunged_is_left_out(ground, mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    for number in range(4):
        mailbox.append("INBOX", mail(f"{number}@x.example"))
    mailbox.select("INBOX")
    with ground.other_client(user) as other:
        other.uid("STORE", "2", "+FLAGS.SILENT", "(\\Deleted)")
        other.expunge()
    mailbox.noop()
    assert mailbox.uids() == [1, 3, 4]
    assert mailbox.sizes([1, 2, 3]).keys() == {1, 3}
    assert [found.uid for found in mailbox.fetch([1, 2, 3, 4])] == [1, 3, 4]
    assert mailbox.select("INBOX").uidnext == 5


def test_a_message_that_another_client_expunges_unseen_harms_nothing(ground, mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    for number in range(3):
        mailbox.append("INBOX", mail(f"{number}@x.example"))
    mailbox.select("INBOX")
    with ground.other_client(user) as other:
        other.uid("STORE", "3", "+FLAGS.SILENT", "(\\Deleted)")
        other.expunge()
    found = {one.uid: one.raw for one in mailbox.fetch([1, 2, 3])}
    assert found.keys() >= {1, 2}
    assert [found[uid] for uid in (1, 2)] == [mail("0@x.example"), mail("1@x.example")]


def test_changes_since_a_mod_sequence(ground, mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    for number in range(3):
        mailbox.append("INBOX", mail(f"{number}@x.example"))
    since = mailbox.select("INBOX").highestmodseq
    assert mailbox.flags(1, changed_since=since) == {}
    with ground.other_client(user) as other:
        other.uid("STORE", "2", "+FLAGS", "(\\Answered Kunde1)")
    state = mailbox.select("INBOX")
    assert state.highestmodseq > since
    changed = mailbox.flags(1, changed_since=since)
    assert changed.keys() == {2}
    assert set(changed[2].flags) - {"\\Recent"} == {"\\Answered", "Kunde1"}
    assert since < changed[2].modseq <= state.highestmodseq
    assert mailbox.flags(1, changed_since=state.highestmodseq) == {}
    everything = mailbox.flags(1)
    assert everything.keys() == {1, 2, 3}
    assert mailbox.flags(2, 3).keys() == {2, 3}


def test_a_new_message_has_a_mod_sequence_above_the_last(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    mailbox.append("INBOX", mail("0@x.example"))
    since = mailbox.select("INBOX").highestmodseq
    mailbox.append("INBOX", mail("1@x.example"))
    mailbox.select("INBOX")
    assert mailbox.flags(1, changed_since=since).keys() == {2}

"""ImapMailbox against servers that answer for other messages, leave out what was asked, or make numbers up."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from mailkit.config import Password
from mailkit.errors import MailkitError, ProtocolError
from mailkit.mailbox import ImapMailbox

Connect = Callable[..., ImapMailbox]
Server = Any  # the fixture of conftest.py
BODY = b"BODY[] {3}\r\nabc)\r\n"
DONE = b"{tag} OK done\r\n"


def opened(server: Server, mailbox: Connect, sizes: bytes, bodies: bytes) -> ImapMailbox:
    server.script.answers = {
        b"RFC822.SIZE": sizes + DONE,
        b"BODY.PEEK": bodies + DONE,
        b"SEARCH": b"* SEARCH 1\r\n" + DONE,
    }
    box = mailbox()
    box.select("INBOX")
    return box


def test_messages_that_nobody_asked_for_are_not_taken(server: Server, mailbox: Connect) -> None:
    box = opened(
        server,
        mailbox,
        b"* 9 FETCH (UID 99 RFC822.SIZE 3)\r\n* 8 FETCH (UID 4294967296 RFC822.SIZE 3)\r\n"
        b"* 1 FETCH (UID 1 RFC822.SIZE 3)\r\n",
        b"* 9 FETCH (UID 99 " + BODY + b"* 1 FETCH (UID 1 " + BODY,
    )
    assert [(one.uid, one.raw) for one in box.fetch([1])] == [(1, b"abc")]


@pytest.mark.parametrize("size", [b"", b" RFC822.SIZE -5", b" RFC822.SIZE NIL", b" RFC822.SIZE " + b"9" * 20])
def test_a_size_that_is_none_does_not_hide_the_message(server: Server, mailbox: Connect, size: bytes) -> None:
    box = opened(server, mailbox, b"* 1 FETCH (UID 1" + size + b")\r\n", b"* 1 FETCH (UID 1 " + BODY)
    assert [(one.uid, one.size) for one in box.fetch([1])] == [(1, 3)]


@pytest.mark.parametrize("answer", [b"* 1 FETCH (UID 1 FLAGS ())\r\n", b"* 1 FETCH (UID 1 BODY[]<0> {3}\r\nabc)\r\n"])
def test_an_answer_without_content_is_an_error_while_the_message_is_there(
    server: Server, mailbox: Connect, answer: bytes
) -> None:
    box = opened(server, mailbox, b"* 1 FETCH (UID 1 RFC822.SIZE 3)\r\n", answer)
    with pytest.raises(ProtocolError, match="content of message 1"):
        list(box.fetch([1]))


def test_an_answer_without_content_of_a_message_that_is_gone(server: Server, mailbox: Connect) -> None:
    box = opened(server, mailbox, b"* 1 FETCH (UID 1 RFC822.SIZE 3)\r\n", b"* 1 FETCH (UID 1 FLAGS ())\r\n")
    server.script.answers[b"SEARCH"] = b"* SEARCH\r\n" + DONE
    assert list(box.fetch([1])) == []


def test_a_number_of_messages_that_is_made_up_costs_no_endless_commands(server: Server, mailbox: Connect) -> None:
    server.script.answers = {
        b"EXAMINE": b"* 99999999999999 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 4294967295]\r\n" + DONE,
        b"SEARCH": b"* SEARCH\r\n" + DONE,
        b"FETCH": DONE,
    }
    box = mailbox()
    box.select("INBOX")
    assert box.flags(1) == {}
    assert server.text().count(b"FETCH") <= 51


def test_names_that_are_shown_alike_are_two_folders(server: Server, mailbox: Connect) -> None:
    names = [b'"caf\xe9"', b'"caf\xe8"', b'"&"', b'"+"', b"inbox", b"INBOX"]
    server.script.answers = {b"LIST": b"".join(b'* LIST () "/" ' + name + b"\r\n" for name in names) + DONE}
    box = mailbox()
    shown = [folder.name for folder in box.folders()]
    assert len(set(shown)) == len(shown) == 5
    for name in shown:
        box.select(name)
    for wire in (b'EXAMINE "caf\xe9"', b'EXAMINE "caf\xe8"', b'EXAMINE "&"', b'EXAMINE "+"'):
        assert wire in server.text()


TWO_SIZES = b"* 1 FETCH (UID 1 RFC822.SIZE 3)\r\n* 2 FETCH (UID 2 RFC822.SIZE 3)\r\n"


def test_two_contents_for_one_message_are_an_error_and_neither_is_taken(server: Server, mailbox: Connect) -> None:
    box = opened(server, mailbox, TWO_SIZES, b"* 1 FETCH (UID 1 " + BODY + b"* 2 FETCH (UID 1 BODY[] {3}\r\nxyz)\r\n")
    with pytest.raises(ProtocolError, match="two contents for message 1"):
        list(box.fetch([1, 2]))


def test_one_content_told_twice_is_no_error(server: Server, mailbox: Connect) -> None:
    box = opened(server, mailbox, TWO_SIZES, 2 * (b"* 1 FETCH (UID 1 " + BODY))
    assert [(one.uid, one.raw) for one in box.fetch([1])] == [(1, b"abc")]


@pytest.mark.parametrize("announced", [n for n in range(32) if n != 3])
def test_a_literal_announced_too_short_or_too_long_is_no_message(
    server: Server, mailbox: Connect, announced: int
) -> None:
    lie = b"* 1 FETCH (UID 1 BODY[] {%d}\r\nabc)\r\n" % announced
    box = opened(server, mailbox, TWO_SIZES, lie + b"* 2 FETCH (UID 2 " + BODY)
    with pytest.raises(ProtocolError):
        list(box.fetch([1, 2]))


def test_a_literal_may_be_followed_by_more_items_and_by_a_space(server: Server, mailbox: Connect) -> None:
    box = opened(server, mailbox, TWO_SIZES, b"* 1 FETCH (BODY[] {3}\r\nabc UID 1 FLAGS (\\Seen) )\r\n")
    assert [(one.raw, one.flags) for one in box.fetch([1])] == [(b"abc", ("\\Seen",))]


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (BODY[] {3}\r\nabcUID 1 FLAGS (\\Seen))\r\n",
        b"* 1 FETCH (BODY[] {3}\r\nabcflags (\\Seen) UID 1)\r\n",
        b"* 1 FETCH (UID 1 FLAGS (\\Seen) UID 1 BODY[] {3}\r\nabc)\r\n",
        b"* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[] {3}\r\nabc UID 1)\r\n",
    ],
    ids=["no space", "no space, flags", "UID before", "UID behind"],
)
def test_a_missing_space_and_a_repeated_uid_are_no_lies(server: Server, mailbox: Connect, answer: bytes) -> None:
    box = opened(server, mailbox, TWO_SIZES, answer)
    assert [(one.uid, one.raw, one.flags) for one in box.fetch([1])] == [(1, b"abc", ("\\Seen",))]


@pytest.mark.parametrize("more", [b"UID 2", b"FLAGS (\\Seen)", b"1 2", b"FETCH 1", b"UID"])
def test_items_that_cannot_stand_beside_a_content(server: Server, mailbox: Connect, more: bytes) -> None:
    box = opened(server, mailbox, TWO_SIZES, b"* 1 FETCH (UID 1 FLAGS () BODY[] {3}\r\nabc " + more + b")\r\n")
    with pytest.raises(ProtocolError, match="wrong size"):
        list(box.fetch([1]))


def test_flags_that_came_with_no_content_are_asked_for(server: Server, mailbox: Connect) -> None:
    box = opened(server, mailbox, TWO_SIZES, b"* 1 FETCH (UID 1 " + BODY)
    server.script.answers[b"(UID FLAGS)"] = b"* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n" + DONE
    assert [(one.raw, one.flags) for one in box.fetch([1])] == [(b"abc", ("\\Seen",))]


@pytest.mark.parametrize("content", [b"NIL", b'""', b"{0}\r\n"])
def test_a_content_that_comes_empty_has_the_size_that_the_server_tells(
    server: Server, mailbox: Connect, content: bytes
) -> None:
    box = opened(server, mailbox, TWO_SIZES, b"* 1 FETCH (UID 1 FLAGS () BODY[] " + content + b")\r\n")
    assert [(one.raw, one.size) for one in box.fetch([1])] == [(b"", 3)]


@pytest.mark.parametrize(
    "answer",
    [
        b"* OK [ALERT] you said %b\r\n{tag} OK done\r\n",
        b"{tag} NO you said %b\r\n",
        b"* BYE you said %b\r\n",
        b"you said %b\r\n",
        b"* 1 EXISTS %b\r\n{tag} BAD %b\r\n",
    ],
)
def test_a_password_that_the_server_repeats_after_the_login_reaches_no_log_and_no_error(
    server: Server, caplog: pytest.LogCaptureFixture, answer: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    password = "correct horse"
    server.script.answers = {b"LIST": answer.replace(b"%b", b'A1 LOGIN "a@b.example" "correct horse"')}
    told = ""
    with ImapMailbox(server.account(credentials=Password(password))) as box:
        try:
            box.folders()
        except MailkitError as error:
            told = "".join(traceback.format_exception(error)) + repr(error)
    assert "LIST" in caplog.text
    assert "you said" in caplog.text + told or "***" in caplog.text
    assert password not in told + caplog.text

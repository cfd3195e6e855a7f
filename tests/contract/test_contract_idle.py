"""IDLE: the server tells of news by itself."""

from __future__ import annotations

import threading
import time

import pytest

RAW = b"Subject: x\r\nMessage-ID: <idle@x.example>\r\n\r\ny\r\n"


def later(action) -> threading.Thread:
    """Do it in half a second, from another thread."""

    def run() -> None:
        time.sleep(0.5)
        action()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def changes(other) -> dict:
    """What another client can do to a folder with one message."""
    return {
        "a new mail": lambda: other.append("INBOX", None, None, RAW),
        "an expunge": lambda: (other.uid("STORE", "1", "+FLAGS", "(\\Deleted)"), other.expunge()),
        "a flag": lambda: other.uid("STORE", "1", "+FLAGS", "(\\Seen)"),
    }


@pytest.mark.parametrize("what", ["a new mail", "an expunge", "a flag"])
def test_news_end_the_wait(ground, mailboxes, user, what: str) -> None:
    mailbox = mailboxes.open(user)
    mailbox.append("INBOX", RAW)
    mailbox.select("INBOX")
    with ground.other_client(user) as other:
        thread = later(changes(other)[what])
        started = time.monotonic()
        assert mailbox.idle(20) is True
        assert time.monotonic() - started < 10
        thread.join()
    mailbox.noop()
    assert mailbox.uids() == {"a new mail": [1, 2], "an expunge": [], "a flag": [1]}[what]


def test_a_quiet_folder_ends_the_wait_in_time_and_the_connection_goes_on(mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    mailbox.append("INBOX", RAW)
    mailbox.select("INBOX")
    started = time.monotonic()
    assert mailbox.idle(1) is False
    assert 0.9 < time.monotonic() - started < 5
    assert mailbox.uids() == [1]
    assert mailbox.idle(0.2) is False


def test_news_from_before_the_wait_are_not_slept_over(ground, mailboxes, user) -> None:
    mailbox = mailboxes.open(user)
    with ground.other_client(user) as other:
        other.append("INBOX", None, None, RAW)
    started = time.monotonic()
    assert mailbox.idle(20) is True
    assert time.monotonic() - started < 10

"""What a newcomer gets wrong: each is an error that says what to write, at once, not damage later."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from mailkit import AsyncMailKit, Draft, MailKit, MessageReceived
from mailkit.auth import generate_key
from mailkit.errors import ConfigError, ConnectError, InputError, UsageError
from mailkit.testing import MailServer

MAIL = b"From: bo@client.example\r\nSubject: Hello\r\n\r\nHi\r\n"


@pytest.fixture
def own(tmp_path: Path):
    with MailKit(f"sqlite:///{tmp_path}/mail.db", key=generate_key()) as kit:
        yield kit


@pytest.mark.parametrize("wrong", ["message.received", str, lambda event, tx: None])
def test_on_takes_a_class_of_events_and_says_so(own: MailKit, wrong: object) -> None:
    with pytest.raises(UsageError, match=r"@kit\.on\(MessageReceived\)"):
        own.on(wrong)  # type: ignore[arg-type]
    assert own.ingest(MAIL).quarantine_id is None
    assert own.on(MessageReceived) is not None


def test_a_record_is_not_a_string(own: MailKit) -> None:
    stored = own.ingest(MAIL)
    for call in (own.links.add, own.links.remove):
        with pytest.raises(InputError, match=r"Record\("):
            call(stored.thread_id, "crm:deal/42")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="crm:deal/42"):
        own.links.threads("crm:deal/42")  # type: ignore[arg-type]


class Unfinished:
    system = "ours"


@pytest.mark.parametrize("wrong", [Unfinished, Unfinished()])
def test_an_adapter_is_an_object_with_five_members(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(ConfigError, match=r"is no adapter.* system, patterns, find, attach and url"):
        MailKit(f"sqlite:///{tmp_path}/mail.db", adapters=[wrong])  # type: ignore[list-item]


def test_a_mail_is_not_text(own: MailKit) -> None:
    with pytest.raises(InputError, match="not as str"):
        own.ingest(MAIL.decode())  # type: ignore[arg-type]


def test_one_kind_of_work_and_one_folder_may_be_a_word(own: MailKit) -> None:
    assert own.work(only="jobs", once=True) == 0
    with pytest.raises(InputError, match="cannot do mail;"):
        own.work(only="mail", once=True)
    with MailServer() as server:
        server.add_user("ana@acme.example", "secret")
        own.accounts.add(server.account("ana@acme.example", name="ana"))
        assert [one.name for one in own.sync("ana", folders="INBOX").folders] == ["INBOX"]


def test_the_asynchronous_door_refuses_a_blocking_connection(tmp_path: Path) -> None:
    async def enqueue() -> None:
        async with await AsyncMailKit.open(f"sqlite:///{tmp_path}/mail.db") as kit:
            connection = sqlite3.connect(tmp_path / "mail.db")
            try:
                draft = Draft(to=["bo@client.example"], text="Hello")
                await kit.outbox.enqueue(draft, account="ana", key="1", tx=connection)  # type: ignore[arg-type]
            finally:
                connection.close()

    with pytest.raises(ConfigError, match=r"blocking sqlite3\.Connection"):
        asyncio.run(enqueue())


def test_message_and_hint_are_two_sentences() -> None:
    assert str(ConnectError("No route", hint="Look.")) == "No route. Look."
    assert str(ConnectError("No route.", hint="Look.")) == "No route. Look."
    assert str(ConnectError("A list:\n  1. one\n", hint="Look.")) == "A list:\n  1. one\n Look."

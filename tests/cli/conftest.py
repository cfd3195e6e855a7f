"""The command in an empty directory, with a key, with an account, with mail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.office import ANA, PASSWORD, Cli, add_args, letter
from mailkit.testing import MailServer


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command in an empty directory, with nothing of mailkit in the environment."""
    for name in [name for name in os.environ if name.startswith("MAILKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path)


@pytest.fixture
def keyed(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command with a key."""
    cli("db", "key", "--out", "key")
    monkeypatch.setenv("MAILKIT_KEY_FILE", "key")
    cli.secrets.append(Path("key").read_text().strip())
    return cli


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        running.add_user(ANA, PASSWORD)
        yield running


@pytest.fixture
def offline(keyed: Cli) -> Cli:
    """The command with an account whose servers do not exist."""
    keyed("account", "add", ANA, "--name", "sales", "--imap", "localhost:1", "--smtp", "localhost:1",
          "--password-stdin", stdin=PASSWORD)  # fmt: skip
    return keyed


@pytest.fixture
def office(keyed: Cli, server: MailServer) -> Cli:
    """The command with the account ``sales`` on the in-process servers."""
    keyed(*add_args(server), stdin=f"{PASSWORD}\n")
    return keyed


@pytest.fixture
def synced(office: Cli, server: MailServer) -> Cli:
    """Two mails of one conversation, and one of no bytes at all, synced."""
    inbox = server.folder(ANA)
    inbox.add(letter())
    inbox.add(letter("Re: Offer", "In June?\r\n", number=2, more="In-Reply-To: <m1@client.example>\r\n"))
    inbox.add(b"")
    office("sync")
    return office

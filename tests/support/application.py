"""A MailKit on a fresh store of each kind, and an account on the in-process servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mailkit import MailKit
from mailkit.auth.secretbox import generate_key
from mailkit.config import Account
from mailkit.testing import MailServer
from support.mails import mail

ANA = "ana@acme.example"
BO = "bo@client.example"


@dataclass
class Application:
    """An application with one account, and the servers it talks to."""

    kit: MailKit
    server: MailServer
    account: Account

    def arrives(self, raw: bytes, folder: str = "INBOX") -> int:
        return self.server.folder(ANA, folder).add(raw)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as running:
        running.add_user(ANA, "secret")
        running.add_user(BO, "secret")
        yield running


@pytest.fixture
def office(store_url: str, server: MailServer) -> Iterator[Application]:
    kit = MailKit(store_url, key=generate_key(), create=True)
    account = kit.accounts.add(server.account(ANA).model_copy(update={"name": "sales"}))
    yield Application(kit, server, account)
    kit.close()


__all__ = ["ANA", "BO", "Application", "mail"]

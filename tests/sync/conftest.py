"""An office: a mail server with one account, and a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailkit.store import Store
from mailkit.testing import MailServer
from support.mails import make_desk
from support.office import ANA, PASSWORD, Office


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer(tls="insecure") as made:
        made.add_user(ANA, PASSWORD)
        yield made


@pytest.fixture
def office(server: MailServer, tmp_path: Path) -> Iterator[Office]:
    store = Store.open(f"sqlite:///{tmp_path / 'mail.db'}")
    yield Office(server, make_desk(store))
    store.close()

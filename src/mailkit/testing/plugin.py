"""pytest fixtures: ``mail_server`` and ``mail_server_factory``. Loads nothing else of mailkit until one is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mailkit.testing.server import MailServer


@pytest.fixture
def mail_server_factory() -> Iterator[Callable[..., MailServer]]:
    """Makes started servers: ``mail_server_factory(tls="starttls", files_sent=True)``; stopped after the test."""
    from mailkit.testing.server import MailServer

    servers: list[MailServer] = []

    def make(**options: object) -> MailServer:
        server = MailServer(**options)  # type: ignore[arg-type]
        servers.append(server)
        server.start()
        return server

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def mail_server(mail_server_factory: Callable[..., MailServer]) -> MailServer:
    """A fresh IMAP and SMTP server with implicit TLS, for one test. Add users with ``mail_server.add_user``."""
    return mail_server_factory()

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.crash.conftest import crash_home, forge

from mailkit.testing import MailServer
from support.office import ANA, PASSWORD

__all__ = ["crash_home", "forge"]


@pytest.fixture(params=["insecure", "implicit"])
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    """A server that files what it accepts in Sent, in plain text and with TLS."""
    with MailServer(tls=request.param, files_sent=True) as made:
        made.add_user(ANA, PASSWORD)
        yield made

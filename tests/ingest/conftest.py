"""An ingest on a fresh store of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailkit.store import Store
from support.mails import Desk, make_desk


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    """An ingest on an empty store, on SQLite and on PostgreSQL."""
    store = Store.open(store_url, create=True)
    yield make_desk(store)
    store.close()

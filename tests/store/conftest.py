"""A store on a fresh database of each kind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailkit.store import Store


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, on SQLite and on PostgreSQL."""
    made = Store.open(store_url, create=True)
    yield made
    made.close()

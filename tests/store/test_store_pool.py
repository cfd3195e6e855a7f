"""How many connections to PostgreSQL a store opens, and what happens when they are all in use."""

from __future__ import annotations

import pytest

from mailkit import MailKit
from mailkit.errors import ConfigError, StoreLockedError
from mailkit.store import Store
from mailkit.store.engine import MAX_OVERFLOW, POOL_SIZE


def test_the_pool_has_the_size_that_is_asked_for(postgres_url: str) -> None:
    store = Store.open(postgres_url, create=True, pool_size=2, max_overflow=1)
    pool = store.engine.pool
    held = [store.engine.connect() for _ in range(3)]
    assert (pool.size(), pool.overflow()) == (2, 1)  # type: ignore[attr-defined]
    pool._timeout = 0.1  # type: ignore[attr-defined]
    with pytest.raises(StoreLockedError, match="pool") as caught, store.read():
        pass
    assert caught.value.retryable
    assert "pool_size" in caught.value.hint
    for connection in held:
        connection.close()
    with store.read() as tx:
        assert tx.dialect == "postgresql"
    store.close()


def test_the_environment_names_the_pool(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(postgres_url, create=True).close()
    monkeypatch.setenv("MAILKIT_DATABASE", postgres_url)
    with MailKit.from_env() as kit:
        assert kit.engine.pool.size() == POOL_SIZE  # type: ignore[attr-defined]
        assert kit.engine.pool._max_overflow == MAX_OVERFLOW  # type: ignore[attr-defined]
    monkeypatch.setenv("MAILKIT_POOL_SIZE", "3")
    monkeypatch.setenv("MAILKIT_MAX_OVERFLOW", "0")
    with MailKit.from_env() as kit:
        assert kit.engine.pool.size() == 3  # type: ignore[attr-defined]
        assert kit.engine.pool._max_overflow == 0  # type: ignore[attr-defined]
    monkeypatch.setenv("MAILKIT_POOL_SIZE", "many")
    with pytest.raises(ConfigError, match="MAILKIT_POOL_SIZE"):
        MailKit.from_env()


@pytest.mark.parametrize(("size", "overflow"), [(0, 10), (-1, 10), (5, -1)])
def test_a_pool_without_bound_or_without_room_is_refused(size: int, overflow: int) -> None:
    with pytest.raises(ConfigError, match="pool"):
        Store.open("postgresql+psycopg://nobody@127.0.0.1:1/x", pool_size=size, max_overflow=overflow)

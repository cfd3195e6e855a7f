"""A COMMIT that fails must not leave the transaction open, and the lock of writers with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailkit.errors import StoreError, StoreFullError, StoreLockedError, StoreUnreachableError
from mailkit.store import Store, Tx, leases
from support.crash import Forge
from support.refuse import Refusal

SAYS = {"full": StoreFullError, "busy": StoreLockedError, "unheard": StoreUnreachableError}


def refused_commit(told: dict[str, str]) -> dict[str, object]:
    """A task: one refused commit; whether another connection can write at once, and this store goes on."""
    refusal = Refusal(told["how"], 0)  # type: ignore[arg-type]
    refusal.install_sqlite() if told["url"].startswith("sqlite") else refusal.install_psycopg()
    store = Store.open(told["url"], create=True)
    other = Store.open(told["url"], busy_timeout=0.2)

    def write(tx: Tx) -> bool:
        return leases.take(tx, "name", "me", 10) is not None

    refused, commit = "", refusal.concerns
    refusal.concerns = lambda sql: sql == "COMMIT" and commit(sql)  # type: ignore[method-assign]
    refusal.at = refusal.count + 1
    try:
        store.run(write)
    except StoreError as error:
        refused = type(error).__name__
    result: dict[str, object] = {"refused": refused, "other": other.run(write), "again": store.run(write)}
    store.close()
    other.close()
    return result


@pytest.mark.parametrize("how", ["full", "busy"])
def test_on_sqlite(forge: Forge, tmp_path: Path, how: str) -> None:
    done = forge.run(
        "tests.faults.test_refused_commit:refused_commit", {"url": f"sqlite:///{tmp_path}/mail.db", "how": how}
    )
    assert not done.error, done.error
    assert done.result == {"refused": SAYS[how].__name__, "other": True, "again": True}


def test_on_postgresql(forge: Forge, postgres_url: str) -> None:
    done = forge.run("tests.faults.test_refused_commit:refused_commit", {"url": postgres_url, "how": "unheard"})
    assert not done.error, done.error
    assert done.result == {"refused": "StoreUnreachableError", "other": True, "again": True}

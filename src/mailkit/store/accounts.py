"""Accounts and their secrets.

The configuration is JSON without secrets; a secret is ciphertext made by `mailkit.auth`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from mailkit.store import sql
from mailkit.store.schema import account, secret
from mailkit.store.tx import Tx


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A row of mailkit_account."""

    id: int
    name: str
    address: str
    config: str
    created_at: datetime


_FIELDS = (account.c.id, account.c.name, account.c.address, account.c.config, account.c.created_at)
_ADD = sql.insert_new(account, "tenant", "name", "address", "config", "created_at", conflict=("tenant", "name"))
_REPLACE = sql.upsert(
    account,
    "tenant",
    "name",
    "address",
    "config",
    "created_at",
    conflict=("tenant", "name"),
    update=("address", "config"),
)
_LIST = select(*_FIELDS).where(sql.mine(account)).order_by(account.c.name)
_GET = select(*_FIELDS).where(sql.mine(account), account.c.name == bindparam("called"))
_REMOVE = delete(account).where(sql.mine(account), account.c.name == bindparam("called"))
_PUT_SECRET = sql.upsert(
    secret,
    "tenant",
    "name",
    "ciphertext",
    "updated_at",
    conflict=("tenant", "name"),
    update=("ciphertext", "updated_at"),
)
_GET_SECRET = select(secret.c.ciphertext).where(sql.mine(secret), secret.c.name == bindparam("called"))
_SECRETS = select(secret.c.name, secret.c.ciphertext).where(sql.mine(secret)).order_by(secret.c.name)
_REMOVE_SECRET = delete(secret).where(sql.mine(secret), secret.c.name == bindparam("called"))


def add(tx: Tx, name: str, address: str, config: str) -> bool:
    """Write an account. False: one of that name is there."""
    return len(tx.execute(_ADD, name=name, address=address, config=config, created_at=tx.now())) == 1


def replace(tx: Tx, name: str, address: str, config: str) -> None:
    """Write an account over whatever is there."""
    tx.execute(_REPLACE, name=name, address=address, config=config, created_at=tx.now())


def listing(tx: Tx) -> list[AccountRow]:
    """All accounts by name."""
    return [AccountRow(*row) for row in tx.execute(_LIST)]


def get(tx: Tx, name: str) -> AccountRow | None:
    """The account of that name."""
    row = tx.execute(_GET, called=name).first()
    return AccountRow(*row) if row else None


def remove(tx: Tx, name: str) -> bool:
    """Forget an account's configuration; its mail stays."""
    return tx.execute(_REMOVE, called=name).count == 1


def put_secret(tx: Tx, name: str, ciphertext: str) -> None:
    """Keep a secret that was encrypted before."""
    tx.execute(_PUT_SECRET, name=name, ciphertext=ciphertext, updated_at=tx.now())


def get_secret(tx: Tx, name: str) -> str | None:
    """The ciphertext of that name."""
    row = tx.execute(_GET_SECRET, called=name).first()
    return str(row.ciphertext) if row else None


def secrets(tx: Tx) -> list[tuple[str, str]]:
    """(name, ciphertext) of all, for rotating keys."""
    return [(row.name, row.ciphertext) for row in tx.execute(_SECRETS)]


def remove_secret(tx: Tx, name: str) -> None:
    """Forget a secret."""
    tx.execute(_REMOVE_SECRET, called=name)

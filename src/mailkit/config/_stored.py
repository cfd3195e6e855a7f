"""Accounts as the store keeps them: JSON without secrets, and the secret beside it (to be encrypted by the caller)."""

from __future__ import annotations

import json
from typing import Any

from mailkit.errors import ConfigError

from ._build import make
from .account import Account
from .credentials import OAuth2, Password

_VERSION = 1


def to_stored(account: Account) -> tuple[str, str | None]:
    """The JSON, keys sorted, and the secret or None: the password, or JSON of the password and the DKIM keys."""
    # Defaults are written too: the default of ``tls`` depends on the port, and a later version's may be another.
    fields = account.model_dump(mode="json", exclude={"credentials", "dkim"}, exclude_none=True)
    fields["version"] = _VERSION
    secret: str | None = None
    credentials = account.credentials
    if isinstance(credentials, Password):
        fields["credentials"] = {"kind": "password", "username": credentials.username}
        secret = credentials.password.get_secret_value()
    elif isinstance(credentials, OAuth2):
        provider = credentials.token_provider
        fields["credentials"] = {
            "kind": "oauth",
            "username": credentials.username,
            "token_provider": provider if isinstance(provider, str) else account.name,
            "mechanism": credentials.mechanism,
        }
    if account.dkim:
        fields["dkim"] = [{"domain": one.domain, "selector": one.selector} for one in account.dkim]
        keys = [None if one.private_key is None else one.private_key.get_secret_value() for one in account.dkim]
        secret = json.dumps({"password": secret, "dkim": keys})
    return json.dumps(fields, sort_keys=True, ensure_ascii=False), secret


def from_stored(cls: type[Account], text: str, secret: str | None) -> Account:
    """The account of that JSON and secret."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict) or fields.pop("version", None) != _VERSION:
        raise ConfigError("The stored account cannot be read: it was not written by this version of mailkit.")
    if dkim := fields.pop("dkim", None):
        opened: dict[str, Any] = (
            json.loads(secret) if secret is not None else {"password": None, "dkim": [None] * len(dkim)}
        )
        fields["dkim"] = [{**one, "private_key": key} for one, key in zip(dkim, opened["dkim"], strict=True)]
        secret = opened["password"]
    credentials = fields.pop("credentials", None)
    if isinstance(credentials, dict):
        kind = credentials.pop("kind", None)
        if kind == "oauth":
            fields["credentials"] = credentials
        elif kind == "password" and secret is not None:
            fields["credentials"] = {**credentials, "password": secret}
        elif kind != "password":
            raise ConfigError("The stored account has credentials of an unknown kind.")
    return make(cls, fields)

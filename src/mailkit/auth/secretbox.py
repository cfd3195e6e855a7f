"""Secrets at rest, encrypted with the application's key.

The key is the application's: it is given, never invented, and never kept beside the data. It is a Fernet key (32
random bytes, URL-safe base64, 44 characters) as ``generate_key`` makes it. A passphrase is refused: turning one into
a key needs a salt, a cost and a decision that belong to the application.

Rotation: give several keys, the new one first. New secrets are sealed with the first; old ones open with any;
``reseal`` moves a stored secret to the first key, after which the old key can be dropped.

Each box is bound to a purpose (``account:sales``): a sealed secret copied from one row into another does not open
there.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import SecretStr

from mailkit.errors import ConfigError, MissingKeyError, WrongKeyError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

Key = str | bytes | SecretStr


def generate_key() -> str:
    """A new random key, to be kept outside the database."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode("ascii")


class SecretBox:
    """Seals and opens secrets with the application's key or keys.

    Args:
        key: one key, several separated by commas, or a sequence of keys; the first seals, all open. None makes a box
            that raises ``MissingKeyError`` at the first use, so that a store without secrets works without a key.

    Raises:
        ConfigError: a key is not a Fernet key. The message does not quote it.
    """

    __slots__ = ("_fernet",)

    def __init__(self, key: Key | Sequence[Key] | None) -> None:
        self._fernet: MultiFernet | None = None
        keys = _keys(key)
        if keys:
            from cryptography.fernet import Fernet, MultiFernet

            self._fernet = MultiFernet([Fernet(each) for each in keys])

    def __repr__(self) -> str:
        return f"SecretBox({'with a key' if self._fernet else 'without a key'})"

    def seal(self, secret: str, purpose: str) -> str:
        """The secret, encrypted and bound to ``purpose``; ASCII text for the store.

        Raises:
            MissingKeyError: no key was given.
        """
        text = json.dumps([purpose, secret]).encode("utf-8")
        return self._need_key().encrypt(text).decode("ascii")

    def open(self, sealed: str, purpose: str) -> str:
        """The secret that ``seal`` was given.

        Raises:
            MissingKeyError: no key was given.
            WrongKeyError: none of the keys opens it, it was damaged, or it was sealed for another purpose.
        """
        from cryptography.fernet import InvalidToken

        try:
            text = self._need_key().decrypt(sealed.encode("ascii"))
        except (InvalidToken, UnicodeEncodeError):
            raise WrongKeyError(f"The secret of {purpose} does not open with the key given.") from None
        bound, secret = _unpack(text)
        if bound != purpose:
            raise WrongKeyError(f"The secret of {purpose} was stored for something else.")
        return secret

    def reseal(self, sealed: str, purpose: str) -> str:
        """The same secret sealed with the first key (key rotation). Raises like ``open``."""
        return self.seal(self.open(sealed, purpose), purpose)

    def _need_key(self) -> MultiFernet:
        if self._fernet is None:
            raise MissingKeyError("A secret is to be stored or read and no encryption key was given.")
        return self._fernet


def _unpack(text: bytes) -> tuple[str, str]:
    # Whoever holds the key wrote this; damage would not have passed the signature.
    try:
        purpose, secret = json.loads(text)
    except ValueError:
        raise WrongKeyError("The stored secret was not written by mailkit.") from None
    return str(purpose), str(secret)


def _keys(key: Key | Sequence[Key] | None) -> list[bytes]:
    if key is None:
        return []
    given = [key] if isinstance(key, (str, bytes, SecretStr)) else list(key)
    keys: list[bytes] = []
    for item in given:
        text = item.get_secret_value() if isinstance(item, SecretStr) else item
        data = text.encode("utf-8") if isinstance(text, str) else text
        keys += [part.strip() for part in data.split(b",")]
    if not keys or not all(map(_is_fernet_key, keys)):
        raise ConfigError(
            "The encryption key is not one: 44 characters of URL-safe base64 were expected; a passphrase will not do.",
            hint="Make one with `mailkit db key` or mailkit.auth.generate_key().",
        )
    return keys


def _is_fernet_key(data: bytes) -> bool:
    try:
        return len(data) == 44 and len(base64.b64decode(data, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False

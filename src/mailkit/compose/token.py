"""Signed tokens inside Message-IDs: proof that an answer answers a message of ours.

Every message that leaves gets a Message-ID ``mk1.<random>.<payload>.<mac>@domain``. Who answers it repeats that id in
In-Reply-To or References, whatever the From says; who never got the message cannot make one up. The payload is short
and public (an id, never content).

``mac`` is the first 80 bits of HMAC-SHA256 in base32: 16 characters. All of it is lower case and compared without
case, since some systems change the case of an id on the way. A key derived from the application's key is used, so a
token says nothing about what else that key protects.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from mailkit.errors import ConfigError, InputError

VERSION = "mk1"
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_LONGEST_PAYLOAD = 48
_MAC_CHARS = 16


def mint(domain: str, key: bytes, payload: str = "", *, random: str | None = None) -> str:
    """A new Message-ID, without brackets, that carries a signed payload.

    Args:
        domain: the right part, in A-labels.
        key: the application's secret, 16 bytes or more.
        payload: lower case letters, digits, ``-`` and ``_``, at most 48.
        random: for tests; 16 characters of the same alphabet.

    Raises:
        InputError: the payload has other characters or is too long.
        ConfigError: the key is too short.
    """
    nonce = random if random is not None else _base32(secrets.token_bytes(10))
    return f"{sign(key, payload, nonce)}@{domain}"


def sign(key: bytes, payload: str, nonce: str) -> str:
    """The left part: ``mk1.<nonce>.<payload>.<mac>``."""
    if len(payload) > _LONGEST_PAYLOAD or not set(payload) <= _SAFE or not set(nonce) <= _SAFE:
        raise InputError(f"A token's payload is at most {_LONGEST_PAYLOAD} of a-z, 0-9, '-' and '_'.")
    body = f"{VERSION}.{nonce}.{payload}"
    return f"{body}.{_mac(key, body)}"


def verify(message_id: str, key: bytes | Sequence[bytes]) -> str | None:
    """The payload of a token signed with the key (or one of the keys, while they are rotated); None if it is not ours.

    Constant time in the mac; any text may be given. The domain is not looked at.
    """
    left = message_id[:300].strip().removeprefix("<").partition("@")[0].lower()
    parts = left.split(".")
    if len(parts) != 4 or parts[0] != VERSION or not left.isascii():
        return None
    body, given = left[: -len(parts[3]) - 1] if parts[3] else left, parts[3]
    keys = [key] if isinstance(key, bytes) else list(key)
    good = [hmac.compare_digest(_mac(one, body), given) for one in keys]
    return parts[2] if any(good) else None


def _mac(key: bytes, body: str) -> str:
    if len(key) < 16:
        raise ConfigError("The key that signs Message-IDs is shorter than 16 bytes.")
    derived = hmac.new(key, b"mailkit message-id token", hashlib.sha256).digest()
    return _base32(hmac.new(derived, body.encode("ascii"), hashlib.sha256).digest())[:_MAC_CHARS]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").lower().rstrip("=")

"""The strings of the SASL mechanisms that mailkit speaks. PURE: no socket, no state.

PLAIN is RFC 4616, OAUTHBEARER RFC 7628, XOAUTH2 is Google's and Microsoft's. A control character in a user name or a
token would forge a field of the string, so it is refused.
"""

from __future__ import annotations

import base64
import binascii
import json

from mailkit.errors import InjectionError, UnsupportedError

MECHANISMS = {"xoauth2": "XOAUTH2", "oauthbearer": "OAUTHBEARER"}


def plain(username: str, password: str, authorize_as: str = "") -> bytes:
    """The PLAIN message; ``authorize_as`` names whose mailbox to open with an administrator's password (RFC 4616)."""
    for value, what in ((username, "user name"), (password, "password"), (authorize_as, "authorization name")):
        check_value(value, what)
    return "\0".join((authorize_as, username, password)).encode("utf-8")


def xoauth2(username: str, token: str) -> bytes:
    """The XOAUTH2 message."""
    check_value(username, "user name")
    check_value(token, "token")
    return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()


def oauthbearer(username: str, token: str, host: str = "", port: int = 0) -> bytes:
    """The OAUTHBEARER message (RFC 7628 section 3.1); host and port are left out when empty."""
    check_value(username, "user name")
    check_value(token, "token")
    check_value(host, "host")
    name = username.replace("=", "=3D").replace(",", "=2C")
    where = f"host={host}\x01port={port}\x01" if host and port else ""
    return f"n,a={name},\x01{where}auth=Bearer {token}\x01\x01".encode()


def bearer(mechanism: str, username: str, token: str, host: str = "", port: int = 0) -> bytes:
    """The first message of ``XOAUTH2`` or ``OAUTHBEARER``."""
    if mechanism.upper() == "OAUTHBEARER":
        return oauthbearer(username, token, host, port)
    return xoauth2(username, token)


def refusal_answer(mechanism: str) -> bytes:
    """The answer to an error that comes as a challenge, after which the server refuses the command."""
    return b"\x01" if mechanism.upper() == "OAUTHBEARER" else b""


def choose(offered: frozenset[str], wanted: str | None) -> str:
    """The mechanism to use with a token: ``wanted`` (xoauth2, oauthbearer), else XOAUTH2, else OAUTHBEARER.

    Args:
        offered: SASL mechanisms that the server announces, upper case.

    Raises:
        UnsupportedError: the server offers none that serves.
    """
    names = (MECHANISMS[wanted],) if wanted else ("XOAUTH2", "OAUTHBEARER")
    for name in names:
        if name in offered:
            return name
    raise UnsupportedError(
        f"The server does not offer {' or '.join(names)}.",
        hint="It takes no OAuth 2.0 tokens; give a password instead.",
    )


def refusal_text(challenge: bytes) -> str:
    """The reason in the JSON that a server sends before it refuses a token, in a few words; empty if there is none.

    The JSON comes decoded from base64 or not. It never holds the token.
    """
    text = challenge[:4096]
    if not text.lstrip().startswith(b"{"):
        try:
            text = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            return ""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(found, dict):
        return ""
    words = [f"{key} {found[key]}" for key in ("status", "error", "scope") if isinstance(found.get(key), (str, int))]
    return "".join(c for c in ", ".join(words) if c.isprintable())[:300]


def check_value(value: str, what: str) -> None:
    """Raise ``InjectionError`` if the value holds a control character."""
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise InjectionError(f"The {what} holds a control character.")

"""Reading the client's side of SASL: PLAIN (RFC 4616), XOAUTH2 (Google, Microsoft) and OAUTHBEARER (RFC 7628). Pure."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

MECHANISMS = ("PLAIN", "XOAUTH2", "OAUTHBEARER")
# What a server sends before it refuses a token: the client answers with an empty line or with %x01 (RFC 7628 3.2.3).
REFUSED_TOKEN = base64.b64encode(b'{"status":"invalid_token","schemes":"bearer","scope":"mail"}')


class SaslError(ValueError):
    """What the client sent is not what the mechanism says."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who the client says it is, and the proof."""

    user: str
    secret: str = field(repr=False)
    bearer: bool = False


def decode64(text: bytes) -> bytes:
    """Strict base64; ``=`` alone is the empty string (RFC 4954 section 4). Raises SaslError."""
    if text == b"=":
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SaslError("not base64") from error


def read(mechanism: str, answer: bytes) -> Claim:
    """The claim in the decoded first message of a mechanism. Raises SaslError."""
    try:
        if mechanism == "PLAIN":
            _, user, password = answer.decode().split("\0")
            return Claim(user, password)
        fields = answer.decode().split("\1")
        user = _user(mechanism, fields[0])
        if mechanism == "XOAUTH2":
            fields = fields[1:]
        token = next(f for f in fields if f.lower().startswith("auth=bearer "))
        return Claim(user, token[len("auth=bearer ") :].strip(), bearer=True)
    except (ValueError, StopIteration) as error:
        raise SaslError(f"malformed {mechanism}") from error


def _user(mechanism: str, first: str) -> str:
    if mechanism == "XOAUTH2":
        if not first.startswith("user="):
            raise SaslError("no user")
        return first.removeprefix("user=")
    # GS2 header: "n,a=user@example,"; "=2C" and "=3D" stand for comma and equals sign (RFC 5801 section 4).
    flag, _, rest = first.partition(",")
    name = rest.partition(",")[0]
    if flag not in ("n", "y") or not name.startswith("a="):
        raise SaslError("no GS2 header")
    return name.removeprefix("a=").replace("=2C", ",").replace("=3D", "=")

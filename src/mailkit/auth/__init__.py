"""What an account logs in with: secrets at rest, tokens, SASL strings. Knows no SQL and opens no connection."""

from __future__ import annotations

from mailkit.config import AccessToken

from .masking import masked, without
from .sasl import bearer, choose, oauthbearer, plain, refusal_answer, refusal_text, xoauth2
from .secretbox import Key, SecretBox, generate_key
from .tokens import Credentials, TokenProvider, TokenSource, expires_in

__all__ = [
    "AccessToken",
    "Credentials",
    "Key",
    "SecretBox",
    "TokenProvider",
    "TokenSource",
    "bearer",
    "choose",
    "expires_in",
    "generate_key",
    "masked",
    "oauthbearer",
    "plain",
    "refusal_answer",
    "refusal_text",
    "without",
    "xoauth2",
]

"""Throw-away keys for DKIM and OpenPGP."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pysequoia import Tsk

from mailkit.compose.dkim import Signer

PGP = str(Tsk.generate("Ana <ana@acme.example>"))
_PEM = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SIGNER = Signer("acme.example", "s1", _PEM)

"""OpenPGP, writing (PGP/MIME, RFC 3156): sign, encrypt, or both (extra ``openpgp``: pysequoia).

For ``Draft(protection=…)``. What is protected is the body with its attachments and a copy of the header fields
(RFC 9788). From, To and the others stand outside too, readable; the subject of what is encrypted does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailkit.compose import encode
from mailkit.compose.guard import items_of
from mailkit.compose.smime import signed_multipart, unusual
from mailkit.content.openpgp import certificates_of, secret_of
from mailkit.content.sealed import attempt
from mailkit.errors import ConfigError, ProtectionError

if TYPE_CHECKING:
    from pysequoia import Cert, PySigner

Key = str | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPgp:
    """How a draft is protected: signed where a key is given, encrypted where recipients are, both in one.

    Args:
        private_key: the sender's secret key, armoured or binary; ``password`` opens it.
        recipients: public keys of all who shall read it. The sender's own is added, so that the sent copy can be read.
        headers: the header fields are protected too (RFC 9788): copies of them stand inside.
        hide_subject: of an encrypted message the servers see ``[...]`` instead of the subject; only with ``headers``.

    Raises:
        ConfigError: a key cannot be read, or the private one cannot sign.
        DraftError: ``recipients`` is no list.
        MissingExtraError: pysequoia is not installed.
    """

    private_key: Key | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    recipients: Sequence[Key] = ()
    headers: bool = True
    hide_subject: bool = True

    def __post_init__(self) -> None:
        given = self.recipients
        lone = isinstance(given, (str, bytes))
        object.__setattr__(self, "recipients", (given,) if lone else items_of(given, "recipients"))
        if self.private_key is None and not self.recipients:
            raise ConfigError("OpenPgp needs a private key to sign, or recipients to encrypt for.")
        self._signer()
        self._readers()

    @property
    def encrypts(self) -> bool:
        """Whether the message is encrypted."""
        return bool(self.recipients)

    @property
    def hides_subject(self) -> bool:
        """Whether another subject stands outside."""
        return self.encrypts and self.headers and self.hide_subject

    @property
    def mark(self) -> str:
        """What makes two protections the same, for ``fingerprint``; nothing secret."""
        own = "" if self.private_key is None else secret_of(self.private_key).extract_certificate().fingerprint
        return f"openpgp {own} {' '.join(one.fingerprint for one in self._readers())}{unusual(self)}"

    def apply(self, entity: bytes) -> bytes:
        """The protected entity instead of the given one; both are header fields, blank line, body.

        Raises:
            ProtectionError: a recipient's key cannot be encrypted for.
        """
        return _encrypted(entity, self._readers(), self._signer()) if self.recipients else self._signed(entity)

    def _signed(self, entity: bytes) -> bytes:
        from pysequoia import Sig, SignatureMode, sign

        signer = self._signer()
        assert signer is not None
        armoured = encode.crlf(sign(signer, entity, mode=SignatureMode.DETACHED))
        micalg = "pgp-" + str(Sig.from_bytes(armoured).hash_algorithm).rpartition(".")[2].lower()
        signature = (
            b'Content-Type: application/pgp-signature; name="signature.asc"\r\n'
            b'Content-Disposition: attachment; filename="signature.asc"\r\n\r\n' + armoured
        )
        return signed_multipart(entity, signature, "application/pgp-signature", micalg)

    def _signer(self) -> PySigner | None:
        if self.private_key is None:
            return None
        signer, _ = attempt(secret_of(self.private_key).signer, self.password)
        if signer is None:
            raise ConfigError("The OpenPGP key cannot sign, or the password does not open it.")
        return signer

    def _readers(self) -> list[Cert]:
        if not self.recipients:
            return []
        found = certificates_of(self.recipients)
        if self.private_key is not None:
            found.append(secret_of(self.private_key).extract_certificate())
        return list({one.fingerprint: one for one in found}.values())


def _encrypted(entity: bytes, readers: Sequence[Cert], signer: PySigner | None) -> bytes:
    from pysequoia import encrypt

    for reader in readers:
        _check_reader(reader)
    made, said = attempt(encrypt, entity, readers, signer)
    if made is None:
        raise ProtectionError(f"A recipient's OpenPGP key cannot be encrypted for: {said}")
    content = encode.crlf(made)
    boundary = "=_mk_" + _digest(content)
    mark = b"--" + boundary.encode("ascii")
    params = encode.params([("protocol", "application/pgp-encrypted"), ("boundary", boundary)])
    control = b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
    body = b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n'
    body += b'Content-Disposition: inline; filename="encrypted.asc"\r\n\r\n' + content
    parts = b"".join(mark + b"\r\n" + part + b"\r\n" for part in (control, body))
    return encode.field("Content-Type", ["multipart/encrypted;", *params]) + b"\r\n" + parts + mark + b"--\r\n"


def _check_reader(reader: Cert) -> None:
    """pysequoia encrypts for keys that have expired, and leaves out those that have no part to encrypt for."""
    from pysequoia import encrypt
    from pysequoia.packet import PacketPile, Tag

    until = reader.expiration
    if reader.is_revoked or (until is not None and until <= datetime.now(UTC)):
        raise ProtectionError(f"The OpenPGP key {reader.fingerprint} has expired or was revoked.")
    trial, _ = attempt(encrypt, b"", [reader])
    packets: Any = PacketPile.from_bytes(trial) if trial is not None else ()
    if not any(packet.tag == Tag.PKESK for packet in packets):
        raise ProtectionError(f"The OpenPGP key {reader.fingerprint} cannot be encrypted for.")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]

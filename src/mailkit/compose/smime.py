"""S/MIME, writing (RFC 8551): sign, encrypt, or both (extra ``smime``). For ``Draft(protection=…)``.

What is protected is the body with its attachments and a copy of the header fields (RFC 9788). From, To and the others
stand outside too, readable; the subject of what is encrypted does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailkit.compose import encode
from mailkit.compose.guard import items_of
from mailkit.errors import ConfigError, ProtectionError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

    from mailkit.compose.openpgp import OpenPgp

    _Signer = tuple[Certificate, RSAPrivateKey | EllipticCurvePrivateKey]

Pem = str | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Smime:
    """How a draft is protected: signed where a key is given, encrypted where recipients are, first one, then the other.

    Args:
        certificate, private_key: the sender's, as PEM, RSA or an elliptic curve; ``password`` opens the key.
        chain: certificates of the authorities between the sender's and the root, sent along.
        recipients: certificates of all who shall read it, RSA. The sender's own is added, so that the sent copy can be
            read.
        headers: the header fields are protected too (RFC 9788): copies of them stand inside.
        hide_subject: of an encrypted message the servers see ``[...]`` instead of the subject; only with ``headers``.

    Raises:
        ConfigError: a certificate or the key cannot be read, or they do not belong together.
        DraftError: ``chain`` or ``recipients`` is no list.
    """

    certificate: Pem | None = None
    private_key: Pem | None = field(default=None, repr=False)
    password: str | bytes | None = field(default=None, repr=False)
    chain: Sequence[Pem] = ()
    recipients: Sequence[Pem] = ()
    headers: bool = True
    hide_subject: bool = True
    _signer: _Signer | None = field(init=False, repr=False, compare=False)  # reading a key takes its time
    _readers: tuple[Certificate, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("chain", "recipients"):
            given = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, (str, bytes)) else items_of(given, name))
        if self.private_key is None and not self.recipients:
            raise ConfigError("Smime needs a private key to sign, or recipients to encrypt for.")
        if self.private_key is not None and self.certificate is None:
            raise ConfigError("A private key signs only together with its certificate.")
        object.__setattr__(self, "_signer", self._read_signer())
        object.__setattr__(self, "_readers", self._read_readers())

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
        certificates = [*_certificates([self.certificate] if self.certificate else []), *self._readers]
        digests = [hashlib.sha256(_der(one)).hexdigest() for one in certificates]
        return f"smime {'sign' if self.private_key is not None else ''} {' '.join(digests)}{unusual(self)}"

    def apply(self, entity: bytes) -> bytes:
        """The protected entity instead of the given one; both are header fields, blank line, body.

        Raises:
            ProtectionError: a recipient's certificate has expired or is not valid yet, or cannot be encrypted for.
        """
        signed = entity if self._signer is None else _signed(entity, *self._signer, _certificates(self.chain))
        return _encrypted(signed, self._readers) if self.recipients else signed

    def _read_signer(self) -> _Signer | None:
        if self.private_key is None or self.certificate is None:
            return None
        certificate, key = _certificates([self.certificate])[0], _key(self.private_key, self.password)
        if certificate.public_key() != key.public_key():
            raise ConfigError("The private key is not the certificate's.")
        return certificate, key

    def _read_readers(self) -> tuple[Certificate, ...]:
        if not self.recipients:
            return ()
        own = [] if self.certificate is None else [self.certificate]
        return tuple(dict.fromkeys(_certificates([*self.recipients, *own])))


def unusual(protection: Smime | OpenPgp) -> str:
    """What ``mark`` tells of settings that are not the usual ones: drafts of earlier versions keep their marks."""
    headers = "" if protection.headers else " headers=0"
    return headers + ("" if protection.hide_subject else " hide_subject=0")


def _check_dates(certificates: Sequence[Certificate]) -> None:
    """Whose certificate has expired may have lost the key, or have a new one."""
    now = datetime.now(UTC)
    for one in certificates:
        since, until = one.not_valid_before_utc, one.not_valid_after_utc
        if not since <= now <= until:
            raise ProtectionError(
                f"The certificate of {one.subject.rfc4514_string()[:80]!r} is valid from {since:%Y-%m-%d} to"
                f" {until:%Y-%m-%d} only."
            )


def _signed(
    entity: bytes,
    certificate: Certificate,
    key: RSAPrivateKey | EllipticCurvePrivateKey,
    chain: Sequence[Certificate],
) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

    builder = PKCS7SignatureBuilder().set_data(entity).add_signer(certificate, key, SHA256())
    for one in chain:
        builder = builder.add_certificate(one)
    # Binary: the lines end in CRLF already, and nothing is to be changed.
    der = builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
    signature = (
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
        b"Content-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=smime.p7s\r\n\r\n" + encode.base64_body(der)
    )
    return signed_multipart(entity, signature, "application/pkcs7-signature", "sha-256")


def signed_multipart(entity: bytes, signature: bytes, protocol: str, micalg: str) -> bytes:
    """``multipart/signed`` (RFC 1847 section 2.1). The entity stands in it byte for byte."""
    # The line end before a boundary belongs to the boundary, not to what was signed.
    boundary = f"=_mk_{hashlib.sha256(entity + signature).hexdigest()[:32]}"
    mark = b"--" + boundary.encode("ascii")
    params = encode.params([("protocol", protocol), ("micalg", micalg), ("boundary", boundary)])
    head = encode.field("Content-Type", ["multipart/signed;", *params])
    parts = b"".join(mark + b"\r\n" + part + b"\r\n" for part in (entity, signature))
    return head + b"\r\n" + parts + mark + b"--\r\n"


def _encrypted(entity: bytes, readers: Sequence[Certificate]) -> bytes:
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

    _check_dates(readers)
    builder = PKCS7EnvelopeBuilder().set_data(entity).set_content_encryption_algorithm(AES256)
    try:
        for reader in readers:
            builder = builder.add_recipient(reader)
    except TypeError as error:
        raise ProtectionError("A recipient's certificate has no RSA key, and cannot be encrypted for.") from error
    der = builder.encrypt(Encoding.DER, [PKCS7Options.Binary])
    return (
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=smime.p7m\r\n\r\n" + encode.base64_body(der)
    )


def _certificates(given: Sequence[Pem]) -> list[Certificate]:
    from mailkit.content.smime import certificates_of

    return certificates_of(given)


def _der(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _key(given: Pem, password: str | bytes | None) -> RSAPrivateKey | EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from mailkit.content.smime import load_key

    key = load_key(given, password)
    if not isinstance(key, (RSAPrivateKey, EllipticCurvePrivateKey)):
        raise ConfigError("The private key is neither RSA nor of an elliptic curve.")
    return key

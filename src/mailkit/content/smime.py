"""S/MIME, reading (RFC 8551): verify a signature, decrypt a message (extra ``smime``).

Neither raises for what a message holds: whatever it is, the answer is a value that says what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailkit.content import asn1
from mailkit.content.protected import protection_of
from mailkit.content.sealed import Opened, OpenState, Signature, SignatureState, attempt, judged, signed_parts
from mailkit.errors import ConfigError, MissingExtraError
from mailkit.message import Address, Message, parse

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

__all__ = ["decrypt_smime", "verify_smime"]

_PROTOCOLS = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")

Pem = str | bytes


def verify_smime(
    message: Message,
    *,
    roots: Sequence[Pem] = (),
    at: datetime | None = None,
    author: Sequence[Address] | None = None,
    outer: Message | None = None,
) -> Signature:
    """What the message's S/MIME signature is worth.

    Args:
        message: the message; ``multipart/signed``, or ``application/pkcs7-mime`` with signed data.
        roots: certificates that are trusted, as PEM (one text may hold many) or DER: those of authorities, or of
            correspondents themselves. Without any a right signature is UNTRUSTED.
        at: the time at which the certificates must have been valid; now if None. Revocation is not looked at: that
            would mean asking the network.
        author: whose signature it should be; that of the From of ``outer`` if None.
        outer: the message as it arrived, where this is its decrypted content; ``message`` itself if None. What is
            decrypted need not have a From of its own.

    Raises:
        ConfigError: ``roots`` cannot be read.
        MissingExtraError: asn1crypto is not installed.
    """
    _needed()
    trusted = certificates_of(roots)
    outer = message if outer is None else outer
    authors = outer.from_ if author is None else author
    found, said = attempt(_verified, message, trusted, at or datetime.now(UTC), authors, outer)
    return found or Signature(SignatureState.UNKNOWN, f"the signature cannot be read: {said}")


def _signed(message: Message) -> tuple[bytes, bytes] | None:
    """What was signed, and the signed data."""
    from mailkit.content import cms

    if (parts := signed_parts(message, _PROTOCOLS)) is not None:
        return parts
    root = message.parts[0]
    if root.content_type not in _TYPES or root.params.get("smime-type", "signed-data") != "signed-data":
        return None
    try:
        content = cms.content_of(root.content)
    except cms.UnknownMethodError:
        return None
    return None if content is None else (content, root.content)


def _verified(
    message: Message, roots: Sequence[Certificate], at: datetime, authors: Sequence[Address], outer: Message
) -> Signature:
    from mailkit.content import cms

    parts = _signed(message)
    if parts is None:
        return Signature(SignatureState.NONE)
    entity, der = parts
    try:
        signatures = cms.verify(der, entity)
    except cms.NotSignedError as error:
        return Signature(SignatureState.INVALID, str(error))
    except cms.UnknownMethodError as error:
        return Signature(SignatureState.UNKNOWN, str(error))
    doubts = [doubt for one in signatures if (doubt := cms.distrust(one, roots, at))]
    state = SignatureState.UNTRUSTED if doubts else SignatureState.VALID
    signers = tuple(map(cms.sealed_by, signatures))
    return judged(entity, outer, authors, state, "; ".join(doubts), signers)


def decrypt_smime(
    message: Message, *, certificate: Pem, private_key: Pem, password: str | bytes | None = None
) -> Opened:
    """The content of an encrypted message; verify it next, since who encrypts need not be who he says.

    Args:
        message: ``application/pkcs7-mime`` with enveloped data.
        certificate, private_key: the reader's, RSA, as PEM; ``password`` opens the key.

    Raises:
        ConfigError: certificate or key cannot be read.
        MissingExtraError: asn1crypto is not installed.
    """
    _needed()
    from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der

    own, key = certificates_of([certificate])[0], private_key_of(private_key, password)
    root = message.parts[0]
    if root.content_type not in _TYPES or root.params.get("smime-type", "enveloped-data") != "enveloped-data":
        return Opened(OpenState.NONE)
    found, said = attempt(_enveloped, root.content)
    if found is None:
        return Opened(OpenState.UNKNOWN, f"it cannot be read: {said}")
    der, reason = found
    if reason:
        return Opened(OpenState.UNKNOWN, reason)
    entity, said = attempt(pkcs7_decrypt_der, der, own, key, [])
    if entity is None:
        # Which step failed is not told: an answer that tells wrong padding from a wrong key decrypts for whoever asks.
        return Opened(OpenState.NO_KEY, "this key does not open it")
    shown, protected = protection_of(parse(entity, message.limits), message)
    return Opened(OpenState.OPENED, message=shown, protected=protected)


def _enveloped(data: bytes) -> tuple[bytes, str]:
    """The structure as DER (OpenSSL streams BER), and why it cannot be decrypted."""
    from asn1crypto import cms

    asn1.check(data)
    library: Any = cms  # untyped
    info = library.ContentInfo.load(data)
    kind = info["content_type"].native
    if kind != "enveloped_data":
        return b"", f"it holds {str(kind)[:40]}, not enveloped data"
    method = info["content"]["encrypted_content_info"]["content_encryption_algorithm"]["algorithm"].native
    if method not in ("aes128_cbc", "aes256_cbc"):
        return b"", f"the encryption {str(method)[:40]} is not known"
    return info.dump(force=True), ""


def _needed() -> None:
    try:
        import asn1crypto.cms  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("smime", "S/MIME") from error


def certificates_of(given: Sequence[Pem]) -> list[Certificate]:
    """Certificates from PEM or DER.

    Raises:
        ConfigError: one of them cannot be read.
    """
    from cryptography import x509

    found: list[Certificate] = []
    for one in given:
        try:
            data = one.encode("utf-8") if isinstance(one, str) else one
            if data.lstrip().startswith(b"-----"):
                found += x509.load_pem_x509_certificates(data)
            else:
                found.append(x509.load_der_x509_certificate(data))
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigError("A certificate cannot be read.", hint="Give it as PEM or DER.") from error
    return found


def private_key_of(given: Pem, password: str | bytes | None) -> RSAPrivateKey:
    """An RSA key from PEM.

    Raises:
        ConfigError: it cannot be read, or is no RSA key.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = load_key(given, password)
    if not isinstance(key, RSAPrivateKey):
        raise ConfigError("The private key is no RSA key.")
    return key


def load_key(given: Pem, password: str | bytes | None) -> PrivateKeyTypes:
    """A private key from PEM; it is never quoted.

    Raises:
        ConfigError: it cannot be read.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        secret = password.encode("utf-8") if isinstance(password, str) else password
        return load_pem_private_key(given.encode("utf-8") if isinstance(given, str) else given, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass
    raise ConfigError("The private key cannot be read.", hint="Give it as PEM, and the password if it has one.")

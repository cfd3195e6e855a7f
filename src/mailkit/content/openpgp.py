"""OpenPGP, reading (PGP/MIME, RFC 3156): verify a signature, decrypt a message (extra ``openpgp``: pysequoia).

What GnuPG signs and encrypts in one is opened, and its signature is UNKNOWN, unless it was made with
``--compress-level 0``: pysequoia checks none below a compressed layer. What was signed first and then encrypted is
checked.

Neither raises for what a message holds: whatever it is, the answer is a value that says what was found. A key that the
application gives is a key that it trusts; there is no web of trust here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mailkit.content.bounded import TooLargeError, decrypt_within
from mailkit.content.packets import count_recipients, unarmoured
from mailkit.content.protected import protection_of
from mailkit.content.sealed import (
    Opened,
    OpenState,
    SealedBy,
    Signature,
    SignatureState,
    attempt,
    encrypted_parts,
    judged,
    signed_parts,
)
from mailkit.errors import ConfigError, MissingExtraError
from mailkit.message import Address, Message, parse

if TYPE_CHECKING:
    from pysequoia import Cert, Decrypted, PyDecryptor, Tsk

__all__ = ["decrypt_openpgp", "verify_openpgp"]

MAX_RECIPIENTS = 300  # keys of one message; each that hides its owner is tried
_PROTOCOLS = frozenset({"application/pgp-signature"})

#: QUIRK: what GnuPG signs and encrypts in one is compressed between the two (RFC 9580 section 10.3 allows it), which
#: pysequoia opens and does not check.
_STRUCTURE = "Unexpected message structure"

Key = str | bytes
_Store = Callable[[list[str]], "list[Cert]"]


def verify_openpgp(
    message: Message,
    *,
    keys: Sequence[Key] = (),
    author: Sequence[Address] | None = None,
    outer: Message | None = None,
) -> Signature:
    """What the message's OpenPGP signature is worth.

    Args:
        message: the message; ``multipart/signed``.
        keys: public keys of correspondents, armoured or binary, whose user ids the application believes.
        author: whose signature it should be; that of the From of ``outer`` if None.
        outer: the message as it arrived, where this is its decrypted content; ``message`` itself if None.

    Returns:
        VALID, INVALID, UNKNOWN (the key is not among ``keys``, or the signature cannot be read) or NONE.

    Raises:
        ConfigError: one of the keys cannot be read.
        MissingExtraError: pysequoia is not installed.
    """
    certificates = certificates_of(keys)
    found = signed_parts(message, _PROTOCOLS)
    if found is None:
        return Signature(SignatureState.NONE)
    entity, armoured = found
    from pysequoia import Sig, verify

    signature, said = attempt(Sig.from_bytes, armoured)
    if signature is None:
        return Signature(SignatureState.UNKNOWN, f"the signature cannot be read: {said}")
    asked: list[str] = []
    outer = message if outer is None else outer
    authors = outer.from_ if author is None else author
    verified, said = attempt(verify, bytes=entity, store=_store(certificates, asked), signature=signature)
    if verified is None:
        return _failed(said, certificates, asked)
    return judged(entity, outer, authors, SignatureState.VALID, "", _signers(verified, certificates))


def decrypt_openpgp(
    message: Message, *, private_key: Key, password: str | None = None, keys: Sequence[Key] = ()
) -> Opened:
    """The content of an encrypted message, and what the signature inside it is worth.

    Args:
        message: the message; ``multipart/encrypted``.
        private_key: the reader's secret key, armoured or binary; ``password`` opens it.
        keys: as for ``verify_openpgp``.

    Raises:
        ConfigError: a key cannot be read.
        MissingExtraError: pysequoia is not installed.
    """
    certificates, decryptor = certificates_of(keys), _decryptor(private_key, password)
    sealed = encrypted_parts(message)
    if sealed is None:
        return Opened(OpenState.NONE)
    sealed = unarmoured(sealed)
    if count_recipients(sealed) > MAX_RECIPIENTS:
        return Opened(OpenState.UNKNOWN, f"it is encrypted for more than {MAX_RECIPIENTS} keys")
    asked: list[str] = []
    most = message.limits.message_bytes
    try:
        opened, content, doubt = decrypt_within(sealed, most, decryptor, _store(certificates, asked))
        if opened is None:
            # What opens with a signature that does not hold fails as a whole: once more, without looking at it.
            opened, content, _ = decrypt_within(sealed, most, decryptor)
    except TooLargeError:
        return Opened(OpenState.UNKNOWN, f"its content is larger than {most} bytes")
    if opened is None or content is None:
        return Opened(OpenState.NO_KEY, "this key does not open it, or it was changed")
    if opened.valid_sigs:
        signature = judged(content, message, message.from_, SignatureState.VALID, "", _signers(opened, certificates))
    else:
        signature = _failed(doubt, certificates, asked) if asked else Signature(SignatureState.NONE)
    shown, protected = protection_of(parse(content, message.limits), message)
    return Opened(OpenState.OPENED, message=shown, signature=signature, protected=protected)


def _store(certificates: Sequence[Cert], asked: list[str]) -> _Store:
    """Gives pysequoia all keys, whichever it asks for; ``asked`` notes that it did, so that there is a signature."""

    def give(ids: list[str]) -> list[Cert]:
        asked.extend(ids)
        return list(certificates)

    return give


def _failed(said: str, certificates: Sequence[Cert], asked: Sequence[str]) -> Signature:
    """INVALID only where the key that signed was there; else it cannot be told."""
    if _STRUCTURE in said:
        return Signature(SignatureState.UNKNOWN, "the signature stands where pysequoia does not check it")
    known = "".join(str(part) for one in certificates for part in _ids(one))
    if any(wanted.lower() in known for wanted in asked if wanted):
        return Signature(SignatureState.INVALID, f"the signature is wrong: {said}")
    return Signature(SignatureState.UNKNOWN, "the signer's key is not known")


def _ids(certificate: Cert) -> list[str]:
    """The fingerprints of the key and of its subkeys."""
    from pysequoia.packet import PacketPile

    packets: Any = PacketPile.from_bytes(bytes(certificate))
    return [packet.fingerprint for packet in packets if packet.fingerprint]


def _signers(verified: Decrypted, certificates: Sequence[Cert]) -> tuple[SealedBy, ...]:
    by_fingerprint = {one.fingerprint: one for one in certificates}
    found: list[SealedBy] = []
    for valid in verified.valid_sigs:
        certificate = by_fingerprint.get(valid.certificate)
        ids = [] if certificate is None else [str(one) for one in certificate.user_ids]
        addresses = tuple(dict.fromkeys(address for one in ids if (address := _address(one))))
        name = ids[0].partition("<")[0].strip() if ids else ""
        found.append(SealedBy(name, addresses, valid.certificate))
    return tuple(found)


def _address(user_id: str) -> str:
    """The address of ``Name <address>`` or of a bare address (RFC 9580 section 5.11)."""
    inner = user_id.rpartition("<")[2].partition(">")[0].strip() if "<" in user_id else user_id.strip()
    return inner if "@" in inner else ""


def _decryptor(key: Key, password: str | None) -> PyDecryptor:
    decryptor, _ = attempt(secret_of(key).decryptor, password)
    if decryptor is None:
        raise ConfigError("The OpenPGP key cannot decrypt, or the password does not open it.")
    return decryptor


def secret_of(key: Key) -> Tsk:
    """A secret key, read.

    Raises:
        ConfigError: it cannot be read, or has no secret part.
        MissingExtraError: pysequoia is not installed.
    """
    _needed()
    from pysequoia import Tsk

    found, _ = attempt(Tsk.from_bytes, _bytes(key))
    if found is None:
        raise ConfigError("The OpenPGP key cannot be read, or has no secret part.", hint="Give it armoured or binary.")
    return found


def certificates_of(keys: Sequence[Key]) -> list[Cert]:
    """Public keys, read; one text may hold many.

    Raises:
        ConfigError: one of them cannot be read.
        MissingExtraError: pysequoia is not installed.
    """
    _needed()
    from pysequoia import Cert

    found: list[Cert] = []
    for key in keys:
        some, _ = attempt(Cert.split_bytes, _bytes(key))
        if not some:
            raise ConfigError("An OpenPGP key cannot be read.", hint="Give it armoured or binary.")
        found += some
    return found


def _bytes(key: Key) -> bytes:
    return key.encode("utf-8", "replace") if isinstance(key, str) else key


def _needed() -> None:
    try:
        import pysequoia  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("openpgp", "OpenPGP") from error

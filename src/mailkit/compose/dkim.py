"""DKIM signatures on what is sent (RFC 6376; Ed25519: RFC 8463). dkimpy does the work, behind this small interface.

What the signature covers: the body to its last byte (``l=`` is never written, since it lets anybody append), and the
header fields below. From, Reply-To, Subject, To, Cc, In-Reply-To and References are *oversigned*: named once more than
they occur, so that a second one, added on the way, breaks the signature instead of misleading the reader. The others
are oversigned where they occur. Both parts are canonicalised ``relaxed``, which survives what servers do to blanks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailkit.errors import ConfigError, MissingExtraError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_ALWAYS = ("from", "reply-to", "subject", "to", "cc", "in-reply-to", "references")
_WHERE_PRESENT = (
    "sender", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding", "list-unsubscribe",
    "list-unsubscribe-post", "list-id", "list-post", "list-help", "list-subscribe", "list-owner", "list-archive",
    "disposition-notification-to", "auto-submitted",
)  # fmt: skip
#: RFC 8301 section 3.2: signers must use at least so many bits.
SMALLEST_RSA = 1024
_LABEL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a domain (in A-labels), the selector under which its public key is published, the private key as
    unencrypted PEM (RSA or Ed25519).

    Raises:
        ConfigError: the domain or the selector is none, or the key cannot be used. The key is never quoted.
    """

    domain: str
    selector: str
    private_key: str = field(repr=False)

    def __post_init__(self) -> None:
        for what, name in (("domain", self.domain), ("selector", self.selector)):
            if not is_name(name):
                raise ConfigError(
                    f"{str(name)[:80]!r} is no {what} for DKIM.", hint="Write it in lower case ASCII labels."
                )
        if not isinstance(self.private_key, str):
            raise ConfigError(f"The DKIM key must be a str, not {type(self.private_key).__name__}.")
        _read(self.private_key)

    @property
    def algorithm(self) -> str:
        """``rsa-sha256`` or ``ed25519-sha256``."""
        return _read(self.private_key)[0]

    @property
    def record_name(self) -> str:
        """Where the public key is published: ``selector._domainkey.domain``."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The TXT record to publish there (RFC 6376 section 3.6.1)."""
        import base64

        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = _load(self.private_key)
        if isinstance(key, Ed25519PrivateKey):
            raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            return f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode('ascii')}"
        der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode('ascii')}"

    def sign(self, raw: bytes) -> bytes:
        """The message with a DKIM-Signature on top; everything below it is as it was.

        Args:
            raw: what ``compose`` made: CRLF line ends.

        Raises:
            MissingExtraError: dkimpy is not installed.
        """
        try:
            import dkim
        except ImportError as error:
            raise MissingExtraError("dkim", "Signing with DKIM") from error
        library: Any = dkim  # untyped
        algorithm, key = _read(self.private_key)
        header: bytes = library.DKIM(raw).sign(
            self.selector.encode("ascii"),
            self.domain.encode("ascii"),
            key,
            signature_algorithm=algorithm.encode("ascii"),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=_covered(raw),
            length=False,
        )
        return header + raw


def is_name(name: object) -> bool:
    """Whether the text can be the domain or the selector of a signature."""
    if not isinstance(name, str):
        return False
    labels = name.split(".")
    return len(name) <= 253 and all(0 < len(label) <= 63 for label in labels) and set(name) <= _LABEL


def _covered(raw: bytes) -> list[bytes]:
    """The names for ``h=``: each field as often as it occurs, and once more."""
    head = raw.partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    present = [line.partition(b":")[0].strip().lower() for line in lines]
    names: list[bytes] = []
    for name in map(str.encode, (*_ALWAYS, *_WHERE_PRESENT)):
        count = present.count(name)
        if count or name.decode("ascii") in _ALWAYS:
            names += [name] * (count + 1)
    return names


@lru_cache(maxsize=64)
def _read(pem: str) -> tuple[str, bytes]:
    """The algorithm, and the key in the form that dkimpy reads."""
    import base64

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = _load(pem)
    if isinstance(key, Ed25519PrivateKey):
        return "ed25519-sha256", base64.b64encode(key.private_bytes_raw())
    if key.key_size < SMALLEST_RSA:
        raise ConfigError(f"The DKIM key has {key.key_size} bits; at least {SMALLEST_RSA} are needed, 2048 are usual.")
    return "rsa-sha256", key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _load(pem: str) -> RSAPrivateKey | Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode("utf-8"), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, (RSAPrivateKey, Ed25519PrivateKey)):
        raise ConfigError(
            "The DKIM key is no unencrypted PEM of an RSA or Ed25519 private key.",
            hint="Make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        )
    return key

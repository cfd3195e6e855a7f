"""Signed data of CMS (RFC 5652): is the signature right, who made it, who vouches for the certificate.

asn1crypto reads the structure, cryptography does the arithmetic and builds the chain. The caller catches what hostile
bytes make them raise.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mailkit.content import asn1
from mailkit.content.sealed import SealedBy

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm
    from cryptography.x509 import Certificate

MAX_SIGNERS = 10
MAX_CERTIFICATES = 50
_DEPTH = 8


class NotSignedError(Exception):
    """The signature is wrong; the text says why."""


class UnknownMethodError(Exception):
    """The signature cannot be checked; the text says why."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One right signature: its certificate, and when it was made by the signer's clock."""

    certificate: Certificate
    others: tuple[Certificate, ...]
    signed_at: datetime | None


def content_of(der: bytes) -> bytes | None:
    """The content that stands inside the signed data; None if the signature is detached."""
    found: bytes | None = _signed_data(der)["encap_content_info"]["content"].native
    return found


def verify(der: bytes, content: bytes) -> list[Signed]:
    """The signatures, all of which are right for the content.

    Raises:
        NotSignedError: one of them is wrong.
        UnknownMethodError: one of them cannot be checked.
        Exception: the bytes are no CMS.
    """
    data = _signed_data(der)
    certificates = _certificates(data)
    infos = list(data["signer_infos"])
    if not infos:
        raise NotSignedError("nobody signed it")
    if len(infos) > MAX_SIGNERS:
        raise UnknownMethodError(f"it has more than {MAX_SIGNERS} signers")
    kind = data["encap_content_info"]["content_type"].native
    return [_checked(info, kind, content, certificates) for info in infos]


def _signed_data(der: bytes) -> Any:
    from asn1crypto import cms

    asn1.check(der)
    library: Any = cms  # untyped
    info = library.ContentInfo.load(der)
    if info["content_type"].native != "signed_data":
        raise UnknownMethodError(f"it holds {str(info['content_type'].native)[:40]}, not signed data")
    return info["content"]


def _certificates(data: Any) -> list[tuple[Any, Certificate]]:
    from cryptography.x509 import load_der_x509_certificate

    found = [choice.chosen for choice in data["certificates"] or [] if choice.name == "certificate"]
    return [(one, load_der_x509_certificate(one.dump())) for one in found[:MAX_CERTIFICATES]]


def _checked(info: Any, kind: str, content: bytes, certificates: Sequence[tuple[Any, Certificate]]) -> Signed:
    certificate = _signer(info["sid"], certificates)
    digest = _hash(info["digest_algorithm"]["algorithm"].native)
    attributes = info["signed_attrs"]
    signed, signed_at = content, None
    if attributes.native:
        values = {one["type"].native: one["values"] for one in attributes}
        if len(values) != len(attributes):
            raise NotSignedError("an attribute is given twice")
        _one(values, "content_type", kind)
        _one(values, "message_digest", _digest(digest, content))
        times = values.get("signing_time")
        signed_at = times[0].native if times is not None and len(times) else None
        # What is signed is the attributes as a SET OF, not with the tag that they have in place (section 5.4).
        signed = attributes.untag().dump()
    _arithmetic(info["signature_algorithm"], certificate, info["signature"].native, signed, digest)
    others = tuple(one for _, one in certificates if one != certificate)
    return Signed(certificate, others, signed_at if isinstance(signed_at, datetime) else None)


def _one(values: dict[str, Any], name: str, expected: object) -> None:
    found = values.get(name)
    if found is None or len(found) != 1:
        raise NotSignedError(f"the attribute {name} is missing")
    value = found[0].native
    same = hmac.compare_digest(value, expected) if isinstance(value, bytes) and isinstance(expected, bytes) else None
    if not (value == expected if same is None else same):
        raise NotSignedError("the content was changed" if name == "message_digest" else f"the {name} is another one")


def _signer(sid: Any, certificates: Sequence[tuple[Any, Certificate]]) -> Certificate:
    for parsed, certificate in certificates:
        if sid.name == "issuer_and_serial_number":
            serial = sid.chosen["serial_number"].native
            if parsed.issuer == sid.chosen["issuer"] and parsed.serial_number == serial:
                return certificate
        elif parsed.key_identifier == sid.chosen.native:
            return certificate
    raise UnknownMethodError("the signer's certificate is not enclosed")


def _hash(name: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    known: dict[str, type[hashes.SHA224 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]
    known = {"sha224": hashes.SHA224, "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
    if name in ("md5", "sha1", "md2"):
        raise NotSignedError(f"the digest {name} can be forged")
    if name not in known:
        raise UnknownMethodError(f"the digest {str(name)[:40]} is not known")
    return known[name]()


def _digest(algorithm: HashAlgorithm, content: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import Hash

    made = Hash(algorithm)
    made.update(content)
    return made.finalize()


def _arithmetic(how: Any, certificate: Certificate, signature: bytes, signed: bytes, digest: HashAlgorithm) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            pss = how.signature_algo == "rsassa_pss"
            salt = how["parameters"]["salt_length"].native if pss else 0
            way = padding.PSS(padding.MGF1(digest), salt) if pss else padding.PKCS1v15()
            key.verify(signature, signed, way, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, signed, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, signed)
        else:
            raise UnknownMethodError("the certificate has a kind of key that is not known")
    except InvalidSignature:
        raise NotSignedError("the signature is wrong") from None


# Certificates


def distrust(signed: Signed, roots: Sequence[Certificate], at: datetime) -> str:
    """Why the certificate is not trusted to sign mail at that time; "" if it is.

    It is trusted if it is one of the roots itself, or if a chain of enclosed certificates leads to one of them.
    """
    certificate = signed.certificate
    if reason := _wrong_use(certificate):
        return reason
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        return "the certificate was not valid at the time"
    if not roots:
        return "no roots were given"
    return "" if certificate in roots else _no_chain(certificate, signed.others, roots, at)


def _no_chain(
    certificate: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate], at: datetime
) -> str:
    from cryptography.x509 import verification as chain

    authority = chain.ExtensionPolicy.webpki_defaults_ca()
    # A mail certificate has other uses and other names than a web server's; what it may do was looked at already.
    policy = chain.PolicyBuilder().store(chain.Store(list(roots))).time(at).max_chain_depth(_DEPTH)
    policy = policy.extension_policies(ca_policy=authority, ee_policy=chain.ExtensionPolicy.permit_all())
    try:
        policy.build_client_verifier().verify(certificate, list(others))
    except (chain.VerificationError, ValueError) as error:
        return f"no chain leads to a root: {str(error)[:120]}"
    return ""


def _wrong_use(certificate: Certificate) -> str:
    """RFC 8550 section 4.4: what a certificate for signing mail may say of its use."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        use = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (use.digital_signature or use.content_commitment):
            return "the certificate is not for signing"
    except x509.ExtensionNotFound:
        pass
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    good = {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return "" if good & set(uses) else "the certificate is not for mail"


def sealed_by(signed: Signed) -> SealedBy:
    """The signer, as the certificate has it."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import NameOID

    certificate = signed.certificate
    addresses: list[str] = []
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        addresses += names.get_values_for_type(x509.RFC822Name)
    except x509.ExtensionNotFound:
        pass
    subject = certificate.subject
    addresses += [str(one.value) for one in subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    common = [str(one.value) for one in subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    fingerprint = certificate.fingerprint(SHA256()).hex()
    return SealedBy(common[0] if common else "", tuple(dict.fromkeys(addresses)), fingerprint, signed.signed_at)

"""A throw-away certificate authority for loopback servers, and certificates that are wrong on purpose.

The CA and the good certificate (for ``localhost``, ``127.0.0.1`` and ``::1``) are made once per process, with P-256
keys because they take a millisecond; the files live in a temporary directory that is removed at exit.
"""

from __future__ import annotations

import atexit
import datetime
import functools
import ipaddress
import os
import shutil
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

Certificate = Literal["good", "expired", "self-signed", "wrong-host", "unknown-ca"]


class Authority:
    """The CA of this process.

    ``ca_file`` is the PEM file that a client trusts. Certificates are made when first asked for.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._key, self._cert = _issue("mailkit test CA", None)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.ca_file: Path = directory / "ca.pem"
        self.ca_file.write_bytes(_pem(self._cert))

    def context(self, kind: Certificate = "good") -> ssl.SSLContext:
        """A server-side TLS context (TLS 1.2 or newer) that shows the certificate of that kind."""
        if kind not in self._contexts:
            self._contexts[kind] = self._make(kind)
        return self._contexts[kind]

    def pem_file(self, kind: Certificate = "good") -> Path:
        """A PEM file with key and certificate of that kind, for a server that is a program of its own."""
        self.context(kind)
        return self._directory / f"{kind}.pem"

    def _make(self, kind: Certificate) -> ssl.SSLContext:
        issuer = None if kind == "self-signed" else (self._key, self._cert)
        if kind == "unknown-ca":
            issuer = _issue("somebody else's CA", None)
        host = "elsewhere.example" if kind == "wrong-host" else "localhost"
        key, cert = _issue(host, issuer, host=host, expired=kind == "expired")
        path = self._directory / f"{kind}.pem"
        path.touch(mode=0o600)
        path.write_bytes(_key_pem(key) + _pem(cert))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(path)
        return context


@functools.cache
def authority() -> Authority:
    """The CA of this process, made on the first call (a few milliseconds, plus the import of cryptography)."""
    directory = Path(tempfile.mkdtemp(prefix="mailkit-ca-"))
    atexit.register(_remove, directory, os.getpid())
    return Authority(directory)


def _remove(directory: Path, owner: int) -> None:
    """At exit, in the process that made it: a forked child exits too and must leave it alone."""
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)


def _issue(
    name: str,
    issuer: tuple[EllipticCurvePrivateKey, x509.Certificate] | None,
    *,
    host: str | None = None,
    expired: bool = False,
) -> tuple[EllipticCurvePrivateKey, x509.Certificate]:
    """A key and a certificate; ``host`` makes it a server's, without it a CA's."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    signer = issuer[0] if issuer else key
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[1].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * day)
        .not_valid_after(now - day if expired else now + 30 * day)
        .add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
        # Python 3.13 verifies strictly (VERIFY_X509_STRICT) and refuses a chain without key identifiers.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if host is None:
        usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    else:
        builder = builder.add_extension(_alternative_names(host), critical=False)
    return key, builder.sign(signer, hashes.SHA256())


def _alternative_names(host: str) -> x509.SubjectAlternativeName:
    from cryptography import x509

    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host == "localhost":
        names += [x509.IPAddress(ipaddress.ip_address(ip)) for ip in ("127.0.0.1", "::1")]
    return x509.SubjectAlternativeName(names)


def _pem(cert: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return cert.public_bytes(Encoding.PEM)


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization as s

    return key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())

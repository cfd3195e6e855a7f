"""TLS contexts: TLS 1.2 or later, the certificate and its name verified, unless ``insecure`` is spelled out."""

from __future__ import annotations

import ssl
from pathlib import Path

from mailkit.errors import CertificateError


def context(ca_file: str | Path | None = None, insecure: bool = False) -> ssl.SSLContext:
    """A client context for IMAP, POP3, SMTP and HTTP.

    Args:
        ca_file: PEM file of the authorities to trust instead of the system's.
        insecure: accept any certificate for any name. For a server of your own on a test bench, nothing else.

    Raises:
        CertificateError: ``ca_file`` cannot be read or holds no certificate.
    """
    if insecure:
        # The caller spelled it out; every call site of mailkit passes the value of a setting named "insecure".
        unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        unverified.minimum_version = ssl.TLSVersion.TLSv1_2
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        return unverified
    try:
        verified = ssl.create_default_context(cafile=str(ca_file) if ca_file is not None else None)
    except (OSError, ssl.SSLError) as error:
        raise CertificateError(
            f"The file of certificate authorities {str(ca_file)!r} cannot be used: {error}."
        ) from error
    verified.minimum_version = ssl.TLSVersion.TLSv1_2
    return verified

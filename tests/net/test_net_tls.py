from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from mailkit.errors import CertificateError
from mailkit.net import tls


def test_verified_by_default():
    made = tls.context()
    assert made.verify_mode is ssl.CERT_REQUIRED
    assert made.check_hostname
    assert made.minimum_version is ssl.TLSVersion.TLSv1_2


def test_insecure_is_spelled_out_and_still_encrypts_with_1_2():
    made = tls.context(insecure=True)
    assert made.verify_mode is ssl.CERT_NONE
    assert made.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_missing_ca_file_is_a_typed_error(tmp_path: Path):
    with pytest.raises(CertificateError, match="authorities"):
        tls.context(tmp_path / "none.pem")


def test_an_empty_ca_file_is_a_typed_error(tmp_path: Path):
    path = tmp_path / "empty.pem"
    path.write_bytes(b"")
    with pytest.raises(CertificateError, match="authorities"):
        tls.context(path)

"""Raw bytes, kept once per tenant under their SHA-256.

In a table, or in a directory (a setting). In a directory the file is complete and fsynced, and so is its directory,
before the row is written: a row never speaks of a file that a power cut could take away. A file without a row is what a
rolled-back transaction leaves behind; it is harmless and is used by the next arrival of the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sqlalchemy import bindparam, select

from mailkit.errors import NotFoundError, StoreFullError
from mailkit.store import sql
from mailkit.store.schema import raw
from mailkit.store.tx import Tx

_PUT = sql.insert_new(raw, "tenant", "digest", "size", "body", "stored_at", conflict=("tenant", "digest"))
_GET = select(raw.c.body, raw.c.size).where(sql.mine(raw), raw.c.digest == bindparam("digest"))


def digest_of(data: bytes) -> str:
    """The SHA-256 of raw bytes, in hexadecimal: the key they are kept under."""
    return hashlib.sha256(data).hexdigest()


def put(tx: Tx, data: bytes, digest: str | None = None) -> str:
    """Keep raw bytes; return their digest. Keeping the same bytes again changes nothing."""
    digest = digest or digest_of(data)
    body: bytes | None = data
    if tx.raw_dir is not None:
        _write(_path(tx, digest), data)
        body = None
    tx.execute(_PUT, digest=digest, size=len(data), body=body, stored_at=tx.now())
    return digest


def get(tx: Tx, digest: str) -> bytes:
    """The raw bytes of a digest.

    Raises:
        NotFoundError: no such bytes are kept, or their file is gone.
    """
    row = tx.execute(_GET, digest=digest).one(f"raw message {digest}")
    if row.body is not None:
        return bytes(row.body)
    if tx.raw_dir is None:
        raise NotFoundError(
            "The raw bytes are in a directory and none was given.", hint="Open the store with its raw_dir."
        )
    try:
        return _path(tx, digest).read_bytes()
    except OSError as error:
        raise NotFoundError(f"The raw file {digest} cannot be read: {error.strerror}.") from error


def _path(tx: Tx, digest: str) -> Path:
    tenant = hashlib.sha256(tx.tenant.encode()).hexdigest()[:16]
    return Path(str(tx.raw_dir)) / tenant / digest[:2] / f"{digest}.eml"


def _write(path: Path, data: bytes) -> None:
    if path.exists() and path.stat().st_size == len(data):
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}.partial")
        try:
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        _sync_directory(path.parent)
        _sync_directory(path.parent.parent)
    except OSError as error:
        raise StoreFullError(f"The raw directory cannot be written: {error.strerror}.") from error


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

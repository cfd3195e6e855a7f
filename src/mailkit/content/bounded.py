"""OpenPGP decrypted within bounds: half a megabyte can hold gigabytes of zeros, compressed (RFC 9580 section 5.6).

pysequoia knows no limit, and holds Python's lock while it works. It writes to a path as it reads, though: so it writes
into a named pipe, at whose end ``head`` takes as many bytes as are allowed and goes; then writing fails. What comes out
is kept in memory where the system has files that are memory, else in a file without a name.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, TYPE_CHECKING

from mailkit.content.sealed import attempt

if TYPE_CHECKING:
    from collections.abc import Callable

    from pysequoia import Cert, Decrypted, PyDecryptor

    Store = Callable[[list[str]], list[Cert]]

__all__ = ["TooLargeError", "decrypt_within"]

_DEFLATE = 1100  # to one: more than its best


class TooLargeError(Exception):
    """The content is larger than allowed."""


def decrypt_within(
    sealed: bytes, limit: int, decryptor: PyDecryptor, store: Store | None = None
) -> tuple[Decrypted | None, bytes | None, str]:
    """What opened, its content, and else what the library said. Where the system has no named pipes (Windows), content
    has no limit.

    Raises:
        TooLargeError: the content has more than ``limit`` bytes.
    """
    from pysequoia import decrypt

    head = shutil.which("head")
    if len(sealed) * _DEFLATE <= limit or not hasattr(os, "mkfifo") or head is None:
        opened, said = attempt(decrypt, sealed, decryptor, store)
        return opened, None if opened is None else opened.bytes, said
    with TemporaryDirectory(prefix="mailkit-") as home, _nameless() as kept:
        opened, said = _through_pipe(Path(home), sealed, [head, "-c", str(limit + 1)], kept, decryptor, store)
        if os.fstat(kept.fileno()).st_size > limit:
            raise TooLargeError
        kept.seek(0)
        return opened, None if opened is None else kept.read(), said


def _through_pipe(
    home: Path, sealed: bytes, taker: list[str], kept: IO[bytes], decryptor: PyDecryptor, store: Store | None
) -> tuple[Decrypted | None, str]:
    import subprocess

    from pysequoia import decrypt_file

    source, pipe = home / "sealed", home / "content"
    source.write_bytes(sealed)
    os.mkfifo(pipe, 0o600)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writing = os.open(pipe, os.O_WRONLY)  # held, or the reader would see the end before the beginning
    os.set_blocking(reading, True)
    child = subprocess.Popen(taker, stdin=reading, stdout=kept)  # noqa: S603 - nothing of the message is in it
    os.close(reading)
    try:
        return attempt(decrypt_file, str(source), str(pipe), decryptor, store)
    finally:
        os.close(writing)
        child.wait()


def _nameless() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("mailkit"), "w+b")
    return TemporaryFile()

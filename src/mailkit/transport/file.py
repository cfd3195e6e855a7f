"""FileTransport: each message becomes a file, for development and for a relay that picks files up.

A file appears whole or not at all: it is written under a hidden name, synced to disk, renamed, and the directory is
synced. The envelope stands beside it as JSON, which appears first.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from mailkit.transport.base import OnData, OnResult, Outgoing, Result, SkipMessage, judged


class FileTransport:
    """Writes ``<id>.<random>.eml`` and ``<id>.<random>.json`` into a directory.

    Raises:
        OSError: from ``send``, when a file cannot be written: nothing of it is left.
    """

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)

    def send(self, outgoing: Sequence[Outgoing], on_data: OnData, on_result: OnResult | None = None) -> list[Result]:
        """See ``Transport.send``."""
        results: list[Result] = []
        for message in outgoing:
            try:
                on_data(message)
            except SkipMessage:
                continue
            path = self._write(message)
            verdicts, _ = judged(message.envelope.recipients, 250, f"2.0.0 {path.name}", content_sent=True)
            result = Result(message.id, verdicts, f"250 2.0.0 {path.name}")
            results.append(result)
            if on_result is not None:
                on_result(result)
        return results

    def _write(self, message: Outgoing) -> Path:
        stem = f"{message.id}.{secrets.token_hex(8)}"
        envelope = {"sender": message.envelope.sender, "recipients": list(message.envelope.recipients)}
        _atomic(self.directory / f"{stem}.json", json.dumps(envelope, ensure_ascii=False).encode("utf-8"))
        path = self.directory / f"{stem}.eml"
        _atomic(path, message.raw)
        return path


def _atomic(path: Path, data: bytes) -> None:
    hidden = path.with_name(f".{path.name}.tmp")
    try:
        with hidden.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        hidden.replace(path)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

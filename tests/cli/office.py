"""What the tests of the command share: running it, an account's arguments, a mail."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mailkit.cli import main
from mailkit.cli.documents import COMMANDS, SHAPES
from mailkit.testing import MailServer

ANA = "ana@acme.example"
BO = "bo@client.example"
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Done:
    """What a command did."""

    args: tuple[str, ...]
    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode("utf-8")

    @property
    def json(self) -> Any:
        """The one JSON document; it must be ASCII."""
        return json.loads(self.raw.decode("ascii"))

    @property
    def error(self) -> Any:
        """The error document on stderr."""
        return json.loads(self.err)["error"]


@dataclass
class Cli:
    """Runs commands; every one is watched: no traceback, no secret, no control character."""

    directory: Path
    secrets: list[str] = field(default_factory=lambda: [PASSWORD])

    def __call__(self, *args: str, stdin: str = "", code: int | None = 0, binary: bool = False) -> Done:
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        err = io.StringIO()
        before, sys.stdin = sys.stdin, io.StringIO(stdin)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                found = main(args)
        finally:
            sys.stdin = before
        done = Done(args, found, out.buffer.getvalue(), err.getvalue())  # type: ignore[attr-defined]
        if code is not None:
            assert found == code, (args, done.raw[-2000:], done.err)
        if not binary:
            self._watch(done)
        if "--json" in args:
            held_to_its_shape(done)
        return done

    def _watch(self, done: Done) -> None:
        told = done.out + done.err
        if "--verbose" not in done.args and "-vv" not in done.args:
            assert "Traceback" not in told
        for secret in self.secrets:
            assert secret not in told
        assert not [c for c in told if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160], repr(told)


def held_to_its_shape(done: Done) -> None:
    """What a command printed with --json is what the documentation says."""
    if done.err and not ("work" in done.args and done.raw):  # a worker warns while it works
        error = done.error
        fits(error, "Error", "error")
        assert error["exit"] == done.code
        assert not done.raw
        return
    words = [word for word in done.args if word in _WORDS]
    name = next(name for name in (" ".join(words[:2]), words[0]) if name in COMMANDS)
    name = "show --thread" if name == "show" and "--thread" in done.args else name
    for document in [json.loads(line) for line in done.out.splitlines()] if name == "events" else [done.json]:
        has_fields(document, COMMANDS[name], name)


_WORDS = {word for name in COMMANDS for word in name.split()}
_PLAIN: dict[str, tuple[type, ...]] = {
    "text": (str,), "number": (int,), "decimal": (int, float), "bool": (bool,), "time": (str,),
}  # fmt: skip


def has_fields(value: Any, fields: dict[str, str], where: str) -> None:
    assert isinstance(value, dict), where
    names = {name for name in fields if name != "*"}
    assert value.keys() >= names, where
    assert "*" in fields or value.keys() == names, where
    for name in names:
        fits(value[name], fields[name], f"{where}.{name}")


def fits(value: Any, kind: str, where: str) -> None:
    """Raise unless a value is of that type; see ``mailkit.cli.documents``."""
    if kind == "any" or (kind.endswith("?") and value is None):
        return
    kind = kind.removesuffix("?")
    if kind.startswith("["):
        assert isinstance(value, list), where
        for one in value:
            fits(one, kind[1:-1], f"{where}[]")
    elif kind.startswith("{"):
        assert isinstance(value, dict), where
        for one in value.values():
            fits(one, kind[1:-1], f"{where}{{}}")
    elif kind in _PLAIN:
        assert isinstance(value, _PLAIN[kind]), f"{where} is {value!r}"
        assert kind == "bool" or not isinstance(value, bool), where
        if kind == "time":
            assert datetime.fromisoformat(value).utcoffset() == timedelta(0), where
    else:
        has_fields(value, SHAPES[kind], where)


def add_args(server: MailServer, *more: str) -> list[str]:
    """The arguments that add the account of Ana under the name sales."""
    return [
        "account", "add", ANA, "--name", "sales",
        "--imap", f"localhost:{server.imap_port}", "--imap-tls", "implicit",
        "--smtp", f"localhost:{server.smtp_port}", "--smtp-tls", "implicit",
        "--ca-file", str(server.ca_file), "--password-stdin", *more,
    ]  # fmt: skip


def letter(
    subject: str = "Offer", body: str = "Can you deliver in May?\r\n", *, number: int = 1, more: str = ""
) -> bytes:
    """A mail to Ana."""
    return (
        f"From: Bo Client <{BO}>\r\nTo: {ANA}\r\nSubject: {subject}\r\n"
        f"Date: Mon, 2 Mar 2026 10:{number:02}:00 +0000\r\nMessage-ID: <m{number}@client.example>\r\n{more}\r\n{body}"
    ).encode()

"""What is printed: harmless, plain where nobody sees colours, quiet when nobody reads; and the process around it."""

from __future__ import annotations

import json
import logging
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.office import ANA, BO, PASSWORD, Cli, letter
from mailkit.cli import codes, plain
from mailkit.cli.output import Out, size
from mailkit.testing import MailServer

COMMAND = [sys.executable, "-m", "mailkit.cli"]


def env(**more: str) -> dict[str, str]:
    """The environment as it is now, for a process of its own."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8", **more}


def run(*args: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    options = {"capture_output": True, "env": env(), "check": False, "timeout": 120, **more}
    return subprocess.run([*COMMAND, *args], **options)  # type: ignore[call-overload,no-any-return]


# -- text from strangers -----------------------------------------------------------------------------------------------


@given(st.text())
def test_text_from_strangers_cannot_control_a_terminal(text: str) -> None:
    for told in (plain.clean(text), plain.clean_body(text).replace("\n", "").replace("\t", "")):
        assert not [c for c in told if ord(c) < 32 or 127 <= ord(c) < 160 or c in plain._HIDDEN]
        told.encode("utf-8")  # no lone surrogates


@given(st.text(), st.integers(1, 50))
def test_a_line_has_a_bound(text: str, limit: int) -> None:
    assert len(plain.clean(text, limit)) <= limit


def test_a_megabyte_is_cleaned_in_a_moment() -> None:
    text = "\x1b[31m\u202e" * 200_000
    started = time.process_time()
    plain.clean(text)
    plain.clean_body(text)
    assert time.process_time() - started < 5


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egpj.exe"


def test_hostile_mail_is_shown_harmlessly_by_every_command(office: Cli, server: MailServer) -> None:
    """The runner itself refuses control characters in any output; here is mail that is full of them."""
    import base64

    def word(text: str) -> str:
        return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="

    raw = (
        f"From: {word('Bo ' + HOSTILE)} <{BO}>\r\nTo: {word(HOSTILE)} <{ANA}>\r\n"
        f"Subject: {word('Offer ' + HOSTILE)}\r\nMessage-ID: <h\x1b[31m1@client.example>\r\n"
        "Date: Mon, 2 Mar 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello {HOSTILE}\r\n"
        f"--b\r\nContent-Type: application/x-\x1b[31m; name={word(HOSTILE)}\r\n"
        f"Content-Disposition: attachment; filename={word(HOSTILE)}\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    server.folder(ANA).add(raw)
    server.create_folder(ANA, "Clients").add(raw)
    office("sync")
    for args in (["threads"], ["show", "1"], ["show", "--thread", "1"], ["show", "1", "--html"], ["explain", "1"],
                 ["events", "c"], ["quarantine", "list"], ["audit", "sales"]):  # fmt: skip
        told = office(*args).out
        assert "\u202e" not in told
        if args[0] != "events":
            office(*args, "--json").json  # noqa: B018 (it must parse, and be ASCII)
    assert "\\x1b" in office("show", "1").out


def test_a_hostile_server_reply_is_shown_harmlessly(office: Cli, server: MailServer) -> None:
    server.reply_to_recipient(BO, f"550 5.1.1 {HOSTILE.replace(chr(7), '')}".encode().decode("latin-1"))
    assert "refused" in office("send", "-a", "sales", "--to", BO, "--text", "x", code=1).out
    office("outbox", "list")
    office("outbox", "show", "1")


def test_markup_in_a_subject_is_text(office: Cli, server: MailServer) -> None:
    server.folder(ANA).add(letter("[bold red]Offer[/] :smile: [link=x]y[/link]"))
    office("sync")
    assert "[bold red]Offer[/] :smile: [link=x]y[/link]" in office("show", "1").out


# -- terminals and pipes -----------------------------------------------------------------------------------------------


def on_terminal(*args: str, **more: str) -> str:
    """What the command prints on a terminal of its own."""
    parent, child = pty.openpty()
    process = subprocess.Popen([*COMMAND, *args], stdout=child, stderr=child, stdin=child, env=env(**more))
    os.close(child)
    told = b""
    while True:
        try:
            data = os.read(parent, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not data:
            break
        told += data
    process.wait(60)
    os.close(parent)
    return told.decode("utf-8", "replace")


def test_a_pipe_gets_plain_lines_and_a_terminal_gets_style(synced: Cli) -> None:
    assert b"\x1b" not in run("threads").stdout
    terminal = on_terminal("threads", TERM="xterm-256color")
    assert "\x1b[1m" in terminal
    assert "Offer" in terminal
    plain_terminal = on_terminal("threads", TERM="xterm-256color", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain_terminal)


def test_progress_is_shown_on_a_terminal_only(office: Cli, server: MailServer) -> None:
    server.folder(ANA).add(letter())
    told = on_terminal("sync", TERM="xterm-256color")
    assert "sales: 1 new" in told
    assert "\x1b[?25l" in told  # the cursor is hidden while bars are drawn
    done = run("sync")
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout


def test_a_reader_that_goes_away_is_no_failure(synced: Cli) -> None:
    read, write = os.pipe()
    os.close(read)
    done = run("db", "sql", stdout=write, stderr=subprocess.PIPE, capture_output=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_without_unicode_shows_escapes(office: Cli, server: MailServer) -> None:
    server.folder(ANA).add(letter("=?utf-8?q?=E8=A6=8B=E7=A9=8D?="))
    office("sync")
    done = run("threads", env=env(PYTHONIOENCODING="ascii"))
    assert done.returncode == 0
    assert b"\\u898b" in done.stdout
    assert json.loads(run("threads", "--json").stdout.decode("ascii"))["threads"][0]["subject"] == "見積"


def test_the_worker_ends_on_sigterm(offline: Cli) -> None:
    process = subprocess.Popen(
        [*COMMAND, "work", "--only", "jobs"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env()
    )
    assert process.stdout is not None
    process.stdout.readline()  # it works
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert b"things done" in out


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['typer'] = None; from mailkit.cli import main; sys.exit(main(['threads']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env(), cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert b"pip install 'mailkit-sdk[cli]'" in done.stderr
    assert b"Traceback" not in done.stderr


def test_verbose_shows_where_and_still_no_secret(office: Cli, server: MailServer) -> None:
    server.folder(ANA).add(letter())
    for args in (
        ["sync"],
        ["account", "check"],
        ["send", "-a", "sales", "--to", BO, "--text", "x"],
        ["audit", "sales"],
    ):
        told = run("-vv", *args)
        everything = told.stdout + told.stderr
        for secret in office.secrets:
            assert secret.encode() not in everything
    import base64

    plain_auth = base64.b64encode(f"\0{ANA}\0{PASSWORD}".encode())
    assert plain_auth not in everything
    assert b"Traceback" in run("--verbose", "show", "99").stderr


# -- documents ---------------------------------------------------------------------------------------------------------


def test_a_table_is_aligned_for_wide_letters(capsys: pytest.CaptureFixture[str]) -> None:
    Out().table(("id", "subject", "x"), [(1, "見積", "a"), (12, "Offer", "b")], right=("id",))
    assert capsys.readouterr().out.splitlines() == ["id  subject  x", " 1  見積     a", "12  Offer    b"]


def test_sizes_are_for_people() -> None:
    assert [size(n) for n in (0, 999, 1000, 1_500_000, 3_000_000_000)] == ["0 B", "999 B", "1.0 kB", "1.5 MB", "3.0 GB"]


def test_every_error_has_an_exit_code() -> None:
    from mailkit import errors

    def tree(cls: type[errors.MailkitError]) -> list[type[errors.MailkitError]]:
        return [cls, *(found for sub in cls.__subclasses__() for found in tree(sub))]

    found = {cls.__name__: codes.code_of(cls.__new__(cls)) for cls in tree(errors.MailkitError)}
    assert found["AuthError"] is codes.Exit.AUTH
    assert found["CertificateError"] is codes.Exit.NETWORK
    assert found["NotFoundError"] is codes.Exit.USAGE
    assert found["StoreLockedError"] is codes.Exit.STORE
    assert codes.Exit.BUG not in found.values()
    assert codes.code_of(ValueError()) is codes.Exit.BUG


def test_every_command_has_a_document() -> None:
    import typer

    from mailkit.cli.app import app
    from mailkit.cli.documents import COMMANDS, SHAPES, markdown

    def names(command: object, path: tuple[str, ...] = ()) -> list[str]:
        children = getattr(command, "commands", {})
        return [" ".join(path)] if not children else [n for k, c in children.items() for n in names(c, (*path, k))]

    assert sorted(names(typer.main.get_command(app))) == sorted(set(COMMANDS) - {"show --thread"})
    kinds = {kind.strip("[]{}?") for fields in (*COMMANDS.values(), *SHAPES.values()) for kind in fields.values()}
    assert kinds - {"text", "number", "decimal", "bool", "time", "any"} <= SHAPES.keys()
    assert all(f"| {name} |" in markdown() for name in SHAPES)


def test_a_document_that_is_not_as_documented_is_seen() -> None:
    from cli.office import fits

    record = {"system": "crm", "kind": "deal", "id": "42"}
    fits([record], "[Record]", "here")
    for wrong in ({**record, "id": 42}, {**record, "more": 1}, {"system": "crm"}, None, "text"):
        with pytest.raises(AssertionError):
            fits([wrong], "[Record]", "here")
    with pytest.raises(AssertionError):
        fits("2026-03-02T10:00:00+01:00", "time", "here")
    with pytest.raises(AssertionError):
        fits(True, "number", "here")


def test_a_program_that_calls_the_command_keeps_its_own_logging(office: Cli) -> None:
    logger = logging.getLogger("mailkit")
    handler = logging.NullHandler()
    logger.addHandler(handler)
    before = (list(logger.handlers), logger.level, logger.propagate)
    try:
        office("threads")
        office("-vv", "threads")
        assert (list(logger.handlers), logger.level, logger.propagate) == before
    finally:
        logger.removeHandler(handler)

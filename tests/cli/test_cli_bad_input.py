"""Whatever goes wrong: what happened and what to do, the documented exit code, never a traceback."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.office import ANA, BO, PASSWORD, Cli, add_args, letter
from mailkit.cli.accounts import _host_port
from mailkit.cli.send import _record
from mailkit.errors import MailkitError
from mailkit.testing import MailServer


@pytest.mark.parametrize(
    "args",
    [
        ["sync", "nobody"],
        ["audit", "nobody"],
        ["account", "check", "nobody"],
        ["account", "remove", "nobody"],
        ["threads", "--account", "nobody"],
        ["send", "-a", "nobody", "--to", BO, "--text", "x"],
    ],
    ids=lambda args: " ".join(args[:2]),
)
def test_an_unknown_account(office: Cli, args: list[str]) -> None:
    done = office(*args, code=2)
    assert "nobody" in done.err
    assert "[unknown-account]" in done.err
    assert "mailkit account list" in done.err


def test_a_wrong_password(office: Cli, server: MailServer) -> None:
    server.set_password(ANA, "changed")
    for args in (["sync"], ["audit", "sales"], ["account", "check"]):
        done = office(*args, code=3)
        assert "[auth]" in done.err + done.out
    told = office("send", "-a", "sales", "--to", BO, "--text", "x", code=7)  # stays in the outbox
    assert "AuthError" in told.out
    assert office("outbox", "list", "--json").json["outbox"][0]["state"] == "ready"
    server.set_password(ANA, PASSWORD)
    assert not server.sent


@pytest.mark.parametrize("kind", ["expired", "self-signed", "wrong-host", "unknown-ca"])
def test_a_bad_certificate(office: Cli, server: MailServer, kind: str) -> None:
    server.faults.certificate(kind, times=20)
    assert office("sync", "--json", code=4).json["accounts"][0]["error"]["code"] == "certificate"
    assert office("audit", "sales", "--json", code=4).error["code"] == "certificate"
    checks = office("account", "check", "--json", code=4).json["accounts"][0]["checks"]
    assert {one["error"]["code"] for one in checks} == {"certificate"}
    office("send", "-a", "sales", "--to", BO, "--text", "x", code=7)
    assert PASSWORD.encode() not in server.plain_text("imap") + server.plain_text("smtp")


def test_an_unreachable_server(office: Cli, server: MailServer) -> None:
    server.stop()
    assert office("sync", "--json", code=4).json["accounts"][0]["error"]["code"] == "connect"
    assert office("audit", "sales", "--json", code=4).error["code"] == "connect"
    assert office("account", "check", "--json", code=4).json["accounts"][0]["checks"][0]["error"]["code"] == "connect"
    assert office("send", "-a", "sales", "--to", BO, "--text", "x", "--key", "k", code=7).out
    server.start()
    assert office("outbox", "list", "--json").json["outbox"][0]["state"] == "ready"


def test_one_unreachable_server_does_not_stop_the_other_account(office: Cli, server: MailServer) -> None:
    server.folder(ANA).add(letter())
    office("account", "add", BO, "--name", "a-first", "--imap", "localhost:1", "--no-password")
    done = office("sync", "--all", "--json", code=2)
    by_name = {one["account"]: one for one in done.json["accounts"]}
    assert by_name["a-first"]["error"]["code"] == "missing-credentials"
    assert by_name["sales"]["new"] == 1


def test_a_missing_a_wrong_and_an_unusable_key(
    office: Cli, monkeypatch: pytest.MonkeyPatch, server: MailServer
) -> None:
    monkeypatch.delenv("MAILKIT_KEY_FILE")
    assert office(*add_args(server, "--replace", "--json"), stdin="x\n", code=2).error["code"] == "missing-key"
    assert office("sync", "--json", code=2).json["accounts"][0]["error"]["code"] == "missing-key"
    assert office("--key-file", "nowhere", "sync", "--json", code=2).error["code"] == "config"
    Path("pass").write_text("a passphrase\n")
    done = office("--key-file", "pass", "sync", "--json", code=2)
    assert "passphrase will not do" in done.error["message"]
    Path("empty").write_text("\n")
    assert "is empty" in office("--key-file", "empty", "sync", code=2).err
    office("db", "key", "--out", "other")
    assert office("--key-file", "other", "audit", "sales", "--json", code=2).error["code"] == "wrong-key"
    office("account", "list")  # needs no key
    office("threads")


def test_a_database_that_is_not_there_is_not_made_by_looking(cli: Cli) -> None:
    for args in (["threads"], ["sync", "--all"], ["account", "list"], ["outbox", "list"], ["db", "check"], ["work"]):
        assert cli(*args, "--json", code=5).error["code"] == "store-unreachable"
    assert not list(cli.directory.iterdir())
    assert cli("-d", "no/such/mail.db", "db", "upgrade", "--json", code=5).error["code"] == "store-unreachable"


def test_a_file_that_is_no_database_or_of_somebody_else(cli: Cli) -> None:
    Path("text.db").write_text("this is no database" * 200)
    assert cli("-d", "text.db", "threads", "--json", code=5).error["code"] == "store-unreachable"
    with closing(sqlite3.connect("other.db")) as db:
        db.execute("CREATE TABLE theirs (x)")
        db.commit()
    assert cli("-d", "other.db", "threads", "--json", code=5).error["code"] == "store-outdated"
    with closing(sqlite3.connect("other.db")) as db:
        assert [row[0] for row in db.execute("SELECT name FROM sqlite_master")] == ["theirs"]
    assert cli("-d", "mysql://localhost/x", "threads", "--json", code=2).error["code"] == "config"
    assert cli("-d", "://", "threads", "--json", code=2).error["code"] == "config"


def test_a_locked_database(synced: Cli) -> None:
    with closing(sqlite3.connect("mailkit.db")) as db:
        db.execute("BEGIN IMMEDIATE")
        for args in (["sync"], ["send", "-a", "sales", "--to", BO, "--text", "x"], ["quarantine", "drop", "1"]):
            assert synced("--busy-timeout", "0.1", *args, "--json", code=5).error["code"] == "store-locked"
        synced("--busy-timeout", "0.1", "threads")  # reading needs no lock


def test_a_newer_an_older_and_a_read_only_database(synced: Cli) -> None:
    def version(text: str) -> None:
        with closing(sqlite3.connect("mailkit.db")) as db:
            db.execute("UPDATE mailkit_alembic_version SET version_num = ?", (text,))
            db.commit()

    version("9999")
    for args in (["threads"], ["sync"], ["db", "check"], ["db", "upgrade"]):
        assert synced(*args, "--json", code=5).error["code"] == "store-newer"
    with closing(sqlite3.connect("mailkit.db")) as db:
        db.execute("DELETE FROM mailkit_alembic_version")
        db.commit()
    done = synced("threads", code=5)
    assert "[store]" in done.err
    assert "Restore mailkit_alembic_version" in done.err
    with closing(sqlite3.connect("mailkit.db")) as db:
        for (table,) in db.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE 'mailkit%' AND type = 'table'"
        ).fetchall():
            db.execute(f"DROP TABLE {table}")
        db.commit()
    done = synced("threads", code=5)
    assert "[store-outdated]" in done.err
    assert "mailkit db upgrade" in done.err


def test_a_full_disk(office: Cli, server: MailServer) -> None:
    """No file may grow beyond what is there: every write of the database fails as it does on a full disk."""
    for number in range(30):
        server.folder(ANA).add(letter(body="x" * 4000 + "\r\n", number=number))

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    done = subprocess.run(
        [sys.executable, "-m", "mailkit.cli", "sync", "--json"],
        capture_output=True, text=True, preexec_fn=full, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert '"store-full"' in done.stderr
    assert done.returncode == 5
    office("sync")  # and with space again, nothing is lost or doubled
    assert office("audit", "sales", "--json").json["ok"] is True
    assert office("db", "stats", "--json").json["messages"] == 30


LINE_BREAKS = ["\n", "\r\n", "\r", "\0", "\x0b"]


@pytest.mark.parametrize("bad", LINE_BREAKS, ids=repr)
def test_an_address_or_a_header_with_a_line_break(office: Cli, server: MailServer, bad: str) -> None:
    hostile = f"{BO}{bad}Bcc: everyone@client.example"
    for option in ("--to", "--cc", "--bcc", "--from"):
        args = ["send", "-a", "sales", "--to", BO, option, hostile, "--text", "x", "--json"]
        assert office(*args, code=2).error["code"] in ("injection", "address")
    args = ["send", "-a", "sales", "--to", BO, "--subject", f"Hi{bad}Bcc: everyone@client.example", "--text", "x"]
    assert office(*args, "--json", code=2).error["code"] == "injection"
    added = office("account", "add", f"{ANA}{bad}x", "--imap", "localhost", "--no-password", "--json", code=2)
    assert added.error["code"] == "injection"
    office("account", "add", ANA, "--name", f"x{bad}y", "--imap", "localhost", "--no-password", code=2)
    office("account", "add", ANA, "--name", "n", "--imap", f"local{bad}host", "--no-password", code=2)
    office("sync", "--folder", f"IN{bad}BOX", code=None)
    assert not server.sent
    assert office("outbox", "list", "--json").json == {"outbox": []}


def test_a_literal_of_a_gigabyte_is_announced(office: Cli, server: MailServer) -> None:
    for number in range(3):
        server.folder(ANA).add(letter(number=number))
    server.faults.announce_literal(1 << 30)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = office("sync", "--json", code=None)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000  # kB
    assert done.code in (0, 6)
    office("sync", code=None)
    assert office("audit", "sales", "--json").json["ok"] is True
    told = office("db", "stats", "--json").json
    assert told["messages"] + told["quarantined"] == 3


def test_a_mail_of_no_bytes_is_in_quarantine_and_stops_nothing(office: Cli, server: MailServer) -> None:
    server.folder(ANA).add(b"")
    server.folder(ANA).add(letter())
    told = office("sync", "--json").json["accounts"][0]
    assert (told["ok"], told["new"], told["quarantined"]) == (True, 1, 1)


@pytest.mark.parametrize(
    "args",
    [
        ["nonsense"],
        ["sync", "--nonsense"],
        ["show"],
        ["show", "1", "--thread", "1"],
        ["show", "one"],
        ["explain"],
        ["threads", "--limit", "0"],
        ["threads", "--limit", "many"],
        ["send"],
        ["send", "-a", "sales", "--to", BO, "--text", "x", "--text-file", "y"],
        ["send", "-a", "sales", "--to", BO, "--text-file", "no-such-file"],
        ["send", "-a", "sales", "--to", BO, "--text", "x", "--attach", "no-such-file"],
        ["send", "-a", "sales", "--to", BO, "--text", "x", "--record", "deal 42"],
        ["send", "-a", "sales", "--to", "nobody", "--text", "x"],
        ["send", "-a", "sales", "--text", "x"],
        ["send", "-a", "sales", "--reply-to-message", "99", "--text", "x"],
        ["sync", "sales", "--all"],
        ["show", "99"],
        ["show", "--thread", "99"],
        ["show", str(1 << 70)],
        ["explain", "99"],
        ["explain", "--message", "99"],
        ["outbox", "show", "99"],
        ["outbox", "retry", "99"],
        ["outbox", "cancel", "99"],
        ["quarantine", "show", "99"],
        ["quarantine", "retry", "99"],
        ["quarantine", "drop", "99"],
        ["account", "add"],
        ["account", "add", "not an address", "--imap", "localhost", "--no-password"],
        ["account", "add", ANA, "--no-password"],
        ["account", "add", ANA, "--imap", "localhost:port", "--no-password"],
        ["account", "add", ANA, "--imap", "localhost", "--imap-tls", "perhaps", "--no-password"],
        ["account", "add", ANA, "--imap", "localhost", "--ca-file", "nowhere.pem", "--no-password"],
        ["account", "add", ANA, "--provider", "nobody", "--no-password"],
        ["account", "add", ANA, "--imap", "localhost"],
        ["account", "add", ANA, "--imap", "localhost", "--password-file", "nowhere"],
        ["account", "add", "--url", "imaps://ana:secret@imap.acme.example/"],
        ["account", "add", "--from-env", "nothing"],
        ["demo", "--count", "10"],
        ["demo", "--directory", "."],
        ["demo", "--break", "everything", "--directory", "fresh"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage(offline: Cli, args: list[str]) -> None:
    done = offline(*args, code=2)
    assert done.err.strip()
    assert len(done.err) < 1000
    assert not done.out
    told = offline(*args, "--json", code=2)
    assert told.error["message"].strip()
    assert told.error["exit"] == 2


def test_a_password_on_the_command_line_is_refused_and_not_repeated(offline: Cli) -> None:
    done = offline("account", "add", "--url", f"imaps://ana:{'hunter2'}@imap.acme.example/", code=2)
    assert "--password-stdin" in done.err
    assert "hunter2" not in done.err


def test_an_error_of_mailkit_itself_is_short_unless_asked(synced: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom \x1b[31m")

    monkeypatch.setattr("mailkit.kit.threads.Threads.list", broken)
    done = synced("threads", code=70)
    assert done.err.splitlines()[0] == "mailkit: an error in mailkit itself: RuntimeError: boom \\x1b[31m"
    assert len(done.err.splitlines()) == 2
    assert synced("threads", "--json", code=70).error["code"] == "bug"


def test_an_interrupt_is_no_traceback(synced: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mailkit.kit.threads.Threads.list", interrupted)
    assert synced("threads", code=130).out == ""


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_hosts_and_records_are_read_or_refused(text: str) -> None:
    for read in (lambda: _host_port(text, "--imap"), lambda: _record(text)):
        with suppress(MailkitError):
            read()

"""Each command does what it says, for people and as JSON."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cli.office import ANA, BO, PASSWORD, Cli, add_args, letter
from mailkit import MailKit, Record
from mailkit.testing import MailServer
from mailkit.testing.crm import SampleCrm


def test_the_version_and_the_help_need_no_database(cli: Cli) -> None:
    assert cli("--version").out.startswith("mailkit ")
    told = cli("--help").out
    for command in ("account", "sync", "send", "outbox", "threads", "show", "explain", "quarantine", "work", "demo"):
        assert f"\n  {command} " in told
    assert not list(cli.directory.iterdir())


def test_an_account_is_added_listed_checked_and_removed(keyed: Cli, server: MailServer) -> None:
    keyed(*add_args(server), stdin=f"{PASSWORD}\n")
    listed = keyed("account", "list", "--json").json["accounts"]
    assert [(one["name"], one["address"], one["imap"]["tls"]) for one in listed] == [("sales", ANA, "implicit")]
    assert "sales" in keyed("account", "list").out
    checks = keyed("account", "check", "--json").json["accounts"][0]["checks"]
    assert [(one["what"], one["ok"], one["error"]) for one in checks] == [("imap", True, None), ("smtp", True, None)]
    assert keyed(*add_args(server, "--json"), stdin="x", code=2).error["code"] == "account-exists"
    keyed(*add_args(server, "--replace"), stdin=f"{PASSWORD}\n")
    assert keyed("account", "remove", "sales", "--json").json == {"removed": "sales"}
    assert keyed("account", "list", "--json").json == {"accounts": []}


def test_an_account_is_checked_before_it_is_stored(keyed: Cli, server: MailServer) -> None:
    told = keyed(*add_args(server, "--check"), stdin="wrong\n", code=3)
    assert "not stored" in told.out
    assert keyed("account", "list", "--json").json == {"accounts": []}
    keyed(*add_args(server, "--check"), stdin=f"{PASSWORD}\n")
    keyed(*add_args(server, "--check", "--replace"), stdin="wrong\n", code=3)
    keyed("account", "check", "sales")  # the one of before is still there


def test_an_account_comes_from_a_url_from_the_environment_and_from_a_provider(
    keyed: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILKIT_PASSWORD", "from the environment")
    Path("pw").write_text("from a file\r\n")
    url = "imaps://ana%40acme.example@imap.acme.example/?smtp=smtps://smtp.acme.example"
    keyed("account", "add", "--url", url, "--name", "url")
    keyed("account", "add", ANA, "--name", "gmail", "--provider", "gmail", "--password-file", "pw")
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_ADDRESS", "desk@acme.example")
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_IMAP_HOST", "imap.acme.example")
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_PASSWORD", "of the desk")
    keyed("account", "add", "--from-env", "desk")
    keyed("account", "add", ANA, "--name", "none", "--imap", "imap.acme.example", "--no-password")
    keyed("account", "add", ANA, "--name", "oauth", "--smtp", "[::1]:2525", "--token-provider", "vault")
    with MailKit("sqlite:///mailkit.db", key=Path("key").read_text().strip()) as kit:
        found = {one: kit.accounts.get(one) for one in kit.accounts.names()}
    secrets = {name: getattr(one.credentials, "password", None) for name, one in found.items()}
    assert {name: secret.get_secret_value() if secret else None for name, secret in secrets.items()} == {
        "url": "from the environment",
        "gmail": "from a file",
        "desk": "of the desk",
        "none": None,
        "oauth": None,
    }
    assert found["oauth"].smtp is not None
    assert (found["oauth"].smtp.host, found["oauth"].smtp.port) == ("::1", 2525)


def test_sync_brings_mail_and_says_what_it_did(office: Cli, server: MailServer) -> None:
    server.folder(ANA).add(letter())
    server.folder(ANA).add(b"")
    report = office("sync", "sales", "--json").json["accounts"][0]
    assert (report["ok"], report["new"], report["quarantined"]) == (True, 1, 1)
    assert {folder["name"] for folder in report["folders"]} == {"INBOX", "Sent", "Archive"}
    server.folder(ANA).add(letter(number=2))
    assert "sales: 1 new" in office("sync", "--all").out
    server.folder(ANA).add(letter(number=3))
    server.folder(ANA, "Archive").add(letter(number=4))
    found = office("sync", "--role", "archive", "--json").json["accounts"][0]
    assert [(folder["name"], folder["new"]) for folder in found["folders"]] == [("Archive", 1)]
    found = office("sync", "--folder", "INBOX", "--json").json["accounts"][0]
    assert [(folder["name"], folder["new"]) for folder in found["folders"]] == [("INBOX", 1)]


def test_audit_says_whether_server_and_store_agree(synced: Cli, server: MailServer) -> None:
    assert synced("audit", "sales", "--json").json["ok"] is True
    uid = server.folder(ANA).add(letter(number=9))
    report = synced("audit", "sales", "--json", code=1).json
    assert report["missing"] == 1
    assert report["folders"][0]["missing"] == [uid]
    assert "NOT in step" in synced("audit", "sales", code=1).out


def test_send_sends_once_for_each_key(office: Cli, server: MailServer) -> None:
    Path("offer.pdf").write_bytes(b"%PDF-1.4 offer")
    Path("body.html").write_text("<p>Offer</p>")
    args = ["send", "-a", "sales", "--to", BO, "--cc", "kim@client.example", "--bcc", "lea@client.example",
            "--subject", "Offer", "--html-file", "body.html", "--attach", "offer.pdf", "--key", "order-1"]  # fmt: skip
    receipt = office(*args, "--text", "See below", "--json").json["receipt"]
    assert (receipt["state"], receipt["created"], receipt["sent"]) == ("sent", True, True)
    assert {one["recipient"]: one["state"] for one in receipt["verdicts"]} == {
        BO: "sent", "kim@client.example": "sent", "lea@client.example": "sent",
    }  # fmt: skip
    assert "known already" in office(*args, "--text", "See below").out
    assert len(server.sent) == 1
    assert b"offer.pdf" in server.sent[0].raw
    assert b"lea@client.example" not in server.sent[0].raw
    assert office(*args, "--text", "Something else", "--json", code=2).error["code"] == "key-conflict"


def test_send_takes_the_text_from_a_file_or_from_standard_input(office: Cli, server: MailServer) -> None:
    Path("text.txt").write_text("from a file\n")
    office("send", "-a", "sales", "--to", BO, "--text-file", "text.txt")
    office("send", "-a", "sales", "--to", BO, stdin="from a pipe\n")
    office("send", "-a", "sales", "--to", BO, "--text-file", "-", stdin="from a dash\n")
    assert [b"from a file" in server.sent[0].raw, b"from a pipe" in server.sent[1].raw] == [True, True]
    assert b"from a dash" in server.sent[2].raw


def test_an_answer_goes_to_the_sender_and_into_the_conversation(synced: Cli, server: MailServer) -> None:
    synced("send", "-a", "sales", "--reply-to-message", "2", "--text", "In June.", "--quote")
    sent = server.sent[0].raw
    assert server.sent[0].envelope.recipients == (BO,)
    assert b"In-Reply-To: <m2@client.example>" in sent
    assert b"Subject: Re: Offer" in sent
    assert b"> In June?" in sent
    assert synced("threads", "--json").json["threads"][0]["message_count"] == 3


def test_send_tells_a_refusal_and_a_delay_apart(office: Cli, server: MailServer) -> None:
    server.reply_to_recipient("gone@client.example", "550 5.1.1 No such user")
    server.reply_to_recipient("later@client.example", "451 4.3.0 Try again later")
    refused = office("send", "-a", "sales", "--to", "gone@client.example", "--text", "x", "--json", code=1)
    assert refused.json["receipt"]["verdicts"][0]["state"] == "refused"
    assert refused.json["receipt"]["verdicts"][0]["code"] == 550
    later = office("send", "-a", "sales", "--to", "later@client.example", "--text", "x", code=7)
    assert "451" in later.out


def test_send_says_when_the_fate_is_uncertain(office: Cli, server: MailServer) -> None:
    server.faults.drop_reply_after_data()
    told = office("send", "-a", "sales", "--to", BO, "--text", "x", "--json", code=7).json["receipt"]
    assert told["state"] == "uncertain"
    assert office("outbox", "list", "--state", "uncertain", "--json").json["outbox"][0]["id"] == told["id"]
    assert len(server.sent) == 1
    office("outbox", "dispatch")
    assert len(server.sent) == 1  # never sent twice by itself


def test_the_outbox_is_listed_shown_cancelled_retried_and_dispatched(office: Cli, server: MailServer) -> None:
    for number in (1, 2):
        office("send", "-a", "sales", "--to", BO, "--text", f"text {number}", "--queue", "--key", f"k{number}")
    assert not server.sent
    rows = office("outbox", "list", "--json").json["outbox"]
    assert [(row["key"], row["state"]) for row in rows] == [("k1", "ready"), ("k2", "ready")]
    assert "ready" in office("outbox", "list").out
    assert office("outbox", "cancel", "1", "--json").json["receipt"]["state"] == "cancelled"
    assert office("outbox", "dispatch", "--json").json == {"done": 1}
    assert [sent.envelope.recipients for sent in server.sent] == [(BO,)]
    assert office("outbox", "retry", "1", "--json").json["receipt"]["state"] == "ready"
    office("outbox", "dispatch")
    assert len(server.sent) == 2
    assert office("outbox", "show", "2", "--json").json["outbox"]["attempts"] == 1
    assert "sent" in office("outbox", "show", "2").out
    assert office("outbox", "retry", "2", "--json", code=2).error["code"] == "usage"
    assert office("outbox", "list", "--state", "nowhere", "--json", code=2).error["code"] == "input"


def test_threads_are_listed_shown_and_explained(synced: Cli) -> None:
    threads = synced("threads", "--json").json["threads"]
    assert [(one["id"], one["subject"], one["message_count"], one["links"]) for one in threads] == [(1, "Offer", 2, [])]
    assert "Offer" in synced("threads").out
    assert synced("threads", "--skip", "1", "--json").json == {"threads": []}
    assert synced("threads", "--account", "sales", "--json").json["threads"] == threads
    shown = synced("show", "--thread", "1", "--json").json
    assert [one["new_text"].strip() for one in shown["messages"]] == ["Can you deliver in May?", "In June?"]
    assert "In June?" in synced("show", "--thread", "1").out
    assert "not linked" in synced("explain", "1").out
    assert synced("explain", "--message", "2", "--json").json["thread_id"] == 1


def test_only_threads_of_the_account_are_listed(synced: Cli, server: MailServer) -> None:
    synced("account", "add", BO, "--name", "other", "--imap", "localhost", "--no-password")
    assert synced("threads", "--account", "other", "--json").json == {"threads": []}


def test_links_are_listed_and_explained(synced: Cli) -> None:
    with MailKit("sqlite:///mailkit.db") as kit:
        kit.links.add(1, Record("crm", "deal", "42"), by="Ana")
    assert "crm:deal/42" in synced("threads").out
    assert synced("threads", "--json").json["threads"][0]["links"][0]["record"] == {
        "system": "crm", "kind": "deal", "id": "42",
    }  # fmt: skip
    told = synced("explain", "1", "--json").json
    assert told["decisions"][0]["rule"] == "user"
    assert "crm:deal/42" in told["sentence"]
    assert "How it came to that:" in synced("explain", "1").out


def test_a_message_is_shown_with_its_copies_attachments_and_raw_bytes(office: Cli, server: MailServer) -> None:
    raw = (
        f"From: Bo <{BO}>\r\nTo: {ANA}\r\nSubject: Scan\r\nMessage-ID: <s1@client.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello <script>x()</script><b>Ana</b></p>\r\n"
        '--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\n'
        "PDF\r\n--b--\r\n"
    ).encode()
    server.folder(ANA).add(raw)
    office("sync")
    shown = office("show", "1", "--json").json
    assert shown["attachments"] == [{"part": 2, "name": "a.pdf", "content_type": "application/pdf", "size": 3}]
    assert shown["copies"][0]["locations"][0]["folder"] == "INBOX"
    assert "Hello" in shown["text"]
    assert "<b>Ana</b>" in office("show", "1", "--html").out
    assert "script" not in office("show", "1", "--html", "--json").json["html"]
    assert "Attachment: a.pdf" in office("show", "1").out
    assert office("show", "1", "--raw", binary=True).raw == raw


def test_quarantine_is_listed_shown_retried_and_dropped(synced: Cli) -> None:
    held = synced("quarantine", "list", "--json").json["quarantine"]
    assert [(one["id"], one["reason"], one["state"]) for one in held] == [(1, "empty", "held")]
    assert "empty" in synced("quarantine", "list").out
    assert synced("quarantine", "show", "1", "--json").json["size"] == 0
    assert synced("quarantine", "retry", "1", "--json", code=6).json["retried"][0]["id"] == 0
    assert "stays held" in synced("quarantine", "retry", "--all", code=6).out
    assert synced("quarantine", "drop", "1", "--json").json == {"dropped": 1}
    assert synced("quarantine", "list", "--json").json == {"quarantine": []}
    assert synced("quarantine", "list", "--all", "--json").json["quarantine"][0]["state"] == "dropped"
    assert synced("quarantine", "retry", "--json", code=2).error["code"] == "input"


def test_events_are_lines_until_they_are_acknowledged(synced: Cli) -> None:
    import json

    lines = [json.loads(line) for line in synced("events", "crm", "--json").out.splitlines()]
    assert [one["event"] for one in lines] == ["message.received", "message.received", "message.quarantined"]
    assert len(synced("events", "crm", "--limit", "2", "--ack").out.splitlines()) == 2
    assert "message.quarantined" in synced("events", "crm", "--ack").out
    assert synced("events", "crm").out == "No new events.\n"


def test_work_does_what_is_due(office: Cli, server: MailServer) -> None:
    office("send", "-a", "sales", "--to", BO, "--text", "x", "--queue")
    server.folder(ANA).add(letter())
    assert office("work", "--once", "--only", "outbox", "--json").json == {"done": 1, "failed": []}
    assert len(server.sent) == 1
    office("work", "--once")
    assert office("db", "stats", "--json").json["messages"] == 2
    assert office("work", "--only", "nothing", "--once", "--json", code=2).error["code"] == "input"
    office("work", "--seconds", "0.1", "--only", "jobs")


def test_the_database_is_made_checked_counted_and_told_as_sql(cli: Cli) -> None:
    assert cli("db", "upgrade", "--json").json == {"before": None, "after": "0001"}
    assert cli("db", "upgrade", "--json").json == {"before": "0001", "after": "0001"}
    assert cli("db", "check", "--json").json == {"schema": "0001", "ok": True}
    assert cli("db", "stats", "--json").json["messages"] == 0
    assert "CREATE TABLE mailkit_message" in cli("db", "sql").out
    assert cli("db", "sql", "--json").json["dialect"] == "sqlite"


def test_a_key_is_written_for_its_owner_only_and_never_over_another(cli: Cli) -> None:
    cli("db", "key", "--out", "key")
    assert stat.S_IMODE(Path("key").stat().st_mode) == 0o600
    key = Path("key").read_text()
    assert cli("db", "key", "--out", "key", "--json", code=2).error["code"] == "input"
    assert Path("key").read_text() == key
    assert len(cli("db", "key").out.strip()) == 44


def test_secrets_are_encrypted_anew_with_the_first_key(office: Cli) -> None:
    office("db", "key", "--out", "new")
    Path("both").write_text(Path("new").read_text() + Path("key").read_text())
    assert office("--key-file", "both", "db", "rotate", "--json").json == {"secrets": 1}
    office("--key-file", "new", "account", "check")
    assert office("account", "check", "--json", code=2).error["code"] == "wrong-key"


def test_the_sample_crm_is_an_adapter(synced: Cli) -> None:
    SampleCrm("crm.db")
    synced("--adapter", "sample:crm.db", "work", "--once", "--only", "jobs")
    assert synced("--adapter", "sample:no.db", "threads", "--json", code=2).error["code"] == "config"
    assert synced("--adapter", "nobody", "threads", "--json", code=2).error["code"] == "config"


def test_the_options_of_the_root_and_their_variables(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("-d", "one.db", "db", "upgrade")
    cli("--database", "sqlite:///two.db", "db", "upgrade")
    monkeypatch.setenv("MAILKIT_DATABASE", "sqlite:///three.db")
    cli("db", "upgrade")
    assert {path.name for path in cli.directory.glob("*.db")} == {"one.db", "two.db", "three.db"}
    cli("--tenant", "acme", "account", "add", ANA, "--imap", "imap.acme.example", "--no-password")
    assert cli("account", "list", "--json").json == {"accounts": []}
    assert len(cli("--tenant", "acme", "account", "list", "--json").json["accounts"]) == 1
    cli("--raw-dir", "raw", "threads")
    assert Path("raw").is_dir()
    monkeypatch.setenv("MAILKIT_BUSY_TIMEOUT", "soon")
    assert cli("threads", "--json", code=2).error["code"] == "config"


def test_what_a_worker_could_not_do_is_told(office: Cli, server: MailServer) -> None:
    office("send", "-a", "sales", "--to", BO, "--text", "x", "--queue")
    server.stop()
    done = office("work", "--once", "--json", code=4)
    assert [(one["account"], one["error"]["code"]) for one in done.json["failed"]] == [("sales", "connect")]
    assert len(done.err.splitlines()) == 2  # the outbox's batch, and the account's sync
    assert all(line.startswith("mailkit: ") for line in done.err.splitlines())
    assert office("sync", "--all", code=4).err.count("[connect]") == 1
    server.start()

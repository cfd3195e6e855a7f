"""Every setting of an account has a place in code, environment, command line and, where it fits, URL; and works there.

The table in docs/reference/config.md is compared with the fields of the classes, and with what each road knows. Then an
account in which no setting has its default is made by each road.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
import typer
from pydantic import BaseModel

from cli.office import Cli
from mailkit import MailKit
from mailkit.cli.app import app
from mailkit.config import Account, DkimKey, ImapServer, OAuth2, Password, SmtpServer, _env, _url
from support.mailkeys import SIGNER

ROOT = Path(__file__).resolve().parents[2]
PEM = SIGNER.private_key
CLASSES: tuple[type[BaseModel], ...] = (Account, ImapServer, SmtpServer, Password, OAuth2, DkimKey)
#: Fields that hold other settings, which have rows of their own.
HOLDERS = {"Account.imap", "Account.smtp", "Account.credentials", "Account.dkim"}
#: What has no name on a road, and must say why in its cell.
UNNAMED = {
    ("Account.name", "environment"),
    *((f"DkimKey.{name}", "URL") for name in DkimKey.model_fields),
    *((f"ImapServer.{name}", "URL") for name in ("host", "port")),
    *((f"{kind}.{name}", "URL") for kind in ("Password", "OAuth2") for name in ("username", "password")),
}
#: Options that say where an account comes from, or what becomes of it.
NO_SETTING = {"--url", "--from-env", "--replace", "--check", "--json", "--host", "--no-password"}


def fields() -> set[str]:
    return {f"{cls.__name__}.{name}" for cls in CLASSES for name in cls.model_fields} - HOLDERS


def table() -> dict[str, dict[str, str]]:
    lines = (ROOT / "docs" / "reference" / "config.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    roads = ("environment", "URL", "command")
    return {row[0].strip("`"): dict(zip(roads, row[1:], strict=True)) for row in rows[1:]}


def named(road: str) -> set[str]:
    return {name for row in table().values() for name in re.findall(r"`([^`]+)`", row[road])}


def options() -> set[str]:
    command = typer.main.get_command(app)
    for word in ("account", "add"):
        command = command.commands[word]  # type: ignore[attr-defined]
    words = [one.opts[0] if one.opts[0].startswith("--") else one.opts[0].upper() for one in command.params]
    return set(words) - {"--help"}


def test_the_table_names_every_setting_and_nothing_else() -> None:
    assert table().keys() == fields()


@pytest.mark.parametrize("road", ["environment", "URL", "command"])
def test_every_setting_has_a_name_or_a_reason_on_each_road(road: str) -> None:
    for setting, row in table().items():
        assert row[road], (setting, road)
        assert ("`" in row[road]) or (setting, road) in UNNAMED, (setting, road)


def test_each_road_knows_the_names_in_the_table_and_no_others() -> None:
    assert named("environment") | {"URL", "URL_FILE"} == _env._KEYS
    assert named("URL") == _url._KEYS
    assert named("command") == options() - NO_SETTING


def _server(kind: str, ca_file: Path) -> dict[str, object]:
    return {
        "host": f"{kind}.acme.example",
        "port": 1234,
        "tls": "implicit",
        "ca_file": ca_file,
        "server_hostname": f"{kind}.cert.example",
        "connect_timeout": 3.5,
        "read_timeout": 7.5,
    }


def unusual(ca_file: Path, *, oauth: bool, dkim: bool = True) -> Account:
    """An account in which nothing is as it is by default."""
    password = Password("s3cret", username="acme-ana")
    token = OAuth2("vault", username="acme-ana", mechanism="oauthbearer")
    return Account(
        name="sales",
        address="ana@acme.example",
        display_name="Ana",
        aliases=("sales@acme.example", "offers@acme.example"),
        provider="zimbra",
        imap=ImapServer(**_server("imap", ca_file)),  # type: ignore[arg-type]
        smtp=SmtpServer(**_server("smtp", ca_file), local_hostname="me.acme.example", login=False, data_timeout=8.5),  # type: ignore[arg-type]
        credentials=token if oauth else password,
        authserv_ids=("mx.acme.example", "mx2.acme.example"),
        saves_sent=False,
        verify_dkim=True,
        folders=("INBOX", "Sent"),
        dkim=(DkimKey(domain="mail.acme.example", selector="s1", private_key=PEM),) if dkim else (),  # type: ignore[arg-type]
    )


def usual_values(setting: BaseModel) -> Iterator[str]:
    for name, field in type(setting).model_fields.items():
        value = getattr(setting, name)
        # What TLS mode is usual depends on the port; on 1234 it is not this one.
        if name != "tls" and value == field.get_default(call_default_factory=True):
            yield f"{type(setting).__name__}.{name}"
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, BaseModel):
                yield from usual_values(inner)


@pytest.fixture
def ca_file(tmp_path: Path) -> Path:
    made = tmp_path / "ca.pem"
    made.write_text("a certificate\n")
    return made


@pytest.mark.parametrize("oauth", [False, True], ids=["password", "oauth"])
def test_the_example_has_no_default_in_it(ca_file: Path, oauth: bool) -> None:
    assert list(usual_values(unusual(ca_file, oauth=oauth))) == []


def environment(ca_file: Path, oauth: bool) -> Mapping[str, str]:
    common = {
        "ADDRESS": "ana@acme.example", "DISPLAY_NAME": "Ana", "ALIASES": "sales@acme.example, offers@acme.example",
        "PROVIDER": "zimbra", "AUTHSERV_IDS": "mx.acme.example,mx2.acme.example", "VERIFY_DKIM": "yes",
        "SAVES_SENT": "no", "FOLDERS": "INBOX,Sent", "CA_FILE": str(ca_file), "CONNECT_TIMEOUT": "3.5",
        "READ_TIMEOUT": "7.5", "SMTP_LOCAL_HOSTNAME": "me.acme.example", "SMTP_LOGIN": "no", "USERNAME": "acme-ana",
        "SMTP_DATA_TIMEOUT": "8.5",
        "DKIM_DOMAIN": "mail.acme.example", "DKIM_SELECTOR": "s1", "DKIM_KEY": PEM,
    }  # fmt: skip
    for kind in ("imap", "smtp"):
        common |= {
            f"{kind.upper()}_HOST": f"{kind}.acme.example", f"{kind.upper()}_PORT": "1234",
            f"{kind.upper()}_TLS": "implicit", f"{kind.upper()}_SERVER_HOSTNAME": f"{kind}.cert.example",
        }  # fmt: skip
    common |= {"TOKEN_PROVIDER": "vault", "MECHANISM": "oauthbearer"} if oauth else {"PASSWORD": "s3cret"}
    return {f"MAILKIT_ACCOUNT_SALES_{key}": value for key, value in common.items()}


@pytest.mark.parametrize("oauth", [False, True], ids=["password", "oauth"])
def test_all_from_the_environment(ca_file: Path, oauth: bool) -> None:
    assert Account.from_env("sales", environ=environment(ca_file, oauth)) == unusual(ca_file, oauth=oauth)


@pytest.mark.parametrize("oauth", [False, True], ids=["password", "oauth"])
def test_all_that_fits_from_a_url(ca_file: Path, oauth: bool) -> None:
    query = {
        "smtp": "smtps://smtp.acme.example:1234", "name": "sales", "address": "ana@acme.example",
        "display_name": "Ana", "aliases": "sales@acme.example,offers@acme.example", "provider": "zimbra",
        "authserv_ids": "mx.acme.example,mx2.acme.example", "verify_dkim": "yes", "saves_sent": "no",
        "folders": "INBOX,Sent", "ca_file": str(ca_file), "server_hostname": "imap.cert.example",
        "smtp_server_hostname": "smtp.cert.example", "connect_timeout": "3.5", "read_timeout": "7.5",
        "smtp_local_hostname": "me.acme.example", "smtp_login": "no", "smtp_data_timeout": "8.5",
    }  # fmt: skip
    query |= {"token_provider": "vault", "mechanism": "oauthbearer"} if oauth else {}
    secret = "" if oauth else ":s3cret"
    words = "&".join(f"{key}={quote(value, safe='')}" for key, value in query.items())
    url = f"imaps://acme-ana{secret}@imap.acme.example:1234/?{words}"
    assert Account.from_url(url) == unusual(ca_file, oauth=oauth, dkim=False)


def arguments(ca_file: Path, oauth: bool) -> list[str]:
    words = [
        *("ana@acme.example", "--name", "sales", "--display-name", "Ana", "--alias", "sales@acme.example"),
        *("--alias", "offers@acme.example", "--authserv-id", "mx.acme.example", "--authserv-id", "mx2.acme.example"),
        *("--verify-dkim", "--no-saves-sent", "--folder", "INBOX", "--folder", "Sent", "--ca-file", str(ca_file)),
        *("--connect-timeout", "3.5", "--read-timeout", "7.5", "--smtp-local-hostname", "me.acme.example"),
        *(
            "--no-smtp-login",
            "--smtp-data-timeout",
            "8.5",
            "--username",
            "acme-ana",
            "--dkim-domain",
            "mail.acme.example",
            "--dkim-selector",
            "s1",
        ),
        *("--dkim-key-file", "key.pem", "--provider", "zimbra", "--host", "mail.acme.example"),
    ]
    for kind in ("imap", "smtp"):
        words += [f"--{kind}", f"{kind}.acme.example:1234", f"--{kind}-tls", "implicit"]
        words += [f"--{kind}-server-hostname", f"{kind}.cert.example"]
    return [*words, *(("--token-provider", "vault", "--mechanism", "oauthbearer") if oauth else ("--password-stdin",))]


@pytest.mark.parametrize("oauth", [False, True], ids=["password", "oauth"])
def test_all_on_the_command_line_and_shown(keyed: Cli, ca_file: Path, oauth: bool) -> None:
    Path("key.pem").write_text(PEM)
    keyed("account", "add", *arguments(ca_file, oauth), stdin="" if oauth else "s3cret\n")
    expected = unusual(ca_file, oauth=oauth)
    with MailKit("sqlite:///mailkit.db", key=Path("key").read_text().strip()) as kit:
        assert kit.accounts.get("sales") == expected
    shown = keyed("account", "show", "sales", "--json")
    assert shown.json["account"]["smtp"] == {
        **_server("smtp", ca_file), "ca_file": str(ca_file), "local_hostname": "me.acme.example", "login": False,
        "data_timeout": 8.5,
    }  # fmt: skip
    assert shown.json["account"]["dkim"] == ["s1._domainkey.mail.acme.example"]
    assert shown.json["credentials"] == {
        "kind": "oauth" if oauth else "password", "username": "acme-ana",
        "token_provider": "vault" if oauth else None, "mechanism": "oauthbearer" if oauth else None,
    }  # fmt: skip
    for text in (shown.out, keyed("account", "show", "sales").out):
        assert "s3cret" not in text
        assert "PRIVATE" not in text
    lines = dict(line.split(maxsplit=1) for line in keyed("account", "show", "sales").out.splitlines()[1:])
    assert (lines["smtp.login"], lines["verify_dkim"], lines["folders"]) == ("no", "yes", "INBOX, Sent")


def test_options_add_to_what_the_environment_and_a_url_say(keyed: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_ADDRESS", "desk@acme.example")
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_SMTP_HOST", "relay.acme.example")
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_VERIFY_DKIM", "yes")
    keyed("account", "add", "--from-env", "desk", "--no-smtp-login", "--read-timeout", "9", "--no-verify-dkim")
    account = keyed("account", "show", "desk", "--json").json["account"]
    assert (account["smtp"]["login"], account["smtp"]["read_timeout"], account["verify_dkim"]) == (False, 9.0, False)
    url = "smtp://ana@relay.acme.example?address=a@acme.example"
    keyed("account", "add", "--url", url, "--name", "url", "--no-smtp-login", "--no-password")
    account = keyed("account", "show", "url", "--json").json
    assert (account["account"]["smtp"]["login"], account["credentials"]) == (False, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--imap", "h", "--dkim-selector", "s1"], "0 DKIM keys were given, and 1 selectors"),
        (["--imap", "h", "--dkim-domain", "acme.example"], "without a key"),
        (["--imap", "h", "--dkim-key-file", "none.pem", "--dkim-selector", "s1"], "none.pem cannot be read"),
        (["--imap", "h", "--no-smtp-login"], "--smtp-login was given, and there is no SMTP server"),
        (["--smtp", "h", "--imap-server-hostname", "x"], "there is no IMAP server"),
        (["--imap", "h", "--mechanism", "xoauth2"], "OAuth 2.0"),
        (["--imap", "h", "--token-provider", "v", "--mechanism", "basic"], "--mechanism is 'basic'"),
        (["--imap", "h", "--connect-timeout", "0"], "connect_timeout"),
        (["--url", "imaps://a%40b.example@h", "--imap", "h"], "--url and --imap were both given"),
        (["--from-env", "desk", "--provider", "gmail"], "--from-env and --provider were both given"),
    ],
    ids=lambda value: value[-2] if isinstance(value, list) else None,
)
def test_what_makes_no_sense_is_said(keyed: Cli, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_ADDRESS", "desk@acme.example")
    monkeypatch.setenv("MAILKIT_ACCOUNT_DESK_IMAP_HOST", "imap.acme.example")
    address = [] if words[0] in ("--url", "--from-env") else ["a@b.example"]
    error = keyed("account", "add", *address, *words, "--no-password", "--json", code=2).error
    assert said in f"{error['message']} {error['hint']}", error

"""Accounts from code: defaults, refusals, secrets that stay out of every text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mailkit.config import Account, ImapServer, OAuth2, Password, SmtpServer, load
from mailkit.errors import ConfigError, InjectionError, UnknownProviderError

SECRET = "canary-3f9a-secret"


def account(**changes: object) -> Account:
    fields: dict[str, object] = {
        "name": "sales",
        "address": "ana@acme.example",
        "imap": {"host": "imap.acme.example"},
        "smtp": {"host": "smtp.acme.example"},
        "credentials": Password(SECRET),
    }
    return load({**fields, **changes})


def test_tls_modes_follow_the_port_and_plain_text_must_be_spelled_out() -> None:
    assert ImapServer(host="h.example").tls == "implicit"
    assert ImapServer(host="h.example", port=143).tls == "starttls"
    assert SmtpServer(host="h.example").tls == "starttls"
    assert SmtpServer(host="h.example", port=465).tls == "implicit"
    assert SmtpServer(host="h.example", port=25).tls == "starttls"
    assert SmtpServer(host="h.example", port=2525).tls == "starttls"
    assert ImapServer(host="h.example", port=1143, tls="insecure").tls == "insecure"
    with pytest.raises(ConfigError, match="tls"):
        load({"address": "a@b.example", "imap": {"host": "h.example", "tls": "opportunistic"}})


def test_name_and_user_name_default_to_the_address() -> None:
    plain = account(name="")
    assert plain.name == plain.username == "ana@acme.example"
    assert account(credentials=Password(SECRET, username="acme\\ana")).username == "acme\\ana"


def test_an_account_is_frozen() -> None:
    with pytest.raises(Exception, match="frozen"):
        account().address = "other@acme.example"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"address": "ana"}, "name@domain"),
        ({"address": "ana@@acme.example"}, "name@domain"),
        ({"address": ""}, "empty"),
        ({"imap": None, "smtp": None}, "neither"),
        ({"imap": {"host": "imap://h.example"}}, "host"),
        ({"imap": {"host": "h.example:993"}}, "port"),
        ({"imap": {"host": "h.example", "port": 0}}, "port"),
        ({"imap": {"host": "h.example", "read_timeout": 0}}, "read_timeout"),
        ({"imap": {"host": "h.example", "prot": 993}}, "no such setting"),
        ({"imap": {"host": "h.example", "tls": "insecure", "ca_file": "/x"}}, "ca_file"),
        ({"colour": "red"}, "no such setting"),
        ({"credentials": {"username": "x"}}, "credentials"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        account(**changes)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_unknown_provider_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="gmail"):
        account(provider="gmial")
    with pytest.raises(UnknownProviderError, match="gmail, microsoft365"):
        Account.for_provider("gmial", "ana@acme.example")


@given(st.sampled_from("\r\n\0\x01\x1b\x7f\x85\u2028"), st.integers(0, 8))
def test_a_control_character_is_refused_in_every_text(character: str, where: int) -> None:
    def spoilt(text: str) -> str:
        return text[:where] + character + text[where:]

    attempts: list[dict[str, object]] = [
        {"address": spoilt("ana@acme.example")},
        {"name": spoilt("sales team")},
        {"display_name": spoilt("Ana Acme")},
        {"aliases": [spoilt("ana@acme.example")]},
        {"folders": [spoilt("INBOX/sub")]},
        {"imap": {"host": spoilt("imap.acme.example")}},
        {"imap": {"host": "h.example", "server_hostname": spoilt("imap.acme.example")}},
        {"smtp": {"host": "h.example", "local_hostname": spoilt("my.acme.example")}},
        {"credentials": {"username": spoilt("ana at acme"), "password": "x"}},
        {"credentials": {"password": spoilt("password123")}},
        {"credentials": {"token_provider": spoilt("provider")}},
    ]
    for attempt in attempts:
        with pytest.raises((InjectionError, ConfigError)):
            account(**attempt)


def test_a_line_break_in_an_address_is_an_injection_error_also_without_load() -> None:
    with pytest.raises(InjectionError):
        Account(address="ana@acme.example\r\nRCPT TO:<x@y.example>", smtp=SmtpServer(host="h.example"))


def test_no_secret_in_any_text() -> None:
    made = account(credentials=Password(SecretStr(SECRET)))
    for text in (repr(made), str(made), repr(made.credentials), made.model_dump_json(), f"{made.model_dump()}"):
        assert SECRET not in text
    token = OAuth2(token_provider=lambda: SECRET)
    assert SECRET not in repr(account(credentials=token))


def test_unknown_fields_of_a_password_are_refused() -> None:
    with pytest.raises(ConfigError, match="no such setting"):
        Password("x", user="ana")  # type: ignore[call-arg]


def test_stored_form_holds_no_secret_and_comes_back_equal() -> None:
    made = account(aliases=["sales@acme.example"], provider="zimbra", display_name="Ana ✓")
    text, secret = made.to_stored()
    assert SECRET not in text
    assert secret == SECRET
    assert Account.from_stored(text, secret) == made
    assert Account.from_stored(text, None).credentials is None


def test_a_callable_token_provider_is_stored_as_a_name() -> None:
    text, secret = account(credentials=OAuth2(token_provider=lambda: SECRET, mechanism="xoauth2")).to_stored()
    assert secret is None
    back = Account.from_stored(text, None).credentials
    assert isinstance(back, OAuth2)
    assert back.token_provider == "sales"
    assert back.mechanism == "xoauth2"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 2}', "[" * 20000, json.dumps({"version": 1})])
def test_a_damaged_stored_account_is_a_config_error(text: str) -> None:
    with pytest.raises(ConfigError):
        Account.from_stored(text, None)


def test_for_provider_gmail() -> None:
    made = Account.for_provider("workspace", "ana@acme.example", credentials=SECRET)
    assert (made.imap, made.smtp) == (
        ImapServer(host="imap.gmail.com", port=993, tls="implicit"),
        SmtpServer(host="smtp.gmail.com", port=465, tls="implicit"),
    )
    assert made.provider == "gmail"
    assert isinstance(made.credentials, Password)


def test_for_provider_refuses_a_password_where_only_oauth_works() -> None:
    with pytest.raises(ConfigError, match="OAuth") as caught:
        Account.for_provider("microsoft365", "ana@acme.example", credentials=SECRET)
    assert SECRET not in str(caught.value)
    made = Account.for_provider("microsoft365", "a@b.example", credentials=OAuth2(token_provider="ms"))
    assert isinstance(made.credentials, OAuth2)
    assert made.credentials.mechanism == "xoauth2"


def test_for_provider_asks_for_the_host_of_a_product() -> None:
    with pytest.raises(ConfigError, match="imap_host"):
        Account.for_provider("exchange", "ana@acme.example", credentials=SECRET)
    made = Account.for_provider("exchange", "ana@acme.example", host="mail.acme.example", credentials=SECRET)
    assert made.imap is not None
    assert made.smtp is not None
    assert (made.imap.host, made.smtp.host, made.smtp.tls) == ("mail.acme.example", "mail.acme.example", "starttls")
    only_smtp = Account.for_provider("sendmail", "ana@acme.example", host="mail.acme.example")
    assert only_smtp.imap is None


@pytest.mark.parametrize("tls", ["implicit", "starttls", "insecure"])
@pytest.mark.parametrize("port", [993, 1993])
def test_a_stored_server_keeps_its_tls_on_any_port(tls: str, port: int) -> None:
    account = Account(address="ana@acme.example", imap=ImapServer(host="imap.acme.example", port=port, tls=tls))
    again = Account.from_stored(*account.to_stored())
    assert again.imap == account.imap


def test_a_token_provider_is_given_first_as_in_the_design() -> None:
    def fetch() -> str:
        return SECRET

    assert OAuth2(fetch) == OAuth2(token_provider=fetch)
    assert OAuth2("google", "ana@corp.example", "oauthbearer").mechanism == "oauthbearer"
    with pytest.raises(TypeError, match="at most 3 values"):
        OAuth2("google", "ana@corp.example", "oauthbearer", "x")  # type: ignore[call-arg]

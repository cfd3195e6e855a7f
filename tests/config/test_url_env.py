"""Accounts from a URL and from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.config import Account, OAuth2, Password, accounts_from_env
from mailkit.errors import ConfigError, InjectionError

SECRET = "canary-77aa"


def password(account: Account) -> str:
    assert isinstance(account.credentials, Password)
    return account.credentials.password.get_secret_value()


def test_a_whole_url() -> None:
    url = "imaps://ana%40acme.example:p%40ss%2F%23@imap.acme.example/?smtp=smtp://smtp.acme.example:2587&name=sales"
    made = Account.from_url(url)
    assert (made.name, made.address, made.username, password(made)) == (
        "sales",
        "ana@acme.example",
        "ana@acme.example",
        "p@ss/#",
    )
    assert made.imap is not None
    assert (made.imap.host, made.imap.port, made.imap.tls) == ("imap.acme.example", 993, "implicit")
    assert made.smtp is not None
    assert (made.smtp.host, made.smtp.port, made.smtp.tls) == ("smtp.acme.example", 2587, "starttls")


def test_plain_text_must_be_spelled_out() -> None:
    made = Account.from_url(
        "imap://ana:x@127.0.0.1:1143?tls=insecure&smtp=smtp://127.0.0.1:1025&smtp_tls=insecure&address=a@b.example"
    )
    assert made.imap is not None
    assert made.smtp is not None
    assert (made.imap.tls, made.smtp.tls, made.username) == ("insecure", "insecure", "ana")
    starttls = Account.from_url("imap://ana:x@127.0.0.1:1143?address=a@b.example")
    assert starttls.imap is not None
    assert starttls.imap.tls == "starttls"


def test_an_smtp_url_alone_and_the_provider_by_host() -> None:
    made = Account.from_url("smtps://ana%40acme.example:x@smtp.gmail.com")
    assert made.imap is None
    assert made.provider == "gmail"


def test_a_token_provider_by_name() -> None:
    made = Account.from_url("imaps://ana%40acme.example@imap.acme.example?token_provider=google&mechanism=oauthbearer")
    assert made.credentials == OAuth2(username="ana@acme.example", token_provider="google", mechanism="oauthbearer")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "imap.acme.example",
        "http://a%40b.example:{s}@h.example",
        "imaps://a%40b.example:{s}@h.example:99999",
        "imaps://a%40b.example:{s}@h.example:x",
        "imaps://a%40b.example:{s}@[::1",
        "imaps://a%40b.example:{s}/x@h.example",
        "imaps://a%40b.example:{s}@h.example/INBOX",
        "imaps://:{s}@h.example",
        "imaps://a%40b.example:{s}@h.example?tls=insecure",
        "imaps://a%40b.example:{s}@h.example?tls=none",
        "imaps://a%40b.example:{s}@h.example?colour=red",
        "imaps://a%40b.example:{s}@h.example?name=x&name=y",
        "imaps://a%40b.example:{s}@h.example?smtp=http://x.example",
        "imaps://a%40b.example:{s}@h.example?smtp=smtp://u:{s}@x.example",
        "imaps://a%40b.example:{s}@h.example?token_provider=x",
        "imaps://a%40b.example:{s}@h.example?provider=gmial",
        "smtps://a%40b.example:{s}@h.example?smtp=smtps://x.example",
    ],
)
def test_a_bad_url_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Account.from_url(url.replace("{s}", SECRET))
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["imaps://a%0d%0a%40b.example:x@h.example", "imaps://a%40b.example:x%0A@h.example", "imaps://a@h.example\n?"],
)
def test_an_injection_in_a_url(url: str) -> None:
    with pytest.raises(InjectionError):
        Account.from_url(url)


@given(st.text(max_size=60), st.sampled_from(["", "imaps://", "imaps://a%40b.example:p@h.example?", "smtp://u:"]))
def test_any_text_is_an_account_or_a_typed_error(text: str, start: str) -> None:
    try:
        made = Account.from_url(start + text)
    except (ConfigError, InjectionError):
        return
    assert made.imap or made.smtp


PREFIX = "MAILKIT_ACCOUNT_SALES_"


def env(**variables: str) -> dict[str, str]:
    return {"PATH": "/bin", **{PREFIX + key: value for key, value in variables.items()}}


def test_from_variables() -> None:
    variables = env(
        ADDRESS="ana@acme.example", PASSWORD=SECRET, IMAP_HOST="i.example", SMTP_HOST="s.example", SMTP_PORT="465"
    )
    made = Account.from_env("sales", environ=variables)
    assert (made.name, password(made)) == ("sales", SECRET)
    assert made.imap is not None
    assert (made.imap.host, made.imap.tls) == ("i.example", "implicit")
    assert made.smtp is not None
    assert made.smtp.tls == "implicit"


def test_provider_from_variables_and_a_port_of_ones_own() -> None:
    variables = env(ADDRESS="ana@acme.example", PASSWORD=SECRET, PROVIDER="gmail", SMTP_PORT="587")
    made = Account.from_env("sales", environ=variables)
    assert made.smtp is not None
    assert (made.smtp.host, made.smtp.port, made.smtp.tls) == ("smtp.gmail.com", 587, "starttls")
    assert made.imap is not None
    assert made.imap.host == "imap.gmail.com"


def test_secret_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n", encoding="utf-8")
    made = Account.from_env("sales", environ=env(ADDRESS="a@b.example", IMAP_HOST="i.example", PASSWORD_FILE=str(file)))
    assert password(made) == SECRET
    file.write_text(f"imaps://a%40b.example:{SECRET}@i.example\n", encoding="utf-8")
    assert password(Account.from_env("sales", environ=env(URL_FILE=str(file)))) == SECRET


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "No variable begins with MAILKIT_ACCOUNT_SALES_"),
        ({"PASSWORD": SECRET}, "ADDRESS"),
        ({"ADDRESS": "a@b.example", "PASWORD": SECRET}, "PASWORD"),
        ({"ADDRESS": "a@b.example", "PASSWORD": SECRET}, "neither"),
        ({"ADDRESS": "a@b.example", "IMAP_HOST": "i.example", "IMAP_PORT": "x"}, "port"),
        ({"ADDRESS": "a@b.example", "IMAP_HOST": "i.example", "PASSWORD_FILE": "/nowhere/at/all"}, "PASSWORD_FILE"),
        ({"ADDRESS": "a@b.example", "PASSWORD": SECRET, "PASSWORD_FILE": "/x"}, "both"),
        ({"ADDRESS": "a@b.example", "PASSWORD": SECRET, "TOKEN_PROVIDER": "x"}, "both"),
        ({"URL": "imaps://a:b@c.example", "ADDRESS": "a@b.example"}, "both"),
        ({"ADDRESS": "a@b.example", "PROVIDER": "gmial"}, "gmail"),
        ({"ADDRESS": "a@b.example", "IMAP_HOST": "i.example", "SMTP_LOGIN": "no"}, "SMTP_HOST"),
        ({"ADDRESS": "a@b.example", "SMTP_HOST": "s.example", "IMAP_TLS": "insecure"}, "IMAP_HOST"),
        ({"ADDRESS": "a@b.example", "IMAP_HOST": "i.example", "PASSWORD": SECRET, "MECHANISM": "x"}, "TOKEN_PROVIDER"),
        ({"ADDRESS": "a@b.example", "SMTP_HOST": "s.example", "DKIM_SELECTOR": "s1"}, "DKIM_KEY"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named(variables: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Account.from_env("sales", environ=env(**variables))
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)


def test_all_accounts_of_the_environment() -> None:
    variables = {
        "MAILKIT_ACCOUNT_SALES_ADDRESS": "s@b.example",
        "MAILKIT_ACCOUNT_SALES_IMAP_HOST": "i.example",
        "MAILKIT_ACCOUNT_HELP_DESK_URL": "imaps://h%40b.example:x@i.example",
        "MAILKIT_KEY": "k",
    }
    assert [a.name for a in accounts_from_env(variables)] == ["help_desk", "sales"]


@pytest.mark.parametrize("before", ["", "12", "a"])
@pytest.mark.parametrize("after", ["", "&x", "=", "=1"])
def test_a_question_mark_in_a_password_that_was_not_encoded_shows_nothing_of_it(before: str, after: str) -> None:
    """What follows it looks like a setting."""
    with pytest.raises(ConfigError) as caught:
        Account.from_url(f"imaps://ana:{before}?{SECRET}{after}@imap.acme.example/")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("verify_dkm=yes", "Did you mean 'verify_dkim'?"),
        ("&".join(f"x{n}=1" for n in range(200)), "unknown setting, number 1"),
        ("smtp_login=no", "no smtp= server"),
        ("smtp_tls=insecure", "no smtp= server"),
        ("mechanism=xoauth2", "no token_provider"),
    ],
)
def test_settings_of_a_url_that_would_have_no_effect_are_named(query: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Account.from_url(f"imaps://a%40b.example:{SECRET}@i.example/?{query}")
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", [None, b"imaps://a:b@c.example", 5])
def test_a_url_that_is_no_text(url: object) -> None:
    with pytest.raises(ConfigError, match="not a text"):
        Account.from_url(url)  # type: ignore[arg-type]

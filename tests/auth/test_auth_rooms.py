"""Secrets at rest, tokens, SASL strings."""

from __future__ import annotations

import base64
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from mailkit import auth
from mailkit.auth import AccessToken, Credentials, SecretBox, TokenSource, generate_key
from mailkit.config import Account, OAuth2, Password, SmtpServer
from mailkit.errors import (
    AuthError,
    ConfigError,
    ConnectError,
    InjectionError,
    MissingCredentialsError,
    MissingKeyError,
    UnsupportedError,
    WrongKeyError,
)

SECRET = "canary-9b1e"


@given(st.text(), st.text())
def test_a_sealed_secret_opens_and_does_not_show(secret: str, purpose: str) -> None:
    box = SecretBox(KEY)
    sealed = box.seal(secret, purpose)
    assert sealed.isascii()
    assert box.open(sealed, purpose) == secret


KEY = generate_key()


@pytest.mark.parametrize("form", [KEY, KEY.encode(), SecretStr(KEY), [KEY], f"{KEY},{generate_key()}"])
def test_the_key_in_every_form(form: str) -> None:
    assert SecretBox(form).open(SecretBox(KEY).seal(SECRET, "p"), "p") == SECRET


@pytest.mark.parametrize(
    "key",
    [
        "",
        b"",
        "correct horse battery staple",
        KEY[:-1],
        KEY + "=",
        [KEY, "x"],
        f"{KEY},",
        base64.b64encode(b"x" * 31),
        "ä" * 44,
    ],
)
def test_what_is_no_key_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        SecretBox(key)
    assert "44 characters" in str(caught.value)
    assert KEY not in str(caught.value)


def test_rotation() -> None:
    old, new = generate_key(), generate_key()
    sealed = SecretBox(old).seal(SECRET, "account:sales")
    both = SecretBox([new, old])
    moved = both.reseal(sealed, "account:sales")
    assert SecretBox(new).open(moved, "account:sales") == SECRET
    with pytest.raises(WrongKeyError):
        SecretBox(new).open(sealed, "account:sales")
    with pytest.raises(WrongKeyError):
        SecretBox(old).open(moved, "account:sales")


def test_a_missing_key_is_an_error_at_use_only() -> None:
    box = SecretBox(None)
    with pytest.raises(MissingKeyError):
        box.seal(SECRET, "p")
    with pytest.raises(MissingKeyError):
        box.open("x", "p")


def test_a_secret_moved_to_another_row_does_not_open() -> None:
    box = SecretBox(KEY)
    with pytest.raises(WrongKeyError, match="something else"):
        box.open(box.seal(SECRET, "account:sales"), "account:boss")


@given(st.text(max_size=200))
def test_damaged_secrets_are_a_wrong_key(text: str) -> None:
    with pytest.raises(WrongKeyError):
        SecretBox(KEY).open(text, "p")


def test_a_foreign_token_of_the_right_key_is_not_a_secret() -> None:
    with pytest.raises(WrongKeyError):
        SecretBox(KEY).open(Fernet(KEY).encrypt(b"nonsense").decode(), "p")


def test_no_key_and_no_token_in_a_repr() -> None:
    assert KEY not in repr(SecretBox(KEY))
    assert SECRET not in repr(AccessToken(SECRET)) + repr(TokenSource(lambda: SECRET))


def test_sasl_strings() -> None:
    assert auth.plain("ana", "pä") == b"\0ana\0p\xc3\xa4"
    assert auth.xoauth2("a@b.example", "t") == b"user=a@b.example\x01auth=Bearer t\x01\x01"
    assert auth.oauthbearer("a=b,c", "t", "h.example", 993) == (
        b"n,a=a=3Db=2Cc,\x01host=h.example\x01port=993\x01auth=Bearer t\x01\x01"
    )
    assert auth.bearer("oauthbearer", "a", "t") == b"n,a=a,\x01auth=Bearer t\x01\x01"
    assert (auth.refusal_answer("XOAUTH2"), auth.refusal_answer("OAUTHBEARER")) == (b"", b"\x01")


@given(st.sampled_from("\0\x01\r\n\x7f"), st.text(max_size=5))
def test_control_characters_cannot_forge_a_field(character: str, text: str) -> None:
    bad = text + character
    for make in (
        lambda: auth.plain(bad, "x"),
        lambda: auth.plain("x", bad),
        lambda: auth.xoauth2(bad, "x"),
        lambda: auth.xoauth2("x", bad),
        lambda: auth.oauthbearer(bad, "x"),
        lambda: auth.oauthbearer("x", bad),
        lambda: auth.oauthbearer("x", "x", bad, 993),
    ):
        with pytest.raises(InjectionError):
            make()


def test_choice_of_mechanism() -> None:
    both = frozenset({"XOAUTH2", "OAUTHBEARER", "PLAIN"})
    assert auth.choose(both, None) == "XOAUTH2"
    assert auth.choose(both, "oauthbearer") == "OAUTHBEARER"
    assert auth.choose(frozenset({"OAUTHBEARER"}), None) == "OAUTHBEARER"
    with pytest.raises(UnsupportedError):
        auth.choose(frozenset({"PLAIN"}), None)
    with pytest.raises(UnsupportedError):
        auth.choose(frozenset({"XOAUTH2"}), "oauthbearer")


def test_the_reason_of_a_refusal() -> None:
    reason = b'{"status":"400","schemes":"bearer","scope":"https://mail.example/"}'
    assert (
        auth.refusal_text(reason)
        == auth.refusal_text(base64.b64encode(reason))
        == "status 400, scope https://mail.example/"
    )


@given(st.binary(max_size=300))
def test_any_challenge_gives_short_printable_text(challenge: bytes) -> None:
    text = auth.refusal_text(challenge)
    assert len(text) <= 300
    assert text == "" or text.isprintable()


def test_a_token_is_kept_until_it_expires() -> None:
    now = [1000.0]
    asked: list[int] = []

    def provider() -> AccessToken:
        asked.append(1)
        return AccessToken(f"t{len(asked)}", datetime.fromtimestamp(now[0] + 3600, tz=UTC))

    source = TokenSource(provider, clock=lambda: now[0])
    assert [source.get(), source.get()] == ["t1", "t1"]
    now[0] += 3600 - 59
    assert source.get() == "t2"


def test_a_refused_token_is_asked_for_again_once() -> None:
    asked: list[int] = []
    source = TokenSource(lambda: asked.append(1) or f"t{len(asked)}")
    first = source.get()
    source.refused(first)
    assert source.get() == "t2"
    source.refused(first)  # late news of another connection about the old token
    assert source.get() == "t2"


def test_many_threads_ask_once() -> None:
    asked: list[int] = []

    def provider() -> AccessToken:
        asked.append(1)
        time.sleep(0.02)
        return AccessToken("t", datetime.now(UTC) + timedelta(hours=1))

    source = TokenSource(provider)
    threads = [threading.Thread(target=source.get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_a_failing_provider_is_an_auth_error_without_its_words() -> None:
    def fails() -> str:
        raise RuntimeError(f"https://login.example/token?refresh_token={SECRET}")

    with pytest.raises(AuthError) as caught:
        TokenSource(fails).get()
    assert str(caught.value).startswith("The token provider failed with RuntimeError.")
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert isinstance(caught.value.__context__, RuntimeError), "for who debugs it"

    def offline() -> str:
        raise ConnectError("The token server was not reached.")

    with pytest.raises(ConnectError):
        TokenSource(offline).get()
    for nothing in ("", None, 5, AccessToken("")):
        with pytest.raises(AuthError):
            TokenSource(lambda given=nothing: given).get()  # type: ignore[misc]
    with pytest.raises(InjectionError):
        TokenSource(lambda: "a\r\nb").get()


def account(credentials: Password | OAuth2 | None) -> Account:
    return Account(name="sales", address="a@b.example", smtp=SmtpServer(host="h.example"), credentials=credentials)


def test_credentials_of_an_account() -> None:
    credentials = Credentials({"google": lambda: "t1"})
    assert credentials.resolve(account(Password("x"))) == Password("x")
    named = account(OAuth2(token_provider="google"))
    source = credentials.resolve(named)
    assert isinstance(source, TokenSource)
    assert source.get() == "t1"
    assert credentials.resolve(named) is source
    credentials.register("google", lambda: "t2")
    again = credentials.resolve(named)
    assert isinstance(again, TokenSource)
    assert again.get() == "t2"
    with pytest.raises(MissingCredentialsError):
        credentials.resolve(account(None))
    with pytest.raises(MissingCredentialsError, match="'other'"):
        credentials.resolve(account(OAuth2(token_provider="other")))

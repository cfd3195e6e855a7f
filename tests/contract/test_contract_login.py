"""Logging in: every mechanism, both ways of TLS, and refusals told apart."""

from __future__ import annotations

from typing import Literal

import pytest

from mailkit.auth import Credentials
from mailkit.config import OAuth2, Password
from mailkit.errors import AuthError, CertificateError
from mailkit.mailbox import ImapMailbox
from mailkit.transport.smtp import SmtpTransport


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_password_opens_the_mailbox(ground, user, tls) -> None:
    with ImapMailbox(ground.account(user, tls=tls)) as mailbox:
        assert mailbox.select("INBOX").exists == 0
        assert {"IDLE", "UIDPLUS", "CONDSTORE", "SPECIAL-USE"} <= mailbox.capabilities


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_opens_the_mailbox(ground, user, mechanism: Literal["xoauth2", "oauthbearer"], tls) -> None:
    oauth = OAuth2(token_provider=lambda: user.token, mechanism=mechanism)
    with ImapMailbox(ground.account(user, tls=tls, credentials=oauth), credentials=Credentials()) as mailbox:
        assert mailbox.select("INBOX").exists == 0


def test_a_wrong_password_is_an_auth_error_and_the_next_login_works(ground, user) -> None:
    with pytest.raises(AuthError) as refused:
        ImapMailbox(ground.account(user, credentials=Password("wrong"))).connect()
    assert "wrong" not in str(refused.value)
    with ImapMailbox(ground.account(user)) as mailbox:
        mailbox.noop()


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_refused_token_is_asked_for_once_more(ground, user, mechanism: Literal["xoauth2", "oauthbearer"]) -> None:
    tokens = iter(["expired", user.token])
    oauth = OAuth2(token_provider=lambda: next(tokens), mechanism=mechanism)
    with ImapMailbox(ground.account(user, credentials=oauth), credentials=Credentials()) as mailbox:
        mailbox.noop()
    assert list(tokens) == []


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_tokens_that_stay_refused_are_an_auth_error(ground, user, mechanism: Literal["xoauth2", "oauthbearer"]) -> None:
    asked = []
    oauth = OAuth2(token_provider=lambda: asked.append(1) or f"expired-{len(asked)}", mechanism=mechanism)
    with pytest.raises(AuthError):
        ImapMailbox(ground.account(user, credentials=oauth), credentials=Credentials()).connect()
    assert len(asked) == 2


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_a_certificate_of_an_unknown_authority_is_refused(ground, user, tls) -> None:
    account = ground.account(user, tls=tls)
    account = account.model_copy(update={"imap": account.imap.model_copy(update={"ca_file": None})})
    with pytest.raises(CertificateError):
        ImapMailbox(account).connect()


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("way", ["password", "xoauth2", "oauthbearer"])
def test_smtp_lets_the_user_in(whole_ground, way, tls) -> None:
    user = whole_ground.user()
    given = Password(user.password) if way == "password" else OAuth2(token_provider=lambda: user.token, mechanism=way)
    account = whole_ground.account(user, tls=tls, credentials=given)
    SmtpTransport.for_account(account, Credentials()).check()


@pytest.mark.parametrize("way", ["password", "xoauth2", "oauthbearer"])
def test_smtp_refuses_wrong_credentials(whole_ground, way) -> None:
    user = whole_ground.user()
    credentials = Password("wrong") if way == "password" else OAuth2(token_provider=lambda: "expired", mechanism=way)
    with pytest.raises(AuthError):
        SmtpTransport.for_account(whole_ground.account(user, credentials=credentials), Credentials()).check()


def test_smtp_with_a_certificate_of_an_unknown_authority_is_refused(whole_ground) -> None:
    account = whole_ground.account(whole_ground.user())
    account = account.model_copy(update={"smtp": account.smtp.model_copy(update={"ca_file": None})})
    with pytest.raises(CertificateError):
        SmtpTransport.for_account(account, Credentials()).check()

"""A server that repeats what it was sent puts no secret into an error, a log or a row."""

from __future__ import annotations

import logging
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit import Draft, MailKit
from mailkit.auth import Credentials, generate_key, masked, plain, xoauth2
from mailkit.errors import AuthError, MailkitError
from mailkit.mailbox import ImapMailbox
from mailkit.testing import MailServer

ANA = "ana@acme.example"
PASSWORD = 'Canary"pw\\19!'
TOKEN = "canary.token-abc"


@given(st.text(min_size=3, max_size=40), st.text(max_size=30), st.text(max_size=30))
def test_no_form_of_a_secret_is_left(secret: str, before: str, after: str) -> None:
    assert secret not in masked(f"{before} {secret} {after}", secret).replace("***", "")
    try:
        blob = b64encode(f"\0ana\0{secret}".encode()).decode()
    except UnicodeEncodeError:
        return
    assert blob not in masked(f"535 5.7.8 <{blob}>, wrong", secret)


def test_words_without_a_secret_are_left_alone() -> None:
    words = "535 5.7.8 Username and Password not accepted: https://support.example/?p=BadCredentials abcd1234"
    assert masked(words, PASSWORD, "") == words
    assert masked(words, "a") == words, "one letter is no secret"


def _echoes(password: str) -> list[str]:
    blobs = (plain(ANA, password), password.encode(), xoauth2(ANA, TOKEN), TOKEN.encode())
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    return [password, f'"{quoted}"', TOKEN, *(b64encode(blob).decode() for blob in blobs)]


@pytest.fixture
def server():
    with MailServer() as running:
        running.add_user(ANA, PASSWORD, token=TOKEN)
        yield running


def _said(error: BaseException | None) -> str:
    text = ""
    while error is not None:
        text += f"{error} {error!r} {error.args} {vars(error)} "
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return text


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    """What the client's loggers say; the in-process server logs its own replies."""
    return " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("mail.log"))


def _clean(text: str) -> None:
    for form in _echoes(PASSWORD):
        assert form not in text


@pytest.mark.parametrize("token", [False, True])
def test_imap(server: MailServer, token: bool, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    account = server.account(ANA, token_provider=(lambda: TOKEN) if token else None)
    credentials = Credentials()
    if token:
        credentials.register(ANA, lambda: TOKEN)
    reply = f"[AUTHENTICATIONFAILED] no: {' '.join(_echoes(PASSWORD)[:1] + _echoes(PASSWORD)[2:])}"
    server.faults.refuse_login(4, reply=reply, service="imap")
    with pytest.raises(AuthError) as caught, ImapMailbox(account, credentials=credentials):
        pass
    text = _said(caught.value) + _logged(caplog)
    assert (TOKEN if token else PASSWORD) not in text
    server.faults.clear()
    for verb in ("AUTHENTICATE", "LOGIN"):
        server.faults.nonsense(verb, f"* {PASSWORD} {TOKEN}\r\nx\r\n".encode(), service="imap")
    with pytest.raises(MailkitError) as other, ImapMailbox(account, credentials=credentials):
        pass
    assert (TOKEN if token else PASSWORD) not in _said(other.value)


def test_smtp_errors_rows_and_files(server: MailServer, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with MailKit(f"sqlite:///{tmp_path}/m.db", key=generate_key()) as kit:
        kit.accounts.add(server.account(ANA).model_copy(update={"name": "word"}))
        kit.accounts.add(server.account(ANA, token_provider=lambda: TOKEN).model_copy(update={"name": "token"}))
        seen = ""
        for account in ("word", "token"):
            mine = _echoes(PASSWORD)[:2] + _echoes(PASSWORD)[3:5] if account == "word" else _echoes(PASSWORD)[5:]
            for number, echo in enumerate(mine):
                server.faults.refuse_login(4, reply=f"535 5.7.8 wrong: {echo}", service="smtp")
                draft = Draft(to=["bo@client.example"], subject="x", text="y")
                seen += repr(kit.send(draft, account=account, key=f"{account}{number}"))
                server.faults.clear()
            server.faults.nonsense("AUTH", f"{mine[0]} what\r\n".encode(), service="smtp")
            seen += repr(kit.send(draft, account=account, key=f"{account}-odd"))
        seen += repr(kit.outbox.list())
        assert "***" in seen
    _clean(seen + _logged(caplog))
    for file in tmp_path.iterdir():
        _clean(file.read_bytes().decode("latin-1"))

"""The worker of a MailKit: what it could not do, who stops it, and accounts that come and go."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path

import anyio
import pytest

from mailkit import Account, AsyncMailKit, Draft, Envelope, ImapServer, MailKit, MessageReceived, Password, SmtpServer
from mailkit.auth import generate_key
from mailkit.errors import AuthError, ConfigError, ConnectError, MissingCredentialsError, UnknownAccountError
from mailkit.kit import WorkReport, work
from mailkit.testing import MailServer
from support.application import ANA, BO, Application
from support.mails import mail


def _draft() -> Draft:
    return Draft(to=[BO], subject="x", text="y")


def test_one_round_says_which_accounts_failed(office: Application) -> None:
    wrong = office.account.model_copy(update={"name": "wrong", "credentials": Password("nope")})
    away = wrong.model_copy(update={"name": "away", "imap": None, "smtp": SmtpServer(host="127.0.0.1", port=1)})
    office.kit.accounts.add(wrong)
    office.kit.accounts.add(away)
    office.kit.outbox.enqueue(_draft(), account="away", key="k")
    office.arrives(mail(to=ANA))
    report = office.kit.work(once=True)
    assert report == 2  # the mail of the account that works, and the row that was tried
    assert not report.ok
    assert {name: type(error) for name, error in report.failed.items()} == {"wrong": AuthError, "away": ConnectError}
    assert "wrong" in repr(report)


def test_what_a_row_waits_for_a_person_to_do_is_told_in_its_verdict(office: Application) -> None:
    office.kit.accounts.add(office.account.model_copy(update={"credentials": Password("nope")}), replace=True)
    [verdict] = office.kit.send(_draft(), account="sales").verdicts
    assert verdict.text.startswith("AuthError: ")
    assert "Check user name and password" in verdict.text


def test_a_stop_before_the_work_is_not_lost(office: Application) -> None:
    office.kit.stop()
    ended = threading.Event()
    threading.Thread(target=lambda: (office.kit.work(), ended.set()), daemon=True).start()
    assert ended.wait(10)
    office.kit.outbox.enqueue(_draft(), account="sales", key="k")
    assert office.kit.work(only={"outbox"}, seconds=0.2) == 1, "one stop, one worker"


def test_a_stop_does_not_keep_a_single_round_from_its_work(office: Application) -> None:
    office.kit.stop()
    office.kit.outbox.enqueue(_draft(), account="sales", key="k")
    assert office.kit.work(only={"outbox"}, once=True) == 1


def test_a_signal_handler_may_stop_it(office: Application) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: office.kit.stop())
    try:
        for pause in (0.0, 0.05, 0.3):
            threading.Timer(pause, os.kill, (os.getpid(), signal.SIGUSR1)).start()
            assert office.kit.work(only={"jobs"}) == 0
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_an_event_stops_one_worker_and_no_other(office: Application) -> None:
    mine, other = threading.Event(), threading.Event()
    threads = [threading.Thread(target=office.kit.work, kwargs={"only": "jobs", "stop": one}) for one in (mine, other)]
    for thread in threads:
        thread.start()
    mine.set()
    threads[0].join(10)
    assert [thread.is_alive() for thread in threads] == [False, True]
    other.set()
    threads[1].join(10)
    assert not threads[1].is_alive()


def test_a_cancelled_task_stops_its_own_worker_only(office: Application) -> None:
    other = threading.Thread(target=office.kit.work, kwargs={"only": "jobs"})
    other.start()

    async def main() -> WorkReport:
        kit = AsyncMailKit(office.kit)
        with anyio.move_on_after(0.2):
            await kit.work(only={"jobs"})
        return await kit.work(only={"jobs"}, once=True)

    assert asyncio.run(main()).ok
    assert other.is_alive()
    office.kit.stop()
    other.join(10)
    assert not other.is_alive()


def test_an_account_that_is_added_or_mended_is_watched_without_a_restart(
    office: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ACCOUNTS_SECONDS", 0.1)
    monkeypatch.setattr(work, "REWATCH_SECONDS", 0.1)
    good = office.account.model_copy(update={"name": "later"})
    office.kit.accounts.remove("sales")
    arrived = threading.Event()
    office.kit.on(MessageReceived)(lambda _event, _tx: arrived.set())
    reports: list[WorkReport] = []
    worker = threading.Thread(target=lambda: reports.append(office.kit.work()))
    worker.start()
    try:
        office.kit.accounts.add(good.model_copy(update={"credentials": Password("nope")}))
        assert not arrived.wait(0.5)
        office.kit.accounts.add(good, replace=True)
        office.arrives(mail(to=ANA))
        assert arrived.wait(20)
    finally:
        office.kit.stop()
        worker.join(20)
    assert [list(one.failed) for one in reports] == [["later"]]


def test_a_watch_that_cannot_begin_says_so_at_the_call(office: Application) -> None:
    office.kit.accounts.add(Account(name="out", address=ANA, smtp=SmtpServer(host="h")))
    with pytest.raises(UnknownAccountError):
        office.kit.watch("nobody")
    with pytest.raises(MissingCredentialsError):
        office.kit.watch("out")
    office.kit.accounts.add(
        Account(name="out", address=ANA, smtp=SmtpServer(host="h"), credentials=Password("x")), replace=True
    )
    with pytest.raises(ConfigError, match="no IMAP server"):
        office.kit.watch("out")


def test_a_watch_ends_in_the_error_that_needs_a_person(office: Application) -> None:
    office.kit.accounts.add(office.account.model_copy(update={"credentials": Password("nope")}), replace=True)
    with pytest.raises(AuthError) as caught:
        next(office.kit.watch("sales", seconds=20))
    assert not caught.value.retryable


def test_what_another_process_says_of_an_account_is_seen(
    office: Application, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailkit.kit import core

    monkeypatch.setattr(core, "PROFILE_SECONDS", 0.0)
    checked = mail(
        sender=BO,
        extra="Received: from out.client.example by mx.acme.example; Mon, 2 Nov 2026 10:00:01 +0000\r\n"
        "Authentication-Results: mx.acme.example; dmarc=pass header.from=client.example\r\n",
    )
    office.kit.ingest(checked, account="sales")
    with MailKit(store_url, key=generate_key()) as other:
        named = office.account.model_copy(update={"authserv_ids": ("mx.acme.example",), "credentials": None})
        other.accounts.add(named, replace=True)
    stored = office.kit.ingest(checked.replace(b"Subject: ", b"Subject: 2 "), account="sales")
    [copy] = office.kit.messages.copies(stored.id)
    assert copy.trust == "authenticated"


@pytest.mark.parametrize("how", ["no credentials", "login=False"])
def test_a_relay_takes_mail_without_a_login(tmp_path: Path, how: str) -> None:
    with MailServer(require_auth=False) as server, MailKit(f"sqlite:///{tmp_path}/m.db", key=generate_key()) as kit:
        server.add_user(ANA, "secret")
        account = server.account(ANA, name="relay")
        assert account.smtp is not None
        if how == "no credentials":
            account = account.model_copy(update={"imap": None, "credentials": None})
        else:
            account = account.model_copy(update={"smtp": account.smtp.model_copy(update={"login": False})})
        kit.accounts.add(account)
        assert kit.accounts.get("relay") == account
        assert all(check.ok for check in kit.accounts.check("relay"))
        assert kit.send(_draft(), account="relay").sent
        [sent] = server.sent
        assert (sent.user, sent.envelope) == (None, Envelope(ANA, (BO,)))


def test_a_mailbox_without_credentials_is_no_relay(office: Application) -> None:
    office.kit.accounts.add(office.account.model_copy(update={"credentials": None}), replace=True)
    with pytest.raises(MissingCredentialsError):
        office.kit.send(_draft(), account="sales")
    assert office.kit.outbox.list() == ()


def test_a_relay_that_wants_a_login_after_all_says_so(office: Application) -> None:
    account = office.account.model_copy(update={"imap": None, "credentials": None})
    office.kit.accounts.add(account, replace=True)
    [verdict] = office.kit.send(_draft(), account="sales").verdicts
    assert "530" in verdict.text


def test_an_account_that_cannot_send_says_so_before_anything_is_written(office: Application) -> None:
    office.kit.accounts.add(
        Account(name="in", address=ANA, imap=ImapServer(host="h"), credentials=Password("x")), replace=True
    )
    with pytest.raises(ConfigError, match="no SMTP server"):
        office.kit.send(_draft(), account="in")
    with pytest.raises(ConfigError, match="no SMTP server"):
        office.kit.outbox.enqueue(_draft(), account="in", key="k")
    assert office.kit.outbox.list() == ()

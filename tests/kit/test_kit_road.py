"""The whole road through the facade, both directions, on SQLite and PostgreSQL, against the in-process servers."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import text

from mailkit import (
    Draft,
    Envelope,
    MailKit,
    MessageQuarantined,
    MessageReceived,
    MessageSent,
    OAuth2,
    Password,
    Record,
    Source,
    ThreadLinked,
    VerdictState,
    reply,
)
from mailkit.auth.secretbox import generate_key
from mailkit.errors import (
    AccountExistsError,
    AuthError,
    CertificateError,
    ConfigError,
    ConnectError,
    InputError,
    KeyConflictError,
    MailkitError,
    MissingCredentialsError,
    MissingKeyError,
    NotFoundError,
    RunningLoopError,
    UnknownAccountError,
    WrongKeyError,
)
from mailkit.testing import MailServer
from support.application import ANA, BO, Application
from support.mails import mail


def test_a_mail_is_synced_answered_and_the_answer_is_in_the_thread(office: Application) -> None:
    office.arrives(mail(to=ANA, sender=f"Bo <{BO}>"))
    report = office.kit.sync("sales")
    assert (report.new, report.ok) == (1, True)
    [received] = office.kit.messages.latest()
    draft = reply(office.kit.messages.parse(received.id), own_addresses=[ANA], text="Here is the offer.")
    receipt = office.kit.send(draft, account="sales", key="answer-1")
    assert receipt.sent
    [sent] = office.server.sent
    assert sent.envelope == Envelope(ANA, (BO,))
    thread = office.kit.threads.of(received.id)
    assert [m.direction for m in office.kit.threads.messages(thread)] == ["inbound", "outbound"]
    office.kit.work(once=True)
    assert len(office.server.folder(ANA, "Sent").uids()) == 1, "the server files nothing itself, so the worker does"
    office.kit.sync("sales")
    assert office.kit.stats().messages == 2
    assert str(office.kit.audit("sales")) == "2 of 2"
    names = [type(event) for event in office.kit.events.read("all")]
    assert names == [MessageReceived, MessageSent]
    [answer] = [m for m in office.kit.threads.messages(thread) if m.direction == "outbound"]
    [root] = office.kit.threads.tree(thread)
    assert (root.key, [child.key for child in root.children]) == (str(received.id), [str(answer.id)])


def test_the_customers_answer_to_us_proves_itself_by_our_signed_message_id(office: Application) -> None:
    kit = office.kit
    receipt = kit.send(Draft(to=[BO], subject="Offer", text="…", record=Record("crm", "deal", "D-1")), account="sales")
    thread = kit.threads.of(kit.messages.by_message_id(receipt.message_id)[0].id)
    assert [link.record for link in kit.links.of(thread)] == [Record("crm", "deal", "D-1")]
    quoted = f"In-Reply-To: <{receipt.message_id}>\r\n"
    office.arrives(mail("Something else entirely", message_id="a@client.example", to=ANA, extra=quoted))
    kit.sync("sales")
    assert kit.threads.get(thread.id).message_count == 2
    assert any("proven by its signed id" in line for line in kit.links.explain(thread).history)


def test_a_handler_writes_in_the_same_transaction(office: Application) -> None:
    with office.kit.engine.begin() as connection:
        connection.execute(text("CREATE TABLE seen (message_id INTEGER)"))
    refuse = True

    @office.kit.on(MessageReceived)
    def to_crm(event: MessageReceived, tx: Any) -> None:
        tx.execute(text("INSERT INTO seen VALUES (:id)"), {"id": event.message_id})
        if refuse:
            raise ValueError("the CRM's rules say no")

    office.arrives(mail(to=ANA))
    assert office.kit.sync("sales").quarantined == 1
    with office.kit.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM seen")).scalar() == 0
    [held] = office.kit.quarantine.list()
    assert (held.reason, "the CRM's rules say no" in held.detail) == ("handler-failed", True)
    assert office.kit.quarantine.raw(held.id) == mail(to=ANA)
    refuse = False
    stored = office.kit.quarantine.retry(held.id)
    assert stored.new
    with office.kit.engine.connect() as connection:
        assert connection.execute(text("SELECT message_id FROM seen")).scalars().all() == [stored.id]
    assert office.kit.quarantine.list() == ()
    names = [type(event) for event in office.kit.events.read("all")]
    assert names == [MessageQuarantined, MessageReceived]


def test_enqueue_on_the_applications_transaction(office: Application) -> None:
    draft = Draft(to=[BO], subject="Order 1042", text="Thank you.")
    with office.kit.engine.connect() as tx:
        office.kit.outbox.enqueue(draft, account="sales", key="order-1042", tx=tx)
        tx.rollback()
    assert office.kit.outbox.dispatch() == 0
    with office.kit.engine.begin() as tx:
        first = office.kit.outbox.enqueue(draft, account="sales", key="order-1042", tx=tx)
    again = office.kit.outbox.enqueue(draft, account="sales", key="order-1042")
    assert (first.created, again.created, again.id) == (True, False, first.id)
    other = Draft(to=[BO], subject="Order 1043", text="Thank you.")
    with pytest.raises(KeyConflictError):
        office.kit.outbox.enqueue(other, account="sales", key="order-1042")
    assert office.kit.outbox.dispatch() == 1
    assert office.kit.outbox.dispatch() == 0
    assert len(office.server.sent) == 1
    assert office.kit.outbox.get(first.id).state == "sent"


def test_sending_again_under_a_key_sends_nothing(office: Application) -> None:
    draft = Draft(to=[BO], subject="Once", text="…")
    first = office.kit.send(draft, account="sales", key="k")
    again = office.kit.send(draft, account="sales", key="k")
    assert (first.created, again.created, first.id) == (True, False, again.id)
    assert len(office.server.sent) == 1


def test_a_refusal_is_in_the_receipt(office: Application) -> None:
    office.server.reply_to_recipient("gone@client.example", "550 5.1.1 no such user")
    receipt = office.kit.send(Draft(to=[BO, "gone@client.example"], subject="x", text="y"), account="sales")
    verdicts = {verdict.recipient: (verdict.state, verdict.enhanced) for verdict in receipt.verdicts}
    assert verdicts == {BO: (VerdictState.SENT, "2.0.0"), "gone@client.example": (VerdictState.REFUSED, "5.1.1")}
    assert (receipt.state, receipt.sent) == ("partial", False)


def test_a_watch_tells_of_a_mail_that_arrives(office: Application) -> None:
    watching = office.kit.watch("sales", seconds=30)
    timer = threading.Timer(0.5, lambda: office.arrives(mail(to=ANA)))
    timer.start()
    event = next(watching)
    assert isinstance(event, MessageReceived)
    watching.close()  # type: ignore[attr-defined]


def test_links_by_hand_are_kept_and_explained(office: Application) -> None:
    office.arrives(mail(to=ANA))
    office.kit.sync("sales")
    [thread] = office.kit.threads.list()
    deal = Record("crm", "deal", "42")
    assert "not linked" in str(office.kit.links.explain(thread))
    office.kit.links.add(thread, deal, by="ana")
    assert [link.record for link in office.kit.links.of(thread)] == [deal]
    assert [one.id for one in office.kit.links.threads(deal)] == [thread.id]
    assert "ana" in str(office.kit.links.explain(thread))
    assert office.kit.links.remove(thread, deal)
    assert not office.kit.links.remove(thread, deal)
    assert office.kit.links.of(thread) == ()
    assert [event.state for event in office.kit.events.read("x") if isinstance(event, ThreadLinked)] == ["linked"]


def test_ingest_by_another_road(office: Application) -> None:
    first = office.kit.ingest(mail(), envelope=Envelope("bo@client.example", [ANA]), source="pipe")
    again = office.kit.ingest(mail(), source="pipe")
    assert (first.new, again.new, again.id) == (True, False, first.id)
    other = office.kit.ingest(mail(), source=Source.delivery("lmtp", "77"))
    assert (other.new, other.id) == (False, first.id)


def test_a_cursor_reads_until_it_acknowledges(office: Application) -> None:
    for number in range(3):
        office.kit.ingest(mail(message_id=f"{number}@x.example", body=str(number)))
    batch = office.kit.events.read("crm", limit=2)
    assert len(batch) == 2
    assert [event.id for event in office.kit.events.read("crm", limit=2)] == [event.id for event in batch]
    with office.kit.engine.connect() as tx:
        office.kit.events.ack(batch, tx=tx)
        tx.rollback()
    assert len(office.kit.events.read("crm")) == 3
    office.kit.events.ack(batch)
    assert len(office.kit.events.read("crm")) == 1
    assert len(office.kit.events.read("other")) == 3


def test_work_does_only_what_it_is_told(office: Application) -> None:
    office.kit.outbox.enqueue(Draft(to=[BO], subject="x", text="y"), account="sales", key="k")
    office.arrives(mail(to=ANA))
    assert office.kit.work(only={"outbox"}, once=True) == 1
    assert office.kit.stats().messages == 1
    assert office.kit.work(only={"sync"}, once=True) == 1
    with pytest.raises(InputError, match="laundry"):
        office.kit.work(only={"laundry"}, once=True)


def test_a_worker_runs_until_it_is_stopped(office: Application) -> None:
    arrived = threading.Event()
    office.kit.on(MessageReceived)(lambda _event, _tx: arrived.set())
    worker = threading.Thread(target=office.kit.work)
    worker.start()
    try:
        office.arrives(mail(to=ANA))
        assert arrived.wait(30)
    finally:
        office.kit.stop()
        worker.join(timeout=30)
    assert not worker.is_alive()


def test_a_mail_that_was_too_large_is_fetched_when_the_limit_allows(store_url: str, server: MailServer) -> None:
    from mailkit import Limits

    key = generate_key()
    with MailKit(store_url, key=key, create=True, limits=Limits(message_bytes=2000)) as kit:
        kit.accounts.add(server.account(ANA))
        server.folder(ANA).add(mail(to=ANA, body="x" * 5000))
        server.folder(ANA).add(mail(to=ANA, message_id="small@client.example"))
        report = kit.sync(ANA)
        assert (report.new, report.quarantined) == (1, 1)
        [held] = kit.quarantine.list()
        assert (held.reason, kit.quarantine.raw(held.id)) == ("too-large", None)
        assert kit.sync(ANA).quarantined == 0
        assert kit.audit(ANA).ok
    with MailKit(store_url, key=key) as kit:
        assert not kit.quarantine.retry(held.id).new
        assert kit.sync(ANA).new == 1
        assert kit.quarantine.list() == ()
        assert str(kit.audit(ANA)) == "2 of 2"


def test_a_handler_that_uses_the_network_is_refused_and_its_mail_kept(office: Application) -> None:
    @office.kit.on(MessageReceived)
    def impatient(_event: MessageReceived, _tx: Any) -> None:
        office.kit.sync("sales")

    office.kit.ingest(mail())
    [held] = office.kit.quarantine.list()
    assert (held.reason, "transaction is open" in held.detail) == ("handler-failed", True)


def test_a_handler_that_writes_beside_its_transaction_is_told_to_use_it(office: Application) -> None:
    @office.kit.on(MessageReceived)
    def careless(event: MessageReceived, _tx: Any) -> None:
        office.kit.outbox.enqueue(Draft(to=[BO], subject="x", text="y"), account="sales", key=f"m{event.message_id}")

    office.kit.ingest(mail())
    [held] = office.kit.quarantine.list()
    assert "tx=" in held.detail


def test_a_handler_that_answers_on_its_transaction(office: Application) -> None:
    @office.kit.on(MessageReceived)
    def answer(event: MessageReceived, tx: Any) -> None:
        draft = Draft(to=[BO], subject="Received", text="We have your mail.", thread_id=event.thread_id)
        office.kit.outbox.enqueue(draft, account="sales", key=f"ack-{event.message_id}", tx=tx)

    stored = office.kit.ingest(mail())
    assert office.kit.outbox.dispatch() == 1
    assert office.kit.threads.get(stored.thread_id).message_count == 2


# -- what goes wrong -----------------------------------------------------------------------------------------------


def test_unknown_names(office: Application) -> None:
    with pytest.raises(UnknownAccountError, match="known: sales"):
        office.kit.sync("nobody")
    with pytest.raises(UnknownAccountError):
        office.kit.send(Draft(to=[BO], subject="x", text="y"), account="nobody")
    with pytest.raises(UnknownAccountError):
        office.kit.accounts.remove("nobody")
    for call in (office.kit.threads.get, office.kit.messages.get, office.kit.outbox.get, office.kit.quarantine.retry):
        with pytest.raises(NotFoundError):
            call(99)
    with pytest.raises(AccountExistsError):
        office.kit.accounts.add(office.account)


def test_a_wrong_password(office: Application) -> None:
    wrong = office.account.model_copy(update={"credentials": Password("wrong")})
    office.kit.accounts.add(wrong, replace=True)
    with pytest.raises(AuthError):
        office.kit.sync("sales")
    assert [type(check.error) for check in office.kit.accounts.check("sales")] == [AuthError, AuthError]
    receipt = office.kit.send(Draft(to=[BO], subject="x", text="y"), account="sales")
    assert receipt.state == "ready", "wrong credentials are mended by a person; the message waits"
    assert "wrong" not in repr(office.kit.outbox.entry(receipt.id))


def test_an_unreachable_server(office: Application) -> None:
    office.server.stop()
    with pytest.raises(ConnectError):
        office.kit.sync("sales")
    receipt = office.kit.send(Draft(to=[BO], subject="x", text="y"), account="sales")
    assert (receipt.state, receipt.verdicts[0].state) == ("ready", VerdictState.RETRY)


def test_a_certificate_that_nobody_signed(store_url: str) -> None:
    with MailServer() as server:
        server.add_user(ANA, "secret")
        server.faults.certificate("self-signed")
        kit = MailKit(store_url, key=generate_key(), create=True)
        kit.accounts.add(server.account(ANA))
        with pytest.raises(CertificateError):
            kit.sync(ANA)
        assert not {seen.verb for seen in server.commands} & {"AUTHENTICATE", "LOGIN"}
        kit.close()


def test_keys(store_url: str, server: MailServer) -> None:
    without = MailKit(store_url, create=True)
    with pytest.raises(MissingKeyError):
        without.accounts.add(server.account(ANA))
    assert without.accounts.names() == ()
    first, second = generate_key(), generate_key()
    with MailKit(store_url, key=first) as kit:
        kit.accounts.add(server.account(ANA))
    with MailKit(store_url, key=second) as kit, pytest.raises(WrongKeyError):
        kit.sync(ANA)
    with MailKit(store_url) as kit, pytest.raises(MissingKeyError):
        kit.sync(ANA)
    with MailKit(store_url, key=[second, first]) as kit:
        assert kit.accounts.rotate() == 1
    with MailKit(store_url, key=second) as kit:
        assert kit.sync(ANA).ok
    without.close()


def test_an_account_without_credentials(office: Application) -> None:
    office.kit.accounts.add(office.account.model_copy(update={"credentials": None}), replace=True)
    with pytest.raises(MissingCredentialsError):
        office.kit.sync("sales")


def test_tokens_from_the_application(store_url: str, server: MailServer) -> None:
    token = "ya29.secret-token"
    server.set_tokens(ANA, token)
    kit = MailKit(store_url, key=generate_key(), create=True, token_providers={"google": lambda: token})
    account = server.account(ANA).model_copy(update={"credentials": OAuth2(token_provider="google")})
    kit.accounts.add(account)
    assert kit.sync(ANA).ok
    assert kit.send(Draft(to=[BO], subject="x", text="y"), account=ANA).sent
    kit.close()


def test_a_blocking_call_in_a_loop_names_the_door(office: Application) -> None:
    async def main() -> None:
        for call in (
            lambda: office.kit.sync("sales"),
            lambda: office.kit.audit("sales"),
            lambda: office.kit.work(once=True),
            lambda: office.kit.outbox.dispatch(),
            lambda: office.kit.accounts.check("sales"),
            lambda: next(office.kit.watch("sales")),
            lambda: office.kit.send(Draft(to=[BO], subject="x", text="y"), account="sales"),
        ):
            with pytest.raises(RunningLoopError, match="AsyncMailKit"):
                call()
        office.kit.outbox.enqueue(Draft(to=[BO], subject="x", text="y"), account="sales", key="k")

    asyncio.run(main())


def test_from_env(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="MAILKIT_DATABASE"):
        MailKit.from_env()
    key = tmp_path / "key"
    key.write_text(generate_key() + "\n")
    monkeypatch.setenv("MAILKIT_DATABASE", f"sqlite:///{tmp_path}/m.db")
    monkeypatch.setenv("MAILKIT_KEY_FILE", str(key))
    monkeypatch.setenv("MAILKIT_TENANT", "acme")
    with MailKit.from_env() as kit:
        assert kit.store.tenant == "acme"
        assert kit.accounts.names() == ()
    monkeypatch.setenv("MAILKIT_BUSY_TIMEOUT", "soon")
    with pytest.raises(ConfigError, match="soon"):
        MailKit.from_env()


def test_what_is_not_there_is_named(office: Application) -> None:
    for call, words in (
        (lambda: office.kit.threads.get(41), "There is no thread 41."),
        (lambda: office.kit.messages.get(42), "There is no message 42."),
        (lambda: office.kit.outbox.retry(43), "There is no outbox row 43."),
        (lambda: office.kit.quarantine.retry(44), "There is no quarantine row 44."),
    ):
        with pytest.raises(NotFoundError) as caught:
            call()
        assert caught.value.message == words


def test_the_conversations_of_one_account(office: Application) -> None:
    second = office.account.model_copy(update={"name": "second"})
    office.kit.accounts.add(second)
    for number, account in enumerate(["sales", "second", "sales", "second"]):
        date = f"Mon, 05 Oct 2026 1{number}:00:00 +0200"
        office.kit.ingest(mail(f"s{number}", message_id=f"{number}@x.example", date=date), account=account)
    office.kit.ingest(mail("s0", message_id="0@x.example", date="Mon, 05 Oct 2026 10:00:00 +0200"), account="second")
    listed = [one.subject for one in office.kit.threads.list(account="second")]
    assert listed == ["s3", "s1", "s0"]
    assert [one.subject for one in office.kit.threads.list(account="sales", limit=1, skip=1)] == ["s0"]
    assert office.kit.threads.list(account="nobody") == ()


def test_errors_of_a_connection_name_host_port_and_tls(office: Application) -> None:
    imap, smtp = office.account.imap, office.account.smtp
    assert imap is not None
    assert smtp is not None
    for tls, mode in (("implicit", "(TLS from the first byte)"), ("starttls", "(STARTTLS)")):
        changed = imap.model_copy(update={"port": 1, "tls": tls})
        away = office.account.model_copy(update={"imap": changed, "name": "away"})
        office.kit.accounts.add(away, replace=True)
        with pytest.raises(ConnectError, match="localhost:1 ") as caught:
            office.kit.sync("away")
        assert mode in caught.value.message
    wrong = office.account.model_copy(update={"name": "wrong", "credentials": Password("nope")})
    office.kit.accounts.add(wrong)
    checks = office.kit.accounts.check("wrong")
    for check, server in zip(checks, (imap, smtp), strict=True):
        assert check.error is not None
        assert f"localhost:{server.port} (TLS from the first byte)" in check.error.message
    office.server.faults.disconnect_at("EXAMINE", service="imap")
    office.server.faults.disconnect_at("LIST", service="imap")
    with pytest.raises(MailkitError, match=f"at localhost:{imap.port} "):
        office.kit.sync("sales")

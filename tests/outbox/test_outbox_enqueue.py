from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing

import pytest
from outbox_desk import START, a_draft, account
from sqlalchemy import create_engine, text

from mailkit.compose import Attachment, Draft
from mailkit.compose.token import verify
from mailkit.errors import AddressError, DraftError, InjectionError, InputError, KeyConflictError
from mailkit.message import parse
from mailkit.outbox import enqueue, entry
from mailkit.store import Store, outbox, raw
from mailkit.words import Record, VerdictState


def composed(desk, number):
    with desk.store.read() as tx:
        return parse(raw.get(tx, outbox.get(tx, number).raw_digest))


def test_a_draft_becomes_a_row(desk):
    made = desk.put(a_draft("bo@client.example", bcc=["eve@hidden.example"]), key="order-1042")
    assert made.created
    assert made.state == "ready"
    assert made.key == "order-1042"
    assert made.account == "sales"
    assert [(v.recipient, v.state) for v in made.verdicts] == [
        ("bo@client.example", VerdictState.PENDING),
        ("eve@hidden.example", VerdictState.PENDING),
    ]
    message = composed(desk, made.id)
    assert message.message_id == made.message_id
    assert str(message.from_[0]) == "Ana Acme <ana@acme.example>"
    assert message.date == START
    assert made.message_id.endswith("@acme.example")
    assert b"hidden" not in message.raw


def test_the_same_key_and_draft_is_one_message(desk):
    first = desk.put(key="k")
    again = desk.put(key="k")
    assert (again.id, again.message_id, again.created) == (first.id, first.message_id, False)


@pytest.mark.parametrize("change", [{"text": "other"}, {"to": ("cy@client.example",)}, {"subject": "x"}])
def test_the_same_key_for_another_draft_is_a_conflict(desk, change):
    desk.put(key="k")
    with pytest.raises(KeyConflictError):
        desk.put(a_draft(**change) if "to" not in change else a_draft(*change["to"]), key="k")


def test_the_same_key_for_another_account_is_a_conflict(desk):
    desk.put(key="k")
    other = account().model_copy(update={"name": "support"})
    with desk.store.write() as tx, pytest.raises(KeyConflictError):
        enqueue(tx, a_draft(), account=other, key="k")


def test_a_key_belongs_to_its_tenant(desk, store_url):
    desk.put(key="k")
    other = Store.open(store_url, tenant="other")
    with other.write() as tx:
        assert enqueue(tx, a_draft(text="different"), account=desk.account, key="k").created
    other.close()


def test_without_a_key_each_call_is_a_message(desk):
    assert desk.put().id != desk.put().id


@pytest.mark.parametrize("key", ["", "x" * 201, "a\nb", "a\0b"])
def test_keys_that_are_refused(desk, key):
    with pytest.raises(InputError):
        desk.put(key=key)


def test_a_rolled_back_transaction_leaves_nothing(desk):
    def fails():
        with desk.store.write() as tx:
            enqueue(tx, a_draft(), account=desk.account, key="k")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with desk.store.read() as tx:
        assert outbox.listing(tx) == []
        assert outbox.by_key(tx, "k") is None
    assert desk.put(key="k").created


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_on_the_callers_own_sqlalchemy_transaction(desk, store_url, end):
    engine = create_engine(store_url)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS orders (id INTEGER)")
        connection.commit()
        connection.exec_driver_sql("INSERT INTO orders VALUES (1042)")
        enqueue(desk.store.join(connection), a_draft(), account=desk.account, key="order-1042")
        getattr(connection, end)()
        orders = connection.exec_driver_sql("SELECT count(*) FROM orders").scalar()
    engine.dispose()
    with desk.store.read() as tx:
        assert (len(outbox.listing(tx)), orders) == ((1, 1) if end == "commit" else (0, 0))


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_on_the_callers_own_sqlite3_connection(sqlite_desk, tmp_path, end):
    desk = sqlite_desk
    connection = sqlite3.connect(tmp_path / "mail.db")
    connection.execute("CREATE TABLE orders (id INTEGER)")
    connection.execute("INSERT INTO orders VALUES (1042)")
    enqueue(desk.store.join(connection), a_draft(), account=desk.account, key="order-1042")
    getattr(connection, end)()
    orders = connection.execute("SELECT count(*) FROM orders").fetchone()[0]
    connection.close()
    with desk.store.read() as tx:
        assert (len(outbox.listing(tx)), orders) == ((1, 1) if end == "commit" else (0, 0))
        if end == "commit":
            assert outbox.listing(tx)[0].due_at == START


def test_many_threads_with_one_key_make_one_row(desk):
    found = []

    def work():
        found.append(desk.put(key="k"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.id for one in found}) == 1
    assert sum(one.created for one in found) == 1


def test_who_was_second_with_a_key_leaves_nothing_behind(postgres_url):
    with closing(Store.open(postgres_url, create=True)) as store, ThreadPoolExecutor(1) as other:
        with store.write() as tx:
            first = enqueue(tx, a_draft(), account=account(), key="k")
            waiting = other.submit(store.run, lambda late: enqueue(late, a_draft(), account=account(), key="k"))
            assert not wait([waiting], 0.3).done, "it waits for the first to commit"
        assert (waiting.result(20).id, waiting.result().created) == (first.id, False)
        with store.read() as tx:
            assert tx.execute(text("SELECT count(*) FROM mailkit_raw")).scalar() == 1


def test_an_alias_may_be_the_author(desk):
    desk.account = account(aliases=("offers@acme.example",))
    message = composed(desk, desk.put(a_draft(from_="offers@acme.example")).id)
    assert str(message.from_[0]) == "Ana Acme <offers@acme.example>"
    assert message.sender is None
    assert desk.row(1).envelope_sender == "offers@acme.example"


def test_nobody_else_may(desk):
    with pytest.raises(AddressError, match="not an address of the account"):
        desk.put(a_draft(from_="boss@acme.example"))


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (Draft(subject="x"), DraftError),
        (a_draft("nobody"), AddressError),
        (a_draft(attachments=[Attachment("a", b"", "nonsense")]), DraftError),
    ],
)
def test_what_cannot_be_composed_is_an_error_now(desk, draft, error):
    with pytest.raises(error):
        desk.put(draft, key="k")
    with desk.store.read() as tx:
        assert outbox.listing(tx) == []


def test_an_address_with_a_line_break(desk):
    with pytest.raises(InjectionError):
        desk.put(a_draft("bo@client.example\r\nBcc: x@y.example"))


def test_date_and_message_id_are_of_the_domain_that_writes(desk):
    desk.account = account().model_copy(update={"address": "ana@bücher.example", "aliases": ("info@shop.example",)})
    first, second = desk.put(), desk.put(a_draft(from_="info@shop.example"))
    assert first.message_id.endswith("@xn--bcher-kva.example")
    assert second.message_id.endswith("@shop.example")
    assert {composed(desk, one.id).date.timestamp() for one in (first, second)} == {desk.clock().timestamp()}


def test_a_signed_message_id(desk):
    key = b"k" * 32
    made = desk.put(token_key=key, token_payload="t7")
    assert verify(made.message_id, key) == "t7"


def test_metadata_and_record_are_kept(desk):
    made = desk.put(a_draft(metadata={"order": "1042"}, record=Record("crm", "deal", "42")))
    with desk.store.read() as tx:
        seen = entry(tx, made.id)
    assert seen.metadata == {"order": "1042"}
    assert '"record": ["crm", "deal", "42"]' in desk.row(made.id).options


def test_a_draft_that_names_a_thread_answers_its_last_message(desk):
    desk.put(key="first")
    desk.dispatcher().run()
    first = composed(desk, 1).message_id
    thread_id = desk.events()[0].thread_id
    second = composed(desk, desk.put(a_draft(thread_id=thread_id)).id)
    assert second.in_reply_to == (first,)
    desk.dispatcher().run()
    assert {event.thread_id for event in desk.events()} == {thread_id}


def test_not_before_it_is_due(desk):
    from datetime import timedelta

    desk.put(due_at=START + timedelta(days=10))
    assert desk.dispatcher().run() == 0
    desk.clock.forward(days=10, seconds=1)
    desk.transport.replies["bo@client.example"] = (451, "4.7.1 later")
    assert desk.dispatcher().run() == 1
    assert desk.look(1).state == "ready"


@pytest.mark.parametrize(
    "wrong",
    [
        {"on_uncertain": "Resend"}, {"on_uncertain": ""}, {"on_uncertain": None}, {"on_uncertain": []},
        {"due_at": ""}, {"due_at": 0}, {"due_at": START.date()}, {"due_at": START.replace(tzinfo=None)},
    ],
)  # fmt: skip
def test_a_wrong_argument_is_refused_and_nothing_is_written(desk, wrong):
    with pytest.raises(InputError):
        desk.put(a_draft(), key="wrong", **wrong)
    assert desk.put(a_draft(), key="wrong").created


@pytest.mark.parametrize("wrong", ["x", {"to": "bo@client.example"}, Attachment("a", b"")])
def test_what_is_no_draft_is_refused(desk, wrong):
    with pytest.raises(DraftError, match="must be a Draft"):
        desk.put(wrong)

"""Mails and servers that mean harm: nothing raises, nothing goes to quarantine that can be kept, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from mailkit.errors import StoreError
from mailkit.store import Store, messages, threads
from mailkit.words import RawMail, Source
from support.mails import Desk, arrival, mail, make_desk

#: 990 characters that no compression makes short: four bytes each, past what an index of PostgreSQL takes.
LONG = "".join(chr(0x1F300 + (n * 7919) % 768) for n in range(990))


@pytest.fixture(params=["Asia/Jakarta", "America/New_York"])
def elsewhere(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Desk]:
    """A PostgreSQL whose sessions are in another time zone."""
    import psycopg

    where = make_url(postgres_url)
    with psycopg.connect(host=where.host, port=where.port, user=where.username, dbname=where.database) as admin:
        admin.execute(f"ALTER DATABASE \"{where.database}\" SET timezone = '{request.param}'")
    store = Store.open(postgres_url, create=True)
    yield make_desk(store)
    store.close()


def test_ids_that_no_index_takes_are_shortened_and_still_make_threads(desk: Desk) -> None:
    long = f"{LONG}@x"
    first, answer, other = desk.take(
        arrival(mail("Offer", message_id=long)),
        arrival(mail("Re: Offer", message_id="re@x.example", extra=f"References: <{long}>\r\n")),
        arrival(mail("Order", message_id=f"{LONG}@y")),
    )
    assert desk.count("quarantine") == 0
    assert first.thread_id == answer.thread_id != other.thread_id, "what differs at its end is another id"
    with desk.store.read() as tx:
        assert (messages.get(tx, first.id).message_id or "").startswith(LONG[:100])


@pytest.mark.parametrize("when", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_times_at_the_ends_of_the_calendar_are_read_back_in_any_zone(elsewhere: Desk, when: datetime) -> None:
    mailed = RawMail(raw=mail(date=None), source=Source.imap("sales", "INBOX", 7, 1), received_at=when)
    (stored,) = elsewhere.take(mailed)
    with elsewhere.store.read() as tx:
        (row,) = messages.copies(tx, stored.id)
        assert abs(row.received_at - when).days <= 1
        assert threads.latest(tx, 10)[0].first_at == row.received_at


def test_a_value_that_the_driver_refuses_is_a_typed_error(desk: Desk) -> None:
    assert desk.take(RawMail(raw=mail(), source=Source("pipe", id="\ud800")))[0].new
    for odd in (Source.imap("sales", "INBOX", 7, 2**70), Source.imap("sales", "\ud800", 7, 1)):
        with pytest.raises(StoreError, match=r"cannot be stored|refused"):
            desk.take(RawMail(raw=mail(message_id="odd@x.example"), source=odd))
    assert desk.count("message") == 1


def test_a_long_delivery_id_is_one_arrival(desk: Desk) -> None:
    one, other = (Source.delivery("hook", LONG * 20 + end) for end in "ab")
    assert one.key != other.key
    assert len(one.key) < 600
    raw = mail()
    assert [stored.new_copy for stored in desk.take(RawMail(raw, one), RawMail(raw, one), RawMail(raw, other))] == [
        True,
        False,
        False,
    ]
    with desk.store.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM mailkit_source")).scalar() == 2

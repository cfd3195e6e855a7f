"""The same life of a mailbox on SQLite and on PostgreSQL."""

from __future__ import annotations

from mailkit.errors import AdapterError
from mailkit.events import Event
from mailkit.store import Store, Tx, folders, messages, raw
from mailkit.testing import MailServer
from support.mails import make_desk
from support.office import ANA, Office, numbered


def test_a_mailbox_lives(store_url: str, server: MailServer) -> None:
    store = Store.open(store_url, create=True)
    office = Office(server, make_desk(store))
    uids = office.fill(6)
    office.inbox.add(b"")
    office.server.folder(ANA, "Sent").add(numbered(90))
    first = office.sync()
    assert (first.new, first.quarantined, first.ok) == (7, 1, True)
    office.inbox.expunge(uids[0], uids[3])
    office.inbox.set_flags(uids[1], ["\\Seen"])
    office.fill(2, start=20)
    second = office.sync()
    assert (second.new, second.vanished, second.changed) == (2, 2, 1)
    office.inbox.change_uidvalidity()
    third = office.sync()
    assert (third.new, third.restarted, third.quarantined) == (0, 1, 1)
    office.check()
    with store.read() as tx:
        rows = {row.name: row for row in folders.listing(tx, "sales")}
        found = folders.flags(tx, "sales", "INBOX", office.inbox.uidvalidity)
    assert rows["INBOX"].restarts == 1
    assert rows["INBOX"].synced_at is not None
    assert ("\\Seen",) in found.values()
    store.close()


def test_a_mail_that_is_fetched_at_last_and_fails_is_held_with_its_bytes(store_url: str, server: MailServer) -> None:
    store = Store.open(store_url, create=True)
    office = Office(server, make_desk(store))
    large = numbered(1, "x" * 5000)
    office.inbox.add(large)
    office.bounded(message_bytes=2000)
    assert office.sync().quarantined == 1
    office.bounded(message_bytes=20_000)

    def refuse(event: Event, _tx: Tx) -> None:
        raise AdapterError(f"no {event.name} today")

    store.notify = refuse
    assert office.sync().quarantined == 1
    [row] = office.desk.rows("SELECT id, state, reason, raw_digest IS NULL FROM mailkit_quarantine")
    assert (row[1], row[2], bool(row[3])) == ("held", "handler-failed", False)
    store.notify = None
    office.inbox.expunge(*office.inbox.uids())
    assert office.desk.ingest.retry(int(str(row[0]))).new, "the server is not asked for it again"
    assert office.desk.rows("SELECT state FROM mailkit_quarantine") == [("released",)]
    with store.read() as tx:
        [stored] = messages.latest(tx, 5)
        assert raw.get(tx, stored.raw_digest) == large
    store.close()

"""The same life of a mailbox on SQLite and on PostgreSQL."""

from __future__ import annotations

from mailkit.store import Store, folders
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

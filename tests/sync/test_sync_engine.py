"""Sync against the in-process server: everything once, whatever happens on the way."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

import pytest

from mailkit.errors import (
    AuthError,
    CommandRefusedError,
    ConnectError,
    DisconnectedError,
    LimitError,
    NetworkError,
    ProtocolError,
    StoreError,
)
from mailkit.mailbox import Fetched, ImapMailbox, MailboxClient, open_mailbox
from mailkit.store import folders, leases
from mailkit.sync.lease import owner_name, take
from mailkit.sync.run import Connect
from mailkit.testing import MailServer
from mailkit.words import Role
from support.office import ANA, Office, numbered


def test_first_sync_and_nothing_to_do(office: Office) -> None:
    office.fill(30)
    office.fill(5, start=100, folder="Sent")
    report = office.sync()
    assert report.ok
    assert (report.new, report.quarantined, report.skipped, report.restarted) == (35, 0, 0, 0)
    assert [folder.name for folder in report.folders][:2] == ["INBOX", "Sent"]
    assert {"connect", "list", "fetch", "ingest"} <= set(report.stages)
    directions = office.desk.rows("SELECT direction, count(*) FROM mailkit_message GROUP BY direction ORDER BY 1")
    assert directions == [("inbound", 30), ("outbound", 5)]
    office.check()
    before = len(office.server.commands)
    again = office.sync()
    assert (again.new, again.changed, again.vanished) == (0, 0, 0)
    if "CONDSTORE" in capabilities(office):
        assert not any("FETCH" in c.verb or "SEARCH" in c.verb for c in office.server.commands[before:])


def capabilities(office: Office) -> frozenset[str]:
    with ImapMailbox(office.account) as client:
        return client.capabilities


def test_unread_mail_stays_unread(office: Office) -> None:
    uids = office.fill(3)
    office.sync()
    assert all(office.inbox.flags(uid) == frozenset() for uid in uids)


def test_a_new_mail_is_found_without_listing_the_folder(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.fill(20)
    office.sync()
    listed: list[int] = []
    real = ImapMailbox.uids

    def uids(self: ImapMailbox, low: int = 1, high: int | None = None) -> list[int]:
        listed.append(low)
        return real(self, low, high)

    monkeypatch.setattr(ImapMailbox, "uids", uids)
    (uid,) = office.fill(1, start=20)
    assert office.sync("INBOX", flags=False).new == 1
    assert listed == [uid]
    assert office.sync("INBOX", flags=False).new == 0
    assert listed == [uid]
    office.check()


def test_vanished_and_moved(office: Office) -> None:
    uids = office.fill(10)
    office.sync()
    office.inbox.expunge(uids[2], uids[7])
    office.server.folder(ANA, "Archive").add(numbered(2))
    report = office.sync()
    assert (report.new, report.vanished) == (0, 2)
    assert office.live() == [uid for uid in uids if uid not in (uids[2], uids[7])]
    assert len(office.live("Archive")) == 1
    assert office.desk.count("message") == 10
    office.check()


def test_vanished_and_new_in_the_same_number(office: Office) -> None:
    uids = office.fill(10)
    office.sync()
    office.inbox.expunge(uids[0])
    office.fill(1, start=50)
    report = office.sync()
    assert (report.new, report.vanished) == (1, 1)
    office.check()


@pytest.mark.parametrize("without", [(), ("CONDSTORE", "QRESYNC")])
def test_flags_follow(without: tuple[str, ...], tmp_path: object) -> None:
    from mailkit.store import Store
    from support.mails import make_desk
    from support.office import PASSWORD

    with MailServer(tls="insecure", without=without) as server:
        server.add_user(ANA, PASSWORD)
        store = Store.open(f"sqlite:///{tmp_path}/mail.db")
        office = Office(server, make_desk(store))
        uids = office.fill(5)
        office.sync()
        office.inbox.set_flags(uids[1], ["\\Seen", "$Kunde"])
        assert office.sync().changed == 1
        assert office.sync().changed == 0
        with store.read() as tx:
            found = folders.flags(tx, "sales", "INBOX", office.inbox.uidvalidity)
        assert set(found[uids[1]]) == {"\\Seen", "$Kunde"}
        office.inbox.set_flags(uids[1], [])
        assert office.sync(flags=False).changed == 0
        assert office.sync("INBOX").changed == 1
        store.close()


def test_uidvalidity_changes_and_nothing_is_doubled(office: Office) -> None:
    office.fill(12)
    office.sync()
    events = office.desk.count("event")
    office.inbox.change_uidvalidity()
    office.fill(1, start=12)
    report = office.sync()
    inbox = report.folders[0]
    assert (inbox.restarted, inbox.new) == (True, 1)
    assert office.desk.count("message") == 13
    assert office.desk.count("event") == events + 1
    assert len(office.live()) == 13
    with office.desk.store.read() as tx:
        row = folders.get(tx, "sales", "INBOX")
    assert row is not None
    assert (row.restarts, row.uidvalidity) == (1, office.inbox.uidvalidity)
    assert not office.sync().folders[0].restarted
    office.check()


def test_uidvalidity_changes_in_the_middle(office: Office) -> None:
    office.fill(12)
    office.bounded(batch_messages=4)
    changed: list[int] = []

    def meddle(step: object) -> None:
        if getattr(step, "stage", "") == "fetch" and not changed:
            changed.append(office.inbox.change_uidvalidity())

    office.sync(progress=meddle)
    assert changed
    assert office.desk.count("message") == 12
    office.sync()
    office.check()


def test_a_large_folder_is_read_in_windows_the_newest_first(office: Office) -> None:
    office.fill(10)
    assert office.sync("INBOX", window=4).new == 10
    order = [int(str(row[0])) for row in office.desk.rows("SELECT uid FROM mailkit_source ORDER BY id")]
    assert order == [7, 8, 9, 10, 3, 4, 5, 6, 1, 2]
    office.check()


def test_a_large_message_is_quarantined_and_the_rest_goes_on(office: Office) -> None:
    office.fill(2)
    office.fill(1, start=2, body="x" * 5000)
    office.fill(2, start=3)
    office.bounded(message_bytes=2000)
    report = office.sync()
    assert (report.new, report.quarantined, report.ok) == (4, 1, True)
    assert office.desk.rows("SELECT reason, raw_digest FROM mailkit_quarantine") == [("too-large", None)]
    again = office.sync()
    assert (again.new, again.quarantined) == (0, 0)
    office.check()
    office.bounded(message_bytes=20_000)
    assert office.sync().new == 1
    assert office.desk.rows("SELECT state FROM mailkit_quarantine") == [("released",)]
    assert office.sync().new == 0
    office.check()


def test_an_empty_mail_is_quarantined(office: Office) -> None:
    office.inbox.add(b"")
    office.fill(2)
    report = office.sync()
    assert (report.new, report.quarantined) == (2, 1)
    office.check()


def test_a_gigabyte_announced_does_not_stop_the_sync(office: Office) -> None:
    office.fill(6)
    office.desk.store.read()
    office.server.faults.announce_literal(1 << 30)
    office.read_timeout = 1.0
    report = office.sync()
    assert report.ok
    assert report.new == 6
    office.check()


class Stubborn(ImapMailbox):
    """A mailbox whose server fails on some messages, each time, in one of the ways that were seen."""

    failing: dict[int, Exception]

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        for message in super().fetch(uids):
            error = self.failing.get(message.uid)
            if error is not None:
                if not isinstance(error, CommandRefusedError):
                    self.close()
                raise error
            yield message


def stubborn(office: Office, failing: dict[int, Exception]) -> Connect:
    def connect() -> MailboxClient:
        client = Stubborn(office.account, limits=office.limits)
        client.failing = failing
        client.connect()
        return client

    return connect


def test_messages_that_are_never_handed_over_are_put_aside(office: Office) -> None:
    uids = office.fill(12)
    failing: dict[int, Exception] = {
        uids[2]: CommandRefusedError("refused", reply="NO cannot render"),
        uids[5]: DisconnectedError("gone"),
        uids[6]: ProtocolError("unreadable"),
        uids[11]: LimitError("a gigabyte", limit="literal_bytes"),
    }
    report = office.sync("INBOX", connect=stubborn(office, failing))
    assert report.ok
    assert (report.new, report.quarantined) == (8, 4)
    reasons = office.desk.rows("SELECT reason FROM mailkit_quarantine ORDER BY source_key")
    assert [row[0] for row in reasons] == ["unfetchable"] * 4
    office.check()
    assert office.sync("INBOX").new == 0
    again = office.sync("INBOX", retry=True)
    assert (again.new, again.quarantined) == (4, 0)
    assert office.desk.rows("SELECT DISTINCT state FROM mailkit_quarantine") == [("released",)]
    office.check()


def test_a_server_that_hands_over_nothing_is_not_the_fault_of_its_messages(office: Office) -> None:
    uids = office.fill(4)
    failing: dict[int, Exception] = dict.fromkeys(uids, ProtocolError("unreadable"))
    report = office.sync("INBOX", connect=stubborn(office, failing))
    assert isinstance(report.folders[0].error, ProtocolError)
    assert office.desk.count("quarantine") == 0
    assert office.sync("INBOX").new == 4
    office.check()


def test_quarantine_is_not_doubled_by_a_new_uidvalidity(office: Office) -> None:
    office.inbox.add(b"")
    office.fill(2)
    office.sync()
    office.inbox.change_uidvalidity()
    assert office.sync().quarantined == 1
    states = office.desk.rows("SELECT state FROM mailkit_quarantine ORDER BY id")
    assert [row[0] for row in states] == ["dropped", "held"]
    office.check()


def test_not_now_is_no_fault_of_a_message(office: Office) -> None:
    office.fill(3)
    office.server.faults.throttle("FETCH", "NO [LIMIT] slow down", service="imap")
    report = office.sync()
    assert isinstance(report.folders[0].error, CommandRefusedError)
    assert office.desk.count("quarantine") == 0
    assert all(folder.error is None for folder in report.folders[1:])
    assert office.sync().new == 3
    office.check()


def test_one_failing_folder_does_not_stop_the_others(office: Office) -> None:
    office.fill(2)
    office.fill(2, start=10, folder="Sent")
    office.server.faults.throttle("EXAMINE", "NO [NOPERM] not yours", service="imap")
    report = office.sync()
    assert [folder.name for folder in report.errors] == ["INBOX"]
    assert not report.ok
    assert report.new == 2
    with office.desk.store.read() as tx:
        rows = {row.name: row for row in folders.listing(tx, "sales")}
    assert "INBOX" not in rows or "not yours" in rows["INBOX"].last_error
    assert office.sync().new == 2
    office.check()


def test_a_missing_folder_is_in_the_report(office: Office) -> None:
    report = office.sync("Nowhere", Role.INBOX)
    assert [(folder.name, folder.error is None) for folder in report.folders] == [("Nowhere", False), ("INBOX", True)]


def test_a_deleted_folder_and_its_locations_are_gone(office: Office) -> None:
    office.server.create_folder(ANA, "Kunden").add(numbered(1))
    office.sync()
    assert office.live("Kunden") == [1]
    with office.server._setup.state.lock:
        office.server._setup.state.delete(office.server._user(ANA), "Kunden")
    office.sync()
    assert office.live("Kunden") == []
    assert office.desk.count("message") == 1


def test_a_lost_connection_is_made_again(office: Office) -> None:
    office.fill(8)
    office.bounded(batch_messages=2)
    office.server.faults.disconnect_at("FETCH", service="imap", times=2)
    report = office.sync()
    assert report.ok
    assert report.new == 8
    office.check()


def test_a_server_that_is_gone_raises_and_one_that_goes_away_is_reported(office: Office) -> None:
    office.fill(4)
    account = office.account
    office.server.stop()
    with pytest.raises(ConnectError):
        office.sync_as(account)
    office.server.start()
    stopped: list[int] = []

    def pull_the_plug(step: object) -> None:
        if getattr(step, "stage", "") == "fetch" and not stopped:
            stopped.append(1)
            threading.Thread(target=office.server.stop).start()

    office.bounded(batch_messages=1)
    report = office.sync_as(account, progress=pull_the_plug)
    assert not report.ok
    assert isinstance(report.folders[-1].error, NetworkError)
    office.server.start()
    office.sync()
    office.check()


def test_a_wrong_password_raises_and_releases_the_lease(office: Office) -> None:
    account = office.account
    office.server.set_password(ANA, "other")
    with pytest.raises(AuthError):
        office.sync_as(account)
    office.server.set_password(ANA, "s3cret")
    assert office.sync().ok


def test_two_syncs_of_one_account_do_not_run_together(office: Office) -> None:
    office.fill(3)
    nested: list[bool] = []
    office.sync(progress=lambda _step: nested.append(office.sync().busy))
    assert nested
    assert all(nested)
    office.check()


def test_the_lease_of_a_dead_process_is_taken_over_at_once(office: Office) -> None:
    import socket
    import subprocess
    import sys

    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    office.desk.store.run(lambda tx: leases.take(tx, "sync:sales", f"{socket.gethostname()}:{process.pid}:x", 3600))
    assert not office.sync().busy
    living = owner_name()
    assert take(office.desk.store, "sales", living) is not None
    assert office.sync().busy
    office.desk.store.run(lambda tx: leases.take(tx, "sync:other", "elsewhere:1:x", 3600))
    assert take(office.desk.store, "other", owner_name()) is None


def test_a_sync_that_was_overtaken_writes_no_cursor(office: Office) -> None:
    office.fill(6)
    office.bounded(batch_messages=2)

    def overtake(step: object) -> None:
        if getattr(step, "stage", "") == "fetch":
            office.desk.store.run(lambda tx: tx.execute(_STEAL))

    from sqlalchemy import text

    _STEAL = text("UPDATE mailkit_lease SET owner = 'elsewhere:1:x', fence = fence + 1")
    report = office.sync(progress=overtake)
    assert report.busy
    with office.desk.store.read() as tx:
        row = folders.get(tx, "sales", "INBOX")
    assert row is not None
    assert row.last_uid == 0


def test_the_database_failing_is_raised(office: Office) -> None:
    office.fill(3)
    office.desk.rows("SELECT 1")
    from sqlalchemy import text

    office.desk.store.run(lambda tx: tx.execute(text("ALTER TABLE mailkit_copy RENAME TO away")))
    with pytest.raises(StoreError):
        office.sync()
    office.desk.store.run(lambda tx: tx.execute(text("ALTER TABLE away RENAME TO mailkit_copy")))
    office.desk.store.run(lambda tx: tx.execute(text("DELETE FROM mailkit_quarantine")))
    assert office.sync("INBOX").errors == ()


def test_progress_counts_up_to_the_total(office: Office) -> None:
    office.fill(7)
    office.bounded(batch_messages=3)
    office.sync("INBOX")
    fetched = [(step.done, step.total) for step in office.steps if step.stage == "fetch"]
    assert fetched == [(3, 7), (6, 7), (7, 7)]
    assert office.steps[-1].stage == "done"


class Hiding:
    """A client whose server lists a message and does not hand it over."""

    def __init__(self, inner: MailboxClient, hidden: int) -> None:
        self.inner, self.hidden = inner, hidden

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        return (message for message in self.inner.fetch(uids) if message.uid != self.hidden)


def test_a_message_that_was_hidden_once_is_found_though_the_numbers_add_up(office: Office) -> None:
    office.fill(3)
    account = office.account
    report = office.sync_as(account, connect=lambda: cast("MailboxClient", Hiding(open_mailbox(account), hidden=2)))
    assert (report.new, report.skipped) == (2, 1)
    office.inbox.expunge(1)
    office.fill(1, start=3)
    assert office.sync().new == 2  # as many as before are there, and one more
    office.check()
    assert office.sync().new == 0


class Emptying:
    """A client whose server says of a message that it is empty, and what its size is."""

    def __init__(self, inner: MailboxClient, emptied: int) -> None:
        self.inner, self.emptied = inner, emptied

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        return (
            replace(message, raw=b"") if message.uid == self.emptied else message for message in self.inner.fetch(uids)
        )


def test_a_message_that_comes_empty_is_held_unfetched_and_comes_when_it_is_retried(office: Office) -> None:
    office.fill(3)
    account = office.account
    report = office.sync_as(account, connect=lambda: cast("MailboxClient", Emptying(open_mailbox(account), emptied=2)))
    assert (report.new, report.quarantined) == (2, 1)
    held = office.desk.rows("SELECT id, reason, raw_digest FROM mailkit_quarantine")
    assert [row[1:] for row in held] == [("unfetchable", None)]
    assert office.sync().new == 0
    office.desk.ingest.retry(held[0][0])
    assert office.sync().new == 1
    office.check()

"""The audit: server and store side by side, and why they differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailkit.errors import MailkitError
from mailkit.mailbox.base import FolderState
from mailkit.store import quarantine
from mailkit.store.folders import FolderRow
from mailkit.sync import FolderAudit, Step, audit_account, findings
from support.office import ANA, Office


def test_audit_tells_what_is_missing_and_what_is_extra(office: Office) -> None:
    uids = office.fill(5)
    office.sync()
    assert str(office.audit()) == "5 of 5"
    (late,) = office.fill(1, start=9)
    office.inbox.expunge(uids[0])
    report = office.audit()
    assert not report.ok
    inbox = report.folders[0]
    assert (inbox.missing, inbox.extra) == ((late,), (uids[0],))
    assert report.total == "4 of 5"
    assert str(report).splitlines() == [
        "4 of 5",
        f"INBOX: 4 of 5; 1 missing (UID {late}): arrived since the last sync; "
        f"1 not on the server (UID {uids[0]}): gone from the server since the last sync",
    ]


def test_thousands_are_written_as_thousands(office: Office) -> None:
    office.fill(1200)
    office.sync()
    assert str(office.audit()) == "1,200 of 1,200"


def test_audit_tells_of_a_folder_that_was_numbered_anew(office: Office) -> None:
    office.fill(5)
    office.sync()
    office.inbox.change_uidvalidity()
    report = office.audit()
    (finding,) = report.folders[0].findings
    assert (finding.kind, len(finding.uids)) == ("missing", 5)
    assert finding.why.startswith("the server has numbered the folder anew (UIDVALIDITY ")
    office.sync()
    assert office.audit().ok


def test_audit_tells_of_what_was_never_synced_and_of_what_was_broken_off(office: Office) -> None:
    office.fill(6)
    (finding,) = office.audit().folders[0].findings
    assert finding.why == findings.NEVER
    office.bounded(batch_messages=2)

    def stop(step: Step) -> None:
        if step.stage == "fetch" and step.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        office.sync(progress=stop)
    (finding,) = office.audit().folders[0].findings
    assert (finding.why, len(finding.uids)) == (findings.UNFINISHED, 2)
    office.sync()
    assert str(office.audit()) == "6 of 6"


def test_audit_tells_flags_that_differ_and_of_what_was_not_fetched_none(office: Office) -> None:
    office.bounded(message_bytes=2000)
    uids = office.fill(2)
    uids += office.fill(1, start=7, body="x" * 4000)
    office.sync()
    assert office.audit().ok
    for uid in uids[1:]:
        office.inbox.set_flags(uid, ["\\Flagged"])
    report = office.audit()
    assert not report.ok
    assert report.folders[0].flags == (uids[1],)
    assert [str(finding) for finding in report.folders[0].findings] == [
        f"1 with other flags (UID {uids[1]}): changed on the server since the last sync",
        f"1 held (UID {uids[2]}): in quarantine: too-large",
    ]
    office.sync()
    assert office.audit().ok


def test_audit_tells_of_what_a_person_dropped_from_quarantine_and_of_what_is_gone_but_once(office: Office) -> None:
    office.fill(1)
    uid = office.inbox.add(b" \r\n")
    office.sync()
    with office.desk.store.write() as tx:
        (row,) = quarantine.listing(tx)
        quarantine.settle(tx, row.id, "dropped")
    report = office.audit()
    assert (report.ok, report.total) == (True, "2 of 2")
    assert [str(one) for one in report.folders[0].findings] == [f"1 held (UID {uid}): dropped from quarantine: empty"]
    office.inbox.expunge(uid)
    assert [(one.kind, one.uids, one.why) for one in office.audit().folders[0].findings] == [
        ("extra", (uid,), findings.GONE)
    ]


def test_audit_tells_folders_that_are_not_there(office: Office) -> None:
    office.fill(2)
    office.server.create_folder(ANA, "Old")
    office.fill(2, start=5, folder="Old")
    office.sync()
    office.server.delete_folder(ANA, "Old")
    report = office.audit()
    assert not report.ok
    assert [(one.name, len(one.extra)) for one in report.folders if not one.ok] == [("Old", 2)]
    assert [finding.why for one in report.folders for finding in one.findings] == [findings.FOLDER_GONE]
    office.sync()
    assert office.audit().ok
    named = office.account.model_copy(update={"folders": ("INBOX", "Nowhere")})
    report = audit_account(named, store=office.desk.store)
    assert [(one.name, one.ok) for one in report.folders] == [("INBOX", True), ("Nowhere", False)]
    assert isinstance(report.folders[1].error, MailkitError)


def a_folder(last_error: str = "") -> FolderRow:
    at = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    return FolderRow("INBOX", "inbox", 7, 41, None, 40, 0, last_error, at)


@pytest.mark.parametrize(
    ("uid", "known", "row", "why"),
    [
        (41, {}, a_folder(), findings.ARRIVED),
        (9, {9: False}, a_folder(), findings.LEFT_OUT),
        (9, {}, a_folder(), findings.UNSEEN),
        (41, {}, a_folder("no route"), findings.ARRIVED + "; its last sync failed: no route"),
        (1, {}, None, findings.NEVER),
        (
            1,
            {},
            replace(a_folder(), uidvalidity=None, last_error="BYE"),
            findings.NEVER + "; its last sync failed: BYE",
        ),
        (1, {}, replace(a_folder(), synced_at=None), findings.UNFINISHED),
    ],
)
def test_why_a_message_is_missing(uid: int, known: dict[int, bool], row: FolderRow | None, why: str) -> None:
    state = FolderState(name="INBOX", uidvalidity=7, uidnext=50, exists=5)
    found = list(findings.missing({uid, 5}, {**known, 5: True}, state, row))
    assert found == [findings.Finding("missing", (uid,), why)]


def test_a_message_erased_here_is_held_and_no_difference() -> None:
    (finding,) = findings.held({4}, {4: ("", "")})
    assert str(finding) == "1 held (UID 4): erased here"
    assert FolderAudit("INBOX", 1, 1, (finding,)).ok


def test_a_long_finding_shows_the_first_uids() -> None:
    (finding,) = findings.vanished((), dict.fromkeys(range(1, 1501), True))
    assert str(finding) == f"1,500 not on the server (UID 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …): {findings.GONE}"

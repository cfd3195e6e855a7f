"""The whole road through the facade, with a correspondent who uses nothing of ours."""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TypeVar

import pytest

from mailkit import Draft, MailKit, MessageBounced, MessageReceived, MessageSent, Record, VerdictState, read, reply
from mailkit.auth.secretbox import generate_key
from support.servers.postfix import BOUNCING, DOMAIN

ACCOUNT = "sales"
T = TypeVar("T")


@dataclass
class Street:
    """A MailKit with one account on the ground, and Bo, who writes to it from a mail program."""

    ground: object
    kit: MailKit
    ana: object
    bo: object

    def bo_writes(self, subject: str, *, answers: EmailMessage | None = None, text: str = "Hello.") -> str:
        """A mail from Bo to Ana, by the standard library; its Message-ID without brackets."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = f"Bo <{self.bo.address}>", self.ana.address, subject
        letter["Date"] = formatdate()
        letter["Message-ID"] = make_msgid(domain="client.example")
        if answers is not None:
            letter["In-Reply-To"] = answers["Message-ID"]
            letter["References"] = f"{answers.get('References', '')} {answers['Message-ID']}".strip()
        letter.set_content(text)
        with smtplib.SMTP("localhost", self.ground.smtp["starttls"], timeout=20) as client:
            client.starttls(context=self.ground.tls_context())
            client.login(self.bo.address, self.bo.password)
            assert client.send_message(letter) == {}
        return str(letter["Message-ID"]).strip("<>")

    def bo_reads(self, count: int = 1) -> list[EmailMessage]:
        """Bo's mails, once there are so many."""

        def look() -> list[bytes]:
            with self.ground.other_client(self.bo) as client:
                _, data = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
                return [part[1] for part in data if isinstance(part, tuple)]

        found = wait(look, lambda mails: len(mails) >= count)
        return [message_from_bytes(raw, policy=policy.default) for raw in found]

    def synced(self, count: int):
        """Sync until so many new mails have come; the last report."""
        seen = 0

        def look():
            nonlocal seen
            report = self.kit.sync(ACCOUNT)
            assert report.ok
            seen += report.new
            return report

        return wait(look, lambda _: seen >= count)


def wait(look: Callable[[], T], enough: Callable[[T], bool], timeout: float = 60.0) -> T:
    """Look until it is enough: real servers deliver in their own time."""
    deadline = time.monotonic() + timeout
    while not enough(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.fixture
def street(whole_ground, tmp_path) -> Iterator[Street]:
    ana, bo = whole_ground.user("ana"), whole_ground.user("bo")
    with MailKit(f"sqlite:///{tmp_path}/mail.db", key=generate_key(), create=True) as kit:
        kit.accounts.add(whole_ground.account(ana).model_copy(update={"name": ACCOUNT}))
        yield Street(whole_ground, kit, ana, bo)


def test_a_conversation(street: Street) -> None:
    kit = street.kit
    first = street.bo_writes("Offer wanted", text="Grüße, wir hätten gern ein Angebot. ☕")
    street.synced(1)
    [received] = kit.messages.latest()
    assert received.message_id == first
    assert "Angebot. ☕" in kit.messages.parse(received.id).text_body[0].text

    answer = reply(kit.messages.parse(received.id), own_addresses=[street.ana.address], text="Here it is.")
    receipt = kit.send(answer, account=ACCOUNT, key="answer-1")
    assert [verdict.state for verdict in receipt.verdicts] == [VerdictState.SENT]
    [at_bo] = street.bo_reads()
    assert at_bo["In-Reply-To"] == f"<{first}>"
    assert at_bo["Subject"] == "Re: Offer wanted"
    assert at_bo["Message-ID"] == f"<{receipt.message_id}>"
    assert "Here it is." in at_bo.get_content()

    street.bo_writes("Re: Offer wanted", answers=at_bo, text="Thank you.")
    street.synced(1)
    thread = kit.threads.of(received.id)
    assert [one.direction for one in kit.threads.messages(thread)] == ["inbound", "outbound", "inbound"]

    kit.work(once=True)  # these servers file nothing by themselves, so the worker does
    assert street.kit.sync(ACCOUNT).new == 0
    with street.ground.other_client(street.ana, "Sent") as client:
        assert client.uid("SEARCH", "ALL")[1] == [b"1"]
    assert str(kit.audit(ACCOUNT)) == "3 of 3"
    assert kit.stats().messages == 3
    names = [type(event) for event in kit.events.read("all")]
    assert names == [MessageReceived, MessageSent, MessageReceived]


def test_sending_again_under_a_key_sends_nothing(street: Street) -> None:
    draft = Draft(to=[street.bo.address], subject="Once", text="…")
    first = street.kit.send(draft, account=ACCOUNT, key="k")
    again = street.kit.send(draft, account=ACCOUNT, key="k")
    assert (first.created, again.created, first.id) == (True, False, again.id)
    other = street.kit.send(Draft(to=[street.bo.address], subject="Two", text="…"), account=ACCOUNT)
    assert other.sent
    assert sorted(one["Subject"] for one in street.bo_reads(2)) == ["Once", "Two"]


def test_verdicts_of_each_recipient(street: Street) -> None:
    to = [street.bo.address, f"unknown@{DOMAIN}", f"full@{DOMAIN}"]
    receipt = street.kit.send(Draft(to=to, subject="x", text="y"), account=ACCOUNT)
    found = {verdict.recipient: (verdict.state, verdict.enhanced) for verdict in receipt.verdicts}
    assert found == {
        street.bo.address: (VerdictState.SENT, "2.0.0"),
        f"unknown@{DOMAIN}": (VerdictState.REFUSED, "5.1.1"),
        f"full@{DOMAIN}": (VerdictState.RETRY, "4.2.2"),
    }
    assert len(street.bo_reads()) == 1


def test_what_another_client_reads_flags_and_deletes(street: Street) -> None:
    for number in range(3):
        street.bo_writes(f"Mail {number}")
    street.synced(3)
    with street.ground.other_client(street.ana) as client:
        client.uid("STORE", "1", "+FLAGS", "(\\Seen \\Flagged)")
        client.uid("STORE", "2", "+FLAGS.SILENT", "(\\Deleted)")
        client.expunge()
    report = street.kit.sync(ACCOUNT)
    assert (report.new, report.changed, report.vanished) == (0, 1, 1)
    assert str(street.kit.audit(ACCOUNT)) == "2 of 2"
    assert street.kit.stats().messages == 3, "what vanished from the server is kept"
    quiet = street.kit.sync(ACCOUNT)
    assert (quiet.new, quiet.changed, quiet.vanished) == (0, 0, 0)


def test_syncing_leaves_everything_unread(street: Street) -> None:
    street.bo_writes("Unread")
    street.synced(1)
    with street.ground.other_client(street.ana) as client:
        assert client.uid("SEARCH", "UNSEEN")[1] == [b"1"]


def test_a_watch_tells_of_mail_that_arrives(street: Street) -> None:
    watching = street.kit.watch(ACCOUNT, seconds=40)
    timer = threading.Timer(0.5, street.bo_writes, ("News",))
    timer.start()
    event = next(watching)
    assert isinstance(event, MessageReceived)
    assert street.kit.messages.get(event.message_id).subject == "News"
    watching.close()
    timer.join()


def test_folders_below_folders_are_synced_and_those_that_hold_no_mail_do_no_harm(street: Street) -> None:
    raw = b"From: bo@x.example\r\nMessage-ID: <deep@x.example>\r\nSubject: deep\r\n\r\nx\r\n"
    with street.ground.other_client(street.ana) as client:
        client.create('"Kunden/Gr&APYA3w-e/2026"')  # Dovecot's parents are \\Noselect
        assert client.append('"Kunden/Gr&APYA3w-e/2026"', None, None, raw)[0] == "OK"
    report = street.kit.sync(ACCOUNT)
    assert (report.new, report.ok) == (1, True)
    assert [folder.name for folder in report.folders if folder.new] == ["Kunden/Größe/2026"]
    assert str(street.kit.audit(ACCOUNT)) == "1 of 1"


def test_a_folder_that_was_numbered_anew_doubles_nothing(street: Street) -> None:
    with street.ground.other_client(street.ana) as client:
        client.create("Offers")
        for number in range(3):
            raw = f"From: bo@x.example\r\nMessage-ID: <{number}@x.example>\r\nSubject: {number}\r\n\r\nx\r\n"
            client.append("Offers", None, None, raw.encode())
    assert street.kit.sync(ACCOUNT).new == 3
    with street.ground.other_client(street.ana, "Offers") as client:
        client.create("Elsewhere")
        client.copy("1:3", "Elsewhere")
        client.unselect()
        client.delete("Offers")
        client.rename("Elsewhere", "Offers")
    report = street.kit.sync(ACCOUNT)
    assert (report.new, report.restarted) == (0, 1)
    assert street.kit.stats().messages == 3
    assert str(street.kit.audit(ACCOUNT)) == "3 of 3"


REAL = pytest.mark.parametrize("whole_ground", ["dovecot+postfix"], indirect=True)


@REAL
def test_a_bounce_of_a_real_server_settles_what_was_sent(street: Street) -> None:
    draft = Draft(to=[f"gone@{BOUNCING}"], subject="Offer", text="Hello", record=Record("crm", "deal", "7"))
    receipt = street.kit.send(draft, account=ACCOUNT)
    assert receipt.sent
    street.synced(1)
    [bounce] = [event for event in street.kit.events.read("all") if isinstance(event, MessageBounced)]
    assert (bounce.recipients, bounce.hard) == ((f"gone@{BOUNCING}",), True)
    [sent] = street.kit.messages.by_message_id(receipt.message_id)
    assert bounce.original_id == sent.id
    assert bounce.thread_id == sent.thread_id
    [report] = street.kit.messages.latest(limit=1)
    [row] = read(street.kit.messages.parse(report.id)).report.recipients
    assert (row.address, row.action, row.status, row.reason) == (f"gone@{BOUNCING}", "failed", "5.1.1", "userunknown")


@REAL
def test_the_success_report_of_a_real_server_is_no_bounce(street: Street) -> None:
    receipt = street.kit.send(
        Draft(to=[street.bo.address], subject="Offer", text="Hello", request_dsn=True), account=ACCOUNT
    )
    assert receipt.sent
    street.synced(1)
    [report] = street.kit.messages.latest(limit=1)
    found = read(street.kit.messages.parse(report.id)).report
    assert [(row.address, row.action, row.hard) for row in found.recipients] == [(street.bo.address, "relayed", False)]
    assert found.original_message_id == receipt.message_id
    assert [event for event in street.kit.events.read("all") if isinstance(event, MessageBounced)] == []

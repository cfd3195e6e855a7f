"""Uncertain messages and the Sent folder, against the in-process IMAP server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from outbox_desk import START, a_draft

from mailkit.auth import Credentials
from mailkit.errors import ConnectError
from mailkit.events import MessageSent, MessageUncertain
from mailkit.mailbox import ImapMailbox
from mailkit.outbox import FILE_SENT, Behaviour, Filer, behaviour_of
from mailkit.store import outbox, queue, raw
from mailkit.testing import MailServer
from mailkit.transport import Result
from mailkit.transport.smtp import SmtpTransport
from mailkit.words import Verdict, VerdictState


@pytest.fixture
def server():
    with MailServer(tls="insecure") as running:
        running.add_user("ana@acme.example", "secret")
        yield running


@pytest.fixture
def wired(desk, server):
    """A desk that sends and looks through the server."""
    desk.account = server.account("ana@acme.example", name="sales")
    desk.smtp = SmtpTransport.for_account(desk.account, Credentials())
    desk.imap = lambda _: ImapMailbox(desk.account)
    return desk


def uncertain(desk, server, **more) -> int:
    server.faults.drop_reply_after_data()
    made = desk.put(**more)
    desk.dispatcher(desk.smtp).run()
    assert desk.look(made.id).state == "uncertain"
    return made.id


def copy_of(desk, number: int) -> bytes:
    with desk.store.read() as tx:
        return raw.get(tx, outbox.get(tx, number).raw_digest)


def test_present_in_sent_proves_sent(wired, server):
    number = uncertain(wired, server)
    server.folder("ana@acme.example", "Sent").add(copy_of(wired, number))
    resolver = wired.resolver(wired.imap)
    assert resolver.run() == 0, "not yet due"
    wired.clock.forward(minutes=2)
    assert resolver.run() == 1
    seen = wired.look(number)
    assert seen.state == "sent"
    assert seen.verdicts[0].text == "Found in Sent."
    kinds = [type(event) for event in wired.events()]
    assert kinds == [MessageUncertain, MessageSent]
    assert wired.row(number).stored_id
    assert len(server.sent) == 1


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(), Behaviour(saves_sent=True, rewrites_message_id=True)],
    ids=["files-nothing", "renames"],
)
def test_absence_proves_nothing_where_the_server_does_not_file(wired, server, behaviour):
    wired.behaviour = behaviour
    number = uncertain(wired, server)
    for _ in range(6):
        wired.clock.forward(days=1)
        wired.resolver(wired.imap).run()
        wired.dispatcher(wired.smtp).run()
    assert wired.look(number).state == "uncertain"
    assert len(server.sent) == 1


def test_absence_proves_unsent_where_the_server_files_and_time_has_passed(wired, server):
    wired.behaviour = Behaviour(saves_sent=True, sent_delay=600)
    number = uncertain(wired, server)
    wired.clock.forward(minutes=2)
    assert wired.resolver(wired.imap).run() == 0
    assert wired.look(number).state == "uncertain"
    wired.clock.forward(minutes=20)
    assert wired.resolver(wired.imap).run() == 1
    assert wired.look(number).state == "ready"
    assert wired.look(number).verdicts[0].text == "Not in Sent: it was not sent."
    wired.clock.forward(minutes=5)
    wired.dispatcher(wired.smtp).run()
    assert wired.look(number).state == "sent"


def test_a_clock_that_is_set_forward_while_a_message_is_sent_makes_no_second_one(wired, server):
    """Its lease seems to be over and it is not in Sent yet, and still somebody is sending it."""
    wired.behaviour = Behaviour(saves_sent=True, sent_delay=60)
    number = wired.put().id

    class Slow:
        def send(self, outgoing, on_data, on_result=None):
            (message,) = outgoing
            on_data(message)
            wired.clock.forward(hours=1)
            for _ in range(10):
                wired.dispatcher(wired.transport).run()
                wired.resolver(wired.imap).run()
                assert wired.look(number).state == "uncertain"
                wired.clock.forward(seconds=80)
            on_result(Result(message.id, (Verdict(message.envelope.recipients[0], VerdictState.SENT, 250),)))
            return []

    wired.dispatcher(Slow()).run()
    wired.clock.forward(days=1)
    wired.dispatcher(wired.transport).run()
    assert wired.look(number).state == "sent"
    assert wired.transport.sent == []


def test_a_dead_sender_is_believed_dead_after_one_more_lease(wired, server):
    wired.behaviour = Behaviour(saves_sent=True, sent_delay=60)
    number = wired.put().id
    with wired.store.write() as tx:
        outbox.claim_one(tx, number, "dead", until=tx.now())
        outbox.start(tx, number, 1, until=tx.now())
    wired.clock.forward(seconds=1)
    wired.dispatcher(wired.transport).run()
    for _ in range(30):
        wired.clock.forward(minutes=1)
        wired.resolver(wired.imap).run()
        if wired.look(number).state == "ready":
            break
    assert timedelta(minutes=20) < wired.clock.now - START < timedelta(minutes=31)


def test_no_sent_folder_no_proof(wired, server):
    wired.behaviour = Behaviour(saves_sent=True)
    number = uncertain(wired, server)

    class NoSent(ImapMailbox):
        def folders(self):
            return tuple(folder for folder in super().folders() if folder.name != "Sent")

    wired.clock.forward(days=1)
    assert wired.resolver(lambda _: NoSent(wired.account)).run() == 0
    assert wired.look(number).state == "uncertain"


def test_a_mailbox_that_cannot_be_reached_is_asked_again_later(wired, server):
    number = uncertain(wired, server)
    before = wired.row(number).due_at

    def down(_):
        raise ConnectError("down")

    wired.clock.forward(minutes=10)
    assert wired.resolver(down).run() == 0
    assert wired.row(number).due_at == wired.clock.now + timedelta(minutes=10)
    assert wired.row(number).due_at > before
    assert wired.look(number).state == "uncertain"


def test_looking_grows_rare(wired, server):
    number = uncertain(wired, server)
    waits = []
    for _ in range(14):
        wired.clock.now = wired.row(number).due_at
        wired.resolver(wired.imap).run()
        waits.append(wired.row(number).due_at - wired.clock.now)
    assert waits[0] == timedelta(minutes=1)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=12)


def test_only_the_uncertain_recipients_are_decided(wired, server):
    server.reply_to_recipient("no@client.example", "550 5.1.1 unknown")
    number = uncertain(wired, server, draft=a_draft("bo@client.example", "no@client.example"))
    server.folder("ana@acme.example", "Sent").add(copy_of(wired, number))
    wired.clock.forward(minutes=2)
    wired.resolver(wired.imap).run()
    seen = wired.look(number)
    assert seen.state == "partial"
    assert [v.state for v in seen.verdicts] == [VerdictState.SENT, VerdictState.REFUSED]


# --- filing ---------------------------------------------------------------------------------------------------------


def file_jobs(desk) -> list[queue.Job]:
    with desk.store.write() as tx:
        return queue.claim(tx, [FILE_SENT], "test", limit=10)


def test_a_sent_mail_is_filed_once(wired, server):
    made = wired.put()
    wired.dispatcher(wired.smtp).run()
    (job,) = file_jobs(wired)
    filer = Filer(wired.store, wired.imap)
    filer.run(job)
    filer.run(job)
    folder = server.folder("ana@acme.example", "Sent")
    (uid,) = folder.uids()
    assert folder.raw(uid) == copy_of(wired, made.id)
    assert folder.flags(uid) == frozenset({"\\Seen"})


def test_what_the_server_has_filed_is_not_filed_again(wired, server):
    made = wired.put()
    wired.dispatcher(wired.smtp).run()
    server.folder("ana@acme.example", "Sent").add(copy_of(wired, made.id))
    (job,) = file_jobs(wired)
    Filer(wired.store, wired.imap).run(job)
    assert len(server.folder("ana@acme.example", "Sent").uids()) == 1


def test_a_lost_connection_leaves_the_job(wired, server):
    wired.put()
    wired.dispatcher(wired.smtp).run()
    (job,) = file_jobs(wired)

    def down(_):
        raise ConnectError("down")

    with pytest.raises(ConnectError):
        Filer(wired.store, down).run(job)


# --- what is known of servers ---------------------------------------------------------------------------------------


def test_what_the_providers_say(server):
    from mailkit.config import Account

    def known(provider: str, **more) -> Behaviour:
        from mailkit.config import OAuth2

        credentials = OAuth2(token_provider="x")
        return behaviour_of(Account.for_provider(provider, "ana@acme.example", credentials=credentials, **more))

    assert known("gmail").absence_proves
    assert not known("microsoft365").absence_proves
    generic = server.account("ana@acme.example")
    assert not behaviour_of(generic).absence_proves
    assert behaviour_of(generic).can_file
    told = behaviour_of(generic.model_copy(update={"saves_sent": True}))
    assert told.saves_sent
    assert not told.absence_proves
    assert not behaviour_of(generic.model_copy(update={"imap": None})).can_file

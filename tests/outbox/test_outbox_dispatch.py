from __future__ import annotations

from datetime import timedelta

import pytest
from outbox_desk import START, a_draft, ingest_into
from tenacity.stop import stop_after_attempt
from tenacity.wait import wait_fixed

from mailkit.errors import AuthError, ConnectError, MissingCredentialsError, StoreFullError, UsageError
from mailkit.events import MessageRefused, MessageSent, MessageUncertain
from mailkit.outbox import Behaviour, cancel, entries, retry
from mailkit.retry import Schedule
from mailkit.store import messages, outbox, raw
from mailkit.transport import Outgoing, Result
from mailkit.words import RawMail, Source, Verdict, VerdictState

SENT, REFUSED, RETRY, UNCERTAIN, PENDING = (
    VerdictState.SENT,
    VerdictState.REFUSED,
    VerdictState.RETRY,
    VerdictState.UNCERTAIN,
    VerdictState.PENDING,
)


def states(receipt) -> list[VerdictState]:
    return [verdict.state for verdict in receipt.verdicts]


def test_sent(desk):
    made = desk.put()
    assert desk.dispatcher().run() == 1
    seen = desk.look(made.id)
    assert seen.state == "sent"
    assert seen.sent
    assert seen.verdicts[0].code == 250
    assert [m.envelope.recipients for m in desk.transport.sent] == [("bo@client.example",)]
    assert desk.dispatcher().run() == 0


def test_the_sent_copy_its_event_and_its_filing_come_together(desk):
    made = desk.put()
    desk.dispatcher().run()
    (event,) = desk.events()
    assert isinstance(event, MessageSent)
    assert event.outbox_id == made.id
    with desk.store.read() as tx:
        stored = messages.get(tx, event.message_id)
        assert raw.get(tx, stored.raw_digest) == desk.transport.sent[0].raw
    assert (stored.direction, stored.message_id) == ("outbound", made.message_id)
    assert desk.row(made.id).stored_id == event.message_id
    assert desk.jobs() == ["file-sent"]


@pytest.mark.parametrize("behaviour", [Behaviour(saves_sent=True), Behaviour(can_file=False)])
def test_nothing_is_filed_where_the_server_does_it_or_nobody_can(desk, behaviour):
    desk.behaviour = behaviour
    desk.put()
    desk.dispatcher().run()
    assert desk.jobs() == []


def test_each_recipient_has_its_own_end(desk):
    desk.transport.replies = {"no@client.example": (550, "5.1.1 unknown"), "later@client.example": (451, "4.7.1 later")}
    made = desk.put(a_draft("bo@client.example", "no@client.example", "later@client.example"))
    desk.dispatcher().run()
    seen = desk.look(made.id)
    assert seen.state == "ready"
    assert states(seen) == [SENT, REFUSED, RETRY]
    sent, refused = desk.events()
    assert isinstance(sent, MessageSent)
    assert isinstance(refused, MessageRefused)
    assert refused.recipients == ("no@client.example",)
    assert refused.thread_id == sent.thread_id
    desk.transport.replies = {}
    assert desk.dispatcher().run() == 0
    desk.clock.forward(minutes=3)
    assert desk.dispatcher().run() == 1
    assert desk.transport.sent[1].envelope.recipients == ("later@client.example",)
    assert desk.transport.sent[1].raw == desk.transport.sent[0].raw
    assert desk.look(made.id).state == "partial"
    assert len(desk.events()) == 2
    assert desk.jobs() == ["file-sent"]


def test_refused_by_all(desk):
    desk.transport.replies = {"bo@client.example": (550, "5.1.1 unknown")}
    made = desk.put()
    desk.dispatcher().run()
    assert desk.look(made.id).state == "refused"
    assert [type(e) for e in desk.events()] == [MessageRefused]
    assert desk.transport.sent == []
    assert desk.jobs() == []


def test_given_up_after_the_schedule(desk):
    desk.schedule = Schedule(wait=wait_fixed(60), stop=stop_after_attempt(3))
    desk.transport.replies = {"bo@client.example": (451, "4.7.1 greylisted")}
    made = desk.put()
    for attempt in (1, 2):
        assert desk.dispatcher().run() == 1
        assert desk.row(made.id).attempts == attempt
        assert desk.row(made.id).due_at == desk.clock.now + timedelta(seconds=60)
        desk.clock.forward(seconds=61)
    desk.dispatcher().run()
    seen = desk.look(made.id)
    assert seen.state == "refused"
    assert seen.verdicts[0].text == "Given up after 3 attempts. 4.7.1 greylisted"
    assert [type(e) for e in desk.events()] == [MessageRefused]


def test_a_daily_quota_waits_for_hours(desk):
    desk.transport.replies = {"bo@client.example": (550, "5.4.5 Daily user sending limit exceeded")}
    desk.put()
    desk.dispatcher().run()
    assert desk.row(1).due_at >= START + timedelta(hours=4)


@pytest.mark.parametrize("error", [ConnectError("refused"), AuthError("no"), MissingCredentialsError("none")])
def test_no_connection_is_no_verdict(desk, error):
    desk.transport.fail = error
    for _ in range(3):
        desk.put()
    assert desk.dispatcher().run() == 3
    for number in (1, 2, 3):
        seen = desk.look(number)
        assert seen.state == "ready"
        assert states(seen) == [RETRY]
        assert error.message in desk.row(number).last_reply
    desk.transport.fail = None
    desk.clock.forward(minutes=3)
    assert desk.dispatcher().run() == 3
    assert desk.look(1).state == "sent"


def test_a_transport_that_cannot_be_made(desk):
    desk.put()

    def broken(_):
        raise KeyError("plug-in")

    dispatcher = desk.dispatcher()
    dispatcher._transport = broken
    assert dispatcher.run() == 1
    assert desk.look(1).state == "ready"


def test_a_lost_reply_is_uncertain_and_not_sent_again(desk):
    desk.transport.lose_replies = 1
    made = desk.put()
    desk.dispatcher().run()
    seen = desk.look(made.id)
    assert seen.state == "uncertain"
    assert states(seen) == [UNCERTAIN]
    assert [type(e) for e in desk.events()] == [MessageUncertain]
    desk.clock.forward(days=30)
    assert desk.dispatcher().run() == 0
    assert len(desk.transport.sent) == 1


def test_resend_prefers_never_losing(desk):
    desk.transport.lose_replies = 1
    made = desk.put(on_uncertain="resend")
    desk.dispatcher().run()
    assert desk.look(made.id).state == "ready"
    desk.clock.forward(minutes=3)
    desk.dispatcher().run()
    assert desk.look(made.id).state == "sent"
    assert len(desk.transport.sent) == 2
    assert desk.transport.sent[0].raw == desk.transport.sent[1].raw


class Dying(BaseException):
    """Stands for a process that is gone."""


class DiesAt:
    """Dies before its first command, or with the mark set, or after the server has taken the mail."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.taken: list[Outgoing] = []

    def send(self, outgoing, on_data, on_result=None):
        if self.point == "before":
            raise Dying
        for message in outgoing:
            on_data(message)
            if self.point == "marked":
                raise Dying
            self.taken.append(message)
            if self.point == "taken":
                raise Dying
            on_result(Result(message.id, tuple(Verdict(a, SENT, 250) for a in message.envelope.recipients)))
            if self.point == "settled":
                raise Dying
        return []


@pytest.mark.parametrize("point", ["before", "marked", "taken", "settled"])
@pytest.mark.parametrize("policy", ["hold", "resend"])
def test_a_worker_that_dies(desk, point, policy):
    dying = DiesAt(point)
    desk.put(key="1", on_uncertain=policy)
    desk.put(key="2", on_uncertain=policy)
    with pytest.raises(Dying):
        desk.dispatcher(dying).run()
    assert desk.dispatcher().run() == 0, "leases hold"
    for _ in range(3):
        desk.clock.forward(hours=1)
        desk.dispatcher().run()
    first, second = desk.look(1), desk.look(2)
    assert second.state == "sent", "the one that was not started is sent by the next worker"
    times = len(dying.taken) + sum(m.id == 1 for m in desk.transport.sent)
    if point == "before" or point == "settled":
        assert (first.state, times) == ("sent", 1)
    elif policy == "hold":
        assert first.state == "uncertain"
        assert times == (1 if point == "taken" else 0)
    else:
        assert first.state == "sent"
        assert times == (2 if point == "taken" else 1)


def test_a_worker_whose_lease_was_lost_does_not_send(desk):
    made = desk.put()

    class Slow:
        def send(self, outgoing, on_data, on_result=None):
            desk.clock.forward(hours=1)
            desk.dispatcher().run()
            from mailkit.transport import SkipMessage

            with pytest.raises(SkipMessage):
                on_data(outgoing[0])
            return []

    desk.dispatcher(Slow()).run()
    assert len(desk.transport.sent) == 1
    assert desk.look(made.id).state == "sent"


def test_a_late_answer_still_decides_an_uncertain_row(desk):
    made = desk.put()

    class Late:
        def send(self, outgoing, on_data, on_result=None):
            on_data(outgoing[0])
            desk.clock.forward(hours=1)
            assert desk.dispatcher().run() == 1
            assert desk.look(made.id).state == "uncertain"
            on_result(Result(made.id, (Verdict("bo@client.example", SENT, 250, "2.0.0", "ok"),), "250 ok"))
            return []

    desk.dispatcher(Late()).run()
    assert desk.look(made.id).state == "sent"


def test_a_late_answer_does_not_undo_what_a_person_decided(desk):
    made = desk.put()

    class Late:
        def send(self, outgoing, on_data, on_result=None):
            on_data(outgoing[0])
            desk.clock.forward(hours=1)
            desk.dispatcher().run()
            with desk.store.write() as tx:
                cancel(tx, made.id)
            on_result(Result(made.id, (Verdict("bo@client.example", SENT, 250),), "250 ok"))
            return []

    desk.dispatcher(Late()).run()
    assert desk.look(made.id).state == "cancelled"


def test_retry_by_hand(desk):
    desk.transport.lose_replies = 1
    made = desk.put()
    desk.dispatcher().run()
    with desk.store.write() as tx:
        assert retry(tx, made.id).state == "ready"
    desk.dispatcher().run()
    assert desk.look(made.id).state == "sent"
    with desk.store.write() as tx, pytest.raises(UsageError, match="accepted for every"):
        retry(tx, made.id)


def test_a_retry_after_giving_up_has_patience_again(desk):
    desk.transport.replies = {"bo@client.example": (451, "4.7.1 later")}
    made = desk.put()
    desk.clock.forward(days=4)
    desk.dispatcher().run()
    assert desk.look(made.id).state == "refused"
    with desk.store.write() as tx:
        retry(tx, made.id)
    desk.dispatcher().run()
    assert desk.look(made.id).state == "ready"


def test_cancel(desk):
    made = desk.put()
    with desk.store.write() as tx:
        assert cancel(tx, made.id).state == "cancelled"
        assert states(cancel(tx, made.id)) == [VerdictState.CANCELLED]
    assert desk.dispatcher().run() == 0
    assert desk.transport.sent == []


def test_what_is_being_sent_cannot_be_changed(desk):
    made = desk.put()
    seen = []

    class During:
        def send(self, outgoing, on_data, on_result=None):
            for action in (cancel, retry):
                with desk.store.write() as tx, pytest.raises(UsageError) as caught:
                    action(tx, made.id)
                seen.append(caught.value)
            raise ConnectError("gone")

    desk.dispatcher(During()).run()
    assert len(seen) == 2


def test_cancelling_half_a_message_keeps_what_was_sent(desk):
    desk.transport.replies = {"later@client.example": (451, "4.7.1 later")}
    made = desk.put(a_draft("bo@client.example", "later@client.example"))
    desk.dispatcher().run()
    with desk.store.write() as tx:
        assert states(cancel(tx, made.id)) == [SENT, VerdictState.CANCELLED]


def test_one_row_at_once(desk):
    first, second = desk.put(), desk.put()
    assert desk.dispatcher().send(second.id)
    assert desk.look(second.id).state == "sent"
    assert desk.look(first.id).state == "ready"
    assert not desk.dispatcher().send(second.id)


def test_big_batches_are_loaded_in_pieces(desk):
    for _ in range(5):
        desk.put(a_draft(text="x" * 2000))
    sizes = []

    class Counts(type(desk.transport)):
        def send(self, outgoing, on_data, on_result=None):
            sizes.append(len(outgoing))
            return super().send(outgoing, on_data, on_result)

    desk.dispatcher(Counts(), batch_bytes=3000).run()
    assert sizes == [2, 2, 1]
    assert {desk.look(n).state for n in range(1, 6)} == {"sent"}


def test_accounts_do_not_wait_for_each_other(desk):
    desk.put()
    desk.account = desk.account.model_copy(update={"name": "support"})
    desk.put()

    def route(name):
        if name == "sales":
            raise ConnectError("sales is down")
        return desk.transport

    dispatcher = desk.dispatcher()
    dispatcher._transport = route
    assert dispatcher.run() == 2
    assert (desk.look(1).state, desk.look(2).state) == ("ready", "sent")


def test_a_handler_that_fails_does_not_undo_what_happened(desk):
    def handler(event, tx):
        raise KeyError("CRM")

    desk.store.notify = handler
    desk.transport.replies = {"no@client.example": (550, "5.1.1 unknown")}
    refused, sent = desk.put(a_draft("no@client.example")), desk.put()
    desk.transport.lose_replies = 0
    desk.dispatcher().run()
    assert desk.look(refused.id).state == "refused"
    assert desk.look(sent.id).state == "sent"
    names = [event.name for event in desk.events()]
    assert sorted(names) == ["message.quarantined", "message.refused"]


def test_a_store_that_fails_at_the_mark_stops_the_message(desk):
    desk.put()

    class Full:
        def send(self, outgoing, on_data, on_result=None):
            raise StoreFullError("disk full")

    with pytest.raises(StoreFullError):
        desk.dispatcher(Full()).run()
    assert desk.row(1).state == "leased"


def test_entries(desk):
    for _ in range(3):
        desk.put()
    desk.dispatcher().send(2)
    with desk.store.read() as tx:
        assert [e.id for e in entries(tx)] == [1, 2, 3]
        assert [e.id for e in entries(tx, {"ready"})] == [1, 3]
        assert [e.id for e in entries(tx, after=1, limit=1)] == [2]
        assert outbox.counts(tx) == {"ready": 2, "sent": 1}


def test_a_provider_that_renames_the_message(desk):
    made = desk.put()

    class Renames:
        def send(self, outgoing, on_data, on_result=None):
            on_data(outgoing[0])
            on_result(Result(made.id, (Verdict("bo@client.example", SENT, 250),), "250 ok", "new@x.prod.outlook.com"))
            return []

    desk.dispatcher(Renames()).run()
    assert desk.row(made.id).provider_message_id == "new@x.prod.outlook.com"
    answer = (
        b"From: bo@client.example\r\nTo: ana@acme.example\r\nSubject: other words\r\n"
        b"Message-ID: <a1@client.example>\r\n"
        b"In-Reply-To: <new@x.prod.outlook.com>\r\nDate: Sun, 1 Mar 2026 13:00:00 +0000\r\n\r\nYes\r\n"
    )
    (stored,) = ingest_into(desk.store).many([RawMail(answer, Source.delivery("file", "1"))])
    assert stored.thread_id == desk.events()[0].thread_id


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_recipient_refused_before_the_worker_died_is_not_believed_to_have_got_it(desk, attempts):
    """That the others got it, as Sent may prove, says nothing about it."""
    desk.transport.replies = {"later@client.example": (451, "4.7.1 later"), "bo@client.example": (451, "4.7.1 later")}
    made = desk.put(a_draft("bo@client.example", "no@client.example", "later@client.example"))
    for _ in range(attempts - 1):
        desk.transport.replies["no@client.example"] = (450, "4.2.0 busy")
        desk.dispatcher().run()
        desk.clock.forward(hours=1)
    desk.transport.replies = {"later@client.example": (451, "4.7.1 later"), "no@client.example": (550, "5.1.1 unknown")}
    accept = desk.transport._accept

    def dies(message):
        accept(message)
        raise Dying

    desk.transport._accept = dies
    with pytest.raises(Dying):
        desk.dispatcher().run()
    desk.transport._accept = accept
    assert states(desk.look(made.id)) == [PENDING, PENDING, PENDING]
    desk.clock.forward(hours=1)
    desk.dispatcher().recover()
    assert states(desk.look(made.id)) == [UNCERTAIN, REFUSED, RETRY]
    refused, uncertain = desk.events()
    assert isinstance(refused, MessageRefused)
    assert refused.recipients == ("no@client.example",)
    assert isinstance(uncertain, MessageUncertain)


def test_an_uncertain_recipient_is_told_once_though_another_is_tried_again(desk):
    desk.transport.replies = {"later@client.example": (451, "4.7.1 later")}
    desk.transport.lose_replies = 1
    made = desk.put(a_draft("bo@client.example", "later@client.example"))
    desk.dispatcher().run()
    assert desk.look(made.id).state == "ready"
    assert states(desk.look(made.id)) == [UNCERTAIN, RETRY]
    assert [type(e) for e in desk.events()] == [MessageUncertain]
    desk.transport.replies = {}
    desk.clock.forward(hours=1)
    desk.dispatcher().run()
    assert desk.transport.sent[-1].envelope.recipients == ("later@client.example",)
    assert states(desk.look(made.id)) == [UNCERTAIN, SENT]
    assert [type(e) for e in desk.events()] == [MessageUncertain, MessageSent]


def test_what_nobody_got_is_told_in_the_thread_that_it_answers(desk):
    question = b"From: bo@client.example\r\nMessage-ID: <q@client.example>\r\nSubject: Offer\r\n\r\nPlease.\r\n"
    (stored,) = ingest_into(desk.store).many([RawMail(question, Source.delivery("file", "1"))])
    desk.transport.replies = {"bo@client.example": (550, "5.1.1 unknown")}
    desk.put(a_draft("bo@client.example", in_reply_to="q@client.example", references=["q@client.example"]))
    desk.put(a_draft("bo@client.example"))
    desk.dispatcher().run()
    told = [e.thread_id for e in desk.events() if isinstance(e, MessageRefused)]
    assert told == [stored.thread_id, None]

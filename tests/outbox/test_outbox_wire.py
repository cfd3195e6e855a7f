"""The whole way over SMTP with faults, and workers side by side."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from outbox_desk import a_draft

from mailkit.auth import Credentials
from mailkit.message import parse
from mailkit.store import outbox
from mailkit.testing import MailServer
from mailkit.transport import MemoryTransport
from mailkit.transport.smtp import SmtpTransport


@pytest.fixture(scope="module")
def server():
    with MailServer(tls="insecure") as running:
        running.add_user("ana@acme.example", "secret")
        yield running


def smtp(desk, server) -> SmtpTransport:
    desk.account = server.account("ana@acme.example", name="sales")
    made = SmtpTransport.for_account(desk.account, Credentials())
    made.data_timeout = 2.0
    return made


def arrived(server, before: int) -> Counter[str]:
    return Counter(parse(mail.raw).message_id for mail in server.sent[before:])


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("how", ["fin", "rst"])
@pytest.mark.parametrize("direction", ["to_client", "to_server"])
def test_connections_cut_anywhere(sqlite_desk, server, sweep, direction, how):
    """Three messages in one batch; whatever is cut, nothing arrives twice and nothing is called what it is not."""
    desk = sqlite_desk
    transport = smtp(desk, server)
    chosen = sweep.sample(range(0, 1800), keep=15)
    for size in chosen:
        server.faults.clear()
        before = len(server.sent)
        ids = [desk.put(a_draft(text=f"{size} {n}")) for n in range(3)]
        server.faults.cut(size, direction=direction, how=how, service="smtp", connection=1)
        desk.dispatcher(transport).run()
        server.faults.clear()
        for _ in range(3):
            desk.clock.forward(hours=1)
            desk.dispatcher(transport).run()
        count = arrived(server, before)
        for one in ids:
            state = desk.look(one.id).state
            assert state in ("sent", "uncertain")
            assert count[one.message_id] == 1 if state == "sent" else count[one.message_id] <= 1
    sweep.tell("cuts: SMTP, an outbox of three", len(chosen), of=4 * 1800)


def test_a_refusing_server_keeps_the_verdicts(sqlite_desk, server):
    desk = sqlite_desk
    transport = smtp(desk, server)
    server.reply_to_recipient("no@client.example", "550 5.1.1 No such user")
    made = desk.put(a_draft("bo@client.example", "no@client.example"))
    desk.dispatcher(transport).run()
    seen = desk.look(made.id)
    assert seen.state == "partial"
    assert seen.verdicts[1].enhanced == "5.1.1"
    assert seen.verdicts[1].text == "5.1.1 No such user"


def test_workers_side_by_side_send_each_message_once(desk):
    transport = MemoryTransport()
    for number in range(40):
        desk.put(a_draft(text=f"message {number}"))
    failures: list[BaseException] = []

    def work() -> None:
        dispatcher = desk.dispatcher(transport, batch=3)
        try:
            while dispatcher.run():
                pass
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Counter(message.id for message in transport.sent) == Counter(range(1, 41))
    with desk.store.read() as tx:
        assert outbox.counts(tx) == {"sent": 40}
    assert len({event.message_id for event in desk.events()}) == 40

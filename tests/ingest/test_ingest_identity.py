"""Message identity: the cases of the table in the documentation, one test for each.

A message is the same message when tenant, Message-ID, Date, From and the digest of its decoded parts agree. Trace
headers are the copy's.
"""

from __future__ import annotations

import base64
import quopri

from sqlalchemy import text

from mailkit.events import MessageReceived, MessageSent
from mailkit.store import Store
from mailkit.words import Direction, RawMail, Source, Stored
from support.mails import Desk, arrival, mail, make_desk

RECEIVED = "Received: from a.example by b.example; Mon, 05 Oct 2026 10:00:01 +0200\r\n"


def test_one_mail_in_two_folders_is_one_message_in_one_copy_at_two_places(desk: Desk) -> None:
    first, second = desk.take(arrival(mail()), arrival(mail(), folder="Archive"))
    assert (first.id, first.thread_id) == (second.id, second.thread_id)
    assert (first.new, second.new) == (True, False)
    assert (first.new_copy, second.new_copy) == (True, False)
    assert (desk.count("message"), desk.count("copy"), desk.count("source")) == (1, 1, 2)
    assert [type(event) for event in desk.events()] == [MessageReceived]


def test_one_mail_in_two_accounts_is_one_message_in_two_copies(desk: Desk) -> None:
    traced = mail(extra=RECEIVED + "Delivered-To: support@acme.example\r\nX-Spam-Score: 0.1\r\n")
    first, second = desk.take(arrival(mail()), arrival(traced, account="support"))
    assert first.id == second.id
    assert second.new_copy
    assert (desk.count("message"), desk.count("copy"), desk.count("raw")) == (1, 2, 2)
    assert len(desk.events()) == 1


def test_a_mailing_list_that_adds_headers_and_a_subject_tag_passes_on_the_same_message(desk: Desk) -> None:
    through_list = mail("[sales] Offer", extra=RECEIVED + "List-Id: <sales.acme.example>\r\nPrecedence: list\r\n")
    first, second = desk.take(arrival(mail()), arrival(through_list, account="support"))
    assert first.id == second.id


def test_a_mailing_list_that_adds_a_footer_makes_another_message_in_the_same_thread(desk: Desk) -> None:
    body = "Hello, please send an offer.\r\n_____\r\nsales mailing list"
    first, second = desk.take(arrival(mail()), arrival(mail(body=body)))
    assert first.id != second.id
    assert first.thread_id == second.thread_id


def _as(encoding: str, charset: str, body: str) -> bytes:
    head = mail().partition(b"MIME-Version")[0]
    data = body.encode(charset)
    coded = base64.encodebytes(data) if encoding == "base64" else quopri.encodestring(data)
    typed = f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\n"
    return head + f"{typed}Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + coded


def test_a_server_that_converts_encoding_charset_and_line_ends_keeps_the_message(desk: Desk) -> None:
    body = "Grüße aus Köln,\r\nBo   \r\n"
    first, second, third = desk.take(
        arrival(_as("base64", "utf-8", body)),
        arrival(_as("quoted-printable", "iso-8859-1", body)),
        arrival(_as("base64", "utf-8", body.replace("   \r\n", "\n")), account="support"),
    )
    assert first.id == second.id == third.id


def _send(desk: Desk, number: int, to: str) -> Stored:
    """As the outbox does: the sent copy goes through ingest, and the row says which message it became."""
    ours = mail(message_id=f"mk1.{number}@acme.example", sender="sales@acme.example", to=to)
    [sent] = desk.take(RawMail(raw=ours, source=Source.outbox("sales", number), direction=Direction.OUTBOUND))
    columns = (
        "tenant, key, fingerprint, account, message_id, raw_digest, envelope_sender, due_at, stored_id, created_at"
    )
    values = "'default', :key, 'f', 'sales', :key, 'd', 'sales@acme.example', :now, :pk, :now"
    with desk.store.write() as tx:
        at = tx.now() if tx.dialect == "postgresql" else tx.now().isoformat()
        statement = text(f"INSERT INTO mailkit_outbox ({columns}) VALUES ({values})")
        tx.execute(statement, now=at, pk=sent.id, key=f"mk1.{number}@acme.example")
    return sent


def _filed(number: int, to: str, new_id: str, folder: str = "Sent") -> RawMail:
    raw = mail(message_id=new_id, sender="sales@acme.example", to=to)
    return arrival(raw, folder=folder, direction=Direction.OUTBOUND)


def test_our_sent_copy_comes_back_with_a_rewritten_message_id(desk: Desk) -> None:
    first = _send(desk, 1, "bo@client.example")
    [second, again] = desk.take(
        _filed(1, "bo@client.example", "AM9PR01@prod.outlook.example"),
        _filed(1, "bo@client.example", "AM9PR01@prod.outlook.example", folder="Archive"),
    )
    assert (second.id, second.new) == (first.id, False)
    assert (again.id, again.new) == (first.id, False)
    reply = mail("Re: Offer", message_id="r@client.example", extra="In-Reply-To: <AM9PR01@prod.outlook.example>\r\n")
    [answer] = desk.take(arrival(reply))
    assert answer.thread_id == first.thread_id
    assert [type(event) for event in desk.events()] == [MessageSent, MessageReceived]


def test_one_text_to_several_people_in_one_second_is_several_messages(desk: Desk) -> None:
    sent = [_send(desk, number, f"{name}@client.example") for number, name in enumerate(("bo", "cy", "di", "bo"), 1)]
    assert len({stored.id for stored in sent}) == 4
    assert len({stored.thread_id for stored in sent}) == 4
    copies = desk.take(
        _filed(3, "di@client.example", "new-3@prod.outlook.example"),
        _filed(1, "bo@client.example", "new-1@prod.outlook.example"),
        _filed(2, "cy@client.example", "new-2@prod.outlook.example"),
        _filed(4, "bo@client.example", "new-4@prod.outlook.example"),
    )
    assert [copy.new for copy in copies] == [False] * 4
    assert {copies[1].id, copies[3].id} == {sent[0].id, sent[3].id}, "two like messages share a copy"
    assert (copies[0].id, copies[2].id) == (sent[2].id, sent[1].id)
    stranger = desk.take(_filed(5, "eve@client.example", "new-5@prod.outlook.example"))
    assert stranger[0].new, "written in another program"


def test_two_mails_without_message_id_in_one_second_are_two_messages(desk: Desk) -> None:
    first, second = desk.take(
        arrival(mail(message_id=None, body="The first.")), arrival(mail(message_id=None, body="The second."))
    )
    assert first.id != second.id
    assert first.thread_id != second.thread_id
    assert desk.count("message") == 2


def test_one_message_id_with_two_contents_is_two_messages_in_one_thread(desk: Desk) -> None:
    first, second = desk.take(arrival(mail(body="Pay to account 1.")), arrival(mail(body="Pay to account 2.")))
    assert first.id != second.id
    assert first.thread_id == second.thread_id
    assert len(desk.events()) == 2


def test_one_message_id_from_two_senders_is_two_messages(desk: Desk) -> None:
    first, second = desk.take(arrival(mail()), arrival(mail(sender="Eve <eve@evil.example>")))
    assert first.id != second.id


def test_without_a_message_id_the_subject_and_the_recipients_count(desk: Desk) -> None:
    results = desk.take(
        arrival(mail("Order 1", message_id=None)),
        arrival(mail("Order 2", message_id=None)),
        arrival(mail("Order 1", message_id=None, to="support@acme.example")),
    )
    assert len({stored.id for stored in results}) == 3


def test_the_same_bytes_as_text_and_as_html_are_two_messages(desk: Desk) -> None:
    first, second = desk.take(arrival(mail()), arrival(mail().replace(b"text/plain", b"text/html")))
    assert first.id != second.id
    assert first.thread_id == second.thread_id


def test_two_tenants_never_share_a_message(desk: Desk) -> None:
    [first] = desk.take(arrival(mail(), uid=1))
    other = make_desk(Store(desk.store.engine, tenant="other"))
    [second] = other.take(arrival(mail(), uid=1))
    assert second.new
    assert second.id != first.id
    assert desk.count("message") == 2
    assert len(other.events()) == 1


def test_the_same_arrival_brought_again_changes_nothing(desk: Desk) -> None:
    one = arrival(mail())
    [first] = desk.take(one)
    before = [desk.count(table) for table in ("message", "copy", "source", "event", "thread", "reference", "decision")]
    [again] = desk.take(one)
    assert (again.id, again.thread_id, again.new, again.new_copy) == (first.id, first.thread_id, False, False)
    after = [desk.count(table) for table in ("message", "copy", "source", "event", "thread", "reference", "decision")]
    assert before == after


def test_one_batch_may_hold_the_same_mail_twice(desk: Desk) -> None:
    results = desk.take(*(arrival(mail()) for _ in range(5)))
    assert len({stored.id for stored in results}) == 1
    assert [stored.new for stored in results] == [True, False, False, False, False]

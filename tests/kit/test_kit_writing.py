"""What an application writes, on the whole road: facade, outbox, wire."""

from __future__ import annotations

from mailkit import Draft
from mailkit.store import outbox, raw


def test_what_the_outbox_keeps_is_what_the_server_gets(office):
    kit, server = office.kit, office.server
    draft = Draft(to="bo@client.example", subject="Grüße", text=".\n..\nFrom here\n" + "x" * 2000, html="<p>ü" * 300)
    before = len(server.sent)
    receipt = kit.send(draft, account="sales")
    assert receipt.sent
    [got] = server.sent[before:]
    with kit.store.read() as tx:
        assert raw.get(tx, outbox.get(tx, receipt.id).raw_digest) == got.raw

"""Bounces of servers that died out, read by flufl.bounce (the extra ``bounces``)."""

from __future__ import annotations

import pytest

from mailkit import parse
from mailkit.content.legacy import legacy_recipients


@pytest.mark.parametrize("sender", [b"", b"From: \n", b"From: J\xf6rg <mailer-daemon@client.example>\n", b"From: x\n"])
def test_a_strange_sender_ends_no_search(sender: bytes, caplog: pytest.LogCaptureFixture) -> None:
    pytest.importorskip("flufl.bounce")
    body = (
        b"Your message was not delivered.\n\n   ----- The following addresses had permanent fatal errors -----\n"
        b"<gone@client.example>\n\n   ----- Transcript of session follows -----\n550 5.1.1 User unknown\n"
    )
    found = legacy_recipients(parse(sender + b"Subject: Returned mail\nContent-Type: text/plain\n\n" + body))
    assert found == (["gone@client.example"], False)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []

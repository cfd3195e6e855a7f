from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_smtp import outgoing

from mailkit.errors import ConnectError, NetworkInTransactionError
from mailkit.net import guard
from mailkit.transport import FileTransport, MemoryTransport, SkipMessage
from mailkit.transport.reply import provider_message_id
from mailkit.words import VerdictState


def states(result) -> list[VerdictState]:
    return [verdict.state for verdict in result.verdicts]


def test_a_file_for_each_message(tmp_path):
    marks, results = [], []
    transport = FileTransport(tmp_path / "out")
    made = transport.send([outgoing(1), outgoing(2, "a@x.example", "b@x.example")], marks.append, results.append)
    assert made == results
    assert [m.id for m in marks] == [1, 2]
    assert [states(r) for r in made] == [[VerdictState.SENT], [VerdictState.SENT] * 2]
    mails = sorted((tmp_path / "out").glob("*.eml"))
    assert [path.read_bytes() for path in mails] == [outgoing().raw] * 2
    envelope = json.loads(mails[1].with_suffix(".json").read_text("utf-8"))
    assert envelope == {"sender": "ana@acme.example", "recipients": ["a@x.example", "b@x.example"]}
    assert len(list((tmp_path / "out").iterdir())) == 4, "no temporary file is left"


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    transport = FileTransport(tmp_path / "out")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        transport.send([outgoing(1)], lambda _: None)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_is_skipped_on_request(tmp_path):
    def skip(_):
        raise SkipMessage

    assert FileTransport(tmp_path).send([outgoing(1)], skip) == []
    assert list(tmp_path.iterdir()) == []


def test_memory_keeps_and_refuses():
    transport = MemoryTransport()
    transport.replies = {"no@x.example": (550, "5.1.1 unknown"), "q@x.example": (550, "5.4.5 Daily limit")}
    marks = []
    (result,) = transport.send([outgoing(1, "a@x.example", "no@x.example", "q@x.example")], marks.append)
    assert states(result) == [VerdictState.SENT, VerdictState.REFUSED, VerdictState.RETRY]
    assert result.wait >= timedelta(hours=1)
    assert [m.id for m in transport.sent] == [1] == [m.id for m in marks]


def test_memory_refusing_everybody_starts_nothing():
    transport = MemoryTransport()
    transport.replies = {"bo@client.example": (550, "5.1.1 unknown")}
    marks = []
    (result,) = transport.send([outgoing(1)], marks.append)
    assert states(result) == [VerdictState.REFUSED]
    assert marks == transport.sent == []


def test_memory_loses_a_reply_and_a_connection():
    transport = MemoryTransport()
    transport.lose_replies = 1
    (result,) = transport.send([outgoing(1)], lambda _: None)
    assert states(result) == [VerdictState.UNCERTAIN]
    transport.fail = ConnectError("down")
    with pytest.raises(ConnectError):
        transport.send([outgoing(2)], lambda _: None)


def test_memory_minds_transactions_like_a_network():
    with guard.forbid_network(), pytest.raises(NetworkInTransactionError):
        MemoryTransport().send([outgoing(1)], lambda _: None)


@given(st.text(max_size=600), st.sampled_from(["mx.example", "email-smtp.eu-west-1.amazonaws.com"]))
def test_any_reply_gives_a_clean_id_or_none(text, host):
    found = provider_message_id(text, host)
    if found is not None:
        assert found.isascii()
        assert found.isprintable()
        assert found.count("@") == 1
        assert not set(found) & set("<> ")

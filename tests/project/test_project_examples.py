"""The examples run."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from mailkit import MailKit, parse
from mailkit.auth import generate_key
from mailkit.testing import MailServer

QUESTION = (
    b"From: Bo <bo@client.example>\r\nTo: help@acme.example\r\nSubject: Printer on fire\r\n"
    b"Message-ID: <fire@client.example>\r\n\r\nWhat shall I do?\r\n"
)


def test_an_order_and_its_confirmation_are_both_or_neither(root: Path) -> None:
    command = [sys.executable, str(root / "examples" / "orders.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "order 1 taken"
    assert lines[1] == "order refused: There are fewer than 40 of chair."
    assert "is linked to shop:order/1" in lines[2]
    assert lines[3:] == ["sent to bo@client.example"]


def _helpdesk(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("helpdesk_example", root / "examples" / "helpdesk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # pydantic resolves the annotations of its models there
    spec.loader.exec_module(module)
    return module


def test_the_help_desk_answers(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi.testclient import TestClient

    key = generate_key()
    monkeypatch.setenv("MAILKIT_DATABASE", f"sqlite:///{tmp_path}/mail.db")
    monkeypatch.setenv("MAILKIT_KEY", key)
    with MailServer() as server:
        server.add_user("help@acme.example", "secret")
        server.deliver(QUESTION, sender="bo@client.example", recipients=["help@acme.example"])
        with MailKit(f"sqlite:///{tmp_path}/mail.db", key=key) as kit:
            kit.accounts.add(server.account("help@acme.example", name="support"))
        with TestClient(_helpdesk(root).app) as client:
            (found,) = _until(lambda: client.get("/threads").json())
            assert found["subject"] == "Printer on fire"
            (entry,) = client.get(f"/threads/{found['id']}").json()
            assert entry["text"] == "What shall I do?"
            answer = {"text": "Leave the room.", "key": "form-1"}
            for _ in range(2):  # a form sent twice
                assert client.post(f"/threads/{found['id']}/answers", json=answer).status_code == 200
            sent = server.wait_for_sent(1, timeout=30)
            assert client.get("/threads/4711").status_code == 404
        assert len(server.sent) == 1
        assert parse(sent[0].raw).in_reply_to == ("fire@client.example",)


def _until(ask: Callable[[], list[dict[str, object]]], seconds: float = 30) -> list[dict[str, object]]:
    deadline = time.monotonic() + seconds
    while not (found := ask()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.05)
    return found

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenacity.stop import stop_after_attempt, stop_never
from tenacity.wait import wait_chain, wait_fixed

from mailkit.retry import LIES, Schedule, enhanced_status, read_reply
from mailkit.words import VerdictState

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CORPORA = os.environ.get("MAILKIT_CORPORA")


@pytest.mark.parametrize(
    ("code", "text", "sent", "expected"),
    [
        (250, "2.0.0 OK", True, VerdictState.SENT),
        (250, "", True, VerdictState.SENT),
        (251, "User not local; will forward", False, VerdictState.SENT),
        (421, "4.3.2 closing", False, VerdictState.RETRY),
        (450, "4.2.1 greylisted", False, VerdictState.RETRY),
        (452, "4.2.2 full", True, VerdictState.RETRY),
        (503, "bad sequence", False, VerdictState.RETRY),
        (550, "5.1.1 no such user", False, VerdictState.REFUSED),
        (552, "5.2.2 mailbox full", False, VerdictState.REFUSED),
        (554, "5.7.1 spam", True, VerdictState.REFUSED),
        (550, "5.4.5 Daily user sending limit exceeded", True, VerdictState.RETRY),
        (550, "5.7.1 Daily sending quota exceeded", False, VerdictState.RETRY),
        (550, "5.7.1 relaying denied", False, VerdictState.REFUSED),
        (550, "5.1.90 Your message can't be sent", True, VerdictState.RETRY),
        (550, "5.7.233 tenant limit", True, VerdictState.RETRY),
        (554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; x", True, VerdictState.RETRY),
        (554, "5.2.0 STOREDRV.Other", True, VerdictState.REFUSED),
        (550, "Too many messages from you", False, VerdictState.RETRY),
        (None, "", False, VerdictState.RETRY),
        (None, "", True, VerdictState.UNCERTAIN),
        (-1, "Malformed SMTP response line", True, VerdictState.UNCERTAIN),
        (-1, "Malformed SMTP response line", False, VerdictState.RETRY),
        (354, "go on", True, VerdictState.UNCERTAIN),
        (999, "", True, VerdictState.UNCERTAIN),
    ],
)
def test_read_reply(code, text, sent, expected):
    assert read_reply(code, text, content_sent=sent).state is expected


def test_a_daily_quota_waits_for_hours():
    assert read_reply(550, "5.4.5 Daily user sending limit exceeded", content_sent=True).wait >= timedelta(hours=1)
    assert read_reply(451, "4.7.1 greylisted", content_sent=False).wait == timedelta(0)


def test_every_lie_is_told_by_a_permanent_code():
    assert all(500 <= lie.code <= 599 for lie in LIES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.1.1 no such user", "5.1.1"),
        ("2.0.0", "2.0.0"),
        ("5.7.233 limit", "5.7.233"),
        ("5.01.001 odd zeros", "5.1.1"),
        ("", None),
        ("   ", None),
        (" 5.1.1 blank first", None),
        ("5.1 x", None),
        ("5.1.1.1 x", None),
        ("3.1.1 x", None),
        ("5.1.1x", None),
        ("5.1.1234 x", None),
        ("5.-1.1 x", None),
        ("5.１.1 x", None),
        ("<a@b.example> 5.1.1", None),
        ("4.7.650\nnext", "4.7.650"),
    ],
)
def test_enhanced_status(text, expected):
    assert enhanced_status(text) == expected


@given(st.text(max_size=400), st.one_of(st.none(), st.integers(-10, 1000)), st.booleans())
def test_any_reply_has_a_meaning(text, code, sent):
    reading = read_reply(code, text, content_sent=sent)
    if not sent:
        assert reading.state is not VerdictState.UNCERTAIN
    if reading.state is VerdictState.SENT:
        assert code is not None
        assert 200 <= code < 300
    if reading.state is VerdictState.REFUSED:
        assert code is not None
        assert 500 <= code < 600


@given(st.tuples(st.sampled_from("245"), st.integers(0, 999), st.integers(0, 999)), st.text(max_size=50))
def test_a_valid_status_is_found(parts, rest):
    status = ".".join(str(part) for part in parts)
    assert enhanced_status(f"{status} {rest}") == status


def test_a_long_text_costs_nothing():
    start = datetime.now(UTC)
    for _ in range(100):
        read_reply(550, "x" * 1_000_000, content_sent=True)
    assert datetime.now(UTC) - start < timedelta(seconds=2)


def test_the_default_schedule_backs_off_and_ends():
    schedule = Schedule()
    waits = []
    for attempt in range(1, 10):
        after = schedule.next(attempt, now=NOW, first=NOW)
        assert after is not None
        waits.append((after - NOW).total_seconds())
    assert 60 <= waits[0] <= 90
    assert 120 <= waits[1] <= 150
    assert 4000 <= max(waits) <= 4030
    assert schedule.next(50, now=NOW + timedelta(days=2, hours=23), first=NOW) is not None
    assert schedule.next(50, now=NOW + timedelta(days=3), first=NOW) is None


def test_any_tenacity_object_serves():
    schedule = Schedule(wait=wait_chain(wait_fixed(5), wait_fixed(300)), stop=stop_after_attempt(3))
    assert schedule.next(1, now=NOW, first=NOW) == NOW + timedelta(seconds=5)
    assert schedule.next(2, now=NOW, first=NOW) == NOW + timedelta(seconds=300)
    assert schedule.next(3, now=NOW, first=NOW) is None


@given(st.integers(1, 10_000), st.integers(0, 10**7))
def test_the_next_time_is_always_later_and_bounded(attempt, age):
    schedule = Schedule(stop=stop_never)
    after = schedule.next(attempt, now=NOW, first=NOW - timedelta(seconds=age), at_least=timedelta(seconds=30))
    assert after is not None
    assert NOW + timedelta(seconds=30) <= after <= NOW + timedelta(seconds=4030)


def test_a_clock_that_went_backwards_does_no_harm():
    assert Schedule().next(1, now=NOW, first=NOW + timedelta(hours=1)) is not None


@pytest.mark.skipif(not CORPORA, reason="MAILKIT_CORPORA is not set")
def test_enhanced_status_on_recorded_replies():
    spec = json.loads((Path(CORPORA or "") / "smtp-replies" / "expectations.json").read_text("utf-8"))
    replies = [reply for case in spec["cases"] for reply in case["replies"]]
    assert len(replies) >= 36
    for reply in replies:
        assert enhanced_status(reply["lines"][0]) == reply["enhanced"], reply
        state = read_reply(reply["code"], "\n".join(reply["lines"]), content_sent=False).state
        wanted = {2: VerdictState.SENT, 3: VerdictState.RETRY, 4: VerdictState.RETRY, 5: VerdictState.REFUSED}
        expected = VerdictState.RETRY if reply["code"] == 503 else wanted[reply["code"] // 100]
        assert state is expected, reply


def test_it_is_pure():
    code = (
        "import sys, mailkit.retry as r; from datetime import datetime, UTC; n = datetime.now(UTC);"
        "r.Schedule().next(1, now=n, first=n);"
        "print([m for m in ('socket', 'asyncio', 'sqlalchemy', 'http') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

from __future__ import annotations

import contextvars
import threading

import pytest

from mailkit.errors import NetworkInTransactionError
from mailkit.net import guard


def test_nothing_is_forbidden_at_first():
    guard.check("connect")
    assert not guard.is_forbidden()


def test_check_raises_inside_and_names_the_deed():
    with guard.forbid_network(), pytest.raises(NetworkInTransactionError, match=r"connect to mx\.example") as caught:
        guard.check("connect to mx.example:25")
    assert "transaction" in caught.value.hint
    guard.check("connect")


def test_nesting_ends_with_the_outermost_block():
    with guard.forbid_network():
        with guard.forbid_network():
            assert guard.is_forbidden()
        assert guard.is_forbidden()
    assert not guard.is_forbidden()


def test_an_exception_lifts_the_ban():
    with pytest.raises(KeyError), guard.forbid_network():
        raise KeyError
    assert not guard.is_forbidden()


def test_another_thread_is_not_touched():
    seen: list[bool] = []
    with guard.forbid_network():
        thread = threading.Thread(target=lambda: seen.append(guard.is_forbidden()))
        thread.start()
        thread.join()
    assert seen == [False]


def test_what_was_started_inside_and_copied_the_context_is_not_touched():
    seen: list[bool] = []
    with guard.forbid_network():
        copied = contextvars.copy_context()
        assert copied.run(guard.is_forbidden)
        thread = threading.Thread(target=lambda: seen.append(copied.run(guard.is_forbidden)))
        thread.start()
        thread.join()
    assert seen == [False]
    assert not copied.run(guard.is_forbidden)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose.token import mint, sign, verify
from mailkit.errors import ConfigError, InputError

KEY, OTHER = b"k" * 32, b"o" * 32
PAYLOAD = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", max_size=48)


@given(PAYLOAD)
def test_round_trip(payload):
    made = mint("acme.example", KEY, payload)
    assert made.endswith("@acme.example")
    assert verify(made, KEY) == payload
    assert verify(f"<{made}>", KEY) == payload
    assert verify(made.upper(), KEY) == payload
    assert verify(made, OTHER) is None
    assert len(made) < 120


@given(st.text(max_size=400))
def test_any_text_is_an_answer_and_never_an_error(text):
    assert verify(text, KEY) is None


@given(PAYLOAD, st.integers(0, 200), st.sampled_from("abc019-_."))
def test_one_changed_character_is_noticed(payload, place, char):
    left = sign(KEY, payload, "a" * 16)
    place %= len(left)
    changed = left[:place] + char + left[place + 1 :]
    if changed != left:
        assert verify(changed + "@x.example", KEY) is None


def test_payloads_cannot_be_moved_between_fields():
    assert verify(sign(KEY, "12", "ab") + "@x", KEY) == "12"
    mac = sign(KEY, "12", "ab").rsplit(".", 1)[1]
    assert verify(f"mk1.a.b12.{mac}@x", KEY) is None


def test_keys_can_be_rotated():
    made = mint("acme.example", OTHER, "t7")
    assert verify(made, [KEY, OTHER]) == "t7"
    assert verify(made, [KEY]) is None
    assert verify(made, []) is None


def test_two_ids_differ():
    assert mint("acme.example", KEY, "t7") != mint("acme.example", KEY, "t7")


@pytest.mark.parametrize("payload", ["A", "a.b", "a@b", "a b", "x" * 49, "é", "a\r\n"])
def test_payloads_that_are_refused(payload):
    with pytest.raises(InputError):
        mint("acme.example", KEY, payload)


def test_a_short_key_is_refused():
    with pytest.raises(ConfigError):
        mint("acme.example", b"short", "x")

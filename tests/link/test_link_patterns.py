"""Record numbers in text from strangers: right, bounded, and never slow."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.link.conftest import Crm

from mailkit.errors import ConfigError
from mailkit.link.adapter import RecordPattern
from mailkit.link.patterns import MOST_STEPS, Patterns, compile_pattern, usable
from mailkit.link.rules import DEFAULT
from mailkit.link.signals import MessageFacts, own_evidence
from mailkit.testing.crm.adapter import SampleCrmAdapter
from mailkit.words import Record

PATTERNS = Patterns.of([Crm()])


@pytest.mark.parametrize(
    "regex",
    [
        r"#(\d+)",
        r"#(\d*)",
        r"#(\d{3,})",
        r"((?:a{1,50}){1,50})$",
        r"(?:a{0,9}b?){0,9}(c)",
        r"(?:a|a|a|a){1,20}(b)",
        r"\d{1,99}\d{1,99}\d{1,99}(x)",
        r"(?=(?:\d{1,50}){1,20}x)(\d)",
        r"(\d{1,999999})",
    ],
)
def test_a_pattern_that_could_take_too_long_is_refused(regex: str) -> None:
    with pytest.raises(ConfigError, match="could take too long"):
        compile_pattern(RecordPattern("deal", regex))


@pytest.mark.parametrize(
    ("regex", "said"),
    [
        (r"D-\d{1,9}", "has 0 groups"),
        (r"(D)-(\d{1,9})", "has 2 groups"),
        (r"(D-\d{1,9}", "is no regular expression"),
        (r"(\d{1,99999999999})", "is no regular expression"),
        (r"*(x)", "is no regular expression"),
        ("(" * 5000 + ")" * 5000, "(is no regular expression|groups)"),
    ],
)
def test_a_pattern_that_is_none_is_refused_and_the_reason_said(regex: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        compile_pattern(RecordPattern("deal", regex))


@pytest.mark.parametrize(
    "regex",
    [
        r"\[Ticket #(\d{1,9})\]",
        r"(?i)\b(?:case|ticket)(?: no\.?)?\s{0,3}[#:]?\s{0,3}([A-Z]{1,4}-?\d{1,9})\b",
        r"(?:(?<=#)|(?<=No\. ))(\d{4,9})(?!\d)",
        r"\b(SO\d{4,8})\b",
        *(one.regex for one in SampleCrmAdapter.patterns),
    ],
)
def test_ordinary_patterns_are_taken(regex: str) -> None:
    assert isinstance(compile_pattern(RecordPattern("deal", regex)), re.Pattern)


def test_two_adapters_of_one_system_are_refused() -> None:
    with pytest.raises(ConfigError, match="both called 'crm'"):
        Patterns.of([Crm(), Crm()])


def test_numbers_are_found_each_once_and_bounded() -> None:
    text = "[Ticket #7] D-2 D-1 D-2 [Ticket #7]"
    assert [str(one) for one in PATTERNS.search(text, limit=9)] == ["crm:deal/D-2", "crm:deal/D-1", "crm:ticket/7"]
    many = " ".join(f"D-{number}" for number in range(10_000))
    assert len(list(PATTERNS.search(many, limit=20))) == 20


def test_what_a_pattern_catches_must_be_usable() -> None:
    greedy = Crm()
    greedy.patterns = (RecordPattern("deal", r"<([^>]{0,300})>", ""),)
    text = "<> <   > <a\x00b> <\ud800> <\u202ex> <" + "9" * 250 + "> <fine>"
    assert list(Patterns.of([greedy]).search(text, limit=9)) == [Record("crm", "deal", "fine")]


@pytest.mark.parametrize(
    "text",
    [
        "[Ticket #" * 20_000,
        "D-" * 60_000,
        "9" * 100_000,
        "[Ticket #123456789" * 6_000,
        "\x00" * 100_000,
        "Re: " * 30_000,
    ],
)
def test_a_huge_text_costs_no_more_than_what_is_read_of_it(text: str) -> None:
    facts = MessageFacts(id=1, thread_id=1, subject=text, text=text, quoted=text, references=(text,) * 500)
    started = time.process_time()
    found = own_evidence(facts, PATTERNS, None)
    assert time.process_time() - started < 1.0
    assert len(found.candidates) <= 3 * DEFAULT.max_numbers


def test_the_slowest_pattern_that_is_taken_is_not_slow() -> None:
    slow = Crm()
    slow.patterns = (RecordPattern("deal", r"\d{1,27}\d{1,27}\d{1,27}(x)", ""),)
    facts = MessageFacts(id=1, thread_id=1, subject="9" * 100_000, text="9" * 100_000, quoted="9" * 100_000)
    started = time.process_time()
    own_evidence(facts, Patterns.of([slow]), None)
    assert time.process_time() - started < 3.0
    assert 27**3 < MOST_STEPS < 28**3


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    for record in PATTERNS.search(text, limit=5):
        assert usable(record.id)
        assert record.id in text


@given(
    st.from_regex(r"D-\d{1,6}", fullmatch=True), st.text("äb .,\n\u2028", max_size=20), st.text("é \t(", max_size=20)
)
def test_a_number_is_found_wherever_it_stands(number: str, before: str, after: str) -> None:
    text = f"{before} {number} {after}"
    if number.isascii():
        assert Record("crm", "deal", number) in list(PATTERNS.search(text, limit=50))

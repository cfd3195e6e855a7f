"""Public test mail: what other projects expect of it. Reads the directory named by MAILKIT_CORPORA."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load() -> ModuleType:
    """The scoring script: one set of functions for the score and for the tests."""
    path = Path(__file__).parents[2] / "benchmarks" / "score_message.py"
    spec = importlib.util.spec_from_file_location("score_message", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["score_message"] = module
    spec.loader.exec_module(module)
    return module


scoring = _load()


@pytest.mark.parametrize(("folder", "least"), [("james-mime4j", 32), ("stalwart-rfc", 10), ("enmime", 86)])
def test_mime(corpora: Path, folder: str, least: int) -> None:
    score = scoring.score_mime(corpora / "mime" / folder)
    assert score.total >= least
    assert score.unknown == {}


@pytest.mark.parametrize("kind", ["date", "id", "list", "unstructured"])
def test_headers(corpora: Path, kind: str) -> None:
    score = scoring.score_headers(corpora / "headers" / f"{kind}.json")
    assert score.total >= 7
    assert score.unknown == {}


def test_addresses(corpora: Path) -> None:
    score = scoring.score_address(corpora / "address" / "isemail.json")
    assert (score.passed, score.total) == (164, 164)


@pytest.mark.parametrize(("folder", "least"), [("bounce", 137), ("thread", 9)])
def test_readable(corpora: Path, folder: str, least: int) -> None:
    score = scoring.score_readable(corpora / folder, folder)
    assert score.total >= least
    assert score.failed == {}


def test_known_differences_are_still_differences(corpora: Path) -> None:
    """A difference that is none any more must leave the list."""
    failed = {case for score in scoring.scores(corpora) for case in score.failed}
    assert set(scoring.KNOWN) <= failed


def test_the_score_can_fail() -> None:
    message = scoring.parse(b"Subject: a\n\nx")
    assert scoring.check_mime(message, {"subject": "b"})
    assert scoring.check_mime(message, {"structure": "text/html"})
    assert scoring.check_mime(message, {"parts": [{"size_decoded": 2}]})
    assert scoring.check_mime(message, {"headers": [["Subject", "b"]]})
    assert not scoring.check_mime(message, {"subject": "a", "structure": "text/plain", "headers": [["Subject", "a"]]})

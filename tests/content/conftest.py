from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.growth import check_growth

CORPORA = os.environ.get("MAILKIT_CORPORA")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real messages; tests that need it are skipped where it is not at hand."""
    if not CORPORA:
        pytest.skip("MAILKIT_CORPORA is not set: no real messages to compare with")
    return Path(CORPORA)


@pytest.fixture
def mail() -> Callable[..., bytes]:
    """Raw bytes from header lines and a body."""

    def build(*headers: str, body: str = "body\r\n") -> bytes:
        return "\r\n".join([*headers, "", body]).encode()

    return build


@pytest.fixture
def grows_linearly() -> Callable[[Callable[[str], object], str], None]:
    """Check that four times the text takes at most about four times as long, whatever the machine."""

    def check(job: Callable[[str], object], unit: str, size: int = 30_000) -> None:
        check_growth(job, lambda length: unit * (length // len(unit) + 1), size, repr(unit))

    return check


@pytest.fixture
def grows_with_size() -> Callable[[Callable[[int], object]], None]:
    """As ``grows_linearly``, for a job that makes its own input of the size it is given."""
    return lambda job: check_growth(job, int, 60_000)

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

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
    """Check that four times the input takes at most about four times as long, whatever the machine."""

    def check(job: Callable[[str], object], unit: str, size: int = 30_000) -> None:
        texts = {length: unit * (length // len(unit) + 1) for length in (size, 4 * size)}
        _check_growth(lambda length: job(texts[length]), size, repr(unit))

    return check


@pytest.fixture
def grows_with_size() -> Callable[[Callable[[int], object]], None]:
    """As ``grows_linearly``, for a job that makes its own input of the size it is given."""
    return lambda job: _check_growth(job, 60_000, "input")


def _check_growth(job: Callable[[int], object], size: int, what: str) -> None:
    def seconds(length: int) -> float:
        best = 9e9
        for _ in range(3):
            start = time.process_time()
            job(length)
            best = min(best, time.process_time() - start)
            if best > 1:
                break
        return best

    # What all other tests have left in memory is not this job's to walk through.
    gc.collect()
    gc.disable()
    try:
        small, large = seconds(size), seconds(4 * size)
    finally:
        gc.enable()
    assert large < max(9 * small, 0.15), f"{what}: {small:.3f} s, then {large:.3f} s"

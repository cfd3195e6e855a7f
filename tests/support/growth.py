"""Whether a job takes about four times as long for four times the input: linear gives 4, quadratic 16.

Judged by CPU time, by the best of three runs of each size; what is done at once passes, so that a busy machine fails no
test.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Seconds. What takes less for the large input cannot be judged.
INSTANT = 0.05
TOLERANCE = 9


def cpu_seconds(job: Callable[[T], object], given: T) -> float:
    """The best of three runs; of a slow job, of one."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        job(given)
        best = min(best, time.process_time() - start)
        if best > 1:
            break
    return best


def check_growth(job: Callable[[T], object], make: Callable[[int], T], size: int, what: str = "input") -> None:
    """Fail if ``job`` grows faster than what ``make`` makes of ``size`` and of four times that."""
    small, large = make(size), make(4 * size)
    # What all other tests have left in memory is not this job's to walk through.
    gc.collect()
    gc.disable()
    try:
        long = cpu_seconds(job, large)
        short = cpu_seconds(job, small) if long >= INSTANT else 0.0
    finally:
        gc.enable()
    assert long < max(TOLERANCE * short, INSTANT), f"{what}: {short:.3f} s, then {long:.3f} s"

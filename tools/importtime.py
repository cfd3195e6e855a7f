"""How long a cold ``from mailkit import …`` takes, beside what every application with pydantic pays already.

Both are run in fresh interpreters, in turn, so that a busy machine slows both alike; printed are the medians, and the
median of the ratios of neighbouring runs. Exit code 1 when that ratio is over 1.5, or when the import loads a library
that it must not.

Usage: ``python tools/importtime.py [RUNS]`` (default 15).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys

RATIO = 1.5
OURS = "from mailkit import Account, Draft, Envelope, parse"
THEIRS = """from pydantic import BaseModel
class Model(BaseModel):
    name: str
    port: int = 993"""
HEAVY = (
    "aiosmtplib",
    "alembic",
    "dkim",
    "dns",
    "email_validator",
    "imapclient",
    "nh3",
    "selectolax",
    "sqlalchemy",
)
CHILD = """
import json, sys, time
start = time.perf_counter()
exec(sys.argv[1])
took = time.perf_counter() - start
print(json.dumps({"seconds": took, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


def run(code: str) -> tuple[float, list[str]]:
    """Seconds that the code took in a fresh interpreter, and the top-level modules that were loaded after it."""
    done = subprocess.run([sys.executable, "-c", CHILD, code], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    return float(answer["seconds"]), list(answer["modules"])


def loaded() -> list[str]:
    """The heavy libraries that the import of mailkit's four everyday names loads; should be empty."""
    modules = set(run(OURS)[1])
    return [name for name in HEAVY if name in modules]


def measure(runs: int) -> tuple[float, float, float]:
    """Median seconds of ours and of theirs, measured in turn, and the median of the ratios of neighbours."""
    pairs = [(run(OURS)[0], run(THEIRS)[0]) for _ in range(runs)]
    ours, theirs = zip(*pairs, strict=True)
    ratio = statistics.median(mine / other for mine, other in pairs)
    return statistics.median(ours), statistics.median(theirs), ratio


def main(arguments: list[str]) -> int:
    """Measure and print; 1 when a bound is passed."""
    run(OURS), run(THEIRS)  # compiles what has no .pyc yet
    heavy = loaded()
    ours, theirs, ratio = measure(int(arguments[0]) if arguments else 15)
    print(
        f"{OURS}: {ours * 1000:.0f} ms; pydantic and one model: {theirs * 1000:.0f} ms; "
        f"ratio {ratio:.2f}, bound {RATIO}"
    )
    if heavy:
        print(f"the import loads {', '.join(heavy)}; it must not", file=sys.stderr)
    return 0 if ratio <= RATIO and not heavy else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

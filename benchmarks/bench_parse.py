"""How fast `mailkit.parse` is, beside the standard library's parser with either policy.

Two jobs are timed, both with every limit in force (see ``peers.py`` for the fields): *structure*, what a list of mails
shows, and *everything*: every part decoded, and the defects. The contestants read the same
fields; on how many mails they read them differently is counted and printed.

Three sources of mail (see ``mails.py``): the seeded corpus, the SpamAssassin mails, and the corpora if there are any.

The contestants are run in turn, on a hundred mails or so at a time, so that a busy machine slows all alike, and CPU
time of this process is what counts; printed are the medians of the rounds' ratios, as "times as fast". The figures are
saved as JSON in benchmarks/results/.

*mailkit* is a default install: no package guesses charsets or decodes base64, even if one is installed.
*mailkit[fast]* is the same with the extra ``fast``, raced where that is installed. *mailkit compiled* is that with the
reader compiled by mypyc (the optional build of the same source), raced where it can be built; on how many mails it
reads anything at all otherwise than the interpreted one is counted too. *mailkit + ambiguities* also looks for what
other readers may understand otherwise, which ``email`` does not.

Usage: ``python benchmarks/bench_parse.py [ROUNDS] [--only seeded|spamassassin|corpora] [--offline]``
(default 5 rounds; without network or npm the SpamAssassin mails are left out with a printed word, as with --offline)
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import json
import platform
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mails import corpora, seeded
from peers import RIVALS, differences, ours
from real_mail import fetch

from mailkit.message import parse, transfer
from support.compiled import CannotBuild, build, importing
from support.plain import every_value

RESULTS = Path(__file__).parent / "results"
Job = Callable[[bytes], object]
CHUNK_BYTES = 4_000_000
CHUNK_MAILS = 200

#: What the project promises: times as fast as the rival, by source, contestant and rival, for *everything*.
PROMISED = {
    ("seeded", "mailkit", "compat32"): 4.0,
    ("seeded", "mailkit", "policy.default"): 12.0,
    ("spamassassin", "mailkit", "compat32"): 2.0,
    ("seeded", "mailkit compiled", "compat32"): 8.0,
}


def tolerant(job: Job) -> tuple[Job, set[int]]:
    """A job that counts the mails on which it raises instead of ending the run: damaged mail breaks some parsers."""
    failed: set[int] = set()

    def run(raw: bytes) -> object:
        try:
            return job(raw)
        except (ValueError, LookupError, AttributeError, TypeError, AssertionError):
            failed.add(hash(raw))
            return None

    return run, failed


def seconds(job: Job, mails: list[bytes]) -> float:
    """CPU seconds that the job takes over all mails; what the job before left behind is not collected meanwhile."""
    gc.collect()
    start = time.process_time()
    for raw in mails:
        job(raw)
    return time.process_time() - start


def chunks(mails: list[bytes]) -> Iterator[list[bytes]]:
    """Pieces of the corpus, small enough that the contestants alternate every few hundred milliseconds."""
    piece: list[bytes] = []
    size = 0
    for raw in mails:
        piece.append(raw)
        size += len(raw)
        if size >= CHUNK_BYTES or len(piece) >= CHUNK_MAILS:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


@contextmanager
def installed(*, fast: bool) -> Iterator[None]:
    """As in a default install, or with the extra ``fast``; never with the extra that guesses charsets."""
    hidden = ("chardet",) if fast else ("chardet", "pybase64")
    before = {name: sys.modules.get(name) for name in hidden}
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: importing it fails
    transfer._fast_base64.cache_clear()
    yield
    for name, module in before.items():
        sys.modules.pop(name)
        if module is not None:
            sys.modules[name] = module
    transfer._fast_base64.cache_clear()


def compiled() -> tuple[Callable[[bool], Job], Job] | None:
    """The contestant, and ``every_value``, with the compiled reader; None and a printed word where it is not built."""
    try:
        place = build()
    except CannotBuild as error:
        print(f"mailkit compiled: not raced, {error}")
        return None
    with importing(place, "peers", "support.plain"):
        peers = importlib.import_module("peers")
        plain = importlib.import_module("support.plain")
        importlib.import_module("mailkit.message.transfer")._fast_base64()  # found while nothing is hidden
    return peers.ours, lambda raw: plain.every_value(peers.parse(raw))


def race(mails: list[bytes], rounds: int, everything: bool, quick: Callable[[bool], Job] | None) -> dict[str, object]:
    """Run the contestants in turn. The ratios of the rounds, and the median of each contestant's CPU seconds."""
    rivals = {name: tolerant(make(everything)) for name, make in RIVALS.items()}
    own: dict[str, tuple[bool, Job]] = {"mailkit": (False, ours(everything))}
    if everything:
        own["mailkit + ambiguities"] = (False, ours(everything, ambiguities=True))
    if everything and importlib.util.find_spec("pybase64"):
        own["mailkit[fast]"] = (True, ours(everything))
        if quick:
            own["mailkit compiled"] = (True, quick(everything))
    took: dict[str, list[float]] = {name: [] for name in (*own, *rivals)}
    for _ in range(rounds):
        sums = dict.fromkeys(took, 0.0)
        for piece in chunks(mails):
            for name, (fast, mine) in own.items():
                with installed(fast=fast):
                    sums[name] += seconds(mine, piece)
            for name, (job, _) in rivals.items():
                sums[name] += seconds(job, piece)
        for name, value in sums.items():
            took[name].append(value)
    result: dict[str, object] = {"cpu_seconds": {name: statistics.median(values) for name, values in took.items()}}
    for name in own:
        against: dict[str, object] = {}
        for rival, (_, failed) in rivals.items():
            ratios = [theirs / took_us for theirs, took_us in zip(took[rival], took[name], strict=True)]
            against[rival] = {
                "times_as_fast": statistics.median(ratios),
                "least": min(ratios),
                "most": max(ratios),
                "raised": len(failed),
            }
        result[name] = against
    return result


def show(source: str, job: str, result: dict[str, Any]) -> None:
    """One line for each contestant and rival."""
    for name in filter(lambda name: name.startswith("mailkit"), result):
        for rival, figures in result[name].items():
            aim = PROMISED.get((source, name, rival)) if job == "everything" else None
            note = f", aim {aim:g}" if aim else ""
            note += f"; {rival} raises on {figures['raised']} of the mails" if figures["raised"] else ""
            print(
                f"{source:13} {job:11} {name:22} {figures['times_as_fast']:5.1f} times as fast as {rival:15}"
                f" (rounds {figures['least']:.1f} to {figures['most']:.1f}{note})"
            )


def disagreements(mails: list[bytes], rival: str) -> dict[str, int]:
    """On how many mails the rival reads a field otherwise."""
    return dict(Counter(name for raw in mails for name in differences(raw, rival)))


def sources(only: str | None, offline: bool) -> Iterator[tuple[str, list[bytes]]]:
    """The mails by name; those that cannot be had are named."""
    if only in (None, "seeded"):
        yield "seeded", seeded()
    if only in (None, "spamassassin") and not offline:
        try:
            yield "spamassassin", fetch()
        except OSError as error:
            print(f"SpamAssassin mails: not read ({error})")
    if only in (None, "corpora"):
        found = corpora()
        if found:
            yield "corpora", found
        else:
            print("corpora: not read, MAILKIT_CORPORA is not set")


def main(arguments: list[str]) -> int:
    """Race on every source, save the figures."""
    options = argparse.ArgumentParser(description="mailkit.parse beside the standard library's parser.")
    options.add_argument("rounds", type=int, nargs="?", default=5)
    options.add_argument("--only", choices=("seeded", "spamassassin", "corpora"))
    options.add_argument("--offline", action="store_true", help="do not fetch the SpamAssassin mails")
    chosen = options.parse_args(arguments)
    quick = compiled()
    results: dict[str, object] = {"python": platform.python_version(), "rounds": chosen.rounds}
    for source, mails in sources(chosen.only, chosen.offline):
        sizes = sorted(map(len, mails))
        about = {"mails": len(mails), "median_bytes": sizes[len(sizes) // 2], "mean_bytes": sum(sizes) // len(sizes)}
        print(f"{source}: {about['mails']} mails, median {about['median_bytes']} bytes, mean {about['mean_bytes']}")
        figures: dict[str, object] = {**about}
        for job in ("structure", "everything"):
            raced = race(mails, chosen.rounds, job == "everything", quick and quick[0])
            figures[job] = raced
            show(source, job, raced)
        figures["read_differently"] = {rival: disagreements(mails, rival) for rival in RIVALS}
        print(f"{source:13} mails on which a field is read differently: {figures['read_differently']}")
        if quick:
            others = sum(every_value(parse(raw)) != quick[1](raw) for raw in mails)
            figures["compiled_reads_differently"] = others
            print(f"{source:13} mails on which the compiled reader reads anything differently: {others}")
        results[source] = figures
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "parse.json"
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    print(f"saved in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

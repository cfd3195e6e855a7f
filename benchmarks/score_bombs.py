"""Read mails that are made to hang or fill a reader, each in its own process: ``python benchmarks/score_bombs.py``.

Prints CPU seconds, the peak of memory of the whole process, and what came out: the codes of defects and ambiguities.
A bomb passes if everything of the mail can be read (structure, text, HTML, reply, report, invitation, files with their
digests) without an exception, within 0.5 s and 100 MB. The mail itself is made in the parent. ``--seconds N`` allows
more time, for busy machines.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
import traceback
from dataclasses import dataclass

from bombs import BOMBS

from mailkit.content import Content, kind_of, read
from mailkit.message import Message, identity, parse

SECONDS, MEGABYTES = 0.5, 100.0


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one bomb."""

    name: str
    size: int
    seconds: float
    megabytes: float
    outcome: str
    error: str = ""

    def passes(self, seconds: float) -> bool:
        """Whether the mail was read within the bounds."""
        return not self.error and self.seconds <= seconds and self.megabytes <= MEGABYTES


def read_all(raw: bytes) -> tuple[Message, Content]:
    """Touch everything that can be read of a mail."""
    message = parse(raw)
    message.defects, message.ambiguities, message.references, message.date  # noqa: B018
    message.text_body, message.html_body, message.attachments  # noqa: B018
    identity(message)
    kind_of(message)
    view = read(message)
    view.text, view.html, view.reply, view.report, view.calendar  # noqa: B018
    for file in view.attachments:
        file.name, file.content_type, file.sha256, file.is_disguised  # noqa: B018
    _open(message)
    return message, view


def _open(message: Message) -> None:
    """Every enclosed message, however deep: one that lies too deep is a defect of the one around it."""
    waiting = [message]
    while waiting:
        for part in waiting.pop().parts:
            if part.message is not None:
                part.message.defects, part.message.text_body  # noqa: B018
                waiting.append(part.message)


def run(name: str) -> Result:
    """Read one bomb in a child process."""
    raw = BOMBS[name]()
    inlet, outlet = os.pipe()
    child = os.fork()
    if not child:
        os.close(inlet)
        _child(raw, outlet)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as pipe:
        told = pipe.read()
    _, status, usage = os.wait4(child, 0)
    if status or not told:
        return Result(name, len(raw), 0.0, usage.ru_maxrss / 1024, "", f"the process ended with status {status}")
    seconds, outcome, error = json.loads(told)
    return Result(name, len(raw), seconds, usage.ru_maxrss / 1024, outcome, error)


def _child(raw: bytes, outlet: int) -> None:
    start = time.process_time()
    outcome, error = "", ""
    try:
        message, view = read_all(raw)
        codes = dict.fromkeys([d.code for d in message.defects] + [a.code for a in message.ambiguities])
        counts = f"{view.kind}, {len(message.parts)} parts, {len(view.attachments)} files"
        outcome = f"{counts}: {' '.join(codes) or 'clean'}"
    except BaseException:  # noqa: BLE001 - the parent tells it
        error = traceback.format_exc(limit=-1).strip().splitlines()[-1]
    with os.fdopen(outlet, "wb") as pipe:
        pipe.write(json.dumps((time.process_time() - start, outcome, error)).encode())
    os._exit(0)


def warm_up() -> None:
    """Load what is loaded late, so that no bomb pays for it."""
    read_all(b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>x</p>")


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a bomb does harm."""
    parser = argparse.ArgumentParser(description="Read mails that are made to hang or fill a reader.")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="CPU seconds allowed for each")
    allowed: float = parser.parse_args(arguments).seconds
    warm_up()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'bomb':44}{'kB':>7}{'CPU s':>8}{'MB':>7}  outcome   (the process alone has {own:.0f} MB)")
    results = [run(name) for name in BOMBS]
    for one in results:
        mark = "" if one.passes(allowed) else "  ← TOO MUCH"
        line = f"{one.name:44}{one.size // 1000:7}{one.seconds:8.3f}{one.megabytes:7.0f}  {one.error or one.outcome}"
        print(line[:170] + mark)
    good = sum(one.passes(allowed) for one in results)
    print(f"\n{good} of {len(results)} bombs read within {allowed} s and {MEGABYTES:.0f} MB")
    return 0 if good == len(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Coverage-guided fuzzing of everything that reads strangers' bytes, with atheris.

Usage: ``python tools/fuzz.py [--minutes 2] [--target parse …] [--keep DIRECTORY]``. Needs ``pip install atheris``
(CPython on Linux). Every target runs in a process of its own, from the sample mails and, where ``MAILKIT_CORPORA``
names a directory, from all files there. Besides exceptions, these are findings: an input that takes more than a
second of processor time, a minute or a gigabyte, a value that cannot be stored (half a surrogate pair, a line break in
a header), a result that changes from one reading to the next. Inputs that find something are kept; the exit code is 1.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAX_LENGTH = 16 * 1024
PROCESSOR_SECONDS = 1.0  # instrumented code is some five times slower; a busy machine does not count
SECONDS_EACH = 60  # by the clock, for what never ends
MEGABYTES = 1024


def storable(*texts: str) -> None:
    """Whether a database can hold them."""
    for text in texts:
        text.encode("utf-8")


def line(*texts: str) -> None:
    """Whether they are single lines that can be stored."""
    storable(*texts)
    assert not any(set(text) & set("\r\n\0") for text in texts), texts


def fuzz_parse(data: bytes) -> None:
    """``parse`` and everything that hangs on it."""
    from mailkit.message import identity, parse

    message = parse(data)
    assert message.defects == parse(data).defects
    line(message.subject, message.message_id or "", *message.references, *message.in_reply_to)
    assert all(one.detail for one in message.ambiguities)
    assert message.date is None or message.date.utcoffset() is not None
    for address in (*message.from_, *message.to, *message.cc, *message.reply_to):
        line(address.name, address.address, address.key)
    for part in message.parts:
        storable(part.text, part.filename or "", part.content_id or "")
        assert 0 <= part.start <= part.end <= len(data)
    assert identity(message) == identity(parse(data))


def fuzz_address(data: bytes) -> None:
    """Addresses: what is read can be written and read again; ids and dates beside them."""
    from mailkit.message import is_smtp_address, parse_addresses, parse_date, parse_ids

    for address in parse_addresses(data):
        line(address.name, address.address, address.key, str(address))
        if address.address:
            again = parse_addresses(f"<{address.address}>")
            assert [one.address for one in again] == [address.address], (address, again)
        is_smtp_address(address.address)
    line(*parse_ids(data))
    parse_date(data)


def fuzz_reply(data: bytes) -> None:
    """Replies out of plain text and out of HTML: nothing is lost."""
    from mailkit.content import html_to_text, sanitize, split_reply
    from mailkit.content.text import read_html

    text = data.decode("utf-8", "replace")
    for forward in (False, True):
        found = split_reply(text, forward=forward, answer=not forward)
        whole = text.replace("\r\n", "\n").replace("\r", "\n")
        assert "\n".join(one.text for one in found.segments) == whole
    storable(html_to_text(text), read_html(text, structure=True).text)
    clean = sanitize(text).html
    for bad in ("<script", "javascript:", "<iframe", "<style", "<form", "srcset"):
        assert bad not in clean.lower().replace("&lt;", ""), clean
    assert sanitize(clean, remote=True).html.count("<img") == clean.count("<img")


def fuzz_report(data: bytes) -> None:
    """Reports, kinds, trust, invitations."""
    from mailkit.content import dns_names, is_automatic, kind_of, read_calendar, report_of, trust_of
    from mailkit.message import parse

    message = parse(data)
    kind_of(message)
    is_automatic(message)
    dns_names(message)
    trust_of(message, authserv_ids=("mx.acme.example",), own_domains=("acme.example",), answers={})
    report = report_of(message)
    if report is not None:
        line(report.envelope_id, report.original_message_id or "")
        for one in report.recipients:
            line(one.address, one.status, one.original)
            storable(one.diagnostic)
    read_calendar(data.decode("utf-8", "replace"))


def fuzz_tnef(data: bytes) -> None:
    """winmail.dat, compressed RTF, RTF, files in the text."""
    from mailkit.content import read_tnef
    from mailkit.content.lzfu import decompress
    from mailkit.content.rtf import read_rtf
    from mailkit.content.sniff import sniff
    from mailkit.message.embedded import find_embedded

    found = read_tnef(b"\x78\x9f\x3e\x22" + data[4:])
    storable(found.subject, found.sender, found.html, found.text, found.location, found.meeting_id)
    for file in found.files:
        storable(file.name, file.content_type, file.content_id)
        assert len(file.content) == file.size
        if file.message is not None:
            storable(file.message.text, file.message.html)
    assert len(decompress(data, 10_000)[0]) <= 10_000
    rtf = read_rtf(data)
    storable(rtf.html, rtf.text)
    text, files = find_embedded(data)
    assert len(text) + sum(len(one.content) for one in files) <= len(data)
    sniff(data)


def fuzz_read(data: bytes) -> None:
    """Everything that ``read`` tells of a mail."""
    from mailkit.content import read
    from mailkit.message import parse

    view = read(parse(data))
    storable(view.text, view.html, view.reply_text, view.signature, view.forwarded, *view.quoted)
    for file in view.attachments:
        line(file.name)
        assert "/" not in file.name
        assert file.name not in ("", ".", "..")
        assert len(file.sha256) == 64
    calendar = view.calendar
    for event in calendar.events if calendar else ():
        storable(event.uid, event.summary)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "parse": fuzz_parse,
    "address": fuzz_address,
    "reply": fuzz_reply,
    "report": fuzz_report,
    "tnef": fuzz_tnef,
    "read": fuzz_read,
}


def seeds(directory: Path, target: str) -> int:
    """Write what the fuzzer begins with. Returns how many files."""
    sys.path.insert(0, str(ROOT / "src"))
    from mailkit.testing.samples import generate

    found = [mail.raw for mail in generate(1).mails]
    corpora = os.environ.get("MAILKIT_CORPORA")
    if corpora:
        kinds = {"reply": "*.txt", "tnef": "*.tnef"}
        found += [path.read_bytes() for path in sorted(Path(corpora).rglob(kinds.get(target, "*.eml")))]
    short = [data[:MAX_LENGTH] for data in found]
    for number, data in enumerate(short):
        (directory / f"seed-{number}").write_bytes(data)
    return len(short)


def run_here(target: str, options: list[str]) -> None:
    """Fuzz in this process; never returns."""
    atheris = importlib.import_module("atheris")  # not a dependency: neither here nor to the type checker
    with atheris.instrument_imports(include=["mailkit"]):
        import mailkit.content
        import mailkit.content.text
        import mailkit.message  # noqa: F401
    atheris.Setup([sys.argv[0], *options], partial(in_time, TARGETS[target]))
    atheris.Fuzz()


def in_time(fuzz: Callable[[bytes], None], data: bytes) -> None:
    """Run one input; a slow one is tried again, since the first may have loaded a module."""
    for _ in range(2):
        started = time.process_time()
        fuzz(data)
        if time.process_time() - started < PROCESSOR_SECONDS:
            return
    raise AssertionError(f"more than {PROCESSOR_SECONDS} s of processor time for {len(data)} bytes")


def run_apart(target: str, minutes: float, keep: Path) -> bool:
    """Fuzz one target in a process of its own. Returns whether nothing was found."""
    with tempfile.TemporaryDirectory() as place:
        count = seeds(Path(place), target)
        options = [
            place, f"-max_total_time={int(minutes * 60)}", f"-max_len={MAX_LENGTH}", f"-timeout={SECONDS_EACH}",
            f"-rss_limit_mb={MEGABYTES}", f"-artifact_prefix={keep}/{target}-", "-print_final_stats=1", "-verbosity=0",
        ]  # fmt: skip
        command = [sys.executable, __file__, "--inside", target, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = (done.stdout + done.stderr).splitlines()
    runs = next((row.rpartition(":")[2].strip() for row in told if "number_of_executed_units" in row), "?")
    slowest = next((row.rpartition(":")[2].strip() for row in told if "slowest_unit_time_sec" in row), "?")
    verdict = "nothing found" if not done.returncode else f"FOUND (exit code {done.returncode})"
    print(f"{target:10}{count:6} seeds{runs:>10} runs, slowest {slowest} s: {verdict}", flush=True)
    if done.returncode:
        print("\n".join(row for row in told if not row.startswith(("INFO:", "WARNING:"))), flush=True)
    return not done.returncode


def main(arguments: list[str]) -> int:
    """Fuzz the targets one after the other."""
    if arguments[:1] == ["--inside"]:
        run_here(arguments[1], arguments[2:])
        return 0
    parser = argparse.ArgumentParser(description="Fuzz everything that reads strangers' bytes.")
    parser.add_argument("--minutes", type=float, default=2.0, help="for each target")
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), help="only these")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "mailkit-fuzz", help="for findings")
    given = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 2
    given.keep.mkdir(parents=True, exist_ok=True)
    good = [run_apart(target, given.minutes, given.keep) for target in given.target or TARGETS]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

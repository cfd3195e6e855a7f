"""Score of the message room against public test data: ``python benchmarks/score_message.py [FOLDER]``.

FOLDER, or the environment variable MAILKIT_CORPORA, names a directory with ``mime/*/*.eml`` (+ ``.json``),
``headers/*.json``, ``address/isemail.json``, ``bounce`` and ``thread``. Prints one row per folder: cases passed, known
differences (each with its reason below), cases, and the share passed. The tests use the same functions.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailkit.message import (
    Address,
    Message,
    Part,
    decode_words,
    is_smtp_address,
    parse,
    parse_addresses,
    parse_date,
    parse_ids,
)

# Where the source decides something that the standards leave open and we decide otherwise, and why.
KNOWN: dict[str, str] = {
    "james-mime4j/basic-plain-with-bad-header-separator": (
        "a line of blanks, then prose: we show the prose as the body, the source drops it"
    ),
    "james-mime4j/malformedHeader-noheader": "no line is a header: we show the whole text, the source drops it",
    "james-mime4j/malformedHeaderStartsBody-noheader": "the same bytes; the source drops the first line",
    "headers/date-13": "nothing but numbers is no date",
    "headers/unstructured-22": "no blank is invented between text and an encoded word glued to it",
    "headers/unstructured-23": "as unstructured-22",
    "headers/unstructured-28": "as unstructured-22",
    "headers/unstructured-29": "as unstructured-22",
}


@dataclass
class Score:
    """The result for one folder."""

    name: str
    total: int = 0
    failed: dict[str, list[str]] = field(default_factory=dict)

    @property
    def passed(self) -> int:
        return self.total - len(self.failed)

    @property
    def known(self) -> int:
        return sum(case in KNOWN for case in self.failed)

    @property
    def unknown(self) -> dict[str, list[str]]:
        return {case: wrong for case, wrong in self.failed.items() if case not in KNOWN}

    def add(self, case: str, wrong: list[str]) -> None:
        self.total += 1
        if wrong:
            self.failed[case] = wrong


def structure(message: Message) -> Any:
    """The tree of content types in the form of the test data."""
    return _tree(message, message.parts[0])


def _tree(message: Message, part: Part) -> Any:
    if part.is_multipart:
        return [part.content_type, *(_tree(message, message.parts[n]) for n in part.children)]
    if part.message is not None:
        return [part.content_type, structure(part.message)]
    return part.content_type


def leaves(message: Message) -> list[Part]:
    """All parts that are no multiparts, those of enclosed messages after the part that encloses them."""
    found: list[Part] = []
    for part in message.parts:
        if not part.is_multipart:
            found.append(part)
            if part.message is not None:
                found += leaves(part.message)
    return found


def _addresses(found: tuple[Address, ...]) -> list[dict[str, str | None]]:
    return [{"name": a.name or None, "address": a.address or None} for a in found]


def _body(message: Message, parts: tuple[Part, ...]) -> list[int]:
    places = [id(part) for part in leaves(message)]
    return [places.index(id(part)) for part in parts]


def _headers(message: Message) -> list[list[str]]:
    found = []
    for header in message.headers:
        lines = header.raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        found.append([header.name, lines.strip(" \t\r\n")])
    return found


_READ: dict[str, Callable[[Message], Any]] = {
    "subject": lambda m: m.subject,
    "date": lambda m: m.date.isoformat() if m.date else None,
    "from": lambda m: _addresses(m.from_),
    "to": lambda m: _addresses(m.to),
    "cc": lambda m: _addresses(m.cc),
    "message_id": lambda m: m.message_id,
    "structure": structure,
    "text_body": lambda m: _body(m, m.text_body),
    "html_body": lambda m: _body(m, m.html_body),
    "attachments": lambda m: _body(m, m.attachments),
}


def check_mime(message: Message, expected: dict[str, Any]) -> list[str]:
    """What differs between a parsed message and the expectation."""
    wrong = [
        f"{key}: {read(message)!r}"[:200]
        for key, read in _READ.items()
        if key in expected and read(message) != expected[key]
    ]
    if "headers" in expected:
        want = [
            [name, value.strip(" \t\n").encode().decode("utf-8", "surrogateescape")]
            for name, value in expected["headers"]
        ]
        if _headers(message) != want:
            wrong.append(f"headers: {_headers(message)!r}"[:400])
    if "parts" in expected:
        found = leaves(message)
        if len(found) != len(expected["parts"]):
            wrong.append(f"number of parts: {len(found)}")
        for number, (part, want) in enumerate(zip(found, expected["parts"], strict=False)):
            wrong += [f"part {number} {line}" for line in _check_part(part, want)]
    return wrong


def _check_part(part: Part, want: dict[str, Any]) -> Iterator[str]:
    sha = hashlib.sha256
    got: dict[str, Callable[[], Any]] = {
        "content_type": lambda: part.content_type,
        "filename": lambda: part.filename,
        "size_decoded": lambda: part.size,
        "sha256_decoded": lambda: sha(part.content).hexdigest(),
        "text_length": lambda: len(part.text),
        "text_sha256": lambda: sha(part.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "text_startswith": lambda: part.text[: len(want.get("text_startswith", ""))],
    }
    for key, read in got.items():
        if key in want and read() != want[key]:
            yield f"{key}: {read()!r}, not {want[key]!r}"[:300]


def score_mime(folder: Path) -> Score:
    """One folder of ``.eml`` with ``.json`` beside them; without a ``.json`` the message must only be read."""
    score = Score(f"mime/{folder.name}")
    for eml in sorted(folder.glob("*.eml")):
        spec = eml.with_suffix(".json")
        message = parse(eml.read_bytes())
        if not spec.exists():
            read_all(message)
            score.add(f"{folder.name}/{eml.stem}", [])
            continue
        expected = json.loads(spec.read_text("utf-8"))
        wrong = check_mime(message, expected)
        if wrong and "alternative" in expected:
            other = json.loads((folder / expected["alternative"]).read_text("utf-8"))
            wrong = wrong if check_mime(message, other) else []
        score.add(f"{folder.name}/{eml.stem}", wrong)
    return score


def read_all(message: Message) -> int:
    """Touch everything that is read lazily. Returns the number of characters of text."""
    message.defects, message.ambiguities, message.text_body, message.attachments  # noqa: B018
    return sum(len(part.text) for part in leaves(message)) + len(message.subject) + len(message.to)


def read_header(kind: str, text: str) -> Any:
    """Read one case of ``headers/<kind>.json`` through a whole message."""
    name = {"date": "Date", "id": "References"}.get(kind, "X-Test")
    headers = parse(f"{name}: {text}".encode()).headers
    raw = headers.raw(name) or b""
    if kind == "date":
        found = parse_date(raw)
        return found.isoformat() if found else None
    if kind == "id":
        return list(parse_ids(raw)) or None
    if kind == "list":
        items = (decode_words(item) for item in raw.split(b","))
        return [item for item in items if item]
    return decode_words(raw)


def score_headers(file: Path) -> Score:
    """One file of ``headers/``."""
    score = Score(f"headers/{file.stem}")
    for case in json.loads(file.read_text("utf-8"))["cases"]:
        got = read_header(file.stem, case["input"])
        score.add(f"headers/{case['id']}", [] if got == case["expected"] else [f"{got!r}, not {case['expected']!r}"])
    return score


def score_address(file: Path) -> Score:
    """``address/isemail.json``: whether SMTP can carry the address, as the source says; what it can carry must also be
    read out of a header as it was written."""
    score = Score("address/truth")
    for case in json.loads(file.read_text("utf-8"))["cases"]:
        text, accept = case["input"], case["accept"]
        wrong = [] if is_smtp_address(text) == accept else [f"{text!r} is {case['diagnosis']}"]
        if accept:
            found = parse_addresses(f"<{text}>")
            local, _, domain = text.rpartition("@")
            if [one.address for one in found] != [f"{local}@{domain.lower()}"]:
                wrong.append(f"{text!r} is read as {found!r}")
        score.add(f"address/{case['id']}", wrong)
    return score


def score_readable(folder: Path, name: str) -> Score:
    """Every message must be read without an exception and must give back a structure."""
    score = Score(name)
    for eml in sorted(folder.glob("**/*.eml")):
        message = parse(eml.read_bytes())
        read_all(message)
        score.add(f"{name}/{eml.stem}", [] if message.headers else ["no header was found"])
    return score


def scores(corpora: Path) -> Iterator[Score]:
    """All scores of the room."""
    for folder in sorted(path for path in (corpora / "mime").iterdir() if path.is_dir()):
        yield score_mime(folder)
    for file in sorted((corpora / "headers").glob("*.json")):
        yield score_headers(file)
    yield score_address(corpora / "address" / "isemail.json")
    for name in ("bounce", "thread"):
        yield score_readable(corpora / name, name)


def _row(score: Score) -> str:
    share = f"{100 * score.passed / max(score.total, 1):.1f} %"
    return f"{score.name:24}{score.passed:8}{score.known:8}{score.total:8}{share:>9}"


def main(arguments: list[str]) -> int:
    where = arguments[0] if arguments else os.environ.get("MAILKIT_CORPORA")
    if not where:
        print("score_message: no folder given and MAILKIT_CORPORA is not set", file=sys.stderr)
        return 2
    print(f"{'folder':24}{'passed':>8}{'known':>8}{'cases':>8}{'share':>9}")
    failed: dict[str, list[str]] = {}
    sums: dict[str, Score] = {}
    for score in scores(Path(where)):
        print(_row(score))
        failed |= score.failed
        whole = sums.setdefault(score.name.partition("/")[0], Score(score.name.partition("/")[0] + ", all"))
        whole.total += score.total
        whole.failed |= score.failed
    print()
    for name in ("mime", "headers"):
        print(_row(sums[name]))
    print()
    for case, wrong in failed.items():
        print(f"{case}: " + (f"known difference: {KNOWN[case]}" if case in KNOWN else "; ".join(wrong)))
    return 1 if any(case not in KNOWN for case in failed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Score the reading of replies, bounces and winmail.dat against the corpora folder, as a table.

    MAILKIT_CORPORA=… python benchmarks/score_content.py

Lists every case that is missed, with the reason where it is argued. The corpora's own README says what is expected and
how it is compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailkit.content import kind_of, report_of, split_reply
from mailkit.content.tnef import Tnef, TnefFile, read_tnef
from mailkit.message import parse

# Where we decide otherwise than the source, and why.
KNOWN = {
    "sendmail-14.eml": "a person forwards a bounce as quoted text: that person's mail has not bounced",
    "rfc3464-28.eml": "two mails in one mbox file; the second is another message, not a part of the first",
    "arf-12.eml": "the report names the address in Removal-Recipient; the source leaves it out",
    "rfc3464-35.eml": "the server said '550 user unknown'",
    "rfc3464-42.eml": "the server said 'the email account that you tried to reach does not exist'",
    "rfc3464-43.eml": "'451 4.3.0 … recipient error': by its status a system error; the source does not decide",
    "exim-46.eml": "the server's words name the missing reverse name; the source's class is wider",
}


@dataclass
class Score:
    """How many of how many, and what was missed."""

    name: str
    right: int = 0
    total: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, right: bool, what: str) -> None:
        self.total += 1
        self.right += right
        if not right:
            self.missed.append(what)

    @property
    def share(self) -> float:
        return self.right / self.total if self.total else 0.0


def score_bounces(folder: Path) -> list[Score]:
    """Kind per message; recipient, hard or soft, reason per expected recipient; a false recipient is a miss."""
    kinds, recipients, hard, reasons = Score("kind"), Score("recipient"), Score("hard or soft"), Score("reason")
    for case in json.loads((folder / "expectations.json").read_text("utf-8"))["cases"]:
        message = parse((folder / case["file"]).read_bytes())
        expected_kind = {"delivered": "receipt"}.get(case["kind"], case["kind"])
        kind = kind_of(message)
        kinds.add(kind == expected_kind, f"{case['file']}: {kind}, expected {expected_kind}")
        report = report_of(message)
        found = {item.address.lower(): (item.reason, bool(item.hard)) for item in report.recipients} if report else {}
        if kind == "auto-reply":
            found = {message.from_[0].address.lower(): ("vacation", False)}
        if report and not found:
            found = {"": ("feedback" if kind == "complaint" else "undefined", False)}
        for row in case["expected"]:
            name = (row["recipient"] or "").lower()
            reason, is_hard = found.pop(name, ("missing", None))
            where = f"{case['file']} {name}:"
            recipients.add(reason != "missing", f"{where} {list(found)}")
            hard.add(is_hard == row["hard_bounce"], f"{where} hard={is_hard} as {reason}, expected {row['reason']}")
            reasons.add(reason == row["reason"], f"{where} {reason}, expected {row['reason']}")
        for name in found:
            recipients.add(False, f"{case['file']}: {name} was not expected")
    return [kinds, recipients, hard, reasons]


def normal(text: str) -> str:
    """As the corpora's README compares: LF, no space at line ends, no empty lines at both ends."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n")


def score_replies(folder: Path) -> list[Score]:
    """Exact reply texts, pieces that must or must not be in it, and time."""
    exact, pieces, partial, quick = Score("reply exact"), Score("pieces"), Score("partial cases"), Score("within time")
    for path in sorted(folder.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        text = path.with_suffix(".txt").read_bytes().decode("utf-8", "replace")
        start = time.perf_counter()
        reply = normal(split_reply(text).reply)
        quick.add(time.perf_counter() - start < case.get("max_seconds", 1), path.stem)
        if case.get("expect") is not None:
            exact.add(reply == case["expect"], f"{path.stem}: {reply!r}")
        wanted = [(piece in reply, f"{path.stem}: lacks {piece!r}") for piece in case.get("contains") or ()]
        wanted += [(piece not in reply, f"{path.stem}: has {piece!r}") for piece in case.get("absent") or ()]
        for right, what in wanted:
            pieces.add(right, what)
        if wanted and case.get("expect") is None:
            partial.add(all(right for right, _ in wanted), path.stem)
    return [exact, partial, pieces, quick]


def score_tnef(folder: Path) -> list[Score]:
    """Names, bodies and files of each stream; a stream is right if all of its own are."""
    names, bodies, files, streams = Score("names"), Score("bodies"), Score("files"), Score("streams")
    for case in json.loads((folder / "expectations.json").read_text("utf-8"))["cases"]:
        found = read_tnef((folder / case["file"]).read_bytes())
        before = sum(len(score.missed) for score in (names, bodies, files))
        for name in case["attachment_names"]:
            names.add(name in [file.name for file in found.files], f"{case['file']}: no attachment {name!r}")
        kinds = {"text/html": bool(found.html_source), "text/rtf": bool(found.rtf), "text/plain": bool(found.body)}
        for kind in case["body"]:
            bodies.add(kinds[kind], f"{case['file']}: no {kind}")
        wrong = set(case["irregularities"]) - {"UnsupportedPropertyType"}
        bodies.missed += [f"{case['file']}: {what} is not known to this score" for what in wrong]
        for want in case["files"]:
            files.add(_has_file(found, want), f"{case['file']}: {want['role']} {want['name']!r}")
        streams.add(sum(len(score.missed) for score in (names, bodies, files)) == before, case["file"])
    return [names, bodies, files, streams]


def _has_file(found: Tnef, want: dict[str, Any]) -> bool:
    """Whether a file is there as it should be. The source counts the interface before an object as its content."""

    def digest(data: bytes) -> bool:
        return hashlib.sha256(data).hexdigest() == str(want["sha256"])

    def same(file: TnefFile) -> bool:
        size = want.get("prefix_size")
        raw = (file.content, file.interface + file.content)
        return file.name == want["name"] and any(digest(data[:size]) for data in raw)

    if want["role"] == "body" and want["compare"] == "text":
        rtf = found.rtf.replace(b"\r\n", b"\n")
        return digest(rtf if rtf.endswith(b"\n") else rtf + b"\n")
    if want["role"] == "body":
        return str(want["text_contains"]) in found.html_source and digest(found.html_source.encode())
    return any(same(file) for file in found.files)


def main() -> int:
    """Print the table; 2 without corpora."""
    root = os.environ.get("MAILKIT_CORPORA")
    if not root:
        print("MAILKIT_CORPORA is not set: nothing to score.")
        return 2
    for title, scores in (
        ("bounce", score_bounces(Path(root) / "bounce")),
        ("reply", score_replies(Path(root) / "reply")),
        ("tnef", score_tnef(Path(root) / "tnef")),
    ):
        for score in scores:
            print(f"{title:8} {score.name:14} {score.right:4} of {score.total:4}  {score.share:7.1%}")
            for line in score.missed:
                reason = KNOWN.get(line.partition(" ")[0].rstrip(":"))
                print(f"           - {line}" + (f" (known: {reason})" if reason else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast `mailkit.parse` is, beside the standard library's parser with either policy.

Two jobs are timed. *structure*: parse, and look at subject, senders and the list of parts, as a mail list does.
*everything*: also decode every header that a store needs, the text and every attachment.

The contestants are run in turn in each round, so that a busy machine slows all alike; printed are the medians of the
rounds' ratios (ours divided by theirs; below 1 is faster). The figures are saved as JSON in benchmarks/results/.

Usage: ``python benchmarks/bench_parse.py [ROUNDS]`` (default 9)
"""

from __future__ import annotations

import email
import email.header
import email.policy
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage, Message
from email.utils import getaddresses
from pathlib import Path

from mailkit import parse

RESULTS = Path(__file__).parent / "results"
Job = Callable[[bytes], object]


def generated() -> list[bytes]:
    """Mail as business mail is: plain notes, alternatives with long quotes, pictures and documents of 1 kB to 1 MB."""
    mails = []
    for number in range(60):
        mail = EmailMessage()
        mail["From"] = f"Zoë Müller <zoe{number}@client.example>"
        mail["To"] = ", ".join(f"Person {n} <p{n}@acme.example>" for n in range(1 + number % 12))
        mail["Subject"] = f"Re: Angebot {number} für Größe {number % 7}"
        mail["Date"] = f"Tue, {1 + number % 28:02d} Sep 2026 10:{number % 60:02d}:00 +0200"
        mail["Message-ID"] = f"<bench-{number}@client.example>"
        mail["References"] = " ".join(f"<bench-{n}@client.example>" for n in range(number % 9))
        text = "Grüße aus Köln.\n" + "> quoted line of an earlier mail, as long as they are\n" * (number * 8)
        mail.set_content(text)
        if number % 3 != 0:
            mail.add_alternative("<p>" + text.replace("\n", "<br>\n") + "</p>", subtype="html")
        if number % 5 == 0:
            content = bytes(range(256)) * 4 * (1 + (number % 10) * 100)
            mail.add_attachment(content, maintype="application", subtype="pdf", filename=f"Rechnung {number} für Ä.pdf")
        mails.append(mail.as_bytes(policy=email.policy.SMTP))
    return mails


def corpus() -> list[bytes]:
    """The messages of the corpora, if there are any."""
    place = os.environ.get("MAILKIT_CORPORA")
    return [path.read_bytes() for path in sorted(Path(place).rglob("*.eml"))] if place else []


def ours_structure(raw: bytes) -> object:
    """Subject, senders, parts."""
    message = parse(raw)
    return message.subject, message.from_, [(part.content_type, part.filename) for part in message.parts]


def ours_everything(raw: bytes) -> object:
    """All that a store keeps, all parts decoded."""
    message = parse(raw)
    heads = (message.subject, message.date, message.message_id, message.references)
    people = (message.from_, message.to, message.cc, message.reply_to)
    texts = [part.text for part in (*message.text_body, *message.html_body) if part.content_type.startswith("text/")]
    return heads, people, texts, [(part.filename, part.content) for part in message.attachments]


def _theirs(policy: email.policy.Policy, everything: bool) -> Job:
    def job(raw: bytes) -> object:
        message = email.message_from_bytes(raw, policy=policy)
        found: list[object] = [_text(message, "subject"), getaddresses(map(str, message.get_all("from", [])))]
        found += [(part.get_content_type(), part.get_filename()) for part in message.walk()]
        if everything:
            found += [_text(message, name) for name in ("date", "message-id", "references")]
            found += [getaddresses(map(str, message.get_all(name, []))) for name in ("to", "cc", "reply-to")]
            found += [_content(part) for part in message.walk() if not part.is_multipart()]
        return found

    return job


def _text(message: Message, name: str) -> str:
    """A header as text. compat32 leaves encoded words to the caller; the default policy decodes them itself."""
    value = message.get(name, "")
    if message.policy is email.policy.compat32:
        return str(email.header.make_header(email.header.decode_header(value)))
    return str(value)


def _content(part: Message) -> object:
    content = part.get_payload(decode=True)
    if part.get_content_maintype() == "text" and isinstance(content, bytes):
        return content.decode(part.get_content_charset() or "ascii", errors="replace")
    return content


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
    """How long the job takes over all mails."""
    start = time.perf_counter()
    for raw in mails:
        job(raw)
    return time.perf_counter() - start


def race(name: str, mails: list[bytes], rounds: int, everything: bool) -> dict[str, object]:
    """Run the contestants in turn and print the ratios."""
    ours = ours_everything if everything else ours_structure
    rivals = {
        "compat32": tolerant(_theirs(email.policy.compat32, everything)),
        "policy.default": tolerant(_theirs(email.policy.default, everything)),
    }
    own: list[float] = []
    ratios: dict[str, list[float]] = {rival: [] for rival in rivals}
    for _ in range(rounds):
        own.append(seconds(ours, mails))
        for rival, (job, _) in rivals.items():
            ratios[rival].append(own[-1] / seconds(job, mails))
    result: dict[str, object] = {"mails": len(mails), "bytes": sum(map(len, mails)), "seconds": statistics.median(own)}
    for rival, (_, failed) in rivals.items():
        ratio = statistics.median(ratios[rival])
        result[rival] = {"ratio": ratio, "failed": len(failed)}
        note = f"; {rival} raises on {len(failed)} of the mails" if failed else ""
        print(f"{name}: mailkit takes {ratio:.2f} of the time of {rival}{note}")
    return result


def main(arguments: list[str]) -> int:
    """Race on generated mail and on the corpora, save the figures."""
    rounds = int(arguments[0]) if arguments else 9
    results: dict[str, object] = {"python": platform.python_version(), "rounds": rounds}
    for source, mails in (("generated mail", generated()), ("corpora", corpus())):
        for everything in (False, True) if mails else ():
            name = f"{source}, {'everything' if everything else 'structure'}"
            results[name] = race(name, mails, rounds, everything)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "parse.json"
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    print(f"saved in {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""How the CPU time of reading grows when the input doubles: ``python benchmarks/score_growth.py``.

Every function that takes outside data is given traps of 60 kB, twice and four times that. The growth printed is that of
one doubling; 2 is linear, 4 is quadratic. It is judged by the best of several runs and fails above 2.6. A trap that is
done within 20 ms at its largest cannot be judged, and is counted as quick.
"""

from __future__ import annotations

import gc
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from mailkit.content import html_to_text, read, read_calendar, read_tnef, report_of, sanitize, split_reply, trust_of
from mailkit.content.lzfu import decompress
from mailkit.content.protected import protection_of
from mailkit.content.rtf import read_rtf
from mailkit.message import (
    Address,
    decode_words,
    is_smtp_address,
    parse,
    parse_addresses,
    parse_date,
    parse_ids,
    safe_filename,
)
from mailkit.message.charset import decode
from mailkit.message.embedded import find_embedded
from mailkit.message.params import parse_params
from mailkit.message.shown import shown_address

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.growth import cpu_seconds

MOST = 2.6
QUICK = 0.020  # seconds
SIZES = (60_000, 120_000, 240_000)


def _report(unit: str) -> Callable[[int], object]:
    head = (
        b"From: MAILER-DAEMON@b.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        b"--b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\n"
    )
    return lambda n: report_of(parse(head + _text(unit, n).encode() + b"\n--b--\n"))


def _notice(unit: str) -> Callable[[int], object]:
    head = b"From: MAILER-DAEMON@b.example\nSubject: failure notice\n\n"
    return lambda n: report_of(parse(head + _text(unit, n).encode()))


def _text(unit: str, size: int) -> str:
    return unit * (size // len(unit) + 1)


def _parse(head: bytes, unit: bytes) -> Callable[[int], object]:
    def run(size: int) -> object:
        message = parse(head + unit * (size // len(unit)))
        return message.defects, message.ambiguities, message.text_body, message.to, message.references

    return run


def _each(function: Callable[[str], object], *units: str) -> dict[str, Callable[[int], object]]:
    return {repr(unit)[:40]: (lambda n, unit=unit: function(_text(unit, n))) for unit in units}  # type: ignore[misc]


def _tnef(unit: bytes) -> Callable[[int], object]:
    def run(size: int) -> object:
        found = read_tnef(b"\x78\x9f\x3e\x22\x01\x00" + unit * (size // len(unit)))
        return found.html, found.text, [(file.size, file.name) for file in found.files]

    return run


_MIXED = b"Content-Type: multipart/mixed; boundary=b\n\n"
_LZFU = struct.pack("<IIII", 2**31 - 1, 2**31 - 1, 0x75465A4C, 0)
_ATTACHMENT = struct.pack("<BII", 2, 0x69002, 14) + b"\0" * 16
TRAPS: dict[str, dict[str, Callable[[int], object]]] = {
    "parse": {
        "boundary lines": _parse(_MIXED, b"--b\n"),
        "nearly boundary lines": _parse(_MIXED, b"--bb\n"),
        "one boundary for all": _parse(_MIXED, b"--b\nContent-Type: multipart/mixed; boundary=b\n\n"),
        "messages in each other": _parse(b"", b"Content-Type: message/rfc822\n\n"),
        "bare CR": _parse(_MIXED, b"--b\r"),
        "fields": _parse(b"", b"a: b\n"),
        "no fields": _parse(b"a: b\n", b"bad\n"),
        "folds": _parse(b"a: b\n", b" c\n"),
        "parameters": _parse(b"Content-Type: a/b", b"; a*0=b"),
        "quotes": _parse(b"Content-Type: a/b; a=", b'"\\'),
        "encoded words": _parse(b"Subject:", b" =?utf-8?q?=C3?="),
        "base64 with padding": _parse(b"Content-Transfer-Encoding: base64\n\n", b"YQ=="),
        "quoted-printable blanks": _parse(b"Content-Transfer-Encoding: quoted-printable\n\n", b" \t"),
    },
    "address": _each(parse_addresses, "a@", "a @ ", "(", "()", '\\"', '"a', "<", "a,", "a:;", "[", "=?a?q?", "a . ")
    | _each(is_smtp_address, "a", "a.", '"', "\\"),
    "header values": _each(decode_words, "=?utf-8?q?", "=?a?b?YQ==?=", "=?=?", "a ")
    | _each(parse_date, "a ", "1 ", ": ", ";", "(", "(a)")
    | _each(parse_ids, "<a@b.example>", "<", "from ", "a@b.example ", "<a\n")
    | _each(parse_params, "a/b; ", ' filename="a"b', "a=b ", "(c)", "; a*0=b", "a/b,", "; a=,")
    | _each(lambda text: shown_address(Address(text, "a@b.example")), "a@", "@", "a@b.example ", "\u200b", "\ufdfa")
    | _each(lambda text: safe_filename(text, "", 1), "../", "a.", "\u202e", "a "),
    "charset": {
        f"{label} {unit!r}": (lambda n, label=label, unit=unit: decode(unit * (n // len(unit)), label))  # type: ignore[misc]
        for label, unit in (
            ("iso-2022-jp", b"\x1b$B-!"), ("iso-2022-jp", b"\x1b$B-!\n"), ("utf-8", b"\xc3\xa4\xff"), ("big5", b"\x80"),
            ("utf-7", b"+A-"), ("utf-16", b"a\0"), ("hz-gb-2312", b"~{"), ("iso-8859-2", b"\x96"), ("x", b"\xe4 "),
        )
    },
    "trust": {
        unit: (lambda n, unit=unit: trust_of(  # type: ignore[misc]
            parse(f"Received: from a by b.example\nFrom: a@b.example\n{_text(unit, n)}\n\nx".encode()),
            authserv_ids=["b.example"], own_domains=["c.example"],
        ))
        for unit in (
            "Authentication-Results: b.example; dmarc=pass (a,b)\n", "Authentication-Results: b.example; (\n",
            "Received: from a (b [1.2.3.4]) by b.example\n",
            "Reply-To: a@d.example\n", "From: b@d.example\n", "DKIM-Signature: d=a; s=b\n",
        )
    },
    "protected": {
        unit: (lambda n, unit=unit: protection_of(  # type: ignore[misc]
            parse(f'Content-Type: text/plain; hp="cipher"\n{_text(unit, n)}\n\nx'.encode()), parse(b"Subject: x\n\n")
        ))
        for unit in ("HP-Outer: Subject: x\n", "HP-Outer: a\n", "Subject: x\n", "To: a@b.example\n")
    },
    "text": _each(
        html_to_text, "<div>", "<table><tr><td>", "<a href=x>", "<b>x", "</p>", "<!--", "<", "&amp", "<p>x<br>",
        "<ul><li>", "<pre>\n", "<td>x", "<hr>", "<a href=tel:1>", "<a href=http://a><img alt=b>",
        "<ol start=2><li value=3>",
        "<p style='white-space:pre'>\n", "<style>", "<!-- a -->",
    ),
    "html": _each(
        sanitize, "<div>", "<b>", "</x>", "<a href='x'", "<style>", "<p style='margin:1px'>x", "<img src='cid:a'>",
        "<!--", "&#", "&", "&nbsp;", "&copyx", "&am", "\u00a9", "<svg><td>",
    ),
    "reply": _each(
        split_reply, "On ", "On\n", "On 1 May 2026, ", "wrote:\n", "On 1 May 2026 Ana wrote:\n", "> ", "> x\n",
        "-----", "--\n", "From: a\n", "From: a\nSent: b\n", "Sent from my phone\n", "Best regards,\n",
        "____________________\n", "\n", "|\n", "a@b.example ", "2026 12:00 <a@b.example>:\n", "\u200b",
        "-----Original Message-----\n", ":\n", " \n", "-- \nx\n",
        "On 1.1.2026 10:00 a@b.example wrote:\n> x\nBest regards\nAna\n", "From: a@b.example Sent: 2026 To: c ",
        "From: a Sent: b\n", "From: a\n\n", "From: a To: b\n\n", "-- a --From: b\n", "> (http://a\nb)\n",
        "x On Mon, May 1, 2026 10:00 a@b.example wrote:\n> y\n",
    ),
    "reply of HTML": {
        repr(unit): (lambda n, unit=unit: read(parse(f"Content-Type: text/html\n\n{_text(unit, n)}".encode())).reply)  # type: ignore[misc]
        for unit in (
            "<blockquote>", "<div class=gmail_quote>", "<blockquote>x</blockquote>On 1 May Ana wrote:<br>", "<br>",
            "<hr>",
        )
    },
    "report": {
        "fields": _report("Final-Recipient: rfc822; a@b.example\n"),
        "blocks": _report("Final-Recipient: rfc822; a@b.example\n\n"),
        "folds": _report(" x\n"),
        "codes": _report("5.1.1 550 "),
        "signs": _notice("a@"),
        "brackets": _notice("<a@b.example>:\n"),
        "dialogue": _notice(">>> DATA\n<<< 550 x\n"),
        "Exim": _notice("  a@b.example\n    x\n"),
    },
    "tnef": {
        "attachments": _tnef(_ATTACHMENT),
        "attributes": _tnef(struct.pack("<BIIH", 1, 1, 0, 0)),
        "RTF groups": lambda n: read_rtf(b"{\\rtf1" + b"{}" * (n // 2)),
        "RTF letters": lambda n: read_rtf(b"{\\rtf1" + b"\\f1\\'e4" * (n // 7)),
        "RTF words": lambda n: read_rtf(b"{\\rtf1" + b"\\par" * (n // 4)),
        "LZFu": lambda n: decompress(_LZFU + (b"\xff" + b"\x00\x0f" * 8) * (n // 17), 10**9),
    },
    "embedded": {
        repr(unit): (lambda n, unit=unit: find_embedded(b"begin 644 a\n" + unit * (n // len(unit))))  # type: ignore[misc]
        for unit in (b"begin 644 a\n#0V%T\n", b"begin 644 a\n`\n", b"M\n", b"=ybegin line=1 name=a\n")
    },
    "calendar": _each(
        read_calendar, "BEGIN:VEVENT\n", "ATTENDEE:a\n", "A;", ' "', "RRULE:FREQ=DAILY\n", "BEGIN:VEVENT\nEND:VEVENT\n"
    ),
}  # fmt: skip


def growth(run: Callable[[int], object]) -> tuple[float, float]:
    """(growth of one doubling, seconds for the largest size)."""
    times = [cpu_seconds(run, size) for size in SIZES]
    return (times[-1] / max(times[0], 1e-6)) ** 0.5, times[-1]


def main() -> int:
    """Print the worst of each function; 1 if one grows faster than it may."""
    gc.disable()
    head = f"{'function':15}{'traps':>6}{'quick':>7}{'worst':>7}"
    print(f"{head}  of the doubling; its trap, seconds for {SIZES[-1] // 1000} kB")
    failed = judged = 0
    for function, traps in TRAPS.items():
        found = []
        for name, run in traps.items():
            for _ in range(3):  # a busy machine is no quadratic path
                rate, last = growth(run)
                if rate <= MOST or last <= QUICK:
                    break
            found.append((rate, name, last))
        slow = [one for one in found if one[2] > QUICK]
        line = f"{function:15}{len(found):6}{len(found) - len(slow):7}"
        if not slow:
            print(f"{line}      -")
            continue
        worst = max(slow)
        judged += 1
        failed += worst[0] > MOST
        print(f"{line}{worst[0]:7.2f}  {worst[1]}, {worst[2]:.3f} s" + "  ← TOO FAST" * (worst[0] > MOST))
    print(f"\n{judged - failed} of {judged} functions grow by {MOST} at most; {len(TRAPS) - judged} too quick to judge")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

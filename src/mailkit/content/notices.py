"""Bounces written for people only: qmail, Exim, old Postfix and Sendmail, and whoever else names an address and a
reason.

Each dialect is one function from the lines of the notice to findings; the first that finds something decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

from mailkit.message.shown import addresses_in

from .delivery import clean_address
from .tables import phrases

__all__ = ["Finding", "anywhere", "read_notice", "split_notice"]

MAX_LINES = 5000
MAX_FINDINGS = 200

# What the line says after which the returned message begins, between dashes
_RETURNED = phrases(
    """
    below this line is a copy of the message | this is a copy of | enclosed is a copy of the message |
    original message |
    message text | undelivered message follows | unsent message follows | returned message | unmodified message |
    the header of the original message | original message headers | message header follows | message header |
    copy of the original message
    """
)
# … and without dashes
_FOLLOWS = phrases(
    """
    original message follows | message headers follow | message header follows |
    below is a copy of the original message |
    possibly truncated original message follows | a copy of the original message | the original message follows |
    a copy of your message | here is a copy of the | the header of the original message |
    headers of the original message
    """
)
_OF_MESSAGE = frozenset(phrases("return-path | received | message-id | mime-version"))
_HEADERS = _OF_MESSAGE | frozenset(phrases("date | from | to | subject | reply-to"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One recipient and what the notice says about it."""

    address: str
    text: str


def split_notice(text: str) -> tuple[list[str], str]:
    """(lines of the notice, text of the returned message or its header)."""
    lines = text.replace("\r\n", "\n").split("\n", MAX_LINES)[:MAX_LINES]
    names: set[str] = set()
    began = 0  # where the run of header lines began that goes on
    for number, line in enumerate(lines):
        folded = line.strip()[:200].lower()
        said = folded.strip("|-=*_ ")
        if said != folded and folded[0] in "|-=*_" and said.startswith(_RETURNED):
            return lines[:number], "\n".join(lines[number + 1 :]).lstrip()
        if said.startswith(_FOLLOWS):
            return lines[:number], "\n".join(lines[number + 1 :]).lstrip()
        name = line.partition(":")[0].lower() if line[:1].isalpha() else ""
        if name in _HEADERS:
            began = number if not names else began
            names.add(name)
            if len(names) >= 3 and "from" in names and names & _OF_MESSAGE and began:
                return lines[:began], "\n".join(lines[began:])
            if name == "return-path" and number:
                return lines[:number], "\n".join(lines[number:])
        elif not folded or not (line[:1] in " \t" or ":" in line[:60]):
            names = set()
    return lines, ""


def read_notice(lines: Sequence[str], failed: Sequence[str]) -> list[Finding]:
    """Recipients named in a notice of a known form.

    Args:
        failed: X-Failed-Recipients.
    """
    found = _exim(lines) if failed else []
    if failed:
        return _named(failed, found, lines)
    readers: tuple[Callable[[Sequence[str]], list[Finding]], ...] = (
        _bracketed,
        _sendmail,
        _exchange,
        _labelled,
        _exim_whole,
    )
    for reader in readers:
        if found := reader(lines):
            return _each_once(found)[:MAX_FINDINGS]
    return []


def _each_once(found: Sequence[Finding]) -> list[Finding]:
    """Servers name an address again in the reason of the same failure; the first that gives a reason counts."""
    once: dict[str, Finding] = {}
    for item in found:
        key = item.address.casefold()
        if key not in once or not once[key].text:
            once[key] = Finding(once[key].address if key in once else item.address, item.text)
    return list(once.values())


def _paragraph(lines: Sequence[str], start: int, first: str = "") -> str:
    words = [first] if first else []
    for line in lines[start : start + 40]:
        if not line.strip() or (words and line.startswith("<")):
            break
        words.append(line.strip())
    return " ".join(words)


def _bracketed(lines: Sequence[str]) -> list[Finding]:
    """``<address>: reason`` and ``<address>:`` with the reason below (Postfix, qmail)."""
    found = []
    for number, line in enumerate(lines):
        if not line.startswith("<"):
            continue
        address, close, rest = line[1:400].partition(">")
        if (
            close
            and "@" in address
            and not {" ", "<"} & set(address)
            and (rest[:1] == ":" or rest.lstrip().startswith("(expanded from"))
        ):
            found.append(Finding(address, _paragraph(lines, number + 1, rest.lstrip(": "))))
    return found


def _sendmail(lines: Sequence[str]) -> list[Finding]:
    """``----- The following addresses had … errors -----``, one address a line, ``(reason: …)`` below it."""
    start = next((n for n, line in enumerate(lines) if "----- the following addresses had" in line.lower()), None)
    if start is None:
        return []
    transcript = [line.strip().removeprefix("<<< ") for line in lines if line.lstrip().startswith(("<<< ", "5", "4"))]
    found: list[Finding] = []
    for line in lines[start + 1 : start + 1 + MAX_FINDINGS]:
        text = line.strip()
        if text.startswith("-----"):
            break
        if found and text.lower().startswith("(reason:"):
            found[-1] = Finding(found[-1].address, text[8:].strip(" )"))
        elif text and not text.startswith("(") and (address := clean_address(text)):
            found.append(Finding(address, " ".join(transcript[:20])))
    return found


def _exchange(lines: Sequence[str]) -> list[Finding]:
    """``did not reach the following recipient(s):``, then an address, also inside an X.400 one, and why below it."""
    start = next((n for n, line in enumerate(lines) if "did not reach the following recipient" in line.lower()), None)
    found: list[Finding] = []
    for number in range(start + 1 if start is not None else len(lines), min(len(lines), (start or 0) + MAX_FINDINGS)):
        line = lines[number]
        names = [] if line.startswith((" ", "\t")) else addresses_in(line, 1)
        if names:
            found.append(Finding(names[0], ""))
        elif found and line.strip():
            found[-1] = Finding(found[-1].address, f"{found[-1].text} {line.strip()}".strip())
    return found


def _labelled(lines: Sequence[str]) -> list[Finding]:
    """``Recipient address: …`` and what stands below until the next one (PMDF, MailEnable)."""
    found: list[Finding] = []
    for line in lines:
        label, colon, value = line.strip()[:400].partition(":")
        if colon and label.casefold() in _RECIPIENT_LABELS and (names := addresses_in(value, 1)):
            found.append(Finding(names[0], ""))
        elif found and line.strip() and len(found[-1].text) < 2000:
            found[-1] = Finding(found[-1].address, f"{found[-1].text} {line.strip()}".strip())
    return found


_RECIPIENT_LABELS = frozenset(phrases("recipient address | recipient | failed recipient | final recipient"))


def _exim_whole(lines: Sequence[str]) -> list[Finding]:
    """Exim's form without its header: only whole addresses count, "To:" stands there in other notices."""
    return [item for item in _exim(lines) if "@" in item.address]


_ANSWER = re.compile(r"[245]\d\d[ -]")  # "550 5.1.1 <bo@b.example>: …" is what a server said of an address


def _exim(lines: Sequence[str]) -> list[Finding]:
    """An address alone on an indented line, its reason indented deeper below."""
    found = []
    for number, line in enumerate(lines):
        depth = len(line) - len(line.lstrip(" "))
        text = line.strip()
        if not 2 <= depth <= 4 or not text or ("@" not in text and " " in text) or _ANSWER.match(text):
            continue
        address, _, rest = text.partition(": ")
        if " " in address and (not address.endswith(">") or len(address.partition("<")[0].split()) > 3):
            continue
        below = list(_deeper(lines, number + 1, depth))
        if rest or below:
            found.append(Finding(clean_address(address) or address, " ".join([rest, *below]).strip()))
    return found


def _deeper(lines: Sequence[str], start: int, depth: int) -> Iterator[str]:
    for line in lines[start : start + 40]:
        text = line.strip()
        if not text or (len(line) - len(line.lstrip(" ")) <= depth and "@" in text and " " not in text):
            return
        yield text


def _named(failed: Sequence[str], found: Sequence[Finding], lines: Sequence[str]) -> list[Finding]:
    """Put the reasons found to the addresses that the header names; Exim writes local ones without their domain."""
    by_local = {item.address.partition("@")[0].lower(): item.text for item in found}
    whole = " ".join(line.strip() for line in lines)[:2000] if len(failed) == 1 else ""
    only = found[0].text if len(found) == len(failed) == 1 else whole
    return [Finding(a, by_local.get(a.partition("@")[0].lower(), only)) for a in failed[:MAX_FINDINGS]]


def anywhere(lines: Sequence[str], nobody: Set[str]) -> list[Finding]:
    """The first address that is nobody's here, with the whole notice as reason.

    Args:
        nobody: addresses, in lower case, that are never the failed ones: of the reader, of the daemon.
    """
    told = [line.strip() for line in lines if "message-id" not in line.lower() and "identifier" not in line.lower()]
    text = " ".join(told)[:8000]
    strangers = [a for a in addresses_in(text) if a.lower() not in nobody and not a.lower().startswith("postmaster@")]
    return [Finding(strangers[0], text[:2000])] if strangers else []

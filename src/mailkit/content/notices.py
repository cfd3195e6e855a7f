"""Bounces written for people only: qmail, Exim, old Postfix and Sendmail, and whoever else names an address and a
reason.

Each dialect is one function from the lines of the notice to findings; the first that finds something decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mailkit.message.shown import addresses_in

from .delivery import clean_address
from .tables import phrases

__all__ = ["Finding", "anywhere", "read_notice", "split_notice"]

MAX_LINES = 5000
MAX_FINDINGS = 200

# Lines after which the returned message begins.
_RETURNED = phrases(
    """
    --- below this line is a copy of the message | ------ this is a copy of |
    --- enclosed is a copy of the message | --- original message | ----- original message |
    --- message text follows | ------------------------- message text | --- undelivered message follows |
    ----- unsent message follows | --- returned message | ---- unmodified message |
    --- the header of the original message | original message headers | ----- message header follows
    """
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One recipient and what the notice says about it."""

    address: str
    text: str


def split_notice(text: str) -> tuple[list[str], str]:
    """(lines of the notice, text of the returned message or its header)."""
    lines = text.replace("\r\n", "\n").split("\n", MAX_LINES)[:MAX_LINES]
    for number, line in enumerate(lines):
        folded = line.strip().lower()
        if folded.startswith(_RETURNED):
            return lines[:number], "\n".join(lines[number + 1 :]).lstrip()
        if folded.startswith("return-path:") and number:
            return lines[:number], "\n".join(lines[number:])
    return lines, ""


def read_notice(lines: Sequence[str], failed: Sequence[str]) -> list[Finding]:
    """Recipients named in a notice of a known form.

    Args:
        failed: X-Failed-Recipients.
    """
    found = _exim(lines) if failed else []
    if failed:
        return _named(failed, found, lines)
    readers: tuple[Callable[[Sequence[str]], list[Finding]], ...] = (_bracketed, _sendmail, _exchange, _exim_whole)
    for reader in readers:
        if found := reader(lines):
            return found[:MAX_FINDINGS]
    return []


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
        if close and "@" in address and (rest[:1] == ":" or rest.lstrip().startswith("(expanded from")):
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


def _exim_whole(lines: Sequence[str]) -> list[Finding]:
    """Exim's form without its header: only whole addresses count, "To:" stands there in other notices."""
    return [item for item in _exim(lines) if "@" in item.address]


def _exim(lines: Sequence[str]) -> list[Finding]:
    """An address alone on an indented line, its reason indented deeper below."""
    found = []
    for number, line in enumerate(lines):
        depth = len(line) - len(line.lstrip(" "))
        text = line.strip()
        if not 2 <= depth <= 4 or not text or ("@" not in text and " " in text):
            continue
        address, _, rest = text.partition(": ")
        if " " in address and "<" not in address:
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


def anywhere(lines: Sequence[str], addresses: Sequence[str]) -> list[Finding]:
    """The first address that is nobody's here, with the whole notice as reason.

    Args:
        addresses: those of the reader and of the daemon, which are never the failed ones.
    """
    own = {address.lower() for address in addresses}
    text = " ".join(line.strip() for line in lines)[:8000]
    strangers = [a for a in addresses_in(text) if a.lower() not in own and not a.lower().startswith("postmaster@")]
    return [Finding(strangers[0], text[:2000])] if strangers else []

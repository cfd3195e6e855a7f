"""Why a delivery failed: one word from the server's sentence (RFC 3463 codes only where the sentence says nothing).

Servers choose their codes badly and their words well: ``550 5.7.1 … User unknown`` means an unknown user. So the
words are looked at first, the most telling ones before the general ones, then the enhanced status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from .reason_words import PATTERNS, PHRASES
from .tables import rows

__all__ = ["HARD_REASONS", "REASONS", "is_hard", "reason_for", "reason_in"]

#: Every word that ``ReportRecipient.reason`` can be, and what it means.
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "authfailure": "SPF, DKIM or DMARC did not pass",
        "badreputation": "the sending host or domain has a bad name",
        "blocked": "the sending host or address is on a list",
        "contenterror": "the message cannot be handled as it is written",
        "delivered": "it was delivered",
        "expired": "it could not be delivered in the time there was",
        "feedback": "somebody complained of it",
        "filtered": "a filter of the recipient refused it",
        "greylisted": "it shall be tried again later",
        "hasmoved": "the recipient has another address now",
        "hostunknown": "the domain does not exist, or takes no mail",
        "mailboxfull": "the mailbox is full",
        "mailererror": "a program on the way failed",
        "mesgtoobig": "the message is too large",
        "networkerror": "the host could not be reached",
        "norelaying": "the host passes no mail on for the sender",
        "notaccept": "the host takes no mail at all",
        "notcompliantrfc": "the message breaks a standard",
        "onhold": "the server's words are not known",
        "policyviolation": "a rule of the host forbids it",
        "rejected": "the sender's address was refused",
        "requireptr": "the sending host has no name in the DNS",
        "spamdetected": "it was taken for spam",
        "suspend": "the account is suspended for now",
        "syntaxerror": "the hosts did not understand each other",
        "systemerror": "the receiving host has a trouble of its own",
        "toomanyconn": "too many connections, messages or recipients",
        "undefined": "the report says nothing",
        "userunknown": "the mailbox does not exist",
        "virusdetected": "it was taken for malware",
    }
)
# Reasons after which the address must not be written to again.
HARD_REASONS = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})

# "550-5.7.1 …" before each line of a long answer: it stands in the middle of phrases.
_CONTINUED = re.compile(r"\b[245]\d\d(?:-[245]\.\d{1,3}\.\d{1,3} ?|- ?| [245]\.\d{1,3}\.\d{1,3} )")
MAX_SENTENCE = 4000  # characters; the reason always stands near the front
_MANY_LINES = re.compile(r"\b([245]\d\d)-")  # an answer of several lines: its last line has the code and a blank

_BY_STATUS = {
    detail: reason
    for reason, details in rows(
        """
userunknown: 1.0 | 1.1 | 1.3 | 1.10
hostunknown: 1.2 | 4.4 | 4.310
hasmoved: 1.6 | 7.17
rejected: 1.7 | 1.8 | 7.1 | 7.27
suspend: 2.1 | 7.13
mailboxfull: 2.2
mesgtoobig: 2.3 | 3.4
systemerror: 1.4 | 1.9 | 3.1 | 3.5 | 4.3
notaccept: 3.2
expired: 4.7
authfailure: 7.7 | 7.8 | 7.20 | 7.21 | 7.22 | 7.23 | 7.24 | 7.26 | 7.509 | 7.515
requireptr: 7.25
toomanyconn: 5.3 | 7.28
"""
    )
    for detail in details
}
# Where the code is all there is (RFC 5321 section 4.2.2, RFC 7504)
_BY_CODE = dict.fromkeys(("500", "501", "502", "503", "504"), "syntaxerror")
_BY_CODE |= dict.fromkeys(("521", "556"), "notaccept")
# Details that say more than the words of a refusal in general
_TELLING = frozenset({"7.25", "7.26", "7.28", "7.509", "7.515"})
_GENERAL = frozenset({"blocked", "spamdetected", "policyviolation", "rejected", "onhold"})
_BY_CLASS = {
    "2": "filtered",
    "3": "systemerror",
    "4": "networkerror",
    "5": "syntaxerror",
    "6": "contenterror",
    "7": "policyviolation",
}


def reason_for(sentence: str, *, status: str = "", action: str = "", command: str = "", more: str = "") -> str:
    """One word for why, of ``REASONS``; ``onhold`` where nothing tells, ``undefined``
    without any sentence or status.

    Args:
        sentence: what the server said. status: RFC 3463, ``""`` if none. action: of RFC 3464 section 2.3.3.
        command: what was answered, see ``Transcript.command``. more: the human part of the report, asked last.
    """
    if action in ("delivered", "relayed", "expanded"):
        return "delivered"
    known = reason_in(sentence)
    detail = status.partition(".")[2]
    if known == "hostunknown" and "found, try again" in sentence.lower():
        return "networkerror"
    if detail in ("1.7", "1.8") and known == "userunknown":
        return "rejected"
    if command == "MAIL" and (known in HARD_REASONS or (not known and status[:1] != "4")):
        return "rejected"  # it is the sender, or the sender's domain, that they do not know
    if known == "userunknown":
        return _unless_refused_after_data(detail, command)
    if known:
        return _BY_STATUS[detail] if known in _GENERAL and detail in _TELLING else known
    if not sentence and action == "failed" and (known := reason_in(more)):
        return known
    if detail not in ("", "0.0") and (by_status := _from_status(status, action)):
        return by_status
    if by_code := _BY_CODE.get(sentence[:3]):
        return by_code
    if action == "delayed":
        return "expired"
    return reason_in(more) or ("onhold" if sentence or more else "undefined")


def is_hard(reason: str, status: str, action: str) -> bool | None:
    """Whether the address is dead. None: the report does not say enough."""
    if reason in ("onhold", "undefined"):
        return None
    return reason in HARD_REASONS and action in ("", "failed") and not status.startswith("4")


@lru_cache(maxsize=256)
def reason_in(sentence: str) -> str:
    """What the words alone say, "" if nothing."""
    whole = " ".join(sentence[:MAX_SENTENCE].lower().split())
    text = f"{_CONTINUED.sub('', whole)} "
    for code in set(_MANY_LINES.findall(whole)):
        text = text.replace(f" {code} ", " ")
    found = next((reason for reason, phrases in PHRASES if any(phrase in text for phrase in phrases)), "")
    return found or next((reason for reason, pattern in PATTERNS if pattern.search(text)), "")


def _from_status(status: str, action: str) -> str:
    detail = status.partition(".")[2]
    if action == "delayed" and detail in ("4.0", "4.1", "4.7", "7.0", "7.1", "2.0", "3.2"):
        return "expired"
    return _BY_STATUS.get(detail) or _BY_CLASS.get(detail.partition(".")[0], "")


def _unless_refused_after_data(detail: str, command: str) -> str:
    """Some carriers accept RCPT and answer the mail with "user unknown" when they dislike it, not the address.

    The status does not speak of the address then. After DATA alone says less: commands are pipelined.
    """
    after_data = command == "DATA" and detail.startswith(("2.", "7."))
    return "filtered" if after_data or (command == "END" and not detail.startswith("1.")) else "userunknown"

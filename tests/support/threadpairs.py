"""Threads of two programs compared: which two mails does each put into one thread, and why do they differ.

The other program is Dovecot, which knows two algorithms: REFS goes by the Message-IDs that mails name, REFERENCES (RFC
5256) also joins what has one subject. Its threads are taken twice: of the mailbox as it is, and of the ``tidied`` one,
in which In-Reply-To and References name no addresses. Where the two answers differ, an address was taken for a
Message-ID. So each difference is explained by what Dovecot itself says, and by what the mails say (``named``):

==============  ====================================================================================================
``hidden``      only mailkit: Dovecot took the address in ``Message from Bo <bo@b.example> of "Monday" <id>`` for an id
                and looked no further
``address``     only Dovecot: nothing but an address of that kind joins the two
``loop``        only mailkit: the mails name each other in a circle, and Dovecot takes one out (a tree has no circles);
                which mails belong together does not depend on that
``report``      only mailkit: a bounce holds the head of the mail that it is about, and names it nowhere else
``beside``      only mailkit: In-Reply-To names a mail that is not among References; RFC 5256 looks at References alone
``unexplained`` none of these
==============  ====================================================================================================
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from itertools import combinations

from mailkit.message import parse
from mailkit.thread import is_forward, is_reply, partition
from support.realmail import Ground

Pairs = frozenset[tuple[int, int]]
_FIELD = re.compile(rb"^(In-Reply-To|References):(.*\r?\n(?:[ \t].*\r?\n)*)", re.IGNORECASE | re.MULTILINE)
_INSIDE = re.compile(rb"^(?:Original-)?Message-ID:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_BRACKETS = re.compile(rb"<([^<>]*)>")


def groups(answer: bytes) -> list[list[int]]:
    """The threads of an answer to THREAD (RFC 5256 section 4), whatever their shape inside."""
    found: list[list[int]] = []
    depth = 0
    for word in re.findall(rb"[()]|\d+", answer):
        if word == b"(":
            depth += 1
            if depth == 1:
                found.append([])
        elif word == b")":
            depth -= 1
        else:
            found[-1].append(int(word))
    return found


def pairs(threads: Iterable[Sequence[int]]) -> Pairs:
    """Every two mails that are in one thread."""
    return frozenset(pair for thread in threads for pair in combinations(sorted(thread), 2))


def f1(one: Pairs, other: Pairs) -> float:
    """The harmonic mean of the share of ``one`` that is in ``other`` and the reverse; 1 for two empty sets."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def tidied(mails: Sequence[bytes]) -> list[bytes]:
    """The mails, without addresses in In-Reply-To and References. An address is what From, To, Cc, Reply-To or Sender
    of any of them holds; read by the standard library, so that mailkit's reading is compared with another one."""
    known: set[bytes] = set()
    for raw in mails:
        head = BytesHeaderParser().parsebytes(raw)
        values = [str(one) for name in ("From", "To", "Cc", "Reply-To", "Sender") for one in head.get_all(name, [])]
        known |= {address.lower().encode("utf-8", "replace") for _, address in getaddresses(values) if "@" in address}

    def tidy(found: re.Match[bytes]) -> bytes:
        named = _BRACKETS.sub(lambda one: b"" if one[1].lower() in known else one[0], found[2])
        return found[1] + b":" + named

    return [_FIELD.sub(tidy, head) + body for head, body in map(_split, mails)]


def _split(raw: bytes) -> tuple[bytes, bytes]:
    end = re.search(rb"\r?\n(?=\r?\n)", raw)
    return (raw[: end.end()], raw[end.end() :]) if end else (raw, b"")


def named(raw: bytes, *, reports: bool = False, beside: bool = False) -> tuple[str, ...]:
    """The ids that a mail has and names, as RFC 5256 section 3 wants it: References, else the first of In-Reply-To;
    with ``reports`` those, too, that a delivery report (RFC 3462) is about, with ``beside`` all of In-Reply-To."""
    head = BytesHeaderParser().parsebytes(_split(raw)[0])
    answers = _ids(head, "In-Reply-To")
    found = _ids(head, "Message-ID")[:1] + (_ids(head, "References") or answers[:1])
    if reports and head.get_content_type() == "multipart/report":
        found += [one.decode("latin-1") for one in _INSIDE.findall(_split(raw)[1])]
    return tuple(found + answers if beside else found)


def _ids(head: Message, name: str) -> list[str]:
    return ["".join(one.split()) for one in re.findall(r"<([^<>]*@[^<>]*)>", str(head.get(name, "")))]


@dataclass(frozen=True, slots=True)
class Threads:
    """What was said of one mailbox: of mailkit the threads, of Dovecot three answers."""

    mailkit: Pairs
    refs: Pairs
    refs_of_tidied: Pairs
    references: Pairs


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two mails in one thread, counted.

    Attributes:
        refs: F1 of mailkit's and those of REFS. ``refs_of_tidied``: where mails name no addresses.
        classes: why pairs differ from REFS, by the words at the top of this module.
        references: F1 of mailkit's and those of REFERENCES. ``references_by_id``: without those of the subject.
        by_subject: pairs of REFERENCES that nothing but their equal subject joins: (answers among them, none).
    """

    refs: float
    refs_of_tidied: float
    classes: Mapping[str, int]
    references: float
    references_by_id: float
    by_subject: tuple[int, int]
    threads: Threads

    def lines(self) -> list[str]:
        """For people."""
        sizes = {name: len(getattr(self.threads, name)) for name in ("mailkit", "refs", "refs_of_tidied", "references")}
        differ = ", ".join(f"{count} {name}" for name, count in sorted(self.classes.items())) or "none"
        answers, others = self.by_subject
        return [
            f"pairs of mails in one thread: {sizes}",
            f"REFS: F1 {self.refs:.4f}; pairs that differ: {differ}",
            f"REFS, addresses taken out of In-Reply-To and References: F1 {self.refs_of_tidied:.4f}",
            f"REFERENCES: F1 {self.references:.4f}; without pairs of equal subject only: {self.references_by_id:.4f}",
            f"joined by nothing but an equal subject: {answers + others}, in {answers} of them one is a Re: or Fwd:",
        ]


def compared_with(ground: Ground, tidy: Ground, tidy_mails: Sequence[bytes], threads: Mapping[int, int]) -> Comparison:
    """Compare mailkit's threads of the mails in ``ground`` (thread by UID) with what the server of ``ground`` and of
    ``tidy``, which holds the tidied mails in the same order, says."""
    assert ground.thread is not None
    assert tidy.thread is not None
    number = {uid: at for at, uid in enumerate(ground.uids)}
    tidy_number = {uid: at for at, uid in enumerate(tidy.uids)}

    def said(answer: bytes, numbers: Mapping[int, int]) -> Pairs:
        return pairs([[numbers[uid] for uid in group] for group in groups(answer)])

    ours: dict[int, list[int]] = {}
    for uid, thread in threads.items():
        ours.setdefault(thread, []).append(number[uid])
    told = Threads(
        mailkit=pairs(ours.values()),
        refs=said(ground.thread("REFS"), number),
        refs_of_tidied=said(tidy.thread("REFS"), tidy_number),
        references=said(ground.thread("REFERENCES"), number),
    )
    return compare(told, dict(enumerate(tidy_mails)))


def compare(threads: Threads, mails: Mapping[int, bytes]) -> Comparison:
    """Count and explain. ``mails`` by what the pairs hold; tidied, so that what they name are Message-IDs."""
    by_subject = threads.references - threads.refs - threads.refs_of_tidied
    marked = {uid for uid, raw in mails.items() if _is_marked(parse(_split(raw)[0]).subject)}
    answers = sum(1 for one, other in by_subject if one in marked or other in marked)
    reasons = {
        "loop": _joined(mails),
        "report": _joined(mails, reports=True),
        "beside": _joined(mails, reports=True, beside=True),
    }
    return Comparison(
        refs=f1(threads.mailkit, threads.refs),
        refs_of_tidied=f1(threads.mailkit, threads.refs_of_tidied),
        classes=Counter(_why(pair, threads, reasons) for pair in threads.mailkit ^ threads.refs),
        references=f1(threads.mailkit, threads.references),
        references_by_id=f1(threads.mailkit, threads.references - by_subject),
        by_subject=(answers, len(by_subject) - answers),
        threads=threads,
    )


def _is_marked(subject: str) -> bool:
    return is_reply(subject) or is_forward(subject)


def _joined(mails: Mapping[int, bytes], **more: bool) -> Pairs:
    threads = partition([(uid, named(raw, **more)) for uid, raw in mails.items()])
    return pairs([[key for key in thread if isinstance(key, int)] for thread in threads])


def _why(pair: tuple[int, int], threads: Threads, reasons: Mapping[str, Pairs]) -> str:
    if pair in threads.refs:
        return "unexplained" if pair in threads.refs_of_tidied else "address"
    if pair in threads.refs_of_tidied:
        return "hidden"
    return next((name for name, joined in reasons.items() if pair in joined), "unexplained")

"""Where the signature of a stretch of own text begins.

Sure signs: ``-- `` alone on its line, a mailing list's footer, "Sent from my phone". Weak ones: a closing formula
near the end, ``-Ana`` or ``/Ana`` as the last line. Sentences that only look alike ("Sent from my desk, is much
easier") stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .closings import CLOSINGS, DEVICES, DISCLAIMERS, EXCUSES, MOBILE, NAMES, PROGRAMS, SYSTEMS, THANKS, VIRUS_FREE

__all__ = ["device_above", "postscript", "signature_start"]

MAX_BELOW = 25  # lines that may follow "--": what is longer is text with a ruler in it
MAX_CLOSING = 12  # lines that may follow a closing formula
MAX_NAME = 6  # lines that may follow thanks
MAX_CARD = 8  # lines of a signature that begins with the sender's name
LONG_RULE = 20  # signs of a rule that sets a signature off
MAX_FOOTER = 8  # lines of a list footer
MAX_ADDED = 30  # lines that phones, lists and programs added one below the other
_RULES = frozenset({"--", "—", "—-", "––", "-- --"})
_PARTICLES = frozenset(
    {"van", "von", "der", "den", "de", "di", "da", "del", "dos", "du", "la", "le", "bin", "al", "and"}
)
_POSTSCRIPT = (
    *("ps:", "ps.", "ps ", "ps,", "ps-", "p.s", "p. s", "pps", "p.p.s", "nb:", "n.b.", "p/s", "post scriptum"),
    *("nachtrag:", "p.d.", "pd:", "з.ы", "зы:", "п.с", "追伸", "추신", "附言", "又及"),
)
_LONGEST_MARK = 20
# English: "the photo was sent from my phone" is a sentence
_BEGIN = ("sent ", "from ")
_THIS_MAIL = tuple(f"{this} {mail}" for this in ("this", "my") for mail in ("message", "email", "e-mail", "mail"))
_CLAUSE = re.compile(r"[,.;!。،](?= )|[,。]$")
# What joins two formulas: "Vielen Dank und viele Grüße", "Med venlig hilsen / Best regards"
_JOINS = re.compile(r" ?[/,&+|] ?| (?:and|und|et|y|e|og|och|ja|en|a|i|si|și|dan|serta|ve|и|та|và|και|و) ")
_FROM_PLACE = frozenset({"aus", "vom", "from", "fra", "från", "uit", "de", "da", "desde", "z", "ze", "из", "dari"})
# Too short, or too much of a word, to be a formula with a name behind it: "Best Western"
_NEVER_NAMED = frozenset({"best", "br", "kr", "salam", "att", "lp", "kh", "vh", "abs", "thân", "yt", "to", "od", "от"})
_RULE_SIGNS = "_-=*─━―＿＝—–"
_CONTACTS = (
    "://",
    "www.",
    "@",
    "tel",
    "phone",
    "fax",
    "mobil",
    "☎",
    "電話",
    "电话",
    "手机",
    "тел",
    "هاتف",
    "โทร",
    "전화",
)
_SUFFIXES = (" 드림", " 올림", " 배상")
_DROP_FROM_CLOSING = " ,.!;:-–—،。，！*_~"


def signature_start(lines: Sequence[str], *, at_end: bool, sender: str = "") -> tuple[int, bool]:
    """(line on which the signature begins, whether it may be taken off even if nothing else is left); the number of
    lines if there is none.

    Args:
        lines: ``plain`` lines of one stretch. at_end: nothing of the sender's follows, so weak signs count too.
        sender: the display name; a last paragraph that begins with it is a signature.
    """
    total = end = _trimmed(lines, len(lines))
    for _ in range(MAX_ADDED):
        begin = min(_footer(lines, end), _ruler(lines, end), _mobile(lines, end))
        if begin >= end:
            break
        end = _trimmed(lines, begin)
    begin = end
    if at_end:
        begin = min(_closing(lines, end, named=end < total), _dashed_name(lines, end), _card(lines, end, sender))
    if begin < end and any(lines[:begin]):
        return begin, True
    if end < total:
        return end, True
    return (begin, False) if begin < end else (len(lines), True)


def _trimmed(lines: Sequence[str], end: int) -> int:
    while end > 0 and not lines[end - 1]:
        end -= 1
    return end


def _ruler(lines: Sequence[str], end: int) -> int:
    """The first ``--`` with few enough lines below it."""
    for number in range(max(0, end - MAX_BELOW - 1), end):
        if lines[number] in _RULES:
            return number
    return end


def _footer(lines: Sequence[str], end: int) -> int:
    """``______`` and a few lines below it: Mailman's footer, or a signature between rules."""
    for number in range(max(0, end - MAX_FOOTER - 2), end - 1):
        line = lines[number]
        if len(line) < 5 or line.strip(_RULE_SIGNS):
            continue
        below = " ".join(lines[number + 1 : end])[:2000].casefold()
        if len(line) >= 20 and not line.strip("_-=") and _has(below, ("://", "@", "list", "subscri")):
            return number
        above = next((lines[n] for n in range(number - 1, max(-1, number - 3), -1) if lines[n]), "")
        if number and not lines[number - 1] and _is_card_below(lines[number + 1 : end], len(line)):
            return number
        short = all(len(other) <= 60 and not _is_sentence(other) for other in lines[number + 1 : end] if other)
        if short and not above.endswith(":") and _has(below, _CONTACTS):
            return number
    return end


def _is_card_below(lines: Sequence[str], width: int) -> bool:
    """Whether nothing stands below a long rule but a name and two or three more short lines: title, firm."""
    card = [line for line in lines if line]
    return width >= LONG_RULE and 2 <= len(card) <= 4 and all(map(_is_name, card))


def _mobile(lines: Sequence[str], end: int) -> int:
    """A short last line by which a phone or a mail program tells of itself: "Sent from Yahoo Mail on Android"."""
    text = lines[end - 1].strip("<>()[]*_ ") if end else ""
    if not text or len(text) > 300:
        return end
    words = _without_links(text).strip(" .([").casefold()
    if words.startswith(VIRUS_FREE) and len(words.split()) <= 5:
        return end - 1
    clause = _CLAUSE.search(words)
    more = words[clause.start() :].strip(" ,.;!") if clause else ""
    first = words[: clause.start()] if clause else words
    if "?" in words:
        return end
    # "Sent from my Verizon, Samsung Galaxy smartphone"
    device = more.startswith(DEVICES) or (more.startswith("an ") and _has(more, DEVICES))
    if _names_device(first) and (not more or _has(more, EXCUSES) or device):
        return end - 1
    # "Cheers, sent from my phone"
    return end - 1 if more and _names_device(more) and (_has(first, EXCUSES) or _formula(first)) else end


def _names_device(words: str) -> bool:
    """``sent from my phone``, ``gesendet mit Spark``, ``get outlook for ios``."""
    count = len(words.split())
    if len(words) > 80 or count > 12:
        return False
    this = words.startswith(_THIS_MAIL)
    if any(
        phrase in words and (this or not phrase.startswith(_BEGIN) or words.startswith(phrase)) for phrase in MOBILE
    ):
        named = next((name for name in NAMES if words.endswith(name)), "")
        if _has(words, DEVICES) or (named and count - len(named.split()) <= 2):
            return True
    gets = count <= 7 and _has(words, PROGRAMS) and _has(words, SYSTEMS)
    return gets or (count <= 5 and words.startswith("sent from my ")) or (count == 3 and words.endswith(" from mobile"))


def device_above(lines: Sequence[str]) -> bool:
    """Whether a phone's line stands first, with an empty line and the sender's words below it."""
    if len(lines) < 3 or lines[1] or not any(lines[2:]):
        return False
    return lines[0].casefold().startswith(MOBILE) and _mobile(lines, 1) == 0


def _without_links(text: str) -> str:
    """``Get Outlook for iOS<https://…>``, ``[Proton Mail](https://…)``, ``Superhuman ( https://… )``."""
    before, link, rest = text.partition("http")
    if not link:
        return text.partition("<")[0] if "@" in text else text
    after = rest.partition(")")[2] if before.rstrip().endswith("(") else rest.partition(">")[2]
    return " ".join(f"{before.rstrip(' (<[')} {after}".replace("[", "").replace("]", "").split())


def _has(text: str, phrases: Sequence[str]) -> bool:
    return any(phrase in text for phrase in phrases)


def _closing(lines: Sequence[str], end: int, *, named: bool) -> int:
    """A closing formula alone on its line, or with a name behind it, with nothing but a few short lines below it.

    ``named``: a sure signature follows, so thanks with a comma need no name of their own.
    """
    below: list[str] = []
    for number in range(end - 1, -1, -1):
        line = lines[number]
        if not line:
            continue
        found = _formula(line)
        if found == "closing" and _goes_on(lines, number + 1, end):
            found = ""
        if found == "closing" or (found == "thanks" and _signs(line, below, named)):
            above = _formula(lines[number - 1]) if number else ""
            return number - 1 if above == "closing" else number  # 此致, and 敬礼 on a line of its own
        below.append(line)
        if len(below) > MAX_CLOSING:
            break
    return end


def _formula(line: str) -> str:
    """``closing``, ``thanks`` or ""."""
    if not line or len(line) > 80:
        return ""
    text = " ".join(line.strip(_DROP_FROM_CLOSING).casefold().replace("i\u0307", "i").split())  # Turkish İ
    if ord(text[:1] or "a") > 0x2E7F:
        text = text.replace("致します", "いたします").replace("宜しく", "よろしく")
        text = text if ord(text[0]) >= 0xAC00 else text.replace(" ", "")  # Korean has blanks that count
    if text in CLOSINGS or line.endswith(_SUFFIXES):
        return "closing" if not line.endswith(_SUFFIXES) or len(line) <= 20 else ""
    if text in THANKS:
        return "thanks"
    parts = [part for raw in _JOINS.split(text) if (part := raw.strip(_DROP_FROM_CLOSING))]
    if len(parts) > 1 and all(part in CLOSINGS or part in THANKS for part in parts):
        return "closing" if any(part in CLOSINGS for part in parts) else "thanks"
    return "closing" if _has_name_behind(line.strip(_DROP_FROM_CLOSING)) else ""


def _has_name_behind(line: str) -> bool:
    """``LG Ana``, ``С уважением, Ана``, ``Viele Grüße aus Berlin``."""
    words = line.split()
    for count in range(min(len(words) - 1, 6), 0, -1):
        formula = " ".join(words[:count]).strip(_DROP_FROM_CLOSING).casefold()
        if formula not in CLOSINGS or formula in _NEVER_NAMED:
            continue
        rest = words[count:]
        if rest[0].casefold() in _FROM_PLACE:
            return len(rest) <= 4
        capitals = all(word[0].isupper() or not word[0].isalpha() or word in _PARTICLES for word in rest)
        return len(rest) <= 3 and capitals and _is_name(" ".join(rest))
    return False


def _goes_on(lines: Sequence[str], start: int, end: int) -> bool:
    """Whether sentences follow, so that the words above are no closing: "MfG" in a list, "best" at a line's end."""
    return any(_is_sentence(line) for line in _next_lines(lines, start, end))


def _next_lines(lines: Sequence[str], start: int, end: int) -> Iterator[str]:
    """The next line that is not empty, and the one right below it."""
    for number in range(start, end):
        if lines[number]:
            yield lines[number]
            if number + 1 < end and lines[number + 1]:
                yield lines[number + 1]
            return


def _is_sentence(line: str) -> bool:
    if line[-1] not in ".!?。！？":
        return len(line) > 100
    return len(line.split()) >= 5 or (ord(line[0]) > 0x2E7F and len(line) >= 15)


def _signs(line: str, below: Sequence[str], named: bool) -> bool:
    """Whether thanks close the mail: a name stands below, or a signature does and the thanks end in a comma."""
    if not below:
        return named and line[-1] in ",،，"
    return len(below) <= MAX_NAME and _is_name(below[-1])


def _is_name(line: str) -> bool:
    """Whether a line may be the name below a formula: short, few words, no sentence."""
    words = line.split()
    small = sum(word[0].islower() and word not in _PARTICLES for word in words)
    is_short = len(line) <= 40 and len(words) <= 5 and line[-1] not in ".!?:;,。！？"
    return is_short and small < 2 and not any(char.isdigit() for char in line)


def postscript(lines: Sequence[str], start: int) -> int:
    """The line from ``start`` on with which the sender goes on below the signature: a postscript, or below a closing
    formula a sentence that is no disclaimer. The number of lines if there is none."""
    closing = start < len(lines) and _formula(lines[start]) != ""
    for number in range(start + 1, len(lines)):
        line = lines[number]
        if line[:_LONGEST_MARK].casefold().startswith(_POSTSCRIPT):
            return number
        if closing and number > start + 1 and line and not lines[number - 1] and _is_own_sentence(line):
            return number
    return len(lines)


def _is_own_sentence(line: str) -> bool:
    """``Please cancel order 8, too.``, but not what firms and programs put below their mail."""
    folded = line.casefold()
    return len(line) <= 160 and line[-1] in ".!?。！？" and _is_sentence(line) and not _has(folded, DISCLAIMERS)


def _card(lines: Sequence[str], end: int, sender: str) -> int:
    """A last paragraph of a few short lines that begins with the sender's name: name, title, firm, telephone. Where it
    names a telephone or an address, the name may follow a title, and be the one that stands alone right above."""
    start = end
    while start > max(0, end - MAX_CARD - 1) and lines[start - 1]:
        start -= 1
    if not 2 <= end - start <= MAX_CARD or start == 0 or any(len(line) > 80 for line in lines[start:end]):
        return end
    above = next((lines[n] for n in range(start - 1, max(-1, start - 4), -1) if lines[n]), "")
    if above.endswith((":", "：")):
        return end
    name, sender = lines[start].strip("*_-– ").casefold(), sender.casefold()
    if len(sender.split()) > 1 and name.startswith(sender):
        return start
    names = [sender] if len(sender.split()) > 1 else []
    if above and len(above.split()) <= 3 and above[0].isupper() and _is_name(above):
        names.append(above.casefold())
    told = any(f" {one} " in f" {name} " for one in names) and _has(
        " ".join(lines[start + 1 : end]).casefold(), _CONTACTS
    )
    return start if told and not any(map(_is_sentence, lines[start:end])) else end


def _dashed_name(lines: Sequence[str], end: int) -> int:
    """``-Ana Maria`` or ``/Ana`` after an empty line."""
    if end < 3 or lines[end - 2]:
        return end
    line = lines[end - 1]
    name = line.lstrip("-–—/~ ") if line[:1] in ("-", "–", "—", "/", "~") else ""
    is_name = 0 < len(name) <= 40 and len(name.split()) <= 4 and name[0].isupper() and line[1:2] != " "
    return end - 1 if is_name and not any(char in name for char in ".:;!?") else end

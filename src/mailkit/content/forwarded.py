"""The message that was forwarded: attached as a whole, or copied into the text with its header above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailkit.message import Address, Message, parse_addresses, parse_date

from .lines import label_of, marker_kind, plain

__all__ = ["Forwarded", "forwarded_in"]

MAX_HEADER = 30  # lines of a copied header


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What is known of a forwarded message.

    ``sender`` and ``to`` are as the copied header shows them: a claim of whoever forwarded it, and often a name without
    an address. ``date`` is None where it is written in a way of people; ``date_text`` is what stands there. ``message``
    is the whole message where it was attached.
    """

    sender: Address | None = None
    to: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    date_text: str = ""
    text: str = ""
    message: Message | None = None


def forwarded_in(text: str) -> Forwarded | None:
    """Read a forwarded stretch as ``Reply.forwarded`` gives it: divider, copied header, text. None without a header.

    Linear; looks at ``MAX_HEADER`` lines for the header.
    """
    quoted = all(line.startswith(">") for line in text.split("\n") if line.strip() and not marker_kind(plain(line)))
    raw = [line.removeprefix(">").removeprefix(" ") if quoted else line for line in text.split("\n")]
    found: dict[str, str] = {}
    last, end = "", 0
    for number, line in enumerate(plain(line) for line in raw[:MAX_HEADER]):
        label = label_of(line)
        if label is not None:
            last = label[0] if label[0] not in found else ""
            if last:
                found[last] = label[1]
        elif line and last == "to":
            found["to"] += f" {line}"  # a long list of recipients goes on
        elif (line and found) or (not line and len(found) > 1):
            break
        end = number + 1
    if "from" not in found:
        return None
    date = found.get("sent", "")
    return Forwarded(
        sender=next(iter(parse_addresses(found["from"].replace("*", ""), 1)), None),
        to=parse_addresses(found.get("to", "").replace("*", ""), 100),
        subject=found.get("subject", "").strip("* "),
        date=parse_date(date),
        date_text=date.strip("* "),
        text="\n".join(raw[end:]).strip("\n"),
    )

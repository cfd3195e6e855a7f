"""The message that was forwarded: attached as a whole, or copied into the text with its header above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from mailkit.message import Address, Message, parse_addresses, parse_date
from mailkit.message.shown import addresses_in

from .copied_header import divider_of, is_label, labelled
from .lines import attribution_start, marker_kind, plain
from .written_dates import read_written_date

__all__ = ["Forwarded", "forwarded_in"]

MAX_HEADER = 30  # lines of a copied header


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What is known of a forwarded message.

    ``sender`` and ``to`` are as the copied header shows them: a claim of whoever forwarded it, and often a name without
    an address. ``date`` is None where what stands there, ``date_text``, cannot be read for sure; a clock without a zone
    is taken for that of whoever forwarded it. ``message`` is the whole message where it was attached.
    """

    sender: Address | None = None
    to: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None
    date_text: str = ""
    text: str = ""
    message: Message | None = None


def forwarded_in(text: str, zone: tzinfo = UTC) -> Forwarded | None:
    """Read a forwarded stretch as ``Reply.forwarded`` gives it: divider, copied header, text. None without a header.

    Linear; looks at ``MAX_HEADER`` lines for the header.

    Args:
        zone: of whoever forwarded it.
    """
    quoted = all(line.startswith(">") for line in text.split("\n") if line.strip() and not marker_kind(plain(line)))
    raw = [line.removeprefix(">").removeprefix(" ") if quoted else line for line in text.split("\n")]
    found: dict[str, str] = {}
    last, end = "", 0
    for number, line in enumerate(plain(line) for line in raw[:MAX_HEADER]):
        if is_label(line) or divider_of(line):
            for kind, value in labelled(line):
                last = kind if kind not in found else ""
                if last:
                    found[last] = value
        elif line and last == "to":
            found["to"] += f" {line}"  # a long list of recipients goes on
        elif (line and found) or (not line and len(found) > 1):
            break
        end = number + 1
    if "from" not in found:
        return _attributed(raw, zone)
    date = found.get("sent", "").strip("* ")
    return Forwarded(
        sender=next(iter(parse_addresses(found["from"].replace("*", ""), 1)), None),
        to=parse_addresses(found.get("to", "").replace("*", ""), 100),
        subject=found.get("subject", "").strip("* "),
        date=parse_date(date) or read_written_date(date, zone),
        date_text=date,
        text="\n".join(raw[end:]).strip("\n"),
    )


def _attributed(raw: list[str], zone: tzinfo) -> Forwarded | None:
    """Yandex has no header but ``03.06.2024, 12:53, "Ana" <ana@a.example>:`` above what is forwarded."""
    lines = [plain(line) for line in raw[:MAX_HEADER]]
    number = next((n for n, line in enumerate(lines) if line and not marker_kind(line)), None)
    if number is None or attribution_start(lines, number) is None or not (names := addresses_in(lines[number], 1)):
        return None
    line = lines[number]
    return Forwarded(
        sender=next(iter(parse_addresses(f"<{names[0]}>", 1)), None),
        date=read_written_date(line, zone),
        date_text=line,
        text="\n".join(raw[number + 1 :]).strip("\n"),
    )

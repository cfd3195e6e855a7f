"""Reports of machines: bounces and delivery notices (RFC 3464), complaints (RFC 5965), receipts (RFC 8098).

The fields of a ``message/delivery-status`` part are read where there is one, in whatever part they really stand; the
notice for
people only where a server writes nothing else, and only if it comes from a mail daemon: a person who forwards a bounce
has not bounced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailkit.message import Headers, Message, Part, parse, parse_addresses, parse_ids
from mailkit.message.shown import addresses_in

from .delivery import (
    Fields,
    blocks,
    clean_address,
    final_address,
    original_address,
    reply_code,
    status_in,
    typed_value,
)
from .failure_words import DAEMONS, FAILURE_SUBJECTS, FAILURE_WORDS, GIVEN_UP, MACHINES, WARNING_WORDS
from .legacy import legacy_recipients
from .notices import Finding, anywhere, read_notice, split_notice
from .reasons import is_hard, reason_for, reason_in
from .tables import phrases
from .transcript import Transcript

__all__ = ["Report", "ReportRecipient", "report_of"]

MAX_RECIPIENTS = 1000
MAX_TOLD = 500  # lines in which the original's Message-ID is looked for
MAX_DIAGNOSTIC = 2000  # characters kept of what the server said


@dataclass(frozen=True, slots=True)
class ReportRecipient:
    """One recipient of a report.

    ``address`` is where the mail was going at last ("" if the report hides it), ``original`` what the sender wrote,
    where the report says so. ``action``: ``failed``, ``delayed``, ``delivered``, ``relayed``, ``expanded`` (RFC
    3464), for receipts the disposition (``displayed`` …), for complaints the feedback type. ``status`` is RFC 3463,
    ``code`` the SMTP reply code. ``hard``: the address is dead; None: the report does not say. ``reason``: one word
    of ``REASONS``.
    """

    address: str
    action: str = "failed"
    status: str = ""
    code: int | None = None
    diagnostic: str = ""
    hard: bool | None = None
    reason: str = "undefined"
    original: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a machine reports about a message that was sent.

    ``kind``: ``bounce`` (also delays: look at each ``action``), ``receipt`` (delivered or displayed) or ``complaint``.
    ``envelope_id`` is the ENVID that was given to the server with the message (RFC 3461 section 4.4), if it tells it.
    ``original_message_id`` has no brackets; ``original_headers`` are of the message reported on, as far as returned.
    """

    kind: str
    recipients: tuple[ReportRecipient, ...] = ()
    original_message_id: str | None = None
    original_headers: Headers | None = None
    envelope_id: str = ""


def report_of(message: Message) -> Report | None:
    """The report that this message is, or None. Never raises; bounded by ``MAX_RECIPIENTS`` and the parser's limits."""
    return _complaint(message) or _receipt(message) or _delivery(message) or _notice(message)


# Complaints


def _complaint(message: Message) -> Report | None:
    original = _original_headers(message)
    part = _part(message, "message/feedback-report")
    if part is not None:
        fields = _merged(blocks(part.text))
        kind = (fields.get("feedback-type") or ["abuse"])[0].lower()
        named = [clean_address(value) for name in _COMPLAINED for value in fields.get(name, ())]
    elif original is not None and (recipient := original.get("X-HmXmrOriginalRecipient")):
        kind, named = "abuse", [clean_address(recipient)]  # Microsoft's JMRP sends no feedback-report part
    elif message.headers.get("X-Apple-Unsubscribe"):
        kind, named = "opt-out", [address.address for address in message.from_]
    else:
        return None
    if not any(named) and original is not None:
        named = [address.address for address in parse_addresses(original.get("To") or "", 1)]
    addresses = dict.fromkeys(address for address in named if address)
    rows = [ReportRecipient(a, kind, hard=False, reason="feedback") for a in addresses]
    return Report("complaint", tuple(rows[:MAX_RECIPIENTS]), _original_id(message, original), original)


_COMPLAINED = ("original-rcpt-to", "removal-recipient", "redacted-address", "x-original-recipient")


# Receipts


def _receipt(message: Message) -> Report | None:
    part = _part(message, "message/disposition-notification", "message/global-disposition-notification")
    if part is None:
        return None
    fields = _merged(blocks(part.text))
    disposition = (fields.get("disposition") or [""])[0].partition(";")[2].partition("/")[0].strip().lower()
    recipients = [clean_address(final_address(value)) for value in fields.get("final-recipient", ())]
    ids = [i for value in fields.get("original-message-id", ()) for i in parse_ids(value)]
    original = _original_headers(message)
    rows = tuple(ReportRecipient(a, disposition or "displayed", hard=False, reason="delivered") for a in recipients)
    return Report("receipt", rows, ids[0] if ids else _original_id(message, original), original)


# Delivery status


def _delivery(message: Message) -> Report | None:
    lines, returned = split_notice(_notice_text(message))
    notice = Transcript(lines)
    failed = _failed_recipients(message)
    recipients: list[ReportRecipient] = []
    envelope_id = text = ""
    for text in _status_texts(message):
        for fields in blocks(text):
            envelope_id = envelope_id or (fields.get("original-envelope-id") or [""])[0]
            if ("final-recipient" in fields or "original-recipient" in fields) and len(recipients) < MAX_RECIPIENTS:
                recipients.extend(_recipient(one, notice, failed) for one in _apart(fields)[:MAX_RECIPIENTS])
        if recipients:
            break
    if not recipients:
        return None
    original = _original_headers(message) or _headers_of(returned)
    done = all(item.action in ("delivered", "relayed", "expanded") for item in recipients)
    kind = "receipt" if done else "bounce"
    identifier = _original_id(message, original, (*text.split("\n")[:MAX_TOLD], *lines[:MAX_TOLD]))
    return Report(kind, tuple(recipients), identifier, original, envelope_id[:200])


def _status_texts(message: Message) -> Iterable[str]:
    """Where the fields may stand: their own part, or any text part of a report that was mangled on its way."""
    kinds = ("message/delivery-status", "message/global-delivery-status")
    by_machine = _is_report(message) or _from_daemon(message)
    if by_machine or not message.from_ or _is_sent_by_nobody(message):
        yield from (part.text for part in message.parts if part.content_type in kinds)
    if by_machine:
        yield from (part.text for part in (*_plain_parts(message), *message.text_body))


def _apart(fields: Fields) -> list[Fields]:
    """Blocks of several recipients, where a server put no empty line between them."""
    count = len(fields.get("final-recipient", ()))
    if count < 2:
        return [fields]
    apart: list[Fields] = [{} for _ in range(count)]
    for name, values in fields.items():
        if len(values) == count:
            for one, value in zip(apart, values, strict=True):
                one[name] = [value]
        else:
            for one in apart if name in ("action", "status") else apart[:1]:
                one[name] = values
    return apart


def _recipient(fields: Fields, notice: Transcript, failed: list[str]) -> ReportRecipient:
    original = original_address((fields.get("original-recipient") or [""])[0])
    final = final_address((fields.get("final-recipient") or [original])[0])
    address = clean_address(final)
    if len(failed) == 1 and final.lstrip("<") != final.lstrip("<|/"):  # Exim names a pipe or a file, not the address
        address = failed[0]
    action = (fields.get("action") or ["failed"])[0].split(" ")[0].lower()
    action = {"deliverable": "delivered", "delivery": "delivered", "expired": "failed"}.get(action, action)
    if action not in _ACTIONS:
        action = {"2": "delivered", "4": "delayed"}.get(status_in((fields.get("status") or [""])[0])[:1], "failed")
    told = (fields.get("diagnostic-code") or [""])[0]
    said = told if told[:7].lower() == "x-unix;" else typed_value(told)  # a program's exit code alone says nothing
    stated = (fields.get("status") or [""])[0]
    text = notice.whole(said or stated.partition("(")[2].rstrip(")"))
    return _judged(address, original, action, _best_status(status_in(stated), said), text, notice)


def _best_status(stated: str, said: str) -> str:
    """The more telling of the Status field and the code in the server's own words."""
    return (status_in(said) or stated) if not stated or stated.endswith(".0.0") else stated


def _judged(address: str, original: str, action: str, status: str, text: str, notice: Transcript) -> ReportRecipient:
    address = address if address.isprintable() else clean_address(address)
    reason = reason_for(text, status=status, action=action, command=notice.command(text), more=notice.summary)
    return ReportRecipient(
        address=address or original,
        action=action,
        status=status,
        code=reply_code(text),
        diagnostic=text[:MAX_DIAGNOSTIC],
        hard=is_hard(reason, status, action),
        reason=reason,
        original=original,
    )


_ACTIONS = frozenset(phrases("failed | delayed | delivered | relayed | expanded"))


# Notices for people


def _notice(message: Message) -> Report | None:
    failed = _failed_recipients(message)
    text = _notice_text(message)
    fails = message.subject.strip().lower().startswith(FAILURE_SUBJECTS)
    sure = bool(failed) or _is_report(message) or (_from_daemon(message) and _speaks_of_failure(message, text))
    sure = sure or (fails and _null_sender(message)) or message.headers.raw("X-MS-Exchange-Message-Is-Ndr") is not None
    if not sure and not (_from_machine(message) and fails):
        return None
    lines, returned = split_notice(text)
    original = _original_headers(message) or _headers_of(returned)
    sure = sure or _is_returned(message)
    found = read_notice(lines, failed) if sure else []
    if sure and not found and (passed_on := _report_inside(message)):
        return passed_on
    head = f"{message.subject} {' '.join(lines[:30])}".lower()
    nobody = {a.address.lower() for a in (*message.to, *message.cc, *message.from_)}  # never whom it did not reach
    nobody |= {a.address.lower() for a in parse_addresses((original.get("From") or "") if original else "", 10)}
    nobody |= {identifier.lower() for identifier in (_original_id(message, original),) if identifier}
    delayed, given_up = any(words in head for words in WARNING_WORDS), any(words in head for words in GIVEN_UP)
    answers = not failed and _is_answer(message)  # a postmaster is a person, too, who writes of bounces
    if not found and not answers:
        names, tried_again = legacy_recipients(message)
        names = [name for name in names if name.lower() not in nobody]
        found = [Finding(name, " ".join(line.strip() for line in lines)[:MAX_DIAGNOSTIC]) for name in names]
        delayed = delayed or tried_again
    if not found and sure and not answers:
        found = anywhere(lines, nobody)
    notice = Transcript(lines)
    rows = []
    for item in found:
        status = status_in(item.text) or _status_of_code(reply_code(item.text))
        action = "delayed" if delayed or (status[:1] == "4" and not (given_up or reply_code(item.text))) else "failed"
        rows.append(_judged(item.address, "", action, status, item.text, notice))
    if not rows and sure and not answers:
        rows = _unnamed(message, original, lines, delayed)
    if not rows:
        return None
    return Report("bounce", tuple(rows), _original_id(message, original, lines[:MAX_TOLD]), original)


def _unnamed(message: Message, original: Headers | None, lines: list[str], delayed: bool) -> list[ReportRecipient]:
    """Where a notice names nobody: the only recipient of the original, else ``""`` if a machine surely wrote it."""
    only = addresses_in(original.get("To") or "", 2) if original is not None else []
    by_machine = _is_report(message) or _null_sender(message)
    if len(only) != 1 and not by_machine and not any(a.address.lower().startswith(DAEMONS[:2]) for a in message.from_):
        return []
    told = " ".join(line.strip() for line in lines)[:MAX_DIAGNOSTIC]
    action = "delayed" if delayed else "failed"
    return [_judged(only[0] if len(only) == 1 else "", "", action, "", told if reason_in(told) else "", Transcript(()))]


def _is_returned(message: Message) -> bool:
    """Whether the mail encloses one that was sent by whom it is addressed to."""
    own = {address.address.casefold() for address in message.to[:10]}
    inside = next((part.message for part in message.parts if part.message is not None), None)
    return inside is not None and any(address.address.casefold() in own for address in inside.from_[:10])


def _report_inside(message: Message) -> Report | None:
    """The report that a gateway has passed on in a notice of its own, which names nobody."""
    inside = next((part.message for part in message.parts if part.message is not None), None)
    return _delivery(inside) if inside is not None else None


def _is_answer(message: Message) -> bool:
    """Whether a postmaster answers something: "Re:", and nothing says that a machine wrote it."""
    by_machine = _is_report(message) or _is_sent_by_nobody(message)
    by_machine = by_machine or not any(a.address.lower().startswith("postmaster@") for a in message.from_)
    return not by_machine and bool(message.in_reply_to) and message.subject.strip().lower().startswith(("re:", "aw:"))


def _status_of_code(code: int | None) -> str:
    return f"{code // 100}.0.0" if code else ""


def _speaks_of_failure(message: Message, text: str) -> bool:
    head = f"{message.subject} {text[:2000]}".lower()
    return any(words in head for words in FAILURE_WORDS)


def _from_daemon(message: Message) -> bool:
    """By the address; by the name only if the header says, too, that nobody wrote this: a name is easily given."""
    names = [address.name.lower() for address in message.from_]
    named = any("mail delivery" in name or "mailer-daemon" in name or "mail server" in name for name in names)
    daemon = any(address.address.lower().startswith(DAEMONS) for address in message.from_)
    return daemon or (named and _is_sent_by_nobody(message))


def _from_machine(message: Message) -> bool:
    """Whether the sender's name or address is one that programs have."""
    names = [f"{address.name} {address.address.partition('@')[0]}".lower() for address in message.from_[:2]]
    return any(word in name for name in names for word in MACHINES)


def _is_sent_by_nobody(message: Message) -> bool:
    """The null path, or the sender says that no person wrote this."""
    submitted = (message.headers.get("Auto-Submitted") or "no").strip().lower()
    return _null_sender(message) or not submitted.startswith("no")


def _null_sender(message: Message) -> bool:
    return (message.headers.get("Return-Path") or "").replace(" ", "") == "<>"


def _is_report(message: Message) -> bool:
    root = message.parts[0]
    return root.content_type == "multipart/report" and root.params.get("report-type", "").lower() in (
        "delivery-status",
        "",
    )


def _failed_recipients(message: Message) -> list[str]:
    return [a for value in message.headers.get_all("X-Failed-Recipients") for a in addresses_in(value)]


def _notice_text(message: Message) -> str:
    texts = [part.text for part in _plain_parts(message)[:5] or message.text_body[:2]]
    return "\n".join(texts)[: 512 * 1024]


def _plain_parts(message: Message) -> list[Part]:
    return [part for part in message.parts if part.content_type == "text/plain"]


# The message reported on


_HEADER_TYPES = ("text/rfc822-headers", "text/rfc822-header", "message/rfc822-headers", "message/global-headers")


def _original_headers(message: Message) -> Headers | None:
    for part in message.parts:
        if part.content_type in _HEADER_TYPES:
            return _headers_of(part.text)
        if part.message is not None:
            return part.message.headers
    return None


def _headers_of(text: str) -> Headers | None:
    headers = parse(text[: 64 * 1024].lstrip().encode("utf-8", "replace")).headers
    return headers if len(headers) else None


def _original_id(message: Message, original: Headers | None, told: Iterable[str] = ()) -> str | None:
    """From the returned message, else from what the report says it answers (Microsoft 365 and Gmail do), else from
    ``told``: lines of fields or of the notice."""
    if original is not None and (ids := parse_ids(original.raw("Message-ID") or b"")):
        return ids[0]
    if answered := (*message.in_reply_to, *reversed(message.references)):
        return answered[0]
    for line in told:
        label, colon, value = line.strip()[:1000].partition(":")
        if colon and label.lower().endswith("message-id") and "<" in value and (ids := parse_ids(value)):
            return ids[0]
    return None


def _part(message: Message, *kinds: str) -> Part | None:
    return next((part for part in message.parts if part.content_type in kinds), None)


def _merged(found: Iterable[Fields]) -> Fields:
    merged: Fields = {}
    for fields in found:
        for name, values in fields.items():
            merged.setdefault(name, []).extend(values)
    return merged

"""Delivery reports (RFC 3464) for mails that were sent in the set: as Postfix writes them, and as Exchange does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from mailkit.testing.samples import build
from mailkit.testing.samples.build import Entity
from mailkit.testing.samples.conversations import slots, tags_of
from mailkit.testing.samples.corpus import LANGUAGES
from mailkit.testing.samples.desk import Desk, party, record_of
from mailkit.testing.samples.letter import Letter
from mailkit.testing.samples.model import SYSTEM, Contact, Truth
from mailkit.testing.samples.render import render
from mailkit.testing.samples.world import ACME, SALES
from mailkit.words import Direction, Record, TrustLevel

__all__ = ["CASES", "Case", "bounce"]

_REPORT = "; report-type=delivery-status"
_MTA = "mail.acme.example"


@dataclass(frozen=True, slots=True)
class Case:
    """A reason not to deliver: who says it, and what. ``delayed``: a warning, nothing has failed yet."""

    style: str
    local: str
    status: str
    diagnostic: str
    said: str
    delayed: bool = False
    with_known: bool = False


CASES = (
    Case(
        "postfix",
        "l.becker",
        "5.1.1",
        "550 5.1.1 <{address}>: Recipient address rejected: User unknown",
        "host {host} said",
    ),
    Case(
        "exchange",
        "purchasing",
        "5.1.10",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found",
        "",
        with_known=True,
    ),
    Case("postfix", "warehouse2", "5.2.2", "552 5.2.2 <{address}>: Mailbox full", "host {host} said"),
    Case("postfix", "reception", "4.4.1", "connect to {host}[192.0.2.25]:25: Connection timed out", "", delayed=True),
    Case(
        "exchange",
        "old.accounts",
        "5.7.1",
        "550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy",
        "",
    ),
    Case(
        "postfix",
        "einkauf",
        "5.4.4",
        "Host or domain name not found. Name service error for name={domain} type=AAAA: Host not found",
        "",
    ),
)


def bounce(desk: Desk, case: Case, lang: str) -> None:
    """We write to an address that does not work (and perhaps to one that does), and the report comes back."""
    known, when = desk.contact(lang), desk.start(lang)
    values = slots(desk, lang, when)
    domain = known.email.partition("@")[2]
    lost = replace(known, id=0, name="", email=f"{case.local}@{domain}", familiar=known.familiar)
    subject = {"de": "Neue Preisliste für {product}", "id": "Daftar harga baru {product}"}.get(
        lang, "New price list for the {product}"
    )
    title = subject.format(**values)
    deal = desk.new_deal(known, title, int(values["total"]))
    to = [party(lost), party(known)] if case.with_known else [party(lost)]
    letter = desk.write(
        replace(ACME[SALES][lang], client="gmail"),
        to,
        LANGUAGES[lang].deal.format(subject=title, number=deal.number),
        _BODY[lang].format(**values),
        when,
        familiar=known.familiar,
    )
    truth = Truth(
        conversation=desk.conversation(),
        category="conversation",
        tags=tags_of(letter, "will-bounce"),
        records=(Record(SYSTEM, "deal", deal.number),),
        also=(record_of(known),),
        why="number",
        direction=Direction.OUTBOUND,
        new_text=letter.words,
    )
    desk.send(letter, truth, SALES)
    _report(desk, case, letter, lost, truth)


_BODY = {
    "en": "Our new price list is out; the {product} is now EUR {price}. May I call you about it on {day}?",
    "de": "unsere neue Preisliste ist da, der {product} kostet jetzt {price} EUR. Darf ich Sie am {day} dazu anrufen?",
    "id": "Daftar harga baru kami sudah terbit, {product} sekarang EUR {price}. Boleh kami telepon pada {day}?",
}

_Writer = Callable[[Desk, Case, Letter, str, datetime], tuple[list[tuple[str, str]], Entity]]


def _report(desk: Desk, case: Case, letter: Letter, lost: Contact, original: Truth) -> None:
    """The report, written by the style of the case, and filed in our INBOX."""
    when = (letter.date + timedelta(seconds=desk.rng.randrange(3, 240))).astimezone(UTC)
    writer: _Writer = _postfix if case.style == "postfix" else _exchange
    headers, content = writer(desk, case, letter, lost.email, when)
    host = _MTA if case.style == "postfix" else "out.prod.outlook.example"
    truth = replace(
        original,
        category="bounce",
        tags=(f"bounce:{case.style}", f"status:{case.status}", *(("delayed",) if case.delayed else ())),
        why="thread",
        trust=TrustLevel.CLAIMED,
        direction=Direction.INBOUND,
        refers_to=letter.message_id,
        bounced=() if case.delayed else (lost.email,),
        new_text="",
    )
    raw = desk.trace("", SALES, when, None, host) + build.message(headers, content)
    desk.file(raw, SALES, "INBOX", truth, when)


def _diagnostic(case: Case, addr: str) -> str:
    domain = addr.partition("@")[2]
    return case.diagnostic.format(address=addr, host=f"mail.{domain}", domain=domain)


def _postfix(desk: Desk, case: Case, letter: Letter, addr: str, when: datetime) -> tuple[list[tuple[str, str]], Entity]:
    """Postfix (bounce(8)): no threading headers; the whole message comes back, or its headers in a warning."""
    queue, said = desk.hex(10).upper(), case.said.format(host=f"mail.{addr.partition('@')[2]}")
    diagnostic = _diagnostic(case, addr)
    notice = _POSTFIX_DELAYED if case.delayed else _POSTFIX_FAILED
    spoken = f"{said}: {diagnostic} (in reply to RCPT TO command)" if said else diagnostic
    human = f"This is the mail system at host {_MTA}.\n\n{notice}\n                   The mail system\n\n"
    human += f"<{addr}>: {spoken}\n"
    kind = "smtp" if said else "X-Postfix"
    status = (
        f"Reporting-MTA: dns; {_MTA}\nX-Postfix-Queue-ID: {queue}\nX-Postfix-Sender: rfc822; {SALES}\n"
        f"Arrival-Date: {build.date(letter.date)}\n\n"
        f"Final-Recipient: rfc822; {addr}\nOriginal-Recipient: rfc822;{addr}\n"
        f"Action: {'delayed' if case.delayed else 'failed'}\nStatus: {case.status}\n"
    )
    status += f"Remote-MTA: dns; mail.{addr.partition('@')[2]}\n" if said else ""
    status += f"Diagnostic-Code: {kind}; {diagnostic}\n"
    status += f"Will-Retry-Until: {build.date(when + timedelta(days=5))}\n" if case.delayed else ""
    original = render(letter, desk.boundary(letter.sender))
    if case.delayed:
        back = _part("text/rfc822-headers", original.partition(b"\r\n\r\n")[0] + b"\r\n", "Undelivered Message Headers")
    else:
        back = _part("message/rfc822", original, "Undelivered Message")
    parts = [
        _part("text/plain; charset=us-ascii", _wire(human), "Notification"),
        _part("message/delivery-status", _wire(status), "Delivery report"),
        back,
    ]
    subject = "Delayed Mail (still being retried)" if case.delayed else "Undelivered Mail Returned to Sender"
    headers = [
        ("Date", build.date(when)),
        ("From", f"MAILER-DAEMON@{_MTA} (Mail Delivery System)"),
        ("Subject", subject),
        ("To", SALES),
        ("Auto-Submitted", "auto-replied"),
        ("Message-ID", f"<{when:%Y%m%d%H%M%S}.{queue}@{_MTA}>"),
    ]
    return headers, build.multipart(
        "report", f"{queue}.{int(when.timestamp())}/{_MTA}", parts, params=_REPORT, preamble=_PREAMBLE
    )


_PREAMBLE = "This is a MIME-encapsulated message."
_POSTFIX_FAILED = (
    "I'm sorry to have to inform you that your message could not\n"
    "be delivered to one or more recipients. It's attached below.\n\n"
    "For further assistance, please send mail to postmaster.\n\n"
    "If you do so, please include this problem report. You can\n"
    "delete your own text from the attached returned message.\n"
)
_POSTFIX_DELAYED = (
    "####################################################################\n"
    "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
    "####################################################################\n\n"
    "Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n"
)


def _exchange(
    desk: Desk, case: Case, letter: Letter, addr: str, when: datetime
) -> tuple[list[tuple[str, str]], Entity]:
    """Exchange's report: HTML for people, threading headers, the original's headers or itself at the end."""
    domain = addr.partition("@")[2]
    host = f"AM0PR{desk.rng.randrange(10, 99)}MB{desk.rng.randrange(1000, 9999)}.eurprd04.prod.outlook.example"
    diagnostic = _diagnostic(case, addr)
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=us-ascii"></head><body>\r\n'
        '<p><b><font color="#000066" size="3" face="Arial">'
        "Delivery has failed to these recipients or groups:</font></b></p>\r\n"
        f'<font color="#000000" size="2" face="Tahoma"><p><a href="mailto:{addr}">{addr}</a><br>\r\n'
        "The email address you entered couldn't be found or the message was rejected. Please check the recipient's "
        "address and try to resend the message.</p></font>\r\n"
        f"<p>Diagnostic information for administrators:</p><p>Generating server: {host}</p>\r\n"
        f"<p>{addr}<br>Remote Server returned '{diagnostic}'</p></body></html>\r\n"
    )
    human = (
        f"Delivery has failed to these recipients or groups:\n\n{addr}\n\n"
        f"Diagnostic information for administrators:\n\nGenerating server: {host}\n\n"
        f"{addr}\nRemote Server returned '{diagnostic}'\n"
    )
    status = (
        f"Reporting-MTA: dns;{host}\nReceived-From-MTA: dns;{_MTA}\nArrival-Date: {build.date(letter.date)}\n\n"
        f"Final-Recipient: rfc822;{addr}\nAction: failed\nStatus: {case.status}\nDiagnostic-Code: smtp;{diagnostic}\n"
        "X-Display-Name: " + addr.partition("@")[0] + "\n"
    )
    readable = build.multipart(
        "alternative",
        f"_001_{desk.hex(16)}_",
        [build.text(human), build.text(page, "html", "us-ascii")],
    )
    parts = [
        readable,
        _part("message/delivery-status", _wire(status), None),
        _part("message/rfc822", render(letter, desk.boundary(letter.sender)), None),
    ]
    headers = [
        ("From", f"Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{domain}>"),
        ("To", f"<{SALES}>"),
        ("Date", build.date(when)),
        ("Content-Language", "en-US"),
        ("Message-ID", f"<{desk.hex(8)}-{desk.hex(4)}-4{desk.hex(3)}-8{desk.hex(3)}-{desk.hex(12)}@{host}>"),
        ("In-Reply-To", f"<{letter.message_id}>"),
        ("References", f"<{letter.message_id}>"),
        ("X-MS-Exchange-Message-Is-Ndr", ""),
        ("Auto-Submitted", "auto-replied"),
        ("Subject", build.encoded_word(f"Undeliverable: {letter.subject}")),
    ]
    return headers, build.multipart("report", f"_000_{desk.hex(24)}_", parts, params=_REPORT)


def _wire(content: str) -> bytes:
    return content.replace("\n", "\r\n").encode("ascii")


def _part(kind: str, body: bytes, description: str | None) -> Entity:
    headers = [("Content-Description", description)] if description else []
    return Entity((*headers, ("Content-Type", kind)), body)

"""What can be known of a mail before any transaction: parse it, read it, weigh its sender. Pure.

Every text that goes into a row is made storable here: no NUL (PostgreSQL refuses it), no lone surrogates (no encoding
has them), bounded in length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailkit.content import Content, Report, dns_names, kind_of, read, report_of, trust_of
from mailkit.message import Address, Message, content_digest, identity, parse
from mailkit.store.columns import storable
from mailkit.store.raw import digest_of
from mailkit.thread import base_subject, reference_keys
from mailkit.words import Direction, Limits, RawMail, Trust, TrustLevel

#: Longest text kept in a row, in characters; the raw bytes keep the rest.
SUBJECT_LENGTH = 1000
SNIPPET_LENGTH = 280
ADDRESS_LENGTH = 320
#: Longest Message-ID kept as it is, in bytes of UTF-8: a row of an index of PostgreSQL takes 2704 at most.
ID_BYTES = 2000
#: Characters of the new text that links are sought in.
TEXT_LENGTH = 20_000
#: A Date header further ahead of the arrival than this is not believed for ordering.
FUTURE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Profile:
    """What ingest must know of an account.

    Attributes:
        addresses: the addresses of all our own accounts, as keys (lower case).
        authserv_ids: the server names whose Authentication-Results are believed (RFC 8601 section 5).
        verify_dkim: whether signatures are checked here, where no such server has said anything.
    """

    addresses: frozenset[str] = frozenset()
    authserv_ids: tuple[str, ...] = ()
    verify_dkim: bool = False

    @property
    def domains(self) -> tuple[str, ...]:
        """The domains of our own addresses."""
        return tuple(sorted({address.rpartition("@")[2] for address in self.addresses}))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mail, read. Everything ingest writes comes from here.

    ``wanted`` are the TXT records that could make its sender known, ``unheard`` that some were asked for and did not
    come; see ``mailkit.ingest.sender``.
    """

    mail: RawMail
    message: Message
    raw_digest: str
    identity: str
    content_digest: str
    message_id: str | None
    keys: tuple[str, ...]
    subject: str
    base_subject: str
    date: datetime | None
    at: datetime
    from_address: str
    from_name: str
    people: tuple[tuple[str, str, str], ...]
    new_text: str
    quoted: str
    profile: Profile
    snippet: str
    kind: str
    report: Report | None
    trust: Trust
    wanted: tuple[str, ...]
    direction: Direction
    defects: tuple[str, ...]
    attachments: int
    unheard: bool = False


def prepare(mail: RawMail, profile: Profile, limits: Limits, now: datetime) -> Prepared:
    """Read a mail. Pure; ``now`` stands in for the date of a mail that has none."""
    message = parse(mail.raw, limits)
    content = read(message)
    kind = kind_of(message)
    report = report_of(message) if kind in ("bounce", "complaint") else None
    author = message.from_[0] if message.from_ else None
    date = _utc(message.date)
    text = storable(_new_text(content), TEXT_LENGTH)
    message_id = _indexable(message.message_id) if message.message_id else None
    trust = _trust(mail, message, profile)
    return Prepared(
        mail=mail,
        message=message,
        raw_digest=digest_of(mail.raw),
        identity=identity(message),
        content_digest=content_digest(message),
        message_id=message_id,
        keys=_keys(message, report, limits),
        subject=storable(message.subject, SUBJECT_LENGTH),
        base_subject=storable(base_subject(message.subject), SUBJECT_LENGTH),
        date=date,
        at=_when(date, mail.received_at, now),
        from_address=storable(author.key, ADDRESS_LENGTH) if author else "",
        from_name=storable(author.name, ADDRESS_LENGTH) if author else "",
        people=_people(message, limits),
        new_text=text,
        quoted=storable("\n".join(content.quoted), TEXT_LENGTH),
        profile=profile,
        snippet=" ".join(text[: SNIPPET_LENGTH * 4].split())[:SNIPPET_LENGTH],
        kind=kind,
        report=report,
        trust=trust,
        wanted=dns_names(message) if profile.verify_dkim and trust.level is TrustLevel.CLAIMED else (),
        direction=mail.direction,
        defects=tuple(sorted({defect.code for defect in message.defects})),
        attachments=len(content.attachments),
    )


def keys_of(raw: bytes, limits: Limits) -> tuple[str, ...]:
    """The Message-IDs that decide the thread of a mail that is no report."""
    return _keys(parse(raw, limits), None, limits)


def _keys(message: Message, report: Report | None, limits: Limits) -> tuple[str, ...]:
    """The Message-IDs that decide the thread. Most bounces carry no References; the report names what it is about."""
    keys = list(reference_keys(message, limits))
    if report is not None and report.original_message_id and report.original_message_id not in keys:
        keys.append(report.original_message_id)
    return tuple(_indexable(key) for key in keys)


def _indexable(message_id: str) -> str:
    """A Message-ID that fits into an index; of one that is too long, its beginning and the digest of all of it."""
    text = storable(message_id, SUBJECT_LENGTH)
    data = text.encode()
    if len(data) <= ID_BYTES:
        return text
    return data[: ID_BYTES - 64].decode("utf-8", "ignore") + digest_of(data)


def _new_text(content: Content) -> str:
    return content.reply_text or content.text


def _utc(date: datetime | None) -> datetime | None:
    if date is None:
        return None
    try:
        return date.astimezone(UTC)
    except OverflowError:  # year 1 or 9999 with an offset that leaves the calendar
        return None


def _when(date: datetime | None, received: datetime | None, now: datetime) -> datetime:
    arrived = received.astimezone(UTC) if received else now
    if date is None or date > arrived + FUTURE:
        return arrived
    return date


def _trust(mail: RawMail, message: Message, profile: Profile) -> Trust:
    if mail.source.kind == "outbox":
        return Trust(TrustLevel.AUTHENTICATED, ("sent by our own outbox",))
    if mail.direction is Direction.OUTBOUND:
        return Trust(TrustLevel.AUTHENTICATED, ("found in the account's own Sent folder",))
    return trust_of(message, authserv_ids=profile.authserv_ids, own_domains=profile.domains)


def _people(message: Message, limits: Limits) -> tuple[tuple[str, str, str], ...]:
    roles: tuple[tuple[str, tuple[Address, ...]], ...] = (
        ("from", message.from_),
        ("sender", (message.sender,) if message.sender else ()),
        ("reply-to", message.reply_to),
        ("to", message.to),
        ("cc", message.cc),
        ("bcc", message.bcc),
    )
    people: dict[tuple[str, str], str] = {}
    for role, addresses in roles:
        for address in addresses:
            key = storable(address.key, ADDRESS_LENGTH)
            if key and len(people) < limits.addresses:
                people.setdefault((role, key), storable(address.name, ADDRESS_LENGTH))
    return tuple((role, key, name) for (role, key), name in people.items())

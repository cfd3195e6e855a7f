"""``generate``: a seed becomes a set of mails. The same arguments give the same bytes, on any machine, on any day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from mailkit.errors import InputError
from mailkit.testing.samples import bounces, calendar, damage, enclosures, hard, notices
from mailkit.testing.samples.conversations import play
from mailkit.testing.samples.corpus import SCRIPTS
from mailkit.testing.samples.desk import Desk
from mailkit.testing.samples.model import SampleMail, SampleSet
from mailkit.testing.samples.world import COMPANIES, CONTACTS
from mailkit.words import Record

__all__ = ["BASE", "MINIMUM", "generate"]

BASE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""The Monday on which the samples begin, unless another is given."""

MINIMUM = 160
"""The smallest ``count``: below it not every category has room."""

_LANGUAGES = ("en", "de", "id", "ja", "ar")


def generate(
    seed: int,
    count: int = 300,
    *,
    base: datetime = BASE,
    signed_id: Callable[[Record], str] | None = None,
) -> SampleSet:
    """Make ``count`` mails in the folders of two accounts, ``sales@acme.example`` and
    ``support@acme.example``.

    Args:
        seed: the only source of chance.
        count: how many SampleMails, copies counted, at least ``MINIMUM``; some thousands are fine.
        base: the first day, aware; mails lie in the 90 days after it.
        signed_id: makes a signed Message-ID (no brackets) of ours that names a record; given, one mail answers such an
            id.

    Raises:
        InputError: ``count`` is too small or ``base`` has no time zone.
    """
    if count < MINIMUM:
        raise InputError(f"A sample set of {count} mails cannot hold every case.", hint=f"Ask for at least {MINIMUM}.")
    if base.tzinfo is None:
        raise InputError("The base date has no time zone.", hint="Pass an aware datetime.")
    desk = Desk(seed, base, signed_id)
    _special(desk)
    _fill(desk, count)
    mails = sorted(_answered(desk), key=lambda mail: mail.internaldate)
    return SampleSet(
        seed=seed,
        base=base.astimezone(UTC),
        mails=tuple(mails),
        companies=COMPANIES,
        contacts=CONTACTS,
        deals=tuple(desk.deals),
        tickets=tuple(desk.tickets),
    )


def _answered(desk: Desk) -> Iterator[SampleMail]:
    """The mails, with \\Answered (and so \\Seen) on those that we have answered from the same account."""
    answered = {(letter.in_reply_to, letter.sender.email) for letter, _, _ in desk.sent if letter.in_reply_to}
    ids = {key: letter.message_id for letter, key, _ in desk.received}
    for mail in desk.mails:
        if mail.folder != "Sent" and (ids.get(mail.key), mail.account) in answered:
            yield replace(mail, flags=tuple(sorted({*mail.flags, "\\Seen", "\\Answered"})))
        else:
            yield mail


def _special(desk: Desk) -> None:
    """One of each case, in a fixed order."""
    hard.forged(desk)
    _between_the_lines(desk)
    hard.two_folders(desk)
    hard.converted(desk)
    hard.two_without_id(desk)
    hard.one_id_two_contents(desk)
    hard.tokened(desk)
    for lang in ("en", "de"):
        hard.broken_thread(desk, lang)
    for lang in _LANGUAGES:
        enclosures.invoice_to(desk, lang)
        enclosures.image(desk, lang)
    enclosures.invoice_from_supplier(desk)
    for lang in ("en", "de", "id", "ja"):
        enclosures.forward_written(desk, lang)
    for lang in ("en", "ar"):
        enclosures.forward_attached(desk, lang)
        enclosures.forward_internal(desk, lang)
    for lang in ("en", "de", "id", "ja"):
        calendar.invited(desk, lang)
    for lang in ("en", "de"):
        calendar.inviting(desk, lang)
    for case, lang in zip(bounces.CASES, ("de", "en", "en", "id", "en", "de"), strict=True):
        bounces.bounce(desk, case, lang)
    for index in range(8):
        notices.newsletter(desk, index)
    for index in range(4):
        notices.unrelated(desk, index)
    for name in damage.DAMAGES:
        damage.damaged(desk, name)
    damage.nothing(desk)
    for _ in range(5):
        notices.auto_reply(desk)


def _between_the_lines(desk: Desk) -> None:
    """Answers written into the quoted text, by a person with each program; contacts by their ids."""
    for lang, contact in (("de", 2), ("ja", 7), ("de", 11), ("id", 5), ("en", 12)):
        script = next(s for s in SCRIPTS if s.lang == lang and s.turns[2].inline)
        play(desk, script, next(c for c in CONTACTS if c.id == contact), limit=4, alone=True)


def _fill(desk: Desk, count: int) -> None:
    """Conversations, each script before any comes again, until there are ``count`` mails exactly."""
    waiting: list[int] = []
    while len(desk.mails) < count:
        if not waiting:
            waiting = list(range(len(SCRIPTS)))
            desk.rng.shuffle(waiting)
        room = count - len(desk.mails)
        if room <= 2:
            notices.newsletter(desk, desk.rng.randrange(1000))
            continue
        # A conversation that both accounts see has two copies of each mail.
        play(desk, SCRIPTS[waiting.pop()], limit=room if room < 8 else 8, alone=room < 16)

"""Any bytes are a message: what holds for every one of them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import Message, checks, content_digest, identity, parse
from mailkit.words import Limits

TOKENS = [
    *(b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b"--", b"--b", b"--b--", b"\x00", b"\xff", b"=", b"=?", b"?="),
    *(b"From: a@b.example", b"Subject: =?utf-8?q?x?=", b"Content-Type: multipart/mixed; boundary=b"),
    *(b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: base64", b"YWJj", b"Content-Type: text/plain"),
    *(
        b"Content-Disposition: attachment; filename*0*=utf-8''a",
        b"boundary=",
        b'"',
        b"Date: Mon, 23 Nov 2026 10:00:00 +0100",
    ),
    *(b"References: <a@b.example>", b"From x y", b"\xef\xbb\xbf", b"\xff\xfe", b"multipart/digest", b"text"),
]
soup = st.lists(st.sampled_from(TOKENS), max_size=60).map(b"".join)


@st.composite
def damaged(draw: st.DrawFn, mails: list[bytes]) -> bytes:
    """A whole mail with pieces cut out, doubled, overwritten or swapped."""
    raw = draw(st.sampled_from(mails))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(raw)))
        end = min(len(raw), at + draw(st.integers(0, 80)))
        what = draw(st.sampled_from(["cut", "double", "overwrite", "truncate", "insert"]))
        if what == "cut":
            raw = raw[:at] + raw[end:]
        elif what == "double":
            raw = raw[:end] + raw[at:]
        elif what == "truncate":
            raw = raw[: max(end, 1)]
        else:
            piece = draw(st.one_of(st.binary(max_size=8), st.sampled_from(TOKENS)))
            raw = raw[:at] + piece + raw[end if what == "overwrite" else at :]
    return raw


_DEFECTS, _, _AMBIGUITIES = (checks.__doc__ or "").partition("Ambiguity codes")
DEFECTS = set(re.findall(r"``([a-z0-9-]+)``", _DEFECTS))
AMBIGUITIES = set(re.findall(r"``([a-z0-9-]+)``", _AMBIGUITIES))


def check(raw: bytes, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
    message = parse(raw, limits)
    assert message.raw == raw
    assert 1 <= len(message.parts) <= max(limits.parts, 1)
    _check_tree(message)
    _check_lists(message)
    for part in message.parts:
        assert part.size == len(part.content) <= part.end - part.start
        assert isinstance(part.text, str)
        assert part.filename is None or part.filename
    for text in (message.subject, *(a.name for a in message.from_), *(a.address for a in (*message.to, *message.cc))):
        assert not set(text) & set("\r\n\x00")
    _check_storable(message)
    assert message.date is None or message.date.utcoffset() is not None
    assert all(defect.code and (defect.part is None or defect.part < len(message.parts)) for defect in message.defects)
    assert {defect.code for defect in message.defects} <= DEFECTS, "every code is documented"
    assert {found.code for found in message.ambiguities} <= AMBIGUITIES
    assert len(identity(message)) == len(content_digest(message)) == 64
    assert identity(message) == identity(parse(raw, limits))


def _check_tree(message: Message) -> None:
    for part in message.parts:
        assert 0 <= part.start <= part.end <= len(message.raw)
        assert message.parts[part.index] is part
        last = part.start
        for index in part.children:
            child = message.parts[index]
            assert (child.parent, child.depth) == (part.index, part.depth + 1)
            assert last <= child.start <= child.end <= part.end
            last = child.end


def _check_storable(message: Message) -> None:
    """No half surrogate pair anywhere: no database takes one."""
    people = (*message.from_, *message.to, *message.cc, *message.bcc, *message.reply_to)
    texts = [message.subject, message.message_id or "", *message.references, *message.in_reply_to]
    texts += [text for person in people for text in (person.name, person.address, person.key, person.group or "")]
    texts += [text for part in message.parts for text in (part.text, part.filename or "", part.content_id or "")]
    for text in texts:
        text.encode("utf-8")


def _check_lists(message: Message) -> None:
    shown = {part.index for part in (*message.text_body, *message.html_body, *message.attachments)}
    leaves = {part.index for part in message.parts if not part.is_multipart}
    assert leaves <= shown, "a leaf is in none of the three lists"


@given(st.binary(max_size=400))
def test_any_bytes(raw: bytes) -> None:
    check(raw)


@given(soup)
def test_soup_of_mail(raw: bytes) -> None:
    check(raw)


@given(
    soup,
    st.builds(
        Limits,
        depth=st.integers(0, 3),
        parts=st.integers(1, 4),
        headers=st.integers(1, 4),
        header_bytes=st.integers(1, 40),
    ),
)
def test_soup_with_small_limits(raw: bytes, limits: Limits) -> None:
    check(raw, limits)


@given(st.data())
def test_damaged_mail(real_mails: list[bytes], data: st.DataObject) -> None:
    check(data.draw(damaged(real_mails)))


def test_whole_mail_is_without_defects(real_mails: list[bytes]) -> None:
    for raw in real_mails:
        check(raw)
    assert parse(real_mails[1]).defects == ()
    assert parse(real_mails[0]).defects == ()


def test_every_cut_of_a_mail(real_mails: list[bytes]) -> None:
    for raw in real_mails[:2]:
        for end in range(0, len(raw), 7):
            check(raw[:end])


def test_line_ends_do_not_change_what_is_read(real_mails: list[bytes]) -> None:
    crlf, lf, cr = real_mails[1], real_mails[3], real_mails[4]
    found = [parse(raw) for raw in (crlf, lf, cr)]
    assert len({identity(message) for message in found}) == 1
    assert len({tuple(part.content_type for part in message.parts) for message in found}) == 1
    assert len({tuple(part.filename for part in message.parts) for message in found}) == 1


def test_sixteen_bit_junk(real_mails: list[bytes]) -> None:
    for codec in ("utf-16", "utf-16-le", "utf-32"):
        check(real_mails[0].decode("utf-8").encode(codec))

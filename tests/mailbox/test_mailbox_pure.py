"""The pure parts: UID sets, answers, arguments, roles."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.errors import InjectionError, InputError, LimitError, ProtocolError
from mailkit.mailbox import FolderInfo, assign, folders, role_by_attributes, role_by_name, uidset
from mailkit.mailbox.arguments import check, flag_list, quoted
from mailkit.mailbox.response import parse, read_date, write_date
from mailkit.mailbox.rows import Row, read_row
from mailkit.words import Limits, Role

UIDS = st.sets(st.integers(1, uidset.MAX_UID), max_size=80) | st.sets(st.integers(1, 60))


@given(UIDS, st.integers(1, 400))
def test_sets_hold_what_was_put_in_and_fit_the_line(uids: set[int], room: int) -> None:
    pieces = list(uidset.pieces(uids, room))
    back = [uid for piece in pieces for uid in uidset.expand(piece.encode(), 1000)]
    assert back == sorted(uids)
    assert all(len(piece) <= room or "," not in piece for piece in pieces)


def test_fifty_thousand_uids_are_one_short_command() -> None:
    assert list(uidset.pieces(range(1, 50_001), 1000)) == ["1:50000"]
    assert all(len(piece) <= 1000 for piece in uidset.pieces(range(1, 50_001, 2), 1000))


@pytest.mark.parametrize("uid", [0, -1, 2**32])
def test_what_is_no_uid_is_refused(uid: int) -> None:
    with pytest.raises(InputError):
        list(uidset.pieces([uid], 100))


def test_a_short_set_of_four_billion_is_a_limit_error() -> None:
    with pytest.raises(LimitError):
        uidset.expand(b"1:4294967295", 1000)
    assert uidset.expand(b"5:3", 10) == [3, 4, 5]
    for bad in (b"", b"*", b"1:*", b"1,,2", b"x", b"9" * 30):
        with pytest.raises(ProtocolError):
            uidset.expand(bad, 1000)


def test_an_answer_with_a_literal() -> None:
    values = parse([(b"12 (UID 5 FLAGS (\\Seen $X) BODY[] {3}", b"a)("), b' RFC822.SIZE 3 X "q\\"\\\\" Y NIL)'])
    assert values == [
        b"12",
        [
            b"UID",
            b"5",
            b"FLAGS",
            [b"\\Seen", b"$X"],
            b"BODY[]",
            b"a)(",
            b"RFC822.SIZE",
            b"3",
            b"X",
            b'q"\\',
            b"Y",
            None,
        ],
    ]
    assert parse([b"BODY[HEADER.FIELDS (TO CC)]<0> x"]) == [b"BODY[HEADER.FIELDS (TO CC)]<0>", b"x"]


@given(st.lists(st.binary(max_size=60) | st.tuples(st.binary(max_size=30), st.binary(max_size=30)), max_size=6))
def test_any_bytes_are_read_without_another_error_than_our_own(segments: list[bytes | tuple[bytes, bytes]]) -> None:
    try:
        row = read_row(parse(segments))
    except ProtocolError:
        return
    assert row is None or row.uid > 0


@given(st.recursive(st.text("abc{}[]", max_size=6), lambda x: st.lists(x, max_size=4), max_leaves=20))
def test_quoting_and_reading_are_inverse(tree: object) -> None:
    def write(value: object) -> bytes:
        if isinstance(value, list):
            return b"(" + b" ".join(map(write, value)) + b")"
        return quoted(str(value).encode())

    def plain(value: object) -> object:
        return [plain(v) for v in value] if isinstance(value, list) else str(value).encode()

    assert parse([write(tree)]) == [plain(tree)]


@pytest.mark.parametrize(
    "text",
    [
        b"(" * 49,
        b'"' + b"\\" * 1_000_000,
        b'"' + b"\\a" * 500_000,
        b"[" * 1_000_000,
        b'"a' * 500_000,
        b"a(" * 20,
        b" ) " * 300_000,
    ],
)
def test_a_megabyte_of_nonsense_takes_a_moment(text: bytes) -> None:
    started = time.process_time()
    parse([text])
    assert time.process_time() - started < 2.0


def test_depth_is_bounded() -> None:
    with pytest.raises(ProtocolError):
        parse([b"(" * 100_000])


def test_rows() -> None:
    full = read_row(parse([(b"1 (UID 5 BODY[] {1}", b"x"), b" MODSEQ (12))"]))
    assert full == Row(5, modseq=12, body=b"x")
    later = read_row(parse([b"1 (UID 5 FLAGS (\\Seen \\Recent \\Seen))"]))
    assert later is not None
    assert later.over(full) == Row(5, flags=("\\Seen",), modseq=12, body=b"x")
    assert read_row(parse([b"1 (FLAGS ())"])) is None
    uidonly = read_row(parse([b"25996 (FLAGS (\\Seen))"]), uidonly=True)
    assert uidonly is not None
    assert uidonly.uid == 25996
    empty = read_row(parse([b"1 (UID 5 BODY[] NIL)"]))
    assert empty is not None
    assert empty.body == b""
    assert read_row([]) is None
    assert read_row(parse([b"1 (UID 0)"])) is None


TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
    lambda t: t.replace(microsecond=0)
)


@given(TIMES, st.integers(-14 * 60, 14 * 60))
def test_dates_go_there_and_back(when: datetime, offset: int) -> None:
    zoned = when.astimezone(timezone(timedelta(minutes=offset)))
    assert read_date(write_date(zoned).strip('"').encode()) == when
    sign = "-" if offset < 0 else "+"
    text = f"{zoned.day:2d}-{zoned:%b-%Y %H:%M:%S} {sign}{abs(offset) // 60:02d}{abs(offset) % 60:02d}"
    assert read_date(text.encode()) == when


@given(st.binary(max_size=70))
def test_any_date_is_a_date_or_none(value: bytes) -> None:
    assert read_date(value) is None or read_date(value).tzinfo is UTC  # type: ignore[union-attr]


@given(st.text(max_size=30), st.sampled_from("\r\n\0\x1f\x7f\x85"))
def test_no_control_character_passes(text: str, character: str) -> None:
    for value in (character + text, text + character):
        with pytest.raises(InjectionError):
            check(value, "folder")
        with pytest.raises(InputError):
            flag_list([value])


@given(st.binary(max_size=80))
def test_quoted_strings_are_one_argument_or_refused(value: bytes) -> None:
    try:
        wire = quoted(value)
    except InjectionError:
        assert any(byte in value for byte in b"\r\n\0")
        return
    assert parse([wire]) == [value]


@pytest.mark.parametrize("flag", ["", "\\", "a b", "a(b", "\\Seen)", "a]", 'a"', "ä", "a*", "a\\b"])
def test_flags_that_imap_cannot_carry(flag: str) -> None:
    with pytest.raises(InputError):
        flag_list([flag])


def test_flags() -> None:
    assert flag_list(["\\Seen", "$Forwarded"]) == "(\\Seen $Forwarded)"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_folder_names_go_there_and_back(name: str) -> None:
    if name.upper() == "INBOX":
        return
    assert folders.decode(folders.encode(name)) == name


@given(st.binary(max_size=60))
def test_any_folder_name_can_be_shown(name: bytes) -> None:
    assert isinstance(folders.decode(name), str)


def test_a_list_of_odd_folders() -> None:
    found, wire = folders.read_list(
        [
            b'(\\HasNoChildren) "/" INBOX',
            b'(\\HasNoChildren) "/" "007"',
            b'(\\Noselect) "/" "[Gmail]"',
            (b'() "/" {9}', b'My "Mail"'),
            b"",
            b'(\\Sent) "/" "Entw&APw-rfe"',
            b'() NIL "caf\xc3\xa9"',
            b'() "/" NIL',
            b'() "/" "&broken"',
            b'() "/" "a\x01b"',
            b'() "/" "007"',
            b'() "/" ""',
            b"garbage",
        ],
        Limits(),
    )
    assert [f.name for f in found] == [
        "INBOX", "007", "[Gmail]", 'My "Mail"', "Entwürfe", "café", "NIL", folders.decode(b"&broken"), "a\ufffdb",
    ]  # fmt: skip
    by_name = {f.name: f for f in found}
    assert by_name["Entwürfe"].role is Role.SENT
    assert by_name["INBOX"].role is Role.INBOX
    assert not by_name["[Gmail]"].selectable
    assert not by_name["a\ufffdb"].selectable
    assert wire["café"] == b"caf\xc3\xa9"
    with pytest.raises(LimitError):
        folders.read_list([b'() "/" a', b'() "/" b'], Limits(folders=1))


def test_search_answers() -> None:
    assert folders.read_search([b"2 5 3 (MODSEQ 9)", b"5 "], False, 100) == [2, 3, 5]
    assert folders.read_search([b'(TAG "A1") UID ALL 2,10:11'], True, 100) == [2, 10, 11]
    assert folders.read_search([b'(TAG "A1") UID'], True, 100) == []
    with pytest.raises(ProtocolError):
        folders.read_search([b"2 x"], False, 100)


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        (b"[APPENDUID 38505 3955] done", 3955),
        (b"[appenduid 1 2]", 2),
        (b"done", None),
        (b"[APPENDUID 1", None),
        (b"[APPENDUID 1 x]", None),
    ],
)
def test_appenduid(text: bytes, uid: int | None) -> None:
    assert folders.read_appenduid(text) == uid


@pytest.mark.parametrize(
    ("name", "delimiter", "role"),
    [
        ("inbox", "/", Role.INBOX),
        ("Sent", "/", Role.SENT),
        ("SENT ITEMS", "/", Role.SENT),
        ("INBOX.Gesendet", ".", Role.SENT),
        ("[Gmail]/Papierkorb", "/", Role.TRASH),
        ("Éléments envoyés", "/", Role.SENT),
        ("送信済みアイテム", "/", Role.SENT),
        ("Отправленные", "|", Role.SENT),
        ("Elementos eliminados", "/", Role.TRASH),
        ("Pesan Terkirim", "/", Role.SENT),
        ("البريد العشوائي", "/", Role.JUNK),
        ("已发送邮件", "/", Role.SENT),
        ("Skräppost", "/", Role.JUNK),
        ("Projects/Sent", "/", None),
        ("INBOX.a.Sent", ".", None),
        ("Presents", "/", None),
    ],
)
def test_roles_by_name(name: str, delimiter: str, role: Role | None) -> None:
    assert role_by_name(name, delimiter) is role


def test_attributes_win_over_names_and_each_role_is_given_once() -> None:
    given_folders = [
        FolderInfo("INBOX", "/"),
        FolderInfo("Sent", "/"),
        FolderInfo("Verschickt", "/", ("\\Sent",)),
        FolderInfo("INBOX/Trash", "/"),
        FolderInfo("Papierkorb", "/"),
        FolderInfo("Spam", "/", ("\\Noselect",), selectable=False),
        FolderInfo("Junk", "/"),
    ]
    roles = [f.role for f in assign(given_folders)]
    assert roles == [Role.INBOX, None, Role.SENT, None, Role.TRASH, None, Role.JUNK]
    assert role_by_attributes(["\\HasNoChildren", "\\AllMail"]) is Role.ALL


@pytest.mark.parametrize("said", [b"0", b"4294967296", b"9223372036854775808", b"9" * 30, b"-1", b"1 x"])
def test_what_is_no_uid_ends_a_search(said: bytes) -> None:
    with pytest.raises(ProtocolError):
        folders.read_search([b"2 " + said], False, 100)


def test_numbers_that_no_database_keeps_are_no_numbers() -> None:
    assert uidset.number(b"9223372036854775806") == 2**63 - 2
    with pytest.raises(ProtocolError):
        uidset.number(b"9223372036854775807")
    row = read_row([b"1", [b"UID", b"5", b"MODSEQ", [b"99999999999999999999"], b"RFC822.SIZE", b"7"]])
    assert row is not None
    assert (row.uid, row.modseq, row.size) == (5, None, 7)
    listed, _ = folders.read_list([b'() "/" "' + b"a" * 2001 + b'"', b'() "/" INBOX'], Limits())
    assert [folder.selectable for folder in listed] == [False, True]

"""winmail.dat: what is in it, and that no bytes whatever break the reader."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit import Limits
from mailkit.content import kind_of, read
from mailkit.content.lzfu import decompress
from mailkit.content.rtf import read_rtf
from mailkit.content.tnef import read_tnef
from mailkit.message import parse
from support import tnef as make

_HERE = Path(__file__).parent


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


scoring = _load(_HERE.parents[1] / "benchmarks" / "score_content.py")

HTML_IN_RTF = (
    rb"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Arial;}}"
    rb"{\colortbl\red0\green0\blue0;}{\*\generator Exchange;}"
    rb"{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Gr\'fc\'df \{a\}\htmlrtf }\htmlrtf0 "
    rb"\f1 \'ef\'f0\f0 \u8364 ?5\par {\*\htmltag72 </p>}{\*\mhtmltag64 <lost>}{\*\htmltag27 </html>}}"
)


def test_public_streams(corpora: Path) -> None:
    scores = scoring.score_tnef(corpora / "tnef")
    assert [(score.name, score.right, score.total) for score in scores] == [
        ("names", 3, 3), ("bodies", 3, 3), ("files", 8, 8), ("streams", 3, 3)
    ]  # fmt: skip


def test_attachments_are_those_of_both_worlds() -> None:
    stream = make.stream(
        make.message(make.prop(0x1000, make.UNICODE, "Grüße")),
        make.attachment("Angebot für Bo.pdf", b"%PDF-1.7 x", make.prop(0x370E, make.UNICODE, "application/pdf")),
        make.attachment("logo.png", b"\x89PNG\r\n\x1a\n", make.prop(0x3712, make.UNICODE, "logo@x"),
                        make.prop(0x7FFE, make.BOOLEAN, 1)),
    )  # fmt: skip
    raw = make.mail(stream, text="See below").replace(
        b"--b--", b"--b\nContent-Type: text/csv; name=list.csv\nContent-Disposition: attachment\n\n1,2\n--b--"
    )
    view = read(parse(raw))
    assert [(file.name, file.content_type, file.origin, file.inline) for file in view.attachments] == [
        ("Angebot für Bo.pdf", "application/pdf", "tnef", False),
        ("logo.png", "image/png", "tnef", True),
        ("list.csv", "text/csv", "mime", False),
    ]
    assert view.attachments[0].content == b"%PDF-1.7 x"
    assert view.attachments[0].size == 10
    assert view.text == "See below", "the message's own text counts first"


def test_the_body_is_taken_where_the_message_has_none() -> None:
    page = '<p>Hello <img src="cid:logo@x"></p><script>x</script>'
    stream = make.stream(
        make.message(make.prop(0x1013, make.BINARY, page.encode("cp1252")), make.prop(0x3FDE, make.LONG, 1252)),
        make.attachment("logo.png", b"\x89PNG\r\n\x1a\n", make.prop(0x3712, make.UNICODE, "<logo@x>")),
    )
    view = read(parse(make.mail(stream)))
    assert view.text == "Hello"
    assert "data:image/png;base64,iVBORw0KGgo=" in view.html
    assert "script" not in view.html
    assert view.reply_text == "Hello"


def test_a_quotation_in_the_encapsulated_html_is_found() -> None:
    rtf = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <div>}Yes.{\*\htmltag72 </div>}"
        rb"{\*\htmltag64 <div id=\"divRplyFwdMsg\">}From: Ana{\*\htmltag72 </div>}{\*\htmltag64 <p>}Shall we?}"
    )
    view = read(parse(make.mail(make.stream(make.message(make.prop(0x1009, make.BINARY, make.compressed(rtf)))))))
    assert view.reply_text == "Yes."
    assert "Shall we?" in view.quoted[0]


def test_winmail_is_found_by_its_name() -> None:
    stream = make.stream(make.attachment("a.txt", b"x"))
    raw = make.mail(stream, name="WINMAIL.DAT", kind="application/octet-stream")
    assert [file.name for file in read(parse(raw)).attachments] == ["a.txt"]


def test_what_cannot_be_read_stays_as_it_is() -> None:
    for data in (b"no stream", make.SIGNATURE, make.SIGNATURE + b"\xff" * 40):
        view = read(parse(make.mail(data, text="t")))
        assert [file.name for file in view.attachments] == ["winmail.dat"]
        assert view.attachments[0].content == data


def test_names_are_made_safe_and_short_names_count_last() -> None:
    stream = make.stream(
        make.attachment("..\\..\\evil\u202egnp.exe", b"MZ"),
        make.attribute(2, 0x69002, b"\0" * 14) + make.attribute(2, 0x18010, b"TITLE.TXT\0"),
    )
    files = read(parse(make.mail(stream))).attachments
    assert [file.name for file in files] == ["evilgnp.exe", "TITLE.TXT"]
    assert files[0].given_name == "..\\..\\evil\u202egnp.exe"


def test_an_enclosed_message() -> None:
    inner = make.stream(
        make.message(
            make.prop(0x0037, make.UNICODE, "Inside"), make.prop(0x0042, make.UNICODE, "Bo"),
            make.prop(0x0065, make.UNICODE, "bo@client.example"), make.prop(0x1000, make.UNICODE, "inner text"),
            make.prop(0x0039, make.TIME, 131_000_000_000_000_000),
            make.prop(0x1035, make.UNICODE, "<1@client.example>"),
        ),
        make.attachment("deep.txt", b"deep"),
    )  # fmt: skip
    method = make.prop(0x3705, make.LONG, 5)
    outer = make.stream(make.attachment("x", b"", method, make.prop(0x3701, make.OBJECT, make.I_MESSAGE + inner)))
    file = read_tnef(outer).files[0]
    assert file.is_message
    assert file.content == inner
    enclosed = file.message
    assert enclosed is not None
    assert (enclosed.subject, enclosed.sender, enclosed.text) == ("Inside", "Bo <bo@client.example>", "inner text")
    assert enclosed.message_id == "1@client.example"
    assert enclosed.date == datetime(2016, 2, 15, 8, 53, 20, tzinfo=UTC)
    assert enclosed.files[0].content == b"deep"
    assert read(parse(make.mail(outer))).attachments[0].name == "Inside.dat"


def test_nesting_ends() -> None:
    data = make.stream(make.attachment("a", b"x"))
    for _ in range(40):
        data = make.stream(make.attachment("m", b"", make.prop(0x3701, make.OBJECT, make.I_MESSAGE + data)))
    depth, found = 0, read_tnef(data)
    while (inner := found.files[0].message) is not None:
        depth, found = depth + 1, inner
    assert depth == 10


def test_an_object_is_given_without_its_interface() -> None:
    stream = make.stream(
        make.attachment("o", b"", make.prop(0x3701, make.OBJECT, make.I_STORAGE + b"\xd0\xcf\x11\xe0"))
    )
    file = read_tnef(stream).files[0]
    assert (file.content, file.interface, file.is_message) == (b"\xd0\xcf\x11\xe0", make.I_STORAGE, False)


def test_texts_in_another_codepage() -> None:
    cyrillic = make.prop(0x0037, make.STRING8, b"\xcf\xeb\xe0\xed\0")
    assert read_tnef(make.stream(make.message(cyrillic), codepage=1251)).subject == "План"


@pytest.mark.parametrize(
    ("kind", "method", "status"),
    [
        ("IPM.Schedule.Meeting.Request", "REQUEST", ""),
        ("IPM.Schedule.Meeting.Canceled", "CANCEL", ""),
        ("IPM.Schedule.Meeting.Resp.Pos", "REPLY", "accepted"),
        ("IPM.Schedule.Meeting.Resp.Neg", "REPLY", "declined"),
        ("IPM.Schedule.Meeting.Resp.Tent", "REPLY", "tentative"),
    ],
)
def test_a_meeting(kind: str, method: str, status: str) -> None:
    appointment = bytes.fromhex("0220060000000000c000000000000046")
    meeting = bytes.fromhex("90dad86e0b451b1098da00aa003f1305")
    uid = b"\x04\0\0\0" + b"\0" * 36 + b"vCal-Uid\x01\0\0\0plan-1@acme.example\0"
    stream = make.stream(
        make.message(
            make.prop(0x001A, make.UNICODE, kind), make.prop(0x0037, make.UNICODE, "Plan"),
            make.prop(0x0042, make.UNICODE, "Ana"), make.prop(0x5D02, make.UNICODE, "ana@acme.example"),
            make.prop(0x8000, make.TIME, 131_000_000_000_000_000, (appointment, 0x820D)),
            make.prop(0x8001, make.TIME, 131_000_036_000_000_000, (appointment, 0x820E)),
            make.prop(0x8002, make.UNICODE, "Room 4", (appointment, 0x8208)),
            make.prop(0x8003, make.BINARY, uid, (meeting, 0x23)),
            make.prop(0x8004, make.UNICODE, "n", (appointment, "Keywords")),
        )
    )  # fmt: skip
    message = parse(make.mail(stream, text="See the invitation"))
    calendar = read(message).calendar
    assert calendar is not None
    event = calendar.events[0]
    assert (calendar.method, event.uid, event.summary, event.location) == (
        method,
        "plan-1@acme.example",
        "Plan",
        "Room 4",
    )
    assert event.start == datetime(2016, 2, 15, 8, 53, 20, tzinfo=UTC)
    assert event.end is not None
    assert (event.end - event.start).total_seconds() == 3600
    people = event.attendees if status else (event.organizer,)
    assert [person.address for person in people if person] == ["ana@acme.example"]
    assert not status or event.attendees[0].status == status
    assert kind_of(message) == "calendar"


def test_damage_is_told_and_the_rest_is_read() -> None:
    good = make.attachment("a.txt", b"abc")
    wrong_sum = good.replace(b"abc", b"abd", 1)
    odd = make.message(make.prop(0x0037, make.UNICODE, "S"), b"\x99\x09\x00\x10" + b"\0" * 8)
    cases = {
        make.stream(wrong_sum): "a checksum is wrong",
        make.stream(good)[:-3]: "the stream breaks off",
        make.stream(good) + b"\x07" * 20: "there is something that is no attribute",
        make.stream(odd, good): "a property has the unknown type 0x0999",
        make.stream(make.attribute(2, 0x6800F, b"x"), good): "an attachment has no beginning",
    }
    for data, sentence in cases.items():
        found = read_tnef(data)
        assert sentence in found.defects
        assert [file.name for file in found.files] in (["a.txt"], ["SHORT~1.BIN"])


def test_the_number_of_attachments_is_bounded() -> None:
    data = make.stream(*[make.attachment("a", b"x")] * 30)
    found = read_tnef(data, Limits(parts=10))
    assert len(found.files) == 10
    assert "only the first 10 attachments were read" in found.defects


# Compressed RTF


def test_the_example_of_the_specification() -> None:
    """MS-OXRTFCP sections 4.1.1 and 4.1.2: a short text, and a reference that reads what it writes."""
    first = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompress(first, 10_000) == (b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", "")
    second = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress(second, 10_000) == (b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", "")


def test_compressed_rtf_is_bounded_and_its_damage_told() -> None:
    rtf = b"{\\rtf1 " + b"x" * 5000 + b"}"
    assert decompress(make.compressed(rtf), 10**6) == (rtf, "")
    assert decompress(make.compressed(rtf), 100) == (rtf[:100], "only the first 100 bytes of the RTF were read")
    assert decompress(make.stored(rtf), 10**6) == (rtf, "")
    assert decompress(make.compressed(rtf)[:2000], 10**6)[1] == "the compressed RTF breaks off"
    assert decompress(b"short", 10) == (b"", "the compressed RTF has no header")
    assert decompress(make.stored(rtf).replace(b"MELA", b"NONE"), 10) == (
        b"", "the RTF is compressed in an unknown way",
    )  # fmt: skip


# RTF


def test_html_is_taken_out_of_rtf() -> None:
    assert read_rtf(HTML_IN_RTF).html == "<html><p>GrьЯ {a}пр€5\n</p></html>"


def test_html_with_the_font_of_each_stretch() -> None:
    western = HTML_IN_RTF.replace(b"ansicpg1251", b"ansicpg1252")
    assert read_rtf(western).html == "<html><p>Grüß {a}пр€5\n</p></html>"


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi Hello\par World\tab x}", "Hello\nWorld\tx"),
        (rb"{\rtf1\ansi\uc1 \u26085 ?\u26412 ?}", "日本"),
        (rb"{\rtf1\ansi\uc2 \u26085 ab c}", "日 c"),
        (rb"{\rtf1\ansi \u-10179 ?\u-8704 ?}", "😀"),
        (rb"{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b}", "日本"),
        (rb"{\rtf1{\*\unknown lost}{\pict 00ff}{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}}", "shown"),
        (rb"{\rtf1 a\cell b\cell\row c}", "a | b\nc"),
        (rb"{\rtf1 \{\}\\\~\_}", "{}\\\u00a0-"),
        (rb"{\rtf1\bin5 }}}}}after}", "after"),
        (rb"{\rtf1 \ldblquote x\rdblquote\emdash }" + b"\0\0", "“x”—"),
        (b"{\\rtf1 a\r\nb\\\nc}", "ab\nc"),
        (rb"{\rtf1\ansi\fromtext plain\par text}", "plain\ntext"),
    ],
)
def test_text_of_rtf(rtf: bytes, text: str) -> None:
    assert read_rtf(rtf).text == text


# Any bytes


@given(st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    for found in (read_tnef(data), read_tnef(make.SIGNATURE + data)):
        touch(found)
    decompress(data, 1000)
    assert len(decompress(make.tokens(size=2000) + data, 1000)[0]) <= 1000
    read_rtf(data)
    read_rtf(rb"{\rtf1\fromhtml1 " + data)


@given(st.data())
def test_damaged_streams(data: st.DataObject) -> None:
    raw = bytearray(
        make.stream(
            make.message(
                make.prop(0x1009, make.BINARY, make.compressed(HTML_IN_RTF)), make.prop(0x37, make.UNICODE, "s")
            ),
            make.attachment("m", b"", make.prop(0x3701, make.OBJECT, make.I_MESSAGE + make.stream())),
        )
    )
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    touch(read_tnef(bytes(raw[: data.draw(st.integers(0, len(raw)))])))


def touch(found: object) -> None:
    from mailkit.content.tnef import Tnef

    assert isinstance(found, Tnef)
    for text in (found.subject, found.sender, found.body, found.html, found.text, found.location):
        assert isinstance(text, str)
    for file in found.files:
        assert len(file.content) == file.size
        if file.message is not None:
            touch(file.message)


TRAPS = {
    "rtf groups": lambda n: read_rtf(b"{\\rtf1" + b"{" * n),
    "rtf pairs": lambda n: read_rtf(b"{\\rtf1" + b"{}" * (n // 2)),
    "rtf hex": lambda n: read_rtf(b"{\\rtf1" + b"\\'e4" * (n // 4)),
    "rtf hex in fonts": lambda n: read_rtf(b"{\\rtf1" + b"\\f1\\'e4" * (n // 7)),
    "rtf words": lambda n: read_rtf(b"{\\rtf1" + b"\\par" * (n // 4)),
    "rtf unicode": lambda n: read_rtf(b"{\\rtf1" + b"\\u1?" * (n // 4)),
    "rtf backslashes": lambda n: read_rtf(b"{\\rtf1" + b"\\" * n),
    "lzfu references": lambda n: decompress(make.tokens(*[(0, 17)] * (n // 2), size=10**8), 10**8),
    "lzfu overlaps": lambda n: decompress(make.tokens(65, *[((207 + 15 * k) % 4096, 17) for k in range(n // 2)], size=10**8), 10**8),  # noqa: E501
    "properties": lambda n: read_tnef(make.stream(make.message(*[make.prop(0x37, make.UNICODE, "")] * (n // 16)))),
    "attachments": lambda n: read_tnef(make.stream(*[make.attachment("", b"")] * (n // 80)), Limits(parts=10**6)),
    "attributes": lambda n: read_tnef(make.stream(*[make.attribute(1, 1, b"")] * (n // 11)), Limits(parts=10**6)),
    "one long text": lambda n: read_tnef(make.stream(make.message(make.prop(0x1000, make.STRING8, b"\xe4" * n)))).text,
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_time_grows_with_the_size(grows_with_size: Callable[[Callable[[int], object]], None], name: str) -> None:
    grows_with_size(TRAPS[name])

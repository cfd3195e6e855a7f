from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.compose import forward, reply
from mailkit.compose.answer import MAX_REFERENCES
from mailkit.compose.audience import clean
from mailkit.compose.phrases import languages
from mailkit.errors import DraftError, InputError
from mailkit.message import parse

OWN = {"ana@acme.example", "sales@acme.example"}


def mail(body: bytes = b"Hello\r\nAna\r\n", **fields: str) -> bytes:
    """A received mail; underscores in names of fields stand for hyphens."""
    base = {
        "From": "Bo Client <bo@client.example>",
        "To": "ana@acme.example",
        "Subject": "Offer",
        "Date": "Sun, 1 Mar 2026 12:30:05 +0100",
        "Message-ID": "<q1@client.example>",
    }
    base.update({name.replace("_", "-"): value for name, value in fields.items()})
    return "".join(f"{name}: {value}\r\n" for name, value in base.items() if value).encode() + b"\r\n" + body


def answered(raw: bytes, **more: object):
    return reply(parse(raw), **{"own_addresses": OWN, "text": "Thanks", **more})


def to(draft) -> list[str]:
    return [address.address for address in draft.to]


def test_a_plain_answer(composed):
    draft = answered(mail(References="<r1@x.example> <r2@x.example>"))
    assert to(draft) == ["bo@client.example"]
    assert draft.to[0].name == "Bo Client"
    assert draft.subject == "Re: Offer"
    assert draft.in_reply_to == "q1@client.example"
    assert draft.references == ("r1@x.example", "r2@x.example", "q1@client.example")
    assert draft.text == "Thanks"
    message = parse(composed(draft).raw)
    assert message.references[-1] == "q1@client.example"


@pytest.mark.parametrize("subject", ["Re: Offer", "AW: Offer", "RE: Offer", "答复: Offer"])
def test_a_reply_mark_is_not_doubled(subject):
    assert answered(mail(Subject=subject)).subject == subject


@pytest.mark.parametrize(
    ("subject", "answer", "passed"),
    [
        ("Fwd: Re: Offer", "Re: Fwd: Re: Offer", "Fwd: Re: Offer"),
        ("Re: Fwd: Offer", "Re: Fwd: Offer", "Fwd: Re: Fwd: Offer"),
        ("[list] RE[2]: Offer", "[list] RE[2]: Offer", "Fwd: [list] RE[2]: Offer"),
        ("回复：Offer", "回复：Offer", "Fwd: 回复：Offer"),
        ("Regarding: Offer", "Re: Regarding: Offer", "Fwd: Regarding: Offer"),
        (" ", "Re:", "Fwd:"),
    ],
)
def test_only_the_mark_in_front_counts(subject, answer, passed):
    assert answered(mail(Subject=subject)).subject == answer
    assert forward(parse(mail(Subject=subject)), to=["c@d.example"]).subject == passed


def test_what_is_long_in_a_received_mail_is_cut(composed):
    coded = "=?utf-8?b?" + base64.b64encode("é".encode() * 20_000).decode() + "?="
    draft = answered(mail(Subject=coded, From=f"{coded} <bo@client.example>"))
    assert len(draft.subject) < 1010
    assert len(draft.to[0].name) <= 200
    composed(draft)


@pytest.mark.parametrize(
    ("subject", "name"),
    [("../../etc/passwd", "_.._etc_passwd.eml"), ("Offer 2026/11\\4", "Offer 2026_11_4.eml"), ("con", "_con.eml"),
     ("a\u202egpj.exe", "agpj.exe.eml"), ("", "message.eml"), ("x" * 400, "x" * 80 + ".eml")],
)  # fmt: skip
def test_the_name_of_an_enclosed_message_is_safe(subject, name):
    assert forward(parse(mail(Subject=subject)), to=["c@d.example"], as_attachment=True).attachments[0].name == name


def test_a_charset_without_end_is_not_passed_on(composed):
    raw = mail(b"--b\r\n\r\nHi\r\n--b\r\nContent-Type: text/csv; charset=" + b"a" * 2000 + b"\r\n\r\n1;2\r\n--b--\r\n",
               Content_Type="multipart/mixed; boundary=b")  # fmt: skip
    assert b"charset=aaa" not in composed(forward(parse(raw), to=["c@d.example"])).raw


def test_reply_to_wins_over_from():
    assert to(answered(mail(Reply_To="help@client.example"))) == ["help@client.example"]


def test_an_answer_to_all():
    raw = mail(
        To="ana@acme.example, Cy <cy@client.example>", Cc="dee@client.example, bo@client.example, SALES@acme.example"
    )
    draft = answered(raw, all=True)
    assert to(draft) == ["bo@client.example"]
    assert [a.address for a in draft.cc] == ["cy@client.example", "dee@client.example"]
    assert answered(raw).cc == ()


def test_an_answer_to_our_own_message_goes_to_its_recipients():
    raw = mail(From="ana@acme.example", To="bo@client.example", Cc="cy@client.example")
    assert to(answered(raw)) == ["bo@client.example"]
    assert [a.address for a in answered(raw, all=True).cc] == ["cy@client.example"]


def test_a_reply_to_that_points_at_us_does_not_lose_the_author():
    assert to(answered(mail(Reply_To="sales@acme.example"))) == ["bo@client.example"]


@pytest.mark.parametrize(
    ("own", "received"),
    [
        ("ana@acme.example", "ANA@Acme.Example"),
        ("Ana@ACME.example", "ana@acme.example"),
        ("Ana Acme <ana@acme.example>", "ana@acme.example"),
        ("ana@acme.example", "ana+offers@acme.example"),
        ("ana@b\u00fccher.example", "ana@xn--bcher-kva.example"),
        ("ana@xn--bcher-kva.example", "ana@b\u00fccher.example"),
    ],
)
def test_own_addresses_are_known_in_every_spelling(own, received):
    raw = mail(To=f"{received}, cy@client.example")
    assert [a.address for a in answered(raw, own_addresses=[own], all=True).cc] == ["cy@client.example"]
    ours = mail(From=received, To="cy@client.example")
    assert to(answered(ours, own_addresses=[own])) == ["cy@client.example"]


def test_a_subaddress_of_somebody_else_is_somebody():
    raw = mail(Cc="bo+desk@client.example, an@acme.example, +@acme.example")
    assert [a.address for a in answered(raw, all=True).cc] == [
        "bo+desk@client.example", "an@acme.example", "+@acme.example",
    ]  # fmt: skip


def test_our_own_message_with_nobody_in_to_is_answered_to_its_cc():
    assert to(answered(mail(From="ana@acme.example", To="", Cc="cy@client.example"))) == ["cy@client.example"]


def test_a_message_without_an_author_is_answered_to_its_sender():
    assert to(answered(mail(From="", Sender="desk@client.example"))) == ["desk@client.example"]


def test_nobody_to_answer():
    with pytest.raises(DraftError, match="nobody"):
        answered(mail(From="", To=""))


def test_in_reply_to_stands_in_for_missing_references():
    assert answered(mail(In_Reply_To="<p@x.example>")).references == ("p@x.example", "q1@client.example")
    assert answered(mail(In_Reply_To="<p@x.example> <q@x.example>")).references == ("q1@client.example",)
    assert answered(mail(Message_ID="")).references == ()
    assert answered(mail(Message_ID="")).in_reply_to is None


def test_references_are_bounded_and_keep_root_and_parents():
    refs = answered(mail(References=" ".join(f"<r{i}@x.example>" for i in range(120)))).references
    assert len(refs) == MAX_REFERENCES
    assert refs[0] == "r0@x.example"
    assert refs[-1] == "q1@client.example"
    assert refs[-2] == "r119@x.example"


def test_quoting():
    draft = answered(mail(), quote=True, html="<p>Thanks</p>")
    assert draft.text == ("Thanks\n\nOn 2026-03-01 12:30 +0100, Bo Client <bo@client.example> wrote:\n> Hello\n> Ana\n")
    assert '<blockquote type="cite">Hello<br>\nAna</blockquote>' in draft.html


def test_quoted_text_cannot_bring_markup():
    draft = answered(mail(b"<script>alert(1)</script>\r\n"), quote=True, html="<p>x</p>")
    assert "<script>" not in draft.html


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?a=0D=0ABcc:_evil@x.example?=",
        "=?utf-8?b?YQ0KQmNjOiBldmlsQHguZXhhbXBsZQ==?=",
        "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0D=3D0ABcc=3A=5Fx=3F=3D?=",
        "a\0b",
        "=?utf-8?q?=00?=",
    ],
)
def test_a_hostile_subject_is_answered_without_harm(composed, subject):
    for draft in (answered(mail(Subject=subject)), forward(parse(mail(Subject=subject)), to=["c@d.example"])):
        raw = composed(draft).raw
        head = raw[: raw.index(b"\r\n\r\n")]
        assert b"\r\nbcc:" not in head.lower()
        assert parse(raw).headers.get("Bcc") is None


@given(st.binary(max_size=600))
def test_any_bytes_can_be_answered_or_say_why_not(composed, raw):
    message = parse(b"From: bo@client.example\r\n" + raw)
    try:
        composed(reply(message, own_addresses=OWN, text="x", quote=True, all=True))
        composed(forward(message, to=["c@d.example"]))
    except InputError:
        pass


@given(st.text(max_size=100))
def test_clean_text_is_always_accepted(composed, text):
    from mailkit.compose import Draft

    composed(Draft(to="b@c.example", subject=clean(text)))


def test_forward_carries_text_and_files(composed):
    raw = composed(answered(mail(), attachments=[]), sender="ana@acme.example").raw
    assert parse(raw).subject == "Re: Offer"
    multi = (
        b"From: bo@client.example\r\nTo: ana@acme.example\r\nSubject: Files\r\nDate: Sun, 1 Mar 2026 12:30:05 +0100\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee file.\r\n--b\r\n"
        b"Content-Type: application/pdf\r\n"
        b'Content-Disposition: attachment; filename="../../etc/x.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        b"JVBERg==\r\n--b--\r\n"
    )
    draft = forward(parse(multi), to=["cy@client.example"], text="FYI")
    assert draft.subject == "Fwd: Files"
    assert draft.text.startswith("FYI\n\n---------- Forwarded message ----------\nFrom: bo@client.example\n")
    assert "See file." in draft.text
    assert draft.attachments[0].content == b"%PDF"
    assert "/" not in draft.attachments[0].name
    assert parse(composed(draft).raw).attachments[0].content == b"%PDF"
    assert draft.in_reply_to is None


def test_forward_carries_what_stands_between_and_in_the_texts(composed):
    png = b"Content-Type: image/png; name=hall.png\r\nContent-ID: <hall>\r\n\r\n\x89PNG\r\n\x1a\n"
    uu = b"two\r\nbegin 644 plan.txt\r\n#0V%T\r\n`\r\nend\r\n"
    head = b"From: bo@client.example\r\nSubject: Hall\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    plain = head + b"\r\n\r\n--b\r\n".join((b"\r\none", png, b"\r\n" + uu)) + b"--b--\r\n"
    draft = forward(parse(plain), to=["cy@client.example"])
    assert [file.name for file in draft.attachments] == ["hall.png", "plan.txt"]
    assert draft.attachments[1].content == b"Cat"
    html = plain.replace(b"\r\n\r\none", b"\r\nContent-Type: text/html\r\n\r\none <img src=cid:hall>")
    draft = forward(parse(html), to=["cy@client.example"])
    assert [(file.name, file.inline) for file in draft.attachments] == [("hall.png", True), ("plan.txt", False)]
    assert draft.html.count("<img") == 1
    assert f"cid:{draft.attachments[0].cid}" in draft.html
    assert parse(composed(draft).raw).defects == ()


def test_forward_as_attachment_keeps_every_byte(composed):
    raw = mail()
    draft = forward(parse(raw), to=["cy@client.example"], as_attachment=True)
    assert draft.attachments[0].content == raw
    assert draft.attachments[0].content_type == "message/rfc822"
    enclosed = [part for part in parse(composed(draft).raw).parts if part.message is not None]
    assert enclosed[0].message.subject == "Offer"


def test_an_original_without_a_text_is_enclosed():
    raw = mail(b"JVBERg==\r\n", Content_Type="application/pdf", Content_Transfer_Encoding="base64")
    draft = forward(parse(raw), to=["cy@client.example"], text="FYI")
    assert draft.attachments[0].content == raw


PNG = b"\x89PNG picture"
HTML_MAIL = (
    b"From: Bo <bo@client.example>\r\nTo: ana@acme.example\r\nSubject: Offer\r\nMessage-ID: <h@client.example>\r\n"
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
    b"Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n"
    b'<p onclick="x()">See <b>this</b></p><script>alert(1)</script>'
    b'<img src="cid:pic@client.example"><img src="cid:gone">'
    b'<img src="https://track.example/x.gif">\r\n'
    b"--r\r\nContent-Type: image/png\r\nContent-ID: <pic@client.example>\r\n"
    b"Content-Disposition: inline; filename=p.png\r\n\r\n"
    + PNG
    + b"\r\n--r--\r\n--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n"
    b"%PDF\r\n--m--\r\n"
)


def test_html_is_quoted_as_html_without_script_and_with_its_pictures(composed):
    draft = answered(HTML_MAIL, quote=True, html="<p>Thanks</p>")
    assert "<b>this</b>" in draft.html
    for bad in ("onclick", "script", "track.example", "cid:gone"):
        assert bad not in draft.html
    [picture] = draft.attachments
    assert picture.inline
    assert picture.content == PNG
    assert f"cid:{picture.cid}" in draft.html
    assert "> See this" in draft.text
    shown = parse(composed(draft).raw)
    assert [part.content_id for part in shown.attachments] == [picture.cid]


def test_html_is_forwarded_as_html(composed):
    draft = forward(parse(HTML_MAIL), to=["cy@client.example"], text="FYI\n<b>", language="de")
    assert draft.subject == "WG: Offer"
    assert "<b>this</b>" in draft.html
    assert "FYI<br>&lt;b&gt;" in draft.html
    assert "<b>Von:</b> Bo &lt;bo@client.example&gt;" in draft.html
    assert "---------- Weitergeleitete Nachricht ----------\nVon: Bo <bo@client.example>\n" in draft.text
    assert "See this" in draft.text
    files = [(file.inline, file.content) for file in draft.attachments]
    assert (True, PNG) in files
    assert (False, b"%PDF") in files
    assert files.count((False, PNG)) == 0
    composed(draft)


# --- mailing lists --------------------------------------------------------------------------------------------------

LIST = {"List-Post": "<mailto:team%40lists.example?subject=x>, <https://lists.example/post>", "List-Id": "<team.lists>"}


def test_an_answer_to_the_list():
    draft = answered(mail(**LIST), to_list=True)
    assert to(draft) == ["team@lists.example"]
    assert draft.cc == ()


@pytest.mark.parametrize(
    "value", ["", "NO", "NO (posting not allowed)", "<https://lists.example/>", "<mailto:x>", "<mailto:"]
)
def test_a_list_that_takes_no_mail(value):
    with pytest.raises(DraftError, match="no list that takes mail"):
        answered(mail(List_Post=value), to_list=True)


def test_the_lists_own_reply_to_is_kept():
    raw = mail(Reply_To="team@lists.example", Cc="cy@client.example", **LIST)
    assert to(answered(raw)) == ["team@lists.example"]
    assert [a.address for a in answered(raw, all=True).cc] == ["cy@client.example"]


def test_who_wants_no_second_copy_gets_none():
    raw = mail(Mail_Followup_To="team@lists.example, ana@acme.example", Cc="cy@client.example", **LIST)
    assert to(answered(raw, all=True)) == ["team@lists.example"]
    assert answered(raw, all=True).cc == ()
    assert to(answered(raw)) == ["bo@client.example"]


def test_a_followup_that_names_only_us_is_no_followup():
    raw = mail(Mail_Followup_To="ana@acme.example", Cc="cy@client.example")
    assert [a.address for a in answered(raw, all=True).cc] == ["cy@client.example"]


# --- languages ------------------------------------------------------------------------------------------------------


def test_there_are_many_languages():
    assert len(languages()) >= 25


@pytest.mark.parametrize("language", languages())
def test_the_marks_of_every_language_are_read_back(language):
    from mailkit.thread import base_subject, is_forward, is_reply

    draft = answered(mail(), language=language)
    assert is_reply(draft.subject)
    assert base_subject(draft.subject) == "Offer"
    assert answered(mail(Subject=draft.subject), language=language).subject == draft.subject
    passed = forward(parse(mail()), to=["c@d.example"], language=language)
    assert is_forward(passed.subject)
    assert base_subject(passed.subject) == "Offer"


@pytest.mark.parametrize("language", languages())
def test_the_quotation_of_every_language_is_read_back(composed, language):
    from mailkit.content import read

    draft = answered(mail(), quote=True, html="<p>Thanks</p>", language=language)
    both = read(parse(composed(draft).raw))
    assert both.reply_text.strip() == "Thanks"
    plain = read(parse(composed(answered(mail(), quote=True, language=language)).raw))
    assert plain.reply_text.strip() == "Thanks"
    assert "Hello" in "".join(plain.quoted)


@pytest.mark.parametrize("language", languages())
def test_the_forward_of_every_language_is_read_back(composed, language):
    from mailkit.content import read

    draft = forward(parse(mail()), to=["c@d.example"], text="FYI", language=language)
    view = read(parse(composed(draft).raw))
    assert view.reply_text.strip() == "FYI"
    assert "Hello" in view.forwarded


@pytest.mark.parametrize(
    ("given", "mark"), [("de-AT", "AW: "), ("zh_TW", "回覆: "), ("zh-cn", "回复: "), ("EN", "Re: ")]
)
def test_spellings_of_a_language(given, mark):
    assert answered(mail(), language=given).subject == mark + "Offer"


def test_an_unknown_language():
    with pytest.raises(InputError, match="no phrases"):
        answered(mail(), language="tlh")


@pytest.mark.parametrize(
    "end", ["</body></html>", "</body>\n</html>\n", "</html>", "</BODY >", "</Body>\r\n </HTML>\r\n"]
)
def test_what_is_quoted_stands_inside_of_a_whole_document(end):
    original = parse(b"From: Bo <bo@client.example>\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<p>old</p>\r\n")
    new = f"<html><body><p>new</p>{end}"
    answer = reply(original, own_addresses=["ana@acme.example"], text=None, html=new, quote=True)
    passed = forward(original, to=["kim@acme.example"], html=new)
    for draft in (answer, passed):
        assert draft.html.endswith(end)
        assert draft.html.startswith("<html><body><p>new</p>")
        assert draft.html.count("<p>old</p>") == 1


def test_a_document_without_an_end_gets_the_quotation_below():
    original = parse(b"From: Bo <bo@client.example>\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<p>old</p>\r\n")
    answer = reply(
        original,
        own_addresses=["ana@acme.example"],
        text=None,
        html="<p>say &lt;/body> or </body> here</p>",
        quote=True,
    )
    assert answer.html.startswith("<p>say &lt;/body> or </body> here</p>\n<p>")

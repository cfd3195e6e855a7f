from __future__ import annotations

import re
import time
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailkit.content import html_to_text, sanitize
from mailkit.content.depth import is_too_deep, strip_tags
from mailkit.content.entities import is_heavy, shield


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("<div>One</div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("a <b>bold</b> word, <i>ita</i>lic", "a bold word, italic"),
        ("  white\n space\t is&nbsp;one ", "white space is one"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a<li>b</ol>after", "1. a\n2. b\n\nafter"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d"),
        ("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a | b"),
        ("<table><tr><td><div>a</div><div>b</div></td><td>c</td></tr></table>", "a\nb\nc"),
        ("<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>", "x"),
        ('<a href="https://a.example/x">this</a> page', "this <https://a.example/x> page"),
        ('<a href="https://a.example/x">https://a.example/x</a>', "https://a.example/x"),
        ('<a href="mailto:bo@b.example">bo@b.example</a>', "bo@b.example"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        (
            "before<blockquote>quoted<br>lines<blockquote>deeper</blockquote></blockquote>after",
            "before\n\n> quoted\n> lines\n>\n> > deeper\n\nafter",
        ),
        ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc"),
        ('<img alt="Logo" src="https://a.example/x.png"> text', "[Logo] text"),
        ("<style>p{}</style><script>alert(1)</script>text<!-- note -->", "text"),
        ('<div style="display:none">hidden</div>shown', "shown"),
        ("<p>日本語</p><p dir=rtl>عربي</p>", "日本語\n\nعربي"),
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("", ""),
        ("<p>unclosed <b>tags", "unclosed tags"),
    ],
)
def test_html_becomes_readable_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


class Page(HTMLParser):
    """Everything in a page that could run or load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' jav&#x09;ascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<iframe src='https://e.example'></iframe>",
    "<object data='https://e.example'></object><embed src='https://e.example'>",
    "<form action='https://e.example'><input name=password></form>",
    "<meta http-equiv=refresh content='0;url=https://e.example'>",
    "<base href='https://e.example/'>",
    "<link rel=stylesheet href='https://e.example/x.css'>",
    "<style>@import 'https://e.example/x.css'; body{background:url(https://e.example/x)}</style>",
    "<div style='background:url(https://e.example/x)'>x</div>",
    "<div style='background-image:u\\72l(https://e.example/x)'>x</div>",
    "<div style='color:red;background:image-set(\"https://e.example/x\" 1x)'>x</div>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9'>x</div>",
    "<div style='width:expression(alert(1))'>x</div>",
    "<ul style='list-style-image:url(https://e.example/x)'><li>x</ul>",
    "<div style='border-image:url(https://e.example/x)'>x</div>",
    "<div style=\"font:12px 'x',url(https://e.example/x)\">x</div>",
    "<img src='https://e.example/t.gif'>",
    "<img src='//e.example/t.gif'>",
    "<img src='\\\\e.example\\t.gif'>",
    "<img srcset='https://e.example/t.gif 1x'>",
    "<img src='data:image/svg+xml;base64,PHN2Zz4='>",
    "<img src='file:///etc/passwd'>",
    "<table background='https://e.example/x'><tr><td background='https://e.example/x'>x</table>",
    "<body background='https://e.example/x'>",
    "<video poster='https://e.example/x'><source src='https://e.example/x'></video>",
    "<audio src='https://e.example/x' autoplay></audio>",
    "<input type=image src='https://e.example/x'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><img src=x onerror=alert(1)></template>",
    "<p title='<img src=x onerror=alert(1)>'>x</p>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
    "<a href='https://a.example' ping='https://e.example'>x</a>",
    "<div id=login onclick=alert(1) class=toolbar>x</div>",
    "<svg><a><set attributeName=href to=javascript:alert(1) /><text>x</text></a></svg>",
    "<svg><rect fill='url(https://e.example/x)' filter='url(https://e.example/y)'/></svg>",
    "<svg><animate attributeName=style values='background:url(https://e.example/x)'></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=1 onerror=alert(1)>",
    "<image src='https://e.example/x'>",
    "<div style='background-color:src(&quot;https://e.example/x&quot;)'>x</div>",
    "<div style='color:attr(title type(&lt;color&gt;))' title=red>x</div>",
    "<div style='--a:url(https://e.example/x);background-color:var(--a)'>x</div>",
    "<div style='border:1px solid cross-fade(&quot;https://e.example/x&quot;)'>x</div>",
    "<div style='width:1px;&amp;background:url(https://e.example/x)'>x</div>",
    "<div style='position:fixed !important;top:0'>x</div>",
    "<a href='&#x2028;javascript:alert(1)'>x</a>",
    "<a href='\x01java\x03script:alert(1)'>x</a>",
    "<img src='ht\ntps://e.example/t.gif'>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<v:rect><v:fill src='https://e.example/x'></v:fill></v:rect>",
]


def assert_harmless(html: str) -> None:
    page = Page(html)
    assert not set(page.tags) & {
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "meta",
        "base",
        "link",
        "svg",
        "math",
        "video",
        "audio",
        "source",
        "template",
        "textarea",
    }
    for name, value in page.attributes:
        text = re.sub(r"\s", "", value).lower()
        assert not name.startswith("on")
        assert name not in ("srcset", "background", "poster", "ping", "action", "class", "cite")
        if name in ("src", "href"):
            assert text.startswith(("http:", "https:", "mailto:", "tel:", "#", "data:image/"))
            assert not text.startswith("data:image/svg")
        if name == "src":
            assert not text.startswith("http")
        if name == "style":
            assert "url(" not in text
            assert "position" not in text
            assert "e.example" not in text
            assert "attr(" not in text
            assert "image" not in text
            assert "expression" not in text
        if name == "id":
            assert value.startswith("mail-")


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_harmless(attack: str) -> None:
    assert_harmless(sanitize(attack).html)


@given(st.text())
def test_any_text_is_harmless(html: str) -> None:
    assert_harmless(sanitize(html).html)
    html_to_text(html)


TOKENS = [
    "<div>",
    "</div>",
    "<p ",
    "<img src=",
    "x",
    "'",
    '"',
    ">",
    "<",
    "=",
    " onerror=alert(1)",
    "javascript:",
    "<svg>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<script>",
    "</script>",
    "<table>",
    "<td>",
    "style='",
    "url(https://e.example)",
    "<math>",
    "<a href=",
    "&#x",
    "<title>",
    "<blockquote>",
    "</blockquote>",
    "<li>",
    "<ul>",
    "<pre>",
    "\n",
    "<br>",
    "cid:",
]


@given(st.lists(st.sampled_from(TOKENS), max_size=40))
def test_any_mixture_of_tags_is_harmless(tokens: list[str]) -> None:
    html = "".join(tokens)
    assert_harmless(sanitize(html).html)
    text = html_to_text(html)
    assert text == text.strip("\n")


def test_remote_pictures_are_counted_and_kept_when_asked_for() -> None:
    html = '<p>Hi<img src="https://t.example/a.gif"><img src="//t.example/b.gif"></p>'
    assert sanitize(html).blocked == 2
    assert "t.example" not in sanitize(html).html
    kept = sanitize(html, remote=True)
    assert kept.blocked == 0
    assert 'src="https://t.example/a.gif"' in kept.html


def test_inline_pictures_come_from_the_callback() -> None:
    html = '<img src="cid:logo@a.example"><img src="cid:other">'
    asked: list[str] = []

    def resolve(cid: str) -> str | None:
        asked.append(cid)
        return "https://app.example/part/1" if cid == "logo@a.example" else None

    safe = sanitize(html, cid=resolve).html
    assert asked == ["logo@a.example", "other"]
    assert 'src="https://app.example/part/1"' in safe
    assert "cid:" not in safe
    assert "javascript" not in sanitize(html, cid=lambda cid: "javascript:alert(1)").html


def test_what_makes_mail_readable_stays() -> None:
    html = (
        '<table width="600" bgcolor="#fff"><tr><td style="color:#333;padding:4px" colspan="2"><b>Hi</b></td>'
        "</tr></table>"
    )
    safe = sanitize(html).html
    assert 'bgcolor="#fff"' in safe
    assert "color:#333" in safe.replace(": ", ":")
    assert 'colspan="2"' in safe


def test_anchors_stay_within_the_mail() -> None:
    safe = sanitize('<a href="#top">up</a><p id="top">x</p>').html
    assert 'href="#mail-top"' in safe
    assert 'id="mail-top"' in safe


DEEP = [
    "<div>",
    "<blockquote>",
    "<div><p>",
    "<ul><li>",
    "<span></b>",
    "<b><div></b>",
    "<div title='>' x=\"</div>\">",
    "<div><!--</div>-->",
    '<div ="></div>">',
    "<table><tr><td>",
    "<div><table><tr><td></div>",
    "<font>",
    "<x></y>",
    "<div><style></div></style>",
    "<i><a><p>",
    "<svg><g>",
    '<div a=b"></div>',
    "<div\x00>",
    "<form></form><div>",
    "<a",
    "<div><script><!--<script></script></div></script>",
    "<h1><h2>",
    "</p><div>",
    "<select><div>",
    "<center",
    "<!--",
    "<div/>",
]


@pytest.mark.parametrize("unit", DEEP)
def test_deep_nesting_takes_short_time(unit: str) -> None:
    html = unit * (1_000_000 // len(unit))
    start = time.process_time()
    html_to_text(html)
    safe = sanitize(html)
    assert time.process_time() - start < 12
    assert safe.html is not None


@pytest.mark.parametrize("rows", [5, 3000])
def test_long_tables_are_not_too_deep(rows: int) -> None:
    row = "<tr><td><p class=x><span><b>a</b></span></p><td>b<br><font color=red>c</font></td></tr>"
    html = f"<html><body><table>{row * rows}</table></body></html>"
    assert not is_too_deep(html)
    assert html_to_text(html).count("\n") >= rows - 1


def test_what_is_too_deep_is_shown_as_text() -> None:
    html = "<div>" * 5000 + "a &lt; b" + "</div>" * 5000
    assert is_too_deep(html)
    assert html_to_text(html) == "a < b"
    assert "a &lt; b" in sanitize(html).html


@given(st.text(st.sampled_from("<>/!?-ab=\"' \n&;"), max_size=100))
def test_stripping_never_fails(html: str) -> None:
    strip_tags(html)


@pytest.mark.parametrize("unit", ["<", "<a ", "&", "&#", "<a<", ">", "<p>x", " ", "a<br>", "<td>x", '"', "<!-", "&lt;"])
def test_text_and_depth_take_linear_time(unit: str, grows_linearly: Callable[..., None]) -> None:
    grows_linearly(is_too_deep, unit)
    grows_linearly(strip_tags, unit)
    grows_linearly(html_to_text, unit)


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("margin:-500px 0 0 -500px;width:99px", "width:99px"),
        ("color:red;margin-top:calc(0px - 500px)", "color:red"),
        ("MARGIN-TOP: -9em", ""),
        ("margin:0 1em;color:red", "margin:0 1em;color:red"),
        ("font-family:'a;b',sans-serif;margin:1px;margin-left:-9px", "font-family:'a;b',sans-serif;margin:1px"),
        ("text-indent:-900px;color:red", "color:red"),
        ("letter-spacing:-50em;color:red", "color:red"),
        ("vertical-align:calc(-9em);color:red", "color:red"),
        ("vertical-align:text-top;letter-spacing:-.5pt", "vertical-align:text-top;letter-spacing:-0.5pt"),
        ("text-indent:-1e5px", ""),
        ("color:var(--page-secret);width:9px", "width:9px"),
        ("color:rgb(1,2,3);width:calc(9px + 1em);font-family:src(x)", "color:rgb(1,2,3);width:calc(9px + 1em)"),
        ("text-indent:-18pt;margin-left:36pt", "text-indent:-18pt;margin-left:36pt"),
    ],
)
def test_nothing_is_pulled_over_the_page_around(style: str, kept: str) -> None:
    clean = sanitize(f'<div style="{style}">x</div>').html
    assert clean.replace('"', "").replace("&quot;", "'").replace(" ", "") == f"<div style={kept}>x</div>".replace(
        " ", ""
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="HTTPS://evil.example">bank.example</a>', "bank.example <HTTPS://evil.example>"),
        ('<a href="https://k.example">https://bank.example</a>', "https://bank.example <https://k.example>"),
        ('<a href="ht\ntps://evil.example">bank</a>', "bank <https://evil.example>"),
        ('<a href="https://bank.example/">bank.example</a>', "bank.example"),
        ('<a href="https://bank.example/">www.bank.example</a>', "www.bank.example"),
        ('<a href="mailto:bo@bank.example">Bo &lt;bo@bank.example&gt;</a>', "Bo <bo@bank.example>"),
    ],
)
def test_a_link_says_where_it_leads(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_long_link_says_where_it_leads() -> None:
    text = html_to_text(f'<a href="https://evil.example/{"x" * 4000}">bank.example</a>')
    assert text.startswith("bank.example <https://evil.example/xxx")
    assert len(text) < 400


PAGE = (
    "a &amp; b &lt;i&gt; &nbsp;&copy;&eacute; &copy &#65;&#x42;&#169;&#128; &unknown; &hellip;&notin;&fjlig; "
    "R&D & &amp;#60;"
    "\u00a0\u00bb\u0085 \U0010ff26 &amp;lt; <script>&amp;</script><b title='&quot;&amp;\u00a9'>x</b>"
    '<a href="https://x.example/?a=1&amp;b=2&copy=3&lt&#38;c">x</a><img src="cid:a&amp;b">'
)


@pytest.mark.parametrize("many", ["&", "&amp;", "&nbsp;", "\u00a9", "&#169;", "&copyx", "&unknown;"])
def test_many_of_one_character_change_nothing(many: str) -> None:
    page = f"<p>{many * 5000}</p>"
    assert is_heavy(page)
    assert not is_heavy(PAGE)
    single = sanitize(f"<p>{many}</p>").html.removeprefix("<p>").removesuffix("</p>")
    clean = sanitize(page + PAGE, cid=lambda name: f"/{name}").html
    alone = sanitize(PAGE, cid=lambda name: f"/{name}").html.replace("\U0010ff26", "\ufffd")
    assert clean.endswith(alone)
    assert clean.removesuffix(alone) in (f"<p>{single * 5000}</p>", f"<p>{single * 1000}{'&amp;copyx' * 4000}</p>")


PIECES = [
    "&",
    "amp",
    ";",
    "#",
    "x",
    "6",
    "copy",
    "not",
    "in",
    "=",
    " ",
    "<b>",
    "lt",
    "z",
    "\u00a0",
    "\0",
    "'",
    "<a href='",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@example(["&", "#", "6"])
def test_a_shielded_page_means_the_same(pieces: list[str]) -> None:
    html = "".join(pieces)
    many = "&" * 2001 + " " + html
    assert sanitize(many).html == "&amp;" * 2001 + sanitize(" " + html).html


@given(st.text())
def test_shielding_leaves_no_syntax_behind(text: str) -> None:
    assert shield(text).count("<") == text.count("<")

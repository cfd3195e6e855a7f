"""Letters from templates: what they say, what they refuse, and what a hostile template cannot do."""

from __future__ import annotations

import contextlib
import itertools
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit import Limits
from mailkit.compose import Draft, Template
from mailkit.compose.css import inline_css
from mailkit.errors import DraftError, InjectionError, LimitError, TemplateError
from mailkit.message import parse


def text(source: str, limits: Limits | None = None, **values: object) -> str:
    return Template(text=source, limits=limits).render(values).text or ""


# --- what it says ---------------------------------------------------------------------------------------------------


def test_a_letter(composed):
    letter = Template(
        subject="Offer {{ number }} for {{ name }}",
        text="Dear {{ name }},\n{% for item in items %}\n* {{ item.title }}: {{ '%.2f' % item.price }}\n{% endfor %}\n",
        html="<p>Dear {{ name }},</p>",
    )
    items = [{"title": "Desk", "price": 10.5}, {"title": "Lamp", "price": Decimal("3")}]
    draft = letter.draft({"number": 1042, "name": "Bø <b>", "items": items}, Draft(to="bo@client.example"))
    message = parse(composed(draft).raw)
    assert message.subject == "Offer 1042 for Bø <b>"
    assert message.parts[1].text == "Dear Bø <b>,\n* Desk: 10.50\n* Lamp: 3.00\n"
    assert message.parts[2].text.strip() == "<p>Dear Bø &lt;b&gt;,</p>"


def test_values_are_escaped_in_html_and_nowhere_else():
    made = Template(subject="{{ x }}", text="{{ x }}", html='<a title="{{ x }}">{{ x|nl2br }}</a>').render(
        {"x": "<script>&\"'\n"}
    )
    assert made.text == made.subject + "\n" == "<script>&\"'\n"
    assert made.html == '<a title="&lt;script&gt;&amp;&#34;&#39;\n">&lt;script&gt;&amp;&#34;&#39;</a>'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ d.items }}", "mine"),
        ("{{ d['items'] }}", "mine"),
        ("{{ names|join(', ') }}", "Ana, Bo"),
        ("{{ people|join(' and ', attribute='n') }}", "Ana and Bo"),
        ("{{ names|map('upper')|join('') }}", "ANABO"),
        ("{{ 'a-b'|replace('-', '+') }}", "a+b"),
        ("{{ '%s: %5.2f'|format('x', 2) }}", "x:  2.00"),
        ("{{ 'Invoice 2026-%s *** %d of 1000'|format('17', 1) }}", "Invoice 2026-17 *** 1 of 1000"),
        ("{{ 2 * 3 + 2 ** 3 }}", "14"),
        ("{{ 'ab' * 2 ~ (1 + 1) }}", "abab2"),
        ("{{ day.strftime('%d.%m.%Y') }}", "01.03.2026"),
        ("{{ none_value or 'no' }}", "no"),
        ("{{ missing|default('no') }}", "no"),
        ("{% for i in range(3) %}{{ loop.index }}{% endfor %}", "123"),
        ("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(1) }}{{ m(2) }}", "[1][2]"),
        ("{% set x %}a{{ 1 }}{% endset %}{{ x }}", "a1"),
        ("{% set n = namespace(t=0) %}{% for i in range(4) %}{% set n.t = n.t + i %}{% endfor %}{{ n.t }}", "6"),
        ("{% for x in t recursive %}{{ x.n }}{{ loop(x.c) if x.c }}{% endfor %}", "ab"),
        ("{{ ' x '.strip().upper() }}", "X"),
        ("{{ price|euro }}", "3 EUR"),
        ("{% include 'foot' %}", "-- Ana"),
        ("{% extends 'frame' %}{% block b %}in{% endblock %}", "<in>"),
        ("{% from 'lib' import hi with context %}{{ hi() }}", "hi Ana"),
    ],
)
def test_what_templates_can_say(source, expected):
    letter = Template(
        text=source,
        partials={
            "foot": "-- {{ names[0] }}",
            "frame": "<{% block b %}{% endblock %}>",
            "lib": "{% macro hi() %}hi {{ names[0] }}{% endmacro %}",
        },
        filters={"euro": lambda value: f"{value} EUR"},
    )
    values = {
        "d": {"items": "mine"},
        "names": ["Ana", "Bo"],
        "people": [{"n": "Ana"}, {"n": "Bo"}],
        "day": date(2026, 3, 1),
        "none_value": None,
        "t": [{"n": "a", "c": [{"n": "b", "c": []}]}],
        "price": 3,
    }
    assert letter.render(values).text == expected


@given(value=st.text(max_size=100))
def test_any_value_stands_as_it_is(value):
    made = Template(text="<{{ value }}>", html="<p>{{ value }}</p>").render({"value": value})
    assert made.text == f"<{value}>"
    assert "<" not in made.html[3:-4]


# --- one draft for each ---------------------------------------------------------------------------------------------


def test_a_merge_is_lazy():
    letter = Template(subject="{{ n }}", text="{{ greeting }} {{ n }}")
    rows = ((f"u{n}@client.example", {"n": n}) for n in itertools.count())
    drafts = letter.merge(rows, base=Draft(headers={"X-A": "1"}), common={"greeting": "Hello"})
    first, second = next(drafts), next(drafts)
    assert (first.to, first.subject, first.text) == (("u0@client.example",), "0", "Hello 0")
    assert second.to == ("u1@client.example",)
    assert second.headers == {"X-A": "1"}


def test_a_merge_goes_on_after_a_bad_row():
    rows = [
        ("a@c.example", {"n": "1"}),
        ("b@c.example", {}),
        ("d@c.example", {"n": "x\ny"}),
        ("e@c.example", {"n": "2"}),
    ]
    drafts, done, failed = Template(subject="{{ n }}", text="x").merge(rows), [], []
    while True:
        try:
            done.append(next(drafts).subject)
        except StopIteration:
            break
        except (TemplateError, InjectionError) as error:
            failed.append((drafts.recipient, error.code))
    assert done == ["1", "2"]
    assert failed == [("b@c.example", "template"), ("d@c.example", "injection")]


def test_a_base_with_recipients_is_refused():
    with pytest.raises(DraftError, match="every letter"):
        Template(text="x").merge([], base=Draft(cc="boss@acme.example"))


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "source", "line", "told"),
    [
        ("subject", "{{ name }}", 1, "'name' is undefined"),
        ("text", "a\nb\n{{ order.number }}", 3, "'order' is undefined"),
        ("html", "a\n{{ person.nmae }}", 2, "no attribute 'nmae'"),
        ("text", "{{ person.name.x }}", 1, "no attribute 'x'"),
        ("text", "{% if missing %}{% endif %}", 1, "'missing' is undefined"),
        ("text", "{% for x in missing %}{% endfor %}", 1, "'missing' is undefined"),
        ("text", "a\n{{ nothing }}", 2, "NoneType cannot be written"),
        ("text", "{{ [1, 2] }}", 1, "list cannot be written"),
        ("text", "{{ 1 / 0 }}", 1, "ZeroDivisionError"),
        ("text", "{{ fail() }}", 1, "ValueError"),
        ("text", "{% include 'other' %}", 1, "other"),
        ("text", "{{ 1|money }}", 1, "money"),
        ("text", "a\n{% if %}", 2, "Expected"),
        ("html", "{% for x in y %}", 1, "Unexpected end"),
        ("text", "{{ '%1000d' % 1 }}", 1, "width"),
        ("text", "{{ 'a%l%%999d'|format(1) }}", 1, "width"),
        ("text", "{{ '%-*d'|format(999, 1) }}", 1, "width"),
        ("text", "{{ '%.999f'|format(1) }}", 1, "width"),
        ("text", "{{ '%(a(b))999s'|format(x) }}", 1, "width"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(part, source, line, told):
    def fail() -> None:
        raise ValueError("secret value")

    with pytest.raises(TemplateError) as caught:
        Template(**{part: source}).render({"person": {"name": "Bo"}, "nothing": None, "fail": fail})
    assert told in caught.value.message
    assert "secret" not in str(caught.value)
    assert caught.value.part == part
    assert caught.value.line in (line, None if told in ("other",) else line)


def test_a_value_with_a_line_break_is_no_subject():
    with pytest.raises(InjectionError):
        Template(subject="Offer {{ x }}").draft({"x": "1\r\nBcc: eve@evil.example"}, Draft(to="b@c.example"))


# --- hostile templates ----------------------------------------------------------------------------------------------

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ x.__init__.__globals__ }}",
    "{{ ''['__class__'] }}",
    "{{ x|attr('__class__') }}",
    "{{ [x]|map(attribute='__class__')|list|first }}",
    "{{ [x]|join(attribute='__class__') }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__ }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__call__.__globals__ }}",
    "{{ range.__class__ }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ '{x.__class__}'.format_map({'x': x}) }}",
    "{{ ''.format }}",
    "{% set x.a = 1 %}",
    "{{ [].append(1) }}",
    "{{ {}.update(a=1) }}",
    "{{ (1).to_bytes(10, 'big') }}",
    "{{ ''.encode() }}",
    "{{ lipsum() }}",
    "{{ environment }}",
    "{{ context }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os }}",
    "{% extends x %}",
]


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_gets_out(source):
    class Thing:
        pass

    with pytest.raises(TemplateError):
        text(source, x=Thing())


DEEP = 3000
AGAIN = "{%% for i in range(60) %%}{%% set n.x = %s %%}{%% endfor %%}"
BOMBS = {
    "loops": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "range": "{% for a in range(10 ** 12) %}{% endfor %}",
    "range-list": "{{ range(10 ** 9)|list|length }}",
    "text": "{{ 'x' * 10 ** 10 }}",
    "text-left": "{{ 10 ** 10 * 'x' }}",
    "list": "{{ ([0] * 10 ** 10)|length }}",
    "power": "{{ 9 ** (9 ** 9) }}",
    "product": "{% set n = namespace(x=99) %}" + AGAIN % "n.x * n.x",
    "concat": "{% set n = namespace(x='xx') %}" + AGAIN % "n.x ~ n.x",
    "plus": "{% set n = namespace(x='xx') %}" + AGAIN % "n.x + n.x",
    "lists": "{% set n = namespace(x=[1]) %}" + AGAIN % "n.x + n.x",
    "replace": "{% set n = namespace(x='xx') %}" + AGAIN % "n.x|replace('x', 'xx')",
    "replace-empty": "{{ ('x' * 1000)|replace('', 'y' * 100000) }}",
    "join": "{{ (['x' * 100000] * 100000)|join }}",
    "join-by": "{{ range(9999)|join('x' * 100000) }}",
    "macro": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "recursive-loop": "{% for x in range(9) recursive %}{{ loop(range(9)) if loop.depth < 30 }}{% endfor %}",
    "block": "{% block b %}{% for i in range(9) %}{{ self.b() }}{% endfor %}{% endblock %}",
    "endless": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "include": "{% include 'again' %}",
    "include-twice": "{% include 'twice' %}",
    "caller": "{% macro m(n) %}{% for i in range(9) %}{{ caller(n) }}{% endfor %}{% endmacro %}"
    "{% call(n) m(1) %}{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}{% endcall %}",
    "fixed-text": "{% for a in range(9999) %}" + "x" * 1000 + "{% endfor %}",
    "set-block": "{% set x %}{% for a in range(9999) %}" + "x" * 1000 + "{% endfor %}{% endset %}",
    "value": "{% for a in range(9999) %}{{ big }}{% endfor %}",
    "set-value": "{% set x %}{% for a in range(9999) %}{{ big }}{% endfor %}{% endset %}",
    "parentheses": "{{ " + "(" * DEEP + "1" + ")" * DEEP + " }}",
    "minus": "{{ " + "-" * DEEP + "1 }}",
    "not": "{{ " + "not " * DEEP + "1 }}",
    "lists-deep": "{{ " + "[" * DEEP + "]" * DEEP + " }}",
    "ifs": "{% if 1 %}" * DEEP + "{% endif %}" * DEEP,
    "fors": "{% for i in [1] %}" * 60 + "{% endfor %}" * 60,
    "long": "x" * 2_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_typed_error_soon(name):
    partials = {
        "again": "{% include 'again' %}",
        "twice": "{% set d = (d|default(0)) + 1 %}{% if d < 60 %}{% include 'twice' %}{% include 'twice' %}{% endif %}",
    }
    started = time.process_time()
    with pytest.raises((LimitError, TemplateError)):
        Template(text=BOMBS[name], partials=partials).render({"big": "x" * 100_000})
    assert time.process_time() - started < 10


def test_the_limits_are_named():
    with pytest.raises(LimitError) as caught:
        text("{% for a in range(20) %}{% endfor %}", Limits(template_steps=10))
    assert caught.value.limit == "template_steps"
    with pytest.raises(LimitError) as caught:
        text("{{ x }}{{ x }}", Limits(template_bytes=50), x="x" * 30)
    assert caught.value.limit == "template_bytes"
    with pytest.raises(LimitError) as caught:
        text("{{ wait() }}{{ 1 }}", Limits(template_seconds=0), wait=lambda: "x")
    assert caught.value.limit == "template_seconds"


def test_a_long_letter_is_no_bomb():
    rows = [{"title": "Desk " * 10, "price": n} for n in range(5000)]
    made = text("{% for r in rows %}{{ loop.index }}. {{ r.title }} {{ '%.2f' % r.price }}\n{% endfor %}", rows=rows)
    assert made.count("\n") == 5000


PIECES = [*"{}%|()[]'\"ab .~*+-=<>\n", "{{", "}}", "{%", "%}", "{% for a in b %}", "{% endfor %}", "{{ a }}"]


@given(source=st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_source_is_a_letter_or_a_typed_error(source):
    with contextlib.suppress(TemplateError, LimitError):
        text(source, a="x", b=[1])


# --- style sheets ---------------------------------------------------------------------------------------------------


def test_css_is_written_into_the_elements():
    letter = Template(
        html="<style>p { color: red } @media print { p { color: blue } }</style><p>{{ x }}</p>", inline_css=True
    )
    html = letter.render({"x": "<b>"}).html
    assert '<p style="color: red;">&lt;b&gt;</p>' in html
    assert "@media print" in html


def test_css_loads_nothing(tmp_path):
    import http.server
    import threading

    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"p{color:red}")

    (tmp_path / "x.css").write_text("p{color:red}")
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/x.css"
        for where in (url, f"file://{tmp_path}/x.css", f"{tmp_path}/x.css"):
            html = inline_css(f'<link rel="stylesheet" href="{where}"><style>@import url({where});</style><p>x</p>')
            assert "red" not in html
        server.shutdown()
        thread.join()
    assert asked == []


def test_html_that_would_kill_the_parser_is_refused():
    for html in ("<div>" * 20_000, "<b>" * 20_000, "<table><td>" * 9_000):
        with pytest.raises((DraftError, LimitError)):
            inline_css(html)
    assert "<p>" in inline_css("<p>x</p>" * 5000)


def test_a_sheet_that_would_grow_beyond_measure_is_refused():
    with pytest.raises(LimitError):
        inline_css("<style>*{" + "a:b;" * 50_000 + "}</style>" + "<p></p>" * 50_000)
    with pytest.raises(LimitError):
        inline_css("x" * 2_000_000)


def test_templates_without_jinja_say_what_to_install():
    import subprocess
    import sys

    code = (
        "import sys; sys.modules['jinja2'] = sys.modules['css_inline'] = None\n"
        "from mailkit import Template\nfrom mailkit.compose.css import inline_css\n"
        "from mailkit.errors import MissingExtraError\n"
        "for call in (lambda: Template(text='x'), lambda: inline_css('<p>')):\n"
        "    try:\n        call()\n    except MissingExtraError as error:\n        print(error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "mailkit-sdk[templates]" in done.stdout
    assert "mailkit-sdk[css]" in done.stdout

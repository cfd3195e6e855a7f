"""What a hostile template can make on its way: each a typed error, soon, in little memory."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from mailkit.compose import Template
from mailkit.errors import LimitError, TemplateError

TWICE = "{%% set n = namespace(x=%s, y=%s) %%}{%% for i in range(60) %%}%s%s{%% endfor %%}{{ n.x == n.y }}"


def twice(start: str, again: str) -> str:
    """Two values that are equal and are made twice as large with each pass."""
    passes = [f"{{% set n.{name} = {again.replace('IT', 'n.' + name)} %}}" for name in "xy"]
    return TWICE % (start, start, *passes)


def kept(value: str) -> str:
    """Values that are all kept."""
    return "{% set n = namespace(x=0) %}{% for i in range(99990) %}{% set n.x = [n.x, " + value + "] %}{% endfor %}"


LONG = "('a' * 900000 ~ 'x')"
BOMBS = {
    "round": "{{ 1|round(100000000, 'ceil') }}",
    "round-down": "{{ 5|round(-100000000) }}",
    "sum-of-lists": twice("[0]", "[IT, IT]|sum(start=[])"),
    "sum-of-many-lists": "{{ (range(60000)|map('string')|map('list')|sum(start=[]))|length }}",
    "format": twice("'xx'", "'%s%s' % (IT, IT)"),
    "format-by-key": "{{ (('%(a)s' * 100000) % {'a': 'x' * 900000})|length }}",
    "format-filter": "{{ ('%(a)s' * 100000)|format(a='x' * 900000)|length }}",
    "urlencode": "{{ ('ü' * 300000)|urlencode|length }}",
    "escape": "{{ ('&' * 900000)|escape|length }}",
    "lines": "{{ ('\\n' * 900000)|nl2br|length }}",
    "lists-of-lists": twice("[0]", "[IT, IT]"),
    "tuples-of-tuples": twice("(0,)", "(IT, IT)"),
    "lists-added": twice("[0]", "[IT] + [IT]"),
    "lists-multiplied": twice("[0]", "[IT] * 2"),
    "dictionaries": twice("{}", "{1: IT, 2: IT}"),
    "dictionaries-called": twice("{}", "dict(a=IT, b=IT)"),
    "pairs": twice("(0,)", "[({1: IT}|items|first), ({1: IT}|items|first)]"),
    "sorted-pairs": twice("[0]", "[{1: IT}|dictsort|first, {1: IT}|dictsort|first]"),
    "groups": twice("[0]", "[{'a': 1, 'b': IT}, {'a': 1, 'b': IT}]|groupby('a')|first"),
    "arguments": "{% macro m() %}{% set n.x = varargs %}{% endmacro %}" + twice("(0,)", "(IT, IT)"),
    "cycles": twice("(0,)", "cycler(IT, IT).items"),
    "text-of-a-list": "{{ [[1]]|upper }}",
    "hash-of-a-tuple": "{% set n = namespace(x=(0,)) %}{% for i in range(60) %}{% set n.x = (n.x, n.x) %}{% endfor %}"
    "{{ {n.x: 1}|length }}",
    "sort-of-long-texts": "{{ ([" + LONG + "] * 9000)|sort|length }}",
    "sort-by-long-texts": "{{ ([{'a': " + LONG + "}] * 9000)|sort(attribute='a')|length }}",
    "unique-long-texts": "{{ ([" + LONG + "] * 9000)|unique|list|length }}",
    "groups-by-long-texts": "{{ ([{'a': " + LONG + "}] * 9000)|groupby('a')|length }}",
    "the-largest-long-text": "{{ ([" + LONG + "] * 9000)|max }}",
    "kept-texts": kept("'x' * 900000"),
    "kept-lists": kept("range(90000)|list"),
    "kept-literals": kept(", ".join("0" * 5000)),
    "kept-slices": "{% set l = range(90000)|list %}" + kept("l[:]"),
    "kept-copies": "{% set l = range(90000)|list %}" + kept("l.copy()"),
    "kept-pieces": kept("('a,' * 90000).split(',')"),
    "kept-keys": kept("dict.fromkeys(range(90000))"),
    "kept-cycles": kept("cycler(*range(90000))"),
    "steps-of-a-test": "{{ ('b,' * 450000).split(',')|select('in', 'a' * 1000000)|list|length }}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_typed_error_soon(name):
    started = time.process_time()
    with pytest.raises((LimitError, TemplateError)):
        Template(html=BOMBS[name]).render({})
    assert time.process_time() - started < 20


def test_bombs_fill_no_memory():
    """All that keep what they make, in one process after the other's memory was given back."""
    code = (
        "import resource, sys; from mailkit.compose import Template; from mailkit.errors import LimitError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for source in sys.stdin.read().split('\\n'):\n"
        "    try: Template(text=source).render({})\n"
        "    except LimitError: pass\n"
        "    else: raise SystemExit('made: ' + source[:80])\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    sources = "\n".join(source for name, source in BOMBS.items() if name.startswith("kept"))
    done = subprocess.run([sys.executable, "-c", code], input=sources, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 400


@pytest.mark.parametrize(
    "source",
    [
        "{{ [1] }}", "{{ [1]|list }}", "{{ {'a': 1}|items }}", "{{ ['a']|map('upper') }}", "{{ range(3) }}",
        "{{ range }}", "{{ dict }}", "{{ b }}", "{{ f }}", "{{ d.items() }}", "{{ none }}", "{{ 'x'.upper }}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["text", "html"])
def test_what_is_no_text_is_not_written(part, source):
    """A letter never says ``<generator object …>``."""
    with pytest.raises(TemplateError, match=r"cannot be written|unsafe"):
        Template(**{part: source}).render({"b": b"x", "f": len, "d": {}})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ [1, 2, 3]|sum }} {{ [{'a': 2.5}]|sum('a') }} {{ [1]|sum(start=10) }}", "6 2.5 11"),
        ("{{ 2.345|round(2) }} {{ 1234|round(-2) }} {{ 1.1|round(method='ceil') }}", "2.35 1200 2.0"),
        ("{{ 'abcdef'[1:3] }}{{ [1, 2, 3][::-1]|join }}{{ 'abc'[-1] }}", "bc321c"),
        ("{{ 1 < 2 < 3 }} {{ 'a' in 'abc' }} {{ 2 not in [1] }}", "True True True"),
        ("{% for a, b in [(1, 2), (3, 4)] %}{{ a }}{{ b }}{% endfor %}", "1234"),
        ("{% set a, b = 1, 2 %}{{ a }}{{ b }}", "12"),
        ("{{ {'a': 'ü', 'b': 'x y'}|urlencode }}", "a=%C3%BC&b=x+y"),
        ("{{ [{'a': {'b': 2}}, {'a': {'b': 1}}]|sort(attribute='a.b')|map(attribute='a.b')|join(',') }}", "1,2"),
        ("{{ {'b': 1, 'a': 2}|dictsort|map('first')|join }}", "ab"),
        ("{% for k, g in r|groupby('a') %}{{ k }}{{ g|map(attribute='n')|join }}{% endfor %}", "1xz2y"),
        ("{{ (r|min(attribute='a')).n }}{{ r|map(attribute='a')|unique|join }}", "x12"),
        ("{% macro m() %}{{ varargs|join }}{{ kwargs.a }}{% endmacro %}{{ m(1, 2, a=3) }}", "123"),
        ("{{ '%s costs %.2f' % ('Desk', 5) }}{{ ' %(n)s'|format(n=1) }}", "Desk costs 5.00 1"),
        ("{% include ['nope', 'ok'] %}", "fine"),
    ],
)
def test_what_templates_can_say_with_it(source, expected):
    rows = [{"a": 1, "n": "x"}, {"a": 2, "n": "y"}, {"a": 1, "n": "z"}]
    assert Template(text=source, partials={"ok": "fine"}).render({"r": rows}).text == expected

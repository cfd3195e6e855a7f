"""What the sandbox counts changes nothing: letters are as Jinja2's own sandbox writes them."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailkit.compose import Template

PARTIALS = {
    "m": "{% macro m(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{% macro n(a) %}{{ caller(a) }}!{% endmacro %}",
    "base": "[{% block x %}base{% endblock %}|{% block y %}{{ v }}{% endblock %}]",
    "inc": "inc {{ v }} {{ q|default('no') }}",
}
VALUES = {
    "v": "<é>",
    "d": {"b": 1, "a": [1, 2, 3], "items": "I", "n": None},
    "xs": [3, 1, 2],
    "rows": [{"n": "a", "g": 1, "p": 2.5}, {"n": "b", "g": 2, "p": 1.25}, {"n": "c", "g": 1, "p": 0}],
    "big": 100000000000000000000,
    "f": 1.005,
    "t": True,
    "e": [],
    "s": "a,b;c\nd",
}
SOURCES = [
    "{{ v }}",
    "{{ v|upper }}{{ v|e }}{{ v|safe }}",
    "{% for k, x in d|dictsort %}{{ k }}{% endfor %}",
    "{% for x in xs|sort %}{{ loop.index }}{{ loop.first }}"
    "{{ loop.last }}{{ x }}{{ loop.previtem|default('-') }}{% endfor %}",
    "{% set a, b = 1, [2] %}{{ a }}{{ b|first }}",
    "{{ 1 if t else 2 }}{{ 3 if e }}",
    "{{ 7 // 2 }}{{ 7 % 4 }}{{ -f }}{{ 2 ** 3 }}{{ 7 / 2 }}{{ 1 - 2 }}{{ 'a' * 3 }}{{ 'a' ~ 1 ~ v }}{{ 'a' + 'b' }}",
    "{{ 1 < 2 }}{{ 1 == 1.0 }}{{ 'a' in 'abc' }}{{ 2 in xs }}{{ 9 not in xs }}{{ 3 > 2 > 1 }}",
    "{{ xs is iterable }}{{ 9 is divisibleby 3 }}{{ d.zz is defined }}{{ d.n is none }}",
    "{{ 3 is odd }}{{ v is string }}{{ 2 is in xs }}{{ 1 is eq 1 }}",
    "{{ '%s/%s' % (v, 2) }}{{ '%(a)s' % {'a': v} }}{{ '%.2f' % f }}{{ '%05d' % 42 }}{{ '100%%' % () }}",
    "{{ '%s'|format(v) }}{{ '%(x)s'|format(x=1) }}{{ '%d items'|format(xs|length) }}",
    "{% import 'm' as m %}{{ m.m(1) }}{{ m.m(1, b=3) }}",
    "{% from 'm' import m, n %}{{ m(v) }}{% call(a) n(5) %}{{ a + 1 }}{% endcall %}",
    "{% extends 'base' %}{% block x %}{{ super() }}+{{ v }}{% endblock %}",
    "{% include 'inc' %}{% include 'nope' ignore missing %}",
    "{% for g in rows|groupby('g') %}{{ g.grouper }}:{{ g.list|map(attribute='n')|join(',') }};{% endfor %}",
    "{{ rows|map(attribute='p')|sum }}",
    "{{ rows|sum(attribute='p') }}{{ rows|selectattr('g', 'equalto', 1)|map(attribute='n')|join }}",
    "{{ rows|sort(attribute='p', reverse=true)|map(attribute='n')|join }}{{ (rows|max(attribute='p')).n }}",
    "{{ xs|min }}{{ xs|max }}",
    "{% set c = cycler('o','e') %}{% for x in xs %}{{ c.next() }}{% endfor %}"
    "{% set j = joiner(', ') %}{% for x in xs %}{{ j() }}{{ x }}{% endfor %}",
    "{% set n = namespace(a=0) %}{% for x in xs %}{% set n.a = n.a + x %}{% endfor %}{{ n.a }}",
    "{{ s.split(',')|join('|') }}{{ s|replace(',', '&') }}{{ s|wordcount }}",
    "{{ s.upper() }}{{ s.startswith('a') }}{{ s.splitlines()|length }}",
    "{{ f|round(2) }}{{ 2.5|round|int }}{{ '12'|int + 1 }}",
    "{{ 'x'|int(5) }}{{ '1.5'|float }}{{ big }}{{ 1234567|filesizeformat }}",
    "{% macro r(n) %}{{ n }}{% if n %}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(5) }}",
    "{% for x in [1,2] recursive %}{{ x }}{% if x == 1 %}{{ loop([5]) }}{% endif %}{% endfor %}",
    "{% filter upper %}a{{ v }}{% endfilter %}{% set z %}<b>{{ v }}</b>{% endset %}{{ z }}{{ z|length }}",
    "{% with a=1, b=[1,2] %}{{ a }}{{ b|last }}{% endwith %}",
    "{{ {'a': 1, 'b': [1,2]}.b|join }}{{ {'a':1}.get('a') }}{{ dict(a=1).a }}",
    "{{ (1,2)[1] }}{{ [1,2,3][-1] }}{{ 'abc'[::2] }}",
    "{% raw %}{{ x }}{% endraw %}{# c #}",
    "{% for x in e %}x{% else %}none{% endfor %}",
    "{% for x in range(3) %}{{ x }}{% endfor %}{% for x in range(2, 8, 3) %}{{ x }}{% endfor %}",
    "{{ 'a b&c'|urlencode }}{{ {'q':'a b'}|urlencode }}{{ xs|unique|join }}{{ ['b','A','a']|unique|join }}",
    "{{ xs|length }}{{ xs|count }}{{ v|d('x') }}{{ e|default('x', true) }}",
    "{% macro k() %}{{ varargs|join('.') }}"
    "{{ kwargs|dictsort|map('first')|join }}{% endmacro %}{{ k(1, 2, z=3, y=4) }}",
    "{{ not t }}{{ t and 1 }}{{ e or 'd' }}",
    "{% autoescape false %}{{ v }}{% endautoescape %}{{ v }}",
    "{% block b scoped %}{{ v }}{% endblock %}{{ self.b() }}",
    "{{ xs|map('string')|map('upper')|join(',') }}",
    "{{ ['a ', ' b']|map('trim')|join }}{{ rows|map(attribute='zz', default='-')|join }}",
    "{{ xs|select('gt', 1)|join }}{{ xs|reject('odd')|join }}{{ rows|rejectattr('p')|map(attribute='n')|join }}",
    "{{ rows|map(attribute='n')|list|length }}{% if rows|selectattr('g','gt',1)|list %}y{% endif %}",
]


@pytest.mark.parametrize("part", ["text", "html"])
@pytest.mark.parametrize("source", SOURCES)
def test_a_letter_is_as_jinja_writes_it(part, source):
    other = ImmutableSandboxedEnvironment(
        autoescape=part == "html",
        undefined=StrictUndefined,
        loader=DictLoader(PARTIALS),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made = Template(**{part: source}, partials=PARTIALS).render(VALUES)
    assert (made.text if part == "text" else made.html) == other.from_string(source).render(VALUES)

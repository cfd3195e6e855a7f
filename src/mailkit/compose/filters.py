"""The filters and functions of templates: Jinja2's own behind guards, and some that are replaced.

A filter that makes much of little checks the size of its result before it makes it; every other result is charged when
it is there. Filters for text take no list: the text of a list may be without end (see ``budget``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MappingView
from functools import wraps
from typing import Any

from jinja2 import Environment, Undefined, pass_environment
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS, make_attrgetter
from jinja2.runtime import markup_join, str_join
from jinja2.tests import TESTS
from markupsafe import Markup, escape

from mailkit.compose.budget import HOLDERS, RUN, charge, made, reached, room, weigh
from mailkit.content.tables import phrases
from mailkit.words import Limits

_Function = Callable[..., Any]

_GIVEN_BACK = phrases("abs | count | d | default | first | float | int | last | length | wordcount | filesizeformat")
_LAZY = phrases("items | map | reject | rejectattr | select | selectattr")
_OF_TEXT = phrases("capitalize | e | escape | lower | safe | title | trim | truncate | upper")
_LISTS = phrases("list | reverse")
#: Where the attribute stands among the arguments of the filters that compare.
_COMPARING = {"sort": 2, "unique": 1, "min": 1, "max": 1, "groupby": 0}
# A width or a precision of three digits or from an argument, behind any %: a %% may be the end of another conversion.
_WIDE = re.compile(r"%[-#0 +]*(?:\d{0,2}\.)?(?:[*]|\d{3})")
_WIDE_ANYWHERE = re.compile(r"[*]|\d{3}")  # a key in parentheses may hold anything
_KEY = re.compile(r"%\(([^()]*)\)")
_MOST_DIGITS = 50


def plain(value: object) -> object:
    """A value that can be written: charged, and no list, mapping or None, which in a letter are mistakes."""
    _check_plain(value)
    charge(1, len(value if isinstance(value, str) else str(value)))
    return value


def _check_plain(value: object) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, Undefined):
        str(value)  # raises, unless it stands for the missing else of a condition
        return
    odd = isinstance(value, (*HOLDERS, Mapping, MappingView, Iterator, range, bytes, bytearray)) or callable(value)
    if value is None or odd:
        raise SecurityError(f"A {type(value).__name__} cannot be written; use a default, a loop or join.")


def filters() -> dict[str, _Function]:
    """All filters of a template, but for the application's own."""
    found: dict[str, _Function] = {name: FILTERS[name] for name in (*_GIVEN_BACK, *_LAZY)}
    found["wordcount"] = _of_text(FILTERS["wordcount"])
    found.update({name: _of_text(FILTERS[name]) for name in _OF_TEXT})
    found.update({name: _charged(FILTERS[name]) for name in _LISTS})
    found.update({name: _comparing(FILTERS[name], place) for name, place in _COMPARING.items()})
    found["groupby"] = _grouped(found["groupby"])
    found.update({"dictsort": _dictsort, "round": _round, "sum": _sum, "urlencode": _urlencode})
    found.update({"join": _join, "replace": _replace, "format": _format, "nl2br": _nl2br, "string": _string})
    return found


def tests() -> dict[str, _Function]:
    """Jinja2's tests, each a step."""
    known: dict[str, Any] = dict(TESTS)
    return {name: _step(test) for name, test in known.items()}


def _step(test: _Function) -> _Function:
    @wraps(test)
    def counted(*arguments: Any, **named: Any) -> Any:
        charge(1, 0)
        return test(*arguments, **named)

    return counted


def _charged(function: _Function) -> _Function:
    @wraps(function)
    def charged(*arguments: Any, **named: Any) -> Any:
        charge(1, 0)
        return made(function(*arguments, **named))

    return charged


def _of_text(function: _Function) -> _Function:
    whole = _charged(function)
    at = 1 if hasattr(function, "jinja_pass_arg") else 0  # the environment comes first

    @wraps(function)
    def checked(*arguments: Any, **named: Any) -> Any:
        _check_plain(arguments[at])
        return whole(*arguments, **named)

    return checked


def _comparing(function: _Function, place: int) -> _Function:
    whole = _charged(function)

    @wraps(function)
    def weighed(environment: Environment, value: Iterable[object], *arguments: Any, **named: Any) -> Any:
        items = list(value)
        attribute = arguments[place] if len(arguments) > place else named.get("attribute")
        weigh(_compared(environment, items, attribute))
        return whole(environment, items, *arguments, **named)

    return weighed


def _grouped(function: _Function) -> _Function:
    @wraps(function)
    def grouped(*arguments: Any, **named: Any) -> Any:
        groups = function(*arguments, **named)
        for group in groups:
            made(group.list)
            made(group)
        return groups

    return grouped


def _compared(environment: Environment, items: list[object], attribute: str | int | None) -> Iterator[object]:
    if attribute is None:
        yield from items
        return
    for name in attribute.split(",") if isinstance(attribute, str) else (attribute,):
        look = make_attrgetter(environment, name)
        yield from map(look, items)


def _dictsort(value: Mapping[object, object], *arguments: Any, **named: Any) -> Any:
    weigh([*value, *value.values()])
    charge(1, 0)
    return made(FILTERS["dictsort"](value, *arguments, **named))


def _round(value: Any, precision: int = 0, method: str = "common") -> object:
    if not isinstance(precision, int) or abs(precision) > _MOST_DIGITS:
        raise SecurityError(f"round takes a precision of at most {_MOST_DIGITS} digits.")
    result: object = FILTERS["round"](value, precision, method)
    return result


@pass_environment
def _sum(environment: Environment, iterable: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
    values = iterable if attribute is None else map(make_attrgetter(environment, attribute), iterable)
    total = start
    for value in values:
        if isinstance(value, (str, *HOLDERS)) or isinstance(total, (str, *HOLDERS)):
            raise SecurityError("sum adds numbers; use + or join.")
        total = total + value
    return total


def _urlencode(value: Any) -> object:
    pairs: list[object] = [value]
    if not isinstance(value, str) and isinstance(value, (Mapping, Iterable)):
        value = list(value.items() if isinstance(value, Mapping) else value)
        pairs = [part for pair in value for part in pair]
    room(3 * sum(len(str(plain(part)).encode("utf-8", "replace")) for part in pairs))
    return made(FILTERS["urlencode"](value))


def bounded_range(*bounds: int) -> range:
    """``range``, not longer than the steps that there are."""
    found = range(*bounds)
    run = RUN.get()
    most = (run.limits if run is not None else Limits()).template_steps
    if found and abs((found[-1] - found[0]) // found.step) >= most:
        raise reached("template_steps", "has a range that is too long")
    return found


@pass_environment
def _join(environment: Environment, value: Iterable[object], d: str = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        value = [environment.getitem(one, attribute) for one in value]
    items = []
    size = 0
    for item in value:
        plain(item)
        items.append(item)
        size += len(str(item)) + len(d)
        room(size)
    text: list[object] = []
    for item in items:
        text += [d, item]
    return made(markup_join(text[1:]) if environment.autoescape else str_join(text[1:]))


def _replace(value: object, old: str, new: str) -> str:
    text = value if isinstance(value, str) else str(plain(value))
    room(len(text) + (len(text) + 1 if not old else text.count(old)) * len(new))
    charge(1, 0)
    return made(text.replace(old, new))


def check_format(template: str, arguments: object) -> None:
    """Before ``template % arguments`` is made.

    Raises:
        SecurityError: a width that cannot be overseen, or an argument that cannot be written.
        LimitError: the result would be too large.
    """
    if (_WIDE_ANYWHERE if "%(" in template else _WIDE).search(template):
        raise SecurityError("A format with a width of three digits or more, or with *, is not taken.")
    values: list[object] = list(arguments) if isinstance(arguments, tuple) else [arguments]
    if isinstance(arguments, Mapping):
        keys = _KEY.findall(template)
        if len(keys) != template.count("%("):
            raise SecurityError("A key of a format holds no parentheses.")
        values = [arguments[key] for key in keys if key in arguments]
    room(len(template) + 99 * template.count("%") + sum(len(str(plain(value))) for value in values))


def _format(value: object, *arguments: object, **named: object) -> object:
    check_format(str(plain(value)), named or arguments)
    return made(FILTERS["format"](value, *arguments, **named))


def _nl2br(value: object) -> Markup:
    text = escape(plain(value))
    room(len(text) + 5 * (text.count("\n") + text.count("\r")))
    return made(Markup("<br>\n").join(text.splitlines()))


def _string(value: object) -> str:
    text = plain(value)
    return text if isinstance(text, str) else made(str(text))

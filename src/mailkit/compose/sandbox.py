"""Jinja2 in a sandbox with a budget. Loaded only where a template is used (extra ``templates``).

Jinja2's sandbox keeps a template away from Python's insides. It does not keep it from running for ever or from filling
the memory, so this environment adds:

* a count of steps and of characters. It is charged by statements that are put into the parsed template: at the
  beginning of the template, of every loop's, macro's and block's body, with the length of the fixed text in it; and by
  ``finalize``, which sees every value that is written, into a variable or into the letter;
* operators and filters that can make much of little (``*``, ``**``, ``+``, ``~``, ``%``, ``join``, ``replace``,
  ``format``) check the size of their result before they make it; others of that kind (``center``, ``indent``,
  ``batch`` …) are not there;
* of text, only methods that give nothing larger than the text.

What the application puts into the values can do whatever it can do: give plain data.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import CodeType
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Undefined, nodes, pass_environment
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from mailkit.content.tables import phrases
from mailkit.errors import LimitError
from mailkit.words import Limits

_TEXT_METHODS = frozenset(
    phrases(
        """
        upper | lower | title | capitalize | casefold | strip | lstrip | rstrip | removeprefix | removesuffix |
        startswith | endswith | split | splitlines | partition | rpartition | find | count | isdigit | isalpha |
        isalnum | isspace | isupper | islower
        """
    )
)
_FILTERS = phrases(
    """
    abs | capitalize | count | d | default | dictsort | e | escape | filesizeformat | first | float | groupby | int |
    items | last | length | list | lower | map | max | min | reject | rejectattr | reverse | round | safe | select |
    selectattr | sort | sum | title | trim | truncate | unique | upper | urlencode | wordcount
    """
)
_GLOBALS = ("dict", "cycler", "joiner", "namespace")
# A width or a precision of three digits or from an argument, behind any %: a %% may be the end of another conversion.
_WIDE = re.compile(r"%[-#0 +]*(?:\d{0,2}\.)?(?:[*]|\d{3})")
_WIDE_ANYWHERE = re.compile(r"[*]|\d{3}")  # a key in parentheses may hold anything


@dataclass(slots=True)
class Run:
    """What one rendering may still use up."""

    limits: Limits
    steps: int = 0
    size: int = 0
    deadline: float = 0.0

    def charge(self, steps: int, size: int) -> None:
        """Raises LimitError where one of the limits is reached."""
        self.steps += steps
        self.size += size
        if self.steps > self.limits.template_steps:
            raise _reached("template_steps", "takes too many steps")
        if self.size > self.limits.template_bytes:
            raise _reached("template_bytes", "writes too much")
        if time.monotonic() > self.deadline:
            raise _reached("template_seconds", "takes too long")


RUN: ContextVar[Run | None] = ContextVar("mailkit template run", default=None)


def _reached(limit: str, what: str) -> LimitError:
    return LimitError(f"The template {what}.", limit=limit)


def _charge(steps: int, size: int) -> None:
    run = RUN.get()  # None while a template is compiled
    if run is not None:
        run.charge(steps, size)


def _room(size: int) -> None:
    """Before something of that size is made."""
    run = RUN.get()
    if size > (run.limits if run is not None else Limits()).template_bytes:
        raise _reached("template_bytes", "makes a value that is too large")


def _plain(value: object) -> object:
    """A value that can be written: charged, and no list, mapping or None, which in a letter are mistakes."""
    if isinstance(value, Undefined):
        str(value)  # raises
    if value is None or isinstance(value, (list, tuple, dict, set, frozenset)):
        raise SecurityError(f"A {type(value).__name__} cannot be written; use a default, a loop or join.")
    _charge(1, len(value if isinstance(value, str) else str(value)))
    return value


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of one template: its parts know no other templates than ``partials``."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(
        self, *, html: bool, partials: Mapping[str, str], filters: Mapping[str, Callable[..., object]]
    ) -> None:
        super().__init__(
            autoescape=html,
            undefined=StrictUndefined,
            finalize=_plain,
            loader=DictLoader(dict(partials)),
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self.filters: dict[str, Callable[..., Any]] = {name: FILTERS[name] for name in _FILTERS}
        self.filters.update({"join": _join, "replace": _replace, "format": _format, "nl2br": _nl2br, "string": _string})
        self.filters.update(filters)
        self.globals: dict[str, Any] = {**{name: self.globals[name] for name in _GLOBALS}, "range": _range}

    def compile(  # type: ignore[override]
        self,
        source: str | nodes.Template,
        name: str | None = None,
        filename: str | None = None,
        raw: bool = False,
        defer_init: bool = False,
    ) -> str | CodeType:
        """As Jinja2's; the budget's statements are put in."""
        if isinstance(source, str):
            source = _counted(self.parse(source, name, filename), self)
        return super().compile(source, name, filename, raw, defer_init)  # type: ignore[call-overload, no-any-return]

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Text and numbers have few methods; the rest is as in Jinja2's sandbox."""
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        if isinstance(obj, (bytes, bytearray, int, float)):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: object) -> None:
        """``str.format`` has widths and is not there."""

    def getattr(self, obj: object, attribute: str) -> object:
        """``order.items`` is the item of that name where there is one, else the method."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        """An operator whose result can be much larger than what it is made of."""
        if operator == "%" and isinstance(left, str):
            _checked_format(left)
        elif operator == "*":
            _room(_product(left, right))
        elif operator == "**":
            _room(_power(left, right))
        elif operator == "+" and isinstance(left, (str, list, tuple)) and isinstance(right, (str, list, tuple)):
            _room(len(left) + len(right))
        _charge(1, 0)
        return super().call_binop(context, operator, left, right)

    # The next two are called by the statements that _counted puts in.

    def count(self, size: int) -> str:
        """A body begins, with so many characters of fixed text in it."""
        _charge(1, size)
        return ""

    def concat_checked(self, *items: object) -> str:
        """The operator ``~``."""
        texts = [item if isinstance(item, str) else str(_plain(item)) for item in items]
        _room(sum(map(len, texts)))
        return markup_join(items) if self.autoescape else str_join(items)


def _counted(tree: nodes.Template, environment: Environment) -> nodes.Template:
    """The tree with a charge at the beginning of every body, and with ``~`` checked."""
    tree = _Concats().visit(tree)
    bodies = [tree, *tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block))]
    for node in bodies:
        weight = 0
        for one in node.body:  # type: ignore[attr-defined]
            weight += _weight(one)
        call = nodes.Call(nodes.EnvironmentAttribute("count"), [nodes.Const(weight)], [], None, None)
        node.body.insert(0, nodes.ExprStmt(call, lineno=node.lineno))  # type: ignore[attr-defined]
    return tree.set_environment(environment)  # type: ignore[return-value]


def _weight(node: nodes.Node) -> int:
    """The fixed text below a node, but for that in bodies which are charged by themselves."""
    if isinstance(node, nodes.TemplateData):
        return len(node.data)
    own = ("body",) if isinstance(node, (nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)) else ()
    return sum(map(_weight, node.iter_child_nodes(exclude=own)))


class _Concats(NodeTransformer):
    """Makes ``a ~ b`` a call."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        node = self.generic_visit(node)  # type: ignore[assignment]
        where = nodes.EnvironmentAttribute("concat_checked", lineno=node.lineno)
        return nodes.Call(where, node.nodes, [], None, None, lineno=node.lineno)


def _product(left: object, right: object) -> int:
    for some, times in ((left, right), (right, left)):
        if isinstance(some, (str, bytes, list, tuple)) and isinstance(times, int):
            return len(some) * max(times, 0)
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() + right.bit_length()
    return 0


def _power(left: object, right: object) -> int:
    if isinstance(left, int) and isinstance(right, int):
        return (left.bit_length() + 1) * abs(right)
    return 0


def _range(*bounds: int) -> range:
    made = range(*bounds)
    run = RUN.get()
    most = (run.limits if run is not None else Limits()).template_steps
    if made and abs((made[-1] - made[0]) // made.step) >= most:
        raise _reached("template_steps", "has a range that is too long")
    return made


@pass_environment
def _join(environment: Environment, value: Iterable[object], d: str = "", attribute: str | int | None = None) -> str:
    if attribute is not None:
        value = [environment.getitem(one, attribute) for one in value]
    items = []
    size = 0
    for item in value:
        _plain(item)
        items.append(item)
        size += len(str(item)) + len(d)
        _room(size)
    text: list[object] = []
    for item in items:
        text += [d, item]
    return markup_join(text[1:]) if environment.autoescape else str_join(text[1:])


def _replace(value: object, old: str, new: str) -> str:
    text = value if isinstance(value, str) else str(_plain(value))
    _room(len(text) + (len(text) + 1 if not old else text.count(old)) * len(new))
    return text.replace(old, new)


def _checked_format(template: str) -> None:
    if (_WIDE_ANYWHERE if "%(" in template else _WIDE).search(template):
        raise SecurityError("A format with a width of three digits or more, or with *, is not taken.")


def _format(value: object, *arguments: object, **named: object) -> str:
    _checked_format(str(value))
    for argument in (*arguments, *named.values()):
        _plain(argument)
    result: str = FILTERS["format"](value, *arguments, **named)
    return result


def _nl2br(value: object) -> Markup:
    return Markup("<br>\n").join(escape(_plain(value)).splitlines())


def _string(value: object) -> str:
    plain = _plain(value)
    return plain if isinstance(plain, str) else str(plain)

"""Jinja2 in a sandbox with a budget. Loaded only where a template is used (extra ``templates``).

Jinja2's sandbox keeps a template away from Python's insides. It does not keep it from running for ever or from filling
the memory, so this environment adds:

* a count of steps and of characters. It is charged by statements that are put into the parsed template: at the
  beginning of the template, of every loop's, macro's and block's body, with the length of the fixed text in it; and by
  ``finalize``, which sees every value that is written, into a variable or into the letter;
* a count of what is made on the way: by operators, calls, filters, slices, lists and dictionaries (``budget``);
* operators and filters that can make much of little (``*``, ``**``, ``+``, ``~``, ``%``, ``join``, ``replace``,
  ``format`` …) check the size of their result before they make it; others of that kind (``center``, ``indent``,
  ``batch`` …) are not there;
* of text, only methods that give nothing larger than the text.

What the application puts into the values can do whatever it can do: give plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Rational
from types import CodeType
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, nodes, pass_context
from jinja2.runtime import Context, markup_join, str_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler
from jinja2.visitor import NodeTransformer

from mailkit.compose import filters as guarded
from mailkit.compose.budget import HOLDERS, charge, keep, made, room
from mailkit.content.tables import phrases

_TEXT_METHODS = frozenset(
    phrases(
        """
        upper | lower | title | capitalize | casefold | strip | lstrip | rstrip | removeprefix | removesuffix |
        startswith | endswith | split | splitlines | partition | rpartition | find | count | isdigit | isalpha |
        isalnum | isspace | isupper | islower
        """
    )
)
_GLOBALS = ("dict", "cycler", "joiner", "namespace")
#: Calls that give what is there already.
_GETS = frozenset({"get", "index", "count"})


@pass_context
def _finalized(_context: Context, value: object) -> object:
    # Asking for the context keeps Jinja2 from working constants out while it compiles, where nothing is counted.
    return guarded.plain(value)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of one template: its parts know no other templates than ``partials``."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def __init__(
        self, *, html: bool, partials: Mapping[str, str], filters: Mapping[str, Callable[..., object]]
    ) -> None:
        super().__init__(
            autoescape=html,
            undefined=StrictUndefined,
            finalize=_finalized,
            loader=DictLoader(dict(partials)),
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self.filters: dict[str, Callable[..., Any]] = {**guarded.filters(), **filters}
        self.tests.update(guarded.tests())
        self.globals: dict[str, Any] = {
            **{name: self.globals[name] for name in _GLOBALS},
            "range": guarded.bounded_range,
        }

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
        if isinstance(obj, (bytes, bytearray, int, float)) or (isinstance(obj, Cycler) and attr == "items"):
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
            guarded.check_format(left, right)
        elif operator == "*":
            room(_product(left, right))
        elif operator == "**":
            room(_power(left, right))
        elif operator == "+" and isinstance(left, (str, list, tuple)) and isinstance(right, (str, list, tuple)):
            room(len(left) + len(right))
        charge(1, 0)
        return made(super().call_binop(context, operator, left, right))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A call. The names are Jinja2's: the template's own arguments may have any other."""
        owner = getattr(__obj, "__self__", __obj)
        if owner is __self:  # put in by _counted
            return __obj(*args)
        charge(1, 0)
        keep(8 * (len(args) + len(kwargs)))
        result = super().call(__context, __obj, *args, **kwargs)
        makes = isinstance(owner, (str, type, *HOLDERS)) and getattr(__obj, "__name__", "") not in _GETS
        return made(result) if makes else result

    # The next ones are called by what _counted puts in.

    def count(self, size: int) -> str:
        """A body begins, with so many characters of fixed text in it."""
        charge(1, size)
        return ""

    def concat_checked(self, *items: object) -> str:
        """The operator ``~``."""
        texts = [item if isinstance(item, str) else str(guarded.plain(item)) for item in items]
        room(sum(map(len, texts)))
        return made(markup_join(items) if self.autoescape else str_join(items))

    def built(self, value: object) -> object:
        """A list, tuple or dictionary that is written out."""
        charge(1, 0)
        return made(value)

    def compared(self, value: object) -> object:
        """The result of a comparison, which may have taken its time."""
        charge(1, 0)
        return value

    def sliced(self, value: Any, start: object, stop: object, step: object) -> object:
        """``value[start:stop:step]``."""
        charge(1, 0)
        return made(value[start:stop:step])


def _counted(tree: nodes.Template, environment: Environment) -> nodes.Template:
    """The tree with a charge at the beginning of every body, and with every maker of values charged."""
    tree = _Charges().visit(tree)
    bodies = [tree, *tree.find_all((nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block))]
    for node in bodies:
        weight = 0
        for one in node.body:  # type: ignore[attr-defined]
            weight += _weight(one)
        call = _put_in("count", [nodes.Const(weight)], node.lineno)
        node.body.insert(0, nodes.ExprStmt(call, lineno=node.lineno))  # type: ignore[attr-defined]
    return tree.set_environment(environment)  # type: ignore[return-value]


def _put_in(method: str, arguments: list[nodes.Expr], lineno: int) -> nodes.Call:
    where = nodes.EnvironmentAttribute(method, lineno=lineno)
    return nodes.Call(where, arguments, [], None, None, lineno=lineno)


def _weight(node: nodes.Node) -> int:
    """The fixed text below a node, but for that in bodies which are charged by themselves."""
    if isinstance(node, nodes.TemplateData):
        return len(node.data)
    own = ("body",) if isinstance(node, (nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)) else ()
    return sum(map(_weight, node.iter_child_nodes(exclude=own)))


class _Charges(NodeTransformer):
    """Makes ``a ~ b``, slices, comparisons, and what is written out in brackets, calls of the environment's methods."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        node = self.generic_visit(node)  # type: ignore[assignment]
        return _put_in("concat_checked", node.nodes, node.lineno)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:
        return _put_in("compared", [self.generic_visit(node)], node.lineno)  # type: ignore[list-item]

    def visit_List(self, node: nodes.List) -> nodes.Node:
        return _put_in("built", [self.generic_visit(node)], node.lineno)  # type: ignore[list-item]

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:
        return _put_in("built", [self.generic_visit(node)], node.lineno)  # type: ignore[list-item]

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:
        node = self.generic_visit(node)  # type: ignore[assignment]
        return _put_in("built", [node], node.lineno) if node.ctx == "load" else node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:
        # Of a macro: a list and a dictionary of whatever it was called with.
        loose = node.ctx == "load" and node.name in ("varargs", "kwargs")
        return _put_in("built", [node], node.lineno) if loose else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:
        node = self.generic_visit(node)  # type: ignore[assignment]
        if not isinstance(node.arg, nodes.Slice):
            return node
        bounds = [one or nodes.Const(None) for one in (node.arg.start, node.arg.stop, node.arg.step)]
        return _put_in("sliced", [node.node, *bounds], node.lineno)


def _product(left: object, right: object) -> int:
    for some, times in ((left, right), (right, left)):
        if isinstance(some, (str, bytes, list, tuple)) and isinstance(times, int):
            return len(some) * max(times, 0)
    if isinstance(left, int) and isinstance(right, int):
        return left.bit_length() + right.bit_length()
    return 0


def _power(left: object, right: object) -> int:
    if isinstance(left, Rational) and isinstance(right, int):
        return (int(left.numerator).bit_length() + int(left.denominator).bit_length()) * abs(right)
    return 0

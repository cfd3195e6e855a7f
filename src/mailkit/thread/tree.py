"""The reply tree: the REFERENCES algorithm of RFC 5256, made independent of the order of arrival.

How it works, and where it is stricter than the RFC:

* Every id that occurs is a *container*; one without a message is a placeholder. Steps of the RFC: 1 link containers
  along the references, 2 gather the roots, 3 prune placeholders, 4 sort the roots, 5 (only if asked for) gather by base
  subject, 6 sort siblings.
* The RFC links while it reads, so conflicting references give another tree in another order, and it must cut links
  again. Here messages are taken by (date, key), and what a message says of *its own* parent is linked first for all of
  them; what it says about the ancestors of others is only used for ids whose own message says nothing. The result
  depends on the set of messages only, and no link is ever cut.
* Therefore "would this make a loop" is one union-find question: a container that gets a parent is the root of its
  group, so there is a loop exactly if both are in one group already. No chain is ever walked: 100,000 messages in a
  chain take the time of 100,000 messages, and nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

from .subject import base_subject, is_forward, is_reply

__all__ = ["Key", "Node", "Tree", "tree"]

Key = int | str
_NO_DATE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Node:
    """One message on its way into a tree.

    ``references`` stand as in the header, oldest first: References, else the first id of In-Reply-To.
    ``date`` is the Date header or, where there is none, the time of arrival. Naive dates are taken as UTC.
    """

    key: Key
    message_id: str | None = None
    references: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """A message and what answers it. ``key`` is None for a root that is not there and has several answers."""

    key: Key | None
    children: tuple[Tree, ...] = field(default=(), repr=False)

    def walk(self) -> Iterator[tuple[int, Tree]]:
        """(depth, tree) of this and everything under it, in reading order. Never recurses."""
        stack = [(0, self)]
        while stack:
            depth, item = stack.pop()
            yield depth, item
            stack.extend((depth + 1, child) for child in reversed(item.children))

    @property
    def keys(self) -> tuple[Key, ...]:
        """Keys of all messages in the tree, in reading order."""
        return tuple(item.key for _, item in self.walk() if item.key is not None)


@dataclass(slots=True, eq=False)
class _Container:
    node: Node | None = None
    date: datetime = _NO_DATE
    order: int = 0
    parent: _Container | None = None
    group: _Container | None = None  # union-find; None: it is the head of its group
    children: list[_Container] = field(default_factory=list)

    def head(self) -> _Container:
        item = self
        while item.group is not None:
            if item.group.group is not None:
                item.group = item.group.group
            item = item.group
        return item


def tree(items: Sequence[Node], *, subjects: bool = False) -> tuple[Tree, ...]:
    """Thread ``items`` (RFC 5256, REFERENCES). Roots and siblings are sorted by date.

    ``subjects`` adds step 5, gathering roots of one base subject. It glues unrelated mails that happen to be called
    "Invoice" together, so it is off unless asked for.
    """
    containers = _link(items)
    roots = _prune(containers)
    _sort(roots)
    if subjects:
        roots = _gather(roots)
        _sort(roots)
    return _freeze(roots)


def _link(items: Sequence[Node]) -> list[_Container]:
    ordered = sorted(items, key=lambda node: (_utc(node.date), isinstance(node.key, str), node.key))
    by_id: dict[str, _Container] = {}
    everything: list[_Container] = []

    def container(name: str) -> _Container:
        if (known := by_id.get(name)) is None:
            known = by_id[name] = _Container()
            everything.append(known)
        return known

    own: list[tuple[Node, _Container]] = []
    for order, node in enumerate(ordered):
        known = container(node.message_id) if node.message_id else None
        if known is None or known.node is not None:  # no id, or an id used twice: it stands for itself (step 1)
            known = _Container()
            everything.append(known)
        known.node, known.date, known.order = node, _utc(node.date), order
        own.append((node, known))
    for node, known in own:
        if node.references:
            _adopt(container(node.references[-1]), known)
    for node, _ in own:
        _chain([container(name) for name in node.references])
    return everything


def _chain(ancestors: list[_Container]) -> None:
    for parent, child in pairwise(ancestors):
        speaks_for_itself = child.node is not None and child.node.references
        if child.parent is None and not speaks_for_itself:
            _adopt(parent, child)


def _adopt(parent: _Container, child: _Container) -> None:
    if parent.head() is child.head():
        return  # it would be its own ancestor
    child.head().group = parent.head()
    child.parent = parent
    parent.children.append(child)


def _prune(containers: Iterable[_Container]) -> list[_Container]:
    """Step 3: a message moves up to its nearest ancestor that is there; alone under a placeholder it is the root."""
    roots: list[_Container] = []
    for top in (container for container in containers if container.parent is None):
        stack = [(top, child) for child in top.children]
        top.children = []
        while stack:
            anchor, item = stack.pop()
            below, item.children = item.children, []
            if item.node is not None:
                anchor.children.append(item)
                item.parent = anchor
                anchor = item
            stack.extend((anchor, child) for child in below)
        if top.node is not None or len(top.children) > 1:
            roots.append(top)
        elif top.children:
            top.children[0].parent = None
            roots.append(top.children[0])
    return roots


def _sort(roots: list[_Container]) -> None:
    """Steps 4 and 6. A placeholder has the date of its first child."""
    stack = list(roots)
    while stack:
        item = stack.pop()
        stack.extend(item.children)
        item.children.sort(key=_by_date)
    for root in roots:
        if root.node is None:
            root.date, root.order = root.children[0].date, root.children[0].order
    roots.sort(key=_by_date)


def _gather(roots: list[_Container]) -> list[_Container]:
    """Step 5: roots with one base subject come together."""
    table: dict[str, _Container] = {}
    for root in roots:
        if name := base_subject(_subject(root)).casefold():
            known = table.get(name)
            if known is None or _ranks_before(root, known):
                table[name] = root
    for root in roots:
        name = base_subject(_subject(root)).casefold()
        if name and table[name] is not root:
            table[name] = _merge(table[name], root)
    kept = dict.fromkeys([*roots, *table.values()])
    return [root for root in kept if root.parent is None and (root.node or root.children)]


def _ranks_before(root: _Container, known: _Container) -> bool:
    if root.node is None or known.node is None:
        return root.node is None and known.node is not None
    return _answers(known) and not _answers(root)


def _merge(known: _Container, root: _Container) -> _Container:
    if known.node is None and root.node is None:
        for child in root.children:
            child.parent = known
        known.children.extend(root.children)
        root.children = []
        return known
    if known.node is None or (root.node is not None and _answers(root) and not _answers(known)):
        root.parent = known
        known.children.append(root)
        return known
    both = _Container(children=[known, root], date=known.date, order=known.order)
    known.parent = root.parent = both
    return both


def _answers(item: _Container) -> bool:
    subject = _subject(item)
    return is_reply(subject) or is_forward(subject)


def _subject(item: _Container) -> str:
    node = item.node or item.children[0].node
    return node.subject if node else ""


def _freeze(roots: list[_Container]) -> tuple[Tree, ...]:
    """Copy into frozen values, children first, without recursion."""
    done: dict[int, Tree] = {}
    stack = [(root, False) for root in roots]
    while stack:
        item, ready = stack.pop()
        if ready:
            children = tuple(done.pop(id(child)) for child in item.children)
            done[id(item)] = Tree(item.node.key if item.node else None, children)
        else:
            stack.append((item, True))
            stack.extend((child, False) for child in item.children)
    return tuple(done[id(root)] for root in roots)


def _by_date(item: _Container) -> tuple[datetime, int]:
    return item.date, item.order


def _utc(date: datetime | None) -> datetime:
    if date is None:
        return _NO_DATE
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date

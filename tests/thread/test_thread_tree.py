from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from mailkit.thread import Node, Tree, partition, tree

Shape = tuple[object, list["Shape"]]


def at(minute: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


def node(
    key: int, references: str = "", *, minute: int | None = None, id: str | None = None, subject: str = ""
) -> Node:
    return Node(
        key, id or f"m{key}@x.example", tuple(f"{r}@x.example" for r in references.split()), subject, at(minute or key)
    )


def shape(trees: tuple[Tree, ...]) -> list[Shape]:
    return [(item.key, shape(item.children)) for item in trees]


def test_answers_hang_under_what_they_answer() -> None:
    items = [node(1), node(2, "m1"), node(3, "m1 m2"), node(4, "m1")]
    assert shape(tree(items)) == [(1, [(2, [(3, [])]), (4, [])])]


def test_roots_and_siblings_are_sorted_by_date_across_zones() -> None:
    zone = timezone(timedelta(hours=7))
    early = Node(9, "m9@x.example", ("m1@x.example",), "", datetime(2026, 1, 1, 7, 1, 30, tzinfo=zone))
    naive = Node(8, "m8@x.example", (), "", datetime(2025, 1, 1))
    assert shape(tree([node(2, "m1"), early, node(1), naive])) == [(8, []), (1, [(9, []), (2, [])])]


def test_a_missing_root_with_several_answers_is_a_placeholder() -> None:
    assert shape(tree([node(2, "gone"), node(3, "gone")])) == [(None, [(2, []), (3, [])])]


def test_a_missing_root_with_one_answer_vanishes() -> None:
    assert shape(tree([node(2, "gone"), node(3, "gone m2")])) == [(2, [(3, [])])]


def test_missing_messages_in_between_are_skipped() -> None:
    items = [node(1), node(4, "m1 gone1 gone2"), node(5, "m1 gone1 gone3")]
    assert shape(tree(items)) == [(1, [(4, []), (5, [])])]


def test_two_messages_with_one_id_are_two() -> None:
    assert shape(tree([node(1, id="a"), node(2, id="a")])) == [(1, []), (2, [])]


def test_messages_without_an_id_stand_alone_or_under_their_parent() -> None:
    assert shape(tree([node(1), Node(2, None, ("m1@x.example",), "", at(2)), Node(3, None, (), "", at(3))])) == [
        (1, [(2, [])]),
        (3, []),
    ]


def test_rings_are_broken() -> None:
    ring = [node(1, "m3"), node(2, "m1"), node(3, "m2")]
    (root,) = tree(ring)
    assert sorted(root.keys) == [1, 2, 3]  # type: ignore[type-var]
    assert shape(tree([node(1, "m1")])) == [(1, [])]


def test_what_a_message_says_of_itself_wins_over_what_others_say() -> None:
    items = [node(1), node(2), node(3, "m2"), node(4, "m1 m3")]
    assert shape(tree(items)) == [(1, []), (2, [(3, [(4, [])])])]


def test_subjects_are_gathered_only_when_asked() -> None:
    items = [node(1, subject="Invoice"), node(2, subject="Re: Invoice"), node(3, subject="Invoice")]
    assert shape(tree(items)) == [(1, []), (2, []), (3, [])]
    gathered = tree(items, subjects=True)
    assert len(gathered) == 1
    assert sorted(gathered[0].keys) == [1, 2, 3]  # type: ignore[type-var]


def test_gathering_puts_a_reply_under_the_message_even_if_it_came_first() -> None:
    items = [node(1, subject="Re: Offer"), node(2, subject="offer"), node(3, subject="")]
    assert shape(tree(items, subjects=True)) == [(2, [(1, [])]), (3, [])]


def test_gathering_joins_two_placeholders() -> None:
    items = [node(i, f"gone{i % 2}", subject="Re: Plan") for i in range(1, 5)]
    assert shape(tree(items, subjects=True)) == [(None, [(1, []), (2, []), (3, []), (4, [])])]


IDS = st.sampled_from([f"{c}@x.example" for c in "abcdefgh"])
NODES = st.lists(
    st.builds(
        lambda id, references, minute, subject: (id, tuple(references), minute, subject),
        st.none() | IDS,
        st.lists(IDS, max_size=5),
        st.integers(0, 5),
        st.sampled_from(["", "a", "Re: a", "b"]),
    ),
    max_size=9,
).map(lambda rows: [Node(i, id, refs, subject, at(minute)) for i, (id, refs, minute, subject) in enumerate(rows)])


@given(NODES, st.randoms(use_true_random=False), st.booleans())
def test_any_order_of_arrival_gives_the_same_tree_with_everybody_once(
    items: list[Node], rng: random.Random, subjects: bool
) -> None:
    shuffled = list(items)
    rng.shuffle(shuffled)
    trees = tree(items, subjects=subjects)
    assert shape(trees) == shape(tree(shuffled, subjects=subjects))
    assert sorted(key for item in trees for key in item.keys) == [item.key for item in items]  # type: ignore[type-var]


@given(NODES, st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_partition(items: list[Node], rng: random.Random) -> None:
    pairs = [(item.key, [item.message_id or f"none-{item.key}", *item.references]) for item in items]
    whole = partition(pairs)
    shuffled = list(pairs)
    rng.shuffle(shuffled)
    assert partition(shuffled) == whole
    assert sorted(key for group in whole for key in group) == sorted(item.key for item in items)  # type: ignore[type-var]
    assert {frozenset(group) for group in whole} == one_by_one(shuffled)


def one_by_one(pairs: list[tuple[int | str, list[str]]]) -> set[frozenset[int | str]]:
    """As a store does it: each arrival joins, and so merges, every thread that knows one of its ids."""
    threads: list[tuple[set[int | str], set[str]]] = []
    for key, ids in pairs:
        met = [thread for thread in threads if thread[1] & set(ids)]
        threads = [thread for thread in threads if thread not in met]
        threads.append(({key}.union(*(t[0] for t in met)), set(ids).union(*(t[1] for t in met))))
    return {frozenset(keys) for keys, _ in threads}


@given(NODES)
def test_a_tree_never_crosses_the_borders_of_the_partition(items: list[Node]) -> None:
    pairs = [(item.key, [item.message_id or f"none-{item.key}", *item.references]) for item in items]
    group_of = {key: number for number, group in enumerate(partition(pairs)) for key in group}
    for root in tree(items):
        assert len({group_of[key] for key in root.keys}) == 1


def test_a_chain_of_a_hundred_thousand_does_not_recurse_and_is_quick() -> None:
    count = 100_000
    items = [node(i, f"m{i - 1}" if i else "") for i in range(count)]
    random.Random(7).shuffle(items)
    start = time.process_time()
    (root,) = tree(items)
    assert root.keys == tuple(range(count))
    assert max(depth for depth, _ in root.walk()) == count - 1
    assert repr(root) == "Tree(key=0)"
    assert time.process_time() - start < 20


def test_placeholder_chains_and_wide_trees_stay_linear() -> None:
    start = time.process_time()
    gone = " ".join(f"gone{i}" for i in range(20_000))
    items = [node(1, gone), *[node(i, "gone19999") for i in range(2, 20_000)]]
    (root,) = tree(items)
    assert len(root.children) == 19_999
    pairs = [(i, [f"id{i}", f"id{i + 1}"]) for i in range(100_000)]
    assert len(partition(pairs)) == 1
    assert time.process_time() - start < 20

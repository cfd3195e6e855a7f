from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.message import parse
from mailkit.thread import Tree, node_of, own_ids, reference_keys, tree
from mailkit.words import Limits

CORPORA = os.environ.get("MAILKIT_CORPORA")


def mail(*headers: str) -> bytes:
    return "\r\n".join([*headers, "", "body", ""]).encode()


def test_own_id_then_in_reply_to_then_references_newest_first() -> None:
    message = parse(
        mail(
            "Message-ID: <own@a.example>",
            "In-Reply-To: <parent@a.example>",
            "References: <root@a.example>\r\n <middle@a.example> <parent@a.example>",
        )
    )
    assert reference_keys(message) == ("own@a.example", "parent@a.example", "middle@a.example", "root@a.example")


def test_the_id_from_before_a_server_replaced_it_counts() -> None:
    message = parse(
        mail(
            "Message-ID: <new@prod.example>",
            "X-Microsoft-Original-Message-ID: <old@a.example>",
            "References: <root@a.example>",
        )
    )
    assert own_ids(message) == ("new@prod.example", "old@a.example")
    assert reference_keys(message) == ("new@prod.example", "old@a.example", "root@a.example")


def test_an_id_that_a_server_broke_in_its_middle_is_joined() -> None:
    broken = parse(mail("Message-ID: <2@a.example>", "In-Reply-To: <1@a.exam ple>"))
    assert reference_keys(broken) == ("2@a.example", "1@a.example")
    assert node_of(broken, 1).references == ("1@a.example",)
    assert node_of(parse(mail("Message-ID: <1 @a.example>")), 1).message_id == "1@a.example"
    assert reference_keys(parse(mail("In-Reply-To: <no subject at all>"))) == ()


def test_the_address_of_somebody_who_takes_part_is_no_id() -> None:
    message = parse(
        mail(
            "From: Ann <ann@a.example>",
            "To: Bo <Bo@b.example>",
            "Cc: list@c.example",
            'In-Reply-To: Bo <bo@b.example> "Re: Offer" (Sep 25)',
            "References: <bo@b.example> <root@b.example> <list@c.example>",
        )
    )
    assert reference_keys(message) == ("root@b.example",)
    assert node_of(message, 1).references == ("root@b.example",)


def test_an_address_that_is_the_only_id_is_one() -> None:
    """A help desk may give a message the id that answers to it go to."""
    message = parse(mail("From: ann@a.example", "To: case-7@desk.example", "In-Reply-To: <case-7@desk.example>"))
    assert reference_keys(message) == ("case-7@desk.example",)
    assert node_of(message, 1).references == ("case-7@desk.example",)


def test_a_message_without_ids_has_no_keys() -> None:
    assert reference_keys(parse(b"Subject: x\r\n\r\n")) == ()


def test_huge_reference_lists_are_bounded_and_keep_the_newest_and_the_root() -> None:
    references = " ".join(f"<r{i}@a.example>" for i in range(3000))
    message = parse(mail("Message-ID: <own@a.example>", f"References: {references}"))
    keys = reference_keys(message, Limits(references=50))
    assert len(keys) == 50
    assert keys[0] == "own@a.example"
    assert keys[-1] == "r0@a.example"
    assert reference_keys(message, Limits(references=1)) == ("own@a.example",)
    node = node_of(message, 1, limits=Limits(references=50))
    assert len(node.references) == 50
    assert node.references[0] == "r0@a.example"


def test_ids_longer_than_a_line_are_dropped() -> None:
    assert reference_keys(parse(mail("References: <" + "x" * 5000 + "@a.example> <y@a.example>"))) == ("y@a.example",)


@given(st.binary(max_size=400))
def test_any_bytes_give_clean_keys(value: bytes) -> None:
    keys = reference_keys(parse(b"References: " + value + b"\r\nMessage-ID: " + value + b"\r\n\r\n"))
    assert len(keys) == len(set(keys)) <= Limits().references
    for key in keys:
        assert key.isprintable()
        assert not any(c.isspace() for c in key)


def test_a_node_has_the_date_of_arrival_if_the_mail_has_none() -> None:
    arrived = datetime(2026, 5, 1, tzinfo=UTC)
    assert node_of(parse(mail("In-Reply-To: <a@a.example> <b@a.example>")), 1, date=arrived).date == arrived
    assert node_of(parse(mail("In-Reply-To: <a@a.example> <b@a.example>")), 1).references == ("a@a.example",)


def corpus_cases() -> list[Path]:
    return sorted((Path(CORPORA) / "thread").glob("*.json")) if CORPORA else []


@pytest.mark.skipif(not CORPORA, reason="MAILKIT_CORPORA is not set: no thread corpus to compare with")
@pytest.mark.parametrize("path", corpus_cases(), ids=lambda path: path.stem)
def test_corpus_trees(path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    for expected in case["expected"]:
        nodes = [
            node_of(
                parse((path.parent / item["file"]).read_bytes()),
                item["message"],
                date=datetime.fromisoformat(item["received"]),
            )
            for item in case["messages"]
            if item["message"] in expected["present"]
        ]
        assert as_json(tree(nodes, subjects=True)) == expected["tree"]


def as_json(trees: tuple[Tree, ...]) -> list[dict[str, object]]:
    return [{"message": item.key, "children": as_json(item.children)} for item in trees]

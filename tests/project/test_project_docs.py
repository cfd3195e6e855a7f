"""The documentation is true: its code runs, its commands exist."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from mailkit import MailKit
from support.pages import ROOT, lend, lent, pages, read_blocks

EXECUTED = [page for page in pages() if "```python" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_code_of_the_page_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """All Python blocks of a page, in order, in one namespace, in an empty directory."""
    shown = lent(page.read_text("utf-8"))
    real = request.getfixturevalue("postgres_url") if shown else None
    monkeypatch.chdir(tmp_path)
    with patch.dict(os.environ):  # what a page sets is unset after it
        _run(page, lambda code: lend(code, shown, real) if shown and real else code)


def _run(page: Path, lending: Callable[[str], str]) -> None:
    namespace: dict[str, object] = {"__name__": "__page__"}
    for block in read_blocks(page.read_text("utf-8")):
        if block.language == "python" and not block.reason:
            code = "\n" * (block.line - 1) + lending(block.code)
            exec(compile(code, str(page), "exec", dont_inherit=True), namespace)


def _named(page: Path) -> set[str]:
    """The attributes of a MailKit that a page speaks of: ``kit.outbox.enqueue`` …"""
    return set(re.findall(r"\bkit\.([a-z_]+(?:\.[a-z_]+)*)", page.read_text("utf-8")))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_of_a_kit_exists(page: Path, tmp_path: Path) -> None:
    with MailKit(f"sqlite:///{tmp_path}/mail.db") as kit:
        missing = {name for name in _named(page) if not _has(kit, name.split("."))}
    assert missing == set()


def _has(thing: object, names: list[str]) -> bool:
    for name in names[:2]:  # what lies deeper is a result's, not the kit's
        if not hasattr(thing, name):
            return False
        thing = getattr(thing, name)
    return True


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    named = set(re.findall(r"`((?:tests|tools|src|docs|examples|benchmarks)/[\w./-]+)`", page.read_text("utf-8")))
    assert {name for name in named if not (ROOT / name).exists() and "/<" not in name} == set()


def test_blocks_that_are_not_run_are_few_and_say_why() -> None:
    every = (block for page in pages() for block in read_blocks(page.read_text("utf-8")))
    blocks = [block for block in every if block.language == "python"]
    left_out = [block for block in blocks if block.reason]
    assert len(left_out) <= len(blocks) // 40
    assert all(len(b.reason) > 10 for b in left_out)


def test_the_reader_of_pages_finds_blocks_setup_and_reasons() -> None:
    text = (
        "# T\n\n<!-- setup\nx = 1\n-->\n\n```python\nassert x == 1\n```\n\n"
        "<!-- not run: needs a server -->\n```python\ny\n```\n"
    )
    blocks = list(read_blocks(text))
    assert [(b.code, b.setup, b.reason) for b in blocks] == [
        ("x = 1\n", True, ""),
        ("assert x == 1\n", False, ""),
        ("y\n", False, "needs a server"),
    ]
    assert [text.splitlines()[b.line - 1] for b in blocks] == ["x = 1", "assert x == 1", "y"]


def test_a_page_is_lent_a_database() -> None:
    text = "<!-- postgresql: postgresql+psycopg://acme@db/acme -->\n"
    shown, real = lent(text), "postgresql+psycopg://postgres@127.0.0.1:5/fresh"
    assert shown is not None
    assert lent("none") is None
    assert lend(f"a('{shown}?x=1')", shown, real) == f"a('{real}?x=1')"
    assert lend("b('postgresql://acme@db/acme')", shown, real) == "b('postgresql://postgres@127.0.0.1:5/fresh')"


def test_an_open_block_is_an_error() -> None:
    with pytest.raises(ValueError, match="never closed"):
        list(read_blocks("```python\nx = 1\n"))

"""The documentation is true: its code runs, its commands exist."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _shared() -> ModuleType:
    """The neighbouring conftest as a module: collection needs its list of pages before fixtures exist."""
    name = "mailkit_project_pages"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("conftest.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


shared = _shared()
EXECUTED = [page for page in shared.pages() if "```python" in page.read_text("utf-8")]


@pytest.mark.parametrize("page", EXECUTED, ids=lambda page: str(page.relative_to(shared.ROOT)))
def test_the_code_of_the_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All Python blocks of a page, in order, in one namespace, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__page__"}
    for block in shared.read_blocks(page.read_text("utf-8")):
        if block.language == "python" and not block.reason:
            code = compile("\n" * (block.line - 1) + block.code, str(page), "exec", dont_inherit=True)
            exec(code, namespace)


def test_blocks_that_are_not_run_are_few_and_say_why() -> None:
    every = (block for page in shared.pages() for block in shared.read_blocks(page.read_text("utf-8")))
    blocks = [block for block in every if block.language == "python"]
    left_out = [block for block in blocks if block.reason]
    assert len(left_out) <= len(blocks) // 5
    assert all(len(b.reason) > 10 for b in left_out)


def test_the_reader_of_pages_finds_blocks_setup_and_reasons() -> None:
    text = (
        "# T\n\n<!-- setup\nx = 1\n-->\n\n```python\nassert x == 1\n```\n\n"
        "<!-- not run: needs a server -->\n```python\ny\n```\n"
    )
    blocks = list(shared.read_blocks(text))
    assert [(b.code, b.setup, b.reason) for b in blocks] == [
        ("x = 1\n", True, ""),
        ("assert x == 1\n", False, ""),
        ("y\n", False, "needs a server"),
    ]
    assert [text.splitlines()[b.line - 1] for b in blocks] == ["x = 1", "assert x == 1", "y"]


def test_an_open_block_is_an_error() -> None:
    with pytest.raises(ValueError, match="never closed"):
        list(shared.read_blocks("```python\nx = 1\n"))

"""The pages and the hints speak of commands that exist, with options that they have."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from mailkit.cli.app import app
from mailkit.cli.codes import MEANING
from support.pages import ROOT, pages, read_blocks

COMMAND = typer.main.get_command(app)


def _tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"mailkit_tool_{name}", ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _mentions(text: str) -> Iterator[str]:
    """Command lines in console blocks, and those in code spans."""
    for block in read_blocks(text):
        if block.language == "console":
            yield from (line[2:] for line in block.code.splitlines() if line.startswith("$ mailkit "))
    yield from re.findall(r"`(mailkit [a-z-][^`\n]*)`", text)


def _resolve(line: str) -> str | None:
    """What is wrong with a command line, or None."""
    command, options = COMMAND, []
    words = line.partition("#")[0].split()[1:]
    takes_value = {name for one in COMMAND.params if not getattr(one, "is_flag", False) for name in one.opts}
    at = 0
    while at < len(words):
        word = words[at]
        if word.startswith("-"):
            options.append((command, word.partition("=")[0]))
            at += 2 if command is COMMAND and word in takes_value else 1
            continue
        children = getattr(command, "commands", None)
        if children is None:
            break
        if word not in children:
            return f"there is no command {word!r}"
        command = children[word]
        at += 1
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help", "-h"}
    known |= {name for one in COMMAND.params for name in one.opts}
    unknown = [name for word in words if (name := word.partition("=")[0]).startswith("-") and name not in known]
    return f"unknown options {unknown}" if unknown else None


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_a_page_names_exist(page: Path) -> None:
    wrong = {line: why for line in _mentions(page.read_text("utf-8")) if (why := _resolve(line))}
    assert wrong == {}


def test_commands_that_hints_and_docstrings_name_exist(root: Path) -> None:
    wrong = {}
    for path in sorted((root / "src").rglob("*.py")):
        for line in re.findall(r"`(mailkit [a-z-][^`\n]*)`", path.read_text("utf-8")):
            if why := _resolve(line):
                wrong[f"{path.name}: {line}"] = why
    assert wrong == {}


def test_the_page_of_the_command_line_is_up_to_date() -> None:
    tool = _tool("clidoc")
    assert tool.PAGE.read_text("utf-8") == tool.page(), "run python tools/clidoc.py"


def test_exit_codes_are_on_the_page(root: Path) -> None:
    text = (root / "docs" / "reference" / "cli.md").read_text("utf-8")
    assert [code for code, meaning in MEANING.items() if f"| {code.value} | {meaning} |" not in text] == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("mailkit sync support", None),
        ("mailkit --database sqlite:///mail.db threads --json", None),
        ("mailkit account list", None),
        ("mailkit conquer", "there is no command 'conquer'"),
        ("mailkit account conquer", "there is no command 'conquer'"),
        ("mailkit threads --wrong", "unknown options ['--wrong']"),
    ],
)
def test_the_check_of_command_lines_sees_what_is_wrong(line: str, why: str | None) -> None:
    assert _resolve(line) == why

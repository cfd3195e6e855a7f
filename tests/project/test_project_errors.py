"""Every error has a stable code, a hint, a place in the drawing and a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailkit import errors
from mailkit.errors import MailkitError


def _tree(cls: type[MailkitError]) -> Iterator[type[MailkitError]]:
    yield cls
    for sub in cls.__subclasses__():
        if sub.__module__ == errors.__name__:
            yield from _tree(sub)


ERRORS = list(_tree(MailkitError))


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
def test_the_error_has_a_page_that_says_what_happened_and_what_to_do(cls: type[MailkitError], root: Path) -> None:
    text = (root / "docs" / "reference" / "errors" / f"{cls.code}.md").read_text("utf-8")
    assert text.startswith(f"# {cls.__name__}\n")
    assert f"`{cls.code}`" in text
    assert f"`retryable` is {str(cls.retryable).lower()}" in text
    for heading in ("## What happened", "## What to do"):
        body = text.partition(heading)[2].partition("\n## ")[0]
        assert len(body.split()) >= 8, f"{heading} of {cls.code} says too little"


def test_codes_are_unique_and_are_words() -> None:
    codes = [cls.code for cls in ERRORS]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_every_error_is_drawn_in_the_tree_at_the_top_of_its_file() -> None:
    assert errors.__doc__ is not None
    missing = [cls.__name__ for cls in ERRORS if not re.search(rf"\b{cls.__name__}\b", errors.__doc__)]
    assert missing == []


def test_no_page_without_an_error_and_each_is_in_the_index(root: Path) -> None:
    directory = root / "docs" / "reference" / "errors"
    codes = {cls.code for cls in ERRORS}
    assert {page.stem for page in directory.glob("*.md")} - {"index"} == codes
    index = (directory / "index.md").read_text("utf-8")
    assert [code for code in sorted(codes) if f"({code}.md)" not in index] == []


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
def test_the_hint_is_a_sentence(cls: type[MailkitError]) -> None:
    hint = cls.default_hint
    assert hint.strip() == hint
    assert hint.endswith(".")

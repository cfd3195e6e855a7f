"""The reader compiled by mypyc reads what the interpreted one reads. Built here, where there is a C compiler."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import importlib.util
import os
import pickle
import random
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailkit.message import parse
from mailkit.testing.samples import generate
from mailkit.words import Limits
from support.compiled import CannotBuild, build, compiled_names, importing
from support.plain import every_value

Read = Callable[[bytes], list[object]]
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
pytestmark = pytest.mark.timeout(900)  # the first run of a state of the source builds it


def interpreted(raw: bytes, limits: Limits = Limits()) -> list[object]:  # noqa: B008 - frozen
    return every_value(parse(raw, limits))


@pytest.fixture(scope="session")
def place() -> Path:
    try:
        return build()
    except CannotBuild as error:
        pytest.skip(f"the compiled reader is not built: {error}")


@pytest.fixture(scope="session")
def compiled(place: Path) -> Read:
    """The same job, done by the compiled reader."""
    with importing(place, "support.plain"):
        reader = importlib.import_module("mailkit.message")
        words = importlib.import_module("mailkit.words")
        values = importlib.import_module("support.plain").every_value
        for name in compiled_names():
            assert str(importlib.import_module(name).__file__).endswith(tuple(EXTENSION_SUFFIXES))

    def read(raw: bytes, limits: Limits | None = None) -> list[object]:
        given = words.Limits() if limits is None else words.Limits(**{n: getattr(limits, n) for n in _bounds(limits)})
        found: list[object] = values(reader.parse(raw, given))
        return found

    return read


def _bounds(limits: Limits) -> Iterator[str]:
    return (name for name in Limits.__dataclass_fields__ if hasattr(limits, name))


def _script(name: str) -> object:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(name, module)
    spec.loader.exec_module(module)
    return module


mails = _script("mails")


def damaged(raw: bytes, seed: int) -> bytes:
    """A copy with pieces cut out, doubled or overwritten; one seed always gives the same."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(raw) + 1)
        end = min(len(raw), at + chance.randrange(120))
        piece = chance.choice(
            (b"", raw[at:end] * 2, chance.randbytes(3), b"\r", b"\n", b"\r\n\r\n", b"=?utf-8?q?=C3?=")
        )
        raw = raw[:at] + piece + raw[end:]
    return raw[: chance.randrange(len(raw) + 1)] if seed % 7 == 0 else raw


def test_whole_and_damaged_mails_are_read_the_same(compiled: Read, real_mails: list[bytes]) -> None:
    seeded: list[bytes] = mails.seeded(120)  # type: ignore[attr-defined]
    samples = [sample.raw for sample in generate(5).mails]
    for number, raw in enumerate([*real_mails, *seeded, *samples]):
        assert compiled(raw) == interpreted(raw)
        for again in range(3):
            data = damaged(raw[:40_000], number * 10 + again)
            assert compiled(data) == interpreted(data)


def test_the_corpora_are_read_the_same(compiled: Read, corpora: Path) -> None:
    files = [path for path in sorted(corpora.rglob("*")) if path.suffix in (".eml", ".txt") and path.is_file()]
    assert files
    step = 1 if os.environ.get("MAILKIT_SWEEP") == "full" else 4
    for number, path in enumerate(files[::step]):
        raw = path.read_bytes()[:200_000]
        for data in (raw, damaged(raw, number), damaged(raw, number + 10_000)):
            assert compiled(data) == interpreted(data), path


@settings(max_examples=150)
@given(raw=st.binary(max_size=300))
def test_any_bytes_are_read_the_same(compiled: Read, raw: bytes) -> None:
    assert compiled(raw) == interpreted(raw)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(depth=1), Limits(parts=2), Limits(headers=3), Limits(header_bytes=40), Limits(headers_bytes=120),
        Limits(addresses=1), Limits(references=2), Limits(params=1), Limits(decoded_bytes=900), Limits(line_bytes=50),
        Limits(message_bytes=100),
    ],
)  # fmt: skip
def test_limits_are_kept_the_same(
    compiled: Callable[[bytes, Limits], list[object]], real_mails: list[bytes], limits: Limits
) -> None:
    for raw in real_mails:
        assert compiled(raw, limits) == interpreted(raw, limits)


def test_values_are_frozen_copied_and_pickled(place: Path, real_mails: list[bytes]) -> None:
    with importing(place):
        message = importlib.import_module("mailkit.message").parse(b"no field\n" + real_mails[0] + b"\xff")
        values = [message.from_[0], message.headers[0], message.defects[0]]
        for value in values:
            assert pickle.loads(pickle.dumps(value)) == copy.copy(value) == copy.deepcopy(value) == value
            assert hash(copy.copy(value)) == hash(value)
            assert dataclasses.replace(value) == value
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(value, dataclasses.fields(value)[0].name, "x")


def test_text_is_refused_by_both(place: Path) -> None:
    with importing(place):
        reader = importlib.import_module("mailkit.message")
        with pytest.raises(TypeError, match="raw bytes"):
            reader.parse("From: a@b.example")
    with pytest.raises(TypeError, match="raw bytes"):
        parse("From: a@b.example")  # type: ignore[arg-type]

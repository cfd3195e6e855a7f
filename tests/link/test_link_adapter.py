"""Adapters made of functions, adapters found by entry point, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.link.conftest import BO, CONTACT, DEAL, Crm, Desk, Mail, claim, run

from mailkit.errors import ConfigError
from mailkit.link.adapter import CrmAdapter, FunctionAdapter, Note, Query, RecordPattern, load_adapters
from mailkit.link.jobs import run_attach, run_find
from mailkit.words import Candidate, Evidence, Record


def made(shown: list[tuple[Record, str]]) -> FunctionAdapter:
    def find(query: Query) -> list[Candidate]:
        known = [CONTACT] if BO in query.addresses else []
        return [Candidate(one, 0.6, (Evidence("address", BO, 0.6),)) for one in known]

    def attach(record: Record, note: Note) -> str:
        shown.append((record, note.key))
        return str(len(shown))

    patterns = (RecordPattern("deal", r"\b(D-\d{1,6})\b"),)
    return FunctionAdapter(system="crm", on_find=find, on_attach=attach, patterns=patterns)


def test_an_adapter_made_of_functions(desk: Desk) -> None:
    shown: list[tuple[Record, str]] = []
    adapter = made(shown)
    assert isinstance(adapter, CrmAdapter)
    assert adapter.url(DEAL) is None
    desk.arrive(Mail("a@x.example", subject="D-204"))
    found = run_find(desk.store, [adapter], claim(desk, "find"))
    assert found is not None
    assert found.chosen == (DEAL, CONTACT)
    assert [run_attach(desk.store, [adapter], claim(desk, "attach")) for _ in range(2)] == ["1", "2"]
    assert sorted(shown) == [(CONTACT, "a@x.example"), (DEAL, "a@x.example")]


def install(directory: Path, points: str, code: str) -> None:
    """An installed package, as far as importlib.metadata looks."""
    (directory / "acme_mail.py").write_text(code)
    info = directory / "acme_mail-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-mail\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[mailkit.adapters]\n{points}\n")


CODE = """
class Crm:
    patterns = ()
    def __init__(self, system="acme"):
        self.system = system
    def find(self, query): return []
    def attach(self, record, note): return "1"
    def url(self, record): return None

class NoAdapter:
    pass

def broken():
    raise RuntimeError("no licence")

ready = Crm("ready")
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = "\n".join(f"{name} = acme_mail:{name}" for name in ("Crm", "ready", "broken", "NoAdapter", "missing"))
    install(tmp_path, points, CODE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_mail", raising=False)


@pytest.mark.usefixtures("installed")
def test_adapters_are_found_by_entry_point() -> None:
    assert [one.system for one in load_adapters(["ready", "Crm"])] == ["acme", "ready"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody", "No installed package offers the adapter 'nobody'"),
        ("broken", "'broken' cannot be loaded: RuntimeError: no licence"),
        ("missing", "'missing' cannot be loaded: AttributeError"),
        ("NoAdapter", "'NoAdapter' names is no adapter"),
    ],
)
def test_what_cannot_be_an_adapter_is_said(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_adapters([name])


def test_where_nothing_is_installed_there_are_no_adapters() -> None:
    assert load_adapters([]) == ()


def test_an_adapter_that_exits_the_process_is_not_caught(desk: Desk) -> None:
    desk.arrive(Mail("a@x.example"))
    job = claim(desk, "find")

    def find(query: Query) -> list[Candidate]:
        raise KeyboardInterrupt

    crm = Crm()
    crm.find = find  # type: ignore[method-assign]
    desk.crm = crm
    with pytest.raises(KeyboardInterrupt):
        run(desk, job)


def test_the_pure_modules_load_no_database_and_no_network() -> None:
    code = (
        "import sys, mailkit.link.adapter, mailkit.link.patterns, mailkit.link.rules, mailkit.link.signals,"
        " mailkit.link.codec; print([name for name in ('sqlalchemy', 'socket', 'asyncio', 'ssl', 'sqlite3')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"

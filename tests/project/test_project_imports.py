"""What an import costs, and the tool that measures it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def _run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_the_everyday_names_load_no_database_no_network_and_no_html(root: Path) -> None:
    tool = str(root / "tools")
    code = f"import sys; sys.path.insert(0, {tool!r}); import importtime; print(importtime.loaded())"
    assert _run(code).strip() == "[]"


def test_the_tool_sees_what_is_loaded(root: Path) -> None:
    tool = str(root / "tools")
    code = (
        f"import sys; sys.path.insert(0, {tool!r}); import importtime; "
        "importtime.OURS = 'import sqlalchemy'; print(importtime.loaded())"
    )
    assert _run(code).strip() == "['sqlalchemy']"


def test_importing_mailkit_alone_loads_none_of_its_rooms() -> None:
    code = "import mailkit, sys; print(sorted(m for m in sys.modules if m.startswith('mailkit.')))"
    assert _run(code).strip() == "['mailkit._version']"


def test_an_unknown_name_is_an_attribute_error() -> None:
    code = "import mailkit\ntry:\n    mailkit.Mailkit\nexcept AttributeError as error:\n    print(error)"
    assert "no attribute 'Mailkit'" in _run(code)

"""The reader compiled by mypyc, as the optional build makes it, imported beside the interpreted one.

It is built in a copy of the source, once for each state of the source, and kept in ``.cache/``.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

__all__ = ["CannotBuild", "build", "compiled_names", "importing"]

ROOT = Path(__file__).resolve().parents[2]


class CannotBuild(Exception):
    """What the build needs is not here; the message says what."""


def compiled_names() -> tuple[str, ...]:
    """The modules that the optional build compiles."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    files: list[str] = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["mypyc"]["include"]
    return tuple(file.removeprefix("src/").removesuffix(".py").replace("/", ".") for file in files)


def build(cache: Path = ROOT / ".cache") -> Path:
    """The directory that holds the package with its compiled modules.

    Raises:
        CannotBuild: there is no C compiler, no header files of Python, or no mypyc.
        subprocess.CalledProcessError: the build fails; its words are in ``output``.
    """
    _look_for_tools()
    made = cache / "compiled" / _state()
    if not made.exists():
        made.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=made.parent) as home:
            wheel = _wheel(Path(home))
            place = Path(home) / "place"
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(place)
            if not made.exists():  # another process may have been quicker
                place.replace(made)
    return made


def _look_for_tools() -> None:
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if shutil.which(compiler) is None:
        raise CannotBuild(f"there is no C compiler ({compiler})")
    if not (Path(sysconfig.get_paths()["include"]) / "Python.h").exists():
        raise CannotBuild("the header files of Python are not installed")
    for name in ("hatchling", "hatch_mypyc", "mypyc"):
        if importlib.util.find_spec(name) is None:
            raise CannotBuild(f"{name} is not installed")


def _state() -> str:
    """A name for this source, this interpreter, and this compiler."""
    digest = hashlib.sha256(f"{sys.version} {importlib.import_module('mypy.version').__version__}".encode())
    for path in (
        ROOT / "pyproject.toml",
        ROOT / "src/mailkit/words.py",
        *sorted(ROOT.glob("src/mailkit/message/*.py")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _wheel(home: Path) -> Path:
    # A copy: the build puts pyproject.toml out of the way for a moment, which other tests read.
    copy = home / "source"
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(home / "wheels")]
    environment = {**os.environ, "HATCH_BUILD_HOOK_ENABLE_MYPYC": "true"}
    subprocess.run(
        command, cwd=copy, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return next((home / "wheels").glob("*.whl"))


_imported: dict[Path, dict[str, ModuleType]] = {}


@contextmanager
def importing(place: Path, *others: str) -> Iterator[None]:
    """Within it, ``mailkit`` and the modules named are imported from ``place``; afterwards nothing is changed, and what
    was imported works on. A second time they are the same ones: compiled modules are made once in a process."""

    def ours() -> dict[str, ModuleType]:
        found = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "mailkit"}
        return found | {name: sys.modules[name] for name in others if name in sys.modules}

    before = ours()
    for name in before:
        del sys.modules[name]
    sys.modules.update(_imported.setdefault(place, {}))
    sys.path.insert(0, str(place))
    try:
        yield
    finally:
        sys.path.remove(str(place))
        _imported[place].update(ours())
        for name in ours():
            del sys.modules[name]
        sys.modules.update(before)

"""Get Debian's packages and unpack them, each server into a tree of its own. Nothing is installed.

``apt-get`` runs with state and cache directories below ``.servers/apt``, so that an ordinary user can do it, and that
the machine's package lists, locks and caches stay as they are. apt itself says which packages a server needs that the
machine lacks (a simulated installation), fetches them and verifies their signatures; ``dpkg-deb -x`` unpacks.
Maintainer scripts never run. Standard library only.
"""

from __future__ import annotations

import fcntl
import fnmatch
import json
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.servers.catalogue import TREES, Server

STAMP = "unpacked.json"
_URI = re.compile(r"^'[^']+' ([^_\s]+)_\S+\.deb \d+", re.MULTILINE)


class FetchError(Exception):
    """The packages cannot be had; the text says why and what to do."""


def unpacked(server: Server) -> Path | None:
    """The server's tree if it is complete and made from this entry of the catalogue."""
    tree = TREES / server.name
    try:
        stamp = json.loads((tree / STAMP).read_text())
    except (OSError, ValueError):
        return None
    return tree if stamp.get("asked") == list(server.packages) and stamp.get("release") == _release() else None


def packages(server: Server) -> dict[str, str]:
    """The unpacked packages and their versions; nothing where there is no tree."""
    tree = unpacked(server)
    if tree is None:
        return {}
    stamp = json.loads((tree / STAMP).read_text())
    return {str(name): str(version) for name, version in stamp["packages"].items()}


def fetch(server: Server) -> Path:
    """The server's tree, made if it is not there. Raises FetchError. Several processes may ask at once."""
    tree = unpacked(server)
    if tree is not None:
        return tree
    _check_machine()
    TREES.mkdir(exist_ok=True)
    with _lock():
        return unpacked(server) or _make(server)


def _make(server: Server) -> Path:
    apt = _Apt(TREES / "apt", without=f"{server.name}*")
    apt.update()
    names = [name for name in apt.needed(server.packages) if not _matches(name, server.without)]
    for interrupted in TREES.glob(f"{server.name}-*"):
        shutil.rmtree(interrupted)
    with tempfile.TemporaryDirectory(prefix=f"{server.name}-", dir=TREES) as place:
        archives = apt.download(names, Path(place))
        tree = Path(place) / "tree"
        for archive in archives:
            _run(["dpkg-deb", "-x", str(archive), str(tree)])
        versions = dict(_run(["dpkg-deb", "-W", str(archive)]).split() for archive in archives)
        stamp = {"asked": list(server.packages), "release": _release(), "packages": versions}
        (tree / STAMP).write_text(json.dumps(stamp, indent=1, sort_keys=True) + "\n")
        for link in ("bin", "sbin", "lib", "lib64"):
            _merge(tree, link)
        tree.chmod(0o755)
        final = TREES / server.name
        shutil.rmtree(final, ignore_errors=True)
        tree.rename(final)
    return final


def _merge(tree: Path, name: str) -> None:
    """Packages that still ship /lib or /bin: their files belong below /usr, where the machine's links lead."""
    old = tree / name
    if old.is_dir() and not old.is_symlink():
        shutil.copytree(old, tree / "usr" / name, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(old)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


class _Apt:
    """apt-get with all its state in a directory of ours.

    What is installed it reads from a copy of dpkg's list, in which packages named like ``without`` are missing: a
    tree is complete even where the machine has the server itself.
    """

    def __init__(self, home: Path, without: str) -> None:
        for part in ("state/lists/partial", "cache/archives/partial"):
            (home / part).mkdir(parents=True, exist_ok=True)
        self._fresh = home / "updated"
        (home / "status").write_text(_status(without))
        options = {
            "Dir::State": home / "state",
            "Dir::State::status": home / "status",
            "Dir::Cache": home / "cache",
            "Dir::Log": home,
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": _me(),
        }
        self._command = ["apt-get", "-q", *(f"-o{name}={value}" for name, value in options.items())]

    def update(self) -> None:
        """Read the archive's lists once; a tree that is made later reads them again when they are a day old."""
        if self._fresh.exists() and self._fresh.stat().st_mtime > time.time() - 86_400:
            return
        _run([*self._command, "update"])
        self._fresh.touch()

    def needed(self, names: tuple[str, ...]) -> list[str]:
        """The packages, and those that they need and the machine lacks."""
        listing = self._checked("install", "--yes", "--print-uris", *names)
        return list(dict.fromkeys(_URI.findall(listing)))

    def download(self, names: list[str], place: Path) -> list[Path]:
        """The verified archives, in the order of the names."""
        self._checked("download", *names, cwd=place)
        return sorted(place.glob("*.deb"))

    def _checked(self, *words: str, cwd: Path | None = None) -> str:
        """Run a command that reads the lists. If it fails, they may be old or incomplete: next time they are new."""
        try:
            return _run([*self._command, *words], cwd=cwd)
        except FetchError:
            self._fresh.unlink(missing_ok=True)
            raise


def _status(without: str) -> str:
    """dpkg's list of packages, less those whose names match."""
    stanzas = Path("/var/lib/dpkg/status").read_text(encoding="utf-8", errors="replace").split("\n\n")
    names = (stanza.partition("\n")[0].removeprefix("Package: ") for stanza in stanzas)
    kept = (stanza for stanza, name in zip(stanzas, names, strict=True) if not _matches(name, (without,)))
    return "\n\n".join(kept)


def _check_machine() -> None:
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise FetchError(f"this machine has no {tool}; only Debian and its relatives can unpack test servers")


def _release() -> str:
    """The system's name and version: libraries of one release do not fit another."""
    try:
        lines = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return "unknown"
    values = dict(line.partition("=")[::2] for line in lines if "=" in line)
    return f"{values.get('ID', '')} {values.get('VERSION_ID', '')}".replace('"', "")


def _me() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


@contextmanager
def _lock() -> Iterator[None]:
    with (TREES / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _run(command: list[str], cwd: Path | None = None) -> str:
    environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines()[-3:]
        verb = " ".join(word for word in command[:2] if not word.startswith("-o"))
        raise FetchError(f"{verb} failed ({done.returncode}): {' / '.join(words)}")
    return done.stdout

"""Install the core in a fresh environment and count: packages and megabytes.

The core is ``mailkit-sdk`` without extras. mailkit itself is counted; pip is not. Exit code 1 when the bounds are
passed: 24 packages, 60 MB.

Usage: ``python tools/footprint.py``; needs a package registry.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

PACKAGES = 24
MEGABYTES = 60
ROOT = Path(__file__).resolve().parents[1]
TOOLS = {"pip", "setuptools", "wheel"}


def install(directory: Path) -> Path:
    """Install the core in a new environment below the directory; returns its interpreter."""
    venv.create(directory, with_pip=True)
    python = directory / "bin" / "python"
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", str(ROOT)], check=True)
    return python


def packages(python: Path) -> list[tuple[str, str]]:
    """Names and versions of what is installed, tools of the environment left out."""
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "list", "--format=json"]
    listed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return sorted((item["name"], item["version"]) for item in listed if item["name"].lower() not in TOOLS)


def megabytes(directory: Path) -> float:
    """Size of the installed files without the tools of the environment and without compiled caches."""
    paths = {"base": str(directory), "platbase": str(directory)}
    site = Path(sysconfig.get_path("purelib", vars=paths))
    total = 0
    for path in site.rglob("*"):
        top = path.relative_to(site).parts[0].split("-")[0].lower()
        if path.is_file() and top not in TOOLS | {"_distutils_hack", "pkg_resources"} and path.suffix != ".pyc":
            total += path.stat().st_size
    return total / 1_000_000


def main() -> int:
    """Install, count, print; 1 when a bound is passed."""
    with tempfile.TemporaryDirectory() as place:
        found = packages(install(Path(place)))
        size = megabytes(Path(place))
    for name, version in found:
        print(f"  {name} {version}")
    print(f"core install: {len(found)} packages (bound {PACKAGES}), {size:.1f} MB (bound {MEGABYTES})")
    return 0 if len(found) <= PACKAGES and size <= MEGABYTES else 1


if __name__ == "__main__":
    sys.exit(main())

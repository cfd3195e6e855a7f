"""The command ``tools/servers.py``: get the servers that the tests run.

python3 tools/servers.py            all that are missing
python3 tools/servers.py dovecot    some of them
python3 tools/servers.py --list     what is there, with versions
python3 tools/servers.py --quiet    say only what is missing; never fail (before the tests, which tell it themselves)

Standard library only: it runs before there is a virtual environment.
"""

from __future__ import annotations

import argparse
import sys
import time

from support.servers.catalogue import SERVERS
from support.servers.fetch import FetchError, fetch, packages, unpacked


def main() -> int:
    """The exit code: 0, or 1 if a server that was asked for cannot be had."""
    parser = argparse.ArgumentParser(description="Get the servers that the tests run, unpacked, not installed.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(SERVERS)}; all that are missing if none is given"
    )
    parser.add_argument("--list", action="store_true", help="only tell what is there")
    parser.add_argument("--quiet", action="store_true", help="tell only what cannot be had, and exit with 0")
    asked = parser.parse_args()
    names = list(dict.fromkeys(asked.names)) or [name for name in SERVERS if not _take_installed(name)]
    unknown = [name for name in names if name not in SERVERS]
    if unknown:
        parser.error(f"no server {', '.join(unknown)} in tests/support/servers/catalogue.py")
    if asked.list:
        for name in asked.names or SERVERS:
            print(f"{name}: {'installed; ' if SERVERS[name].installed else ''}{_versions(name)}")
        return 0
    return max([_get(name, asked.quiet) for name in names])


def _take_installed(name: str) -> bool:
    return SERVERS[name].installed_first and SERVERS[name].installed


def _get(name: str, quiet: bool) -> int:
    started = time.monotonic()
    there = unpacked(SERVERS[name]) is not None
    try:
        fetch(SERVERS[name])
    except FetchError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 0 if quiet else 1
    if not (there and quiet):
        print(f"{name}: {_versions(name)} ({'was there' if there else f'{time.monotonic() - started:.0f} s'})")
    return 0


def _versions(name: str) -> str:
    found = packages(SERVERS[name])
    return ", ".join(f"{package} {version}" for package, version in sorted(found.items())) or "not unpacked"

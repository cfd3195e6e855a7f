"""Get the servers that the tests run: Debian's packages, unpacked below .servers/, nothing installed.

python3 tools/servers.py [--list] [--quiet] [NAME ...]; the command itself is tests/support/servers/command.py. Standard
library only: it runs before there is a virtual environment.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

if __name__ == "__main__":
    sys.exit(import_module("support.servers.command").main())

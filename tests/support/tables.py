"""Tables of samples beside the tests, as JSON: "programs/replies" is tests/content/programs/replies.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).resolve().parents[1] / "content"


def table(name: str) -> Any:
    """A table of ``tests/content``, by its path without the ending."""
    return json.loads((CONTENT / f"{name}.json").read_text("utf-8"))

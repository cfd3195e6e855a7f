from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailkit.compose import Composed, Draft, compose

WHEN = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def composed():
    """Compose with fixed sender, id and date."""

    def make(draft: Draft, sender: str = "Ana Acme <ana@acme.example>", **more: object) -> Composed:
        arguments = {"message_id": "1.2@acme.example", "date": WHEN, **more}
        return compose(draft, sender=sender, **arguments)

    return make

"""A database URL that cannot be read is told so, and nothing of it is shown: it holds a password."""

from __future__ import annotations

import traceback

import pytest

from mailkit import MailKit
from mailkit.errors import ConfigError

SECRET = "canary9Zk"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://ana:a@b:{SECRET}@db.acme.example/mail",  # the host is taken to be b, the rest its port
        f"postgresql+psycopg://ana:{SECRET}@db.acme.example:port/mail",
        f"postgresql://ana:{SECRET}@[::1:5432/mail",
        f"postgresl://ana:{SECRET}@db.acme.example/mail",
        f"mysql://ana:{SECRET}@db.acme.example/mail",
        f"host=db.acme.example user=ana password={SECRET}",
        "",
    ],
)
def test_a_url_that_cannot_be_read(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        MailKit(url)
    error = caught.value
    for said in ("".join(traceback.format_exception(error)), repr(error), str(vars(error))):
        assert SECRET not in said

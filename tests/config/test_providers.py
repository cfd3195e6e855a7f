"""The providers are data: complete, dated, findable."""

from __future__ import annotations

from datetime import date

import pytest

from mailkit import providers
from mailkit.errors import UnknownProviderError


def test_names_and_aliases() -> None:
    assert set(providers.names()) == {"gmail", "microsoft365", "exchange", "yahoo", "zimbra", "sendmail", "generic"}
    assert providers.get("Office365").name == "microsoft365"
    every = [alias for name in providers.names() for alias in (name, *providers.get(name).aliases)]
    assert len(every) == len(set(every))


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(UnknownProviderError) as caught:
        providers.get("hotmial")
    assert all(name in str(caught.value) for name in providers.names())


@pytest.mark.parametrize("name", providers.names())
def test_every_fact_is_dated_and_sourced(name: str) -> None:
    provider = providers.get(name)
    assert date(2026, 1, 1) <= provider.read_on
    assert provider.sources
    assert all(policy.what and policy.source for policy in provider.policies)
    assert 500 <= provider.max_command_bytes <= 16384
    assert 60 <= provider.idle_renew < 29 * 60
    assert provider.smtp is not None
    for endpoint in (provider.imap, provider.smtp):
        assert endpoint is None or endpoint.tls in ("implicit", "starttls")
    if provider.saves_sent:
        assert provider.sent_delay > 0


def test_by_host() -> None:
    assert providers.for_host("IMAP.gmail.com.").name == "gmail"
    assert providers.for_host("acme-example.mail.protection.outlook.com").name == "microsoft365"
    assert providers.for_host("imap.gmail.com.evil.example").name == "generic"
    assert providers.for_host("").name == "generic"

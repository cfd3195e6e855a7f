"""The truth of the sample mails, held against mailkit's own reading: two independent authors must agree."""

from __future__ import annotations

from collections import defaultdict

import pytest

from mailkit.message import identity, parse
from mailkit.testing.samples import SampleSet, generate
from mailkit.thread import reference_keys


@pytest.fixture(scope="module", params=[1, 2])
def samples(request: pytest.FixtureRequest) -> SampleSet:
    return generate(request.param, 400)


def test_identity_is_the_key(samples: SampleSet) -> None:
    """Copies are one message; nothing else is: one Message-ID with two contents, two mails without one."""
    keys, identities = defaultdict(set), defaultdict(set)
    for mail in samples.mails:
        seen = identity(parse(mail.raw))
        keys[seen].add(mail.key)
        identities[mail.key].add(seen)
    assert [found for found in keys.values() if len(found) > 1] == []
    assert [found for found in identities.values() if len(found) > 1] == []


def test_references_give_the_conversations(samples: SampleSet) -> None:
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            name = parent[name]
        return name

    for mail in samples.mails:
        for key in (*reference_keys(parse(mail.raw)), *filter(None, [mail.truth.refers_to])):
            parent[root(key)] = root(mail.key)
    by_root, by_conversation = defaultdict(set), defaultdict(set)
    for mail in samples.mails:
        by_root[root(mail.key)].add(mail.truth.conversation)
        by_conversation[mail.truth.conversation].add(root(mail.key))
    assert [found for found in by_root.values() if len(found) > 1] == []
    assert [found for found in by_conversation.values() if len(found) > 1] == []


def test_only_damaged_mail_has_defects(samples: SampleSet) -> None:
    for mail in samples.mails:
        message = parse(mail.raw)
        if mail.truth.category != "damaged":
            texts = [part.text for part in message.parts if part.content_type.startswith("text/")]
            assert texts
            assert (message.defects, message.ambiguities) == ((), ()), mail.key

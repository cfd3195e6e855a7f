"""Every test of this directory runs on the in-process servers and on Dovecot and Postfix.

It must not know which one it is on: where the two behave differently, either the difference is none of a client's
business or one of ours is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.grounds import Ground, Mailboxes, User, in_process_ground, real_ground


@pytest.fixture(scope="session")
def in_process() -> Iterator[Ground]:
    """The in-process servers."""
    ground, stack = in_process_ground()
    with stack:
        yield ground


@pytest.fixture(params=["in-process", "dovecot"])
def ground(request: pytest.FixtureRequest) -> Ground:
    """Both grounds for reading mail, one after the other."""
    if request.param == "in-process":
        return request.getfixturevalue("in_process")  # type: ignore[no-any-return]
    return real_ground(request.getfixturevalue("dovecot"), None)


@pytest.fixture(params=["in-process", "dovecot+postfix"])
def whole_ground(request: pytest.FixtureRequest) -> Ground:
    """Both grounds for sending and reading."""
    if request.param == "in-process":
        return request.getfixturevalue("in_process")  # type: ignore[no-any-return]
    return real_ground(request.getfixturevalue("dovecot"), request.getfixturevalue("postfix"))


@pytest.fixture
def user(ground: Ground) -> User:
    """A user of the ground."""
    return ground.user()


@pytest.fixture
def mailboxes(ground: Ground) -> Iterator[Mailboxes]:
    """Opens mailboxes of ours."""
    made = Mailboxes(ground)
    yield made
    made.close()

"""The pytest plugin, as a project that uses mailkit meets it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import mailkit.testing
from mailkit.testing import plugin

pytest_plugins = ["pytester"]


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_plugin_is_declared():
    project = tomllib.loads(Path(__file__).parents[2].joinpath("pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"mailkit": plugin.__name__}
    assert any(name.startswith("aiosmtpd") for name in project["optional-dependencies"]["testing"])


def test_the_plugin_loads_nothing_else():
    code = (
        "import pytest, sys; before = set(sys.modules); import mailkit.testing.plugin; "
        "print(sorted(name for name in set(sys.modules) - before if not name.startswith('mailkit._')))"
    )
    assert run(code).strip() == "['mailkit', 'mailkit.testing', 'mailkit.testing.plugin']"


def test_the_servers_load_no_other_room_until_an_account_is_asked_for():
    code = (
        "import sys; from mailkit.testing import MailServer\n"
        "with MailServer(tls='insecure') as server: server.add_user('ana@acme.example', 'x')\n"
        "rooms = ('config', 'store', 'message', 'mailbox', 'transport', 'sync', 'kit')\n"
        "print([room for room in rooms if 'mailkit.' + room in sys.modules], 'sqlalchemy' in sys.modules)"
    )
    assert run(code).strip() == "[] False"


def test_without_aiosmtpd_there_is_a_typed_error():
    code = (
        "import sys; sys.modules['aiosmtpd'] = None\n"
        "from mailkit.errors import MissingExtraError\n"
        "from mailkit.testing import MailServer\n"
        "try: MailServer().start()\n"
        "except MissingExtraError as error: print(error.extra, '|', error)"
    )
    assert run(code).startswith("testing | ")
    assert "pip install 'mailkit-sdk[testing]'" in run(code)


def test_fixtures_work_in_a_project(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import imaplib, smtplib, ssl

        def test_one(mail_server):
            mail_server.add_user("ana@acme.example", "secret")
            trust = ssl.create_default_context(cafile=mail_server.ca_file)
            with smtplib.SMTP_SSL("localhost", mail_server.smtp_port, context=trust) as client:
                client.login("ana@acme.example", "secret")
                client.sendmail("ana@acme.example", ["ana@acme.example"], b"Subject: x\\r\\n\\r\\n")
            assert len(mail_server.folder("ana@acme.example").uids()) == 1

        def test_two(mail_server):
            mail_server.add_user("ana@acme.example", "secret")      # fresh: no such user yet
            assert mail_server.folder("ana@acme.example").uids() == []

        def test_factory(mail_server_factory):
            one, two = mail_server_factory(tls="insecure"), mail_server_factory(tls="starttls", files_sent=True)
            assert imaplib.IMAP4("127.0.0.1", one.imap_port).noop()[0] == "OK"
            assert "STARTTLS" in imaplib.IMAP4("127.0.0.1", two.imap_port).capabilities
        """
    )
    # Where mailkit is installed its entry point loads the plugin; a bare checkout has none.
    installed = any(point.value == plugin.__name__ for point in entry_points(group="pytest11"))
    result = pytester.runpytest_subprocess("-q", *([] if installed else ["-p", plugin.__name__]))
    result.assert_outcomes(passed=3)


def test_every_public_name_is_there():
    for name in mailkit.testing.__all__:
        assert getattr(mailkit.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = mailkit.testing.nothing_like_it

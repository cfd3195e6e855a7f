"""A Draft says what is wrong with it when it is made; HTML does not leave without its words in plain text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailkit.compose import Draft, compose
from mailkit.errors import DraftError
from mailkit.message import parse


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"attachments": ["x.pdf"]}, r"Attachment\.from_path"),
        ({"text": b"x"}, "text must be a str, not bytes"),
        ({"html": 5}, "html must be a str, not int"),
        ({"record": "crm:deal/4"}, r"record must be a Record, not str"),
    ],
)
def test_a_wrong_type_says_at_once_what_it_should_have_been(wrong, said):
    with pytest.raises(DraftError, match=said):
        Draft(to="bo@client.example", **wrong)


def test_html_alone_gets_the_same_words_in_plain_text():
    draft = Draft(to="bo@client.example", html="<p>Dear Bo,</p><p>see <a href='https://x.example'>the offer</a>.</p>")
    composed = compose(draft, sender="ana@acme.example", message_id="1@acme.example", date=datetime.now(UTC))
    message = parse(composed.raw)
    assert [part.content_type for part in message.text_body] == ["text/plain"]
    assert "Dear Bo," in message.text_body[0].text

"""What mail programs write around a quotation and at the end, and what people write that only looks alike."""

from __future__ import annotations

import pytest

from mailkit.content import read, split_reply
from mailkit.message import parse
from support.tables import table

# What a program writes above the old message
ABOVE: dict[str, str] = table("programs/above")

# What phones and programs add at the end
SENT_FROM: list[str] = table("programs/sent_from")

# Closing formulas, a bar for each line end
CLOSINGS: list[str] = table("programs/closings")

# What stays as it is, whether the mail answers something or not
OWN_WORDS: dict[str, str] = table("programs/own_words")

# What stays in a mail that answers nothing
OWN_QUOTES: dict[str, str] = table("programs/own_quotes")


@pytest.mark.parametrize("program", ABOVE)
@pytest.mark.parametrize("old", ["> Old words\n> in two lines", "Old words\nwithout marks"], ids=["marked", "unmarked"])
def test_the_old_message_is_told_from_the_new_words(program: str, old: str) -> None:
    reply = split_reply(f"New words.\n\n{ABOVE[program]}\n\n{old}\n")
    assert reply.reply == "New words."
    assert "Old words" in "\n".join(reply.quoted)


@pytest.mark.parametrize(
    "above", ["3. 6. 2024 v 12:53, Ana:", "Ana Adams writes:", "_" * 32], ids=["no verb", "no date", "hotmail"]
)
def test_less_is_asked_for_right_above_a_marked_quotation(above: str) -> None:
    assert split_reply(f"New words.\n\n{above}\n> Old words\n").reply == "New words."


@pytest.mark.parametrize("line", SENT_FROM)
def test_lines_that_phones_add(line: str) -> None:
    reply = split_reply(f"New words. Many of them.\n\n{line}\n")
    assert (reply.reply, reply.signature) == ("New words. Many of them.", line)


@pytest.mark.parametrize("closing", CLOSINGS)
def test_closing_formulas(closing: str) -> None:
    below = closing.replace("|", "\n")
    reply = split_reply(f"New words. Many of them.\n\n{below}\n")
    assert (reply.reply, reply.signature) == ("New words. Many of them.", below)


@pytest.mark.parametrize("name", OWN_WORDS)
@pytest.mark.parametrize("answer", [True, False])
def test_what_people_write_stays(name: str, answer: bool) -> None:
    assert split_reply(OWN_WORDS[name], answer=answer).reply.split() == OWN_WORDS[name].split()


@pytest.mark.parametrize("name", OWN_QUOTES)
def test_what_somebody_quotes_in_a_mail_that_answers_nothing_stays(name: str) -> None:
    raw = f"From: bo@b.example\nSubject: A question\nContent-Type: text/plain; charset=utf-8\n\n{OWN_QUOTES[name]}"
    assert read(parse(raw.encode())).reply_text.split() == OWN_QUOTES[name].split()


def test_a_help_desks_own_mail_is_not_empty() -> None:
    text = "##- Please type your reply above this line -##\n\nYour request 5 was solved.\n"
    assert split_reply(text).reply == "Your request 5 was solved."


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Yes On Wed, Apr 4, 2024 at 3:59 PM, bo@b.example wrote:\n> Old words", "Yes"),
        ("See <http://b.example/a\n> for more\n\nOn 4 Apr 2024, 3:59 Bo wrote:\n> Old words", "> for more"),
        ("New words\n2024/4/7 Bo Berg <bo@b.example>\n\n> Old words", "New words"),
        ("New words\n\nDate: Wed, 16 May 2024 00:15:02 -0600\nTo: bo@b.example\nOld words", "New words"),
        ("New words\n\n-----Antwort Nachricht-----\n\nOld words", "New words"),
        ("Date: Friday\nTo: the boss\n\nNew words", "New words"),
        ("New words\n\nOn 3 June 2024 at 12:53, Bo said:\n> Old words", "New words"),
        ("New words\n\n2024-06-03 12:53 GMT+02:00 Bo Berg\n> Old words", "New words"),
        ("Bo <bo@b.example>, 3 June:\n> Old words\n\nNew words\n\nBo", "New words"),
        ("On 4 Apr 2024, 3:59 Bo wrote:\n> Old words\n(https://b.example/a) >\n> Old words\n\nNew words", "New words"),
        ("On 4 Apr 2024, 3:59 Bo wrote:\n> Old (https://b.example/a\n_id=5)\n> Old words\n\nNew words", "New words"),
        ("Sent from my iPhone\n\nNew words", "New words"),
        ("New words\n\nOn Wed, Dec 9, Bo Berg\n<bo@b.example>\nwrote:\n> Old words", "New words"),
        (
            "On 4 Apr 2024, 3:59 Bo wrote:\n> A long quoted line that goes on and on until the program breaks it\n"
            "into the _id\n> Old words\n\nNew words",
            "New words",
        ),
    ],
)
def test_own_words_beside_and_below_what_programs_write(text: str, new: str) -> None:
    reply = split_reply(text)
    assert new in reply.reply
    assert "Old words" not in reply.reply
    assert "b.example/a) >" not in reply.reply
    assert "_id" not in reply.reply
    assert "iPhone" not in reply.reply


def test_words_on_the_line_of_an_attribution_are_kept_without_it() -> None:
    text = "We start then. Yes On Wed, Apr 4, 2024 at 3:59 PM, bo@b.example wrote:\n> Old words"
    reply = split_reply(text)
    assert reply.reply == "We start then. Yes"
    assert "\n".join(segment.text for segment in reply.segments) == text
    sentence = "As you know on Wed, Apr 4, 2024 you wrote:\n> Old words"
    assert split_reply(sentence).reply == sentence.partition("\n")[0]


CARD = "Bo Berg\nHead of Sales\nACME Ltd.\nTel. +49 30 1234567\nwww.b.example"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (f"Yes, please.\n\n{CARD}\n", "Yes, please."),
        (f"Yes, please.\n\n*{CARD.replace(chr(10), '*' + chr(10), 1)}\n\nSent from my iPhone\n", "Yes, please."),
        # an address that is to be used, and somebody else's
        (f"Please send it to:\n\n{CARD}\n", f"Please send it to:\n\n{CARD}"),
        (f"My colleague is\n\n{CARD.replace('Bo Berg', 'Cy Clark')}\n", "My colleague is\n\nCy Clark"),
        (f"{CARD}\n", CARD),
        ("Yes, please.\n\nBo Berg\n", "Yes, please.\n\nBo Berg"),
        (f"Yes, please.\n\nDr. {CARD}\n", "Yes, please."),
        (f"Please write to\n\nDr. {CARD.replace('Bo Berg', 'Cy Clark')}\n", "Please write to\n\nDr. Cy Clark"),
    ],
)
def test_the_senders_card_is_a_signature(text: str, new: str) -> None:
    raw = f"From: Bo Berg <bo@b.example>\nSubject: Re: Offer\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    view = read(parse(raw.encode()))
    assert view.reply_text.startswith(new)
    assert ("Sales" in view.signature) is (new == "Yes, please.")


def test_a_card_below_the_name_that_closes_the_mail_is_a_signature() -> None:
    card = CARD.replace("Bo", "Dr. Bo")
    reply = split_reply(f"Yes, please.\n\nBo\n\n{card}\n\nOn 4 Apr 2024, 3:59 Ana wrote:\n> Old words")
    assert (reply.reply, reply.signature) == ("Yes, please.\n\nBo", card)
    other = f"Yes, please.\n\nBo\n\n{CARD.replace('Bo', 'Cy')}"
    assert split_reply(other).reply == other


@pytest.mark.parametrize(
    "signature",
    [
        "==============================\nBo Berg\nACME Ltd.\nTel: +49 30 1234\n==============================",
        "___________________\nBo Berg\nbo@b.example",
        "━━━━━━━━━━━━━━━\n株式会社ACME 田中太郎\n電話 03-1234-5678\n━━━━━━━━━━━━━━━",
        "Virenfrei. www.avast.example",
        "-- \nBo\n\n-- \nYou received this message because you are subscribed to a group.",
    ],
)
def test_signatures_between_rules_and_what_programs_add(signature: str) -> None:
    reply = split_reply(f"Yes, please.\n\n{signature}\n")
    assert (reply.reply, reply.signature) == ("Yes, please.", signature)


@pytest.mark.parametrize(
    "text",
    [
        "Please open an account:\n\n----------\nBo Berg\nbo@b.example\n----------",
        "Part one\n----------\nThis is the text of it.\n\nPart two\n----------\nCall me by phone on Monday, please.",
    ],
)
def test_rules_in_a_text_stay(text: str) -> None:
    assert split_reply(text).reply == text


# Help desks do not wrap their line; of these some wrapping is not told from text.
UNWRAPPED = (
    *("zendesk", "github like", "freshdesk", "helpscout", "wrike", "groupwise"),
    *("ox de", "zimbra fr", "yahoo es", "superhuman", "apple tr", "apple pl", "gmail hu"),
    *("samsung german", "outlook french", "yahoo forward", "type above", "reply above"),
)


@pytest.mark.parametrize(
    "program", [p for p, text in ABOVE.items() if "\n" not in text and not p.startswith(UNWRAPPED)]
)
def test_attributions_wrapped_at_any_blank(program: str) -> None:
    text = ABOVE[program]
    blanks = [at for at, char in enumerate(text) if char == " " and 20 <= at < len(text) - 12]
    for at in blanks:
        wrapped = f"{text[:at]}\n{text[at + 1 :]}"
        assert split_reply(f"New words.\n\n{wrapped}\n> Old words\n").reply == "New words.", wrapped


@pytest.mark.parametrize(
    "own", ["See you on 3 June.", "Thanks, 5 pieces it is!", "Order 5 of 2024", "On Monday, then.", "Is 12:30 fine?"]
)
def test_own_words_right_above_an_attribution_stay(own: str) -> None:
    for above in (
        "On Mon, Jun 3, 2024 at 12:53 PM Ana <a@a.example> wrote:",
        '03.06.2024, 12:53, "Ana" <a@a.example>:',
    ):
        assert split_reply(f"{own}\n{above}\n> Old words\n").reply == own


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("Thanks,\nBo\n\nPlease also cancel order 55, it was wrong.", True),
        ("Best regards,\nBo\nACME\n\nCould you send the invoice to my new address, too?", True),
        ("MfG\nBo\n\nÜbrigens: bitte auch die Bestellung 7 stornieren.", True),
        ("谢谢\n王\n\n另外请把发票寄到我们上海的新地址。谢谢你的帮助。", True),
        ("Best regards,\nBo\n\nPlease consider the environment before printing this e-mail.", False),
        ("Mit freundlichen Grüßen\nBo\n\nDiese Nachricht ist vertraulich und nur für den Empfänger bestimmt.", False),
        ("Best regards,\nBo\n\nACME Ltd., registered in England, number 123456.", False),
    ],
)
def test_what_is_said_below_a_signature_is_kept(below: str, kept: bool) -> None:
    last = below.rsplit("\n", 1)[1]
    reply = split_reply(f"Yes, please.\n\n{below}\n")
    assert reply.reply == (f"Yes, please.\n\n{last}" if kept else "Yes, please.")

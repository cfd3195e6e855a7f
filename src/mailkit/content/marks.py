"""The elements by which mail programs tell their HTML apart: quotation, old message below, forward, signature.

To add a program: put the class, id or name that it uses into the table it belongs to.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from .tables import phrases

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

__all__ = ["Mark", "mark_of"]


class Mark(Enum):
    """What an element says of its content."""

    NONE = "none"
    QUOTE = "quote"  # the content is quoted
    AFTER = "after"  # the old message begins here and goes on to the end
    FORWARD = "forward"  # a forwarded message begins here
    SIGNATURE = "signature"


_QUOTE_CLASSES = frozenset(
    phrases(
        """
        moz-cite-prefix | yahoo_quoted | protonmail_quote | tutanota_quote | zmail_extra | front-blockquote |
        mail-quote-collapse | history_container | missive_quote | freshdesk_quote | fernand_quote | outreach-quote |
        hs_reply | history | alimail-quote | quotedReply | oneComWebmail-html | nh_extra | ik_mail_quote |
        history-quote-wrapper
        """
    )
)
_QUOTE_IDS = frozenset(phrases("reply-intro | isReplyContent | reply139content | origbody"))
_AFTER_IDS = frozenset(
    phrases(
        """
        divRplyFwdMsg | appendonsend | stopSpelling | mail-editor-reference-message-container | OLK_SRC_BODY_SECTION |
        oriMsgHtmlSeperator
        """
    )
)
_AFTER_CLASSES = frozenset(phrases("OutlookMessageHeader | ms-outlook-mobile-reference-message | yahoo-quoted-begin"))
# … besides all whose name ends in "signature": Gmail's, Mozilla's, Outlook's, Apple's, Yahoo's, Samsung's, K-9's
_SIGNATURE_CLASSES = frozenset(phrases("gmail_signature_prefix | protonmail_signature_block | bloop_sign"))
_SIGNATURE_IDS = frozenset({"_rc_sig", "signature_old"})
_ZOHO_IDS = frozenset({"Zm-_Id_-Sgn", "Zm-_Id_-Sgn1"})  # the signature, and above a quotation its attribution
_TELLING = frozenset(
    {"class", "id", "data-marker", "name", "title", "style", "data-signature-widget", "data-o-mail-quote", "data-type"}
)
# The line that Outlook for Windows draws above the old message
_OUTLOOK_RULES = ("border-top:solid#e1e1e11.0pt", "border-top:solid#b5c4df1.0pt", "border-top:1ptsolid#e1e1e1")


def mark_of(node: LexborNode, tag: str, attributes: dict[str, str | None]) -> Mark:
    """What ``node`` announces; of its content only direct children are looked at."""
    if _TELLING.isdisjoint(attributes) and tag != "blockquote":
        return Mark.NONE
    classes = set((attributes.get("class") or "")[:500].split())
    id_ = (attributes.get("id") or "")[:100].removeprefix("x_")
    if (
        classes & _SIGNATURE_CLASSES
        or id_ in _SIGNATURE_IDS
        or any(name.lower().endswith("signature") for name in (*classes, id_))
    ):
        return Mark.SIGNATURE
    if attributes.get("name") == "messageSignatureSection" or "data-signature-widget" in attributes:  # Spark, Mail.ru
        return Mark.SIGNATURE
    marker = attributes.get("data-marker") or ""  # Zimbra
    if marker.startswith("__SIG_") or (id_ in _ZOHO_IDS and not (node.text() or "").lstrip().startswith("--")):
        return Mark.SIGNATURE
    if marker == "__QUOTED_TEXT__" or "data-o-mail-quote" in attributes:  # Odoo
        return Mark.QUOTE
    if id_ in _AFTER_IDS or classes & _AFTER_CLASSES or marker == "__DIVIDER__":
        return Mark.AFTER
    if "moz-forward-container" in classes or id_ == "isForwardContent":
        return Mark.FORWARD
    if tag == "blockquote":
        return _blockquote(attributes, classes)
    if "gmail_attr" in classes:
        return _gmail_attribution(node)
    if classes & _QUOTE_CLASSES or id_ in _QUOTE_IDS or (attributes.get("name") or "") == "quote":
        return Mark.QUOTE
    if "yahoo_quoted" in id_ or (attributes.get("title") or "").startswith("beforequote"):
        return Mark.QUOTE
    style = (attributes.get("style") or "")[:300].replace(" ", "").lower()
    return Mark.AFTER if any(rule in style for rule in _OUTLOOK_RULES) else Mark.NONE


def _blockquote(attributes: dict[str, str | None], classes: set[str]) -> Mark:
    style = (attributes.get("style") or "")[:300].replace(" ", "").lower()
    cited = (attributes.get("type") or "").lower() == "cite" or attributes.get("cite") is not None
    cited = cited or attributes.get("data-type") == "quote-separator"
    return Mark.QUOTE if cited or any("quote" in name for name in classes) or "border-left" in style else Mark.NONE


def _gmail_attribution(node: LexborNode) -> Mark:
    """Gmail's line above a quotation is quoted with it; above a forward it begins the forwarded message."""
    following = node.next
    for _ in range(5):
        if following is None:
            break
        if following.tag == "blockquote":
            return Mark.QUOTE
        following = following.next
    return Mark.FORWARD

"""Style sheets written into the elements: many mail programs read no ``<style>`` (extra ``css``: css-inline).

Nothing is loaded: neither from the network nor from files. Rules that cannot stand in an element (``@media`` …) stay
in a ``<style>`` of their own.
"""

from __future__ import annotations

from mailkit.errors import DraftError, LimitError, MissingExtraError
from mailkit.words import Limits

#: A rule for all elements is written once for each of them: what a sheet may grow to, in template_bytes.
_GROWTH = 200


def inline_css(html: str, *, limits: Limits | None = None) -> str:
    """The HTML with the rules of its ``<style>`` elements in ``style`` attributes.

    Raises:
        MissingExtraError: css-inline is not installed.
        LimitError: style sheet and document are so large that the result could be beyond measure.
        DraftError: the HTML nests deeper than mail does, or css-inline cannot read the style sheet.
    """
    from mailkit.content.depth import MAX_DEPTH, is_too_deep

    most = (limits or Limits()).template_bytes
    if len(html) > most or _styles(html) * html.count("<") > _GROWTH * most:
        raise LimitError("The HTML and its style sheet are too large to be joined.", limit="template_bytes")
    # The parser behind css-inline is recursive: at some thousand levels the process dies, not the call.
    if is_too_deep(html, few=MAX_DEPTH):
        raise DraftError("The HTML nests too deep for its style sheet to be written into it.")
    try:
        import css_inline
    except ImportError as error:
        raise MissingExtraError("css", "Writing style sheets into the elements") from error
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
    try:
        return inliner.inline(html)
    except ValueError as error:
        raise DraftError(f"The style sheet cannot be used: {str(error)[:200]}") from error


def _styles(html: str) -> int:
    """The characters between ``<style`` and its end."""
    low, total, at = html.lower(), 0, 0
    while (start := low.find("<style", at)) >= 0:
        end = low.find("</style", start)
        at = end if end >= 0 else len(low)
        total += at - start
    return total

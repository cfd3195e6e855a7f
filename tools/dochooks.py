"""Hooks of the documentation's build.

Docstrings mark a drawing or an example as reStructuredText does, with ``::`` before an indented block. Markdown takes
the indented block for code as well; only the colons would be left standing.
"""

from __future__ import annotations


def on_page_content(html: str, **_: object) -> str:
    """Take the colons away."""
    return html.replace("<p>::</p>", "").replace("::</p>", ":</p>")

"""Letters from templates: subject, text and HTML by Jinja2 in a sandbox, one draft for each recipient.

::

    letter = Template(subject="Offer {{ number }}", text="Dear {{ name }},\\n…", html="<p>Dear {{ name }},</p>…")
    draft = letter.draft({"number": 1042, "name": "Bo"}, Draft(to=["bo@client.example"]))
    for draft in letter.merge(rows):
        ...

In HTML every value is escaped. A value that is missing is an error, never an empty place in a letter; so are None, and
a list where a text should be. Nothing is loaded but the partials that were given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from mailkit.compose import guard
from mailkit.compose.draft import Draft
from mailkit.errors import DraftError, LimitError, MissingExtraError, TemplateError
from mailkit.words import Limits

if TYPE_CHECKING:
    import jinja2

    from mailkit.message import Address

#: One letter of a merge: the recipient, and the values for the template.
Row = tuple["str | Address", Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template made. ``text`` and ``html`` are None where the template has none."""

    subject: str
    text: str | None
    html: str | None


class Template:
    """A letter with blanks. Immutable; may be shared between threads.

    Args:
        subject: one line.
        text, html: the body, either or both. From HTML alone ``compose`` makes the text.
        partials: further templates by name, for ``{% include %}``, ``{% import %}`` and ``{% extends %}``; nothing else
            can be loaded.
        filters: functions of the application, for ``{{ price|money }}``.
        inline_css: write the rules of ``<style>`` into the elements (``compose.css``; extra ``css``).
        limits: ``template_steps``, ``template_bytes`` and ``template_seconds`` bound one rendering.

    Raises:
        TemplateError: a part cannot be read.
        LimitError: a part is longer than ``template_bytes``.
        MissingExtraError: Jinja2 is not installed.
    """

    def __init__(
        self,
        *,
        subject: str = "",
        text: str | None = None,
        html: str | None = None,
        partials: Mapping[str, str] | None = None,
        filters: Mapping[str, Callable[..., object]] | None = None,
        inline_css: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.inline_css = inline_css
        _check_types(subject, text, html, partials, filters)
        given = partials or {}
        if sum(map(len, (subject, text or "", html or "", *given.values()))) > self.limits.template_bytes:
            raise LimitError("The template is too long.", limit="template_bytes")
        make = _environment(given, filters or {})
        self._subject = _compiled("subject", subject, make, html=False)
        self._text = None if text is None else _compiled("text", text, make, html=False)
        self._html = None if html is None else _compiled("html", html, make, html=True)

    def render(self, values: Mapping[str, object]) -> Rendered:
        """Fill in the values.

        Raises:
            TemplateError: a value is missing or cannot be written, or the template fails; ``part`` and ``line`` say
                where.
            LimitError: one of the limits was reached.
        """
        guard.check_type(values, Mapping, "values")
        html = None if self._html is None else self._filled("html", self._html, values)
        if html is not None and self.inline_css:
            from mailkit.compose.css import inline_css

            html = inline_css(html, limits=self.limits)
        return Rendered(
            subject=self._filled("subject", self._subject, values).strip(),
            text=None if self._text is None else self._filled("text", self._text, values),
            html=html,
        )

    def draft(self, values: Mapping[str, object], base: Draft) -> Draft:
        """``base`` with subject and body from the template.

        Raises:
            TemplateError, LimitError: as ``render``.
            InjectionError: a value would put a line break or another control character into the subject.
        """
        guard.check_type(base, Draft, "base")
        made = self.render(values)
        return replace(base, subject=made.subject, text=made.text, html=made.html)

    def merge(
        self, rows: Iterable[Row], *, base: Draft | None = None, common: Mapping[str, object] | None = None
    ) -> Merge:
        """One draft for each row, made when it is asked for.

        Args:
            rows: pairs of a recipient and that recipient's values.
            base: what all drafts have in common: headers, attachments, ``unsubscribe`` …
            common: values for all; a row's own come first.

        Raises:
            DraftError: ``base`` has recipients: each would get every letter.
        """
        guard.check_type(base, (Draft, type(None)), "base")
        guard.check_type(common, (Mapping, type(None)), "common")
        if base is not None and base.recipients:
            raise DraftError("The base of a merge has recipients, who would get every letter.")
        if not isinstance(rows, Iterable):
            raise guard.wrong_type(rows, list, "rows")
        return Merge(self, iter(rows), base or Draft(), common or {})

    def _filled(self, part: str, template: jinja2.Template, values: Mapping[str, object]) -> str:
        from mailkit.compose.budget import RUN, Run

        run = Run(self.limits, deadline=time.monotonic() + self.limits.template_seconds)
        token = RUN.set(run)
        try:
            return template.render(dict(values))
        except LimitError:
            raise
        except (RecursionError, MemoryError) as error:
            raise LimitError(f"The {part} of the template nests too deep.", limit="template_steps") from error
        except Exception as error:
            raise _failure(part, error) from error
        finally:
            RUN.reset(token)


class Merge(Iterator[Draft]):
    """The drafts of a merge. After an error the next call goes on with the next row, so that one bad row need not stop
    the others; ``recipient`` says whose turn it was."""

    def __init__(self, template: Template, rows: Iterator[Row], base: Draft, common: Mapping[str, object]) -> None:
        self._template = template
        self._rows = rows
        self._base = base
        self._common = common
        self.recipient: str | Address | None = None

    def __next__(self) -> Draft:
        recipient, values = guard.pair_of(next(self._rows), "A row of a merge")
        self.recipient = cast("str | Address", recipient)
        if not isinstance(values, Mapping):
            raise guard.wrong_type(values, dict, "The values of a row")
        return self._template.draft({**self._common, **values}, replace(self._base, to=(self.recipient,)))


def _check_types(subject: object, text: object, html: object, partials: object, filters: object) -> None:
    guard.check_type(subject, str, "subject")
    for name, value in (("text", text), ("html", html)):
        guard.check_type(value, (str, type(None)), name)
    for name, value in (("partials", partials), ("filters", filters)):
        guard.check_type(value, (Mapping, type(None)), name)
    if isinstance(partials, Mapping):
        for key, value in partials.items():
            guard.check_type(key, str, "The name of a partial")
            guard.check_type(value, str, f"The partial {key[:40]!r}")


_Make = Callable[[bool], "jinja2.Environment"]


def _environment(partials: Mapping[str, str], filters: Mapping[str, Callable[..., object]]) -> _Make:
    try:
        from mailkit.compose.sandbox import Sandbox
    except ImportError as error:
        raise MissingExtraError("templates", "A letter from a template") from error
    return lambda html: Sandbox(html=html, partials=partials, filters=filters)


def _compiled(part: str, source: str, make: _Make, *, html: bool) -> jinja2.Template:
    try:
        return make(html).from_string(source)
    except (RecursionError, MemoryError) as error:
        raise LimitError(f"The {part} of the template nests too deep.", limit="template_steps") from error
    except Exception as error:
        raise _failure(part, error) from error


def _failure(part: str, error: Exception) -> TemplateError:
    """What went wrong, where. Values are not quoted: they are somebody's data."""
    from jinja2 import TemplateError as Jinja

    told = str(error) if isinstance(error, Jinja) else f"it fails with {type(error).__name__}"
    line = getattr(error, "lineno", None) or _line(error)
    where = f"{part}, line {line}" if line else part
    return TemplateError(f"The template ({where}) cannot be used: {told[:300]}", part=part, line=line)


def _line(error: Exception) -> int | None:
    """The line of the template in the traceback, which Jinja2 has rewritten."""
    found, at = None, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<template>":
            found = at.tb_lineno
        at = at.tb_next
    return found

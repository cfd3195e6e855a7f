"""The dialogue with the refusing server, as Sendmail and others copy it into the notice: ``>>> DATA``, ``<<< 550 …``.

It tells which command was refused and the rest of an answer that the report's fields cut short.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from .tables import rows

__all__ = ["Transcript"]

MAX_DIALOGUE = 200  # lines of the dialogue that are looked at
MAX_SUMMARY = 4000  # characters of the notice in which a reason is looked for
_SAME = 20  # characters by which a sentence is found again
_COMMAND_MARKS = tuple(
    (mark, verb)
    for verb, marks in rows(
        """
END: end of data | after i sent the message
DATA: in reply to data
MAIL: in reply to mail | after mail from | but sender was rejected
RCPT: in reply to rcpt | after rcpt to | does not like recipient
CONN: after initial connection | refused to talk | in reply to helo | in reply to ehlo | after helo | after ehlo
"""
    )
    for mark in marks
)


def _marked(folded: str) -> str:
    return next((verb for mark, verb in _COMMAND_MARKS if mark in folded), "")


class Transcript:
    """A notice, asked once for each recipient."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines

    @cached_property
    def summary(self) -> str:
        """The beginning of the notice in one line."""
        return " ".join(line.strip() for line in self.lines[:200])[:MAX_SUMMARY]

    @cached_property
    def _folded(self) -> str:
        return " ".join(self.summary.lower().split())

    @cached_property
    def _dialogue(self) -> list[str]:
        stripped = (line.strip() for line in self.lines)
        return [line for line in stripped if line.startswith((">>> ", "<<< "))][:MAX_DIALOGUE]

    @cached_property
    def _rejection(self) -> str:
        """Dovecot's ``reject`` gives its reason only to people."""
        for number, line in enumerate(self.lines):
            if line.rstrip().endswith("was automatically rejected:"):
                return " ".join(below.strip() for below in self.lines[number + 1 : number + 6])
        return ""

    def command(self, sentence: str) -> str:
        """What was answered with ``sentence``: MAIL, RCPT, DATA, END (of data), CONN (or HELO) or "".

        The dialogue that Sendmail copies tells DATA only: commands are pipelined there, so the answer to DATA may be
        the first that was read.
        """
        folded = sentence[:MAX_SUMMARY].lower()
        if verb := _marked(folded) or self._replied(folded):
            return verb
        verb, wanted = "", folded[:_SAME]
        for line in self._dialogue if wanted else ():
            if line.startswith(">>> "):
                verb = line[4:8].strip().upper()
            elif line[4:].lower().startswith(wanted):
                return verb
        return ""

    def _replied(self, folded: str) -> str:
        """Postfix says it to people only: "said: … (in reply to RCPT TO command)"."""
        start = self._folded.find(folded[:_SAME]) if len(folded) > 4 else -1
        if start < 0:
            return ""
        told = self._folded[start : start + 1000].partition(" said: ")[0]
        at = told.find("(in reply to ")
        return _marked(told[at : at + 60]) if at >= 0 else ""

    def whole(self, said: str) -> str:
        """``said`` with the rest of the server's answer: Sendmail keeps only the first line of a long one."""
        if self._rejection:
            return f"{self._rejection} {said}"
        wanted = said[:_SAME].lower()
        for number, line in enumerate(self._dialogue if wanted else ()):
            if line.startswith("<<< ") and line[4:].lower().startswith(wanted):
                answer: list[str] = []
                for other in self._dialogue[number : number + 20]:
                    if not other.startswith(f"<<< {said[:3]}"):
                        break
                    answer.append(other[4:])
                    if other[7:8] != "-":
                        break
                return " ".join(answer)
        return said

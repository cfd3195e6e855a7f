"""Base subject (RFC 5256 section 2.1), with the reply and forward marks of mail programs in many languages.

Everything works on positions in one string, so a subject made of nothing but ``Re:`` costs linear time.
"""

from __future__ import annotations

__all__ = ["base_subject", "first_marks", "is_forward", "is_reply"]

# What programs put in front, casefolded, "_" for a space: Outlook, Apple Mail, Thunderbird, Notes, web mail.
REPLY_MARKS = frozenset(
    """
    re aw antw antwoord antwort betr sv svar vs vá válasz odp odpověď odpoveď ynt yanıt rép res rsp resp risp rif
    απ απάντηση σχετ bls bal balas balasan jwb отв ответ відп odg atb ats vast vastaus
    답장 회신 回复 回覆 答复 答覆 回信 返信 返 رد השב תגובה ตอบ ตอบกลับ trả_lời tl पुन""".split()  # noqa: SIM905
)
FORWARD_MARKS = frozenset(
    """
    fw fwd wg tr vb vl vs rv enc reenv doorst doorgest pd pdl přp trs terusan terus ilt i̇lt πρθ πρω tov
    továbbítás fwd пересл пер прсл prosl prosleđeno redir
    전달 转发 轉寄 轉發 転送 転 إعادة_توجيه העבר הועבר ส่งต่อ chuyển_tiếp""".split()  # noqa: SIM905
)
# One-letter marks of Italian Outlook; only as capitals, or every list entry "i:" would lose its head.
_CAPITAL_REPLY = frozenset({"R"})
_CAPITAL_FORWARD = frozenset({"I"})
_LONGEST_MARK = 16
_COLONS = ":："


def base_subject(subject: str) -> str:
    """The subject without reply and forward marks, list tags and ``(fwd)``, white space collapsed; case is kept."""
    text, start, end, _ = _strip(subject)
    return text[start:end]


def is_reply(subject: str) -> bool:
    """Whether a reply mark stands in front (``Re:``, ``AW:``, ``答复：`` …).

    ``VS:`` is a reply in Finnish and a forward in Norwegian, so it counts as both.
    """
    return "reply" in _strip(subject)[3]


def is_forward(subject: str) -> bool:
    """Whether the subject is marked as a forward (``Fwd:``, ``WG:``, ``转发:``, ``[Fwd: …]``, ``(fwd)``)."""
    return "forward" in _strip(subject)[3]


def first_marks(subject: str) -> frozenset[str]:
    """What the mark in front says, list tags apart: ``{"reply"}``, ``{"forward"}``, both (``VS:``), or nothing."""
    text = " ".join(subject.split())
    start, end = 0, len(text)
    seen: set[str] = set()
    again = True
    while again and not seen:
        start, end, again = _step(text, start, end, seen)
    return frozenset(seen)


def _strip(subject: str) -> tuple[str, int, int, frozenset[str]]:
    """Return (text, start, end, kinds of marks seen)."""
    text = " ".join(subject.split())
    start, end = 0, len(text)
    seen: set[str] = set()
    while True:
        end = _trailer(text, start, end, seen)
        start, end, again = _step(text, start, end, seen)
        if not again:
            return text, start, end, frozenset(seen)


def _step(text: str, start: int, end: int, seen: set[str]) -> tuple[int, int, bool]:
    if wrapped := _wrapper(text, start, end):
        seen.add("forward")
        return *wrapped, True
    last = at = start
    while (after := _blob(text, at, end)) > at:  # "[list] [ticket] Re:" is a leader too
        last, at = at, after
    kinds, after = _mark(text, at, end)
    if kinds:
        seen.update(kinds)
        return _skip(text, after, end), end, True
    at = at if at < end else last  # a list tag goes only if something is left without it
    return at, end, at > start


def _trailer(text: str, start: int, end: int, seen: set[str]) -> int:
    while end > start:
        if text[end - 1] == " ":
            end -= 1
        elif text[max(start, end - 5) : end].casefold() == "(fwd)":
            end -= 5
            seen.add("forward")
        else:
            break
    return end


def _wrapper(text: str, start: int, end: int) -> tuple[int, int] | None:
    """``[Fwd: subject]`` (Netscape and its heirs)."""
    if text[start : start + 5].casefold() == "[fwd:" and end - 1 > start + 4 and text[end - 1] == "]":
        return _skip(text, start + 5, end - 1), end - 1
    return None


def _mark(text: str, start: int, end: int) -> tuple[set[str], int]:
    """The kinds of mark that begins at ``start`` (none: empty) and the position after its colon."""
    window = text[start : min(end, start + _LONGEST_MARK)]
    stop = next((i for i, char in enumerate(window) if char in _COLONS or char in "[(^*"), -1)
    if stop <= 0:
        return set(), start
    kinds = _kinds(window[:stop].rstrip(" ."))
    if not kinds:
        return set(), start
    at = _counter(text, start + stop, end)
    return (kinds, at + 1) if at < end and text[at] in _COLONS else (set(), start)


def _kinds(word: str) -> set[str]:
    folded = word.casefold().replace(" ", "_")
    kinds = set()
    if folded in REPLY_MARKS or word in _CAPITAL_REPLY:
        kinds.add("reply")
    if folded in FORWARD_MARKS or word in _CAPITAL_FORWARD:
        kinds.add("forward")
    return kinds


def _counter(text: str, at: int, end: int) -> int:
    """Step over ``[2]``, ``(2)``, ``^2``, ``*2`` between the mark and its colon."""
    if at < end and text[at] == "[":
        at = _blob(text, at, end)
    elif at < end and text[at] in "(^*":
        window_end = min(end, at + 6)
        at += 1
        while at < window_end and (text[at].isdecimal() or text[at] == ")"):
            at += 1
    return _skip(text, at, end)


def _blob(text: str, start: int, end: int) -> int:
    """The position after ``[…]`` and the space behind it, or ``start`` if there is none."""
    if start >= end or text[start] != "[":
        return start
    close = text.find("]", start + 1, end)
    if close < 0 or text.find("[", start + 1, close) >= 0:
        return start
    return _skip(text, close + 1, end)


def _skip(text: str, at: int, end: int) -> int:
    while at < end and text[at] == " ":
        at += 1
    return at

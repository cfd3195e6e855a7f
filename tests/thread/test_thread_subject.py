from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailkit.thread import base_subject, is_forward, is_reply

CASES = [
    # written, base, reply, forward
    ("Offer 1042", "Offer 1042", False, False),
    ("Re: Offer 1042", "Offer 1042", True, False),
    ("RE: Re:  re : Offer", "Offer", True, False),
    ("AW: WG: Angebot", "Angebot", True, True),
    ("Antw.: Offerte", "Offerte", True, False),
    ("SV: Tilbud", "Tilbud", True, False),
    ("Bls: Penawaran", "Penawaran", True, False),
    ("Balas: Sebut harga", "Sebut harga", True, False),
    ("Trs: Faktur", "Faktur", False, True),
    ("答复: 报价", "报价", True, False),
    ("回复：报价", "报价", True, False),
    ("转发: 报价", "报价", False, True),
    ("RE: 返信: 見積", "見積", True, False),
    ("転送: 見積", "見積", False, True),
    ("رد: عرض", "عرض", True, False),
    ("إعادة توجيه: عرض", "عرض", False, True),
    ("Trả lời: Báo giá", "Báo giá", True, False),
    ("Отв: Счёт", "Счёт", True, False),
    ("VÁ: Ajánlat", "Ajánlat", True, False),
    ("R: Preventivo", "Preventivo", True, False),
    ("I: Preventivo", "Preventivo", False, True),
    ("r: small letter stays", "r: small letter stays", False, False),
    ("VS: Tarjous", "Tarjous", True, True),
    ("Re[2]: Offer", "Offer", True, False),
    ("Re(3): Offer", "Offer", True, False),
    ("Re^4: Offer", "Offer", True, False),
    ("Re *5: Offer", "Offer", True, False),
    ("[list] Re: [list] Offer", "Offer", True, False),
    ("[list] [more] Offer", "Offer", False, False),
    ("[only]", "[only]", False, False),
    ("Re: [only]", "[only]", True, False),
    ("[a [b] c", "[a [b] c", False, False),
    ("[Fwd: Offer]", "Offer", False, True),
    ("Re: [Fwd: Re: Offer]", "Offer", True, True),
    ("Offer (fwd)", "Offer", False, True),
    ("Offer (fwd) (FWD)", "Offer", False, True),
    ("Invoice: 7", "Invoice: 7", False, False),
    ("Reply: to whom", "Reply: to whom", False, False),
    ("Re:", "", True, False),
    ("[Fwd:", "[Fwd:", False, False),
    ("", "", False, False),
    ("  many\t blanks \r\n here ", "many blanks here", False, False),
]


@pytest.mark.parametrize(("written", "base", "reply", "forward"), CASES, ids=[c[0] for c in CASES])
def test_marks_of_many_languages(written: str, base: str, reply: bool, forward: bool) -> None:
    assert base_subject(written) == base
    assert is_reply(written) is reply
    assert is_forward(written) is forward


@given(st.text())
def test_any_text_has_a_base_subject_that_is_its_own_base(subject: str) -> None:
    base = base_subject(subject)
    assert base in " ".join(subject.split())
    assert base_subject(base) == base
    assert not is_reply(base)
    assert not is_forward(base)


@given(
    st.lists(
        st.sampled_from(["Re:", "Fwd: ", "[x]", "(fwd)", "[Fwd:", "]", "AW[2]:", " ", "a", "[", "："]), max_size=30
    )
)
def test_any_pile_of_marks_comes_to_rest(parts: list[str]) -> None:
    base = base_subject("".join(parts))
    assert base_subject(base) == base


@pytest.mark.parametrize(
    "unit", ["re:", "Re: [x] ", "[Fwd:", "[", "[]", "(fwd)", "re[", "re(1", " ", "re：", "][", "[x]"]
)
def test_long_subjects_take_linear_time(unit: str) -> None:
    subject = unit * (1_000_000 // len(unit))
    start = time.process_time()
    base_subject(subject)
    assert time.process_time() - start < 5

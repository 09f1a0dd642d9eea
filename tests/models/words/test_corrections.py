"""The middle bucket: what the lexicon may change, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words.corrections import Corrector
from models.words.language import Language
from tests.models.words.read import ALPHABET, lexicon, pieces, step_of

Other = Mapping[int, tuple[str, float]]


def corrector(weight: float = 0.7, sure: float = 0.7, lost: float = 0.5, page: tuple[str, ...] = ()) -> Corrector:
    return Corrector(Language(lexicon(), -12.0, page), ALPHABET, weight, sure, lost)


def corrected(
    text: str, other: Other | None = None, head: str = "", tail: str = "", **limits: float
) -> list[tuple[str, str]]:
    found = corrector(**limits).correct(pieces(text, other), head, tail)
    return [(piece.text, piece.decision) for piece in found]


def test_a_lost_letter_comes_back_where_the_net_saw_a_trace_of_it() -> None:
    assert corrected("frst", {step_of(0) + 1: ("i", 0.05)}) == [("first", "lexicon")]


def test_without_a_trace_nothing_is_changed() -> None:
    assert corrected("frst") == [("frst", "kept")]


def test_a_known_word_that_is_sure_is_kept() -> None:
    assert corrected("fist", {step_of(1) + 1: ("r", 0.2)}) == [("fist", "kept")]
    unsure = {step_of(2): ("r", 0.45), step_of(2) + 1: ("s", 0.45)}
    assert corrected("fist", unsure, sure=0.9) == [("first", "lexicon")]


def test_a_piece_that_is_hardly_read_is_left_alone() -> None:
    weak = pieces("frst", {step_of(0) + 1: ("i", 0.05)})
    faint = [piece._replace(confidences=(0.3,) * len(piece.text)) for piece in weak]
    assert [piece.decision for piece in corrector().correct(faint, "", "")] == ["kept"]


def test_words_run_together_are_split() -> None:
    assert corrected("helloworld", {step_of(4) + 1: (" ", 0.05)}) == [("hello", "split"), ("world", "split")]
    both = {step_of(0) + 1: (" ", 0.2), step_of(2) + 1: (" ", 0.2)}
    assert corrected("Idonot", both) == [("I", "split"), ("do", "split"), ("not", "split")]


def test_a_word_read_in_two_is_joined() -> None:
    assert corrected("the wo rld", {step_of(6): ("", 0.2)}) == [("the", "kept"), ("world", "merged")]


def test_two_known_words_are_not_joined() -> None:
    assert corrected("over throw", {step_of(4): ("", 0.4)}) == [("over", "kept"), ("throw", "kept")]


@pytest.mark.parametrize("text", ["fs", "FST"])
def test_units_initials_and_abbreviations_are_kept(text: str) -> None:
    trace = {step_of(0) + 1: ("i", 0.3)}
    assert corrected(text, trace, weight=3.0) == [(text, "kept")]
    assert corrected("fst", trace) == [("fist", "lexicon")]


def test_the_case_and_the_signs_around_a_word_stay() -> None:
    assert corrected("(FRST,", {step_of(1) + 1: ("i", 0.1)}) == [("(FIRST,", "lexicon")]


def test_a_changed_word_stands_where_it_was_read() -> None:
    before = pieces("the frst", {step_of(4) + 1: ("i", 0.05)})
    after = corrector().correct(before, "", "")
    assert (after[1].columns[0], after[1].columns[-1]) == (before[1].columns[0], before[1].columns[-1])
    assert list(after[1].columns) == sorted(after[1].columns)
    assert len(after[1].columns) == len(after[1].confidences) == len("first")
    assert 0.5 < min(after[1].confidences) < 1


def test_half_a_word_is_weighed_as_the_whole() -> None:
    assert corrected("thrw", {step_of(2) + 1: ("o", 0.05)}, head="over") == [("throw", "lexicon")]
    assert corrected("over-", {step_of(0): ("a", 0.4)}, tail="throw") == [("over-", "kept")]


def test_what_a_page_shows_clearly_may_stay_as_it_is() -> None:
    trace = {step_of(2): ("r", 0.0012)}
    assert corrected("fiqst", trace) == [("first", "lexicon")]
    kept = corrector(page=("fiqst",)).correct(pieces("fiqst", trace), "", "")
    assert [piece.text for piece in kept] == ["fiqst"]


@pytest.mark.parametrize(
    "text", ["f1rst", "12.50", "RM8.90", "27/03/2018", "000182431744", "A3O-7", "i@do.not", "G.S.T"]
)
def test_numbers_prices_dates_codes_and_addresses_are_never_changed(text: str) -> None:
    every = {step: (letter, 0.4) for step, letter in zip(range(3 * len(text)), "ithedonotworldfirst" * 3, strict=False)}
    before = pieces(text)
    scores = pieces(text, every)[0].trace
    assert before[0].trace is not None
    assert scores is not None
    tempted = [before[0]._replace(trace=scores, confidences=(0.6,) * len(text))]
    assert [piece.text for piece in corrector(weight=3.0, sure=1.1).correct(tempted, "", "")] == [text]


@given(
    st.from_regex(r"[A-Za-z]{0,4}[0-9][0-9A-Za-z.,:/-]{0,6}", fullmatch=True),
    st.integers(0, 40),
    st.sampled_from("aehiorst"),
)
def test_whatever_holds_a_digit_stays(text: str, step: int, letter: str) -> None:
    before = pieces(text, {step % (3 * len(text)): (letter, 0.4)})
    after = corrector(weight=3.0, sure=1.1, lost=0.0).correct(before, "", "")
    codes = [piece for piece in before if any(map(str.isdigit, piece.text))]
    assert [piece for piece in after if any(map(str.isdigit, piece.text))] == codes


def test_a_word_that_two_windows_show_is_kept() -> None:
    whole = [piece._replace(trace=None) for piece in pieces("frst", {step_of(0) + 1: ("i", 0.3)})]
    assert corrector().correct(whole, "", "") == whole

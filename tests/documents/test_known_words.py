from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from documents.known_words import without_known
from schemas.geometry import Quad
from schemas.pages import Word

sides = st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.1), st.floats(0.01, 0.1))
words = st.lists(
    st.builds(
        lambda text, side: _word(text, side[0], side[1], side[0] + side[2], side[1] + side[3]),
        st.sampled_from("abc"),
        sides,
    ),
    max_size=6,
)


def _word(text: str, left: float, top: float, right: float, bottom: float) -> Word:
    return Word(text, Quad.of_box(left, top, right, bottom), 0)


@given(words, words)
def test_what_stays_stood_there_in_the_same_order(read: list[Word], known: list[Word]) -> None:
    left = without_known(read, known)
    waiting = iter(read)
    assert all(word in waiting for word in left)
    assert without_known(left, known) == left


@given(words)
def test_a_word_at_a_known_ones_place_is_it_whatever_was_read(read: list[Word]) -> None:
    assert without_known(read, read) == []
    assert without_known(read, [Word("other", word.quad, 9) for word in read]) == []
    assert without_known(read, []) == read
    assert without_known([], read) == []


@given(words, words)
def test_what_stands_elsewhere_stays(read: list[Word], known: list[Word]) -> None:
    away = [Word(word.text, Quad(*(value + 2 for value in word.quad)), 0) for word in known]
    assert without_known(read, away) == read


def test_a_line_read_as_one_word_is_known_by_all_its_words_together() -> None:
    line = _word("helloworld", 0.1, 0.1, 0.5, 0.12)
    known = [_word("hello", 0.1, 0.1, 0.29, 0.12), _word("world", 0.31, 0.1, 0.5, 0.12)]
    assert without_known([line], known) == []
    assert without_known([line], known[:1]) == [line]


def test_neighbours_that_touch_are_two() -> None:
    above = _word("above", 0.1, 0.10, 0.3, 0.13)
    assert without_known([above], [_word("below", 0.1, 0.127, 0.3, 0.157)]) == [above]


def test_a_word_without_an_area_stays() -> None:
    flat = _word("-", 0.1, 0.1, 0.3, 0.1)
    assert without_known([flat], [_word("all", 0, 0, 1, 1)]) == [flat]

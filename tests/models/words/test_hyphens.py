from __future__ import annotations

import pytest

from models.words.hyphens import broken, goes_on, joined, parts_of_one
from models.words.language import Language
from schemas.geometry import Quad
from schemas.pages import Word
from tests.models.words.read import lexicon

LANGUAGE = Language(lexicon(), -12.0)


def marks(*lines: str) -> list[bool]:
    words = [Word(text, Quad.of_box(0, 0, 1, 1), number) for number, line in enumerate(lines) for text in line.split()]
    return [word.joins_next for word in joined(words, LANGUAGE)]


def test_a_broken_word_goes_on_in_the_next_line() -> None:
    assert marks("the over-", "throw, the") == [False, True, False, False]
    assert marks("(OVER-", "THROW") == [True, False]


def test_two_words_keep_their_hyphen() -> None:
    assert marks("self-", "made") == [False, False]


@pytest.mark.parametrize(
    "lines", [("over- throw",), ("over-", "", "throw"), ("over", "throw"), ("over-", "-throw"), ("1974-", "throw")]
)
def test_other_neighbours_are_no_broken_word(lines: tuple[str, ...]) -> None:
    assert not any(marks(*lines))


def test_a_compounds_last_part_may_be_broken() -> None:
    assert marks("self-over-", "throw") == [True, False]


def test_only_letters_before_a_hyphen_are_broken() -> None:
    assert broken("“over-") == "over"
    assert [broken(text) for text in ("over", "-", "12-", "over--", "a/b-")] == [None] * 5
    assert goes_on("throw.”") == "throw"
    assert [goes_on(text) for text in ("(throw", "2nd", "--")] == [None] * 3


def test_unknown_parts_may_be_one_word_once_they_are_read_right() -> None:
    assert parts_of_one("over", "throw", LANGUAGE) is True
    assert parts_of_one("ovcr", "throw", LANGUAGE) is None
    assert parts_of_one("self", "made", LANGUAGE) is False

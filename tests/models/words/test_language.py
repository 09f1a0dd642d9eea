from __future__ import annotations

import pytest

from models.words.language import A_LETTER, SEEN, Language, is_code, recased, words_of
from tests.models.words.read import lexicon

LANGUAGE = Language(lexicon(), -12.0, {"selangor"})


def test_words_are_letters_with_what_an_apostrophe_joins() -> None:
    assert words_of("“Don't, (self-made) man’s!”") == ["Don't", "self", "made", "man’s"]  # noqa: RUF001
    assert words_of("12.50 --") == []


@pytest.mark.parametrize(
    "text",
    [
        "12.50",
        "RM3",
        "2nd",
        "A4",
        "27/03/2018",
        "a@b.my",
        "www.popular.com",
        "AND/OR",
        "item(s)",
        "S$",
        "R&D",
        "Tel:ab",
        "hands!\u00b2",
    ],
)
def test_codes_are_told_from_words(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize("text", ["first", "(first", "Malaysia.", "self-made", "don't", "“Why?”", "Sdn.", "Total:"])
def test_words_are_no_codes(text: str) -> None:
    assert not is_code(text)


def test_common_words_score_higher_than_rare_and_these_than_unknown_ones() -> None:
    the, fist, unknown = (LANGUAGE.score([word]) for word in ("The", "fist", "fqst"))
    assert 0 > the > fist > unknown
    assert unknown == pytest.approx(-12 + 4 * A_LETTER)
    assert LANGUAGE.score(["the", "fist"]) == pytest.approx(the + fist)


def test_what_the_page_shows_clearly_is_known_but_not_listed() -> None:
    assert LANGUAGE.knows(["Selangor"])
    assert not LANGUAGE.lists(["Selangor"])
    assert LANGUAGE.score(["SELANGOR"]) == SEEN
    assert not LANGUAGE.knows([])


def test_parts_on_other_lines_belong_to_the_word() -> None:
    assert LANGUAGE.lists(["throw", "the"], head="over")
    assert LANGUAGE.lists(["over"], tail="throw")
    assert not LANGUAGE.lists(["throw"], head="under")


@pytest.mark.parametrize(
    ("text", "before", "now"),
    [
        ("ENTRy", "FNTRY", "ENTRY"),
        ("FirSt", "FrSt", "First"),
        ("McDonald", "McDonalb", "McDonald"),
        ("i have", "Ihave", "i have"),
        ("a", "x", "a"),
    ],
)
def test_case_follows_what_was_read(text: str, before: str, now: str) -> None:
    assert recased(text, before) == now

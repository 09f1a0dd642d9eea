"""Readings of windows, as words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest

from models.windows import Window, cut_lines
from models.word_detector import Line
from models.wordinator import ENOUGH, FEW, Wordinator
from models.words.limits import Limits
from schemas.errors import Unreadable
from schemas.geometry import Quad
from schemas.pages import Word
from tests.models.words.read import CHARACTERS, EACH, lexicon, reading_of, scores_of, step_of

PAGE = np.full((2000, 1600), 255, np.uint8)
STEP = 4.0 * EACH  # pixels of the page a letter: a line's 40 rows are trimmed to 32, as many as a window has
LIMITS = Limits(
    noise=0.5,
    sign_noise=0.8,
    lost=0.3,
    sure=0.7,
    weight=0.7,
    unknown=-12.0,
    unreadable=0.3,
    confidence=(3.0, 1.0, 8.0, 0.0, 0.0, 0.0, 0.0, 0.0),
)
KNOWN = (-1.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 0.0)  # weights by which words of the lexicon are right and others are not
DIRT = {step_of(index): ("", 0.45) for index in range(2)}
Other = Mapping[int, tuple[str, float]]


def line(number: int, *texts: str) -> Line:
    """A line whose words stand where `words` has them read."""
    top, left = 20 + 60 * number, 100.0
    quads = []
    for text in texts:
        quads.append(Quad.of_box(left, top, left + STEP * len(text), top + 40))
        left += STEP * (len(text) + 1)
    return Line(Quad.of_box(100, top, left - STEP, top + 40), tuple(quads), 20.0, False)


def words(*texts: str, sure: float = 0.999, other: Other | None = None, limits: Limits = LIMITS) -> list[Word]:
    """The words of lines that read as `texts`, with the same scores for all of them but for what else is likely."""
    lines = [line(index, *text.split()) for index, text in enumerate(texts)]
    windows = cut_lines(PAGE, lines)
    assert len(windows) == len(lines)
    scores = [scores_of(texts[window.line], other, sure) for window in windows]
    readings = [reading_of(each) for each in scores]
    return Wordinator(lexicon(), limits, CHARACTERS).words(lines, windows, readings, scores)


def texts_of(found: list[Word]) -> list[tuple[str, int]]:
    return [(word.text, word.line) for word in found]


def test_a_line_is_parted_at_its_spaces() -> None:
    assert texts_of(words("the world", "over")) == [("the", 0), ("world", 0), ("over", 1)]


def test_a_word_stands_where_the_detector_saw_its_edges() -> None:
    first, second = words("hello world")
    assert first.quad.box == pytest.approx((100, 20, 100 + 5 * STEP, 60), abs=5)
    assert second.quad.box == pytest.approx((100 + 6 * STEP, 20, 100 + 11 * STEP, 60), abs=5)


def test_a_split_that_the_detector_did_not_see_stands_by_its_letters() -> None:
    first, second = words("helloworld", other={step_of(4) + 1: (" ", 0.3)})
    assert [(word.text, word.decision) for word in (first, second)] == [("hello", "split"), ("world", "split")]
    middle = 100 + 5 * STEP
    assert middle - STEP < first.quad.box.right < middle + STEP
    assert middle - STEP < second.quad.box.left < middle + STEP
    assert first.quad.box.right < second.quad.box.left + STEP / 2


def test_a_word_read_in_two_is_one_box() -> None:
    (word,) = words("wo rld", other={step_of(2): ("", 0.3)})
    assert (word.text, word.decision) == ("world", "merged")
    assert word.quad.box == pytest.approx((100, 20, 100 + 6 * STEP, 60), abs=8)


def test_a_letter_is_put_right_and_the_token_says_so() -> None:
    found = words("the frst world", other={step_of(5): ("i", 0.0), step_of(4) + 1: ("i", 0.1)})
    assert [(word.text, word.decision) for word in found] == [("the", "kept"), ("first", "lexicon"), ("world", "kept")]


def test_noise_is_dropped_and_leaves_no_gap_in_the_lines() -> None:
    assert texts_of(words("zq the", other=DIRT)) == [("the", 0)]
    assert texts_of(words("zq", sure=0.95)) == [("zq", 0)]
    found = words("hello", "zqxvk", "over", limits=dataclasses.replace(LIMITS, confidence=KNOWN, unreadable=0.0))
    assert texts_of(found) == [("hello", 0), ("over", 1)]


def test_signs_have_a_limit_of_their_own() -> None:
    lenient = dataclasses.replace(LIMITS, sign_noise=0.0)
    strict = dataclasses.replace(LIMITS, sign_noise=0.999)
    assert texts_of(words("-- the", limits=lenient)) == [("--", 0), ("the", 0)]
    assert texts_of(words("-- the", limits=strict)) == [("the", 0)]


def test_a_chopped_word_is_one_again() -> None:
    word = "".join(chr(ord("a") + index % 26) for index in range(39))
    lines = [line(0, word)]
    windows: list[Window] = cut_lines(PAGE, lines)
    assert len(windows) > 1
    middles = windows[0].frame.column(np.array([[100 + STEP * (index + 0.5), 36.0] for index in range(len(word))]))
    scores, readings = [], []
    for window in windows:
        inside = [index for index, middle in enumerate(middles) if window.left <= middle < window.left + window.columns]
        scores.append(scores_of("".join(word[index] for index in inside)))
        places = tuple(float(middles[index] - window.left) for index in inside)
        readings.append(reading_of(scores[-1])._replace(places=places))
    found = Wordinator(lexicon(), LIMITS, CHARACTERS).words(lines, windows, readings, scores)
    assert [each.text for each in found] == [word]


def test_a_hyphen_at_a_lines_end_joins_what_is_one_word() -> None:
    assert [word.joins_next for word in words("the over-", "throw a")] == [False, True, False, False]
    assert not any(word.joins_next for word in words("self-", "made"))


def test_half_a_word_behind_a_hyphen_is_read_as_the_whole() -> None:
    found = words("over-", "thrw", other={step_of(2) + 1: ("o", 0.1)})
    assert [(word.text, word.joins_next) for word in found] == [("over-", True), ("throw", False)]


def test_nothing_read_is_no_word() -> None:
    assert Wordinator(lexicon(), LIMITS, CHARACTERS).words([], [], [], []) == []


def test_a_page_of_noise_is_unreadable_and_its_message_holds_no_text() -> None:
    noise = ["zq xv kj"] * FEW
    with pytest.raises(Unreadable, match="script") as raised:
        words(*noise, sure=0.55)
    assert "zq" not in str(raised.value)
    assert words("zq", sure=0.55) == []  # too little to judge a page by
    assert len(words(*noise, sure=0.97)) == 3 * FEW


def test_on_a_page_in_another_language_nothing_is_changed() -> None:
    trace = {step_of(0) + 1: ("i", 0.1)}
    foreign = ["jalan taman"] * (ENOUGH // 2)
    assert ("first", "lexicon") in [(word.text, word.decision) for word in words("frst", other=trace)]
    assert {word.decision for word in words("frst", *foreign, other=trace)} == {"kept"}


def test_what_a_page_shows_clearly_twice_is_known_there() -> None:
    trace = {step_of(2): ("r", 0.0012)}
    assert texts_of(words("fiqst", other=trace)) == [("first", 0)]
    assert {text for text, _ in texts_of(words("fiqst", "fiqst", other=trace))} == {"fiqst"}

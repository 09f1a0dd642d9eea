"""Readings of windows, as words."""

from __future__ import annotations

import numpy as np
import pytest

from models.windows import Window, cut_lines
from models.word_detector import Line
from models.word_net import Reading
from models.wordinator import NOISE, SIGN_NOISE, confidence_of, wordinate
from schemas.geometry import Quad
from schemas.pages import Word

PAGE = np.full((200, 800), 255, np.uint8)
STEP = 16.0  # pixels of the page a letter


def line(top: float, *words: tuple[float, float]) -> Line:
    quads = tuple(Quad.of_box(left, top, right, top + 32) for left, right in words)
    return Line(Quad.of_box(words[0][0], top, words[-1][1], top + 32), quads, 20.0, False)


def read(lines: list[Line], *texts: tuple[str, float]) -> list[Word]:
    """The words of lines whose windows read as `texts` (text, confidence), a letter every STEP pixels."""
    windows = cut_lines(PAGE, lines)
    readings = []
    for window, (text, confidence) in zip(windows, texts, strict=True):
        pixels = [lines[window.line].quad.x0 + STEP * (index + 0.5) for index in range(len(text))]
        columns = window.frame.column(np.array([[x, 0.0] for x in pixels]).reshape(-1, 2)) - window.left
        readings.append(Reading(text, tuple(columns.tolist()), (confidence,) * len(text), confidence))
    return wordinate(lines, windows, readings)


def texts_of(words: list[Word]) -> list[tuple[str, int]]:
    return [(word.text, word.line) for word in words]


def test_a_line_is_parted_at_its_spaces() -> None:
    lines = [line(20, (100, 164), (180, 228)), line(80, (100, 132))]
    assert texts_of(read(lines, ("ABCD EFG", 0.9), ("HI", 0.9))) == [("ABCD", 0), ("EFG", 0), ("HI", 1)]


def test_a_word_stands_where_the_detector_saw_its_edges() -> None:
    lines = [line(20, (100, 164), (180, 228))]
    first, second = read(lines, ("ABCD EFG", 0.9))
    assert first.quad.box == pytest.approx((100, 20, 164, 52), abs=4)
    assert second.quad.box == pytest.approx((180, 20, 228, 52), abs=4)
    assert first.confidence == pytest.approx(0.9)


def test_a_split_that_the_detector_did_not_see_stands_by_its_letters() -> None:
    lines = [line(20, (100, 228))]
    first, second = read(lines, ("ABCD EFG", 0.9))
    assert 150 < first.quad.box.right < 165 < second.quad.box.left < 190


def test_noise_is_dropped_and_leaves_no_gap_in_the_lines() -> None:
    lines = [line(20, (100, 132)), line(80, (100, 132)), line(140, (100, 132))]
    dirt, doubtful_sign = ("xq", NOISE - 0.01), ("--", SIGN_NOISE - 0.01)
    assert texts_of(read(lines, dirt, doubtful_sign, ("--", SIGN_NOISE + 0.01))) == [("--", 0)]
    assert texts_of(read(lines, ("ok", NOISE + 0.01), dirt, ("so", 0.9))) == [("ok", 0), ("so", 1)]


def test_a_chopped_word_is_one_again() -> None:
    lines = [line(20, (100, 740))]
    windows: list[Window] = cut_lines(PAGE, lines)
    assert len(windows) > 1
    word = "".join(chr(ord("A") + index % 26) for index in range(39))
    middles = windows[0].frame.column(np.array([[100 + STEP * (index + 0.5), 36.0] for index in range(len(word))]))
    readings = []
    for window in windows:
        inside = [
            (letter, middle - window.left)
            for letter, middle in zip(word, middles, strict=True)
            if window.left <= middle < window.left + window.columns
        ]
        text, places = "".join(letter for letter, _ in inside), tuple(place for _, place in inside)
        readings.append(Reading(text, places, (0.9,) * len(text), 0.9))
    assert [each.text for each in wordinate(lines, windows, readings)] == [word]


def test_nothing_read_is_no_word() -> None:
    assert read([line(20, (100, 132))], ("", 0.9)) == []
    assert wordinate([], [], []) == []


def test_one_doubtful_letter_lowers_a_words_confidence() -> None:
    from models.windows import Character

    sure, doubtful = Character("a", 0.0, 0.99), Character("b", 16.0, 0.2)
    assert confidence_of([sure, sure]) == pytest.approx(0.99)
    assert 0.2 < confidence_of([sure, doubtful]) < 0.5

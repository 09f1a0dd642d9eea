from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.word_detector import METHODS, Line, WordDetector
from schemas.geometry import reading_angle
from tests.models.drawn import Paper, texts_of

DETECTOR = WordDetector("components")
LEARNED = WordDetector("learned")
PROSE = [
    "Some people read from left to",
    "right until the line comes to",
    "its end and then begin again",
    "in the next line under it all",
]


def _words(lines: list[Line], paper: Paper) -> list[str]:
    return texts_of([word.box for line in lines for word in line.words], paper.words)


def _written(paper: Paper) -> list[str]:
    return [word for word, _ in paper.words]


@pytest.mark.parametrize("detector", [DETECTOR, LEARNED])
@pytest.mark.parametrize("size", [18, 32, 60])
def test_finds_every_word_in_order_and_nothing_else(size: int, detector: WordDetector) -> None:
    paper = Paper(1400)
    for row, text in enumerate(PROSE):
        paper.write(text, 60, 40 + row * 1.6 * size, size)
    lines = detector.detect(paper.pixels)
    assert _words(lines, paper) == _written(paper)
    assert len(lines) == len(PROSE)
    assert not any(line.light for line in lines)


def test_colour_is_read_as_its_grey() -> None:
    paper = Paper().write("red or grey", 60, 60)
    colour = np.repeat(paper.pixels[:, :, None], 3, axis=2)
    assert DETECTOR.detect(colour) == DETECTOR.detect(paper.pixels)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 2), (300, 200)])
@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("method", METHODS)
def test_an_empty_page_has_no_lines(shape: tuple[int, int], level: int, method: str) -> None:
    assert WordDetector(method).detect(np.full(shape, level, np.uint8)) == []  # type: ignore[arg-type]


def test_light_words_in_a_dark_bar_are_found_and_marked() -> None:
    paper = Paper()
    paper.draw.rectangle((40, 40, 1100, 100), fill=20)
    paper.write("Offer description amount", 80, 50, level=250).write("Dark words below it", 80, 140)
    lines = DETECTOR.detect(paper.pixels)
    assert _words(lines, paper) == _written(paper)
    assert [line.light for line in lines] == [True, False]


def test_boxes_rules_and_underlines_are_no_part_of_the_words() -> None:
    paper = Paper()
    paper.write("Name of company", 80, 60)
    left, top, right, bottom = 60, 50, 500, 110
    paper.draw.rectangle((left, top, right, bottom), outline=0, width=3)
    paper.write("Underlined title", 80, 200)
    baseline = paper.words[-1][1].bottom  # the rule touches the letters
    paper.draw.line((60, baseline, 700, baseline), fill=0, width=4)
    assert _words(DETECTOR.detect(paper.pixels), paper) == _written(paper)


@pytest.mark.parametrize("degrees", [-5, -2, 3, 5])
def test_lines_follow_the_slope_of_the_page(degrees: float) -> None:
    paper = Paper(1200, 900)
    for row, text in enumerate(PROSE):
        paper.write(text, 150, 250 + row * 60)
    turn = cv2.getRotationMatrix2D((600, 450), -degrees, 1)
    pixels = cv2.warpAffine(paper.pixels, turn, (1200, 900), flags=cv2.INTER_LINEAR, borderValue=255)
    lines = DETECTOR.detect(np.asarray(pixels, np.uint8))
    assert [len(line.words) for line in lines] == [len(text.split()) for text in PROSE]
    for line in lines:
        assert reading_angle(line.quad) == pytest.approx(degrees, abs=0.4)
        assert line.quad.y3 - line.quad.y0 < 2.4 * line.height  # no higher than the letters, for all its slope


def test_marks_belong_to_their_line() -> None:
    paper = Paper().write('"Wait," he said: 3.50 - i j;', 60, 60)
    lines = DETECTOR.detect(paper.pixels)
    assert len(lines) == 1
    first, last = paper.words[0][1], paper.words[-1][1]
    box = lines[0].quad.box
    assert box.left <= first.left
    assert box.right >= last.right - 1


@pytest.mark.parametrize("detector", [DETECTOR, LEARNED])
def test_columns_of_prose_are_read_one_after_the_other(detector: WordDetector) -> None:
    paper = Paper(1400)
    for column in (60, 760):
        for row, text in enumerate(PROSE * 2):
            paper.write(text, column, 60 + row * 50)
    assert _words(detector.detect(paper.pixels), paper) == _written(paper)


@pytest.mark.parametrize("detector", [DETECTOR, LEARNED])
def test_a_table_is_read_row_by_row(detector: WordDetector) -> None:
    paper = Paper()
    for row in range(5):
        for column, text in enumerate(("Tea", "2", "14.90", "29.80")):
            paper.write(text, 60 + 250 * column, 60 + 50 * row)
    lines = detector.detect(paper.pixels)
    assert _words(lines, paper) == _written(paper)
    assert len(lines) == 20


def test_a_blot_and_a_circle_are_no_part_of_a_line() -> None:
    paper = Paper().write("Total amount 14.85 paid", 150, 100)
    first, circled = paper.words[0][1], paper.words[2][1]
    paper.draw.ellipse((85, 90, 145, 150), fill=0)
    paper.draw.ellipse((circled.left - 8, circled.top - 20, circled.right + 8, circled.bottom + 20), outline=0, width=3)
    lines = DETECTOR.detect(paper.pixels)
    assert _words(lines, paper) == _written(paper)
    assert lines[0].quad.x0 > first.left - 10
    assert lines[0].quad.y3 - lines[0].quad.y0 < 50


def test_lone_strokes_and_scribbles_are_no_lines() -> None:
    paper = Paper()
    for row, text in enumerate(PROSE):
        paper.write(text, 200, 60 + row * 50)
    for y in range(350, 700, 60):
        paper.draw.rectangle((100, y, 104, y + 24), fill=0)
        paper.draw.rectangle((700, y, 712, y + 12), fill=0)
    paper.draw.line([(300, 400), (380, 480), (400, 380), (460, 490)], fill=0, width=5)
    assert _words(DETECTOR.detect(paper.pixels), paper) == _written(paper)


def test_stable_regions_find_most_words_too() -> None:
    paper = Paper()
    for row, text in enumerate(PROSE):
        paper.write(text, 60, 60 + row * 50)
    soft = np.asarray(cv2.GaussianBlur(paper.pixels, (0, 0), 0.8), np.uint8)
    found = set(_words(WordDetector("mser").detect(soft), paper)) & set(_written(paper))
    assert len(found) >= 0.8 * len(set(_written(paper)))


def test_texture_takes_bounded_time_and_room() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (800, 800)).astype(np.uint8)
    assert len(DETECTOR.detect(noise)) < 1000


def test_a_line_is_given_room_for_commas_but_is_tight_around_its_words() -> None:
    paper = Paper().write("TOTAL AMOUNT", 60, 60, 40)
    (line,) = LEARNED.detect(paper.pixels)
    assert line.tight.box.bottom < line.quad.box.bottom - 2
    assert line.tight.y0 == pytest.approx(min(word.y0 for word in line.words))
    assert line.tight.x1 == line.words[-1].x1


def test_columns_are_lines_of_their_own_though_the_gap_is_small() -> None:
    paper = Paper(1400)
    for row in range(5):
        y = 60 + 50 * row
        paper.write("Sugar and tea", 60, y, 28)
        paper.write("2 bags", paper.words[-1][1].right + 34, y, 28).write("12.50", 640, y, 28)
    lines = LEARNED.detect(paper.pixels)
    assert sorted(len(line.words) for line in lines) == [1] * 5 + [2] * 5 + [3] * 5
    assert _words(lines, paper) == _written(paper)

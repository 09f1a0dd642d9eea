from __future__ import annotations

import numpy as np
import pytest

from models.detector.gather import gather
from models.detector.rows import COMMA
from models.detector.strips import Strips
from models.detector.words import word_numbers
from tests.models.drawn import Paper


def around(paper: Paper, *lines: slice) -> Strips:
    """Strips a few pixels off the words of each line."""
    boxes = []
    for line in lines:
        part = np.array([box for _, box in paper.words[line]])
        boxes.append([part[:, 0].min() + 3, part[:, 1].min() + 2, part[:, 2].max() - 3, part[:, 3].max() + 2])
    return Strips(np.array(boxes, float).reshape(-1, 4), np.zeros(len(boxes)))


def test_the_ink_gives_the_exact_edges_and_the_words() -> None:
    paper = Paper().write("Total amount due", 100, 100)
    rows, light = gather(paper.pixels, around(paper, slice(3)))
    boxes = np.array([box for _, box in paper.words])
    assert rows.boxes[0, :3] == pytest.approx([*boxes[:, :2].min(0), boxes[:, 2].max()], abs=2)
    assert boxes[:, 3].max() - 2 <= rows.boxes[0, 3] <= boxes[:, 3].max() + COMMA * rows.height[0]  # room for commas
    assert word_numbers(rows).max() == 2
    assert light.tolist() == [False]
    assert 15 < rows.height[0] < 32


def test_light_print_is_told_by_what_is_around_it() -> None:
    paper = Paper()
    paper.draw.rectangle((40, 60, 900, 180), fill=30)
    paper.write("Light words", 100, 100, level=250).write("Dark words", 100, 300)
    rows, light = gather(paper.pixels, around(paper, slice(2), slice(2, 4)))
    assert light.tolist() == [True, False]
    assert rows.boxes[0, 0] == pytest.approx(paper.words[0][1].left, abs=4)
    assert len(set(word_numbers(rows)[rows.member_row == 0].tolist())) == 2


def test_lines_that_touch_are_parted_between_them() -> None:
    paper = Paper().write("gypsy", 100, 100, 40).write("HILLS", 100, 131, 40)
    paper.draw.rectangle((115, 120, 119, 160), fill=0)
    rows, _ = gather(paper.pixels, around(paper, slice(1), slice(1, 2)))
    assert rows.boxes[0, 3] < rows.boxes[1, 1] + 8
    assert (np.bincount(rows.member_row) > 2).all()


def test_a_stroke_through_a_line_is_no_letter() -> None:
    paper = Paper().write("Total", 100, 100)
    without, _ = gather(paper.pixels, around(paper, slice(1)))
    right = paper.words[0][1].right
    paper.draw.line((right + 5, 60, right + 9, 180), fill=0, width=4)
    crossed, _ = gather(paper.pixels, around(paper, slice(1)))
    assert crossed.boxes == pytest.approx(without.boxes, abs=1)


def test_a_line_without_ink_is_one_word() -> None:
    rows, _ = gather(np.full((200, 400), 200, np.uint8), Strips(np.array([[50.0, 60, 300, 90]]), np.zeros(1)))
    assert rows.boxes.tolist() == [[50.0, 60, 300, 90]]
    assert word_numbers(rows).tolist() == [0]


def test_no_strips_no_lines() -> None:
    rows, light = gather(np.full((200, 400), 255, np.uint8), Strips(np.empty((0, 4)), np.empty(0)))
    assert len(rows.boxes) == len(rows.height) == len(light) == 0

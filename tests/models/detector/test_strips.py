from __future__ import annotations

import numpy as np
import pytest

from models.detector.strips import MOST_PIECES, find_strips, levelled
from models.line_net import CELL, Maps

HIGH = 28.0  # pixels of a line


class Page:
    """Maps as the Line Net would give them, line by line."""

    def __init__(self, rows: int = 60, columns: int = 120) -> None:
        self.maps = Maps(*(np.full((rows, columns), value, np.float32) for value in (-6, 0, 0)))

    def line(self, left: float, right: float, middle: float, slope: float = 0.0, high: float = HIGH) -> Page:
        """A line from `left` to `right`, its middle at `middle` above x = 0, pixels."""
        for column in range(int(left // CELL), int(right // CELL)):
            at = middle + slope * (column + 0.5) * CELL
            row = int(at // CELL)
            self.maps.kernel[row, column] = 4
            off = (row + 0.5) * CELL - at
            self.maps.above[row, column] = high / 2 + off
            self.maps.below[row, column] = high / 2 - off
        return self


def test_a_page_without_kernels_has_no_lines() -> None:
    strips = find_strips(Page().maps)
    assert strips.boxes.shape == (0, 4)
    assert levelled(*strips).shape == (0, 4)


def test_edges_are_finer_than_the_maps() -> None:
    strips = find_strips(Page().line(80, 640, 101).maps)
    assert strips.boxes[0] == pytest.approx([80 - 0.2 * HIGH, 101 - HIGH / 2, 640 + 0.2 * HIGH, 101 + HIGH / 2], abs=1)
    assert strips.slope[0] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("slope", [-0.08, 0.03])
def test_slanting_lines_keep_their_height(slope: float) -> None:
    page = Page()
    for middle in (150, 200, 250):
        page.line(40, 800, middle, slope)
    strips = find_strips(page.maps)
    assert len(strips.boxes) == 3
    assert strips.slope == pytest.approx(slope, abs=0.004)
    assert strips.boxes[:, 3] - strips.boxes[:, 1] == pytest.approx(HIGH, abs=1)
    assert np.sort(strips.boxes[:, 1] + HIGH / 2) == pytest.approx([150, 200, 250], abs=3)


def test_two_lines_whose_kernels_touch_are_two() -> None:
    strips = find_strips(Page().line(80, 640, 100, high=12).line(80, 640, 108, high=12).maps)
    assert np.sort(strips.boxes[:, 1]) == pytest.approx([94, 102], abs=1.5)


def test_pieces_of_one_line_are_joined_and_columns_are_not() -> None:
    strips = find_strips(Page().line(80, 400, 100).line(424, 640, 102).line(760, 900, 101).maps)
    assert np.sort(strips.boxes[:, 0]) == pytest.approx([80, 760], abs=8)


def test_faint_spots_and_hairlines_are_no_lines() -> None:
    page = Page().line(80, 400, 100, high=4)
    page.maps.kernel[40, 20:30] = 0.1
    page.maps.above[40, 20:30] = page.maps.below[40, 20:30] = 14
    assert len(find_strips(page.maps).boxes) == 0


def test_what_is_doubtful_is_a_line_in_the_row_of_one_alone() -> None:
    for middle, odds, count in ((100.0, 0.6, 2), (180.0, 0.6, 1), (100.0, -0.4, 1)):
        page = Page().line(80, 400, 100)
        page.line(560, 576, middle)
        page.maps.kernel[:, 560 // CELL :] = np.minimum(page.maps.kernel[:, 560 // CELL :], odds)
        assert len(find_strips(page.maps).boxes) == count


def test_boxes_of_many_slopes_come_into_one_frame() -> None:
    boxes = np.array([[0.0, 10, 1000, 40], [500.0, 20, 600, 50]])
    moved = levelled(boxes, np.array([0.02, 0.05]))
    assert moved == pytest.approx(np.array([[0.0, 10, 1000, 40], [500.0, 36.5, 600, 66.5]]))


def test_a_texture_of_many_pieces_is_left_in_pieces() -> None:
    page = Page(rows=400, columns=400)
    for middle in range(20, 3100, 60):
        for left in range(20, 3100, 90):
            page.line(left, left + 70, middle)
    assert len(find_strips(page.maps).boxes) == 52 * 35 > MOST_PIECES

from __future__ import annotations

import numpy as np
import pytest

from models.detector.columns import EVEN_GAP, SURE_GAP, part_columns
from models.detector.rows import Rows
from models.line_net import CELL

HEIGHT = 20.0


def row(gap: float, slant: float = 0.0) -> Rows:
    """Two words of two letters each, `gap` heights apart, and a third one a third of a height behind."""
    lefts = np.array([100.0, 112, 124 + gap * HEIGHT, 136 + gap * HEIGHT, 148 + (gap + 0.3) * HEIGHT])
    boxes = np.column_stack([lefts, np.full(5, 100.0), lefts + 12, np.full(5, 100 + HEIGHT)])
    whole = np.array([[100.0, 100, lefts[-1] + 12, 100 + HEIGHT]])
    of = np.zeros(5, np.int64)
    return Rows(boxes, of, whole, np.array([slant]), np.array([HEIGHT]), np.array([5]), np.array([0.5]))


WORD = np.array([0, 0, 1, 1, 2])


def odds(value: float) -> np.ndarray:
    return np.full((40, 60), value, np.float32)


@pytest.mark.parametrize(
    ("gap", "value", "count"),
    [
        (EVEN_GAP - 0.1, 0, 1),
        (EVEN_GAP + 0.1, 0, 2),
        (EVEN_GAP - 0.1, -3, 2),
        (EVEN_GAP + 0.1, 3, 1),
        (0.5, -20, 1),
        (SURE_GAP + 0.1, 20, 2),
    ],
)
def test_a_gap_parts_columns_by_its_width_and_by_what_the_line_net_sees(gap: float, value: float, count: int) -> None:
    rows, line = part_columns(row(gap), WORD, odds(value))
    assert len(rows.boxes) == len(rows.height) == len(rows.slant) == len(line) == count
    assert rows.member_row.tolist() == [0, 0, *[count - 1] * 3]
    assert line.tolist() == [0] * count
    assert rows.boxes[0, 0] == 100
    assert rows.boxes[-1, 2] == row(gap).boxes[0, 2]
    assert rows.letters.sum() == 5
    if count == 2:
        assert rows.boxes[0, 2] == 124
        assert rows.boxes[1, 0] == 124 + gap * HEIGHT


def test_one_cell_without_a_line_is_enough_and_it_is_looked_for_on_the_slant() -> None:
    slanting = row(2.0, 0.5)
    through = odds(9)
    middle = int((110 + 0.5 * 144) / CELL)
    through[middle - 2 : middle + 3, int(144 / CELL)] = -9
    assert len(part_columns(slanting, WORD, through)[0].boxes) == 2
    assert len(part_columns(row(2.0), WORD, through)[0].boxes) == 1


def test_a_page_without_lines_stays_so() -> None:
    none = Rows(*(np.empty((0, 4)), np.empty(0, np.int64), np.empty((0, 4)), *[np.empty(0)] * 2, np.empty(0, np.int64),
                  np.empty(0)))  # fmt: skip
    rows, line = part_columns(none, np.zeros(0, np.int64), odds(0))
    assert len(rows.boxes) == len(line) == 0

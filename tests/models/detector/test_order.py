from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.detector.order import reading_order

BOX = st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(5, 300), st.integers(5, 40))


def _line(left: float, top: float, width: float = 300, height: float = 20) -> list[float]:
    return [left, top, left + width, top + height]


@given(st.lists(BOX, max_size=25))
def test_every_line_is_read_once(boxes: list[tuple[int, int, int, int]]) -> None:
    lines = np.array([_line(*box) for box in boxes], float).reshape(-1, 4)
    assert sorted(reading_order(lines).tolist()) == list(range(len(boxes)))


def test_a_heading_above_two_columns_is_read_first() -> None:
    heading = [_line(0, 0, 700)]
    left = [_line(0, 100 + 30 * row) for row in range(5)]
    right = [_line(400, 105 + 30 * row) for row in range(5)]
    mixed = [line for pair in zip(right, left, strict=True) for line in pair] + heading
    order = [mixed[index] for index in reading_order(np.array(mixed, float))]
    assert order == heading + left + right


def test_cells_of_a_row_are_read_together_though_they_stand_a_little_apart() -> None:
    cells = [_line(300, 3, 60), _line(0, 0, 60), _line(0, 30, 60), _line(300, 33, 60)]
    assert reading_order(np.array(cells, float)).tolist() == [1, 0, 2, 3]

from __future__ import annotations

import numpy as np
import pytest

from models.detector.neighbours import MOST_PAIRS, in_rows

LINE = [100.0, 100, 400, 130]
BESIDE = [600.0, 100, 614, 130]


def speaks(other: list[float], line: list[float] = LINE, slope: float = 0.0) -> bool:
    """Whether `line` speaks for `other`."""
    boxes = np.array([line, other])
    return bool(in_rows(boxes, np.full(2, slope), np.array([False, True]), np.array([True, False]))[1])


def test_a_line_speaks_for_what_stands_in_its_row_before_or_after_it() -> None:
    assert speaks(BESIDE)
    assert speaks([20.0, 100, 34, 130])


@pytest.mark.parametrize(
    "other",
    [
        [600.0, 115, 614, 145],
        [600.0, 100, 620, 145],
        [600.0, 105, 608, 125],
        [1100.0, 100, 1114, 130],
        [-614.0, 100, -600, 130],
    ],
)
def test_a_line_does_not_speak_for_what_is_higher_or_lower_another_size_or_far(other: list[float]) -> None:
    assert not speaks(other)


def test_a_lone_sign_speaks_for_nothing() -> None:
    assert not speaks(BESIDE, line=[380.0, 100, 400, 130])


@pytest.mark.parametrize("slope", [-0.08, 0.05])
def test_rows_slant_with_their_lines(slope: float) -> None:
    # In frames that are sheared by the slope, what stands in one row has one level.
    assert speaks(BESIDE, slope=slope)
    boxes = np.array([LINE, [600.0, 100 + 600 * slope, 614, 130 + 600 * slope]])
    found = in_rows(boxes, np.array([slope, 0.0]), np.array([False, True]), np.array([True, False]))
    assert found.tolist() == [False, True]


def test_one_line_is_enough_and_has_to_be_sure() -> None:
    boxes = np.array([LINE, [100.0, 300, 400, 330], BESIDE])
    doubtful = np.array([False, False, True])
    assert in_rows(boxes, np.zeros(3), doubtful, np.array([True, True, False])).tolist() == [False, False, True]
    assert not in_rows(boxes, np.zeros(3), doubtful, np.array([False, True, False])).any()


def test_only_the_doubtful_are_found_and_nothing_in_a_texture() -> None:
    boxes = np.array([LINE, BESIDE])
    assert not in_rows(boxes, np.zeros(2), np.array([False, False]), np.array([True, True])).any()
    many = int(MOST_PAIRS**0.5) + 2
    boxes = np.array([LINE] * many + [BESIDE] * many)
    doubtful = np.arange(2 * many) >= many
    assert not in_rows(boxes, np.zeros(2 * many), doubtful, ~doubtful).any()

from __future__ import annotations

import numpy as np
import pytest

from models.quads import around, is_convex, is_page, is_straight, overlap

UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])


def test_a_page_is_convex_large_enough_and_not_the_whole_picture() -> None:
    assert is_page(UNIT * 0.5 + 0.2)
    assert not is_page(UNIT)
    assert not is_page(UNIT * 0.1 + 0.4)
    assert not is_page((UNIT * 0.5 + 0.2)[[0, 2, 1, 3]])
    assert not is_page((UNIT * 0.5 + 0.2)[::-1])
    assert not is_page(np.array([[0.1, 0.1], [0.9, 0.1], [0.3, 0.3], [0.1, 0.9]]))
    assert not is_page(UNIT * 0.9 - 0.4)
    assert not is_page(UNIT * 0.9 + 0.4)
    assert not is_page(np.array([[-0.2, 0.0], [-0.01, 0.0], [-0.01, 1.0], [-0.2, 1.0]]))


def test_straight_is_what_leans_by_less_than_half_a_degree() -> None:
    upright = np.array([[200.0, 100], [900, 100], [900, 1100], [200, 1100]])
    assert is_straight(upright)
    assert is_straight(upright + np.array([[3, 2], [-2, 0], [0, -3], [-3, 0]]))
    assert not is_straight(upright + np.array([[30, 0], [-30, 0], [0, 0], [0, 0]]))
    assert not is_straight(upright + np.array([[0, 0], [0, 25], [0, 25], [0, 0]]))


def test_overlap_is_intersection_over_union() -> None:
    assert overlap(UNIT, UNIT) == pytest.approx(1)
    assert overlap(UNIT, UNIT + np.array([0.5, 0])) == pytest.approx(1 / 3)
    assert overlap(UNIT, UNIT + 2) == 0


def test_the_part_around_a_quad_has_some_room_and_ends_with_the_picture() -> None:
    size = np.array([1000.0, 500])
    assert around(UNIT * 0.5 + 0.25, size).tolist() == [[190, 95], [810, 405]]
    assert around(UNIT * 0.5 - 0.1, size).tolist() == [[0, 0], [460, 230]]
    assert around(UNIT - 1.2, size).tolist() == [[0, 0], [0, 0]]
    assert around(UNIT * 0.5 + 0.25, np.array([1001.0, 501])).tolist() == [[190, 95], [811, 406]]


def test_convex_is_what_turns_one_way_at_each_corner() -> None:
    assert is_convex(UNIT)
    assert not is_convex(UNIT[::-1])
    assert not is_convex(UNIT[[0, 2, 1, 3]])
    assert not is_convex(np.array([[0.0, 0], [0.5, 0], [1, 0], [0, 1]]))

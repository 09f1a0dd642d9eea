from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.corner_patches import clockwise
from models.corner_search import CELL, GRID, MARGIN, SIDE, agreement, as_input, covered, quads_of


def maps_of(quad: np.ndarray) -> np.ndarray:
    """Bells around a quad's corners."""
    ys, xs = np.mgrid[:GRID, :GRID] + 0.5
    cells = quad * SIDE / CELL + MARGIN
    bells = [-(np.square(xs - x) + np.square(ys - y)) for x, y in cells]
    return np.stack([*bells, np.where(covered(quad), 3, -3)]).astype(np.float32)


corner = st.tuples(st.floats(-0.08, 0.25), st.floats(-0.08, 0.25))


@given(st.tuples(corner, corner, corner, corner))
@example(((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.25)))  # between cells: four are as high
def test_a_quad_is_read_off_its_maps_between_the_cells(inset: tuple[tuple[float, float], ...]) -> None:
    quad = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) + np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * inset
    found = quads_of(maps_of(quad))[0]
    assert found[0] == pytest.approx(clockwise(quad), abs=0.004)
    assert found[1] > 0.95


def test_corners_that_two_maps_claim_are_found_all_the_same() -> None:
    """Of a page turned by 45 degrees, each map sees its corner in two places."""
    quad = np.array([[0.5, 0.1], [0.9, 0.5], [0.5, 0.9], [0.1, 0.5]])
    maps = maps_of(quad)
    maps[:4] = np.maximum(maps[:4], np.roll(maps[:4], 1, 0) + 0.1 * np.array([1, -1, 1, 1])[:, None, None])
    found = quads_of(maps)[0]
    assert found[0] == pytest.approx(clockwise(quad), abs=0.01)


def test_a_stray_peak_is_no_corner() -> None:
    quad = np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]])
    maps = maps_of(quad)
    maps[2] = np.maximum(maps[2], maps_of(quad + np.array([0.2, -0.4]))[2] + 0.5)
    quads = quads_of(maps)
    assert quads[0][0] == pytest.approx(quad, abs=0.01)
    assert len(quads) > 1  # what else its peaks can be comes after it
    assert all(agrees < quads[0][1] for _, agrees in quads[1:])


@pytest.mark.parametrize("likelier", [[0.88, 0.72], [0.72, 0.88]])
def test_of_places_that_agree_alike_the_likelier_is_the_corner(likelier: list[float]) -> None:
    square = np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]])
    first, other = (maps_of(np.array([*square[:2], place, square[3]])) for place in (likelier, likelier[::-1]))
    maps = maps_of(square)
    maps[2] = np.maximum(first[2], other[2] - 1)
    assert quads_of(maps)[0][0] == pytest.approx(np.array([*square[:2], likelier, square[3]]), abs=0.02)


def test_a_corner_within_the_others_makes_no_quad() -> None:
    assert quads_of(maps_of(np.array([[0.1, 0.1], [0.9, 0.1], [0.3, 0.3], [0.1, 0.9]]))) == []


def test_less_than_four_peaks_are_no_quad() -> None:
    maps = maps_of(np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]]))
    maps[2] = maps[3]
    assert quads_of(maps) == []


def test_a_picture_of_any_shape_is_seen_whole() -> None:
    pixels = np.zeros((300, 900, 3), np.uint8)
    pixels[:, 450:] = 200
    given = as_input(pixels)
    assert given.shape == (1, 3, SIDE, SIDE)
    assert given.mean() == pytest.approx(0, abs=1e-3)
    assert (given[0, :, :, : SIDE // 2] < 0).all()
    assert (given[0, :, :, SIDE // 2 :] > 0).all()


def test_quad_and_area_are_compared() -> None:
    quad = np.array([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]])
    area = covered(quad)
    assert agreement(quad, area) == 1
    assert agreement(quad * [0.5, 1], area) == pytest.approx(0.45, abs=0.06)
    assert agreement(quad, ~area) < 0.3

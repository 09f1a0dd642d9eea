from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.geometry import (
    Quad,
    clip_unit,
    edge_slope,
    pixels_to_fractions,
    quarter_turns,
    reading_angle,
    scaling,
    transform,
    transform_quads,
)

coordinate = st.floats(-1e4, 1e4, allow_nan=False)
quads = st.tuples(*[coordinate] * 8).map(lambda values: Quad(*values))
fractions = st.floats(0.0, 1.0)


def _matrix(values: tuple[float, ...]) -> np.ndarray:
    a, b, c, d, e, f, g, h = values
    return np.array([[2.0 + a, b, 10 * c], [d, 2.0 + e, 10 * f], [g / 1e5, h / 1e5, 1.0]])


matrices = st.tuples(*[st.floats(-0.9, 0.9)] * 8).map(_matrix)


@given(matrices, st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=6))
def test_the_inverse_matrix_takes_points_back(matrix: np.ndarray, points: list[tuple[float, float]]) -> None:
    assume(abs(np.linalg.det(matrix)) > 0.05)
    there = transform(matrix, np.array(points))
    assert np.allclose(transform(np.linalg.inv(matrix), there), points, atol=1e-6)


@given(matrices, matrices, st.lists(quads.map(clip_unit), max_size=4))
def test_two_steps_are_one_product(first: np.ndarray, second: np.ndarray, found: list[Quad]) -> None:
    one_by_one = transform_quads(second, transform_quads(first, found))
    at_once = transform_quads(second @ first, found)
    assert np.allclose(np.array(one_by_one), np.array(at_once), atol=1e-6)


@given(quads)
def test_a_quad_is_its_points(quad: Quad) -> None:
    assert quad.points.shape == (4, 2)
    assert Quad.of_points(quad.points) == quad
    assert transform_quads(np.eye(3), [quad]) == [quad]


@given(quads)
def test_its_box_holds_each_point_and_no_more(quad: Quad) -> None:
    box = quad.box
    for x, y in quad.points:
        assert box.left <= x <= box.right
        assert box.top <= y <= box.bottom
    assert Quad.of_box(*box).box == box


@given(st.integers(-9, 9), st.integers(-9, 9), fractions, fractions)
def test_quarter_turns_add_up(first: int, second: int, x: float, y: float) -> None:
    point = np.array([[x, y]])
    turned = transform(quarter_turns(second), transform(quarter_turns(first), point))
    assert np.allclose(turned, transform(quarter_turns(first + second), point))
    assert np.allclose(transform(quarter_turns(4), point), point)
    assert (turned >= -1e-12).all()
    assert (turned <= 1 + 1e-12).all()


def test_a_quarter_turn_is_clockwise_as_a_person_sees_it() -> None:
    top_left, top_right = np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]])
    assert transform(quarter_turns(1), top_left).tolist() == [[1.0, 0.0]]  # now at the top right
    assert transform(quarter_turns(1), top_right).tolist() == [[1.0, 1.0]]  # now at the bottom right


@pytest.mark.parametrize(("turns", "angle"), [(0, 0.0), (1, 90.0), (2, 180.0), (3, -90.0)])
def test_the_reading_angle_turns_with_the_text(turns: int, angle: float) -> None:
    (quad,) = transform_quads(quarter_turns(turns), [Quad.of_box(0.2, 0.4, 0.6, 0.5)])
    assert abs(reading_angle(quad)) == pytest.approx(abs(angle))
    assert np.cos(np.radians(reading_angle(quad) - angle)) == pytest.approx(1.0)


@pytest.mark.parametrize(("width", "slope"), [(100.0, 0.03), (2.0, 1.5), (0.5, 3.0), (0.0, 3.0)])
def test_the_slope_of_an_edge_stays_finite_however_narrow_it_is(width: float, slope: float) -> None:
    assert edge_slope(Quad(10, 20, 10 + width, 23, 10 + width, 40, 10, 37)) == pytest.approx(slope)


@given(quads)
def test_clipping_stays_inside_moves_nothing_else_and_ends(quad: Quad) -> None:
    clipped = clip_unit(quad)
    assert all(0.0 <= value <= 1.0 for value in clipped)
    assert clip_unit(clipped) == clipped
    assert all(after == before for before, after in zip(quad, clipped, strict=True) if 0.0 <= before <= 1.0)


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_the_corners_of_an_image_are_the_corners_of_the_page(width: int, height: int) -> None:
    corners = np.array([[0.0, 0.0], [width, 0], [width, height], [0, height]])
    fractions = transform(pixels_to_fractions(width, height), corners)
    assert np.allclose(fractions, [[0, 0], [1, 0], [1, 1], [0, 1]])
    assert np.allclose(transform(scaling(width, height), fractions), corners)


@pytest.mark.parametrize("points", [np.zeros((3, 2)), np.zeros(8), np.array([[0, 0], [1, 0], [1, np.nan], [0, 1.0]])])
def test_four_finite_points_make_a_quad_and_nothing_else_does(points: np.ndarray) -> None:
    with pytest.raises(ValueError, match="4 finite points"):
        Quad.of_points(points)


def test_no_quads_stay_none() -> None:
    assert transform_quads(np.eye(3), []) == []

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.perspective import LONGEST, MOST_PIXELS, aspect, flat_size, of_centres, sides, to_quad
from schemas.geometry import scaling, transform

SCREEN = (1600, 1200)


def seen(ratio: float, tilt: float, slant: float, focal: float) -> np.ndarray:
    """The quad of a rectangle of width `ratio` and height 1, turned in space, in the middle of the camera's sight."""
    flat = np.array([[-ratio, -1, 0], [ratio, -1, 0], [ratio, 1, 0], [-ratio, 1, 0]]) / 2
    about_x = np.array([[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]])
    about_y = np.array([[math.cos(slant), 0, math.sin(slant)], [0, 1, 0], [-math.sin(slant), 0, math.cos(slant)]])
    space = flat @ (about_y @ about_x).T + [0.05, -0.04, 2.4]
    return np.array(SCREEN) / 2 + focal * max(SCREEN) * space[:, :2] / space[:, 2:]


@given(st.floats(0.4, 1.6), st.floats(0.15, 0.6), st.floats(0.15, 0.6), st.floats(0.7, 2.0))
def test_the_aspect_is_the_papers_not_the_quads(ratio: float, tilt: float, slant: float, focal: float) -> None:
    assert aspect(seen(ratio, tilt, -slant, focal), *SCREEN) == pytest.approx(ratio, rel=1e-6)


@given(st.floats(0.3, 2.0), st.floats(-0.05, 0.05))
def test_without_perspective_it_is_that_of_the_sides(ratio: float, jitter: float) -> None:
    quad = np.array([[0, 0], [ratio, 0], [ratio, 1], [0, 1]]) * 500 + [300, 200 + 100 * jitter]
    assert aspect(quad, *SCREEN) == pytest.approx(ratio)


def test_a_wild_quad_gets_the_aspect_of_its_sides_at_worst() -> None:
    quad = np.array([[100.0, 500], [800, 480], [1500, 1180], [20, 1190]])
    wide, tall = sides(quad)
    assert wide / tall / 2 <= aspect(quad, *SCREEN) <= 2 * wide / tall


def test_the_rectangle_has_as_many_pixels_as_the_nearest_side() -> None:
    quad = np.array([[300.0, 100], [900, 100], [1100, 1100], [100, 1100]])
    width, height = flat_size(quad, *SCREEN)
    assert width >= 1000
    assert height >= math.dist(quad[1], quad[2])


@given(st.floats(1, 40), st.floats(0.02, 1))
def test_no_rectangle_is_larger_than_a_render(scale: float, ratio: float) -> None:
    quad = np.array([[0, 0], [1000 * ratio, 0], [1000 * ratio, 1000], [0, 1000.0]]) * scale
    width, height = flat_size(quad, 4000, 3000)
    assert width * height <= MOST_PIXELS * 1.01
    assert max(width, height) <= LONGEST
    if scale == 1:
        assert height == 1000


def test_the_rectangles_corners_go_to_the_quads() -> None:
    quad = np.array([[300.0, 100], [900, 140], [1100, 1100], [80, 1000]])
    corners = np.array([[0, 0], [60, 0], [60, 90], [0, 90.0]])
    assert transform(to_quad(quad, 60, 90), corners) == pytest.approx(quad)


def test_opencv_counts_from_the_middle_of_a_pixel() -> None:
    # Twice as large: the first pixel's middle, 0.5, comes to 1.0, the second pixel's corner, which OpenCV calls 0.5.
    assert transform(of_centres(scaling(2, 2)), np.array([[0.0, 0.0]])).tolist() == [[0.5, 0.5]]

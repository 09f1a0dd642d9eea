"""The one geometry of Pagebeam.

Pixels: origin top-left, x right, y down, (0, 0) the *corner* of the first pixel. A quad is four points, clockwise from
the top-left of the text as read. A page image carries the 3x3 matrix that takes its pixels to fractions of the source
page as a person sees it; each step that turns or warps the image multiplies it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]  # (3, 3), projective, acts on column vectors (x, y, 1)
Points = npt.NDArray[np.float64]  # (n, 2), x and y


class Box(NamedTuple):
    """An upright box; left <= right, top <= bottom."""

    left: float
    top: float
    right: float
    bottom: float


class Quad(NamedTuple):
    """Four points, clockwise from the top-left of the text as read."""

    x0: float
    y0: float
    x1: float
    y1: float
    x2: float
    y2: float
    x3: float
    y3: float

    @classmethod
    def of_box(cls, left: float, top: float, right: float, bottom: float) -> Quad:
        """The quad of upright text that fills the box."""
        return cls(left, top, right, top, right, bottom, left, bottom)

    @classmethod
    def of_points(cls, points: Points) -> Quad:
        """The quad of a (4, 2) array; raises ValueError on another shape or on what is not finite."""
        if points.shape != (4, 2) or not np.isfinite(points).all():
            raise ValueError(f"a quad needs 4 finite points, got an array of shape {points.shape}")
        return cls(*(float(value) for value in points.ravel()))

    @property
    def points(self) -> Points:
        """(4, 2) float64."""
        return np.asarray(self, dtype=np.float64).reshape(4, 2)

    @property
    def box(self) -> Box:
        """The smallest upright box around it."""
        xs, ys = self[0::2], self[1::2]
        return Box(min(xs), min(ys), max(xs), max(ys))


def scaling(x: float, y: float) -> Matrix:
    """Multiplies x and y by factors."""
    return np.diag([x, y, 1.0])


def pixels_to_fractions(width: int, height: int) -> Matrix:
    """Takes an image of `width` x `height` pixels to 0..1 in both directions."""
    return scaling(1.0 / width, 1.0 / height)


def quarter_turns(turns: int) -> Matrix:
    """Turns the unit square clockwise by `turns` quarters onto itself (as a person sees it: y points down)."""
    quarter = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(np.linalg.matrix_power(quarter, turns % 4), dtype=np.float64)


def transform(matrix: Matrix, points: Points) -> Points:
    """Takes (n, 2) points through a projective matrix."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:], dtype=np.float64)


def transform_quads(matrix: Matrix, quads: list[Quad]) -> list[Quad]:
    """Takes quads through a projective matrix, all in one multiplication."""
    if not quads:
        return []
    moved = transform(matrix, np.asarray(quads, dtype=np.float64).reshape(-1, 2)).reshape(-1, 8)
    return [Quad(*row) for row in moved.tolist()]


def clip_unit(quad: Quad) -> Quad:
    """Moves each point into 0..1."""
    return Quad(*(min(1.0, max(0.0, value)) for value in quad))


def reading_angle(quad: Quad) -> float:
    """Degrees by which the text runs clockwise from the x axis, -180..180."""
    left_x, left_y = (quad.x0 + quad.x3) / 2, (quad.y0 + quad.y3) / 2
    right_x, right_y = (quad.x1 + quad.x2) / 2, (quad.y1 + quad.y2) / 2
    return math.degrees(math.atan2(right_y - left_y, right_x - left_x))


def edge_slope(quad: Quad) -> float:
    """Rows a column at which the upper edge of a quad in pixels runs; one narrower than a pixel counts as that wide."""
    return (quad.y1 - quad.y0) / max(quad.x1 - quad.x0, 1.0)

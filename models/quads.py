"""What a quad in a picture can be: a page, one that stands straight, the same as another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.perspective import sides
from schemas.geometry import Points

FARTHEST = 0.2
"""Of the picture's sides, by which a corner may lie outside."""
SMALLEST = 0.05
"""Of the picture's area, below which it is no page of interest."""
FILLS = 0.96
"""Intersection over union of quad and picture from which on nothing is gained by cutting it out."""
ROOM = 0.12
"""Of a quad's sides, that is looked at around it when it is looked for once more."""
STRAIGHT = 0.01
"""Of a side's length, by which it may lean and still be straight: half a degree."""


def is_convex(quad: Points) -> bool:
    """Whether a quad, clockwise, is convex, and no three of its corners stand in line."""
    ahead = np.roll(quad, -1, 0) - quad
    after = np.roll(ahead, -1, 0)
    return bool((ahead[:, 0] * after[:, 1] - ahead[:, 1] * after[:, 0] > 0).all())


def is_page(quad: Points) -> bool:
    """Whether a quad in fractions of its picture can be a page of it: convex, large enough, not the whole picture."""
    if not is_convex(quad) or quad.min() < -FARTHEST or quad.max() > 1 + FARTHEST:
        return False
    return _area(quad) >= SMALLEST and 0 < overlap(quad, np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])) < FILLS


def is_straight(quad: Points) -> bool:
    """Whether a quad in pixels is as good as an upright rectangle."""
    lean = np.abs(quad - quad[[3, 2, 1, 0]])[:, 0].max(), np.abs(quad - quad[[1, 0, 3, 2]])[:, 1].max()
    across, down = sides(quad)
    return bool(lean[0] <= STRAIGHT * down and lean[1] <= STRAIGHT * across)


def overlap(one: Points, other: Points) -> float:
    """The intersection over union, 0..1, of two convex quads, float64 [4, 2]."""
    import cv2

    shared = float(cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))[0])
    return shared / max(_area(one) + _area(other) - shared, 1e-12)


def around(quad: Points, size: Points) -> npt.NDArray[np.int64]:
    """The part of a picture in which a quad lies with some room around it, pixels: [[left, top], [right, bottom]].

    Args:
        quad: float64 [4, 2], in fractions of the picture.
        size: its width and height, pixels.
    """
    low, high = quad.min(0), quad.max(0)
    room = ROOM * (high - low)
    corners = np.clip([low - room, high + room], 0, 1) * size
    return np.array([np.floor(corners[0]), np.ceil(corners[1])], np.int64)


def _area(quad: Points) -> float:
    ahead = np.roll(quad, -1, 0)
    return abs(float((quad[:, 0] * ahead[:, 1] - quad[:, 1] * ahead[:, 0]).sum())) / 2

"""The first step to a document's corners: from a small picture to a first quad, or to none."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt

from models.corner_patches import FAINT, clockwise
from models.quads import is_convex
from schemas.geometry import Points
from schemas.pages import Pixels

SIDE = 192
"""Pixels of the small picture's sides, whatever the picture's shape."""
CELL = 8
"""Pixels of a map's cell."""
MARGIN = 4
"""Cells around the picture in which corners may lie, too."""
GRID = SIDE // CELL + 2 * MARGIN
"""Cells of a map's sides."""
NEAR = 2
"""Cells around a peak over which its place is averaged."""
PEAKS = 7
"""Peaks among which four corners are chosen ..."""
LEAST = 0.005
"""... of a chance no less than this."""
LIKELY = 0.02
"""What the logarithm of a peak's chance weighs beside the agreement with the area."""

Floats = npt.NDArray[np.float32]


def as_input(pixels: Pixels) -> Floats:
    """A picture of any size as the network takes it: float32 [1, 3, SIDE, SIDE], of mean 0 and, with contrast, of
    deviation 1."""
    import cv2

    x = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    x -= x.mean()
    x /= x.std() + np.float32(FAINT)
    return np.ascontiguousarray(x.transpose(2, 0, 1)[None], np.float32)


def quads_of(maps: Floats) -> list[tuple[Points, float]]:
    """The quads that can be made out, the likeliest first, each float64 [4, 2] in fractions of the picture, clockwise,
    and how well it agrees, 0..1, with the area where the document seems to be (intersection over union).

    Which corner is the first is a matter of chance where a document is turned by 45 degrees. So peaks of all four maps
    are taken together, and of these any four, rather such as are likely and agree with the area.

    Args:
        maps: float32 [5, GRID, GRID], the scores of each corner's place, and the log-odds of the document's area.
    """
    chance = np.exp(maps[:4] - maps[:4].max((1, 2), keepdims=True), dtype=np.float64)
    together = (chance / chance.sum((1, 2), keepdims=True)).sum(0)
    area, found = maps[4] > 0, []
    for chosen in itertools.combinations(_peaks(together), 4):
        quad = clockwise(np.array([place for place, _ in chosen]))
        if is_convex(quad):
            agrees = agreement(quad, area)
            found.append((agrees + LIKELY * sum(math.log(likely) for _, likely in chosen), quad, agrees))
    return [(quad, agrees) for _, quad, agrees in sorted(found, key=lambda one: -one[0])]


def _peaks(chance: npt.NDArray[np.float64]) -> list[tuple[Points, float]]:
    """The likeliest places, a cell or more apart, each in fractions of the picture, with the chance around it."""
    import cv2

    size = 2 * NEAR + 1
    highest = cv2.dilate(chance, np.ones((size, size), np.uint8))
    rows, columns = np.nonzero((chance == highest) & (chance > LEAST))
    found = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        top, left = max(0, row - NEAR), max(0, column - NEAR)
        near = chance[top : row + NEAR + 1, left : column + NEAR + 1]
        total = float(near.sum())
        x = left + 0.5 + near.sum(0) @ np.arange(near.shape[1]) / total
        y = top + 0.5 + near.sum(1) @ np.arange(near.shape[0]) / total
        found.append((np.array([x - MARGIN, y - MARGIN]) * CELL / SIDE, total))
    kept: list[tuple[Points, float]] = []
    for place, total in sorted(found, key=lambda peak: -peak[1]):
        if all(np.abs(place - other).max() >= CELL / SIDE for other, _ in kept):
            kept.append((place, total))
    return kept[:PEAKS]


def agreement(quad: Points, area: npt.NDArray[np.bool_]) -> float:
    """The intersection over union, 0..1, of a quad in fractions of the picture and an area, bool [GRID, GRID]."""
    inside = covered(quad)
    return float((inside & area).sum() / max(1, (inside | area).sum()))


def covered(quad: Points) -> npt.NDArray[np.bool_]:
    """[GRID, GRID]: the cells that a quad in fractions of the picture touches."""
    import cv2

    cells = quad * (SIDE / CELL) + MARGIN - 0.5
    mask = np.zeros((GRID, GRID), np.uint8)
    cv2.fillConvexPoly(mask, np.rint(cells * 16).astype(np.int32), 1, shift=4)
    return mask.astype(bool)

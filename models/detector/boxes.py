"""Arithmetic on many boxes at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]  # (n, 4): left, top, right, bottom in pixels
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HALF = 0.5


def lean(boxes: Boxes, slope: Floats) -> Boxes:
    """The boxes in a frame sheared by `slope` rows a column, (n,), around x = 0."""
    drop = (boxes[:, 0] + boxes[:, 2]) / 2 * slope
    return np.column_stack([boxes[:, 0], boxes[:, 1] - drop, boxes[:, 2], boxes[:, 3] - drop])


def surround(boxes: Boxes, group: Ints, count: int) -> Boxes:
    """The box around each group 0 .. count - 1."""
    around = np.empty((count, 4))
    around[:, :2], around[:, 2:] = np.inf, -np.inf
    for side, extreme in enumerate((np.minimum, np.minimum, np.maximum, np.maximum)):
        extreme.at(around[:, side], group, boxes[:, side])
    return around


def middle_of(values: Floats, group: Ints, count: int, share: float = 0.5) -> Floats:
    """The median, or another quantile, of the values of each group 0 .. count - 1, none of them empty."""
    order = np.lexsort((values, group))
    sizes = np.bincount(group, minlength=count)
    middles: Floats = values[order][np.cumsum(sizes) - sizes + ((sizes - 1) * share).astype(np.int64)]
    return middles


def shared(boxes: Boxes, others: Boxes) -> Floats:
    """The area that each box shares with each other, (n, m)."""
    wide = np.minimum(boxes[:, None, 2], others[:, 2]) - np.maximum(boxes[:, None, 0], others[:, 0])
    high = np.minimum(boxes[:, None, 3], others[:, 3]) - np.maximum(boxes[:, None, 1], others[:, 1])
    area: Floats = np.clip(wide, 0, None) * np.clip(high, 0, None)
    return area


def overlap(boxes: Boxes, others: Boxes) -> Bools:
    """Which boxes share more than half of the smaller one, (n, m)."""
    first, second = ((each[:, 2] - each[:, 0]) * (each[:, 3] - each[:, 1]) for each in (boxes, others))
    return np.asarray(shared(boxes, others) > HALF * np.minimum(first[:, None], second), np.bool_)

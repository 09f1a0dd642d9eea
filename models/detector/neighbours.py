"""Which doubtful strips stand in the row of a sure line: a number in a column of its own does, dirt seldom."""

from __future__ import annotations

import numpy as np

from models.detector.boxes import Bools, Boxes, Floats

LONG = 1.8  # heights: a shorter strip speaks for no other
OFF = 0.3  # of a line's height: how far the middles of the two are apart at most, up and down
ALIKE = 1.35  # times as high as the other one of the two may be
FAR = 20.0  # of a line's height: the widest gap between them
MOST_PAIRS = 500_000  # more are a texture's, in which nothing speaks for anything


def in_rows(boxes: Boxes, slope: Floats, doubtful: Bools, sure: Bools) -> Bools:
    """Which of the doubtful strips stand beside a sure line, on one level with it and as high, (n,).

    Args:
        boxes, slope: of all strips, as in `Strips`.
    """
    found = np.zeros(len(boxes), np.bool_)
    lines = sure & (boxes[:, 2] - boxes[:, 0] >= LONG * (boxes[:, 3] - boxes[:, 1]))
    if not 0 < int(doubtful.sum()) * int(lines.sum()) <= MOST_PAIRS:
        return found
    left, top, right, bottom = (side[:, None] for side in boxes[doubtful].T)
    first, upper, last, lower = boxes[lines].T
    middle = (left + right) / 2
    level = (top + bottom) / 2 + slope[doubtful, None] * middle
    high, usual = bottom - top, lower - upper
    near = np.maximum(first - right, left - last) <= FAR * usual
    near &= abs(level - (upper + lower) / 2 - slope[lines] * middle) <= OFF * usual
    near &= np.maximum(high, usual) <= ALIKE * np.minimum(high, usual)
    found[doubtful] = near.any(1)
    return found

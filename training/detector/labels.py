"""What the Line Net is to answer for a picture: maps at a quarter of its size, packed into bytes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

STEP = 4
"""Pixels of the picture a cell of the maps."""
SHRINK = 0.25
"""Of a line's height: what its kernel lacks above and below, so that the kernels of neighbours stay apart."""
SHORTEN = 0.2
"""... and at its ends."""
LEAST = 4.6
"""Pixels that a kernel is high and long at least, if the line is: else it would vanish between two cells."""
FULLEST = 0.85
"""Of a line's height: how high its kernel is at most."""
UNIT = 2.0
"""Steps a pixel in the maps of distances: 0 to 127 pixels."""
MAPS = ("kernel", "above", "below", "counts")

Strip = np.ndarray  # float64 [n, 3]: x, top, bottom at n places along a line, x rising


def maps(strips: Sequence[Strip], width: int, height: int, cut: bool = True) -> np.ndarray:
    """uint8 [4, height / 4, width / 4]: how much of a cell is a line's kernel (0 to 255), how far its middle is from
    the line's upper and from its lower edge (pixels * UNIT, 0 where there is none), and whether the cell counts.

    Args:
        cut: lines that the upper or lower edge of the picture cuts do not count.
    """
    rows, columns = height // STEP, width // STEP
    fine = np.zeros((height, width), np.uint8)
    out = np.zeros((4, rows, columns), np.uint8)
    out[3] = 255
    for strip in strips:
        x, top, bottom = strip.T
        if x[-1] <= 0 or x[0] >= width or bottom.max() <= 0 or top.min() >= height:
            continue
        high = float(np.mean(bottom - top))
        inner = _shortened(strip, SHORTEN * high)
        margin = (1 - max(1 - 2 * SHRINK, min(FULLEST, LEAST / high))) / 2 * (inner[:, 2] - inner[:, 1])
        upper = np.column_stack([inner[:, 0], inner[:, 1] + margin])
        lower = np.column_stack([inner[:, 0], inner[:, 2] - margin])
        outline = np.rint(np.concatenate([upper, lower[::-1]]) * 16 - 8).astype(np.int32)
        cv2.fillPoly(fine, [outline], 255, shift=4)
        x0, x1 = max(0, int(x[0] // STEP) - 1), min(columns, int(x[-1] // STEP) + 2)
        y0, y1 = max(0, int(top.min() // STEP) - 1), min(rows, int(bottom.max() // STEP) + 2)
        across = (np.arange(x0, x1) + 0.5) * STEP
        down = ((np.arange(y0, y1) + 0.5) * STEP)[:, None]
        above, below = down - np.interp(across, x, top), np.interp(across, x, bottom) - down
        mine = (above > 0) & (below > 0)
        for place, distance in ((1, above), (2, below)):
            part = out[place, y0:y1, x0:x1]
            part[mine] = np.clip(np.rint(distance * UNIT), 1, 255).astype(np.uint8)[mine]
        if cut and (top.min() < -0.05 * high or bottom.max() > height + 0.05 * high):
            out[3, y0:y1, x0:x1][mine] = 0
    out[0] = cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_AREA)
    return out


def _shortened(strip: Strip, ends: float) -> Strip:
    """The strip without its ends, but `LEAST` long."""
    x = strip[:, 0]
    ends = min(ends, (x[-1] - x[0] - LEAST) / 2)
    first, last = x[0] + ends, x[-1] - ends
    inside = strip[(x > first) & (x < last)]
    at = [[place, np.interp(place, x, strip[:, 1]), np.interp(place, x, strip[:, 2])] for place in (first, last)]
    return np.concatenate([at[:1], inside, at[1:]])

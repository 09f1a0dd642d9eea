"""Lines cut out of a page and laid close together, since most of a page is white and costs as much to look at."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.detector.boxes import Floats, Ints
from models.detector.ink import Mask

Numbers = npt.NDArray[np.int32]


class Patches(NamedTuple):
    """The canvas that they lie on."""

    ink: Mask
    where: Numbers  # the line, from 1, of each cell
    shift: Floats  # (lines + 1, 2): what takes x and y on the canvas to the page, pixels; by the line's number


def pack(ink: Mask, where: Numbers, cells: Ints, cell: int) -> Patches:
    """Cuts lines out of a page.

    Args:
        ink: of the page, (height, width).
        where: the line, from 1, that each square of `cell` pixels belongs to.
        cells: (n, 4), the squares that each line lies within: left, top and, behind it, right, bottom. An empty one is
            left out. Each line gets one square more on each side, with the ink that is there.
    """
    count = len(cells)
    left, top = cells[:, 0] - 1, cells[:, 1] - 1
    wide, high = cells[:, 2] - left + 1, cells[:, 3] - top + 1
    some = np.flatnonzero((cells[:, 2] > cells[:, 0]) & (cells[:, 3] > cells[:, 1]))
    places = np.zeros((count, 2), np.int64)
    width = int(max(wide[some].max(initial=1), np.sqrt((wide[some] * high[some]).sum())))
    x = y = shelf = 0
    for index in some[np.argsort(-high[some], kind="stable")].tolist():
        if x + wide[index] > width:
            x, y, shelf = 0, y + shelf, 0
        places[index] = x, y
        x, shelf = x + int(wide[index]), max(shelf, int(high[index]))
    size = max(1, y + shelf), width
    canvas, owners = np.zeros((size[0] * cell, size[1] * cell), np.uint8), np.zeros(size, np.int32)
    rows, columns = where.shape
    for index in some.tolist():
        x0, y0 = max(0, int(left[index])), max(0, int(top[index]))
        x1, y1 = min(columns, int(cells[index, 2]) + 1), min(rows, int(cells[index, 3]) + 1)
        across, down = places[index, 0] + x0 - left[index], places[index, 1] + y0 - top[index]
        own = where[y0:y1, x0:x1]
        owners[down : down + own.shape[0], across : across + own.shape[1]] = np.where(own == index + 1, own, 0)
        part = ink[y0 * cell : y1 * cell, x0 * cell : x1 * cell]
        canvas[down * cell :, across * cell :][: part.shape[0], : part.shape[1]] = part
    shift = np.concatenate([[[0, 0]], np.column_stack([left, top]) - places]) * cell
    return Patches(canvas, owners, shift.astype(np.float64))

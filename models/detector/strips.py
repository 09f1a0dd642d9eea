"""Lines of text out of the Line Net's maps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.detector.boxes import Boxes, Floats, Ints
from models.detector.links import join
from models.detector.neighbours import in_rows
from models.line_net import CELL, Map, Maps

LEAST_ODDS = 0.4  # log-odds of a cell that is a line's kernel ...
FAINT_ODDS = -0.5  # ... and of one where no better is near: lone digits, faint print
LEAST_SURE = 1.2  # of a strip: the mean log-odds of its cells ...
SURE_IN_ROW = -0.2  # ... and of one in the row of a line that has as much
LEAST_HEIGHT = 6.0  # pixels of a line of text
SHORTENED = 0.2  # of a line's height: what its kernel lacks at each end
APART = 0.5  # of a line's height: cells that point at middles so far apart are of two lines
SLANT_LENGTH = 5.0  # heights: a shorter strip shows no slope of its own
STEEPEST = 0.12  # rows a column
GAP = 1.0  # heights: over a narrower one the pieces of a line are joined
ALIKE = 1.6  # times as high as the other a piece may be
MOST_PIECES = 1500  # of a page: more are a texture, and the table of their pairs would take a quarter of a gigabyte


class Strips(NamedTuple):
    """Lines: `boxes` (n, 4) in frames sheared by `slope` (n,), rows a column, around x = 0; pixels of the page."""

    boxes: Boxes
    slope: Floats


def find_strips(maps: Maps) -> Strips:
    """The lines of a page."""
    import cv2

    mask = _kernels(maps.kernel)
    _, labels = cv2.connectedComponents(mask, connectivity=8, ltype=cv2.CV_32S)
    rows, columns = np.nonzero(mask)
    if not len(rows):
        return Strips(np.empty((0, 4)), np.empty(0))
    group = labels[rows, columns].astype(np.int64) - 1
    x, y = ((each + 0.5) * CELL for each in (columns.astype(np.float64), rows.astype(np.float64)))
    odds = maps.kernel[rows, columns].astype(np.float64)
    above, below = maps.above[rows, columns].astype(np.float64), maps.below[rows, columns].astype(np.float64)
    weight = 1 / (1 + np.exp(-odds))
    high = np.maximum(above + below, LEAST_HEIGHT / 2)
    middle = np.asarray(y + (below - above) / 2, np.float64)
    group, slope = _parted(group, x, middle, high, weight)
    count = int(group.max()) + 1
    total = np.bincount(group, weight, count)
    sure = np.bincount(group, odds, count) / np.bincount(group, minlength=count)

    def mean(values: Floats) -> Floats:
        return np.asarray(np.bincount(group, weight * values, count) / total)

    drop = slope[group] * x
    top, bottom = mean(y - above - drop), mean(y + below - drop)
    left, right = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(left, group, x - CELL / 2)
    np.maximum.at(right, group, x + CELL / 2)
    ends = SHORTENED * (bottom - top)
    boxes = np.column_stack([left - ends, top, right + ends, bottom])
    certain = sure >= LEAST_SURE
    kept = certain | in_rows(boxes, slope, ~certain & (sure >= SURE_IN_ROW), certain)
    kept &= bottom - top >= LEAST_HEIGHT
    return _joined(Strips(boxes[kept], slope[kept]))


def _kernels(odds: Map) -> npt.NDArray[np.uint8]:
    """The cells that are kernels: lines stay apart where the odds sink between them, and faint ones are kept."""
    import cv2

    count, labels = cv2.connectedComponents((odds > FAINT_ODDS).astype(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    sure = odds > LEAST_ODDS
    faint = np.ones(count, bool)
    faint[0] = False
    faint[labels[sure]] = False
    return np.asarray(sure | faint[labels], np.uint8)


def levelled(boxes: Boxes, slope: Floats) -> Boxes:
    """Boxes of frames that are sheared each by its own slope, in one frame for all, sheared by the slope of most."""
    width = boxes[:, 2] - boxes[:, 0]
    order = np.argsort(slope)
    total = np.cumsum(width[order])
    usual = slope[order][np.searchsorted(total, total[-1] / 2)] if len(boxes) else 0.0
    drop = (slope - usual) * (boxes[:, 0] + boxes[:, 2]) / 2
    return np.asarray(boxes + drop[:, None] * [0, 1, 0, 1])


def _parted(group: Ints, x: Floats, middle: Floats, high: Floats, weight: Floats) -> tuple[Ints, Floats]:
    """The groups, those parted whose cells point at two lines one above the other; and the slope of each."""
    usual = _page_slope(group, x, middle, high, weight)
    rest = middle - usual * x
    # Within a group, cells in the order of the lines that they point at: where the order jumps, a new line begins.
    order = np.lexsort((rest, group))
    jump = np.diff(rest[order]) > APART * np.minimum(high[order][1:], high[order][:-1])
    fresh = np.concatenate([[False], jump | (np.diff(group[order]) > 0)])
    group = group.copy()
    group[order] = np.cumsum(fresh)
    return group, _slopes(group, x, middle, high, weight, usual)


def _page_slope(group: Ints, x: Floats, middle: Floats, high: Floats, weight: Floats) -> float:
    """The slope of most lines."""
    own = _slopes(group, x, middle, high, weight, np.nan)
    sizes = np.bincount(group, minlength=len(own)).astype(np.float64)
    known = np.isfinite(own)
    if not known.any():
        return 0.0
    order = np.argsort(own[known])
    total = np.cumsum(sizes[known][order])
    return float(own[known][order][np.searchsorted(total, total[-1] / 2)])


def _slopes(group: Ints, x: Floats, middle: Floats, high: Floats, weight: Floats, usual: float) -> Floats:
    """Least squares through the middles of each group's cells; `usual` for short ones."""
    count = int(group.max()) + 1
    total = np.bincount(group, weight, count)
    from_x = x - (np.bincount(group, weight * x, count) / total)[group]
    from_y = middle - (np.bincount(group, weight * middle, count) / total)[group]
    spread = np.maximum(np.bincount(group, weight * from_x**2, count), 1e-6)
    slope = np.bincount(group, weight * from_x * from_y, count) / spread
    length = np.sqrt(12 * spread / total)  # of an even row of cells
    long = length > SLANT_LENGTH * np.bincount(group, weight * high, count) / total
    return np.asarray(np.where(long, np.clip(slope, -STEEPEST, STEEPEST), usual))


def _joined(strips: Strips) -> Strips:
    """The strips, those joined that are pieces of one line: side by side, as high, on one level."""
    boxes, slope = strips
    if not 2 <= len(boxes) <= MOST_PIECES:
        return strips
    high = boxes[:, 3] - boxes[:, 1]
    left, right = np.minimum(boxes[:, None, 0], boxes[None, :, 0]), np.maximum(boxes[:, None, 2], boxes[None, :, 2])
    width = boxes[:, 2] - boxes[:, 0]
    gap = right - left - width[:, None] - width[None, :]
    # The level of both where they meet, by the slope of the longer one.
    longer = width[:, None] >= width[None, :]
    lean = np.where(longer, slope[:, None], slope[None, :])
    at = (boxes[:, 0] + boxes[:, 2]) / 2
    level = (boxes[:, 1] + boxes[:, 3]) / 2 + slope * at
    off = abs(level[:, None] - level[None, :] - lean * (at[:, None] - at[None, :]))
    low, most = np.minimum(high[:, None], high[None, :]), np.maximum(high[:, None], high[None, :])
    near = (gap <= GAP * low) & (gap > -2 * most) & (off <= 0.3 * low) & (most <= ALIKE * low)
    first, second = np.nonzero(np.triu(near, 1))
    if not len(first):
        return strips
    number = join(len(boxes), first.astype(np.int64), second.astype(np.int64))
    count = int(number.max()) + 1
    order = np.lexsort((-width, number))
    chief = order[np.concatenate([[True], np.diff(number[order]) > 0])]
    new = slope[chief]
    shifted = boxes + ((slope - new[number]) * at)[:, None] * [0, 1, 0, 1]
    total = np.bincount(number, width, count)
    out = np.empty((count, 4))
    for side in (1, 3):
        out[:, side] = np.bincount(number, width * shifted[:, side], count) / total
    out[:, 0], out[:, 2] = np.inf, -np.inf
    np.minimum.at(out[:, 0], number, boxes[:, 0])
    np.maximum.at(out[:, 2], number, boxes[:, 2])
    return Strips(out, new)

"""The page made level: the height of its print, and its skew."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.detector.boxes import Bools, Boxes, Floats
from models.detector.regions import Regions

LEAST_HEIGHT = 5.0  # pixels: nothing lower is a letter
HIGHEST_PRINT = 150.0  # pixels
LOWEST_LETTER, HIGHEST_LETTER = 0.4, 5.0  # of the page's print
WIDEST, NARROWEST = 15.0, 0.125  # of its height: a touching word, an l
THINNEST, FATTEST = 0.15, 0.8  # share of ink in its box: a circle has less, a blot has more than print
STEEPEST = 0.105  # rows a column, 6 degrees: the skew that is looked for
COARSE, FINE = 0.008, 0.001  # rows a column
LEAST_LETTERS = 8  # fewer say nothing of the skew


class Level(NamedTuple):
    """The regions of a page that was sheared level.

    `boxes` (n, 4) and `area` (n,) of regions; `slope` rows a column that were taken out; `scale`: the print's usual
    height in pixels; `letter`: which regions are as large as letters or touching words, (n,) bool.
    """

    boxes: Boxes
    area: Floats
    slope: float
    scale: float
    letter: Bools


def make_level(regions: Regions, slope: float | None = None) -> Level:
    """Finds the print's height and, unless it is given, the slope."""
    scale = usual_height(regions)
    if slope is None:
        slope = find_slope(regions.boxes[letters(regions.boxes, scale)], scale)
    boxes = shear(regions.boxes, slope)
    return Level(boxes, regions.area, slope, scale, letters(boxes, scale))


def usual_height(regions: Regions) -> float:
    """Pixels: the median height, each box weighing as much as its area within reason; 0 where there is no print."""
    width, height = (regions.boxes[:, 2:] - regions.boxes[:, :2]).T
    ink = regions.area / (width * height)
    likely = (height >= LEAST_HEIGHT) & (height <= HIGHEST_PRINT) & (width <= 12 * height) & (height <= 6 * width)
    likely &= (ink > THINNEST) & (ink < FATTEST)
    if not likely.any():
        return 0.0
    heights = height[likely]
    weights = heights * np.minimum(width[likely], heights)
    order = np.argsort(heights)
    total = np.cumsum(weights[order])
    return float(heights[order][np.searchsorted(total, total[-1] / 2)])


def letters(boxes: Boxes, scale: float) -> Bools:
    """Which boxes are as large as letters or words on a page whose print is `scale` high."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    least, most = max(LEAST_HEIGHT, LOWEST_LETTER * scale), HIGHEST_LETTER * scale
    shaped = (width <= WIDEST * height) & (width >= NARROWEST * height)
    return np.asarray((height >= least) & (height <= most) & shaped, np.bool_)


def find_slope(boxes: Boxes, scale: float) -> float:
    """The slope, rows a column, at which the lower edges of letters fall into the fewest rows (Baird 1987)."""
    if len(boxes) < LEAST_LETTERS:
        return 0.0
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    best = 0.0
    for reach, step in ((STEEPEST, COARSE), (COARSE, FINE)):
        slopes = best + np.arange(-round(reach / step), round(reach / step) + 1) * step
        best = float(slopes[np.argmax([_crowding(y - slope * x, scale / 4) for slope in slopes])])
    return best


def _crowding(values: Floats, width: float) -> float:
    counts = np.bincount(((values - values.min()) / width).astype(np.int64))
    return float((counts * counts).sum())


def shear(boxes: Boxes, slope: float) -> Boxes:
    """The boxes of a page made level: what the slope adds to the height of a wide region is taken off."""
    height = boxes[:, 3] - boxes[:, 1]
    drop = (boxes[:, 0] + boxes[:, 2]) / 2 * slope
    grown = np.minimum(abs(slope) * (boxes[:, 2] - boxes[:, 0]), 0.6 * height) / 2
    return np.column_stack([boxes[:, 0], boxes[:, 1] - drop + grown, boxes[:, 2], boxes[:, 3] - drop - grown])

"""Regions of print: connected pieces of ink, or maximally stable ones; both as boxes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.detector.boxes import Bools, Boxes, Floats
from models.detector.ink import Grey, Mask, Shade
from models.detector.links import pairs

MOST = 15_000  # regions of a page, the largest: no page holds so many letters, but texture does
STABLE_OVER = 12  # grey levels over which a region must keep its size ...
MOST_CHANGE = 2.0  # ... but for so many times its area: thin blurred strokes grow with every level
DIVERSITY = 0.2  # of its area: how much a region differs from the next level's
LEAST_STABLE = 8  # pixels
LARGEST_STABLE = 0.02  # of the page
SAME = 0.4  # intersection over union of two boxes that are one region at two levels
OVERLAP = 0.1  # heights that two such boxes share at least


class Regions(NamedTuple):
    """`boxes`, and in `area` the pixels of ink in each."""

    boxes: Boxes
    area: Floats


def components(mask: Mask) -> Regions:
    """The connected pieces (8 neighbours) of a mask."""
    import cv2

    x, y, columns, rows = cv2.boundingRect(mask)
    x, y = x // 2 * 2, y // 2 * 2  # regions are found two rows at a time: so their order stays that of the whole mask
    part = np.ascontiguousarray(mask[y : y + rows + 1, x : x + columns + 1])
    try:
        _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=cv2.CV_16U)
    except cv2.error:  # 16 bits are three times as fast, and hold 65,535 of them
        _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8, ltype=cv2.CV_32S)
    stats = stats[1:]
    if len(stats) > MOST:
        stats = stats[np.argpartition(stats[:, cv2.CC_STAT_AREA], -MOST)[-MOST:]]
    left, top, width, height, area = stats.T.astype(np.float64)
    left, top = left + x, top + y
    return Regions(np.column_stack([left, top, left + width, top + height]), area)


def stable_regions(grey: Grey, shade: Shade | None) -> Regions:
    """Maximally stable extremal regions (Matas et al. 2002): the dark ones, or within `shade` the light ones.

    A region that is stable at several levels is returned once.
    """
    import cv2

    finder = cv2.MSER_create(  # type: ignore[attr-defined]
        STABLE_OVER, LEAST_STABLE, max(LEAST_STABLE + 1, int(LARGEST_STABLE * grey.size)), MOST_CHANGE, DIVERSITY
    )
    finder.setPass2Only(True)  # light regions alone
    # OpenCV refuses what is smaller than 3 x 3.
    light = grey if shade is not None else cv2.bitwise_not(grey)
    points, found = finder.detectRegions(light) if min(grey.shape) >= 3 else ((), ())
    if not len(points):
        return Regions(np.empty((0, 4)), np.empty(0))
    boxes = np.asarray(found, np.float64)
    boxes[:, 2:] += boxes[:, :2]
    area = np.array([len(each) for each in points], np.float64)
    if shade is not None:
        x, y = ((boxes[:, side] + boxes[:, side + 2]) / 2 for side in (0, 1))
        inside = shade.holds(x, y)
        boxes, area = boxes[inside], area[inside]
    once = ~_repeated(boxes, area)
    return Regions(boxes[once], area[once])


def _repeated(boxes: Boxes, area: Floats) -> Bools:
    """Which regions are smaller levels of another."""
    first, second = pairs(boxes, -OVERLAP)
    low = np.maximum(boxes[first, :2], boxes[second, :2])
    high = np.minimum(boxes[first, 2:], boxes[second, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    size = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    alike = shared > SAME * (size[first] + size[second] - shared)
    larger = area[first] >= area[second]
    repeated = np.zeros(len(boxes), bool)
    repeated[np.where(larger, second, first)[alike]] = True
    return repeated

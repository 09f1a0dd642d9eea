"""Regions strung together: which stand side by side in one line of text."""

from __future__ import annotations

import numpy as np

from models.detector.boxes import Boxes, Ints

LEVEL = 0.45  # of the smaller height: how far apart in height the middles of two neighbours stand at most
ALIKE = 2.6  # how much higher than its neighbour a region may be


def link(boxes: Boxes, reach: float) -> Ints:
    """The group, 0.., of each box of a level page: neighbours of like height, whose gap is within `reach` heights."""
    first, second = pairs(boxes, reach)
    return join(len(boxes), first, second)


def pairs(boxes: Boxes, reach: float) -> tuple[Ints, Ints]:
    """All pairs of boxes of like height, on the same height, whose gap is at most `reach` times the greater height."""
    left, top, right, bottom = boxes.T
    height, middle = bottom - top, (top + bottom) / 2
    order = np.argsort(middle, kind="stable")
    ordered = middle[order]
    # Who stands at most so much lower than oneself is a run in the order of middles.
    ends = np.searchsorted(ordered, ordered + LEVEL * height[order], side="right")
    first, second = runs(np.arange(1, len(order) + 1), ends)
    i, j = order[first], order[second]
    least, most = np.minimum(height[i], height[j]), np.maximum(height[i], height[j])
    gap = np.maximum(left[i], left[j]) - np.minimum(right[i], right[j])
    near = (gap <= reach * most) & (middle[j] - middle[i] <= LEVEL * least) & (most <= ALIKE * least)
    return i[near], j[near]


def runs(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """For each run starts[i] .. ends[i] - 1 its index and its members: (0, 0, 1, ..) and (3, 4, 7, ..)."""
    counts = np.maximum(ends - starts, 0)
    index = np.repeat(np.arange(len(starts)), counts)
    return index, starts[index] + np.arange(len(index)) - (np.cumsum(counts) - counts)[index]


def join(count: int, first: Ints, second: Ints) -> Ints:
    """The connected group, 0.., of each of `count` nodes under the edges (first, second)."""
    label = np.arange(count)
    while True:
        lowest = np.minimum(label[first], label[second])
        before = label.copy()
        np.minimum.at(label, label[first], lowest)
        np.minimum.at(label, label[second], lowest)
        while not np.array_equal(label, label[label]):
            label = label[label]
        if np.array_equal(label, before):
            return np.unique(label, return_inverse=True)[1].astype(np.int64)

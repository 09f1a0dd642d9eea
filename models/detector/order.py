"""Reading order: columns of prose one after the other, everything else row by row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.detector.boxes import Boxes, Floats, Ints

GUTTER = 1.0  # heights of a line: the least white between two columns
PROSE_LINES = 4  # a column of prose has as many lines at least
PROSE_LENGTH = 10.0  # heights: and they are so long, in the middle; shorter ones are cells of a table
SAME_ROW = 0.5  # of the lower line's height: what two lines of one row share
BREAK = 2.5  # heights of a line: so much white between two rows is a break, above and below which columns may differ


def reading_order(boxes: Boxes) -> Ints:
    """The indices of lines, (n, 4) on a level page, as they are read.

    A recursive cut along white (Nagy and Seth 1984) that parts columns only where both sides hold prose: a form's or
    table's cells belong to their row.
    """
    if not len(boxes):
        return np.zeros(0, np.int64)
    return np.array(_read(boxes, np.arange(len(boxes))), np.int64)


def _read(boxes: Boxes, part: Ints) -> list[int]:
    height = float(np.median(boxes[part, 3] - boxes[part, 1]))
    for pieces in _columns(boxes, part, height), _cut(boxes[part, 1], boxes[part, 3], part, BREAK * height):
        if len(pieces) > 1:
            return [index for piece in pieces for index in _read(boxes, piece)]
    return _rows(boxes, part)


def _columns(boxes: Boxes, part: Ints, height: float) -> list[Ints]:
    pieces = _cut(boxes[part, 0], boxes[part, 2], part, GUTTER * height)
    return pieces if len(pieces) > 1 and all(_is_prose(boxes[piece]) for piece in pieces) else [part]


def _is_prose(boxes: Boxes) -> bool:
    length = (boxes[:, 2] - boxes[:, 0]) / (boxes[:, 3] - boxes[:, 1])
    return len(boxes) >= PROSE_LINES and float(np.median(length)) >= PROSE_LENGTH


def _cut(starts: Floats, ends: Floats, part: Ints, white: float) -> list[Ints]:
    """The part's lines in pieces between which `white` pixels at least are free, in their order."""
    order = np.argsort(starts, kind="stable")
    reached = np.maximum.accumulate(ends[order])
    return np.split(part[order], np.flatnonzero(starts[order][1:] - reached[:-1] >= white) + 1)


def _rows(boxes: Boxes, part: Ints) -> list[int]:
    """Row by row, each from left to right."""
    middles = (boxes[part, 1] + boxes[part, 3]) / 2
    rows: list[list[int]] = []
    for index in part[np.argsort(middles, kind="stable")].tolist():
        row = next((row for row in rows[-2:] if _beside(boxes[row], boxes[index])), None)
        if row is None:
            rows.append([index])
        else:
            row.append(index)
    return [index for row in rows for index in sorted(row, key=lambda i: float(boxes[i, 0]))]


def _beside(row: Boxes, box: npt.NDArray[np.float64]) -> bool:
    """Whether a line stands in a row: on the height of its nearest line, and over or under none of them."""
    apart = np.maximum(row[:, 0], box[0]) - np.minimum(row[:, 2], box[2])
    nearest = row[int(apart.argmin())]
    high, nearest_high = box[3] - box[1], nearest[3] - nearest[1]
    shared = min(nearest[3], box[3]) - max(nearest[1], box[1])
    return bool(apart.min() > -high / 2 and shared >= SAME_ROW * min(nearest_high, high))

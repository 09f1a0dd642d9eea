"""Rows of a table or receipt that were taken for one line, parted between their columns."""

from __future__ import annotations

import numpy as np

from models.detector.boxes import Boxes, Floats, Ints, surround
from models.detector.rows import Rows
from models.line_net import CELL, Map

EVEN_GAP = 1.4  # heights of a line: a gap that parts columns where the Line Net has no opinion ...
OPINION = 0.2  # ... and how much the logarithm of that grows with the log-odds that a line goes on
LEAST_GAP, SURE_GAP = 0.7, 2.5  # heights: none narrower parts columns, all wider ones do
POINTS = 9  # of a gap, where the Line Net's map is looked at


def part_columns(rows: Rows, word: Ints, odds: Map) -> tuple[Rows, Ints]:
    """The lines, cut where a gap between two words is wide and the Line Net sees no line run through; and the line
    that each was part of.

    Args:
        word: of each member, 0.. over the page, as `word_numbers` gives them.
        odds: the log-odds of kernels.
    """
    if not len(word):
        return rows, np.arange(len(rows.height))
    count = int(word.max()) + 1
    boxes = surround(rows.member_boxes, word, count)
    owner = np.zeros(count, np.int64)
    owner[word] = rows.member_row
    within = owner[1:] == owner[:-1]
    cut = within & _parts(boxes, owner, rows, odds)
    number = np.concatenate([[0], np.cumsum(cut | ~within)]).astype(np.int64)
    of = np.zeros(int(number[-1]) + 1, np.int64)
    of[number] = owner
    member = number[word]
    own = surround(rows.member_boxes, member, len(of))
    around = rows.boxes[of]
    parted = np.bincount(of, minlength=len(rows.boxes))[of] > 1
    around[parted, 0], around[parted, 2] = own[parted, 0], own[parted, 2]
    letters = np.bincount(member, minlength=len(of))
    return Rows(rows.member_boxes, member, around, rows.slant[of], rows.height[of], letters, rows.solid[of]), of


def _parts(boxes: Boxes, owner: Ints, rows: Rows, odds: Map) -> np.ndarray:
    """Whether the gap after each word but the last parts columns, (n - 1,)."""
    line = owner[:-1]
    first, last = boxes[:-1, 2], boxes[1:, 0]
    gap = (last - first) / rows.height[line]
    x = first[:, None] + (last - first)[:, None] * np.linspace(0, 1, POINTS)
    y = (rows.boxes[line, 1] + rows.boxes[line, 3])[:, None] / 2 + rows.slant[line, None] * x
    goes_on = _seen(odds, x, y).min(1)
    limit = np.clip(EVEN_GAP * np.exp(OPINION * goes_on), LEAST_GAP, SURE_GAP)
    return np.asarray(gap > limit, np.bool_)


def _seen(odds: Map, x: Floats, y: Floats) -> Floats:
    """The greatest log-odds in the cell at a place of the page, the one above and the one below."""
    padded = np.pad(odds, ((1, 1), (0, 0)), mode="edge")
    tall = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    row = np.clip((y / CELL).astype(np.int64), 0, odds.shape[0] - 1)
    column = np.clip((x / CELL).astype(np.int64), 0, odds.shape[1] - 1)
    return np.asarray(tall[row, column], np.float64)

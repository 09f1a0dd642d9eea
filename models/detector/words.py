"""Lines into words: the gaps within a line fall into two kinds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.detector.boxes import Floats, Ints
from models.detector.rows import Rows

WIDEST = 0.9  # heights of a line's letters: wider gaps are all alike
LETTER_GAP, WORD_GAP = 0.1, 0.6  # heights: the usual ones in print
SURE_GAP = 0.8  # heights: no wider gap is within a word
PAGE_WEIGHT = 5  # usual gaps that are added to a page's own
LINE_WEIGHT = 2  # gaps of its page that are added to a line's own


def word_numbers(rows: Rows) -> Ints:
    """The word, 0.. over the page, of each member of the lines."""
    row, boxes = rows.member_row, rows.member_boxes
    if not len(row):
        return np.zeros(0, np.int64)
    # Each line is moved to the right of all lines before: the furthest right edge so far is then the line's own.
    shift = row * (boxes[:, 2].max() - boxes[:, 0].min() + 1)
    furthest = np.maximum.accumulate(boxes[:, 2] + shift) - shift
    gap = boxes[1:, 0] - furthest[:-1]
    within = row[1:] == row[:-1]
    share = np.clip(gap / rows.height[row[1:]], 0.0, WIDEST)
    ahead = within & (boxes[1:, 2] > furthest[:-1])  # the dot of an i has no gap of its own
    limits = _limits(share[ahead], row[1:][ahead], len(rows.height))
    starts = ~within | (share > limits[row[1:]])
    return np.concatenate([[0], np.cumsum(starts)]).astype(np.int64)


def _limits(gaps: Floats, row: Ints, count: int) -> Floats:
    """For each line, the gap (in heights) above which words part.

    Few gaps say little, so each line is helped by the usual gaps of its page, and the page by those of all print.
    """
    usual = [LETTER_GAP, WORD_GAP]
    page = split_gaps(np.concatenate([gaps, np.repeat(usual, PAGE_WEIGHT)])[None])[0]
    helpers = usual + LINE_WEIGHT * [
        float(np.median(part)) if len(part) else usual[kind]
        for kind, part in enumerate((gaps[gaps <= page], gaps[gaps > page]))
    ]
    sizes = np.bincount(row, minlength=count)
    table = np.full((count, int(sizes.max(initial=0)) + len(helpers)), np.inf)
    table[:, : len(helpers)] = helpers
    table[row, len(helpers) + np.arange(len(row)) - (np.cumsum(sizes) - sizes)[row]] = gaps
    return np.minimum(split_gaps(table), SURE_GAP)


def split_gaps(table: npt.NDArray[np.float64]) -> Floats:
    """The value that parts each row's gaps into the two most compact kinds (Otsu 1979), (n,).

    Args:
        table: (n, most), filled up with infinity; each row has two values at least.
    """
    ordered = np.sort(table, axis=1)
    known = np.isfinite(ordered)
    values = np.where(known, ordered, 0.0)
    number = np.cumsum(known, axis=1)
    total, squares = np.cumsum(values, axis=1), np.cumsum(values**2, axis=1)
    rest = number[:, -1:] - number[:, :-1]
    below = squares[:, :-1] - total[:, :-1] ** 2 / number[:, :-1]
    above = squares[:, -1:] - squares[:, :-1] - (total[:, -1:] - total[:, :-1]) ** 2 / np.maximum(rest, 1)
    best = np.where(rest > 0, below + above, np.inf).argmin(1)
    each = np.arange(len(table))
    limits: Floats = (ordered[each, best] + ordered[each, best + 1]) / 2
    return limits

"""The print of the lines that the Line Net found: the ink in each, and so its words and its exact edges."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.detector.boxes import Bools, Boxes, Floats, Ints, lean, middle_of, surround
from models.detector.ink import Grey, Mask, find_dark, without_rules
from models.detector.patches import Numbers, pack
from models.detector.regions import Regions
from models.detector.rows import COMMA, DESCENT, Rows
from models.detector.strips import Strips

SHRINK = 4  # pixels of the page a cell of the map that says which line is where
MARGIN = 16  # cells around all lines: what tells ink from paper, rules from print
AROUND = 0.12  # of a strip's height: ink so far above and below may be its own
BEYOND = 0.45  # ... and so far before and after it ...
LEAST_BEYOND = 12.0  # pixels: at least, since of small print a cell of the Line Net's maps is a letter or two
SPECK = 0.012  # of the square of a line's height: smaller ink is no dot
LETTER = 0.3  # of a line's height: lower ink tells nothing of its edges
STROKE = 0.8  # of a line's height: narrower ink that goes on both above and below the line is a stroke through it
LEVELS = 32  # of grey, when the surroundings of a line are looked at
NEARLY_ALL = 0.8
UNDER = 0.05  # of a line's height: low ink so far under the baseline is a rule's, not a comma's
DASH = 1.5  # heights of a line: low ink that is longer is a piece of a rule
FURTHEST = 0.25  # of a strip's height: how far the print's edge is from the strip's at most

Labels = npt.NDArray[np.integer]


def gather(grey: Grey, strips: Strips) -> tuple[Rows, Bools]:
    """The strips as lines with the ink in each, and which are light on dark; one without ink is a line of one word.

    Args:
        grey: the page, uint8 (height, width).
    """
    count = len(strips.boxes)
    loose, tight, cells = _drawn(grey.shape, strips)
    light = _light(grey, loose, tight, count)
    boxes, area, owner = [], [], []
    for pale in (False, True):
        if (light == pale).any():
            regions, row = _print(grey, pale, loose, np.where((light == pale)[:, None], cells, 0), strips)
            boxes.append(regions.boxes)
            area.append(regions.area)
            owner.append(row)
    found = Regions(np.concatenate([*boxes, np.empty((0, 4))]), np.concatenate([*area, np.empty(0)]))
    row = np.concatenate([*owner, np.empty(0, np.int64)])
    return _rows(found, row, strips), light


def _print(grey: Grey, pale: bool, loose: Numbers, cells: Ints, strips: Strips) -> tuple[Regions, Ints]:
    """The pieces of print of the lines whose `cells` are not empty, and the line of each."""
    some = cells[cells[:, 2] > cells[:, 0]]
    if not len(some):
        return Regions(np.empty((0, 4)), np.empty(0)), np.empty(0, np.int64)
    # What is around all of them is enough, with as much more as tells ink from paper and rules from print.
    x, y = (np.maximum(some[:, side].min() - MARGIN, 0) for side in (0, 1))
    right, bottom = (some[:, side].max() + MARGIN for side in (2, 3))
    part = grey[y * SHRINK : bottom * SHRINK, x * SHRINK : right * SHRINK]
    ink = without_rules(find_dark(np.asarray(255 - part, np.uint8) if pale else part)[0])
    off = np.array([x, y, x, y])
    patches = pack(ink, loose[y:bottom, x:right], np.where((cells[:, 2] > 0)[:, None], cells - off, 0), SHRINK)
    regions, row = _regions(patches.ink, patches.where, strips.boxes[:, 3] - strips.boxes[:, 1])
    moved = regions.boxes + np.tile(patches.shift[row + 1] + off[:2] * SHRINK, 2)
    return Regions(moved, regions.area), row


def _drawn(shape: tuple[int, ...], strips: Strips) -> tuple[Numbers, Numbers, Ints]:
    """Which line, from 1, each cell of a map belongs to, with its surroundings, and without; lines never touch. And the
    cells that each lies within: left, top and, behind it, right, bottom."""
    import cv2

    size = tuple(-(-side // SHRINK) for side in shape)
    loose, tight = np.zeros(size, np.int32), np.zeros(size, np.int32)
    high = strips.boxes[:, 3] - strips.boxes[:, 1]
    margin = np.column_stack([np.maximum(BEYOND * high, LEAST_BEYOND), AROUND * high])
    outlines = [
        _outlines(strips.boxes + np.hstack([-margin * grown, margin * grown]), strips.slope) for grown in (1, 0)
    ]
    for target, which in ((loose, 0), (loose, 1), (tight, 1)):
        for number, outline in enumerate(outlines[which]):
            cv2.fillConvexPoly(target, outline, number + 1, lineType=cv2.LINE_8, shift=4)
    for one, other in ((loose[1:], loose[:-1]), (loose[:, 1:], loose[:, :-1])):
        one[(one != other) & (one > 0) & (other > 0)] = 0
    low, high_ = (reached.reshape(-1, 2) for reached in (outlines[0].min(1), outlines[0].max(1)))
    ends = np.clip(np.hstack([low // 16, high_ // 16 + 2]), 0, [size[1], size[0]] * 2)
    return loose, tight, ends.astype(np.int64)


def _outlines(boxes: Boxes, slope: Floats) -> npt.NDArray[np.int32]:
    """Corners on the map, in 16ths of a cell, (n, 4, 2)."""
    left, top, right, bottom = boxes.T
    x = np.column_stack([left, right, right, left])
    y = np.column_stack([top, top, bottom, bottom]) + slope[:, None] * x
    return np.asarray(np.rint((np.stack([x, y], 2) / SHRINK - 0.5) * 16), np.int32)


def _light(grey: Grey, loose: Numbers, tight: Numbers, count: int) -> Bools:
    """Which lines are lighter than what is around them, but for rules: than nearly all of it."""
    import cv2

    height, width = (max(1, side // SHRINK) for side in grey.shape)
    small = cv2.resize(grey[: height * SHRINK, : width * SHRINK], (width, height), interpolation=cv2.INTER_AREA)
    down, across = loose.shape[0] - height, loose.shape[1] - width
    small = cv2.copyMakeBorder(small, 0, down, 0, across, cv2.BORDER_REPLICATE)
    held = loose > 0
    number, shade, inner = loose[held], small[held], tight[held] > 0
    inside = number[inner]
    size = np.maximum(np.bincount(inside, minlength=count + 1), 1)
    mean = np.bincount(inside, shade[inner].astype(np.float64), count + 1)[1:] / size[1:]
    outer = number[~inner].astype(np.int64) * LEVELS + shade[~inner] // (256 // LEVELS)
    levels = np.bincount(outer, minlength=(count + 1) * LEVELS)
    reached = np.cumsum(levels.reshape(-1, LEVELS)[1:], axis=1)
    around = (reached < NEARLY_ALL * reached[:, -1:]).sum(1) * (256 // LEVELS)
    return np.asarray((mean > around) & (reached[:, -1] > 0), np.bool_)


def _regions(ink: Mask, where: Numbers, high: Floats) -> tuple[Regions, Ints]:
    """The connected pieces of the ink within lines, and the line, from 0, of each; without what is no print.

    That is strokes through a line, pieces of rules, and what only begins in the surroundings of a line.
    """
    import cv2

    height, width = ink.shape
    inside = cv2.resize((where > 0).astype(np.uint8) * np.uint8(255), (width, height), interpolation=cv2.INTER_NEAREST)
    mask = cv2.bitwise_and(ink, inside)
    try:
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U)
    except cv2.error:  # 16 bits are three times as fast, and hold 65,535 of them
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S)
    left, top, across, down, area = stats[1:].T.astype(np.float64)
    x, y = (left + across / 2) / SHRINK, (top + down / 2) / SHRINK
    owner = where[y.astype(np.int64), x.astype(np.int64)].astype(np.int64) - 1
    above, below, before, after = (flags[1:] for flags in _goes_on(ink, labels, where > 0, len(stats)))
    low = down < LETTER * high[owner]
    stroke = above & below & (across < STROKE * high[owner])
    kept = (owner >= 0) & ~stroke & ~(low & (before | after | (across > DASH * high[owner])))
    boxes = np.column_stack([left, top, left + across, top + down])
    return Regions(boxes[kept], area[kept]), owner[kept]


def _goes_on(ink: Mask, labels: Labels, inside: Bools, count: int) -> list[Bools]:
    """Which pieces, (count,), go on beyond their line: above it, below, before and after it."""
    found = []
    for down, across in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        edge = np.zeros_like(inside)
        edge[1:-1, 1:-1] = (
            inside[1:-1, 1:-1]
            & ~inside[1 + down : inside.shape[0] - 1 + down, 1 + across : inside.shape[1] - 1 + across]
        )
        rows, columns = np.nonzero(edge)
        # The pixels of a cell's side that faces outward.
        y, x = rows[:, None] * SHRINK, columns[:, None] * SHRINK
        along = np.arange(SHRINK)
        far = SHRINK - 1
        y, x = (y + (far if down > 0 else 0), x + along) if down else (y + along, x + (far if across > 0 else 0))
        y, x = (each.ravel() for each in np.broadcast_arrays(y, x))
        held = (y < ink.shape[0] - 1) & (x < ink.shape[1] - 1)
        y, x = y[held], x[held]
        goes = np.zeros(count, bool)
        goes[labels[y, x][ink[y + down, x + across] > 0]] = True
        goes[0] = False
        found.append(goes)
    return found


def _under(boxes: Boxes, row: Ints, high: Floats) -> Bools:
    """Which low pieces stand under the baseline of their line: the middle of its letters' lower edges."""
    low = boxes[:, 3] - boxes[:, 1] < LETTER * high[row]
    base = np.full(len(high), np.inf)
    lines, number = np.unique(row[~low], return_inverse=True)
    base[lines] = middle_of(boxes[~low, 3], number, len(lines))
    return np.asarray(low & (boxes[:, 1] > base[row] + UNDER * high[row]), np.bool_)


def _rows(regions: Regions, row: Ints, strips: Strips) -> Rows:
    """The strips as lines with their print."""
    count = len(strips.boxes)
    high = strips.boxes[:, 3] - strips.boxes[:, 1]
    kept = regions.area >= SPECK * high[row] ** 2
    boxes, area, row = lean(regions.boxes[kept], strips.slope[row[kept]]), regions.area[kept], row[kept]
    sign = ~_under(boxes, row, high)
    boxes, area, row = boxes[sign], area[sign], row[sign]
    bare = np.setdiff1d(np.arange(count), row)
    boxes, row = np.concatenate([boxes, strips.boxes[bare]]), np.concatenate([row, bare])
    area = np.concatenate([area, np.zeros(len(bare))])
    order = np.lexsort((boxes[:, 0], row))
    boxes, area, row = boxes[order], area[order], row[order]
    letter = boxes[:, 3] - boxes[:, 1] >= LETTER * high[row]
    none = np.bincount(row, letter, count) == 0
    letter |= none[row]
    around = surround(boxes[letter], row[letter], count)
    whole = surround(boxes, row, count)
    out = whole.copy()
    for side in (1, 3):
        edge = strips.boxes[:, side]
        out[:, side] = np.clip(around[:, side], edge - FURTHEST * high, edge + FURTHEST * high)
    for side in (1, 3):
        boxes[:, side] = np.clip(boxes[:, side], out[row, 1], out[row, 3])
    tall = np.maximum(boxes[:, 3] - boxes[:, 1], 1)
    boxes[:, 3] = boxes[:, 1] + tall
    heights = middle_of(tall[letter], row[letter], count)
    base = middle_of(boxes[letter, 3], row[letter], count)
    inked = np.setdiff1d(np.arange(count), bare)
    out[inked, 3] = np.clip(out[:, 3], base + COMMA * heights, base + DESCENT * heights)[inked]
    full = np.bincount(row, tall * (boxes[:, 2] - boxes[:, 0]), count)
    solid = np.bincount(row, area, count) / np.maximum(full, 1)
    letters = np.bincount(row, letter, count).astype(np.int64)
    return Rows(boxes, row, out, strips.slope, heights, letters, solid)
